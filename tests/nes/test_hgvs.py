"""Names of substitutions: every spelling that is read, the name by HGVS that comes out, and what is refused with which sentence."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.errors import BadSequence
from exportin.nes.hgvs import Substitution, apply, name_of, read_mutation, short_name

PKI = "MTDVETTYADFIASGRTGRRNAIHDILVSSASGNSNELALKLAGLDINKTEGEEDAQRSSTEQSGEAQGEAAKSES"  # PKI alpha, UniProt P61925
# IUPAC-IUB 1983, doi:10.1111/j.1432-1033.1984.tb07877.x, written out here once more.
NAMES = "A Ala R Arg N Asn D Asp C Cys Q Gln E Glu G Gly H His I Ile L Leu K Lys M Met F Phe P Pro S Ser T Thr W Trp Y Tyr V Val"
THREE = dict(re.findall(r"(\w) (\w{3})", NAMES))
L42A, L45A = Substitution(42, "L", "A"), Substitution(45, "L", "A")


@pytest.mark.parametrize("text", ["L42A", "p.L42A", "p.Leu42Ala", "p.(Leu42Ala)", "Leu42Ala", " L42A ", "p.[Leu42Ala]"])
def test_one_substitution_in_all_spellings(text):
    assert read_mutation(text, PKI) == (L42A,)


@pytest.mark.parametrize(
    "text",
    [
        "L42A+L45A",
        "L42A/L45A",
        "L42A, L45A",
        "L42A;L45A",
        "L42A L45A",
        "L45A+L42A",
        "p.[Leu42Ala;Leu45Ala]",
        "p.[(Leu42Ala);(Leu45Ala)]",
        "p.Leu42Ala+p.Leu45Ala",
        "L42A/p.(Leu45Ala)",
    ],
)
def test_two_substitutions_in_all_spellings(text):
    assert read_mutation(text, PKI) == (L42A, L45A)


def test_names_as_hgvs_has_them():
    # den Dunnen 2016, doi:10.1002/humu.22981: three letters, and square brackets around changes of one chain.
    assert name_of((L42A,)) == "p.Leu42Ala"
    assert name_of((L42A, L45A)) == "p.[Leu42Ala;Leu45Ala]"
    assert (short_name((L42A,)), short_name((L42A, L45A))) == ("L42A", "L42A/L45A")


@st.composite
def mutated(draw):
    """A chain and some of its residues changed, in the order of the chain."""
    sequence = draw(st.text(alphabet="".join(THREE), min_size=1, max_size=60))
    places = sorted(draw(st.sets(st.integers(1, len(sequence)), min_size=1, max_size=6)))
    others = [draw(st.sampled_from(sorted(set(THREE) - {sequence[place - 1]}))) for place in places]
    return sequence, tuple(Substitution(place, sequence[place - 1], other) for place, other in zip(places, others, strict=True))


@given(mutated())
def test_what_is_named_is_read_back(one):
    sequence, changes = one
    assert read_mutation(name_of(changes), sequence) == changes
    assert read_mutation(short_name(changes), sequence) == changes
    words = [f"{THREE[change.wild]}{change.position}{THREE[change.mutant]}" for change in changes]
    assert name_of(changes) == (f"p.{words[0]}" if len(words) == 1 else f"p.[{';'.join(words)}]")


@given(mutated())
def test_the_changed_sequence_differs_where_it_should_and_nowhere_else(one):
    sequence, changes = one
    changed = apply(changes, sequence)
    apart = [(place, old, new) for place, (old, new) in enumerate(zip(sequence, changed, strict=True), start=1) if old != new]
    assert apart == [(change.position, change.wild, change.mutant) for change in changes]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A42L", "A42L: residue 42 of PKIA is Leu (L), not Ala; check the numbering."),
        ("p.Leu43Ala", "p.Leu43Ala: residue 43 of PKIA is Ala (A), not Leu; check the numbering."),
        ("L42A+L46A", "L42A+L46A: residue 46 of PKIA is Asp (D), not Leu; check the numbering."),
        ("S77A", "S77A: there is no residue 77 in PKIA, which has 76; check the numbering."),
        ("M0A", "M0A: there is no residue 0 in PKIA, which has 76; check the numbering."),
        ("L42L", "L42L: L42L changes nothing; expected another residue than Leu."),
        ("p.Leu42Leu", "p.Leu42Leu: Leu42Leu changes nothing; expected another residue than Leu."),
        ("L42A+L42V", "L42A+L42V: residue 42 is changed twice; expected each residue once."),
        ("L42A+p.Leu42Ala", "L42A+p.Leu42Ala: residue 42 is changed twice; expected each residue once."),
    ],
)
def test_what_does_not_fit_the_protein_is_refused(text, told):
    with pytest.raises(BadSequence) as caught:
        read_mutation(text, PKI, "PKIA")
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("p.Leu42del", "'Leu42del' is no substitution"),
        ("L42del", "'L42del' is no substitution"),
        ("p.Leu42_Leu45del", "'Leu42_Leu45del' is no substitution"),
        ("p.Leu42_Ala43insGly", "no deletion, insertion or stop"),
        ("p.Leu42fs", "'Leu42fs' is no substitution"),
        ("p.Leu42AlafsTer5", "'Leu42AlafsTer5' is no substitution"),
        ("L42*", "'*' is none of the twenty residues"),
        ("p.Leu42Ter", "'Ter' is none of the twenty residues"),
        ("p.Leu42Xaa", "'Xaa' is none of the twenty residues"),
        ("p.Leu42=", "'=' is none of the twenty residues"),
        ("L42X", "'X' is none of the twenty residues"),
        ("L42", "'L42' is no substitution"),
        ("42A", "'42A' is no substitution"),
        ("l42a", "'l42a' is no substitution"),
        ("c.124C>G", "'c.124C>G' is no substitution"),
        ("L-42A", "'L-42A' is no substitution"),
        ("L4.2A", "'L4.2A' is no substitution"),
        ("L\u0664\u0662A", "is no substitution"),
        ("L" + "9" * 5000 + "A", "is no substitution"),
        ("nonsense", "'nonsense' is no substitution"),
    ],
)
def test_what_is_no_substitution_is_refused(text, part):
    with pytest.raises(BadSequence, match=re.escape(part)) as caught:
        read_mutation(text, PKI, "PKIA")
    assert "expected such as L42A or p.Leu42Ala" in str(caught.value)


@pytest.mark.parametrize("text", ["", "   ", "p.", "p.[]", "+", "p.()", "[;]"])
def test_nothing_is_refused(text):
    with pytest.raises(BadSequence, match="names no substitution; expected such as L42A"):
        read_mutation(text, PKI)


def test_a_letter_outside_of_the_twenty_is_told_as_it_stands():
    with pytest.raises(BadSequence, match=re.escape("residue 2 of the sequence is 'X', not Leu")):
        read_mutation("L2A", "MXL")
    with pytest.raises(BadSequence, match="'X' is none of the twenty residues"):
        read_mutation("X2A", "MXL")


@given(st.text(max_size=30) | st.text(alphabet="pLA.()[];+/,0123456789eulaTr*=", max_size=16))
def test_any_text_is_read_or_refused_in_one_sentence(text):
    try:
        changes = read_mutation(text, PKI)
    except BadSequence as refusal:
        told, changes = str(refusal), ()
    else:
        told = f"{name_of(changes)}."
    assert told.endswith(".")
    assert changes == tuple(sorted(changes))
    assert all(PKI[one.position - 1] == one.wild != one.mutant for one in changes)


def test_a_full_name_with_its_reference_is_read():
    assert name_of(read_mutation("NP_006814.1:p.(Leu3Ala)", "MKL")) == "p.Leu3Ala"
