"""A measured plate's curve, with intervals from a bootstrap and outliers told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exportin.analysis.curve.hill import Hill, fit_hill
from exportin.analysis.curve.outlier import find_outliers, robust_spread
from exportin.analysis.plate.noise import noisy_tables, scale_notes
from exportin.analysis.plate.plate import Plate
from exportin.analysis.response.response import DoseResponse, metrics_of
from exportin.errors import BadQuantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["fit_plate"]

NUMBERS = 3  # of the curve: viability without drug is 1 by the table's own scale
LEVELS = (0.025, 0.975)
ROUNDS = 20  # of a robust fit


def fit_plate(plate: Plate, *, divisions: float | None = None, bootstrap: int = 500, seed: int = 0) -> DoseResponse:
    """Fit one drug's wells.

    Parameters
    ----------
    plate : Plate
        Of one drug.
    divisions : float, optional
        Doublings of untreated cells in the assay, for growth-rate metrics.
    bootstrap : int
    seed : int

    Raises
    ------
    BadQuantity
        If there are too few doses, or two drugs.
    """
    if len(plate.drugs) != 1:
        raise BadQuantity(f"{plate.source}, block {plate.block}: {len(plate.drugs)} drugs; score them with combine, or keep one of them.")
    if divisions is not None and not (np.isfinite(divisions) and divisions > 0):
        raise BadQuantity(f"divisions: {divisions!r} is not a positive number of doublings of the untreated cells.")
    plate.check_single()
    treated = ~plate.untreated
    doses, viability = plate.doses[treated, 0], plate.viability[treated]
    best = fit_hill(doses, viability, E0=1.0)
    flagged = find_outliers(viability - _robust(doses, viability).at(doses)[0], NUMBERS)
    spread, left = _spread(plate, viability - best.at(doses)[0])
    tables = noisy_tables(best.at(doses)[0], spread, left, bootstrap, seed)
    curves = fit_hill(doses, np.concatenate([viability[None], tables]), E0=1.0)
    points, means = plate.means()
    interval = "95 %, none, as there are as few wells as numbers" if not len(tables) else (
        f"95 % of {bootstrap} tables with the noise of this one (standard deviation {spread:.3g}, {left} degrees of freedom)")  # fmt: skip
    metrics = metrics_of(curves, doses, "viability", LEVELS, divisions)
    lines = tuple(int(line) for line in plate.lines[treated][flagged])
    return DoseResponse(
        plate.drugs[0], "viability", "1", f"{plate.source}, block {plate.block}", points[:, 0], means[None], curves, metrics, interval,
        plate, lines, _notes(plate, divisions),
    )  # fmt: skip


def _robust(doses: NDArray[np.float64], viability: NDArray[np.float64]) -> Hill:
    """A curve that values far away hardly pull: least squares with Cauchy's weights, again and again."""
    curve = fit_hill(doses, viability, E0=1.0)
    for _ in range(ROUNDS):
        residuals = viability - curve.at(doses)[0]
        scale = robust_spread(residuals, NUMBERS)
        if scale == 0.0:
            break
        curve = fit_hill(doses, viability, E0=1.0, weights=1.0 / (1.0 + (residuals / scale) ** 2))
    return curve


def _spread(plate: Plate, residuals: NDArray[np.float64]) -> tuple[float, int]:
    """Standard deviation of a well and its degrees of freedom: of replicates where there are, else about the curve."""
    spread, freedom = plate.noise()
    if freedom >= NUMBERS and spread > 0:
        return spread, freedom
    left = len(residuals) - NUMBERS
    return (float(np.sqrt((residuals**2).sum() / left)), left) if left > 0 else (float("nan"), 0)


def _notes(plate: Plate, divisions: float | None) -> tuple[str, ...]:
    notes = scale_notes(plate)
    if divisions is None:
        notes.append("No growth-rate metrics: give the divisions of the untreated cells in the assay.")
    return tuple(notes)
