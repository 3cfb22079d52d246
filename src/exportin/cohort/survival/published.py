"""Reading a published curve: its points and its numbers at risk, as two tables."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from exportin.cohort.survival.guyot import ROUGH, Rebuilt, rebuild
from exportin.errors import BadTable, squash
from exportin.text_table import read_number, read_rows

__all__ = ["read_published"]

PERCENT = 1.5  # a largest survival beyond it is a percentage


def read_published(curve: str | os.PathLike[str], at_risk: str | os.PathLike[str], *, events: int | None = None) -> Rebuilt:
    """Rebuild the subjects of a curve from two tables.

    Parameters
    ----------
    curve : path
        Columns ``time`` and ``survival`` (as a fraction, or in percent where a value is above 1.5).
    at_risk : path
        Columns ``time`` and ``at_risk``.
    events : int, optional
        Printed total.

    Raises
    ------
    BadTable
    """
    points, marks = _columns(Path(curve), ("time", "survival")), _columns(Path(at_risk), ("time", "at_risk"))
    level = points[1]
    factor = 0.01 if max(level) > PERCENT else 1.0
    numbers = [round(one) for one in marks[1]]
    if any(abs(one - whole) > 1e-9 for one, whole in zip(marks[1], numbers, strict=True)):
        raise BadTable(f"{Path(at_risk).name}: numbers at risk are whole numbers.")
    name = Path(curve)
    return rebuild(points[0], [_levelled(factor * one) for one in level], marks[0], numbers, events=events, arm=name.stem, source=name.name)


def _levelled(survival: float) -> float:
    """A point that lies above 1 by no more than the error of reading a picture is at 1."""
    return 1.0 if 1.0 < survival <= 1.0 + ROUGH else survival


def _columns(file: Path, names: Sequence[str]) -> list[list[float]]:
    header, rows = read_rows(file, "point")
    places = []
    for name in names:
        found = [place for place, title in enumerate(header) if squash(title) == squash(name)]
        if not found:
            raise BadTable(f"{file.name}, line 1: expected the columns {' and '.join(names)}; found {', '.join(header)}.")
        places.append(found[0])
    return [[read_number(row[place], f"{file.name}, line {line}, column {header[place]!r}") for line, row in rows] for place in places]
