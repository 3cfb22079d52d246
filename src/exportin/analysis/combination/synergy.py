"""Every score of one table of two drugs, with the surfaces behind them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.analysis.combination.excess import (
    expected_bliss,
    expected_hsa,
    expected_loewe,
    fit_singles,
    interacting_potency,
)  # fmt: skip
from exportin.analysis.combination.median_effect import MedianEffect, combination_index, fit_median_effect
from exportin.analysis.combination.musyc import Musyc, fit_musyc
from exportin.analysis.combination.score import ANTAGONISM, Score, bands, make_score
from exportin.analysis.curve.hill import Hill
from exportin.analysis.plate.noise import noisy_tables, scale_notes
from exportin.analysis.plate.plate import Plate
from exportin.analysis.plate.table import read_plates
from exportin.errors import BadQuantity
from exportin.json_number import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["Synergy", "noise_of", "resample", "score_tables", "synergy"]

BOOTSTRAP = 200  # tables
HEADING = ("score", "value", "95 %", "none", "synergistic", "antagonistic", "verdict")
FEWEST_FOR_MUSYC = 20  # wells: twice the numbers of its surface


@dataclass(frozen=True)
class Synergy:
    """Scores of one pair of drugs.

    Attributes
    ----------
    plate : Plate
        The wells that were scored.
    points : ndarray, shape (point, 2)
        Different combinations, uM.
    observed : ndarray, shape (point,)
        Mean inhibition of each.
    excess : mapping of str to ndarray, shape (point,)
        Inhibition beyond what HSA, Bliss, Loewe and ZIP (where the table is a grid) expect, at each combination.
    index : ndarray, shape (point,)
        Chou and Talalay's combination index; NaN where the inhibition is not between 0 and 1.
    scores : tuple of Score
    curves : tuple of Hill
        Inhibition of each drug alone.
    lines : tuple of MedianEffect
    musyc : Musyc or None
        None where the table has too few wells.
    intervals_from : str
        What the intervals are made of.
    notes : tuple of str
        What the reader has to know of this table.
    """

    plate: Plate
    points: NDArray[np.float64]
    observed: NDArray[np.float64]
    excess: Mapping[str, NDArray[np.float64]]
    index: NDArray[np.float64]
    scores: tuple[Score, ...]
    curves: tuple[Hill, Hill]
    lines: tuple[MedianEffect, MedianEffect]
    musyc: Musyc | None
    intervals_from: str
    notes: tuple[str, ...]

    def __getitem__(self, name: str) -> Score:
        for one in self.scores:
            if one.name == name:
                return one
        from exportin.errors import UnknownName

        raise UnknownName("score of this table", name, [one.name for one in self.scores])

    def __str__(self) -> str:
        table = [HEADING, *(one.cells for one in self.scores)]
        widths = [max(len(row[column]) for row in table) for column in range(len(HEADING))]
        rows = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
        verdicts = {one.verdict for one in self.scores}
        disagree = ["The scores do not agree; each has a null of its own."] if {"synergistic", "antagonistic"} <= verdicts else []
        meanings = [f"{one.name}: {one.what}." for one in self.scores if one.name not in self.excess]
        excess = f"{', '.join(self.excess)}: mean inhibition beyond the expected, over all combinations."
        head = f"{self.title}: {len(self.plate)} wells, {len(self.points)} combinations"
        return "\n".join([head, *rows, excess, *meanings, f"Intervals: 95 %, {self.intervals_from}.", *disagree, *self.notes])

    @property
    def title(self) -> str:
        """The drugs, and where the wells come from."""
        block = "" if self.plate.block == "1" else f", block {self.plate.block}"
        return f"{self.plate.drugs[0]} + {self.plate.drugs[1]} ({self.plate.source}{block})"

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON; NaN is None."""
        surface = [
            {"dose1": float(point[0]), "dose2": float(point[1]), "inhibition": float(self.observed[place]),
             **{name: float(values[place]) for name, values in self.excess.items()}, "CI": plain(self.index[place])}
            for place, point in enumerate(self.points)
        ]  # fmt: skip
        singles = [
            {"drug": drug, "Emax": float(curve.Emax[0]), "C": float(curve.C[0]), "h": float(curve.h[0]),
             "Dm": plain(line.Dm[0]), "m": plain(line.m[0]), "r": plain(line.r[0])}
            for drug, curve, line in zip(self.plate.drugs, self.curves, self.lines, strict=True)
        ]  # fmt: skip
        scores = [{key: plain(value) for key, value in vars(one).items()} for one in self.scores]
        return {
            "drugs": list(self.plate.drugs), "block": self.plate.block, "source": self.plate.source, "dose_unit": "uM", "scores": scores,
            "singles": singles, "surface": surface, "intervals_from": self.intervals_from, "notes": list(self.notes),
        }  # fmt: skip

    def plot(self) -> Figure:
        """Observed effect and excess over both doses, each drug alone, and the isobologram."""
        from exportin.analysis.combination.figure import draw_synergy

        return draw_synergy(self)


