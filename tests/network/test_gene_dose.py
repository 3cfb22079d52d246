"""Knock-downs: the dose of a gene where a pathway reads one, else its total or synthesis; one that nothing reads is refused."""

from __future__ import annotations

import pytest

import exportin as xp
from exportin.errors import BadQuantity, UnknownName
from exportin.experiment.prepared import prepare
from exportin.network.gene_dose import dose_factors, knocked_down, lowered_names


def numbers(cell):
    """Every number of a cell's model and its factors, without compiling it."""
    from exportin.network.model import build_model

    found = build_model(cell).numbers
    return found.at(), found.scales


def test_every_symbol_of_a_gene_is_found_and_no_other_gene_s():
    known = ["FOXO3_total", "FOXO3_dose", "FOXO3A_total", "FOXO3_KD_NES", "TP53_ksyn"]
    assert lowered_names("FOXO3", known) == ["FOXO3_total", "FOXO3_dose"]
    assert lowered_names("NOTHING", known) == []
    assert knocked_down(known) == {"FOXO3", "FOXO3A", "TP53"}


@pytest.mark.parametrize(
    ("needed", "used"),
    [
        (["X_total"], {"X_total"}),
        (["X_total", "X_ksyn"], {"X_total", "X_ksyn"}),
        (["X_total", "X_ksyn", "X_dose"], {"X_dose"}),
        (["Y_total"], set()),
    ],
)
def test_a_dose_stands_for_amount_and_synthesis(needed, used):
    assert set(dose_factors(dict.fromkeys(["X_total", "X_ksyn", "X_dose"], 0.1), needed)) == used


def test_the_dose_of_one_gene_leaves_another_s_total():
    scales = {"X_total": 0.1, "X_dose": 0.1, "Z_total": 0.5}
    assert dose_factors(scales, list(scales)) == {"X_dose": 0.1, "Z_total": 0.5}


@pytest.mark.parametrize("pathways", [(), ("foxo",)], ids=["cargo", "pathway"])
def test_a_knock_down_changes_only_what_it_names(pathways):
    cell = xp.cell("HeLa").with_pathways(*pathways) if pathways else xp.cell("HeLa")
    plain, _ = numbers(cell)
    lowered, factors = numbers(cell.knockdown("FOXO3", 0.75))
    different = {name: lowered[name] / plain[name] for name in plain if lowered[name] != plain[name]}
    assert set(different) == set(factors)
    assert list(different.values()) == pytest.approx([0.25])


def test_a_dose_that_was_given_is_lowered_too():
    dose, _ = numbers(xp.cell("HeLa").with_pathways("foxo").with_parameters(FOXO3_dose=10).knockdown("FOXO3", 0.9))
    assert dose["FOXO3_dose"] == pytest.approx(1.0)


def test_two_knock_downs_multiply_and_their_order_does_not_matter():
    cell = xp.cell("HeLa")
    assert cell.knockdown("TP53", 0.5).knockdown("TP53", 0.5) == cell.knockdown("TP53", 0.75)
    assert cell.knockdown("TP53", 0.5).knockdown("XPO1", 0.9).scales == cell.knockdown("XPO1", 0.9).knockdown("TP53", 0.5).scales


def test_a_knock_down_that_nothing_reads_is_refused_by_name():
    with pytest.raises(BadQuantity, match=r"knock-down of MCL1: no process of this cell reads"):
        prepare(xp.cell("HeLa").knockdown("MCL1", 0.5), ())
    numbers(xp.cell("HeLa").knockdown("MCL1", 0.0))  # nothing was lowered
    numbers(xp.cell("HeLa").with_pathways("apoptosis").knockdown("MCL1", 0.5))


def test_a_gene_that_no_table_has_is_refused_with_its_neighbours():
    with pytest.raises(UnknownName, match=r"did you mean .*MCL1"):
        xp.cell("HeLa").knockdown("MCL2", 0.5)
