"""The keys of a problem file and their types; nothing else is accepted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["Bounds", "Formula", "ProblemFile", "Setting"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Bounds(_Strict):
    """Where a number is searched, and whether in its logarithm."""

    low: float
    high: float
    scale: Literal["log10", "linear"] = "log10"

    @model_validator(mode="after")
    def _ordered(self) -> Bounds:
        if not self.low < self.high or (self.scale == "log10" and self.low <= 0):
            raise ValueError("bounds are two numbers, the lower first, and above zero on a log10 scale")
        return self


class Formula(_Strict):
    """What is measured, over the model's names, and its unit."""

    formula: str
    unit: str


class Setting(_Strict):
    """A number of the model that is set during the experiment."""

    time: str
    set: str
    to: float


class ProblemFile(_Strict):
    """A problem file."""

    title: str
    model: str
    data: str
    time_unit: Literal["s", "min", "h", "d"]
    observables: Annotated[dict[str, Formula], Field(min_length=1)]
    estimate: Annotated[dict[str, Bounds], Field(min_length=1)]
    fixed: dict[str, float] = {}
    changes: list[Setting] = []
    starts: Annotated[int, Field(ge=1, le=10_000)] = 20
    seed: Annotated[int, Field(ge=0)] = 0
