"""Non-compartmental analysis of concentrations over time: what is read off the data without a model.

Between two points the area is that of a line while concentrations rise and of an exponential while they fall (linear up, logarithmic
down). The terminal slope is fitted to the last three points or more after the peak, as many as give the best adjusted R squared.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin import units
from exportin.errors import BadQuantity, BadTable, squash
from exportin.json_number import plain
from exportin.text_table import read_number, read_rows

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Profile", "analyse", "read_profiles"]

FEWEST = 3  # points of a terminal slope
CLOSE = 1e-4  # of adjusted R squared: among slopes that are so close the one with more points is taken
MOST_EXTRAPOLATED = 0.2  # of an area; beyond it what follows from it is said to be uncertain
_NAMES = {
    "id": ("id", "usubjid", "subject"), "time": ("time", "hour", "hours", "h"), "value": ("dv", "conc", "concentration", "aval"),
    "dose": ("dose", "amt"),
}  # fmt: skip
_BELOW = ("blq", "bloq", "bql", "lloq", "nd")


@dataclass(frozen=True)
class Profile:
    """What one subject's concentrations say; NaN where they do not.

    Attributes
    ----------
    subject : str
    Cmax, Tmax, Clast, Tlast : float
        Highest and last measurable concentration, with their times (h).
    AUClast, AUCinf : float
        Area under the curve to the last measurable concentration, and extrapolated.
    extrapolated : float
        Part of `AUCinf` beyond the last concentration.
    lambda_z, r2, points : float, float, int
        Terminal rate constant (1/h), its adjusted R squared, and how many points it is from.
    t_half : float
        h.
    MRT : float
        Mean residence time from the extrapolated areas (h).
    CL_F, Vz_F : float
        Apparent clearance and volume of the terminal phase, in the dose's unit over the concentration's (and h); NaN without a dose.
    notes : tuple of str
    """

    subject: str
    Cmax: float
    Tmax: float
    Clast: float
    Tlast: float
    AUClast: float
    AUCinf: float
    extrapolated: float
    lambda_z: float
    r2: float
    points: int
    t_half: float
    MRT: float
    CL_F: float
    Vz_F: float
    notes: tuple[str, ...]

    def __str__(self) -> str:
        rows = [("Cmax", self.Cmax), ("Tmax (h)", self.Tmax), ("AUClast", self.AUClast), ("AUCinf", self.AUCinf),
                ("extrapolated", self.extrapolated), ("lambda_z (1/h)", self.lambda_z), ("t_half (h)", self.t_half), ("MRT (h)", self.MRT),
                ("CL/F", self.CL_F), ("Vz/F", self.Vz_F)]  # fmt: skip
        told = [f"  {name:<15}{value:.4g}" if math.isfinite(value) else f"  {name:<15}-" for name, value in rows]
        return "\n".join([f"subject {self.subject}", *told, *(f"  {note}" for note in self.notes)])

    def to_dict(self) -> dict[str, Any]:
        """All numbers, ready for JSON; NaN is None."""
        return {name: plain(value) for name, value in vars(self).items()}


def analyse(time: ArrayLike, concentration: ArrayLike, dose: float | None = None, subject: str = "1") -> Profile:
    """Analyse one subject after one dose at time 0.

    Parameters
    ----------
    time : array_like, shape (point,)
        h, rising.
    concentration : array_like, shape (point,)
        0 or NaN below quantification: 0 before the first measurable one, left out after it.
    dose : float, optional

    Raises
    ------
    BadQuantity
        If times do not rise, or fewer than two concentrations are measurable.

    Examples
    --------
    >>> t = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    >>> found = analyse(t, 10.0 * np.exp(-0.3 * t), dose=100.0)
    >>> round(found.AUCinf, 6), round(found.CL_F, 6), round(found.t_half, 4)
    (33.333333, 3.0, 2.3105)
    """
    t, c = np.asarray(time, dtype=float), np.asarray(concentration, dtype=float)
    if len(t) != len(c) or (np.diff(t) <= 0).any() or (t < 0).any() or not np.isfinite(t).all():
        raise BadQuantity(f"subject {subject}: expected rising times from the dose on, each with a concentration.")
    if (c < 0).any():
        raise BadQuantity(f"subject {subject}: the concentration {c[c < 0][0]:g} at {t[c < 0][0]:g} h is below zero.")
    measured = np.isfinite(c) & (c > 0)
    if measured.sum() < 2:
        raise BadQuantity(f"subject {subject}: {int(measured.sum())} concentrations above quantification; two are needed.")
    first = int(np.argmax(measured))
    kept = measured | (np.arange(len(t)) < first)
    x, y = t[kept], np.where(measured, c, 0.0)[kept]
    lost = int((~measured)[first:].sum())
    notes = [f"{lost} values below quantification after the first are left out"] if lost else []
    if x[0] > 0:
        notes.append(f"no sample at time 0: the areas begin at {x[0]:g} h and lack what came before; add one (0 for an oral dose)")
    peak = int(np.argmax(y))
    area, moment = _areas(x, y)
    slope, r2, points = _terminal(x[peak:], y[peak:])
    infinite, whole = math.nan, math.nan
    if slope > 0:
        infinite = area + float(y[-1]) / slope
        whole = (moment + float(y[-1] * x[-1]) / slope + float(y[-1]) / slope**2) / infinite
        if 1.0 - area / infinite > MOST_EXTRAPOLATED:
            notes.append(f"{100 * (1 - area / infinite):.0f} % of the area is extrapolated: what follows from it is uncertain")
    else:
        notes.append("no terminal slope: fewer than three falling concentrations after the peak")
    CL = dose / infinite if dose is not None else math.nan
    return Profile(
        subject, float(y[peak]), float(x[peak]), float(y[-1]), float(x[-1]), area, infinite, 1.0 - area / infinite, slope, r2, points,
        math.log(2) / slope, whole, CL, CL / slope, tuple(notes),
    )  # fmt: skip


def _areas(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Area under the curve, and under the curve times time."""
    dx, low, high = np.diff(x), y[:-1], y[1:]
    falls = (high < low) & (high > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(falls, np.log(low / high) / dx, 1.0)
    area = np.where(falls, (low - high) / rate, 0.5 * (low + high) * dx)
    moment = np.where(falls, (x[:-1] * low - x[1:] * high) / rate + (low - high) / rate**2, 0.5 * (x[:-1] * low + x[1:] * high) * dx)
    return float(area.sum()), float(moment.sum())


def _terminal(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float, int]:
    """Terminal rate constant, adjusted R squared and number of points, of the points after the peak; NaN where there is none."""
    best = (math.nan, -math.inf, 0)
    for count in range(FEWEST, len(x)):
        slope, intercept = np.polyfit(x[-count:], np.log(y[-count:]), 1)
        left = np.log(y[-count:]) - (slope * x[-count:] + intercept)
        total = np.log(y[-count:]) - np.log(y[-count:]).mean()
        adjusted = 1.0 - (left @ left) / (total @ total) * (count - 1) / (count - 2) if total @ total > 0 else -math.inf
        if slope < 0 and adjusted > best[1] - CLOSE:
            best = (-float(slope), max(float(adjusted), best[1]), count)
    return best if best[2] else (math.nan, math.nan, 0)


def read_profiles(path: str | os.PathLike[str], *, dose: float | None = None, time_unit: str = "h") -> tuple[Profile, ...]:
    """Analyse each subject of a table.

    Parameters
    ----------
    path : path
        Columns ``ID`` (may be missing), ``TIME``, ``DV`` or ``CONC`` and, unless `dose` is given, ``DOSE``; ``BLQ`` or ``<5`` is a value
        below quantification.
    dose : float, optional
        Of all subjects.
    time_unit : str
        Of the times.

    Raises
    ------
    BadTable
        With line and column.
    """
    file = Path(path)
    header, rows = read_rows(file, "concentration")
    places = {role: next((n for n, title in enumerate(header) if squash(title) in names), None) for role, names in _NAMES.items()}
    for role, example in (("time", "TIME"), ("value", "DV")):
        if places[role] is None:
            raise BadTable(f"{file.name}, line 1: no column {example} among {', '.join(header)}.")
    hours = units.to_internal(1.0, time_unit) / units.SECONDS_PER_HOUR if units.dimension(time_unit) == units.dimension("h") else None
    if hours is None:
        raise BadTable(f"{file.name}: {time_unit!r} is no unit of time; write for example h or d.")
    subjects: dict[str, list[tuple[int, float, float, float | None]]] = {}
    for line, row in rows:
        name = "1" if places["id"] is None else row[places["id"]]
        given = _number(row, line, places["dose"], header, file.name) if dose is None and places["dose"] is not None else dose
        entry = (line, hours * _number(row, line, places["time"], header, file.name), _value(row, line, places["value"], header, file.name))
        subjects.setdefault(name, []).append((*entry, given))
    return tuple(_profile(name, entries, file.name) for name, entries in subjects.items())


def _profile(name: str, entries: Sequence[tuple[int, float, float, float | None]], file: str) -> Profile:
    for before, after in itertools.pairwise(entries):
        if after[1] <= before[1]:
            raise BadTable(f"{file}, line {after[0]}: the time of subject {name} does not rise; sort it, one dose a subject.")
    doses = {one[3] for one in entries if one[3]}
    if len(doses) > 1:
        told = ", ".join(f"{one:g}" for one in sorted(doses))
        raise BadTable(f"{file}, line {entries[0][0]}: subject {name} has several doses ({told}); one dose at time 0 is analysed.")
    try:
        return analyse([one[1] for one in entries], [one[2] for one in entries], doses.pop() if doses else None, name)
    except BadQuantity as error:
        raise BadTable(f"{file}, line {entries[0][0]}: {error}") from error


def _value(row: Sequence[str], line: int, place: int | None, header: Sequence[str], name: str) -> float:
    assert place is not None
    if squash(row[place]) in _BELOW or row[place].startswith("<"):
        return 0.0
    return _number(row, line, place, header, name)


def _number(row: Sequence[str], line: int, place: int | None, header: Sequence[str], name: str) -> float:
    assert place is not None
    return read_number(row[place], f"{name}, line {line}, column {header[place]!r}", "a number of 0 or more", 0.0)
