"""COX-2, galectin-3 and cisplatin, sorafenib, importins: closed forms and the directions of the review (claims C017 to C143, by number)."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.network.parameters import context

HOUR = 3600.0
GALECTIN = ("LGALS3_n", "LGALS3_PHOS_n", "LGALS3_c", "LGALS3_PHOS_c")
ONES = ("PTGS2_mrna_n", "PTGS2_mrna", "PTGS2_level", "LGALS3_protection", "RAF_signal", "import_capacity")
ZEROS = ("cisplatin_damage", "cisplatin_stress", "sorafenib_effect", "importin_stress")
BLOCK = {"XPO1_loaded_n": 0.0}
CISPLATIN = {"CISPLATIN": 5.0}


@pytest.fixture(scope="module")
def solid(bench):
    return bench("solid")


def amount(model, state, names=GALECTIN):
    """Galectin-3 (amol) in some of its species."""
    volume = {"n": model.numbers["Vn"], "c": model.numbers["Vc"]}
    return sum(volume[name[-1]] * state[name] for name in names)


def outside(model, state):
    """Share of galectin-3 in the cytoplasm."""
    return amount(model, state, GALECTIN[2:]) / amount(model, state)


def turn(model, leaving=1.0, gain=1.0):
    """Time of one round of galectin-3, from the rates: what is phosphorylated outside is the inverse of it."""
    n = model.numbers
    steps = 1 / (gain * n["LGALS3_kphos"]) + 1 / n["LGALS3_kdephos"] + 1 / n["LGALS3_kimp"]
    return steps + (1 + n["LGALS3_kimp"] / n["LGALS3_kdephos"]) / (leaving * n["LGALS3_kexp"])


def test_signals_are_exactly_one_or_zero_at_rest_in_every_draw(solid):
    """By closed forms, with no stored reference: 25 draws of all rows."""
    for draw in range(25):
        numbers = {name: value for name, value in solid.model.numbers.at(seed=3, draw=draw).items() if name in solid.numbers}
        rest = solid.rest(**numbers | {"XPO1_loaded_n": numbers["XPO1_loaded_reference"]})
        assert [rest[name] for name in ONES] == pytest.approx([1] * len(ONES), rel=1e-6)
        assert [rest[name] for name in ZEROS] == pytest.approx([0] * len(ZEROS), abs=1e-9)


def test_no_drug_no_change(solid):
    """Rest is rest, over two days; a block of export alone makes neither damage nor an effect of sorafenib."""
    rest = solid.rest()
    course = solid.run(48, start=rest, points=5)
    for name in (*GALECTIN, *ONES, *ZEROS):
        np.testing.assert_allclose(course[name], rest[name], rtol=1e-6, atol=1e-12, err_msg=name)
    blocked = solid.run(48, start=rest, points=5, **BLOCK)
    assert all(np.abs(blocked[name]).max() == 0 for name in ZEROS)


# COX-2


def test_a_block_lowers_cox2_by_the_closed_form(solid):
    """C111: leptomycin B lowers COX-2 in an ovarian cancer line. Full block: (1 - s)(1 + r) / (1 - s + r), r nuclear decay over export."""
    numbers = solid.numbers
    left, decay = 1 - numbers["PTGS2_XPO1_share"], numbers["PTGS2_mrna_kdecay_n"] / numbers["PTGS2_mrna_kexp"]
    blocked = solid.rest(**BLOCK)
    assert blocked["PTGS2_mrna"] == pytest.approx(left * (1 + decay) / (left + decay), rel=1e-6)
    assert blocked["PTGS2_level"] == pytest.approx(blocked["PTGS2_mrna"], rel=1e-6)
    assert blocked["PTGS2_mrna_n"] > 1 > blocked["PTGS2_level"]


def test_every_draw_lowers_cox2(solid):
    """C111, the direction, in 25 draws."""
    for draw in range(25):
        numbers = {name: value for name, value in solid.model.numbers.at(seed=5, draw=draw).items() if name in solid.numbers}
        assert solid.rest(**numbers | BLOCK)["PTGS2_level"] < 0.99


def test_nuclear_mrna_rises_by_the_closed_form(solid):
    """Full block: one exponential from 1 to (kexp + kdecay) / k, at the rate k = (1 - s) kexp + kdecay."""
    n = solid.numbers
    rate = (1 - n["PTGS2_XPO1_share"]) * n["PTGS2_mrna_kexp"] + n["PTGS2_mrna_kdecay_n"]
    top = (n["PTGS2_mrna_kexp"] + n["PTGS2_mrna_kdecay_n"]) / rate
    course = solid.run(3, start=solid.rest(), points=13, **BLOCK)
    np.testing.assert_allclose(course["PTGS2_mrna_n"], top + (1 - top) * np.exp(-rate * HOUR * course["time"]), rtol=1e-5)


def test_without_nuclear_decay_a_block_only_delays(solid):
    """Invariant: what is not destroyed inside gets out in the end. The protein dips and comes back to 1; the area of the dip is what
    stays inside, (1 / (1 - s) - 1) / kexp."""
    numbers = {"PTGS2_mrna_kdecay_n": 0.0, **BLOCK}
    assert solid.rest(**numbers)["PTGS2_level"] == pytest.approx(1, rel=1e-6)
    course = solid.run(60, start=solid.rest(PTGS2_mrna_kdecay_n=0.0), points=1201, **numbers)
    area = np.trapezoid(1 - course["PTGS2_level"], course["time"] * HOUR)
    share = solid.numbers["PTGS2_XPO1_share"]
    assert area == pytest.approx((1 / (1 - share) - 1) / solid.numbers["PTGS2_mrna_kexp"], rel=1e-3)


def test_cox2_follows_xpo1(solid):
    """C110: XPO1 and COX-2 rise together over ovarian carcinomas; here with the loaded XPO1 of the nucleus."""
    levels = [solid.rest(XPO1_loaded_n=share * solid.reference)["PTGS2_level"] for share in (0, 0.25, 0.5, 1, 2, 4)]
    assert np.all(np.diff(levels) > 0)


def test_without_hur_or_by_the_bulk_way(solid):
    """Without HuR the XPO1 share is lost as by a block (Gallouzi01); cells whose mRNA takes the bulk way keep COX-2 (Jang03, THP-1)."""
    assert solid.rest(ELAVL1_level=0.0)["PTGS2_level"] == pytest.approx(solid.rest(**BLOCK)["PTGS2_level"], rel=1e-9)
    assert solid.rest(PTGS2_needs_XPO1=0.0, **BLOCK)["PTGS2_level"] == pytest.approx(1, rel=1e-9)


def test_half_life_of_cox2(solid):
    """Without translation the protein falls with 3.2 h (Mbonye06: 2 to 5 h) and the growth of the cell."""
    course = solid.run(6, start=solid.rest(), points=7, translation=0.0)
    rate = 1 / (solid.numbers["t_half_PTGS2"] / HOUR) + 1 / (solid.numbers["doubling_time"] / HOUR)
    assert course["PTGS2_level"][-1] == pytest.approx(2 ** (-6 * rate), rel=1e-5)


# galectin-3 and cisplatin


def test_a_block_keeps_galectin_inside_and_takes_the_protection(solid):
    """C055 (Takenaka04): with export blocked galectin-3 stays in the nucleus; closed form by the time of one round."""
    rest, blocked = solid.rest(), solid.rest(**BLOCK)
    left = 1 - solid.numbers["LGALS3_XPO1_share"]
    assert blocked["LGALS3_protection"] == pytest.approx(turn(solid) / turn(solid, left), rel=1e-6)
    assert blocked["LGALS3_protection"] < 0.3
    assert outside(solid, blocked) < 0.3 * outside(solid, rest)


def test_galectin_is_conserved(solid):
    """Block, cisplatin and washout keep the total; nothing becomes negative; a dose scales everything."""
    changes = [(2, "XPO1_loaded_n", 0.0), (6, "CISPLATIN", 20.0), (20, "CISPLATIN", 0.0), (24, "XPO1_loaded_n", solid.reference)]
    course = solid.run(36, start=solid.rest(), changes=changes)
    np.testing.assert_allclose(
        amount(solid, course), solid.numbers["LGALS3_total"] * (solid.numbers["Vn"] + solid.numbers["Vc"]), rtol=1e-6
    )
    assert all(course[name].min() > -1e-9 for name in (*GALECTIN, "cisplatin_damage"))
    assert solid.rest(LGALS3_dose=0.4)["LGALS3_protection"] == pytest.approx(0.4, rel=1e-6)


def test_unphosphorylated_galectin_does_not_protect(solid):
    """Only the phosphorylated form is exported (Tsay99), and mutants of serine 6 do not protect from cisplatin (PMID11724777)."""
    mutant = solid.rest(LGALS3_S6=0.0)
    assert mutant["LGALS3_protection"] < 1e-9
    assert outside(solid, mutant) < 1e-9


def test_cisplatin_drives_galectin_out_unless_export_is_blocked(solid):
    """Anticancer drugs move phosphorylated galectin-3 outside (PMC4058422); not under a block."""
    rest = solid.rest()
    treated, both = solid.rest(**CISPLATIN), solid.rest(**CISPLATIN, **BLOCK)
    gain = 1 + solid.numbers["LGALS3_damage_gain"] * treated["cisplatin_damage"]
    assert treated["LGALS3_protection"] == pytest.approx(turn(solid) / turn(solid, gain=gain), rel=1e-6)
    assert outside(solid, treated) > 1.1 * outside(solid, rest)
    assert outside(solid, both) < 0.3 * outside(solid, rest)


@pytest.mark.xfail(
    strict=True, reason="0.48 came out with mid-range rates; binding to cytoplasmic ligands, which holds it outside, is not modelled"
)
def test_galectin_is_mainly_cytoplasmic(solid):
    """Reviews call it mainly cytoplasmic (Cell Mol Biol Lett 9, 2004), in some cells nuclear: more than half outside."""
    assert outside(solid, solid.rest()) > 0.5


def test_damage_rises_and_is_repaired_by_the_closed_form(solid):
    """Damage rises to dose times kadduct over the repair; after washout it halves in the repair's half-life."""
    n = solid.numbers
    repair = np.log(2) / n["t_half_cisplatin_damage"]
    course = solid.run(48, points=49, start=solid.rest(), changes=[(24, "CISPLATIN", 0.0)], **CISPLATIN)
    lasting = n["CISPLATIN_kadduct"] * 5.0 / repair
    assert course["cisplatin_damage"][24] == pytest.approx(lasting * (1 - np.exp(-repair * 24 * HOUR)), rel=1e-5)
    later = 24 + round(n["t_half_cisplatin_damage"] / HOUR)
    assert course["cisplatin_damage"][later] / course["cisplatin_damage"][24] == pytest.approx(0.5, rel=1e-5)


