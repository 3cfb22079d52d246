"""Parameter rows: the defaults, the named concentration sets, the cell contexts, and which of them a cell uses."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from exportin import units
from exportin.errors import BadTable, UnknownName

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
    """A control of the model that is no measurement: an intervention, an input or a hypothesis; `pathway` is the one that reads it."""

    id: str
    value: float
    choices: Mapping[str, float]
    meaning: str
    unit: str = "1"
    pathway: str | None = None


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
    """The rows of ``parameters.tsv`` and of the pathways' tables by id.

    Examples
    --------
    >>> defaults()["alpha"].value
    750.0
    """
    from exportin.knowledge.schema import ParameterRow
    from exportin.knowledge.table import read_table

    tables = ("parameters.tsv", *_pathway_tables("", "_inputs"))
    rows = [row for name in tables for row in read_table(_table(name), ParameterRow)]
    found = {row.id: _parameter(row) for row in rows}
    _refuse_repeats([row.id for row in rows], "parameter rows")
    return found


def _pathway_tables(ending: str, other: str = "/") -> list[str]:
    """The pathways' own tables: those of a kind by the ending of their names."""
    folder = resources.files("exportin.network") / "pathways"
    names = sorted(entry.name.removesuffix(".tsv") for entry in folder.iterdir() if entry.name.endswith(".tsv"))
    return [f"pathways/{name}.tsv" for name in names if name.endswith(ending) and not name.endswith(other)]


def _refuse_repeats(names: list[str], kind: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadTable(f"two tables of the network have {kind} for {', '.join(twice)}; keep one of them.")


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
    """The rows of ``switches.tsv`` and the pathways' inputs by id.

    Examples
    --------
    >>> switches()["XPO1_mrna_feedback"].choices["unchanged"]
    0.0
    """
    rows = [line.split("\t") for line in _table("switches.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    found = [Switch(name, float(value), _choices(choices), meaning) for name, value, choices, meaning in rows]
    for table in _pathway_tables("_inputs"):
        lines = _table(table).read_text(encoding="utf-8").splitlines()
        if lines[:1] != ["id\tvalue\tunit\tchoices\tmeaning"] or any(line.count("\t") != 4 for line in lines):
            raise BadTable(f"{table}: expected the columns id, value, unit, choices, meaning, between tabs.")
        home = table.removeprefix("pathways/").removesuffix("_inputs.tsv")
        for name, value, unit, choices, meaning in (line.split("\t") for line in lines[1:]):
            found.append(Switch(name, units.to_internal(float(value), unit), _choices(choices), meaning, unit, home))
    _refuse_repeats([one.id for one in found], "inputs")
    return {one.id: one for one in found}


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
