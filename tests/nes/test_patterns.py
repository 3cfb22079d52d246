"""Patterns: the table is sound, minus rows mirror plus rows, and signals seen in crystals come out in the pockets that were seen."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path

import pytest

from exportin import knowledge
from exportin.errors import BadTable
from exportin.knowledge import find_sequence
from exportin.nes import patterns as room
from exportin.nes import scan_nes
from exportin.nes.patterns import POCKETS, anchors, patterns

FOLDER = Path(room.__file__ or "").parent
SOURCES = Path(knowledge.__file__ or "").with_name("sources.bib")
LINKER = "GSGSGSGSGSGSGSGSGSGS"  # holds no anchor, strong or weak

# Anchors by pocket, counted in the peptide. Fung 2017 (doi:10.7554/eLife.23961): structures of mDia2, X11L2, FMRP and SMAD4 with CRM1.
PEPTIDES = {
    "mDia2": ("SVPEVEALLARLRAL", "3", {"phi0": "V5", "phi1": "L8", "phi2": "L12", "phi3": "L15"}),
    "X11L2": ("SSLQELVQQFEALPGDLV", "4", {"phi0": "L3", "phi1": "L6", "phi2": "F10", "phi3": "L13", "phi4": "L17"}),
    "FMRP": ("YLKEVDQLRLERLQI", "2", {"phi1": "L8", "phi2": "L10", "phi3": "L13", "phi4": "I15"}),
    "SMAD4": ("YERVVSPGIDLSGLTLQ", "2", {"phi1": "I9", "phi2": "L11", "phi3": "L14", "phi4": "L16"}),
}
# Fung 2015 (doi:10.7554/eLife.10034) for PKI, RIOK2 and CPEB4; SNUPN's N terminus is a signal of class 1c (Dong 2009, PMID 19339969).
PROTEINS = {
    "PKIA": ("1a", {"phi1": "L38", "phi2": "L42", "phi3": "L45", "phi4": "I47"}),
    "SNUPN": ("1c", {"phi1": "L4", "phi2": "L8", "phi3": "F12", "phi4": "V14"}),
    "RIOK2": ("PKI-R", {"phi0": "I403", "phi1": "L400", "phi2": "F396", "phi3": "M393", "phi4": "F391"}),
    "CPEB4": ("PKI-R", {"phi0": "I393", "phi1": "L390", "phi2": "L386", "phi3": "M383", "phi4": "F381"}),
}
# Residues between the anchors: 1b, 1d, 2, 3 and 4 as Fung 2017 prints them, 1a and 1c as the program NESmapper has them.
SPACERS = {
    "1a": [3, 2, 1],
    "1b": [2, 2, 1],
    "1c": [3, 3, 1],
    "1d": [2, 3, 1],
    "2": [1, 2, 1],
    "3": [2, 3, 2],
    "4": [2, 3, 2, 3],
    "PKI": [2, 3, 2, 1],
}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def by_id(orientation: str) -> dict[str, tuple[int | None, ...]]:
    return {one.id: one.places for one in patterns() if one.orientation == orientation}


@pytest.mark.parametrize("table", ["patterns.tsv", "anchors.tsv"])
def test_every_row_has_a_source_that_is_in_the_bibliography_and_a_reason(table: str):
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", SOURCES.read_text(encoding="utf-8"), flags=re.MULTILINE))
    told = rows(table)
    assert [row for row in told if not row["source"].split() or len(row["reason"].split()) < 3] == []
    assert sorted({key for row in told for key in row["source"].split()} - keys) == []


def test_every_row_of_the_table_is_a_pattern():
    told = rows("patterns.tsv")
    assert sorted(row["id"] for row in told) == sorted({one.id for one in patterns()})
    assert [one.order for one in patterns()] == sorted(int(row["order"]) for row in told)
    assert len({one.order for one in patterns()}) == len({one.places for one in patterns()}) == len(told)


def test_the_third_pocket_is_filled_and_is_where_places_are_counted_from():
    assert {one.places[POCKETS.index("P3")] for one in patterns()} == {0}
    assert {len(one.filled) for one in patterns()} == {4, 5}


def test_anchors_follow_each_other_in_the_order_of_the_pockets():
    for one in patterns():
        way = 1 if one.orientation == "plus" else -1
        steps = [way * (later - earlier) for earlier, later in pairwise(one.filled)]
        assert min(steps) >= 2, one.id  # at least one residue between two anchors
        assert (one.first, one.last) == (min(one.filled), max(one.filled))


def test_minus_rows_are_mirror_images_of_plus_rows():
    plus, minus = by_id("plus"), by_id("minus")
    assert minus
    mirrored = {name: tuple(None if place is None else -place for place in places) for name, places in minus.items()}
    assert mirrored == {name: plus[name.removesuffix("-R")] for name in minus}
    assert all(name.endswith("-R") for name in minus)
    assert not any(name.endswith("-R") for name in plus)


def test_classes_have_the_published_spacers():
    found = {one.id: [later - earlier - 1 for earlier, later in pairwise(one.filled)] for one in patterns() if one.orientation == "plus"}
    assert found == SPACERS


def test_the_pki_pattern_is_class_1a_and_class_3_at_once():
    plus = by_id("plus")
    assert plus["PKI"][1:] == plus["1a"][1:]
    assert plus["PKI"][:4] == plus["3"][:4]


def test_anchors_are_the_five_of_fung_2015_and_one_may_be_weak():
    rule = anchors()
    assert sorted(rule.strong) == sorted("LIVMF")  # doi:10.7554/eLife.10034
    assert not set(rule.strong) & set(rule.weak)
    assert (rule.most_weak, rule.weak_places) == (1, 2)


@pytest.mark.parametrize("name", PEPTIDES)
def test_a_crystallised_peptide_has_the_pockets_that_were_seen(name: str):
    peptide, pattern, pockets = PEPTIDES[name]
    assert not set(LINKER) & set(anchors().strong + anchors().weak)
    shifted = {phi: f"{anchor[0]}{int(anchor[1:]) + len(LINKER)}" for phi, anchor in pockets.items()}
    hits = scan_nes({name: LINKER + peptide + LINKER}, merge=False)
    assert [hit.pattern for hit in hits if hit.pockets == shifted] == [pattern]
    assert scan_nes({name: LINKER + peptide + LINKER})[0].pockets == shifted  # the most probable one


@pytest.mark.parametrize("name", PROTEINS)
def test_a_signal_in_its_protein_has_the_pockets_that_were_seen(name: str):
    pattern, pockets = PROTEINS[name]
    found = [hit for hit in scan_nes(name, minus=True, merge=False) if hit.pockets == pockets]
    assert [hit.pattern for hit in found] == [pattern]
    assert found[0].orientation == ("minus" if pattern.endswith("-R") else "plus")
    places = sorted(int(anchor[1:]) for anchor in pockets.values())
    assert (found[0].start, found[0].end) == (places[0], places[-1])
    assert found[0].sequence == find_sequence(name).sequence[places[0] - 1 : places[-1]]


def test_a_minus_signal_is_found_only_when_asked_for():
    assert all(hit.orientation == "plus" for hit in scan_nes("RIOK2", merge=False))
    plus = [hit.pockets for hit in scan_nes("RIOK2", merge=False)]
    both = [hit.pockets for hit in scan_nes("RIOK2", merge=False, minus=True) if hit.orientation == "plus"]
    assert plus == both


@pytest.mark.parametrize("lost", ["L38", "L42", "L45", "I47"])
def test_pki_without_one_of_its_anchors_loses_that_signal(lost: str):
    wild, place = find_sequence("PKIA").sequence, int(lost[1:])
    assert wild[place - 1] == lost[0]
    mutant = wild[: place - 1] + "D" + wild[place:]
    assert PROTEINS["PKIA"][1] not in [dict(hit.pockets) for hit in scan_nes({"mutant": mutant}, merge=False)]


def test_rev_has_a_proline_between_its_anchors_and_is_found():
    # LPPLERLTL, with PKI the first signal described: Fischer 1995, doi:10.1016/0092-8674(95)90436-0
    hits = scan_nes({"rev": LINKER + "LQLPPLERLTLD" + LINKER}, merge=False)
    assert any({"L26", "L29", "L31"} <= set(hit.pockets.values()) for hit in hits)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1a\tplus\t-\t-7\t-3\t1\t2\t1\tX\tr", "with P3 at 0"),
        ("1a\tplus\t-\t-3\t-7\t0\t2\t1\tX\tr", "in the order of the pockets"),
        ("1a\tminus\t-\t-7\t-3\t0\t2\t1\tX\tr", "in the order of the pockets"),
        ("1a\tsideways\t-\t-7\t-3\t0\t2\t1\tX\tr", "a plus or minus pattern"),
        ("1a\tplus\t-\tx\t-3\t0\t2\t1\tX\tr", "whole numbers"),
        ("1a\tplus\t-\t-7\t-3\t0\t2\tX\tr", "expected 10 fields"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(row: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    head = (FOLDER / "patterns.tsv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "patterns.tsv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    monkeypatch.setattr(room, "_FOLDER", tmp_path)
    with pytest.raises(BadTable, match=f"line 2.*{told}"):
        patterns.__wrapped__()
