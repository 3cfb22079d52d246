"""A protein by any of its names."""

from __future__ import annotations

import subprocess
import sys

import pytest

from exportin.errors import UnknownName
from exportin.knowledge import facts, find_sequence


@pytest.mark.parametrize("row", facts("sequences"), ids=lambda row: f"{row.cargo}-{row.numbering}")
def test_every_protein_is_found_by_its_id_and_its_number(row):
    found = find_sequence(row.cargo, row.numbering)
    assert (found.cargo, found.uniprot, found.numbering, found.sequence) == (row.cargo, row.uniprot, row.numbering, row.sequence)
    if row.uniprot or row.protein:
        assert find_sequence(row.uniprot or row.protein) == found


@pytest.mark.parametrize(
    ("name", "cargo"),
    [
        *(("p53", "TP53"), ("tp53", "TP53"), ("HGNC:11998", "TP53"), ("tumor protein p53", "TP53"), ("survivin", "BIRC5")),
        *(("IkBa", "NFKBIA"), ("mDia2", "DIAPH3_MOUSE"), ("NPM1c mutant A", "NPM1c_mutant_A"), ("HIV-1 Rev", "REV_HIV1")),
    ],
)
def test_a_protein_is_found_as_people_call_it(name, cargo):
    assert find_sequence(name).cargo == cargo


def test_of_several_species_the_human_protein_is_given_unless_the_id_is():
    assert find_sequence("cyclin b1").cargo == find_sequence("CCNB1").cargo == "CCNB1"
    assert find_sequence("ccnb1_xenla").cargo == find_sequence("P13350").cargo == "CCNB1_XENLA"


def test_the_sequence_of_uniprot_comes_first_where_nesdb_counts_in_another():
    assert (len(find_sequence("PXN").sequence), len(find_sequence("AAI36795.1").sequence)) == (591, 557)
    assert find_sequence("NMD3").numbering == "NESdb sequence"


def test_mutant_a_of_nucleophosmin_differs_from_b_in_one_residue():
    """Insertions TCTG and CATG, 10.2478/ahem-2022-0034: DLCLAVEEVSL and DLCMAVEEVSL at the end."""
    a, b = find_sequence("NPM1c_mutant_A").sequence, find_sequence("NPM1c").sequence
    assert [(place, one, other) for place, (one, other) in enumerate(zip(a, b, strict=True), start=1) if one != other] == [(289, "L", "M")]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("TP35", "'TP35' is not a known protein with a sequence in the tables; did you mean .*TP53"),
        ("FOXO3", r"\(FOXO3 is one of the cargoes, yet without one: give the sequence itself or a FASTA file\)"),
        ("LGALS3", "did you mean .*LGALS3_MOUSE"),
        ("-", "is not a known protein"),
        ("", "is not a known protein"),
    ],
)
def test_what_has_no_sequence_is_refused_with_what_is_near(name, message):
    with pytest.raises(UnknownName, match=message):
        find_sequence(name)


def test_a_numbering_that_the_protein_lacks_is_refused():
    with pytest.raises(UnknownName, match="by the numbering 'NESdb sequence' \\(TP53 is one of the cargoes"):
        find_sequence("TP53", "NESdb sequence")


def test_it_needs_neither_models_nor_database():
    code = "from exportin.knowledge import find_sequence; find_sequence('p53')"
    code += "; import sys; print({'pydantic', 'sqlite3'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
