"""Hits as text: every format has its columns and its way of counting, and no name breaks a line."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import unquote

import pytest

from exportin.knowledge import find_sequence
from exportin.nes import Hits, scan_nes
from exportin.nes.hit import COLUMNS
from exportin.nes.write import FORMATS, write_table

PKI, RIOK2 = find_sequence("PKIA").sequence, find_sequence("RIOK2").sequence
ODD_NAMES = ["a;b=c&d,e", "tab\there", "two\nlines", "with blank", ">mark", "100%", "sp|P61925|IPKA_HUMAN", "α", "[x]/z", "line\u2028end"]
GFF_NAME = re.compile(r"([a-zA-Z0-9.:^*$@!+_?|-]|%[0-9A-F]{2})+")  # letters that GFF3 leaves as they are


@pytest.fixture(scope="module")
def hits() -> Hits:
    return scan_nes({"PKI": PKI, "none": "GGGG", "RIOK2": RIOK2}, minus=True, merge=False)


def written(name: str, hits: Hits) -> list[str]:
    return list(FORMATS[name](hits.by_record()))


@pytest.fixture(params=ODD_NAMES)
def odd(request: pytest.FixtureRequest) -> Hits:
    return scan_nes({request.param: PKI})


def test_the_hits_of_these_tests_have_both_orientations(hits: Hits):
    assert {hit.orientation for hit in hits} == {"plus", "minus"}
    assert any(hit.known for hit in hits)


@pytest.mark.parametrize(("name", "extra"), [("table", 1), ("tsv", 1), ("gff3", 4), ("bed", 0), ("jsonl", 0)])
def test_every_format_has_one_line_a_hit_and_its_head(name: str, extra: int, hits: Hits):
    lines = written(name, hits)
    assert len(lines) == len(hits) + extra
    assert not any("\n" in line or "\r" in line for line in lines)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_found_leaves_the_head(name: str):
    lines = written(name, scan_nes({"none": "GGGG"}))
    assert len(lines) == {"table": 1, "tsv": 1, "gff3": 2, "bed": 0, "jsonl": 0}[name]


@pytest.mark.parametrize("name", FORMATS)
def test_formats_are_written_as_hits_come(name: str, hits: Hits):
    taken = []

    def stream():
        for pair in hits.by_record():
            taken.append(pair)
            yield pair

    lines = FORMATS[name](stream())
    next(line for line in lines if "LALKLAGLDI" in line)
    assert len(taken) == 1


def test_the_table_tells_each_hit_with_what_speaks_for_and_against_it(hits: Hits):
    text = write_table(hits)
    assert text == str(hits)
    head, *lines = text.splitlines()
    assert head.split()[:5] == ["record", "start", "end", "sequence", "pattern"]
    for line, hit in zip(lines, hits, strict=True):
        assert line.split()[:6] == [hit.record, str(hit.start), str(hit.end), hit.sequence, hit.pattern, f"{hit.probability:.3f}"]
        assert all(f"{phi[3:]}:{anchor}" in line for phi, anchor in hit.pockets.items())
        reasons = dict(re.findall(r"(\b[NC]? ?[a-z]+\d?) ([+-]\d+\.\d)\b", line))
        assert reasons
        assert {term: f"{hit.contributions[term.strip()]:+.1f}" for term in reasons} == reasons
        most = max(value for term, value in hit.contributions.items() if term != "baseline")
        assert most < 0.05 or f"{most:+.1f}" in reasons.values()
        assert all(f"{one.start}-{one.end}" in line for one in hit.known)
    assert [line for line in lines if "recorded 38-47" in line]


def test_tab_separated_values_have_the_columns_and_the_values(hits: Hits):
    rows = list(csv.DictReader(io.StringIO("\n".join(written("tsv", hits))), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert tuple(rows[0]) == COLUMNS
    for row, hit in zip(rows, hits, strict=True):
        assert (row["record"], int(row["start"]), int(row["end"])) == (hit.record, hit.start, hit.end)
        assert (row["sequence"], row["pattern"], int(row["rank"])) == (hit.sequence, hit.pattern, hit.rank)
        assert float(row["probability"]) == pytest.approx(hit.probability, abs=5e-5)
        assert dict(one.split("=") for one in row["pockets"].split()) == hit.pockets
        assert row["patterns"].split(",") == list(hit.patterns)
        terms = {term.replace("_", " "): float(value) for term, value in (one.split("=") for one in row["contributions"].split())}
        assert terms == pytest.approx(dict(hit.contributions), abs=5e-4)


def test_gff3_counts_from_one_and_has_nine_columns(hits: Hits):
    lines = written("gff3", hits)
    assert lines[0] == "##gff-version 3"
    regions = [line.split() for line in lines if line.startswith("##sequence-region")]
    assert regions == [["##sequence-region", one.name, "1", str(len(one.letters))] for one in hits.records]
    features = [line.split("\t") for line in lines if not line.startswith("#")]
    sequences = {one.name: one.sequence for one in hits.records}
    for columns, hit in zip(features, hits, strict=True):
        assert len(columns) == 9
        name, source, kind, start, end, score, strand, phase, told = columns
        assert (name, source, kind, strand, phase) == (hit.record, "exportin", "nuclear_export_signal", ".", ".")
        attributes = dict(one.split("=") for one in told.split(";"))
        assert sequences[name][int(start) - 1 : int(end)] == hit.sequence == attributes["sequence"]
        assert float(score) == pytest.approx(hit.probability, abs=5e-5)
        assert attributes["pattern"] == hit.pattern
        assert dict(one.split(":") for one in attributes["pockets"].split(",")) == hit.pockets
    named = [columns[8].split(";")[0] for columns in features]
    assert len(set(named)) == len(named)  # an ID is of one feature


def test_gff3_escapes_what_has_a_meaning(odd: Hits):
    (record,) = odd.records
    version, region, *features = written("gff3", odd)
    assert version == "##gff-version 3"
    mark, name, start, end = region.split(" ")
    assert (mark, start, end) == ("##sequence-region", "1", str(len(PKI)))
    assert GFF_NAME.fullmatch(name)
    assert unquote(name) == record.name
    for feature in features:
        columns = feature.split("\t")
        assert len(columns) == 9
        assert columns[0] == name
        attributes = [one.split("=") for one in columns[8].split(";")]
        assert {len(one) for one in attributes} == {2}
        told = dict(attributes)
        assert unquote(told["ID"]).startswith(f"{record.name}.nes")
        assert not set(told["ID"]) & set("\t\n\r&,>")


def test_bed_counts_from_zero_and_leaves_the_end_out(hits: Hits):
    sequences = {one.name: one.sequence for one in hits.records}
    for line, hit in zip(written("bed", hits), hits, strict=True):
        name, start, end, told, score, strand = line.split("\t")
        assert sequences[name][int(start) : int(end)] == hit.sequence
        assert int(end) - int(start) == len(hit.sequence)
        assert told == f"NES_{hit.pattern}_{hit.sequence}"
        assert (0 <= int(score) <= 1000, int(score)) == (True, pytest.approx(1000 * hit.probability, abs=0.5))
        assert strand == {"plus": "+", "minus": "-"}[hit.orientation]


@pytest.mark.parametrize(("name", "count"), [("tsv", len(COLUMNS)), ("bed", 6)])
def test_no_name_breaks_a_line_into_more_fields(name: str, count: int, odd: Hits):
    lines = written(name, odd)
    assert lines
    for line in lines:
        assert len(line.splitlines()) == 1
        assert len(line.split("\t")) == count
    if name == "bed":
        assert {len(line.split()) for line in lines} == {count}  # readers may split at any blank


def test_no_name_breaks_a_line_of_the_table(odd: Hits):
    assert len(write_table(odd).splitlines()) == len(odd) + 1


def test_json_lines_are_the_hits(hits: Hits, odd: Hits):
    assert [json.loads(line) for line in written("jsonl", hits)] == json.loads(json.dumps([hit.to_dict() for hit in hits]))
    for line in written("jsonl", odd):
        assert json.loads(line)["record"] == odd.records[0].name
        assert len(line.splitlines()) == 1
