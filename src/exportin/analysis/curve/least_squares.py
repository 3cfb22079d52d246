"""Many small least-squares problems of one model at once: Levenberg and Marquardt's steps within bounds, vectorised over the problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Minimum", "Model", "best_start", "minimise_many"]

Model = Callable[["NDArray[np.float64]", "NDArray[np.intp]"], "NDArray[np.float64]"]

STEPS, FIRST_DAMPING, LEAST_DAMPING, MOST_DAMPING = 300, 1e-2, 1e-12, 1e12
SMALL = 6e-6  # of a parameter, for central differences: the cube root of a double's precision
TRIED = 3  # of the starts of a problem
ENOUGH = 1e-15  # relative fall of the sum of squares that ends a search


@dataclass(frozen=True)
class Minimum:
    """Ends of the searches.

    Attributes
    ----------
    parameters : ndarray, shape (problem, parameter)
    squares : ndarray, shape (problem,)
        Sum of squared residuals.
    """

    parameters: NDArray[np.float64]
    squares: NDArray[np.float64]


def minimise_many(
    model: Model,
    start: NDArray[np.float64],
    data: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> Minimum:
    """Minimise the sum of squared differences between a model and data, problem by problem.

    Parameters
    ----------
    model : callable
        From parameters, shape (some, parameter), of some problems and their numbers, shape (some,), to values, shape (some, datum).
    start : ndarray, shape (problem, parameter)
    data : ndarray, shape (problem, datum) or (datum,)
        NaN where a problem lacks a datum.
    low, high : ndarray, shape (parameter,)

    Returns
    -------
    minimum : Minimum

    Examples
    --------
    >>> slope = lambda parameters, which: parameters[:, :1] * np.array([1.0, 2.0, 3.0])
    >>> minimise_many(slope, np.ones((2, 1)), np.array([[2.0, 4.0, 6.0], [3.0, 6.0, np.nan]]), np.zeros(1), np.full(1, 9.0)).parameters
    array([[2.],
           [3.]])
    """
    data = np.broadcast_to(data, (len(start), np.shape(data)[-1]))
    known = np.isfinite(data)
    filled = np.where(known, data, 0.0)

    def residuals(parameters: NDArray[np.float64], which: NDArray[np.intp]) -> NDArray[np.float64]:
        return np.where(known[which], model(parameters, which) - filled[which], 0.0)

    going = np.arange(len(start))
    parameters = np.clip(np.array(start, dtype=float), low, high)
    left = residuals(parameters, going)
    squares, damping = (left**2).sum(axis=1), np.full(len(start), FIRST_DAMPING)
    for _ in range(STEPS):
        here, rest = parameters[going], residuals(parameters[going], going)
        tried = here + _steps(lambda p, at=going: residuals(p, at), here, rest, damping[going], low, high)
        tried = np.clip(tried, low, high)
        new = (residuals(tried, going) ** 2).sum(axis=1)
        old = squares[going]
        better = new < old
        parameters[going[better]], squares[going[better]] = tried[better], new[better]
        damping[going] = np.where(better, damping[going] / 5.0, damping[going] * 4.0).clip(LEAST_DAMPING, None)
        ended = np.where(better, old - new <= ENOUGH * old, damping[going] > MOST_DAMPING) | (new == 0)
        going = going[~ended]
        if not len(going):
            break
    return Minimum(parameters, squares)


def _steps(
    residuals: Callable[[NDArray[np.float64]], NDArray[np.float64]], here: NDArray[np.float64], rest: NDArray[np.float64],
    damping: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64],
) -> NDArray[np.float64]:  # fmt: skip
    """One damped step a problem; a parameter at a bound that it would cross stays there."""
    count = here.shape[1]
    slopes = np.empty((*rest.shape, count))
    for place in range(count):
        shift = np.zeros_like(here)
        shift[:, place] = SMALL * np.maximum(np.abs(here[:, place]), 1e-3)
        slopes[:, :, place] = (residuals(here + shift) - residuals(here - shift)) / (2.0 * shift[:, place, None])
    square = np.einsum("bni,bnj->bij", slopes, slopes)
    pull = np.einsum("bni,bn->bi", slopes, rest)
    held = ((here <= low) & (pull > 0)) | ((here >= high) & (pull < 0))
    each = np.arange(count)
    diagonal = square[:, each, each]
    square[:, each, each] += damping[:, None] * np.maximum(diagonal, 1e-12 * diagonal.max(axis=1, keepdims=True)) + 1e-300
    free = ~held
    square = np.where(free[:, :, None] & free[:, None, :], square, 0.0)
    square[:, each, each] += np.where(held, 1.0, 0.0)
    return -np.linalg.solve(square, np.where(held, 0.0, pull)[..., None])[..., 0]


def best_start(
    model: Model,
    starts: NDArray[np.float64],
    data: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> Minimum:
    """Minimise each problem from those of several starts that fit it best, and keep its best end.

    Parameters
    ----------
    starts : ndarray, shape (start, problem, parameter)
    model, data, low, high
        As in `minimise_many`.
    """
    problems, width = starts.shape[1:]
    table = np.broadcast_to(data, (problems, np.shape(data)[-1]))
    begins = np.clip(starts, low, high)
    each = np.arange(problems)
    misfit = np.array([np.nansum((model(one, each) - table) ** 2, axis=1) for one in begins])
    order = np.argsort(misfit, axis=0, kind="stable")[:TRIED]
    tried = begins[order, each].transpose(1, 0, 2).reshape(-1, width)
    per = len(order)
    ends = minimise_many(lambda p, which: model(p, which // per), tried, np.repeat(table, per, axis=0), low, high)
    squares = ends.squares.reshape(problems, per)
    best = squares.argmin(axis=1)
    chosen = ends.parameters.reshape(problems, per, width)[each, best]
    return Minimum(chosen, squares[each, best])
