"""Predicted outcomes beside published ones: inside the band or not, how wide the band is, and how far off a naive constant would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.cohort.numbers import published
from exportin.errors import UnknownName
from exportin.json_number import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.cohort.schema import PublishedRow
    from exportin.cohort.trial.result import Outcome

__all__ = ["Comparison", "compare", "crps", "find_published"]

POSSIBLE = {"%": 100.0}  # the range of a unit; of times and ratios the band is judged by its fold
WIDE_FOLD = 10.0  # a band wider than tenfold says nothing of a time or a ratio


def crps(values: NDArray[np.float64], observed: float) -> float:
    """Continuous ranked probability score of an ensemble: mean distance to what was observed, less half the mean distance within.

    Examples
    --------
    >>> crps(np.array([2.0]), 5.0), round(crps(np.array([4.0, 6.0]), 5.0), 2)
    (3.0, 0.5)
    """
    known = np.asarray(values, dtype=float)
    return float(np.mean(np.abs(known - observed)) - 0.5 * np.mean(np.abs(known[:, None] - known[None, :])))


@dataclass(frozen=True)
class Comparison:
    """A published outcome beside the predicted one.

    Attributes
    ----------
    row : PublishedRow
    value, low, high : float
        Predicted: median and central 90 % of the runs.
    crps, naive : float
        Score of the prediction, and of the constant that is the mean of the same outcome in the other trials; a ratio's constant is 1.
    verdict : str
        ``inside``, ``outside``, ``inconclusive`` where the band is too wide to say, or ``calibrated``.
    """

    row: PublishedRow
    value: float
    low: float
    high: float
    crps: float
    naive: float
    verdict: str

    def __str__(self) -> str:
        row, unit = self.row, "" if self.row.unit == "1" else f" {self.row.unit}"
        interval = "" if row.low is None and row.high is None else f" ({_end(row.low)} to {_end(row.high)})"
        predicted = f"{_figure(self.value)} ({_figure(self.low)} to {_figure(self.high)})"
        scores = f"CRPS {_figure(self.crps)}, of a constant {_figure(self.naive)}"
        what = f"{row.trial}, {row.arm}, {row.outcome}"
        return f"{what}: published {row.value:g}{interval}{unit}, predicted {predicted}: {self.verdict}; {scores}"

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        row = self.row
        return {
            "trial": row.trial, "arm": row.arm, "outcome": row.outcome, "unit": row.unit, "role": row.role, "published": row.value,
            "published_low": row.low, "published_high": row.high, "predicted": plain(self.value), "low": plain(self.low),
            "high": plain(self.high), "crps": plain(self.crps), "crps_of_constant": plain(self.naive), "verdict": self.verdict,
            "source": row.source,
        }  # fmt: skip


def compare(trial: str, outcomes: Sequence[Outcome]) -> tuple[Comparison, ...]:
    """Every published outcome of a trial that was predicted.

    Raises
    ------
    UnknownName
        If nothing is published of a trial of that name.
    """
    rows = find_published(trial)
    held = {(one.arm, one.name): one for one in outcomes}
    return tuple(_one(row, held[row.arm, row.outcome]) for row in rows if (row.arm, row.outcome) in held)


def find_published(trial: str) -> list[PublishedRow]:
    """What is published of a trial.

    Raises
    ------
    UnknownName
    """
    rows = [row for row in published() if row.trial == trial]
    if not rows:
        raise UnknownName("published trial", trial, dict.fromkeys(row.trial for row in published()))
    return rows


def _one(row: PublishedRow, found: Outcome) -> Comparison:
    score = crps(found.runs, row.value) if np.isfinite(found.runs).all() else float("nan")  # a median that is not reached has no distance
    return Comparison(row, found.value, found.low, found.high, score, _naive(row), _verdict(row, found))


def _naive(row: PublishedRow) -> float:
    """Distance of a constant that knows no mechanism."""
    if row.unit == "1":
        return abs(1.0 - row.value)
    others = [one.value for one in published() if one.outcome == row.outcome and one.trial != row.trial]
    return abs(float(np.mean(others)) - row.value) if others else float("nan")


def _verdict(row: PublishedRow, found: Outcome) -> str:
    if row.role == "calibration":
        return "calibrated"
    if not np.isfinite(found.low) or (row.unit != "%" and not np.isfinite(found.high)):
        return "inconclusive"
    share, fold = row.unit in POSSIBLE, WIDE_FOLD * max(found.low, 1e-9)
    if found.high - found.low > POSSIBLE[row.unit] / 2.0 if share else found.high > fold:
        return "inconclusive"
    return "inside" if found.low <= row.value <= found.high else "outside"


def _figure(value: float) -> str:
    if np.isnan(value):
        return "not known"
    return "not reached" if np.isinf(value) else f"{value:.3g}"


def _end(value: float | None) -> str:
    return "not reached" if value is None else f"{value:g}"
