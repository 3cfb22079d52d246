"""The steady state of a model without drug: long integration, then Newton's method on the conserved totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import SimulationFailed
from exportin.kernel.solver import Solver, Tolerance

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SteadyState", "settle"]

_CLOSE, _ENOUGH = 1e-11, 1e-7  # relative Newton step: stop at once; good enough when rounding stops progress
_BALANCE = 1e-6  # net over gross rate of a species, above which it is not at rest
_NOTHING = 1e-20  # of the largest concentration: rounding of a species that is absent
_LONG = 2e6  # s; beyond the slowest exchange of the export cycle, whose XPO1 total starts at its fixed point


@dataclass(frozen=True)
class SteadyState:
    """A state in which nothing changes.

    Attributes
    ----------
    state : ndarray, shape (state,)
        Concentrations and rate-rule variables.
    distance : float
        Newton's last step relative to each species' size: how far the exact steady state still is.
    totals : ndarray, shape (moiety,)
        Conserved amounts, amol.
    """

    state: NDArray[np.float64]
    distance: float
    totals: NDArray[np.float64]


def settle(solver: Solver, values: Mapping[str, float], totals: Sequence[Mapping[str, int]]) -> SteadyState:
    """Find the steady state that has the same conserved totals as the initial state.

    Parameters
    ----------
    solver : Solver
        The compiled model.
    values : mapping of str to float
        Every number of the model, internal units.
    totals : sequence of mapping of str to int
        For each conserved moiety, how many of it each species holds.

    Raises
    ------
    SimulationFailed
        If the model does not settle (it oscillates, or has no steady state for these numbers).
    """
    start = solver.start(values)
    volumes = solver.volumes(values)
    keep = np.array([[members.get(name, 0) for name in solver.state_names] for members in totals], dtype=float).reshape(-1, len(start))
    keep *= volumes
    sums = keep @ start
    state = solver.run(values, start, np.array([0.0, _LONG]), tolerance=Tolerance(1e-9, 1e-12)).end
    solver.set_values(values)
    distance, unbalanced = np.inf, True
    for _ in range(12):
        size, rates = _sizes(state), solver.rates(state)
        step, gross = _newton_step(solver, state, rates, keep, sums - keep @ state, size)
        unbalanced = bool(np.any(np.abs(rates) > _BALANCE * gross))
        state = np.maximum(state + step, 0.0)
        before, distance = distance, float(np.max(np.abs(step) / size))
        if distance < _CLOSE or (distance < _ENOUGH and distance > 0.5 * before):
            break
    if unbalanced or not distance < _ENOUGH:
        raise SimulationFailed(
            f"the untreated cell does not settle (Newton's last step was {distance:.2g} of a species' size); check the parameters "
            "that you changed, it may oscillate or have no steady state."
        )
    state[state < _NOTHING * state.max()] = 0.0
    return SteadyState(state, distance, sums)


def _sizes(state: NDArray[np.float64]) -> NDArray[np.float64]:
    """Size of each species for judging its rate; nothing counts as smaller than 1e-9 of the largest."""
    return np.maximum(np.abs(state), 1e-9 * (float(np.abs(state).max()) or 1.0))


def _newton_step(
    solver: Solver,
    state: NDArray[np.float64],
    rates: NDArray[np.float64],
    keep: NDArray[np.float64],
    missing: NDArray[np.float64],
    size: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Newton step on rates = 0 and totals kept (the rates alone are singular along the conserved totals), and the gross rates.

    Unknowns are scaled by each species' size and equations by the size of their row, and solved by least squares.
    """
    jacobian = np.empty((len(state), len(state)))
    for index in range(len(state)):
        step = 1e-6 * size[index]
        ahead, behind = state.copy(), state.copy()
        ahead[index] += step
        behind[index] -= step
        jacobian[:, index] = (solver.rates(ahead) - solver.rates(behind)) / (2 * step)
    system = np.vstack([jacobian, keep]) * size
    weight = 1.0 / np.maximum(np.abs(system).max(axis=1), 1e-300)
    answer = np.concatenate([-rates, missing])
    solution, *_ = np.linalg.lstsq(system * weight[:, None], answer * weight, rcond=1e-14)
    return solution * size, np.abs(jacobian) @ size
