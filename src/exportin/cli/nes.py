"""The command that finds export signals: read, scan, write."""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from exportin.cli.nes_stream import finish, stream_signals
from exportin.cli.options import Json, Out, Quiet

__all__ = ["find_signals"]

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
    changing = mutate or site is not None or bool(mutation) or coding is not None
    _refuse_what_cannot_count(
        changing, kind, json, {"--cutoff": cutoff is not None, "--overlapping": overlapping, "--structure": structure is not None}
    )
    if chain is not None and structure is None:
        raise typer.BadParameter("--chain is that of a structure; give --structure FILE too.")
    if changing:
        _mutate(given, site, mutation or [], minus, coding, out, json, quiet)
    elif structure is not None or kind == "html" or out is not None:
        _scan_whole(given, kind, _least(cutoff), minus, overlapping, structure, chain, out, json, quiet)
    else:
        stream_signals(given, "json" if json else kind, _least(cutoff), minus, overlapping, quiet)


def _refuse_what_cannot_count(changing: bool, kind: str, json: bool, of_a_scan: dict[str, bool]) -> None:
    """Refuse options that would be passed over."""
    from exportin.nes.write import FORMATS

    if kind not in (*FORMATS, "html"):
        raise typer.BadParameter(f"--format {kind!r} is unknown; expected {', '.join((*FORMATS, 'html'))}.")
    if kind != "table" and (changing or json):
        raise typer.BadParameter("--format is for hits on stdout; leave it out beside --json or mutations.")
    idle = [name for name, given in of_a_scan.items() if given and changing]
    if idle:
        raise typer.BadParameter(f"{' and '.join(idle)} cannot count beside mutations; leave it out, or scan first.")


def _least(cutoff: float | None) -> float:
    from exportin.nes.weights import load_weights

    if cutoff is not None and not 0 <= cutoff <= 1:
        raise typer.BadParameter(f"--cutoff {cutoff} is no probability; expected a number from 0 to 1.")
    return load_weights().cutoff if cutoff is None else cutoff


def _scan_whole(
    given: str,
    kind: str,
    least: float,
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
    finish([(one.name, len(one.letters), one.notes) for one in hits.records], hits.left_out, quiet)


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
