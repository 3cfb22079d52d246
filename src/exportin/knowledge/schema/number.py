"""Rows of numbers: parameters of the model, each with its defence."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from exportin import units
from exportin.errors import ExportinError
from exportin.knowledge.columns import NOTHING, Identifier, Keys, Number, Text
from exportin.knowledge.distribution import Distribution
from exportin.knowledge.schema.row import LEAST_REASON, TableRow

__all__ = ["ContextRow", "ParameterRow", "SetRow"]

LEAST_SPREAD = 2.0  # an assumed number is not known better than within a factor of two


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
