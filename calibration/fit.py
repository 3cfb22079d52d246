"""Fit the pathways' rows to the calibration data by the kernel's gradients, from many starts.

Usage: ``python calibration/fit.py FOLDER``. Randomised maximum likelihood: every start is a draw from the priors, with data drawn anew
about what was stated; the nearest set (in normal scores) that meets these data is searched by damped Gauss-Newton steps. For rates that are
linear in the scores the sets found are draws from the posterior; here they are where `chains.py` begins. Start 0 is the middle of all
priors with the data as stated. The most probable set is searched from there and from the ends that meet their data best.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from conditions import SISTERS, Condition, Target, calibrated_names, read_targets, settle_shortly
from gradients import read_directions
from margins import BOUND, Margins, Sisters
from scipy.special import log_ndtr, logsumexp, ndtri, ndtri_exp
from scipy.stats import norm

STARTS, BEST, SEED = 29, 6, 20
SOFTS = (5.0, 2.5, 1.25)  # what a cell's margin is blurred by, ever less: sister cells differ by 3 to 7, with a gap where death sets in
STEPS, LEAST = 10, 0.05  # at each blur, while they gain that much
FAR, SHARE, CELLS = 3.0, 0.08, 3  # what is met by that much needs no gradient; nor do cells beyond the nearest few
FIRST, MOST = 10.0, 3e4  # of the damping
MOVED = 167  # rows; with the reference they fill seven passes of the derivatives


@dataclass(frozen=True)
class Blurred:
    """A target's share of cells as a normal score, and how it changes with each sister's margin."""

    score: float
    by_sister: np.ndarray


def blurred(margins: np.ndarray, weight: np.ndarray, soft: float) -> Blurred:
    """The share of cells with a margin above zero, blurred.

    A score keeps its slope where hardly a cell is lost or nearly all are; the share itself does not.

    Examples
    --------
    >>> round(blurred(np.array([-1.0, 1.0]), np.ones(2), 1.0).score, 6)
    0.0
    """
    with np.errstate(divide="ignore"):
        logs = np.log(weight / weight.sum())
    place = margins / soft
    below = ndtri_exp(logsumexp(logs + log_ndtr(place)))
    score = below if below < 0 else -ndtri_exp(logsumexp(logs + log_ndtr(-place)))
    return Blurred(float(score), np.exp(logs - 0.5 * place**2 + 0.5 * score**2) / soft)


class Fit:
    """The data as residuals of the scores of all rows.

    Attributes
    ----------
    names : list of str
    rows : list of int
        Places of those that a step moves; the others stay where the start has them.
    soft : float
        What margins are blurred by now.
    """

    def __init__(self, rows: list[str] | None = None) -> None:
        settle_shortly()
        self.soft = SOFTS[0]
        self.names, self.targets = calibrated_names(), read_targets()
        self.rows = [self.names.index(name) for name in rows or moving_rows()]
        keys = dict.fromkeys(one.condition for one in self.targets)
        self.margins = {key: Margins(Condition(*key), self.names) for key in keys}
        self.wanted = np.array([ndtri(_dead(one)) for one in self.targets])
        self.width = np.array([one.sd for one in self.targets]) / norm.pdf(self.wanted)
        self.side = np.array([{"about": 0, "at least": -1}.get(one.kind, 1) for one in self.targets])

    def sisters(self, score: np.ndarray) -> dict[tuple, Sisters] | None:
        """Of every condition; None where a kind of cell has no living one."""
        found = {}
        for key, one in self.margins.items():
            sisters = one.sisters(score, SISTERS)
            if sisters is None or not self.weights(sisters).sum() > 0:
                return None
            found[key] = sisters
        return found

    def blurred(self, target: Target, sisters: Sisters) -> Blurred:
        """The dead under the drug among the cells that live without it, or the dead without it."""
        if target.kind == "alive":
            return blurred(sisters.untreated, np.ones(len(sisters.untreated)), self.soft)
        return blurred(sisters.treated, self.weights(sisters), self.soft)

    def weights(self, sisters: Sisters) -> np.ndarray:
        """Of the treated cells: their progeny, and none of those that are dead without the drug."""
        return sisters.weight * norm.cdf(-sisters.untreated / self.soft)

    def residuals(self, found: dict[tuple, Sisters], wanted: np.ndarray) -> np.ndarray:
        """Signed, in standard deviations; also where a bound is met."""
        scores = np.array([self.blurred(one, found[one.condition]).score for one in self.targets])
        return (scores - wanted) / self.width

    def missed(self, residuals: np.ndarray) -> np.ndarray:
        """Residuals without those of bounds that are met."""
        return np.where((self.side == 0) | (self.side * residuals > 0), residuals, 0.0)

    def slopes(self, score: np.ndarray, found: dict[tuple, Sisters], residuals: np.ndarray) -> np.ndarray:
        """Of the residuals by the rows that move, shape (target, row); none for a bound that is met by far."""
        held = np.zeros((len(self.targets), len(self.rows)))
        for number, target in enumerate(self.targets):
            if self.side[number] * residuals[number] < -FAR:
                continue
            sisters = found[target.condition]
            by = self.blurred(target, sisters).by_sister
            nearest = [one for one in np.argsort(-by)[:CELLS] if by[one] >= SHARE * by.sum()]
            for one in nearest:
                slope = self.margins[target.condition].slopes(score, int(one), sisters, target.kind == "alive", self.rows)
                if np.isfinite(slope).all():
                    held[number] += by[one] * slope / self.width[number]
        return held


def _dead(target: Target) -> float:
    return 1.0 - target.value if target.kind == "alive" else target.value


def damped(fit: Fit, slopes: np.ndarray, residuals: np.ndarray, moved: np.ndarray, damping: float) -> np.ndarray:
    """The step of least cost in the linear model, with `damping` times half its own square: Levenberg and Marquardt's.

    Parameters
    ----------
    moved : ndarray, shape (row,)
        Where the rows are now, from the start.
    """
    active = fit.missed(residuals) != 0
    best, least, scale = np.zeros_like(moved), np.inf, 1.0 + damping
    for _ in range(12):
        chosen = slopes[active]
        pull = moved + chosen.T @ residuals[active]
        inner = np.linalg.solve(scale * np.eye(len(chosen)) + chosen @ chosen.T, chosen @ pull)
        step = (chosen.T @ inner - pull) / scale
        after = fit.missed(residuals + slopes @ step)
        cost = ((moved + step) ** 2).sum() + (after**2).sum() + damping * (step**2).sum()
        if cost < least:
            best, least = step, cost
        if ((after != 0) == active).all():
            break
        active = after != 0
    return best


@dataclass
class Place:
    """A set, what its cells do, and its cost."""

    score: np.ndarray
    found: dict[tuple, Sisters]
    residuals: np.ndarray
    cost: float


def look(fit: Fit, score: np.ndarray, centre: np.ndarray, wanted: np.ndarray, held: np.ndarray) -> Place | None:
    """A set, if its cells live; `held` are rows that the way from the start does not count."""
    found = fit.sisters(score)
    if found is None:
        return None
    residuals = fit.residuals(found, wanted)
    way = (score - centre)[~held]
    return Place(score, found, residuals, 0.5 * float(way @ way) + 0.5 * float((fit.missed(residuals) ** 2).sum()))


def search(fit: Fit, place: Place, centre: np.ndarray, wanted: np.ndarray, steps: int, held: np.ndarray) -> Place:
    """Steps from a set towards the least cost about a centre, ever more damped until one gains."""
    free, damping = np.array(fit.rows), FIRST
    for _ in range(steps):
        slopes = fit.slopes(place.score, place.found, place.residuals)
        slopes[:, held[free]] = 0.0
        moved = np.where(held[free], 0.0, (place.score - centre)[free])
        better = None
        while better is None and damping < MOST:
            score = place.score.copy()
            score[free] = (score[free] + damped(fit, slopes, place.residuals, moved, damping)).clip(-BOUND, BOUND)
            tried = look(fit, score, centre, wanted, held)
            better = tried if tried is not None and tried.cost < place.cost - 1e-3 else None
            damping = max(damping / 4.0, 0.1) if better is not None else damping * 4.0
        if better is None:
            break
        gain, place = place.cost - better.cost, better
        if gain < LEAST:
            break
    return place


def fit_start(fit: Fit, number: int, begin: np.ndarray | None = None) -> Place | None:
    """The end of one start; None where no way to it was found."""
    random = np.random.default_rng([SEED, number])
    centre = random.standard_normal(len(fit.names)).clip(-BOUND, BOUND) if number else np.zeros(len(fit.names))
    wanted = fit.wanted + fit.width * (random.standard_normal(len(fit.targets)) if number else 0.0)
    held = np.zeros(len(fit.names), bool)
    score = np.zeros(len(fit.names)) if begin is None else begin
    place = None
    for soft in SOFTS:
        fit.soft = soft
        place = _towards(fit, score, centre, wanted, held)
        if place is None:
            return None
        place = search(fit, place, centre, wanted, STEPS, held)
        score = place.score
    return place


def _towards(fit: Fit, score: np.ndarray, centre: np.ndarray, wanted: np.ndarray, held: np.ndarray) -> Place | None:
    """What no step moves goes to a new centre at once; the rest stays."""
    new = centre.copy()
    new[fit.rows] = score[fit.rows]
    return look(fit, new, centre, wanted, held)


def moving_rows() -> list[str]:
    """The rows with the largest parts in the gradients."""
    names, part, _ = read_directions()
    return [names[place] for place in np.argsort(-part)[:MOVED]]


_FIT: list[Fit] = []


def _one(file: Path, number: int, begin: Path | None) -> str:
    """Search from one start and keep its end."""
    if file.exists():
        return f"{file.stem}: there"
    if not _FIT:
        _FIT.append(Fit())
    place = fit_start(_FIT[0], number, np.load(begin)["score"] if begin and begin.exists() else None)
    if place is None:
        return f"{file.stem}: no way found"
    missed = _FIT[0].missed(place.residuals)
    np.savez(file, score=place.score, residuals=place.residuals, missed=missed, cost=place.cost)
    return f"{file.stem}: cost {place.cost:.2f}, of it data {0.5 * float(missed @ missed):.2f}; {missed.round(1)}"


def read_best(folder: Path) -> tuple[np.ndarray, float]:
    """The most probable set that was found, and its cost."""
    ends = [np.load(file) for file in sorted(folder.glob("best_*.npz"))]
    best = min(ends, key=lambda end: float(end["cost"]))
    return best["score"], float(best["cost"])


def main(folder: Path, starts: int, workers: int) -> None:
    """Run or go on."""
    folder.mkdir(parents=True, exist_ok=True)
    first = folder / "start_0.npz"
    print(_one(first, 0, None), flush=True)
    with ProcessPoolExecutor(workers) as pool:
        files = [folder / f"start_{number}.npz" for number in range(1, starts)]
        for told in pool.map(_one, files, range(1, starts), [first] * len(files)):
            print(told, flush=True)
        ends = sorted((file for file in files if file.exists()), key=lambda file: float((np.load(file)["missed"] ** 2).sum()))
        begins = [first, *ends[: BEST - 1]]
        files = [folder / f"best_{number}.npz" for number in range(BEST)]
        for told in pool.map(_one, files, [0] * BEST, begins):
            print(told, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    main(given.folder, given.starts, given.workers)
