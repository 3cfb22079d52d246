"""The scenario file: what to simulate, in YAML, read strictly; every refusal names the line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exportin.errors import BadScenario, ExportinError
from exportin.experiment.ensemble import in_memory
from exportin.experiment.simulate import plan_study
from exportin.experiment.study import Study
from exportin.network.cell import Cell
from exportin.network.cell import cell as find_cell
from exportin.pharmacology.exposure import Exposure, exposure, regimen
from exportin.result import Result

__all__ = ["Scenario", "read_scenario"]

LARGEST = 1_000_000  # bytes; a scenario is a page, not a data file


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
    return parse_scenario(_read(file), file.name, file.parent)


def parse_scenario(text: str, name: str = "scenario", folder: Path | None = None) -> Scenario:
    r"""A `Scenario` from the text of its file; event tables are looked up beside it in `folder`.

    Examples
    --------
    >>> parse_scenario("title: none\ncell: HeLa\nuntil: 1 h\n").population["draws"]
    1
    """
    from pydantic import ValidationError

    from exportin.experiment.scenario_schema import ScenarioFile

    tree = _load_yaml(text, name)
    try:
        given = ScenarioFile.model_validate(_plain(tree))
    except ValidationError as error:
        found = sorted(error.errors(), key=lambda one: one["type"] == "missing")  # a misspelt key tells more than its absence
        raise BadScenario(_first_error(found[0], tree, name)) from error
    cell = _place(lambda: _cell(given), tree, name, ("cell",))
    exposures = tuple(
        _place(lambda one=one: _exposure(one, folder), tree, name, ("exposures", index)) for index, one in enumerate(given.exposures)
    )
    observe = tuple(given.observe) if given.observe is not None else None
    population = given.population.model_dump()
    return Scenario(given.title, text, cell, exposures, observe, given.until, population, given.points, given.tolerance)


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise BadScenario(f"{str(file)!r} is larger than {LARGEST:,} bytes; a scenario is a short YAML text.")
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadScenario(f"{str(file)!r} does not exist; give the path of a scenario file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario(f"{str(file)!r} cannot be read as text: {error}.") from error


def _load_yaml(text: str, name: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        reader: Any = YAML(typ="rt", pure=True)
        tree: Any = reader.load(text)
    except MarkedYAMLError as error:
        marked: Any = error
        line = marked.problem_mark.line + 1 if marked.problem_mark is not None else 1
        raise BadScenario(f"{name}, line {line}: {marked.problem or 'not YAML'}.") from error
    except (YAMLError, RecursionError) as error:
        raise BadScenario(f"{name}: not YAML that can be read ({str(error)[:120]}).") from error
    if not _is_mapping(tree):
        raise BadScenario(f"{name}, line 1: a scenario is a mapping of keys such as title, cell, exposures, until.")
    return tree


def _plain(tree: Any) -> Any:
    """Ruamel's nodes as plain dict, list and scalars."""
    if _is_mapping(tree):
        return {str(key): _plain(value) for key, value in tree.items()}
    if _is_list(tree):
        return [_plain(value) for value in tree]
    scalars: tuple[type[Any], ...] = (bool, int, float, str)
    return next((kind(tree) for kind in scalars if isinstance(tree, kind)), tree)


def _is_list(tree: Any) -> bool:
    return isinstance(tree, list)


def _is_mapping(tree: Any) -> bool:
    return isinstance(tree, Mapping)


def _line(tree: Any, path: Sequence[Any]) -> int:
    """Line (from 1) of the deepest part of `path` that the file has."""
    line = 1
    for step in path:
        try:
            line = (tree.lc.key(step) if _is_mapping(tree) else tree.lc.item(step))[0] + 1
            tree = tree[step]
        except (KeyError, AttributeError, TypeError, IndexError):
            break
    return line


def _first_error(error: Mapping[str, Any], tree: Any, name: str) -> str:
    path = [step for step in error["loc"] if not (isinstance(step, str) and step.startswith(("function-", "is-instance")))]
    where = f"{name}, line {_line(tree, path)}"
    key = ".".join(str(step) for step in path) or "the file"
    if error["type"] == "extra_forbidden":
        return f"{where}: {key!r} is not a key of a scenario; see the scenario page of the documentation for those that are."
    if error["type"] == "missing":
        return f"{where}: the key {key!r} is missing."
    return f"{where}: {key}: {error['msg'][:1].lower() + error['msg'][1:]}, given {error['input']!r}."


def _place(make: Any, tree: Any, name: str, path: Sequence[Any]) -> Any:
    """Call `make`; a user mistake is told with the line of `path`."""
    try:
        return make()
    except ExportinError as error:
        raise type(error).__new__(type(error), f"{name}, line {_line(tree, path)}: {error}") from error


def _cell(given: Any) -> Cell:
    cell = find_cell(given.cell, concentrations=given.concentrations)
    for symbol, cargo in given.cargoes.items():
        cell = cell.with_cargo(symbol, **{key: value for key, value in cargo.model_dump().items() if value is not None})
    for variant, share in given.variants.items():
        cell = cell.with_variant(variant, share)
    for gene, share in given.knockdown.items():
        cell = cell.knockdown(gene, share)
    return cell.with_parameters(**given.parameters).with_hypothesis(**given.hypotheses)


def _exposure(given: Any, folder: Path | None) -> Exposure:
    share = {"fu": given.fu, "accumulation": given.accumulation}
    body = {"body_surface": given.body_surface, "weight": given.weight}
    drug = given.compound()
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
