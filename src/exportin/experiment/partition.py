"""What a prediction from a sequence says: N/C before and after a drug, and how far it moves, as numbers and as text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exportin.nes.hit import Hit
    from exportin.nes.strength import Strength

__all__ = ["Partition", "Range"]


@dataclass(frozen=True)
class Range:
    """Median, 5th and 95th percentile of an ensemble.

    Examples
    --------
    >>> print(Range(2.0, 0.5, 12.3456))
    2 (0.5 to 12.3)
    """

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.low:.3g} to {self.high:.3g})"

    def to_dict(self) -> dict[str, float]:
        """For JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Partition:
    """N/C of a protein by the export model. Make one with `exportin.experiment.from_sequence.predict_partition`.

    Attributes
    ----------
    record : str
        Name of the sequence.
    residues : int
    mass : float
        Of one chain, kDa; the particle that leaks may be larger, see `drawn`.
    hit : Hit or None
        The signal.
    strength : Strength
        Its affinity, and why.
    acts : float
        Probability that the signal acts; the weight of the draws with it.
    why : str
        Where `acts` is from.
    cell, drug, dose : str
    hours : float
    draws, seed : int
    untreated, treated, fold : Range
        N/C before the drug and after `hours` of it, and the second over the first, draw by draw: with and without the signal together.
    parts : dict of str to tuple of Range
        The same three for ``signal`` and ``no signal`` apart, as far as they have a weight.
    drawn : dict of str to str
        Range of each number of the protein.
    assumed : dict of str to str
        Which of these nobody gave, and why they are taken so.
    left_out : dict of str to int
        Draws that could not be computed.
    provenance : dict of str to dict
        What made each of the two ensembles.
    """

    record: str
    residues: int
    mass: float
    hit: Hit | None
    strength: Strength
    acts: float
    why: str
    cell: str
    drug: str
    dose: str
    hours: float
    draws: int
    seed: int
    untreated: Range
    treated: Range
    fold: Range
    parts: Mapping[str, tuple[Range, Range, Range]]
    drawn: Mapping[str, str]
    assumed: Mapping[str, str]
    left_out: Mapping[str, int]
    provenance: Mapping[str, Mapping[str, Any]] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; the keys are the attributes."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        told |= {name: getattr(self, name).to_dict() for name in ("strength", "untreated", "treated", "fold")}
        keys = ("untreated", "treated", "fold")
        told["parts"] = {name: {key: one.to_dict() for key, one in zip(keys, three, strict=True)} for name, three in self.parts.items()}
        told["hit"] = None if self.hit is None else self.hit.to_dict()
        return told | {name: dict(told[name]) for name in ("drawn", "assumed", "left_out", "provenance")}

    def __str__(self) -> str:
        return "\n".join([*self._head(), *self._table(), *self._foot()])

    def _head(self) -> list[str]:
        told = "no pattern of an export signal matches"
        if self.hit is not None:
            place = f"{self.hit.start}-{self.hit.end} {self.hit.sequence}"
            told = f"{place}, class {self.hit.pattern}, probability {self.hit.probability:.2f}; acts with {self.acts:.2f}: {self.why}"
        known = self.strength
        bound = "no binding to XPO1" if known.distribution is None else f"KD {known.quantity}, {known.grade} ({known.source})"
        asked = f"{self.cell}, {self.drug} {self.dose} for {self.hours:g} h"
        return [
            f"{self.record}: {self.residues} residues, {self.mass:.1f} kDa a chain; {asked}",
            f"signal    {told}",
            f"affinity  {self.strength.name}: {bound}",
        ]

    def _table(self) -> list[str]:
        rows = [("N/C", "untreated", f"after {self.hours:g} h", "fold")]
        rows += [("predicted", *map(str, (self.untreated, self.treated, self.fold)))]
        if len(self.parts) > 1:
            rows += [(f"  {name}", *map(str, three)) for name, three in self.parts.items()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]

    def _foot(self) -> list[str]:
        lost = sum(self.left_out.values())
        counted = f"median (5 % to 95 %) of {self.draws} draws" if self.draws > 1 else "one run at the tables' values"
        lines = [f"{counted}{f'; {lost} could not be computed' if lost else ''}; seed {self.seed}"]
        if len(self.parts) > 1 and not math.isclose(self.acts, 1.0):
            lines.append(f"predicted: {self.acts:.0%} with the signal and {1 - self.acts:.0%} without one, over the same draws")
        taken = [f"{name} {self.drawn[name]}" for name in self.assumed]
        return [*lines, *([f"assumed of the protein: {', '.join(taken)}"] if taken else [])]
