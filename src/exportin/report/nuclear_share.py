"""Share of each cargo's molecules that is in the nucleus, before treatment and when most XPO1 carries drug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.report.background import volumes
from exportin.report.quantity import describe, display_name, display_number, display_time

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.result import Result

__all__ = ["Moment", "ShareChange", "choose_moment", "compare_shares"]


@dataclass(frozen=True)
class Moment:
    """When 'during treatment' is.

    Attributes
    ----------
    index : int
        On the time axis.
    time : str
        For people.
    why : str
        What makes it the moment, for example the largest median occupancy.
    """

    index: int
    time: str
    why: str


@dataclass(frozen=True)
class ShareChange:
    """A cargo's nuclear share at two times, each as 5th percentile, median and 95th percentile (0 to 1).

    Attributes
    ----------
    symbol, name : str
        In the model, and for people.
    before : tuple of float
        At the start.
    during : tuple of float or None
        At the moment; None where nothing was given.
    """

    symbol: str
    name: str
    before: tuple[float, float, float]
    during: tuple[float, float, float] | None


def choose_moment(result: Result) -> Moment | None:
    """The time of the largest median XPO1 occupancy or, where that was not observed, of the largest shift of the cargoes.

    None where no drug was given or nothing moves.
    """
    if "XPO1_occupancy" in result:
        median = result.quantiles("XPO1_occupancy", (0.5,))[0]
        if median.max() <= 0:
            return None
        place = int(median.argmax())
        largest = "the largest median XPO1 occupancy" if result.runs > 1 else "the largest XPO1 occupancy"
        return _moment(result, place, f"{largest}, {display_number(100 * float(median[place]))} %")
    if not result.provenance.get("exposures"):
        return None
    medians = [np.quantile(values, 0.5, axis=0) for values in _shares(result).values()]
    if not medians:
        return None
    shift = np.sum([np.abs(median - median[0]) for median in medians], axis=0)
    return _moment(result, int(shift.argmax()), "the largest shift of the cargoes") if shift.max() > 0 else None


def compare_shares(result: Result, moment: Moment | None) -> tuple[ShareChange, ...]:
    """Nuclear shares of every cargo observed, over all runs.

    A share that was not observed is computed from the cargo's N/C and the volumes of the two compartments.
    """
    changes = []
    for symbol, values in _shares(result).items():
        before = _three(values[:, 0])
        during = None if moment is None else _three(values[:, moment.index])
        changes.append(ShareChange(symbol, display_name(symbol), before, during))
    return tuple(changes)


def _moment(result: Result, place: int, why: str) -> Moment:
    return Moment(place, display_time(float(result.time[place]), float(result.time[-1])), why)


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
    return float(low), float(median), float(high)


def _shares(result: Result) -> dict[str, NDArray[np.float64]]:
    """Nuclear share of each cargo, shape (run, time)."""
    quantities = [describe(result, name) for name in result.observables]
    cargoes = [one for one in quantities if one.is_cargo]
    found: dict[str, NDArray[np.float64]] = {}
    for one in cargoes:
        if one.kind == "share":
            found[one.subject] = result.values[one.name]
    sizes = volumes(result)
    for one in cargoes:
        if one.kind == "ratio" and one.subject not in found and sizes is not None:
            nucleus, cytoplasm = (np.reshape(size, (1, -1, 1, 1)) for size in sizes)
            inside = result.values[one.name] * nucleus
            found[one.subject] = inside / (inside + cytoplasm)
    ordered = dict.fromkeys(one.subject for one in cargoes)
    return {symbol: result.done(found[symbol]) for symbol in ordered if symbol in found}
