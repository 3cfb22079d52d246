"""A cargo with what belongs to it, and the count of Table 1."""

from __future__ import annotations

import json

import pytest

from exportin.errors import UnknownName
from exportin.knowledge import facts, portray
from exportin.knowledge.portrait import count_table1


@pytest.mark.parametrize("name", ["TP53", "p53", "tp53", "P04637", "HGNC:11998", "tumor protein p53"])
def test_a_cargo_is_found_by_any_name(name):
    assert portray(name).cargo.title == "TP53"


def test_everything_about_a_cargo_stands_together():
    found = portray("TP53")
    assert [part.row.sequence for part in found.signals] == [row.sequence for row in facts("signals") if row.cargo == "TP53"]
    assert "TP53_CDKN1A" in {part.title for part in found.edges}
    assert "C161" in {part.title for part in found.claims}
    assert "X25" in {part.title for part in found.contradictions}
    assert {source.key for source in found.sources} >= set(found.cargo.row.sources)
    assert len({source.key for source in found.sources}) == len(found.sources)


def test_the_text_holds_every_part_and_each_source_once():
    text = str(portray("p53"))
    assert text.startswith("TP53: p53\n")
    for part in (
        "Homo sapiens, UniProt P04637",
        "Table 1 of the review",
        "339-352 EMFRELNEALELKD, not in doubt",
        "C161 (AML, validation)",
        "X25:",
    ):
        assert part in text
    assert text.count("  [Xu12] ") == 1


@pytest.mark.parametrize("cargo", facts("cargoes"), ids=lambda row: row.id)
def test_every_cargo_has_a_portrait(cargo):
    found = portray(cargo.id)
    assert found.cargo.title == cargo.id
    assert str(found)
    assert json.loads(json.dumps(found.to_dict()))["cargo"]["id"] == cargo.id
    assert [part.row.start for part in found.signals] == [row.start for row in facts("signals") if row.cargo == cargo.id]


def test_of_several_species_the_human_protein_is_shown_unless_the_id_is_given():
    found = portray("CCNB1")
    assert (found.cargo.title, [row.id for row in found.others]) == ("CCNB1", ["CCNB1_XENLA"])
    assert "see also: CCNB1_XENLA (Xenopus laevis)" in str(found)
    assert portray("cyclin b1").cargo.title == "CCNB1"
    assert portray("CCNB1_XENLA").cargo.title == "CCNB1_XENLA"
    assert portray("P13350").cargo.title == "CCNB1_XENLA"


def test_a_cargo_without_signal_says_so():
    assert "no mapped export signal" in str(portray("FOXO3"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("TP35", "'TP35' is not a known cargo; did you mean TP53"),
        ("", "is not a known cargo"),
        ("crm1", r"'crm1' is not a known cargo \(machinery has it: exportin evidence crm1\)"),
    ],
)
def test_an_unknown_cargo_is_refused_with_what_is_near(name, message):
    with pytest.raises(UnknownName, match=message):
        portray(name)


def test_names_of_table_1_are_counted_with_their_doubles():
    found = count_table1()
    assert found.names == sum(row.table1 for row in facts("cargoes"))
    assert found.distinct == sum(row.table1 > 0 for row in facts("cargoes"))
    assert {row.id for row in found.doubles} == {"CCNB1", "NFE2L2"}
    assert str(found).startswith(
        f"Table 1 of the review: {found.names} names, {found.distinct} distinct\n  twice: CCNB1, printed Cyclin B1"
    )
    assert found.to_dict()["names"] == found.names
