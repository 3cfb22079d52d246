"""Events of an SBML model as events of the kernel: what they set, in the form in which the kernel holds it."""

from __future__ import annotations

from collections.abc import Mapping

from exportin.errors import BadNetwork
from exportin.kernel.code.expression import Algebra, Expr, rebuild
from exportin.kernel.code.system import Assignment, Event
from exportin.kernel.sbml.mathematics import MathReader
from exportin.kernel.sbml.parts import Happening, Parts, Quantity
from exportin.kernel.sbml.scope import Along, Slots
from exportin.kernel.sbml.tree import Tree

__all__ = ["EventReader"]


class EventReader:
    """Makes the events of one model.

    An event that changes the size of a compartment keeps the amounts in it. A species that is held as an amount and set to a
    concentration gets that concentration times the size of its compartment after the event.

    Parameters
    ----------
    parts : Parts
    slots : Slots
    reader : MathReader
    algebra : Algebra
    along : Along
    known : mapping of str to Expr
        What each id means along a trajectory.
    """

    def __init__(self, parts: Parts, slots: Slots, reader: MathReader, algebra: Algebra, along: Along, known: Mapping[str, Expr]) -> None:
        self._parts, self._slots, self._reader = parts, slots, reader
        self._algebra, self._along, self._known = algebra, along, known

    def read(self, event: Happening) -> Event:
        """One event.

        Raises
        ------
        BadNetwork
            If it sets something that has an assignment rule or is unknown, or waits in a way that cannot be followed.
        """
        return Event(
            event.name,
            self._formula(event.trigger, event),
            event.initially,
            event.persistent,
            event.from_trigger,
            self._formula(event.delay, event) if event.delay is not None else None,
            self._formula(event.priority, event) if event.priority is not None else None,
            self._assignments(event),
        )

    def _formula(self, tree: Tree, event: Happening) -> Expr:
        return self._reader.translate(tree, self._known, f"event {event.name!r}")

    def _assignments(self, event: Happening) -> tuple[Assignment, ...]:
        values = {self._target(name, event): self._formula(tree, event) for name, tree in event.assignments.items()}
        set_here = {self._along.slot(one.name): value for one, value in values.items() if not self._diluted(one)}
        found = [self._assignment(one.name, value) for one, value in values.items() if not self._diluted(one)]
        for one, value in values.items():
            if self._diluted(one):
                after = self._after(one, set_here)
                self._check_wait(event, one, [after] if after is not value else [])
                found.append(self._assignment(one.name, self._algebra.mul(value, after)))
        return tuple(found + self._kept_amounts(event, {one.name for one in values}, set_here))

    def _target(self, name: str, event: Happening) -> Quantity:
        if name in self._parts.assigned:
            raise BadNetwork(f"event {event.name!r} sets {name!r}, which has an assignment rule; remove one of the two.")
        if name not in self._parts.quantities:
            raise BadNetwork(f"event {event.name!r} sets {name!r}, which is no quantity of the model; declare it.")
        return self._parts.quantities[name]

    def _diluted(self, one: Quantity) -> bool:
        """Whether a concentration is given and an amount is held."""
        return one.kind == "species" and not one.whole and self._parts.holds_amount(one.name)

    def _after(self, one: Quantity, set_here: Mapping[Expr, Expr]) -> Expr:
        """Size of a species' compartment after the event."""
        size = self._along.size(one.place, self._known)
        return rebuild(self._algebra, [size], set_here.get)[0]

    def _kept_amounts(self, event: Happening, named: set[str], set_here: Mapping[Expr, Expr]) -> list[Assignment]:
        """What is held as a concentration is diluted where the event changes its compartment."""
        found: list[Assignment] = []
        for name in self._slots.states:
            one = self._parts.quantities[name]
            if one.kind == "species" and name not in named and not self._parts.holds_amount(name):
                before, after = self._along.size(one.place, self._known), self._after(one, set_here)
                if after is not before:
                    self._check_wait(event, one, [self._algebra.x(self._slots.states[one.name])])
                    ratio = self._algebra.mul(before, self._algebra.div(self._algebra.one, after))
                    found.append(self._assignment(one.name, self._algebra.mul(self._along.slot(one.name), ratio)))
        return found

    def _check_wait(self, event: Happening, one: Quantity, now: list[Expr]) -> None:
        """Values of the trigger's moment cannot be mixed with a size of the moment of execution."""
        if event.delay is None or not event.from_trigger:
            return
        jumping = {self._along.slot(name) for name in self._parts.quantities if self._parts.can_jump(name)}
        if any(leaf.op != "p" or leaf in jumping for expression in now for leaf in expression.leaves):
            raise BadNetwork(
                f"event {event.name!r} waits and then sets the concentration of {one.name!r} in a compartment of changing size, "
                "with values of the moment of the trigger; this is not supported (set its amount, or use values of the execution)."
            )

    def _assignment(self, name: str, value: Expr) -> Assignment:
        if name in self._slots.states:
            return Assignment("x", self._slots.states[name], value)
        return Assignment("p", self._slots.parameters[name], value)
