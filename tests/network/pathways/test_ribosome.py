"""MYC, importin 7, XPO1's transcription and ribosomes (Ishizawa15, Golomb12, Bai13, Jackson00, Culjkovic06, Tabe15, Schmidt13)."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.network.pathway import pathways

MOLECULES = 602214.076  # in 1 uM*pL
SPECIES = ("RRNA47S_n", "RRNA32S_n", "RIB60S_n", "RIB40S_n", "RIB60S_c", "RIB40S_c", "RNP5S_n")
VARIABLES = ("MYC_mrna_n", "MYC_mrna", "MYC", "BRD4", "CDC25A", "IPO7_mrna", "IPO7", "RP_mrna", "EIF4A1", "EEF2", "EEF1A1", "HSPA1A")
SIGNALS = ("MYC_activity", "translation", "XPO1_transcription", "RPL_free", "BRD4_activity")
BLOCK = {"XPO1_loaded_n": 0.0}


@pytest.fixture(scope="module")
def ribosome(bench):
    return bench("ribosome")


@pytest.fixture(scope="module")
def rest(ribosome):
    return ribosome.rest()


def hourly(model, rest, hours, names, **numbers):
    """Course over its rest, one point an hour."""
    course = model.run(hours, start=rest, points=hours + 1, names=list(names), **numbers)
    return {name: course[name] / rest[name] for name in names}


def test_rest_is_the_reference_for_any_draw(ribosome):
    """Every level follows from rows by closed form: the signals and all relative quantities are 1, whatever the draw."""
    for draw in (None, *range(8)):
        drawn = ribosome.model.numbers.at(seed=1, draw=draw)
        numbers = {name: value for name, value in drawn.items() if name in ribosome.numbers}
        numbers["XPO1_loaded_n"] = drawn["XPO1_loaded_reference"]
        found = ribosome.rest(**numbers)
        assert [found[name] for name in (*SIGNALS, *VARIABLES, "RPL_total", "RPS_total")] == pytest.approx([1.0] * 19, rel=1e-9)
        course = ribosome.run(48, start=found, points=3, names=[*SPECIES, *VARIABLES], **numbers)
        for name in (*SPECIES, *VARIABLES):
            np.testing.assert_allclose(course[name], found[name], rtol=1e-6, err_msg=name)


def test_levels_at_rest(ribosome, rest):
    """Closed forms, written once more from the rows: a chain of first-order steps with a loss beside each but the first."""
    n = ribosome.numbers
    loss, outside = np.log(2) / n["t_half_RIB_nuclear"], np.log(2) * (1 / n["t_half_RIB"] + 1 / n["doubling_time"])
    large = n["POL1_rate"] * n["RRNA32S_kcut"] / (n["RRNA32S_kcut"] + loss)
    for name, flux in (("RIB60S", large), ("RIB40S", n["POL1_rate"])):
        leaving = n[f"{name}_kexp"] / (n[f"{name}_kexp"] + loss) * flux
        assert rest[f"{name}_n"] == pytest.approx(leaving / n[f"{name}_kexp"], rel=1e-9)
        assert rest[f"{name}_c"] == pytest.approx(n["Vn"] / n["Vc"] * leaving / outside, rel=1e-9)


def test_large_subunits_are_accounted_for(ribosome, rest):
    """What polymerase I makes is found in the chain of the large subunit, or was lost by decay or dilution; never negative."""
    n = ribosome.numbers
    changes = [(2, "XPO1_loaded_n", 0.0), (8, "XPO1_loaded_n", ribosome.reference)]
    course = ribosome.run(12, start=rest, points=4801, changes=changes)
    assert min(course[name].min() for name in (*SPECIES, *VARIABLES)) > 0
    inside = n["Vn"] * (course["RRNA47S_n"] + course["RRNA32S_n"] + course["RIB60S_n"])
    held = inside + n["Vc"] * course["RIB60S_c"]
    rate = n["Vn"] * n["POL1_rate"] * course["POL1_activity"] - n["Vc"] * course["RIB_kloss"] * course["RIB60S_c"]
    rate = rate - n["Vn"] * course["RIB_kdecay"] * (course["RRNA32S_n"] + course["RIB60S_n"])
    made = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2 * np.diff(course["time"]) * 3600)])
    np.testing.assert_allclose(held - held[0], made, atol=1e-4 * held[0])


def test_export_load(ribosome, rest):
    """Jackson00: 4e6 transcripts in 22 h make 6,060 exports of a subunit a minute; only a consistency check: POL1_rate is that figure."""
    exported = rest["SUBUNITS_exported"] * MOLECULES * 60
    assert exported == pytest.approx(6060, rel=0.05)
    assert exported < 6060  # what decays in the nucleus is not exported


def test_number_of_ribosomes(ribosome, rest):
    """Jackson00: about 3.5e6 in HeLa, within a factor two; it follows from synthesis, growth and decay, and comes out high (5.0e6)."""
    for name in ("RIB60S_c", "RIB40S_c"):
        assert 1.75e6 < ribosome.numbers["Vc"] * rest[name] * MOLECULES < 7e6


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_myc_mrna_by_export_alone(ribosome, share):
    """Closed form of export in competition with nuclear decay, BRD4 apart: (1-s)(1+d)/(1-s+d); 23.1 % are lost at s 0.5 and d 0.43."""
    numbers = {"MYC_BRD4_share": 0.0, "MYC_XPO1_share": share}
    start = ribosome.rest(**numbers)
    course = ribosome.run(48, start=start, points=3, names=["MYC_mrna", "MYC_mrna_n"], **BLOCK, **numbers)
    decay = ribosome.numbers["MYC_mrna_nuclear_decay"]
    assert course["MYC_mrna"][-1] == pytest.approx((1 - share) * (1 + decay) / (1 - share + decay), rel=1e-5)
    assert course["MYC_mrna_n"][-1] == pytest.approx((1 + decay) / (1 - share + decay), rel=1e-5)
    if share == 0.5:
        assert course["MYC_mrna"][-1] - 1 == pytest.approx(-0.231, abs=5e-4)


@pytest.mark.parametrize("drive", [0.0, 0.1, 0.3])
def test_translation_proteins_fall(ribosome, rest, drive):
    """Tabe15, Ishizawa15: proteins of both subunits, EIF4A1, EEF2 and targets of HSF1 fall under KPT-185; here over 24 to 72 h."""
    names = ("RPL_total", "RPS_total", "EIF4A1", "EEF2", "EEF1A1", "HSPA1A", "HSF1_activity", "translation")
    course = hourly(ribosome, rest, 72, names, XPO1_loaded_n=ribosome.at_drive(drive))
    for name in names:
        assert np.all(np.diff(course[name][24:]) < 0), name
        assert course[name][24] < 0.96, name


def test_ribosomal_proteins_fall_more_than_others(ribosome, rest):
    """Ishizawa15: 50 of 62 proteins that fell under KPT-185 were ribosomal; here they fall further than factors and chaperone."""
    course = hourly(ribosome, rest, 48, ("RPL_total", "RPS_total", "EIF4A1", "EEF2", "EEF1A1", "HSPA1A"), **BLOCK)
    for hour in (24, 48):
        others = min(course[name][hour] for name in ("EIF4A1", "EEF2", "EEF1A1", "HSPA1A"))
        assert max(course["RPL_total"][hour], course["RPS_total"][hour]) < others


def test_both_subunits_need_xpo1(ribosome, rest):
    """Thomas03, PMC156746: export of both subunits needs XPO1; without it none leaves and both pile up in the nucleus."""
    course = hourly(ribosome, rest, 6, ("SUBUNITS_exported", "RIB60S_n", "RIB40S_n", "RIB60S_c", "RIB40S_c"), **BLOCK)
    assert course["SUBUNITS_exported"][-1] == pytest.approx(0, abs=1e-12)
    assert min(course["RIB60S_n"][-1], course["RIB40S_n"][-1]) > 3
    decay = np.exp(-rest["RIB_kloss"] * 6 * 3600)  # outside they go by decay and dilution alone
    assert [course["RIB60S_c"][-1], course["RIB40S_c"][-1]] == pytest.approx([decay, decay], rel=1e-6)


def test_a_block_inhibits_the_maturing_of_28s(ribosome, rest):
    """Bai13: leptomycin B inhibited processing of 28S rRNA: the 32S precursor rises at first, and stays high for what 47S there is."""
    names = ("RRNA47S_n", "RRNA32S_n")
    course = hourly(ribosome, rest, 24, names, **BLOCK)
    assert course["RRNA32S_n"][1] > 1.3
    assert np.all(course["RRNA32S_n"][1:] / course["RRNA47S_n"][1:] > 1.5)
    without = hourly(ribosome, rest, 24, names, RRNA28S_XPO1_share=0.0, **BLOCK)
    assert np.all(without["RRNA32S_n"] <= 1 + 1e-9)


def test_loss_of_nmd3_slows_polymerase_1(ribosome, rest):
    """Bai13: depletion of NMD3 lowered the rate of pre-47S synthesis; here only if subunits that wait hold polymerase I back."""
    names = ("POL1_activity", "RRNA47S_n", "RIB60S_n")
    lost = hourly(ribosome, rest, 24, names, NMD3_level=0.2)
    free = hourly(ribosome, rest, 24, names, NMD3_level=0.2, POL1_feedback=0)
    assert max(lost["POL1_activity"][6], lost["RRNA47S_n"][24]) < 0.8
    assert free["POL1_activity"][6] > 0.98  # what is left comes the long way, over translation and MYC
    assert free["POL1_activity"][24] > 0.95
    assert free["RIB60S_n"][24] > lost["RIB60S_n"][24] > 2


def test_loss_of_nmd3_leaves_the_maturing_of_28s(ribosome, rest):
    """Bai13: depletion of NMD3 did not inhibit processing of 28S rRNA, and the nucleolus did not disintegrate: all steps go on."""
    course = hourly(ribosome, rest, 24, ("RRNA28S_maturing", "RRNA47S_n", "RRNA32S_n", "RIB40S_kexport"), NMD3_level=0.2)
    np.testing.assert_allclose(course["RRNA28S_maturing"], 1, rtol=1e-9)
    np.testing.assert_allclose(course["RRNA32S_n"] / course["RRNA47S_n"], 1, rtol=0.05)
    np.testing.assert_allclose(course["RIB40S_kexport"], 1, rtol=1e-9)


def test_a_block_slows_polymerase_1_more_with_feedback(ribosome, rest):
    """Bai13: inhibition of CRM1 reduced the rate of pre-47S synthesis; MYC's loss alone does a part of it."""
    on = hourly(ribosome, rest, 24, ["POL1_activity"], XPO1_loaded_n=ribosome.at_drive(0.1))["POL1_activity"]
    off = hourly(ribosome, rest, 24, ["POL1_activity"], XPO1_loaded_n=ribosome.at_drive(0.1), POL1_feedback=0)["POL1_activity"]
    assert np.all(on[1:] < off[1:])
    assert np.all(off[1:] < 1)


