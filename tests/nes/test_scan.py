"""What scan_nes takes and what it gives: every kind of input, hits that say where they lie, known signals and gates, and refusals."""

from __future__ import annotations

import gzip
import io
import json
import math
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import pytest

from exportin.errors import BadQuantity, BadSequence, UnknownName
from exportin.knowledge import facts, find_sequence
from exportin.nes import records as records_room
from exportin.nes import scan as room
from exportin.nes import scan_nes
from exportin.nes.hit import COLUMNS, Hit, Hits
from exportin.nes.records import Record, read_fasta
from exportin.nes.scan import scan_records

PKI = find_sequence("PKIA").sequence
TP53 = find_sequence("TP53").sequence
NAMES = ("PKIA", "TP53", "SNUPN", "RIOK2", "CPEB4", "FMR1", "SMAD4")
FASTA = "".join(f">{name} of the tables\n{find_sequence(name).sequence}\n" for name in NAMES)
# UniProt P46527
CDKN1B = (
    "MSNVRVSNGSPSLERMDARQAEHPKPSACRNLFGPVDHEELTRDLEKHCRDMEEASQRKWNFDFQNHKPLEGKYEWQEVEKGSLPEFYYRPPRPPKGACK"
    "VPAQESQDVSGSRPAAPLIGAPANSEDTHLVDPKTDPSDSQTGLAEQCAGIRKRPATDDSSTQNKRANRTEENVSDGSPNAGSVEQTPKKPGLRRRQT"
)


def bare(hits) -> list[Hit]:
    """Hits without what the facts say of their proteins, and without the names of their records."""
    return [replace(hit, record="", known=(), gates=()) for hit in hits]


def a_file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


