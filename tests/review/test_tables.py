"""The review's own tables: what is refused, with file and line."""

from __future__ import annotations

import pytest

from exportin.errors import BadTable, UnknownName
from exportin.knowledge.table import read_table
from exportin.review.schema import AcceptedRow, DoseRow, ReadingRow, ToleranceRow, UnmodelledRow, WordRow
from exportin.review.tables import checked, tolerance

WORD = "word place how what value source reason"
REASON = "a reason that is long enough"


def read(tmp_path, model, header, line):
    path = tmp_path / "table.tsv"
    path.write_text("\t".join(header.split()) + "\n" + "\t".join(line) + "\n", encoding="utf-8")
    return checked(path, read_table(path, model))


@pytest.mark.parametrize(
    ("model", "header", "line", "message"),
    [
        (WordRow, WORD, ["lush", "genotype", "set", "TP53_nonsense", "1", "-", REASON], "'what'.*TP53_nonsense"),
        (WordRow, WORD, ["lush", "genotype", "set", "density", "many", "-", REASON], "'value': 'many'"),
        (WordRow, WORD, ["lush", "genotype", "sing", "density", "1", "-", REASON], "column 'how'"),
        (DoseRow, "drug dose source reason", ["JQ1", "10 apples", "-", REASON], "column 'dose'.*apples"),
        (DoseRow, "drug dose source reason", ["JQ1", "1 uM", "Nowhere99", REASON], "'Nowhere99' given; expected a key of sources.bib"),
        (ToleranceRow, "id value meaning source reason", ["holds", "-0.9", "x", "-", REASON], "column 'value': -0.9 given"),
        (ReadingRow, "claim hypothesis source reason", ["C999", "XPO1_mrna_feedback", "-", REASON], "column 'claim'.*C999"),
        (ReadingRow, "claim hypothesis source reason", ["C042", "NO_SUCH", "-", REASON], "column 'hypothesis'.*NO_SUCH"),
        (UnmodelledRow, "claim part source reason", ["C031", "most", "Ishizawa15", REASON], "column 'part'"),
        (UnmodelledRow, "claim part source reason", ["C031", "all", "Ishizawa15", "short"], "column 'reason'"),
        (AcceptedRow, "claim verdict", ["C031", "splendid"], "column 'verdict'"),
        (AcceptedRow, "claim", ["C031"], "column 'verdict': not in the header"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path, model, header, line, message):
    with pytest.raises(BadTable, match=rf"table\.tsv:[12].*{message}"):
        read(tmp_path, model, header, line)


def test_a_claim_has_one_accepted_verdict(tmp_path):
    path = tmp_path / "accepted.tsv"
    path.write_text("claim\tverdict\nC031\tsupports\nC031\tcontradicts\n", encoding="utf-8")
    with pytest.raises(BadTable, match="a key not used before"):
        read_table(path, AcceptedRow)


def test_a_tolerance_that_is_nowhere_is_refused():
    with pytest.raises(UnknownName, match="did you mean share_change"):
        tolerance("share_chance")
