"""The consensus patterns of export signals: which places hold an anchor, which pocket of XPO1 it fills, and which residues may.

Every pattern is laid out from the residue in pocket P3, which all of them fill; a place is told by its distance from that residue along
the chain. A pattern of minus orientation is the mirror image of its plus form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from exportin.errors import BadTable
from exportin.text_table import read_columns, read_rows

__all__ = ["POCKETS", "Anchors", "Pattern", "anchors", "patterns"]

POCKETS = ("P0", "P1", "P2", "P3", "P4")
_FOLDER = Path(__file__).parent
_COLUMNS = ["id", "orientation", *POCKETS, "order", "source", "reason"]


@dataclass(frozen=True)
class Pattern:
    """One class of export signals.

    Attributes
    ----------
    id : str
        Name of the class, such as ``1a``.
    orientation : str
        ``plus``, or ``minus`` where the chain runs the other way through the groove.
    places : tuple of (int or None)
        Distance of the anchor of each pocket, P0 to P4, from that of P3; None where the pocket stays empty.
    order : int
        Of several classes that match at one place, that of the lowest order names the hit.
    source, reason : str
    """

    id: str
    orientation: str
    places: tuple[int | None, ...]
    order: int
    source: str
    reason: str

    @property
    def filled(self) -> tuple[int, ...]:
        """Distances of the anchors, in the order of the pockets."""
        return tuple(place for place in self.places if place is not None)

    @property
    def first(self) -> int:
        """Distance of the anchor that comes first in the chain."""
        return min(self.filled)

    @property
    def last(self) -> int:
        """Distance of the anchor that comes last in the chain."""
        return max(self.filled)


@dataclass(frozen=True)
class Anchors:
    """Which residues may be anchors.

    Attributes
    ----------
    strong : str
        Residues that may fill any pocket.
    weak : str
        Residues that may fill one pocket in place of a strong one.
    most_weak : int
        How many anchors of a signal may be weak.
    weak_places : int
        A weak anchor is one of so many that stand first in the order of the pockets.
    """

    strong: str
    weak: str
    most_weak: int
    weak_places: int


@lru_cache(maxsize=1)
def patterns() -> tuple[Pattern, ...]:
    """All classes, by their order.

    Examples
    --------
    >>> [pattern.id for pattern in patterns()][:4]
    ['PKI', '1a', '1c', '1d']
    """
    path = _FOLDER / "patterns.tsv"
    rows = read_columns(path, "pattern", _COLUMNS)
    found = [_pattern(dict(zip(_COLUMNS, row, strict=True)), f"{path.name}, line {line}") for line, row in rows]
    return tuple(sorted(found, key=lambda pattern: pattern.order))


def _pattern(row: dict[str, str], where: str) -> Pattern:
    try:
        places = tuple(None if row[pocket] == "-" else int(row[pocket]) for pocket in POCKETS)
        order = int(row["order"])
    except ValueError as error:
        raise BadTable(f"{where}: expected whole numbers as places and order ({error}).") from error
    way = {"plus": 1, "minus": -1}.get(row["orientation"])
    filled = [place * way for place in places if place is not None] if way else []
    if not filled or places[POCKETS.index("P3")] != 0 or filled != sorted(set(filled)):
        raise BadTable(f"{where}: expected a plus or minus pattern whose anchors stand in the order of the pockets, with P3 at 0.")
    return Pattern(row["id"], row["orientation"], places, order, row["source"], row["reason"])


@lru_cache(maxsize=1)
def anchors() -> Anchors:
    """Which residues may be anchors, as the table has it.

    Examples
    --------
    >>> anchors().strong, anchors().weak
    ('LIVMF', 'CWAT')
    """
    header, rows = read_rows(_FOLDER / "anchors.tsv", "rule")
    kinds = {row["kind"]: row for row in (dict(zip(header, fields, strict=True)) for _, fields in rows)}
    strong, weak = kinds["strong"], kinds["weak"]
    return Anchors(strong["residues"], weak["residues"], int(weak["most"]), {"first two": 2, "all": len(POCKETS)}[weak["places"]])
