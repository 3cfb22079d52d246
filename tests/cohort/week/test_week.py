"""The tables of a week against the cell model itself."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.cohort.week.level import DAY
from exportin.cohort.week.made import MARROW, Setting, marrow_week, tumour_week
from exportin.cohort.week.response import STEP_HOURS, STEPS, MarrowWeek, TumourWeek
from exportin.experiment.wells import run_members
from exportin.pharmacology.event import Dose

SELINEXOR = xp.compound("selinexor")


@pytest.fixture(scope="module")
def marrow():
    return marrow_week(Setting(SELINEXOR, (1, 3), (2, 3)))


def test_a_dose_between_those_of_the_table_is_met_to_two_hundredths(marrow):
    """60 mg is not among the doses of the table; the model is run with it."""
    given = [(week * 7 + day - 1) * DAY for week in range(2) for day in (1, 3)]
    times = [(7 * 24 + (step + 0.5) * STEP_HOURS) * 3600.0 for step in range(STEPS)]
    wells = [(xp.regimen("selinexor", [Dose(time, 60.0) for time in given]),)]
    values, _ = run_members(xp.cell(MARROW), wells, ["export_capacity"], times, draws=2, first=2)
    for place in range(2):
        direct = np.clip(1.0 - values[place, 0, 0, 0], 0.0, 1.0)
        np.testing.assert_allclose(marrow.lost(place, np.array([60.0]))[0], direct, atol=0.02)


def test_more_drug_leaves_less_export(marrow):
    lost = marrow.lost(0, np.array([0.0, 20.0, 60.0, 100.0, 400.0])).mean(axis=1)
    assert lost[0] < 1e-6
    assert (np.diff(lost) > 0).all()


def test_draws_are_those_of_the_seed_wherever_they_are_made(marrow):
    alone = marrow_week(Setting(SELINEXOR, (1, 3), (3,)))
    np.testing.assert_array_equal(alone.capacity[0], marrow.capacity[1])


def test_tumour_cells_die_the_more_the_more_there_is():
    table = tumour_week(xp.cell("MM.1S").with_pathways(), Setting(SELINEXOR, (1, 3), (2,)), cells=16)
    kill = table.log_kill(0, np.array([0.0, 40.0, 320.0]))
    assert kill[0] == 0.0
    assert kill[1] <= kill[2]
    assert kill[2] > 0.5
    daily = table.daily_log_kill(0, np.array([320.0]))
    assert daily.sum() == pytest.approx(kill[2])
    assert table.growing(0, np.array([0.0]))[0] == pytest.approx(1.0, abs=1e-3)


def test_between_doses_a_table_is_straight_in_the_logarithm():
    table = TumourWeek(np.array([0.0, 10.0, 40.0]), np.array([[[0.0], [0.2], [0.4]]]), np.array([[1.0, 0.8, 0.6]]))
    np.testing.assert_allclose(-np.expm1(-table.log_kill(0, np.array([5.0, 10.0, 20.0, 1000.0]))), [0.1, 0.2, 0.3, 0.4])
    whole = MarrowWeek(np.array([0.0, 10.0]), np.array([[[1.0, 1.2], [0.4, 0.8]]]))
    np.testing.assert_allclose(whole.lost(0, np.array([10.0, 5.0])), [[0.6, 0.2], [0.3, 0.0]])
