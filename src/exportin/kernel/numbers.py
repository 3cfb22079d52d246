"""Numbers of a batch: one table for what all trajectories share, columns for what differs, doses as arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import BadQuantity, UnknownName
from exportin.kernel.batch import Change
from exportin.kernel.code.expression import Expr
from exportin.kernel.code.system import System

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

    def keeping(self, kept: frozenset[int], table: NDArray[np.float64]) -> Numbers:
        """The same, with what events and changes have left of some parameters, unless they are given now."""
        left = np.array(sorted(kept - self.given), dtype=np.int32)
        rows = table if len(table) == len(self.columns) else np.repeat(table, len(self.columns), axis=0)
        columns = np.ascontiguousarray(np.hstack([self.columns, rows[:, left]]))
        return Numbers(self.base, np.concatenate([self.varied, left]), columns, self.given | kept)

    def of(self, trajectory: int) -> NDArray[np.float64]:
        """All parameters of one trajectory."""
        values = self.base.copy()
        values[self.varied] = self.columns[trajectory]
        return values


@dataclass(frozen=True)
class Doses:
    """Changes as arrays; `offsets` tells where each trajectory's begin, or is None where all share them.

    A value that is set is divided by the expression number ``units`` (-1 for none) at that moment: a concentration becomes an amount.
    """

    offsets: NDArray[np.int64] | None
    times: NDArray[np.float64]
    amounts: NDArray[np.float64]
    kinds: NDArray[np.int32]
    targets: NDArray[np.int32]
    units: NDArray[np.int32]
    unit_expressions: tuple[Expr, ...]


def read_numbers(system: System, values: Mapping[str, ArrayLike], count: int, wanted: Sequence[Expr] = ()) -> Numbers:
    """Numbers by name, each one for all trajectories or an array with one for each.

    What neither the run nor an observable in `wanted` reads may lack a number.

    Raises
    ------
    UnknownName, BadQuantity
    """
    if count < 1:
        raise BadQuantity(f"count: {count}; expected one trajectory or more.")
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
    system: System, place: Sequence[int], changes: Sequence[Change] | Sequence[Sequence[Change]], begin: float, count: int
) -> Doses:
    """Changes in order of time, those of one moment as they are given; a list for all trajectories, or one list for each.

    Raises
    ------
    UnknownName, BadQuantity
    """
    if isinstance(changes, Change):
        raise BadQuantity(f"changes: {changes} alone; give a list of changes.")
    each = bool(changes) and not isinstance(changes[0], Change)
    lists: Sequence[Any] = changes if each else [changes]
    if each and len(lists) != count:
        raise BadQuantity(f"{len(lists)} lists of changes for {count} trajectories; give one list for all, or one for each.")
    units: dict[Expr, int] = {}
    rows = [_row(system, place, one, units) for some in lists for one in sorted(some, key=lambda one: one.time)]
    early = [one for some in lists for one in some if not one.time >= begin]
    if early:
        raise BadQuantity(f"a change of {early[0].target} at {early[0].time:g} lies before the first time ({begin:g}).")
    offsets = np.concatenate([[0], np.cumsum([len(some) for some in lists])]).astype(np.int64) if each else None
    times, amounts, *whole = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [], [])
    kinds, targets, expressions = (np.array(column, dtype=np.int32) for column in whole)
    return Doses(offsets, np.array(times, dtype=np.float64), np.array(amounts, dtype=np.float64), kinds, targets, expressions, tuple(units))


def _row(system: System, place: Sequence[int], change: Change, units: dict[Expr, int]) -> tuple[float, float, int, int, int]:
    if change.action not in {"add", "set"}:
        raise BadQuantity(f"action {change.action!r} of a change of {change.target}: expected 'add' or 'set'.")
    if not math.isfinite(change.amount) or not math.isfinite(change.time):
        raise BadQuantity(f"a change of {change.target} by {change.amount} at {change.time}: expected finite numbers.")
    adds = change.action == "add"
    if change.target in system.states:
        state = system.states.index(change.target)
        unit = -1 if adds else _unit(system, change.target, system.algebra.x(state), units)
        return change.time, change.amount, _ADD if adds else _SET, place[state], unit
    if change.target not in system.parameters:
        raise UnknownName("species, variable or parameter of the model", change.target, [*system.states, *system.parameters])
    index = system.parameters.index(change.target)
    unit = -1 if adds else _unit(system, change.target, system.algebra.p(index), units)
    return change.time, change.amount, _ADD_PARAMETER if adds else _SET_PARAMETER, index, unit


def _unit(system: System, name: str, held: Expr, units: dict[Expr, int]) -> int:
    """Which expression turns a set value into what is held (it is divided by it at that moment); -1 where they are the same."""
    meaning = system.readable.get(name, held)
    if meaning is held:
        return -1
    return units.setdefault(system.algebra.diff(meaning, held), len(units))
