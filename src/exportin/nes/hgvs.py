"""Names of substitutions, as HGVS writes them and as people do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from exportin.errors import BadSequence
from exportin.nes.alphabet import RESIDUES, three_letters

__all__ = ["Substitution", "name_of", "read_mutation", "short_name"]

_ONE_LETTER = {three_letters(residue): residue for residue in RESIDUES}
_REFERENCE = re.compile(r"^[A-Za-z0-9_.-]+:(?=p\.)")  # accession of the protein, as in NP_006814.1:p.Leu42Ala
_SHORT = re.compile(r"([A-Z*])([0-9]{1,9})([A-Z*=])")
_LONG = re.compile(r"([A-Z][a-z]{2})([0-9]{1,9})([A-Z][a-z]{2}|=)")


@dataclass(frozen=True, order=True)
class Substitution:
    """One residue in place of another; the position counts from 1."""

    position: int
    wild: str
    mutant: str


def read_mutation(text: str, sequence: str, name: str = "the sequence") -> tuple[Substitution, ...]:
    """Substitutions of a text, in the order of the chain.

    Parameters
    ----------
    text : str
        ``L42A``, ``p.Leu42Ala``, ``p.(Leu42Ala)``, or several: ``L42A+L45A``, ``L42A/L45A``, ``p.[Leu42Ala;Leu45Ala]``.
    sequence : str
        The protein that they are of.
    name : str
        What the protein is called in a refusal.

    Raises
    ------
    BadSequence
        If it is no substitution, or not one of this protein.

    Examples
    --------
    >>> name_of(read_mutation("L3A+M1V", "MKL"))
    'p.[Met1Val;Leu3Ala]'
    >>> read_mutation("p.(Leu2Ala)", "MKL")
    Traceback (most recent call last):
    ...
    exportin.errors.BadSequence: p.(Leu2Ala): residue 2 of the sequence is Lys (K), not Leu; check the numbering.
    """
    bare = _REFERENCE.sub("", text.strip()).removeprefix("p.").strip("[]() ")
    parts = [part.strip("() ").removeprefix("p.").strip("() ") for part in re.split(r"[+/;,\s]+", bare) if part]
    if not parts:
        raise BadSequence(f"{text!r} names no substitution; expected such as L42A, p.Leu42Ala or L42A+L45A.")
    found = sorted(_read_one(part, text, sequence, name) for part in parts)
    for one, other in pairwise(found):
        if one.position == other.position:
            raise BadSequence(f"{text}: residue {one.position} is changed twice; expected each residue once.")
    return tuple(found)


def _read_one(part: str, text: str, sequence: str, name: str) -> Substitution:
    short, long = _SHORT.fullmatch(part), _LONG.fullmatch(part)
    if short:
        wild, place, mutant = short.groups()
    elif long:
        wild, place, mutant = (_ONE_LETTER.get(word, word) for word in long.groups())
    else:
        raise BadSequence(f"{text}: {part!r} is no substitution; expected such as L42A or p.Leu42Ala (no deletion, insertion or stop).")
    position = int(place)
    for residue in (wild, mutant):
        if residue not in RESIDUES:
            raise BadSequence(f"{text}: {residue!r} is none of the twenty residues; expected such as L42A or p.Leu42Ala.")
    if not 1 <= position <= len(sequence):
        raise BadSequence(f"{text}: there is no residue {position} in {name}, which has {len(sequence)}; check the numbering.")
    there = sequence[position - 1]
    if there != wild:
        shown = f"{three_letters(there)} ({there})" if there in RESIDUES else repr(there)
        raise BadSequence(f"{text}: residue {position} of {name} is {shown}, not {three_letters(wild)}; check the numbering.")
    if wild == mutant:
        raise BadSequence(f"{text}: {part} changes nothing; expected another residue than {three_letters(wild)}.")
    return Substitution(position, wild, mutant)


def name_of(changes: tuple[Substitution, ...]) -> str:
    """Name by HGVS: ``p.Leu42Ala``, or ``p.[Leu42Ala;Leu45Ala]`` for several on one chain."""
    words = [f"{three_letters(one.wild)}{one.position}{three_letters(one.mutant)}" for one in changes]
    return f"p.{words[0]}" if len(words) == 1 else f"p.[{';'.join(words)}]"


def short_name(changes: tuple[Substitution, ...]) -> str:
    """Name in single letters: ``L42A/L45A``."""
    return "/".join(f"{one.wild}{one.position}{one.mutant}" for one in changes)


def apply(changes: tuple[Substitution, ...], sequence: str) -> str:
    """The sequence with the changes."""
    letters = list(sequence)
    for one in changes:
        letters[one.position - 1] = one.mutant
    return "".join(letters)
