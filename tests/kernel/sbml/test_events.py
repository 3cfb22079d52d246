"""What an event sets, in amounts and concentrations."""

from __future__ import annotations

import pytest

from exportin.errors import BadNetwork
from exportin.kernel.code.expression import evaluate
from exportin.kernel.code.system import Event, System
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.sbml.start import start_numbers
from exportin.network.antimony_text import antimony_to_sbml

CELL = "compartment V = 2; var V; species A in V, B in V; A -> ; k*A; A = 3; B = 4; k = 1;"


def read(antimony: str) -> System:
    return read_system(antimony_to_sbml(f"model m\n{antimony}\nend", "m"))


def effects(system: System, index: int = 0) -> dict[str, float]:
    """What an event sets at the start, by the name of the state or parameter."""
    x, p = start_numbers(system)
    found = {}
    for one in system.events[index].assignments:
        names = system.states if one.kind == "x" else system.parameters
        found[names[one.index]] = evaluate([one.value], x, p)[0]
    return found


def test_how_an_event_happens():
    how = "t0=false, persistent=false, priority=a+5, fromTrigger=false"
    system = read(f"a = 1; a' = 1; b = 0; E: at 2 after a > 3, {how}: b = 2*a; F: at a > 9: b = 1")
    event, plain = system.events
    x, p = [4.0], [0.0]
    assert isinstance(event, Event)
    assert (event.name, event.initially, event.persistent, event.from_trigger) == ("E", False, False, False)
    assert event.delay is not None
    assert event.priority is not None
    assert evaluate([event.trigger, event.delay, event.priority], x, p) == [1.0, 2.0, 9.0]
    assert (plain.name, plain.initially, plain.persistent, plain.from_trigger) == ("F", True, True, True)
    assert (plain.delay, plain.priority) == (None, None)


def test_a_concentration_is_set_as_an_amount():
    assert effects(read(f"{CELL} at time > 1: A = 7, k = 3, B = 5")) == {"A": 14, "k": 3, "B": 5}


def test_the_compartment_of_the_same_event_counts():
    system = read(f"{CELL} at time > 1: V = 10, A = 7, B = A + 2")
    assert effects(system) == {"V": 10, "A": 70, "B": 50}
    assert start_numbers(system) == ([6.0], [2.0, 8.0, 1.0])


def test_a_compartment_alone_leaves_amounts():
    system = read(f"{CELL} at time > 1: V = 10")
    assert effects(system) == {"V": 10}
    x, p = start_numbers(system)
    p[system.parameters.index("V")] = 10.0
    assert evaluate([system.readable["A"], system.readable["B"]], x, p) == pytest.approx([0.6, 0.8])


def test_a_concentration_with_a_rate_rule_is_diluted():
    start = "compartment V = 2; var V; species A in V; A = 3; A' = 1; at time > 1: V = 10"
    assert effects(read(start)) == {"V": 10, "A": pytest.approx(0.6)}
    assert effects(read(f"{start}, A = 5")) == {"V": 10, "A": 5}


def test_a_compartment_that_follows_what_the_event_sets():
    system = read("compartment V; V := 2*q; q = 1; species A in V; A -> ; 1; A = 3; at time > 1: q = 10, A = 7")
    assert effects(system) == {"q": 10, "A": 140}


def test_only_substance_units_and_rate_rules_are_set_as_they_are():
    system = read("compartment V = 2; substanceOnly species A in V; A -> ; 1; A = 3; z' = 1; z = 0; at time > 1: A = 7, z = 2")
    assert effects(system) == {"A": 7, "z": 2}


def test_an_assigned_variable_cannot_be_set():
    text = antimony_to_sbml("model m; r := time; s = 1; at time > 1: s = 2; end", "m")
    text = text.replace('eventAssignment variable="s"', 'eventAssignment variable="r"')
    with pytest.raises(BadNetwork, match=r"SBML line \d+: "):
        read_system(text)


def test_an_unknown_wait_is_refused():
    late = "compartment V = 2; species A in V; A -> ; 1; A = 3; V' = 1; at 1 after time > 1, fromTrigger={}: A = 7"
    assert effects(read(late.format("false"))) == {"A": 14}
    with pytest.raises(BadNetwork, match="waits and then sets the concentration of 'A'"):
        read(late.format("true"))


def test_an_event_without_effect_is_left_out():
    text = """<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model><listOfEvents>
    <event id="E" useValuesFromTriggerTime="true"/></listOfEvents></model></sbml>"""
    assert read_system(text).events == ()


def test_an_event_of_level_2():
    text = """<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model><listOfParameters>
    <parameter id="a" value="1" constant="false"/></listOfParameters><listOfEvents><event>
    <trigger><math xmlns="http://www.w3.org/1998/Math/MathML"><true/></math></trigger><listOfEventAssignments><eventAssignment variable="a">
    <math xmlns="http://www.w3.org/1998/Math/MathML"><cn>2</cn></math></eventAssignment></listOfEventAssignments></event></listOfEvents>
    </model></sbml>"""
    (event,) = read_system(text).events
    assert (event.name, event.initially, event.persistent, event.from_trigger) == ("event1", True, True, True)
