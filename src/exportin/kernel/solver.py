"""One solver for one SBML structure: numbers in, trajectories out; only structure makes a new solver."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadNetwork, SimulationFailed
from exportin.kernel.initial import InitialValues

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Change", "Solver", "Tolerance", "Trajectory"]


@dataclass(frozen=True, order=True)
class Change:
    """Something that happens to a trajectory at a moment.

    Attributes
    ----------
    time : float
        s.
    target : str
        Id of a parameter or species.
    action : str
        ``set`` or ``add``.
    amount : float
        New value or increment; for a species an amount (amol) to add, or a concentration (uM) to set.
    """

    time: float
    target: str
    action: str
    amount: float


@dataclass(frozen=True)
class Tolerance:
    """Error control: relative, and absolute as a share of each species' own scale."""

    relative: float = 1e-7
    absolute: float = 1e-10


@dataclass(frozen=True)
class Trajectory:
    """What was asked for along a trajectory.

    Attributes
    ----------
    times : ndarray, shape (time,)
        s.
    values : ndarray, shape (time, name)
        Concentrations of species, values of parameters.
    names : tuple of str
    end : ndarray, shape (state,)
        Last state, to go on from.
    """

    times: NDArray[np.float64]
    values: NDArray[np.float64]
    names: tuple[str, ...]
    end: NDArray[np.float64]

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return self.values[:, self.names.index(name)]


