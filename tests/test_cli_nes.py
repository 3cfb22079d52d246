"""The command `nes`: what it reads, every format it prints, what it writes, and how it refuses."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import fields

import pytest

from exportin.cli import main
from exportin.nes import Hit, scan_nes
from exportin.nes.hit import COLUMNS
from exportin.nes.mutants import mutate_nes
from exportin.nes.weights import load_weights

PKI = "MTDVETTYADFIASGRTGRRNAIHDILVSSASGNSNELALKLAGLDINKTEGEEDAQRSSTEQSGEAQGEAAKSES"  # PKI alpha, UniProt P61925
REV_HEAD = "MAGRSGDSDEDLLKAVRLIKFLYQSNPPPNPEGTRQARRNRRRRWRERQRQIHSISERILSTYLGRSAEPVPLQLPPLERLTLDCNEDCGTSGTQGVGSPQ"  # HIV-1 Rev, P04618
TWO = f">PKI a first line\n{PKI[:40]}\n{PKI[40:]}\n>Rev\n{REV_HEAD}\n"
GENETIC = {"A": "GCT", "D": "GAT", "E": "GAA", "F": "TTT", "G": "GGT", "H": "CAT", "I": "ATT", "K": "AAA", "L": "CTG", "M": "ATG",
           "N": "AAT", "Q": "CAA", "R": "CGT", "S": "TCT", "T": "ACT", "V": "GTT", "Y": "TAT"}  # fmt: skip
CODING = "".join(GENETIC[residue] for residue in PKI) + "TAA"


def nes(*words, cwd=None, given: bytes = b""):
    """Exit code, stdout and stderr of the command, run within this process."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["exportin", "nes", *map(str, words)])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        patch.setattr("exportin.cli.signal.signal", lambda *_: None)
        if cwd is not None:
            patch.chdir(cwd)
        with pytest.raises(SystemExit) as ended:
            main()
    return ended.value.code, out.getvalue(), err.getvalue()


