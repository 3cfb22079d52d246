"""Numbers that stand for a whole curve, run by run, so that their intervals are those of the runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import UnknownName
from exportin.report.quantity import Quantity, describe, display_number, display_time
from exportin.result import EXTREMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.result import Result

__all__ = ["STATISTICS", "Number", "headline_numbers", "measure", "take"]


def _fold(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Value over start where it is furthest from it, up or down; not defined where the start is zero."""
    start = values[..., :1]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.abs(np.log(values / start))
    furthest = np.argmax(np.where(np.isfinite(logs), logs, -1.0), axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.take_along_axis(values, furthest[..., None], axis=-1)[..., 0] / start[..., 0]


STATISTICS: Mapping[str, Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]] = {
    "start": lambda values, time: values[..., 0],
    "end": lambda values, time: values[..., -1],
    "lowest": lambda values, time: values.min(axis=-1),
    "highest": lambda values, time: values.max(axis=-1),
    "mean": lambda values, time: np.trapezoid(values, time, axis=-1) / (time[-1] - time[0]),
    "largest change": lambda values, time: _fold(values),
    "time of lowest": lambda values, time: time[values.argmin(axis=-1)],
    "time of highest": lambda values, time: time[values.argmax(axis=-1)],
}
_SHOWN = {
    "drug": ("highest", "time of highest", "mean"),
    "occupancy": ("highest", "time of highest", "mean", "end"),
    "capacity": ("lowest", "time of lowest", "mean", "end"),
    "protein": ("start", "lowest", "highest", "end"),
    "mrna": ("highest", "time of highest", "end"),
    "share": ("start", "highest", "end"),
    "ratio": ("start", "highest", "largest change", "end"),
}


@dataclass(frozen=True)
class Number:
    """One number with the central 90 % of the runs.

    Attributes
    ----------
    quantity : Quantity
        What it is about.
    statistic : str
        A key of `STATISTICS`.
    unit : str
        Unit of the values; empty for hours, which are formatted with theirs.
    low, median, high : float
        5th percentile, median, 95th percentile over the runs; equal for one run.
    horizon : float
        h, to choose between hours and days.
    """

    quantity: Quantity
    statistic: str
    unit: str
    low: float
    median: float
    high: float
    horizon: float

    def show(self, value: float, digits: int = 3) -> str:
        """A value for people, without its unit unless it is a time."""
        if self.statistic.startswith("time of"):
            return display_time(value, self.horizon)
        return display_number(value, digits)

    @property
    def interval(self) -> str:
        """From the 5th to the 95th percentile."""
        return f"{self.show(self.low)} to {self.show(self.high)}"


def measure(result: Result, name: str, statistic: str) -> NDArray[np.float64]:
    """One number of every run, in the result's unit.

    Returns
    -------
    numbers : ndarray, shape (patient, draw, cell)

    Raises
    ------
    UnknownName
        If the observable or the statistic is not known.
    """
    if name not in result:
        raise UnknownName("observable of this result", name, result.observables)
    if statistic not in STATISTICS:
        raise UnknownName("statistic", statistic, STATISTICS)
    if statistic in EXTREMES and result.extremes and not result.is_pooled(name):
        return result.extremes[name][..., EXTREMES.index(statistic)]
    return STATISTICS[statistic](result.shown(name), result.time)


def take(result: Result, quantity: Quantity, statistic: str) -> Number:
    """One number of an observable with its interval, in the unit that is shown."""
    numbers = measure(result, quantity.name, statistic)
    factor, unit = quantity.factor, quantity.unit
    if statistic.startswith("time of"):
        factor, unit = 1.0, ""
    elif statistic == "largest change":
        factor, unit = 1.0, "fold of start"
    low, median, high = (float(value) * factor for value in np.quantile(result.counted(quantity.name, numbers), (0.05, 0.5, 0.95)))
    return Number(quantity, statistic, unit, low, median, high, float(result.time[-1]))


def headline_numbers(result: Result) -> tuple[Number, ...]:
    """The numbers of the report's table, observable by observable."""
    quantities = [describe(result, name) for name in result.observables]
    general = ("start", "lowest", "highest", "end")
    return tuple(take(result, one, statistic) for one in quantities for statistic in _SHOWN.get(one.kind, general))
