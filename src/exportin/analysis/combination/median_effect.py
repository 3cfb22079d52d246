"""Chou and Talalay's median-effect line and combination index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MedianEffect", "combination_index", "fit_median_effect"]


@dataclass(frozen=True)
class MedianEffect:
    """Lines ``log(f / (1 - f)) = m * log(dose / Dm)`` of the affected fraction f (Chou and Talalay 1984).

    Attributes
    ----------
    Dm, m, r : ndarray, shape (table,)
        Dose of the median effect, slope, and the correlation of the points; NaN where fewer than two points have 0 < f < 1.
    """

    Dm: NDArray[np.float64]
    m: NDArray[np.float64]
    r: NDArray[np.float64]

    def dose_for(self, affected: NDArray[np.float64]) -> NDArray[np.float64]:
        """Dose that affects a fraction, shape (table, point); NaN outside of 0 to 1."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            odds = np.where((affected > 0) & (affected < 1), affected / (1.0 - affected), np.nan)
            return self.Dm[:, None] * odds ** (1.0 / self.m[:, None])


def fit_median_effect(doses: NDArray[np.float64], affected: NDArray[np.float64]) -> MedianEffect:
    """The line of each table by least squares of the logarithms; points outside of 0 < f < 1 have none and are left out.

    Parameters
    ----------
    doses : ndarray, shape (dose,)
    affected : ndarray, shape (table, dose)

    Examples
    --------
    >>> line = fit_median_effect(np.array([1.0, 2.0, 4.0]), np.array([[0.2, 0.5, 0.8]]))
    >>> float(line.Dm[0].round(6)), float(line.m[0].round(6)), float(line.r[0].round(6))
    (2.0, 2.0, 1.0)
    """
    known = (affected > 0) & (affected < 1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # a flat line has its median dose anywhere
        y = np.where(known, np.log(affected / (1.0 - affected)), 0.0)
        x = np.where(known, np.log(doses), 0.0)
        count = known.sum(axis=1)
        dx = np.where(known, x - (x.sum(axis=1) / count)[:, None], 0.0)
        dy = np.where(known, y - (y.sum(axis=1) / count)[:, None], 0.0)
        xx, xy, yy = (dx * dx).sum(axis=1), (dx * dy).sum(axis=1), (dy * dy).sum(axis=1)
        m = np.where(count > 1, xy / xx, np.nan)
        intercept = y.sum(axis=1) / count - m * x.sum(axis=1) / count
        return MedianEffect(np.exp(-intercept / m), m, xy / np.sqrt(xx * yy))


def combination_index(
    lines: tuple[MedianEffect, MedianEffect], doses: NDArray[np.float64], affected: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Combination index ``d1/Dx1 + d2/Dx2`` of drugs that exclude each other: below 1 synergism, 1 additive, above 1 antagonism.

    Parameters
    ----------
    lines : tuple of MedianEffect
    doses : ndarray, shape (point, 2)
    affected : ndarray, shape (table, point)
        By the combination.

    Returns
    -------
    index : ndarray, shape (table, point)
        NaN where the affected fraction is not between 0 and 1, or a drug's line does not rise.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        index = doses[:, 0] / lines[0].dose_for(affected) + doses[:, 1] / lines[1].dose_for(affected)
    rising = (lines[0].m > 0) & (lines[1].m > 0)
    return np.where(rising[:, None] & np.isfinite(index), index, np.nan)
