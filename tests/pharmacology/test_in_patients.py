"""What patients have of a drug: each that is given to any has figures, those that are not have none."""

from __future__ import annotations

import pytest

import exportin as xp
from exportin.pharmacology.in_patients import in_patients

NEVER_GIVEN = {"NUTLIN3A", "JQ1"}


@pytest.mark.parametrize("partner", xp.facts("partners"), ids=lambda row: row.symbol)
def test_every_partner_that_patients_get_has_a_level(partner):
    found = in_patients(partner.name)
    if partner.symbol in NEVER_GIVEN:
        assert found is None
        return
    assert found is not None
    assert 0 < found.low < found.high
    assert found.kind == ("total" if partner.amount.startswith("total") else "free")
    assert found.dose in str(found)


def test_the_free_part_is_a_part():
    """Venetoclax peaks at 2.4 uM in total, of which less than a hundredth is free (VenclextaLabel)."""
    assert in_patients("venetoclax").high < 0.0370
    assert in_patients("sorafenib").high > 1.0


@pytest.mark.parametrize("name", ["KPT-185", "leptomycin B", "no such drug"])
def test_none_where_nothing_is_known(name):
    assert in_patients(name) is None


def test_a_surface_of_two_drugs_shades_both(tmp_path):
    doses = [0.0, 0.01, 0.1, 1.0]
    wells = [f"1,selinexor,bortezomib,{a},{b},{100 - 20 * (a > 0.05) - 30 * (b > 0.05)},uM" for a in doses for b in doses]
    table = tmp_path / "table.csv"
    table.write_text("\n".join(["block_id,drug1,drug2,conc1,conc2,response,conc_unit", *wells]) + "\n", encoding="utf-8")
    figure = xp.synergy(table, response="viability").plot()
    words = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert any(word.startswith("selinexor free in patients") for word in words)
    assert any(word.startswith("bortezomib free in patients") for word in words)