@pytest.mark.xfail(
    strict=True, reason="one pool of adducts with one half-life of 12 h: 29 % are gone after 6 h and as large a part of the rest 6 h later"
)
def test_repair_has_a_rapid_and_a_slow_phase(solid):
    """Eastman88: cross-links go rapidly for the first six hours and then much more slowly."""
    course = solid.run(12, start=solid.rest(CISPLATIN=5.0), points=3, CISPLATIN=0.0)
    start, middle, end = course["cisplatin_damage"]
    assert middle / start < 0.8 * end / middle


def test_a_block_sensitises_to_cisplatin(solid):
    """C055: cisplatin with a block is felt more than either alone, and more than the sum; the most is 1 + shield."""
    alone, block, both = solid.rest(**CISPLATIN), solid.rest(**BLOCK), solid.rest(**CISPLATIN, **BLOCK)
    assert block["cisplatin_stress"] == 0
    assert both["cisplatin_damage"] == pytest.approx(alone["cisplatin_damage"], rel=1e-6)
    gain = both["cisplatin_stress"] / alone["cisplatin_stress"]
    shield = solid.numbers["LGALS3_shield"]
    assert gain == pytest.approx((1 + shield * alone["LGALS3_protection"]) / (1 + shield * both["LGALS3_protection"]), rel=1e-6)
    assert 1.5 < gain < 1 + shield * alone["LGALS3_protection"]


