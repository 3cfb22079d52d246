"""What an SBML model declares, as plain records: its quantities, reactions, rules and events."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from exportin.errors import BadNetwork
from exportin.kernel.sbml.tree import Tree, TreeReader

__all__ = ["Happening", "Part", "Parts", "Quantity", "Reaction", "gather_parts"]


@dataclass(frozen=True)
class Quantity:
    """Something that has a number.

    Attributes
    ----------
    name : str
        Its id; of a local parameter ``reaction.parameter``.
    kind : str
        ``compartment``, ``species``, ``parameter``, ``local`` or ``stoichiometry``.
    number : float
        As declared; NaN where nothing is.
    place : str
        Compartment of a species.
    whole : bool
        Whether the id means an amount in mathematics (only substance units).
    given_amount : bool
        Whether the number of a species is an amount, not a concentration.
    factor : str
        Id of a species' conversion factor.
    """

    name: str
    kind: str
    number: float
    place: str = ""
    whole: bool = False
    given_amount: bool = False
    factor: str = ""


@dataclass(frozen=True)
class Part:
    """One side of one reaction: a species, the sign of its change, and its stoichiometry (a number, or an id)."""

    species: str
    sign: float
    number: float
    name: str


@dataclass(frozen=True)
class Reaction:
    """A reaction: its rate (or None), its local parameters by short name, what it changes."""

    name: str
    law: Tree | None
    local: Mapping[str, str]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Happening:
    """An event as the document tells it."""

    name: str
    trigger: Tree
    initially: bool
    persistent: bool
    from_trigger: bool
    delay: Tree | None
    priority: Tree | None
    assignments: Mapping[str, Tree]


@dataclass(frozen=True)
class Parts:
    """A whole model.

    Attributes
    ----------
    quantities : mapping of str to Quantity
    reactions : mapping of str to Reaction
    assigned, moved, begun : mapping of str to Tree
        Assignment rules, rate rules and initial assignments.
    functions : mapping of str to Tree
    events : tuple of Happening
    pointlike : frozenset of str
        Compartments without dimensions and without a size.
    reacting : frozenset of str
        Species that reactions change.
    """

    quantities: Mapping[str, Quantity]
    reactions: Mapping[str, Reaction]
    assigned: Mapping[str, Tree]
    moved: Mapping[str, Tree]
    begun: Mapping[str, Tree]
    functions: Mapping[str, Tree]
    events: tuple[Happening, ...]
    pointlike: frozenset[str]
    reacting: frozenset[str]

    def is_state(self, name: str) -> bool:
        """Whether something changes it continuously (a rule that gives its value apart)."""
        return name in self.moved or (name in self.reacting and name not in self.assigned)

    def can_jump(self, name: str) -> bool:
        """Whether an event assigns it."""
        return any(name in event.assignments for event in self.events)

    def is_fixed(self, name: str) -> bool:
        """Whether nothing changes it along a trajectory."""
        return not (self.is_state(name) or name in self.assigned or self.can_jump(name))

    def holds_amount(self, name: str) -> bool:
        """Whether a species is kept as an amount: what reactions change, and what a change of its compartment would dilute."""
        one = self.quantities[name]
        return one.whole or (name not in self.moved and (name in self.reacting or not self.is_fixed(one.place)))


def gather_parts(document: Any) -> Parts:
    """Collect what a document (level 3 version 2) declares.

    Raises
    ------
    BadNetwork
        If it holds an algebraic rule, or a stoichiometry without value and id.
    """
    model, read = document.getModel(), TreeReader().read
    rules = [rule for rule in model.getListOfRules() if rule.isSetMath() or rule.isAlgebraic()]
    if any(rule.isAlgebraic() for rule in rules):
        raise BadNetwork("the model has an algebraicRule, which is not supported; solve it for one variable and use an assignment rule.")
    assigned = {rule.getVariable(): read(rule.getMath()) for rule in rules if rule.isAssignment()}
    moved = {rule.getVariable(): read(rule.getMath()) for rule in rules if rule.isRate()}
    begun = {one.getSymbol(): read(one.getMath()) for one in model.getListOfInitialAssignments() if one.isSetMath()}
    events = tuple(_happening(event, index, read) for index, event in enumerate(model.getListOfEvents()) if _matters(event))
    reactions = {one.getId(): _reaction(one, read) for one in model.getListOfReactions()}
    free = {one.getId() for one in model.getListOfSpecies() if not (one.getBoundaryCondition() or one.getConstant())}
    return Parts(
        {one.name: one for one in _quantities(model)},
        reactions,
        assigned,
        moved,
        begun,
        {one.getId(): read(one.getMath()) for one in model.getListOfFunctionDefinitions() if one.isSetMath()},
        events,
        frozenset(one.getId() for one in model.getListOfCompartments() if _is_point(one)) - set(assigned) - set(moved) - set(begun),
        frozenset(part.species for reaction in reactions.values() for part in reaction.parts) & free,
    )


def _quantities(model: Any) -> list[Quantity]:
    """In the order of the document: compartments, species, parameters, then what reactions hold."""
    found = [Quantity(one.getId(), "compartment", _given(one.isSetSize(), one.getSize())) for one in model.getListOfCompartments()]
    found += [_species(one, model) for one in model.getListOfSpecies()]
    found += [Quantity(one.getId(), "parameter", _given(one.isSetValue(), one.getValue())) for one in model.getListOfParameters()]
    for reaction in model.getListOfReactions():
        for one in _references(reaction):
            if one.getId():
                found.append(Quantity(one.getId(), "stoichiometry", _given(one.isSetStoichiometry(), one.getStoichiometry())))
        for one in _local_parameters(reaction):
            found.append(Quantity(f"{reaction.getId()}.{one.getId()}", "local", _given(one.isSetValue(), one.getValue())))
    return found


def _species(one: Any, model: Any) -> Quantity:
    by_amount = one.isSetInitialAmount()
    number = one.getInitialAmount() if by_amount else _given(one.isSetInitialConcentration(), one.getInitialConcentration())
    factor = one.getConversionFactor() or model.getConversionFactor()
    return Quantity(one.getId(), "species", float(number), one.getCompartment(), bool(one.getHasOnlySubstanceUnits()), by_amount, factor)


def _given(is_set: bool, number: float) -> float:
    return float(number) if is_set else math.nan


def _is_point(compartment: Any) -> bool:
    return compartment.isSetSpatialDimensions() and compartment.getSpatialDimensionsAsDouble() == 0.0 and not compartment.isSetSize()


def _references(reaction: Any) -> list[Any]:
    return [*reaction.getListOfReactants(), *reaction.getListOfProducts()]


def _local_parameters(reaction: Any) -> list[Any]:
    return list(reaction.getKineticLaw().getListOfLocalParameters()) if reaction.isSetKineticLaw() else []


def _reaction(reaction: Any, read: Callable[[Any], Tree]) -> Reaction:
    name = reaction.getId()
    law = reaction.getKineticLaw() if reaction.isSetKineticLaw() else None
    reactants = reaction.getNumReactants()
    parts = [_part(one, -1.0 if index < reactants else 1.0, name) for index, one in enumerate(_references(reaction))]
    local = {one.getId(): f"{name}.{one.getId()}" for one in _local_parameters(reaction)}
    return Reaction(name, read(law.getMath()) if law is not None and law.isSetMath() else None, local, tuple(parts))


def _part(reference: Any, sign: float, reaction: str) -> Part:
    if not reference.getId() and not reference.isSetStoichiometry():
        raise BadNetwork(f"reaction {reaction!r}: the stoichiometry of {reference.getSpecies()!r} has no value; give it one.")
    return Part(reference.getSpecies(), sign, float(reference.getStoichiometry()), reference.getId())


def _matters(event: Any) -> bool:
    """An event without a trigger never happens; one that assigns nothing changes nothing."""
    trigger = event.isSetTrigger() and event.getTrigger().isSetMath()
    return trigger and any(one.isSetMath() for one in event.getListOfEventAssignments())


def _happening(event: Any, index: int, read: Callable[[Any], Tree]) -> Happening:
    trigger, delay, priority = event.getTrigger(), event.getDelay(), event.getPriority()
    return Happening(
        event.getId() or f"event{index + 1}",
        read(trigger.getMath()),
        bool(trigger.getInitialValue()),
        bool(trigger.getPersistent()),
        bool(event.getUseValuesFromTriggerTime()),
        read(delay.getMath()) if delay is not None and delay.isSetMath() else None,
        read(priority.getMath()) if priority is not None and priority.isSetMath() else None,
        {one.getVariable(): read(one.getMath()) for one in event.getListOfEventAssignments() if one.isSetMath()},
    )
