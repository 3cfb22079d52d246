"""Free words in the facts: all of them, or some of them, the best rows first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from exportin.errors import squash
from exportin.knowledge.database import Database
from exportin.knowledge.found import fold

__all__ = ["Place", "holding", "rows_with_words", "split_words", "symbols"]

Place = tuple[str, int]  # a table and a line of its file
_LONGEST_NAME = 4  # words
_PLAIN = frozenset(
    re.findall(r"\w+", "a an and are at be by does for from has how in is it its of on or that the to was what which who why with")
)
# Who asks for side effects means what trials report as adverse events and toxicity, in rows whose names end in "_ae".
_HARM = ["side effect", "side effects", "adverse effects", "adverse event", "adverse events", "toxicity", "toxicities", "ae"]
_MEANT = {squash(name): _HARM for name in _HARM}


def split_words(database: Database, query: str) -> list[list[str]]:
    """What is looked for: for each word of a query its other names if it is a name, else the word itself.

    Side effects stand for adverse events and toxicity too.

    Examples
    --------
    >>> from exportin.knowledge.database import open_database
    >>> split_words(open_database(), "what traps RanGEF")
    [['traps'], [..., 'RCC1', 'RanGEF']]
    """
    words = re.findall(r"\w+(?:[-./;+]\w+)*", query)
    groups: list[list[str]] = []
    while words:
        longest = range(min(_LONGEST_NAME, len(words)), 0, -1)
        found = ((length, _other_names(database, " ".join(words[:length]))) for length in longest)
        length, names = next(((length, names) for length, names in found if names), (1, []))
        if names or words[0].lower() not in _PLAIN:
            groups.append(names or words[:1])
        words = words[length:]
    return groups


def rows_with_words(database: Database, groups: list[list[str]], *, all_of_them: bool) -> list[Place]:
    """Rows that hold a phrase of every group, or of some group; the best first."""
    if not groups:
        return []
    groups = [[fold(phrase) for phrase in group] for group in groups]
    if not database.indexed:
        return _counted(database, groups, all_of_them=all_of_them)
    asked = (" AND " if all_of_them else " OR ").join(f"({_phrases(group)})" for group in groups)
    ranked = (
        'SELECT passage."table", passage.line FROM words JOIN passage ON passage.id = words.rowid WHERE words MATCH ? '
        "ORDER BY bm25(words, 4.0, 1.0), passage.id"
    )
    return list(database.connection.execute(ranked, (asked,)))


def holding(database: Database, called: set[str]) -> list[Place]:
    """Rows that hold one of the names as a whole word, those with a cell of just that name first.

    Capitals count, because Ran is not ran; British and American spelling are one. A single letter stands for too much to be looked for.
    """
    names = sorted({fold(name) for name in called if len(squash(name)) > 1})
    if not names:
        return []
    either = "|".join(re.escape(name) for name in names)
    whole, cell = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])"), re.compile(rf"(?:^|; )(?:{either})(?:; |$)", re.MULTILINE)
    if database.indexed:
        asked = 'SELECT p."table", p.line, p.text FROM words JOIN passage AS p ON p.id = words.rowid WHERE words MATCH ? ORDER BY p.id'
        rows = database.connection.execute(asked, (f"text : ({_phrases(names)})",))
    else:
        rows = database.connection.execute('SELECT "table", line, text FROM passage ORDER BY id')
    found = [(not cell.search(text), (table, line)) for table, line, text in rows if whole.search(text)]
    return [place for _, place in sorted(found, key=lambda one: one[0])]


def symbols(database: Database, name: str) -> list[str]:
    """How cells of a single word spell a name: BCL2 for bcl-2, which has arrows but no row of its own."""
    asked = "SELECT name FROM symbol WHERE squashed = ? ORDER BY name"
    return [spelt for (spelt,) in database.connection.execute(asked, (squash(fold(name)),))]


def _other_names(database: Database, name: str) -> list[str]:
    """Names of the rows that are called so, or what else it stands for."""
    if squash(name) in _MEANT:
        return _MEANT[squash(name)]
    asked = (
        'SELECT DISTINCT n.name FROM name AS n JOIN name AS m ON n."table" = m."table" AND n.line = m.line WHERE m.squashed = ? '
        "ORDER BY n.name"
    )
    named = [other for (other,) in database.connection.execute(asked, (squash(fold(name)),)) if squash(other)]
    other = [spelt for spelt in symbols(database, name) if spelt.lower() != name.lower()]
    return named or ([name, *other] if other else [])


def _phrases(group: list[str]) -> str:
    """Phrases for the full-text index, any of which will do."""
    return " OR ".join('"{}"'.format(phrase.replace('"', '""')) for phrase in group)


def _counted(database: Database, groups: list[list[str]], *, all_of_them: bool) -> list[Place]:
    """The same without an index: rows by how many groups they hold, then in their order."""
    found: list[tuple[int, Place]] = []
    for table, line, names, text in database.connection.execute('SELECT "table", line, names, text FROM passage ORDER BY id'):
        there = set(_stretches(f"{names}\n{text}"))
        held = sum(any(phrase.lower() in there or f" {phrase.lower()} " in f" {names} {text} ".lower() for phrase in one) for one in groups)
        if held == len(groups) or (held and not all_of_them):
            found.append((-held, (table, line)))
    return [place for _, place in sorted(found, key=lambda one: one[0])]


def _stretches(text: str) -> Iterator[str]:
    """Words of a text, with and without what hyphens join."""
    for word in re.findall(r"[\w-]+", text.lower()):
        yield word
        yield from word.split("-")
