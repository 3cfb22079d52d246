"""Claims that are looked up: a question to a table of facts, answered by rows that do not rest on the review alone.

```yaml
C010: {table: machinery, where: {kind: exportin}, count: 7}
C124: {table: diseases, where: {id: pancreas_cea}, agrees: p}
C012: {table: cargoes, each: {symbol: [NFKBIA, RB1]}, where: {evidence: ~leptomycin}}
C023: {table: signals, matches: {sequence: "[ILMFV].{2,3}[ILMFV].{2,3}[ILMFV].[ILMFV]"}, count: more than 50 %}
```
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from exportin.cohort.survival.power import wilson
from exportin.errors import BadScenario, UnknownName
from exportin.knowledge import facts
from exportin.yaml_file import placed, read_text, validated

if TYPE_CHECKING:
    from exportin.knowledge.schema import FactRow

__all__ = ["Answer", "Query", "answer", "queries", "read_queries"]

FILE = Path(__file__).parent / "queries.yaml"
REVIEW = "Ishizawa15"
Value = str | int | list[str] | list[int]


_COUNT = re.compile(r"(?:(more than|at least|less than) )?(\d+)( ?%)?")


class Query(BaseModel):
    """A question. Rows are those of `table` that meet all of `where`.

    Attributes
    ----------
    table : of `exportin.facts`
    where : columns with the value, or one of several values, that they must have; ``~word`` means that the word is in it
    each : columns with values, every one of which must be met by a row
    matches : columns with a regular expression that is in them
    among : with a percentage, the rows of which they are a share; by default those of `where` without `matches`
    count : how many rows there must be: ``7``, ``more than 230``, ``at least 3``, or which share, ``more than 50 %``
    total : columns with what they must add up to
    agrees : column that must hold the figure that the claim prints
    own : whether rows that rest on the review alone count too; only for counts of what the review itself prints
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    table: str
    where: dict[str, Value] = {}
    each: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    matches: dict[str, str] = {}
    among: dict[str, Value] | None = None
    count: str | int | None = None
    total: dict[str, int] = {}
    agrees: str | None = None
    own: bool = False

    @field_validator("matches")
    @classmethod
    def _compiles(cls, given: dict[str, str]) -> dict[str, str]:
        for pattern in given.values():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression ({error})") from error
        return given

    @field_validator("count")
    @classmethod
    def _counts(cls, given: str | int | None) -> str | int | None:
        if given is not None and not _COUNT.fullmatch(str(given)):
            raise ValueError("a count such as 7, 'more than 230', 'at least 3' or 'more than 50 %'")
        return given


@dataclass(frozen=True)
class Answer:
    """What the facts say.

    Attributes
    ----------
    verdict : str
    expected, observed : str
    rows : tuple of FactRow
        Those that were found.
    """

    verdict: str
    expected: str
    observed: str
    rows: tuple[FactRow, ...]


@functools.cache
def queries() -> Mapping[str, Query]:
    """Every query that ships, by claim.

    Examples
    --------
    >>> queries()["C010"].table
    'machinery'
    """
    return read_queries(FILE)


def read_queries(path: Path) -> Mapping[str, Query]:
    """Read a file of queries.

    Raises
    ------
    BadScenario
        With the line of what is wrong.
    """
    from pydantic import RootModel

    text = read_text(path, "file of queries")
    tree, given = validated(text, path.name, RootModel[dict[str, Query]], "query")
    for claim, query in given.root.items():
        rows = placed(lambda query=query: facts(query.table), tree, path.name, (claim,))
        known = rows[0].columns() if rows else []
        asked = (*query.where, *query.each, *query.matches, *(query.among or {}), *query.total)
        for column in (*asked, *([query.agrees] if query.agrees else [])):
            if column not in known:
                line = tree.lc.key(claim)[0] + 1
                raise BadScenario(f"{path.name}, line {line}: {claim}: {UnknownName(f'column of {query.table}', column, known)}")
    return given.root