def test_myc_brd4_and_cdc25a_fall(ribosome, rest):
    """Schmidt13: KPT-276 lowers MYC, CDC25A and BRD4, mRNA and protein; the more the less export is left."""
    names = ("MYC", "MYC_mrna", "BRD4", "BRD4_activity", "CDC25A")
    courses = [hourly(ribosome, rest, 24, names, XPO1_loaded_n=ribosome.at_drive(drive)) for drive in (0.6, 0.3, 0.1, 0.0)]
    for name in names:
        for hour in (6, 24):
            levels = [1.0, *(course[name][hour] for course in courses)]
            assert np.all(np.diff(levels) < 0), (name, hour)


def test_jq1_lowers_myc_and_adds_to_a_block(ribosome, rest):
    """JQ1 keeps BRD4 from MYC's enhancer, and adds to KPT-276 (Ishizawa15): both lower MYC more than either; KI halves BRD4."""
    drive = ribosome.at_drive(0.2)
    alone = hourly(ribosome, rest, 24, ("MYC", "BRD4_activity", "BRD4"), JQ1=0.5)
    blocked = hourly(ribosome, rest, 24, ["MYC"], XPO1_loaded_n=drive)
    both = hourly(ribosome, rest, 24, ["MYC"], JQ1=0.5, XPO1_loaded_n=drive)
    assert alone["MYC"][-1] < 0.5
    assert alone["BRD4_activity"][-1] < 0.2 < alone["BRD4"][-1]
    assert both["MYC"][-1] < min(alone["MYC"][-1], blocked["MYC"][-1])
    halved = ribosome.run(0.001, start=rest, points=2, names=["BRD4_activity"], JQ1=ribosome.numbers["JQ1_KI"])
    assert halved["BRD4_activity"][-1] == pytest.approx(0.5, rel=1e-3)


