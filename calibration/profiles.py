"""Profile the likelihood by each row, on a quadratic surface through the log likelihoods of the weighed sets.

Usage: ``python calibration/profiles.py FOLDER`` after `sample.py`. A population's death cannot be differentiated, its log likelihood over
many sets can be fitted: a quadratic in the directions of ``directions.tsv``. The best place on it is searched from many starts with its
gradient, and each row is then held at places over its prior with all others following, under their priors. Writes
``calibration/profiles.tsv``: where the likelihood has fallen by 1.92 (95 %), open where the end of the prior comes first.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from gradients import read_directions
from sample import Sets, _scored
from scipy.optimize import minimize
from scipy.stats import norm

PROFILES = Path(__file__).with_name("profiles.tsv")
FALL = 1.92  # of the log likelihood: half the 0.95 quantile of chi-square with one degree of freedom
NEAR = 30.0  # below the best: what fits worse says nothing of the top
RIDGE, STARTS, END = 5.0, 20, 3.0
HELD = np.linspace(-END, END, 25)


@dataclass(frozen=True)
class Surface:
    """A quadratic a + b u + u C u.

    Attributes
    ----------
    linear : ndarray, shape (direction,)
    square : ndarray, shape (direction, direction)
    constant, explained : float
        `explained` is the share of the variance of sets left out of the fit.
    """

    constant: float
    linear: np.ndarray
    square: np.ndarray
    explained: float

    @classmethod
    def through(cls, places: np.ndarray, heights: np.ndarray) -> Surface:
        """By ridge regression; every fourth set is first left out to see what it explains, then taken in."""
        features = _features(places)
        apart = np.arange(len(places)) % 4 == 0
        trial = _ridge(features[~apart], heights[~apart])
        explained = 1.0 - np.var(heights[apart] - features[apart] @ trial) / np.var(heights[apart])
        found, size = _ridge(features, heights), places.shape[1]
        square = np.zeros((size, size))
        square[np.triu_indices(size)] = found[1 + size :]
        return cls(float(found[0]), found[1 : 1 + size], 0.5 * (square + square.T), float(explained))

    def __call__(self, place: np.ndarray) -> tuple[float, np.ndarray]:
        """Height and gradient."""
        return self.constant + self.linear @ place + place @ self.square @ place, self.linear + 2.0 * self.square @ place


def _features(places: np.ndarray) -> np.ndarray:
    first, second = np.triu_indices(places.shape[1])
    return np.column_stack([np.ones(len(places)), places, places[:, first] * places[:, second]])


def _ridge(features: np.ndarray, heights: np.ndarray) -> np.ndarray:
    penalty = RIDGE * np.eye(features.shape[1])
    penalty[0, 0] = 0.0
    return np.linalg.solve(features.T @ features + penalty, features.T @ heights)


def best(surface: Surface, direction: np.ndarray, held: float | None, start: np.ndarray) -> tuple[float, np.ndarray]:
    """The highest likelihood with the priors of all but the held row (all, where none is held), and where."""
    rest = max(1.0 - float(direction @ direction), 1e-6)  # of the held row's variance: what no direction carries

    def negative(place: np.ndarray) -> tuple[float, np.ndarray]:
        height, slope = surface(place)
        height, slope = height - 0.5 * place @ place, slope - place
        if held is not None:
            miss = held - direction @ place
            height, slope = height - 0.5 * miss**2 / rest + 0.5 * held**2, slope + miss / rest * direction
        return -height, -slope

    found = minimize(negative, start, jac=True, method="L-BFGS-B", bounds=[(-END, END)] * len(start))
    return -float(found.fun), found.x


def interval(surface: Surface, direction: np.ndarray, mode: np.ndarray) -> tuple[float, float]:
    """Normal scores at which the profile has fallen by `FALL`; infinite where it does not before the end."""
    heights = np.array([max(best(surface, direction, held, start)[0] for start in (mode, 0.0 * mode)) for held in HELD])
    fallen, top = heights < heights.max() - FALL, int(heights.argmax())
    below, above = np.flatnonzero(fallen[:top]), np.flatnonzero(fallen[top:])
    low = HELD[below[-1]] if below.size else -np.inf
    return float(low), float(HELD[top + above[0]]) if above.size else np.inf


def main(folder: Path) -> None:
    """Fit the surface, find its top, run the model there, and write the profiles."""
    names, basis = read_directions()
    sets = Sets.read(folder / "sets.npz")
    near = sets.log_likelihood > sets.log_likelihood.max() - NEAR
    surface = Surface.through(sets.scores[near] @ basis, sets.log_likelihood[near])
    starts = np.random.default_rng(3).standard_normal((STARTS, basis.shape[1]))
    none = np.zeros(basis.shape[1])
    ends = sorted((best(surface, none, None, start) for start in starts), key=lambda one: -one[0])
    mode = ends[0][1]
    agree = sum(ends[0][0] - height < 0.1 for height, _ in ends)
    likelihood, found = _scored((basis @ mode)[None])
    print(f"surface through {near.sum()} sets explains {surface.explained:.2f}; {agree} of {STARTS} starts end at its top")
    print(f"log likelihood there {surface(mode)[0]:.1f} by the surface, {likelihood[0]:.1f} by the model: {found[0].round(2)}")
    lines = ["id\tlow\thigh\tdetermined"]
    for name, direction in zip(names, basis, strict=True):
        low, high = interval(surface, direction, mode)
        ends_told = [f"{norm.cdf(end):.3f}" if np.isfinite(end) else "open" for end in (low, high)]
        lines.append("\t".join([name, *ends_told, "no" if "open" in ends_told else "yes"]))
    PROFILES.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{sum(line.endswith('yes') for line in lines)} of {len(names)} rows have both ends")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
