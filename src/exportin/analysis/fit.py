"""Least squares with exact gradients from many starting points, and what the data say about each number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.analysis.problem import Estimated, Problem
from exportin.errors import BadQuantity, SimulationFailed, UnknownName
from exportin.kernel.batch import Tolerance
from exportin.kernel.misfit import measure_misfit
from exportin.network.parameters import uniform_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Objective", "Optimum", "find_optimum", "scipy_stats"]

TOLERANCE = Tolerance(1e-8, 1e-11)
LOST = 1e6  # residual of every datum where the model cannot be integrated: far, and flat
CLOSE = 0.1  # starts whose chi-square is within this of the best have found the same optimum


class Objective:
    """Residuals of a problem and their derivatives, on the scales of what is estimated.

    Parameters
    ----------
    problem : Problem

    Raises
    ------
    UnknownName
        If the problem estimates, fixes, sets or observes something that the model does not have.
    """

    def __init__(self, problem: Problem) -> None:
        from exportin.kernel import compile as compile_model
        from exportin.kernel.sensitivity import Sensitivity

        solver = compile_model(problem.sbml)
        self.problem, self.data = problem, problem.measured()
        known = {*solver.parameters, *(name for name in solver.states if name)}
        for name in (*(one.name for one in problem.estimated), *problem.fixed, *(change.target for change in problem.changes)):
            if name not in known:
                raise UnknownName("number of the model", name, known)
        twice = sorted({one.name for one in problem.estimated} & set(problem.fixed))
        if twice:
            raise BadQuantity(f"{', '.join(twice)}: both estimated and fixed; take it out of one of them.")
        self._sensitivity = Sensitivity(solver)
        self.solver = solver
        self.count = int(np.isfinite(self.data.values).sum())

    def numbers(self, places: NDArray[np.float64]) -> dict[str, float]:
        """Values of all numbers of the problem at places on the scales."""
        found = {one.name: float(one.to_number(place)) for one, place in zip(self.problem.estimated, places, strict=True)}
        return {**self.problem.fixed, **found}

    def __call__(self, places: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Residuals, shape (datum,), and their derivatives, shape (datum, estimated)."""
        wanted = [one.name for one in self.problem.estimated]
        try:
            found = measure_misfit(
                self._sensitivity, self.data, wanted, self.numbers(places), changes=self.problem.changes, tolerance=TOLERANCE
            )
        except SimulationFailed:
            return np.full(self.count, LOST), np.zeros((self.count, len(wanted)))
        slopes = np.array([one.slope(place) for one, place in zip(self.problem.estimated, places, strict=True)], dtype=float)
        return found.residuals, found.jacobian * slopes


@dataclass(frozen=True)
class Optimum:
    """The best fit of a problem.

    Attributes
    ----------
    places : ndarray, shape (estimated,)
        On the scales of what is estimated.
    chi_square : float
        Sum of squared residuals.
    residuals : ndarray, shape (datum,)
    jacobian : ndarray, shape (datum, estimated)
    others : tuple of float
        Chi-square of every start, best first; the starts that could not be integrated are infinite.
    """

    places: NDArray[np.float64]
    chi_square: float
    residuals: NDArray[np.float64]
    jacobian: NDArray[np.float64]
    others: tuple[float, ...]

    @property
    def agreeing(self) -> int:
        """How many starts ended at this optimum."""
        return sum(one - self.chi_square < CLOSE for one in self.others)


def find_optimum(objective: Objective, starts: int | None = None, *, first: NDArray[np.float64] | None = None) -> Optimum:
    """Search from `first`, if given, and from points that are spread evenly between the bounds (a Latin hypercube of the seed).

    Raises
    ------
    SimulationFailed
        If the model can be integrated from none of them.
    """
    problem = objective.problem
    count = problem.starts if starts is None else starts
    begins = [] if first is None else [first]
    begins += list(latin_hypercube(problem.estimated, count, problem.seed))
    ends = sorted((minimise(objective, begin) for begin in begins), key=lambda one: one[0])
    if not ends or not np.isfinite(ends[0][0]):
        raise SimulationFailed(f"the model can be integrated from none of {len(begins)} starting points; narrow the bounds.")
    places = ends[0][1]
    residuals, jacobian = objective(places)
    return Optimum(places, float(residuals @ residuals), residuals, jacobian, tuple(chi for chi, _ in ends))


def latin_hypercube(estimated: tuple[Estimated, ...], count: int, seed: int) -> NDArray[np.float64]:
    """Places between the bounds: each number's range is cut into `count` parts, of which every start takes another."""
    columns = []
    for one in estimated:
        shares = [uniform_share(seed, "draw", f"start {one.name}", k) for k in range(count)]
        order = np.argsort([uniform_share(seed, "draw", f"order {one.name}", k) for k in range(count)])
        low, high = one.to_place(one.low), one.to_place(one.high)
        columns.append(low + (high - low) * (order + np.array(shares)) / max(count, 1))
    return np.array(columns).T.reshape(count, len(estimated))


def minimise(
    objective: Objective, begin: NDArray[np.float64], held: Mapping[int, float] | None = None
) -> tuple[float, NDArray[np.float64]]:
    """Chi-square and place of the optimum that a start leads to, with some of the numbers held."""
    optimise = _scipy()
    fixed = held or {}
    free = [k for k in range(len(begin)) if k not in fixed]
    whole = np.array(begin, dtype=float)
    for k, place in fixed.items():
        whole[k] = place
    if not free:
        residuals, _ = objective(whole)
        return float(residuals @ residuals), whole
    bounds = np.array([(one.to_place(one.low), one.to_place(one.high)) for one in objective.problem.estimated])[free]
    cache: dict[bytes, Any] = {}

    def at(part: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        key = part.tobytes()
        if key not in cache:
            cache.clear()
            place = whole.copy()
            place[free] = part
            residuals, jacobian = objective(place)
            cache[key] = residuals, jacobian[:, free]
        return cache[key]

    inside = np.clip(whole[free], bounds[:, 0] + 1e-9, bounds[:, 1] - 1e-9)
    found = optimise.least_squares(
        lambda part: at(part)[0], inside, jac=lambda part: at(part)[1], bounds=bounds.T, xtol=1e-10, ftol=1e-10, gtol=1e-10, max_nfev=300
    )
    whole[free] = found.x
    chi = 2.0 * float(found.cost)
    return (chi if chi < LOST**2 else np.inf), whole


def _scipy() -> Any:
    try:
        from scipy import optimize
    except ImportError as error:
        raise BadQuantity("fits need scipy, which is not installed; install it with: pip install 'exportin[analysis]'") from error
    return optimize


def scipy_stats() -> Any:
    """Scipy's distributions.

    Raises
    ------
    BadQuantity
        If scipy is not installed.
    """
    try:
        from scipy import stats
    except ImportError as error:
        raise BadQuantity("outliers need scipy, which is not installed; install it with: pip install 'exportin[analysis]'") from error
    return stats
