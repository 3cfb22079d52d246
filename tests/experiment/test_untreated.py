"""No drug: every context, variant and draw starts at its own exact steady state and stays there."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.experiment.simulate import prepare
from exportin.kernel.batch import Tolerance

CONTEXTS = [(name, chosen) for name in xp.cells() for chosen in (None, "western", "proteomics")]
DAY = 86_400.0


def drift_and_totals(cell, draw=None, sister=None):
    """Largest relative drift over 24 h, largest relative change of a moiety, and how far anything falls below zero."""
    experiment = prepare(cell, [])
    values = experiment.values_at(None, draw, sister)
    solver, moieties, numbers = experiment.solver, experiment.model.moieties, experiment.known(values)
    volumes = experiment.volumes(values)
    steady = experiment.rest(values).checked().states[0] / volumes
    tolerance = Tolerance(1e-9, 1e-12)
    run = solver.run(np.linspace(0.0, DAY, 25), (), numbers, start=steady * volumes, tolerance=tolerance).checked().values[0]
    keep = np.array([[moiety.members.get(name, 0) for name in solver.states] for moiety in moieties]) * volumes
    present = steady > 0
    drift = np.max(np.abs(run[:, present] / steady[present] - 1))
    moved = np.max(np.abs(run @ keep.T / (keep @ (solver.start_of(numbers)[0] / volumes)) - 1))
    floor = np.min(run + 10 * tolerance.absolute * np.maximum(steady, 1e-9 * steady.max()))
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
    steady = experiment.rest(values).checked().states[0]
    run = experiment.solver.run([0.0, 3e7], (), experiment.known(values), tolerance=Tolerance(1e-11, 1e-14)).checked()
    present = steady > 0
    assert run.end[0, present] == pytest.approx(steady[present], rel=1e-6)


def test_the_volumes_of_the_tables_are_those_of_the_model():
    experiment = prepare(xp.cell("OCI-AML3"), [])
    values = experiment.values_at(None, None, None)
    assert (values["Vn"], values["Vc"]) == (0.4, 0.4)
    total = experiment.solver.start_of(experiment.known(values))[0, experiment.solver.states.index("XPO1_c")]
    assert total == pytest.approx(values["XPO1_total"] * 0.8)
