"""libRoadRunner as a user would run many patients: one loaded instance, reset and given new parameters."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engines.base import Dose, Engine, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray


class RoadRunner(Engine):
    name = "libRoadRunner"

    def version(self) -> str:
        import roadrunner

        return f"{roadrunner.__version__}, CVODE"

    def prepare(self, task: Task, folder: Path) -> None:
        import roadrunner

        roadrunner.Logger.disableLogging()
        self._task = task
        self._engine = roadrunner.RoadRunner(task.undosed)  # bench90 has its doses in itself
        self._model = self._engine.model
        names = self._model.getGlobalParameterIds()
        self._varied = [names.index(name) for name in task.varied]
        species = set(self._model.getFloatingSpeciesIds())
        self._engine.timeCourseSelections = [f"[{name}]" if name in species else name for name in task.observed]
        self._engine.integrator.maximum_num_steps = 200_000  # between outputs; the default stops a tight reference
        self._segments = _segments(task) if task.doses else []
        self._before = {dose.target: self._model[dose.target] for dose in task.doses}

    def tolerance(self, relative: float, absolute: float) -> None:
        self._engine.integrator.relative_tolerance = relative
        self._engine.integrator.absolute_tolerance = absolute

    def run(self, patients: NDArray[np.float64]) -> NDArray[np.float64]:
        times = self._task.times
        rows = np.full((len(patients), len(times), len(self._task.observed)), np.nan)
        for row, patient in zip(rows, patients, strict=True):
            self._model.setGlobalParameterValues(self._varied, patient)
            self._engine.reset()
            try:
                if self._segments:
                    self._by_hand(row)
                else:
                    row[:] = self._engine.simulate(times[0], times[-1], len(times))
            except RuntimeError:
                row[:] = np.nan
        return rows

    def _by_hand(self, row: NDArray[np.float64]) -> None:
        """Run-in, then doses set between segments whose time starts at 0: after a run-in CVODE cannot resolve the first steps of a dose."""
        for target, value in self._before.items():
            self._engine.setValue(target, value)  # a reset keeps parameters
        self._engine.simulate(0.0, self._task.run_in, 2)
        done = 0
        for doses, grid, rows in self._segments:
            for dose in doses:
                self._engine.setValue(dose.target, dose.amount + (self._engine.getValue(dose.target) if dose.action == "add" else 0.0))
            self._model.setTime(0.0)
            row[done : done + rows] = np.asarray(self._engine.simulate(times=grid))[:rows]
            done += rows


def _segments(task: Task) -> list[tuple[list[Dose], list[float], int]]:
    """Doses at the start of each stretch between doses, its times from 0, and how many of its rows are outputs of its own."""
    ends = [*sorted({dose.time for dose in task.doses} | {0.0}), task.times[-1]]
    parts = []
    for begin, end in itertools.pairwise(ends):
        last = end == ends[-1]
        own = [time for time in task.times if begin <= time < end or (last and time == end)]
        grid = [time - begin for time in own] if last else [*(time - begin for time in own), end - begin]
        parts.append(([dose for dose in task.doses if dose.time == begin], grid, len(own)))
    return parts
