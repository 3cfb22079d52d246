"""AMICI (CVODES with KLU on generated C++), forward sensitivities included. May live in another environment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engines.base import Engine, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Amici(Engine):
    name = "AMICI"

    def version(self) -> str:
        import amici

        return f"{amici.__version__}, CVODES and KLU"

    def prepare(self, task: Task, folder: Path) -> None:
        from amici.sim import sundials

        self._amici = sundials
        # An extension of a name is loaded once a process; a name of its own keeps tasks apart.
        name = "model_" + re.sub(r"\W", "_", task.name)
        place = folder / name
        if not (place / name / "__init__.py").exists():
            self._build(task, name, place)
        self._model = sundials.import_model_module(name, place).get_model()
        self._model.set_t0(-task.run_in)
        self._model.set_timepoints(task.times)
        self._solver = self._model.create_solver()
        self._solver.set_max_steps(10_000_000)
        self._solver.set_return_data_reporting_mode(sundials.RDataReporting_observables_likelihood)
        self._names = list(self._model.get_free_parameter_ids())
        self._varied = [self._names.index(name) for name in task.varied]
        self._model.set_parameter_list(self._varied)
        self._nominal = np.array(self._model.get_free_parameters())
        self._shape = (len(task.times), len(task.observed))

    @staticmethod
    def _build(task: Task, name: str, place: Path) -> None:
        import libsbml
        from amici.importers.sbml import SbmlImporter
        from amici.importers.utils import MeasurementChannel

        document = libsbml.readSBMLFromString(task.sbml)
        channels = [MeasurementChannel(id_=f"observed_{one}", formula=one) for one in task.observed]
        SbmlImporter(document.getModel()).sbml2amici(
            name, str(place), observation_model=channels, generate_sensitivity_code=task.derivatives
        )

    def tolerance(self, relative: float, absolute: float) -> None:
        self._solver.set_relative_tolerance(relative)
        self._solver.set_absolute_tolerance(absolute)

    def run(self, patients: NDArray[np.float64]) -> NDArray[np.float64]:
        self._solver.set_sensitivity_order(self._amici.SensitivityOrder_none)
        rows = np.full((len(patients), *self._shape), np.nan)
        for row, patient in zip(rows, patients, strict=True):
            done = self._simulate(patient)
            if done.status == self._amici.AMICI_SUCCESS:
                row[:] = done.y
        return rows

    def sensitivities(self, patients: NDArray[np.float64]) -> NDArray[np.float64]:
        self._solver.set_sensitivity_order(self._amici.SensitivityOrder_first)
        self._solver.set_sensitivity_method(self._amici.SensitivityMethod_forward)
        rows = np.full((len(patients), *self._shape, len(self._varied)), np.nan)
        for row, patient in zip(rows, patients, strict=True):
            done = self._simulate(patient)
            if done.status == self._amici.AMICI_SUCCESS:
                row[:] = np.moveaxis(np.asarray(done.sy), 1, 2)  # from (time, parameter, observed)
        return rows

    def _simulate(self, patient: NDArray[np.float64]) -> Any:
        numbers = self._nominal.copy()
        numbers[self._varied] = patient
        self._model.set_free_parameters(numbers.tolist())
        return self._amici.run_simulation(self._model, self._solver)
