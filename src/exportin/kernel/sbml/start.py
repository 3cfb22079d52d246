"""Whether a system can start with given numbers: nothing missing, nothing out of its domain."""

from __future__ import annotations

import math
from collections.abc import Mapping

from exportin.errors import BadNetwork, UnknownName
from exportin.kernel.code.expression import Expr, evaluate, postorder
from exportin.kernel.code.system import System

__all__ = ["check_start", "start_numbers"]

_REASONS = {
    "div": "it divides by zero",
    "pow": "it takes a power that is not a finite number",
    "ln": "it takes the logarithm of a number that is not positive",
    "sqrt": "it takes the square root of a negative number",
}


def start_numbers(system: System, values: Mapping[str, float] | None = None, time: float = 0.0) -> tuple[list[float], list[float]]:
    """States and parameters at the start.

    Parameters
    ----------
    system : System
    values : mapping of str to float, optional
        Numbers of parameters and initial values of states, in the place of the model's own. A parameter with an initial
        assignment keeps the number given here.
    time : float

    Raises
    ------
    UnknownName
        If a name is neither a state nor a parameter.

    Examples
    --------
    >>> from exportin.kernel.sbml.reader import read_system
    >>> from exportin.network.antimony_text import antimony_to_sbml
    >>> system = read_system(antimony_to_sbml("model m; A ->; k*A; A = 2*k; k = 2; end", "m"))
    >>> start_numbers(system, {"k": 5})
    ([10.0], [1.0, 5.0])
    """
    given = dict(values or {})
    for name in given:
        if name not in system.states and name not in system.parameters:
            raise UnknownName("state or parameter", name, [*system.states, *system.parameters])
    p = [float(given.get(name, number)) for name, number in zip(system.parameters, system.defaults, strict=True)]
    for index, expression in system.computed.items():
        if system.parameters[index] not in given:
            p[index] = evaluate([expression], (), p, time)[0]
    x = evaluate(system.initial, (), p, time)
    return [float(given.get(name, number)) for name, number in zip(system.states, x, strict=True)], p


def check_start(system: System, values: Mapping[str, float] | None = None, time: float = 0.0) -> None:
    """Refuse numbers with which the system cannot start.

    What only reports (an assigned variable that no rate needs) may be undefined at the start.

    Parameters
    ----------
    system : System
    values : mapping of str to float, optional
        As in `start_numbers`.
    time : float

    Raises
    ------
    BadNetwork
        If a number is missing, an initial value is not finite or a rate divides by zero; the message names the element.
    """
    x, p = start_numbers(system, values, time)
    used = {leaf for root in _roots(system) for leaf in root.leaves}
    for leaf in sorted(used, key=lambda one: one.value):
        if leaf.op == "p" and math.isnan(p[int(leaf.value)]):
            raise BadNetwork(f"{system.parameters[int(leaf.value)]!r} has no value and the model needs one; give it a number.")
    for name, number in zip(system.states, x, strict=True):
        if not math.isfinite(number):
            raise BadNetwork(f"{name!r} starts at {number}, not at a number; give it an initial value.")
    nodes = postorder(system.rates)
    found = dict(zip(nodes, evaluate(nodes, x, p, time), strict=True))
    for name, rate in zip(system.states, system.rates, strict=True):
        if not math.isfinite(found[rate]):
            raise BadNetwork(f"{_culprit(system, rate, found, name)}; change the formula or the numbers in it.")


def _roots(system: System) -> list[Expr]:
    """What a run computes whatever is asked of it."""
    events = [one for event in system.events for one in (event.trigger, event.delay, event.priority) if one is not None]
    return [*system.rates, *events, *(one.value for event in system.events for one in event.assignments)]


def _culprit(system: System, rate: Expr, found: Mapping[Expr, float], state: str) -> str:
    """What has a name and computes the first thing below a rate that is not finite, and why it is not."""
    causes = [node for node in postorder([rate]) if not math.isfinite(found[node]) and _begins(node, found)]
    rates = {name: one for name, one in system.readable.items() if name not in {*system.states, *system.parameters}}
    named = [name for name, one in sorted(rates.items(), key=lambda item: item[1].rank) if causes and causes[0] in postorder([one])]
    reason = _REASONS.get(causes[0].op, "its numbers are too large or out of their domain") if causes else "its numbers are too large"
    subject = repr(named[0]) if named else f"the rate of {state!r}"
    return f"{subject} has no finite value at the start: {reason}"


def _begins(node: Expr, found: Mapping[Expr, float]) -> bool:
    """Whether a node is not finite though what it is made of is."""
    return node.op not in {"num", "if"} and all(math.isfinite(found[argument]) for argument in node.args)