def test_every_draw_sensitises(solid):
    """C055, the direction, in 25 draws."""
    for draw in range(25):
        numbers = {name: value for name, value in solid.model.numbers.at(seed=9, draw=draw).items() if name in solid.numbers} | CISPLATIN
        alone = solid.rest(**numbers | {"XPO1_loaded_n": numbers["XPO1_loaded_reference"]})["cisplatin_stress"]
        assert solid.rest(**numbers | BLOCK)["cisplatin_stress"] > 1.01 * alone


def test_a_day_of_cisplatin_in_a_dish(solid):
    """C055 as in a dish: a block from the start gives more stress over a day than cisplatin alone, at every hour."""
    rest = solid.rest()
    alone = solid.run(24, start=rest, points=25, **CISPLATIN)["cisplatin_stress"]
    both = solid.run(24, start=rest, points=25, **CISPLATIN, **BLOCK)["cisplatin_stress"]
    assert np.all(both[1:] > alone[1:])


def test_no_galectin_no_gain(solid):
    """Cells without galectin-3 (BT-549, PMID11724777) feel cisplatin fully, and a block adds nothing by this way."""
    null = {"LGALS3_dose": 0.0, **CISPLATIN}
    plain = solid.rest(**null)["cisplatin_stress"]
    assert plain > 2 * solid.rest(**CISPLATIN)["cisplatin_stress"]
    assert solid.rest(**null, **BLOCK)["cisplatin_stress"] == pytest.approx(plain, rel=1e-6)


def test_high_xpo1_of_a_tumour_protects(solid):
    """C017: XPO1 is high in six solid tumours; here it moves galectin-3 out and lowers what the cell feels of cisplatin."""
    stress = [solid.rest(XPO1_loaded_n=share * solid.reference, **CISPLATIN)["cisplatin_stress"] for share in (0.5, 1, 2, 4)]
    assert np.all(np.diff(stress) < 0)


