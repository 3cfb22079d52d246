"""The scenario file: what to simulate, in YAML, read strictly; every refusal names the line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exportin.errors import BadScenario
from exportin.experiment.ensemble import in_memory
from exportin.experiment.simulate import plan_study
from exportin.experiment.study import Study
from exportin.network.cell import Cell
from exportin.network.cell import cell as find_cell
from exportin.pharmacology.exposure import Exposure, exposure, regimen
from exportin.result import Result
from exportin.yaml_file import placed, read_text, validated

__all__ = ["Scenario", "read_scenario"]


@dataclass(frozen=True)
class Scenario:
    """A scenario, checked and ready to run.

    Attributes
    ----------
    title : str
    text : str
        The file as it was read.
    cell : Cell
    exposures : tuple of Exposure
    observe : tuple of str or None
    until : str
    population : mapping of str to int
        cells, draws, patients, seed.
    points : int
    tolerance : float
    """

    title: str
    text: str
    cell: Cell
    exposures: tuple[Exposure, ...]
    observe: tuple[str, ...] | None
    until: str
    population: Mapping[str, int]
    points: int
    tolerance: float

    def study(self, *, seed: int | None = None) -> Study:
        """What is to be computed; `seed` replaces the file's."""
        sizes = {name: self.population[name] for name in ("patients", "draws", "cells")}
        chosen = self.population["seed"] if seed is None else seed
        return plan_study(
            self.cell, self.exposures, self.until, self.observe, sizes, seed=chosen, points=self.points, tolerance=self.tolerance
        )

    def run(self, *, seed: int | None = None, progress: bool = False, workers: int | None = None) -> Result:
        """Simulate it in memory; `seed` replaces the file's."""
        return in_memory(self.study(seed=seed), workers=workers, progress=progress)


def read_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Read and check a scenario file.

    Raises
    ------
    BadScenario
        Unreadable or huge file, a wrong key or type (with its line).
    UnknownName, BadQuantity, BadRegimen, NotModelled
        From what the file names.
    """
    file = Path(path)
    return parse_scenario(read_text(file, "scenario"), file.name, file.parent)


def parse_scenario(text: str, name: str = "scenario", folder: Path | None = None) -> Scenario:
    r"""A `Scenario` from the text of its file; event tables are looked up beside it in `folder`.

    Examples
    --------
    >>> parse_scenario("title: none\ncell: HeLa\nuntil: 1 h\n").population["draws"]
    1
    """
    from exportin.experiment.scenario_schema import ScenarioFile

    tree, given = validated(text, name, ScenarioFile, "scenario")
    cell = placed(lambda: _cell(given), tree, name, ("cell",))
    exposures = tuple(
        placed(lambda one=one: _exposure(one, folder), tree, name, ("exposures", index)) for index, one in enumerate(given.exposures)
    )
    observe = tuple(given.observe) if given.observe is not None else None
    population = given.population.model_dump()
    return Scenario(given.title, text, cell, exposures, observe, given.until, population, given.points, given.tolerance)


def _cell(given: Any) -> Cell:
    cell = find_cell(given.cell, concentrations=given.concentrations)
    if given.pathways:
        cell = cell.with_pathways(*given.pathways)
    for symbol, cargo in given.cargoes.items():
        cell = cell.with_cargo(symbol, **{key: value for key, value in cargo.model_dump().items() if value is not None})
    for variant, share in given.variants.items():
        cell = cell.with_variant(variant, share)
    for gene, share in given.knockdown.items():
        cell = cell.knockdown(gene, share)
    return cell.with_parameters(**given.parameters).with_hypothesis(**given.hypotheses)


def _exposure(given: Any, folder: Path | None) -> Exposure:
    share = {"fu": given.fu, "accumulation": given.accumulation}
    body = {"body_surface": given.body_surface, "weight": given.weight, "species": given.species, "sex": given.sex}
    body["site"] = given.site
    drug = given.compound(folder)
    if given.concentration is not None:
        return exposure(drug, given.concentration, start=given.start, stop=given.stop, **share)
    if given.events is None:
        return regimen(drug, given.regimen, **body, **share)
    from exportin.pharmacology.exposure import RUN_IN
    from exportin.pharmacology.nonmem import read_event_table

    patients = read_event_table((folder or Path()) / given.events, memory=RUN_IN)
    if len(patients) != 1:
        raise BadScenario(f"{given.events!r} holds {len(patients)} individuals; a scenario is one individual's, so keep one ID.")
    return regimen(drug, next(iter(patients.values())), **share)
