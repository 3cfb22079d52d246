"""A compiled model's expressions as bytes, so that a model that is kept needs neither libSBML nor a generator to be loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from exportin.kernel.code.expression import Algebra, Expr, postorder
from exportin.kernel.code.system import Assignment, Event, System

__all__ = ["freeze", "thaw"]


def freeze(system: System, others: Mapping[str, Sequence[Expr]], facts: Mapping[str, Any]) -> bytes:
    """A system, further lists of expressions, and plain facts, as JSON.

    Examples
    --------
    >>> from exportin.kernel.sbml.reader import read_system
    >>> from exportin.network.antimony_text import antimony_to_sbml
    >>> system = read_system(antimony_to_sbml("model m; A -> B; k*A; A = 3; k = 2; end", "m"))
    >>> again, others, facts = thaw(freeze(system, {"rates": system.rates}, {"version": 1}))
    >>> again.states == system.states, len(others["rates"]), facts
    (True, 2, {'version': 1})
    """
    event_parts = [
        part
        for event in system.events
        for part in (event.trigger, event.delay, event.priority, *(one.value for one in event.assignments))
        if part is not None
    ]
    lists = [system.initial, system.computed.values(), system.rates, system.readable.values(), system.amounts.values()]
    nodes = postorder([*(e for some in [*lists, system.concentrations.values(), *others.values()] for e in some), *event_parts])
    number = {node: index for index, node in enumerate(nodes)}

    def at(some: Any) -> Any:
        return None if some is None else number[some]

    told = {
        "nodes": [[node.op, [number[one] for one in node.args], repr(float(node.value))] for node in nodes],
        "states": system.states,
        "parameters": system.parameters,
        "defaults": [repr(value) for value in system.defaults],
        "initial": [at(one) for one in system.initial],
        "computed": [[index, at(one)] for index, one in system.computed.items()],
        "rates": [at(one) for one in system.rates],
        "readable": {name: at(one) for name, one in system.readable.items()},
        "amounts": {name: at(one) for name, one in system.amounts.items()},
        "concentrations": {name: at(one) for name, one in system.concentrations.items()},
        "events": [
            [e.name, at(e.trigger), e.initially, e.persistent, e.from_trigger, at(e.delay), at(e.priority),
             [[one.kind, one.index, at(one.value)] for one in e.assignments]]
            for e in system.events
        ],
        "others": {name: [at(one) for one in some] for name, some in others.items()},
        "facts": facts,
    }  # fmt: skip
    return json.dumps(told, separators=(",", ":")).encode()


def thaw(data: bytes) -> tuple[System, dict[str, tuple[Expr, ...]], dict[str, Any]]:
    """What `freeze` was given."""
    told = json.loads(data)
    algebra = Algebra()
    nodes: list[Expr] = []
    for op, args, value in told["nodes"]:
        nodes.append(algebra.remake(op, tuple(nodes[index] for index in args), float(value)))

    def at(index: int | None) -> Any:
        return None if index is None else nodes[index]

    def named(table: Mapping[str, int]) -> dict[str, Expr]:
        return {name: nodes[index] for name, index in table.items()}

    events = tuple(
        Event(name, at(trigger), initially, persistent, before, at(delay), at(priority), tuple(Assignment(k, i, at(v)) for k, i, v in some))
        for name, trigger, initially, persistent, before, delay, priority, some in told["events"]
    )
    system = System(
        algebra,
        tuple(told["states"]),
        tuple(told["parameters"]),
        tuple(float(value) for value in told["defaults"]),
        tuple(at(index) for index in told["initial"]),
        {index: at(one) for index, one in told["computed"]},
        tuple(at(index) for index in told["rates"]),
        named(told["readable"]),
        named(told["amounts"]),
        named(told["concentrations"]),
        events,
    )
    return system, {name: tuple(at(index) for index in some) for name, some in told["others"].items()}, told["facts"]
