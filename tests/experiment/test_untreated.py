"""No drug: every context, variant and draw starts at its own exact steady state and stays there."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.experiment.simulate import prepare
from exportin.kernel.solver import Tolerance
from exportin.kernel.steady import settle

CONTEXTS = [(name, chosen) for name in xp.cells() for chosen in (None, "western", "proteomics")]
DAY = 86_400.0


def drift_and_totals(cell, draw=None, sister=None):
    """Largest relative drift over 24 h, largest relative change of a moiety, and how far anything falls below zero."""
    experiment = prepare(cell, [])
    values = experiment.values_at(None, draw, sister)
    solver, moieties = experiment.solver, experiment.model.moieties
    steady = settle(solver, values, [moiety.members for moiety in moieties])
    tolerance = Tolerance(1e-9, 1e-12)
    run = solver.run(values, steady.state, np.linspace(0.0, DAY, 25), (), (), tolerance)
    keep = np.array([[moiety.members.get(name, 0) for name in solver.state_names] for moiety in moieties]) * solver.volumes(values)
    present = steady.state > 0
    drift = np.max(np.abs(run.values[:, present] / steady.state[present] - 1))
    moved = np.max(np.abs(run.values @ keep.T / (keep @ solver.start(values)) - 1))
    floor = np.min(run.values + 10 * tolerance.absolute * np.maximum(steady.state, 1e-9 * steady.state.max()))
    return drift, moved, floor


@pytest.mark.parametrize(("name", "chosen"), CONTEXTS)
def test_every_context_rests(name, chosen):
    drift, moved, floor = drift_and_totals(xp.cell(name, concentrations=chosen))
    assert drift < 1e-6
    assert moved < 1e-9
    assert floor >= 0


@pytest.mark.parametrize("fraction", [0.25, 0.5, 1.0])
def test_every_variant_rests(fraction):
    drift, moved, floor = drift_and_totals(xp.cell("HeLa").with_variant("XPO1 C528S", fraction))
    assert (drift < 1e-6, moved < 1e-9, floor >= 0) == (True, True, True)


@pytest.mark.parametrize("name", ["HeLa", "OCI-AML3"])
def test_every_draw_and_sister_rests(name):
    for index in range(30):
        drift, moved, floor = drift_and_totals(xp.cell(name), draw=index, sister=index)
        assert (drift < 1e-6, moved < 1e-9, floor >= 0) == (True, True, True), index


def test_the_steady_state_is_the_end_of_a_long_integration():
    experiment = prepare(xp.cell("HeLa"), [])
    values = experiment.values_at(None, None, None)
    steady = settle(experiment.solver, values, [moiety.members for moiety in experiment.model.moieties])
    start = experiment.solver.start(values)
    run = experiment.solver.run(values, start, np.array([0.0, 3e7]), (), (), Tolerance(1e-11, 1e-14))
    present = steady.state > 0
    assert run.end[present] == pytest.approx(steady.state[present], rel=1e-6)


def test_the_volumes_of_the_tables_are_those_of_the_model():
    experiment = prepare(xp.cell("OCI-AML3"), [])
    values = experiment.values_at(None, None, None)
    assert (values["Vn"], values["Vc"]) == (0.4, 0.4)
    total = experiment.solver.start(values)[experiment.solver.state_names.index("XPO1_c")] * values["Vc"]
    assert total == pytest.approx(values["XPO1_total"] * 0.8)
