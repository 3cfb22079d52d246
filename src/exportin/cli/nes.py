"""The command that finds export signals: read, scan, write."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exportin.cli.options import Json, Out, Quiet

if TYPE_CHECKING:
    from exportin.nes.hit import Hit
    from exportin.nes.records import LeftOut, Record

__all__ = ["find_signals"]

_MOST_TOLD = 20  # records that are left out, and notes, on the screen
_FEW = 20  # records of which each is told that it has no hit

Given = Annotated[str, typer.Argument(help="A FASTA file (also gzipped), '-' for standard input, a sequence, symbol or accession.")]
Format = Annotated[str, typer.Option("--format", help="table, tsv, gff3, bed, jsonl or html, on stdout.")]
Cutoff = Annotated[float | None, typer.Option("--cutoff", help="Least probability of a hit; by default that of the shipped score.")]
Site = Annotated[int | None, typer.Option("--site", min=1, help="A residue in the signal to mutate; by default the most probable one.")]


def find_signals(
    given: Given,
    kind: Format = "table",
    cutoff: Cutoff = None,
    minus: Annotated[bool, typer.Option("--minus", help="Also signals that bind the other way round.")] = False,
    overlapping: Annotated[bool, typer.Option("--overlapping", help="All candidates, also those near a better one.")] = False,
    mutate: Annotated[bool, typer.Option("--mutate", help="Score all substitutions in a signal, and what silences it.")] = False,
    site: Site = None,
    mutation: Annotated[list[str] | None, typer.Option("--mutation", help="A mutation to score, such as L42A+L45A; repeat it.")] = None,
    coding: Annotated[Path | None, typer.Option("--coding", help="Coding sequence, for the bases to change.")] = None,
    structure: Annotated[Path | None, typer.Option("--structure", help="PDB or mmCIF file of the protein; flags buried hits.")] = None,
    chain: Annotated[str | None, typer.Option("--chain", help="Chain of the structure.")] = None,
    out: Out = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find nuclear export signals: pattern, pockets, probability and what makes it; and what mutations do.

    The probability is that of a signal if the protein is a cargo of XPO1; 'exportin cargo' asks whether it is one.

    Example: exportin nes TP53
    Example: exportin nes proteome.fasta.gz --format gff3 > signals.gff3
    Example: exportin nes PKIA --mutate --mutation L42A+L45A
    """
    from exportin.nes.write import FORMATS

    if kind not in (*FORMATS, "html"):
        raise typer.BadParameter(f"--format {kind!r} is unknown; expected {', '.join((*FORMATS, 'html'))}.")
    if (mutate or site or mutation or coding) and (kind != "table"):
        raise typer.BadParameter("mutations are told as a table, with --json, or with --out DIR; leave out --format.")
    if mutate or site or mutation or coding:
        _mutate(given, site, mutation or [], minus, coding, out, json, quiet)
    elif structure is not None or kind == "html" or out is not None:
        _scan_whole(given, kind, cutoff, minus, overlapping, structure, chain, out, json, quiet)
    else:
        _stream(given, "json" if json else kind, cutoff, minus, overlapping, quiet)


def _least(cutoff: float | None) -> float:
    from exportin.nes.weights import load_weights

    if cutoff is not None and not 0 <= cutoff <= 1:
        raise typer.BadParameter(f"--cutoff {cutoff} is no probability; expected a number from 0 to 1.")
    return load_weights().cutoff if cutoff is None else cutoff


class _Reader:
    """Records of the input, with what was left out and noted on the way."""

    def __init__(self, given: str) -> None:
        from exportin.nes.given import read_given

        self.left_out: list[LeftOut] = []
        self.notes: list[str] = []
        self.lengths: list[tuple[str, int, tuple[str, ...]]] = []
        self._read = read_given(sys.stdin.buffer if given == "-" else given)

    def records(self) -> Iterator[Record]:
        """Records that can be scanned."""
        from exportin.nes.records import Record

        for one in self._read:
            if isinstance(one, Record):
                self.lengths.append((one.name, len(one.letters), one.notes))
                self.notes += [f"{one.name}: {note}." for note in one.notes]
                yield one
            else:
                self.left_out.append(one)

    def finish(self, quiet: bool) -> None:
        """Tell what was noted and left out; end with 1 where anything was left out, with 2 where nothing is left."""
        from exportin.errors import BadSequence

        if not self.lengths:
            raise BadSequence(f"no sequence to scan: {self.left_out[0] if self.left_out else 'nothing was given.'}")
        for told, count in ((self.notes, "notes"), ([f"left out: {one}" for one in self.left_out], "records are left out")):
            for line in told[:_MOST_TOLD] if not quiet or count != "notes" else []:
                typer.echo(f"exportin: {line}", err=True)
            if len(told) > _MOST_TOLD and not quiet:
                typer.echo(f"exportin: {len(told) - _MOST_TOLD} more {count}.", err=True)
        if self.left_out:
            raise typer.Exit(1)


