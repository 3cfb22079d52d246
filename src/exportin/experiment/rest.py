"""Untreated steady states of many cells, found from that of a typical one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.kernel.batch import Outcome, Settled, Tolerance
from exportin.kernel.solver import Solver

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["carry_over", "settle_cells"]

HORIZON = 2e6  # s; beyond the slowest exchange of the export cycle, whose XPO1 total starts at its fixed point
DOUBLINGS = 25.0  # what growth alone dilutes has then forgotten its start
ROUGH = Tolerance(1e-4, 1e-7)  # Newton does the rest
ROUNDS, CLOSE = 60, 1e-10  # of Newton's method for the totals, relative


def settle_cells(
    solver: Solver, typical: Mapping[str, Any], values: Mapping[str, Any], count: int, tolerance: Tolerance | None = None
) -> Settled:
    """Settle many cells that differ in their numbers.

    Each starts at the typical cell's rest, with every conserved total made its own: that is near its own rest, and where a cell has a
    dead state beside the living one, it starts alive. A cell whose totals cannot be met so starts at the model's initial values.

    Parameters
    ----------
    solver : Solver
    typical, values : mapping of str to number or ndarray, shape (count,)
        Numbers of the typical cell and of all cells.
    count : int
    tolerance : Tolerance, optional
        Of the long run before Newton's method.
    """
    slowest = max(float(np.max(one.get("doubling_time", 0.0))) for one in (typical, values))
    horizon = max(HORIZON, DOUBLINGS * slowest)
    control = tolerance or ROUGH
    first = solver.settle(horizon, typical, tolerance=control)
    if count == 1 and all(np.array_equal(values.get(name), typical[name]) for name in typical):
        return first
    if first.outcomes[0] != Outcome.DONE:
        return solver.settle(horizon, values, count=count, tolerance=control)
    begun = solver.initial_states(values, count)
    weights = solver.totals()
    start = carry_over(first.states[0], weights, begun @ weights.T)
    start = np.where(np.isnan(start).any(axis=1, keepdims=True), begun, start)
    return solver.settle(horizon, values, count=count, start=start, tolerance=control)


def carry_over(state: NDArray[np.float64], weights: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """A state scaled, each species by the totals that it belongs to, until it has other totals.

    The scaled state is x * exp(W^T u), which is never negative; u solves W x exp(W^T u) = totals by Newton's method.

    Parameters
    ----------
    state : ndarray, shape (state,)
    weights : ndarray, shape (total, state)
    totals : ndarray, shape (cell, total)

    Returns
    -------
    states : ndarray, shape (cell, state)
        NaN where the totals cannot be met.

    Examples
    --------
    >>> carry_over(np.array([3.0, 1.0]), np.array([[1.0, 1.0]]), np.array([[8.0]])).round(9)
    array([[6., 2.]])
    """
    positive = np.maximum(state, 0.0)
    sizes = np.maximum(np.abs(totals), 1e-300)
    found = np.zeros_like(totals)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for _ in range(ROUNDS if totals.size else 0):
            scaled = positive * np.exp(found @ weights)
            miss = totals - scaled @ weights.T
            if np.nanmax(np.abs(miss) / sizes, initial=0.0) < CLOSE:
                break
            slopes = np.einsum("ts,cs,us->ctu", weights, scaled, weights)
            slopes += 1e-14 * np.abs(slopes).max(axis=(1, 2), initial=0.0)[:, None, None] * np.eye(len(weights))
            step = np.linalg.solve(slopes, miss[..., None])[..., 0] if np.isfinite(slopes).all() else np.full_like(found, np.nan)
            found = found + np.clip(step, -2.0, 2.0)
        states = positive * np.exp(found @ weights)
        missed = (np.abs(states @ weights.T - totals) / sizes > 1e-6).any(axis=1)
    states[missed | ~np.isfinite(states).all(axis=1)] = np.nan
    return states
