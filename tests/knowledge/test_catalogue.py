"""The tables that ship: they load, every source resolves, none is unused, and what can be checked by arithmetic agrees."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

import exportin.knowledge as knowledge
from exportin.errors import BadTable, UnknownName
from exportin.knowledge import catalogue
from exportin.knowledge.schema import CargoRow, CellRow, CompoundRow, FactRow, MachineryRow

PACKAGE = Path(catalogue.__file__).parents[1]
TABLES = ["cargoes", "cells", "compounds", "landmarks", "machinery", "observations", "partners", "pharmacokinetics"]

# IUPAC abridged standard atomic weights, g/mol
ATOMS = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999, "F": 18.998, "Cl": 35.45}
# Average masses of amino-acid residues, Da, and of the water at the ends
RESIDUES = dict(
    zip(
        "GASPVTCLINDQKEMHFRYW",
        [
            57.0519,
            71.0788,
            87.0782,
            97.1167,
            99.1326,
            101.1051,
            103.1388,
            113.1594,
            113.1594,
            114.1038,
            115.0886,
            128.1307,
            128.1741,
            129.1155,
            131.1926,
            137.1411,
            147.1766,
            156.1875,
            163.1760,
            186.2132,
        ],
        strict=True,
    )
)
WATER = 18.01528


def cited() -> dict[str, set[str]]:
    """Source keys of every table of the package, with the tables that use them."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.tsv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                for key in (row.get("source") or "-").split():
                    found.setdefault(key, set()).add(path.name)
    for path in sorted(PACKAGE.rglob("*.ant")):  # a process file names the papers that its structure is from
        words = set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
        for key in words & set(knowledge.sources()):
            found.setdefault(key, set()).add(path.name)
    found.pop("-", None)
    return found


@pytest.mark.parametrize("table", TABLES)
def test_a_table_loads_and_every_row_is_cited(table):
    rows = knowledge.facts(table)
    assert rows
    assert all(isinstance(row, FactRow) and row.sources and len(row.reason) >= 20 for row in rows)


def test_every_file_of_facts_is_a_table_of_the_catalogue():
    assert sorted(path.stem for path in (PACKAGE / "knowledge" / "tables").iterdir()) == TABLES


def test_every_source_key_in_the_package_resolves():
    assert {key: tables for key, tables in cited().items() if key not in knowledge.sources()} == {}


def test_no_source_is_unused():
    assert sorted(set(knowledge.sources()) - set(cited())) == []


def test_an_unknown_source_key_is_refused(tmp_path):
    row = MachineryRow(
        symbol="RAN", name="Ran", uniprot="P62826", role="small GTPase", source="Nobody99", reason="a reason that is long"
    )
    with pytest.raises(BadTable, match=r"machinery\.tsv:2, column 'source': 'Nobody99' given; expected a key of sources\.bib"):
        catalogue._check_sources(tmp_path / "machinery.tsv", [row])


def test_an_unknown_table_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean cargoes"):
        knowledge.facts("cargos")


def test_the_compounds_are_those_of_the_review_and_an_inactive_isomer():
    assert " ".join(row.symbol for row in knowledge.facts("compounds")) == (
        "LMB KPT185 SEVENDCIS SELINEXOR VERDINEXOR KPT276 KPT251 ELTANEXOR CBS9106 PKF050638 PKF050638E GONIOTHALAMIN RATJADONE "
        "ANGUINOMYCIN KOS2464"
    )


@pytest.mark.parametrize("row", knowledge.facts("compounds"), ids=lambda row: row.symbol)
def test_a_molar_mass_is_that_of_its_formula(row):
    assert (row.molar_mass is None) == (row.formula == "") == (row.smiles == "") == (row.inchikey == "")
    if row.molar_mass is not None:
        atoms = re.findall(r"([A-Z][a-z]?)(\d*)", row.formula)
        assert row.molar_mass == pytest.approx(sum(ATOMS[atom] * int(count or 1) for atom, count in atoms), abs=0.02)


@pytest.mark.shared_data
def test_signals_and_masses_are_those_of_the_sequences(shared_data):
    with (shared_data / "nes" / "nes_spans.tsv").open(encoding="utf-8") as lines:
        sequences = {row["accession"]: row["sequence"] for row in csv.DictReader(lines, delimiter="\t")}
    checked = [row for row in knowledge.facts("cargoes") if row.uniprot in sequences]
    assert {row.symbol for row in checked} == {"TP53", "NFKBIA", "RANBP1"}
    for row in checked:
        sequence = sequences[row.uniprot]
        assert sequence[row.nes_start - 1 : row.nes_end] == row.nes_sequence
        assert row.mass == pytest.approx((sum(RESIDUES[residue] for residue in sequence) + WATER) / 1000, abs=5e-4)


