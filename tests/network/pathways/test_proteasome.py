"""Bortezomib and what the proteasome should have destroyed: closed forms, and what builds up in a whole cell."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.network.parameters import context

HALF = 0.5  # of the proteasome left


@pytest.fixture(scope="module")
def proteasome(bench):
    return bench("proteasome")


def test_no_block_no_stress_whatever_the_cell_makes(proteasome):
    for numbers in ({}, {"translation": 0.3}, {"translation": 2.0, "protein_load": 10.0}):
        rest = proteasome.rest(**numbers)
        assert rest["proteasome_left"] == 1.0
        assert rest["proteasome_stress"] == pytest.approx(0.0, abs=1e-12)


def test_half_of_it_is_left_at_the_affinity(proteasome):
    known = proteasome.numbers["BORTEZOMIB_KI"]
    left = [proteasome.rest(BORTEZOMIB=fold * known)["proteasome_left"] for fold in (0.5, 1.0, 9.0)]
    assert left == pytest.approx([2 / 3, 1 / 2, 1 / 10], rel=1e-12)


@pytest.mark.parametrize("load", [1.0, 3.0])
def test_stress_has_the_closed_form(proteasome, load):
    """What waits: made, less what the rest of the proteasome and lysosomes take."""
    other = proteasome.numbers["waiting_other"]
    for left in (0.0, 0.1, HALF, 0.9):
        expected = load * (1 - left) / (left + other)
        assert proteasome.rest(proteasome=left, protein_load=load)["proteasome_stress"] == pytest.approx(expected, rel=1e-6)


def test_stress_builds_up_within_hours(proteasome):
    """NOXA, for which it stands, is up by 4 to 6 h (Blood107p257)."""
    course = proteasome.run(48, start=proteasome.rest(), points=25, changes=[(0.0, "proteasome", 0.2)])
    assert 0.5 < course["proteasome_stress"][3] / course["proteasome_stress"][-1] < 0.95  # at 6 h


@pytest.mark.parametrize("place", ["cytoplasm", "everywhere"])
@pytest.mark.parametrize(("choice", "least", "most"), [(1.0, 0.0, 0.6), (0.0, 0.999, 1.001)])
def test_nfkb_under_tnf(bench, place, choice, least, most):
    """BMRI806506: inducible NF-kB is inhibited; where IkB goes without the proteasome (Hideshima09) it is not."""
    nfkb = bench("nfkb")
    at = {"NFKBI_proteasome": choice, "IKBKB_nuclear": float(place == "everywhere")}
    rest = nfkb.rest(**at)
    plain, blocked = (
        nfkb.run(1.0, start=rest, points=13, changes=[(0.0, "TNF", 1.0), (0.0, "proteasome", left)], **at)["NFKB_activity"].max()
        for left in (1.0, 0.1)
    )
    assert least <= blocked / plain <= most


@pytest.fixture(scope="module")
def treated():
    names = ["TP53_c", "TP53_n", "CDKN1A_n", "CDKN1B_n", "MCL1_c", "BCL2L11_c", "XPO1_n"]
    return xp.simulate(xp.cell("HeLa").with_pathways(), xp.exposure("bortezomib", "20 nM"), until="6 h", points=3, observe=names)


@pytest.mark.parametrize("name", ["TP53_c", "TP53_n", "CDKN1A_n", "CDKN1B_n", "MCL1_c", "XPO1_n"])
def test_what_it_destroys_builds_up(treated, name):
    """p53, p21 and p27 (BMRI806506), MCL1 (BMCCancer11a485), XPO1 (Sakakibara11)."""
    assert treated[name][-1] > 1.02 * treated[name][0]


@pytest.mark.parametrize(("pathway", "name", "fold"), [
    ("apoptosis", "MCL1_c", 1.5), ("nfkb", "NFKBIA_c", 1.5), ("nfkb", "NFKBIB_c", 1.5), ("nfkb", "NFKBIE_c", 1.5), ("ribosome", "MYC", 1.5),
    ("cycle", "CCND1_n", 1.2), ("cycle", "CCNE1", 1.5), ("cycle", "CDKN1A_n", 1.5), ("cycle", "CDKN1B_n", 1.5), ("cycle", "E2F1", 1.5),
    ("tp53", "MDM2_n", 1.5), ("tp53", "TP53_n", 1.02),
])  # fmt: skip
def test_half_the_proteasome_means_more_of_each(bench, pathway, name, fold):
    """Each in its own pathway, where no other cause can raise it; p53 has its own MDM2 against it."""
    alone = bench(pathway)
    whole, half = (alone.rest(proteasome=left)[name] for left in (1.0, HALF))
    assert half > fold * whole


def test_more_than_the_whole_is_no_negative_stress(proteasome):
    assert proteasome.rest(proteasome=2.0)["proteasome_stress"] == pytest.approx(0.0, abs=1e-12)


def test_bim_does_not(treated):
    """Leukemia21p281: unchanged in CLL cells under proteasome inhibitors; here no more than FOXO and p53 move it."""
    assert np.abs(treated["BCL2L11_c"] / treated["BCL2L11_c"][0] - 1).max() < 0.5


def test_a_myeloma_line_has_more_stress_than_another_cell():
    drug = xp.exposure("Velcade", "20 nM")
    stress = {
        line: xp.simulate(xp.cell(line).with_pathways("proteasome"), drug, until="24 h", points=3, observe=["proteasome_stress"])
        for line in ("MM.1S", "HL-60")
    }
    load = context("MM.1S")["protein_load"].value
    assert load > 1
    assert stress["MM.1S"]["proteasome_stress"][-1] == pytest.approx(load * stress["HL-60"]["proteasome_stress"][-1], rel=1e-4)


def test_the_switch_blocks_it_without_a_drug():
    """`proteasome_activity` is of the whole cell, as bortezomib is."""
    cell = xp.cell("HeLa").with_pathways("proteasome", "tp53").with_parameters(proteasome_activity=0.2)
    result = xp.simulate(cell, until="12 h", points=3, observe=["TP53_level", "proteasome_stress"])
    assert result["TP53_level"][-1] > 1.5 * result["TP53_level"][0]
    assert result["proteasome_stress"][-1] > 0.5
