"""Questions to the facts: what confirms, what does not, and what is refused."""

from __future__ import annotations

import pytest

from exportin.errors import BadScenario, UnknownName
from exportin.knowledge import facts
from exportin.review.query import Query, answer, queries, read_queries

CLAIMS = {row.id: row for row in facts("claims")}


def test_table_1_is_counted():
    told = answer(Query(table="cargoes", total={"table1": 242}, own=True), "")
    assert (told.verdict, told.observed) == ("supports", "table1 242")
    assert answer(Query(table="cargoes", where={"table1": [1, 2]}, count=240, own=True), "").verdict == "supports"


def test_a_count_may_be_missed():
    assert answer(Query(table="machinery", where={"kind": "exportin"}, count=8), "").verdict == "contradicts"
    assert answer(Query(table="machinery", where={"kind": "exportin"}, count="at least 3"), "").verdict == "supports"


def test_the_review_does_not_confirm_itself():
    alone = [row for row in facts("diseases") if row.source == "Ishizawa15"]
    if not alone:
        pytest.skip("every disease row has another source too")
    told = answer(Query(table="diseases", where={"id": alone[0].id}), "")
    assert (told.verdict, told.observed) == ("inconclusive", "only the review itself says so in diseases")
    assert answer(Query(table="diseases", where={"id": alone[0].id}, own=True), "").verdict == "supports"


def test_a_printed_figure_is_compared_with_that_of_the_source():
    """The review prints P = 0.0013 for pancreas; the journal's page has 0.007."""
    query = Query(table="diseases", where={"id": "pancreas_expression_journal"}, agrees="p")
    assert answer(query, "0.0013").verdict == "contradicts"
    assert answer(query, "0.007").verdict == "supports"


def test_all_of_a_list_or_some():
    query = Query(table="cargoes", each={"symbol": ["TP53", "NFKBIA"]})
    assert answer(query, "").verdict == "supports"
    told = answer(Query(table="cargoes", each={"symbol": ["TP53", "XYZ1"]}), "")
    assert (told.verdict, told.observed) == ("inconclusive", "all but XYZ1")
    assert answer(Query(table="cargoes", each={"symbol": ["XYZ1"]}), "").verdict == "inconclusive"  # absence is no contradiction


def test_a_share_of_few_rows_is_open():
    told = answer(queries()["C228"], CLAIMS["C228"].value)
    assert told.verdict == "inconclusive"
    assert told.observed.startswith("3 of 5")


def test_the_consensus_is_looked_for_in_known_signals():
    told = answer(queries()["C023"], "")
    number, whole = (int(one) for one in told.observed.split(",")[0].split(" of "))
    assert 0 < number < whole == len([row for row in facts("signals") if row.doubt == "no"])


@pytest.mark.parametrize("claim", sorted(queries()))
def test_every_query_that_ships_has_an_answer(claim):
    assert answer(queries()[claim], CLAIMS[claim].value).verdict in {"supports", "contradicts", "inconclusive"}


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("C010: {table: machines}\n", UnknownName, "line 1: .*table of facts"),
        ('C023: {table: signals, matches: {sequence: "[A"}}\n', BadScenario, "line 1: .*no regular expression"),
        ("C010: {table: machinery, count: many}\n", BadScenario, "line 1: .*a count such as 7"),
        ("C001: {table: cargoes}\nC010: {table: machinery, where: {sort: exportin}}\n", BadScenario, "line 2: C010: .*column of machinery"),
        ("C010: {table: machinery, colour: red}\n", BadScenario, "line 1: .*colour"),
        ("C010: {table: 7}\n", BadScenario, "line 1"),
    ],
)
def test_a_wrong_query_is_refused(tmp_path, text, error, message):
    path = tmp_path / "queries.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        read_queries(path)
