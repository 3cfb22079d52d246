"""How export signals are read and written as they are found, and what is told beside them on stderr."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from exportin.nes.hit import Hit
    from exportin.nes.records import LeftOut, Record

__all__ = ["finish", "stream_signals"]

_MOST_TOLD = 20  # records that are left out, and notes, on the screen
_FEW = 20  # records of which each is told that it has no hit


class _Reader:
    """Records of the input, with what was left out and noted on the way."""

    def __init__(self, given: str) -> None:
        from exportin.nes.given import read_given

        self.left_out: list[LeftOut] = []
        self.lengths: list[tuple[str, int, tuple[str, ...]]] = []
        self._read = read_given(sys.stdin.buffer if given == "-" else given)

    def records(self) -> Iterator[Record]:
        """Records that can be scanned."""
        from exportin.nes.records import Record

        for one in self._read:
            if isinstance(one, Record):
                self.lengths.append((one.name, len(one.letters), one.notes))
                yield one
            else:
                self.left_out.append(one)


def finish(records: Sequence[tuple[str, int, tuple[str, ...]]], left_out: Sequence[LeftOut], quiet: bool) -> None:
    """Tell what was noted and left out; end with 1 where anything was left out, with 2 where nothing is left.

    Parameters
    ----------
    records : sequence of (name, length, notes)
    left_out : sequence of LeftOut
    quiet : bool
        Whether notes stay untold.
    """
    from exportin.errors import BadSequence

    if not records:
        raise BadSequence(f"no sequence to scan: {left_out[0] if left_out else 'nothing was given.'}")
    notes = [] if quiet else [f"{name}: {note}." for name, _, told in records for note in told]
    for lines, what in ((notes, "notes"), ([f"left out: {one}" for one in left_out], "records are left out")):
        for line in lines[:_MOST_TOLD]:
            typer.echo(f"exportin: {line}", err=True)
        if len(lines) > _MOST_TOLD:
            typer.echo(f"exportin: {len(lines) - _MOST_TOLD} more {what}.", err=True)
    if left_out:
        raise typer.Exit(1)


def stream_signals(given: str, kind: str, least: float, minus: bool, overlapping: bool, quiet: bool) -> None:
    """Write hits as they are found; memory does not grow with the input, but for names.

    Parameters
    ----------
    given : str
    kind : str
        One of the formats, or ``json``.
    least : float
        Probability from which a hit is written.
    minus, overlapping, quiet : bool
    """
    from exportin.nes.known import annotate
    from exportin.nes.scan import scan_records
    from exportin.nes.write import FORMATS

    reader = _Reader(given)
    first: list[tuple[Record, list[Hit]]] = []

    def scanned() -> Iterator[tuple[Record, list[Hit]]]:
        with _progress(quiet) as advance:
            for record, hits in scan_records(reader.records(), minus=minus, cutoff=least, merge=not overlapping):
                told = [annotate(hit, record) for hit in hits]
                if len(first) <= _FEW:
                    first.append((record, told))
                advance(len(record.letters))
                yield record, told

    found = scanned()
    begun = list(islice(found, 1))  # what cannot be read is refused before anything is written
    if not begun:
        finish(reader.lengths, reader.left_out, quiet)
    whole = chain(begun, found)
    for line in _json_lines(whole, reader) if kind == "json" else FORMATS[kind](whole):
        typer.echo(line)
    if not quiet and len(first) <= _FEW:
        for record, hits in first:
            for line in _unseen(record, hits, least, minus):
                typer.echo(f"exportin: {record.name}: {line}.", err=True)
    finish(reader.lengths, reader.left_out, quiet)


def _unseen(record: Record, hits: list[Hit], least: float, minus: bool) -> Iterator[str]:
    """What was not found in a record: any hit, and recorded signals."""
    from exportin.nes.known import known_signals, loose_gates
    from exportin.nes.scan import scan_records

    missed = [one for one in known_signals(record) if not any(hit.shares(one.start, one.end) for hit in hits)]
    if missed or not hits:
        ((_, every),) = scan_records([record], minus=minus)
        if not hits:
            best = f"no hit reaches {least:.3f}; the best has {every[0].probability:.3f} (--cutoff 0 shows all)" if every else ""
            yield best or "no stretch fits a pattern"
        for one in missed:
            near = any(hit.shares(one.start, one.end) for hit in every)
            yield f"the recorded signal {one.start}-{one.end} " + ("is below the cut-off" if near else "is at no candidate")
    for gate in loose_gates(record, hits):
        site = f" {gate.site}" if gate.site else ""
        yield f"{gate.kind}{site} {gate.effect} {gate.place}, where nothing was found: {gate.says.rstrip('.')}"


def _json_lines(scanned: Iterable[tuple[Record, list[Hit]]], reader: _Reader) -> Iterator[str]:
    """One JSON document, written as it is made."""
    yield '{"hits": ['
    comma = ""
    for _, hits in scanned:
        for hit in hits:
            yield comma + json_format.dumps(hit.to_dict())
            comma = ","
    yield '], "records": ['
    records = [{"name": name, "length": length, "notes": list(notes)} for name, length, notes in reader.lengths]
    yield ",\n".join(map(json_format.dumps, records))
    left = [{"name": one.name, "reason": one.reason} for one in reader.left_out]
    yield f'], "left_out": {json_format.dumps(left)}}}'


@contextmanager
def _progress(quiet: bool) -> Iterator[Any]:
    """Residues that are done, on stderr, where somebody watches."""
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    with Progress(TextColumn("{task.completed:,.0f} residues"), TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scanning", total=None)
        yield lambda count: bar.update(task, advance=count)


