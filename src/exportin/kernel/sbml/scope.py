"""What each id of an SBML model means as an expression: along a trajectory (`Along`) and at its start (`Start`)."""

from __future__ import annotations

import graphlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from exportin.errors import BadNetwork
from exportin.kernel.code.expression import Algebra, Expr
from exportin.kernel.sbml.mathematics import MathReader
from exportin.kernel.sbml.parts import Part, Parts, Quantity, Reaction
from exportin.kernel.sbml.tree import Tree, rate_name

__all__ = ["Along", "Definition", "Slots", "Start", "resolve"]

Known = Mapping[str, Expr]


@dataclass(frozen=True)
class Definition:
    """How an expression is made from those of other ids."""

    needs: frozenset[str]
    make: Callable[[Known], Expr]


@dataclass(frozen=True)
class Slots:
    """Indices of what has a number of its own: states and parameters."""

    states: Mapping[str, int]
    parameters: Mapping[str, int]


def resolve(definitions: Mapping[str, Definition], wanted: Iterable[str]) -> dict[str, Expr]:
    """Expressions of the wanted ids and of all that they need, each after what it needs.

    Raises
    ------
    BadNetwork
        If an id is not defined, or ids are defined by each other.
    """
    graph: dict[str, list[str]] = {}  # in an order of its own, so that every process makes the same expressions
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name not in definitions:
            raise BadNetwork(f"the model uses {_spoken(name)} but does not define it; declare it.")
        if name not in graph:
            graph[name] = sorted(definitions[name].needs)
            for need in graph[name]:
                if need not in definitions:
                    raise BadNetwork(f"{_spoken(name)} needs {_spoken(need)}, which the model does not define; declare it.")
                queue.append(need)
    known: dict[str, Expr] = {}
    try:
        for name in graphlib.TopologicalSorter(graph).static_order():
            known[name] = definitions[name].make(known)
    except graphlib.CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise BadNetwork(f"these are computed from each other: {circle}; break the circle.") from error
    return known


def _spoken(name: str) -> str:
    return f"the rate of change of {name[:-1]!r}" if name.endswith("'") else repr(name)


