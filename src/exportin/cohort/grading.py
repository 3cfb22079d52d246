"""Grades of adverse events from measures, and what the label's rules say of the dose."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from exportin.cohort.numbers import grades, rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EVENTS", "GO_ON", "HOLD", "REDUCE", "event_name", "grade_of", "ruled"]

EVENTS = ("platelets", "neutrophils", "sodium", "weight")
GO_ON, REDUCE, HOLD = 0, 1, 2


@functools.cache
def event_name(measure: str) -> str:
    """Name of the adverse event of a measure.

    Examples
    --------
    >>> event_name("platelets")
    'thrombocytopenia'
    """
    return next(row.event for row in grades() if row.measure == measure)


def grade_of(measure: str, values: NDArray[np.float64]) -> NDArray[np.int8]:
    """Grades by the CTCAE, 0 where there is none, shape of `values`.

    Examples
    --------
    >>> grade_of("platelets", np.array([160.0, 149.0, 60.0, 49.9, 24.0])).tolist()
    [0, 1, 2, 3, 4]
    """
    rows = [row for row in grades() if row.measure == measure]
    return np.max([np.where(values < row.below, row.grade, 0) for row in rows], axis=0).astype(np.int8)


def ruled(
    measured: Mapping[str, NDArray[np.float64]],
    began: Mapping[str, NDArray[np.float64]],
    held: Mapping[str, NDArray[np.bool_]],
    waiting: NDArray[np.float64],
) -> tuple[NDArray[np.int8], dict[str, NDArray[np.bool_]]]:
    """What the rules say of each patient's dose this week.

    A rule counts for those who began above its bound: low counts that the disease has made take no dose away.

    Parameters
    ----------
    measured, began : mapping of str to ndarray, shape (patient,)
        Each measure now and before treatment.
    held : mapping of str to ndarray of bool, shape (patient,)
        For which measure the dose is held now.
    waiting : ndarray, shape (patient,)
        Weeks for which no further level is taken away.

    Returns
    -------
    said : ndarray, shape (patient,)
        `GO_ON`, `REDUCE` or `HOLD`.
    held : dict of str to ndarray of bool
        As it is now.

    Examples
    --------
    >>> normal = {"neutrophils": np.full(3, 4.0), "sodium": np.full(3, 140.0), "weight": np.ones(3)}
    >>> before, none = {"platelets": np.full(3, 200.0), **normal}, {name: np.zeros(3, bool) for name in EVENTS}
    >>> said, now = ruled({"platelets": np.array([200.0, 60.0, 20.0]), **normal}, before, none, np.zeros(3))
    >>> said.tolist(), now["platelets"].tolist()
    ([0, 1, 2], [False, False, True])
    """
    said = np.zeros(len(waiting), dtype=np.int8)
    now = {name: np.zeros(len(waiting), dtype=bool) for name in EVENTS}
    for row in rules():
        values, counts = measured[row.measure], began[row.measure] >= row.below
        if row.action == "reduce":
            said = np.where(counts & (values < row.below) & (waiting <= 0.0), np.maximum(said, REDUCE), said)
        else:
            until = row.below if row.until is None else row.until
            now[row.measure] |= (counts & (values < row.below)) | (held[row.measure] & (values < until))
    said = np.where(np.any(list(now.values()), axis=0), HOLD, said)
    return said.astype(np.int8), now
