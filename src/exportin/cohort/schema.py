"""Row models of the cohort's tables: numbers of the host and of each disease, grades, dose ladders, rules and published trials."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from exportin.knowledge.columns import Number, Text
from exportin.knowledge.schema import FactRow, ParameterRow

__all__ = [
    "BackgroundRow",
    "CalibratedRow",
    "CriterionRow",
    "DiseaseNumberRow",
    "DiseaseRow",
    "GradeRow",
    "LadderRow",
    "PublishedRow",
    "RuleRow",
]

Measure = Literal["platelets", "neutrophils", "sodium", "weight"]


class DiseaseRow(FactRow):
    """What a disease is followed by, and which cell contexts stand for its cells."""

    key: ClassVar[tuple[str, ...]] = ("disease", "stratum")

    disease: Text = Field(description="the name of the disease")
    stratum: Text = Field(description="a name for the patients with these cells, 'all' where there is one kind")
    share: Number = Field(gt=0, le=1, description="of the patients")
    cell: Text = Field(description="the cell context that stands for them")
    criterion: Literal["IMWG", "Lugano", "RECIST", "RANO", "AML", "SVR35"]
    visit_weeks: int = Field(ge=1, le=26, description="weeks between two assessments")


class DiseaseNumberRow(ParameterRow):
    """A number that belongs to one disease."""

    key: ClassVar[tuple[str, ...]] = ("disease", "id")

    disease: Text = Field(description="the name of a disease, or 'any'")


class GradeRow(FactRow):
    """The bound of a grade of an adverse event: a value below `below` has at least this grade."""

    key: ClassVar[tuple[str, ...]] = ("measure", "grade")

    measure: Measure
    event: Text = Field(description="name of the adverse event")
    grade: int = Field(ge=1, le=4)
    below: Number = Field(description="in the unit of the measure; a weight is a share of the first one")
    unit: Text


class LadderRow(FactRow):
    """A dose level of an indication, 0 the first."""

    key: ClassVar[tuple[str, ...]] = ("ladder", "level")

    ladder: Text = Field(description="name of the ladder")
    level: int = Field(ge=0)
    regimen: Text = Field(description="a week's doses, as a regimen is written")


class RuleRow(FactRow):
    """What is done with the dose where a measure is below a bound."""

    key: ClassVar[tuple[str, ...]] = ("measure", "below")

    measure: Measure
    below: Number = Field(description="the bound, in the unit of the measure")
    action: Literal["reduce", "hold"] = Field(description="a level less, at once or after an interruption until the measure has recovered")
    until: Number | None = Field(default=None, description="the measure at which a dose that was held goes on")


class PublishedRow(FactRow):
    """A published outcome of a trial."""

    key: ClassVar[tuple[str, ...]] = ("trial", "arm", "outcome")

    trial: Text
    arm: Text
    patients: int = Field(ge=1)
    outcome: Text = Field(description="name of the outcome")
    value: Number
    low: Number | None = None
    high: Number | None = None
    unit: Text
    role: Literal["calibration", "validation"]


class CriterionRow(FactRow):
    """A category of response to a treatment, and when it holds."""

    key: ClassVar[tuple[str, ...]] = ("criterion", "response")

    criterion: Text
    reads: Literal["M-protein", "lesions", "blasts", "spleen"] = Field(description="what it is measured on")
    response: Text = Field(description="name of the category")
    order: int = Field(ge=0, le=5, description="0 is progression, 1 no response, 3 and more a response")
    power: Number = Field(gt=0, description="what is measured goes with the burden to this power")
    of_first: Number | None = Field(default=None, description="at most this share of the first value")
    below: Number | None = Field(default=None, description="below this value")
    rise: Number | None = Field(default=None, description="at least this multiple of the lowest value")
    rise_absolute: Number | None = Field(default=None, description="at least so much above the lowest value")
    confirmed: Literal["yes", "no"] = Field(description="whether it takes two assessments in a row")


class BackgroundRow(FactRow):
    """A treatment that is known by what it does to a disease alone."""

    key: ClassVar[tuple[str, ...]] = ("name",)

    name: Text
    kills: Literal["yes", "no"] = Field(description="whether a control arm says how much it kills")


class CalibratedRow(FactRow):
    """A number that a calibration found, in one draw of the cell model."""

    key: ClassVar[tuple[str, ...]] = ("id", "draw")

    id: Text
    draw: int = Field(ge=0)
    value: Number
