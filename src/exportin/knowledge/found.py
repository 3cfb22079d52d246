"""What a search of the facts gives: rows, each with its sources and how it was found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from exportin.knowledge.citation import Source

__all__ = ["Evidence", "Fact", "Found", "fold", "shorten_sequence"]

_LONGEST_SEQUENCE = 60  # residues that are told; a protein has hundreds
_BEGINNING = 20  # residues told of a longer one
Found = Literal["subject", "reference", "citation", "mention", "words", "some words"]
# British and American spelling made one, in what is searched and in what is asked. All that matters is that the two become one word and
# that different words stay apart, so rare words may come out odd. Lists and ends keep apart: goes, coenzyme, four, calling, size.
_SPELLINGS = [
    (re.compile(written, re.IGNORECASE), folded)
    for written, folded in [
        (r"a(e)(?=[^\W\d_]{2})", r"\1"),  # anaemia, haematological
        (r"(?:(?<!\bc)o(e)|(?<=\bc)o(e)(?=l))(?=[^\W\d_]{2})", r"\1\2"),  # oestrogen, oedema, coeliac
        (r"(?<=rh|pn)o(ea)", r"\1"),  # diarrhoea, dyspnoea
        (r"((?:tum|col|behavi|fav|lab|od|vap|harb|hum|hon|neighb|flav|arm|endeav|vig|rig)o)u(r)", r"\1\2"),
        (r"(?<=[^\W\d_]{3}i)z(?=(?:e|ed|er|ers|es|ing|able|ations?)\b)", lambda found: "S" if found[0] == "Z" else "s"),  # stabilize
        (r"(?<=[^\W\d_]ly)z(?=(?:e|ed|er|ers|es|ing)\b)", lambda found: "S" if found[0] == "Z" else "s"),  # hydrolyze
        (r"((?:sign|chann|lab|mod|trav|canc|tunn|shev|lev|tot|equ)[ae]l)l(?=(?:ing|ed|er|ers)\b)", r"\1"),  # signalling
        (r"\b(fib|cent|lit)(r)(e)(?=s?\b)", r"\1\3\2"),
    ]
]


def fold(text: str) -> str:
    """A text in one spelling where British and American differ, for comparing, not for showing.

    Examples
    --------
    >>> fold("Hyponatraemia, tumours and signalling")
    'Hyponatremia, tumors and signaling'
    >>> fold("four goes on calling coenzymes")
    'four goes on calling coenzymes'
    """
    for written, folded in _SPELLINGS:
        text = written.sub(folded, text)
    return text


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
        """Filled columns as text, without the keys of the sources; of a long sequence its beginning and length."""
        shown = {column: "; ".join(value) if isinstance(value, tuple) else value for column, value in self.columns.items()}
        filled = {column: str(value) for column, value in shown.items() if value not in (None, "", "-") and column != "source"}
        return {column: shorten_sequence(text) if column == "sequence" else text for column, text in filled.items()}

    def to_dict(self) -> dict[str, Any]:
        """Columns for JSON."""
        return {column: list(value) if isinstance(value, tuple) else value for column, value in self.columns.items()}


def shorten_sequence(residues: str) -> str:
    """A sequence for the screen: whole if it is short, else its beginning and its length.

    Examples
    --------
    >>> shorten_sequence("EMFRELNEALELKD")
    'EMFRELNEALELKD'
    >>> shorten_sequence("MEEPQSDPSVEPPLSQETFSDLWKLLPENNVLSPLPSQAMDDLMLSPDDIEQWFTEDPGPDE")
    'MEEPQSDPSVEPPLSQETFS... (62 residues)'
    """
    return residues if len(residues) <= _LONGEST_SEQUENCE else f"{residues[:_BEGINNING]}... ({len(residues)} residues)"


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
