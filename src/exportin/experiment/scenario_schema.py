"""The keys of a scenario file and their types; nothing else is accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from exportin.pharmacology.compound import Compound
from exportin.pharmacology.compound import compound as find_compound

__all__ = ["CargoEntry", "ExposureEntry", "Population", "ScenarioFile"]

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class CargoEntry(_Strict):
    """A cargo of the user's own."""

    nes_kd: str
    total: str = "50 nM"
    mass: str = "60 kDa"
    kimp: str = "0.1 /min"
    leak: str | None = None
    anchored: bool = False


class ExposureEntry(_Strict):
    """One drug: a concentration in the dish, a regimen, or an event table."""

    drug: str
    concentration: str | None = None
    regimen: str | None = None
    events: str | None = None
    start: str = "0 h"
    stop: str | None = None
    fu: float | None = None
    accumulation: float | None = None
    body_surface: str | None = None
    weight: str | None = None
    species: str = "human"
    sex: str | None = None
    site: str | None = None
    mechanism: str | None = None
    molar_mass: str | None = None
    rates: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_way(self) -> ExposureEntry:
        ways = [name for name in ("concentration", "regimen", "events") if getattr(self, name) is not None]
        if len(ways) != 1:
            raise ValueError(f"an exposure has exactly one of concentration, regimen, events (found {', '.join(ways) or 'none'})")
        if ways[0] != "concentration" and (self.stop is not None or self.start != "0 h"):
            raise ValueError("start and stop go with a concentration; a regimen says itself when its doses are")
        if ways[0] != "regimen" and (self.body_surface is not None or self.weight is not None):
            raise ValueError("body_surface and weight go with a regimen in mg/m2 or mg/kg")
        if ways[0] != "regimen" and (self.species != "human" or self.sex is not None or self.site is not None):
            raise ValueError("species, sex and site go with a regimen")
        return self

    def compound(self, folder: Path | None = None) -> Compound:
        """The drug, with the rates of this entry; a file of its own is looked up in `folder`."""
        drug = (folder or Path()) / self.drug if self.drug.endswith((".yaml", ".yml")) else self.drug
        return find_compound(drug, mechanism=self.mechanism, molar_mass=self.molar_mass, **self.rates)


class Population(_Strict):
    """Sizes of the axes, which cross, and the seed."""

    cells: Count = 1
    draws: Count = 1
    patients: Count = 1
    seed: Annotated[int, Field(ge=0)] = 0


class ScenarioFile(_Strict):
    """A scenario file."""

    title: str
    cell: str
    until: str
    exposures: list[ExposureEntry] = []
    observe: list[str] | None = None
    population: Population = Population()
    concentrations: str | None = None
    pathways: list[str] = []
    parameters: dict[str, float | str] = {}
    hypotheses: dict[str, str] = {}
    variants: dict[str, Share] = {}
    knockdown: dict[str, Share] = {}
    cargoes: dict[str, CargoEntry] = {}
    points: Annotated[int, Field(ge=2, le=100_000)] = 301
    tolerance: Annotated[float, Field(ge=1e-12, le=1e-3)] = 1e-7
