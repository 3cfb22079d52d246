"""Cores, gates, affinities and whole proteins: that they fit each other and the spans of NESdb, and how they are shown."""

from __future__ import annotations

import csv
import re

import pytest

from exportin.cli.facts import write_rows
from exportin.knowledge import evidence, facts, portray
from exportin.knowledge.database import open_database

# Proteins that the tables know and that are no row of cargoes
APART = {
    "gates": {
        *("BARD1", "BACH2", "ERK_KTR", "FYN", "HDAC7", "MAPK1", "MAPK7", "MAPKAPK2", "MRTFA", "NFATC2", "PHAX", "SMARCB1", "XPO1"),
        "NPM1c_mutant_A",
    },
    "cores": {"DIAPH3", "MAP2K1", "NPM1c_mutant_A"},
    "affinities": {"DEAF1"},
    "sequences": {"DIAPH3", "NPM1c_mutant_A"},
}
# Cores whose own protein no file holds
UNSEEN = {"MAP2K1"}
PROTEINS = {(row.cargo, row.numbering): row for row in facts("sequences")}


@pytest.mark.parametrize("table", APART)
def test_what_is_no_row_of_cargoes_is_listed_here_and_accessions_agree(table):
    cargoes = {row.id: row for row in facts("cargoes")}
    rows = facts(table)
    assert {row.cargo for row in rows if row.cargo not in cargoes} == APART[table]
    for row in rows:
        if row.cargo in cargoes and getattr(row, "uniprot", ""):
            assert row.uniprot == cargoes[row.cargo].uniprot, row


def test_a_core_is_the_slice_of_its_protein():
    assert {row.cargo for row in facts("cores") if (row.cargo, row.numbering) not in PROTEINS} == UNSEEN
    for row in facts("cores"):
        if row.cargo not in UNSEEN:
            assert PROTEINS[row.cargo, row.numbering].sequence[row.start - 1 : row.end] == row.sequence, row


def test_the_span_of_a_core_is_one_of_nesdb():
    spans = {(row.cargo, row.numbering, row.start, row.end) for row in facts("signals")}
    alone = [row for row in facts("cores") if row.span_start is None]
    assert {(row.cargo, row.start) for row in alone} == {("TP53", 11), ("MAP2K1", 32), ("NPM1c_mutant_A", 286), ("DIAPH3", 1179)}
    assert [
        row for row in facts("cores") if row not in alone and (row.cargo, row.numbering, row.span_start, row.span_end) not in spans
    ] == []


def test_the_signals_are_slices_of_the_same_proteins():
    """Each span of NESdb, whichever sequence it counts in."""
    rows = [row for row in facts("signals") if (row.cargo, row.numbering) in PROTEINS]
    assert len(rows) == len(facts("signals"))
    assert [row for row in rows if PROTEINS[row.cargo, row.numbering].sequence[row.start - 1 : row.end] != row.sequence] == []


@pytest.mark.parametrize(
    ("cargo", "start", "pockets"),
    [
        ("PKIA", 38, "P1=L38 P2=L42 P3=L45 P4=I47"),  # anchors of Fung 2015, 10.7554/eLife.10034
        ("RIOK2", 389, "P4=F391 P3=M393 P2=F396 P1=L400 P0=I403"),  # the same
        ("FMR1", 423, "P1=L430 P2=L432 P3=L435 P4=I437"),  # Fung 2017, 10.7554/eLife.23961
    ],
)
def test_pockets_are_those_of_the_structures(cargo, start, pockets):
    (row,) = [row for row in facts("cores") if (row.cargo, row.start) == (cargo, start)]
    assert row.pockets == pockets


def test_no_pocket_without_a_structure_and_none_from_memory():
    assert [row for row in facts("cores") if row.pockets and not row.pdb] == []
    assert {row.cargo for row in facts("cores") if row.pdb and not row.pockets} == {"PXN", "HDAC5", "REV_HIV1", "SNUPN"}


def test_a_phosphate_on_serine_113_of_frog_cyclin_b1_lies_in_its_signal():
    """Yang 2001, 10.1074/jbc.M008151200: phosphorylation of the residue closes the signal."""
    (row,) = [row for row in facts("gates") if row.cargo == "CCNB1_XENLA"]
    assert (row.site, row.effect) == ("Ser113", "closes")
    assert row.start is not None
    assert row.end is not None
    assert row.start <= 113 <= row.end
    assert PROTEINS["CCNB1_XENLA", "UniProt"].sequence[112] == "S"


def test_a_gate_that_rests_on_memory_has_no_source_and_says_so():
    recalled = [row for row in facts("gates") if row.grade == "recalled"]
    assert {row.cargo for row in recalled} == {
        *("BRCA1", "PAP1_SCHPO", "SNUPN", "TOP2A", "STK4", "IRF3", "PER2_MOUSE", "ELK3", "STRADA"),
    }
    assert [row for row in recalled if row.sources or not row.reason.startswith(("recalled", "from memory"))] == []


