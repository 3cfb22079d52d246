"""Row models, one a table: what a row must hold before it is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from exportin import units
from exportin.errors import ExportinError
from exportin.knowledge.columns import NOTHING, Accession, Identifier, Keys, Names, Number, Symbol, Text
from exportin.knowledge.distribution import Distribution

__all__ = [
    "CargoRow",
    "CellRow",
    "CompoundRow",
    "ContextRow",
    "FactRow",
    "LandmarkRow",
    "MachineryRow",
    "ObservationRow",
    "ParameterRow",
    "PartnerRow",
    "PharmacokineticRow",
    "SetRow",
    "TableRow",
]

LEAST_REASON = 20  # characters; shorter than that nobody has given a reason
LEAST_SPREAD = 2.0  # an assumed number is not known better than within a factor of two


class TableRow(BaseModel):
    """A row of any table: frozen, no columns but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    key: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:  # declared by each table; fields of a base class would be validated before those they depend on
        source: str
        reason: str

    @classmethod
    def columns(cls) -> list[str]:
        """Names of the columns, the source and the reason last."""
        return sorted(cls.model_fields, key=lambda column: column in {"source", "reason"})

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of sources.bib."""
        return () if self.source == NOTHING else tuple(self.source.split())

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that the row's subject is called."""
        found = [getattr(self, column, "") for column in ("symbol", "name", "id", "uniprot", "cellosaurus", "hgnc")]
        return tuple(dict.fromkeys([name for name in found if name] + list(getattr(self, "aliases", ()))))


class FactRow(TableRow):
    """A row that states a fact: it has a source and says why it is believed."""

    source: Keys = Field(description="at least one key of sources.bib")
    reason: str = Field(min_length=LEAST_REASON, description=f"why the row is believed, in {LEAST_REASON} characters or more")


class CompoundRow(FactRow):
    """An XPO1 inhibitor; structure columns are empty where the structure was not seen in a source."""

    key: ClassVar[tuple[str, ...]] = ("symbol",)

    symbol: Symbol
    name: Text = Field(description="the name to show")
    aliases: Names = ()
    mechanism: Literal["irreversible_michael", "slowly_reversible_covalent", "reversible", "degrader"]
    warhead: Text = Field(description="the group that reacts with cysteine 528")
    formula: str = Field(default="", pattern=r"^(([A-Z][a-z]?\d*)+)?$", description="a molecular formula such as C17H11F6N7O")
    molar_mass: Number | None = Field(default=None, gt=0, description="g/mol")
    inchikey: str = Field(default="", pattern=r"^([A-Z]{14}-[A-Z]{10}-[A-Z])?$", description="a standard InChIKey")
    smiles: str = Field(default="", pattern=r"^[^\s]*$", description="SMILES without blanks")
    status: Text = Field(description="how far the compound has come")

    @field_validator("molar_mass")
    @classmethod
    def _mass_needs_formula(cls, mass: float | None, info: ValidationInfo) -> float | None:
        if mass is not None and not info.data.get("formula"):
            raise ValueError("a molar mass only beside its formula")
        return mass


class PartnerRow(FactRow):
    """A drug that is no XPO1 inhibitor and that the model knows as an input of a pathway."""

    key: ClassVar[tuple[str, ...]] = ("symbol",)

    symbol: Identifier = Field(description="the input of the model")
    name: Text = Field(description="the name to show")
    aliases: Names = ()
    acts_on: Text = Field(description="what it meets: a gene's symbol, or words")
    pathway: Text = Field(description="the pathway that reads the input")
    amount: Text = Field(description="which concentration the input is")


class ProteinRow(FactRow):
    """A human protein of the model."""

    key: ClassVar[tuple[str, ...]] = ("symbol",)

    symbol: Symbol
    name: Text = Field(description="the name to show")
    aliases: Names = ()
    uniprot: Accession
    hgnc: str = Field(default="", pattern=r"^(HGNC:\d+)?$", description="an HGNC number such as HGNC:11998")
    mass: Number | None = Field(default=None, gt=0, description="mass of one chain in kDa")


class CargoRow(ProteinRow):
    """A protein that XPO1 carries out of the nucleus."""

    nes_start: int | None = Field(default=None, ge=1, description="first residue of the export signal")
    nes_end: int | None = Field(default=None, ge=1, description="last residue of the export signal")
    nes_sequence: str = Field(default="", pattern=r"^[ACDEFGHIKLMNPQRSTVWY]*$", description="one-letter residues")
    evidence: Text = Field(description="what shows that XPO1 exports it")

    @field_validator("nes_sequence")
    @classmethod
    def _length_fits(cls, residues: str, info: ValidationInfo) -> str:
        start, end = info.data.get("nes_start"), info.data.get("nes_end")
        expected = 0 if start is None or end is None else end - start + 1
        if len(residues) != expected:
            raise ValueError(f"{expected} residues, from nes_start to nes_end")
        return residues


class MachineryRow(ProteinRow):
    """A protein of the transport machinery."""

    role: Text = Field(description="what the protein does in the cycle")


