"""BCR-ABL1, hnRNP A1, SET, CIP2A and PP2A, with and without a block of export (Ishizawa15 on Walker13, Neviani05, Vigneri01, Lucas11)."""

from __future__ import annotations

import numpy as np
import pytest

PP2A = ("PPP2CA_c", "SET_PPP2CA_c", "CIP2A_PPP2CA_c")
SPECIES = (*PP2A, "SET_n", "SET_c", "CIP2A_n", "CIP2A_c", "HNRNPA1_n", "HNRNPA1_c", "BCR_ABL1_n", "BCR_ABL1_c")
VARIABLES = ("SET_mrna_n", "SET_mrna", "PP2A_activity", "AKT_activity", "BCR_ABL1_activity", "BCR_ABL1_protein")
SATURATING = 3.0  # uM imatinib, five times its IC50 here


@pytest.fixture(scope="module")
def pp2a(bench):
    return bench("pp2a")


@pytest.fixture(scope="module")
def leukaemic(pp2a):
    return pp2a.rest(BCR_ABL1=1.0)


@pytest.fixture(scope="module")
def blocked(pp2a, leukaemic):
    """Two days of full block of a cell with BCR-ABL1; the middle is one day."""
    return pp2a.run(48, start=leukaemic, points=49, BCR_ABL1=1.0, XPO1_loaded_n=0.0)


def nc(state, nuclear, cytoplasmic):
    """Ratio of the whole concentrations in nucleus and cytoplasm."""
    return sum(state[name] for name in nuclear) / sum(state[name] for name in cytoplasmic)


def test_reference_is_one_for_any_draw(pp2a):
    """The references are closed forms: with no BCR-ABL1 and no drug both signals are 1, whatever the numbers."""
    for draw in range(12):
        numbers = pp2a.model.numbers.at(seed=5, draw=draw)
        numbers["XPO1_loaded_n"] = numbers["XPO1_loaded_reference"]
        rest = pp2a.rest(**numbers)
        assert rest["PP2A_activity"] == pytest.approx(1, abs=1e-9)
        assert rest["AKT_activity"] == pytest.approx(1, abs=1e-9)
        assert rest["SET_mrna"] == pytest.approx(1, abs=1e-9)
        for name in ("SET_n", "SET_c", "CIP2A_n", "CIP2A_c", "HNRNPA1_n"):
            assert rest[name] == pytest.approx(rest[f"{name}_reference"], rel=1e-6), name


def test_rest_is_rest_and_nothing_is_negative(pp2a):
    for dose in (0.0, 1.0):
        rest = pp2a.rest(BCR_ABL1=dose)
        course = pp2a.run(48, start=rest, points=5, BCR_ABL1=dose)
        for name in (*SPECIES, *VARIABLES):
            np.testing.assert_allclose(course[name], rest[name], rtol=1e-5, atol=1e-10, err_msg=name)
            assert rest[name] > -1e-12, name


def test_the_leukaemic_rest_is_the_only_one(pp2a, leukaemic):
    """BCR-ABL1 and PP2A hold each other down; after a long block, which frees PP2A, the same rest comes back."""
    far = pp2a.run(4000, start=pp2a.rest(BCR_ABL1=1.0, XPO1_loaded_n=0.0), points=3, BCR_ABL1=1.0)
    for name in ("PP2A_activity", "BCR_ABL1_activity", "SET_mrna"):
        assert far[name][-1] == pytest.approx(leukaemic[name], rel=1e-3)


def test_bcr_abl1_inhibits_pp2a_through_set(pp2a, leukaemic):
    """Neviani05: BCR-ABL1 induces SET, which inhibits PP2A; Ishizawa15: hnRNP A1 is raised and lets SET mRNA out."""
    rest = pp2a.rest()
    assert leukaemic["HNRNPA1_n"] > 2 * rest["HNRNPA1_n"]
    assert leukaemic["SET_mrna"] > 2
    assert leukaemic["SET_PPP2CA_c"] > 2 * rest["SET_PPP2CA_c"]
    assert leukaemic["PP2A_activity"] < 0.8
    assert leukaemic["AKT_activity"] > 2


def test_a_block_holds_set_and_cip2a_in_the_nucleus(leukaemic, blocked):
    """Walker13 (Ishizawa15): KPT-330 sequesters SET and CIP2A in the nucleus."""
    for name, before in (("SET", 0.7), ("CIP2A", 0.1)):
        assert leukaemic[f"{name}_nuclear_share"] < before
        assert blocked[f"{name}_nuclear_share"][24] > 0.85


