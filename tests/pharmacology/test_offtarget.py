"""Leptomycin B's toxicity beyond XPO1: a separate effect with a name and a switch, which KOS-2464 lacks (the review, after Mutka 2009)."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import exportin as xp
from exportin.network.parameters import defaults

CELL = xp.cell("OCI-AML3").with_pathways("apoptosis", "tp53", "foxo")
WITHOUT_CYSTEINE = CELL.with_variant("XPO1 C528S", 1.0)
HIGH, LOW = "10 uM", "50 nM"


@functools.cache
def treated(drug, dose, resistant=False, offtarget="on", rates=()):
    cell = (WITHOUT_CYSTEINE if resistant else CELL).with_hypothesis(offtarget=offtarget)
    given = xp.exposure(xp.compound(drug, **dict(rates)), dose)
    return xp.simulate(cell, given, until="72 h", points=13, observe=["committed", "offtarget_harm", "XPO1_active"])


def test_kos2464_kills_no_cell_without_the_cysteine():
    result = treated("KOS-2464", HIGH, resistant=True)
    assert np.all(result["offtarget_harm"] == 0)
    assert result["committed"].max() < 0.01
    assert result["XPO1_active"].min() > 0.9


def test_leptomycin_kills_it_at_a_high_dose_and_not_at_a_low_one():
    high, low = treated("leptomycin B", HIGH, resistant=True), treated("leptomycin B", LOW, resistant=True)
    assert high["XPO1_active"].min() > 0.9, "XPO1 goes on working"
    assert high["committed"][-1] > 0.9
    assert low["committed"].max() < 0.01


def test_the_switch_turns_it_off():
    result = treated("leptomycin B", HIGH, resistant=True, offtarget="off")
    assert np.all(result["offtarget_harm"] == 0)
    assert result["committed"].max() < 0.01


def test_killing_by_xpo1_is_the_same_for_both():
    """At a dose that blocks export both kill a cell with the cysteine; without the other effect, alike to the solver's tolerance."""
    kos, off, on = (treated(drug, LOW, offtarget=choice) for drug, choice in (("KOS-2464", "on"), ("LMB", "off"), ("LMB", "on")))
    assert kos["committed"][-1] > 0.9
    assert on["committed"][-1] > 0.9
    np.testing.assert_allclose(off["committed"], kos["committed"], atol=1e-4)
    np.testing.assert_allclose(off["XPO1_active"], kos["XPO1_active"], atol=1e-6)


def test_the_harm_is_free_drug_over_its_row():
    """Closed form at rest: (fu * dose * accumulation / EC50)^exponent, for any compound that has the row."""
    rows = defaults()
    inside = 10.0 * rows["fu_medium"].value * rows["accumulation"].value
    assert treated("leptomycin B", HIGH, resistant=True)["offtarget_harm"][-1] == pytest.approx(
        (inside / rows["LMB_offtarget_EC50"].value) ** rows["offtarget_exponent"].value, rel=1e-3
    )
    weaker = treated("leptomycin B", HIGH, resistant=True, rates=(("offtarget_EC50", "60 uM"),))
    assert weaker["offtarget_harm"][-1] == pytest.approx(inside / 60, rel=1e-3)
    assert weaker["committed"].max() < 0.01


def test_only_leptomycin_has_the_row():
    assert [name for name in defaults() if name.endswith("_offtarget_EC50")] == ["LMB_offtarget_EC50"]
    assert defaults()["LMB_offtarget_EC50"].grade == "assumed"
    assert {
        xp.exposure(row.name, "1 nM").compound.symbol for row in xp.facts("compounds") if xp.exposure(row.name, "1 nM").slot.offtarget
    } == {"LMB"}


def test_a_steep_exponent_survives_washout():
    """A power of what is left after washout, which rounding may make negative, is no trouble."""
    cell = WITHOUT_CYSTEINE.with_parameters(offtarget_exponent=2.7)
    result = xp.simulate(cell, xp.exposure("LMB", "1 uM", stop="4 h"), until="24 h", points=13, observe=["offtarget_harm", "committed"])
    assert np.all(np.isfinite(result["offtarget_harm"]))
    assert result["offtarget_harm"][1] == pytest.approx(0.6**2.7, rel=1e-3)
    assert result["offtarget_harm"][-1] == 0
