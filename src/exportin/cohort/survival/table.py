"""Tables of survival: one subject a line, with time, whether the event was seen, arm and covariates."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadTable, squash
from exportin.text_table import read_number, read_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SurvivalTable", "read_survival"]

_NAMES = {
    "time": ("time", "t", "week", "weeks", "months", "month", "days", "day", "duration", "os", "pfs", "survival", "t2event"),
    "event": ("event", "status", "observed", "arrest", "death", "dead"),
    "arm": ("arm", "group", "treatment", "trt", "rx", "stratum"),
}
_YES, _NO = ("1", "1.0", "true", "yes", "event", "dead"), ("0", "0.0", "false", "no", "censored", "alive")


@dataclass(frozen=True)
class SurvivalTable:
    """Subjects.

    Attributes
    ----------
    time : ndarray, shape (subject,)
        In the table's own unit.
    event : ndarray of bool, shape (subject,)
        True where the event was seen, False where the subject was lost or the study ended before it.
    arm : tuple of str
        Of each subject; all the same where the table has no arms.
    covariates : mapping of str to ndarray, shape (subject,)
    source : str
    """

    time: NDArray[np.float64]
    event: NDArray[np.bool_]
    arm: tuple[str, ...]
    covariates: Mapping[str, NDArray[np.float64]]
    source: str

    def __len__(self) -> int:
        return len(self.time)

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, in the order in which they first stand in the table."""
        return tuple(dict.fromkeys(self.arm))

    def of(self, arm: str) -> NDArray[np.bool_]:
        """Subjects of an arm, shape (subject,)."""
        return np.array([one == arm for one in self.arm], dtype=bool)


def read_survival(
    path: str | os.PathLike[str], *, time: str | None = None, event: str | None = None, arm: str | None = None,
    covariates: Sequence[str] = (),
) -> SurvivalTable:  # fmt: skip
    """Read a table with a heading, comma- or tab-separated.

    Parameters
    ----------
    path : path
    time, event, arm : str, optional
        Names of the columns; by default those that are called so (``time``, ``event`` or ``status``, ``arm`` or ``group``).
    covariates : sequence of str
        Columns of numbers for Cox's model.

    Returns
    -------
    table : SurvivalTable

    Raises
    ------
    BadTable
        With line and column: a column missing, a time below zero, an event that is neither 0 nor 1, no event at all, an empty field.
    """
    file = Path(path)
    header, rows = read_rows(file, "subject")
    places = {role: _place(header, role, given, file.name) for role, given in (("time", time), ("event", event), ("arm", arm))}
    wanted = {name: _named(header, name, file.name) for name in covariates}
    times = np.array([_number(row, line, places["time"], header, file.name, 0.0) for line, row in rows])
    events = np.array([_event(row, line, places["event"], header, file.name) for line, row in rows])
    at = places["arm"]
    arms = tuple("all" if at is None else row[at] or _empty(line, header[at], file.name) for line, row in rows)
    columns = {
        name: np.array([_number(row, line, place, header, file.name, -math.inf) for line, row in rows]) for name, place in wanted.items()
    }
    if not events.any():
        raise BadTable(f"{file.name}: none of {len(rows)} subjects has the event, all are censored; nothing can be estimated from it.")
    return SurvivalTable(times, events, arms, columns, file.name)


def _place(header: Sequence[str], role: str, given: str | None, name: str) -> int | None:
    if given is not None:
        return _named(header, given, name)
    found = [place for place, title in enumerate(header) if squash(title) in _NAMES[role]]
    if len(found) > 1:
        told = ", ".join(header[place] for place in found)
        raise BadTable(f"{name}, line 1: several columns may be the {role} ({told}); say which.")
    if not found and role != "arm":
        raise BadTable(f"{name}, line 1: no column for the {role} among {', '.join(header)}; say which one it is.")
    return found[0] if found else None


def _named(header: Sequence[str], title: str, name: str) -> int:
    if title not in header:
        raise BadTable(f"{name}, line 1: no column {title!r}; found {', '.join(header)}.")
    return list(header).index(title)


def _empty(line: int, title: str, name: str) -> str:
    raise BadTable(f"{name}, line {line}, column {title!r}: the field is empty; fill it in, or leave the subject out.")


def _number(row: Sequence[str], line: int, place: int | None, header: Sequence[str], name: str, least: float) -> float:
    assert place is not None
    text = row[place] or _empty(line, header[place], name)
    wanted = "a time of 0 or more" if least == 0.0 else "a finite number"
    return read_number(text, f"{name}, line {line}, column {header[place]!r}", wanted, least)


def _event(row: Sequence[str], line: int, place: int | None, header: Sequence[str], name: str) -> bool:
    assert place is not None
    text = row[place] or _empty(line, header[place], name)
    if text.lower() not in (*_YES, *_NO):
        wanted = "1 for an event or 0 for a censored subject"
        raise BadTable(f"{name}, line {line}, column {header[place]!r}: expected {wanted}, found {text!r}.")
    return text.lower() in _YES
