"""One call of the compiled code: its arguments laid out, its work shared over threads, its results gathered."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import BadQuantity, SimulationFailed
from exportin.kernel.batch import Batch, Outcome, Settled, Tolerance
from exportin.kernel.code.expression import Expr
from exportin.kernel.code.tape import Tape
from exportin.kernel.compiled import Compiled
from exportin.kernel.native_types import CJob, CRest, CTape, pointer
from exportin.kernel.numbers import Doses, Numbers
from exportin.kernel.tapes import EventTapes, StartTapes, observed_tape

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["MOST_STEPS", "Call", "check_grid"]

MOST_STEPS = 1_000_000
_REDO = (Outcome.STEP_TOO_SMALL, Outcome.NOT_FINITE, Outcome.PIVOT_LOST)
_STATS = 4
_FAR = 0.05  # a share of a state; what Newton moves further had not settled
_NOISE = 1e-3  # what a loose tolerance of the run may leave


def check_grid(times: ArrayLike) -> NDArray[np.float64]:
    """Times as an array, refused unless they are finite and increase."""
    grid = np.ascontiguousarray(times, dtype=np.float64)
    if grid.ndim != 1 or not len(grid) or not np.isfinite(grid).all() or (np.diff(grid) <= 0).any():
        raise BadQuantity("times: expected finite numbers that increase, the first being the start.")
    return grid


class Call:
    """One call of the compiled code, with everything that it points at."""

    def __init__(
        self, model: Compiled, starts: StartTapes, events: EventTapes, grid: NDArray[np.float64], numbers: Numbers, doses: Doses,
        wanted: Sequence[Expr], count: int, tolerance: Tolerance, start: NDArray[np.float64] | Batch | Settled | None,
    ) -> None:  # fmt: skip
        self._model, self._grid, self._count = model, grid, count
        self.job = CJob()
        self._alive: list[Any] = []
        states = self._states = len(model.system.states)
        self.values = self._keep(np.full((count, len(grid), len(wanted)), np.nan))
        self.end = self._keep(np.full((count, states), np.nan))
        self.outcomes = self._keep(np.full(count, Outcome.PENDING, dtype=np.int32))
        self.stats = self._keep(np.zeros((count, _STATS), dtype=np.int64))
        self.redone = np.zeros(count, dtype=bool)
        self.kept = frozenset(events.targets[events.kinds == 1].tolist()) | frozenset(doses.targets[doses.kinds >= 2].tolist())
        self.kept |= start.kept if isinstance(start, Batch | Settled) else frozenset()
        self.end_parameters = self._keep(np.empty((count, len(numbers.base)))) if self.kept else None
        self.end_triggers = self._keep(np.zeros((count, events.count), dtype=np.uint8)) if events.count else None
        self._cancel = self._keep(np.zeros(1, dtype=np.int32))
        self._fill(
            base=numbers.base, values=numbers.columns, varied=numbers.varied, parameters=len(numbers.base), n_varied=len(numbers.varied),
            prepare=starts.prepare, computed=starts.computed, initial=starts.initial, constants=starts.constants,
            times=grid, n_times=len(grid), observed=observed_tape(self._model, wanted), out=self.values,
            end=self.end, end_parameters=self.end_parameters, end_triggers=self.end_triggers, status=self.outcomes, stats=self.stats,
            dose_offsets=doses.offsets, n_doses=len(doses.times), dose_times=doses.times, dose_amounts=doses.amounts,
            dose_kinds=doses.kinds, dose_targets=doses.targets, dose_units=doses.units,
            units=observed_tape(self._model, doses.unit_expressions), watch=events.watch, stops=events.stops, timing=events.timing,
            effects=events.effects, events=events.events, effect_kinds=events.kinds, effect_targets=events.targets,
            n_events=events.count, foreseen=int(events.foreseen), cancel=self._cancel, most_steps=MOST_STEPS,
        )  # fmt: skip
        self._set_start(start)
        self._set_tolerance(tolerance)

    def _keep(self, thing: Any) -> Any:
        self._alive.append(thing)
        return thing

    def _fill(self, **fields: Any) -> None:
        for name, value in fields.items():
            self._keep(value)
            if isinstance(value, Tape):
                value = self._keep(CTape.of(value))
            elif isinstance(value, np.ndarray) or value is None:
                value = pointer(value)
            setattr(self.job, name, value)

    def _set_start(self, start: NDArray[np.float64] | Batch | Settled | None) -> None:
        """Begin where a batch or some states are."""
        if start is None:
            return
        states = self._states
        held = start.end if isinstance(start, Batch) else start.states if isinstance(start, Settled) else start
        given = np.asarray(held, dtype=np.float64)
        if given.shape not in {(states,), (1, states), (self._count, states)} or not np.isfinite(given).all():
            raise BadQuantity(f"start: shape {given.shape}; expected finite numbers of shape ({states},) or ({self._count}, {states}).")
        table = np.ascontiguousarray(given.reshape(-1, states))
        self._fill(start=table, start_stride=states if len(table) == self._count and self._count > 1 else 0)
        if isinstance(start, Batch) and start.waiting is not None and start.waiting.any():
            raise BadQuantity("start: a delayed event still waits at the end of that batch; end it after the event.")
        if isinstance(start, Batch | Settled) and start.end_triggers is not None:
            was = start.end_triggers
            self._fill(was=np.repeat(was, self._count, axis=0) if len(was) == 1 else was)

    def _keep_parameters(self, table: NDArray[np.float64]) -> None:
        """All parameters of each trajectory, as they are: nothing is computed from others again."""
        everything = np.arange(table.shape[1], dtype=np.int32)
        self._fill(values=table, varied=everything, n_varied=len(everything), prepare=observed_tape(self._model, ()))

    def _set_tolerance(self, tolerance: Tolerance) -> None:
        states = self._states
        given = np.asarray(tolerance.absolute, dtype=np.float64)
        if given.shape not in {(), (states,)}:
            raise BadQuantity(f"tolerance: absolute has shape {given.shape}; expected one number, or {states}, one for each state.")
        table = np.ascontiguousarray(np.broadcast_to(given, (states,)))
        if not (table > 0).all() or not tolerance.relative > 0:
            raise BadQuantity("tolerance: expected positive numbers.")
        self._fill(absolute=table, absolute_stride=0, relative=tolerance.relative, scaled=int(tolerance.scaled))

    def run(self, workers: int) -> None:
        """Integrate; what fails in a way that pivoting may mend is computed again with it."""
        self._share(None, self._count, workers)
        if not self.job.pivoting and (again := np.flatnonzero(np.isin(self.outcomes, _REDO))).size:
            self.job.pivoting = 1
            self.stats[again] = 0
            self._share(again, len(again), workers)
            self.redone[again] = True

    def _share(self, which: NDArray[np.int64] | None, count: int, workers: int) -> None:
        self.share(lambda job: self._model.library.exportin_run(ctypes.byref(job)), which, count, workers)

    def share(self, call: Callable[[CJob], int], which: NDArray[np.int64] | None, count: int, workers: int) -> None:
        """Trajectories over threads, each taking the next one that nobody has begun; Ctrl-C stops them.

        Raises
        ------
        SimulationFailed
            Without memory.
        """
        if workers < 1:
            raise BadQuantity(f"workers: {workers}; expected one thread or more.")
        some = None if which is None else np.ascontiguousarray(which, dtype=np.int64)
        self._fill(which=some, begin=0, count=count, taken=np.zeros(1, dtype=np.int64))
        jobs = [CJob.from_buffer_copy(self.job) for _ in range(min(workers, count))]
        with ThreadPoolExecutor(len(jobs)) as pool:
            futures = [pool.submit(call, job) for job in jobs]
            try:
                codes = [future.result() for future in futures]
            except KeyboardInterrupt:
                self.stop()
                raise
        if self._cancel[0]:
            raise SimulationFailed("the run was stopped before its end; start it again.")
        if any(codes):
            raise SimulationFailed("there is not enough memory for the solver.")

    def stop(self) -> None:
        """Let the compiled code end at its next step."""
        self._cancel[0] = 1

    def polish(self, begun: NDArray[np.float64], totals: NDArray[np.float64], workers: int) -> NDArray[np.float64]:
        """Turn the ends of long runs into steady states with the totals of `begun`; how far Newton's last step went."""
        distance = np.full(self._count, np.inf)
        if self.end_parameters is not None:
            self._keep_parameters(self.end_parameters)  # as events have left them

        def call(job: CJob) -> int:
            rest = CRest(len(totals), *(pointer(array) for array in (totals, begun, self.end, distance)), _FAR)
            return int(self._model.library.exportin_settle(ctypes.byref(job), ctypes.byref(rest)))

        self.share(call, None, self._count, workers)
        self._tell_cycles()
        return distance

    def _tell_cycles(self) -> None:
        """A run that was as far from the steady state half way as at its end goes round it: nothing settled."""
        size = np.abs(self.end)
        size = np.maximum(size, 1e-9 * size.max(axis=1, initial=0.0, keepdims=True))
        with np.errstate(invalid="ignore", divide="ignore"):
            half, end = (np.nanmax(np.abs(self.values[:, row] - self.end) / size, axis=1, initial=0.0) for row in (1, 2))
        self.outcomes[(self.outcomes == Outcome.DONE) & (end > _NOISE) & (end > 0.5 * half)] = Outcome.NOT_SETTLED

    def batch(self, names: tuple[str, ...]) -> Batch:
        """The results."""
        steps, rejected, waiting = (np.ascontiguousarray(self.stats[:, column]) for column in (0, 1, 3))
        return Batch(
            self._grid, names, self.values, self.end, self.outcomes, self.redone, steps, rejected,
            self.end_parameters, self.end_triggers, waiting, self.kept,
        )  # fmt: skip
