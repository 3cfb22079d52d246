"""Untreated steady states of many cells: totals carried over exactly, and no cell that depends on which others are computed with it."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.experiment.prepared import prepare
from exportin.experiment.rest import carry_over
from exportin.kernel.batch import Outcome

# Two proteins A and B with their complex: states A, B, AB, and one that belongs to no total.
PAIR = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0]])


@pytest.fixture(scope="module")
def experiment():
    return prepare(xp.cell("HeLa"), (), 4)


# --- totals


def test_a_lone_total_scales_its_species_alike():
    assert carry_over(np.array([3.0, 1.0, 7.0]), np.array([[1.0, 1.0, 0.0]]), np.array([8.0])) == pytest.approx([6.0, 2.0, 7.0])


def test_totals_that_a_state_has_already_leave_it_as_it_is():
    state = np.array([1.0, 2.0, 3.0, 4.0])
    assert np.array_equal(carry_over(state, PAIR, PAIR @ state), state)


@pytest.mark.parametrize("factors", [(2.0, 0.5), (0.1, 10.0), (1.0, 1e-6), (1e4, 3.0)])
def test_the_complex_is_scaled_by_both_of_its_totals(factors):
    state = np.array([1.0, 2.0, 3.0, 4.0])
    totals = PAIR @ state * factors
    found = carry_over(state, PAIR, totals)
    assert PAIR @ found == pytest.approx(totals, rel=1e-9)
    scale = found / state
    assert scale[2] == pytest.approx(scale[0] * scale[1], rel=1e-9)  # x exp(W' u)
    assert scale[3] == 1.0
    assert (found >= 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_random_networks_meet_their_totals(seed):
    generator = np.random.Generator(np.random.Philox(seed))
    weights = (generator.random((6, 20)) < 0.3) * generator.integers(1, 3, (6, 20)).astype(float)
    weights[np.arange(6), np.arange(6)] = 1.0
    state = generator.lognormal(0, 2, 20)
    totals = weights @ state * generator.lognormal(0, 0.5, 6)
    assert weights @ carry_over(state, weights, totals) == pytest.approx(totals, rel=1e-9)


def test_rounding_below_zero_is_taken_for_nothing():
    assert carry_over(np.array([4.0, -1e-18]), np.array([[1.0, 1.0]]), np.array([2.0])) == pytest.approx([2.0, 0.0])


def test_a_protein_that_is_not_there_is_in_no_complex():
    found = carry_over(np.array([1.0, 2.0, 3.0, 4.0]), PAIR, np.array([0.0, 5.0]))
    assert found == pytest.approx([0.0, 5.0, 0.0, 4.0])


@pytest.mark.parametrize("totals", [(-1.0, 1.0), (np.nan, 1.0), (np.inf, 1.0)])
def test_totals_that_cannot_be_met_are_told(totals):
    assert carry_over(np.array([1.0, 2.0, 3.0, 4.0]), PAIR, np.array(totals)) is None


def test_nothing_cannot_be_scaled_up():
    assert carry_over(np.zeros(4), PAIR, np.array([1.0, 1.0])) is None


# --- cells


def columns(experiment, places):
    """Numbers of some of six cells: two draws of three sisters."""
    draws, sisters = np.divmod(np.array(places), 3)
    return experiment.columns(None, draws, sisters)


def test_initial_values_are_those_that_a_run_starts_from(experiment):
    values = experiment.undisturbed(columns(experiment, range(6)))
    begun = experiment.solver.start_of(values, 6)
    assert np.array_equal(begun, experiment.solver.start_of(values, 6))
    assert len(np.unique(begun[:, begun.any(axis=0)], axis=0)) == 6  # of six cells


@pytest.mark.parametrize("places", [[4], [1, 4], [4, 3, 5], [5, 4, 3, 2, 1, 0, 4]])
def test_a_cell_s_rest_does_not_depend_on_its_company(experiment, places):
    whole = experiment.rest(columns(experiment, range(6)), 6)
    some = experiment.rest(columns(experiment, places), len(places))
    assert np.array_equal(some.states, whole.states[places])
    assert np.array_equal(some.outcomes, whole.outcomes[places])


def test_each_cell_rests_with_its_own_totals(experiment):
    values = experiment.undisturbed(columns(experiment, range(6)))
    rest = experiment.rest(columns(experiment, range(6)), 6).checked().states
    weights = experiment.solver.totals()
    begun = experiment.solver.start_of(values, 6)
    assert rest @ weights.T == pytest.approx(begun @ weights.T, rel=1e-9)
    assert np.all(rest >= -1e-12 * rest.max())


def test_the_export_cycle_has_one_rest_wherever_it_starts_from(experiment):
    given = columns(experiment, range(6))
    from_typical = experiment.rest(given, 6).checked().states
    from_own = experiment.solver.settle(1e7, experiment.undisturbed(given), count=6).checked().states
    assert from_typical == pytest.approx(from_own, rel=1e-6, abs=1e-9 * from_own.max())


def test_the_typical_cell_is_settled_once(monkeypatch):
    experiment = prepare(xp.cell("HeLa"), (), 4)
    values = experiment.values_at(None, None, None)
    calls = []
    settle = type(experiment.solver).settle
    monkeypatch.setattr(type(experiment.solver), "settle", lambda self, *given, **more: calls.append(1) or settle(self, *given, **more))
    experiment.rest(values).checked()
    assert len(calls) == 1
    experiment.rest(experiment.values_at(None, None, 0)).checked()
    experiment.rest(experiment.values_at(None, None, 1)).checked()
    assert len(calls) == 3  # the typical cell, and two sisters


def test_sisters_without_noise_do_not_depend_on_their_company():
    quiet = prepare(xp.cell("HeLa").with_parameters(cell_spread=0), (), 4)
    whole = quiet.rest(quiet.columns(None, None, np.arange(3)), 3).states
    assert np.array_equal(whole[0], whole[2])
    assert np.array_equal(quiet.rest(quiet.columns(None, None, np.array([1])), 1).states[0], whole[1])


def test_where_the_typical_cell_does_not_settle_each_starts_from_its_own(experiment, monkeypatch):
    solver = type(experiment.solver)
    settle = solver.settle

    def failing(self, *given, **more):
        found = settle(self, *given, **more)
        if "start" not in more and more.get("count", 1) == 1:
            found.outcomes[:] = Outcome.NOT_SETTLED
        return found

    given = columns(experiment, range(3))
    expected = settle(experiment.solver, 1e7, experiment.undisturbed(given), count=3).states
    monkeypatch.setattr(solver, "settle", failing)
    found = experiment.rest(given, 3)
    assert found.states == pytest.approx(expected, rel=1e-4, abs=1e-9 * expected.max())
