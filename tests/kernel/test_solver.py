"""The solver door: initial values, changes on the way, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.errors import BadNetwork, SimulationFailed
from exportin.kernel.solver import Change, Tolerance
from exportin.kernel.steady import settle
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
    assert decay.start({**VALUES, "start": 7.0}) == pytest.approx([7.0, 0.0])


def test_first_order_decay(decay):
    times = np.linspace(0, 5, 11)
    run = decay.run(VALUES, decay.start(VALUES), times, (), ("A", "memory"), TIGHT)
    assert run["A"] == pytest.approx(3 * np.exp(-0.5 * times), rel=1e-8)
    assert run["memory"] == pytest.approx(1 - np.exp(-0.5 * times), abs=1e-8)


def test_an_amount_is_added_and_a_concentration_is_set(decay):
    times = np.array([0.0, 1.0, 2.0, 3.0])
    changes = [Change(2.0, "A", "set", 1.0), Change(1.0, "A", "add", 4.0)]
    run = decay.run(VALUES, decay.start(VALUES), times, changes, ("A",), TIGHT)
    after_one = 3 * np.exp(-0.5) + 4.0 / 2.0
    assert run["A"] == pytest.approx([3.0, after_one, 1.0, np.exp(-0.5)], rel=1e-8)


def test_a_rate_starts_and_stops(decay):
    changes = [Change(0.0, "feed", "add", 2.0), Change(1.0, "feed", "add", -2.0)]
    run = decay.run({**VALUES, "start": 0.0}, np.zeros(2), np.array([0.0, 1.0, 2.0]), changes, ("A",), TIGHT)
    level = (1 - np.exp(-0.5)) * (2.0 / 2.0) / 0.5
    assert run["A"] == pytest.approx([0.0, level, level * np.exp(-0.5)], rel=1e-7)


def test_a_run_goes_on_from_its_last_state(decay):
    first = decay.run(VALUES, decay.start(VALUES), np.array([0.0, 1.0]), (), ("A",), TIGHT)
    second = decay.run(VALUES, first.end, np.array([1.0, 2.0]), (), ("A",), TIGHT)
    assert second["A"][-1] == pytest.approx(3 * np.exp(-1.0), rel=1e-8)


def test_a_change_before_the_start_is_refused(decay):
    with pytest.raises(SimulationFailed, match="before the start"):
        decay.run(VALUES, decay.start(VALUES), np.array([0.0, 1.0]), [Change(-1.0, "A", "add", 1.0)])


def test_the_steady_state_of_an_open_system(decay):
    steady = settle(decay, {**VALUES, "feed": 3.0}, [])
    assert steady.state == pytest.approx([3.0, 1.0], rel=1e-10)
    assert steady.distance < 1e-7


@pytest.mark.parametrize("law", ["1", "0.1 + 0.01 * w"], ids=["grows", "runs away"])
def test_what_does_not_settle_is_named(law):
    rising = xp.kernel.compile(antimony_to_sbml(f"model rising()\n  w' = ({law}) * 1e-5; w = 1;\nend\n", "rising"))
    with pytest.raises(SimulationFailed, match="does not settle"):
        settle(rising, {}, [])


def test_what_is_no_sbml_is_refused():
    for text in ("", "model.xml", "https://example.org/model.xml", "<html></html>"):
        with pytest.raises(BadNetwork, match="not the text of an SBML document"):
            xp.kernel.compile(text)


def test_entities_are_refused():
    bomb = '<?xml version="1.0"?><!DOCTYPE sbml [<!ENTITY a "aaaa">]><sbml xmlns="http://www.sbml.org/sbml/level3/version2/core"/>'
    with pytest.raises(BadNetwork, match="entity declaration"):
        xp.kernel.compile(bomb)
