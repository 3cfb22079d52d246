"""How an experiment spreads into contrasts, and which of its arms share a model."""

from __future__ import annotations

import pytest

from exportin.errors import BadScenario, UnknownName
from exportin.review.arm import Arm, drugs_of
from exportin.review.contrast import spread
from exportin.review.control import Control
from exportin.review.entry import Block
from exportin.review.measure import needs_of


def block(**given):
    return Block.model_validate({"cell": "HeLa", "observable": "MYC", "time": "24 h", "comparison": "below its start", **given})


def test_lists_mean_each():
    found = spread(block(cell=["HeLa", "MM.1S"], exposure=["KPT-185", "selinexor"], observable=["MYC", "BRD4"]))
    assert len(found) == 8
    assert {one.hours for one in found} == {24.0}


def test_each_observable_may_have_its_own_comparison():
    found = spread(block(observable=None, comparison={"MYC": "below its start", "FOXO3_n": "above its start"}))
    assert [(one.observed[0].name, one.comparison.way) for one in found] == [("MYC", "below"), ("FOXO3_n", "above")]


def test_what_is_shared_is_held_equal():
    """A pair of genotypes in two cells is compared within each cell, not across."""
    found = spread(block(cell=["HeLa", "MM.1S"], genotype={"test": "TP53 knockdown", "control": "none"}, comparison="below control"))
    assert [(one.arms[0].cell, one.arms[1].cell) for one in found] == [("HeLa", "HeLa"), ("MM.1S", "MM.1S")]


def test_every_test_meets_every_control():
    found = spread(block(cell={"test": ["HL-60", "THP-1"], "control": ["MOLM-13", "MV4-11"]}, comparison="below control"))
    assert len(found) == 4


def test_a_combination_has_each_drug_alone():
    found = spread(block(exposure="KPT-185 100 nM + Nutlin-3a + crowded", observable="apoptotic_fraction", comparison="synergistic"))[0]
    exposures = [arm.exposure for arm in found.arms]
    assert exposures == ["KPT-185 100 nM + Nutlin-3a + crowded", "KPT-185 100 nM + crowded", "Nutlin-3a + crowded"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"comparison": "below control"}, "needs test and control"),
        ({"comparison": "synergistic", "exposure": "KPT-185"}, "a combination has two"),
        ({"comparison": "below its start", "exposure": {"test": "KPT-185", "control": "none"}}, "write 'above control'"),
        ({"comparison": "below control", "exposure": {"steps": ["KPT-185 1 nM", "KPT-185 2 nM", "KPT-185 3 nM"]}}, "rise along or fall"),
        ({"comparison": "rises along"}, "is for steps"),
        ({"observable": "viability", "comparison": "below 150 nM"}, "a dose has a concentration, a share a percentage"),
        ({"observable": "MYC", "comparison": "above 80 %"}, "which is no share"),
        ({"observable": "ED50 of viability", "exposure": "KPT-185 1 nM to 1 uM", "comparison": "below 80 %"}, "a dose has a concentration"),
        ({"observable": "ED50 of viability", "comparison": "below 150 nM"}, "a dose is sought along a series"),
        ({"observable": "viability", "exposure": "KPT-185 1 nM to 1 uM"}, "a dose is sought along a series"),
        ({"observable": "ED50 of viability", "exposure": "KPT-185 1 nM to 1 uM"}, "has no start"),
        ({"observable": "ED50 of MYC", "exposure": "KPT-185 1 nM to 1 uM", "comparison": "below 150 nM"}, "MYC is none"),
        ({"observable": {"test": "MYC", "control": "BRD4"}}, "are compared with each other"),
        ({"genotype": "crowded"}, "'crowded' is a word of the exposure"),
        ({"exposure": "small t antigen"}, "'small t antigen' is a word of the genotype"),
        ({"genotype": "sleepy"}, "'sleepy' is not a known word of a genotype"),
        ({"observable": "tumour_volume"}, "is of mice; write 'HeLa in mice'"),
        ({"cell": "HeLa in mice", "observable": "tumour_volume", "time": "28 d"}, "mice without one are the control"),
        ({"cell": "HeLa in mice", "observable": "tumour_volume", "exposure": "KPT-185 1 uM", "time": "28 d"}, "one drug in mg/kg"),
        ({"cell": "HeLa in mice", "observable": "weight_loss", "exposure": "KPT-251 75 mg/kg PO tiw", "time": "10 d"}, "whole weeks"),
    ],
)
def test_a_comparison_must_fit_the_arms(given, message):
    with pytest.raises((BadScenario, UnknownName), match=message):
        spread(block(**given))


