"""Doses that set a concentration, and runs that go on from a batch or from steady states, keep what events did."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.errors import BadQuantity
from exportin.kernel.batch import Change, Tolerance
from exportin.kernel.sensitivity import Sensitivity
from exportin.network.antimony_text import antimony_to_sbml

TIGHT = Tolerance(1e-11, 1e-14)
SET = [Change(1.0, "A", "set", 3.0)]


def solver_of(text):
    return xp.kernel.compile(antimony_to_sbml(f"model m; {text} end", "m"))


@pytest.fixture(scope="module")
def diluted():
    """The volume follows a parameter through an initial assignment."""
    return solver_of("compartment V; V = 2*w; w = 1; species A in V; A = 1; A ->; V*k*A; k = 0.5;")


@pytest.fixture(scope="module")
def switched():
    """An event sets a parameter, and with it the steady state."""
    return solver_of("A = 0; -> A; k; A ->; A; k = 1; E1: at (time > 10): k = 1.02;")


def test_a_set_concentration_uses_the_volume_of_the_moment(diluted):
    run = diluted.run([0.0, 1.0, 2.0], ["A"], {"w": np.array([1.0, 5.0])}, count=2, changes=SET, tolerance=TIGHT)
    assert run["A"] == pytest.approx(np.array([[1.0, 3.0, 3.0 * np.exp(-0.5)]] * 2), rel=1e-9)


def test_after_an_event_has_resized_the_compartment():
    solver = solver_of("compartment V; V = 1; species A in V; A = 1; A ->; 0*A; at (time > 0.5): V = 4;")
    run = solver.run([0.0, 2.0], ["A", solver.system.amounts["A"]], changes=SET)
    assert run.values[0, 1] == pytest.approx([3.0, 12.0])


def test_sensitivities_see_that_volume(diluted):
    amount = diluted.system.amounts["A"]
    run = Sensitivity(diluted).run([0.0, 1.0, 2.0], [amount], ["w", "k"], {"w": 5.0}, changes=SET, tolerance=TIGHT)
    left = np.exp(-0.5)
    assert run.values[0, :, 0] == pytest.approx(np.array([[2.0, 0.0], [6.0, 0.0], [6.0 * left, -30.0 * left]]), rel=1e-8)


def test_one_end_starts_many_and_events_are_not_forgotten(switched):
    before = switched.run([0.0, 20.0], ["A", "k"])
    after = switched.run([20.0, 60.0], ["A", "k"], count=3, start=before)
    assert after.values[:, 1] == pytest.approx(np.full((3, 2), 1.02), rel=1e-6)


def test_what_is_given_now_counts_more(switched):
    before = switched.run([0.0, 20.0], ["A", "k"])
    after = switched.run([20.0, 60.0], ["A", "k"], {"k": np.array([2.0, 3.0])}, count=2, start=before)
    assert after["A"][:, 1] == pytest.approx([2.0, 3.0], rel=1e-6)


def test_a_steady_state_is_that_of_the_parameters_that_events_left(switched):
    rest = switched.settle(200.0).checked()
    assert rest.states[0] == pytest.approx([1.02], rel=1e-12)
    on = switched.run([0.0, 5.0], ["A", "k"], start=rest)
    assert on.values[0] == pytest.approx(np.full((2, 2), 1.02), rel=1e-9)


def test_what_does_not_fit_is_refused(diluted):
    with pytest.raises(BadQuantity, match="shape"):
        diluted.run([0.0, 1.0], start=np.ones((3, 1)), count=2)
    with pytest.raises(BadQuantity, match="finite"):
        diluted.run([0.0, 1.0], changes=[Change(0.5, "A", "add", np.nan)])
    with pytest.raises(BadQuantity, match="before the first time"):
        diluted.run([1.0, 2.0], changes=[Change(0.5, "A", "add", 1.0)])
