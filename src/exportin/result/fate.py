"""Fate of a population: what sister cells make together. Each cell lives or dies; the share of the dead is a number of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FATES", "LINEAGE", "one_of_each", "pool_cells"]

FATES = ("apoptotic_fraction", "viability", "G1_fraction")
LINEAGE = "lineage"  # cells that one founder has ever made, over the untreated


def pool_cells(values: Mapping[str, NDArray[np.float64]], name: str) -> NDArray[np.float64]:
    """An observable of fate, of the population of each patient and draw, given back for every cell of it.

    The apoptotic share counts each cell with its lineage, since living cells go on dividing and dead ones do not; the share in G1
    counts the living; viability is the mean, as every cell has its own over the untreated.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (patient, draw, cell, time)
        NaN where a cell was not computed.
    name : str
        One of `FATES`.

    Returns
    -------
    pooled : ndarray, shape (patient, draw, cell, time)

    Examples
    --------
    One cell of two has died and one has divided twice since:

    >>> dead, lineage = np.array([1.0, 0.0]).reshape(1, 1, 2, 1), np.array([1.0, 4.0]).reshape(1, 1, 2, 1)
    >>> pool_cells({"apoptotic_fraction": dead, "lineage": lineage}, "apoptotic_fraction").ravel()
    array([0.2, 0.2])
    """
    own = values[name]
    if own.shape[2] == 1:
        return own
    weights = np.where(np.isnan(own), 0.0, 1.0)
    if name != "viability" and LINEAGE in values:
        weights = np.where(weights > 0, values[LINEAGE], 0.0)
        if name == "G1_fraction" and FATES[0] in values:
            weights = weights * (1.0 - np.nan_to_num(values[FATES[0]]))
    total = weights.sum(axis=2, keepdims=True)
    pooled = (np.nan_to_num(own) * weights).sum(axis=2, keepdims=True)
    share = np.divide(pooled, total, out=np.full_like(pooled, np.nan), where=total > 0)
    return np.where(np.isnan(own), np.nan, np.broadcast_to(share, own.shape))


def one_of_each(numbers: NDArray[np.float64], outcomes: NDArray[np.int32] | None) -> NDArray[np.float64]:
    """Of numbers that all cells of a population share, one of each population with a cell that was computed.

    Parameters
    ----------
    numbers : ndarray, shape (patient, draw, cell, ...)
    outcomes : ndarray of int, shape (patient, draw, cell), or None
        Zero where a cell was computed; None where all were.

    Returns
    -------
    each : ndarray, shape (population, ...)

    Examples
    --------
    >>> one_of_each(np.array([[[np.nan, 0.2], [0.7, 0.7]]]), np.array([[[10, 0], [0, 0]]]))
    array([0.2, 0.7])
    """
    if outcomes is None:
        return numbers[:, :, 0].reshape(-1, *numbers.shape[3:])
    done = outcomes == 0
    populations = np.nonzero(done.any(axis=2))
    return numbers[(*populations, done.argmax(axis=2)[populations])]
