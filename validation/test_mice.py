"""Mice: regimens of the review, the gap between doses, and occupancy of XPO1 in tumours; pharmacokinetics of mice are a wide prior."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import exportin as xp
from exportin.cohort.mouse.xenograft import xenograft

DRAWS = 16
WEAK = "free drug of a mouse, by scaled and assumed numbers, kills few cells at a third of the dose that does in the other regimen"


@functools.cache
def mice(cell, drug, regimen):
    return xenograft(xp.cell(cell), drug, regimen, draws=DRAWS)


def tell(record_property, one):
    print(one)
    record_property(one.regimen, str(one))


@pytest.mark.parametrize(
    ("cell", "drug", "regimen"),
    [
        ("MV4-11", "KPT-251", "75 mg/kg PO tiw"),
        ("MV4-11", "KPT-276", "150 mg/kg PO tiw"),
        pytest.param("Z-138", "KPT-276", "50 mg/kg PO days 1-5", marks=pytest.mark.xfail(strict=True, reason=WEAK)),
    ],
)
def test_the_regimens_of_the_review_slow_growth(record_property, cell, drug, regimen):
    one = mice(cell, drug, regimen)
    tell(record_property, one)
    assert np.mean(one.inhibition > 0.2) >= 0.5, "in half of the draws growth is lower by a fifth"


def test_five_doses_a_week_of_50_mg_cost_less_than_a_tenth_of_the_weight(record_property):
    """Review, after Zhang 2013: less than 10 % at 50 mg/kg KPT-276 five times a week."""
    one = mice("Z-138", "KPT-276", "50 mg/kg PO days 1-5")
    share = float(np.mean(one.weight_loss < 0.1))
    print(f"weight loss under 10 % in {100 * share:.0f} % of draws")
    record_property("weight loss under 10 %", share)
    assert share >= 0.5


def test_doses_two_days_apart_spare_weight_at_near_equal_effect(record_property):
    """The same 30 mg/kg a week of selinexor in two doses and in five."""
    apart, daily = mice("MM.1S", "selinexor", "15 mg/kg PO days 1,4"), mice("MM.1S", "selinexor", "6 mg/kg PO days 1-5")
    for one in (apart, daily):
        tell(record_property, one)
    less = np.median(daily.weight_loss - apart.weight_loss)
    told = f"weight spared {100 * less:.2f} points, inhibition {100 * np.median(apart.inhibition - daily.inhibition):.1f} points"
    print(told)
    record_property("two doses against five", told)
    assert less > 0.0
    assert abs(np.median(apart.inhibition - daily.inhibition)) < 0.15


@functools.cache
def occupied(cell, mg_kg):
    """XPO1 occupancy in a tumour, shape (draw, time), at 0, 6, 24 and 48 h after one dose."""
    dose = xp.regimen("selinexor", f"{mg_kg} mg/kg PO once", species="mouse")
    result = xp.simulate(xp.cell(cell), dose, until="48 h", observe=["XPO1_occupancy"], draws=DRAWS, points=9, seed=0)
    return result.shown("XPO1_occupancy")[0, :, 0, [0, 1, 4, 8]].T


@pytest.mark.xfail(strict=True, reason="free drug, scaled from man by weight, is too low beside the affinity: the peak is missed")
def test_ten_mg_per_kg_occupies_nine_tenths(record_property):
    """PMC5746399: over 90 % of XPO1 at 10 mg/kg in tumours of mice."""
    values = occupied("MM.1S", 10)[:, 1]
    told = f"{np.median(values):.2f} ({np.quantile(values, 0.05):.2f} to {np.quantile(values, 0.95):.2f}) at 6 h"
    print("10 mg/kg:", told)
    record_property("10 mg/kg", told)
    assert np.median(values) > 0.9


def test_occupancy_is_at_its_height_within_six_hours(record_property):
    """PMC5746399: full by 6 h at all doses; here the later times hold no more than the sixth hour."""
    for dose in (1.5, 5, 10, 15):
        values = np.median(occupied("MM.1S", dose), axis=0)
        print(f"{dose} mg/kg: {np.round(values, 2).tolist()} at 0, 6, 24, 48 h")
        record_property(f"{dose} mg/kg", np.round(values, 3).tolist())
        assert values[1] >= values[2:].max()


def test_a_higher_dose_holds_it_longer(record_property):
    """PMC5746399: 10 to 15 mg/kg are needed to hold it to 48 h."""
    left = [float(np.median(occupied("MM.1S", dose)[:, 3])) for dose in (1.5, 5, 10, 15)]
    record_property("left at 48 h", left)
    assert left == sorted(left)
    assert left[-1] > 2 * left[0]


def test_resistant_cells_are_occupied_alike(record_property):
    """PMC5746399: saturation is reached whatever the sensitivity."""
    one, other = (np.median(occupied(cell, 10)[:, 1]) for cell in ("MM.1S", "REC-1"))
    record_property("MM.1S and REC-1", f"{one:.2f}, {other:.2f}")
    print(f"MM.1S {one:.2f}, REC-1 {other:.2f}")
    assert abs(one - other) < 0.15


@pytest.mark.xfail(strict=True, reason="the message rises with occupancy, which the free drug of these doses brings to about a half only")
def test_xpo1_message_doubles_in_most_patients(record_property):
    """SELHEM: at least twofold in 15 of 16 children at 30 to 70 mg/m2."""
    share = []
    for dose in (30, 50, 70):
        given = xp.regimen("selinexor", f"{dose} mg/m2 PO once", body_surface="1.2 m2")
        result = xp.simulate(xp.cell("normal CD34+"), given, until="48 h", observe=["XPO1_mrna"], draws=8, patients=16, points=25)
        values = result.shown("XPO1_mrna")[:, :, 0]
        fold = values.max(axis=-1) / values[..., 0]
        share.append(float(np.mean(fold >= 2.0)))
        low, middle, high = np.quantile(fold, (0.05, 0.5, 0.95))
        print(f"{dose} mg/m2: highest message {middle:.2f}-fold (90 % {low:.2f} to {high:.2f})")
    record_property("share with twofold message", share)
    assert min(share) > 0.5
