"""Everything that the tables say about one thing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType

from exportin.errors import NothingFound, nearest, squash
from exportin.knowledge.citation import Source
from exportin.knowledge.database import Database, open_database
from exportin.knowledge.found import Evidence, Fact, Found, fold
from exportin.knowledge.words import Place, holding, rows_with_words, split_words, symbols

__all__ = ["cite", "evidence", "near_names", "subjects"]

_PREFIX = re.compile(
    r"^\s*(https?://(dx\.)?doi\.org/|https?://pubmed\.ncbi\.nlm\.nih\.gov/|(pmid|pubmed|doi|cas|uniprot|inchikey)[\s:]+)", re.IGNORECASE
)
_LEAST_DIGITS = 3  # of what may be meant as a number of some database
_LEAST_LETTERS = 4  # of a word that may be misspelt


def evidence(query: str) -> tuple[Evidence, ...]:
    """Everything the tables of facts say about a protein, compound, cell, disease, paper or statement, or that holds some words.

    Parameters
    ----------
    query : str
        A symbol, name or alias; an accession or number (UniProt, HGNC, Cellosaurus, CAS, InChIKey, NCT); a paper (PubMed id, PMCID,
        DOI, key or ``Kudo 1999``); a statement or contradiction (``C161``, ``X25``); else free words. Case and punctuation do not
        matter, nor whether the spelling is British or American.

    Returns
    -------
    found : tuple of Evidence
        Rows about it first, then the statements that such rows refer to, then the paper and rows that cite it, then rows that mention
        it by one of its names, with the same capitals, those with a cell of just that name before the others.
        Where no row is about it, also rows that hold all the words, and where there is none of these, rows that hold some of them,
        the best first.

    Raises
    ------
    NothingFound
        An `UnknownName`, if there is nothing; with what was searched and what is near.

    Examples
    --------
    >>> found = evidence("kpt 330")
    >>> found[0].row.name, found[0].found
    ('selinexor', 'subject')
    >>> evidence("PMID 10430904")[0].row.title
    'Leptomycin B inactivates CRM1/exportin 1 by covalent modification at a cysteine residue in the central conserved region'
    >>> evidence("selinexer")
    Traceback (most recent call last):
    ...
    exportin.errors.NothingFound: 'selinexer' is not a known subject of the tables, ...; did you mean selinexor or ...? Searched: ...
    """
    database = open_database()
    asked = _PREFIX.sub("", query).strip(" /")
    papers = _papers(database, asked)
    about = subjects(database, asked)
    referred = [place for place in _referred(database, about) if place not in about]
    citing = [place for place in _citing(database, papers) if place not in {*about, *referred}]
    called = {name for place in about for name in database.fact(*place).names}
    if not about and not papers:
        called = {asked, *symbols(database, asked)}
    known = {*about, *referred, *citing}
    mentioned = [place for place in holding(database, called) if place not in known]
    found = [cite(database, place, "subject") for place in about]
    found += [cite(database, place, "reference") for place in referred]
    found += [_paper(database.sources[key]) for key in papers]
    found += [cite(database, place, "citation") for place in citing]
    found += [cite(database, place, "mention") for place in mentioned]
    if not about and not papers:
        found += _by_words(database, asked, known=mentioned)
    if not found:
        raise NothingFound(query, near_names(database, asked), {**database.searched, "sources": len(database.sources)})
    return tuple(found)


def subjects(database: Database, name: str, table: str | None = None) -> list[Place]:
    """Rows that are called so, in the order of showing."""
    asked = (
        'SELECT DISTINCT n."table", n.line FROM name AS n JOIN fact_table AS t ON t.name = n."table" '
        "WHERE n.squashed = ?1 AND (?2 IS NULL OR t.name = ?2) ORDER BY t.position, n.line"
    )
    return list(database.connection.execute(asked, (squash(fold(name)), table))) if squash(name) else []


def cite(database: Database, place: Place, found: Found) -> Evidence:
    """A row with its sources."""
    row = database.fact(*place)
    return Evidence(row.table, found, row, tuple(database.sources[key] for key in row.sources))


def _papers(database: Database, name: str) -> list[str]:
    """Keys of the sources that are called so: key, PubMed id, PMCID, DOI, first author and year."""
    asked = "SELECT DISTINCT source FROM source_name WHERE squashed = ? ORDER BY rowid"
    return [key for (key,) in database.connection.execute(asked, (squash(name),))] if squash(name) else []


def _referred(database: Database, about: Iterable[Place]) -> list[Place]:
    """Statements whose numbers stand in the rows."""
    numbers = [number for place in about for number in str(database.fact(*place).columns.get("claims") or "").split()]
    return [place for number in dict.fromkeys(numbers) for place in subjects(database, number, "claims")]


def _citing(database: Database, papers: Iterable[str]) -> list[Place]:
    keys = list(papers)
    asked = (
        'SELECT DISTINCT c."table", c.line FROM citation AS c JOIN fact_table AS t ON t.name = c."table" '
        f"WHERE c.source IN ({', '.join('?' * len(keys))}) ORDER BY t.position, c.line"
    )
    return list(database.connection.execute(asked, keys))


def _paper(source: Source) -> Evidence:
    """A source as something found."""
    columns = {name: value for name, value in vars(source).items() if name != "key"}
    row = Fact("sources", 0, (source.key,), (source.key,), MappingProxyType({"key": source.key, **columns}))
    return Evidence("sources", "subject", row, (source,))


def _by_words(database: Database, query: str, known: list[Place]) -> list[Evidence]:
    """Rows that hold all words, beside those known already; where there are none at all, rows that hold some."""
    groups = split_words(database, query)
    every = rows_with_words(database, groups, all_of_them=True)
    if every or known:
        return [cite(database, place, "words") for place in every if place not in known]
    return [cite(database, place, "some words") for place in rows_with_words(database, groups, all_of_them=False)]


def near_names(database: Database, query: str, table: str | None = None) -> list[str]:
    """Names most like the whole query, or like one of its words; numbers and ids only for what looks like one."""
    asked = "SELECT DISTINCT name, code FROM name WHERE ? IN (\"table\", '') ORDER BY name"
    known = list(database.connection.execute(asked, (table or "",)))
    numbers = "_" in query or sum(character.isdigit() for character in query) >= _LEAST_DIGITS
    names = [name for name, code in known if numbers or not code]
    names += list(database.sources) if table is None else []
    words = [word for word in re.findall(r"[\w-]+", query) if len(word) >= _LEAST_LETTERS]
    near = nearest(query, names) or [hit for word in words for hit in nearest(word, names, count=1)]
    return list(dict.fromkeys(near))[:3]