def test_what_a_drug_leaves_holds_set(pp2a, leukaemic):
    """1 uM KPT-330 leaves about 0.03 of the export: SET is nuclear all the same, and CIP2A ten times more than before."""
    course = pp2a.run(24, start=leukaemic, points=3, BCR_ABL1=1.0, XPO1_loaded_n=pp2a.at_drive(0.03))
    assert course["SET_nuclear_share"][-1] > 0.85
    assert course["CIP2A_nuclear_share"][-1] > 10 * leukaemic["CIP2A_nuclear_share"]


@pytest.mark.xfail(strict=True, reason="0.44: the rest of a fast export balances the import of the little CIP2A that PP2A does not hold")
def test_what_a_drug_leaves_holds_cip2a(pp2a, leukaemic):
    """Walker13: most of CIP2A nuclear under 1 uM KPT-330."""
    course = pp2a.run(24, start=leukaemic, points=3, BCR_ABL1=1.0, XPO1_loaded_n=pp2a.at_drive(0.03))
    assert course["CIP2A_nuclear_share"][-1] > 0.5


def test_a_block_does_not_move_pp2a(pp2a, blocked):
    """Walker13: without altering the place of PP2Ac; here its cytoplasmic total is kept (no reaction moves it)."""
    numbers = pp2a.numbers
    whole = numbers["PPP2CA_reference"] * numbers["PPP2CA_cytoplasmic_share"] * (numbers["Vn"] + numbers["Vc"]) / numbers["Vc"]
    np.testing.assert_allclose(sum(blocked[name] for name in PP2A), whole, rtol=1e-6)


def test_a_block_restores_pp2a_and_lowers_bcr_abl1_and_akt(leukaemic, blocked):
    """Walker13: PP2A is reactivated, and BCR-ABL1 falls in amount and in activity; AKT follows."""
    for hour in (24, 48):
        assert blocked["PP2A_activity"][hour] > 1.5 * leukaemic["PP2A_activity"]
        assert blocked["BCR_ABL1_activity"][hour] < 0.8 * leukaemic["BCR_ABL1_activity"]
        assert blocked["AKT_activity"][hour] < 0.85 * leukaemic["AKT_activity"]
    assert np.all(np.diff(blocked["BCR_ABL1_protein"]) < 0)
    assert blocked["BCR_ABL1_protein"][48] < 0.9 * leukaemic["BCR_ABL1_protein"]
    assert blocked["SET_mrna"][48] < leukaemic["SET_mrna"]


def test_directions_hold_for_any_draw(pp2a):
    """The four directions and the larger gain of the leukaemic cell do not hang on the assumed numbers."""
    for draw in range(12):
        numbers = pp2a.model.numbers.at(seed=7, draw=draw)
        numbers["XPO1_loaded_n"] = numbers["XPO1_loaded_reference"]
        healthy, sick = pp2a.rest(**numbers), pp2a.rest(**{**numbers, "BCR_ABL1": 1.0})
        after = pp2a.run(48, start=sick, points=3, **{**numbers, "BCR_ABL1": 1.0, "XPO1_loaded_n": 0.0})
        beside = pp2a.run(48, start=healthy, points=3, **{**numbers, "XPO1_loaded_n": 0.0})
        gain = after["PP2A_activity"][-1] / sick["PP2A_activity"]
        assert gain > beside["PP2A_activity"][-1] > 1
        for name in ("BCR_ABL1_activity", "BCR_ABL1_protein", "AKT_activity"):
            assert after[name][-1] < sick[name], name


def test_a_healthy_cell_gains_little(pp2a):
    """Neither SET nor CIP2A holds much PP2A in a cell without BCR-ABL1: the gain is bounded by the free share that was missing."""
    numbers = pp2a.numbers
    course = pp2a.run(48, start=pp2a.rest(), points=3, XPO1_loaded_n=0.0)
    most = 1 / (1 - numbers["PPP2CA_SET_share"] - numbers["PPP2CA_CIP2A_share"])
    assert 1.1 < course["PP2A_activity"][-1] < most
    assert 0.9 < course["AKT_activity"][-1] < 1


def test_a_partial_block_does_part(pp2a):
    activity = [pp2a.rest(BCR_ABL1=1.0, XPO1_loaded_n=pp2a.at_drive(share))["PP2A_activity"] for share in (0.0, 0.1, 0.3, 0.6, 1.0)]
    assert np.all(np.diff(activity) < 0)