def _stream(given: str, kind: str, cutoff: float | None, minus: bool, overlapping: bool, quiet: bool) -> None:
    """Write hits as they are found; memory does not grow with the input, but for names."""
    from exportin.nes.known import annotate
    from exportin.nes.scan import scan_records
    from exportin.nes.write import FORMATS

    least, reader = _least(cutoff), _Reader(given)
    first: list[tuple[Record, list[Hit]]] = []

    def scanned() -> Iterator[tuple[Record, list[Hit]]]:
        with _progress(quiet) as advance:
            for record, hits in scan_records(reader.records(), minus=minus, cutoff=least, merge=not overlapping):
                told = [annotate(hit, record) for hit in hits]
                if len(first) <= _FEW:
                    first.append((record, told))
                advance(len(record.letters))
                yield record, told

    lines = _json_lines(scanned(), reader) if kind == "json" else FORMATS[kind](scanned())
    for line in lines:
        typer.echo(line)
    if not quiet and len(first) <= _FEW:
        for record, hits in first:
            for line in _unseen(record, hits, least, minus):
                typer.echo(f"exportin: {record.name}: {line}.", err=True)
    reader.finish(quiet)


def _unseen(record: Record, hits: list[Hit], least: float, minus: bool) -> Iterator[str]:
    """What was not found in a record: any hit, and recorded signals."""
    from exportin.nes.known import known_signals, loose_gates
    from exportin.nes.scan import scan_records

    for gate in loose_gates(record, hits):
        site = f" {gate.site}" if gate.site else ""
        yield f"{gate.kind}{site} {gate.effect} its export, at no stretch that was found: {gate.says.rstrip('.')}"
    missed = [one for one in known_signals(record) if not any(one.start <= hit.end and hit.start <= one.end for hit in hits)]
    if hits and not missed:
        return
    ((_, every),) = scan_records([record], minus=minus)
    if not hits:
        best = f"no hit reaches {least:.3f}; the best has {every[0].probability:.3f} (--cutoff 0 shows all)" if every else ""
        yield best or "no stretch fits a pattern"
    for one in missed:
        near = [hit for hit in every if one.start <= hit.end and hit.start <= one.end]
        yield f"the recorded signal {one.start}-{one.end} " + ("is below the cut-off" if near else "fits no pattern")


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


def _scan_whole(
    given: str,
    kind: str,
    cutoff: float | None,
    minus: bool,
    overlapping: bool,
    structure: Path | None,
    chain: str | None,
    out: Path | None,
    json: bool,
    quiet: bool,
) -> None:
    """Hits that are held together: with a structure, as a page, or in a folder."""
    from exportin.nes.scan import scan_nes
    from exportin.nes.write import FORMATS, write_table

    least = _least(cutoff)
    source: Any = sys.stdin.buffer if given == "-" else given
    hits = scan_nes(source, minus=minus, merge=not overlapping, structure=structure, chain=chain)
    kept = hits.above(least)
    if out is not None:
        from exportin.analysis.signals import write_signals

        write_signals(hits, out, cutoff=least, title=f"Export signals: {Path(given).name if given != '-' else 'standard input'}")
    if json:
        typer.echo(json_format.dumps(kept.to_dict(), indent=1))
    elif kind == "html":
        from exportin.report.nes_track import write_nes_page

        typer.echo(write_nes_page(hits, cutoff=least, title=given[:60]))
    elif kind == "table":
        typer.echo(write_table(kept))
    else:
        for line in FORMATS[kind](kept.by_record()):
            typer.echo(line)
    if out is not None and not quiet:
        typer.echo(f"Wrote {out / 'signals.html'} and the tables beside it.", err=True)
    for one in hits.left_out[:_MOST_TOLD]:
        typer.echo(f"exportin: left out: {one}", err=True)
    if hits.left_out:
        raise typer.Exit(1)


def _mutate(
    given: str, site: int | None, mutations: list[str], minus: bool, coding: Path | None, out: Path | None, json: bool, quiet: bool
) -> None:
    from exportin.nes.mutants import mutate_nes

    source: Any = sys.stdin.buffer if given == "-" else given
    found = mutate_nes(source, site, mutations=mutations, minus=minus)
    orders = found.orders(_text_of(coding) if coding else None)
    if out is not None:
        from exportin.analysis.signals import write_mutants

        write_mutants(found, orders, out, cutoff=_least(None))
    if json:
        typer.echo(json_format.dumps(found.to_dict() | {"orders": [one.to_dict() for one in orders]}, indent=1))
    else:
        typer.echo(str(found))
        if coding:
            typer.echo("\nbases to change")
            for one in orders:
                typer.echo(f"  {one.short:24} {one.bases}\n    {one.template}\n    {one.mutated}")
    if out is not None and not quiet:
        typer.echo(f"Wrote {out / 'mutants.tsv'}, {out / 'primers.tsv'} and the page beside them.", err=True)


def _text_of(path: Path) -> str:
    from exportin.errors import BadSequence

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSequence(f"{str(path)!r} cannot be read as a coding sequence ({error}); give bases or FASTA.") from error
