"""What the arms of a contrast show: a number of every draw, and whether the comparison holds there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from exportin.pharmacology.exposure import Exposure, exposure
from exportin.pharmacology.partner import Partner
from exportin.report.influence import rank_values
from exportin.review.bench import Bench, Need
from exportin.review.compare import Effect, judge
from exportin.review.contrast import Contrast
from exportin.review.control import Control
from exportin.review.observable import MICE, Observed
from exportin.review.tables import tolerance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Part", "measure", "needs_of"]


@dataclass(frozen=True)
class Part:
    """One contrast with what came out.

    Attributes
    ----------
    contrast : Contrast
    effect : Effect
        A number of each draw, what it is, and whether the comparison holds.
    """

    contrast: Contrast
    effect: Effect


def needs_of(contrast: Contrast, control: Control) -> list[list[Need]]:
    """Wells of each arm: one, or one a dose of a series."""
    made = [arm.made(control) for arm in contrast.arms]
    drugs = [{one.compound.symbol: one for well in each.wells for one in well} for each in made]
    found: list[list[Need]] = []
    for place, (arm, each) in enumerate(zip(contrast.arms, made, strict=True)):
        observed = contrast.observed[0 if place == 0 else 1]
        names = observed.names
        mouse = arm.mouse and set(names) <= set(MICE)
        absent = _absent(place, drugs, beside=contrast.comparison.beside)
        if mouse and not each.wells[0]:  # the animals beside those of the other arm
            treated = needs_of(replace(contrast, arms=contrast.arms[:1]), control)[0][0]
            found.append([replace(treated, untreated=True)])
            continue
        found.append([Need(each.cell, (*well, *absent), names, contrast.hours, mouse) for well in each.wells])
    return found


def _absent(place: int, drugs: Sequence[dict[str, Exposure]], beside: str) -> tuple[Exposure, ...]:
    """Inhibitors of other arms that share this arm's model, at dose zero: which rest a cell has can depend on what is in the model."""
    if beside not in ("control", "parts"):
        return ()
    mine = {symbol for symbol, one in drugs[place].items() if not isinstance(one.compound, Partner)}
    added: dict[str, Exposure] = {}
    for other in drugs:
        theirs = {symbol: one for symbol, one in other.items() if not isinstance(one.compound, Partner)}
        if mine <= set(theirs):
            added |= {symbol: _at_zero(one) for symbol, one in theirs.items() if symbol not in mine}
    return tuple(added.values())


def _at_zero(one: Exposure) -> Exposure:
    if one.route == "oral":
        return replace(one, events=tuple(replace(event, amount=0.0) for event in one.events))
    return exposure(one.compound, "0 uM")


def measure(contrast: Contrast, bench: Bench, control: Control) -> Part:
    """What a contrast shows, from wells that the bench has computed."""
    needs = needs_of(contrast, control)
    doses = [arm.made(control).doses for arm in contrast.arms]
    shown = [
        _shown(bench, wells, contrast.observed[0 if place == 0 else 1], doses[place]) for place, wells in enumerate(needs)
    ]
    return Part(contrast, judge(contrast, [one[0] for one in shown], shown[0][1]))


def _shown(bench: Bench, wells: Sequence[Need], observed: Observed, doses: Sequence[float]) -> tuple[Array, Array]:
    """The quantity of each draw, and what it was at the start, shape (draw,)."""
    if observed.kind == "dead":
        value = bench.dead_at_rest(wells[0])
        return value, np.zeros_like(value)
    if observed.kind == "correlation":
        one, other = (bench.cells_of(wells[0], name) for name in observed.names)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = _correlation(one[:, :, 1] / one[:, :, 0] if observed.change else one[:, :, 1], other[:, :, 1])
        return value, np.zeros_like(value)
    if observed.kind == "dose":
        curve = np.stack([bench.of(well, observed.name)[:, 1] for well in wells], axis=1)
        return _half_dose(np.asarray(doses), curve, observed.name), np.full(len(curve), np.nan)
    course = bench.of(wells[0], observed.name)
    return course[:, 1], course[:, 0]


def _half_dose(doses: Array, curve: Array, name: str) -> Array:
    """Dose (uM) at which the response is one half, shape (draw,): 0 where less is enough, infinite where none does."""
    from exportin.analysis.curve.hill import fit_hill

    found = np.full(len(curve), np.nan)
    known = np.isfinite(curve).all(axis=1)
    if known.any():
        rising = name == "apoptotic_fraction"
        fitted = fit_hill(doses, curve[known], E0=0.0 if rising else 1.0, highest=1.0).dose_for(0.5)
        found[known] = np.where(fitted < doses[0], 0.0, np.where(fitted > doses[-1], np.inf, fitted))
    return found


def _correlation(one: Array, other: Array) -> Array:
    """Rank correlation over the cells of each draw, shape (draw,); NaN where too few cells show both or none differ."""
    return np.array([_rank_correlation(mine, theirs) for mine, theirs in zip(one, other, strict=True)])


def _rank_correlation(one: Array, other: Array) -> float:
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < tolerance("fewest_cells") or np.ptp(one[known]) == 0 or np.ptp(other[known]) == 0:
        return float("nan")
    return float(np.corrcoef(rank_values(one[known]), rank_values(other[known]))[0, 1])