def refused(*words, cwd=None, given: bytes = b"") -> str:
    """The sentence of a refusal; nothing may stand on stdout."""
    code, out, err = nes(*words, cwd=cwd, given=given)
    assert (code, out) == (2, ""), err
    assert err.startswith("exportin: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


@pytest.fixture
def fasta(tmp_path):
    path = tmp_path / "two.fasta"
    path.write_text(TWO, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def hits():
    return scan_nes({"PKI": PKI, "Rev": REV_HEAD}, cutoff=load_weights().cutoff)


def test_the_real_command_keeps_data_and_notes_apart():
    words, given = ("-", "--format", "bed"), TWO.replace("TTY", "TTX").encode()
    run = subprocess.run([sys.executable, "-m", "exportin", "nes", *words], capture_output=True, timeout=120, input=given, check=False)
    assert (run.returncode, run.stdout.decode(), run.stderr.decode()) == nes(*words, given=given)
    assert {len(line.split("\t")) for line in run.stdout.decode().splitlines()} == {6}
    assert run.stderr.startswith(b"exportin: PKI: X at position 8")


def test_the_default_is_a_table_for_reading(fasta, hits):
    code, out, err = nes(fasta)
    assert (code, err) == (0, "")
    head, *lines = out.splitlines()
    assert head.split()[:6] == ["record", "start", "end", "sequence", "pattern", "prob."]
    found = [tuple(line.split()[:5]) for line in lines]
    assert found == [(hit.record, str(hit.start), str(hit.end), hit.sequence, hit.pattern) for hit in hits]


def test_tsv(fasta, hits):
    _, out, _ = nes(fasta, "--format", "tsv")
    rows = list(csv.DictReader(out.splitlines(), delimiter="\t"))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(hits)
    for row, hit in zip(rows, hits, strict=True):
        assert (row["record"], int(row["start"]), int(row["end"]), row["sequence"]) == (hit.record, hit.start, hit.end, hit.sequence)
        assert dict(pair.split("=") for pair in row["pockets"].split()) == dict(hit.pockets)
        assert float(row["probability"]) == pytest.approx(hit.probability, abs=5e-5)
        terms = dict(pair.split("=") for pair in row["contributions"].split())
        assert {name.replace(" ", "_") for name in hit.contributions} == set(terms)
        assert sum(map(float, terms.values())) == pytest.approx(hit.log_odds, abs=0.01)


def test_gff3(fasta, hits):
    _, out, _ = nes(fasta, "--format", "gff3")
    lines = out.splitlines()
    assert lines[0] == "##gff-version 3"
    assert [line for line in lines[1:] if line.startswith("#")] == [
        f"##sequence-region PKI 1 {len(PKI)}", f"##sequence-region Rev 1 {len(REV_HEAD)}"
    ]  # fmt: skip
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert {len(row) for row in rows} == {9}
    assert [(row[0], int(row[3]), int(row[4])) for row in rows] == [(hit.record, hit.start, hit.end) for hit in hits]
    told = [dict(pair.split("=") for pair in row[8].split(";")) for row in rows]
    assert [one["sequence"] for one in told] == [hit.sequence for hit in hits]
    assert len({one["ID"] for one in told}) == len(hits)


def test_bed(fasta, hits):
    _, out, _ = nes(fasta, "--format", "bed")
    rows = [line.split("\t") for line in out.splitlines()]
    chains = {"PKI": PKI, "Rev": REV_HEAD}
    assert [chains[row[0]][int(row[1]) : int(row[2])] for row in rows] == [hit.sequence for hit in hits]
    assert all(0 <= int(row[4]) <= 1000 for row in rows)
    assert {row[5] for row in rows} == {"+"}


def test_json_has_the_names_of_the_attributes(fasta, hits):
    code, out, err = nes(fasta, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert set(told) == {"hits", "records", "left_out"}
    assert {frozenset(one) for one in told["hits"]} == {frozenset(field.name for field in fields(Hit))}
    assert told["hits"] == [json.loads(json.dumps(hit.to_dict())) for hit in hits]
    assert told["records"] == [{"name": "PKI", "length": len(PKI), "notes": []}, {"name": "Rev", "length": len(REV_HEAD), "notes": []}]
    assert told["left_out"] == []


def test_json_lines(fasta, hits):
    _, out, _ = nes(fasta, "--format", "jsonl")
    assert [json.loads(line) for line in out.splitlines()] == [json.loads(json.dumps(hit.to_dict())) for hit in hits]


def test_html(fasta):
    code, out, _ = nes(fasta, "--format", "html")
    assert code == 0
    assert out.startswith("<!DOCTYPE html>")
    assert "LALKLAGLDI" in out
    assert "src=\"http" not in out


def test_the_same_from_every_source(fasta, tmp_path):
    wanted = nes(fasta, "--format", "bed")[1]
    (tmp_path / "two.fasta.gz").write_bytes(gzip.compress(TWO.encode()))
    assert nes(tmp_path / "two.fasta.gz", "--format", "bed") == (0, wanted, "")
    assert nes("-", "--format", "bed", given=TWO.encode()) == (0, wanted, "")
    assert nes("-", "--format", "bed", given=gzip.compress(TWO.encode())) == (0, wanted, "")
    assert nes("-", "--format", "bed", given=TWO.replace("\n", "\r\n").encode()) == (0, wanted, "")


def test_a_symbol_an_accession_and_the_residues_are_one():
    by_symbol, by_accession, by_residues = (json.loads(nes(given, "--json")[1])["hits"] for given in ("PKIA", "P61925", PKI))
    assert by_symbol == by_accession
    assert by_symbol[0]["record"] == "PKIA"
    assert [one | {"record": "PKIA"} for one in by_residues] == by_symbol


def test_cutoff_overlapping_and_minus():
    options = ["", "--cutoff 0", "--cutoff 0 --overlapping", "--cutoff 0 --overlapping --minus", "--cutoff 1"]
    few, merged, every, both, none = (len(json.loads(nes("RIOK2", "--json", *words.split())[1])["hits"]) for words in options)
    assert none == 0 < few < merged < every < both
    assert merged == len(scan_nes("RIOK2"))


def test_no_hit_is_told_on_stderr_and_is_no_failure():
    code, out, err = nes("PKIA", "--cutoff", "1", "--format", "bed")
    assert (code, out) == (0, "")
    assert "exportin: PKIA: no hit reaches 1.000; the best has 0." in err
    assert all(line.startswith("exportin: PKIA: ") for line in err.splitlines())
    assert nes("PKIA", "--cutoff", "1", "--format", "bed", "--quiet") == (0, "", "")
    assert nes("GSGSGSGSGSKKKKGSGS", "--format", "bed")[2] == "exportin: sequence: no stretch fits a pattern.\n"


def test_notes_are_told_unless_quiet():
    odd = PKI.replace("TTY", "TTX")
    code, out, err = nes(odd, "--format", "bed")
    assert code == 0
    assert err == "exportin: sequence: X at position 8: any residue; the place says nothing and is no anchor.\n"
    assert nes(odd, "--format", "bed", "--quiet") == (0, out, "")
    assert json.loads(nes(odd, "--json", "--quiet")[1])["records"][0]["notes"][0].startswith("X at position 8")


def test_notes_are_told_with_a_folder_too(tmp_path):
    assert "X at position 8" in nes(PKI.replace("TTY", "TTX"), "--out", tmp_path / "out")[2]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (f">a\n{PKI}\n>a\n{REV_HEAD}\n", "left out: a: record 2 has the name of an earlier one; give each record a name of its own."),
        (f">a\n{PKI}\n>b\nML1L\n", "left out: b: '1' at position 3 is no amino acid"),
        (f">a\n{PKI}\n>b\n{'M' * 40_001}\n", "left out: b: has 40,001 residues; expected a protein of at most 40,000."),
        (f">a\n{PKI}\n>b\n{'ATGC' * 20}\n", "left out: b: all 80 letters are those of nucleotides; translate it to protein first."),
        (f">a\n{PKI}\n>b\n", "left out: b: has no residues; expected at least one."),
    ],
    ids=["duplicate", "odd letter", "too long", "nucleotides", "empty"],
)
def test_a_bad_record_is_left_out_and_the_others_are_scanned(text, part):
    code, out, err = nes("-", "--json", given=text.encode())
    assert code == 1
    assert err.startswith("exportin: left out: ")
    assert part in err
    assert err.count("\n") == 1
    told = json.loads(out)
    assert [one["name"] for one in told["records"]] == ["a"]
    assert len(told["left_out"]) == 1
    assert told["hits"][0]["sequence"] == "LALKLAGLDI"


def test_a_gzip_that_breaks_off_gives_what_could_be_read(tmp_path):
    draw = random.Random(1)
    text = "".join(f">p{number}\n{''.join(draw.choices('ACDEFGHIKLMNPQRSTVWY', k=300))}\n" for number in range(60))
    whole = gzip.compress(text.encode())
    (tmp_path / "cut.fasta.gz").write_bytes(whole[: len(whole) // 2])
    code, out, err = nes("cut.fasta.gz", "--json", cwd=tmp_path)
    assert code == 1
    assert "cut.fasta.gz: cannot be read further (the gzip data end too early) in record 'p" in err
    names = [one["name"] for one in json.loads(out)["records"]]
    assert names == [f"p{number}" for number in range(len(names))]
    assert 0 < len(names) < 60


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["my_proteins.fasta"], "'my_proteins.fasta' is no file that is there; give a FASTA file, a sequence, or a symbol such as TP53."),
        (["TP35"], "or TP53"),
        (["PKIAA"], "did you mean PKIA"),
        ([""], "an empty text holds no sequence"),
        (["PKIA", "--cutoff", "2"], "--cutoff 2.0 is no probability; expected a number from 0 to 1"),
        (["PKIA", "--cutoff", "-0.1"], "--cutoff -0.1 is no probability"),
        (["PKIA", "--cutoff", "nan"], "--cutoff nan is no probability"),
        (["PKIA", "--cutoff", "high"], "--cutoff"),
        (["PKIA", "--format", "xml"], "--format 'xml' is unknown; expected table, tsv, gff3, bed, jsonl, html"),
        (["PKIA", "--mutate", "--format", "tsv"], "--format is for hits on stdout; leave it out"),
        (["PKIA", "--mutation", "L43A"], "L43A: residue 43 of PKIA is Ala (A), not Leu; check the numbering."),
        (["PKIA", "--mutation", "L42del"], "'L42del' is no substitution"),
        (["PKIA", "--site", "1"], "no stretch of PKIA that fits a pattern holds residue 1"),
        (["PKIA", "--site", "0"], "--site"),
        (["PKIA", "--mutation", "L42A", "--coding", "none.txt"], "'none.txt' cannot be read as a coding sequence"),
        ([], "Missing argument"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(words, part, tmp_path):
    assert part in refused(*words, cwd=tmp_path)


def test_a_structure_belongs_to_one_sequence(fasta, tmp_path):
    assert "a structure belongs to one sequence, and 2 were given" in refused(fasta, "--structure", "none.pdb", cwd=tmp_path)


def test_a_coding_sequence_of_another_protein(tmp_path):
    (tmp_path / "coding.txt").write_text(CODING.replace("ATGACT", "ATGGAA", 1), encoding="utf-8")
    assert "codon 2 makes E, not T" in refused("PKIA", "--mutation", "L42A", "--coding", "coding.txt", cwd=tmp_path)
    (tmp_path / "coding.bin").write_bytes(bytes(range(256)))
    assert "cannot be read as a coding sequence" in refused("PKIA", "--mutation", "L42A", "--coding", "coding.bin", cwd=tmp_path)


FILES = {
    "nucleotides": (f">n\n{'ATGC' * 20}\n".encode(), "no sequence to scan: n: all 80 letters are those of nucleotides"),
    "empty": (b"", "is no FASTA: it is empty"),
    "no FASTA": (b"hello\n", "is no FASTA: it begins with 'hello"),
    "too long": (f">l\n{'M' * 40_001}\n".encode(), "no sequence to scan: l: has 40,001 residues; expected a protein of at most 40,000."),
    "cut gzip": (gzip.compress(TWO.encode())[:15], "cannot be read further (the gzip data end too early) before its first record"),
    "binary": (bytes(range(256)), "is no text (byte 0x00 at position 1); give sequences as FASTA, plain or gzipped."),
    "bzip2": (b"BZh91AY&SY", "is packed by bzip2; unpack it"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_holds_no_protein_is_refused(name, tmp_path):
    content, part = FILES[name]
    (tmp_path / "given.fasta").write_bytes(content)
    code, _, err = nes("given.fasta", "--json", cwd=tmp_path)
    assert code == 2
    assert err.startswith("exportin: ")
    assert err.count("\n") == 1
    assert part in err


@pytest.mark.parametrize("how", ["--json", "--format=tsv", "--format=gff3", "--format=table"])
def test_a_refusal_leaves_nothing_on_stdout(how, tmp_path):
    (tmp_path / "given.fasta").write_bytes(b"")
    refused("given.fasta", how, cwd=tmp_path)


def test_a_file_that_is_not_there_is_told_as_one_whatever_its_letters(tmp_path):
    assert "'none.fasta' is no file that is there" in nes("none.fasta", cwd=tmp_path)[2]


@pytest.mark.parametrize(
    "words", [("--chain", "A"), ("--mutate", "--structure", "none.pdb"), ("--mutate", "--cutoff", "0.5"), ("--json", "--format", "gff3")]
)
def test_an_option_that_cannot_count_is_refused(words):
    refused("PKIA", *words)


def test_a_folder_of_results_parses(fasta, tmp_path, hits):
    code, out, err = nes(fasta, "--out", tmp_path / "out")
    assert code == 0
    assert err.startswith("Wrote ")
    assert out.startswith("record ")
    written = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "out").iterdir()}
    assert set(written) == {"signals.html", "signals.tsv", "signals.gff3", "signals.bed", "signals.json", "manifest.json"}
    told = json.loads(written["signals.json"])
    assert told["hits"] == [json.loads(json.dumps(hit.to_dict())) for hit in hits]
    assert told["cutoff"] == load_weights().cutoff
    assert len(list(csv.DictReader(written["signals.tsv"].splitlines(), delimiter="\t"))) == len(hits)
    assert written["signals.bed"] == nes(fasta, "--format", "bed")[1]
    assert written["signals.gff3"] == nes(fasta, "--format", "gff3")[1]
    assert "LALKLAGLDI" in written["signals.html"]
    manifest = json.loads(written["manifest.json"])
    assert manifest["files"] == sorted(written)
    assert manifest["provenance"]["command"][1:3] == ["nes", str(fasta)]
    code, _, err = nes(fasta, "--out", tmp_path / "out", "--quiet")  # an earlier result may be replaced
    assert (code, err) == (0, "")


def test_tables_of_a_folder_begin_at_the_cutoff(tmp_path):
    assert nes("TP53", "--cutoff", "0.3", "--out", tmp_path / "out")[0] == 0
    told = json.loads((tmp_path / "out" / "signals.json").read_text(encoding="utf-8"))
    wanted = [(hit.start, hit.end) for hit in scan_nes("TP53", cutoff=0.3)]
    assert 0 < len(wanted) < len(scan_nes("TP53"))
    assert [(one["start"], one["end"]) for one in told["hits"]] == wanted
    assert told["cutoff"] == 0.3
    assert len((tmp_path / "out" / "signals.bed").read_text(encoding="utf-8").splitlines()) == len(wanted)


@pytest.mark.parametrize("words", [(), ("--mutate",), ("--json",)])
def test_a_folder_with_other_content_is_not_touched(words, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    told = refused("PKIA", *words, "--out", tmp_path / "out")
    assert "holds other files (mine.txt); give a new or empty folder." in told
    assert [file.name for file in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_record_left_out_of_a_folder_is_a_finding(tmp_path):
    code, _, err = nes("-", "--out", tmp_path / "out", given=f">a\n{PKI}\n>b\nML1L\n".encode())
    assert code == 1
    assert "exportin: left out: b: '1' at position 3" in err
    assert json.loads((tmp_path / "out" / "signals.json").read_text(encoding="utf-8"))["left_out"][0]["name"] == "b"


def test_mutants_on_the_screen():
    code, out, err = nes("PKIA", "--mutate", "--mutation", "L42A+L45A")
    assert (code, err) == (0, "")
    assert out == f"{mutate_nes('PKIA', mutations='L42A+L45A')}\n"


def test_mutants_as_json_with_their_orders(tmp_path):
    (tmp_path / "coding.fasta").write_text(f">PKIA\n{CODING}\n", encoding="utf-8")
    words = ("PKIA", "--mutation", "L42A+L45A", "--mutation", "p.Ile47Ala", "--coding", tmp_path / "coding.fasta", "--json")
    code, out, err = nes(*words)
    assert (code, err) == (0, "")
    told = json.loads(out)
    found = mutate_nes("PKIA", mutations=["L42A+L45A", "I47A"])
    orders = told.pop("orders")
    assert told == json.loads(json.dumps(found.to_dict()))
    assert [one["short"] for one in orders] == [one.short for one in (*found.given, *found.silencing)]
    assert orders[0]["bases"] == "c.[124_125delinsGC;133_134delinsGC]"  # of GCN the nearest to CTG
    assert CODING[orders[0]["first"] - 1 : orders[0]["last"]] == orders[0]["template"].upper()


def test_bases_on_the_screen(tmp_path):
    (tmp_path / "coding.txt").write_text(CODING, encoding="utf-8")
    _, out, _ = nes("PKIA", "--mutation", "L42A", "--coding", tmp_path / "coding.txt")
    assert "\nbases to change\n  L42A " in out
    assert " c.124_125delinsGC\n" in out
    assert "bases to change" not in nes("PKIA", "--mutation", "L42A")[1]


def test_a_folder_of_mutants_parses(tmp_path):
    code, _, err = nes("PKIA", "--mutation", "L42A+L45A", "--site", "42", "--out", tmp_path / "out")
    assert (code, err.startswith("Wrote ")) == (0, True)
    written = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "out").iterdir()}
    assert set(written) == {"mutants.tsv", "mutants.json", "primers.tsv", "signals.html", "manifest.json"}
    found = mutate_nes("PKIA", 42, mutations="L42A+L45A")
    rows = list(csv.DictReader(written["mutants.tsv"].splitlines(), delimiter="\t"))
    assert len(rows) == len(found.given) + len(found.silencing) + len(found.single)
    primers = list(csv.DictReader(written["primers.tsv"].splitlines(), delimiter="\t"))
    assert [row["short"] for row in primers] == [one.short for one in (*found.given, *found.silencing)]
    told = json.loads(written["mutants.json"])
    assert told["given"][0]["lost"] is True
    assert [one["short"] for one in told["orders"]] == [row["short"] for row in primers]


def test_a_site_and_minus_are_handed_on():
    told = json.loads(nes("TP53", "--site", "345", "--json")[1])
    assert told["wild"]["start"] <= 345 <= told["wild"]["end"]
    back = json.loads(nes("RIOK2", "--site", "400", "--minus", "--json")[1])
    assert back["wild"]["pattern"].endswith("-R")


def test_the_page_of_mutants_has_them_though_a_better_signal_is_near(tmp_path):
    # A scan passes over SNUPN's candidate 250-259 for a better one within ten residues; it is what is mutated all the same.
    assert (250, 259) not in {(hit.start, hit.end) for hit in scan_nes("SNUPN")}
    code, _, _ = nes("SNUPN", "--site", "259", "--out", tmp_path / "out")
    page = (tmp_path / "out" / "signals.html").read_text(encoding="utf-8")
    assert code == 0
    assert "Substitutions of 250" in page