@pytest.mark.shared_data
def test_machinery_masses_are_those_of_the_proteome(shared_data):
    with (shared_data / "nes" / "xenopus_oocyte_partition.tsv").open(encoding="utf-8") as lines:
        masses = {row["human_accession"]: float(row["human_mass_kDa"]) for row in csv.DictReader(lines, delimiter="\t")}
    checked = {row.symbol: (row.mass, masses[row.uniprot]) for row in knowledge.facts("machinery") if row.uniprot in masses}
    assert set(checked) == {"RCC1", "RANGAP1", "RANBP2"}
    assert all(ours == theirs for ours, theirs in checked.values())


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
    assert {item.subject for item in knowledge.evidence("MDM2")} == {False}


def test_evidence_prints_its_citations():
    text = str(knowledge.evidence("leptomycin B")[0])
    assert text.startswith("compounds: LMB\n")
    assert "[Kudo99] Kudo N" in text
    assert "PMID 10430904" in text


@pytest.mark.parametrize("query", ["", " ", "--", "selinexer", "ran away"])
def test_an_unknown_subject_is_refused(query):
    with pytest.raises(UnknownName, match="is not a known subject of the tables"):
        knowledge.evidence(query)


def test_every_exported_name_loads():
    assert all(getattr(knowledge, name) is not None for name in knowledge.__all__)
    assert dir(knowledge) == sorted(knowledge.__all__)
    with pytest.raises(AttributeError, match="no attribute 'fact'"):
        knowledge.fact  # noqa: B018


def test_importing_the_room_loads_nothing_heavy():
    code = "import sys, exportin.knowledge; print([name for name in ('pydantic', 'numpy', 'pint') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


FACT = {"source": "Kudo99", "reason": "a reason that is long enough"}


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        (CompoundRow, {"symbol": "lmb"}, "pattern"),
        (CompoundRow, {"mechanism": "magic"}, "irreversible_michael"),
        (CompoundRow, {"molar_mass": "540.7"}, "beside its formula"),
        (CompoundRow, {"inchikey": "ABC"}, "pattern"),
        (CompoundRow, {"aliases": "a;;b"}, "names between semicolons"),
        (CompoundRow, {"aliases": "a; a"}, "names between semicolons"),
        (CompoundRow, {"source": ""}, "keys of sources.bib"),
        (CompoundRow, {"reason": "short"}, "at least 20"),
        (CompoundRow, {"colour": "red"}, "not permitted"),
    ],
)
def test_a_wrong_compound_is_refused(model, fields, message):
    good = {"symbol": "LMB", "name": "leptomycin B", "mechanism": "irreversible_michael", "warhead": "lactone", "status": "tool"}
    assert model(**good, **FACT)
    with pytest.raises(ValueError, match=message):
        model(**{**good, **FACT, **fields})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"uniprot": "P0463"}, "pattern"),
        ({"hgnc": "11998"}, "pattern"),
        ({"mass": "-1"}, "greater than 0"),
        ({"nes_sequence": "LLLL"}, "0 residues"),
        ({"nes_start": 1, "nes_end": 5, "nes_sequence": "LLLL"}, "5 residues"),
        ({"nes_start": 1, "nes_end": 4, "nes_sequence": "LLBL"}, "pattern"),
    ],
)
def test_a_wrong_cargo_is_refused(fields, message):
    good = {"symbol": "TP53", "name": "p53", "uniprot": "P04637", "evidence": "leptomycin B traps it"}
    assert CargoRow(**good, **FACT)
    with pytest.raises(ValueError, match=message):
        CargoRow(**{**good, **FACT, **fields})


def test_a_wrong_cell_is_refused():
    good = {"name": "HeLa", "TP53": "inactivated", "NPM1": "unknown", **FACT}
    assert CellRow(**good)
    for fields in ({"TP53": "fine"}, {"cellosaurus": "0030"}, {"XPO1_total": "1"}):
        with pytest.raises(ValueError, match="validation error"):
            CellRow(**{**good, **fields})
