"""MuSyC: synergy of potency and of efficacy as the numbers of one surface (Meyer 2019, Wooten 2021).

Four states: untouched, held by either drug, held by both. A drug binds at ``(dose / C)**h`` times the rate at which it leaves; where the
other holds already, its dose counts `alpha` times. Doses only occur over C, so that their unit does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.analysis.curve.hill import BEYOND, FLATTEST, STEEPEST, Hill
from exportin.analysis.curve.least_squares import best_start

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Musyc", "fit_musyc"]

MOST_ALPHA, MOST_EFFECT = 1e4, 1.5  # between which is searched; an effect is a viability
ALPHAS = (1.0, 10.0, 0.1)  # where searches begin
NAMES = ("E0", "E1", "E2", "E3", "C1", "C2", "h1", "h2", "alpha12", "alpha21")
_ON_LOG = slice(4, 10)


@dataclass(frozen=True)
class Musyc:
    """Surfaces of viability.

    Attributes
    ----------
    numbers : ndarray, shape (table, 10)
        E0, E1, E2, E3 (viability untreated, under either drug and under both, at infinite doses), C1, C2 (doses of half the effect),
        h1, h2, alpha12 (how many times a dose of drug 2 counts where drug 1 is), alpha21 (and the other way).
    squares : ndarray, shape (table,)
        Sum of squared residuals; 0 for surfaces that were given.

    Examples
    --------
    >>> surface = Musyc.of(E0=1, E1=0.5, E2=0.4, E3=0.1, C1=1, C2=2, h1=1, h2=1, alpha12=1, alpha21=1)
    >>> surface.at([[1.0, 0.0], [0.0, 2.0]]).round(3)
    array([[0.75, 0.7 ]])
    >>> surface.beta.round(3)
    array([0.5])
    """

    numbers: NDArray[np.float64]
    squares: NDArray[np.float64]

    @classmethod
    def of(cls, **numbers: float) -> Musyc:
        """One surface with given numbers."""
        return cls(np.array([[float(numbers[name]) for name in NAMES]]), np.zeros(1))

    def __getattr__(self, name: str) -> NDArray[np.float64]:
        if name in NAMES:
            return self.numbers[:, NAMES.index(name)]
        raise AttributeError(name)

    @property
    def beta(self) -> NDArray[np.float64]:
        """How much more both drugs do at infinite doses than the stronger one, over what that one does, shape (table,)."""
        stronger = np.minimum(self.E1, self.E2)
        with np.errstate(divide="ignore", invalid="ignore"):
            return (stronger - self.E3) / (self.E0 - stronger)

    def at(self, doses: ArrayLike) -> NDArray[np.float64]:
        """Viability, shape (table, point), at doses of shape (point, 2)."""
        return _surface(self.numbers, np.asarray(doses, dtype=float))


def _surface(numbers: NDArray[np.float64], doses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Steady state of the four states, by the weights of all trees that lead to each."""
    E0, E1, E2, E3, C1, C2, h1, h2, alpha12, alpha21 = (one[:, None] for one in numbers.T)
    one, two = (doses[:, 0] / C1) ** h1, (doses[:, 1] / C2) ** h2
    two_after, one_after = alpha12**h2 * two, alpha21**h1 * one
    nothing = 2.0 + two_after + one_after
    first = one * (2.0 + one_after) + two * one_after
    second = two * (2.0 + two_after) + one * two_after
    both = one * two_after * (1.0 + one_after) + two * one_after * (1.0 + two_after)
    return (E0 * nothing + E1 * first + E2 * second + E3 * both) / (nothing + first + second + both)


def fit_musyc(doses: NDArray[np.float64], viability: NDArray[np.float64], curves: tuple[Hill, Hill]) -> Musyc:
    """Fit a surface to each of many tables of the same wells by least squares.

    Parameters
    ----------
    doses : ndarray, shape (well, 2)
    viability : ndarray, shape (table, well)
    curves : tuple of Hill
        Inhibition by each drug alone, where the search begins; as many curves as tables.
    """
    lowest = viability.min(axis=1)
    begins = []
    for alpha in ALPHAS:
        columns = [np.ones(len(viability)), 1 - curves[0].Emax, 1 - curves[1].Emax, lowest]
        columns += [np.log(one) for one in (curves[0].C, curves[1].C, curves[0].h, curves[1].h)]
        begins.append(np.stack([*columns, *[np.full(len(viability), np.log(alpha))] * 2], axis=1))
    far = np.log(BEYOND)
    ends = [(np.log(some.min()) - far, np.log(some.max()) + far) for some in (doses[doses[:, drug] > 0, drug] for drug in range(2))]
    steep, alpha = (np.log(FLATTEST), np.log(STEEPEST)), (-np.log(MOST_ALPHA), np.log(MOST_ALPHA))
    bounds = np.array([*[(0.0, MOST_EFFECT)] * 4, *ends, steep, steep, alpha, alpha])

    def plain(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        numbers = parameters.copy()
        numbers[:, _ON_LOG] = np.exp(parameters[:, _ON_LOG])
        return numbers

    found = best_start(lambda p, _: _surface(plain(p), doses), np.array(begins), viability, bounds[:, 0], bounds[:, 1])
    return Musyc(plain(found.parameters), found.squares)
