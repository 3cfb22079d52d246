"""Whether a comparison holds in each draw, and the number that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.review.tables import tolerance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.review.contrast import Contrast

    Array = NDArray[np.float64]
    Truth = NDArray[np.bool_]

__all__ = ["Effect", "judge"]

INTERVAL = (0.1, 0.9)


@dataclass(frozen=True)
class Effect:
    """What a contrast shows.

    Attributes
    ----------
    what : str
        What the number is: a ratio, a difference, a dose ...
    unit : str
        ``1``, ``uM`` or ``fold``.
    values : ndarray, shape (draw,)
        NaN where a draw has no living untreated cell.
    holds : ndarray of bool, shape (draw,)
    lines : tuple of float
        Where the comparison begins to hold, and ends.
    logarithmic : bool
        Whether the number is a ratio or a dose.
    """

    what: str
    unit: str
    values: Array
    holds: Truth
    lines: tuple[float, ...]
    logarithmic: bool

    @property
    def known(self) -> Truth:
        """Draws that say something."""
        return ~np.isnan(self.values)

    @property
    def median(self) -> float:
        """Of the draws that say something."""
        return float(np.median(self.values[self.known])) if self.known.any() else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """From a tenth to nine tenths of the draws; by rank, since a dose may be infinite."""
        if not self.known.any():
            return float("nan"), float("nan")
        low, high = np.quantile(self.values[self.known], INTERVAL, method="closest_observation")
        return float(low), float(high)

    @property
    def share(self) -> float:
        """Of the draws that say something, those in which it holds."""
        return float(np.mean(self.holds[self.known])) if self.known.any() else float("nan")


def judge(contrast: Contrast, arms: Sequence[Array], start: Array) -> Effect:
    """Compare the arms of a contrast.

    Parameters
    ----------
    contrast : Contrast
    arms : sequence of ndarray, shape (draw,)
        The quantity of each arm.
    start : ndarray, shape (draw,)
        Of the tested arm before.
    """
    beside = contrast.comparison.beside
    if beside == "figure":
        return _figure(contrast, arms[0])
    if beside == "steps":
        return _steps(contrast, arms)
    if beside == "parts":
        return _together(contrast, arms)
    if beside == "none":
        return _sign(contrast, arms[0])
    return _against(contrast, arms[0], start if beside == "start" else arms[1])


def _band(contrast: Contrast, kind: str) -> tuple[float, float, bool]:
    """Low and high end of what is no change (or the same), as difference or ratio; whether it is a ratio."""
    observed = contrast.observed[0]
    if observed.kind == "dose":
        fold = tolerance(f"dose_{kind}")
        return 1.0 / fold, fold, True
    if observed.share:
        width = tolerance(f"share_{kind}")
        return -width, width, False
    part = tolerance(f"relative_{kind}")
    return 1.0 - part, 1.0 + part, True


def _against(contrast: Contrast, one: Array, other: Array) -> Effect:
    way = contrast.comparison.way
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((one == other) & np.isfinite(other) | np.isinf(one) & np.isinf(other), 1.0, one / other)
    if way == "about":
        wanted, near = contrast.comparison.low, tolerance("about_ratio")
        return _effect("over control", "fold", ratio, (ratio >= wanted - near) & (ratio <= wanted + near), (wanted - near, wanted + near), False)
    low, high, fold = _band(contrast, "same" if way in ("as", "unlike") else "change")
    values = ratio if fold else one - other
    told = {"control": "control", "start": "its start"}[contrast.comparison.beside]
    what, unit = (f"over {told}", "fold") if fold else (f"less {told}", "1")
    if way == "above":
        return _effect(what, unit, values, values > high, (high,), fold)
    if way == "below":
        return _effect(what, unit, values, values < low, (low,), fold)
    inside = (values >= low) & (values <= high)
    return _effect(what, unit, values, inside if way == "as" else ~inside, (low, high), fold)


def _figure(contrast: Contrast, one: Array) -> Effect:
    asked, observed = contrast.comparison, contrast.observed[0]
    dose = observed.kind == "dose"
    unit = "uM" if dose else "1"
    if asked.way == "above":
        return _effect("", unit, one, one > asked.low, (asked.low,), dose)
    if asked.way == "below":
        return _effect("", unit, one, one < asked.low, (asked.low,), dose)
    low, high = asked.low, asked.high
    if asked.way == "about":
        width, fold = tolerance("about_share"), tolerance("about_fold")
        low, high = (asked.low / fold, asked.low * fold) if dose else (asked.low - width, asked.low + width)
    return _effect("", unit, one, (one >= low) & (one <= high), (low, high), dose)


def _steps(contrast: Contrast, arms: Sequence[Array]) -> Effect:
    """The last step against the first; each step may stay within what is no change."""
    low, high, fold = _band(contrast, "change")
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = [np.where(later == former, 1.0, later / former) if fold else later - former for former, later in zip(arms, arms[1:], strict=False)]
        whole = np.where(arms[-1] == arms[0], 1.0, arms[-1] / arms[0]) if fold else arms[-1] - arms[0]
    if contrast.comparison.way == "rises":
        holds, line = (whole > high) & np.all([move >= low for move in moves], axis=0), high
    else:
        holds, line = (whole < low) & np.all([move <= high for move in moves], axis=0), low
    what, unit = ("last step over the first", "fold") if fold else ("last step less the first", "1")
    return _effect(what, unit, whole, holds, (line,), fold)


def _together(contrast: Contrast, arms: Sequence[Array]) -> Effect:
    """Excess over Bliss independence: of the dead as they are, of viability as what is taken away."""
    taken = [1.0 - arm if contrast.observed[0].name == "viability" else arm for arm in arms]
    excess = taken[0] - (taken[1] + taken[2] - taken[1] * taken[2])
    line = tolerance("excess")
    more = excess > line
    return _effect("excess over Bliss", "1", excess, more if contrast.comparison.way == "synergistic" else ~more, (line,), False)


def _sign(contrast: Contrast, one: Array) -> Effect:
    line = tolerance("correlation")
    positive = contrast.comparison.way == "positive"
    return _effect("rank correlation", "1", one, one > line if positive else one < -line, (line if positive else -line,), False)


def _effect(what: str, unit: str, values: Array, holds: Truth, lines: tuple[float, ...], logarithmic: bool) -> Effect:
    values = np.asarray(values, dtype=float)
    return Effect(what, unit, values, np.asarray(holds) & ~np.isnan(values), lines, logarithmic)