def test_small_t_takes_the_gain_away(pp2a):
    """Walker13 used SV40 small t to take PP2A out. At 1 a block changes neither BCR-ABL1 nor AKT; closed forms of both."""
    numbers = pp2a.numbers
    rest = pp2a.rest(BCR_ABL1=1.0, SV40_small_t=1.0)
    course = pp2a.run(48, start=rest, points=3, BCR_ABL1=1.0, SV40_small_t=1.0, XPO1_loaded_n=0.0)
    activity = (1 + numbers["BCR_ABL1_dephosphorylation"]) * (1 + numbers["BCR_ABL1_PP2A_decay"])
    kinases, phosphatases = 1 + numbers["AKT_BCR_ABL1_weight"] * activity, numbers["AKT_dephosphorylation"]
    akt = kinases * (1 + phosphatases) / (kinases + phosphatases * (1 - numbers["AKT_PP2A_share"]))
    for values in (course["PP2A_activity"], rest["PP2A_activity"]):
        np.testing.assert_allclose(values, 0, atol=1e-12)
    np.testing.assert_allclose(course["BCR_ABL1_activity"], activity, rtol=1e-6)
    np.testing.assert_allclose(course["AKT_activity"], akt, rtol=1e-6)
    assert course["SET_nuclear_share"][-1] > 0.85


def test_half_of_small_t_halves_pp2a_at_once(pp2a, leukaemic):
    course = pp2a.run(0.01, start=leukaemic, points=2, BCR_ABL1=1.0, SV40_small_t=0.5)
    assert course["PP2A_activity"][-1] == pytest.approx(0.5 * leukaemic["PP2A_activity"], rel=1e-4)


def test_imatinib_acts_at_once_on_the_kinase_and_slowly_on_the_inhibitors(pp2a, leukaemic):
    """Closed form IC50 / (IC50 + drug) for the activity; SET and PP2A need the decay of mRNA and protein, and days."""
    course = pp2a.run(240, start=leukaemic, points=241, BCR_ABL1=1.0, IMATINIB=SATURATING)
    left = pp2a.numbers["IMATINIB_IC50"] / (pp2a.numbers["IMATINIB_IC50"] + SATURATING)
    assert course["BCR_ABL1_activity"][0] == pytest.approx(left * leukaemic["BCR_ABL1_activity"], rel=1e-6)
    assert course["AKT_activity"][0] < 0.7 * leukaemic["AKT_activity"]
    assert course["PP2A_activity"][1] == pytest.approx(leukaemic["PP2A_activity"], rel=0.01)
    assert course["SET_PPP2CA_c"][1] == pytest.approx(leukaemic["SET_PPP2CA_c"], rel=0.01)
    assert course["PP2A_activity"][240] > 1.2 * leukaemic["PP2A_activity"]


def test_a_block_restores_pp2a_faster_than_imatinib(pp2a, leukaemic, blocked):
    """One moves the inhibitors, the other waits for their decay."""
    course = pp2a.run(24, start=leukaemic, points=3, BCR_ABL1=1.0, IMATINIB=SATURATING)
    assert blocked["PP2A_activity"][24] > 1.3 * course["PP2A_activity"][-1]


def test_knock_downs_of_the_inhibitors(pp2a, leukaemic):
    """Lucas11: knock-down of CIP2A raises PP2A activity and lowers that of BCR-ABL1; Neviani05: the same for SET, and more."""
    without_cip2a = pp2a.rest(BCR_ABL1=1.0, CIP2A_expression=0.1)
    without_set = pp2a.rest(BCR_ABL1=1.0, SET_expression=0.1)
    assert without_set["PP2A_activity"] > without_cip2a["PP2A_activity"] > 1.05 * leukaemic["PP2A_activity"]
    assert without_set["BCR_ABL1_activity"] < without_cip2a["BCR_ABL1_activity"] < 0.97 * leukaemic["BCR_ABL1_activity"]


def trapped(model, start, **numbers):
    """Nuclear over cytoplasmic BCR-ABL1 after 12 h."""
    course = model.run(12, start=start, points=3, BCR_ABL1=1.0, **numbers)
    return course["BCR_ABL1_n"][-1] / course["BCR_ABL1_c"][-1]


def test_entrapment_needs_imatinib_and_block(pp2a, leukaemic):
    """Vigneri01: inhibited BCR-ABL enters the nucleus, and leptomycin B traps it there; either drug alone does not."""
    both = trapped(pp2a, leukaemic, BCR_ABL1_entrapment=1.0, IMATINIB=SATURATING, XPO1_loaded_n=0.0)
    imatinib = trapped(pp2a, leukaemic, BCR_ABL1_entrapment=1.0, IMATINIB=SATURATING)
    block = trapped(pp2a, leukaemic, BCR_ABL1_entrapment=1.0, XPO1_loaded_n=0.0)
    assert both > 10
    assert 0.1 < imatinib < 0.5
    assert block == 0


