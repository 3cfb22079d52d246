"""The database of facts: one SQLite file in the cache folder, made of the tables at first use, checked whenever it is opened.

Its name holds a hash of all that it is made of (tables, sources, the code that reads them) and a hash of its content. A file whose content
does not have the hash of its name is damaged; it is removed and made again. Where nothing can be written the database is made in memory.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from exportin.errors import BadTable
from exportin.kept_files import cache_folder, move_into, sweep
from exportin.knowledge.citation import Source
from exportin.knowledge.collection import Collection, shipped
from exportin.knowledge.fill import fill, has_full_text, index_words
from exportin.knowledge.found import Fact

__all__ = ["Database", "dump", "open_database"]

_ABANDONED = 30 * 86400.0  # seconds after which the file of other tables is removed
_OPENING = "PRAGMA query_only = ON"


@dataclass(frozen=True, eq=False)
class Database:
    """An opened database of facts, in memory and read-only.

    Attributes
    ----------
    connection : sqlite3.Connection
    """

    connection: sqlite3.Connection

    @cached_property
    def searched(self) -> dict[str, int]:
        """Tables of facts in the order of showing, with their numbers of rows."""
        return dict(self.connection.execute("SELECT name, facts FROM fact_table ORDER BY position"))

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every source by key."""
        found = {}
        for key, authors, *rest in self.connection.execute("SELECT * FROM source"):
            found[key] = Source(key, tuple(authors.split("; ")) if authors else (), *rest)
        return found

    @cached_property
    def indexed(self) -> bool:
        """Whether there is a full-text index."""
        return bool(self.connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'words'").fetchone()[0])

    @cached_property
    def _columns(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {table: [] for table in self.searched}
        for table, name, kind in self.connection.execute('SELECT "table", name, kind FROM fact_column ORDER BY "table", position'):
            found[table].append((name, kind))
        return found

    def fact(self, table: str, line: int) -> Fact:
        """A row of a table of facts."""
        cells = self.connection.execute(f'SELECT * FROM "{table}" WHERE line = ?', (line,)).fetchone()[1:]
        columns = {name: _value(kind, cell) for (name, kind), cell in zip(self._columns[table], cells, strict=True)}
        asked = 'SELECT name FROM name WHERE "table" = ? AND line = ? ORDER BY position'
        names = tuple(name for (name,) in self.connection.execute(asked, (table, line)))
        asked = 'SELECT source FROM citation WHERE "table" = ? AND line = ? ORDER BY position'
        cited = tuple(key for (key,) in self.connection.execute(asked, (table, line)))
        return Fact(table, line, names, cited, MappingProxyType(columns))


def _value(kind: str, cell: Any) -> Any:
    return cell if kind != "NAMES" else tuple(cell.split("; ")) if cell else ()


def open_database(collection: Collection | None = None) -> Database:
    """The database of a collection, by default of the facts that ship; made if it is not kept, or kept but damaged.

    Raises
    ------
    BadTable
        If it has to be made and a table is refused.

    Examples
    --------
    >>> list(open_database().searched)[:3]
    ['cargoes', 'signals', 'cores']
    """
    return _opened(collection or shipped(), cache_folder())


def dump(collection: Collection | None = None) -> str:
    """The database as SQL text, without the index, which follows from it. Identical tables give identical text.

    Examples
    --------
    >>> dump().startswith("BEGIN TRANSACTION;")
    True
    """
    whole = open_database(collection).connection
    plain = sqlite3.connect(":memory:")
    try:
        whole.backup(plain)
        plain.execute("DROP TABLE IF EXISTS words")
        return "\n".join(plain.iterdump()) + "\n"
    finally:
        plain.close()


@lru_cache(maxsize=8)
def _opened(collection: Collection, folder: Path | None) -> Database:
    """Once a process, collection and folder."""
    key = _key(collection)
    content = next(_kept(folder, key), None) if folder is not None else None
    connection = _loaded(content) if content is not None else None
    if connection is None:
        connection = _made(collection)
        if folder is not None:
            _keep(folder, key, connection)
    connection.execute(_OPENING)
    return Database(connection)


def _key(collection: Collection) -> str:
    """Hash of everything that decides what the database is."""
    whole = hashlib.sha256(f"{sqlite3.sqlite_version} {has_full_text()}\n".encode())
    here = Path(__file__).parent
    code = [here.parent / "errors.py", *sorted(here.rglob("*.py"))]
    for path in [*collection.files, *code]:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise BadTable(f"{path} cannot be read: {error.strerror}.") from error
        whole.update(f"{path.name} {len(content)}\n".encode() + content)
    return whole.hexdigest()[:24]


def _kept(folder: Path, key: str) -> Iterator[bytes]:
    """Content of the undamaged files of a key; damaged ones are removed."""
    for path in sorted(folder.glob(f"facts-{key}-*.sqlite")):
        with suppress(OSError):
            content = path.read_bytes()
            if path.name == _name(key, content):
                yield content
            else:
                _tell("The database of facts %s is damaged and is made again.", path)
                path.unlink(missing_ok=True)


def _tell(message: str, *parts: object) -> None:
    """A line in the log, which is loaded only for that."""
    import logging

    logging.getLogger("exportin").info(message, *parts)


def _name(key: str, content: bytes) -> str:
    return f"facts-{key}-{hashlib.sha256(content).hexdigest()[:24]}.sqlite"


def _empty() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", check_same_thread=False)


def _loaded(content: bytes) -> sqlite3.Connection | None:
    """A database from the content of its file; None if SQLite cannot take it."""
    connection = _empty()
    try:
        connection.deserialize(content)
        connection.execute("SELECT count(*) FROM fact_table").fetchone()
    except (sqlite3.Error, AttributeError, OverflowError) as wrong:  # AttributeError: a SQLite that was built without it
        _tell("The database of facts is made again: %s", wrong)
        connection.close()
        return None
    return connection


def _made(collection: Collection) -> sqlite3.Connection:
    connection = _empty()
    fill(connection, collection)
    if has_full_text():
        index_words(connection)
    return connection


def _keep(folder: Path, key: str, connection: sqlite3.Connection) -> None:
    """Write the database under a temporary name and move it; without room for it, each process makes its own."""
    try:
        content = connection.serialize()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sweep(folder)
        sweep(folder, _ABANDONED, "facts-*.sqlite")
        move_into(folder, _name(key, content), content)
    except (OSError, AttributeError) as wrong:
        _tell("The database of facts is not kept in %s (%s).", folder, wrong)