def test_p53_lowers_and_myc_raises_the_karyopherins(ribosome, rest):
    """Golomb12 by the review: XPO1 and importin 7 are regulated positively by MYC and negatively by p53."""
    names = ("XPO1_transcription", "IPO7_mrna", "IPO7")
    by_p53 = [ribosome.rest(TP53_activity=level) for level in (0.0, 1.0, 3.0, 10.0)]
    by_myc = [ribosome.rest(MYC_dose=dose) for dose in (0.3, 1.0, 3.0)]
    for name in names:
        assert np.all(np.diff([found[name] for found in by_p53]) < 0), name
        assert np.all(np.diff([found[name] for found in by_myc]) > 0), name
    half = ribosome.numbers["XPO1_TP53_half"]
    assert by_p53[0]["XPO1_transcription"] == pytest.approx((half + 1) / half, rel=1e-3)


def test_a_block_lowers_xpo1_transcription(ribosome, rest):
    """The review: less MYC (and more p53) may explain why XPO1 falls in the end; p53 adds to it."""
    blocked = hourly(ribosome, rest, 24, ["XPO1_transcription"], **BLOCK)["XPO1_transcription"]
    both = hourly(ribosome, rest, 24, ["XPO1_transcription"], TP53_activity=3.0, **BLOCK)["XPO1_transcription"]
    assert both[-1] < blocked[-1] < 0.8