def test_washout_of_imatinib_wakes_the_trapped_kinase(pp2a, leukaemic):
    """Vigneri01: trapped, the kinase is active in the nucleus once imatinib is gone, and little is left of it outside."""
    changes = [(16, "IMATINIB", 0.0)]
    given = {"BCR_ABL1": 1.0, "IMATINIB": SATURATING, "XPO1_loaded_n": 0.0}
    course = pp2a.run(20, start=leukaemic, points=41, changes=changes, BCR_ABL1_entrapment=1.0, **given)
    assert course["BCR_ABL1_nuclear_activity"][-1] > 4 * course["BCR_ABL1_nuclear_activity"][30]
    assert course["BCR_ABL1_activity"][-1] < 0.2 * leukaemic["BCR_ABL1_activity"]


def test_without_the_hypothesis_nothing_is_trapped(pp2a, leukaemic):
    """Walker13: no nuclear p210 or p190 under KPT-330; with 'no' none even with imatinib, with 'yes' none without it."""
    assert trapped(pp2a, leukaemic, IMATINIB=SATURATING, XPO1_loaded_n=0.0) == 0
    assert trapped(pp2a, leukaemic, BCR_ABL1_entrapment=1.0, XPO1_loaded_n=0.0) == 0


@pytest.mark.xfail(strict=True, reason="0.06 before and after: hnRNP A1 comes and goes by its M9 signal, which XPO1 does not read")
def test_a_block_sends_hnrnpa1_to_the_cytoplasm(leukaemic, blocked):
    """Walker13: KPT-330 unexpectedly relocates hnRNP A1 to the cytoplasm."""
    assert 1 - blocked["HNRNPA1_nuclear_share"][24] > 2 * (1 - leukaemic["HNRNPA1_nuclear_share"])


def test_a_lost_import_sends_hnrnpa1_to_the_cytoplasm(pp2a, leukaemic, blocked):
    """The hypothesis makes what Walker13 saw, keeps SET mRNA inside, and gives back a little more PP2A than without it."""
    course = pp2a.run(48, start=leukaemic, points=49, BCR_ABL1=1.0, HNRNPA1_import_lost=1.0, XPO1_loaded_n=0.0)
    assert course["HNRNPA1_nuclear_share"][24] < 0.5
    assert course["SET_mrna"][48] < 0.8 * blocked["SET_mrna"][48]
    assert course["PP2A_activity"][48] > blocked["PP2A_activity"][48]
    kept = pp2a.rest(BCR_ABL1=1.0, HNRNPA1_import_lost=1.0)
    assert kept["HNRNPA1_nuclear_share"] == pytest.approx(leukaemic["HNRNPA1_nuclear_share"], rel=1e-8)


def test_places_at_rest(pp2a):
    """Itzhak16, HeLa: 0.97 of CIP2A is cytosolic; Kirli15, frog oocytes: 26-fold nuclear hnRNP A1, within a factor three."""
    rest = pp2a.rest()
    assert rest["CIP2A_nuclear_share"] == pytest.approx(0.03, abs=0.03)
    assert 26 / 3 < nc(rest, ["HNRNPA1_n"], ["HNRNPA1_c"]) < 26 * 3


@pytest.mark.xfail(strict=True, reason="3.5 in the model: PP2A of the cytoplasm holds 0.47 uM of SET, and an oocyte has but 0.06 uM there")
def test_set_is_as_nuclear_as_in_oocytes(pp2a):
    """Kirli15: SET is a hundredfold concentrated in the nucleus of frog oocytes; within a factor ten."""
    assert nc(pp2a.rest(), ["SET_n"], ["SET_c", "SET_PPP2CA_c"]) > 10


@pytest.mark.xfail(strict=True, reason="0.63 inhibited: the IC50 is of patients' blood cells (White05), less sensitive")
def test_imatinib_in_cell_lines(pp2a, leukaemic):
    """Snead09: 1 uM imatinib inhibits BCR-ABL by more than nine tenths in CML lines."""
    course = pp2a.run(1, start=leukaemic, points=2, BCR_ABL1=1.0, IMATINIB=1.0)
    assert course["BCR_ABL1_activity"][0] < 0.1 * leukaemic["BCR_ABL1_activity"]


def test_flt3_raises_akt(pp2a):
    """A duplicated FLT3 (signal 6) raises AKT and leaves PP2A; closed form."""
    numbers = pp2a.numbers
    kinases = 1 + 5 * numbers["AKT_FLT3_share"]
    expected = kinases * (1 + numbers["AKT_dephosphorylation"]) / (kinases + numbers["AKT_dephosphorylation"])
    rest = pp2a.rest(FLT3_signal=6.0)
    assert rest["AKT_activity"] == pytest.approx(expected, rel=1e-8)
    assert rest["PP2A_activity"] == pytest.approx(1, rel=1e-8)
