"""Orders for mutagenesis: codons, bases by HGVS, the bases around a change, and coding sequences that do not fit."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.errors import BadSequence
from exportin.nes.hgvs import Substitution, apply
from exportin.nes.mutagenesis import Order, order_lines, order_mutation, read_coding, translate

# The standard code, codon by codon (NCBI translation table 1).
CODE = """
TTT F TTC F TTA L TTG L  TCT S TCC S TCA S TCG S  TAT Y TAC Y TAA * TAG *  TGT C TGC C TGA * TGG W
CTT L CTC L CTA L CTG L  CCT P CCC P CCA P CCG P  CAT H CAC H CAA Q CAG Q  CGT R CGC R CGA R CGG R
ATT I ATC I ATA I ATG M  ACT T ACC T ACA T ACG T  AAT N AAC N AAA K AAG K  AGT S AGC S AGA R AGG R
GTT V GTC V GTA V GTG V  GCT A GCC A GCA A GCG A  GAT D GAC D GAA E GAG E  GGT G GGC G GGA G GGG G
"""
TABLE = dict(re.findall(r"(\w{3}) ([\w*])", CODE))
RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
PKI = "MTDVETTYADFIASGRTGRRNAIHDILVSSASGNSNELALKLAGLDINKTEGEEDAQRSSTEQSGEAQGEAAKSES"


def coded(protein: str, seed: int = 1) -> str:
    """A coding sequence of a protein, codons drawn at random, with a stop."""
    draw = random.Random(seed)
    return "".join(draw.choice([codon for codon, made in TABLE.items() if made == residue]) for residue in protein + "*")


def refusal(text: str, protein: str) -> str:
    with pytest.raises(BadSequence) as caught:
        read_coding(text, protein)
    return str(caught.value)


def test_the_table_here_is_whole():
    assert len(TABLE) == 64
    assert sorted(TABLE.values()).count("*") == 3


def test_every_codon_is_read_by_the_standard_code():
    assert {codon: translate(codon) for codon in TABLE} == TABLE
    assert translate("".join(TABLE)) == "".join(TABLE.values())
    assert translate("ATGNNNCTG") == "MXL"
    assert translate("ATGCT") == "M"


@given(st.text(alphabet=RESIDUES, min_size=1, max_size=30), st.integers(0, 99), st.data())
def test_an_order_makes_the_mutation_and_nothing_else(protein, seed, data):
    places = sorted(data.draw(st.sets(st.integers(1, len(protein)), min_size=1, max_size=3)))
    others = [data.draw(st.sampled_from([one for one in RESIDUES if one != protein[place - 1]])) for place in places]
    changes = tuple(Substitution(place, protein[place - 1], other) for place, other in zip(places, others, strict=True))
    coding = coded(protein, seed)
    order = order_mutation(changes, coding)
    assert (order.first, order.last) == (max(1, 3 * places[0] - 2 - 21), min(len(coding), 3 * places[-1] + 21))
    assert order.template.upper() == coding[order.first - 1 : order.last]
    lower = {order.first + place for place, base in enumerate(order.mutated) if base.islower()}
    assert lower == {base for place in places for base in (3 * place - 2, 3 * place - 1, 3 * place)}
    assert [base.islower() for base in order.template] == [base.islower() for base in order.mutated]
    assert all(old == new for old, new in zip(order.template, order.mutated, strict=True) if old.isupper())
    made = coding[: order.first - 1] + order.mutated.upper() + coding[order.last :]
    assert translate(made) == apply(changes, protein) + "*"


@pytest.mark.parametrize("old", [codon for codon, made in TABLE.items() if made != "*"])
def test_the_new_codon_is_the_nearest_and_of_those_the_richest_in_g_and_c(old):
    for residue in set(RESIDUES) - {TABLE[old]}:
        order = order_mutation((Substitution(1, TABLE[old], residue),), old)
        new = order.mutated.upper()
        assert order.codons == f"{TABLE[old]}1{residue} {old}>{new}"
        ranked = [
            (sum(one != other for one, other in zip(codon, old, strict=True)), -codon.count("G") - codon.count("C"))
            for codon, made in TABLE.items() if made == residue
        ]  # fmt: skip
        changed = sum(one != other for one, other in zip(new, old, strict=True))
        assert TABLE[new] == residue
        assert (changed, -new.count("G") - new.count("C")) == min(ranked)


def carried_out(name: str, coding: str) -> str:
    """A coding sequence with the changes of an HGVS name."""
    bases = list(coding)
    for part in name.removeprefix("c.").strip("[]").split(";"):
        if single := re.fullmatch(r"(\d+)([ACGT])>([ACGT])", part):
            assert bases[int(single[1]) - 1] == single[2]
            bases[int(single[1]) - 1] = single[3]
        else:
            first, last, new = re.fullmatch(r"(\d+)_(\d+)delins([ACGT]+)", part).groups()
            assert len(new) == int(last) - int(first) + 1
            bases[int(first) - 1 : int(last)] = new
    return "".join(bases)


def test_names_of_the_bases():
    coding = coded(PKI)
    codon = coding[123:126]  # residue 42 is made by bases 124 to 126
    order = order_mutation((Substitution(42, "L", "A"),), coding)
    assert translate(carried_out(order.bases, coding)) == translate(coding)[:41] + "A" + translate(coding)[42:]
    assert order.codons.startswith(f"L42A {codon}>GC")
    assert (order.name, order.short) == ("p.Leu42Ala", "L42A")
    both = order_mutation((Substitution(42, "L", "A"), Substitution(45, "L", "A")), coding)
    made = translate(carried_out(both.bases, coding))
    assert [place for place, (one, other) in enumerate(zip(made, translate(coding), strict=True), start=1) if one != other] == [42, 45]
    assert (both.name, both.codons.count(";"), both.bases.count(";")) == ("p.[Leu42Ala;Leu45Ala]", 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [("L", "V", "c.4C>G"), ("K", "N", "c.6G>C"), ("L", "A", "c.4_5delinsGC"), ("M", "H", "c.4_6delinsCAC")],
)
def test_a_codon_is_changed_by_no_more_than_it_needs(old: str, new: str, named: str):
    coding = {"L": "ATGCTGTAA", "K": "ATGAAGTAA", "M": "ATGATGTAA"}[old]
    order = order_mutation((Substitution(2, old, new),), coding)
    assert order.bases == named
    assert translate(carried_out(order.bases, coding)) == f"M{new}*"


def test_at_the_ends_of_the_sequence_less_stands_around():
    first = order_mutation((Substitution(1, "M", "A"),), "ATGCTGAAATAA")
    assert (first.first, first.last, first.template) == (1, 12, "atgCTGAAATAA")
    coding = coded(PKI)
    last = order_mutation((Substitution(76, "S", "A"),), coding)
    assert (last.first, last.last) == (226 - 21, len(coding))
    assert last.template == coding[204:225] + coding[225:228].lower() + coding[228:]
    bare = order_mutation((Substitution(76, "S", "A"),), coding[:-3])  # without a stop
    assert bare.last == 228
    assert bare.mutated[-3:].islower()


def test_without_a_coding_sequence_an_order_has_no_bases():
    order = order_mutation((Substitution(42, "L", "A"),))
    assert order == Order("p.Leu42Ala", "L42A", "", "L42A NNN>NNN", None, None, "", "")
    head, line = order_lines([order])
    assert dict(zip(head.split("\t"), line.split("\t"), strict=True)) == {name: value or "" for name, value in order.to_dict().items()}


def test_a_coding_sequence_as_people_give_it():
    coding = coded("MLEL")
    assert read_coding(coding, "MLEL") == coding
    assert read_coding(coding[:-3], "MLEL") == coding[:-3]  # no stop
    assert read_coding(coding.lower().replace("t", "u"), "MLEL") == coding  # RNA
    assert read_coding(f">NM_1 a gene\n{coding[:5]}\n{coding[5:]}\n", "MLEL") == coding
    assert read_coding(f"{coding[:3]} {coding[3:6]} {coding[6:]}\r\n", "MLEL") == coding


def test_of_the_wrong_protein_the_first_codon_that_differs_is_told():
    told = refusal(coded("MLEL"), "MLKV")
    assert told == "the coding sequence makes 4 residues and is not that of the protein (4): codon 3 makes E, not K."
    assert refusal(coded("MLEL"), "MLELK").endswith("makes 4 residues and is not that of the protein (5): one is longer.")
    assert "codon 2 makes *, not L" in refusal("ATGTAGCTG", "MLL")
    assert refusal("ATGTAATAA", "M").endswith("one is longer.")  # only one stop is taken off


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("ATGCTGA", "has 7 bases, which are no whole codons; expected the frame from its first base"),
        ("ATGCNG", "holds 'N' at base 5; expected A, C, G and T"),
        ("ATG-CT", "holds '-' at base 4"),
        ("MLEL", "holds 'M' at base 1"),
        ("", "holds nothing"),
        (">empty\n", "holds nothing"),
        (">a\nATGCTG\n>b\nATGCTG\n", "has 2 records; expected one"),
    ],
)
def test_what_is_no_coding_sequence_is_refused(text, part):
    told = refusal(text, "ML")
    assert part in told
    assert told.startswith("the coding sequence ")
    assert told.endswith(".")
