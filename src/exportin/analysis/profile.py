"""Profile likelihood: how far a number can go before the data object, with all others free to follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.analysis.fit import Objective, Optimum, minimise

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Interval", "profile_interval"]

LEVEL = 3.841458820694124  # 0.95 quantile of chi-square with one degree of freedom
NEAR = 1e-3  # of the level: closer than this an end is found
MOST = 60


@dataclass(frozen=True)
class Interval:
    """A number with what the data allow.

    Attributes
    ----------
    name : str
    best, low, high : float
        The estimate, and the ends of the 95 % interval; an end that the data do not set is the bound of the search.
    open_below, open_above : bool
        Whether an end is only the bound.
    """

    name: str
    best: float
    low: float
    high: float
    open_below: bool
    open_above: bool

    @property
    def determined(self) -> bool:
        """Whether the data set both ends."""
        return not (self.open_below or self.open_above)


def profile_interval(objective: Objective, optimum: Optimum, index: int) -> Interval:
    """The 95 % interval of one estimated number, by its profile likelihood."""
    one = objective.problem.estimated[index]
    ends = [_end(objective, optimum, index, side) for side in (-1.0, 1.0)]
    (low, open_low), (high, open_high) = ends
    best = float(one.to_number(optimum.places[index]))
    return Interval(one.name, best, float(one.to_number(low)), float(one.to_number(high)), open_low, open_high)


def _end(objective: Objective, optimum: Optimum, index: int, side: float) -> tuple[float, bool]:
    """Place of one end, and whether it is only the bound of the search."""
    one = objective.problem.estimated[index]
    bound = one.to_place(one.low if side < 0 else one.high)
    begin = float(optimum.places[index])
    inside, follow, step = begin, optimum.places, _first_step(optimum, index)
    for _ in range(MOST):  # outwards, until the data object
        place = begin + side * step
        if side * (place - bound) >= 0:
            place = bound
        rise, there = _rise(objective, optimum, follow, index, place)
        if rise > LEVEL:
            return _between(objective, optimum, index, inside, place, follow), False
        if place == bound:
            return bound, True
        inside, follow, step = place, there, 2.0 * step
    return bound, True


def _first_step(optimum: Optimum, index: int) -> float:
    """Half of what the curvature at the optimum says that the interval is."""
    information = optimum.jacobian.T @ optimum.jacobian
    spread = float(np.sqrt(max(np.linalg.pinv(information)[index, index], 0.0)))
    return float(np.clip(0.98 * spread, 1e-4, 1.0))


def _between(objective: Objective, optimum: Optimum, index: int, inside: float, outside: float, follow: NDArray[np.float64]) -> float:
    """Where the profile passes the level, by a bisection that first tries the secant of its square root."""
    low, high = inside, outside
    rise_low, _ = _rise(objective, optimum, follow, index, low)
    rise_high, _ = _rise(objective, optimum, follow, index, high)
    for turn in range(MOST):
        roots = np.sqrt(max(rise_low, 0.0)), np.sqrt(max(rise_high, 0.0))
        share = (np.sqrt(LEVEL) - roots[0]) / (roots[1] - roots[0]) if roots[1] > roots[0] else 0.5
        share = 0.5 if turn % 3 == 2 else float(np.clip(share, 0.02, 0.98))
        place = low + share * (high - low)
        rise, there = _rise(objective, optimum, follow, index, place)
        if abs(rise - LEVEL) < NEAR * LEVEL or abs(high - low) < 1e-9:
            return place
        if rise > LEVEL:
            high, rise_high = place, rise
        else:
            low, rise_low, follow = place, rise, there
    return 0.5 * (low + high)


def _rise(
    objective: Objective, optimum: Optimum, follow: NDArray[np.float64], index: int, place: float
) -> tuple[float, NDArray[np.float64]]:
    """By how much chi-square rises where one number is held."""
    chi, there = minimise(objective, follow, {index: place})
    return chi - optimum.chi_square, there
