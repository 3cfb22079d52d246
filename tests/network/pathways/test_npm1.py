"""Nucleophosmin, its leukaemic mutant and what follows them: ARF, PU.1; and FLT3 (Falini06, Colombo06, Korgaonkar05, Gu18, Ishizawa15)."""

from __future__ import annotations

import numpy as np
import pytest

HALF = 0.5  # a heterozygous mutation, both alleles expressed alike
WILD_TYPE = ("NPM1_n", "NPM1_c", "NPM1_NUCLEOLUS_n", "NPM1_NPM1C_n", "NPM1_NPM1C_c")
MUTANT = ("NPM1C_n", "NPM1C_c", "NPM1_NPM1C_n", "NPM1_NPM1C_c")
ARF = ("CDKN2A_n", "CDKN2A_c", "CDKN2A_NPM1_n", "CDKN2A_NPM1C_n", "CDKN2A_NPM1C_c")
PU1 = ("SPI1_n", "SPI1_c", "SPI1_NPM1_n", "SPI1_NPM1C_n", "SPI1_NPM1C_c")
VARIABLES = ("FLT3_mrna_n", "FLT3_mrna", "FLT3", "FLT3_signal", "ARF_free")


@pytest.fixture(scope="module")
def npm1(bench):
    return bench("npm1")


def amount(model, state, names):
    """Amount (amol) in all of some species."""
    volume = {"n": model.numbers["Vn"], "c": model.numbers["Vc"]}
    return sum(volume[name[-1]] * state[name] for name in names)


def outside(model, state, names):
    """Share of a protein that is in the cytoplasm."""
    return amount(model, state, [name for name in names if name.endswith("_c")]) / amount(model, state, names)


def test_wild_type_is_nucleolar(npm1):
    """Microscopy shows the wild type restricted to the nucleus and mostly nucleolar (Falini06); closed form 1 : R : kexp/kimp."""
    rest, numbers = npm1.rest(), npm1.numbers
    shuttled = numbers["NPM1_kexp"] / numbers["NPM1_kimp"]
    whole = 1 + numbers["NPM1_nucleolar_ratio"] + shuttled
    assert rest["NPM1_nucleolar_share"] == pytest.approx(numbers["NPM1_nucleolar_ratio"] / whole, rel=1e-6)
    assert rest["NPM1_cytoplasmic_share"] == pytest.approx(shuttled / whole, rel=1e-6)
    assert rest["NPM1_nucleolar_share"] > 0.8
    assert rest["NPM1_cytoplasmic_share"] < 0.05


@pytest.mark.xfail(
    strict=True, reason="0.025 in the model: breaking cells sets soluble nuclear protein free, and microscopy sees no wild type outside"
)
def test_fractions_of_broken_cells(npm1):
    """Itzhak16: 0.292 of the nucleophosmin of HeLa is in the cytosol fraction; within a factor two."""
    assert 0.146 < npm1.rest()["NPM1_cytoplasmic_share"] < 0.584


def test_rest_is_rest(npm1):
    """Nothing moves at rest, with and without the mutant; the signals are 1 in the untreated reference cell."""
    for share in (0.0, HALF):
        rest = npm1.rest(NPM1_mutant_share=share)
        course = npm1.run(48, start=rest, points=5, NPM1_mutant_share=share)
        for name in (*WILD_TYPE, *MUTANT, *ARF, *PU1, *VARIABLES):
            np.testing.assert_allclose(course[name], rest[name], rtol=1e-5, atol=1e-10, err_msg=name)
    rest = npm1.rest()
    assert rest["ARF_free"] == pytest.approx(1, rel=0.01)
    assert [rest[name] for name in ("FLT3_mrna_n", "FLT3_mrna", "FLT3", "FLT3_signal")] == pytest.approx([1] * 4, rel=1e-8)


def test_totals_are_conserved(npm1):
    """Block and release keep wild type, mutant and PU.1; nothing becomes negative."""
    rest = npm1.rest(NPM1_mutant_share=0.4)
    changes = [(1, "XPO1_loaded_n", 0.0), (12, "XPO1_loaded_n", npm1.reference)]
    course = npm1.run(24, start=rest, NPM1_mutant_share=0.4, changes=changes)
    whole = npm1.numbers["NPM1_total"] * (npm1.numbers["Vn"] + npm1.numbers["Vc"])
    np.testing.assert_allclose(amount(npm1, course, WILD_TYPE), 0.6 * whole, rtol=1e-6)
    np.testing.assert_allclose(amount(npm1, course, MUTANT), 0.4 * whole, rtol=1e-6)
    np.testing.assert_allclose(amount(npm1, course, PU1), amount(npm1, rest, PU1), rtol=1e-6)
    assert all(course[name].min() > -1e-9 for name in (*WILD_TYPE, *MUTANT, *ARF, *PU1))


def test_mutant_is_cytoplasmic_and_drags_the_wild_type(npm1):
    """Falini06: mutants accumulate in the cytoplasm and recruit the wild type from nucleoli to nucleoplasm and cytoplasm."""
    rest, mutated = npm1.rest(), npm1.rest(NPM1_mutant_share=HALF)
    assert outside(npm1, mutated, MUTANT) > 0.5
    assert mutated["NPM1_cytoplasmic_share"] > 4 * rest["NPM1_cytoplasmic_share"]
    assert mutated["NPM1_nucleolar_share"] < rest["NPM1_nucleolar_share"]


def test_dragging_grows_with_the_mutant(npm1):
    shares = [npm1.rest(NPM1_mutant_share=share)["NPM1_cytoplasmic_share"] for share in (0, 0.1, 0.25, 0.4, 0.5)]
    assert np.all(np.diff(shares) > 0)


