"""Export signals and their mutants as a folder: a page, tables, and what made them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from exportin.analysis.written import write_json, write_manifest
from exportin.errors import BadSequence
from exportin.nes.mutagenesis import Order, order_lines
from exportin.nes.mutants_text import mutant_lines
from exportin.nes.scan import scan_nes
from exportin.nes.write import bed_lines, gff_lines, tsv_lines
from exportin.report.nes_track import write_nes_page
from exportin.result import writing_folder

if TYPE_CHECKING:
    from exportin.nes.hit import Hits
    from exportin.nes.mutants import Mutants

__all__ = ["write_mutants", "write_signals"]


def write_signals(hits: Hits, out: Path, *, cutoff: float, title: str) -> None:
    """Write ``signals.html``, ``signals.tsv``, ``signals.gff3``, ``signals.bed`` and ``signals.json``.

    Parameters
    ----------
    hits : Hits
        All hits; the tables have those from the cut-off up.
    out : Path
    cutoff : float
    title : str

    Raises
    ------
    OutputExists
        If the folder holds anything that an earlier result did not write; nothing is written.
    """
    kept = hits.above(cutoff)
    with writing_folder(out) as folder:
        for name, lines in (("signals.tsv", tsv_lines), ("signals.gff3", gff_lines), ("signals.bed", bed_lines)):
            _write_lines(folder / name, lines(kept.by_record()))
        write_json(folder / "signals.json", kept.to_dict() | {"cutoff": cutoff})
        (folder / "signals.html").write_text(write_nes_page(hits, cutoff=cutoff, title=title), encoding="utf-8", newline="\n")
        write_manifest(folder)


def write_mutants(found: Mutants, orders: Sequence[Order], out: Path, *, cutoff: float) -> None:
    """Write ``mutants.tsv``, ``mutants.json``, ``primers.tsv`` and ``signals.html``.

    Parameters
    ----------
    found : Mutants
    orders : sequence of Order
        Of the mutations that were asked for or proposed.
    out : Path
    cutoff : float
        Of the page.

    Raises
    ------
    OutputExists
    """
    hits, rank = _with_signal(found)
    shown = {(found.record.name, rank): found}
    with writing_folder(out) as folder:
        _write_lines(folder / "mutants.tsv", mutant_lines(found))
        _write_lines(folder / "primers.tsv", order_lines(orders))
        write_json(folder / "mutants.json", found.to_dict() | {"orders": [one.to_dict() for one in orders]})
        title = f"Mutants of {found.record.name} {found.wild.start}-{found.wild.end}"
        page = write_nes_page(hits, mutants=shown, cutoff=cutoff, title=title)
        (folder / "signals.html").write_text(page, encoding="utf-8", newline="\n")
        write_manifest(folder)


def _with_signal(found: Mutants) -> tuple[Hits, int]:
    """Hits of the protein among which the mutated one is, and its rank; all candidates where it lies near a better one."""
    wild = found.wild
    for merge in (True, False):
        hits = scan_nes({found.record.name: found.record.sequence}, minus=wild.orientation == "minus", merge=merge)
        for hit in hits:
            if (hit.start, hit.end, hit.pattern) == (wild.start, wild.end, wild.pattern):
                return hits, hit.rank
    raise BadSequence(f"{found.record.name} {wild.start}-{wild.end} is no candidate of its own sequence; mutate it anew.")


def _write_lines(file: Path, lines: Iterable[str]) -> None:
    file.write_text("\n".join([*lines, ""]), encoding="utf-8", newline="\n")
