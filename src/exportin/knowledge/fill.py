"""What the database of facts holds: one table a table of facts, sources, who cites what, names, and the text that is searched."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args, get_origin

from exportin.errors import squash
from exportin.knowledge.citation import Source
from exportin.knowledge.collection import TABLES, Collection
from exportin.knowledge.found import fold

if TYPE_CHECKING:
    from exportin.knowledge.schema import FactRow

__all__ = ["fill", "has_full_text", "index_words"]

_CODES = ("uniprot", "hgnc", "cas", "inchikey", "cellosaurus", "nct")  # columns with numbers of other databases
_UNSEARCHED = {"source", "smiles", "inchikey"}
_LONGEST_SYMBOL = 30  # letters
_SQL = """
CREATE TABLE fact_table(position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, facts INTEGER NOT NULL);
CREATE TABLE fact_column("table" TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE citation("table" TEXT NOT NULL, line INTEGER NOT NULL, position INTEGER NOT NULL, source TEXT NOT NULL);
CREATE TABLE name(squashed TEXT NOT NULL, "table" TEXT NOT NULL, line INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,
    code INTEGER NOT NULL);
CREATE TABLE source_name(squashed TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE symbol(squashed TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY(squashed, name)) WITHOUT ROWID;
CREATE TABLE passage(id INTEGER PRIMARY KEY, "table" TEXT NOT NULL, line INTEGER NOT NULL, names TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX by_row ON citation("table", line);
CREATE INDEX by_source ON citation(source);
CREATE INDEX by_name ON name(squashed);
CREATE INDEX by_named ON name("table", line);
CREATE INDEX by_source_name ON source_name(squashed);
"""


def has_full_text() -> bool:
    """Whether this Python's SQLite was built with full-text search (FTS5).

    Examples
    --------
    >>> isinstance(has_full_text(), bool)
    True
    """
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def fill(connection: sqlite3.Connection, collection: Collection) -> None:
    """Write a collection into an empty database. The same tables give the same database.

    Raises
    ------
    BadTable
        If a table or ``sources.bib`` is refused.
    """
    connection.executescript(_SQL)
    _fill_sources(connection, collection.sources.values())
    for position, table in enumerate(TABLES):
        rows = collection.rows(table)
        connection.execute("INSERT INTO fact_table VALUES (?, ?, ?)", (position, table, len(rows)))
        _fill_table(connection, collection, table, rows)
    connection.commit()


def index_words(connection: sqlite3.Connection) -> None:
    """Add the full-text index of the passages; words are compared by their stems."""
    connection.execute(
        "CREATE VIRTUAL TABLE words USING fts5(names, text, content='passage', content_rowid='id', tokenize='porter unicode61')"
    )
    connection.execute("INSERT INTO words(words) VALUES ('rebuild')")
    connection.commit()


def _fill_sources(connection: sqlite3.Connection, sources: Iterable[Source]) -> None:
    columns = [field.name for field in fields(Source)]
    connection.execute(f"CREATE TABLE source(key TEXT PRIMARY KEY, {', '.join(f'{name} TEXT NOT NULL' for name in columns[1:])})")
    for source in sources:
        cells = ["; ".join(value) if isinstance(value := getattr(source, name), tuple) else value for name in columns]
        connection.execute(f"INSERT INTO source VALUES ({', '.join('?' * len(cells))})", cells)
        family = " ".join(source.authors[0].split()[:-1]) if source.authors else ""
        known = [source.key, source.pmid, source.pmcid, source.doi, f"{family} {source.year}" if family and source.year else ""]
        squashed = dict.fromkeys(squash(name) for name in known if name)
        connection.executemany("INSERT INTO source_name VALUES (?, ?)", [(name, source.key) for name in squashed])


def _fill_table(connection: sqlite3.Connection, collection: Collection, table: str, rows: tuple[FactRow, ...]) -> None:
    from exportin.knowledge import schema

    model = getattr(schema, TABLES[table])
    kinds = {column: _kind(model.model_fields[column].annotation) for column in model.columns()}
    described = ", ".join(f'"{column}" {"TEXT" if kind == "NAMES" else kind}' for column, kind in kinds.items())
    connection.execute(f'CREATE TABLE "{table}"(line INTEGER PRIMARY KEY, {described})')
    columns = [(table, position, *told) for position, told in enumerate(kinds.items())]
    connection.executemany("INSERT INTO fact_column VALUES (?, ?, ?, ?)", columns)
    holes = ", ".join("?" * (len(kinds) + 1))
    for line, row in enumerate(rows, start=2):
        connection.execute(f'INSERT INTO "{table}" VALUES ({holes})', [line, *(_cell(getattr(row, column)) for column in kinds)])
        cited = [(table, line, position, key) for position, key in enumerate(row.sources)]
        connection.executemany("INSERT INTO citation VALUES (?, ?, ?, ?)", cited)
        codes = {getattr(row, column, "") for column in _CODES}
        named = [
            (squash(fold(name)), table, line, position, name, name in codes or row.named == ("id",))
            for position, name in enumerate(row.names)
        ]
        connection.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?)", named)
        connection.executemany("INSERT OR IGNORE INTO symbol VALUES (?, ?)", _symbols(row))
        passage = (table, line, fold("\n".join(row.names)), fold("\n".join(_lines(row))))
        connection.execute('INSERT INTO passage("table", line, names, text) VALUES (?, ?, ?, ?)', passage)


def _kind(annotation: Any) -> str:
    """How a column is stored: INTEGER, REAL, TEXT, or NAMES (text with semicolons)."""
    if get_origin(annotation) is tuple:
        return "NAMES"
    parts = {annotation, *get_args(annotation), *(deep for part in get_args(annotation) for deep in get_args(part))}
    return "INTEGER" if int in parts else "REAL" if float in parts else "TEXT"


def _cell(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, tuple) else value


def _symbols(row: FactRow) -> Iterator[tuple[str, str]]:
    """Cells of a single word, such as the genes of an arrow, which need have no row of their own."""
    for column in row.columns():
        value = getattr(row, column)
        for cell in value if isinstance(value, tuple) else (value,):
            single = isinstance(cell, str) and re.fullmatch(r"\S*[^\W\d_]\S*", cell) and len(cell) <= _LONGEST_SYMBOL
            if single and column not in {*_UNSEARCHED, *row.unsearched}:
                yield squash(fold(cell)), cell


def _lines(row: FactRow) -> Iterator[str]:
    """What is searched of a row: its filled cells, and the names of columns that are genes (TP53 of a cell)."""
    for column in row.columns():
        value = _cell(getattr(row, column))
        if column not in {*_UNSEARCHED, *row.unsearched} and value not in (None, "", "-"):
            yield str(value) if column.islower() else f"{column} {value}"
