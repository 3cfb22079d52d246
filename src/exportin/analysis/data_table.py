"""Measured time courses: a table of one value a line, with its time, its spread and their units."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from exportin import units
from exportin.errors import BadScenario

__all__ = ["COLUMNS", "Datum", "read_data"]

COLUMNS = ("observable", "time", "time_unit", "value", "sd", "unit")


@dataclass(frozen=True)
class Datum:
    """One measured value.

    Attributes
    ----------
    observable : str
    time : float
        In the problem's unit of time.
    value, sd : float
        In `unit`; sd is the standard deviation of the value.
    unit : str
    """

    observable: str
    time: float
    value: float
    sd: float
    unit: str


def read_data(path: Path, time_unit: str) -> tuple[Datum, ...]:
    """Read a tab- or comma-separated table with the columns of `COLUMNS`.

    Raises
    ------
    BadScenario
        With the line: a missing or surplus column, a missing unit, a time before the start, a value that is no number.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario(f"{str(path)!r} cannot be read as a table: {error}.") from error
    lines = text.splitlines()
    mark = "\t" if lines and "\t" in lines[0] else ","
    rows = list(csv.reader(lines, delimiter=mark))
    if not rows or sorted(name.strip() for name in rows[0]) != sorted(COLUMNS):
        found_names = ", ".join(rows[0]) if rows else "nothing"
        raise BadScenario(f"{path.name}, line 1: expected the columns {', '.join(COLUMNS)}; found {found_names}.")
    names = [name.strip() for name in rows[0]]
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(names):
            raise BadScenario(f"{path.name}, line {number}: expected {len(names)} fields, found {len(row)}.")
        found.append(_datum(dict(zip(names, (field.strip() for field in row), strict=True)), f"{path.name}, line {number}", time_unit))
    if not found:
        raise BadScenario(f"{path.name} holds no data below its heading.")
    return tuple(found)


def _datum(row: dict[str, str], where: str, time_unit: str) -> Datum:
    for column in ("unit", "time_unit"):
        if not row[column]:
            raise BadScenario(f"{where}: {row['observable']!r} has no {column}; write one, such as min for a time and 1 for a ratio.")
    time, value, sd = (_number(row[column], f"{where}: {column}") for column in ("time", "value", "sd"))
    if time < 0:
        raise BadScenario(f"{where}: time {row['time']} {row['time_unit']} lies before the start of the experiment, which is time 0.")
    if not sd > 0:
        raise BadScenario(f"{where}: sd {row['sd']} is not the standard deviation of a measurement; give a positive number.")
    units.dimension(row["unit"])
    moment = units.to_unit(units.parse(f"{row['time']} {row['time_unit']}", time_unit, "time"), time_unit)
    return Datum(row["observable"], moment, value, sd, row["unit"])


def _number(text: str, where: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadScenario(f"{where}: {text!r} is not a finite number.")
    return number
