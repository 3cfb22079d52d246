"""Simulate a cell under exposures, over parameter draws, sister cells and patients."""

from __future__ import annotations

import functools
import sys
import threading
import time as clock
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin import units
from exportin.errors import BadQuantity
from exportin.experiment.observables import Observable, View, default_observables, find_observables
from exportin.experiment.provenance import describe
from exportin.kernel.solver import Change, Solver, Tolerance
from exportin.kernel.steady import settle
from exportin.network.blueprint import Structure
from exportin.network.cell import Cell
from exportin.network.model import Model, build_model, structural_sbml, structure_of
from exportin.network.parameters import switches
from exportin.pharmacology.exposure import Exposure, join_exposures, pharmacokinetics
from exportin.result import EXTREMES, Result, measure_extremes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["experiment_sbml", "prepare", "simulate"]

MOST_POINTS = 100_000
INTERVENTIONS = ("XPO1_synthesis", "proteasome_activity")
_QUIET_SECONDS = 2.0
_ENGINE = threading.RLock()  # equal structures share one engine, which holds one state at a time


@dataclass(frozen=True)
class Experiment:
    """A cell, its exposures and the compiled model: everything but the position on the axes."""

    cell: Cell
    exposures: tuple[Exposure, ...]
    model: Model
    solver: Solver
    seed: int

    def values_at(self, patient: int | None, draw: int | None, sister: int | None) -> dict[str, float]:
        """Every number of the model at one position; None is the typical patient, the table's value, the typical cell."""
        values = self.model.numbers.at(self.seed, draw, sister)
        for one in self.exposures:
            values |= pharmacokinetics(one, self.seed, draw, patient)
        return values


def simulate(
    cell: Cell,
    *exposures: Exposure,
    until: str = "72 h",
    observe: Sequence[str] | None = None,
    cells: int = 1,
    draws: int = 1,
    patients: int = 1,
    seed: int = 0,
    points: int = 301,
    tolerance: float = 1e-7,
    progress: bool = False,
) -> Result:
    """Simulate a cell (or a patient's cell) from its own untreated steady state.

    Parameters
    ----------
    cell : Cell
        From `exportin.cell`.
    *exposures : Exposure
        From `exportin.exposure` and `exportin.regimen`; several of one drug in the dish are dose steps.
    until : str
        Length, such as ``"72 h"`` or ``"28 d"``.
    observe : sequence of str, optional
        Names of observables; by default drug, occupancy, export capacity, XPO1 and every cargo's N/C.
    cells, draws, patients : int
        Sizes of the axes: sister cells with protein noise, draws of the parameters, patients. They cross.
        One means the typical cell, the tables' values, the typical patient.
    seed : int
        Every random number is a function of the seed, the axis and the index, never of the order.
    points : int
        Length of the time axis.
    tolerance : float
        Relative tolerance of the integrator; the absolute one is a thousandth of it, of each species' size.
    progress : bool
        Show a bar on stderr when it takes longer than two seconds.

    Returns
    -------
    result : Result

    Raises
    ------
    UnknownName, BadQuantity, NotModelled, SimulationFailed

    Examples
    --------
    >>> import exportin as xp
    >>> result = simulate(xp.cell("HeLa"), xp.exposure("LMB", "50 nM"), until="2 h", observe=["XPO1_occupancy"])
    >>> bool(result["XPO1_occupancy"][-1] > 0.9)
    True
    """
    horizon = units.parse(until, "h", "until", positive=True)
    sizes = {"patients": patients, "draws": draws, "cells": cells, "points": points}
    _check_arguments(cell, exposures, observe, {**sizes, "seed": seed}, tolerance)
    experiment = prepare(cell, exposures, seed)
    _refuse_unseen(experiment.exposures, horizon, until)
    names = default_observables(cell, experiment.exposures) if observe is None else list(observe)
    wanted = find_observables(names, cell, experiment.model, experiment.exposures)
    grid = np.linspace(0.0, horizon, points)
    fine = _finer(grid, experiment.exposures)
    asked = np.searchsorted(fine, grid)
    extremes = {one.name: np.empty((patients, draws, cells, len(EXTREMES))) for one in wanted}
    positions = list(np.ndindex(patients, draws, cells))
    values = {one.name: np.empty((patients, draws, cells, points)) for one in wanted}
    with _Bar(len(positions), progress) as advance:
        for patient, draw, sister in positions:
            here = experiment.values_at(
                patient if patients > 1 else None, draw if draws > 1 else None, sister if cells > 1 else None
            )
            with _ENGINE:
                curves = _one_run(experiment, here, fine, wanted, tolerance)
            for name, curve in curves.items():
                values[name][patient, draw, sister] = curve[asked]
                extremes[name][patient, draw, sister] = measure_extremes(fine / units.SECONDS_PER_HOUR, curve)
            advance()
    provenance = describe(cell, experiment.exposures, experiment.model, until, {**sizes, "seed": seed}, tolerance)
    drawn = _drawn(experiment, draws) if draws > 1 else {}
    return Result(grid / units.SECONDS_PER_HOUR, values, {one.name: one.unit for one in wanted}, provenance, drawn, extremes)


