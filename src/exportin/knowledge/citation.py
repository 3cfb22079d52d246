"""A small strict reader of BibTeX: the sources that facts and parameters are cited from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType

from exportin.errors import BadTable

__all__ = ["Source", "read_sources"]

_KINDS = ("article", "misc")
_PATTERNS = {
    "year": r"(18|19|20)\d\d",
    "doi": r'10\.\d{4,9}(\.\d+)*/[^\s"{}]*[^\s"{}.,;]',
    "pmid": r"[1-9]\d{0,7}",
    "pmcid": r"PMC[1-9]\d{0,8}",
    "url": r"https?://\S+",
}
_OPENING = re.compile(r"@(\w+)\{([^,{}\s]*),")
_FIELD = re.compile(r"\s*(\w+)\s*=\s*\{")


@dataclass(frozen=True)
class Source:
    """Where a fact was seen. A field that could not be verified is empty.

    Attributes
    ----------
    key : str
        What tables cite.
    authors : tuple of str
        Family name and initials; ``et al.`` last where the list goes on.
    year, title, journal, doi, pmid, pmcid, url, note : str
        As printed; empty where not known.

    Examples
    --------
    >>> print(Source("Xu12", ("Xu D", "Grishin NV"), "2012", "NESdb", "Mol Biol Cell 23:3673", pmid="22833564"))
    Xu D, Grishin NV (2012) NESdb. Mol Biol Cell 23:3673. PMID 22833564
    """

    key: str
    authors: tuple[str, ...] = ()
    year: str = ""
    title: str = ""
    journal: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    url: str = ""
    note: str = ""

    def __str__(self) -> str:
        head = " ".join(part for part in (", ".join(self.authors), f"({self.year})" if self.year else "") if part)
        body = f"{self.title or self.note or self.key}.".replace("..", ".")
        places = (
            f"{self.journal}." if self.journal else "",
            f"doi:{self.doi}" if self.doi else "",
            f"PMID {self.pmid}" if self.pmid else "",
            self.pmcid,
            self.url,
        )
        return " ".join(part for part in (head, body, *places) if part)


def read_sources(path: Path | str) -> Mapping[str, Source]:
    """Read a BibTeX file of sources, strictly.

    Entries are ``@article`` or ``@misc``; a field is ``name = {text}``, each at most once. Every entry has a note or an
    address where the source can be found.

    Raises
    ------
    BadTable
        With the line, for anything else: another kind of entry, an unknown, repeated or empty field, a key used twice,
        unbalanced braces, a malformed year, DOI, PMID, PMCID or address, text between entries, or two entries for one paper
        (the same DOI, PMID or PMCID, the same address of a page, or the same title in the same year). An address that names a host only,
        such as ``https://www.onclive.com``, is no page and may stand twice. None of these numbers has a check digit.

    Examples
    --------
    >>> from importlib import resources
    >>> read_sources(resources.files("exportin.knowledge") / "sources.bib")["Kudo99"].pmid
    '10430904'
    """
    path = Path(str(path))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTable(f"{path} cannot be read as UTF-8 text: {error}.") from error
    found: dict[str, Source] = {}
    papers: dict[tuple[str, str], str] = {}
    for line, source in _entries(path, text):
        if source.key in found:
            raise BadTable(f"{path}:{line}: the key {source.key!r} is used twice; expected each key once.")
        for mark in _marks(source):
            if (other := papers.setdefault(mark, source.key)) != source.key:
                told = f"{source.key} has the {mark[0]} {mark[1]!r} of {other}"
                raise BadTable(f"{path}:{line}: {told}; expected one entry a paper: cite {other} and remove this one.")
        found[source.key] = source
    return MappingProxyType(found)


def _marks(source: Source) -> Iterator[tuple[str, str]]:
    """What no two papers share."""
    for name in ("doi", "pmid", "pmcid"):
        if value := getattr(source, name):
            yield name, value.lower()
    address = re.sub(r"^https?://(www\.)?|[/#]+$", "", source.url)
    if re.search(r"[/?]", address):
        yield "url", address
    if source.title:
        yield "title and year", " ".join([*re.findall(r"\w+", source.title.lower()), source.year]).rstrip()


def _entries(path: Path, text: str) -> Iterator[tuple[int, Source]]:
    """Each entry with its line."""
    place = 0
    while text[place:].strip():
        place += len(text[place:]) - len(text[place:].lstrip())
        line = text.count("\n", 0, place) + 1
        opening = _OPENING.match(text, place)
        if opening is None:
            given = text[place : place + 40].split("\n")[0]
            raise BadTable(f"{path}:{line}: {given!r} given; expected an entry such as '@article{{Kudo99,'.")
        kind, key = opening.groups()
        if kind not in _KINDS or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", key):
            expected = f"@{' or @'.join(_KINDS)} and a key of letters and digits"
            raise BadTable(f"{path}:{line}: '@{kind}{{{key}' given; expected {expected}.")
        given, place = _fields(path, text, opening.end())
        yield line, _source(path, line, key, given)


def _fields(path: Path, text: str, place: int) -> tuple[dict[str, str], int]:
    """Fields of one entry, and where the entry ends."""
    found: dict[str, str] = {}
    while not (closing := re.compile(r"\s*\}").match(text, place)):
        line = text.count("\n", 0, place + len(text[place:]) - len(text[place:].lstrip())) + 1
        field = _FIELD.match(text, place)
        if field is None:
            raise BadTable(f"{path}:{line}: expected a field such as 'year = {{1999}},' or the closing brace of the entry.")
        name, (value, place) = field.group(1), _braced(path, text, field.end())
        if name in found:
            raise BadTable(f"{path}:{line}: the field {name!r} is given twice; expected it once.")
        found[name] = value
        comma = re.compile(r"\s*,").match(text, place)
        place = comma.end() if comma else place
        if comma is None and not re.compile(r"\s*\}").match(text, place):
            raise BadTable(f"{path}:{line}: expected a comma after the field {name!r}.")
    return found, closing.end()


def _braced(path: Path, text: str, start: int) -> tuple[str, int]:
    """Text up to the brace that closes the field, without the braces that protect letters."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return " ".join(text[start:place].replace("{", "").replace("}", "").split()), place + 1
    raise BadTable(f"{path}:{text.count(chr(10), 0, start) + 1}: a brace is opened and never closed.")


def _source(path: Path, line: int, key: str, given: dict[str, str]) -> Source:
    """An entry's fields as a source."""
    known = [field.name for field in fields(Source) if field.name not in {"key", "authors"}]
    for name, value in given.items():
        if name not in (*known, "author"):
            raise BadTable(f"{path}:{line}: {key} has the field {name!r}; expected author, {', '.join(known)}.")
        if not value or not re.fullmatch(_PATTERNS.get(name, ".+"), value):
            raise BadTable(f"{path}:{line}: {key} has {name} {value!r}; expected it filled and of the usual form.")
    if not {"doi", "pmid", "pmcid", "url", "note"} & given.keys():
        raise BadTable(f"{path}:{line}: {key} has no doi, pmid, pmcid, url or note; expected to be told where it can be found.")
    authors = tuple(name.strip() for name in given.pop("author", "").split(" and ") if name.strip())
    return Source(key, tuple("et al." if name == "others" else name for name in authors), **given)
