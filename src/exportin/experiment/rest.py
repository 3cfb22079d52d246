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

HORIZON = 1e7  # s; beyond the slowest exchange of the export cycle and the slowest loop of the pathways
DOUBLINGS = 40.0  # of the typical cell; what growth alone dilutes has then forgotten its start
ROUGH = Tolerance(1e-4, 1e-7)  # Newton does the rest
ROUNDS, CLOSE = 60, 1e-10  # of Newton's method for the totals, relative
MOST_STEPS = 5_000  # a cell that settles takes a few hundred; what takes more oscillates
STEP, TINY = 2.0, 1e-14  # longest step, as a logarithm; what keeps a total of nothing solvable


def settle_cells(
    solver: Solver,
    typical: Mapping[str, Any],
    values: Mapping[str, Any],
    count: int,
    tolerance: Tolerance | None = None,
    first: Settled | None = None,
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
    first : Settled, optional
        The typical cell's rest, where it is known already.
    """
    horizon = max(HORIZON, DOUBLINGS * float(typical.get("doubling_time", 0.0)))  # the same for all, whichever are computed together
    control = tolerance or ROUGH
    first = first or solver.settle(horizon, typical, tolerance=control, most_steps=MOST_STEPS)
    if count == 1 and all(np.array_equal(values.get(name, np.nan), typical[name]) for name in typical):
        return first
    if first.outcomes[0] != Outcome.DONE:
        return solver.settle(horizon, values, count=count, tolerance=control, most_steps=MOST_STEPS)
    begun = solver.start_of(values, count)
    weights = solver.totals()
    start = begun.copy()
    for row in start:  # one by one, so that no cell depends on which others are computed with it
        moved = carry_over(first.states[0], weights, weights @ row)
        row[:] = row if moved is None else moved
    return solver.settle(horizon, values, count=count, start=start, tolerance=control, most_steps=MOST_STEPS)


def carry_over(state: NDArray[np.float64], weights: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """A state scaled, each species by the totals that it belongs to, until it has other totals.

    The scaled state is x * exp(W^T u), which is never negative; u solves W x exp(W^T u) = totals by Newton's method.

    Parameters
    ----------
    state : ndarray, shape (state,)
    weights : ndarray, shape (total, state)
    totals : ndarray, shape (total,)

    Returns
    -------
    scaled : ndarray, shape (state,), or None
        None where the totals cannot be met.

    Examples
    --------
    >>> carry_over(np.array([3.0, 1.0]), np.array([[1.0, 1.0]]), np.array([8.0])).round(9)
    array([6., 2.])
    """
    if not np.isfinite(totals).all():
        return None
    empty = np.equal(totals, 0.0) & np.all(weights >= 0.0, axis=1)
    absent = np.any(weights[empty] > 0.0, axis=0)
    scaled = np.where(absent, 0.0, np.maximum(state, 0.0))  # a protein that the cell lacks is in none of its complexes
    sizes = np.maximum(np.abs(totals), TINY * np.abs(totals).max(initial=0.0))
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(ROUNDS):
            miss = totals - weights @ scaled
            if (np.abs(miss) <= CLOSE * sizes).all():
                return scaled if np.isfinite(scaled).all() else None
            slopes = (weights * scaled) @ weights.T
            slopes[np.diag_indices_from(slopes)] += TINY * np.abs(np.diagonal(slopes)).max()
            try:
                step = np.linalg.solve(slopes, miss)
            except np.linalg.LinAlgError:
                return None
            scaled = scaled * np.exp(np.clip(step, -STEP, STEP) @ weights)
    return None
