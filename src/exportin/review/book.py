"""The ledger itself: entries in the order of the review, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from exportin.errors import UnknownName
from exportin.json_number import plain
from exportin.review.bench import Population
from exportin.review.shown import told_share
from exportin.review.tables import accepted
from exportin.review.verdict import SUPPORTS, VERDICTS

if TYPE_CHECKING:
    from exportin.knowledge.schema import ClaimRow, ContradictionRow, FactRow
    from exportin.review.experiments import Planned
    from exportin.review.measure import Part

__all__ = ["ROLES", "Entry", "Ledger", "Reading"]

Method = Literal["experiment", "query", "statistic", "none"]
ROLES = ("calibration", "validation", "fact")


@dataclass(frozen=True)
class Reading:
    """A claim under one choice of a hypothesis that is not the default."""

    hypothesis: str
    choice: str
    verdict: str
    observed: str


@dataclass(frozen=True)
class Entry:
    """A claim and what became of it.

    Attributes
    ----------
    claim : ClaimRow
    method : str
        ``experiment``, ``query``, ``statistic`` or ``none``.
    verdict : str
        One of `exportin.review.verdict.VERDICTS`.
    expected, observed : str
        In words, with figures.
    interval : tuple of float or None
        From a tenth to nine tenths of the draws, of the part that holds least; 95 % of a statistic.
    parts : tuple of Part
        Of an experiment.
    rows : tuple of FactRow
        Of a query.
    planned : Planned or None
        The experiment.
    readings : tuple of Reading
    contradictions : tuple of ContradictionRow
    notes : tuple of str
        What the method leaves out, or why there is none.
    """

    claim: ClaimRow
    method: Method
    verdict: str
    expected: str
    observed: str
    interval: tuple[float, float] | None = None
    parts: tuple[Part, ...] = ()
    rows: tuple[FactRow, ...] = ()
    planned: Planned | None = None
    readings: tuple[Reading, ...] = ()
    contradictions: tuple[ContradictionRow, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lost(self) -> bool:
        """Whether a validation claim that was accepted as supported is so no longer."""
        return self.claim.role == "validation" and accepted().get(self.claim.id) == SUPPORTS and self.verdict != SUPPORTS

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "id": self.claim.id,
            "section": self.claim.section,
            "role": self.claim.role,
            "method": self.method,
            "verdict": self.verdict,
            "expected": self.expected,
            "observed": self.observed,
            "interval": None if self.interval is None else [plain(one) for one in self.interval],
            "sources": list(self.claim.sources),
        }


@dataclass(frozen=True)
class Ledger(Sequence["Entry"]):
    """Entries in the order of the review.

    Attributes
    ----------
    entries : tuple of Entry
    population : Population
    control : str
        Name of the negative control; empty for none.
    """

    entries: tuple[Entry, ...]
    population: Population
    control: str = ""

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __getitem__(self, which: Any) -> Any:
        if isinstance(which, str):
            known = {entry.claim.id: entry for entry in self.entries}
            if which not in known:
                raise UnknownName("claim of this ledger", which, known)
            return known[which]
        return self.entries[which]

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many claims of each role have each verdict."""
        return {role: Counter(entry.verdict for entry in self.entries if entry.claim.role == role) for role in ROLES}

    @property
    def supported(self) -> Mapping[str, tuple[int, int]]:
        """Of each role the claims that are supported, and those that an experiment, query or statistic judged."""
        judged = {role: [one for one in self.entries if one.claim.role == role and one.method != "none"] for role in ROLES}
        return {role: (sum(one.verdict == SUPPORTS for one in some), len(some)) for role, some in judged.items()}

    @property
    def usual(self) -> bool:
        """Whether it is of the population that verdicts are accepted of, and nothing was taken out."""
        return self.population == Population() and not self.control

    @property
    def lost(self) -> tuple[Entry, ...]:
        """Validation claims that were accepted as supported and are so no longer."""
        return tuple(entry for entry in self.entries if entry.lost)

    @property
    def changed(self) -> tuple[Entry, ...]:
        """Claims whose verdict is not the accepted one."""
        return tuple(entry for entry in self.entries if accepted().get(entry.claim.id) != entry.verdict)

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return {"claims": [entry.to_dict() for entry in self.entries]}

    def __str__(self) -> str:
        lines = [f"{len(self.entries)} claims; experiments over {self.population.draws} draws of {self.population.cells} sister cells"]
        width = max(map(len, VERDICTS))
        lines.append(f"{'':{width}}  " + "  ".join(f"{role:>11}" for role in ROLES))
        for verdict in VERDICTS:
            lines.append(f"{verdict:{width}}  " + "  ".join(f"{self.counts[role].get(verdict, 0):>11}" for role in ROLES))
        shares = [f"{role} {told_share(*pair)}" for role, pair in self.supported.items()]
        return "\n".join([*lines, "supported of those judged: " + ", ".join(shares)])
