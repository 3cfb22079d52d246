"""A model as the kernel sees it: states, parameters, rates of change and events, as expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exportin.kernel.code.expression import Algebra, Expr

__all__ = ["Assignment", "Event", "System"]


@dataclass(frozen=True)
class Assignment:
    """What an event sets: ``x`` (a state) or ``p`` (a parameter), by index, to the value of an expression."""

    kind: str
    index: int
    value: Expr


@dataclass(frozen=True)
class Event:
    """Something that happens when its trigger turns from false to true.

    Attributes
    ----------
    name : str
    trigger : Expr
        A truth value.
    initially : bool
        What the trigger is taken to have been before the start.
    persistent : bool
        Whether an event that waits for its delay happens although its trigger has turned false again.
    from_trigger : bool
        Whether the values are those of the moment of the trigger (else of the moment of execution).
    delay, priority : Expr or None
        Model time; of simultaneous events the higher priority goes first.
    assignments : tuple of Assignment
    """

    name: str
    trigger: Expr
    initially: bool
    persistent: bool
    from_trigger: bool
    delay: Expr | None
    priority: Expr | None
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True)
class System:
    """A system of ordinary differential equations with events.

    Attributes
    ----------
    algebra : Algebra
        What made the expressions.
    states : tuple of str
        Ids of the states. A species that reactions change is an amount; what a rate rule changes is its own value
        (for a species a concentration, unless it has only substance units).
    parameters : tuple of str
        Ids of everything else that has a number of its own: parameters, compartments of fixed size, species that nothing
        changes continuously, local parameters (``reaction.parameter``), stoichiometries.
    defaults : tuple of float, one a parameter
    initial : tuple of Expr, one a state
        Initial values, over parameters (and ``t``, which is the start).
    computed : mapping of int to Expr
        Parameters that initial assignments set, over parameters, in an order in which they can be evaluated.
    rates : tuple of Expr, one a state
    readable : mapping of str to Expr
        What each id means in mathematics: a species its concentration (or amount, with only substance units), a reaction
        its rate, an assigned variable its rule, a parameter itself.
    amounts : mapping of str to Expr
        Amount of each species.
    concentrations : mapping of str to Expr
        Concentration of each species (its amount where the compartment has no dimension).
    events : tuple of Event
    """

    algebra: Algebra
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    defaults: tuple[float, ...]
    initial: tuple[Expr, ...]
    computed: Mapping[int, Expr]
    rates: tuple[Expr, ...]
    readable: Mapping[str, Expr]
    amounts: Mapping[str, Expr]
    concentrations: Mapping[str, Expr]
    events: tuple[Event, ...]