def test_an_arm_without_the_drug_shares_the_model_of_the_other():
    """Which rest a cell has can depend on what is in the model, so both arms have the drug, one at dose zero."""
    contrast = spread(block(exposure={"test": "KPT-185", "control": "none"}, comparison="below control"))[0]
    test, control = (wells[0] for wells in needs_of(contrast, Control()))
    assert test.shared == control.shared
    assert [event.amount for one in control.exposures for event in one.events] == [0.0]
    assert test.well != control.well


def test_two_inhibitors_have_a_model_each():
    contrast = spread(block(exposure={"test": "KPT-185", "control": "KPT-276"}, comparison="below control"))[0]
    test, control = (wells[0] for wells in needs_of(contrast, Control()))
    assert test.shared != control.shared


def test_a_series_of_doses_is_a_well_each():
    contrast = spread(block(exposure="KPT-185 1 nM to 1 uM", observable="IC50 of viability", comparison="below 150 nM"))[0]
    wells = needs_of(contrast, Control())[0]
    doses = [one.exposures[0].events[0].amount for one in wells]
    assert doses == pytest.approx([1e-3, 10**-2.5, 1e-2, 10**-1.5, 0.1, 10**-0.5, 1.0], rel=1e-4)


def test_drugs_and_conditions_are_told_apart():
    arm = Arm("RPMI-8226", exposure="leptomycin B 5 nM for 4 h + doxorubicin + crowded")
    assert [(drug.name, drug.low, drug.stop) for drug in arm.drugs] == [("leptomycin B", "5 nM", "4 h"), ("doxorubicin", "0.1 uM", "")]
    assert arm.conditions == ("crowded",)
    assert arm.made(Control()).cell.switches["density"] == 1.0


def test_a_regimen_is_in_milligrams():
    assert drugs_of("KPT-251 75 mg/kg PO tiw")[0].regimen == "75 mg/kg PO tiw"


def test_animals_without_drug_are_those_beside_the_treated():
    given = {"cell": "MM.1S in mice", "exposure": {"test": "selinexor 10 mg/kg PO tiw", "control": "none"}, "observable": "tumour_volume"}
    contrast = spread(block(**given, time="28 d", comparison="below control"))[0]
    test, control = (wells[0] for wells in needs_of(contrast, Control()))
    assert (test.mouse, test.untreated, control.mouse, control.untreated) == (True, False, True, True)
    assert test.shared == control.shared


@pytest.mark.parametrize(
    ("genotype", "error", "message"),
    [
        ("TP53 knocked", UnknownName, "'TP53 knocked' is not a known word of a genotype"),
        ("NOGENE knockdown", UnknownName, "'NOGENE' is not a known gene"),
    ],
)
def test_words_that_nothing_knows_are_refused(genotype, error, message):
    with pytest.raises(error, match=message):
        Arm("HeLa", genotype).made(Control())


def test_words_do_what_their_rows_say():
    cell = Arm("HeLa", "p53 null + XPO1 overexpressed + BIRC5 knockdown").made(Control()).cell
    assert (cell.switches["TP53_functional"], cell.switches["TP53_expressed"]) == (0.0, 0.0)
    assert cell.scales["XPO1_total"] == 3.0
    assert cell.scales["BIRC5_total"] == pytest.approx(0.1)


def test_a_word_may_begin_with_the_drugs():
    made = Arm("HeLa", exposure="actinomycin D").made(Control())
    assert [(one.compound.symbol, one.events[0].time, one.events[0].amount) for one in made.wells[0]] == [("POL1_level", 0.0, 0.0)]
    assert made.cell.switches["POL1_level"] == 1.0


def test_a_gene_may_be_gone_and_pathways_left_out():
    cell = Arm("HeLa export cycle", "RCC1 deleted").made(Control()).cell
    assert cell.pathways == ()
    assert cell.scales["RCC1_total"] == pytest.approx(0.001)


def test_a_drug_without_a_standard_dose_needs_one():
    with pytest.raises(UnknownName, match="drug with a standard dose"):
        drugs_of("verdinexor")
    assert drugs_of("verdinexor 1 uM")[0].low == "1 uM"
