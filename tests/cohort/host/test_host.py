"""The host under a block: what moves, how much and which way."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.cohort.host.blood import Neutrophils, Platelets
from exportin.cohort.host.host import MEASURES, Host
from exportin.cohort.week.response import STEPS

MANY = np.ones(3)


@pytest.fixture
def host():
    return Host(
        Platelets(120.0, 142.0, 253.0, 0.5, 11.2, 0.023, 0.1), Neutrophils(124.0, 31.0, 0.239), 200.0 * MANY, 4.0 * MANY, 0.2 * MANY,
        0.3 * MANY, 0.5 * MANY, 140.0 * MANY, 20.0 * MANY, 0.2, 0.01, 72.0,
    )  # fmt: skip


def weeks(host, lost, count, **more):
    state = host.rest()
    for _ in range(count):
        state = host.through(state, np.repeat(np.asarray(lost)[:, None], STEPS, axis=1), **more)
    return state


def test_without_a_block_nothing_moves(host):
    found = host.measures(weeks(host, [0.0, 0.0, 0.0], 20))
    assert {name: values.tolist() for name, values in found.items()} == {
        "platelets": [200.0] * 3, "neutrophils": [4.0] * 3, "sodium": [140.0] * 3, "weight": [1.0] * 3,
    }  # fmt: skip


def test_every_measure_falls_the_more_export_is_lost(host):
    found = host.measures(weeks(host, [0.0, 0.2, 0.6], 6))
    assert set(found) == set(MEASURES)
    assert all((np.diff(values) < 0).all() for values in found.values())


def test_sodium_and_weight_end_where_the_block_holds_them(host):
    state = weeks(host, [0.5, 0.5, 0.5], 300)
    assert state.fall == pytest.approx(10.0 * MANY, rel=1e-6), "half of the full fall of 20 mmol/L"
    assert state.weight == pytest.approx(0.5 * MANY, rel=1e-3), "half of the food"


def test_progenitors_remember_a_block(host):
    lost = np.zeros((3, STEPS))
    lost[:, 0] = 0.6
    state = host.through(host.rest(), lost)
    assert state.blocked == pytest.approx(0.6 * np.exp(-6.0 * (STEPS - 1) / 72.0) * MANY)


def test_another_drug_may_hold_platelets_back_alone(host):
    found = host.measures(weeks(host, [0.0, 0.0, 0.0], 12, burden=0.5))
    assert (found["platelets"] < 150.0).all()
    assert (found["neutrophils"] == 4.0).all()
