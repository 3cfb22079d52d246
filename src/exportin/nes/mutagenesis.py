"""Mutations as an order for primers: which bases of the coding sequence change, into what, with the bases around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from exportin.errors import BadSequence
from exportin.nes.hgvs import Substitution, name_of, short_name

__all__ = ["Order", "order_lines", "order_mutation", "read_coding", "translate"]

_BASES = "TCAG"
_CODE = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"  # the standard code, first base slowest
_CODONS = {"".join(codon): residue for codon, residue in zip(product(_BASES, repeat=3), _CODE, strict=True)}
_FLANK = 21  # bases on either side, about what anneals
_CODON = 3


@dataclass(frozen=True)
class Order:
    """What a mutagenesis kit asks for.

    Attributes
    ----------
    name, short : str
        Of the mutation, by HGVS and in single letters.
    bases : str
        Change of the coding sequence by HGVS, such as ``c.124_125delinsGC``; empty without a coding sequence.
    codons : str
        Old and new codons, such as ``L42A CTG>GCG``; ``NNN`` without a coding sequence.
    first, last : int or None
        Bases of the coding sequence that `template` and `mutated` span, from 1.
    template, mutated : str
        The coding sequence around the change, before and after; changed codons in lower case.
    """

    name: str
    short: str
    bases: str
    codons: str
    first: int | None
    last: int | None
    template: str
    mutated: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(vars(self))


def translate(coding: str) -> str:
    """Protein of a coding sequence by the standard code, stops as ``*``.

    Examples
    --------
    >>> translate("ATGCTGTAA")
    'ML*'
    """
    return "".join(_CODONS.get(coding[place : place + _CODON], "X") for place in range(0, len(coding) - _CODON + 1, _CODON))


def read_coding(text: str, protein: str) -> str:
    """A coding sequence that makes the protein, in capitals and with T for U.

    Parameters
    ----------
    text : str
        Bases, or FASTA with one record.
    protein : str

    Raises
    ------
    BadSequence
        If it is no coding sequence of the protein, with the first codon that differs.

    Examples
    --------
    >>> read_coding("atgcuguaa", "ML")
    'ATGCTGTAA'
    """
    lines = text.strip().splitlines()
    marks = [line for line in lines if line.startswith(">")]
    if len(marks) > 1:
        raise BadSequence(f"the coding sequence has {len(marks)} records; expected one.")
    bases = "".join(line for line in lines if not line.startswith(">")).replace(" ", "").upper().replace("U", "T")
    odd = next((place for place, base in enumerate(bases) if base not in _BASES), None)
    if not bases or odd is not None:
        told = f"{bases[odd]!r} at base {odd + 1}" if odd is not None else "nothing"
        raise BadSequence(f"the coding sequence holds {told}; expected A, C, G and T.")
    if len(bases) % _CODON:
        raise BadSequence(f"the coding sequence has {len(bases)} bases, which are no whole codons; expected the frame from its first base.")
    made = translate(bases).removesuffix("*")
    if made != protein:
        pairs = enumerate(zip(made, protein, strict=False), start=1)
        apart = next((f"codon {number} makes {one}, not {other}" for number, (one, other) in pairs if one != other), "one is longer")
        raise BadSequence(f"the coding sequence makes {len(made)} residues and is not that of the protein ({len(protein)}): {apart}.")
    return bases


def order_mutation(changes: tuple[Substitution, ...], coding: str | None = None) -> Order:
    """An order for one mutation.

    Parameters
    ----------
    changes : tuple of Substitution
    coding : str, optional
        Coding sequence from `read_coding`. Of the codons of the new residue the one that changes the fewest bases is taken, of several
        that with most G and C.

    Examples
    --------
    >>> order = order_mutation((Substitution(2, "L", "A"),), "ATGCTGAAATAA")
    >>> order.bases, order.codons, order.mutated
    ('c.4_5delinsGC', 'L2A CTG>GCG', 'ATGgcgAAATAA')
    """
    name, short = name_of(changes), short_name(changes)
    if coding is None:
        return Order(name, short, "", "; ".join(f"{one.wild}{one.position}{one.mutant} NNN>NNN" for one in changes), None, None, "", "")
    starts = [_CODON * (one.position - 1) for one in changes]
    first, last = max(0, starts[0] - _FLANK), min(len(coding), starts[-1] + _CODON + _FLANK)
    template, mutated, codons, bases = list(coding), list(coding), [], []
    for one, start in zip(changes, starts, strict=True):
        old = coding[start : start + _CODON]
        new = _nearest(old, one.mutant)
        template[start : start + _CODON], mutated[start : start + _CODON] = old.lower(), new.lower()
        codons.append(f"{one.wild}{one.position}{one.mutant} {old}>{new}")
        bases.append(_name_bases(old, new, start + 1))
    told = f"c.{bases[0]}" if len(bases) == 1 else f"c.[{';'.join(bases)}]"
    return Order(name, short, told, "; ".join(codons), first + 1, last, "".join(template[first:last]), "".join(mutated[first:last]))


def _name_bases(old: str, new: str, first: int) -> str:
    """A codon's change by HGVS: what both ends share is left out, one base is a substitution, more are replaced together."""
    changed = [place for place in range(_CODON) if old[place] != new[place]]
    start, end = changed[0], changed[-1]
    if start == end:
        return f"{first + start}{old[start]}>{new[start]}"
    return f"{first + start}_{first + end}delins{new[start : end + 1]}"


def _nearest(old: str, residue: str) -> str:
    """The codon of a residue that is nearest to an old one."""
    codons = [codon for codon, made in _CODONS.items() if made == residue]
    changed = {codon: sum(one != other for one, other in zip(codon, old, strict=True)) for codon in codons}
    return min(codons, key=lambda codon: (changed[codon], -sum(base in "GC" for base in codon), codon))


def order_lines(orders: Iterable[Order]) -> Iterator[str]:
    """Tab-separated values, a line an order."""
    columns = list(Order.__dataclass_fields__)
    yield "\t".join(columns)
    for one in orders:
        yield "\t".join("" if (value := getattr(one, column)) is None else str(value) for column in columns)
