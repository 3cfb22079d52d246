"""Individual data rebuilt from a published curve (Guyot 2012): subjects whose Kaplan-Meier curve and numbers at risk are those printed.

Between two printed numbers at risk, subjects are lost evenly in time; how many is what makes the next number at risk come out. At each
point of the curve as many events happen as bring the estimate down to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.cohort.survival.table import SurvivalTable
from exportin.errors import BadTable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Rebuilt", "rebuild"]

ROUNDS = 200
ROUGH = 0.02  # of survival: a printed curve is read no better


@dataclass(frozen=True)
class Rebuilt:
    """Subjects of a published curve.

    Attributes
    ----------
    table : SurvivalTable
    largest_error, mean_error : float
        Of survival, between the rebuilt curve and the given points.
    at_risk_error : int
        Largest difference of a number at risk.
    events : int
        In the rebuilt data.
    """

    table: SurvivalTable
    largest_error: float
    mean_error: float
    at_risk_error: int
    events: int

    def __str__(self) -> str:
        errors = f"survival is off by {self.mean_error:.3f} on average and {self.largest_error:.3f} at most"
        return (f"{len(self.table)} subjects and {self.events} events were rebuilt from {self.table.source}; their {errors}, "
                f"their numbers at risk by {self.at_risk_error} at most.")  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """The errors, ready for JSON."""
        return {"subjects": len(self.table), **{name: value for name, value in vars(self).items() if name != "table"}}


def rebuild(
    time: ArrayLike, survival: ArrayLike, risk_time: ArrayLike, at_risk: ArrayLike, *, events: int | None = None, arm: str = "all",
    source: str = "a published curve",
) -> Rebuilt:  # fmt: skip
    """Rebuild the subjects behind a curve.

    Parameters
    ----------
    time, survival : array_like, shape (point,)
        Points of the curve; times rise. Small rises of survival, which come from reading a picture, are levelled.
    risk_time, at_risk : array_like, shape (mark,)
        Printed numbers at risk; the first is at time 0.
    events : int, optional
        Printed total, which decides how many are lost after the last mark.
    arm, source : str

    Raises
    ------
    BadTable
        Naming the point: times that do not rise, survival outside of 0 to 1 or rising by more than a picture's error; and numbers at risk
        that rise.

    Examples
    --------
    >>> found = rebuild([0, 5, 8, 12], [1, 0.8, 0.6, 0.5], [0, 10], [10, 6])
    >>> found.events, len(found.table), round(found.largest_error, 3)
    (5, 10, 0.0)
    """
    t, s, marks, numbers = _checked(time, survival, risk_time, at_risk, source)
    ends = np.append(np.searchsorted(t, marks[1:], side="left"), len(t))
    begins = np.append(0, ends[:-1])
    dead = np.zeros(len(t), dtype=np.int64)
    lost: list[NDArray[np.float64]] = []
    level, now = 1.0, int(numbers[0])
    rate = 0.0
    for part, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        final = part == len(marks) - 1
        span = (marks[part], max(t[-1], marks[part]) if final else marks[part + 1])
        wanted = None if final else int(numbers[part + 1])
        remaining = None if not final or events is None else max(0, events - int(dead.sum()))
        found = _interval(t[begin:end], s[begin:end], level, now, span, wanted, remaining, rate)
        dead[begin:end], went, level, now = found
        lost.append(went)
        length = span[1] - span[0]
        rate = len(went) / length / max(1, int(numbers[part])) if length > 0 else rate
    times = np.concatenate([np.repeat(t, dead), *lost, np.full(max(0, now), max(t[-1], marks[-1]))])
    happened = np.concatenate([np.ones(int(dead.sum()), bool), np.zeros(len(times) - int(dead.sum()), bool)])
    order = np.lexsort((~happened, times))
    table = SurvivalTable(times[order], happened[order], (arm,) * len(times), {}, source)
    return _judged(table, t, s, marks, numbers)


def _interval(
    t: NDArray[np.float64], s: NDArray[np.float64], level: float, now: int, span: tuple[float, float], wanted: int | None,
    remaining: int | None, rate: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64], float, int]:  # fmt: skip
    """Events at each point, times of the lost, and level and number left at the end of the time between two marks."""
    if wanted is None and (not len(t) or span[1] <= span[0]):  # the curve ends before the last mark: nothing more is known
        return _with(t, s, level, now, span, 0)
    if wanted is None and remaining is None:
        count = min(now, round(rate * now * (span[1] - span[0])))
        return _with(t, s, level, now, span, count)
    low, high = 0, now
    best = _with(t, s, level, now, span, 0)
    for _ in range(ROUNDS):
        if low > high:
            break
        count = (low + high) // 2
        tried = _with(t, s, level, now, span, count)
        gap = tried[3] - wanted if wanted is not None else int(tried[0].sum()) - (remaining or 0)
        old = best[3] - wanted if wanted is not None else int(best[0].sum()) - (remaining or 0)
        if abs(gap) <= abs(old):
            best = tried
        if gap == 0:
            break
        low, high = (count + 1, high) if gap > 0 else (low, count - 1)
    return best


def _with(
    t: NDArray[np.float64], s: NDArray[np.float64], level: float, now: int, span: tuple[float, float], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], float, int]:
    """As `_interval`, with a given number of lost subjects, spread evenly."""
    went = span[0] + (np.arange(count) + 1) * (span[1] - span[0]) / (count + 1)
    dead = np.zeros(len(t), dtype=np.int64)
    taken = 0
    for place in range(len(t)):
        gone = min(int(np.searchsorted(went, t[place], side="left")), taken + now)
        now, taken = now - (gone - taken), gone
        if s[place] < level and now:
            fallen = min(now, round(now * (1.0 - s[place] / level)))
            dead[place] = fallen
            level *= 1.0 - fallen / now
            now -= fallen
    taken, now = min(count, taken + now), max(0, now - (count - taken))
    return dead, went[:taken], level, now


def _checked(
    time: ArrayLike, survival: ArrayLike, risk_time: ArrayLike, at_risk: ArrayLike, source: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    t, s, marks = (np.asarray(one, dtype=float) for one in (time, survival, risk_time))
    numbers = np.asarray(at_risk)
    if len(t) != len(s) or len(marks) != len(numbers) or len(t) < 2 or not len(marks):
        raise BadTable(f"{source}: expected as many times as survivals (two or more), and as many numbers at risk as their times.")
    for place in range(len(t)):
        if not (np.isfinite(t[place]) and np.isfinite(s[place]) and 0.0 <= s[place] <= 1.0 and t[place] >= 0):
            raise BadTable(f"{source}, point {place + 1}: time {t[place]:g} and survival {s[place]:g}; survival is between 0 and 1.")
        if place and t[place] < t[place - 1]:
            raise BadTable(f"{source}, point {place + 1}: time {t[place]:g} comes after {t[place - 1]:g}; sort the points by time.")
        if place and s[place] > s[place - 1] + ROUGH:
            raise BadTable(f"{source}, point {place + 1}: survival rises from {s[place - 1]:g} to {s[place]:g}; a survival curve falls.")
    if marks[0] != 0 or (np.diff(marks) <= 0).any() or (np.diff(numbers) > 0).any() or (numbers < 0).any():
        found = ", ".join(f"{number} at {mark:g}" for mark, number in zip(marks.tolist(), numbers.tolist(), strict=True))
        raise BadTable(f"{source}: numbers at risk begin at time 0 and do not rise; found {found}.")
    return t, np.minimum.accumulate(s), marks, numbers.astype(np.int64)


def _judged(
    table: SurvivalTable, t: NDArray[np.float64], s: NDArray[np.float64], marks: NDArray[np.float64], numbers: NDArray[np.int64]
) -> Rebuilt:
    """The rebuilt subjects, with how far their curve and numbers at risk are from the given ones."""
    level, curve, place = 1.0, np.empty(len(t)), 0
    times, happened = table.time, table.event
    for number, moment in enumerate(t):
        while place < len(times) and times[place] <= moment:
            same = times == times[place]
            left, fell = int((times >= times[place]).sum()), int((same & happened).sum())
            level *= 1.0 - fell / left
            place += int(same.sum())
        curve[number] = level
    errors = np.abs(curve - s)
    risk = np.array([int((times >= mark).sum()) for mark in marks])
    return Rebuilt(table, float(errors.max()), float(errors.mean()), int(np.abs(risk - numbers).max()), int(happened.sum()))