def test_no_pair_no_dragging(npm1):
    """Without pairing the wild type stays where it is without the mutant: the pair is what drags."""
    alone = npm1.rest(NPM1_mutant_share=HALF, KD_NPM1_NPM1C=1e9)
    assert alone["NPM1_cytoplasmic_share"] == pytest.approx(npm1.rest()["NPM1_cytoplasmic_share"], rel=1e-4)


def test_both_alterations_are_needed(npm1):
    """Falini06: both the new signal and the lost hold are crucial; without the new signal most of the mutant is nucleoplasmic."""
    without = npm1.rest(NPM1_mutant_share=HALF, NPM1C_kexp=0.0)
    assert outside(npm1, without, MUTANT) < 0.3


def test_a_block_brings_the_mutant_back(npm1):
    """Falini06: leptomycin B relocates mutants to the nucleoplasm; here within hours, and the dragged wild type with them."""
    course = npm1.run(6, start=npm1.rest(NPM1_mutant_share=HALF), NPM1_mutant_share=HALF, XPO1_loaded_n=0.0)
    assert outside(npm1, course, MUTANT)[-1] < 0.01
    assert course["NPM1_cytoplasmic_share"][-1] < 0.01


def test_a_partial_block_moves_it_in_part(npm1):
    shares = [outside(npm1, npm1.rest(NPM1_mutant_share=HALF, XPO1_loaded_n=npm1.at_drive(f)), MUTANT) for f in (0.1, 0.3, 0.6, 1.0)]
    assert np.all(np.diff(shares) > 0)


def test_most_arf_is_held(npm1):
    """Korgaonkar05: most cellular ARF is bound to nucleophosmin, and knock-down frees ARF for MDM2."""
    rest = npm1.rest()
    assert amount(npm1, rest, ["CDKN2A_NPM1_n"]) / amount(npm1, rest, ARF) > 0.9
    assert npm1.rest(NPM1_total=0.1 * npm1.numbers["NPM1_total"])["ARF_free"] > 2


def test_the_mutant_lowers_and_moves_arf(npm1):
    """Colombo06: low levels of ARF, and those cytoplasmic; ARF's way to p53 is weakened."""
    rest, mutated = npm1.rest(), npm1.rest(NPM1_mutant_share=HALF)
    assert amount(npm1, mutated, ARF) < 0.5 * amount(npm1, rest, ARF)
    assert outside(npm1, mutated, ARF) > 10 * outside(npm1, rest, ARF)
    assert mutated["ARF_free"] < 0.5


@pytest.mark.xfail(strict=True, reason="0.39 in the model: nuclear mutant and wild type hold ARF as tightly as the cytoplasmic mutant does")
def test_most_arf_is_cytoplasmic_with_the_mutant(npm1):
    """Colombo06: cells and blasts with the mutant have low levels of cytoplasmic ARF; the larger part of it outside."""
    assert outside(npm1, npm1.rest(NPM1_mutant_share=HALF), ARF) > 0.5


def test_a_block_does_not_free_arf_from_the_mutant(npm1):
    """The mutant holds ARF wherever it is: in this model a block leaves ARF_free within a tenth, a consequence to be shown or refuted."""
    mutated = npm1.rest(NPM1_mutant_share=HALF)
    assert npm1.rest(NPM1_mutant_share=HALF, XPO1_loaded_n=0.0)["ARF_free"] == pytest.approx(mutated["ARF_free"], rel=0.1)


def test_no_arf_where_its_gene_is_lost(npm1):
    assert npm1.rest(CDKN2A_functional=0.0)["ARF_free"] == 0


def test_pu1_follows_the_mutant(npm1):
    """Gu18: PU.1 is nuclear with wild type and cytoplasmic with mutant nucleophosmin; a block keeps it in the nucleus."""
    assert npm1.rest()["SPI1_cytoplasmic_share"] < 0.01
    mutated = npm1.rest(NPM1_mutant_share=HALF)
    assert mutated["SPI1_cytoplasmic_share"] > 0.4
    course = npm1.run(6, start=mutated, NPM1_mutant_share=HALF, XPO1_loaded_n=0.0)
    assert course["SPI1_cytoplasmic_share"][-1] < 0.01


def test_flt3_falls_after_its_transcription(npm1):
    """Ishizawa15 (Ranganathan12): a block lowers FLT3 after its transcription; nuclear mRNA rises. Closed form at full block."""
    share, decay = npm1.numbers["FLT3_mrna_XPO1_share"], npm1.numbers["FLT3_mrna_nuclear_decay"]
    nuclear = (1 + decay) / (1 - share + decay)
    course = npm1.run(72, start=npm1.rest(), XPO1_loaded_n=0.0)
    assert course["FLT3_mrna_n"][-1] == pytest.approx(nuclear, rel=1e-4)
    assert course["FLT3"][-1] == pytest.approx((1 - share) * nuclear, rel=1e-3)
    assert course["FLT3"][-1] < 0.85


def test_a_duplication_raises_the_signal_and_a_block_lowers_both(npm1):
    """FLT3_signal is the receptor's level times its activity: 1 without, 1 + gain with the duplication, lowered alike by a block."""
    gain = npm1.numbers["FLT3_ITD_gain"]
    assert npm1.rest(FLT3_ITD=1.0)["FLT3_signal"] == pytest.approx(1 + gain, rel=1e-8)
    falls = [npm1.rest(FLT3_ITD=dose, XPO1_loaded_n=0.0)["FLT3_signal"] / npm1.rest(FLT3_ITD=dose)["FLT3_signal"] for dose in (0.0, 1.0)]
    assert falls[0] == pytest.approx(falls[1], rel=1e-8)
    assert npm1.rest(translation=0.5)["FLT3"] == pytest.approx(0.5, rel=1e-8)
