"""The weeks of a trial, with numbers that leave closed forms."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from exportin.cohort.grading import EVENTS
from exportin.cohort.numbers import calibrated_draws, numbers
from exportin.cohort.patients import HOST_NAMES, sample
from exportin.cohort.trial.course import REASONS, Setting, follow
from exportin.cohort.trial.plan import Arm, Background
from exportin.cohort.week.level import read_level
from exportin.cohort.week.response import STEPS, MarrowWeek, TumourWeek

DRAW = calibrated_draws()[0]
COUNT, WEEKS = 4000, 52
DAYS = (1, 3)
GRID = np.array([0.0, 1000.0])


def setting(levels=(), *, kill=0.0, lost=0.0, death=0.0, power=0.0, background=(0.0, 0.0, 0.0), rules=False, weeks=WEEKS):
    host = {name: float(value[0]) for name, value in numbers(HOST_NAMES, [DRAW]).items()}
    silent = {name: 0.0 for name in host if name.endswith("_noise")}
    told = {**host, **silent, "marker_noise": 0.0, "death_rate": death, "death_power": power, "hazard": 1.0, "most": 70.0}
    marrow = MarrowWeek(GRID, np.stack([np.ones((1, STEPS)), np.full((1, STEPS), 1.0 - lost)], axis=1))
    killed = -np.expm1(-kill)
    tumour = TumourWeek(GRID, np.array([np.stack([np.zeros(7), np.linspace(0.0, killed, 7)])]), np.ones((1, 2)))
    arm = Arm("arm", COUNT, tuple(read_level(text) for text in levels), Background(), rules)
    each = np.full(COUNT, background[0]), np.full(COUNT, background[1]), background[2]
    return Setting(arm, 0, weeks, 4, "IMWG", {DAYS: marrow, (1,): marrow}, {DAYS: tumour, (1,): tumour}, told, each)


@pytest.fixture(scope="module")
def patients():
    found = sample("refractory myeloma", DRAW, np.arange(COUNT), 3)
    alike = {"exposure": 1.0, "sensitivity": 100.0, "resistance": 0.0, "marker": 30.0}
    return dataclasses.replace(found, **{name: np.full(COUNT, value) for name, value in alike.items()})


NOISE = {name: [np.zeros(COUNT)] * (WEEKS + 1) for name in (*EVENTS, "marker")}


def test_untreated_survival_is_exponential(patients):
    record, _, _ = follow(setting(death=0.004), patients, NOISE)
    days = np.array([50.0, 150.0, 300.0])
    alive = [np.mean(record["OS"] > day) for day in days]
    np.testing.assert_allclose(alive, np.exp(-0.004 * days), atol=3 * 0.5 / np.sqrt(COUNT))


def test_an_untreated_tumour_progresses_when_it_has_grown_by_a_quarter(patients):
    """30 g/L must grow by 25 % (7.5 g/L): at the first visit after ln 1.25 over the growth rate, confirmed at the next."""
    record, _, marker = follow(setting(), patients, NOISE)
    np.testing.assert_allclose(marker[:, 8], np.exp(np.minimum(56.0 * patients.growth, np.log(1000.0))), rtol=1e-5)
    expected = np.ceil(np.log(1.25) / patients.growth / 28.0) * 28.0
    seen = expected <= (WEEKS - 4) * 7
    np.testing.assert_array_equal(record["PFS"][seen], expected[seen])
    assert (record["progressed"][~seen] == 0.0).all()
    assert (record["best"][seen] <= 1).all()


def test_a_lasting_kill_makes_the_marker_fall_as_fast_as_it_is_lost(patients):
    """All cells dead at once: what is left is the marker's own decay, and half of it is a partial response."""
    record, _, marker = follow(setting(background=(50.0, 0.0, 0.0)), patients, NOISE)
    np.testing.assert_allclose(marker[:, 3], np.exp(-21.0 * patients.marker_loss), rtol=1e-4)
    assert (record["best"] >= 3).all()
    assert (record["progressed"] == 0).all()


def test_a_kill_equal_to_growth_holds_the_tumour(patients):
    one = dataclasses.replace(patients, growth=np.full(COUNT, 0.02))
    _, _, marker = follow(setting(background=(0.14, 0.0, 0.0)), one, NOISE)
    np.testing.assert_allclose(marker, 1.0, rtol=1e-9)


def test_the_drug_kills_what_the_table_of_a_week_says(patients):
    alike = {"growth": 0.02, "marker_loss": 50.0, "body_surface": 100.0}
    one = dataclasses.replace(patients, **{name: np.full(COUNT, value) for name, value in alike.items()})
    _, _, marker = follow(setting(["1000 mg PO days 1,3"], kill=0.5, weeks=8), one, NOISE)
    np.testing.assert_allclose(marker[:, 8], np.exp(8 * (0.14 - 0.5)), rtol=1e-4)


def test_levels_are_taken_away_and_the_drug_is_stopped_at_the_last(patients):
    ladder = ["80 mg PO days 1,3", "60 mg PO day 1"]
    blocked = dataclasses.replace(patients, body_surface=np.full(COUNT, 100.0))
    record, platelets, _ = follow(setting(ladder, lost=1.0, rules=True), blocked, NOISE)
    assert np.mean(record["stop_reason"] == REASONS.index("toxicity")) > 0.2
    assert (record["intensity"] < 1.0).mean() > 0.9
    assert np.nanmin(platelets) < 25.0
    free, _, _ = follow(setting(ladder, lost=1.0, rules=False), blocked, NOISE)
    assert (free["stop_reason"] != REASONS.index("toxicity")).all()


def test_a_weak_block_takes_nothing_away(patients):
    record, _, _ = follow(setting(["80 mg PO days 1,3", "60 mg PO day 1"], lost=0.0, rules=True), patients, NOISE)
    assert (record["platelets_grade"] == 0).all()
    assert (record["stop_reason"] != REASONS.index("toxicity")).all()


def test_doses_do_not_pass_the_bound_of_a_square_metre(patients):
    small = dataclasses.replace(patients, body_surface=np.full(COUNT, 1.0))
    record, _, _ = follow(setting(["140 mg PO days 1,3"]), small, NOISE)
    assert record["intensity"] == pytest.approx(np.full(COUNT, 0.5)), "70 of 140 mg are given"
