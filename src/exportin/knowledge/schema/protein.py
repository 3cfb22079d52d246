"""Rows of proteins: cargoes, their export signals, the transport machinery."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from exportin.knowledge.columns import Answer, Gene, Identifier, Names, Number, Symbol, Text, YesNo
from exportin.knowledge.identifiers import Accession, AccessionIfKnown, Hgnc
from exportin.knowledge.schema.row import FactRow

__all__ = ["CargoRow", "MachineryRow", "SignalRow"]


class CargoRow(FactRow):
    """A protein that XPO1 carries out of the nucleus, of whatever species.

    The human protein of a gene has the symbol as its id; a protein of another species has an id of its own and the symbol of its human
    counterpart, or none.
    """

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id", "symbol", "name", "printed", "uniprot", "hgnc", "aliases")

    id: Identifier
    name: Text = Field(description="the name to show")
    printed: Names = Field(default=(), description="how Table 1 of the review prints it, spellings between semicolons")
    table1: int = Field(ge=0, le=2, description="how often Table 1 of the review lists it: 0, 1 or 2")
    slip: str = ""
    symbol: Gene = ""
    aliases: Names = ()
    uniprot: AccessionIfKnown = ""
    organism: str = Field(default="", description="the species or virus, such as Homo sapiens; empty where the study does not name it")
    hgnc: Hgnc = ""
    mass: Number | None = Field(default=None, gt=0, description="mass of one chain in kDa")
    nesdb: str = Field(default="", pattern=r"^(\d+( \d+)*)?$", description="numbers of entries of NESdb between spaces")
    doubt: Answer = Field(description="yes, no or unknown: whether NESdb doubts that XPO1 exports it")
    evidence: Text = Field(description="what shows that XPO1 exports it")

    @field_validator("table1")
    @classmethod
    def _listed_as_printed(cls, table1: int, info: ValidationInfo) -> int:
        if "printed" in info.data and bool(table1) != bool(info.data["printed"]):
            raise ValueError("1 or 2 beside a printed name, and 0 without one")
        return table1


class SignalRow(FactRow):
    """An export signal of a cargo: where it lies, and what was shown of it."""

    key: ClassVar[tuple[str, ...]] = ("cargo", "start", "end")
    named: ClassVar[tuple[str, ...]] = ("cargo",)
    refers: ClassVar[dict[str, str]] = {"cargo": "cargoes"}

    cargo: Identifier
    start: int = Field(ge=1, description="first residue of the signal")
    end: int = Field(ge=1, description="last residue of the signal")
    sequence: str = Field(pattern=r"^[ACDEFGHIKLMNPQRSTVWY]+$", description="one-letter residues")
    numbering: Literal["UniProt", "NESdb sequence"] = Field(description="the sequence that start and end count in")
    lmb: Answer = Field(description="yes, no or unknown: whether leptomycin B stops its export")
    binds: Answer = Field(description="yes, no or unknown: whether it was seen to bind XPO1")
    mutated_export: str = ""
    mutated_binding: str = ""
    doubt: YesNo = Field(description="yes or no: whether the signal is in doubt")

    @field_validator("sequence")
    @classmethod
    def _length_fits(cls, residues: str, info: ValidationInfo) -> str:
        start, end = info.data.get("start"), info.data.get("end")
        if start is not None and end is not None and len(residues) != (expected := end - start + 1):
            raise ValueError(f"{expected} residues, from start to end, not {len(residues)}")
        return residues


class MachineryRow(FactRow):
    """A protein of the transport machinery."""

    key: ClassVar[tuple[str, ...]] = ("symbol",)

    symbol: Symbol
    name: Text = Field(description="the name to show")
    kind: Literal["exportin", "importin", "other exporter", "Ran cycle", "pore", "adaptor"]
    aliases: Names = ()
    uniprot: Accession
    hgnc: Hgnc = ""
    mass: Number | None = Field(default=None, gt=0, description="mass of one chain in kDa")
    role: Text = Field(description="what the protein does in the cycle")