def _check_arguments(cell: Any, exposures: Sequence[Any], observe: Any, counts: Mapping[str, Any], tolerance: Any) -> None:
    """Refuse what cannot be simulated, by name, before anything is built."""
    if not isinstance(cell, Cell):
        raise BadQuantity(f"cell: {cell!r} is not a cell; make one with exportin.cell('HeLa').")
    for one in exposures:
        if not isinstance(one, Exposure):
            raise BadQuantity(f"{one!r} is not an exposure; make one with exportin.exposure or exportin.regimen.")
    if isinstance(observe, str) or (observe is not None and not observe):
        raise BadQuantity(f"observe: {observe!r} is not a list of names; write for example ['XPO1_occupancy'], or leave it out.")
    least = {"points": 2, "seed": 0}
    for name, count in counts.items():
        whole = isinstance(count, (int, np.integer)) and not isinstance(count, bool)
        if not whole or not least.get(name, 1) <= count <= (MOST_POINTS if name == "points" else sys.maxsize):
            raise BadQuantity(f"{name}: {count!r} is not a whole number of at least {least.get(name, 1)} that is within reach.")
    if isinstance(tolerance, bool) or not isinstance(tolerance, (int, float)) or not 1e-12 <= tolerance <= 1e-3:
        raise BadQuantity(f"tolerance: {tolerance!r} is not a number between 1e-12 and 1e-3.")


def _refuse_unseen(exposures: Sequence[Exposure], horizon: float, until: str) -> None:
    for one in exposures:
        if one.events and min(event.time for event in one.events) >= horizon:
            raise BadQuantity(f"{one.compound.name}: {one.label!r} starts at or after the end ({until}); lengthen until or start earlier.")


def prepare(cell: Cell, exposures: Sequence[Exposure], seed: int = 0) -> Experiment:
    """Build and compile the model of one experiment; equal structures are compiled once."""
    joined = join_exposures(exposures)
    slots = [one.slot for one in joined]
    extra = {name: value for one in joined for name, value in one.given.items()}
    for one in joined:
        extra |= pharmacokinetics(one, seed, None, None)
    model = build_model(cell, slots, extra)
    with _ENGINE:
        solver = _compiled(structure_of(cell, slots))
    return Experiment(cell, joined, model, solver, seed)



@functools.lru_cache(maxsize=16)
def _compiled(structure: Structure) -> Solver:
    """The solver of a structure; every run sets its own numbers, so that all cells and draws of the structure share it."""
    return Solver(structural_sbml(structure))