ONE = f">x\n{PKI}\n"
WAYS: dict[str, Callable[[Path], object]] = {
    "sequence": lambda _: PKI,
    "sequence in lower case": lambda _: PKI.lower(),
    "sequence in lines": lambda _: f"  {PKI[:30]}\n{PKI[30:]}\n",
    "symbol": lambda _: "PKIA",
    "symbol in lower case": lambda _: "pkia",
    "accession": lambda _: "P61925",
    "FASTA": lambda _: ONE,
    "FASTA with a byte order mark": lambda _: "\ufeff" + ONE,
    "mapping": lambda _: {"x": PKI},
    "list of sequences": lambda _: [PKI],
    "pairs": lambda _: [("x", PKI)],
    "generator": lambda _: (one for one in [PKI]),
    "stream": lambda _: io.BytesIO(ONE.encode()),
    "gzipped stream": lambda _: io.BytesIO(gzip.compress(ONE.encode())),
    "path": lambda folder: a_file(folder, "x.fasta", ONE.encode()),
    "path as text": lambda folder: str(a_file(folder, "x.fasta", ONE.encode())),
    "gzipped path": lambda folder: a_file(folder, "x.fasta.gz", gzip.compress(ONE.encode())),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_kind_of_input_gives_the_same_hits(way: str, tmp_path: Path):
    hits = scan_nes(WAYS[way](tmp_path))  # pyright: ignore[reportArgumentType]
    assert hits
    assert bare(hits) == bare(scan_nes({"PKI": PKI}))
    assert hits[0].known  # the protein is known by its residues


def test_records_have_the_names_that_were_given():
    assert [one.name for one in scan_nes({"a": PKI, "b": TP53}).records] == ["a", "b"]
    assert [one.name for one in scan_nes([PKI, TP53]).records] == ["sequence_1", "sequence_2"]
    assert [one.name for one in scan_nes([("p", PKI), TP53]).records] == ["p", "sequence_2"]
    assert [one.name for one in scan_nes(FASTA).records] == list(NAMES)
    assert [one.name for one in scan_nes("p53").records] == ["TP53"]


@pytest.fixture(scope="module")
def every_hit() -> Hits:
    return scan_nes(FASTA, minus=True, merge=False)


def test_a_hit_is_the_stretch_that_it_says(every_hit: Hits):
    letters = {one.name: one.sequence for one in every_hit.records}
    assert {hit.orientation for hit in every_hit} == {"plus", "minus"}
    for hit in every_hit:
        sequence = letters[hit.record]
        assert hit.sequence == sequence[hit.start - 1 : hit.end]  # from 1, both ends included
        places = [int(anchor[1:]) for anchor in hit.pockets.values()]
        assert [sequence[place - 1] for place in places] == [anchor[0] for anchor in hit.pockets.values()]
        assert (min(places), max(places)) == (hit.start, hit.end)
        assert places == sorted(places, reverse=hit.orientation == "minus")
        assert list(hit.pockets) == sorted(hit.pockets)
        assert "phi3" in hit.pockets
        assert hit.pattern in hit.patterns
        assert all(one.endswith("-R") is (hit.orientation == "minus") for one in hit.patterns)


def test_a_probability_is_that_of_its_log_odds(every_hit: Hits):
    for hit in every_hit:
        assert hit.probability == pytest.approx(1 / (1 + math.exp(-hit.log_odds)), abs=1e-12)
        assert hit.log_odds == pytest.approx(sum(hit.contributions.values()))
    assert len({hit.contributions["baseline"] for hit in every_hit}) == 1


@pytest.mark.parametrize("merge", [True, False])
def test_hits_go_by_record_and_from_the_most_probable_down(merge: bool):
    hits = scan_nes(FASTA, minus=True, merge=merge)
    assert list(dict.fromkeys(hit.record for hit in hits)) == list(NAMES)
    for name in NAMES:
        mine = list(hits.of(name))
        assert [hit.rank for hit in mine] == list(range(1, len(mine) + 1))
        assert [hit.probability for hit in mine] == sorted((hit.probability for hit in mine), reverse=True)


def test_merged_hits_are_some_of_all_and_lie_apart(every_hit: Hits):
    merged, every = scan_nes(FASTA, minus=True), {(hit.record, hit.start, hit.end, hit.pattern) for hit in every_hit}
    assert 0 < len(merged) < len(every_hit)
    assert {(hit.record, hit.start, hit.end, hit.pattern) for hit in merged} <= every
    for name in NAMES:
        thirds = sorted(int(hit.pockets["phi3"][1:]) for hit in merged.of(name))
        assert all(later - one >= 10 for one, later in pairwise(thirds))
        assert merged.of(name)[0].probability == every_hit.of(name)[0].probability  # the best one stays


@pytest.mark.parametrize("cutoff", [0.0, 0.1, 0.5, 0.9, 1.0, 0, 1])
def test_the_cutoff_takes_hits_away_and_changes_no_other(cutoff: float):
    every = scan_nes(FASTA)
    found = scan_nes(FASTA, cutoff=cutoff)
    expected = [hit for hit in every if hit.probability >= cutoff]
    assert list(found) == expected == list(every.above(cutoff))
    assert len(found.records) == len(every.records)


def test_a_hit_exactly_at_the_cutoff_stays():
    every = scan_nes("TP53")
    cutoff = every[1].probability
    assert len(every) > 2 > len(every.above(1.0))
    assert len(scan_nes("TP53", cutoff=cutoff)) == len(every.above(cutoff)) == 2


@pytest.mark.parametrize("residues", [1, 400, 10**9])
def test_streamed_records_have_the_hits_of_the_scan(residues: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "in_batches", lambda records: records_room.in_batches(records, residues))
    read = (one for one in read_fasta(io.BytesIO(FASTA.encode()), "x") if isinstance(one, Record))
    streamed = list(scan_records(read, minus=True, cutoff=0.05))
    assert [record.name for record, _ in streamed] == list(NAMES)
    monkeypatch.undo()
    scanned = scan_nes(FASTA, minus=True, cutoff=0.05)
    for one, other in zip((hit for _, hits in streamed for hit in hits), scanned, strict=True):
        assert one.contributions == pytest.approx(other.contributions, abs=1e-9)
        same = {"contributions": other.contributions, "probability": other.probability, "known": other.known, "gates": other.gates}
        assert replace(one, **same) == other


def test_streaming_needs_no_more_than_a_batch(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "in_batches", lambda records: records_room.in_batches(records, 1))
    asked = []

    def endless():
        for number in range(10**9):
            asked.append(number)
            yield Record(str(number), PKI.encode())

    stream = scan_records(endless())
    assert [next(stream)[0].name for _ in range(3)] == ["0", "1", "2"]
    assert len(asked) <= 4


def test_records_without_a_hit_are_told_with_none():
    found = list(scan_records([Record("none", b"GGGG"), Record("pki", PKI.encode()), Record("end", b"G")]))
    assert [(record.name, bool(hits)) for record, hits in found] == [("none", False), ("pki", True), ("end", False)]
    assert list(scan_records([])) == []
    assert len(scan_nes({"none": "GGGG"})) == 0


def test_p53_is_told_with_its_signal_and_what_opens_or_closes_it():
    (signal,) = [hit for hit in scan_nes("TP53") if hit.pockets.get("phi2") == "L344"]
    assert (signal.pockets["phi3"], signal.pockets["phi4"]) == ("L348", "L350")
    assert (339, 352) in {(one.start, one.end) for one in signal.known}  # Stommel 1999, doi:10.1093/emboj/18.6.1660
    closing = [gate for gate in signal.gates if gate.kind == "oligomer"]
    assert [(gate.effect, gate.where) for gate in closing] == [("closes", "signal")]
    recorded = {(row.kind, row.site) for row in facts("gates") if row.cargo == "TP53"}
    assert {(gate.kind, gate.site) for gate in signal.gates} <= recorded
    for hit in scan_nes("TP53", merge=False):
        overlap = hit.start <= 352 and hit.end >= 339
        assert not [one for one in hit.known if not (one.start <= hit.end and hit.start <= one.end)]
        assert any(gate.kind == "oligomer" for gate in hit.gates) is overlap


def test_a_mutant_has_no_recorded_signals():
    assert not any(hit.known for hit in scan_nes({"TP53": TP53[:343] + "A" + TP53[344:]}))


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("sp|P46527|CDN1B_HUMAN Cyclin-dependent kinase inhibitor 1B", True),
        ("tr|P46527|P46527_HUMAN", True),
        ("P46527", True),
        ("sp|P38936|CDN1A_HUMAN", False),
        ("P465270", False),
    ],
)
def test_p27_is_known_by_its_accession_and_its_gate_stands_with_its_first_hit(header: str, told: bool):
    """No residues of a signal are given for Ser10 (Boehm 2002); a signal is fused to p27, in which no class matches."""
    hits = scan_nes(f">{header}\n{CDKN1B}GSGSG{PKI[30:55]}GSGSGSLKELLKELGLGS\n", merge=False)
    assert len(hits) > 1
    assert [[(gate.kind, gate.site, gate.effect, gate.where) for gate in hit.gates] for hit in hits] == [
        [("phosphorylation", "Ser10", "opens", "protein")] if told and hit.rank == 1 else [] for hit in hits
    ]


