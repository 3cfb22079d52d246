"""How strongly a signal may bind: measured constants override classes, which are ordered, wide and inside the measured range."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exportin import knowledge
from exportin.errors import BadTable
from exportin.nes import scan_nes
from exportin.nes import strength as room
from exportin.nes.alphabet import RESIDUES
from exportin.nes.mass import chain_mass
from exportin.nes.records import Record
from exportin.nes.strength import read_classes, strength_of

FOLDER = Path(room.__file__ or "").parent
MEASURED = (0.035, 20.0)  # uM: PKI, and the weakest of eight natural signals (Fung 2017, doi:10.7554/eLife.23961)
NOT_FUNCTIONAL = 150.0  # uM: PKI Phi4A, there too
WEIGHTS = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999, "S": 32.06}  # standard atomic weights, IUPAC 2021, doi:10.1515/pac-2019-0603


def first(given):
    hits = scan_nes(given)
    return hits[0], hits.records[0]


def table(tmp_path: Path, change) -> Path:
    lines = (FOLDER / "strength.tsv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "strength.tsv"
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    return path


def test_the_measured_constant_of_pki_overrides_its_class():
    hit, record = first("PKIA")
    found = strength_of(hit, record)
    assert (found.name, found.measured, found.grade) == ("measured", True, "measured")
    assert str(found.distribution) == "lognormal 0.026 0.042 @68%"  # 35 nM (26 to 42), Fung 2017
    assert (found.KD_low, found.KD_high) == (0.026, 0.042)
    assert not strength_of(hit).measured


def test_a_measured_peptide_counts_in_any_protein_and_a_mutated_one_does_not():
    tag = "MSKGEELFTG" + "SGNSNELALKLAGLDINKT" + "GGSGGSKKSS"
    hit, record = first({"fusion": tag})
    assert strength_of(hit, record).measured
    hit, record = first({"mutant": tag.replace("LALKL", "LALEL")})
    assert not strength_of(hit, record).measured


def test_a_range_over_several_signals_is_told_as_a_range():
    hit, record = first({"SMAD4": "GGSGS" + "YERVVSPGIDLSGLTLQ" + "SNAPS"})
    found = strength_of(hit, record)
    assert found.measured
    assert str(found.distribution) == "loguniform 0.67 20"


def test_a_peptide_that_was_seen_not_to_bind_is_no_signal():
    row = next(row for row in knowledge.facts("affinities") if row.name == "COMMD1 173-190")
    hit, record = first({"COMMD1": "GSGSS" + row.sequence + "GSGSS"})
    found = strength_of(hit, record)
    assert (found.name, found.distribution, found.quantity, found.measured) == ("none", None, "none", True)


def test_a_peptide_counts_only_under_the_hit_itself():
    sequence = "SGNSNELALKLAGLDINKT" + "GSGSG" * 6 + "LEELVQKLEALKI"
    hits = scan_nes({"two": sequence})
    elsewhere = [hit for hit in hits if hit.start > 19]
    assert elsewhere
    assert all(not strength_of(hit, hits.records[0]).measured for hit in elsewhere)


def test_no_hit_is_no_signal():
    found = strength_of(None)
    assert (found.name, found.quantity, found.measured) == ("none", "none", False)


def test_classes_are_ordered_wide_assumed_and_inside_what_was_measured():
    classes = [one.strength for one in read_classes(FOLDER / "strength.tsv")]
    assert [one.name for one in classes] == ["strong", "medium", "weak", "doubtful"]
    assert all(one.grade == "assumed" and not one.measured for one in classes)
    spreads = [one.distribution for one in classes if one.distribution is not None]
    assert [(one.low, one.high) for one in spreads] == [(one.KD_low, one.KD_high) for one in classes]
    assert all(one.low >= MEASURED[0] and one.high <= NOT_FUNCTIONAL for one in spreads)
    assert all(one.high <= MEASURED[1] for one in spreads[:2])
    assert all(one.spread > 30 for one in spreads)
    medians = [one.median(1.0) for one in spreads]
    assert medians == sorted(medians)
    cited = {key for one in classes for key in one.source.split()}
    assert cited <= set(knowledge.sources())


def test_the_class_follows_the_probability_and_a_fifth_pocket_moves_it_up():
    hit, _ = first("PKIA")
    four = replace(hit, pockets={key: hit.pockets[key] for key in list(hit.pockets)[:4]})
    five = replace(hit, pockets={f"phi{number}": "L1" for number in range(5)})
    order = ["strong", "medium", "weak", "doubtful"]
    shares = np.linspace(0, 1, 201)
    told = [[order.index(strength_of(replace(one, probability=float(share))).name) for share in shares] for one in (four, five)]
    assert set(told[0]) == {0, 1, 2, 3}
    assert all(np.all(np.diff(one) <= 0) for one in told)
    steps = np.array(told[0]) - np.array(told[1])
    assert set(steps) == {0, 1}  # never down, and one class at most
    assert strength_of(replace(four, probability=0.3)).name == "medium"
    assert strength_of(replace(five, probability=0.3)).name == "strong"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [lines[0], *lines[:0:-1]], "the strongest class first"),
        (lambda lines: [*lines[:-1], lines[-1].replace("\t0\t0\t", "\t0.01\t0\t")], "every hit has a class"),
        (lambda lines: [line.replace("assumed", "measured") for line in lines], "grade assumed"),
        (lambda lines: [line.replace("five", "six") for line in lines], "expected the columns"),
    ],
)
def test_a_table_of_classes_that_is_out_of_order_is_refused(tmp_path, change, message):
    with pytest.raises(BadTable, match=message):
        read_classes(table(tmp_path, change))


def test_masses_of_residues_follow_from_their_formulas():
    for line in (FOLDER / "masses.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        _, formula, mass = line.split("\t")
        atoms = re.findall(r"([A-Z])(\d*)", formula)
        assert float(mass) == pytest.approx(sum(WEIGHTS[atom] * int(count or 1) for atom, count in atoms), abs=0.006)


@pytest.mark.parametrize(("name", "mass"), [("TP53", 43653), ("PKIA", 7989), ("NFKBIA", 35609), ("RANBP1", 23310)])
def test_masses_of_chains_are_those_of_uniprot(name, mass):
    assert round(1000 * chain_mass(scan_nes(name).records[0])) == mass


def test_an_unknown_residue_counts_as_the_mean_of_its_chain():
    whole, water = chain_mass(Record("a", RESIDUES.encode())), 0.0180153
    assert chain_mass(Record("b", RESIDUES.encode() + b"X")) - water == pytest.approx((whole - water) * 21 / 20)
    assert chain_mass(Record("c", b"X")) == pytest.approx((whole - water) / 20 + water)
