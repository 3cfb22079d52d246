"""Corners in which a solver may be wrong without a word: rounding of moments, short periods, links of runs, moments that coincide."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import exportin as xp
from exportin.errors import BadQuantity, SimulationFailed, UnknownName
from exportin.kernel.batch import Change, Outcome, Tolerance
from exportin.kernel.sensitivity import Sensitivity
from exportin.network.antimony_text import antimony_to_sbml

TIGHT = Tolerance(1e-10, 1e-13)


def solver_of(text):
    return xp.kernel.compile(antimony_to_sbml(f"model m; {text} end", "m"))


def test_a_scaled_time_turns_although_its_moment_is_rounded():
    """3600 * 2.1 s is not where time/3600 > 2.1 turns in floating point; the infusion must not vanish."""
    solver = solver_of("A = 0; f := piecewise(1, time/3600 > 2.1 && time/3600 < 3.5, 0); A' = f;")
    assert solver.run([0.0, 28_800.0], ["A"]).values[0, -1, 0] == pytest.approx(5040.0, rel=1e-9)
    late = solver_of("A = 0; B = 0; at (time/60 > 2.1): A = 1; at (time + 1e6 > 1e6 + 5): B = 1;")
    assert late.run([0.0, 126.5, 200.0], ["A", "B"]).values[0].tolist() == [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]


def test_pulses_with_a_period_are_not_leapt_over():
    """One hour of ten every day: the level after a hundred days, in closed form."""
    solver = solver_of("A = 0; f := piecewise(10, time - 24*floor(time/24) < 1, 0); A' = f - 0.001*A;")
    one = 10 / 0.001 * (1 - np.exp(-0.001)) * np.exp(-0.023)
    expected = one * (1 - np.exp(-2.4)) / (1 - np.exp(-0.024))
    assert solver.run([0.0, 2400.0], ["A"]).values[0, -1, 0] == pytest.approx(expected, rel=1e-6)


def test_what_a_change_has_set_stays_over_several_links():
    solver = solver_of("A = 1; k = 1; A' = -k*A;")
    first = solver.run([0.0, 1.0], ["k"], changes=[Change(0.0, "k", "set", 5.0)])
    third = solver.run([2.0, 3.0], ["k"], start=solver.run([1.0, 2.0], ["k"], start=first))
    assert third["k"].tolist() == [[5.0, 5.0]]


def test_settling_runs_the_events_of_the_start_once():
    solver = solver_of("A = 1; B = 0; at (time >= 0), t0=false: A = A + 1; A -> B; A; B -> A; B;")
    rest = solver.settle(60.0).checked()
    assert rest.states[0] == pytest.approx([1.0, 1.0], rel=1e-9)


def test_no_pivot_of_a_former_step_is_taken_for_a_jacobian():
    solver = solver_of("A = 1; B = 0; C = 0; A -> B; A; B -> A; B; -> C; 1e-9*B;")
    assert not solver.run([0.0, 1e9], ["A"]).redone.any()


def test_a_watched_value_that_is_not_a_number_does_not_turn():
    solver = solver_of("A = 1; B = 0; C = 0; f := piecewise(floor(C/B), B > 0, 1); A' = -A*f; B' = 0; C' = 0;")
    run = solver.run([0.0, 1.0], ["A"]).checked()
    assert run.values[0, 1, 0] == pytest.approx(np.exp(-1.0), rel=1e-6)
    assert run.steps[0] < 50


def test_small_rates_make_no_total():
    solver = solver_of("A = 1; B = 1; C = 1; A' = -1e-11*A; B' = 1e-11*A - 2e-11*B; C' = 2e-11*B - 1e-12*C;")
    assert len(solver.totals()) == 0


def test_steady_state_sensitivities_follow_initial_assignments_and_events():
    solver = solver_of("g = 1; -> A; g; A -> ; k*A; k = 2*k0; k0 = 1; A = 0;")
    values = {"k0": 5.0, "g": 1.0}
    found = Sensitivity(solver).run([0.0, 1.0], ["A"], ["k0", "g"], values, settled=solver.settle(50.0, values))
    assert found.values[0, :, 0] == pytest.approx(np.array([[-0.02, 0.1]] * 2), rel=1e-6)
    switched = solver_of("g = 1; k = 1; -> A; g; A -> ; k*A; A = 0; at (time > 10): k = 4;")
    found = Sensitivity(switched).run([0.0, 1.0], ["A"], ["g"], settled=switched.settle(60.0))
    assert found.batch["A"][0] == pytest.approx([0.25, 0.25], rel=1e-6)
    assert found.values[0, :, 0, 0] == pytest.approx([0.25, 0.25], rel=1e-6)


def test_the_exponent_of_a_power_of_zero():
    solver = solver_of("B = 0; n = 2; K = 1; A = 0; A' = B^n/(K^n + B^n); B' = 0;")
    found = Sensitivity(solver).run([0.0, 1.0, 2.0], ["A"], ["n"], changes=[Change(1.0, "B", "add", 0.5)])
    assert found.values[0, :, 0, 0] == pytest.approx([0.0, 0.0, 0.25 * np.log(0.5) / 1.25**2], rel=1e-6)


def test_conditions_that_turn_together_but_move_apart_have_no_derivative():
    solver = solver_of("A = 1; B = 1; k = 1; t1 = 2; t2 = 2; A' = -k*A; B' = -k*B; at (time >= t1): A = A + 1; at (time >= t2): B = B + 1;")
    assert Sensitivity(solver).run([0.0, 3.0], ["A"], ["t1", "t2"]).batch.outcomes.tolist() == [Outcome.MOMENTS_COINCIDE]
    found = Sensitivity(solver).run([0.0, 3.0], ["A", "B"], ["k"], tolerance=TIGHT)
    expected = -3 * np.exp(-3.0) - np.exp(-1.0)
    assert found.values[0, 1, :, 0] == pytest.approx([expected, expected], rel=1e-6)


def test_values_of_the_trigger_have_the_derivatives_of_the_trigger():
    solver = solver_of("A = 1; B = 0; k = 1; A' = -k*A; B' = 0; E1: at (time >= 1): A = A*3; E2: at (time >= 1): B = A;")
    found = Sensitivity(solver).run([0.0, 2.0], ["B"], ["k"], tolerance=TIGHT)
    assert found.values[0, 1, 0, 0] == pytest.approx(-np.exp(-1.0), rel=1e-7)


def test_by_a_computed_parameter_is_by_its_number():
    solver = solver_of("A = 3*k; k = 2*k0; k0 = 1; A' = -k*A;")
    found = Sensitivity(solver).run([0.0, 1.0], ["A"], ["k"], tolerance=TIGHT)
    assert found.values[0, :, 0, 0] == pytest.approx([3.0, -3.0 * np.exp(-2.0)], rel=1e-7)


def test_sensitivities_can_be_stopped():
    solver = solver_of("A' = 1e3*B; B' = -k*A; A = 1; B = 0; k = 1e3;")
    sensitivity, told = Sensitivity(solver), []

    def run():
        try:
            sensitivity.run([0.0, 1e6], ["A"], ["k"])
        except SimulationFailed as error:
            told.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.2)
    solver.stop()
    thread.join(10.0)
    assert "stopped" in told[0]


def test_what_cannot_be_meant_is_refused():
    solver = solver_of("A = 1; k = 1; A' = -k*A;")
    with pytest.raises(UnknownName, match="observable"):
        _ = solver.run([0.0, 1.0], ["A"])["B"]
    with pytest.raises(BadQuantity, match="list of changes"):
        solver.run([0.0, 1.0], changes=Change(0.5, "A", "add", 1.0))
    with pytest.raises(BadQuantity, match="list of names"):
        solver.run([0.0, 1.0], "A")
    with pytest.raises(BadQuantity, match="horizon"):
        solver.settle(0.0)
    with pytest.raises(BadQuantity, match="one for each state"):
        solver.run([0.0, 1.0], tolerance=Tolerance(1e-6, np.ones(3)))
    with pytest.raises(BadQuantity, match="lists of names"):
        Sensitivity(solver).run([0.0, 1.0], ["A"], "k")