def answer(query: Query, printed: str) -> Answer:
    """Ask the facts.

    Parameters
    ----------
    query : Query
    printed : str
        The figure of the claim, with which `agrees` compares.
    """
    found = [row for row in _met(query.table, query.where) if all(re.search(one, getattr(row, key)) for key, one in query.matches.items())]
    rows = tuple(found if query.own else [row for row in found if set(row.sources) != {REVIEW}])
    for decide in (_each, _counted, _totalled, _agreed):
        if (told := decide(query, rows, printed)) is not None:
            return told
    if rows:
        return Answer("supports", "a row of the facts", f"{len(rows)} of {query.table}", rows)
    alone = "only the review itself says so" if found else "no row says so"
    return Answer("inconclusive", "a row of the facts", f"{alone} in {query.table}", tuple(found))


def _met(table: str, where: Mapping[str, Value]) -> list[Any]:
    return [row for row in facts(table) if all(_meets(row, column, value) for column, value in where.items())]


def _meets(row: Any, column: str, value: Value) -> bool:
    held = getattr(row, column)
    texts = [str(one) for one in held] if isinstance(held, tuple) else [str(held)]
    wanted = value if isinstance(value, list) else [value]
    return any(
        any(str(one)[1:].casefold() in text.casefold() if str(one).startswith("~") else str(one) == text for text in texts)
        for one in wanted
    )


def _each(query: Query, rows: Sequence[FactRow], _: str) -> Answer | None:
    if not query.each:
        return None
    wanted = [(column, value) for column, values in query.each.items() for value in values]
    met = {value: [row for row in rows if _meets(row, column, value)] for column, value in wanted}
    lacking = [value for value, some in met.items() if not some]
    expected = f"each of {', '.join(met)}"
    held = tuple(row for some in met.values() for row in some)
    if lacking:
        return Answer("inconclusive", expected, f"all but {', '.join(lacking)}", held)
    return Answer("supports", expected, "all found", held)


def _counted(query: Query, rows: Sequence[FactRow], _: str) -> Answer | None:
    if query.count is None:
        return None
    match: Any = _COUNT.fullmatch(str(query.count))
    if match[3]:
        return _shared(query, rows, match[1] == "less than", float(match[2]) / 100.0)
    number, found = int(match[2]), len(rows)
    holds = {None: found == number, "more than": found > number, "at least": found >= number, "less than": found < number}[match[1]]
    return Answer("supports" if holds else "contradicts", f"{query.count} rows", f"{found} rows of {query.table}", tuple(rows))


def _shared(query: Query, rows: Sequence[FactRow], below: bool, line: float) -> Answer:
    """A share of rows against a figure; open where its 95 % interval (Wilson) straddles the figure."""
    of = _met(query.table, query.where if query.among is None else query.among)
    whole = [row for row in of if query.own or set(row.sources) != {REVIEW}]
    if not whole:
        return Answer("inconclusive", str(query.count), f"no row of {query.table}", ())
    n, share = len(whole), len(rows) / len(whole)
    low, high = wilson(len(rows), n)
    verdict = "inconclusive" if low <= line <= high else "supports" if (share > line) != below else "contradicts"
    observed = f"{len(rows)} of {n}, {100 * share:.0f} % ({100 * low:.0f} to {100 * high:.0f})"
    return Answer(verdict, f"{query.count} of the rows", observed, tuple(rows))


def _totalled(query: Query, rows: Sequence[FactRow], _: str) -> Answer | None:
    if not query.total:
        return None
    sums = {column: sum(int(getattr(row, column) or 0) for row in rows) for column in query.total}
    told = [", ".join(f"{column} {value}" for column, value in each.items()) for each in (query.total, sums)]
    return Answer("supports" if sums == query.total else "contradicts", told[0], told[1], tuple(rows))


def _agreed(query: Query, rows: Sequence[FactRow], printed: str) -> Answer | None:
    """Whether a figure of an independent row is the printed one; where sources differ among themselves the answer is open."""
    if query.agrees is None:
        return None
    wanted = _figures(printed)
    held = [(row, str(getattr(row, query.agrees))) for row in rows]
    if not held:
        return Answer("inconclusive", printed, "no row of another source", ())
    same = [bool(wanted) and wanted <= _figures(text) for _, text in held]
    verdict = "supports" if all(same) else "contradicts" if not any(same) else "inconclusive"
    return Answer(verdict, printed, "; ".join(dict.fromkeys(text for _, text in held)), tuple(row for row, _ in held))


def _figures(text: str) -> set[float]:
    return {float(one) for one in re.findall(r"\d*\.?\d+", text)}