def test_induction_of_xpo1_is_left_to_the_export_cycle():
    """The rise of XPO1 mRNA under a drug is a rule of the export cycle; here nothing of it, so it is not counted twice."""
    for part in pathways()["ribosome"].parts:
        code = "\n".join(line for line in part.text.splitlines() if not line.startswith("//"))
        assert "XPO1_mrna" not in code
        assert "induction" not in code


def test_pp2a_destabilises_myc(ribosome):
    """Sign table: less MYC with more active PP2A."""
    levels = [ribosome.rest(PP2A_activity=activity)["MYC"] for activity in (0.3, 1.0, 3.0)]
    assert np.all(np.diff(levels) < 0)


def test_free_5s_rnp_rises_at_first(ribosome, rest):
    """Pelava16: the 5S RNP accumulates when ribosome biogenesis is blocked; here by a third within 7 h, and weakly without the feedback."""
    full = hourly(ribosome, rest, 12, ["RPL_free"], **BLOCK)["RPL_free"]
    part = hourly(ribosome, rest, 12, ["RPL_free"], XPO1_loaded_n=ribosome.at_drive(0.1))["RPL_free"]
    off = hourly(ribosome, rest, 12, ["RPL_free"], POL1_feedback=0, **BLOCK)["RPL_free"]
    assert np.all(full[1:] > 1.1)
    assert np.all(part[1:] > 1.1)
    assert np.all(full[1:] >= part[1:])
    assert np.all(off[2:] < full[2:])


@pytest.mark.xfail(
    strict=True,
    reason="0.88 in the model at 24 h: less translation and MYC have lowered the making of RPL5 and RPL11 more than their uptake",
)
def test_free_5s_rnp_is_still_up_after_a_day(ribosome, rest):
    """Pelava16: the 5S RNP accumulates when ribosome biogenesis is blocked, and a block lasts."""
    assert hourly(ribosome, rest, 24, ["RPL_free"], **BLOCK)["RPL_free"][-1] > 1


def test_free_5s_rnp_rises_when_polymerase_1_stops(ribosome, rest):
    """Lam07: inhibition of rRNA transcription leaves ribosomal protein in the nucleoplasm; with nothing to take it up, 1 + 1/excess."""
    course = hourly(ribosome, rest, 8, ("RPL_free", "RRNA47S_n", "RP_synthesis"), POL1_level=0.0)
    assert course["RRNA47S_n"][-1] < 1e-6
    whole = 1 + 1 / ribosome.numbers["RNP5S_excess"]
    assert course["RPL_free"][-1] == pytest.approx(whole, rel=0.15)
    assert np.all(np.diff(course["RPL_free"][:5]) > 0)


def test_recovery_after_a_day_of_block(ribosome, rest):
    """Nothing stays: a month after a day without export the cell is where it was."""
    course = ribosome.run(
        720, start=rest, points=3, names=[*SIGNALS], changes=[(0, "XPO1_loaded_n", 0.0), (24, "XPO1_loaded_n", ribosome.reference)]
    )
    assert [course[name][-1] for name in SIGNALS] == pytest.approx([1.0] * len(SIGNALS), rel=2e-3)
