"""Wells of a plate: one population of cells under many exposures, each cell at rest once and then in every well."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import BadRegimen, squash
from exportin.experiment.fate import DEAD, with_weights
from exportin.experiment.observables import Observable, find_observables, raw_parts
from exportin.experiment.prepared import Columns, Experiment, changes_of, prepare
from exportin.kernel.batch import Change, Outcome, Tolerance
from exportin.kernel.ensemble.execute import run_chunks
from exportin.kernel.ensemble.gather import Gathered
from exportin.kernel.ensemble.plan import Plan
from exportin.kernel.ensemble.progress import Progress
from exportin.network.cell import Cell
from exportin.pharmacology.exposure import Exposure, join_exposures
from exportin.result.fate import FATES, LINEAGE, pool_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Wells", "run_members", "run_wells"]

POINTS_PER_HOUR = 1  # of the grid on which fate is integrated
_LANES, _MOST = 4, 128  # members of a chunk
MOST_STEPS = 5_000  # of a run; an ordinary one takes some hundred, and one that needs more has gone astray


@dataclass(frozen=True)
class Wells:
    """A task for `exportin.kernel.ensemble.execute.run_chunks`: its members are draws by cells, each of which is put into all wells.

    Attributes
    ----------
    cell : Cell
    wells : tuple of tuple of Exposure
        What is in each well; a drug that one of them has must have the same rates and free fraction in all.
    observe : tuple of str
    times : tuple of float
        s, ascending; when it is observed.
    sizes : tuple of int
        Draws, cells.
    seed : int
    tolerance : float
    """

    cell: Cell
    wells: tuple[tuple[Exposure, ...], ...]
    observe: tuple[str, ...]
    times: tuple[float, ...]
    sizes: tuple[int, int]
    seed: int
    tolerance: float
    first: int | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @functools.cached_property
    def experiment(self) -> Experiment:
        """The compiled model, with every drug of any well."""
        drugs: dict[str, Exposure] = {}
        for one in (one for well in self.wells for one in well):
            held = drugs.setdefault(one.compound.symbol, one)
            if (held.compound, held.route, held.fu, held.accumulation, held.body, held.site) != (
                one.compound, one.route, one.fu, one.accumulation, one.body, one.site):  # fmt: skip
                raise BadRegimen(f"{one.compound.name}: its rates, route and free fraction must be the same in all wells.")
        return prepare(self.cell, tuple(drugs.values()), self.seed)

    @functools.cached_property
    def wanted(self) -> list[Observable]:
        """What is observed."""
        return find_observables(self.observe, self.experiment.terms, self.cell, self.experiment.exposures)

    @property
    def horizon(self) -> float:
        """Length of the run, s."""
        return self.times[-1]

    @functools.cached_property
    def grid(self) -> NDArray[np.float64]:
        """Times at which fate is integrated, those that are asked for among them, s."""
        return np.union1d(np.linspace(0.0, self.horizon, max(2, round(self.horizon / 3600.0 * POINTS_PER_HOUR) + 1)), self.times)

    @functools.cached_property
    def changes(self) -> list[list[Change]]:
        """Of each well."""
        return [[change for one in join_exposures(well) for change in changes_of(one)] for well in self.wells]

    def __call__(self, members: range) -> dict[str, NDArray[Any]]:
        """Compute some members.

        Returns
        -------
        arrays : dict
            ``values``, shape (member, well, observable, time); ``status``, shape (member, well), an `Outcome`; what has no value is NaN.
        """
        here, (draws, cells) = self.experiment, self.sizes
        places = np.arange(members.start, members.stop)
        drawn = draws > 1 or self.first is not None
        numbers = here.columns(None, places // cells + (self.first or 0) if drawn else None, places % cells if cells > 1 else None)
        rest = here.rest(numbers, len(places))
        values = np.full((len(places), len(self.wells), len(self.wanted), len(self.times)), np.nan)
        status = np.repeat(np.asarray(rest.outcomes, dtype=np.int32)[:, None], len(self.wells), axis=1)
        fine = np.flatnonzero(rest.outcomes == Outcome.DONE)
        if len(fine):
            chosen: Columns = {name: one[fine] if np.ndim(one) else one for name, one in numbers.items()}  # pyright: ignore[reportIndexIssue]
            for well in range(len(self.wells)):
                values[fine, well], status[fine, well] = self._well(well, chosen, rest.states[fine])
        values[status != Outcome.DONE] = np.nan
        return {"values": values, "status": status}

    def _well(self, well: int, numbers: Columns, states: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Observables, shape (member, observable, time), and outcomes."""
        here = self.experiment
        dying = [here.terms.find("committed")] if "apoptosis" in self.cell.pathways else []
        parts = raw_parts(self.wanted, dying)
        changes = [one for one in (*self.changes[well], *here.interventions(numbers)) if one.time <= self.horizon]
        control = Tolerance(self.tolerance, 1e-3 * self.tolerance)
        run = here.solver.run(
            self.grid, list(parts), here.undisturbed(numbers), count=len(states), start=states, changes=changes, tolerance=control,
            most_steps=MOST_STEPS,
        )  # fmt: skip
        found, status = run.values, np.array(run.outcomes, dtype=np.int32)
        if dying:
            dead = found[:, 0, parts[dying[0]]] >= DEAD
            status[dead & (status == Outcome.DONE)] = Outcome.NOT_ALIVE
        asked = np.searchsorted(self.grid, self.times)
        read: list[NDArray[np.float64]] = []
        for one in self.wanted:
            curves = [np.ascontiguousarray(found[:, :, parts[part]]) for part in one.parts]
            read.append(one.read(curves, [curve[:, :1] for curve in curves], self.grid)[:, asked])
        return np.stack(read, axis=1), status

    def stop(self) -> None:
        """End what threads of this process compute, at the solver's next step."""
        self.experiment.solver.stop()


