"""Whole protein sequences by symbol, alias or accession, read straight from the tables because commands ask for one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from exportin.errors import UnknownName, nearest, squash
from exportin.knowledge.collection import shipped

__all__ = ["ProteinSequence", "find_sequence", "proteins_by_sequence"]

_EMPTY = ("", "-")
_CODES = ("uniprot", "hgnc", "protein")
_NAMES = ("id", "cargo", "symbol", "name", "printed", "aliases", *_CODES)  # columns of both tables


@dataclass(frozen=True)
class ProteinSequence:
    """A protein of the table of sequences.

    Attributes
    ----------
    cargo : str
        Its ``id`` in the table of cargoes, or an id of its own.
    uniprot : str
        Accession; empty for a sequence that is another isoform or version, or a mutant.
    numbering : str
        ``UniProt``, ``NESdb sequence`` or ``built``: what residues count in, as in the tables of signals and cores.
    sequence : str
        One-letter residues.
    """

    cargo: str
    uniprot: str
    numbering: str
    sequence: str


def find_sequence(name: str, numbering: str | None = None) -> ProteinSequence:
    """The sequence of a protein by its id, symbol, name, alias or accession.

    Of several species it is the human protein, unless the id or accession of another is given; where the tables know only the protein of
    another species, it is that one, and its `cargo` says so.

    Parameters
    ----------
    name : str
        Case and punctuation do not matter.
    numbering : str, optional
        ``UniProt``, ``NESdb sequence`` or ``built``, where a cargo has more than one sequence; by default that of UniProt if there is one.

    Returns
    -------
    found : ProteinSequence

    Raises
    ------
    UnknownName
        If nothing is called so, or what is called so has no sequence in the tables, which is then said; with the nearest names that have.

    Examples
    --------
    >>> found = find_sequence("p53")
    >>> found.cargo, found.uniprot, len(found.sequence), found.sequence[338:352]
    ('TP53', 'P04637', 393, 'EMFRELNEALELKD')
    >>> find_sequence("PXN").uniprot, find_sequence("PXN", "NESdb sequence").uniprot
    ('P49023', '')
    >>> find_sequence("TP35")
    Traceback (most recent call last):
    ...
    exportin.errors.UnknownName: 'TP35' is not a known protein with a sequence in the tables; did you mean ... or ...? Known: ...
    """
    called = sorted(_called().get(squash(name), ()), key=lambda cargo: (squash(cargo) != squash(name), not _is_human(cargo)))
    cargo = next(iter(called), None)
    held = [row for row in _sequences() if row.cargo == cargo and numbering in (None, row.numbering)]
    exact = [row for row in held if squash(name) in _own_numbers(row)]
    if not held:
        raise _without_sequence(name, cargo, numbering)
    return (exact or held)[0]


@cache
def proteins_by_sequence() -> dict[str, ProteinSequence]:
    """Proteins of the table by their residues.

    Examples
    --------
    >>> proteins_by_sequence()[find_sequence("PKIA").sequence].cargo
    'PKIA'
    """
    return {row.sequence: row for row in reversed(_sequences())}


def _without_sequence(name: str, cargo: str | None, numbering: str | None) -> UnknownName:
    """A refusal that tells a cargo without a sequence from a name that nobody has."""
    kind = "protein with a sequence in the tables" + (f" by the numbering {numbering!r}" if numbering else "")
    hint = f" ({cargo} is one of the cargoes, yet without one: give the sequence itself or a FASTA file)" if cargo else ""
    having = {row.cargo for row in _sequences() if numbering in (None, row.numbering)}
    codes = {row[column] for table in ("cargoes", "sequences") for row in _rows(table) for column in _CODES if column in row}
    spelt = [one for one, called in _spellings() if called in having and one not in codes and squash(one) != squash(name)]
    return UnknownName(f"{kind}{hint}", name, {*having, *nearest(name, spelt)})


def _is_human(cargo: str) -> bool:
    return any(row["id"] == row["symbol"] == cargo for row in _rows("cargoes"))


def _own_numbers(row: ProteinSequence) -> set[str]:
    """Numbers that are of this sequence alone, squashed."""
    given = [one for one in _rows("sequences") if (one["cargo"], one["numbering"]) == (row.cargo, row.numbering)]
    return {squash(one[column]) for one in given for column in _CODES if one.get(column, "-") not in _EMPTY}


@cache
def _rows(table: str) -> tuple[dict[str, str], ...]:
    """Rows of a table as text; the tests hold them to their schema, which takes longer than a command should."""
    header, *lines = shipped().path(table).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    columns = header.split("\t")
    return tuple(dict(zip(columns, line.split("\t"), strict=True)) for line in lines)


@cache
def _sequences() -> tuple[ProteinSequence, ...]:
    found = [{column: "" if cell in _EMPTY else cell for column, cell in row.items()} for row in _rows("sequences")]
    return tuple(ProteinSequence(row["cargo"], row["uniprot"], row["numbering"], row["sequence"]) for row in found)


@cache
def _spellings() -> tuple[tuple[str, str], ...]:
    """Every name with the cargo that is called so."""
    rows = [(row["id"], row) for row in _rows("cargoes")] + [(row["cargo"], row) for row in _rows("sequences")]
    cells = [(cargo, row[column]) for cargo, row in rows for column in _NAMES if row.get(column, "-") not in _EMPTY]
    return tuple(dict.fromkeys((name, cargo) for cargo, cell in cells for name in cell.split("; ")))


@cache
def _called() -> dict[str, tuple[str, ...]]:
    """Cargoes by each of their names, squashed, in the order of the tables."""
    found: dict[str, tuple[str, ...]] = {}
    for name, cargo in _spellings():
        if squash(name) and cargo not in found.get(squash(name), ()):
            found[squash(name)] = (*found.get(squash(name), ()), cargo)
    return found
