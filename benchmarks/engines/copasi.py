"""COPASI through its own bindings (no data frames), time course by LSODA. Its RADAU5 takes no model with events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engines.base import Engine, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Copasi(Engine):
    name = "COPASI"

    def version(self) -> str:
        import COPASI

        return f"{COPASI.__version__}, LSODA"

    def prepare(self, task: Task, folder: Path) -> None:
        import COPASI

        self._data = COPASI.CRootContainer.addDatamodel()
        if not self._data.importSBMLFromString(task.sbml):
            raise RuntimeError(f"COPASI refuses the model: {COPASI.CCopasiMessage.getAllMessageText()[:300]}")
        self._model = self._data.getModel()
        values = {value.getObjectName(): value for value in self._model.getModelValues()}
        self._varied = [values[name] for name in task.varied]
        self._given = COPASI.ObjectStdVector()
        for value in self._varied:
            self._given.append(value.getInitialValueReference())
        self._task = self._data.getTask("Time-Course")
        self._task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
        self._method = self._task.getMethod()
        self._times = [-task.run_in, *task.times] if task.run_in else list(task.times)
        self._kept = len(task.times)
        self._model.setInitialTime(self._times[0])
        self._arrange(task)

    def _arrange(self, task: Task) -> None:
        """The grid of outputs, and no others; the columns to read are found by name at the first run."""
        problem = self._task.getProblem()
        problem.setUseValues(len(self._times) > self._kept)
        if len(self._times) > self._kept:
            problem.setValues(" ".join(repr(time) for time in self._times))
        else:
            problem.setStepNumber(len(self._times) - 1)
        problem.setDuration(self._times[-1] - self._times[0])
        problem.setTimeSeriesRequested(True)
        problem.setAutomaticStepSize(False)
        problem.setOutputEvent(False)
        problem.setOutputStartTime(0.0)
        self._observed = task.observed
        self._columns: list[int] = []

    def tolerance(self, relative: float, absolute: float) -> None:
        self._method.getParameter("Relative Tolerance").setDblValue(relative)
        self._method.getParameter("Absolute Tolerance").setDblValue(absolute)

    def run(self, patients: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = np.full((len(patients), self._kept, len(self._observed)), np.nan)
        for row, patient in zip(rows, patients, strict=True):
            for value, number in zip(self._varied, patient, strict=True):
                value.setInitialValue(float(number))
            self._model.updateInitialValues(self._given)
            if self._task.process(True):
                self._read(row)
        return rows

    def _read(self, row: NDArray[np.float64]) -> None:
        series = self._task.getTimeSeries()
        if not self._columns:
            titles = [series.getTitle(index) for index in range(series.getNumVariables())]
            wanted = [(name, f"[{name}]", f"Values[{name}]") for name in self._observed]
            self._columns = [next(i for i, title in enumerate(titles) if title in names) for names in wanted]
        first = series.getRecordedSteps() - self._kept  # the start of a run-in may be recorded or not
        if first < 0:
            return
        for column, index in enumerate(self._columns):
            for step in range(self._kept):
                row[step, column] = series.getConcentrationData(first + step, index)
