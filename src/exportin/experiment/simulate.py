"""Simulate a cell under exposures, over parameter draws, sister cells and patients."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np

from exportin import units
from exportin.errors import BadQuantity
from exportin.experiment.ensemble import in_folder, in_memory
from exportin.experiment.fate import needs_pathways, refuse_missing, with_weights
from exportin.experiment.members import Members
from exportin.experiment.observables import default_observables
from exportin.experiment.prepared import Experiment, prepare
from exportin.experiment.study import Study
from exportin.kernel.batch import Change
from exportin.network.cell import Cell
from exportin.pharmacology.exposure import Exposure, join_exposures
from exportin.result import Result

__all__ = ["Experiment", "experiment_sbml", "plan_study", "prepare", "simulate"]

MOST_POINTS = 100_000


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
    workers: int | None = None,
    executor: Executor | None = None,
    folder: str | os.PathLike[str] | None = None,
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
    workers : int, optional
        Threads, by default one a processor; the numbers do not depend on it. With `executor`, its number of workers.
    executor : concurrent.futures.Executor, optional
        Where to run, such as dask's ``Client.get_executor()`` or a pool of processes (started by spawn).
    folder : path, optional
        Run folder, so that memory does not grow with the runs; an interrupted run of the same goes on there.

    Returns
    -------
    result : Result
        Runs that could not be computed are left out of it and counted in `Result.left_out`.

    Raises
    ------
    UnknownName, BadQuantity, NotModelled, OutputExists
    SimulationFailed
        If no run could be computed.

    Examples
    --------
    >>> import exportin as xp
    >>> result = simulate(xp.cell("HeLa"), xp.exposure("LMB", "50 nM"), until="2 h", observe=["XPO1_occupancy"])
    >>> bool(result["XPO1_occupancy"][-1] > 0.9)
    True
    """
    sizes = {"patients": patients, "draws": draws, "cells": cells}
    study = plan_study(cell, exposures, until, observe, sizes, seed=seed, points=points, tolerance=tolerance)
    if folder is None:
        return in_memory(study, workers=workers, executor=executor, progress=progress)
    return in_folder(study, folder, workers=workers, executor=executor, progress=progress)


def plan_study(
    cell: Cell, exposures: Sequence[Exposure], until: str, observe: Sequence[str] | None, sizes: Mapping[str, int], *,
    seed: int, points: int, tolerance: float,
) -> Study:  # fmt: skip
    """Everything of a simulation but its numbers; see `simulate`."""
    horizon = units.parse(until, "h", "until", positive=True)
    _check_arguments(cell, exposures, observe, {**sizes, "points": points, "seed": seed}, tolerance)
    joined = join_exposures(exposures)
    names = tuple(default_observables(cell, joined) if observe is None else observe)
    if needs_pathways(cell, names) or (not cell.pathways and any(one.slot is None for one in joined)):
        cell = cell.with_pathways()
    for name in names:  # before a model is compiled
        refuse_missing(cell, name)
    if sizes["cells"] > 1:
        names = with_weights(cell, names)
    axes = sizes["patients"], sizes["draws"], sizes["cells"]
    members = Members(cell, tuple(exposures), names, horizon, axes, seed, points, tolerance).prepared()
    _refuse_unseen(joined, horizon, until)
    return Study(members, until)


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


def experiment_sbml(cell: Cell, exposures: Sequence[Exposure]) -> str:
    """SBML of one experiment with the tables' values: from the untreated steady state, doses as events.

    Doses before time zero (the run-in of a steady-state record) are shifted, so that the first falls at zero.
    """
    experiment = prepare(cell, exposures)
    values = experiment.values_at(None, None, None)
    rest = experiment.rest(values).checked().states[0] / experiment.volumes(values)
    changes = experiment.changes
    begin = min([0.0, *(change.time for change in changes)])
    shifted = [Change(change.time - begin, change.target, change.action, change.amount) for change in changes]
    state = {name: float(value) for name, value in zip(experiment.solver.states, rest, strict=True)}
    return experiment.model.to_sbml(values, state, shifted)
