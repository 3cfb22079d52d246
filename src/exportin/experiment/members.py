"""The members of an ensemble (patients by draws by cells) as a task that computes any range of them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin import units
from exportin.experiment.fate import alive
from exportin.experiment.observables import Observable, find_observables, raw_parts
from exportin.experiment.prepared import Columns, Experiment, prepare
from exportin.experiment.reference import REFERENCE
from exportin.kernel.batch import Outcome, Tolerance
from exportin.network.cell import Cell
from exportin.pharmacology.exposure import Exposure
from exportin.result import EXTREMES, measure_extremes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from exportin.kernel.code.expression import Expr

__all__ = ["Members", "drawn_columns"]

_STORED = 64 * 2**20  # bytes of what the solver stores at once


@dataclass(frozen=True)
class Members:
    """A task for `exportin.kernel.ensemble.execute.run_chunks`; it can be sent to another process.

    Attributes
    ----------
    cell : Cell
    exposures : tuple of Exposure
    observe : tuple of str
    horizon : float
        s.
    sizes : tuple of int
        Patients, draws, cells; the last runs fastest.
    seed : int
    points : int
        Length of the time axis.
    tolerance : float
    """

    cell: Cell
    exposures: tuple[Exposure, ...]
    observe: tuple[str, ...]
    horizon: float
    sizes: tuple[int, int, int]
    seed: int
    points: int
    tolerance: float

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @functools.cached_property
    def experiment(self) -> Experiment:
        """The compiled model."""
        return prepare(self.cell, self.exposures, self.seed)

    @functools.cached_property
    def wanted(self) -> list[Observable]:
        """What is observed."""
        return find_observables(self.observe, self.experiment.terms, self.cell, self.experiment.exposures)

    @functools.cached_property
    def parts(self) -> Mapping[Expr, int]:
        """What the solver computes and stores, with its column."""
        return raw_parts(self.wanted, () if self.life is None else (self.life,))

    @functools.cached_property
    def life(self) -> Expr | None:
        """What says that a cell is dead, in a cell that can die."""
        return self.experiment.terms.find("committed") if "apoptosis" in self.cell.pathways else None

    @functools.cached_property
    def grid(self) -> NDArray[np.float64]:
        """The time axis, s."""
        return np.linspace(0.0, self.horizon, self.points)

    @functools.cached_property
    def fine(self) -> NDArray[np.float64]:
        """The time axis with points that thin out after every dose, so that no peak falls between two points of it, s."""
        doses = sorted({change.time for change in self.experiment.changes})
        after = np.geomspace(60.0, 7 * 86_400.0, min(80, 5 + 20_000 // (len(doses) + 1)))  # from a minute to a week
        extra = np.concatenate([dose + np.append(0.0, after) for dose in doses]) if doses else np.empty(0)
        return np.union1d(self.grid, extra[(extra > 0) & (extra < self.horizon)])

    @property
    def count(self) -> int:
        """Number of members."""
        return int(np.prod(self.sizes))

    @property
    def member_bytes(self) -> int:
        """What is kept of a member."""
        return 8 * len(self.observe) * (self.points + len(EXTREMES)) + 4

    def prepared(self) -> Members:
        """The same, with everything made that chunks share, so that threads do not make it at once."""
        _ = self.wanted, self.parts, self.fine
        return self

    def stop(self) -> None:
        """End what threads of this process compute, at the solver's next step."""
        self.experiment.solver.stop()

    def __call__(self, members: range) -> dict[str, NDArray[Any]]:
        """Compute some members.

        Returns
        -------
        arrays : dict
            ``values``, shape (member, observable, time); ``extremes``, shape (member, observable, statistic); ``status``, shape
            (member,), an `Outcome`. A member whose status is not 0 has NaN everywhere.
        """
        most = max(1, _STORED // (8 * (len(self.fine) + 1) * len(self.parts)))
        ranges = [members[begin : begin + most] for begin in range(0, len(members), most)]
        pieces = [self._compute(one) for one in ranges]
        return pieces[0] if len(pieces) == 1 else {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}

    def numbers(self, members: range) -> Columns:
        """Every number of the model at these members."""
        places = np.unravel_index(np.arange(members.start, members.stop), self.sizes)
        return self.experiment.columns(*(place if size > 1 else None for place, size in zip(places, self.sizes, strict=True)))

    def _compute(self, members: range) -> dict[str, NDArray[Any]]:
        count = len(members)
        numbers = self.numbers(members)
        states, status = self._rest(members)
        fine = np.flatnonzero(status == Outcome.DONE)
        values = np.full((count, len(self.wanted), self.points), np.nan)
        extremes = np.full((count, len(self.wanted), len(EXTREMES)), np.nan)
        if len(fine):
            chosen: Columns = {name: one[fine] if np.ndim(one) else one for name, one in numbers.items()}  # pyright: ignore[reportIndexIssue]
            found, status[fine] = self._trajectories(chosen, states[fine])
            if self.life is not None:
                dead = ~alive(found[:, 0, self.parts[self.life]])
                status[fine[dead & (status[fine] == Outcome.DONE)]] = Outcome.NOT_ALIVE
            self._read(found, fine, values, extremes)
        values[status != Outcome.DONE] = np.nan
        extremes[status != Outcome.DONE] = np.nan
        return {"values": values, "extremes": extremes, "status": status}

    def _rest(self, members: range) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Untreated state of each member, shape (member, state), and its outcome.

        Patients differ in their pharmacokinetics alone, which means nothing where there is no drug: they share the state of their
        draw and cell.
        """
        _, draws, cells = self.sizes
        alike, which = np.unique(np.arange(members.start, members.stop) % (draws * cells), return_inverse=True)
        numbers = self.experiment.columns(None, alike // cells if draws > 1 else None, alike % cells if cells > 1 else None)
        rest = self.experiment.rest(numbers, len(alike))
        return rest.states[which], np.array(rest.outcomes[which], dtype=np.int32)

    def _trajectories(self, numbers: Columns, states: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """What the solver stores, shape (member, time, part), the first time being the beginning; and the outcomes."""
        here = self.experiment
        changes = here.changes
        begin = min([0.0, *(change.time for change in changes)])
        inside = [change for change in (*changes, *here.interventions(numbers)) if change.time <= self.horizon]
        times = self.fine if begin == 0.0 else np.concatenate([[begin], self.fine])
        control = Tolerance(self.tolerance, 1e-3 * self.tolerance)
        batch = here.solver.run(
            times, list(self.parts), here.undisturbed(numbers), count=len(states), start=states, changes=inside, tolerance=control
        )
        return batch.values, batch.outcomes

    def _read(
        self, found: NDArray[np.float64], rows: NDArray[np.int64], values: NDArray[np.float64], extremes: NDArray[np.float64]
    ) -> None:
        """Observables from their parts. The first row is untreated: what happens at its time moves no amount of XPO1 or cargo."""
        asked = np.searchsorted(self.fine, self.grid)
        hours = self.fine / units.SECONDS_PER_HOUR
        curves = [np.ascontiguousarray(found[:, :, column]) for column in range(found.shape[2])]
        for place, one in enumerate(self.wanted):
            parts = [curves[self.parts[part]] for part in one.parts]
            curve = one.read([part[:, -len(self.fine) :] for part in parts], [part[:, :1] for part in parts], self.fine)
            values[rows, place] = curve[:, asked]
            extremes[rows, place] = measure_extremes(hours, curve)


def drawn_columns(members: Members) -> dict[str, NDArray[np.float64]]:
    """Values of each parameter that differs between draws, shape (draw,)."""
    draws = members.sizes[1]
    if draws == 1:
        return {}
    columns = members.experiment.columns(None, np.arange(draws), None)
    drawn = {name: column for name, column in columns.items() if isinstance(column, np.ndarray) and np.ptp(column) > 0}
    return {name: column for name, column in drawn.items() if name != REFERENCE}  # it follows from the others
