"""Order of potency in the dish, and the control that must do nothing."""

from __future__ import annotations

import functools

import pytest

import exportin as xp

CELL = xp.cell("HeLa").with_cargo("RIOK2", nes_kd="2.2 uM", mass="63 kDa")  # affinity: Fung 2015, eLife 10034


def nuclear_share(drug, nanomolar, hours):
    """Share of RIOK2 that is nuclear before and at the end of an exposure."""
    dose = xp.exposure(drug, f"{nanomolar:.6g} nM")
    return xp.simulate(CELL, dose, until=f"{hours} h", points=2, observe=["RIOK2_nuclear"])["RIOK2_nuclear"]


@functools.cache
def half_effect(drug, hours):
    """Concentration (nM) of half the relocation that a saturating dose gives, by bisection to 1 %."""
    base, top = nuclear_share(drug, 1e6, hours)
    low, high = -4.0, 6.0
    while high - low > 0.004:
        middle = 0.5 * (low + high)
        moved = (nuclear_share(drug, 10**middle, hours)[-1] - base) / (top - base)
        low, high = (low, middle) if moved > 0.5 else (middle, high)
    return 10 ** (0.5 * (low + high))


@pytest.mark.parametrize("weaker", ["KPT-251", "KPT-276"])
def test_leptomycin_before_kpt185_before_the_others(weaker):
    """The review's order of potency, at 24 h."""
    assert half_effect("leptomycin B", 24) < half_effect("KPT-185", 24) < half_effect(weaker, 24)


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="selinexor's apparent affinity is measured (5.3 nM), KPT-185's assumed (7 nM): half effects of 50 and 67 nM",
)
def test_kpt185_is_stronger_than_selinexor():
    assert half_effect("KPT-185", 24) < half_effect("selinexor", 24)


def test_anguinomycin_and_goniothalamin_move_riok2_as_the_review_says():
    """Below 10 nM and above 500 nM in HeLa; the time of the assay is not in the review, one hour is taken (at 24 h both act at less)."""
    assert half_effect("anguinomycin", 1) < 10.0
    assert half_effect("goniothalamin", 1) > 500.0


def test_the_inactive_isomer_does_nothing():
    """The geometric isomer of PKF050-638: 10 uM for 24 h occupy under 2 % of XPO1 and move RIOK2 by under 1 %."""
    dose = xp.exposure("PKF050-638 E isomer", "10 uM")
    result = xp.simulate(CELL, dose, until="24 h", points=2, observe=["RIOK2_nuclear", "XPO1_occupancy"])
    assert result["XPO1_occupancy"][-1] < 0.02
    assert result["RIOK2_nuclear"][-1] == pytest.approx(result["RIOK2_nuclear"][0], rel=0.01)
    active = xp.simulate(CELL, xp.exposure("PKF050-638", "10 uM"), until="24 h", points=2, observe=["XPO1_occupancy"])
    assert active["XPO1_occupancy"][-1] > 0.9
