"""Numbers of a batch: one table for what all trajectories share, columns for what differs, doses as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import BadQuantity, UnknownName
from exportin.kernel.batch import Change
from exportin.kernel.expression import Expr, evaluate
from exportin.kernel.system import System

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Doses", "Numbers", "dose_table", "read_numbers"]

_ADD, _SET, _SET_PARAMETER, _ADD_PARAMETER = range(4)


@dataclass(frozen=True)
class Numbers:
    """Parameters of a batch.

    Attributes
    ----------
    base : ndarray, shape (parameter,)
    varied : ndarray of int32, shape (column,)
        Parameters that differ between trajectories.
    columns : ndarray, shape (trajectory, column)
    given : frozenset of int
        Parameters that were given numbers, so that no initial assignment computes them.
    """

    base: NDArray[np.float64]
    varied: NDArray[np.int32]
    columns: NDArray[np.float64]
    given: frozenset[int]

    def of(self, trajectory: int) -> NDArray[np.float64]:
        """All parameters of one trajectory."""
        values = self.base.copy()
        values[self.varied] = self.columns[trajectory]
        return values


@dataclass(frozen=True)
class Doses:
    """Changes as arrays; `offsets` tells where each trajectory's begin, or is None where all share them."""

    offsets: NDArray[np.int64] | None
    times: NDArray[np.float64]
    amounts: NDArray[np.float64]
    kinds: NDArray[np.int32]
    targets: NDArray[np.int32]


def read_numbers(system: System, values: Mapping[str, ArrayLike], count: int, wanted: Sequence[Expr] = ()) -> Numbers:
    """Numbers by name, each one for all trajectories or an array with one for each.

    What neither the run nor an observable in `wanted` reads may lack a number.

    Raises
    ------
    UnknownName, BadQuantity
    """
    place = {name: index for index, name in enumerate(system.parameters)}
    base = np.array(system.defaults, dtype=np.float64)
    varied: list[int] = []
    columns: list[NDArray[np.float64]] = []
    for name, value in values.items():
        if name not in place:
            raise UnknownName("parameter of the model", name, system.parameters)
        numbers = np.asarray(value, dtype=np.float64)
        if numbers.ndim == 0:
            base[place[name]] = numbers
        elif numbers.shape == (count,):
            varied.append(place[name])
            columns.append(numbers)
        else:
            raise BadQuantity(f"{name}: shape {numbers.shape} does not fit; give one number, or {count}, one for each trajectory.")
    given = frozenset(place[name] for name in values)
    _refuse_nan(system, base, varied, columns, given, wanted)
    table = np.ascontiguousarray(np.stack(columns, axis=1)) if columns else np.empty((count, 0))
    return Numbers(base, np.array(varied, dtype=np.int32), table, given)


def _refuse_nan(
    system: System, base: NDArray[np.float64], varied: Sequence[int], columns: Sequence[NDArray[np.float64]], given: frozenset[int],
    wanted: Sequence[Expr],
) -> None:  # fmt: skip
    computed = set(system.computed) - given
    missing = [i for i in np.flatnonzero(np.isnan(base)).tolist() if i not in computed and i not in varied]
    lacking = [system.parameters[i] for i in missing if i in given]
    if len(lacking) < len(missing):
        read = _read(system, wanted)
        lacking += [system.parameters[i] for i in missing if i not in given and i in read]
    lacking += [system.parameters[i] for i, column in zip(varied, columns, strict=True) if np.isnan(column).any()]
    if lacking:
        raise BadQuantity(f"{', '.join(lacking[:6])}: no number (NaN); give a value for it.")


def _read(system: System, wanted: Sequence[Expr]) -> set[int]:
    """Parameters that a run reads."""
    events = [one for event in system.events for one in (event.trigger, event.delay, event.priority) if one is not None]
    values = [one.value for event in system.events for one in event.assignments]
    roots = [*system.rates, *system.initial, *system.computed.values(), *events, *values, *wanted]
    return {int(leaf.value) for root in roots for leaf in root.leaves if leaf.op == "p"}


def dose_table(
    system: System, place: Sequence[int], changes: Sequence[Change] | Sequence[Sequence[Change]], numbers: Numbers, begin: float, count: int
) -> Doses:
    """Changes in order of time; a list for all trajectories, or one list for each.

    Raises
    ------
    UnknownName, BadQuantity
    """
    each = bool(changes) and not isinstance(changes[0], Change)
    if not each and any(_differs(system, one, numbers) for one in changes if isinstance(one, Change)):
        return dose_table(system, place, [list(changes)] * count, numbers, begin, count)  # type: ignore[arg-type]
    lists: Sequence[Any] = changes if each else [changes]
    if each and len(lists) != count:
        raise BadQuantity(f"{len(lists)} lists of changes for {count} trajectories; give one list for all, or one for each.")
    rows = [_row(system, place, one, numbers, index) for index, some in enumerate(lists) for one in sorted(some)]
    early = [one for some in lists for one in some if not one.time >= begin]
    if early:
        raise BadQuantity(f"a change of {early[0].target} at {early[0].time:g} lies before the first time ({begin:g}).")
    offsets = np.concatenate([[0], np.cumsum([len(some) for some in lists])]).astype(np.int64) if each else None
    times, amounts, kinds, targets = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    return Doses(offsets, np.array(times, float), np.array(amounts, float), np.array(kinds, np.int32), np.array(targets, np.int32))


def _differs(system: System, change: Change, numbers: Numbers) -> bool:
    """Whether setting a concentration is another amount in another trajectory, because volumes differ."""
    if change.action != "set" or change.target not in system.states or not len(numbers.varied):
        return False
    return any(leaf.op == "p" and int(leaf.value) in numbers.varied for leaf in system.readable[change.target].leaves)


def _row(system: System, place: Sequence[int], change: Change, numbers: Numbers, trajectory: int) -> tuple[float, float, int, int]:
    if change.action not in {"add", "set"}:
        raise BadQuantity(f"action {change.action!r} of a change of {change.target}: expected 'add' or 'set'.")
    if change.target in system.states:
        state = system.states.index(change.target)
        amount = change.amount
        if change.action == "set":
            amount /= _meaning(system, state, numbers, trajectory)
        return change.time, amount, _ADD if change.action == "add" else _SET, place[state]
    if change.target not in system.parameters:
        raise UnknownName("species, variable or parameter of the model", change.target, [*system.states, *system.parameters])
    kind = _ADD_PARAMETER if change.action == "add" else _SET_PARAMETER
    return change.time, change.amount, kind, system.parameters.index(change.target)


def _meaning(system: System, state: int, numbers: Numbers, trajectory: int) -> float:
    """What a unit of a state means in mathematics: one over the volume of a species that is held as an amount."""
    name = system.states[state]
    meaning = system.readable[name]
    if meaning is system.algebra.x(state):
        return 1.0
    if any(leaf.op != "p" and leaf is not system.algebra.x(state) for leaf in meaning.leaves):
        raise BadQuantity(f"a change cannot set {name}: the size of its compartment changes; add an amount instead.")
    point = [0.0] * len(system.states)
    point[state] = 1.0
    return evaluate([meaning], point, numbers.of(min(trajectory, len(numbers.columns) - 1)).tolist())[0]
