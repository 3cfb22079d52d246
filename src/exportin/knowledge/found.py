"""What a search of the facts gives: rows, each with its sources and how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from exportin.knowledge.citation import Source

__all__ = ["Evidence", "Fact", "Found"]

Found = Literal["subject", "reference", "citation", "mention", "words", "some words"]


@dataclass(frozen=True)
class Fact:
    """A row of a table of facts as the database has it; its columns are attributes.

    `exportin.knowledge.facts` gives the same rows as typed models.

    Attributes
    ----------
    table : str
    line : int
        Of the table's file.
    names : tuple of str
        Everything that the row's subject is called.
    sources : tuple of str
        Keys of the sources.
    columns : mapping of str to object
        Each cell: text, a number, names, or None.
    """

    table: str
    line: int
    names: tuple[str, ...]
    sources: tuple[str, ...]
    columns: Mapping[str, Any] = field(hash=False)

    def __getattr__(self, column: str) -> Any:
        columns = self.__dict__.get("columns", {})
        if column not in columns:
            raise AttributeError(f"the table {self.__dict__.get('table')!r} has no column {column!r}", name=column, obj=self)
        return columns[column]

    def __reduce__(self) -> tuple[object, ...]:
        return _remade, (self.table, self.line, self.names, self.sources, dict(self.columns))

    @property
    def told(self) -> dict[str, str]:
        """Filled columns as text, without the keys of the sources."""
        shown = {column: "; ".join(value) if isinstance(value, tuple) else value for column, value in self.columns.items()}
        return {column: str(value) for column, value in shown.items() if value not in (None, "", "-") and column != "source"}

    def to_dict(self) -> dict[str, Any]:
        """Columns for JSON."""
        return {column: list(value) if isinstance(value, tuple) else value for column, value in self.columns.items()}


def _remade(table: str, line: int, names: tuple[str, ...], sources: tuple[str, ...], columns: dict[str, Any]) -> Fact:
    """A row as it came from another process."""
    return Fact(table, line, names, sources, MappingProxyType(columns))


@dataclass(frozen=True)
class Evidence:
    """What one row says about the thing asked for.

    Attributes
    ----------
    table : str
        Name for `facts`, or ``sources`` for a paper itself.
    found : str
        ``subject`` if the row is about the thing, ``reference`` if such a row refers to it (the statements of a contradiction),
        ``citation`` if it cites the paper asked for, ``mention`` if it names the thing,
        ``words`` if it holds all the words asked for, ``some words`` if it holds some of them.
    row : Fact
        The row itself.
    sources : tuple of Source
        In the order of the row; ``str(source)`` is the formatted citation.
    """

    table: str
    found: Found
    row: Fact
    sources: tuple[Source, ...]

    @property
    def subject(self) -> bool:
        """Whether the row is about the thing."""
        return self.found == "subject"

    @property
    def title(self) -> str:
        """What the row is called in its table."""
        return self.row.names[0]

    def __str__(self) -> str:
        told = [f"  {column}: {text}" for column, text in self.row.told.items()]
        cited = [f"  [{source.key}] {source}" for source in self.sources]
        return "\n".join([f"{self.table}: {self.title}", *told, *cited])

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        cited = [{"key": one.key, "pmid": one.pmid, "pmcid": one.pmcid, "doi": one.doi, "citation": str(one)} for one in self.sources]
        return {"table": self.table, "found": self.found, "row": self.row.to_dict(), "sources": cited}
