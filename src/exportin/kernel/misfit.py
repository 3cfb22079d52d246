"""Least squares: how far a model is from data, and which way is down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import BadQuantity
from exportin.kernel.sensitivity import Sensitivity

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Measured", "Misfit", "measure_misfit"]


@dataclass(frozen=True)
class Measured:
    """Data of one experiment.

    Attributes
    ----------
    times : ndarray, shape (time,)
        The first is the start of the simulation.
    names : tuple of str
        Observables, as for `Solver.run`.
    values : ndarray, shape (time, name)
        NaN where nothing was measured.
    spread : ndarray, shape (time, name), or number
        Standard deviation of each.
    """

    times: NDArray[np.float64]
    names: tuple[str, ...]
    values: NDArray[np.float64]
    spread: NDArray[np.float64] | float = 1.0


@dataclass(frozen=True)
class Misfit:
    """Half the sum of squared residuals, and its derivatives.

    Attributes
    ----------
    value : float
    gradient : ndarray, shape (by,)
    residuals : ndarray, shape (datum,)
        (model - data) / spread.
    jacobian : ndarray, shape (datum, by)
        Derivatives of the residuals.
    """

    value: float
    gradient: NDArray[np.float64]
    residuals: NDArray[np.float64]
    jacobian: NDArray[np.float64]


def measure_misfit(sensitivity: Sensitivity, data: Measured, by: Sequence[str], values: Mapping[str, ArrayLike], **how: Any) -> Misfit:
    """Misfit of a model to data at some numbers, with its gradient.

    Parameters
    ----------
    sensitivity : Sensitivity
    data : Measured
    by : sequence of str
        Parameters or states to differentiate by.
    values : mapping of str to number
    **how
        Passed on to `Sensitivity.run`: changes, settled, tolerance.

    Raises
    ------
    BadQuantity, SimulationFailed

    Examples
    --------
    >>> import exportin as xp
    >>> from exportin.network.antimony_text import antimony_to_sbml
    >>> solver = xp.kernel.compile(antimony_to_sbml("model m; A -> ; k*A; A = 2; k = 1; end", "m"))
    >>> data = Measured(np.array([0.0, 1.0]), ("A",), np.array([[np.nan], [2 * np.exp(-1.0)]]))
    >>> found = measure_misfit(Sensitivity(solver), data, ["k"], {"k": 1.0})
    >>> bool(found.value < 1e-12), bool(abs(found.jacobian[0, 0] + 2 * np.exp(-1.0)) < 1e-6)
    (True, True)
    """
    measured = np.asarray(data.values, dtype=np.float64)
    if measured.shape != (len(data.times), len(data.names)):
        raise BadQuantity(f"data of shape {measured.shape} for {len(data.times)} times and {len(data.names)} observables.")
    spread = np.broadcast_to(np.asarray(data.spread, dtype=np.float64), measured.shape)
    there = ~np.isnan(measured)
    if not (spread[there] > 0).all():
        raise BadQuantity("the spread of a datum must be a positive number.")
    found = sensitivity.run(data.times, data.names, by, values, **how)
    found.batch.checked()
    residuals = (found.batch.values[0][there] - measured[there]) / spread[there]
    jacobian = found.values[0][there] / spread[there][:, None]
    return Misfit(0.5 * float(residuals @ residuals), jacobian.T @ residuals, residuals, jacobian)
