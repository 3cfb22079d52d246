"""Exact quantiles over members, a block of columns at a time, so that memory is that of the block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadQuantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["check_shares", "column_quantiles", "quantiles_by_block"]


def check_shares(shares: Sequence[float]) -> tuple[float, ...]:
    """The shares as numbers.

    Raises
    ------
    BadQuantity
        If one is not between 0 and 1.
    """
    for share in shares:
        if isinstance(share, bool) or not 0.0 <= share <= 1.0:
            raise BadQuantity(f"quantile: {share!r} is not a number between 0 and 1; give 0.05 for the lowest twentieth.")
    return tuple(float(share) for share in shares)


def column_quantiles(columns: NDArray[np.float64], shares: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles of each row, by linear interpolation between neighbouring members (type 7 of Hyndman and Fan, numpy's default).

    Parameters
    ----------
    columns : ndarray
        Shape (column, member); NaN are left out. Sorted in place.
    shares : sequence of float
        Between 0 and 1.

    Returns
    -------
    quantiles : ndarray
        Shape (share, column); NaN for a column without a number.

    Examples
    --------
    >>> column_quantiles(np.array([[3.0, 1.0, np.nan, 2.0]]), [0.25, 0.5]).tolist()
    [[1.5], [2.0]]
    """
    columns.sort(axis=1)  # NaN come last
    count = columns.shape[1] - np.isnan(columns).sum(axis=1)
    found = np.full((len(shares), len(columns)), np.nan)
    some = np.flatnonzero(count)
    for row, share in enumerate(shares):
        place = share * (count[some] - 1)
        below = np.floor(place).astype(int)
        above = np.minimum(below + 1, count[some] - 1)
        low = columns[some, below]
        found[row, some] = low + (columns[some, above] - low) * (place - below)
    return found


def quantiles_by_block(
    read: Callable[[slice, NDArray[np.float64]], None], columns: int, count: int, shares: Sequence[float], block_bytes: int
) -> NDArray[np.float64]:
    """Quantiles of many columns with the memory of one block.

    Parameters
    ----------
    read : callable
        Fills an array of shape (column, member) with the columns of a slice; NaN for a member that is left out.
    columns, count : int
        Number of columns and of members.
    shares : sequence of float
        Between 0 and 1.
    block_bytes : int
        Memory of a block; at least one column is taken.

    Returns
    -------
    quantiles : ndarray
        Shape (share, column).
    """
    width = int(min(columns, max(1, block_bytes // (8 * count))))
    found = np.empty((len(shares), columns))
    block = np.empty((width, count))
    for first in range(0, columns, width):
        chosen = slice(first, min(columns, first + width))
        part = block[: chosen.stop - first]
        read(chosen, part)
        found[:, chosen] = column_quantiles(part, shares)
    return found
