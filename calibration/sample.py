"""Weigh parameter sets of the pathways by the calibration data, drawn ever more from where the data are met.

Usage: ``python calibration/sample.py FOLDER``. Adaptive importance sampling: the first round is drawn from the priors of the tables, each
later one from a normal distribution fitted to the weighed sets so far, and a part still from the priors. Sets are moved only in the space
of ``directions.tsv`` (`gradients.py`); in all else each is a fresh draw from the priors, so no set descends from another and what the data
say nothing of stays as wide as it was. The weight of a set is prior times likelihood over the density that it was drawn from, which is the
mixture of all rounds. It writes what it has after every round, and goes on from there. `tabulate.py` makes the tables.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from conditions import Condition, calibrated_names, read_targets, settle_shortly
from gradients import read_directions
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, norm

FIRST, LATER, ROUNDS = 1000, 600, 8
FROM_PRIOR = 0.15  # of each later round: keeps every weight bounded
ENOUGH = 100  # independent sets that weights have to be worth
TOWARDS_PRIOR = 0.3  # of a fitted covariance: as many sets do not settle one of 25 directions
BATCH, HOPELESS = 32, -80.0  # a set so far from the data has no weight at any power that is used


class Likelihood:
    """Log likelihood of parameter sets, target by target."""

    def __init__(self) -> None:
        settle_shortly()
        self.names = calibrated_names()
        self.targets = read_targets()
        keys = list(dict.fromkeys(one.condition for one in self.targets))
        self.conditions = {key: Condition(*key) for key in keys}

    def __call__(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sum over the targets, and what each target gave (NaN where a set was given up), shape (set, target)."""
        total = np.zeros(len(shares))
        found = np.full((len(shares), len(self.targets)), np.nan)
        for key, condition in self.conditions.items():
            going = np.flatnonzero(total > HOPELESS)
            if not len(going):
                break
            dead, alive = condition.run(self.names, shares[going])
            for number, target in enumerate(self.targets):
                if target.condition == key:
                    found[going, number] = alive if target.kind == "alive" else dead
                    total[going] += target.log_likelihood(found[going, number])
        return total, found


@dataclass
class Sets:
    """What has been drawn.

    Attributes
    ----------
    scores : ndarray, shape (set, name)
        Places in each row's distribution, as normal scores.
    log_likelihood : ndarray, shape (set,)
    found : ndarray, shape (set, target)
    sizes, means, covariances : lists
        Of each round: how many sets, and the normal distribution that the later ones were drawn from, in the space of the directions.
    """

    scores: np.ndarray
    log_likelihood: np.ndarray
    found: np.ndarray
    sizes: list[int]
    means: list[np.ndarray]
    covariances: list[np.ndarray]

    @classmethod
    def read(cls, file: Path) -> Sets:
        """From a folder's file."""
        held = np.load(file)
        lists = {name: list(held[name]) for name in ("sizes", "means", "covariances")}
        return cls(held["scores"], held["log_likelihood"], held["found"], **lists)

    def write(self, file: Path) -> None:
        """All at once."""
        temporary = file.with_suffix(".tmp.npz")
        np.savez(temporary, **{name: np.array(value) for name, value in vars(self).items()})
        temporary.replace(file)

    def log_ratio(self, basis: np.ndarray) -> np.ndarray:
        """Logarithm of the prior over the density of what was drawn; the same in all that is not moved."""
        places = self.scores @ basis
        prior = norm.logpdf(places).sum(axis=1)
        parts = []
        for size, mean, covariance in zip(self.sizes, self.means, self.covariances, strict=True):
            near = multivariate_normal(mean, covariance).logpdf(places)
            parts.append(np.log(size / sum(self.sizes)) + np.logaddexp(np.log(FROM_PRIOR) + prior, np.log1p(-FROM_PRIOR) + near))
        return prior - logsumexp(parts, axis=0)


def weigh(log_likelihood: np.ndarray, log_ratio: np.ndarray, power: float) -> np.ndarray:
    """Weights that add up to 1."""
    logs = power * log_likelihood + log_ratio
    return np.exp(logs - logsumexp(logs))


def worth(weights: np.ndarray) -> float:
    """How many evenly weighted sets they are worth."""
    return float(1.0 / (weights**2).sum())


def usable_power(log_likelihood: np.ndarray, log_ratio: np.ndarray) -> float:
    """The largest power of the likelihood, at most 1, that leaves `ENOUGH` sets."""
    low, high = 0.0, 1.0
    if worth(weigh(log_likelihood, log_ratio, high)) >= ENOUGH:
        return high
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if worth(weigh(log_likelihood, log_ratio, middle)) >= ENOUGH else (low, middle)
    return low


_LIKELIHOOD: list[Likelihood] = []


def _scored(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not _LIKELIHOOD:
        _LIKELIHOOD.append(Likelihood())
    return _LIKELIHOOD[0](norm.cdf(scores))


def next_round(sets: Sets | None, basis: np.ndarray, names: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Normal scores to try, with the normal distribution that they come from."""
    number = len(sets.sizes) if sets else 0
    random = np.random.default_rng([11, number])
    scores = random.standard_normal((LATER if sets else FIRST, names))
    mean, covariance = np.zeros(basis.shape[1]), np.eye(basis.shape[1])
    if sets:
        ratio = sets.log_ratio(basis)
        weights = weigh(sets.log_likelihood, ratio, usable_power(sets.log_likelihood, ratio))
        places = sets.scores @ basis
        mean = weights @ places
        spread = (weights[:, None] * (places - mean)).T @ (places - mean)
        covariance = (1 - TOWARDS_PRIOR) * spread + TOWARDS_PRIOR * covariance
        moved = random.uniform(size=len(scores)) >= FROM_PRIOR
        drawn = random.multivariate_normal(mean, covariance, size=len(scores))
        scores[moved] += (drawn[moved] - scores[moved] @ basis) @ basis.T
    return norm.ppf(norm.cdf(scores).clip(0.0005, 0.9995)), mean, covariance


def sample(folder: Path, rounds: int, workers: int) -> None:
    """Run or go on."""
    file = folder / "sets.npz"
    names, basis = read_directions()
    if names != calibrated_names():
        raise SystemExit("directions.tsv names other rows than the pathways have: run gradients.py")
    sets = Sets.read(file) if file.exists() else None
    with ProcessPoolExecutor(workers) as pool:
        while sets is None or len(sets.sizes) < rounds:
            scores, mean, covariance = next_round(sets, basis, len(names))
            parts = list(pool.map(_scored, [scores[first : first + BATCH] for first in range(0, len(scores), BATCH)]))
            likelihood, found = (np.concatenate(column) for column in zip(*parts, strict=True))
            new = Sets(scores, likelihood, found, [len(scores)], [mean], [covariance])
            sets = new if sets is None else joined(sets, new)
            sets.write(file)
            ratio = sets.log_ratio(basis)
            power = usable_power(sets.log_likelihood, ratio)
            told = f"worth {worth(weigh(sets.log_likelihood, ratio, power)):.0f} at power {power:.3f}, best {sets.log_likelihood.max():.1f}"
            print(f"round {len(sets.sizes)}: {len(sets.scores)} sets, {told}; median of the round {np.median(likelihood):.1f}", flush=True)


def joined(old: Sets, new: Sets) -> Sets:
    """Both, in order."""
    arrays = (np.concatenate([getattr(old, name), getattr(new, name)]) for name in ("scores", "log_likelihood", "found"))
    return Sets(*arrays, old.sizes + new.sizes, old.means + new.means, old.covariances + new.covariances)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    sample(given.folder, given.rounds, given.workers)
