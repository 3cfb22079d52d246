"""Growth-rate metrics (Hafner 2016): an effect on the rate of division, whatever the number of divisions in the assay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["growth_rate"]


def growth_rate(viability: ArrayLike, divisions: ArrayLike) -> NDArray[np.float64]:
    """GR values: 1 grows as untreated, 0 stands still, below 0 dies, -1 is gone.

    Parameters
    ----------
    viability : array_like
        Living cells over those of the untreated at the end.
    divisions : array_like
        How often untreated cells doubled in the assay; broadcast with `viability`.

    Examples
    --------
    Cells that double thrice untreated, and are at an eighth, have stood still:

    >>> growth_rate([1.0, 0.125, 0.0625], 3.0).round(3)
    array([ 1.   ,  0.   , -0.206])
    """
    with np.errstate(divide="ignore"):
        relative = np.log2(np.asarray(viability, dtype=float)) / np.asarray(divisions, dtype=float)
    return np.exp2(1.0 + relative) - 1.0
