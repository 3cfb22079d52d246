"""Find the directions of the rows in which a cell comes nearer to death, from the kernel's exact derivatives.

Usage: ``python calibration/gradients.py``. In typical cells of sets that are drawn from the priors, untreated and at the last moment under
the drug at which the cell is not yet lost, the logarithm of cleaved PARP1 is differentiated by every row (its place as a normal score).
The gradients' lengths are left out, and the leading eigenvectors of the mean of their outer products kept: outside the space that they
span the data say next to nothing, so `sample.py` moves sets in it alone. Writes ``calibration/directions.tsv``.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from conditions import Condition, calibrated_names, read_targets, settle_shortly
from scipy.stats import norm

from exportin.experiment.reference import REFERENCE, find_levels
from exportin.kernel.batch import Tolerance
from exportin.kernel.sensitivity import Sensitivity

DIRECTIONS = Path(__file__).with_name("directions.tsv")
KEPT, SETS, SEED = 25, 32, 20
LOST = 10**-0.5  # of PARP1's threshold: beyond it death runs by itself, and the cleaved share says nothing of what began it
SMALL, FINE = 1e-3, Tolerance(1e-5, 1e-10)


class Slopes:
    """Gradients of one condition's typical cell."""

    def __init__(self, condition: Condition, names: list[str]) -> None:
        self.condition, self.names = condition, names
        self.sensitivity = Sensitivity(condition.experiment.solver)
        self.watched = [condition.experiment.terms.find("PARP1_cleaved")]

    def numbers(self, score: np.ndarray) -> tuple[dict, np.ndarray]:
        """Numbers of the typical cell at normal scores of the rows, and their derivatives by the scores."""
        here, plain = self.condition.experiment, self.condition.experiment.reference.experiment
        slopes, held = np.zeros(len(self.names)), []
        for one in (here, plain):
            values, rows = dict(one.numbers_of(None, None, None)), one.model.numbers.rows
            for place, name in enumerate(self.names):
                if name in rows and rows[name].internal:
                    low, middle, high = rows[name].quantiles(norm.cdf(score[place] + np.array([-SMALL, 0.0, SMALL])))
                    share = values[name] / rows[name].internal
                    values[name], slopes[place] = np.array([middle * share]), (high - low) / (2 * SMALL) * share
            held.append(values)
        held[0][REFERENCE] = find_levels(plain, held[1], 1)
        return held[0], slopes

    def gradients(self, score: np.ndarray) -> np.ndarray | None:
        """Of the untreated and of the treated cell, shape (2, name); None for a cell that does not live."""
        here, grid = self.condition.experiment, self.condition.grid
        values, slopes = self.numbers(score)
        rest, known = here.rest(values, 1), here.undisturbed(values)
        known = {name: np.ravel(value)[:1] for name, value in known.items()}
        if rest.outcomes[0] != 0:
            return None
        changes = list(here.changes)
        course = here.solver.run(grid, self.watched, known, start=rest.states, changes=changes, tolerance=FINE)
        over = np.flatnonzero(~(course.values[0, :, 0] < LOST * float(np.ravel(known["committed_threshold"])[0])))
        last = int(over[0]) - 1 if over.size else len(grid) - 1
        if course.outcomes[0] != 0 or last < 1:
            return None
        run = self.sensitivity.run(grid[: last + 1], self.watched, self.names, known, settled=rest, changes=changes, tolerance=FINE)
        relative = run.values[0, [0, last], 0] / run.batch.values[0, [0, last]]
        return relative * slopes


def gradients_of(score: np.ndarray) -> np.ndarray:
    """All gradients at one set, each of length one, shape (gradient, name); none where a cell does not live."""
    found = [one.gradients(score) for one in _slopes()]
    if any(one is None for one in found):
        return np.empty((0, len(score)))
    stacked = np.concatenate([one for one in found if one is not None])
    length = np.linalg.norm(stacked, axis=1, keepdims=True)
    return (stacked / length)[np.isfinite(length[:, 0]) & (length[:, 0] > 0)]


_KEPT: list[Slopes] = []


def _slopes() -> list[Slopes]:
    if not _KEPT:
        settle_shortly()
        names = calibrated_names()
        _KEPT.extend(Slopes(Condition(*key), names) for key in dict.fromkeys(one.condition for one in read_targets()))
    return _KEPT


def read_directions() -> tuple[list[str], np.ndarray]:
    """Rows and directions, shape (name, direction); the directions are orthonormal."""
    _head, *lines = DIRECTIONS.read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines]
    basis, _ = np.linalg.qr(np.array([[float(one) for one in row[1:]] for row in cells]))
    return [row[0] for row in cells], basis


def main(sets: int, workers: int) -> None:
    """Draw sets until enough of them live, and write the table."""
    names, found, lived, tried = calibrated_names(), [], 0, 0
    scores = norm.ppf(np.random.default_rng(SEED).uniform(0.0005, 0.9995, size=(20 * sets, len(names))))
    with ProcessPoolExecutor(workers) as pool:
        while lived < sets and tried < len(scores):
            for one in pool.map(gradients_of, scores[tried : tried + 2 * workers]):
                found.append(one)
                lived += len(one) > 0
            tried += 2 * workers
            print(f"{lived} of {tried} sets live", flush=True)
    stacked = np.concatenate(found)
    shares, vectors = np.linalg.eigh(stacked.T @ stacked / len(stacked))
    kept = vectors[:, ::-1][:, :KEPT]
    kept = kept * np.where(kept.sum(axis=0) < 0, -1.0, 1.0)
    lines = ["\t".join(["id", *(f"d{number}" for number in range(1, KEPT + 1))])]
    lines += ["\t".join([name, *(f"{one:.5f}" for one in row)]) for name, row in zip(names, kept, strict=True)]
    DIRECTIONS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(stacked)} gradients; the first direction has {shares[-1]:.2f} of them, the kept ones {shares[::-1][:KEPT].sum():.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=SETS)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    main(given.sets, given.workers)
