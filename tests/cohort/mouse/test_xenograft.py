"""Xenografts: closed forms of growth and weight, and the way that doses and days work."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.cohort.mouse.xenograft import _volume, weight_course, xenograft
from exportin.cohort.week.response import STEPS
from exportin.errors import BadRegimen

OWN = {"xenograft_start": 0.01, "xenograft_growth": 0.1, "xenograft_linear": 1e6, "xenograft_loss": 0.3}


def test_a_small_tumour_grows_exponentially_and_a_large_one_by_a_constant():
    small = _volume(OWN, np.zeros(7), 1.0, 2)
    assert small[-1] == pytest.approx(0.01 * np.exp(1.4), rel=0.02)
    large = _volume({**OWN, "xenograft_start": 100.0, "xenograft_linear": 0.5}, np.zeros(7), 1.0, 2)
    np.testing.assert_allclose(np.diff(large), 0.5, rtol=1e-3)


def test_a_kill_in_a_day_takes_its_share_of_living_cells():
    kill = np.zeros(7)
    kill[0] = 2.0
    still = {**OWN, "xenograft_growth": 1e-12, "xenograft_loss": 8.0}
    assert _volume(still, kill, 1.0, 1)[-1] == pytest.approx(0.01 * np.exp(-2.0), rel=1e-6)


def test_weight_follows_food():
    lost = np.full(STEPS, 0.5)
    assert weight_course(lost, 0.5, 0.08, 40)[-1] == pytest.approx(0.5, abs=1e-3)
    once = np.zeros(STEPS)
    once[:4] = 0.5
    assert weight_course(once, 0.5, 0.08, 1)[1] == pytest.approx(1.0 - 0.5 * (1 - np.exp(-0.08)), rel=1e-6)


@pytest.fixture(scope="module")
def treated():
    regimens = ("5 mg/kg PO days 1,3", "20 mg/kg PO days 1,3")
    return {text: xenograft(xp.cell("MM.1S"), "selinexor", text, draws=4, weeks=3) for text in regimens}


def test_more_drug_slows_growth_more_and_costs_more_weight(treated):
    low, high = treated.values()
    assert (low.inhibition <= high.inhibition + 1e-9).all()
    assert high.inhibition.max() > 0.05
    assert (low.weight_loss <= high.weight_loss + 1e-9).all()
    assert (low.control[:, 0] == low.volume[:, 0]).all()
    assert "growth inhibited by" in str(high)


def test_doses_of_mice_are_by_weight():
    with pytest.raises(BadRegimen, match="not in mg/kg"):
        xenograft(xp.cell("MM.1S"), "selinexor", "60 mg PO days 1,3")