# sorafenib


def test_sorafenib_halves_at_its_ic50(solid):
    """PMC3823056: a median IC50 of 4.3 uM, between 1 and 10 uM in 20 of 23 lines; nothing without it."""
    doses = (0.0, 1.0, 4.3, 10.0, 100.0)
    effects = [solid.rest(SORAFENIB=dose)["sorafenib_effect"] for dose in doses]
    assert effects[0] == 0
    assert effects[2] == pytest.approx(0.5, rel=1e-6)
    assert np.all(np.diff(effects) > 0)
    assert effects[-1] < 1


def test_sorafenib_keeps_nothing_in_the_nucleus(solid):
    """C144: what stays in the nucleus marks the export inhibitors; the comparator moves no cargo here."""
    rest, treated = solid.rest(), solid.rest(SORAFENIB=10.0)
    for name in (*GALECTIN, "PTGS2_level", "LGALS3_protection"):
        assert treated[name] == pytest.approx(rest[name], rel=1e-9)


# importins


def test_a_cervical_cancer_with_high_importins_has_no_stress(solid):
    """C133: both importins are high in cervical cancer; with a need as high nothing lacks."""
    rest = solid.rest(KPNB1_level=2.0, KPNA2_level=2.0, import_need=2.0)
    assert rest["importin_stress"] == 0
    assert rest["import_capacity"] >= 1


def test_loss_of_kpnb1_stresses_more_than_loss_of_kpna2(solid):
    """vanderWatt09, cited for C133: loss of KPNB1 kills cancer cells, loss of KPNA2 does not. Closed form: 1 - 0.1 to the control."""
    n = solid.numbers
    beta, alpha = solid.rest(KPNB1_level=0.1)["importin_stress"], solid.rest(KPNA2_level=0.1)["importin_stress"]
    assert beta == pytest.approx(1 - 0.1 ** n["KPNB1_control"], rel=1e-6)
    assert alpha == pytest.approx(1 - 0.1 ** n["KPNA2_control"], rel=1e-6)
    assert beta > 0.5 > 0.25 > alpha


def test_a_cell_that_needs_less_import_is_spared(solid):
    """vanderWatt09: noncancer cells are spared. Put in by the need: at 0.2 of the importin, need 0.3 against 1 lacks less than half."""
    knocked = {"KPNB1_level": 0.2}
    assert solid.rest(import_need=0.3, **knocked)["importin_stress"] < 0.5 * solid.rest(**knocked)["importin_stress"]
    assert solid.rest(KPNB1_level=0.0, import_need=0.3)["importin_stress"] == 1


@pytest.mark.parametrize("name", ["NHDF", "marrow stroma"])
def test_an_untreated_normal_cell_of_the_catalogue_lacks_no_import(solid, name):
    """Less importin than a line has is no stress by itself: such a cell lives, so its need is below what it has."""
    rows = context(name)
    level, need = rows["KPNB1_level"], rows["import_need"]
    assert solid.rest(KPNB1_level=level.value, import_need=need.value)["importin_stress"] == 0
    assert need.distribution.high <= level.value


@pytest.mark.xfail(
    strict=True,
    reason="a fifth of the importin lacks the same 0.68 in both when the need is as high as the level; only a lower need spares",
)
def test_normal_cells_are_spared_by_their_level_alone(solid):
    """vanderWatt09: knock-down to a fifth, cancer (level and need 2) against normal (1 and 1): the normal cell lacks less than half."""
    normal = solid.rest(KPNB1_level=0.2)["importin_stress"]
    cancer = solid.rest(KPNB1_level=0.4, import_need=2.0)["importin_stress"]
    assert normal < 0.5 * cancer


@pytest.mark.xfail(strict=True, reason="0.21 came out: the control of KPNA2 is an assumed 0.1, not 0")
def test_loss_of_kpna2_does_nothing(solid):
    """vanderWatt09: inhibition of KPNA2 had no effect on proliferation; less than 0.05 lacking at a tenth of it."""
    assert solid.rest(KPNA2_level=0.1)["importin_stress"] < 0.05


@pytest.mark.xfail(strict=True, reason="too much importin does no harm here; sequestering of RanGTP by it is not modelled")
def test_too_much_kpnb1_is_a_stress(solid):
    """Still more KPNB1 than a cervical cancer has slows it and sensitises it to cisplatin (BMC Cancer, 'A tight balance of ...')."""
    assert solid.rest(KPNB1_level=4.0, KPNA2_level=2.0, import_need=2.0)["importin_stress"] > 0
