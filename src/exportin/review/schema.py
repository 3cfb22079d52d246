"""Row models of the review's own tables: words, doses, tolerances, readings and what is not modelled."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from exportin.knowledge.columns import NOTHING, Identifier, Keys, Number, Text
from exportin.knowledge.schema import FactRow, TableRow

__all__ = ["AcceptedRow", "DoseRow", "ReadingRow", "ToleranceRow", "UnmodelledRow", "WordRow"]


class _ReasonedRow(TableRow):
    """A row with a reason, and a source where there is one."""

    source: Keys = Field(default=NOTHING, validate_default=True)
    reason: str = Field(min_length=20, description="why, in 20 characters or more")


class WordRow(_ReasonedRow):
    """A word of an experiment and one thing that it does to the cell; a word may have several rows."""

    key: ClassVar[tuple[str, ...]] = ("word", "what")

    word: Text = Field(description="as it stands in an experiment")
    place: Literal["genotype", "exposure"]
    how: Literal["set", "begin", "choose", "variant", "cargo"] = Field(description="how the cell is changed; begin is from time zero on")
    what: Text = Field(description="parameter, input (with its pathway, where it begins), hypothesis, variant or cargo")
    value: Text = Field(description="a number, a choice or an affinity")


class DoseRow(_ReasonedRow):
    """The concentration of a drug where the review names none."""

    key: ClassVar[tuple[str, ...]] = ("drug",)

    drug: Text
    dose: Text = Field(description="a concentration in the dish")


class ToleranceRow(_ReasonedRow):
    """What counts as a change, and as none."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: Identifier
    value: Number
    meaning: Text


class ReadingRow(_ReasonedRow):
    """A claim that is shown under each choice of a hypothesis of the model."""

    key: ClassVar[tuple[str, ...]] = ("claim", "hypothesis")

    claim: str = Field(pattern=r"^C\d{3}$", description="a claim such as C161")
    hypothesis: Identifier


class UnmodelledRow(FactRow):
    """A claim that no experiment, query or statistic can judge, or what of a claim an experiment leaves out."""

    key: ClassVar[tuple[str, ...]] = ("claim", "part")

    claim: str = Field(pattern=r"^C\d{3}$", description="a claim such as C161")
    part: Literal["all", "some"] = Field(description="whether all of the claim is out of reach, or some of it")


class AcceptedRow(TableRow):
    """The verdict that was accepted for a claim."""

    key: ClassVar[tuple[str, ...]] = ("claim",)

    claim: str = Field(pattern=r"^C\d{3}$", description="a claim such as C161")
    verdict: Literal["supports", "contradicts", "inconclusive", "inconsistent in the source", "not modelled"]
