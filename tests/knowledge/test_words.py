"""Searching the facts by words: their stems, their spelling, and which rows come first."""

from __future__ import annotations

import pytest

import exportin.knowledge as knowledge
from exportin.errors import squash
from exportin.knowledge import words
from exportin.knowledge.database import open_database
from exportin.knowledge.found import fold


def test_free_words_are_all_looked_for_first():
    found = knowledge.evidence("knockdown lines")
    assert {one.found for one in found} == {"words"}
    assert ("claims", "C161") in {(one.table, one.title) for one in found}


def test_a_name_among_words_stands_for_all_names_of_its_subject():
    """The combination is one of XPO1 inhibition, the statement says XPO1, and neither says CRM1."""
    found = {(one.table, one.title) for one in knowledge.evidence("what does CRM1 to doxorubicin") if one.found == "words"}
    assert {("combinations", "xpo1_topo"), ("claims", "C053")} <= found
    assert found == {(one.table, one.title) for one in knowledge.evidence("what does XPO1 to doxorubicin")}


def test_words_are_compared_by_their_stems():
    found = [one.title for one in knowledge.evidence("strengthening bindings")]
    assert {"C029", "cooperativity"} <= set(found)
    assert found == [one.title for one in knowledge.evidence("strengthened binding by")]


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("leukaemia", "leukemia"),
        ("acute myeloid leukaemia", "acute myeloid leukemia"),
        ("anaemia", "anemia"),
        ("tumour", "tumor"),
        ("tumours", "tumors"),
        ("hyponatraemia", "hyponatremia"),
        ("haematological", "hematological"),
        ("gynaecological", "gynecological"),
        ("diarrhoea", "diarrhea"),
        ("oestrogen", "estrogen"),
        ("signalling", "signaling"),
        ("modelled", "modeled"),
        ("stabilisation", "stabilization"),
        ("hydrolyses", "hydrolyzes"),
        ("fibres", "fibers"),
    ],
)
def test_british_and_american_spelling_are_one(british, american):
    found = [(one.table, one.title, one.found) for one in knowledge.evidence(british)]
    assert found == [(one.table, one.title, one.found) for one in knowledge.evidence(american)]
    assert found[0][2] in {"subject", "mention", "words"}


def test_spelling_finds_what_is_written_otherwise():
    assert {"storm_ae", "label_side_effects"} <= {one.title for one in knowledge.evidence("hyponatremia")}
    assert len(knowledge.evidence("leukemia")) > 50


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("oedema", "edema"),
        ("antitumour", "antitumor"),
        ("behavioural", "behavioral"),
        ("harbouring", "harboring"),
        ("analysed", "analyzed"),
        ("sensitiser", "sensitizer"),
        ("dyspnoea", "dyspnea"),
        ("coeliac", "celiac"),
        ("labelling", "labeling"),
        ("selinexor_tumour", "selinexor_tumor"),
        ("Anaemia", "Anemia"),
        ("CENTRES", "CENTERS"),
        ("ANAEMIA STABILISED", "ANEMIA STABILIZED"),
    ],
)
def test_folding_makes_two_spellings_one(one, other):
    assert fold(one) == fold(other)


def test_folding_leaves_other_words():
    plain = (
        "four hours, source, course, our, tour, goes, undergoes, coenzyme, coexpression, sizes, enzyme, horizon, calling, called, filled"
    )
    assert fold(plain) == plain
    assert fold("spelling release pore core storm_ae TP53 MAEL crizotinib") == "spelling release pore core storm_ae TP53 MAEL crizotinib"


def test_folding_does_not_make_two_names_one():
    """Names of different rows that differ before differ after, but for their spelling."""
    database = open_database()
    folded: dict[str, set[str]] = {}
    for (name,) in database.connection.execute("SELECT DISTINCT name FROM name"):
        folded.setdefault(squash(fold(name)), set()).add(squash(name))
    assert {names for names in map(frozenset, folded.values()) if len(names) > 1} == set()


@pytest.mark.parametrize("query", ["BCL2", "BCL-2", "bcl 2", "bcl-2"])
def test_a_gene_that_only_arrows_have_is_found_however_it_is_spelt(query):
    """Rows with a cell of just that gene come first."""
    found = [(one.table, one.title) for one in knowledge.evidence(query) if one.found == "mention"]
    assert {("edges", "bcl2_death"), ("edges", "venetoclax_bcl2")} <= set(found[:3])
    assert ("later_evidence", "bcl2_protects") in found[3:]


def test_a_gene_of_arrows_is_found_in_small_letters():
    assert knowledge.evidence("bcl2l1")[0].title == "kpt185_bcl2l1"
    assert "venetoclax_bcl2" in {one.title for one in knowledge.evidence("what binds bcl-2 venetoclax")}


@pytest.mark.parametrize("query", ["side effects of selinexor", "selinexor side-effects", "toxicity of KPT-330", "adverse event selinexor"])
def test_side_effects_are_adverse_events(query):
    found = knowledge.evidence(query)
    assert {one.found for one in found} == {"words"}
    assert found[0].title.endswith("_ae")
    assert {"storm_ae", "boston_ae", "label_common_ae"} <= {one.title for one in found}


def test_the_very_words_come_before_the_same_words_in_another_order():
    found = [(one.title, one.found) for one in knowledge.evidence("XPO1 protein")]
    assert (found[0][1], found[-1][1]) == ("mention", "words")


def test_where_not_all_words_stand_together_some_will_do():
    found = knowledge.evidence("ran away")
    assert {one.found for one in found} == {"some words"}
    assert found[0].title == "RAN"  # a word among the names counts for more


def test_the_best_row_comes_first():
    assert knowledge.evidence("reversibly inhibits label")[0].table in {"later_evidence", "compounds"}


def test_search_without_an_index_finds_the_same_rows(monkeypatch):
    """A SQLite without full-text search: slower and without stems, but no other rows for whole words."""
    queries = ["knockdown lines", "KPT-330", "TP53", "exporter capacity", "ran away"]
    indexed = {query: {(one.table, one.title, one.found) for one in knowledge.evidence(query)} for query in queries}
    monkeypatch.setitem(vars(open_database()), "indexed", False)
    for query in queries[:3]:
        found = {(one.table, one.title, one.found) for one in knowledge.evidence(query)}
        assert found <= indexed[query], query
        assert found == indexed[query] or query == "knockdown lines"  # where the index finds knock-down in a line too
    assert {one[0] for one in indexed["ran away"]} >= {one.table for one in knowledge.evidence("ran away")}


def test_words_with_the_signs_of_a_query_language_are_words():
    for query in ('"knockdown" AND lines', "knockdown* (lines)", "text : knockdown lines", "knockdown^lines' ; --"):
        assert knowledge.evidence(query)


def test_many_names_are_looked_for_at_once():
    called = {f"name {number}" for number in range(2000)} | {"TP53"}
    assert words.holding(open_database(), called) == words.holding(open_database(), {"TP53"})
