"""The tables of facts, and everything that they say about one thing."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from exportin.errors import BadTable, UnknownName, squash

if TYPE_CHECKING:
    from exportin.knowledge.citation import Source
    from exportin.knowledge.schema import CargoRow, CellRow, CompoundRow, FactRow, LandmarkRow, MachineryRow, ObservationRow, PartnerRow

__all__ = ["Evidence", "evidence", "facts", "sources"]

_MODELS = {
    "cargoes": "CargoRow",
    "cells": "CellRow",
    "compounds": "CompoundRow",
    "machinery": "MachineryRow",
    "landmarks": "LandmarkRow",
    "observations": "ObservationRow",
    "partners": "PartnerRow",
    "pharmacokinetics": "PharmacokineticRow",
}
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Evidence:
    """What one row says about the thing asked for.

    Attributes
    ----------
    table : str
        Name for `facts`.
    subject : bool
        Whether the row is about the thing; otherwise it mentions it.
    row : FactRow
        The row itself.
    sources : tuple of Source
        In the order of the row; ``str(source)`` is the formatted citation.
    """

    table: str
    subject: bool
    row: FactRow
    sources: tuple[Source, ...]

    def __str__(self) -> str:
        told = [f"  {column}: {text}" for column, text in _told(self.row).items() if column != "source"]
        cited = [f"  [{source.key}] {source}" for source in self.sources]
        return "\n".join([f"{self.table}: {self.row.names[0]}", *told, *cited])


@functools.cache
def sources() -> Mapping[str, Source]:
    """Every source that ships, by key.

    Examples
    --------
    >>> sources()["Kudo99"].year
    '1999'
    """
    from exportin.knowledge.citation import read_sources

    return read_sources(_HERE / "sources.bib")


@overload
def facts(table: Literal["cargoes"]) -> tuple[CargoRow, ...]: ...
@overload
def facts(table: Literal["cells"]) -> tuple[CellRow, ...]: ...
@overload
def facts(table: Literal["compounds"]) -> tuple[CompoundRow, ...]: ...
@overload
def facts(table: Literal["machinery"]) -> tuple[MachineryRow, ...]: ...
@overload
def facts(table: Literal["landmarks"]) -> tuple[LandmarkRow, ...]: ...
@overload
def facts(table: Literal["observations"]) -> tuple[ObservationRow, ...]: ...
@overload
def facts(table: Literal["partners"]) -> tuple[PartnerRow, ...]: ...
@overload
def facts(table: str) -> tuple[Any, ...]: ...
def facts(table: str) -> tuple[Any, ...]:
    """Rows of a table of facts.

    Parameters
    ----------
    table : str
        ``cargoes``, ``cells``, ``compounds``, ``landmarks``, ``machinery``, ``observations``, ``partners`` or ``pharmacokinetics``.

    Returns
    -------
    rows : tuple
        Frozen rows, each with `source` and `reason`.

    Raises
    ------
    UnknownName
        If there is no such table; with the nearest names.
    BadTable
        If a row does not keep to its schema or cites a source that is not in ``sources.bib``.

    Examples
    --------
    >>> [row.symbol for row in facts("cargoes")]
    ['TP53', 'NFKBIA', 'CDKN1A', 'FOXO3', 'RANBP1']
    """
    if table not in _MODELS:
        raise UnknownName("table of facts", table, _MODELS)
    return _read(table)


@functools.cache
def _read(table: str) -> tuple[FactRow, ...]:
    from exportin.knowledge import schema
    from exportin.knowledge.table import read_table

    path = _HERE / "tables" / f"{table}.tsv"
    rows = read_table(path, getattr(schema, _MODELS[table]))
    _check_sources(path, rows)
    return rows


def _check_sources(path: Path, rows: Iterable[FactRow]) -> None:
    for number, row in enumerate(rows, start=2):
        for key in row.sources:
            if key not in sources():
                raise BadTable(f"{path}:{number}, column 'source': {key!r} given; expected a key of sources.bib.")


def evidence(query: str) -> tuple[Evidence, ...]:
    """Everything the tables of facts say about a protein, compound, cell or observation.

    Parameters
    ----------
    query : str
        Symbol, name, alias or accession; case and punctuation do not matter.

    Returns
    -------
    found : tuple of Evidence
        Rows about it first, then rows that mention it by one of its names.

    Raises
    ------
    UnknownName
        If no row knows the name; with the nearest names.

    Examples
    --------
    >>> found = evidence("kpt 330")
    >>> found[0].row.name, found[0].subject
    ('selinexor', True)
    >>> evidence("selinexer")
    Traceback (most recent call last):
    ...
    exportin.errors.UnknownName: 'selinexer' is not a known subject of the tables; did you mean selinexor or ...? Known: ...
    """
    rows = [(table, row) for table in _MODELS for row in facts(table)]
    asked = squash(query)
    about = [(table, row) for table, row in rows if asked and asked in {squash(name) for name in row.names}]
    called = {name for _, row in about for name in row.names} or {query.strip()}
    mentions = [(table, row) for table, row in rows if (table, row) not in about and _mentions(row, called)]
    if not asked or not (about or mentions):
        raise UnknownName("subject of the tables", query, {name for _, row in rows for name in row.names})
    return tuple(_cite(table, True, row) for table, row in about) + tuple(_cite(table, False, row) for table, row in mentions)


def _cite(table: str, subject: bool, row: FactRow) -> Evidence:
    return Evidence(table, subject, row, tuple(sources()[key] for key in row.sources))


def _told(row: FactRow) -> dict[str, str]:
    """Filled columns of a row as text."""
    cells = [(column, getattr(row, column)) for column in row.columns()]
    shown = {column: "; ".join(value) if isinstance(value, tuple) else value for column, value in cells}
    return {column: str(value) for column, value in shown.items() if value not in (None, "", "-")}


def _mentions(row: FactRow, called: set[str]) -> bool:
    """Whether the row holds one of the names as a whole word; the spelling counts, because Ran is not ran."""
    text = "\n".join(f"{column} {value}" for column, value in _told(row).items() if column not in {"source", "smiles"})
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) for name in called if name)
