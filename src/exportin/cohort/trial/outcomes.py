"""Outcomes of the arms of one run of a trial: shares, medians, hazard ratios, by the names of published.tsv."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from exportin.cohort.grading import EVENTS, event_name
from exportin.cohort.response import RESPONSE, response_names
from exportin.cohort.survival.estimate import compare_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["MONTH", "UNITS", "arm_outcomes", "contrast", "median_time", "share_at"]

MONTH = 30.4375  # days
MINIMAL, INCOMPLETE, COMPLETE = 2, 4, 5  # orders of criteria.tsv
REMISSION = "complete remission"  # of leukaemia, with or without recovery of counts
UNITS = {"median": "month", "onset": "day", "week": "week", "ratio": "1", "p": "1"}


def median_time(time: Array, event: NDArray[np.bool_]) -> float:
    """Median of Kaplan and Meier's curve; infinite where it is not reached.

    Examples
    --------
    >>> median_time(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, False, True]))
    2.0
    """
    order = np.argsort(time, kind="stable")
    times, events = time[order], event[order]
    survival = 1.0
    for value in np.unique(times[events]):
        at_risk = np.count_nonzero(times >= value)
        survival *= 1.0 - np.count_nonzero((times == value) & events) / at_risk
        if survival <= 0.5 + 1e-12:
            return float(value)
    return float("inf")


def share_at(time: Array, event: NDArray[np.bool_], when: float) -> float:
    """Kaplan and Meier's share that is free of the event at a time."""
    survival = 1.0
    for value in np.unique(time[event & (time <= when)]):
        survival *= 1.0 - np.count_nonzero((time == value) & event) / np.count_nonzero(time >= value)
    return survival


def arm_outcomes(record: Mapping[str, Array], criterion: str, weeks: int) -> dict[str, tuple[float, str]]:
    """Value and unit of each outcome of an arm.

    Parameters
    ----------
    record : mapping of str to ndarray, shape (patient,)
        See `exportin.cohort.trial.course.FIELDS`.
    criterion : str
    weeks : int
        Length of the trial.
    """
    best, found = record["best"], {}
    found["response"] = (_percent(best >= RESPONSE), "%")
    found["complete response"] = (_percent(best >= COMPLETE), "%")
    if REMISSION in response_names(criterion).values():
        found["remission"] = (_percent(best >= INCOMPLETE), "%")
    if MINIMAL in response_names(criterion):
        found["minimal response"] = (_percent(best >= MINIMAL), "%")
    for name, event in (("PFS", "progressed"), ("OS", "died")):
        time, seen = record[name], record[event] > 0
        found[f"{name} median"] = (median_time(time, seen) / MONTH, "month")
        for months in (6, 12):
            if 7.0 * weeks >= months * MONTH - 7.0:
                found[f"{name} at {months} months"] = (100.0 * share_at(time, seen, months * MONTH), "%")
    responded = record["response_week"][record["response_week"] >= 0]
    found["time to response"] = (float(np.median(responded)) if len(responded) else float("nan"), "week")
    found["duration of treatment"] = (float(np.median(record["stop_week"])), "week")
    found["dose intensity"] = (100.0 * float(np.mean(record["intensity"])), "%")
    for reason, told in ((1, "progression"), (2, "toxicity")):
        found[f"stopped by {told}"] = (_percent(record["stop_reason"] == reason), "%")
    for measure in EVENTS:
        found |= _event(record, measure)
    return found


def _event(record: Mapping[str, Array], measure: str) -> dict[str, tuple[float, str]]:
    """Shares and onsets of an adverse event."""
    name, grade = event_name(measure), record[f"{measure}_grade"]
    found = {name: (_percent(grade >= 1), "%"), f"{name} grade 1": (_percent(grade >= 1), "%")}
    found |= {f"{name} grade {least}": (_percent(grade >= least), "%") for least in (3, 4)}
    for column, told in (("onset", f"{name} onset"), ("severe_onset", f"{name} grade 3 onset")):
        days = record[f"{measure}_{column}"]
        found[told] = (float(np.median(days[days >= 0])) if (days >= 0).any() else float("nan"), "day")
    return found


def contrast(one: Mapping[str, Array], control: Mapping[str, Array]) -> dict[str, tuple[float, str]]:
    """Hazard ratios and log-rank tests of an arm against a control, for PFS and OS."""
    found: dict[str, tuple[float, str]] = {}
    for name, event in (("PFS", "progressed"), ("OS", "died")):
        ratio, p = compare_two(one[name], one[event] > 0, control[name], control[event] > 0)
        found[f"{name} hazard ratio"], found[f"{name} log-rank p"] = (ratio, "1"), (p, "1")
    return found


def _percent(which: NDArray[np.bool_]) -> float:
    return 100.0 * float(np.mean(which))
