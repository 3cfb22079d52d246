"""Hits as text: a table for reading, tab-separated values, GFF3, BED and JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from exportin.nes.hit import COLUMNS, Hit

if TYPE_CHECKING:
    from exportin.nes.records import Record

__all__ = ["FORMATS", "bed_lines", "gff_lines", "json_lines", "table_lines", "tsv_lines", "write_table"]

_WIDTHS = {"record": 16, "sequence": 16, "pockets": 44}
_MOST_TERMS = 2


def write_table(hits: Iterable[Hit]) -> str:
    """Hits as a table for reading."""
    return "\n".join(table_lines([((), list(hits))]))


Scanned = Iterable[tuple["Record | tuple[()]", Sequence[Hit]]]


def table_lines(scanned: Scanned) -> Iterator[str]:
    """A table for reading: a line a hit, with what speaks most for and against it."""
    yield f"{'record':16} {'start':>6} {'end':>6}  {'sequence':15} {'pattern':7} {'prob.':>6}  {'pockets':38} most for / against (log odds)"
    for _, hits in scanned:
        for hit in hits:
            pockets = " ".join(f"{phi.removeprefix('phi')}:{anchor}" for phi, anchor in hit.pockets.items())
            yield (
                f"{_one_line(hit.record):16} {hit.start:6} {hit.end:6}  {hit.sequence:15} {hit.pattern:7} {hit.probability:6.3f}  "
                f"{pockets:38} {_reasons(hit)}{_remarks(hit)}"
            )


def _reasons(hit: Hit) -> str:
    """The terms that move a hit most, up and down."""
    terms = sorted(((value, term) for term, value in hit.contributions.items() if term != "baseline"), reverse=True)
    up = [f"{term} {value:+.1f}" for value, term in terms[:_MOST_TERMS] if value >= 0.05]
    down = [f"{term} {value:+.1f}" for value, term in terms[::-1][:_MOST_TERMS] if value <= -0.05]
    return f"{', '.join(up) or '-'} / {', '.join(down) or '-'}"


def _remarks(hit: Hit) -> str:
    told = [f"{'doubted' if one.doubt else 'recorded'} {one.start}-{one.end}" for one in hit.known]
    told += [_gates(hit)] if hit.gates else []
    told += [hit.burial.verdict] if hit.burial else []
    return f"  [{'; '.join(told)}]" if told else ""


def tsv_lines(scanned: Scanned) -> Iterator[str]:
    """Tab-separated values with the columns of `COLUMNS`."""
    yield "\t".join(COLUMNS)
    for _, hits in scanned:
        for hit in hits:
            pockets = " ".join(f"{phi}={anchor}" for phi, anchor in hit.pockets.items())
            terms = " ".join(f"{term.replace(' ', '_')}={value:.3f}" for term, value in hit.contributions.items())
            fields = [_one_line(hit.record), hit.start, hit.end, hit.sequence, hit.pattern, pockets, f"{hit.probability:.4f}", hit.rank]
            burial = hit.burial.verdict if hit.burial else ""
            yield "\t".join([*map(str, fields), ",".join(hit.patterns), terms, _known(hit), _gates(hit), burial])


def gff_lines(scanned: Scanned) -> Iterator[str]:
    """GFF3 with one feature a hit; positions from 1, both ends included; the score is the probability."""
    yield "##gff-version 3"
    for record, hits in scanned:
        if record:
            yield f"##sequence-region {_column(record.name)} 1 {len(record.letters)}"
        for hit in hits:
            pockets = ",".join(f"{phi}:{anchor}" for phi, anchor in hit.pockets.items())
            told = {"ID": f"{hit.record}.nes{hit.rank}", "Name": f"NES {hit.pattern}", "pattern": hit.pattern, "sequence": hit.sequence}
            kept = ";".join(f"{key}={_escape(value)}" for key, value in told.items())
            place = [_column(hit.record), "exportin", "nuclear_export_signal", str(hit.start), str(hit.end), f"{hit.probability:.4f}"]
            beside = {"known": _known(hit), "gates": _gates(hit), "burial": hit.burial.verdict if hit.burial else ""}
            more = "".join(f";{key}={','.join(map(_escape, value.split('; ')))}" for key, value in beside.items() if value)
            yield "\t".join([*place, ".", ".", f"{kept};pockets={pockets}{more}"])


def _known(hit: Hit) -> str:
    return "; ".join(f"{one.start}-{one.end}{' doubted' if one.doubt else ''}" for one in hit.known)


def _gates(hit: Hit) -> str:
    return "; ".join(f"{one.effect} by {one.kind}{f' {_one_line(one.site)}' if one.site else ''}" for one in hit.gates)


def _escape(text: str) -> str:
    """Text without the letters that have a meaning in GFF3."""
    return quote(text, safe=" .:^*$@!+_?-|/()[]")


def _one_line(text: str, blank: str = " ") -> str:
    """A name that breaks no line and no column."""
    return re.sub(r"\s", blank, text)


def _column(text: str) -> str:
    """Text as a name of a sequence in GFF3, which has fewer letters than its attributes."""
    return quote(text, safe=".:^*$@!+_?-|")


def bed_lines(scanned: Scanned) -> Iterator[str]:
    """BED with six columns; positions from 0, the end left out; the score is the probability times 1000."""
    for _, hits in scanned:
        for hit in hits:
            strand = "-" if hit.orientation == "minus" else "+"
            place = [_one_line(hit.record, "_"), str(hit.start - 1), str(hit.end)]
            yield "\t".join([*place, f"NES_{hit.pattern}_{hit.sequence}", str(round(1000 * hit.probability)), strand])


def json_lines(scanned: Scanned) -> Iterator[str]:
    """One JSON object a hit, a line each."""
    for _, hits in scanned:
        for hit in hits:
            yield json.dumps(hit.to_dict())


FORMATS = {"table": table_lines, "tsv": tsv_lines, "gff3": gff_lines, "bed": bed_lines, "jsonl": json_lines}
