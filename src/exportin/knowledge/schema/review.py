"""Rows of what the review says, where it contradicts itself or others, and what was found later."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from exportin.knowledge.columns import Identifier, Text, YesNo
from exportin.knowledge.identifiers import ClaimId, ClaimIds, ContradictionId
from exportin.knowledge.schema.row import FactRow

__all__ = ["ClaimRow", "ContradictionRow", "LaterEvidenceRow"]


class ClaimRow(FactRow):
    """A statement of the review."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id",)

    id: ClaimId
    section: Text = Field(description="section of the review")
    entity: Text = Field(description="what the statement is about")
    says: Text = Field(description="the statement, in our words")
    kind: Literal["number", "direction", "statistic", "synergy", "mechanism"]
    value: str = ""
    unit: str = ""
    condition: str = ""
    role: Literal["calibration", "validation", "fact"]
    modelable: YesNo


class ContradictionRow(FactRow):
    """A place where the review contradicts itself, its sources or later data."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id",)
    refers: ClassVar[dict[str, str]] = {"claims": "claims"}

    id: ContradictionId
    says: Text = Field(description="what the review says")
    problem: Text = Field(description="what speaks against it")
    kind: Text = Field(description="what kind of contradiction it is")
    advice: str = ""
    claims: ClaimIds = ""
    hypothesis: str = ""


class LaterEvidenceRow(FactRow):
    """What work after the review says about its statements."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    named: ClassVar[tuple[str, ...]] = ("id",)
    refers: ClassVar[dict[str, str]] = {"claims": "claims"}

    id: Identifier
    claims: ClaimIds
    says: Text = Field(description="what was found")
    verdict: Literal["confirms", "contradicts", "qualifies"]
    year: int | None = Field(default=None, ge=1900, le=2100, description="the year of the work; empty where it was not seen")

    @field_validator("claims")
    @classmethod
    def _about_something(cls, claims: str) -> str:
        if not claims:
            raise ValueError("the number of at least one statement, such as C161")
        return claims
