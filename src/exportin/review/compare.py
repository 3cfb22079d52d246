"""Whether a comparison holds in each draw, and the number that says so."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from exportin.review.tables import tolerance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.review.contrast import Contrast

    Array = NDArray[np.float64]
    Truth = NDArray[np.bool_]

__all__ = ["Effect", "judge"]

Side = Literal["above", "below", "inside", "outside"]
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
    side : str
        Where it holds: ``above`` or ``below`` the line, ``inside`` or ``outside`` of two.
    """

    what: str
    unit: str
    values: Array
    holds: Truth
    lines: tuple[float, ...]
    logarithmic: bool
    side: Side

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
        same = (one == other) | (np.isinf(one) & np.isinf(other))
        ratio = np.where(same, 1.0, one / other)
    if way == "about":
        wanted, near = contrast.comparison.low, tolerance("about_ratio")
        return _effect("over control", "fold", ratio, (wanted - near, wanted + near), "inside")
    low, high, fold = _band(contrast, "change" if way in ("above", "below") else "same")
    values = ratio if fold else one - other
    told = {"control": "control", "start": "its start"}[contrast.comparison.beside]
    what, unit = (f"over {told}", "fold") if fold else (f"less {told}", "1")
    if way in ("above", "below"):
        return _effect(what, unit, values, (high if way == "above" else low,), way, fold=fold)
    if way in ("not above", "not below"):
        return _effect(what, unit, values, (high if way == "not above" else low,), "below" if way == "not above" else "above", fold=fold)
    return _effect(what, unit, values, (low, high), "inside" if way == "as" else "outside", fold=fold)


def _figure(contrast: Contrast, one: Array) -> Effect:
    asked, dose = contrast.comparison, contrast.observed[0].kind == "dose"
    unit = "uM" if dose else "1"
    if asked.way in ("above", "below"):
        return _effect("", unit, one, (asked.low,), asked.way, fold=dose)  # pyright: ignore[reportArgumentType]
    low, high = asked.low, asked.high
    if asked.way == "about":
        width, fold = tolerance("about_share"), tolerance("about_fold")
        low, high = (asked.low / fold, asked.low * fold) if dose else (asked.low - width, asked.low + width)
    return _effect("", unit, one, (low, high), "inside", fold=dose)


def _steps(contrast: Contrast, arms: Sequence[Array]) -> Effect:
    """The last step against the first; each step may stay within what is no change."""
    low, high, fold = _band(contrast, "change")
    rises = contrast.comparison.way == "rises"
    moves = [_move(former, later, fold) for former, later in itertools.pairwise(arms)]
    whole = _move(arms[0], arms[-1], fold)
    what, unit = ("last step over the first", "fold") if fold else ("last step less the first", "1")
    found = _effect(what, unit, whole, (high if rises else low,), "above" if rises else "below", fold=fold)
    steady = np.all([move >= low if rises else move <= high for move in moves], axis=0)
    whole = np.where(np.any([np.isnan(move) for move in moves], axis=0), np.nan, found.values)
    return replace(found, values=whole, holds=found.holds & steady & ~np.isnan(whole))


def _move(former: Array, later: Array, fold: bool) -> Array:
    if not fold:
        return later - former
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(later == former, 1.0, later / former)


def _together(contrast: Contrast, arms: Sequence[Array]) -> Effect:
    """Excess over Bliss independence: of the dead as they are, of viability as what is taken away."""
    taken = [1.0 - arm if contrast.observed[0].name == "viability" else arm for arm in arms]
    excess = taken[0] - (taken[1] + taken[2] - taken[1] * taken[2])
    side = "above" if contrast.comparison.way == "synergistic" else "below"
    return _effect("excess over Bliss", "1", excess, (tolerance("excess"),), side)


def _sign(contrast: Contrast, one: Array) -> Effect:
    line = tolerance("correlation")
    if contrast.comparison.way == "positive":
        return _effect("rank correlation", "1", one, (line,), "above")
    return _effect("rank correlation", "1", one, (-line,), "below")


def _effect(what: str, unit: str, values: Array, lines: tuple[float, ...], side: Side, *, fold: bool = False) -> Effect:
    values = np.asarray(values, dtype=float)
    with np.errstate(invalid="ignore"):
        if side == "above":
            holds = values > lines[0]
        elif side == "below":
            holds = values < lines[0]
        else:
            inside = (values >= lines[0]) & (values <= lines[1])
            holds = inside if side == "inside" else ~inside & ~np.isnan(values)
    return Effect(what, unit, values, holds, lines, fold, side)
