"""Doses from an event table in the NONMEM style: one row a record, columns ID TIME AMT RATE II ADDL SS EVID CMT."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from exportin import units
from exportin.errors import BadRegimen
from exportin.pharmacology.event import Dose
from exportin.pharmacology.regimen import MOST_DOSES

__all__ = ["read_event_table", "steady_state_run_in"]

COLUMNS = ("ID", "TIME", "AMT", "RATE", "II", "ADDL", "SS", "EVID", "CMT")
OBSERVED = ("MDV", "DV")
_NEEDED = ("ID", "TIME", "AMT")
_UNSUPPORTED_EVENT = {3: "a reset of the system", 4: "a reset and a dose"}
_UNSUPPORTED_RATE = {-1: "a modelled rate", -2: "a modelled duration"}
_COMPARTMENTS = {1: "DEPOT", 2: "CENT"}


def read_event_table(
    table: str | os.PathLike[str] | Iterable[Mapping[str, object]],
    *,
    memory: float | None = None,
    tolerate: Collection[str] = (),
) -> Mapping[str, tuple[Dose, ...]]:
    """Doses of each individual; the order of the records changes nothing.

    Parameters
    ----------
    table : path or iterable of mapping
        A CSV file, or one mapping of column to value a record. TIME and II in h, AMT in mg, RATE in mg/h. CMT 1 is the depot (the
        default), 2 the central compartment. EVID is 0 (observation) or 2 (other), which give no dose, or 1 (dose); without the
        column, a record with AMT over 0 is a dose. ``.`` or a blank in RATE, II, ADDL and SS is 0.
    memory : float, optional
        How long (s) the system remembers a dose; needed only where a record has SS=1, which becomes doses every II over this time
        before it.
    tolerate : collection of str
        The columns ``"MDV"`` and ``"DV"`` are let through, unread, where they are named here.

    Returns
    -------
    doses : dict of str to tuple of Dose
        By ID (``1.0`` is ``1``), in order of time; an individual without doses has an empty tuple.

    Raises
    ------
    BadRegimen
        Naming row (the first record is row 1) and column of what is wrong or not supported: other columns, EVID 3 and 4, RATE -1
        and -2, a zero-order depot, SS=2, and an SS=1 record after other doses, which it would reset.

    Examples
    --------
    >>> read_event_table([{"ID": 1, "TIME": 0, "AMT": 80, "II": 24, "ADDL": 1}])
    {'1': (Dose(time=0.0, amount=80.0, compartment='DEPOT', duration=0.0), Dose(time=86400.0, amount=80.0, ...))}
    >>> read_event_table([{"ID": 1, "TIME": 0, "AMT": 80, "WT": 70}])
    Traceback (most recent call last):
    ...
    exportin.errors.BadRegimen: Column 'WT' is not understood; expected only ID, TIME, AMT, RATE, II, ADDL, SS, EVID, CMT.
    """
    if memory is not None and not (math.isfinite(memory) and memory > 0):
        raise BadRegimen(f"A memory of {memory!r} s is not a positive finite time; give how long the system remembers a dose.")
    records = [_Record(number, row) for number, row in enumerate(_rows(table), start=1)]
    _check_columns(records, tolerate)
    doses: dict[str, list[Dose]] = {}
    steady: dict[str, tuple[_Record, Dose]] = {}
    for record in records:
        who = record.identity()
        given = doses.setdefault(who, [])
        dose = record.dose()
        if dose is None:
            continue
        interval, more, at_steady_state = record.repeats()
        given += [replace(dose, time=dose.time + turn * interval) for turn in range(more + 1)]
        if at_steady_state:
            if who in steady:
                raise record.refuse("SS", "is a second steady state, which would reset the first", "write SS=1 once")
            steady[who] = (record, dose)
            given += record.run_in(dose, interval, memory)
        if len(given) > MOST_DOSES:
            raise record.refuse("ADDL", f"brings individual {who} over {MOST_DOSES:,} doses", "check ADDL, II and the memory")
    _check_nothing_precedes(records, steady)
    return {who: tuple(sorted(given)) for who, given in doses.items()}


def steady_state_run_in(dose: Dose, interval: float, how_long_s: float) -> tuple[Dose, ...]:
    """The same dose every `interval` s before `dose`, back to `how_long_s` s, in order of time.

    Examples
    --------
    >>> [earlier.time for earlier in steady_state_run_in(Dose(0.0, 80.0), 10.0, 25.0)]
    [-30.0, -20.0, -10.0]
    """
    if not (math.isfinite(interval) and interval > 0 and math.isfinite(how_long_s) and how_long_s >= 0):
        raise BadRegimen(f"A run-in of {how_long_s!r} s every {interval!r} s is impossible; give positive times.")
    if how_long_s / interval > MOST_DOSES:
        raise BadRegimen(f"A run-in of {how_long_s:g} s every {interval:g} s has over {MOST_DOSES:,} doses; lengthen II.")
    count = math.ceil(how_long_s / interval)
    return tuple(replace(dose, time=dose.time - turn * interval) for turn in range(count, 0, -1))


class _Record:
    """One row, whose cells are read by column."""

    def __init__(self, number: int, row: Mapping[str, object]) -> None:
        self.number = number
        self.cells: dict[str, str] = {}
        for column, cell in row.items():
            name = str(column).strip().upper()
            if name in self.cells:
                raise BadRegimen(f"Column {name!r} comes twice; expected each column once.")
            self.cells[name] = "" if cell is None or cell != cell else str(cell).strip()

    def refuse(self, column: str, problem: str, advice: str) -> BadRegimen:
        return BadRegimen(f"Row {self.number}, column {column}: {self.cells.get(column, '')!r} {problem}; {advice}.")

    def identity(self) -> str:
        text = self.cells.get("ID", "")
        if text in {"", "."}:
            raise self.refuse("ID", "is missing", "expected a name or number of the individual")
        return text.removesuffix(".0")

    def read(self, column: str, *, least: float = 0.0) -> float:
        """A number that must be there."""
        text = self.cells.get(column, "")
        if text in {"", "."}:
            raise self.refuse(column, "is missing", "expected a number")
        try:
            number = float(text.replace("_", "?"))  # Python would read 1_0 as 10
        except ValueError:
            raise self.refuse(column, "is not a number", "expected a number") from None
        if not math.isfinite(number):
            raise self.refuse(column, "is not finite", "expected a finite number")
        if number < least:
            raise self.refuse(column, "is negative", "expected zero or more")
        return number

    def read_or_zero(self, column: str, *, least: float = 0.0) -> float:
        """A number that is 0 where the table leaves it out."""
        return 0.0 if self.cells.get(column, "") in {"", "."} else self.read(column, least=least)

    def whole(self, column: str) -> int:
        number = self.read_or_zero(column)
        if not number.is_integer():
            raise self.refuse(column, "is not a whole number", "expected 0, 1, 2 ...")
        return int(number)

    def dose(self) -> Dose | None:
        """The dose of this record, or None for an observation or other event."""
        time = self.read("TIME") * units.SECONDS_PER_HOUR
        if not self._is_dose():
            return None
        amount = self.read("AMT")
        if amount == 0:
            raise self.refuse("AMT", "is no dose", "expected a positive amount in mg, or EVID 0")
        compartment = self._compartment()
        rate = self.read_or_zero("RATE", least=-math.inf)
        if rate in _UNSUPPORTED_RATE:
            raise self.refuse("RATE", f"means {_UNSUPPORTED_RATE[int(rate)]}, which is not supported", "write the rate in mg/h")
        if rate < 0:
            raise self.refuse("RATE", "is negative", "expected zero (a bolus) or a rate in mg/h")
        if rate > 0 and compartment == "DEPOT":
            raise self.refuse("RATE", "is zero-order input into the depot (CMT 1), which is not supported", "infuse into CMT 2")
        duration = amount / rate * units.SECONDS_PER_HOUR if rate > 0 else 0.0
        return Dose(time, amount, compartment, duration)

    def _is_dose(self) -> bool:
        if "EVID" not in self.cells:
            return self.read_or_zero("AMT") > 0
        self.read("EVID")
        event = self.whole("EVID")
        if event in _UNSUPPORTED_EVENT:
            raise self.refuse("EVID", f"means {_UNSUPPORTED_EVENT[event]}, which is not supported", "split the table here")
        if event not in {0, 1, 2}:
            raise self.refuse("EVID", "is not an event", "expected 0 (observation), 1 (dose) or 2 (other)")
        if event != 1 and self.read_or_zero("AMT") > 0:
            raise self.refuse("AMT", f"is an amount on a record that is no dose (EVID {event})", "write EVID 1, or AMT 0")
        return event == 1

    def _compartment(self) -> str:
        if "CMT" not in self.cells:
            return "DEPOT"
        self.read("CMT")
        compartment = _COMPARTMENTS.get(self.whole("CMT"))
        if compartment is None:
            raise self.refuse("CMT", "is not a compartment", "expected 1 (depot) or 2 (central)")
        return compartment

    def repeats(self) -> tuple[float, int, bool]:
        """Interval (s), number of further doses, and whether the individual is at steady state."""
        interval = self.read_or_zero("II") * units.SECONDS_PER_HOUR
        more, steady = self.whole("ADDL"), self.whole("SS")
        if steady > 1:
            raise self.refuse("SS", "(steady state added to what is there) is not supported", "expected 0 or 1")
        if interval == 0 and (more > 0 or steady):
            raise self.refuse("II", f"is no interval for {'ADDL' if more else 'SS'}", "expected the hours between two doses")
        if interval > 0 and not steady and self.cells.get("ADDL", "") in {"", "."}:
            raise self.refuse("II", "has no effect without ADDL or SS", "write ADDL (0 for none), or II 0")
        if more >= MOST_DOSES:
            raise self.refuse("ADDL", f"means more than {MOST_DOSES:,} doses", "shorten it")
        return interval, more, steady == 1

    def run_in(self, dose: Dose, interval: float, memory: float | None) -> tuple[Dose, ...]:
        if memory is None:
            raise self.refuse("SS", "needs to know how long the system remembers a dose", "give memory in s")
        return steady_state_run_in(dose, interval, memory)


def _rows(table: str | os.PathLike[str] | Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Records of a CSV file or of the caller's own list."""
    if not isinstance(table, str | os.PathLike):
        rows = list(table)
        if wrong := [row for row in rows if not isinstance(row, Mapping)]:
            raise BadRegimen(f"The event table holds {wrong[0]!r}; expected one mapping of column to value a record.")
        return rows
    try:
        with Path(table).open(encoding="utf-8-sig", newline="") as file:
            header, *lines = [line for line in csv.reader(file) if line]
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        given = os.fspath(table)
        raise BadRegimen(f"The event table {given!r} cannot be read ({error}); expected a CSV file with a header.") from error
    names = [name.strip().upper() for name in header]
    for number, line in enumerate(lines, start=1):
        if len(line) != len(names):
            raise BadRegimen(f"Row {number} has {len(line)} cells; expected {len(names)}, as the header has.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadRegimen(f"Column {twice[0]!r} comes twice; expected each column once.")
    return [dict(zip(names, line, strict=True)) for line in lines]


def _check_columns(records: list[_Record], tolerate: Collection[str]) -> None:
    """Refuse by name every column that would not be read, and the lack of one that must be."""
    let_through = {name.upper() for name in tolerate}
    if odd := sorted(let_through - set(OBSERVED)):
        raise BadRegimen(f"Column {odd[0]!r} cannot be tolerated; only {' and '.join(OBSERVED)} can go unread.")
    for record in records:
        for column in record.cells:
            if column in OBSERVED and column not in let_through:
                raise BadRegimen(f"Column {column!r} would go unread; say so with tolerate=({column!r},), or drop it.")
            if column not in COLUMNS and column not in OBSERVED:
                raise BadRegimen(f"Column {column!r} is not understood; expected only {', '.join(COLUMNS)}.")
        if lacking := [column for column in _NEEDED if column not in record.cells]:
            raise BadRegimen(f"Row {record.number} has no column {lacking[0]}; expected at least {', '.join(_NEEDED)}.")


def _check_nothing_precedes(records: list[_Record], steady: Mapping[str, tuple[_Record, Dose]]) -> None:
    """Refuse a steady state that would have to reset what earlier doses left behind."""
    for record in records:
        start, dose = steady.get(record.identity(), (None, None)), record.dose()
        if dose is not None and start[0] is not None and start[1] is not None and dose.time < start[1].time:
            raise start[0].refuse("SS", f"would reset the dose of row {record.number}", "begin the individual's table with it")