class Along:
    """Meanings along a trajectory, over states, parameters and time.

    Parameters
    ----------
    parts : Parts
    slots : Slots
    reader : MathReader
    algebra : Algebra
    """

    def __init__(self, parts: Parts, slots: Slots, reader: MathReader, algebra: Algebra) -> None:
        self._parts, self._slots, self._reader, self._algebra = parts, slots, reader, algebra
        self._changes: dict[str, list[tuple[Part, str]]] = {}
        for reaction in parts.reactions.values():
            for part in reaction.parts:
                self._changes.setdefault(part.species, []).append((part, reaction.name))

    def definitions(self) -> dict[str, Definition]:
        """Of every quantity, reaction and rate of change."""
        found = {name: self._quantity(one) for name, one in self._parts.quantities.items()}
        found |= {name: self._rate_law(one) for name, one in self._parts.reactions.items()}
        found |= {rate_name(name): self._rate(one) for name, one in self._parts.quantities.items() if name not in self._parts.assigned}
        return found

    def size(self, place: str, known: Known) -> Expr:
        """Size of a compartment; one where it has no dimension."""
        return self._algebra.one if place in self._parts.pointlike else known[place]

    def slot(self, name: str) -> Expr:
        """The state or parameter that holds a quantity."""
        if name in self._slots.states:
            return self._algebra.x(self._slots.states[name])
        return self._algebra.p(self._slots.parameters[name])

    def meaning(self, one: Quantity, held: Expr, known: Known) -> Expr:
        """From what is held of a species to what its id means in mathematics."""
        return self.per_size(held, one, known) if self._converts(one) else held

    def per_size(self, amount: Expr, one: Quantity, known: Known) -> Expr:
        """Concentration of a species."""
        return self._algebra.mul(amount, self._algebra.div(self._algebra.one, self.size(one.place, known)))

    def amount_and_concentration(self, one: Quantity, known: Known) -> tuple[Expr, Expr]:
        """Both measures of a species."""
        if one.name not in self._parts.assigned and self._parts.holds_amount(one.name):
            return self.slot(one.name), self.per_size(self.slot(one.name), one, known)
        value = known[one.name]
        if one.whole:
            return value, self.per_size(value, one, known)
        return self._algebra.mul(value, self.size(one.place, known)), value

    def formula(self, name: str, tree: Tree, what: str) -> Definition:
        """A definition by a tree."""
        return Definition(tree.needs, lambda known: self._reader.translate(tree, known, f"{what} {name!r}"))

    def _converts(self, one: Quantity) -> bool:
        return one.kind == "species" and not one.whole and self._parts.holds_amount(one.name)

    def _place(self, one: Quantity) -> frozenset[str]:
        return frozenset([one.place]) - self._parts.pointlike

    def _quantity(self, one: Quantity) -> Definition:
        if one.name in self._parts.assigned:
            return self.formula(one.name, self._parts.assigned[one.name], "the assignment rule of")
        needs = self._place(one) if self._converts(one) else frozenset[str]()
        return Definition(needs, lambda known: self.meaning(one, self.slot(one.name), known))

    def _rate_law(self, reaction: Reaction) -> Definition:
        law, local = reaction.law, reaction.local
        if law is None:
            return Definition(frozenset(), lambda _: self._algebra.zero)
        needs = frozenset(local.get(name, name) for name in law.needs)

        def make(known: Known) -> Expr:
            inside = {**known, **{short: known[full] for short, full in local.items() if full in known}}
            return self._reader.translate(law, inside, f"reaction {reaction.name!r}")

        return Definition(needs, make)

    def _rate(self, one: Quantity) -> Definition:
        """Rate of change of what an id means."""
        if one.name in self._parts.moved:
            return self.formula(one.name, self._parts.moved[one.name], "the rate rule of")
        moving = one.kind == "species" and not one.whole and one.place in self._parts.moved
        if one.name not in self._parts.reacting:
            if self._converts(one) and moving:
                return self._diluted(one, None)
            return Definition(frozenset(), lambda _: self._algebra.zero)
        amount = self.amount_rate(one)
        if one.whole:
            return amount
        if moving:
            return self._diluted(one, amount)
        if one.place in self._parts.assigned:
            return Definition(frozenset([rate_name(one.place)]), lambda known: known[rate_name(one.place)])
        return Definition(amount.needs | self._place(one), lambda known: self.per_size(amount.make(known), one, known))

    def _diluted(self, one: Quantity, amount: Definition | None) -> Definition:
        """Rate of a concentration in a compartment that grows."""
        needs = {one.name, one.place, rate_name(one.place)} | (amount.needs if amount else set())

        def make(known: Known) -> Expr:
            algebra = self._algebra
            loss = algebra.mul(known[one.name], known[rate_name(one.place)])
            gain = amount.make(known) if amount else algebra.zero
            return self.per_size(algebra.sub(gain, loss), one, known)

        return Definition(frozenset(needs), make)

    def amount_rate(self, one: Quantity) -> Definition:
        """Rate of change of a species' amount: over its reactions, stoichiometry by conversion factor by rate."""
        found = self._changes.get(one.name, [])
        needs = {name for _, name in found} | {part.name for part, _ in found} | {one.factor}

        def make(known: Known) -> Expr:
            algebra = self._algebra
            factor = known[one.factor] if one.factor else algebra.one
            terms = []
            for part, reaction in found:
                count = known[part.name] if part.name else algebra.num(part.number)
                terms.append(algebra.mul(algebra.num(part.sign), count, factor, known[reaction]))
            return algebra.add(*terms)

        return Definition(frozenset(needs - {""}), make)


class Start(Along):
    """Meanings at the start, over parameters and time."""

    def _quantity(self, one: Quantity) -> Definition:
        if one.name in self._parts.assigned:
            return super()._quantity(one)
        if one.name in self._slots.parameters:
            before = self.first(one).needs if self.is_computed(one) else frozenset[str]()
            given = super()._quantity(one)
            return Definition(given.needs | before, given.make)
        return self._as(one, one.whole) if one.kind == "species" else self.first(one)

    def is_computed(self, one: Quantity) -> bool:
        """Whether a parameter's number follows from others."""
        if one.name in self._parts.begun:
            return True
        return one.kind == "species" and not math.isnan(one.number) and one.given_amount != self._parts.holds_amount(one.name)

    def first(self, one: Quantity) -> Definition:
        """What is held of a quantity at the start."""
        if one.kind != "species" and one.name not in self._parts.begun:
            return Definition(frozenset(), lambda _: self._algebra.num(one.number))
        return self._as(one, self._parts.holds_amount(one.name))

    def _as(self, one: Quantity, amount: bool) -> Definition:
        """A species' start as an amount or as a concentration."""
        if one.name in self._parts.begun:
            given = self.formula(one.name, self._parts.begun[one.name], "the initial assignment of")
            is_amount = one.whole
        else:
            given = Definition(frozenset(), lambda _: self._algebra.num(one.number))
            is_amount = one.given_amount or (amount and math.isnan(one.number))
        if one.kind != "species" or is_amount == amount:
            return given

        def make(known: Known) -> Expr:
            value = given.make(known)
            return self._algebra.mul(value, self.size(one.place, known)) if amount else self.per_size(value, one, known)

        return Definition(given.needs | self._place(one), make)
