"""The command that looks facts up: what the tables say about anything."""

from __future__ import annotations

import json as json_format
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exportin.cli.options import Json, Out, Quiet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exportin.knowledge import Evidence
    from exportin.knowledge.found import Fact

__all__ = ["evidence", "write_rows"]

_MOST_ROWS = 20  # that hold only some of the words, in the text
_MOST_OF_A_TABLE = 6  # that only cite or mention the thing, in the text
_WHOLE = 3  # rows told whole where none is about the thing
_WIDTH = 100  # letters that a row in one line says
_CUT = "Rows in one line are cut; --json, or --out DIR, gives all rows whole, with all sources."
_ABOUT = ("subject", "reference")
_BELONGING = ("cores", "gates", "affinities", "sequences")  # tables of many rows about one cargo, told in one line each beside its own row
_PASSING = ("citation", "mention", "words")
# What a row says in short: the first of these whose columns it has.
_SHORT = (
    "{actor} {effect} {target}: {what}",
    "{drug1} with {drug2}: {outcome}; {effect}",
    "{drug} in {disease}: {outcome}",
    "{compound} in {model}: {outcome}",
    "{compound} in {system}: {measure} {value} {unit}",
    "{compound}: {quantity} {value} {unit}",
    "{observable} {value} {unit}",
    "{effect} by {kind} ({grade}): {says}",
    "{says}",
    "{statement}",
    "{name}: {role}",
    "{name}: {mechanism}",
    "{name}: {acts_on}",
    "{name}: {evidence}",
    "TP53 {TP53}, NPM1 {NPM1}; {disease}",
    "{start}-{end} {sequence}",
    "KD {KD} {unit} ({low} to {high}); {system}",
    "KD within {low} to {high} {unit}; {system}",
    "{cargo}, binding {outcome}; {system}",
    "{length} residues, {numbering} {uniprot}{protein}",
)
_FILLED = {"KD", "low"}  # columns without which a way of saying it is left for the next
_TOLD = {
    "subject": "",
    "reference": "it refers to this",
    "citation": "cites it",
    "mention": "mentions it",
    "words": "holds the words",
    "some words": "holds some of the words",
}


def evidence(
    query: Annotated[str, typer.Argument(help="A gene, alias, compound, cell, disease, PubMed id, statement (C161), or free words.")],
    out: Out = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """What the tables say about a gene, compound, cell, disease or paper, or where they hold some words, with sources.

    Example: exportin evidence TP53
    Example: exportin evidence "synergy doxorubicin" --json
    """
    from exportin import knowledge

    found = knowledge.evidence(query)
    data = json_format.dumps([one.to_dict() for one in found], indent=1)
    if out is not None:
        _write(out, data, write_rows(found))
    typer.echo(data if json else write_rows(found, short=True))
    if out is not None and not quiet:
        typer.echo(f"Wrote {out / 'evidence.json'} and the text beside it.", err=True)


def write_rows(found: Sequence[Evidence], *, short: bool = False) -> str:
    """Rows by table, with the sources once at the end.

    Parameters
    ----------
    found : sequence of Evidence
    short : bool
        Whether rows that are not about the thing are told in one line each, and only the first of many; where no row is about it, the
        first three are whole. Sources are then those of the whole rows.

    Examples
    --------
    >>> from exportin import knowledge
    >>> print(write_rows(knowledge.evidence("cooperativity")[:1]).splitlines()[0])
    observations
    """
    rows = [one for one in found if one.table != "sources"]
    whole = _told_whole(found) if short else rows
    some = [one for one in rows if one.found == "some words"]
    hidden = some[_MOST_ROWS:] if short else []
    shown, lines = [one for one in found if one.table == "sources"] + [one for one in rows if one in whole], []
    for table in dict.fromkeys(one.table for one in rows if one not in hidden):
        here = [one for one in rows if one.table == table and one not in hidden]
        left = [one for one in here if one.found in _PASSING][_MOST_OF_A_TABLE:] if short else []
        lines += _write_table(table, [one for one in here if one not in left], whole, len(left))
    lines += [f"{len(hidden)} more rows hold some of the words; give more of the words, or --json for all.", ""] if hidden else []
    lines = lines or ["No row of the tables of facts cites it.", ""]
    cited = {source.key: source for one in shown for source in one.sources}
    lines += ["sources", *(f"  [{key}] {source}" for key, source in cited.items())]
    lines += ["", _CUT] if len(whole) < len(rows) else []
    return "\n".join(lines)


def _told_whole(found: Sequence[Evidence]) -> list[Evidence]:
    """Rows about the thing itself, else rows that belong to it; where nothing is about it, the first few."""
    about = [one for one in found if one.found in _ABOUT]
    return [one for one in about if one.table not in _BELONGING] or about or list(found[:_WHOLE])


def _write_table(table: str, rows: list[Evidence], whole: list[Evidence], left: int) -> list[str]:
    lines = [table]
    for one in rows:
        how, keys = f" ({_TOLD[one.found]})" if _TOLD[one.found] else "", f"[{' '.join(one.row.sources) or 'no source'}]"
        if one in whole:
            lines.append(f"  {one.title}{how} {keys}")
            lines += [f"    {column}: {text}" for column, text in one.row.told.items() if text != one.title]
        else:
            lines.append(f"  {one.title}{how}: {_in_short(one.row)} {keys}")
    lines += [f"  {left} more rows of {table} cite or mention it; --json for all."] if left else []
    return [*lines, ""]


def _in_short(row: Fact) -> str:
    """The beginning of what a row says."""
    told = row.told
    cells = {column: told.get(column, "") for column in row.columns}
    fitting = (short for short in _SHORT if (holes := set(re.findall(r"{(\w+)}", short))) <= set(cells) and holes & _FILLED <= set(told))
    short = next(fitting, None)
    says = short.format_map(cells) if short else "; ".join(told.values())
    return textwrap.shorten(says.strip(";: "), _WIDTH, placeholder=" ...")


def _write(out: Path, data: str, text: str) -> None:
    from exportin.analysis.written import write_manifest
    from exportin.result import writing_folder

    with writing_folder(out) as folder:
        (folder / "evidence.json").write_text(data + "\n", encoding="utf-8")
        (folder / "evidence.txt").write_text(text + "\n", encoding="utf-8")
        write_manifest(folder)
