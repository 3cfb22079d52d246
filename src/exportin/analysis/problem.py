"""A fitting problem: a model, data with units, and what is to be estimated, in one YAML file and one table."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exportin import units
from exportin.analysis.data_table import Datum, read_data
from exportin.errors import BadScenario, UnknownName
from exportin.kernel.batch import Change
from exportin.kernel.misfit import Measured
from exportin.yaml_file import placed, read_text, validated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.analysis.problem_schema import Setting

__all__ = ["Estimated", "Problem", "read_problem"]

BUILT_IN = ("shuttle",)


@dataclass(frozen=True)
class Estimated:
    """A number that is to be estimated: its bounds, and whether steps are taken in its logarithm."""

    name: str
    low: float
    high: float
    scale: str

    def to_number(self, place: NDArray[np.float64] | float) -> NDArray[np.float64] | float:
        """The number at a place on the scale."""
        return 10.0**place if self.scale == "log10" else place

    def to_place(self, number: float) -> float:
        """The place of a number on the scale."""
        return float(np.log10(number)) if self.scale == "log10" else number

    def slope(self, place: NDArray[np.float64] | float) -> NDArray[np.float64] | float:
        """Derivative of the number by the place."""
        return np.log(10.0) * 10.0**place if self.scale == "log10" else np.ones_like(place)


@dataclass(frozen=True)
class Problem:
    """A problem, checked.

    Attributes
    ----------
    title : str
    text : str
        The file as it was read.
    sbml : str
    data : tuple of Datum
        In the model's time unit.
    time_unit : str
    observables : mapping of str to (str, str)
        Name to formula over the model's names, and unit.
    estimated : tuple of Estimated
    fixed : mapping of str to float
    changes : tuple of Change
        What is set during the experiment.
    starts, seed : int
        Starting points of the search, and what they are drawn from.
    """

    title: str
    text: str
    sbml: str
    data: tuple[Datum, ...]
    time_unit: str
    observables: Mapping[str, tuple[str, str]]
    estimated: tuple[Estimated, ...]
    fixed: Mapping[str, float]
    changes: tuple[Change, ...]
    starts: int
    seed: int

    def measured(self) -> Measured:
        """The data on one grid, replicates as observables of their own."""
        times = np.unique([0.0, *(one.time for one in self.data)])
        columns: dict[tuple[str, int], list[Datum]] = {}
        for one in self.data:
            copies = (k for k in range(len(self.data)) if all(one.time != other.time for other in columns.get((one.observable, k), ())))
            columns.setdefault((one.observable, next(copies)), []).append(one)
        values = np.full((len(times), len(columns)), np.nan)
        spread = np.ones_like(values)
        for column, some in enumerate(columns.values()):
            rows = np.searchsorted(times, [one.time for one in some])
            values[rows, column], spread[rows, column] = [one.value for one in some], [one.sd for one in some]
        return Measured(times, tuple(self.observables[name][0] for name, _ in columns), values, spread)


def read_problem(path: str | os.PathLike[str]) -> Problem:
    """Read and check a problem file; model and data are looked up beside it.

    Raises
    ------
    BadScenario
        Unreadable file, wrong key or type (with its line), a table that does not fit.
    UnknownName, BadQuantity, BadNetwork
        From what the file names.
    """
    file = Path(path)
    from exportin.analysis.problem_schema import ProblemFile

    text = read_text(file, "problem")
    tree, given = validated(text, file.name, ProblemFile, "problem")
    data = placed(lambda: read_data(file.parent / given.data, given.time_unit), tree, file.name, ("data",))
    sbml = placed(lambda: _model(given.model, file.parent), tree, file.name, ("model",))
    observables = {name: (one.formula, one.unit) for name, one in given.observables.items()}
    placed(lambda: _check_observables(data, observables), tree, file.name, ("observables",))
    estimated = tuple(Estimated(name, one.low, one.high, one.scale) for name, one in given.estimate.items())
    changes = tuple(
        placed(lambda one=one: _change(one, given.time_unit), tree, file.name, ("changes", number))
        for number, one in enumerate(given.changes)
    )
    fixed = {name: float(value) for name, value in given.fixed.items()}
    return Problem(given.title, text, sbml, data, given.time_unit, observables, estimated, fixed, changes, given.starts, given.seed)


def _change(given: Setting, time_unit: str) -> Change:
    return Change(units.to_unit(units.parse(given.time, time_unit, "time"), time_unit), given.set, "set", float(given.to))


def _model(name: str, folder: Path) -> str:
    """SBML of a built-in model, of an Antimony file or of an SBML file."""
    from exportin.network.antimony_text import antimony_to_sbml

    if name in BUILT_IN:
        text = (resources.files("exportin.analysis") / "models" / f"{name}.ant").read_text(encoding="utf-8")
        return antimony_to_sbml(text, name)
    if not name.endswith((".ant", ".xml", ".sbml")):
        raise UnknownName("model", name, [*BUILT_IN, "a file ending in .ant, .xml or .sbml"])
    text = read_text(folder / name, "model")
    if not name.endswith(".ant"):
        return text
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(text) < 0:
        raise BadScenario(f"{name}: Antimony refuses the model: {str(antimony.getLastError()).strip()[:400]}")
    return str(antimony.getSBMLString(antimony.getMainModuleName()))


def _check_observables(data: tuple[Datum, ...], observables: Mapping[str, tuple[str, str]]) -> None:
    for one in data:
        if one.observable not in observables:
            raise UnknownName("observable", one.observable, observables)
        unit = observables[one.observable][1]
        if one.unit != unit:
            raise BadScenario(f"the data give {one.observable} in {one.unit!r}, the problem in {unit!r}; use one unit.")
    unseen = sorted(set(observables) - {one.observable for one in data})
    if unseen:
        raise BadScenario(f"no data for {', '.join(unseen)}; take it out of the problem, or add data.")