def test_the_residues_that_a_gate_names_are_in_the_protein_or_the_row_says_how_it_counts():
    letters = {"Ser": "S", "Thr": "T", "Tyr": "Y", "Lys": "K", "Cys": "C", "Trp": "W"}
    otherwise = set()
    for row in facts("gates"):
        protein = PROTEINS.get((row.cargo, "UniProt")) or PROTEINS.get((row.cargo, "NESdb sequence"))
        named = re.findall(rf"({'|'.join(letters)})(\d+)", row.site) if protein else []
        if protein and any(protein.sequence[int(place) - 1 : int(place)] != letters[residue] for residue, place in named):
            otherwise.add((row.cargo, row.site[:6]))
            assert re.search("residue|numbering|counts", row.reason), row
    # Other numbering in the paper, but for the tryptophans that the mutant of nucleophosmin has lost
    numbered = {("MAPKAPK2_MOUSE", "Thr317"), ("NFE2L2", "Tyr568"), ("NFE2L2", "Cys199"), ("BIRC5", "Lys129")}
    assert otherwise == numbered | {("NPM1c", "loss o")}


def test_affinities_are_those_of_the_figures():
    """Fung 2017, 10.7554/eLife.23961, and Fung 2015, 10.7554/eLife.10034: 35 (26 to 42) nM and 590 (400 to 840) nM."""
    rows = {row.name: row for row in facts("affinities")}
    assert (rows["PKI"].KD, rows["PKI"].low, rows["PKI"].high) == (0.035, 0.026, 0.042)
    assert (rows["CPEB4"].KD, rows["CPEB4"].low, rows["CPEB4"].high) == (0.59, 0.4, 0.84)
    assert {row.outcome for row in rows.values()} == {"measured", "range", "none"}


def test_the_reference_cargo_of_the_model_has_the_constant_of_mdia2(root):
    path = root / "src" / "exportin" / "network" / "parameters.tsv"
    with path.open(encoding="utf-8", newline="") as lines:
        model = {row["id"]: row for row in csv.DictReader(lines, delimiter="\t")}["REFERENCE_KD_NES"]
    (row,) = [row for row in facts("affinities") if row.name == "mDia2"]
    assert (model["value"], model["unit"]) == (f"{row.KD:g}", row.unit)
    assert model["distribution"] == f"lognormal {row.low:g} {row.high:g} @68%"


def test_a_portrait_has_gates_cores_and_affinities():
    told = str(portray("TP53"))
    assert "\nminimal signals\n  11-27 EPPLSQETFSDLWKLLP, as a paper gives it [Zhang01]\n" in told
    assert "\n  339-352 closes (oligomer, tetramer interface; " in told
    assert ", by TP53 itself): In the p53 tetramer the C-terminal signal is covered" in told
    assert "KD 2.2 uM (1.6 to 2.9)" in str(portray("RIOK2"))
    assert "KD within 0.67 to 20 uM" in str(portray("CDC7"))
    assert "no binding seen" in str(portray("COMMD1"))
    assert "(recalled; no source was seen) [no source]" in str(portray("TOP2A"))
    assert {"cores", "gates", "affinities"} <= set(portray("PKIA").to_dict())
    assert portray("PKIA").to_dict()["cores"][0]["pockets"]


def test_a_protein_is_not_searched_for_words_and_is_cut_on_the_screen():
    whole = PROTEINS["TP53", "UniProt"].sequence
    database = open_database()
    for table in ("passage", "symbol"):
        for row in database.connection.execute(f"SELECT * FROM {table}"):
            assert not any(whole in str(cell) for cell in row)
    (row,) = [one for one in evidence("TP53") if one.table == "sequences"]
    assert row.row.sequence == whole
    for text in (str(row), write_rows(evidence("Q9NSV4"), short=True), write_rows([row])):
        assert whole not in text
    assert "MEEPQSDPSVEPPLSQETFS... (393 residues)" in str(row)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("TP53", "  TP53: closes by oligomer (seen): In the p53 tetramer"),
        ("TP53", "  TP53: 11-27 EPPLSQETFSDLWKLLP [Zhang01]"),
        ("TP53", "  TP53: 393 residues, UniProt P04637 [UniProt Xu12]"),
        ("RIOK2", "  RIOK2: KD 2.2 uM (1.6 to 2.9); human CRM1"),
        ("CDC7", "  CDC7: KD within 0.67 to 20.0 uM; human CRM1"),
        ("COMMD1", "  COMMD1 173-190: COMMD1, binding none; pull-down"),
        ("BRCA1", ": closes by partner (recalled): "),
        ("BRCA1", "[no source]"),
    ],
)
def test_rows_that_belong_to_a_cargo_have_one_line_each(query, told):
    assert told in write_rows(evidence(query), short=True)


def test_a_gate_of_what_is_no_cargo_is_told_whole():
    assert "\n    says: The signal of BARD1" in write_rows(evidence("BARD1"), short=True)
