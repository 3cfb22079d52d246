"""Make the tables of a calibration: the draws that ship, and what the data say of each parameter.

Usage: ``python calibration/tabulate.py FOLDER``. The likelihood is raised to the largest power, at most 1, at which the weights are worth
`ENOUGH` independent sets (`sample.py`); the power is told, and less than 1 means that the draws agree with the data only in part. Writes
``src/exportin/network/posterior.tsv`` (places in each row's distribution, a line a set) and ``calibration/moved.tsv``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from conditions import read_targets
from gradients import read_directions
from sample import Sets, usable_power, weigh, worth
from scipy.stats import norm

HERE = Path(__file__).parent
DRAWS = HERE.parent / "src" / "exportin" / "network" / "posterior.tsv"
LINES = 200
SURE = 0.05  # expected share of false names among the rows that are said to have moved


def weighed(folder: Path) -> tuple[list[str], Sets, np.ndarray, float]:
    """Names of the rows, the sets, their weights, and the power of the likelihood."""
    names, basis = read_directions()
    sets = Sets.read(folder / "sets.npz")
    ratio = sets.log_ratio(basis)
    power = usable_power(sets.log_likelihood, ratio)
    return names, sets, weigh(sets.log_likelihood, ratio, power), power


def main(folder: Path) -> None:
    """Write both tables."""
    names, sets, weights, power = weighed(folder)
    cuts = (np.random.default_rng(0).uniform() + np.arange(LINES)) / LINES
    chosen = np.searchsorted(np.cumsum(weights), cuts).clip(0, len(weights) - 1)
    places = norm.cdf(sets.scores[chosen])
    lines = ["\t".join(names), *("\t".join(f"{place:.4f}" for place in row) for row in places)]
    DRAWS.write_text("\n".join(lines) + "\n", encoding="utf-8")

    mean = weights @ sets.scores
    spread = np.sqrt(weights @ (sets.scores - mean) ** 2)
    p = 2 * norm.sf(np.abs(mean) * np.sqrt(worth(weights)))
    order = np.argsort(p)
    passing = np.flatnonzero(p[order] <= SURE * np.arange(1, len(p) + 1) / len(p))
    last = passing.max() if passing.size else -1
    rows = ["id\tmean_place\tshrinkage\tp\tmoved"]
    for rank, index in enumerate(order):
        figures = f"{norm.cdf(mean[index]):.3f}\t{1 - spread[index]:.3f}\t{p[index]:.1e}"
        rows.append(f"{names[index]}\t{figures}\t{'yes' if rank <= last else 'no'}")
    (HERE / "moved.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    tell(sets, weights, power, len(set(chosen.tolist())), last + 1)


def tell(sets: Sets, weights: np.ndarray, power: float, different: int, moved: int) -> None:
    """Print what the documentation tells."""
    size = f"{len(weights)} sets, power {power:.3f}, worth {worth(weights):.0f}, {different} different lines; {moved} rows moved"
    first = sets.found[: sets.sizes[0]]
    best = sets.log_likelihood.argmax()
    given_up = np.isnan(sets.found)
    means = np.nansum(np.where(given_up, 0.0, weights[:, None] * sets.found), axis=0) / (weights[:, None] * ~given_up).sum(axis=0)
    print(size, [one.claim + " " + one.condition[0] for one in read_targets()])
    print("prior  ", np.nanmean(first, axis=0).round(2), "\nweighed", means.round(2))
    print("best", sets.log_likelihood[best].round(2), sets.found[best].round(2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