class Solver:
    """A compiled SBML model. State vectors hold species concentrations, then the variables of rate rules.

    Parameters
    ----------
    sbml : str
        Text of an SBML document.
    """

    def __init__(self, sbml: str) -> None:
        import roadrunner

        from exportin.network.sbml import read_sbml

        if not isinstance(sbml, str) or "<sbml" not in sbml[:2000]:
            raise BadNetwork("that is not the text of an SBML document; read the file and pass its content.")
        if "<!DOCTYPE" in sbml or "<!ENTITY" in sbml:
            raise BadNetwork("SBML with a document type or entity declaration is refused.")
        document = read_sbml(sbml)
        roadrunner.Logger.disableLogging()  # what fails is told by the exception
        self._engine = roadrunner.RoadRunner(sbml)
        self._model = self._engine.model
        self._initial = InitialValues(document)
        self.species: tuple[str, ...] = tuple(self._model.getFloatingSpeciesIds())
        self.variables: tuple[str, ...] = tuple(self._model.getRateRuleSymbols())
        self.parameters: tuple[str, ...] = tuple(self._model.getGlobalParameterIds())
        self.compartments: tuple[str, ...] = tuple(self._model.getCompartmentIds())
        places = {one.getId(): one.getCompartment() for one in document.getModel().getListOfSpecies()}
        self._places = tuple(places[name] for name in self.species)

    @property
    def state_names(self) -> tuple[str, ...]:
        """Names of the entries of a state vector."""
        return self.species + self.variables

    def start(self, values: Mapping[str, float]) -> NDArray[np.float64]:
        """Initial state by the model's own initial assignments."""
        return np.array(self._initial.at(self.state_names, values))

    def volumes(self, values: Mapping[str, float]) -> NDArray[np.float64]:
        """Volume of each entry of a state vector (1 for a variable)."""
        return np.array([values[place] for place in self._places] + [1.0] * len(self.variables))

    def set_values(self, values: Mapping[str, float]) -> None:
        """Give the model its numbers (internal units). Must come before a state is set."""
        for name in self.compartments:
            self._model[name] = values[name]
        for name in self.parameters:
            if name in values:
                self._model[name] = values[name]

    def set_state(self, state: NDArray[np.float64]) -> None:
        """Put the model into a state."""
        self._model.setFloatingSpeciesConcentrations(np.ascontiguousarray(state[: len(self.species)]))
        for name, value in zip(self.variables, state[len(self.species) :], strict=True):
            self._model[name] = float(value)

    def state(self) -> NDArray[np.float64]:
        """The state that the model is in."""
        variables = [self._model[name] for name in self.variables]
        return np.concatenate([self._model.getFloatingSpeciesConcentrations(), variables])

    def rates(self, state: NDArray[np.float64]) -> NDArray[np.float64]:
        """Time derivative of a state, per s."""
        self.set_state(state)
        variables = [self._model[f"{name}'"] for name in self.variables]
        return np.concatenate([self._model.getFloatingSpeciesConcentrationRates(), variables])

    def run(
        self,
        values: Mapping[str, float],
        state: NDArray[np.float64],
        times: NDArray[np.float64],
        changes: Sequence[Change] = (),
        keep: Sequence[str] = (),
        tolerance: Tolerance | None = None,
        scale: NDArray[np.float64] | None = None,
    ) -> Trajectory:
        """Integrate from a state over an increasing grid of times, with changes on the way.

        A change at a time of the grid shows in the row of that time. The integrator starts anew at each change.

        Parameters
        ----------
        values : mapping of str to float
            Every number of the model, internal units.
        state : ndarray, shape (state,)
            Where to start, at the first of `times`.
        times : ndarray, shape (time,)
            s, increasing.
        changes : sequence of Change
            Any order; those before the first time are refused.
        keep : sequence of str
            Species (concentrations) and parameters to return; all states by default.
        tolerance : Tolerance
        scale : ndarray, shape (state,)
            Size of each state for the absolute tolerance; by default its start, but no less than 1e-9 of the largest start.

        Raises
        ------
        SimulationFailed
        """
        names = tuple(keep) or self.state_names
        self._prepare(values, state, names, tolerance or Tolerance(), scale)
        ordered = sorted(changes)
        if ordered and ordered[0].time < times[0]:
            raise SimulationFailed("a change lies before the start; begin the grid of times at the first change.")
        rows: list[NDArray[np.float64]] = []
        kept: list[float] = []
        stops = [float(times[0]), *sorted({c.time for c in ordered if times[0] < c.time < times[-1]}), float(times[-1])]
        self._apply([c for c in ordered if c.time == stops[0]], values)
        for begin, end in itertools.pairwise(stops):
            inside = [float(t) for t in times if begin <= t < end]
            block = self._segment(begin, [*inside, end])
            rows.append(block[-1 - len(inside) : -1])
            kept += inside
            self._apply([c for c in ordered if c.time == end], values)
        rows.append(self._row())
        kept.append(stops[-1])
        return Trajectory(np.array(kept), np.vstack(rows), names, self.state())

    def _prepare(
        self,
        values: Mapping[str, float],
        state: NDArray[np.float64],
        names: tuple[str, ...],
        tolerance: Tolerance,
        scale: NDArray[np.float64] | None,
    ) -> None:
        self.set_values(values)
        self.set_state(state)
        size = np.abs(state) if scale is None else scale
        size = np.maximum(size, 1e-9 * (float(size.max()) or 1.0)) * self.volumes(values)
        integrator = self._engine.integrator
        integrator.relative_tolerance = tolerance.relative
        floors, count = list(tolerance.absolute * size), len(self.species)
        integrator.absolute_tolerance = [*floors[count:], *floors[:count]]  # the engine keeps variables of rate rules first
        integrator.maximum_num_steps = 200_000
        self._engine.timeCourseSelections = ["time", *(f"[{name}]" if name in self.species else name for name in names)]
        self._names = names

    def _segment(self, begin: float, times: list[float]) -> NDArray[np.float64]:
        """Rows at `times` (the last is the end); time runs from zero in every segment, which keeps first steps resolvable."""
        grid = [time - begin for time in times]
        grid = grid if grid[0] == 0 else [0.0, *grid]
        try:
            self._model.setTime(0.0)
            block = np.array(self._engine.simulate(times=grid))[:, 1:]
        except RuntimeError as error:
            words = str(error).strip()[:160]
            raise SimulationFailed(f"the integrator gave up ({words}); loosen the tolerance or shorten the run.") from error
        if not np.isfinite(block).all():
            raise SimulationFailed("the trajectory left the finite numbers; check the parameters that you changed.")
        return block

    def _apply(self, changes: Sequence[Change], values: Mapping[str, float]) -> None:
        for change in changes:
            name = f"[{change.target}]" if change.target in self.species else change.target
            amount = change.amount
            if change.action == "add":
                if change.target in self.species:
                    amount /= values[self._places[self.species.index(change.target)]]
                amount += self._engine.getValue(name)
            self._engine.setValue(name, amount)

    def _row(self) -> NDArray[np.float64]:
        return np.array([[self._engine.getValue(f"[{name}]" if name in self.species else name) for name in self._names]])
