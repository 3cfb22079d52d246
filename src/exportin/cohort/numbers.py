"""Numbers of the cohort: the rows of its tables at a draw, and those that the calibration found in each draw."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadQuantity, UnknownName
from exportin.knowledge.distribution import Distribution
from exportin.knowledge.table import read_table
from exportin.network.parameters import uniform_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.cohort.schema import BackgroundRow, CriterionRow, DiseaseRow, GradeRow, LadderRow, PublishedRow, RuleRow
    from exportin.knowledge.schema import ParameterRow

__all__ = [
    "CELL_SEED",
    "backgrounds",
    "calibrated",
    "calibrated_draws",
    "criteria",
    "disease_rows",
    "diseases",
    "grades",
    "ladders",
    "mouse_numbers",
    "numbers",
    "published",
    "row_of",
    "rules",
]

CELL_SEED = 0  # of the draws of the cell model: each has its own calibration
ANY = "any"


def _rows(name: str, model: str) -> tuple:
    from exportin.cohort import schema
    from exportin.knowledge.schema import ParameterRow

    with resources.as_file(resources.files("exportin.cohort") / "tables" / name) as path:
        return read_table(path, ParameterRow if model == "ParameterRow" else getattr(schema, model))


@functools.cache
def _host() -> Mapping[str, ParameterRow]:
    return {row.id: row for row in _rows("host.tsv", "ParameterRow")}


@functools.cache
def _of_diseases() -> Mapping[tuple[str, str], ParameterRow]:
    return {(row.disease, row.id): row for row in _rows("disease_numbers.tsv", "DiseaseNumberRow")}


@functools.cache
def _diseases() -> tuple[DiseaseRow, ...]:
    return _rows("diseases.tsv", "DiseaseRow")


@functools.cache
def grades() -> tuple[GradeRow, ...]:
    """Bounds of the grades of adverse events."""
    return _rows("grades.tsv", "GradeRow")


@functools.cache
def rules() -> tuple[RuleRow, ...]:
    """What is done with the dose where a measure is low."""
    return _rows("rules.tsv", "RuleRow")


@functools.cache
def criteria() -> Mapping[str, tuple[CriterionRow, ...]]:
    """Categories of response by criterion, progression first.

    Examples
    --------
    >>> [row.response for row in criteria()["RECIST"]]
    ['progressive disease', 'stable disease', 'partial response', 'complete response']
    """
    rows = _rows("criteria.tsv", "CriterionRow")
    names = dict.fromkeys(row.criterion for row in rows)
    return {name: tuple(sorted((row for row in rows if row.criterion == name), key=lambda row: row.order)) for name in names}


@functools.cache
def backgrounds() -> Mapping[str, BackgroundRow]:
    """Treatments that are known by what they do to a disease alone, by name."""
    return {row.name: row for row in _rows("backgrounds.tsv", "BackgroundRow")}


@functools.cache
def published() -> tuple[PublishedRow, ...]:
    """Published outcomes of trials."""
    return _rows("published.tsv", "PublishedRow")


@functools.cache
def ladders() -> Mapping[str, tuple[LadderRow, ...]]:
    """Dose levels by name of the ladder, the first dose first.

    Examples
    --------
    >>> [row.regimen for row in ladders()["myeloma twice weekly"]][:2]
    ['80 mg PO days 1,3', '100 mg PO day 1']
    """
    rows = _rows("ladders.tsv", "LadderRow")
    names = dict.fromkeys(row.ladder for row in rows)
    return {name: tuple(sorted((row for row in rows if row.ladder == name), key=lambda row: row.level)) for name in names}


def diseases() -> tuple[str, ...]:
    """Names of the diseases.

    Examples
    --------
    >>> diseases()[:2]
    ('refractory myeloma', 'relapsed myeloma')
    """
    return tuple(dict.fromkeys(row.disease for row in _diseases()))


def disease_rows(disease: str) -> tuple[DiseaseRow, ...]:
    """The strata of a disease.

    Raises
    ------
    UnknownName
    """
    found = tuple(row for row in _diseases() if row.disease == disease)
    if not found:
        raise UnknownName("disease", disease, diseases())
    return found


def row_of(name: str, disease: str | None = None) -> ParameterRow:
    """A row of the host's table, or of a disease's (its own, else that of any disease)."""
    if disease is None:
        return _host()[name]
    return _of_diseases().get((disease, name)) or _of_diseases()[ANY, name]


def numbers(names: Sequence[str], draws: Sequence[int], disease: str | None = None) -> dict[str, NDArray[np.float64]]:
    """Rows at several draws, in the unit of the table.

    Parameters
    ----------
    names : sequence of str
        Ids of ``host.tsv``, or with `disease` of ``disease_numbers.tsv``.
    draws : sequence of int
    disease : str, optional

    Returns
    -------
    numbers : dict of str to ndarray, shape (draw,)

    Examples
    --------
    >>> round(float(numbers(["platelet_life"], [0])["platelet_life"][0]))
    253
    """
    found: dict[str, NDArray[np.float64]] = {}
    for name in names:
        row = row_of(name, disease)
        shares = uniform_shares(CELL_SEED, "draw", f"cohort {disease or ''} {name}", list(draws))
        found[name] = np.asarray(Distribution.parse(row.distribution).quantile(shares, row.value), dtype=np.float64)
    return found


def mouse_numbers(draws: Sequence[int]) -> dict[str, NDArray[np.float64]]:
    """Numbers of xenografts and mice at several draws, those that were calibrated among them.

    Examples
    --------
    >>> sorted(mouse_numbers([0]))[:2]
    ['appetite_export_half_mouse', 'weight_turnover_mouse']
    """
    found = numbers(["weight_turnover_mouse"], draws)
    for row in _rows("mouse.tsv", "ParameterRow"):
        shares = uniform_shares(CELL_SEED, "draw", f"mouse {row.id}", list(draws))
        found[row.id] = np.asarray(Distribution.parse(row.distribution).quantile(shares, row.value), dtype=np.float64)
        held = _calibrated().get(row.id, {})
        found[row.id] = np.array([held.get(draw, value) for draw, value in zip(draws, found[row.id], strict=True)])
    return found


@functools.cache
def _calibrated() -> Mapping[str, Mapping[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for row in _rows("calibrated.tsv", "CalibratedRow"):
        found.setdefault(row.id, {})[row.draw] = row.value
    return found


@functools.cache
def calibrated_draws() -> tuple[int, ...]:
    """Draws of the cell model in which the calibrating arms come out, in order."""
    return tuple(sorted(_calibrated()["potency"]))


def calibrated(name: str, draws: Sequence[int]) -> NDArray[np.float64] | None:
    """A calibrated number at several draws, shape (draw,); None where no arm calibrates it.

    Raises
    ------
    BadQuantity
        If one of the draws is none in which the calibrating arms come out.
    """
    if name not in _calibrated():
        return None
    held = _calibrated()[name]
    missing = [draw for draw in draws if draw not in held]
    if missing:
        raise BadQuantity(f"draw {missing[0]} is none in which the calibrating arms come out; those are {', '.join(map(str, held))}.")
    return np.array([held[draw] for draw in draws])
