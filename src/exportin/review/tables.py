"""The review's own tables, read once."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exportin import units
from exportin.errors import BadTable, ExportinError, UnknownName

if TYPE_CHECKING:
    from exportin.review.schema import AcceptedRow, DoseRow, ReadingRow, UnmodelledRow, WordRow

__all__ = [
    "ACCEPTED", "accepted", "all_readings", "checked", "forget_accepted", "readings", "standard_dose", "tolerance", "unmodelled", "words",
]  # fmt: skip

_NUMBER = re.compile(r"-?\d+\.?\d*(e-?\d+)?")
HERE = Path(__file__).parent
ACCEPTED = HERE / "accepted.tsv"
_ROWS = {
    "words": "WordRow",
    "doses": "DoseRow",
    "tolerances": "ToleranceRow",
    "readings": "ReadingRow",
    "unmodelled": "UnmodelledRow",
    "accepted": "AcceptedRow",
}


@functools.cache
def _read(name: str) -> tuple[Any, ...]:
    from exportin.knowledge.table import read_table
    from exportin.review import schema

    return checked(HERE / f"{name}.tsv", read_table(HERE / f"{name}.tsv", getattr(schema, _ROWS[name])))


def checked(path: Path, rows: tuple[Any, ...]) -> tuple[Any, ...]:
    """The rows, if what they name is there.

    Raises
    ------
    BadTable
        With file and line.
    """
    for line, row in enumerate(rows, start=2):
        for column, told in _strays(row):
            raise BadTable(f"{path}:{line}, column {column!r}: {told}")
    return rows


def _strays(row: Any) -> Iterator[tuple[str, str]]:
    """Columns of a row that name what is nowhere, or hold what cannot be read, with the reason."""
    from exportin.knowledge import facts, sources
    from exportin.network.parameters import defaults, switches

    for key in getattr(row, "sources", ()) if hasattr(row, "source") else ():
        if key not in sources():
            yield "source", f"{key!r} given; expected a key of sources.bib."
    claims = {one.id for one in facts("claims")}
    if getattr(row, "claim", None) not in (None, *claims):
        yield "claim", str(UnknownName("claim", row.claim, claims))
    if hasattr(row, "hypothesis"):
        named = {name for name, one in switches().items() if len(one.choices) > 1}
        if row.hypothesis not in named:
            yield "hypothesis", str(UnknownName("hypothesis", row.hypothesis, named))
    if hasattr(row, "dose"):
        try:
            units.parse(row.dose, "uM", "dose", positive=True)
        except ExportinError as error:
            yield "dose", str(error)
    if hasattr(row, "meaning") and not row.value > 0:
        yield "value", f"{row.value:g} given; expected a number above 0."
    if getattr(row, "how", "") in ("set", "begin"):
        symbol = row.what.rpartition(":")[2]
        if symbol not in {**defaults(), **switches()}:
            yield "what", str(UnknownName("parameter or input", symbol, {**defaults(), **switches()}))
        if not _NUMBER.fullmatch(row.value):
            yield "value", f"{row.value!r} given; expected a number."


@functools.cache
def words() -> Mapping[str, Sequence[WordRow]]:
    """Rows of each word.

    Examples
    --------
    >>> [row.what for row in words()["crowded"]]
    ['density']
    """
    found: dict[str, list[WordRow]] = {}
    for row in _read("words"):
        found.setdefault(row.word, []).append(row)
    return found


def standard_dose(drug: str) -> DoseRow:
    """The concentration of a drug where the review names none.

    Raises
    ------
    UnknownName

    Examples
    --------
    >>> standard_dose("selinexor").dose
    '1 uM'
    """
    rows = {row.drug: row for row in _read("doses")}
    if drug not in rows:
        raise UnknownName("drug with a standard dose", drug, rows)
    return rows[drug]


def tolerance(name: str) -> float:
    """What counts as a change.

    Examples
    --------
    >>> 0 < tolerance("share_change") < 0.5
    True
    """
    rows = {row.id: row.value for row in _read("tolerances")}
    if name not in rows:
        raise UnknownName("tolerance", name, rows)
    return rows[name]


def readings(claim: str) -> tuple[ReadingRow, ...]:
    """Hypotheses under each choice of which a claim is shown."""
    return tuple(row for row in _read("readings") if row.claim == claim)


def all_readings() -> tuple[ReadingRow, ...]:
    """Every hypothesis with the claim that is shown under it."""
    return _read("readings")


def unmodelled(claim: str) -> tuple[UnmodelledRow, ...]:
    """What of a claim is out of reach."""
    return tuple(row for row in _read("unmodelled") if row.claim == claim)


def accepted() -> Mapping[str, str]:
    """The accepted verdict of each claim."""
    rows: Sequence[AcceptedRow] = _read("accepted")
    return {row.claim: row.verdict for row in rows}


def forget_accepted() -> None:
    """Read the accepted verdicts anew when they are asked for again."""
    _read.cache_clear()