def synergy(
    table: str | os.PathLike[str] | Plate,
    *,
    response: str | None = None,
    scale: str | None = None,
    unit: str | None = None,
    block: str | None = None,
    bootstrap: int = BOOTSTRAP,
    seed: int = 0,
) -> Synergy:
    """Score a measured table of two drugs by HSA, Bliss, Loewe, ZIP, Chou and Talalay's index and MuSyC.

    Parameters
    ----------
    table : path or Plate
        See `exportin.analysis.plate.table.read_plates`, whose `response`, `scale` and `unit` these are.
    block : str, optional
        Which block of the table; needed where it has several.
    bootstrap : int
        Number of tables with the noise of this one that the intervals come from.
    seed : int

    Returns
    -------
    synergy : Synergy

    Raises
    ------
    BadTable, BadQuantity, UnknownName
    """
    plate = table if isinstance(table, Plate) else _block(read_plates(table, response=response, scale=scale, unit=unit), block)
    if len(plate.drugs) != 2 or not plate.combined.any():
        raise BadQuantity(f"{plate.source}, block {plate.block}: a score needs wells with two drugs together; this block has none.")
    for name, count in (("bootstrap", bootstrap), ("seed", seed)):
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise BadQuantity(f"{name}: {count!r} is not a whole number of at least 0.")
    plate.check_single()
    spread, freedom, told = noise_of(plate)
    tables = np.concatenate([plate.viability[None], resample(plate, spread, freedom, bootstrap, seed)])
    return score_tables(plate, tables, f"{bootstrap} tables with the noise of this one, {told}" if len(tables) > 1 else told)


def resample(plate: Plate, spread: float, freedom: int, count: int, seed: int) -> NDArray[np.float64]:
    """Tables as they might have come out, shape (table, well): the means of the wells with noise (`noisy_tables`)."""
    _, place = plate.points()
    return noisy_tables(plate.means()[1][place], spread, freedom, count, seed)


def _block(plates: tuple[Plate, ...], block: str | None) -> Plate:
    if block is None and len(plates) == 1:
        return plates[0]
    if block is None:
        raise BadQuantity(f"{plates[0].source} holds {len(plates)} blocks ({', '.join(one.block for one in plates[:9])}); name one.")
    for one in plates:
        if one.block == block:
            return one
    from exportin.errors import UnknownName

    raise UnknownName("block of this table", block, [one.block for one in plates])


def noise_of(plate: Plate) -> tuple[float, int, str]:
    """Standard deviation of a well, its degrees of freedom, and where it comes from."""
    spread, freedom = plate.noise()
    if freedom >= 3 and spread > 0:
        return spread, freedom, f"a standard deviation of {spread:.3g} between replicates ({freedom} degrees of freedom)"
    curves = fit_singles(plate, 1.0 - plate.viability[None])
    wells = sum(int(plate.single(drug).sum()) for drug in range(2))
    left = wells - 6  # three numbers of each curve
    if left < 1:
        return float("nan"), 0, "no replicates and too few doses to tell the noise"
    spread = float(np.sqrt((curves[0].squares[0] + curves[1].squares[0]) / left))
    return spread, left, f"a standard deviation of {spread:.3g} about the single drugs' curves, as there are no replicates"