@pytest.mark.parametrize("cutoff", [-0.01, 1.01, True, "0.5", None, float("nan"), float("inf")])
def test_a_cutoff_that_is_no_probability_is_refused(cutoff):
    with pytest.raises(BadQuantity, match=r"cutoff: .* is not a probability; expected a number from 0 to 1\."):
        scan_nes("PKIA", cutoff=cutoff)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "an empty text holds no sequence"),
        ("  \n", "an empty text holds no sequence"),
        (b"MLELKLLALDI", "bytes holds no sequence"),
        (None, "NoneType holds no sequence"),
        (7, "int holds no sequence"),
        ([], "nothing was given"),
        ({}, "nothing was given"),
        ({"a": None}, "'a': expected a sequence as text, found NoneType"),
        ([("a", "MLELK", "more")], "'sequence_1': expected a sequence as text, found tuple"),
        ([b"MLELK"], "expected a sequence as text, found bytes"),
        ({"a": ""}, "a: has no residues"),
        ({"a": "MLÄLK"}, "a: byte 0xc3 at position 3"),
        ("nowhere/x.fasta", "is no file that is there"),
        (Path("nowhere") / "x.fasta", "cannot be read"),
        ("MLELKLLALDI" * 3 + "1" + "MLELK", "'1' at position 34 is no amino acid"),
        (io.StringIO(f">x\n{PKI}"), "open as text"),
        (io.BytesIO(b"MLELK"), "is no FASTA"),
    ],
)
def test_what_holds_no_sequence_is_refused(given, told: str):
    with pytest.raises(BadSequence, match=told):
        scan_nes(given)


def test_a_folder_and_an_unknown_name_are_refused(tmp_path: Path):
    with pytest.raises(BadSequence, match="cannot be read"):
        scan_nes(tmp_path)
    with pytest.raises(UnknownName, match="TP35"):
        scan_nes("TP35")


def test_a_structure_needs_one_sequence(tmp_path: Path):
    with pytest.raises(BadSequence, match="a structure belongs to one sequence, and 2 were given"):
        scan_nes([PKI, TP53], structure=tmp_path / "x.pdb")


