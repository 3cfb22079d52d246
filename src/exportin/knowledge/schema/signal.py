"""Rows of export signals: where the signal itself lies, what opens and closes it, how well it binds, and the protein that it is in."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from exportin.knowledge.columns import NOTHING, Gene, Identifier, Keys, Number, Text
from exportin.knowledge.identifiers import AccessionIfKnown
from exportin.knowledge.schema.row import FactRow

__all__ = ["AffinityRow", "CoreRow", "GateRow", "SequenceRow"]

_POCKET = re.compile(r"P([0-4])=([ACDEFGHIKLMNPQRSTVWY])(\d+)")
_RESIDUES = r"^[ACDEFGHIKLMNPQRSTVWY]*$"
Numbering = Literal["UniProt", "NESdb sequence", "built"]


def _end_fits(end: int | None, start: int | None) -> int | None:
    """The last residue of a span, if it goes with the first."""
    if (start is None) != (end is None):
        raise ValueError("both ends of a span, or neither")
    if start is not None and end is not None and end < start:
        raise ValueError(f"a residue from {start} on, where the span begins")
    return end


class GateRow(FactRow):
    """What opens or closes the export signal of a protein.

    A row that was ``seen`` has a source; one that was ``recalled`` has none, rests on memory alone, and is no better than an assumption.
    """

    key: ClassVar[tuple[str, ...]] = ("cargo", "start", "kind", "site", "agent")
    named: ClassVar[tuple[str, ...]] = ("cargo", "symbol", "uniprot")

    cargo: Identifier
    symbol: Gene = ""
    uniprot: AccessionIfKnown = ""
    start: int | None = Field(default=None, ge=1, description="first residue of the signal, empty where it is not known")
    end: int | None = Field(default=None, ge=1, validate_default=True, description="last residue of the signal, empty beside no first")
    kind: Literal["phosphorylation", "ubiquitin", "acetylation", "oxidation", "cleavage", "partner", "oligomer", "fold"]
    site: str = ""
    effect: Literal["opens", "closes"]
    agent: str = ""
    says: Text = Field(description="what was found, in a sentence")
    source: Keys = NOTHING
    grade: Literal["seen", "recalled"]

    @field_validator("end")
    @classmethod
    def _ends_fit(cls, end: int | None, info: ValidationInfo) -> int | None:
        return _end_fits(end, info.data.get("start"))

    @field_validator("grade")
    @classmethod
    def _seen_has_source(cls, grade: str, info: ValidationInfo) -> str:
        source = info.data.get("source")
        if source is not None and (grade == "seen") != (source != NOTHING):
            raise ValueError("seen beside keys of sources.bib, recalled without any")
        return grade


class CoreRow(FactRow):
    """The signal itself: the few residues within a longer span that XPO1 holds, or a well-known signal with its pockets."""

    key: ClassVar[tuple[str, ...]] = ("cargo", "numbering", "start", "end")
    named: ClassVar[tuple[str, ...]] = ("cargo", "uniprot")

    cargo: Identifier
    uniprot: AccessionIfKnown = ""
    numbering: Numbering = Field(description="the sequence that start and end count in")
    start: int = Field(ge=1, description="first residue")
    end: int = Field(ge=1, description="last residue")
    sequence: str = Field(min_length=1, pattern=_RESIDUES, description="one-letter residues")
    span_start: int | None = Field(default=None, ge=1, description="first residue of the span of NESdb that it belongs to")
    span_end: int | None = Field(default=None, ge=1, validate_default=True, description="last residue of that span")
    use: Literal["core", "region"] = Field(description="core, or region where the signal lies somewhere within")
    evidence: Literal["mutation", "deletion", "structure", "paper", "annotation"]
    orientation: Literal["plus", "minus", ""] = ""
    pockets: str = ""
    pdb: str = Field(default="", pattern=r"^(\d[A-Z0-9]{3}( \d[A-Z0-9]{3})*)?$", description="entries of the PDB between spaces")

    @field_validator("sequence")
    @classmethod
    def _length_fits(cls, residues: str, info: ValidationInfo) -> str:
        start, end = info.data.get("start"), info.data.get("end")
        if start is not None and end is not None and len(residues) != (expected := end - start + 1):
            raise ValueError(f"{expected} residues, from start to end, not {len(residues)}")
        return residues

    @field_validator("span_end")
    @classmethod
    def _span_is_near(cls, span_end: int | None, info: ValidationInfo) -> int | None:
        first, start, end = info.data.get("span_start"), info.data.get("start"), info.data.get("end")
        span_end = _end_fits(span_end, first)
        if span_end and first and start and end and (first > end or span_end < start):
            raise ValueError(f"a span that has residues of {start} to {end}")
        return span_end

    @field_validator("pockets")
    @classmethod
    def _pockets_fit(cls, text: str, info: ValidationInfo) -> str:
        found = [_POCKET.fullmatch(word) for word in text.split(" ")] if text else []
        if not all(found):
            raise ValueError("pockets such as P1=L38 P2=L42 between single spaces")
        places = [(int(one[1]), one[2], int(one[3])) for one in found if one]
        there = dict(enumerate(info.data.get("sequence", ""), start=info.data.get("start", 1)))
        for _, residue, number in places:
            if there and there.get(number) != residue:
                raise ValueError(f"residues of the sequence, of which {residue}{number} is none")
        numbers = [number for _, _, number in sorted(places, reverse=info.data.get("orientation") == "minus")]
        if numbers != sorted(numbers):
            raise ValueError("pockets in the order of the chain, from P0 where it is plus and from P4 where it is minus")
        return text


class AffinityRow(FactRow):
    """How well a signal binds XPO1 with RanGTP, as it was measured."""

    key: ClassVar[tuple[str, ...]] = ("name",)
    named: ClassVar[tuple[str, ...]] = ("name", "cargo")

    name: Text = Field(description="what the paper calls the signal")
    cargo: Identifier
    sequence: str = Field(default="", pattern=_RESIDUES, description="one-letter residues of the peptide")
    peptide: Literal["printed", "crystallised", "built", ""] = Field(default="", description="how the sequence is known")
    KD: Number | None = Field(default=None, gt=0, description="dissociation constant in the unit of the row")
    low: Number | None = Field(default=None, gt=0, description="lower end of its interval or range")
    high: Number | None = Field(default=None, gt=0, description="upper end of its interval or range")
    unit: Literal["uM"]
    outcome: Literal["measured", "range", "none"] = Field(description="measured, range, or none where no binding was seen")
    system: Text = Field(description="proteins and method")

    @field_validator("peptide")
    @classmethod
    def _sequence_is_told(cls, peptide: str, info: ValidationInfo) -> str:
        if "sequence" in info.data and bool(peptide) != bool(info.data["sequence"]):
            raise ValueError("printed, crystallised or built beside a sequence, and nothing without one")
        return peptide

    @field_validator("outcome")
    @classmethod
    def _numbers_fit(cls, outcome: str, info: ValidationInfo) -> str:
        if not {"KD", "low", "high"} <= set(info.data):
            return outcome
        value, low, high = (info.data[name] for name in ("KD", "low", "high"))
        there = tuple(number is not None for number in (value, low, high))
        if there != {"measured": (True, True, True), "range": (False, True, True), "none": (False, False, False)}[outcome]:
            raise ValueError("measured beside KD, low and high, range beside low and high alone, none without a number")
        ordered = [number for number in (low, value, high) if number is not None]
        if ordered != sorted(ordered):
            raise ValueError("a KD that lies from low to high")
        return outcome


class SequenceRow(FactRow):
    """A whole protein."""

    key: ClassVar[tuple[str, ...]] = ("cargo", "numbering")
    named: ClassVar[tuple[str, ...]] = ("cargo", "uniprot", "protein")
    unsearched: ClassVar[tuple[str, ...]] = ("sequence",)

    cargo: Identifier
    numbering: Numbering = Field(description="the sequence that signals count in")
    uniprot: AccessionIfKnown = ""
    protein: str = Field(default="", pattern=r"^([A-Z]{2,3}_?\d+\.\d+)?$", description="a protein number such as NP_057022.2")
    length: int = Field(ge=1, description="number of residues")
    sequence: str = Field(pattern=r"^[ACDEFGHIKLMNPQRSTUVWY]+$", description="one-letter residues")

    @field_validator("uniprot")
    @classmethod
    def _numbered_so(cls, accession: str, info: ValidationInfo) -> str:
        if "numbering" in info.data and bool(accession) != (info.data["numbering"] == "UniProt"):
            raise ValueError("an accession beside the numbering of UniProt, and none beside another")
        return accession

    @field_validator("sequence")
    @classmethod
    def _length_fits(cls, residues: str, info: ValidationInfo) -> str:
        length = info.data.get("length")
        if length is not None and len(residues) != length:
            raise ValueError(f"{length} residues, not {len(residues)}")
        return residues