def score_tables(plate: Plate, viability: NDArray[np.float64], intervals_from: str, *, measured: bool = True) -> Synergy:
    """Scores of many tables of the same wells: the first is the one that is told, the others are its interval.

    Parameters
    ----------
    plate : Plate
    viability : ndarray, shape (table, well)
    intervals_from : str
    measured : bool
        Whether the wells come from a table, of which there is something to tell.
    """
    inhibition = 1.0 - viability
    points, place = np.unique(plate.doses[plate.combined], axis=0, return_inverse=True)
    place = place.reshape(-1)
    observed = np.array([np.bincount(place, one) / np.bincount(place) for one in inhibition[:, plate.combined]])
    curves = fit_singles(plate, inhibition)
    alone = [curve.at(points[:, drug]) for drug, curve in enumerate(curves)]
    excess = {
        "HSA": observed - expected_hsa(*alone),
        "Bliss": observed - expected_bliss(*alone),
        "Loewe": observed - expected_loewe(curves, points),
    }
    potency = interacting_potency(plate, inhibition, curves)
    if potency is not None:
        excess["ZIP"] = potency
    alone_in = [plate.single(drug) for drug in range(2)]
    lines = [fit_median_effect(plate.doses[wells, drug], inhibition[:, wells]) for drug, wells in enumerate(alone_in)]
    index = combination_index((lines[0], lines[1]), points, observed)
    musyc = fit_musyc(plate.doses, viability, curves) if len(plate) >= FEWEST_FOR_MUSYC else None
    first = (curves[0][:1], curves[1][:1])
    of_first = [MedianEffect(one.Dm[:1], one.m[:1], one.r[:1]) for one in lines]
    return Synergy(
        plate, points, observed[0], {name: values[0] for name, values in excess.items()}, index[0], _scores(excess, index, musyc), first,
        (of_first[0], of_first[1]), None if musyc is None else Musyc(musyc.numbers[:1], musyc.squares[:1]), intervals_from,
        _notes(plate, index[0], potency is None, musyc is None, measured),
    )  # fmt: skip


def _scores(excess: Mapping[str, NDArray[np.float64]], index: NDArray[np.float64], musyc: Musyc | None) -> tuple[Score, ...]:
    wide = bands()
    told, band = "mean inhibition beyond the expected, over all combinations", (-wide["excess"], wide["excess"])
    found = [make_score(name, told, values.mean(axis=1), 0.0, band) for name, values in excess.items()]
    with np.errstate(invalid="ignore", divide="ignore"):
        known = np.isfinite(index)
        mean = np.exp(np.where(known, np.log(np.where(known, index, 1.0)), 0.0).sum(axis=1) / known.sum(axis=1))
    fold = wide["index"]
    found.append(make_score("CI", "geometric mean of the combination index", mean, 1.0, (1.0 / fold, fold), ANTAGONISM))
    if musyc is not None:
        fold, more = wide["potency"], wide["efficacy"]
        for name, values, what in (
            ("MuSyC alpha12", musyc.alpha12, "fold that a dose of drug 2 counts under drug 1"),
            ("MuSyC alpha21", musyc.alpha21, "fold that a dose of drug 1 counts under drug 2"),
        ):
            found.append(make_score(name, what, values, 1.0, (1.0 / fold, fold)))
        found.append(make_score("MuSyC beta", "further effect of both over that of the stronger drug", musyc.beta, 0.0, (-more, more)))
    return tuple(found)


def _notes(plate: Plate, index: NDArray[np.float64], no_grid: bool, no_musyc: bool, measured: bool) -> tuple[str, ...]:
    notes = scale_notes(plate) if measured else []
    if no_grid:
        notes.append("No ZIP: it needs a grid of three doses and more of each drug.")
    if no_musyc:
        notes.append(f"No MuSyC: {len(plate)} wells are fewer than {FEWEST_FOR_MUSYC}.")
    lost = int((~np.isfinite(index)).sum())
    if lost:
        why = "inhibition not between 0 and 1, or a drug's line that does not rise"
        notes.append(f"{lost} of {len(index)} combinations have no combination index ({why}).")
    return tuple(notes)
