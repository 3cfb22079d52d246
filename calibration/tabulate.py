"""Make the tables of a calibration: the draws that ship, and what the data say of each parameter.

Usage: ``python calibration/tabulate.py FOLDER``. The likelihood is raised to the largest power, at most 1, at which the weights are worth
`ENOUGH` independent sets; the power is told, and less than 1 means that the draws agree with the data only in part. Writes
``src/exportin/network/posterior.tsv`` (places in each row's distribution, a line a set) and ``calibration/determined.tsv``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.stats import norm

HERE = Path(__file__).parent
DRAWS = HERE.parent / "src" / "exportin" / "network" / "posterior.tsv"
ENOUGH, LINES = 100, 200
SURE = 0.05  # expected share of false names among the rows that are called determined


def read_sets(folder: Path) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Names, places, scores and what each target gave, of all files of a folder."""
    files = [np.load(file) for file in sorted(folder.glob("sets-*.npz")) if "tmp" not in file.name]
    shares, scores, found = (np.concatenate([one[name] for one in files]) for name in ("shares", "scores", "found"))
    return list(files[0]["names"]), shares, scores, found


def weigh(scores: np.ndarray, power: float) -> np.ndarray:
    """Weights that add up to 1."""
    weights = np.exp(power * (scores - scores.max()))
    return weights / weights.sum()


def worth(weights: np.ndarray) -> float:
    """How many evenly weighted sets they are worth."""
    return float(1.0 / (weights**2).sum())


def usable_power(scores: np.ndarray) -> float:
    """The largest power that leaves `ENOUGH` sets."""
    low, high = 0.0, 1.0
    if worth(weigh(scores, high)) >= ENOUGH:
        return high
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if worth(weigh(scores, middle)) >= ENOUGH else (low, middle)
    return low


def main(folder: Path) -> None:
    """Write both tables."""
    names, shares, scores, found = read_sets(folder)
    power = usable_power(scores)
    weights = weigh(scores, power)
    cuts = (np.random.default_rng(0).uniform() + np.arange(LINES)) / LINES
    chosen = np.searchsorted(np.cumsum(weights), cuts).clip(0, len(weights) - 1)
    lines = ["\t".join(names), *("\t".join(f"{place:.4f}" for place in row) for row in shares[chosen].clip(0.0005, 0.9995))]
    DRAWS.write_text("\n".join(lines) + "\n", encoding="utf-8")

    mean = weights @ shares
    spread = np.sqrt(weights @ (shares - mean) ** 2)
    p = 2 * norm.sf(np.abs(mean - 0.5) * np.sqrt(12 * worth(weights)))
    order = np.argsort(p)
    passing = np.flatnonzero(p[order] <= SURE * np.arange(1, len(p) + 1) / len(p))
    last = passing.max() if passing.size else -1
    rows = ["id\tmean_place\tshrinkage\tp\tdetermined"]
    for rank, index in enumerate(order):
        figures = f"{mean[index]:.3f}\t{1 - spread[index] * np.sqrt(12):.3f}\t{p[index]:.1e}"
        rows.append(f"{names[index]}\t{figures}\t{'yes' if rank <= last else 'no'}")
    (HERE / "determined.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    different = len(set(chosen.tolist()))
    print(f"{len(scores)} sets, power {power:.3f}, worth {worth(weights):.0f}, {different} different lines; {last + 1} rows determined")
    print("prior  ", np.nanmean(found, axis=0).round(2), "\nweighed", np.nansum(weights[:, None] * np.nan_to_num(found), axis=0).round(2))
    print("best", scores.max().round(2), found[scores.argmax()].round(2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
