"""The tables that ship: they load, every source resolves, none is unused, and what can be checked by arithmetic agrees."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

import exportin.knowledge as knowledge
from exportin.errors import UnknownName
from exportin.knowledge import collection
from exportin.knowledge.schema import FactRow

PACKAGE = Path(collection.__file__).parents[1]
TABLES = sorted(collection.TABLES)

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
    assert all(isinstance(row, FactRow) and len(row.reason) >= 20 for row in rows)
    assert [row for row in rows if not row.sources and getattr(row, "grade", "") != "recalled"] == []


def test_every_file_of_facts_is_a_table_of_the_catalogue():
    assert sorted(path.stem for path in (PACKAGE / "knowledge" / "tables").iterdir()) == TABLES


def test_every_source_key_in_the_package_resolves():
    assert {key: tables for key, tables in cited().items() if key not in knowledge.sources()} == {}


def test_no_source_is_unused():
    assert sorted(set(knowledge.sources()) - set(cited())) == []


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


@pytest.fixture(scope="module")
def sequences(shared_data) -> dict[str, str]:
    """Proteins of NESdb by accession."""
    with (shared_data / "nes" / "nes_spans.tsv").open(encoding="utf-8") as lines:
        return {row["accession"]: row["sequence"] for row in csv.DictReader(lines, delimiter="\t")}


@pytest.mark.shared_data
def test_a_mass_is_that_of_the_sequence(sequences):
    checked = [row for row in knowledge.facts("cargoes") if row.uniprot in sequences and row.mass is not None]
    assert {"TP53", "NFKBIA", "RANBP1"} <= {row.id for row in checked}
    for row in checked:
        assert row.mass == pytest.approx((sum(RESIDUES[residue] for residue in sequences[row.uniprot]) + WATER) / 1000, abs=5e-4), row.id


def test_a_gene_has_one_human_protein_whatever_other_species_have():
    several = [row for row in knowledge.facts("cargoes") if row.symbol and row.symbol != row.id]
    assert several
    for row in several:
        human = knowledge.human_proteins().get(row.symbol)
        assert human is None or human.names[0] == row.symbol
    assert set(knowledge.human_proteins()) >= {"TP53", "NFKBIA", "XPO1", "RAN"}


@pytest.mark.shared_data
def test_machinery_masses_are_those_of_the_proteome(shared_data):
    with (shared_data / "nes" / "xenopus_oocyte_partition.tsv").open(encoding="utf-8") as lines:
        masses = {row["human_accession"]: float(row["human_mass_kDa"]) for row in csv.DictReader(lines, delimiter="\t")}
    checked = {row.symbol: (row.mass, masses[row.uniprot]) for row in knowledge.facts("machinery") if row.uniprot in masses}
    assert {"RCC1", "RANGAP1", "RANBP2", "CSE1L", "KPNB1"} <= set(checked)
    assert {symbol: both for symbol, both in checked.items() if both[0] is None or abs(both[0] - both[1]) > 5e-3} == {}


def test_every_exported_name_loads():
    assert all(getattr(knowledge, name) is not None for name in knowledge.__all__)
    assert dir(knowledge) == sorted(knowledge.__all__)
    with pytest.raises(AttributeError, match="no attribute 'fact'"):
        knowledge.fact  # noqa: B018


def test_importing_the_room_loads_nothing_heavy():
    code = "import sys, exportin.knowledge; print([name for name in ('pydantic', 'numpy', 'pint') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
