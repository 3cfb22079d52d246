"""A hit: a stretch of a sequence that fits a pattern, with its pockets, its probability and what speaks for and against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from exportin.nes.design import PHI, TERMS
from exportin.nes.records import Record
from exportin.nes.score import Scored, pattern_name

if TYPE_CHECKING:
    import pandas as pd

    from exportin.nes.known import Gate, KnownSignal
    from exportin.nes.records import LeftOut
    from exportin.nes.structure import Burial

__all__ = ["COLUMNS", "SAME", "Hit", "Hits", "Row", "make_hit"]

SAME = 7  # residues in common from which two stretches are the same signal
COLUMNS = (
    "record", "start", "end", "sequence", "pattern", "pockets", "probability", "rank", "patterns", "contributions",
    "known", "gates", "burial",
)  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """A candidate signal.

    Attributes
    ----------
    record : str
        Name of the sequence.
    start, end : int
        First and last residue of the core, from 1, both included; the core goes from the first to the last anchor.
    sequence : str
        Residues of the core.
    pattern : str
        Class of the pattern, such as ``1a``; ``-R`` at its end for minus orientation.
    pockets : dict of str to str
        Anchor in each pocket that is filled, such as ``{"phi1": "L39"}``.
    probability : float
        That this is a signal, if the protein is a cargo of XPO1 at all.
    contributions : dict of str to float
        What each term adds to the log odds; with ``baseline`` they sum up to them. A term is 0 where a candidate is like the mean one.
    rank : int
        Place among the hits of its record, the most probable first.
    patterns : tuple of str
        All classes that match with the same residue in P3.
    known : tuple of KnownSignal
        Signals of the tables of facts that it shares seven residues with.
    gates : tuple of Gate
        What is known to open or close it.
    burial : Burial, optional
        How open it lies in the structure that was given.
    """

    record: str
    start: int
    end: int
    sequence: str
    pattern: str
    pockets: Mapping[str, str]
    probability: float
    contributions: Mapping[str, float] = field(repr=False)
    rank: int
    patterns: tuple[str, ...]
    known: tuple[KnownSignal, ...] = ()
    gates: tuple[Gate, ...] = ()
    burial: Burial | None = None

    @property
    def log_odds(self) -> float:
        """Of being a signal, natural logarithm."""
        return sum(self.contributions.values())

    def shares(self, start: int, end: int) -> bool:
        """Whether it shares `SAME` residues with a span, or all of a shorter one; positions from 1, the end included."""
        return min(self.end, end) - max(self.start, start) + 1 >= min(SAME, end - start + 1, self.end - self.start + 1)

    @property
    def orientation(self) -> str:
        """``plus``, or ``minus`` where the chain runs the other way through the groove."""
        return "minus" if self.pattern.endswith("-R") else "plus"

    def to_dict(self) -> dict[str, Any]:
        """For JSON; the keys are the attributes."""
        told: dict[str, Any] = {name: getattr(self, name) for name in COLUMNS}
        told |= {"pockets": dict(self.pockets), "patterns": list(self.patterns)}
        told["contributions"] = {term: round(value, 4) for term, value in self.contributions.items()}
        told["probability"] = round(self.probability, 4)
        told["known"] = [one.to_dict() for one in self.known]
        told["gates"] = [one.to_dict() for one in self.gates]
        return told | {"burial": None if self.burial is None else self.burial.to_dict()}


class Row(NamedTuple):
    """A scored candidate that is not yet told as a `Hit`; a proteome has hundreds of thousands.

    Attributes
    ----------
    record : Record
    found : Scored
        Of the batch that the record was in.
    number : int
        Which of them.
    rank : int
    baseline : float
    """

    record: Record
    found: Scored
    number: int
    rank: int
    baseline: float

    @property
    def probability(self) -> float:
        """Of being a signal."""
        return float(self.found.probability[self.number])


class Hits(Sequence[Hit]):
    """Hits of one or more sequences, by record and from the most probable down. A hit is made when it is looked at.

    Attributes
    ----------
    records : tuple of Record
        What was scanned, in order.
    left_out : tuple of LeftOut
        What was not, each with its reason.
    """

    def __init__(
        self,
        rows: Sequence[Hit | Row],
        records: Sequence[Record],
        left_out: Sequence[LeftOut] = (),
        finish: Callable[[Hit, Record], Hit] | None = None,
    ) -> None:
        self._rows, self.records, self.left_out, self._finish = tuple(rows), tuple(records), tuple(left_out), finish

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> Hits: ...
    def __getitem__(self, index: int | slice) -> Hit | Hits:
        """A hit by its place, or some of them."""
        return self._some(self._rows[index]) if isinstance(index, slice) else self._made(self._rows[index])

    def _made(self, row: Hit | Row) -> Hit:
        if isinstance(row, Hit):
            return row
        hit = make_hit(row)
        return self._finish(hit, row.record) if self._finish else hit

    def _some(self, rows: Sequence[Hit | Row], records: Sequence[Record] | None = None) -> Hits:
        return Hits(rows, self.records if records is None else records, () if records is not None else self.left_out, self._finish)

    def __iter__(self) -> Iterator[Hit]:
        return map(self._made, self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} hits in {len(self.records)} sequences>"

    def __str__(self) -> str:
        from exportin.nes.write import write_table

        return write_table(self)

    def of(self, record: str) -> Hits:
        """Hits of one record.

        Raises
        ------
        UnknownName
        """
        from exportin.errors import UnknownName

        mine = [one for one in self.records if one.name == record]
        if not mine:
            raise UnknownName("record", record, [one.name for one in self.records])
        return self._some([row for row in self._rows if _name(row) == record], mine)

    def by_record(self) -> list[tuple[Record, list[Hit]]]:
        """Each record with its hits."""
        found: dict[str, list[Hit]] = {record.name: [] for record in self.records}
        for hit in self:
            found[hit.record].append(hit)
        return [(record, found[record.name]) for record in self.records]

    def above(self, cutoff: float) -> Hits:
        """Hits of at least this probability."""
        return self._some([row for row in self._rows if row.probability >= cutoff])

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "hits": [hit.to_dict() for hit in self],
            "records": [{"name": one.name, "length": len(one.letters), "notes": list(one.notes)} for one in self.records],
            "left_out": [{"name": one.name, "reason": one.reason} for one in self.left_out],
        }

    def to_pandas(self) -> pd.DataFrame:
        """A line a hit, with the columns of the table that the command writes."""
        import pandas as pd

        return pd.DataFrame([hit.to_dict() for hit in self], columns=pd.Index(COLUMNS))


def _name(row: Hit | Row) -> str:
    return row.record if isinstance(row, Hit) else row.record.name


def make_hit(row: Row) -> Hit:
    """One of the scored candidates of a batch as a hit."""
    record, found, number = row.record, row.found, row.number
    start, end, minus = int(found.start[number]), int(found.end[number]), bool(found.minus[number])
    letters = record.sequence
    terms = dict(zip(TERMS, found.terms[number].tolist(), strict=True))
    return Hit(
        record=record.name,
        start=start + 1,
        end=end + 1,
        sequence=letters[start : end + 1],
        pattern=pattern_name(int(found.main[number]), minus),
        pockets={phi: f"{letters[at]}{at + 1}" for phi, at in zip(PHI, found.anchored[number].tolist(), strict=True) if at >= 0},
        probability=row.probability,
        contributions={"baseline": row.baseline, **terms},
        rank=row.rank,
        patterns=tuple(pattern_name(one, minus) for one in found.matches[number].nonzero()[0].tolist()),
    )
