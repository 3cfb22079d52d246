"""The untreated state that the rates of pathways hold in: how much XPO1 carries RanGTP in a cell of this kind, draw by draw."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.kernel.batch import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.experiment.prepared import Experiment

__all__ = ["REFERENCE", "Reference", "find_levels"]

REFERENCE = "XPO1_loaded_reference"
LOADED = "XPO1_loaded_n"
ROUNDS, CLOSE, NEAR, FARTHEST = 12, 1e-3, 0.1, 2.0  # of the search; its end, what is near enough, its longest step, as logarithms
FLAT = -0.05  # a slope beyond it is worth a secant
UP = 0.7  # where a cell has no rest it exports too much for its reference: a higher one is tried


@dataclass
class Reference:
    """A cell as the catalogue has it, with the same pathways and without the user's changes and drugs.

    A pathway's export rate is that of its untreated cell. So what export is measured against, `XPO1_loaded_reference`, is not a number
    of one cell line: for each kind of cell and each draw of the parameters it is the level at which the untreated cell, measured against
    it, has just that level. Sister cells, knock-downs, variants and drugs then differ from it.

    Attributes
    ----------
    experiment : Experiment
        Of that cell.
    """

    experiment: Experiment
    known: dict[int | None, float] = field(default_factory=dict[int | None, float])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def level(self, draw: int | None) -> float:
        """Of one draw, uM; None is the tables' values."""
        return float(self.levels(None if draw is None else np.array([draw]))[0])

    def levels(self, draws: NDArray[np.int64] | None) -> NDArray[np.float64]:
        """Of many draws, uM, shape (draw,); NaN for one that has none."""
        wanted: list[int | None] = [None] if draws is None else [int(one) for one in draws]
        with self.lock:
            missing = [one for one in dict.fromkeys(wanted) if one not in self.known]
            if missing:
                numbers = self.experiment.numbers_of(None, None if missing == [None] else np.array(missing), None)
                self.known |= dict(zip(missing, find_levels(self.experiment, numbers, len(missing)).tolist(), strict=True))
            return np.array([self.known[one] for one in wanted])


def find_levels(experiment: Experiment, numbers: Mapping[str, Any], count: int) -> NDArray[np.float64]:
    """The level of many parameter sets of typical cells, uM, shape (set,): where log(level found) - log(level given) is zero.

    More to be measured against means less export, so the gap falls with the level given. A secant search within what is known to be too
    low and too high, for each set by itself, so that none depends on the others. NaN where there is no such level: up to one the cell
    carries much more, beyond it much less, and it stays in no state between.
    """
    table = np.full(count, experiment.cell.parameter(REFERENCE).internal)
    place = np.log(table)
    low, high = np.full(count, -np.inf), np.full(count, np.inf)
    before, gap_before = place, np.full(count, np.nan)
    best, nearest = table, np.full(count, np.inf)
    for number in range(ROUNDS):
        gap = _loaded(experiment, numbers, place) - place
        nearer = np.abs(gap) < nearest
        best, nearest = np.where(nearer, np.exp(place), best), np.where(nearer, np.abs(gap), nearest)
        off = nearest > CLOSE
        if not off.any():
            break
        low, high = np.where(gap > 0, np.maximum(low, place), low), np.where(gap < 0, np.minimum(high, place), high)
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = (gap - gap_before) / (place - before)
            step = np.where(slope < FLAT, -gap / slope, 0.5 * gap)
            middle = 0.5 * (np.where(np.isnan(gap), place, low) + high)
        new = place + np.clip(np.nan_to_num(step, nan=UP), -FARTHEST, FARTHEST)
        halve = np.isfinite(middle) & ((new <= low) | (new >= high) | (number % 3 == 2))
        new = np.where(off, np.where(halve, middle, new), place)
        before, gap_before, place = place, gap, new
    return np.where(nearest < NEAR, best, np.nan)


def _loaded(experiment: Experiment, numbers: Mapping[str, Any], place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of what untreated cells carry when measured against exp(place); NaN where one does not settle."""
    given = experiment.undisturbed({**numbers, REFERENCE: np.exp(place)})
    rest = experiment.settled(given, len(place))
    found = np.full(len(place), np.nan)
    good = np.flatnonzero(rest.outcomes == Outcome.DONE)  # states of the others need not be numbers
    if len(good):
        chosen = {name: value[good] if isinstance(value, np.ndarray) else value for name, value in given.items()}
        run = experiment.solver.run([0.0, 1e-6], [experiment.terms.find(LOADED)], chosen, count=len(good), start=rest.states[good])
        with np.errstate(divide="ignore", invalid="ignore"):
            found[good] = np.log(run.values[:, 0, 0])
    return found