def run_members(
    cell: Cell,
    wells: Sequence[Sequence[Exposure]],
    observe: Sequence[str],
    times: Sequence[float],
    *,
    cells: int = 1,
    draws: int = 1,
    seed: int = 0,
    first: int | None = None,
    tolerance: float = 1e-6,
    workers: int | None = None,
    progress: bool = False,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Observables of each cell of a population in every well.

    Parameters
    ----------
    cell : Cell
        With pathways where an observable or a drug needs them.
    wells : sequence of sequence of Exposure
    observe : sequence of str
    times : sequence of float
        s, ascending.
    first : int, optional
        The draw with which to begin; by default 0, and one draw is the tables' values.
    cells, draws, seed, tolerance, workers, progress
        As in `exportin.simulate`.

    Returns
    -------
    values : ndarray, shape (draw, cell, well, observable, time)
        NaN where a run was not computed.
    status : ndarray, shape (draw, cell, well)
        An `Outcome`.
    """
    task = Wells(cell, tuple(map(tuple, wells)), tuple(observe), tuple(times), (draws, cells), seed, tolerance, first)
    _ = task.wanted, task.changes, task.experiment.reference  # threads find them
    count = draws * cells
    gathered = Gathered(count)
    plan = Plan(count, max(_LANES, min(_MOST, -(-count // (4 * _LANES)) * _LANES)))
    with Progress(count, progress) as advance:
        run_chunks(task, plan, workers=workers, sink=gathered.add, progress=advance, stop=task.stop)
    shape = (draws, cells, len(wells))
    return gathered.arrays["values"].reshape(*shape, len(observe), len(times)), gathered.arrays["status"].reshape(shape)


def run_wells(
    cell: Cell, wells: Sequence[Sequence[Exposure]], observe: str, *, horizon: float, cells: int = 1, draws: int = 1, seed: int = 0,
    tolerance: float = 1e-6, workers: int | None = None, progress: bool = False,
) -> tuple[NDArray[np.float64], int]:  # fmt: skip
    """One observable of a population at the end (`horizon`, s), in every well; the others as in `run_members`.

    Returns
    -------
    values : ndarray, shape (draw, well)
        Of fate what sister cells make together, else their mean; NaN where a draw has no cell that was computed.
    left_out : int
        Runs that were not computed.
    """
    names = with_weights(cell, (observe,)) if cells > 1 else (observe,)
    values, status = run_members(
        cell, wells, names, (horizon,), cells=cells, draws=draws, seed=seed, tolerance=tolerance, workers=workers, progress=progress
    )
    table = values[..., 0]
    left_out = int((status != Outcome.DONE).sum())
    spelt = {squash(one): one for one in (*FATES, LINEAGE)}
    name = spelt.get(squash(observe))
    if name in FATES:
        held = {spelt[squash(one)]: table[..., place].transpose(2, 0, 1)[..., None] for place, one in enumerate(names)}
        pooled = pool_cells(held, name)[..., 0]
        known = np.isfinite(pooled)
        first = np.take_along_axis(pooled, known.argmax(axis=2)[..., None], axis=2)[..., 0]  # every computed cell is given the same
        return first.T, left_out
    own = table[..., 0].transpose(0, 2, 1)
    known = np.isfinite(own)
    total = np.where(known, own, 0.0).sum(axis=2)
    return np.divide(total, known.sum(axis=2), out=np.full_like(total, np.nan), where=known.any(axis=2)), left_out
