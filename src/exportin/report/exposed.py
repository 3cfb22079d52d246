"""When each drug was given, read back from what was asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exportin import units
from exportin.errors import ExportinError
from exportin.units import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from exportin.result import Result

__all__ = ["Given", "read_exposures"]

_DISH = re.compile(r"(?P<level>.+?) from (?P<start>.+?)(?: to (?P<stop>.+))?")


@dataclass(frozen=True)
class Given:
    """One drug and when it was given.

    Attributes
    ----------
    drug, what : str
        Name, and what was asked for.
    doses : tuple of float
        Hours of single doses.
    spans : tuple of (float, float)
        Hours from and until which it was in the dish.
    """

    drug: str
    what: str
    doses: tuple[float, ...] = ()
    spans: tuple[tuple[float, float], ...] = ()


def read_exposures(result: Result) -> tuple[Given, ...]:
    """Dose times within the simulated time; none where the words do not tell (an event table)."""
    horizon = float(result.time[-1])
    found = []
    for one in result.provenance.get("exposures") or []:
        drug, what = str(one.get("drug", "")), str(one.get("what", ""))
        if one.get("route") == "oral":
            doses = tuple(hour for part in what.split("; ") for hour in _dose_hours(part) if 0 <= hour <= horizon)
            found.append(Given(drug, what, doses=doses))
        else:
            spans = tuple(span for part in what.split("; ") for span in _span(part, horizon))
            found.append(Given(drug, what, spans=spans))
    return tuple(found)


def _dose_hours(text: str) -> list[float]:
    from exportin.pharmacology.regimen import parse_regimen

    plain = re.sub(r"\s*/\s*(m2|m\^2|m²|kg)", "", text)  # times do not depend on the patient's size, which the words do not hold
    try:
        return [dose.time / SECONDS_PER_HOUR for dose in parse_regimen(plain)]
    except ExportinError:
        return []


def _span(text: str, horizon: float) -> list[tuple[float, float]]:
    """The one span of a dish exposure, if any of it lies in the simulated time.

    Examples
    --------
    >>> _span("50 nM from 0 h to 2 h", 24.0)
    [(0.0, 2.0)]
    >>> _span("50 nM from 1 h", 24.0)
    [(1.0, 24.0)]
    """
    match = _DISH.fullmatch(text)
    if match is None:
        return []
    try:
        start = units.parse(match["start"], "h") / SECONDS_PER_HOUR
        stop = horizon if match["stop"] is None else units.parse(match["stop"], "h") / SECONDS_PER_HOUR
    except ExportinError:
        return []
    return [(start, min(stop, horizon))] if start < horizon else []
