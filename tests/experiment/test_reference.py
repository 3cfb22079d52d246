"""What the export rates of pathways are measured against: this kind of cell untreated, draw by draw."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import exportin as xp
from exportin.experiment.members import drawn_columns
from exportin.experiment.prepared import prepare
from exportin.experiment.reference import REFERENCE, Reference
from exportin.experiment.simulate import plan_study
from exportin.kernel.batch import Outcome

LOADED = "XPO1_loaded_n"


def cell():
    return xp.cell("HeLa").with_pathways("foxo")


def plain(seed=5):
    return Reference(prepare(cell(), (), seed))


def untreated(changed, name, draw=None):
    """A concentration (uM) in an untreated cell, and the reference that its numbers hold."""
    experiment = prepare(changed, (), 5)
    values = experiment.values_at(None, draw, None)
    rest = experiment.rest(values).checked()
    found = experiment.solver.run([0.0, 1e-6], [name], experiment.undisturbed(values), start=rest.states)
    return float(found.values[0, 0, 0]), values.get(REFERENCE)


@pytest.mark.parametrize("draw", [None, 0, 3])
def test_an_untreated_cell_of_the_catalogue_is_its_own_reference(draw):
    """The fixed point: measured against the level, it carries that level."""
    loaded, level = untreated(cell(), LOADED, draw)
    assert level == plain().level(draw)
    assert loaded == pytest.approx(level, rel=1e-2)


@pytest.mark.parametrize("name", ["HeLa", "K562"])
def test_it_holds_where_the_genotype_moves_xpo1(name):
    """Without p53 or with BCR-ABL1 there is more XPO1; export is then measured against that (K562 is near a fold: no closer than 2 %)."""
    pathways = ("foxo", "pp2a", "ribosome", "tp53")
    loaded, level = untreated(xp.cell(name).with_pathways(*pathways), LOADED)
    assert loaded == pytest.approx(level, rel=2e-2)


@pytest.mark.parametrize("change", [{"XPO1_total": 0.1}, {"RAN_total": 1.0}])
def test_what_is_done_to_a_cell_moves_it_from_its_reference(change):
    _, level = untreated(cell(), LOADED)
    loaded, same = untreated(cell().with_parameters(**change), LOADED)
    assert same == level
    assert abs(loaded / level - 1) > 0.05


def test_a_level_does_not_depend_on_which_others_are_asked_with_it():
    together = plain().levels(np.arange(6))
    assert np.ptp(together) > 0
    one = plain()
    assert [one.level(draw) for draw in (4, 0, 2)] == [together[4], together[0], together[2]]
    assert np.array_equal(one.levels(np.array([5, 5, 1, 0])), together[[5, 5, 1, 0]])  # some known, one twice
    assert np.array_equal(plain().levels(np.arange(9))[:6], together)


def test_threads_find_the_same_levels():
    expected = plain().levels(np.arange(8))
    shared = plain()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda shift: shared.levels(np.roll(np.arange(8), shift)), range(8)))
    assert all(np.array_equal(levels, np.roll(expected, shift)) for shift, levels in enumerate(found))


def test_the_tables_values_are_their_own_level():
    one = plain()
    assert one.levels(None).shape == (1,)
    assert one.level(None) == one.levels(None)[0]
    assert one.level(None) not in one.levels(np.arange(4))


def test_a_draw_that_does_not_settle_has_none(monkeypatch):
    one = plain()
    settled = type(one.experiment).settled

    def failing(self, *given, **more):
        found = settled(self, *given, **more)
        states, outcomes = found.states.copy(), found.outcomes.copy()
        states[1], outcomes[1] = np.nan, Outcome.NOT_SETTLED
        return replace(found, states=states, outcomes=outcomes)

    expected = plain().levels(np.arange(3))
    monkeypatch.setattr(type(one.experiment), "settled", failing)
    levels = one.levels(np.arange(3))
    assert np.isnan(levels[1])
    assert np.array_equal(levels[[0, 2]], expected[[0, 2]])


def test_a_draw_without_one_makes_no_cell(monkeypatch):
    """It is left out and counted, and the other draws are as they were."""
    asked = {"until": "2 h", "points": 2, "observe": ["XPO1_occupancy"], "draws": 3}
    expected = xp.simulate(cell(), xp.exposure("KPT-185", "1 uM"), **asked)
    found = Reference.levels

    def without_the_second(self, draws):
        return np.where(np.asarray(draws) == 1, np.nan, found(self, draws))

    monkeypatch.setattr(Reference, "levels", without_the_second)
    result = xp.simulate(cell(), xp.exposure("KPT-185", "1 uM"), **asked)
    assert result.left_out == {"no reference": 1}
    assert np.array_equal(result["XPO1_occupancy"][[0, 2]], expected["XPO1_occupancy"][[0, 2]])
    assert np.isnan(result["XPO1_occupancy"][1]).all()


def test_each_kind_of_cell_has_its_own():
    kinds = (("HeLa", None), ("HeLa", "western"), ("OCI-AML3", None))
    cells = [xp.cell(name, concentrations=kind).with_pathways("foxo") for name, kind in kinds]
    assert len({prepare(one, ()).reference.level(None) for one in cells}) == 3


def test_a_reference_that_the_user_fixed_is_kept():
    experiment = prepare(cell().with_parameters(**{REFERENCE: "7 nM"}), (), 5)
    given = experiment.cell.parameter(REFERENCE).internal
    assert given == pytest.approx(0.007)
    assert experiment.values_at(None, 2, None)[REFERENCE] == given
    assert experiment.columns(None, np.arange(3), None)[REFERENCE] == given


def test_columns_are_what_single_draws_are():
    experiment = prepare(cell(), (), 5)
    draws = np.array([3, 0, 3, 1])
    column = experiment.columns(None, draws, np.arange(4))[REFERENCE]
    assert column.tolist() == [experiment.values_at(None, int(draw), 0)[REFERENCE] for draw in draws]
    assert isinstance(experiment.columns(None, None, np.arange(4))[REFERENCE], float)


def test_it_is_no_parameter_that_was_drawn():
    study = plan_study(cell(), (), "1 h", ["XPO1_total"], {"patients": 1, "draws": 3, "cells": 1}, seed=5, points=2, tolerance=1e-7)
    assert REFERENCE in study.members.experiment.columns(None, np.arange(3), None)
    assert REFERENCE not in drawn_columns(study.members)


def test_a_cell_without_pathways_needs_none():
    assert REFERENCE not in prepare(xp.cell("HeLa"), (), 5).values_at(None, 1, 1)
