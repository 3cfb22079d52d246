"""Make the tables of a calibration: the draws that ship, and what the data say of each parameter.

Usage: ``python calibration/tabulate.py FOLDER``. States are taken in turn from all chains after their first third. Writes
``src/exportin/network/posterior.tsv`` (places in each row's distribution, a line a set), ``calibration/moved.tsv`` and, for `rivals.py`,
the draws themselves into the folder.
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


def moved(scores: np.ndarray, names: list[str]) -> list[str]:
    """Lines of the table of rows: mean, narrowing, and how unlikely the mean is if the data say nothing of the row.

    Parameters
    ----------
    scores : ndarray, shape (chain, state, name)
        Chains, not states, are independent of each other.
    """
    means, count = scores.mean(axis=1), len(scores)
    mean, error = means.mean(axis=0), means.std(axis=0, ddof=1) / np.sqrt(count)
    spread = scores.std(axis=(0, 1))
    p = 2 * student.sf(np.abs(mean) / error, count - 1)
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
    count = len(chains.scores)
    chain, step = spread_out(chains, LINES)
    draws = chains.scores[chain, step], chains.log_likelihood[chain, step], chains.found[chain, step]
    write_draws(folder, names, *draws)
    table = moved(chains.scores, names)
    (HERE / "moved.tsv").write_text("\n".join(table) + "\n", encoding="utf-8")
    print(f"{count} chains, {chains.taken.mean():.2f} taken; R of the log likelihood {agreement(chains.log_likelihood):.1f},",
          "of the directions", np.round([agreement(chains.scores @ direction) for direction in basis.T], 1))  # fmt: skip
    different = len({line.tobytes() for line in draws[0]})
    print(f"{different} different lines; {sum(line.endswith('yes') for line in table)} rows moved")
    tell("all states", chains.log_likelihood, chains.found)
    tell("draws", *draws[1:])
    score, cost = read_best(folder)
    tell(f"most probable set (cost {cost:.2f}, half its squared way {0.5 * score @ score:.2f})", *Likelihood()(score[None]))


def write_draws(folder: Path, names: list[str], scores: np.ndarray, log_likelihood: np.ndarray, found: np.ndarray) -> None:
    """The table that ships, and the draws with what each target gave."""
    places = ndtr(scores).clip(LEAST, MOST)
    lines = ["\t".join(names), *("\t".join(f"{place:.4f}" for place in row) for row in places)]
    DRAWS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    np.savez(folder / "draws.npz", scores=scores, log_likelihood=log_likelihood, found=found)


def tell(what: str, log_likelihood: np.ndarray, found: np.ndarray) -> None:
    """Print what the documentation tells."""
    kinds = [one.claim + " " + one.condition[0] for one in read_targets()]
    means = np.nanmean(found.reshape(-1, len(kinds)), axis=0).round(2).tolist()
    print(what, "log likelihood, 5, 50, 95 %, most:", np.quantile(log_likelihood, [0.05, 0.5, 0.95, 1.0]).round(1))
    print("   ", dict(zip(kinds, means, strict=True)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
