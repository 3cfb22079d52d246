"""Parameter rows: the defaults, the named concentration sets, the cell contexts, and which of them a cell uses."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from exportin import units
from exportin.errors import UnknownName

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from exportin.knowledge.distribution import Distribution
    from exportin.knowledge.schema import ParameterRow

__all__ = ["Parameter", "Switch", "concentration_sets", "context", "defaults", "switches"]

_WORDS = 4  # that the counter-based generator makes at each count


@dataclass(frozen=True)
class Parameter:
    """A number of the model with its defence.

    Attributes
    ----------
    id : str
        Symbol in the model.
    value : float
        In `unit`.
    unit : str
        Unit of the table; ``internal`` gives the value in the model's own units.
    distribution : Distribution
        Spread, in `unit`.
    grade, system, source, reason : str
        measured, fitted or assumed; in what; from where (space-separated keys); why.
    """

    id: str
    value: float
    unit: str
    distribution: Distribution
    grade: str
    system: str
    source: str
    reason: str

    @property
    def internal(self) -> float:
        """Value in internal units."""
        return self.value * _factor(self.unit)

    def quantile(self, share: float) -> float:
        """Value in internal units at a share (0 to 1) of the distribution."""
        return float(self.distribution.quantile(share, self.value)) * _factor(self.unit)

    def quantiles(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """`quantile` at several shares."""
        import numpy as np

        return np.asarray(self.distribution.quantile(shares, self.value)) * _factor(self.unit)

    def replaced(self, value: float, reason: str) -> Parameter:
        """The same parameter with a fixed value given by the user, in the table's unit."""
        from exportin.knowledge.distribution import Distribution

        return Parameter(self.id, value, self.unit, Distribution.parse("fixed"), "assumed", "set by the user", "-", reason)


@dataclass(frozen=True)
class Switch:
    """A control of the model that is no measurement: an intervention or a hypothesis."""

    id: str
    value: float
    choices: Mapping[str, float]
    meaning: str


@functools.lru_cache(maxsize=1024)
def _factor(unit: str) -> float:
    """An internal number for one in the unit of a table."""
    return units.to_internal(1.0, unit)


def _table(name: str) -> Path:
    with resources.as_file(resources.files("exportin.network") / name) as path:
        return path


def _parameter(row: ParameterRow) -> Parameter:
    from exportin.knowledge.distribution import Distribution

    spread = Distribution.parse(row.distribution)
    return Parameter(row.id, row.value, row.unit, spread, row.grade, row.system, row.source, row.reason)


@functools.cache
def defaults() -> Mapping[str, Parameter]:
    """The rows of ``parameters.tsv`` by id.

    Examples
    --------
    >>> defaults()["alpha"].value
    750.0
    """
    from exportin.knowledge.schema import ParameterRow
    from exportin.knowledge.table import read_table

    return {row.id: _parameter(row) for row in read_table(_table("parameters.tsv"), ParameterRow)}


@functools.cache
def concentration_sets() -> Mapping[str, Mapping[str, Parameter]]:
    """The named sets of published concentrations, by name and id.

    Examples
    --------
    >>> sorted(concentration_sets())
    ['proteomics', 'western']
    """
    from exportin.knowledge.schema import SetRow
    from exportin.knowledge.table import read_table

    rows = read_table(_table("concentration_sets.tsv"), SetRow)
    return {name: {row.id: _parameter(row) for row in rows if row.set == name} for name in dict.fromkeys(row.set for row in rows)}


@functools.cache
def context(cell: str) -> Mapping[str, Parameter]:
    """What is measured (or has to be assumed) about one cell, by id."""
    from exportin.knowledge.schema import ContextRow
    from exportin.knowledge.table import read_table

    return {row.id: _parameter(row) for row in read_table(_table("contexts.tsv"), ContextRow) if row.cell == cell}


@functools.cache
def switches() -> Mapping[str, Switch]:
    """The rows of ``switches.tsv`` by id.

    Examples
    --------
    >>> switches()["XPO1_mrna_feedback"].choices["unchanged"]
    0.0
    """
    lines = _table("switches.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return {name: Switch(name, float(value), _choices(choices), meaning) for name, value, choices, meaning in rows}


def _choices(text: str) -> Mapping[str, float]:
    pairs = [] if text == "any" else [word.split("=") for word in text.split()]
    return {name: float(value) for name, value in pairs}


def find_set(name: str | None) -> Mapping[str, Parameter]:
    """Rows of a named set; none for None."""
    if name is None:
        return {}
    if name not in concentration_sets():
        raise UnknownName("concentration set", name, concentration_sets())
    return concentration_sets()[name]


def uniform_share(seed: int, axis: str, name: str, index: int) -> float:
    """A uniform number that depends on nothing but its own address (counter-based, Philox).

    Parameters
    ----------
    seed : int
        The user's seed.
    axis : str
        ``draw``, ``cell`` or ``patient``.
    name : str
        Parameter id, so that adding a parameter moves no other's draws.
    index : int
        Position on the axis.

    Examples
    --------
    >>> uniform_share(1, "draw", "alpha", 3) == uniform_share(1, "draw", "alpha", 3)
    True
    >>> uniform_share(1, "draw", "alpha", 3) != uniform_share(1, "draw", "alpha", 4)
    True
    """
    return float(uniform_shares(seed, axis, name, [index])[0])


def uniform_shares(seed: int, axis: str, name: str, indices: ArrayLike) -> NDArray[np.float64]:
    """`uniform_share` at several positions of an axis, shape of `indices`.

    Examples
    --------
    >>> [uniform_share(1, "draw", "alpha", k) for k in (4, 2)] == uniform_shares(1, "draw", "alpha", [4, 2]).tolist()
    True
    """
    import hashlib

    import numpy as np

    wanted = np.asarray(indices, dtype=np.int64)
    digest = hashlib.blake2b(f"{seed}/{axis}/{name}".encode(), digest_size=16).digest()
    first, last = int(wanted.min()), int(wanted.max())
    source = np.random.Philox(key=int.from_bytes(digest, "little"), counter=first)
    words = np.asarray(source.random_raw(_WORDS * (last - first + 1)), dtype=np.uint64)[::_WORDS]  # the first word of each block
    shares = np.asarray((words[wanted - first] >> np.uint64(11)) * 2.0**-53, dtype=np.float64)
    return np.clip(shares, math.ulp(1.0), 1.0 - math.ulp(1.0))
