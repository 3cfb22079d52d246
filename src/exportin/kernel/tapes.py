"""The small programs of one run: start, observables, events; made once for what is asked and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.kernel.code.differentiate import turning_atoms
from exportin.kernel.code.expression import Expr, rebuild
from exportin.kernel.code.moments import turning_points
from exportin.kernel.code.tape import Tape, write_tape
from exportin.kernel.compiled import Compiled
from exportin.kernel.native_types import CEvent

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EventTapes", "StartTapes", "event_tapes", "start_tapes"]

_INITIALLY, _PERSISTENT, _FROM_TRIGGER = 1, 2, 4


@dataclass(frozen=True)
class StartTapes:
    """How a trajectory begins.

    Attributes
    ----------
    prepare : Tape
        Values of the parameters `computed`.
    computed : ndarray of int32
    initial : Tape
        Values of the states, in their own order.
    constants : Tape
    """

    prepare: Tape
    computed: NDArray[np.int32]
    initial: Tape
    constants: Tape


@dataclass(frozen=True)
class EventTapes:
    """What happens on the way; see native/job.h."""

    watch: Tape
    stops: Tape
    timing: Tape
    effects: Tape
    events: NDArray[np.uint8]
    kinds: NDArray[np.int32]
    targets: NDArray[np.int32]
    count: int
    foreseen: bool


def start_tapes(model: Compiled, given: frozenset[int]) -> StartTapes:
    """Programs of the start, where the parameters `given` have numbers of their own and are not computed."""
    system, algebra = model.system, model.system.algebra
    known: dict[Expr, Expr] = {}
    for index, expression in system.computed.items():
        if index not in given:
            [known[algebra.p(index)]] = rebuild(algebra, [expression], known.get)
    computed = np.array([int(one.value) for one in known], dtype=np.int32)
    return StartTapes(write_tape(list(known.values())), computed, write_tape(system.initial), write_tape(model.constants))


def event_tapes(model: Compiled, further: Sequence[Expr] = ()) -> EventTapes:
    """Programs of the model's events, of what is held over a step, and of what is watched further."""
    system, place = model.system, model.place
    watched = [*(event.trigger for event in system.events), *model.discrete]
    moments, foreseen = turning_points(system, watched)
    inner = [atom for atom in turning_atoms(watched) if atom not in watched]  # what turns within a condition, as the floor of a period
    timing: list[Expr] = []
    effects: list[Expr] = []
    kinds: list[int] = []
    targets: list[int] = []
    table = (CEvent * max(1, len(system.events)))()

    def timed(expression: Expr | None) -> int:
        if expression is None:
            return -1
        timing.append(expression)
        return len(timing) - 1

    for row, event in zip(table, system.events, strict=False):
        row.flags = _INITIALLY * event.initially | _PERSISTENT * event.persistent | _FROM_TRIGGER * event.from_trigger
        row.first, row.count = len(effects), len(event.assignments)
        row.delay, row.priority = timed(event.delay), timed(event.priority)
        for one in event.assignments:
            effects.append(one.value)
            kinds.append(int(one.kind == "p"))
            targets.append(one.index if one.kind == "p" else place[one.index])
    return EventTapes(
        write_tape([*watched, *inner, *further], place),
        write_tape(moments),
        write_tape(timing, place),
        write_tape(effects, place),
        np.frombuffer(bytes(table), dtype=np.uint8).copy(),
        np.array(kinds or [0], dtype=np.int32),
        np.array(targets or [0], dtype=np.int32),
        len(system.events),
        foreseen,
    )


def observed_tape(model: Compiled, observed: Sequence[Expr]) -> Tape:
    """The program of the observables."""
    return write_tape(observed, model.place)