def _finer(grid: NDArray[np.float64], exposures: Sequence[Exposure]) -> NDArray[np.float64]:
    """The grid with points that thin out after every dose, so that no peak falls between two points of it."""
    doses = sorted({event.time for one in exposures for event in one.events})
    after = np.geomspace(60.0, 7 * 86_400.0, min(80, 5 + 20_000 // (len(doses) + 1)))  # from a minute to a week
    extra = np.concatenate([dose + np.append(0.0, after) for dose in doses]) if doses else np.empty(0)
    return np.union1d(grid, extra[(extra > 0) & (extra < grid[-1])])


def _one_run(
    experiment: Experiment, values: dict[str, float], grid: NDArray[np.float64], wanted: Sequence[Observable], tolerance: float
) -> dict[str, NDArray[np.float64]]:
    """One trajectory from the untreated steady state, as observables."""
    solver, model = experiment.solver, experiment.model
    untouched = {name: switches()[name].value for name in INTERVENTIONS}
    undisturbed = {**values, **untouched}
    steady = settle(solver, undisturbed, [moiety.members for moiety in model.moieties])
    keep = [*solver.state_names, "XPO1_amount", *(f"{one.compound.symbol}_bound" for one in experiment.exposures)]
    keep += [f"{one.compound.symbol}_{'plasma' if one.route == 'oral' else 'medium'}" for one in experiment.exposures]
    control = Tolerance(tolerance, 1e-3 * tolerance)
    changes = [change for one in experiment.exposures for change in _changes(one)]
    begin = min([0.0, *(change.time for change in changes)])
    changes += [Change(0.0, name, "set", values[name]) for name in INTERVENTIONS if values[name] != untouched[name]]
    times = grid if begin == 0.0 else np.concatenate([[begin], grid])
    inside = [change for change in changes if change.time <= grid[-1]]
    run = solver.run(undisturbed, steady.state, times, inside, keep, control)
    start = solver.run(undisturbed, steady.state, np.array([0.0, 1e-6]), (), keep, control)
    alleles = tuple(experiment.cell.alleles)
    view, before = View(run, values, model.parts, alleles), View(start, values, model.parts, alleles)
    return {one.name: one.read(view, before)[-len(grid) :] for one in wanted}


def experiment_sbml(cell: Cell, exposures: Sequence[Exposure]) -> str:
    """SBML of one experiment with the tables' values: from the untreated steady state, doses as events.

    Doses before time zero (the run-in of a steady-state record) are shifted, so that the first falls at zero.
    """
    experiment = prepare(cell, exposures)
    values = experiment.values_at(None, None, None)
    untouched = {name: switches()[name].value for name in INTERVENTIONS}
    steady = settle(experiment.solver, {**values, **untouched}, [moiety.members for moiety in experiment.model.moieties])
    changes = [change for one in experiment.exposures for change in _changes(one)]
    begin = min([0.0, *(change.time for change in changes)])
    shifted = [Change(change.time - begin, change.target, change.action, change.amount) for change in changes]
    state = dict(zip(experiment.solver.state_names, (float(value) for value in steady.state), strict=True))
    return experiment.model.to_sbml(values, state, shifted)


def _changes(one: Exposure) -> list[Change]:
    """An exposure's events as changes of the model."""
    symbol = one.compound.symbol
    target = {"outside": f"{symbol}_medium", "infusion": f"{symbol}_infusion", "DEPOT": f"{symbol}_DEPOT", "CENT": f"{symbol}_CENT"}
    return [Change(event.time, target[event.target], event.action, event.amount) for event in one.events]


def _drawn(experiment: Experiment, draws: int) -> dict[str, NDArray[np.float64]]:
    """Values of each parameter that differs between draws, shape (draw,)."""
    tables = [experiment.values_at(None, draw, None) for draw in range(draws)]
    columns = {name: np.array([table[name] for table in tables]) for name in tables[0]}
    return {name: column for name, column in columns.items() if np.ptp(column) > 0}


class _Bar:
    """A progress bar on stderr that appears only when the work takes longer than two seconds."""

    def __init__(self, total: int, wanted: bool) -> None:
        self._total, self._wanted = total, wanted and sys.stderr.isatty()

    def __enter__(self) -> Callable[[], None]:
        self._start, self._bar, self._done = clock.monotonic(), None, 0
        return self._advance

    def _advance(self) -> None:
        self._done += 1
        if self._bar is None and self._wanted and clock.monotonic() - self._start > _QUIET_SECONDS:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("simulating", total=self._total)
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