def test_what_is_left_out_is_told_and_kept():
    hits = scan_nes([("a", PKI), ("b", "ML-LK"), ("a", TP53), ("c", "MCAARLUQS")])
    assert [one.name for one in hits.records] == ["a", "c"]
    assert [one.name for one in hits.left_out] == ["b", "a"]
    assert hits.records[1].notes == ("U at position 7: selenocysteine; read as cysteine",)
    for part in (hits[:1], hits.above(0.5)):
        assert (part.left_out, part.records) == (hits.left_out, hits.records)
    assert [one["name"] for one in hits.to_dict()["left_out"]] == ["b", "a"]
    assert hits.to_dict()["records"][1]["notes"] == list(hits.records[1].notes)


def test_hits_are_a_sequence_of_hits(every_hit: Hits):
    assert isinstance(every_hit[0], Hit)
    assert isinstance(every_hit[1:3], Hits)
    assert list(every_hit[1:3]) == list(every_hit)[1:3]
    assert every_hit[-1] == list(every_hit)[-1]
    assert every_hit[0] in every_hit
    assert repr(every_hit) == f"<{len(every_hit)} hits in {len(NAMES)} sequences>"
    assert len(str(every_hit).splitlines()) == len(every_hit) + 1


def test_hits_of_one_record(every_hit: Hits):
    assert [hit for name in NAMES for hit in every_hit.of(name)] == list(every_hit)
    assert [one.name for one in every_hit.of("TP53").records] == ["TP53"]
    with pytest.raises(UnknownName, match="'TP35' is not a known record; did you mean TP53"):
        every_hit.of("TP35")
    by_record = scan_nes({"none": "GGGG", "pki": PKI}).by_record()
    assert [(record.name, bool(hits)) for record, hits in by_record] == [("none", False), ("pki", True)]
    assert [hit for _, hits in every_hit.by_record() for hit in hits] == list(every_hit)


def test_a_hit_as_json_has_the_names_of_its_attributes(every_hit: Hits):
    for hit in every_hit:
        told = json.loads(json.dumps(hit.to_dict()))
        assert set(told) == {one.name for one in fields(Hit)}
        assert list(told)[: len(COLUMNS)] == list(COLUMNS)
        assert (told["start"], told["pockets"], told["patterns"]) == (hit.start, dict(hit.pockets), list(hit.patterns))
        assert told["probability"] == pytest.approx(hit.probability, abs=5e-5)
        assert [one["start"] for one in told["known"]] == [one.start for one in hit.known]
    whole = json.loads(json.dumps(every_hit.to_dict()))
    assert (len(whole["hits"]), [one["name"] for one in whole["records"]]) == (len(every_hit), list(NAMES))
    assert [one["length"] for one in whole["records"]] == [len(find_sequence(name).sequence) for name in NAMES]


def test_a_data_frame_has_the_columns_of_the_table(every_hit: Hits):
    pytest.importorskip("pandas")
    frame = every_hit.to_pandas()
    assert list(frame.columns) == list(COLUMNS)
    assert frame["start"].tolist() == [hit.start for hit in every_hit]
    assert list(scan_nes({"none": "GGGG"}).to_pandas().columns) == list(COLUMNS)


def test_names_in_a_list_are_looked_up_and_sequences_numbered():
    hits = scan_nes(["TP53", PKI, "PKIA"])
    assert [record.name for record in hits.records] == ["TP53", "sequence_2", "PKIA"]
    assert len(hits.records[0].letters) == 393


def test_one_residue_in_common_is_no_recorded_signal():
    hits = scan_nes("OGFR", merge=False)
    assert all(hit.shares(one.start, one.end) for hit in hits for one in hit.known)
    touching = [hit for hit in hits if hit.start <= 225 <= hit.end and hit.start > 220]
    assert touching
    assert not any(hit.known for hit in touching)


def test_a_short_text_that_is_no_name_says_how_it_was_read():
    assert scan_nes("LALKLAGLDI").records[0].notes == ("no such name in the tables; read as a sequence of 10 residues",)
    with pytest.raises(UnknownName, match="'NOSUCHGENE' is not a known protein"):
        scan_nes("NOSUCHGENE")


def test_a_chain_without_a_structure_is_refused():
    with pytest.raises(BadSequence, match="'A' is that of a structure, and none was given"):
        scan_nes(PKI, chain="A")
