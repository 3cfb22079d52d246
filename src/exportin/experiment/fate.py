"""What becomes of a cell: alive or dead, how many it has become, and where in the cycle; from the pathways `apoptosis` and `cycle`.

| observable | meaning | unit |
|---|---|---|
| ``apoptotic_fraction`` | 1 for a cell that counts as dead; over sister cells the share of the dead, as annexin V shows it | 1 |
| ``viability`` | living cells that have come of one, over those of an untreated one | 1 |
| ``lineage`` | cells, living or dead, that have come of one, over those of an untreated one | 1 |
| ``G1_fraction`` | share of the cycling cells that is in G1 | 1 |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import NotModelled, squash
from exportin.kernel.code.expression import Expr
from exportin.network.cell import Cell
from exportin.network.pathway import find_pathways
from exportin.result.fate import LINEAGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.experiment.terms import Terms

__all__ = ["FATE_PARTS", "alive", "fate_parts", "needs_pathways", "read_fate", "refuse_missing", "with_weights"]

_NEEDED = {"apoptotic_fraction": "apoptosis", "viability": "apoptosis", LINEAGE: "apoptosis", "G1_fraction": "cycle"}
FATE_PARTS = ("apoptotic_fraction", "viability", LINEAGE)
_SPELT = {squash(name): name for name in _NEEDED}
MOST = 50.0  # of the logarithm of a lineage; no run is that long
DEAD = 0.5  # of `committed`, which is near 0 or 1


def _asked(names: Sequence[str]) -> set[str]:
    """Observables of fate among some names, as the catalogue spells them."""
    return {_SPELT[squash(name)] for name in names if squash(name) in _SPELT}


def needs_pathways(cell: Cell, names: Sequence[str]) -> bool:
    """Whether fate is asked of a cell that was given no pathway."""
    return not cell.pathways and bool(_asked(names))


def with_weights(cell: Cell, names: Sequence[str]) -> tuple[str, ...]:
    """Names of observables with what `exportin.result.fate.pool_cells` weighs sister cells by.

    Examples
    --------
    >>> from exportin.network.cell import cell
    >>> with_weights(cell("HeLa").with_pathways(), ["apoptotic_fraction"])
    ('apoptotic_fraction', 'lineage')
    """
    asked = _asked(names)
    weights = [LINEAGE] if asked & {"apoptotic_fraction", "G1_fraction"} else []
    weights += ["apoptotic_fraction"] if "G1_fraction" in asked else []
    return (*names, *(name for name in weights if name not in asked and _NEEDED[name] in cell.pathways))


def refuse_missing(cell: Cell, name: str) -> None:
    """Refuse an observable of fate whose pathway the cell does not have.

    Raises
    ------
    NotModelled
    """
    home = _NEEDED.get(_SPELT.get(squash(name), ""))
    if home is not None and home not in cell.pathways:
        raise NotModelled(f"{name}: the pathway {home!r} decides it, and this cell does not have it; add it, or name none to have all.")


def fate_parts(terms: Terms, cell: Cell) -> tuple[Expr, Expr, Expr]:
    """What fate is read from: whether the cell is dead, how fast it divides over the untreated reference, its doubling time (s)."""
    cycling = any("proliferation" in one.variables for one in find_pathways(cell.pathways))
    speed = terms.find("proliferation") if cycling else terms.algebra.num(1.0)
    return terms.find("committed"), speed, terms.find("doubling_time")


def read_fate(
    name: str, parts: Sequence[NDArray[np.float64]], untreated: Sequence[NDArray[np.float64]], seconds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """An observable of fate, shape (trajectory, time).

    A cell divides as fast as its own cycle says over what it said before the drug, and not at all when dead. So with the doubling time T
    lineage = exp(ln 2 / T * integral of (speed / untreated speed * living - 1)), and viability = living * lineage. How alive a cell is
    counts from its own untreated state, so that both stay 1 with no drug.

    Parameters
    ----------
    name : str
        One of `FATE_PARTS`.
    parts, untreated : sequence of ndarray
        As `fate_parts` names them, shape (trajectory, time) and (trajectory, 1).
    seconds : ndarray, shape (time,)

    Examples
    --------
    A cell that stops dividing for one doubling time has half the progeny of an untreated one:

    >>> still = np.zeros((1, 3)), np.zeros((1, 3)), np.full((1, 3), 3600.0)
    >>> read_fate("viability", still, (np.zeros((1, 1)), np.ones((1, 1))), np.array([0.0, 1800.0, 3600.0])).round(3)
    array([[1.   , 0.707, 0.5  ]])
    """
    dead, speed, doubling = parts
    if name == "apoptotic_fraction":
        return dead
    before = untreated[1]
    living = np.divide(1.0 - dead, 1.0 - untreated[0], out=np.zeros_like(dead), where=untreated[0] < DEAD)
    relative = np.divide(speed, before, out=np.zeros_like(speed), where=before > 0)
    rate = np.log(2.0) / doubling * (relative * living - 1.0)
    steps = 0.5 * (rate[:, 1:] + rate[:, :-1]) * np.diff(seconds)
    lineage = np.exp(np.minimum(MOST, np.concatenate([np.zeros_like(rate[:, :1]), np.cumsum(steps, axis=1)], axis=1)))
    return lineage if name == LINEAGE else living * lineage


def alive(untreated: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether untreated cells live, from `committed`."""
    return untreated < DEAD
