"""The review's own tables, read once."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exportin.errors import UnknownName

if TYPE_CHECKING:
    from exportin.review.schema import AcceptedRow, DoseRow, ReadingRow, UnmodelledRow, WordRow

__all__ = ["ACCEPTED", "accepted", "forget_accepted", "readings", "standard_dose", "tolerance", "unmodelled", "words"]

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

    return read_table(HERE / f"{name}.tsv", getattr(schema, _ROWS[name]))


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
