"""Names that people read."""

from __future__ import annotations

import pytest

from exportin.knowledge import facts
from exportin.report.quantity import display_name


@pytest.mark.parametrize(("symbol", "name"), [("TP53", "p53"), ("NUTF2", "NTF2"), ("RANGTP", "RanGTP"), ("REPORTER", "REPORTER")])
def test_a_protein_is_shown_by_the_name_that_people_use(symbol, name):
    assert display_name(symbol) == name


def test_the_human_protein_names_the_gene_whatever_other_species_have():
    """Rows of other species share the symbol, or have none."""
    human = {row.symbol: row.name for row in facts("cargoes") if row.id == row.symbol}
    machinery = {row.symbol: row.name for row in facts("machinery")}
    assert {symbol: display_name(symbol) for symbol in human} == {**human, **{one: machinery[one] for one in human if one in machinery}}
    assert display_name("") == ""
