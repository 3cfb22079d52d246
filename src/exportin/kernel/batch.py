"""What is asked of the solver (tolerance, changes on the way) and what it gives back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import SimulationFailed, UnknownName

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ADVICE", "Batch", "Change", "Outcome", "Settled", "Tolerance"]


class Outcome(IntEnum):
    """How a trajectory ended."""

    DONE = 0
    PENDING = 1
    STEP_TOO_SMALL = 2
    TOO_MANY_STEPS = 3
    NOT_FINITE = 4
    PIVOT_LOST = 5
    CHATTERING = 6
    QUEUE_FULL = 7
    NOT_SETTLED = 8
    MOMENTS_COINCIDE = 9
    NOT_ALIVE = 10
    NO_REFERENCE = 11


ADVICE = {
    Outcome.PENDING: "it was not computed, because the run was stopped",
    Outcome.STEP_TOO_SMALL: "the step became too small for the clock: loosen the tolerance, or look for a value that goes to infinity",
    Outcome.TOO_MANY_STEPS: "it took more steps than allowed: loosen the tolerance or allow more steps",
    Outcome.NOT_FINITE: "it left the finite numbers: check the parameters that you changed, and the initial values",
    Outcome.PIVOT_LOST: "its linear system is singular: check for parameters that are zero or infinite",
    Outcome.CHATTERING: "conditions turn again and again at one moment: separate the thresholds for on and off",
    Outcome.QUEUE_FULL: "more than 64 delayed events wait at once: shorten the delay or trigger less often",
    Outcome.NOT_SETTLED: "it does not settle: it may oscillate, have no steady state for these numbers, or need a longer horizon",
    Outcome.MOMENTS_COINCIDE: "two conditions turn at one moment and move differently: there is no derivative; move one of them a little",
    Outcome.NOT_ALIVE: "its untreated cell is dead: these numbers make no cell that lives, so there is nothing to treat",
    Outcome.NO_REFERENCE: "its numbers have no untreated cell at rest with the very export that their rates hold in, so they make no cell",
}


@dataclass(frozen=True, order=True)
class Change:
    """Something that happens to a trajectory at a moment.

    Attributes
    ----------
    time : float
        Model time (s in the project's own models).
    target : str
        Id of a species, rate-rule variable or parameter.
    action : str
        ``set`` or ``add``.
    amount : float
        For a species an amount to add (to one with a rate rule, to its value), or a value to set as mathematics means the id (a
        concentration unless it has only substance units); for anything else its value or increment.
    """

    time: float
    target: str
    action: str
    amount: float


@dataclass(frozen=True)
class Tolerance:
    """Error control of a step.

    Attributes
    ----------
    relative : float
    absolute : float or ndarray, shape (state,)
    scaled : bool
        Whether `absolute` is a share of each state's own scale (its start, what doses add to it, and no less than 1e-9 of the
        largest start), or is in the states' own units.
    """

    relative: float = 1e-7
    absolute: float | NDArray[np.float64] = 1e-10
    scaled: bool = True


@dataclass(frozen=True)
class Batch:
    """Trajectories of one model.

    Attributes
    ----------
    times : ndarray, shape (time,)
    names : tuple of str
        What was observed.
    values : ndarray, shape (trajectory, time, name)
        NaN for a trajectory whose outcome is not `Outcome.DONE`, from where it ended.
    end : ndarray, shape (trajectory, state)
        Last states, as the solver holds them (see `System`).
    outcomes : ndarray of int, shape (trajectory,)
    redone : ndarray of bool, shape (trajectory,)
        Whether a trajectory was computed with pivoting after it had failed without.
    steps, rejected : ndarray of int, shape (trajectory,)
    """

    times: NDArray[np.float64]
    names: tuple[str, ...]
    values: NDArray[np.float64]
    end: NDArray[np.float64]
    outcomes: NDArray[np.int32]
    redone: NDArray[np.bool_]
    steps: NDArray[np.int64]
    rejected: NDArray[np.int64]
    end_parameters: NDArray[np.float64] | None = field(default=None, repr=False)
    end_triggers: NDArray[np.uint8] | None = field(default=None, repr=False)
    waiting: NDArray[np.int64] | None = field(default=None, repr=False)
    kept: frozenset[int] = field(default=frozenset(), repr=False)

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """Values of one observable, shape (trajectory, time)."""
        if name not in self.names:
            raise UnknownName("observable of this batch", name, self.names)
        return self.values[:, :, self.names.index(name)]

    def checked(self) -> Batch:
        """The same batch, if every trajectory was computed.

        Raises
        ------
        SimulationFailed
            With the number of trajectories that were not, and advice.
        """
        _refuse_failed(self.outcomes)
        return self


@dataclass(frozen=True)
class Settled:
    """Steady states of one model.

    Attributes
    ----------
    states : ndarray, shape (trajectory, state)
    outcomes : ndarray of int, shape (trajectory,)
    distance : ndarray, shape (trajectory,)
        Newton's last step relative to each state's size: how far the exact steady state still is.
    redone : ndarray of bool, shape (trajectory,)
    steps : ndarray of int, shape (trajectory,)
    time : float
        When they were reached; conditions on time are those of this moment.
    """

    states: NDArray[np.float64]
    outcomes: NDArray[np.int32]
    distance: NDArray[np.float64]
    redone: NDArray[np.bool_]
    steps: NDArray[np.int64]
    time: float = 0.0
    end_parameters: NDArray[np.float64] | None = field(default=None, repr=False)
    end_triggers: NDArray[np.uint8] | None = field(default=None, repr=False)
    kept: frozenset[int] = field(default=frozenset(), repr=False)

    def checked(self) -> Settled:
        """The same states, if all trajectories settled.

        Raises
        ------
        SimulationFailed
        """
        _refuse_failed(self.outcomes)
        return self


def _refuse_failed(outcomes: NDArray[np.int32]) -> None:
    failed = Counter(Outcome(int(code)) for code in outcomes if code)
    if failed:
        which = int(np.flatnonzero(outcomes)[0])
        told = "; ".join(f"{count} of {len(outcomes)}: {ADVICE[outcome]}" for outcome, count in failed.most_common())
        raise SimulationFailed(f"the integrator gave up ({told}; first: number {which}).")
