"""Rows of compounds: what they are, what they do to cells and animals, alone and with others."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from exportin.knowledge.columns import Identifier, Names, Number, Seen, Symbol, Text, YesNo
from exportin.knowledge.identifiers import Cas, InChIKey
from exportin.knowledge.measures import Unit, fitting_unit
from exportin.knowledge.schema.row import FactRow

__all__ = ["CombinationRow", "CompoundRow", "PartnerRow", "PharmacokineticRow", "SensitivityRow", "XenograftRow"]


class CompoundRow(FactRow):
    """An XPO1 inhibitor; structure columns are empty where the structure was not seen in a source."""

    key: ClassVar[tuple[str, ...]] = ("symbol",)

    named: ClassVar[tuple[str, ...]] = ("symbol", "name", "cas", "inchikey", "aliases")

    symbol: Symbol
    name: Text = Field(description="the name to show")
    aliases: Names = ()
    mechanism: Literal["irreversible_michael", "slowly_reversible_covalent", "reversible", "degrader"]
    warhead: Text = Field(description="the group that reacts with cysteine 528")
    formula: str = Field(default="", pattern=r"^(([A-Z][a-z]?\d*)+)?$", description="a molecular formula such as C17H11F6N7O")
    molar_mass: Number | None = Field(default=None, gt=0, description="g/mol")
    cas: Cas = ""
    inchikey: InChIKey = ""
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


class PharmacokineticRow(FactRow):
    """A published pharmacokinetic figure, shown beside the others of its kind, whether it is used or not."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    compound: Text = Field(description="name of the compound")
    quantity: Text = Field(description="such as CL/F, Cmax or AUC")
    value: Number
    sd: Number | None = Field(default=None, description="standard deviation between patients")
    unit: Unit = Field(min_length=1)
    system: Text = Field(description="dose and patients")
    used: YesNo = Field(description="whether the model meets or rests on it")

    @field_validator("unit")
    @classmethod
    def _unit_fits(cls, unit: str, info: ValidationInfo) -> str:
        return fitting_unit(info.data.get("quantity", ""), unit)


class SensitivityRow(FactRow):
    """How cells answer to a compound, as published: a value, a range or a bound."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    compound: Text = Field(description="name of the compound")
    system: Text = Field(description="which cells")
    genotype: str = ""
    measure: Text = Field(description="what was measured, such as IC50 of proliferation")
    value: Text = Field(description="the value, range or bound as published, without its unit")
    unit: Unit = ""
    seen: Seen

    @field_validator("unit")
    @classmethod
    def _unit_fits(cls, unit: str, info: ValidationInfo) -> str:
        return fitting_unit(info.data.get("measure", ""), unit)


class XenograftRow(FactRow):
    """What a compound did in animals."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    compound: Text = Field(description="name of the compound, or of several")
    model: Text = Field(description="the tumour")
    host: str = ""
    dose: str = ""
    schedule: str = ""
    outcome: str = Field(default="", description="what happened to the tumour; empty where only toxicity is told")
    toxicity: str = ""
    seen: Seen


class CombinationRow(FactRow):
    """What two drugs did together."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    drug1: Text = Field(description="name of one drug")
    drug2: Text = Field(description="name of the other")
    system: Text = Field(description="where it was observed")
    outcome: Text = Field(description="what the two did")
    effect: str = ""
    dependence: str = ""
    seen: Seen
