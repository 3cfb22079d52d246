"""Response of one drug over dose: the curve, the numbers that it is told by, and their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.analysis.curve.growth_rate import growth_rate
from exportin.analysis.curve.hill import Hill, fit_hill
from exportin.json_number import plain
from exportin.pharmacology.in_patients import in_patients

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from exportin.analysis.plate.plate import Plate

__all__ = ["HALF", "DoseResponse", "Metric", "metrics_of"]

HALF = 0.5
FALLS = ("viability",)  # observables that begin at 1; those that say how many are dead begin at 0
SHARES = ("viability", "apoptotic_fraction")


@dataclass(frozen=True)
class Metric:
    """One number of a curve.

    Attributes
    ----------
    name, unit, what : str
    value, low, high : float
        Median and interval; infinite where no dose does it.
    share : float
        Part of the curves that have the number within the doses: an EC50 beyond them is an extrapolation.
    """

    name: str
    unit: str
    what: str
    value: float
    low: float
    high: float
    share: float

    def __str__(self) -> str:
        within = "" if self.share >= 1.0 else f"; within the doses in {100 * self.share:.0f} % of the curves"
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.name} {self.value:.3g}{unit} ({self.low:.3g} to {self.high:.3g}): {self.what}{within}"


@dataclass(frozen=True)
class DoseResponse:
    """A drug's curve.

    Attributes
    ----------
    drug, observable, unit : str
    source : str
        The table, or the cell and how long it was exposed.
    doses : ndarray, shape (dose,)
        uM.
    values : ndarray, shape (table, dose)
        Of each draw; of a plate its mean at each dose, and nothing else.
    curves : Hill
        One a draw; of a plate its own first, then those of the bootstrap.
    metrics : tuple of Metric
    interval : str
        What the intervals are.
    plate : Plate or None
        The wells, where they were measured.
    flagged : tuple of int
        Lines of the table whose values are outliers; they are in the fit.
    notes : tuple of str
    """

    drug: str
    observable: str
    unit: str
    source: str
    doses: NDArray[np.float64]
    values: NDArray[np.float64]
    curves: Hill
    metrics: tuple[Metric, ...]
    interval: str
    plate: Plate | None = None
    flagged: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Metric:
        for one in self.metrics:
            if one.name == name:
                return one
        from exportin.errors import UnknownName

        raise UnknownName("number of this curve", name, [one.name for one in self.metrics])

    def __str__(self) -> str:
        head = f"{self.drug}, {self.observable} ({self.source}), {len(self.doses)} doses"
        flagged = [f"Outliers, which are in the fit: line {', '.join(map(str, self.flagged))}."] if self.flagged else []
        patients = in_patients(self.drug)
        told = [] if patients is None else [str(patients)]
        return "\n".join([head, *map(str, self.metrics), f"Intervals: {self.interval}.", *flagged, *self.notes, *told])

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON; what is infinite or not known is None."""
        low, middle, high = np.nanquantile(self.values, (0.05, 0.5, 0.95), axis=0)
        points = [
            {"dose": float(dose), "value": plain(middle[place]), "low": plain(low[place]), "high": plain(high[place])}
            for place, dose in enumerate(self.doses)
        ]
        metrics = [{key: plain(value) for key, value in vars(one).items()} for one in self.metrics]
        return {
            "drug": self.drug, "observable": self.observable, "unit": self.unit, "source": self.source, "dose_unit": "uM", "points": points,
            "metrics": metrics, "interval": self.interval, "flagged_lines": list(self.flagged), "notes": list(self.notes),
        }  # fmt: skip

    def plot(self) -> Figure:
        """The curve with its band, and the wells."""
        from exportin.analysis.response.figure import draw_response

        return draw_response(self)


def metrics_of(
    curves: Hill, doses: NDArray[np.float64], observable: str, levels: tuple[float, float], divisions: NDArray[np.float64] | float | None
) -> tuple[Metric, ...]:
    """The numbers of a curve, each over all curves: midpoint, half response, slope, maximum, area, and growth-rate metrics.

    Parameters
    ----------
    curves : Hill
        The value of a number is its median over them.
    doses : ndarray, shape (dose,)
        Of the assay, without zero.
    observable : str
    levels : tuple of float
        Of the interval.
    divisions : ndarray, shape (curve,), or float, optional
        Doublings of untreated cells in the assay; without it there are no growth-rate metrics.
    """
    first, last = float(doses.min()), float(doses.max())
    grid = np.geomspace(first, last, 201)
    course = curves.at(grid)

    def metric(name: str, unit: str, what: str, values: NDArray[np.float64], dose: bool = False) -> Metric:
        low, value, high = np.quantile(values, (levels[0], 0.5, levels[1]), method="inverted_cdf")
        share = float(((values >= first) & (values <= last)).mean()) if dose else 1.0
        return Metric(name, unit, what, float(value), float(low), float(high), share)

    found = [metric("EC50", "uM", "dose of half of its own change", curves.C, True)]
    if observable in SHARES:
        name, what = ("IC50", "dose at which half is left") if observable in FALLS else ("ED50", "dose at which half of the cells are dead")
        found.append(metric(name, "uM", what, curves.dose_for(HALF), True))
    found += [
        metric("h", "1", "Hill coefficient", curves.h),
        metric("Emax", "1", f"{observable} at infinite dose", curves.Emax),
        metric("E_highest", "1", f"{observable} at the highest dose", course[:, -1]),
        metric("AUC", "1", "mean over the logarithm of dose", course.mean(axis=1)),
    ]
    if divisions is not None and observable in FALLS:
        found += _growth(metric, course, grid, divisions)
    return tuple(found)


def _growth(metric: Any, course: NDArray[np.float64], grid: NDArray[np.float64], divisions: NDArray[np.float64] | float) -> list[Metric]:
    """Growth-rate metrics of the courses, each fitted with a curve that begins at 1."""
    many = np.broadcast_to(np.asarray(divisions, dtype=float), len(course))[:, None]
    rates = growth_rate(np.maximum(course, 0.0), many)[:, ::10]
    fitted = fit_hill(grid[::10], rates, E0=1.0, lowest=-1.0, highest=1.0)
    return [
        metric("GR50", "uM", "dose at which the rate of division is halved", fitted.dose_for(HALF), True),
        metric("GR_highest", "1", "GR at the highest dose: 0 stands still, below dies", rates[:, -1]),
        metric("GRinf", "1", "GR at infinite dose", fitted.Emax),
        metric("hGR", "1", "Hill coefficient of the GR curve", fitted.h),
        metric("GRAOC", "1", "mean of 1 - GR over the logarithm of dose", (1.0 - rates).mean(axis=1)),
    ]