class CellRow(FactRow):
    """A cell line: only what is known about it, never a number fitted to an outcome."""

    key: ClassVar[tuple[str, ...]] = ("name",)

    name: Text = Field(description="the name to show")
    aliases: Names = ()
    cellosaurus: str = Field(
        default="", pattern=r"^(CVCL_[A-Z0-9]{4})?$", description="a Cellosaurus accession such as CVCL_0030"
    )
    disease: str = ""
    tissue: str = ""
    TP53: Literal["wild type", "null", "inactivated", "mutant", "unknown"]
    TP53_detail: str = ""
    NPM1: Literal["wild type", "mutant", "unknown"]
    NPM1_detail: str = ""
    genotype: str = ""


class ObservationRow(FactRow):
    """Something that was observed, for people to look up; no model reads its value."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    about: Names
    statement: Text = Field(description="one sentence with its numbers")
    system: Text = Field(description="where it was observed")


class LandmarkRow(FactRow):
    """A published figure that one of our observables is shown beside; no model reads it."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    observable: Text = Field(description="name of the observable")
    value: float = Field(description="the published figure", allow_inf_nan=False)
    unit: Text
    system: Text = Field(description="where it was measured or computed")


class PharmacokineticRow(FactRow):
    """A published pharmacokinetic figure, shown beside the others of its kind, whether it is used or not."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    compound: Text = Field(description="name of the compound")
    quantity: Text = Field(description="such as CL/F, Cmax or AUC")
    value: Number
    sd: Number | None = Field(default=None, description="standard deviation between patients")
    unit: Text
    system: Text = Field(description="dose and patients")
    used: Literal["yes", "no"] = Field(description="whether the model meets or rests on it")

    @property
    def names(self) -> tuple[str, ...]:
        """The figure and its compound."""
        return (self.id, self.compound)


class ParameterRow(TableRow):
    """A number of the model with its defence.

    A measured or fitted number has a source; an assumed one has a reason and a range of at least a factor two.

    Examples
    --------
    >>> row = ParameterRow(id="alpha", value=750, unit="1", distribution="loguniform 500 1000", grade="measured", source="Dong09")
    >>> row.value, row.sources
    (750.0, ('Dong09',))
    """

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    value: Number = Field(description="a finite number such as 0.25 or 1e-4")
    unit: Text = Field(description="a unit, 1 for a number without dimension")
    distribution: Text = Field(description="fixed, uniform LO HI, loguniform LO HI or lognormal LO HI @68%")
    grade: Literal["measured", "fitted", "assumed"] = Field(description="measured, fitted or assumed")
    system: str = NOTHING
    source: Keys = Field(default=NOTHING, validate_default=True)
    reason: str = Field(default=NOTHING, validate_default=True)

    @field_validator("unit")
    @classmethod
    def _unit_is_understood(cls, unit: str) -> str:
        try:
            volume = units.dimension(unit)[1]
        except ExportinError as error:
            raise ValueError(f"a unit that is understood: {error}") from error
        if not volume.is_integer():
            raise ValueError(f"a unit made of amounts, volumes, times and masses, not the length in {unit!r}")
        return unit

    @field_validator("distribution")
    @classmethod
    def _distribution_holds_the_value(cls, text: str, info: ValidationInfo) -> str:
        try:
            spread = Distribution.parse(text)
        except ExportinError as error:
            raise ValueError(f"a distribution: {error}") from error
        value = info.data.get("value")
        if value is not None and not spread.contains(value):
            raise ValueError(f"a range that holds the value {value:g}")
        return text

    @field_validator("grade")
    @classmethod
    def _assumed_is_wide(cls, grade: str, info: ValidationInfo) -> str:
        text, value = info.data.get("distribution"), info.data.get("value")
        if grade == "assumed" and text is not None and value != 0 and Distribution.parse(text).spread < LEAST_SPREAD:
            raise ValueError(f"an assumed number to have a range of at least a factor {LEAST_SPREAD:g}, not {text!r}")
        return grade

    @field_validator("source")
    @classmethod
    def _measured_has_source(cls, source: str, info: ValidationInfo) -> str:
        grade = info.data.get("grade")
        if source == NOTHING and grade in {"measured", "fitted"}:
            raise ValueError(f"at least one key of sources.bib, because the number is {grade}")
        return source

    @field_validator("reason")
    @classmethod
    def _assumed_has_reason(cls, reason: str, info: ValidationInfo) -> str:
        if info.data.get("grade") == "assumed" and len(reason) < LEAST_REASON:
            raise ValueError(f"why the number was assumed, in {LEAST_REASON} characters or more")
        return reason


class ContextRow(ParameterRow):
    """A number that belongs to one cell."""

    key: ClassVar[tuple[str, ...]] = ("cell", "id")

    cell: Text = Field(description="the name of a cell")


class SetRow(ParameterRow):
    """A number that belongs to a named set of numbers."""

    key: ClassVar[tuple[str, ...]] = ("set", "id")

    set: Text = Field(description="the name of the set")
