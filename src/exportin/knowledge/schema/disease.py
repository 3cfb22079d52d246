"""Rows of cells, pathways, diseases and trials, and of what was observed."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from exportin.knowledge.columns import Identifier, Names, Seen, Text, YesNo
from exportin.knowledge.identifiers import Cellosaurus, Trial
from exportin.knowledge.measures import Unit
from exportin.knowledge.schema.row import FactRow

__all__ = ["CellRow", "DiseaseRow", "EdgeRow", "LandmarkRow", "ObservationRow", "TrialRow"]


class CellRow(FactRow):
    """A cell line: only what is known about it, never a number fitted to an outcome."""

    key: ClassVar[tuple[str, ...]] = ("name",)
    named: ClassVar[tuple[str, ...]] = ("name", "cellosaurus", "aliases")

    name: Text = Field(description="the name to show")
    aliases: Names = ()
    cellosaurus: Cellosaurus = ""
    disease: str = ""
    tissue: str = ""
    TP53: Literal["wild type", "null", "inactivated", "mutant", "unknown"]
    TP53_detail: str = ""
    NPM1: Literal["wild type", "mutant", "unknown"]
    NPM1_detail: str = ""
    genotype: str = ""


class EdgeRow(FactRow):
    """One thing changes another: an arrow of a pathway, with its sign."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    actor: Text = Field(description="what changes the other: a gene's symbol, or words")
    effect: Literal["increases", "decreases", "none"]
    target: Text = Field(description="what is changed: a gene's symbol, or words")
    what: Text = Field(description="what of the target changes")
    pathway: Text = Field(description="the pathway")
    system: Text = Field(description="where it was observed")
    modelled: YesNo
    seen: Seen


class DiseaseRow(FactRow):
    """What the level of XPO1 goes with in a disease."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id", "disease")

    id: Identifier
    disease: Text = Field(description="the disease")
    kind: Literal["expression", "survival", "association"]
    cohort: str = ""
    n: int | None = Field(default=None, ge=1, description="number of patients or samples")
    assay: str = ""
    says: Text = Field(description="one sentence")
    direction: str = ""
    value: str = ""
    p: str = ""
    seen: Seen


class TrialRow(FactRow):
    """A clinical trial: what it tested, what came out and what became of it."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id", "name", "nct")

    id: Identifier
    nct: Trial = ""
    name: str = ""
    drug: Text = Field(description="the drugs")
    disease: Text = Field(description="the disease")
    phase: str = ""
    n: int | None = Field(default=None, ge=1, description="number of patients")
    design: str = ""
    outcome: str = ""
    became: str = ""
    seen: Seen


class ObservationRow(FactRow):
    """Something that was observed, for people to look up; no model reads its value."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    about: Names
    statement: Text = Field(description="one sentence with its numbers")
    system: Text = Field(description="where it was observed")
    seen: Seen


class LandmarkRow(FactRow):
    """A published figure that one of our observables is shown beside; no model reads it."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    observable: Text = Field(description="name of the observable")
    value: float = Field(description="the published figure", allow_inf_nan=False)
    unit: Unit = Field(min_length=1)
    system: Text = Field(description="where it was measured or computed")
