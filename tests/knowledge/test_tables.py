"""What the tables of the review and of its cargoes must hold: counts, roles, spans, numbers that check themselves, one entry a paper."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from exportin.knowledge import facts, sources


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def test_table_1_is_242_printed_names_of_which_two_are_printed_twice():
    listed = [row for row in facts("cargoes") if row.table1]
    assert sum(row.table1 for row in listed) == 242
    assert len({name for row in listed for name in row.printed}) == len(listed) == 240
    assert {row.id: row.printed for row in listed if row.table1 == 2} == {"CCNB1": ("Cyclin B1",), "NFE2L2": ("Nrf2",)}


def test_a_human_gene_has_one_row_and_its_numbers_stand_once():
    rows = facts("cargoes")
    for column in ("hgnc", "uniprot"):
        count = Counter(getattr(row, column) for row in rows if getattr(row, column))
        assert [number for number, times in count.items() if times > 1] == [], column
    assert all(row.organism == "Homo sapiens" and row.id == row.symbol for row in rows if row.hgnc)


def test_there_are_277_statements_with_the_roles_fixed_before_any_fit(root):
    rows = facts("claims")
    assert [row.id for row in rows] == [f"C{number:03}" for number in range(1, 278)]
    assert {row.id: row.role for row in rows} == {row["claim"]: row["role"] for row in read(root / "calibration" / "roles.tsv")}
    assert Counter(row.modelable for row in rows) == {"yes": 176, "no": 101}
    assert all((row.modelable == "yes") == (row.role != "fact") for row in rows)


def test_there_are_43_contradictions_each_of_some_statement_and_the_review():
    rows = facts("contradictions")
    assert [row.id for row in rows] == [f"X{number:02}" for number in range(1, 44)]
    assert {row.id: row.claims for row in rows}["X25"] == "C158 C159 C160 C227"
    assert all("Ishizawa15" in row.sources for row in facts("claims"))


@pytest.mark.parametrize("table", ["edges", "diseases", "sensitivities", "combinations", "xenografts", "trials", "observations"])
def test_what_was_read_in_the_review_alone_is_told_from_what_was_read_elsewhere(table):
    rows = facts(table)
    assert [row.id for row in rows if row.seen == "review" and "Ishizawa15" not in row.sources] == []
    assert [row.id for row in rows if row.seen != "review" and set(row.sources) == {"Ishizawa15"}] == []
    assert [row.id for row in rows if row.seen == "review" and row.reason.startswith("abstract seen")] == []


def test_there_are_seven_exportins():
    assert {row.symbol for row in facts("machinery") if row.kind == "exportin"} == {"XPO1", "CSE1L", "XPOT", "XPO4", "XPO5", "XPO6", "XPO7"}


def test_a_signal_is_as_long_as_it_says_and_mutations_are_numbers_of_residues():
    for row in facts("signals"):
        assert len(row.sequence) == row.end - row.start + 1, row
        for cell in (row.mutated_export, row.mutated_binding):
            assert re.fullmatch(r"(\d+(-\d+)?(; \d+(-\d+)?)*)?", cell), row


def test_a_signal_counts_in_the_sequence_of_uniprot_or_says_which():
    own = {row.cargo for row in facts("signals") if row.numbering == "NESdb sequence"}
    assert own == {"STAT3_MOUSE", "PXN", "STAU2_RAT", "HTT", "NMD3", "NPM1c", "MEN1", "SMURF1"}
    assert all(
        ("numbered as in" in row.reason, "UniProt" in row.sources) == (row.cargo in own, row.cargo not in own) for row in facts("signals")
    )


@pytest.mark.shared_data
def test_every_span_of_nesdb_is_a_signal_and_the_slice_of_its_sequence(shared_data):
    spans = read(shared_data / "nes" / "nes_spans.tsv")
    cargo = {number: row.id for row in facts("cargoes") for number in row.nesdb.split()}
    signals = {(row.cargo, row.start, row.end): row for row in facts("signals")}
    assert len(spans) == 227
    for span in spans:
        start, end = int(span["start"]), int(span["end"])
        row = signals.pop((cargo[span["nesdb_id"]], start, end))
        assert row.sequence == span["nes_seq"] == span["sequence"][start - 1 : end], row
        assert (row.lmb == "yes", row.binds == "yes", row.doubt == "yes") == tuple(
            span[flag] == "1" for flag in ("lmb", "binds_crm1", "doubt")
        )
    assert [(row.cargo, row.start, row.end, row.source.split()[0]) for row in signals.values()] == [("NFKBIA", 45, 54, "Huang00")]


@pytest.mark.shared_data
def test_a_cargo_has_the_accession_and_the_doubt_of_its_entry(shared_data):
    cargoes = {number: row for row in facts("cargoes") for number in row.nesdb.split()}
    for span in read(shared_data / "nes" / "nes_spans.tsv"):
        row = cargoes[span["nesdb_id"]]
        assert row.doubt == ("yes" if span["doubt"] == "1" else "no"), row.id
        if re.fullmatch(r"[OPQ]\d[A-Z\d]{3}\d|[A-NR-Z]\d([A-Z][A-Z\d]{2}\d){1,2}", span["accession"]):
            assert row.uniprot in ("", span["accession"]), row.id


def test_no_two_sources_are_one_paper():
    """The reader refuses that too; here it is counted anew."""
    for mark in ("pmid", "doi", "pmcid"):
        count = Counter(getattr(source, mark).lower() for source in sources().values() if getattr(source, mark))
        assert [number for number, times in count.items() if times > 1] == [], mark
    titles = Counter((re.sub(r"\W+", " ", source.title.lower()).strip(), source.year) for source in sources().values() if source.title)
    assert [title for title, times in titles.items() if times > 1] == []


def test_citations_are_plain_text():
    assert [key for key, source in sources().items() if set("\\{}$~") & set(str(source).replace(source.url, ""))] == []


def test_the_last_digit_of_a_cas_number_is_the_weighted_sum_of_the_others():
    """https://www.cas.org/support/documentation/chemical-substances/checkdig"""
    numbers = {row.symbol: row.cas for row in facts("compounds") if row.cas}
    assert {"LMB", "SELINEXOR"} <= set(numbers)
    for number in numbers.values():
        *rest, last = (int(digit) for digit in number if digit != "-")
        assert sum((len(rest) - place) * digit for place, digit in enumerate(rest)) % 10 == last, number


def test_a_reason_does_not_deny_the_structure_that_the_row_has():
    assert [row.symbol for row in facts("compounds") if row.smiles and "none is given" in row.reason] == []
