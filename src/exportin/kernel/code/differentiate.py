"""A system made ready for differentiation: what events set becomes a state, and derivatives become tables of expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import NotModelled
from exportin.kernel.code.expression import DISCRETE, Algebra, Expr, evaluate, postorder, rebuild
from exportin.kernel.code.system import Assignment, Event, System
from exportin.kernel.code.tape import Tape, write_tape

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Chain", "Partials", "chain", "chained", "gaps_of", "partials", "turning_atoms", "with_events_on_states"]


@dataclass(frozen=True)
class Partials:
    """Partial derivatives of some rows, as a tape with what each result belongs to (see native/slopes.h)."""

    tape: Tape
    row: NDArray[np.int32]
    kind: NDArray[np.int32]
    index: NDArray[np.int32]


def with_events_on_states(system: System) -> System:
    """The same system in which parameters that events set are states that rest between events.

    Raises
    ------
    NotModelled
        If an event has a delay: how its moment moves with a parameter is not followed.
    """
    if late := [event.name for event in system.events if event.delay is not None]:
        raise NotModelled(f"sensitivities through events with a delay are not available (event {late[0]}); write the delay as a state.")
    algebra, known = system.algebra, len(system.states)
    set_here = sorted({one.index for event in system.events for one in event.assignments if one.kind == "p"})
    if not set_here:
        return system
    new = {algebra.p(index): algebra.x(known + n) for n, index in enumerate(set_here)}

    def moved(expression: Expr) -> Expr:
        return rebuild(algebra, [expression], new.get)[0]

    def table(named: Mapping[str, Expr]) -> dict[str, Expr]:
        return {name: moved(expression) for name, expression in named.items()}

    return replace(
        system,
        states=(*system.states, *(system.parameters[index] for index in set_here)),
        initial=(*system.initial, *(algebra.p(index) for index in set_here)),
        rates=(*(moved(rate) for rate in system.rates), *(algebra.zero for _ in set_here)),
        readable=table(system.readable),
        amounts=table(system.amounts),
        concentrations=table(system.concentrations),
        events=tuple(_on_states(event, {index: known + n for n, index in enumerate(set_here)}, moved) for event in system.events),
    )


def _on_states(event: Event, place: Mapping[int, int], moved: Callable[[Expr], Expr]) -> Event:
    assignments = tuple(
        Assignment("x", place[one.index] if one.kind == "p" else one.index, moved(one.value)) for one in event.assignments
    )
    priority = None if event.priority is None else moved(event.priority)
    return replace(event, trigger=moved(event.trigger), priority=priority, assignments=assignments)


def partials(algebra: Algebra, rows: Sequence[Expr], place: Sequence[int], used: Sequence[int]) -> Partials:
    """Derivatives of each row by the states, by some parameters and by time, those that are zero left out."""
    column = {index: n for n, index in enumerate(used)}
    found: list[tuple[int, int, int, Expr]] = []
    for row, expression in enumerate(rows):
        for leaf in sorted(expression.leaves, key=lambda one: one.rank):
            if leaf.op == "p" and int(leaf.value) not in column:
                continue
            slope = algebra.diff(expression, leaf)
            if slope is algebra.zero:
                continue
            kind = {"x": 0, "p": 1, "t": 2}[leaf.op]
            index = place[int(leaf.value)] if kind == 0 else column[int(leaf.value)] if kind == 1 else 0
            found.append((row, kind, index, slope))
    numbers = [np.array([one[n] for one in found] or [0], dtype=np.int32) for n in range(3)]
    return Partials(write_tape([one[3] for one in found], place), *numbers)


def turning_atoms(watched: Sequence[Expr]) -> tuple[Expr, ...]:
    """The comparisons and jumps that may turn along a trajectory."""
    return tuple(node for node in postorder(watched) if node.op in DISCRETE and not node.is_constant)


def gaps_of(algebra: Algebra, atoms: Sequence[Expr]) -> list[Expr]:
    """For each atom, what passes through zero (or a whole number) when it turns."""
    return [algebra.sub(*atom.args) if atom.op in {"lt", "le", "eq"} else atom.args[0] for atom in atoms]


@dataclass(frozen=True)
class Chain:
    """How parameters and initial states follow from one parameter through initial assignments: what does not change from run to run.

    Attributes
    ----------
    index : int
        Of the parameter.
    computed : tuple of int
        Parameters that initial assignments compute.
    slopes : tuple of Expr
        Derivatives of these, then of the initial states.
    """

    index: int
    computed: tuple[int, ...]
    slopes: tuple[Expr, ...]


def chain(system: System, given: frozenset[int], index: int) -> Chain:
    """Derivatives by one parameter; a computed one by which one differentiates counts as given.

    Parameters
    ----------
    given : frozenset of int
        Parameters that have numbers of their own and are not computed.
    index : int
    """
    algebra = system.algebra
    known: dict[Expr, Expr] = {}
    for other, expression in system.computed.items():
        if other not in given and other != index:
            [known[algebra.p(other)]] = rebuild(algebra, [expression], known.get)
    roots = [*known.values(), *rebuild(algebra, system.initial, known.get)]
    leaf = algebra.p(index)
    return Chain(index, tuple(int(one.value) for one in known), tuple(algebra.diff(root, leaf) for root in roots))


def chained(
    system: System, chains: Sequence[Chain], point: Sequence[float], time: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Derivatives of all parameters, and of the initial states, by some parameters, through initial assignments.

    Parameters
    ----------
    chains : sequence of Chain
        One a parameter to differentiate by.
    point : sequence of float
        Numbers of all parameters.
    time : float
        Of the start.

    Returns
    -------
    parameters : ndarray, shape (parameter, chain)
    initial : ndarray, shape (state, chain)
    """
    parameters = np.zeros((len(system.parameters), len(chains)))
    initial = np.zeros((len(system.initial), len(chains)))
    for column, one in enumerate(chains):
        slopes = evaluate(one.slopes, (), point, time)
        parameters[list(one.computed), column] = slopes[: len(one.computed)]
        parameters[one.index, column] = 1.0
        initial[:, column] = slopes[len(one.computed) :]
    return parameters, initial
