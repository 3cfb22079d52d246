"""Markov chains of parameter sets from where the fit's starts ended; what they visit are draws from the posterior.

Usage: ``python calibration/chains.py FOLDER``. The preconditioned Crank-Nicolson step leaves the priors as they are, so a step is taken or
not by the likelihood alone, at its full power. In the space of ``directions.tsv`` the steps are short, in all else they are longer, and
rows without a part in it are drawn anew each time. A chain has random numbers of its own, whichever others run beside it.
"""

from __future__ import annotations

import argparse
import itertools
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from gradients import read_directions
from likelihood import Likelihood
from scipy.stats import chi2

STEPS, SEED, BLOCK, EVERY = 180, 31, 6, 5  # BLOCK: starts whose chains are computed together
SHORT, LONGER = (0.02, 0.05, 0.12), 3.0  # of a step in the directions; outside of them by so much longer
FREE = 1e-5  # a row with a smaller part in the gradients is drawn anew
UNLIKELY = 0.005  # a start that ends with a cost beyond this share of the costs to be expected has not found its data


@dataclass
class Chains:
    """What some chains have visited.

    Attributes
    ----------
    scores : ndarray, shape (chain, step, name)
    log_likelihood : ndarray, shape (chain, step)
    found : ndarray, shape (chain, step, target)
        What each target gave.
    taken : ndarray of bool, shape (chain, step)
    """

    scores: np.ndarray
    log_likelihood: np.ndarray
    found: np.ndarray
    taken: np.ndarray

    @classmethod
    def read(cls, file: Path) -> Chains:
        """From a folder's file."""
        held = np.load(file)
        return cls(**{name: held[name] for name in cls.__dataclass_fields__})

    def write(self, file: Path) -> None:
        """All at once."""
        temporary = file.with_suffix(".tmp.npz")
        np.savez(temporary, **vars(self))
        temporary.replace(file)

    def joined(self, others: list[Chains], axis: int) -> Chains:
        """With more steps (axis 1) or more chains (axis 0)."""
        return Chains(**{name: np.concatenate([getattr(one, name) for one in (self, *others)], axis) for name in vars(self)})


def propose(scores: np.ndarray, basis: np.ndarray, free: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The next place of one chain, shape (name,); the priors, standard normal, stay what they are under it."""
    short = random.choice(SHORT)
    fresh = random.standard_normal(len(scores))
    held, new = ((one @ basis) @ basis.T for one in (scores, fresh))
    far = LONGER * short
    inside = np.sqrt(1.0 - short**2) * held + short * new
    outside = np.sqrt(1.0 - far**2) * (scores - held) + far * (fresh - new)
    return np.where(free, fresh, inside + outside)


def walk(likelihood: Likelihood, start: Chains, numbers: list[int], steps: int) -> Chains:
    """More steps of some chains from where they are."""
    _names, part, basis = read_directions()
    free = part < FREE
    basis = np.linalg.qr(np.where(free[:, None], 0.0, basis))[0]  # what is drawn anew is no part of a direction
    known = start.scores.shape[1]
    scores, value, found = (column[:, -1] for column in (start.scores, start.log_likelihood, start.found))
    visited = []
    for step in range(known, known + steps):
        randoms = [np.random.default_rng([SEED, number, step]) for number in numbers]
        tried = np.array([propose(one, basis, free, random) for one, random in zip(scores, randoms, strict=True)])
        floor = value + np.log([random.uniform() for random in randoms])
        new, seen = likelihood(tried, floor)
        taken = new >= floor
        scores, value, found = np.where(taken[:, None], tried, scores), np.where(taken, new, value), np.where(taken[:, None], seen, found)
        visited.append(Chains(scores[:, None], value[:, None], found[:, None], taken[:, None]))
    return visited[0].joined(visited[1:], 1)


def begun(likelihood: Likelihood, starts: np.ndarray) -> Chains:
    """Chains of one step."""
    value, found = likelihood(starts)
    return Chains(starts[:, None], value[:, None], found[:, None], np.ones((len(starts), 1), bool))


def good_starts(folder: Path) -> dict[int, np.ndarray]:
    """Ends of the fit's random starts, but those whose cost says that no way to their data was found.

    At its end the doubled cost of a start is distributed as chi-square with as many degrees of freedom as there are data, if rates are
    linear in the scores and no bound is met.
    """
    files = sorted(folder.glob("start_*.npz"), key=lambda file: int(file.stem.split("_")[1]))
    ends = {int(file.stem.split("_")[1]): np.load(file) for file in files}
    return {n: end["score"] for n, end in ends.items() if n and 2 * end["cost"] < chi2.isf(UNLIKELY, len(end["residuals"]))}


_LIKELIHOOD: list[Likelihood] = []


def _block(folder: Path, numbers: list[int], starts: np.ndarray, steps: int) -> str:
    if not _LIKELIHOOD:
        _LIKELIHOOD.append(Likelihood())
    file = folder / f"chains_{numbers[0] // BLOCK}.npz"
    chains = Chains.read(file) if file.exists() else begun(_LIKELIHOOD[0], starts)
    while chains.scores.shape[1] <= steps:
        chains = chains.joined([walk(_LIKELIHOOD[0], chains, numbers, EVERY)], 1)
        chains.write(file)
    return f"{file.name}: {chains.taken[:, 1:].mean():.2f} taken; log likelihood {chains.log_likelihood.mean(0)[::EVERY].round(1)}"


def main(folder: Path, steps: int, workers: int) -> None:
    """Run or go on."""
    starts = good_starts(folder)
    blocks = [list(group) for _, group in itertools.groupby(starts, lambda number: number // BLOCK)]
    with ProcessPoolExecutor(workers) as pool:
        going = [pool.submit(_block, folder, block, np.array([starts[one] for one in block]), steps) for block in blocks]
        for one in going:
            print(one.result(), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    main(given.folder, given.steps, given.workers)
