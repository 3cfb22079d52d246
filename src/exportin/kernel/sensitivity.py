"""Forward sensitivities: how trajectories change with parameters and initial values."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import BadQuantity, UnknownName
from exportin.kernel.batch import Batch, Change, Outcome, Settled, Tolerance
from exportin.kernel.call import Call, check_grid
from exportin.kernel.code.differentiate import Chain, Partials, chain, chained, gaps_of, partials, turning_atoms, with_events_on_states
from exportin.kernel.code.expression import Expr, evaluate, rebuild
from exportin.kernel.compiled import Compiled, compile_slopes
from exportin.kernel.native_types import CJob, CSlope, CSlopeJob, CTape, pointer
from exportin.kernel.numbers import Numbers, dose_table, read_numbers
from exportin.kernel.solver import Solver
from exportin.kernel.tapes import StartTapes, event_tapes, start_tapes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Sensitivities", "Sensitivity"]

_AT_ONCE = 24  # columns of one pass: six vectors of four


@dataclass(frozen=True)
class Sensitivities:
    """Trajectories and their derivatives.

    Attributes
    ----------
    batch : Batch
    by : tuple of str
        With respect to what.
    values : ndarray, shape (trajectory, time, observable, by)
        Derivatives of ``batch.values``, not scaled.
    end : ndarray, shape (trajectory, state, by)
    """

    batch: Batch
    by: tuple[str, ...]
    values: NDArray[np.float64]
    end: NDArray[np.float64]


class Sensitivity:
    """Integrates one model together with its derivatives; it has a library of its own, compiled at first use.

    Parameters
    ----------
    solver : Solver
    """

    def __init__(self, solver: Solver) -> None:
        self._solver = solver
        self.system = with_events_on_states(solver.system)
        self._model: Compiled = compile_slopes(self.system)
        watched = [*(event.trigger for event in self.system.events), *self._model.discrete]
        self._atoms = turning_atoms(watched)
        self._events = event_tapes(self._model, self._atoms)
        self._starts: dict[frozenset[int], StartTapes] = {}
        self._chains: dict[tuple[frozenset[int], int], Chain] = {}

    def run(
        self,
        times: ArrayLike,
        observe: Sequence[str | Expr],
        by: Sequence[str],
        values: Mapping[str, ArrayLike] | None = None,
        *,
        count: int = 1,
        settled: Settled | None = None,
        changes: Sequence[Change] | Sequence[Sequence[Change]] = (),
        tolerance: Tolerance | None = None,
        workers: int = 1,
    ) -> Sensitivities:
        """Integrate trajectories with their derivatives.

        Parameters
        ----------
        times, observe, values, count, changes, tolerance, workers
            As for `Solver.run`.
        by : sequence of str
            Parameters (through initial assignments too), or states, which means their initial values.
        settled : Settled, optional
            Begin at these steady states (of the same numbers), which themselves change with the parameters.

        Returns
        -------
        sensitivities : Sensitivities

        Raises
        ------
        UnknownName, BadQuantity
        NotModelled
            If the model has events with delays.
        """
        grid = check_grid(times)
        if isinstance(observe, str) or isinstance(by, str):
            raise BadQuantity("expected observe and by as lists of names.")
        observe = observe if len(observe) else [name for name in self._solver.states if name]
        doses = dose_table(self.system, self._model.place, changes, float(grid[0]), count)
        wanted = [self._find(name) for name in observe]
        numbers = read_numbers(self.system, values or {}, count, wanted)
        settled = None if settled is None else self._extended(settled.checked(), numbers, count)
        if settled is not None and settled.end_parameters is not None:
            numbers = numbers.keeping(settled.kept, settled.end_parameters)
        if not len(by):
            raise BadQuantity("by: expected at least one name of a parameter or state.")
        weights, begin = self._beginning(by, numbers, settled, count, float(grid[0]))
        starts, control = self._start(numbers), tolerance or Tolerance()
        passes, calls = [], []
        for first in range(0, len(by), _AT_ONCE):
            by_parameter, by_state = (part[:, :, first : first + _AT_ONCE] for part in (weights, begin))
            calls.append(Call(self._model, starts, self._events, grid, numbers, doses, wanted, count, control, settled))
            passes.append(_Pass(self, calls[-1], wanted, by_parameter, by_state, doses.unit_expressions).run(len(grid), count, workers))
        batch = calls[-1].batch(tuple(str(name) for name in observe))
        return Sensitivities(batch, tuple(by), *(np.concatenate([one[n] for one in passes], axis=-1) for n in (0, 1)))

    def _find(self, name: str | Expr) -> Expr:
        """An observable in terms of the states of this system."""
        expression = self._solver.find(name)
        moved = {self.system.algebra.p(self.system.parameters.index(state)): self.system.algebra.x(n)
                 for n, state in enumerate(self.system.states) if n >= len(self._solver.states)}  # fmt: skip
        return rebuild(self.system.algebra, [expression], moved.get)[0]

    def _beginning(
        self, by: Sequence[str], numbers: Numbers, settled: Settled | None, count: int, time: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Derivatives at the start: of the parameters, (count, parameter, by), and of the states, (count, state, by)."""
        system = self.system
        for name in by:
            if name not in system.states and name not in system.parameters:
                raise UnknownName("parameter or state of the model", name, [*system.parameters, *system.states])
        indices = [system.parameters.index(name) for name in by if name in system.parameters]
        columns = [n for n, name in enumerate(by) if name in system.parameters]
        chains = [self._chain(numbers, index) for index in indices]
        weights = np.zeros((count, len(system.parameters), len(by)))
        begin = np.zeros((count, len(system.states), len(by)))
        for one in range(count):
            point = self._point(numbers, one, time)
            parameters, initial = chained(system, chains, point, time)
            weights[one][:, columns], begin[one][:, columns] = parameters, initial
        for column, name in enumerate(by):
            if name not in system.parameters:
                begin[:, :, column] = 0.0
                begin[:, system.states.index(name), column] = 1.0
        if settled is not None:
            for one in range(count):
                begin[one] = self._at_rest(settled, one, self._point(numbers, one, 0.0), weights[one], begin[one])
        return weights, begin

    def _start(self, numbers: Numbers) -> StartTapes:
        """Programs of the start, made once for the same computed parameters that are given."""
        given = numbers.given & frozenset(self.system.computed)
        if given not in self._starts:
            self._starts[given] = start_tapes(self._model, given)
        return self._starts[given]

    def _chain(self, numbers: Numbers, index: int) -> Chain:
        """Derivatives through initial assignments, made once likewise."""
        key = numbers.given & frozenset(self.system.computed), index
        if key not in self._chains:
            self._chains[key] = chain(self.system, *key)
        return self._chains[key]

    def _point(self, numbers: Numbers, trajectory: int, time: float) -> list[float]:
        """All parameters of a trajectory, those that initial assignments compute included."""
        point = numbers.of(trajectory).tolist()
        for index, expression in self.system.computed.items():
            if index not in numbers.given:
                point[index] = evaluate([expression], (), point, time)[0]
        return point

    def _at_rest(
        self, settled: Settled, trajectory: int, point: list[float], weights: NDArray[np.float64], begin: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Derivatives of a steady state: J S = -f_p with the totals of the start, scaled and solved by least squares."""
        system, solver = self._solver.system, self._solver
        states = len(system.states)
        state = settled.states[trajectory, :states]
        known = {name: value for name, value in zip(system.parameters, point, strict=True) if not np.isnan(value)}
        _, jacobian = solver.rates(state, known, settled.time)
        used = np.flatnonzero(weights.any(axis=1))
        parameters = [system.algebra.p(int(j)) for j in used]
        slopes = [system.algebra.diff(rate, one) for rate in system.rates for one in parameters]
        by_used = np.array(evaluate(slopes, state.tolist(), point, settled.time)).reshape(states, len(used))
        totals = solver.totals()
        size = np.maximum(np.abs(state), 1e-9 * (np.abs(state).max() or 1.0))
        matrix = np.vstack([jacobian, totals]) * size
        answer = np.vstack([-by_used @ weights[used], totals @ begin[:states]])
        scale = 1.0 / np.maximum(np.abs(matrix).max(axis=1, keepdims=True), 1e-300)
        solution, *_ = np.linalg.lstsq(matrix * scale, answer * scale, rcond=1e-14)
        return np.vstack([solution * size[:, None], begin[states:]])

    def _extended(self, settled: Settled, numbers: Numbers, count: int) -> Settled:
        """Settled states, one for each trajectory, with the parameters that are states here."""
        if len(settled.states) not in {1, count}:
            raise BadQuantity(f"settled: {len(settled.states)} states for {count} trajectories; settle as many.")
        extra = [self.system.parameters.index(name) for name in self.system.states[len(self._solver.states) :]]
        left = settled.end_parameters
        table = np.array([numbers.of(one) for one in range(count)]) if left is None else np.broadcast_to(left, (count, left.shape[1]))
        states = np.broadcast_to(settled.states, (count, settled.states.shape[1]))
        return replace(settled, states=np.hstack([states, table[:, extra]]))


class _Pass:
    """One call of the compiled code for up to 24 columns."""

    def __init__(
        self, whole: Sensitivity, call: Call, wanted: Sequence[Expr], weights: NDArray[np.float64], begin: NDArray[np.float64],
        units: Sequence[Expr],
    ) -> None:  # fmt: skip
        system, model = whole.system, whole._model
        self._call, self._model, self._alive, self._solver = call, model, list[Any](), whole._solver
        self._columns = weights.shape[2]
        self._observed = len(wanted)
        used = np.flatnonzero(weights.any(axis=(0, 2))).astype(np.int32)
        algebra, place = system.algebra, model.place
        effects = [one.value for event in system.events for one in event.assignments]
        self._job = CSlopeJob()
        self._job.columns, self._job.groups = self._columns, -(-self._columns // 4)
        self._job.n_used, self._job.n_atoms = len(used), len(whole._atoms)
        self._job.used = self._at(used if len(used) else np.zeros(1, np.int32))
        self._job.weights = self._at(np.ascontiguousarray(weights[:, used]))
        self._job.start = self._at(np.ascontiguousarray(begin))
        self._job.observed = self._slope(partials(algebra, wanted, place, used.tolist()))
        self._job.gaps = self._slope(partials(algebra, gaps_of(algebra, whole._atoms), place, used.tolist()))
        self._job.effects = self._slope(partials(algebra, effects, place, used.tolist()))
        self._job.units = self._slope(partials(algebra, units, place, used.tolist()))

    def _at(self, array: NDArray[Any]) -> int | None:
        self._alive.append(array)
        return pointer(array)

    def _slope(self, one: Partials) -> CSlope:
        self._alive.append(one)
        return CSlope(CTape.of(one.tape), self._at(one.row), self._at(one.kind), self._at(one.index))

    def run(self, times: int, count: int, workers: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Derivatives of the observables and of the last states."""
        out = np.full((count, times, self._observed, self._columns), np.nan)
        end = np.full((count, len(self._model.system.states), self._columns), np.nan)
        self._job.out, self._job.end = self._at(out), self._at(end)

        def call(job: CJob) -> int:
            return int(self._model.library.exportin_slopes(ctypes.byref(job), ctypes.byref(self._job)))

        with self._solver.noting(self._call):
            self._call.share(call, None, count, workers)
        lost = ~(np.isfinite(out).all(axis=(1, 2, 3)) & np.isfinite(end).all(axis=(1, 2)))
        self._call.outcomes[(self._call.outcomes == Outcome.DONE) & lost] = Outcome.NOT_FINITE
        failed = self._call.outcomes != Outcome.DONE
        out[failed] = end[failed] = np.nan
        return out, end
