"""Make the tables of a calibration: the draws that ship, and what the data say of each parameter.

Usage: ``python calibration/tabulate.py FOLDER``. Writes ``src/exportin/network/posterior.tsv`` (places in each row's distribution, a line
a set, taken in turn from all chains after their first third) and ``calibration/moved.tsv``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from chains import Chains
from conditions import read_targets
from fit import read_best
from gradients import read_directions
from likelihood import LEAST, MOST, Likelihood
from scipy.special import ndtr
from scipy.stats import t as student

HERE = Path(__file__).parent
DRAWS = HERE.parent / "src" / "exportin" / "network" / "posterior.tsv"
LINES, SETTLING = 200, 3  # lines of the table; one over the share of a chain that is left out
SURE = 0.05  # expected share of false names among the rows that are said to have moved


def read_chains(folder: Path) -> Chains:
    """All chains of a folder, without their beginnings."""
    files = sorted(folder.glob("chains_*.npz"), key=lambda file: int(file.stem.split("_")[1]))
    first, *others = (Chains.read(file) for file in files)
    whole = first.joined(others, 0)
    cut = whole.scores.shape[1] // SETTLING
    return Chains(**{name: value[:, cut:] for name, value in vars(whole).items()})


def spread_out(chains: Chains, lines: int) -> tuple[np.ndarray, np.ndarray]:
    """Chain and step of as many states as are wanted, all chains in turn, as far apart in a chain as can be."""
    count, steps = chains.log_likelihood.shape
    each = -(-lines // count)
    places = np.linspace(steps - 1, 0, each).astype(int)
    pairs = np.array([(chain, place) for place in places for chain in range(count)])[:lines]
    return pairs[:, 0], pairs[:, 1]


def moved(chains: Chains, names: list[str]) -> list[str]:
    """Lines of the table of rows: mean, narrowing, and how unlikely the mean is if the data say nothing of the row."""
    means = chains.scores.mean(axis=1)
    mean, spread = means.mean(axis=0), chains.scores.std(axis=(0, 1))
    p = 2 * student.sf(np.abs(mean) / (means.std(axis=0, ddof=1) / np.sqrt(len(means))), len(means) - 1)
    order = np.argsort(p)
    passing = np.flatnonzero(p[order] <= SURE * np.arange(1, len(p) + 1) / len(p))
    last = passing.max() if passing.size else -1
    lines = ["id\tmean_place\tshrinkage\tp\tmoved"]
    for rank, row in enumerate(order):
        figures = f"{ndtr(mean[row]):.3f}\t{1 - spread[row]:.3f}\t{p[row]:.1e}"
        lines.append(f"{names[row]}\t{figures}\t{'yes' if rank <= last else 'no'}")
    return lines


def agreement(values: np.ndarray) -> float:
    """Gelman and Rubin's R of halved chains, shape (chain, step): near 1 where each has seen what all have."""
    half = values.shape[1] // 2
    parts = np.concatenate([values[:, :half], values[:, half : 2 * half]])
    within = parts.var(axis=1, ddof=1).mean()
    return float(np.sqrt((half - 1) / half + parts.mean(axis=1).var(ddof=1) / within))


def main(folder: Path) -> None:
    """Write both tables."""
    names, _part, basis = read_directions()
    chains = read_chains(folder)
    chosen = spread_out(chains, LINES)
    places = ndtr(chains.scores[chosen]).clip(LEAST, MOST)
    lines = ["\t".join(names), *("\t".join(f"{place:.4f}" for place in row) for row in places)]
    DRAWS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = moved(chains, names)
    (HERE / "moved.tsv").write_text("\n".join(table) + "\n", encoding="utf-8")
    tell(folder, chains, basis, len({row.tobytes() for row in places}), sum(line.endswith("yes") for line in table))


def tell(folder: Path, chains: Chains, basis: np.ndarray, different: int, moved_rows: int) -> None:
    """Print what the documentation tells."""
    score, cost = read_best(folder)
    best, found = Likelihood()(score[None])
    print(f"{len(chains.scores)} chains, {chains.taken.mean():.2f} taken, {different} different lines; {moved_rows} rows moved")
    print("R of the log likelihood and the directions:", round(agreement(chains.log_likelihood), 2),
          np.round([agreement(chains.scores @ direction) for direction in basis.T], 2))  # fmt: skip
    print("log likelihood, 5, 50, 95 %:", np.quantile(chains.log_likelihood, [0.05, 0.5, 0.95]).round(1))
    print([one.claim + " " + one.condition[0] for one in read_targets()])
    print("chains", np.nanmedian(chains.found, axis=(0, 1)).round(2))
    print("mean  ", np.nanmean(chains.found, axis=(0, 1)).round(2))
    print("most probable", found[0].round(2))
    print(f"its cost {cost:.2f}, log likelihood {best[0]:.1f}, half the squared way from the middles {0.5 * score @ score:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
