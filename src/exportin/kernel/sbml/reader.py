"""From the text of an SBML document to a system of differential equations."""

from __future__ import annotations

from exportin.errors import BadNetwork
from exportin.kernel.code.expression import Algebra, Expr, evaluate
from exportin.kernel.code.system import System
from exportin.kernel.sbml.events import EventReader
from exportin.kernel.sbml.guard import guard
from exportin.kernel.sbml.mathematics import MathReader
from exportin.kernel.sbml.parts import Parts, gather_parts
from exportin.kernel.sbml.scope import Along, Slots, Start, resolve

__all__ = ["read_system"]


def read_system(sbml: str | bytes) -> System:
    """Read an SBML model (any level) into expressions.

    States are the species that reactions change (amounts) and what has a rate rule (its own value). Everything else that has a
    number is a parameter: a species that nothing changes continuously means as a parameter what its id means in SBML (its
    concentration, or its amount with only substance units), but is an amount where the size of its compartment can change along
    a trajectory. What an assignment rule gives is written out where it is used. A constraint changes no result and is ignored.

    Parameters
    ----------
    sbml : str
        Text of an SBML document (never a path or an address).

    Raises
    ------
    BadNetwork
        If the text is no SBML, could do harm, or uses what the kernel does not support; the message names the element.

    Examples
    --------
    >>> from exportin.network.antimony_text import antimony_to_sbml
    >>> system = read_system(antimony_to_sbml("model m; A -> B; k*A; A = 3; k = 2; end", "m"))
    >>> system.states, system.parameters, system.defaults
    (('A', 'B'), ('default_compartment', 'k'), (1.0, 2.0))
    >>> evaluate(system.rates, [3.0, 0.0], system.defaults)
    [-6.0, 6.0]
    """
    parts = gather_parts(guard(sbml))
    try:
        return _build(parts)
    except RecursionError as error:
        raise BadNetwork("the mathematics of the SBML is nested too deeply; split it with assignment rules.") from error


def _build(parts: Parts) -> System:
    algebra = Algebra()
    reader = MathReader(algebra, parts.functions)
    names = parts.quantities
    states = tuple(name for name in names if parts.is_state(name))
    parameters = tuple(name for name in names if not parts.is_state(name) and name not in parts.assigned)
    slots = Slots({name: i for i, name in enumerate(states)}, {name: i for i, name in enumerate(parameters)})
    along = Along(parts, slots, reader, algebra)
    known = resolve(along.definitions(), [*names, *parts.reactions, *sorted(_read_on_the_way(parts))])
    rates = tuple(_rate(parts, along, name, known) for name in states)
    initial, computed = _start(parts, slots, reader, algebra)
    events = EventReader(parts, slots, reader, algebra, along, known)
    species = [one for one in names.values() if one.kind == "species"]
    sizes = {one.name: along.amount_and_concentration(one, known) for one in species}
    return System(
        algebra,
        states,
        parameters,
        _defaults(parts, parameters, computed),
        initial,
        computed,
        rates,
        {name: known[name] for name in [*names, *parts.reactions]},
        {name: amount for name, (amount, _) in sizes.items()},
        {name: concentration for name, (_, concentration) in sizes.items()},
        tuple(events.read(event) for event in parts.events),
    )


def _read_on_the_way(parts: Parts) -> set[str]:
    """What events and rate rules need."""
    trees = [tree for event in parts.events for tree in (event.trigger, event.delay, event.priority, *event.assignments.values())]
    return {name for tree in [*trees, *parts.moved.values()] if tree is not None for name in tree.needs}


def _rate(parts: Parts, along: Along, name: str, known: dict[str, Expr]) -> Expr:
    """Rate of what is held of a state."""
    one = parts.quantities[name]
    definition = along.formula(name, parts.moved[name], "the rate rule of") if name in parts.moved else along.amount_rate(one)
    return definition.make(known)


def _start(parts: Parts, slots: Slots, reader: MathReader, algebra: Algebra) -> tuple[tuple[Expr, ...], dict[int, Expr]]:
    """Initial values of the states, and the parameters that follow from others in the order of their computation."""
    start = Start(parts, slots, reader, algebra)
    quantities = parts.quantities
    computed = [name for name in slots.parameters if start.is_computed(quantities[name])]
    first = {name: start.first(quantities[name]) for name in [*slots.states, *computed]}
    known = resolve(start.definitions(), [*quantities, *(need for one in first.values() for need in sorted(one.needs))])
    initial = tuple(first[name].make(known) for name in slots.states)
    return initial, {slots.parameters[name]: first[name].make(known) for name in known if name in computed}


def _defaults(parts: Parts, parameters: tuple[str, ...], computed: dict[int, Expr]) -> tuple[float, ...]:
    """Declared numbers (NaN where there is none), with the computed ones computed from them at time zero."""
    values = [parts.quantities[name].number for name in parameters]
    for index, expression in computed.items():
        values[index] = evaluate([expression], (), values)[0]
    return tuple(values)
