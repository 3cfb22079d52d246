"""Dexamethasone: occupancy of its receptor, BIM where the cell is lymphoid, and NF-kB's genes."""

from __future__ import annotations

import pytest

import exportin as xp
from exportin.network.parameters import context


@pytest.fixture(scope="module")
def glucocorticoid(bench):
    return bench("glucocorticoid")


def test_without_the_drug_nothing(glucocorticoid):
    rest = glucocorticoid.rest(NR3C1_BCL2L11=1.0)
    assert (rest["NR3C1_activity"], rest["BCL2L11_NR3C1"], rest["NFKB_left"]) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("fold", [0.25, 1.0, 4.0, 1000.0])
def test_the_closed_forms(glucocorticoid, fold):
    n = glucocorticoid.numbers
    rest = glucocorticoid.rest(DEXAMETHASONE=fold * n["DEXAMETHASONE_KD"], NR3C1_BCL2L11=1.0)
    held = fold / (1 + fold)
    assert rest["NR3C1_activity"] == pytest.approx(held, rel=1e-12)
    assert rest["NFKB_left"] == pytest.approx((1 - n["NFKB_NR3C1_share"]) ** held, rel=1e-12)
    assert rest["BCL2L11_NR3C1"] == pytest.approx(n["BCL2L11_NR3C1_gain"] * held, rel=1e-6)


def test_no_receptor_no_effect_and_more_of_it_more(glucocorticoid):
    """MM.1R against MM.1S (Flintbox08); selinexor raises the receptor in myeloma (Argueta18)."""
    dose = {"DEXAMETHASONE": 1.0, "NR3C1_BCL2L11": 1.0}
    without, plain, twice = (glucocorticoid.rest(NR3C1_dose=level, **dose) for level in (0.0, 1.0, 2.0))
    assert without["NFKB_left"] == 1.0
    assert without["BCL2L11_NR3C1"] == 0.0
    assert twice["BCL2L11_NR3C1"] == pytest.approx(2 * plain["BCL2L11_NR3C1"], rel=1e-9)


def test_bim_only_in_lymphoid_cells():
    drug = xp.exposure("dex", "100 nM")
    for line, rises in (("MM.1S", True), ("OCI-AML3", False)):
        cell = xp.cell(line).with_pathways()
        bim = xp.simulate(cell, drug, until="24 h", points=3, observe=["BCL2L11_NR3C1"])["BCL2L11_NR3C1"]
        assert (bim[-1] > 0.5) == rises
        assert bim[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("dose", [1.0, 2.0, 5.0])
def test_something_of_the_command_is_always_left(glucocorticoid, dose):
    """Over the whole range of the share, and with more receptor than a normal cell has."""
    highest = glucocorticoid.model.numbers.rows["NFKB_NR3C1_share"].quantile(1.0)
    left = glucocorticoid.rest(DEXAMETHASONE=1e3, NFKB_NR3C1_share=highest, NR3C1_dose=dose)["NFKB_left"]
    assert left == pytest.approx((1 - highest) ** dose, rel=1e-4)
    assert left > 0


def test_lines_that_resist_are_told_apart():
    """U266 has the translocation of CCND1, and all lines with it resist (PMID26323097); RPMI-8226 is disputed."""
    resistant, disputed, sensitive = (context(line)["NR3C1_BCL2L11"].value for line in ("U266", "RPMI-8226", "MM.1S"))
    assert resistant < disputed < sensitive
