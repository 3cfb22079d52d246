"""Searching the facts: by name, alias, number, paper, statement and words; what is near when nothing is found."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

import exportin.knowledge as knowledge
from exportin.errors import NothingFound, UnknownName
from exportin.knowledge.database import open_database
from exportin.knowledge.search import near_names


@pytest.mark.parametrize(
    ("query", "table", "name"),
    [
        ("TP53", "cargoes", "TP53"),
        ("p53", "cargoes", "TP53"),
        ("P04637", "cargoes", "TP53"),
        ("kpt 330", "compounds", "SELINEXOR"),
        ("PKF050-683", "compounds", "PKF050638"),
        ("crm1", "machinery", "XPO1"),
        ("MV4;11", "cells", "MV4-11"),
        ("CVCL_0004", "cells", "K562"),
        ("pores_per_nucleus", "observations", "pores_per_nucleus"),
        ("CRM1", "machinery", "XPO1"),
        ("exportin-1", "machinery", "XPO1"),
        ("Exportin 1", "machinery", "XPO1"),
        ("Xpovio", "compounds", "SELINEXOR"),
        ("IκBα", "cargoes", "NFKBIA"),
        ("HGNC:11998", "cargoes", "TP53"),
        ("hgnc 11998", "cargoes", "TP53"),
        ("UniProt: P04637", "cargoes", "TP53"),
        ("CAS 87081-35-4", "compounds", "LMB"),
        ("DEVSOMFAQLZNKR-RJRFIUFISA-N", "compounds", "SELINEXOR"),
        ("NCT02336815", "trials", "storm"),
        ("STORM", "trials", "storm"),
        ("ATG-010", "compounds", "SELINEXOR"),
        ("LMB", "compounds", "LMB"),
        ("IkBa", "cargoes", "NFKBIA"),
        ("Nrf2", "cargoes", "NFE2L2"),
        ("cyclin B1", "cargoes", "CCNB1"),
        ("survivin", "cargoes", "BIRC5"),
        ("hRio2", "cargoes", "RIOK2"),
        ("mantle cell lymphoma", "diseases", "mcl_protein"),
        ("c161", "claims", "C161"),
        ("X25", "contradictions", "X25"),
    ],
)
def test_evidence_finds_the_subject_first(query, table, name):
    first = knowledge.evidence(query)[0]
    assert (first.table, first.row.names[0], first.subject) == (table, name, True)
    assert [source.key for source in first.sources] == list(first.row.sources)


def test_evidence_finds_mentions_under_every_name():
    found = {(item.table, item.row.names[0]) for item in knowledge.evidence("KPT-330") if not item.subject}
    assert ("cargoes", "RANBP1") in found  # called KPT-330 there
    assert ("observations", "occupancy_in_mice") in found  # called SELINEXOR there


def test_evidence_of_p53_names_the_cells_that_lack_it():
    cells = {item.row.name: item.row.TP53 for item in knowledge.evidence("TP53") if item.table == "cells"}
    assert (cells["HeLa"], cells["HL-60"], cells["K562"], cells["OCI-AML3"]) == ("inactivated", "null", "null", "wild type")


def test_a_protein_that_is_only_mentioned_is_found():
    assert {item.found for item in knowledge.evidence("BRD4")} == {"mention"}


def test_evidence_prints_its_citations():
    text = str(knowledge.evidence("leptomycin B")[0])
    assert text.startswith("compounds: LMB\n")
    assert "[Kudo99] Kudo N" in text
    assert "PMID 10430904" in text


def test_every_name_of_every_row_leads_to_the_row():
    """Whatever a row is called, in whatever table, its subject is found by it."""
    database = open_database()
    asked = 'SELECT "table", line, name, squashed FROM name'
    wrong = []
    for table, line, name, squashed in database.connection.execute(asked).fetchall():
        about = [(one.table, one.row.line) for one in knowledge.evidence(name) if one.found == "subject"] if squashed else []
        wrong += [name] if squashed and (table, line) not in about else []
    assert wrong == []


@pytest.mark.parametrize(
    "query",
    ["12374846", "PMID 12374846", "pmid:12374846", "https://pubmed.ncbi.nlm.nih.gov/12374846/", "Daelemans02", "Daelemans 2002"],
)
def test_a_paper_gives_itself_and_the_rows_that_cite_it(query):
    first, *rest = knowledge.evidence(query)
    assert (first.table, first.row.key, first.found) == ("sources", "Daelemans02", "subject")
    assert {one.found for one in rest} == {"citation"}
    assert {("compounds", "PKF050638"), ("compounds", "PKF050638E")} <= {(one.table, one.title) for one in rest}
    assert all("Daelemans02" in one.row.sources for one in rest)


@pytest.mark.parametrize("query", ["10.1016/j.pharmthera.2015.06.001", "https://doi.org/10.1016/j.pharmthera.2015.06.001", "PMC4526315"])
def test_a_paper_is_found_by_doi_and_pmcid(query):
    assert knowledge.evidence(query)[0].row.key == "Ishizawa15"


def test_a_paper_that_no_fact_cites_is_found_all_the_same():
    cited = {key for table in open_database().searched for row in knowledge.facts(table) for key in row.sources}
    key = min(set(knowledge.sources()) - cited)
    (only,) = knowledge.evidence(key)
    assert (only.table, only.title) == ("sources", key)


def test_a_contradiction_is_found_by_its_statement():
    assert ("contradictions", "X25", "mention") in {(one.table, one.title, one.found) for one in knowledge.evidence("C158")}


def test_a_contradiction_lists_its_statements():
    """And later evidence, found by its id, the statement that it is about."""
    told = [(one.table, one.title, one.found) for one in knowledge.evidence("X25")]
    assert told[:5] == [
        ("contradictions", "X25", "subject"),
        *(("claims", claim, "reference") for claim in ("C158", "C159", "C160", "C227")),
    ]
    assert [one.title for one in knowledge.evidence("tp53_beataml")][:3] == ["tp53_beataml", "C158", "C161"]


@pytest.mark.parametrize("query", ["CRM1", "selinexor", "p53", "NPM1"])
def test_rows_with_a_cell_of_just_the_name_come_before_those_that_speak_of_it(query):
    """Arrows that start or end at CRM1 before two hundred cargoes of which it is said that they bind it."""
    found = [one for one in knowledge.evidence(query) if one.found == "mention"]
    called = set(knowledge.evidence(query)[0].row.names)
    alone = [bool(called & {part for cell in one.row.told.values() for part in cell.split("; ")}) for one in found]
    assert alone[0]
    assert alone == sorted(alone, reverse=True)


@pytest.mark.parametrize(
    ("query", "title"),
    [("hydrophobic groove", "C024"), ("thrombocytopenia", "storm_ae"), ("10430904", "Kudo99"), ("PMID 10430904", "Kudo99")],
)
def test_words_and_papers_have_sensible_first_rows(query, title):
    assert knowledge.evidence(query)[0].title == title


@pytest.mark.parametrize("query", ["", " ", "--", "selinexer", "xqzt vwkj"])
def test_an_unknown_subject_is_refused(query):
    with pytest.raises(UnknownName, match=r"is not a known subject of the tables, nor a word in them.* Searched: cargoes \(\d+\), signals"):
        knowledge.evidence(query)


@pytest.mark.parametrize(
    ("query", "near"),
    [
        ("selinexer", "selinexor"),
        ("leptomicin", "leptomycin B"),
        ("TP35", "TP53"),
        ("nutlyn", "nutlin"),
        ("CRM2", "CRM1"),
        ("P04638", "P04637"),
        ("xx lepptomycin", "leptomycin B"),
    ],
)
def test_what_is_near_is_offered(query, near):
    with pytest.raises(NothingFound, match=rf"did you mean .*{near}"):
        knowledge.evidence(query)


def test_numbers_and_ids_are_not_offered_for_words():
    assert not any("_" in name for name in near_names(open_database(), "selinexer"))
    assert "selinexor_CL_80" in near_names(open_database(), "selinexor_CL_81")
    assert not any(name.startswith("P1") for name in near_names(open_database(), "TP35"))


def test_the_refusal_says_how_much_was_searched():
    with pytest.raises(NothingFound) as caught:
        knowledge.evidence("selinexer")
    told = str(caught.value)
    assert all(f"{table} ({len(knowledge.facts(table))})" in told for table in open_database().searched)
    assert f"sources ({len(knowledge.sources())})" in told
    assert str(pickle.loads(pickle.dumps(caught.value))) == told


def test_rows_are_those_of_the_typed_tables():
    """What the database gives is what the strict reader gave: every cell of every row, with its type."""
    database = open_database()
    for table in database.searched:
        for line, row in enumerate(knowledge.facts(table), start=2):
            found = database.fact(table, line)
            assert dict(found.columns) == {column: getattr(row, column) for column in row.columns()}
            assert (found.names, found.sources) == (row.names, row.sources)
    assert {key: database.sources[key] for key in knowledge.sources()} == dict(knowledge.sources())


def test_a_row_tells_which_column_it_lacks_and_travels():
    row = knowledge.evidence("TP53")[0].row
    with pytest.raises(AttributeError, match="'cargoes' has no column 'colour'"):
        row.colour  # noqa: B018
    assert pickle.loads(pickle.dumps(row)) == row
    assert len({row, pickle.loads(pickle.dumps(row))}) == 1


def test_a_search_loads_no_schema():
    """The schemas take longer to load than the search takes."""
    knowledge.evidence("TP53")  # the database is made
    code = (
        "import sys, exportin as xp; found = xp.evidence('TP53'); heavy = ('pydantic', 'numpy', 'pint');"
        "print([name for name in heavy if name in sys.modules], found[0].title)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] TP53"


def test_the_screen_shows_rows_in_passing_in_one_line_and_tells_how_many_more():
    from exportin.cli.facts import write_rows

    found = knowledge.evidence("CRM1")
    of_cargoes = sum(one.table == "cargoes" for one in found)
    short, whole = write_rows(found, short=True), write_rows(found)
    assert f"\n  {of_cargoes - 6} more rows of cargoes cite or mention it; --json for all.\n" in short
    assert short.startswith("machinery\n  XPO1 [")
    assert "\n    role: " in short.split("\n\n")[0]
    assert "\n  ran_xpo1_cargo (mentions it): RAN increases XPO1: binding [Ishizawa15 Dong09 Monecke09]\n" in short
    assert short.endswith("\n\nRows in one line are cut; --json, or --out DIR, gives all rows whole, with all sources.")
    assert "more rows of" not in whole
    assert "in one line" not in whole
    assert whole.count(" (mentions it) [") == sum(one.found == "mention" for one in found)


@pytest.mark.parametrize("query", ["TP53", "p53", "Kudo99", "leukemia"])
def test_the_screen_holds_the_answer(query):
    from exportin.cli.facts import write_rows

    lines = write_rows(knowledge.evidence(query), short=True).splitlines()
    assert len(lines) <= 130
    assert all(len(line.split("): ")[-1].split(" [")[0]) <= 100 for line in lines if " it): " in line)


def test_where_no_row_is_about_it_the_first_three_are_whole():
    from exportin.cli.facts import write_rows

    found = knowledge.evidence("side effects of selinexor")
    short = write_rows(found, short=True)
    assert short.startswith(f"trials\n  {found[0].title} (holds the words) [")
    assert short.count(" (holds the words) [") == 3
    assert " (holds the words): " in short


def test_every_table_has_something_to_say_in_one_line():
    from exportin.cli.facts import _in_short

    database = open_database()
    for table in database.searched:
        for line in range(2, database.searched[table] + 2):
            assert 0 < len(_in_short(database.fact(table, line))) <= 100
