"""The project's own solver. The only file of the benchmark that knows its interface."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engines.base import Engine, NotOffered, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Operations a step beside the generated parts, for each state (native/step.h, rodas5p.py): the two sums of seven stages,
# the weighted norm of the error, the test of the pivots.
SUMS, NORM, PIVOTS = 81, 6, 2


class Kernel(Engine):
    name = "kernel"

    def version(self) -> str:
        import exportin

        return f"{exportin.__version__}, Rodas5P, {self._solver.facts['lanes']} lanes"

    def prepare(self, task: Task, folder: Path) -> None:
        os.environ["EXPORTIN_CACHE"] = str(folder)
        from exportin import kernel
        from exportin.kernel.batch import Change
        from exportin.kernel.sensitivity import Sensitivity

        self._task = task
        self._solver = kernel.compile(task.undosed)
        species = self._solver.system.concentrations
        self._observed = [f"[{name}]" if name in species else name for name in task.observed]
        self._doses = [Change(dose.time, dose.target, dose.action, dose.amount) for dose in task.doses]
        self._workers = 1
        self._sensitivity = Sensitivity(self._solver) if task.derivatives else None

    def tolerance(self, relative: float, absolute: float) -> None:
        from exportin.kernel.batch import Tolerance

        self._tolerance = Tolerance(relative, absolute, scaled=False)  # as the others mean it: in the states' own units

    def run(self, patients: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._batch(patients).values  # NaN from where a trajectory failed

    def threads(self, count: int) -> None:
        self._workers = count

    def sensitivities(self, patients: NDArray[np.float64]) -> NDArray[np.float64]:
        if self._sensitivity is None:
            raise NotOffered("only for tasks that ask for derivatives")
        values = dict(zip(self._task.varied, np.ascontiguousarray(patients.T), strict=True))
        found = self._sensitivity.run(
            self._task.times, self._observed, self._task.varied, values,
            count=len(patients), changes=self._doses, tolerance=self._tolerance, workers=self._workers,
        )  # fmt: skip
        return found.values

    def operations(self, patients: NDArray[np.float64]) -> float:
        facts, states = self._solver.facts, len(self._solver.states)
        parts = facts["operations"]
        step = 8 * (parts["rates"] + parts["solve"]) + parts["jacobian"] + parts["factorise"] + (SUMS + NORM + PIVOTS) * states
        batch = self._batch(patients)
        return float(step * np.mean(batch.steps + batch.rejected))

    def _batch(self, patients: NDArray[np.float64]) -> Any:
        """Outputs of patients, each from its own rest where the task has a run-in."""
        values = dict(zip(self._task.varied, np.ascontiguousarray(patients.T), strict=True))
        start = None
        if self._task.run_in:
            settled = self._solver.settle(self._task.run_in, values, count=len(patients), workers=self._workers)
            start = np.where((settled.outcomes == 0)[:, None], settled.states, np.nan)  # what did not settle fails
        return self._solver.run(
            self._task.times, self._observed, values,
            count=len(patients), start=start, changes=self._doses, tolerance=self._tolerance, workers=self._workers,
        )  # fmt: skip
