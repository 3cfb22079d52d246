"""Find which rows, and which directions of them, bring a cell nearer to death, from the kernel's exact derivatives.

Usage: ``python calibration/gradients.py``. In sets that are drawn from the priors the margins (`margins.py`) of one living cell of each
condition, untreated and treated, are differentiated by every row. The gradients' lengths are left out. ``calibration/directions.tsv`` has
each row's part in their squares, and the leading eigenvectors of the mean of their outer products: in the space that these span sets are
moved with care, elsewhere freely (`chains.py`); and rows without a part are not searched (`fit.py`).
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from conditions import SISTERS, Condition, calibrated_names, read_targets, settle_shortly
from margins import BOUND, Margins

DIRECTIONS = Path(__file__).with_name("directions.tsv")
KEPT, SETS, SEED = 25, 32, 20


def gradients_of(score: np.ndarray) -> np.ndarray:
    """All gradients at one set, each of length one, shape (gradient, name); none where a kind of cell does not live."""
    found = []
    for one in _margins():
        sisters = one.sisters(score, SISTERS)
        living = [] if sisters is None else np.flatnonzero(sisters.untreated < 0)
        if sisters is None or not len(living):
            return np.empty((0, len(score)))
        rows = list(range(len(score)))
        kinds = (True, False) if one.condition.drugged else (True,)
        found += [one.slopes(score, int(living[0]), sisters, untreated, rows) for untreated in kinds]
    stacked = np.array(found)
    length = np.linalg.norm(stacked, axis=1, keepdims=True)
    return (stacked / length)[np.isfinite(length[:, 0]) & (length[:, 0] > 0)]


_KEPT: list[Margins] = []


def _margins() -> list[Margins]:
    if not _KEPT:
        settle_shortly()
        names = calibrated_names()
        _KEPT.extend(Margins(Condition(*key), names) for key in dict.fromkeys(one.condition for one in read_targets()))
    return _KEPT


def read_directions() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Rows, the part of each in the squares of the gradients, and directions, shape (name, direction), which are orthonormal."""
    _head, *lines = DIRECTIONS.read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines]
    basis, _ = np.linalg.qr(np.array([[float(one) for one in row[2:]] for row in cells]))
    return [row[0] for row in cells], np.array([float(row[1]) for row in cells]), basis


def main(sets: int, workers: int) -> None:
    """Draw sets until enough of them live, and write the table."""
    names, found, lived, tried = calibrated_names(), [], 0, 0
    scores = np.random.default_rng(SEED).standard_normal((20 * sets, len(names))).clip(-BOUND, BOUND)
    with ProcessPoolExecutor(workers) as pool:
        while lived < sets and tried < len(scores):
            for one in pool.map(gradients_of, scores[tried : tried + 2 * workers]):
                found.append(one)
                lived += len(one) > 0
            tried += 2 * workers
            print(f"{lived} of {tried} sets live", flush=True)
    stacked = np.concatenate(found)
    mean = stacked.T @ stacked / len(stacked)
    shares, vectors = np.linalg.eigh(mean)
    kept = vectors[:, ::-1][:, :KEPT]
    kept = kept * np.where(kept.sum(axis=0) < 0, -1.0, 1.0)
    lines = ["\t".join(["id", "part", *(f"d{number}" for number in range(1, KEPT + 1))])]
    for name, part, row in zip(names, np.diag(mean), kept, strict=True):
        lines.append("\t".join([name, f"{part:.2e}", *(f"{one:.5f}" for one in row)]))
    DIRECTIONS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = np.cumsum(np.sort(np.diag(mean))[::-1])
    print(f"{len(stacked)} gradients; the first direction has {shares[-1]:.2f} of them, the kept ones {shares[::-1][:KEPT].sum():.2f}")
    print("rows that have 99 % and 99.9 %:", int((rows < 0.99).sum()) + 1, int((rows < 0.999).sum()) + 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=SETS)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    main(given.sets, given.workers)
