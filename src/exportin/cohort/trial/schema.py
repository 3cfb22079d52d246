"""The keys of a trial file and their types; nothing else is accepted."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["ArmEntry", "BackgroundEntry", "PopulationEntry", "RangeEntry", "StratumEntry", "TrialFile"]

Share = Annotated[float, Field(gt=0, le=1)]
Part = Annotated[float, Field(ge=0, lt=1)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Positive = Annotated[float, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class BackgroundEntry(_Strict):
    """A treatment declared by what it does: an empirical one."""

    name: str
    kill: Annotated[float, Field(ge=0)] = 0.0  # 1/week, of the median patient
    wane: Annotated[float, Field(ge=0)] = 0.0  # 1/day
    platelets: Part = 0.0  # share of their production held back


class ArmEntry(_Strict):
    """One arm."""

    name: Annotated[str, Field(min_length=1)]
    patients: Count
    regimen: str | None = None
    ladder: str | list[str] | None = None
    background: str | BackgroundEntry = "none"
    intensity: Positive = 1.0
    rules: bool | None = None
    agonist: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _one_way(self) -> ArmEntry:
        if self.regimen is not None and self.ladder is not None:
            raise ValueError("an arm has a regimen (one level) or a ladder (several), not both")
        return self


class StratumEntry(_Strict):
    """Patients with one kind of tumour cells."""

    name: Annotated[str, Field(min_length=1)]
    share: Share
    cell: str
    parameters: dict[str, float | str] = {}
    knockdown: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}
    variants: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}
    hazard: Positive = 1.0


class RangeEntry(_Strict):
    """Least and most of a measure before treatment."""

    least: float | None = None
    most: float | None = None


class PopulationEntry(_Strict):
    """How often the trial is run."""

    draws: Count = 1
    replicates: Count = 1
    seed: Annotated[int, Field(ge=0)] = 0


class TrialFile(_Strict):
    """A trial file."""

    title: str
    disease: str
    until: str
    arms: Annotated[list[ArmEntry], Field(min_length=1)]
    drug: str = "selinexor"
    criterion: str | None = None
    visits: str | None = None
    strata: list[StratumEntry] | None = None
    eligible: dict[str, RangeEntry] = {}
    numbers: dict[str, float] = {}
    published: str | None = None
    population: PopulationEntry = PopulationEntry()
