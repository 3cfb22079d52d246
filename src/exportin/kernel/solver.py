"""The solver of one model: numbers in, trajectories out; only structure makes a new one."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadQuantity, SimulationFailed
from exportin.kernel.batch import Batch, Change, Outcome, Settled, Tolerance
from exportin.kernel.call import MOST_STEPS, Call, check_grid
from exportin.kernel.code.conserved import conserved_totals
from exportin.kernel.code.expression import Expr
from exportin.kernel.compiled import Compiled
from exportin.kernel.numbers import Doses, Numbers, dose_table, read_numbers
from exportin.kernel.sbml.start import check_start
from exportin.kernel.tapes import EventTapes, StartTapes, event_tapes, start_tapes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Solver"]

_SETTLING = Tolerance(1e-5, 1e-8)  # Newton does the rest


class Solver:
    """Integrates one model.

    Parameters
    ----------
    model : Compiled

    Attributes
    ----------
    states, parameters : tuple of str
        What can be given and what comes back; see `System`.
    """

    def __init__(self, model: Compiled) -> None:
        self.model = model
        self._starts: dict[frozenset[int], StartTapes] = {}
        self._events: EventTapes = event_tapes(model)
        self._weights: NDArray[np.float64] | None = None
        self._running: list[Call] = []
        self.system = model.system
        self.states, self.parameters = model.system.states, model.system.parameters
        self.facts = model.facts

    def find(self, name: str | Expr) -> Expr:
        """The expression behind a name: an id, ``[id]`` for a species' concentration, or a formula over ids."""
        system = self.system
        if isinstance(name, Expr):
            return name
        if name in system.readable:
            return system.readable[name]
        if name.startswith("[") and name[1:-1] in system.concentrations:
            return system.concentrations[name[1:-1]]
        from exportin.kernel.sbml.formula import read_formula

        return read_formula(system.algebra, name, system.readable)

    def run(
        self,
        times: ArrayLike,
        observe: Sequence[str | Expr] = (),
        values: Mapping[str, ArrayLike] | None = None,
        *,
        count: int = 1,
        start: NDArray[np.float64] | Batch | Settled | None = None,
        changes: Sequence[Change] | Sequence[Sequence[Change]] = (),
        tolerance: Tolerance | None = None,
        workers: int = 1,
        longest: float = 0.0,
        most_steps: int = MOST_STEPS,
        pivoting: bool = False,
    ) -> Batch:
        """Integrate trajectories over increasing times.

        A change at a time of the grid shows in the row of that time.

        Parameters
        ----------
        times : array, shape (time,)
            Model time; the first is the start.
        observe : sequence of str or Expr
            What to store; every state by default.
        values : mapping of str to number or array of shape (count,)
            Parameters and compartments; the others keep the model's numbers.
        count : int
            Number of trajectories.
        start : ndarray of shape (state,) or (count, state), Batch or Settled, optional
            States to begin with; by default the model's own initial values for these numbers. From a batch or settled states, parameters
            that events have set are kept, unless they are given in `values`.
        changes : sequence of Change, or one sequence for each trajectory
        tolerance : Tolerance
        workers : int
            Threads; the results are the same bits whatever their number.
        longest : float
            Longest step; zero for no limit.
        most_steps : int
            For each trajectory.
        pivoting : bool
            Use the slower factorisation with pivoting from the beginning.

        Returns
        -------
        batch : Batch
            Look at `Batch.outcomes`, or call `Batch.checked`.

        Raises
        ------
        UnknownName, BadQuantity
        BadNetwork
            If no trajectory can begin; the message names the element whose value or rate is not a number.
        """
        grid = check_grid(times)
        if isinstance(observe, str) or not longest >= 0.0 or most_steps < 1:
            raise BadQuantity("expected observe as a list of names, longest as a length of time or 0, most_steps of at least 1.")
        wanted = [self.find(name) for name in observe] if len(observe) else [self.find(name) for name in self.states if name]
        numbers = read_numbers(self.system, values or {}, count, wanted)
        names = tuple(str(name) for name in observe) if len(observe) else tuple(name for name in self.states if name)
        doses = dose_table(self.system, self.model.place, changes, float(grid[0]), count)
        call = self._call(grid, numbers, doses, wanted, count, tolerance or Tolerance(), start)
        call.job.longest, call.job.most_steps, call.job.pivoting = longest, most_steps, int(pivoting)
        with self.noting(call):
            call.run(workers)
        if start is None and (call.outcomes == Outcome.NOT_FINITE).all() and not call.stats[:, 0].any():
            self._name_bad_start(numbers, float(grid[0]))
        return call.batch(names)

    def settle(
        self,
        horizon: float,
        values: Mapping[str, ArrayLike] | None = None,
        *,
        count: int = 1,
        start: NDArray[np.float64] | Batch | Settled | None = None,
        tolerance: Tolerance | None = None,
        workers: int = 1,
        most_steps: int = MOST_STEPS,
    ) -> Settled:
        """Find the steady state of each trajectory that has the same conserved totals as its start.

        Long integration, then Newton's method on the rates with the totals kept.

        Parameters
        ----------
        horizon : float
            How long to integrate first, model time; beyond the slowest relaxation.
        values, count, start, tolerance, workers
            As for `run`.
        most_steps : int
            After so many steps of the long integration a trajectory counts as not settled: one that oscillates takes steps for ever.

        Returns
        -------
        settled : Settled
            A trajectory that oscillates or needs longer has the outcome `Outcome.NOT_SETTLED`.
        """
        numbers = read_numbers(self.system, values or {}, count)
        none = dose_table(self.system, (), (), 0.0, count)
        if not 0.0 < horizon < np.inf:
            raise BadQuantity(f"horizon: {horizon}; expected a length of time.")
        grid = check_grid([0.0, 0.5 * horizon, horizon])
        everything = [self.system.algebra.x(state) for state in range(len(self.states))]
        begun = self._call(grid[:1], numbers, none, [], count, tolerance or _SETTLING, start)
        call = self._call(grid, numbers, none, everything, count, tolerance or _SETTLING, start)
        call.job.most_steps = most_steps
        with self.noting(begun, call):
            begun.run(workers)
            call.run(workers)
            if most_steps < MOST_STEPS:
                call.outcomes[call.outcomes == Outcome.TOO_MANY_STEPS] = Outcome.NOT_SETTLED
            distance = call.polish(begun.end, self.totals(), workers)
        if start is None and (call.outcomes == Outcome.NOT_FINITE).all() and not call.stats[:, 0].any():
            self._name_bad_start(numbers, 0.0)
        steps = np.ascontiguousarray(call.stats[:, 0])
        return Settled(
            call.end, call.outcomes, distance, call.redone, steps, horizon, call.end_parameters, call.end_triggers, call.kept
        )  # fmt: skip

    def _name_bad_start(self, numbers: Numbers, time: float) -> None:
        """Raise with the name of what keeps every trajectory from its start, if that can be told."""
        first = enumerate(zip(self.parameters, numbers.of(0).tolist(), strict=True))
        known = {name: value for index, (name, value) in first if index in numbers.given or index not in self.system.computed}
        check_start(self.system, known, time)

    def totals(self) -> NDArray[np.float64]:
        """Weights of the conserved totals, shape (total, state)."""
        if self._weights is None:
            totals = conserved_totals(self.system)
            weights = np.zeros((len(totals), len(self.states)))
            for row, total in zip(weights, totals, strict=True):
                row[list(total)] = list(total.values())
            self._weights = weights  # whole, for other threads
        return self._weights

    def start_of(self, values: Mapping[str, ArrayLike] | None = None, count: int = 1) -> NDArray[np.float64]:
        """Initial states for some numbers, shape (count, state)."""
        return self.run([0.0], [], values, count=count).end

    def rates(self, state: ArrayLike, values: Mapping[str, ArrayLike] | None = None, time: float = 0.0) -> tuple[NDArray[np.float64], ...]:
        """Rates of change at a state, shape (state,), and their Jacobian, shape (state, state)."""
        numbers = read_numbers(self.system, values or {}, 1)
        call = self._call(np.array([time]), numbers, dose_table(self.system, (), (), 0.0, 1), [], 1, Tolerance(), None)
        here = np.ascontiguousarray(state, dtype=np.float64).reshape(len(self.states))
        rates, slopes = np.zeros(len(self.states)), np.zeros((len(self.states),) * 2)
        arguments = (ctypes.byref(call.job), ctypes.c_double(time), *(ctypes.c_void_p(a.ctypes.data) for a in (here, rates, slopes)))
        if self.model.library.exportin_rates(*arguments):
            raise SimulationFailed("there is not enough memory for the solver.")
        return rates, slopes

    def stop(self) -> None:
        """End all runs of this solver that are under way in other threads; they raise `SimulationFailed`."""
        for call in list(self._running):
            call.stop()

    @contextmanager
    def noting(self, *calls: Call) -> Iterator[None]:
        """While calls are under way, `stop` reaches them."""
        self._running.extend(calls)
        try:
            yield
        finally:
            for call in calls:
                self._running.remove(call)

    def _call(
        self, grid: NDArray[np.float64], numbers: Numbers, doses: Doses, wanted: Sequence[Expr], count: int, tolerance: Tolerance,
        start: NDArray[np.float64] | Batch | Settled | None,
    ) -> Call:  # fmt: skip
        if isinstance(start, Batch | Settled) and start.end_parameters is not None:
            numbers = numbers.keeping(start.kept, start.end_parameters)
        return Call(self.model, self._starting(numbers.given), self._events, grid, numbers, doses, wanted, count, tolerance, start)

    def _starting(self, given: frozenset[int]) -> StartTapes:
        """Programs of the start where some parameters are given, made once."""
        given &= frozenset(self.system.computed)
        if given not in self._starts:
            self._starts[given] = start_tapes(self.model, given)
        return self._starts[given]
