"""The scripts that made the cargoes, their signals and sequences make the same rows again, where the files that they read are at hand."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HEADER = "HGNC ID\tApproved symbol\tApproved name\tStatus\tAlias symbols\tPrevious symbols\tUniProt ID(supplied by UniProt)\n"


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"curation_of_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script(root: Path) -> ModuleType:
    return loaded(root / "curation" / "cargoes.py")


@pytest.fixture(scope="module")
def sequences(root: Path) -> ModuleType:
    return loaded(root / "curation" / "sequences.py")


@pytest.fixture(scope="module")
def tables(root: Path) -> Path:
    return root / "src" / "exportin" / "knowledge" / "tables"


def test_every_cargo_has_its_decision_and_the_other_way_round(script, root, tables):
    decided = script.read(root / "curation" / "cargo_identities.tsv")
    assert [row["id"] for row in decided] == [row["id"] for row in script.read(tables / "cargoes.tsv")]
    assert {row["kind"] for row in decided} == {"human", "counterpart", "other", "virus", "mutant", "named"}


@pytest.mark.shared_data
def test_the_signals_are_made_again(script, shared_data, tables):
    nesdb = script.Nesdb(shared_data / "nes")
    cargoes = script.read(tables / "cargoes.tsv")
    rows = [script.signal(row, span) for row in cargoes for span in nesdb.spans.get(row["nesdb"], [])]
    shipped = script.read(tables / "signals.tsv")
    made = {(row["cargo"], row["start"], row["end"]): row for row in rows}
    assert len(made) == len(shipped) - 1
    assert [row for row in shipped if made.get((row["cargo"], row["start"], row["end"])) != row] == [
        {**script.HUANG, "sequence": "MVKELQEIRL"}
    ]


@pytest.mark.shared_data
def test_cargoes_that_have_no_human_gene_are_made_again(script, root, shared_data, tables, tmp_path):
    """The others need the table of HGNC, which is too large to keep; here it has one gene."""
    gene = "HGNC:11998\tTP53\ttumor protein p53\tApproved\t\t\tP04637\n"
    (tmp_path / "hgnc.tsv").write_text(HEADER + gene, encoding="utf-8")
    nesdb, hgnc = script.Nesdb(shared_data / "nes"), script.Hgnc(tmp_path / "hgnc.tsv")
    shipped = {row["id"]: row for row in script.read(tables / "cargoes.tsv")}
    decided = [one for one in script.read(root / "curation" / "cargo_identities.tsv") if one["symbol"] in ("-", "TP53")]
    assert len(decided) > 60
    made = {one["id"]: script.cargo(one, nesdb, hgnc, {}) for one in decided}
    assert [{column: row[column] for column in script.CARGOES} for row in made.values()] == [shipped[key] for key in made]


@pytest.mark.shared_data
def test_a_span_that_is_not_the_slice_of_its_sequence_is_refused(script, shared_data, tables):
    with (shared_data / "nes" / "nes_spans.tsv").open(encoding="utf-8", newline="") as lines:
        span = next(csv.DictReader(lines, delimiter="\t"))
    with pytest.raises(SystemExit, match="not"):
        script.signal({"id": "X", "nesdb": "1"}, {**span, "start": str(int(span["start"]) + 1)})


@pytest.mark.shared_data
def test_the_sequences_are_made_again_byte_for_byte(sequences, shared_data, tables):
    assert sequences.make(shared_data / "nes", tables / "cargoes.tsv").encode() == (tables / "sequences.tsv").read_bytes()


def test_another_file_than_that_of_the_sequences_is_refused(sequences, tmp_path):
    (tmp_path / "nes_spans.tsv").write_text("nesdb_id\taccession\tsequence\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="look at what changed"):
        sequences.make(tmp_path, tmp_path)
