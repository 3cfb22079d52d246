"""Values that lie too far from a fitted curve to be chance: told, and left where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FALSE_DISCOVERY", "find_outliers", "robust_spread"]

FALSE_DISCOVERY = 0.01  # share of false ones among those flagged; a convention
_TO_SD = 1.4826  # a normal distribution's standard deviation over its median absolute deviation


def find_outliers(residuals: NDArray[np.float64], numbers: int) -> NDArray[np.bool_]:
    """Which residuals are outliers, shape (datum,): by a robust standard deviation, Student's t and Benjamini and Hochberg's rule.

    Parameters
    ----------
    residuals : ndarray, shape (datum,)
        From a curve that outliers did not pull.
    numbers : int
        How many numbers of the curve were fitted.

    Examples
    --------
    >>> find_outliers(np.array([0.01, -0.02, 0.015, -0.01, 0.02, -0.015, 0.9, 0.01]), 3).nonzero()[0]
    array([6])
    """
    from exportin.analysis.fit import scipy_stats

    left, spread = len(residuals) - numbers, robust_spread(residuals, numbers)
    if left < 2 or spread == 0.0:
        return np.zeros(len(residuals), bool)
    p = 2.0 * scipy_stats().t.sf(np.abs(residuals) / spread, left)
    order = np.argsort(p)
    passing = np.flatnonzero(p[order] <= FALSE_DISCOVERY * np.arange(1, len(p) + 1) / len(p))
    found = np.zeros(len(residuals), bool)
    if passing.size:
        found[order[: passing.max() + 1]] = True
    return found


def robust_spread(residuals: NDArray[np.float64], numbers: int) -> float:
    """Standard deviation about a curve with so many fitted numbers, from the median; 0 where nothing is left to tell it."""
    left = len(residuals) - numbers
    return _TO_SD * float(np.median(np.abs(residuals))) * float(np.sqrt(len(residuals) / left)) if left > 0 else 0.0
