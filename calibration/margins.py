"""How near sister cells are to death, untreated and under a drug, and how that changes with every row: what a fit by gradients needs.

The share of the dead is a step function of each cell's numbers, so it has no gradient that helps. The margin has one: the logarithm of
cleaved PARP1 over the level from which death runs by itself, at its highest; for a cell that gets there, how far it would have risen
beyond until the end. It is negative for a cell that lives, zero for one that is lost in the last moment, and smooth between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from conditions import Condition, factor
from scipy.special import ndtr

from exportin.experiment.fate import read_fate
from exportin.experiment.reference import LOADED, REFERENCE, find_levels
from exportin.kernel.batch import Tolerance
from exportin.kernel.sensitivity import Sensitivity

LOST = 10**-0.5  # of PARP1's threshold: beyond it death runs by itself, and the cleaved share says nothing of what began it
EARLY = 5.0  # margins beyond it grow as a logarithm
HOUR, POINTS = 3600.0, 145
SMALL, FINE = 1e-3, Tolerance(1e-5, 1e-10)
BOUND = 3.29  # of a score: one draw in a thousand
NOTHING = -60.0  # the margin of a cell without any cleaved PARP1


@dataclass(frozen=True)
class Sisters:
    """Sister cells of one parameter set under one condition, each array of shape (sister,).

    Attributes
    ----------
    untreated, treated : ndarray
        Margins.
    weight : ndarray
        Progeny of a cell at the end; 0 for one that did not settle or that was not computed to the end.
    highest : ndarray of int
        Place in the time grid of the highest level, or of the last one before the cell is lost.
    pace : ndarray
        What a margin's derivative is, over that of the logarithm of the level at that place.
    """

    untreated: np.ndarray
    treated: np.ndarray
    weight: np.ndarray
    highest: np.ndarray
    pace: np.ndarray


class Margins:
    """Margins of one condition's sister cells, at normal scores of the rows.

    Parameters
    ----------
    condition : Condition
    names : list of str
        Rows, as the scores have them.
    """

    def __init__(self, condition: Condition, names: list[str]) -> None:
        self.condition, self.names = condition, names
        self.here, self.plain = condition.experiment, condition.experiment.reference.experiment
        self.grid = np.linspace(0.0, condition.grid[-1], POINTS)
        self.watched = self.here.terms.find("PARP1_cleaved")
        self._slopes, self._plain_slopes = Sensitivity(self.here.solver), Sensitivity(self.plain.solver)
        self._levels: dict[bytes, np.ndarray] = {}
        self._level_slopes: dict[bytes, np.ndarray] = {}

    def numbers(self, score: np.ndarray, sisters: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
        """Numbers of sister cells, and the derivative of each row by its score, shape (sister, name)."""
        values = self.here.numbers_of(None, None, sisters)
        slopes = self._put(self.here, values, score, len(sisters))
        values[REFERENCE] = np.repeat(self._level(score), len(sisters))
        return values, slopes

    def _put(self, experiment: Any, values: dict[str, Any], score: np.ndarray, count: int) -> np.ndarray:
        rows, slopes = experiment.model.numbers.rows, np.zeros((count, len(self.names)))
        for place, name in enumerate(self.names):
            if name in rows:
                low, middle, high = rows[name].quantiles(ndtr(score[place] + np.array([-SMALL, 0.0, SMALL])))
                share = np.broadcast_to(factor(experiment, name, values[name]), count)
                values[name], slopes[:, place] = middle * share, (high - low) / (2 * SMALL) * share
        return slopes

    def _typical(self, score: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
        values = dict(self.plain.numbers_of(None, None, None))
        slopes = self._put(self.plain, values, score, 1)
        return values, slopes[0]

    def _level(self, score: np.ndarray) -> np.ndarray:
        key = score.tobytes()
        if key not in self._levels:
            self._levels = {key: find_levels(self.plain, self._typical(score)[0], 1)}
        return self._levels[key]

    def sisters(self, score: np.ndarray, count: int) -> Sisters | None:
        """The first sister cells of a set; None where the set makes no cell."""
        here = self.here
        values, _ = self.numbers(score, np.arange(count))
        if np.isnan(values[REFERENCE]).any():
            return None
        rest, known = here.rest(values, count), here.undisturbed(values)
        settled = rest.outcomes == 0
        start = np.where(settled[:, None], rest.states, rest.states[np.argmax(settled)])
        watched = [self.watched, *self.condition.parts]
        run = here.solver.run(self.grid, watched, known, count=count, start=start, changes=list(here.changes), tolerance=FINE)
        good = settled & (run.outcomes == 0)
        threshold = np.broadcast_to(known["committed_threshold"], count)
        with np.errstate(divide="ignore", invalid="ignore"):
            level = np.log(run.values[:, :, 0] / (LOST * threshold[:, None]))
        level = np.where(np.isfinite(level), level, NOTHING).clip(NOTHING)
        curves = [run.values[:, :, part] for part in (1, 2, 3)]
        lineage = read_fate("lineage", curves, [curve[:, :1] for curve in curves], self.grid)[:, -1]
        treated, highest, pace = _margins(level, self.grid)
        return Sisters(np.where(settled, level[:, 0], 1.0), treated, np.where(good, np.nan_to_num(lineage), 0.0), highest, pace)

    def slopes(self, score: np.ndarray, sister: int, found: Sisters, untreated: bool, by: list[int]) -> np.ndarray:
        """Derivative of one sister's untreated or treated margin by the scores of some rows, shape (by,); NaN where it does not settle."""
        here, names, read = self.here, [self.names[place] for place in by], self._read(self.here, by)
        values, given = self.numbers(score, np.array([sister]))
        known = {name: np.ravel(value)[:1] for name, value in here.undisturbed(values).items()}
        rest = here.rest(values, 1)
        if rest.outcomes[0] != 0:
            return np.full(len(by), np.nan)
        grid = np.array([0.0, 1e-3 if untreated else self.grid[max(1, found.highest[sister])]])
        changes = [] if untreated else list(here.changes)
        asked = [*(names[place] for place in read), REFERENCE]
        run = self._slopes.run(grid, [self.watched], asked, known, settled=rest, changes=changes, tolerance=FINE)
        relative = run.values[0, -1, 0] / run.batch.values[0, -1, 0]
        slope = relative[-1] * float(known[REFERENCE][0]) * self._by_level(score, by)
        slope[read] += relative[:-1] * given[0, by][read]
        if "committed_threshold" in names:
            place = names.index("committed_threshold")
            slope[place] -= given[0, by[place]] / float(known["committed_threshold"][0])
        return slope if untreated else slope * found.pace[sister]

    def _by_level(self, score: np.ndarray, by: list[int]) -> np.ndarray:
        """Derivative of the logarithm of the reference, which is where what the untreated cell carries is what it is measured against."""
        key = score.tobytes() + bytes(str(by), "ascii")
        if key not in self._level_slopes:
            values, given = self._typical(score)
            values[REFERENCE] = self._level(score)
            known = {name: np.ravel(value)[:1] for name, value in self.plain.undisturbed(values).items()}
            rest, loaded = self.plain.rest(values, 1), [self.plain.terms.find(LOADED)]
            if rest.outcomes[0] != 0:
                return np.full(len(by), np.nan)
            slopes, read = np.zeros(len(by)), self._read(self.plain, by)
            asked = [*(self.names[by[place]] for place in read), REFERENCE]
            run = self._plain_slopes.run([0.0, 1e-3], loaded, asked, known, settled=rest, tolerance=FINE)
            relative = run.values[0, 0, 0] / run.batch.values[0, 0, 0]
            slopes[read] = relative[:-1] * given[by][read] / (1.0 - relative[-1] * float(known[REFERENCE][0]))
            self._level_slopes = {key: slopes}
        return self._level_slopes[key]

    def _read(self, experiment: Any, by: list[int]) -> list[int]:
        """Places in `by` of rows that a model has: a drug's only where it is given."""
        rows = experiment.model.numbers.rows
        return [place for place, row in enumerate(by) if self.names[row] in rows]


def _margins(level: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Margins, places and paces (see `Sisters`) from levels of shape (sister, time)."""
    each = np.arange(len(level))
    lost = (level >= 0).any(axis=1)
    after = np.maximum((level >= 0).argmax(axis=1), 1)
    before, low, high = after - 1, level[each, after - 1], level[each, after]
    rise = np.maximum(high - low, 1e-9) / (grid[after] - grid[before])
    beyond = np.where(lost, rise * (grid[-1] - grid[before]) + low, 0.0)
    highest = np.where(lost, before, level.argmax(axis=1))
    treated = np.where(lost, EARLY * np.log1p(beyond / EARLY), level[each, level.argmax(axis=1)])
    return treated, highest, np.where(lost, 1.0 / (1.0 + beyond / EARLY), 1.0)
