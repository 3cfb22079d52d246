"""The solver door: initial values, changes on the way, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.errors import BadNetwork, BadQuantity, SimulationFailed, UnknownName
from exportin.kernel.batch import Change, Outcome, Tolerance
from exportin.network.antimony_text import antimony_to_sbml

DECAY = """
model decay()
  unit substance = 1e-18 mole; unit extent = 1e-18 mole; unit volume = 1e-12 litre; unit time_unit = second;
  compartment V; V = 2; species A in V; A = start; start = 3; k = 0.5; feed = 0;
  Loss: A => ; V * k * A;
  Feed: => A; feed;
  memory' = k * (1 - memory); memory = 0;
end
"""


@pytest.fixture(scope="module")
def decay():
    return xp.kernel.compile(antimony_to_sbml(DECAY, "decay"))


VALUES = {"V": 2.0, "start": 3.0, "k": 0.5, "feed": 0.0}
TIGHT = Tolerance(1e-11, 1e-14)


def test_initial_assignments_follow_the_numbers(decay):
    assert decay.start_of({**VALUES, "start": 7.0})[0] == pytest.approx([14.0, 0.0])  # an amount, and a variable


def test_first_order_decay(decay):
    times = np.linspace(0, 5, 11)
    run = decay.run(times, ("A", "memory"), VALUES, tolerance=TIGHT).checked()
    assert run["A"][0] == pytest.approx(3 * np.exp(-0.5 * times), rel=1e-8)
    assert run["memory"][0] == pytest.approx(1 - np.exp(-0.5 * times), abs=1e-8)


def test_an_amount_is_added_and_a_concentration_is_set(decay):
    times = np.array([0.0, 1.0, 2.0, 3.0])
    changes = [Change(2.0, "A", "set", 1.0), Change(1.0, "A", "add", 4.0)]
    run = decay.run(times, ("A",), VALUES, changes=changes, tolerance=TIGHT).checked()
    after_one = 3 * np.exp(-0.5) + 4.0 / 2.0
    assert run["A"][0] == pytest.approx([3.0, after_one, 1.0, np.exp(-0.5)], rel=1e-8)


def test_a_rate_starts_and_stops(decay):
    changes = [Change(0.0, "feed", "add", 2.0), Change(1.0, "feed", "add", -2.0)]
    run = decay.run([0.0, 1.0, 2.0], ("A",), {**VALUES, "start": 0.0}, start=np.zeros(2), changes=changes, tolerance=TIGHT).checked()
    level = (1 - np.exp(-0.5)) * (2.0 / 2.0) / 0.5
    assert run["A"][0] == pytest.approx([0.0, level, level * np.exp(-0.5)], rel=1e-7)


def test_a_run_goes_on_from_its_last_state(decay):
    first = decay.run([0.0, 1.0], ("A",), VALUES, tolerance=TIGHT).checked()
    second = decay.run([1.0, 2.0], ("A",), VALUES, start=first, tolerance=TIGHT).checked()
    assert second["A"][0, -1] == pytest.approx(3 * np.exp(-1.0), rel=1e-8)


def test_a_change_before_the_start_is_refused(decay):
    with pytest.raises(BadQuantity, match="before the first time"):
        decay.run([0.0, 1.0], (), VALUES, changes=[Change(-1.0, "A", "add", 1.0)])


def test_each_trajectory_has_its_own_numbers_start_and_changes(decay):
    rates, doses = np.array([0.1, 0.5, 2.0]), np.array([0.0, 4.0, 8.0])
    changes = [[Change(1.0, "A", "add", float(dose))] for dose in doses]
    run = decay.run([0.0, 2.0], ("A",), {**VALUES, "k": rates}, count=3, changes=changes, tolerance=TIGHT).checked()
    assert run["A"][:, 1] == pytest.approx(3 * np.exp(-2 * rates) + doses / 2.0 * np.exp(-rates), rel=1e-8)


def test_an_observable_is_an_id_a_formula_or_an_expression(decay):
    algebra, readable = decay.system.algebra, decay.system.readable
    twice = algebra.add(readable["A"], readable["A"])
    run = decay.run([0.0, 1.0], ("A", "[A]", "V * A", twice), VALUES, tolerance=TIGHT).checked()
    assert run.values[0] == pytest.approx(run["A"][0][:, None] * [1.0, 1.0, 2.0, 2.0], rel=1e-14)


def test_an_unknown_name_is_refused_with_its_neighbours(decay):
    with pytest.raises(UnknownName, match="did you mean memory"):
        decay.run([0.0, 1.0], (), VALUES, changes=[Change(0.5, "memori", "set", 1.0)])
    with pytest.raises(UnknownName, match="did you mean feed"):
        decay.run([0.0, 1.0], (), {**VALUES, "fed": 1.0})


def test_the_steady_state_of_an_open_system(decay):
    steady = decay.settle(2e6, {**VALUES, "feed": 3.0}).checked()
    assert steady.states[0] == pytest.approx([6.0, 1.0], rel=1e-10)
    assert steady.distance[0] < 1e-7


@pytest.mark.parametrize("law", ["1", "0.1 + 0.01 * w"], ids=["grows", "runs away"])
def test_what_does_not_settle_is_named(law):
    rising = xp.kernel.compile(antimony_to_sbml(f"model rising()\n  w' = ({law}) * 1e-5; w = 1;\nend\n", "rising"))
    settled = rising.settle(2e6)
    assert Outcome(int(settled.outcomes[0])) is Outcome.NOT_SETTLED
    with pytest.raises(SimulationFailed, match="does not settle"):
        settled.checked()


def test_what_is_no_sbml_is_refused():
    for text in ("", "model.xml", "https://example.org/model.xml", "<html></html>"):
        with pytest.raises(BadNetwork, match="not the text of an SBML document"):
            xp.kernel.compile(text)


def test_entities_are_refused():
    bomb = '<?xml version="1.0"?><!DOCTYPE sbml [<!ENTITY a "aaaa">]><sbml xmlns="http://www.sbml.org/sbml/level3/version2/core"/>'
    with pytest.raises(BadNetwork, match="entity declaration"):
        xp.kernel.compile(bomb)
