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
    assert "tp53_cdkn1a" in {part.title for part in found.edges}
    assert "C161" in {part.title for part in found.claims}
    assert "X25" in {part.title for part in found.contradictions}
    assert "tp53_beataml" in {part.title for part in found.later}
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


@pytest.mark.parametrize("name", ["FOXO3", "NPM1", "CDKN1B"])
def test_a_cargo_without_signal_says_so(name):
    assert "no mapped export signal" in str(portray(name))


@pytest.mark.parametrize(
    ("name", "cargo"),
    [("NMD3", "NMD3"), ("NPM", "NPM1"), ("survivin", "BIRC5"), ("p27", "CDKN1B"), ("Rb", "RB1"), ("Rev", "REV_BIV"), ("Rex", "REX_HTLV1")],
)
def test_a_cargo_is_found_as_people_call_it(name, cargo):
    assert portray(name).cargo.title == cargo


def test_two_viruses_have_a_rev():
    """Table 1 prints Rev and HIV-REV; by the entries of NESdb the first is that of the bovine virus."""
    assert [row.id for row in portray("Rev").others] == ["REV_HIV1"]
    assert portray("HIV-1 Rev").cargo.title == "REV_HIV1"


@pytest.mark.parametrize("name", ["CDKN1B", "RB1"])
def test_what_only_the_text_of_the_review_names_is_told_as_such(name):
    found = portray(name)
    assert found.cargo.row.table1 == 0
    assert {"C012", "X10"} <= {part.title for part in (*found.claims, *found.contradictions)}
    assert "is not in Table 1 of the review" in str(found)


def test_a_name_of_one_letter_is_not_looked_for_in_texts():
    """Table 1 prints a cut name, C, and other rows speak of anguinomycin C."""
    found = portray("C")
    assert (found.cargo.title, found.edges, found.claims) == ("C_UNRESOLVED", (), ())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("TP35", "'TP35' is not a known cargo; did you mean .*TP53"),
        ("", "is not a known cargo"),
        ("crm1", r"'crm1' is not a known cargo \(machinery has it: exportin evidence crm1\)"),
    ],
)
def test_an_unknown_cargo_is_refused_with_what_is_near(name, message):
    with pytest.raises(UnknownName, match=message):
        portray(name)


def test_names_of_table_1_are_counted_with_their_doubles():
    found = count_table1()
    assert (found.names, found.distinct) == (242, 240)
    assert {row.id for row in found.doubles} == {"CCNB1", "NFE2L2"}
    assert str(found).startswith("Table 1 of the review: 242 names, 240 distinct\n  twice: CCNB1, printed Cyclin B1")
    assert "slip: COPS5_MOUSE, printed Jab1/C5N5 (printed C5N5 for CSN5)" in str(found)
    assert found.to_dict()["names"] == 242
