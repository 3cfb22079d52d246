"""Commands that look facts up: what the tables say about anything, and about one cargo."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exportin.cli.options import Json, Out, Quiet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exportin.knowledge import Evidence

__all__ = ["cargo", "evidence"]

_MOST_ROWS = 20  # that hold only some of the words, in the text
_MOST_OF_A_TABLE = 10  # that only cite or mention the thing, in the text
_PASSING = ("citation", "mention", "words")
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
    typer.echo(data if json else write_rows(found, most=_MOST_ROWS, of_a_table=_MOST_OF_A_TABLE))
    if out is not None and not quiet:
        typer.echo(f"Wrote {out / 'evidence.json'} and the text beside it.", err=True)


def write_rows(found: Sequence[Evidence], most: int | None = None, of_a_table: int | None = None) -> str:
    """Rows by table, with the sources once at the end.

    Parameters
    ----------
    found : sequence of Evidence
    most : int, optional
        How many rows that hold only some of the words are shown.
    of_a_table : int, optional
        How many rows of each table that only cite or mention the thing are shown.

    Examples
    --------
    >>> from exportin import knowledge
    >>> print(write_rows(knowledge.evidence("cooperativity")[:1]).splitlines()[0])
    observations
    """
    some = [one for one in found if one.found == "some words"]
    shown, lines = [one for one in found if one.table == "sources"], []
    for table in dict.fromkeys(one.table for one in found if one.table != "sources"):
        rows = [one for one in found if one.table == table and (one.found != "some words" or one in some[:most])]
        passing = [one for one in rows if one.found in _PASSING]
        left = passing[of_a_table:] if of_a_table is not None else []
        kept = [one for one in rows if one not in left]
        lines += _write_table(table, kept, len(left)) if kept else []
        shown += kept
    left = len(some) - len(some[:most])
    lines += [f"{left} more rows hold some of the words; give more of the words, or --json for all.", ""] if left else []
    lines = lines or ["No row of the tables of facts cites it.", ""]
    cited = {source.key: source for one in shown for source in one.sources}
    return "\n".join([*lines, "sources", *(f"  [{key}] {source}" for key, source in cited.items())])


def _write_table(table: str, rows: list[Evidence], left: int) -> list[str]:
    lines = [table]
    for one in rows:
        how = f" ({_TOLD[one.found]})" if _TOLD[one.found] else ""
        lines.append(f"  {one.title}{how} [{' '.join(one.row.sources)}]")
        lines += [f"    {column}: {text}" for column, text in one.row.told.items() if text != one.title]
    lines += [f"  {left} more rows of {table} cite or mention it; --json for all."] if left else []
    return [*lines, ""]


def _write(out: Path, data: str, text: str) -> None:
    from exportin.analysis.written import write_manifest
    from exportin.result import writing_folder

    with writing_folder(out) as folder:
        (folder / "evidence.json").write_text(data + "\n", encoding="utf-8")
        (folder / "evidence.txt").write_text(text + "\n", encoding="utf-8")
        write_manifest(folder)


def cargo(
    symbol: Annotated[str, typer.Argument(help="A gene symbol, name, alias or accession.")] = "",
    table1: Annotated[bool, typer.Option("--table1", help="How many names Table 1 of the review has, and which stand twice.")] = False,
    json: Json = False,
) -> None:
    """What is known of one cargo of XPO1: identity, export signals, pathways, statements, contradictions, sources.

    Example: exportin cargo TP53
    Example: exportin cargo --table1
    """
    from exportin.knowledge.portrait import count_table1, portray

    if bool(symbol) == table1:
        raise typer.BadParameter("give either a cargo, such as TP53, or --table1.")
    found = count_table1() if table1 else portray(symbol)
    typer.echo(json_format.dumps(found.to_dict(), indent=1) if json else str(found))
