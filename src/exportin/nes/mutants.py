"""What substitutions do to an export signal: every single one, given combinations, and the fewest alanines that silence it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from exportin.errors import BadSequence
from exportin.nes.alphabet import RESIDUES
from exportin.nes.hgvs import Substitution, read_mutation
from exportin.nes.hit import Hit
from exportin.nes.mutagenesis import Order, order_mutation, read_coding
from exportin.nes.records import LeftOut, Record
from exportin.nes.scan import Sequences, scan_nes
from exportin.nes.variants import Mutation, Variants, score_single, silence

__all__ = ["Mutants", "mutate_nes"]

FLANK = 5  # residues on either side of the core that are changed too


@dataclass(frozen=True)
class Mutants:
    """Substitutions of one signal.

    Attributes
    ----------
    record : Record
        The protein.
    wild : Hit
        The signal as it is.
    positions : tuple of int
        Residues that were changed one by one, from 1; letters outside of the twenty are not.
    probability, change : float64 array (positions, 20)
        By position and residue, in the order of `exportin.nes.alphabet.RESIDUES`; nan at the residue of the wild type. Where no pattern
        is left the probability is 0 and the change of the log odds minus infinity.
    lost : bool array (positions, 20)
        Whether no pattern is left.
    given : tuple of Mutation
        Those that were asked for.
    silencing : tuple of Mutation
        The fewest alanines that silence the signal, the best first; empty where that many cannot.
    """

    record: Record
    wild: Hit
    positions: tuple[int, ...]
    probability: np.ndarray = field(repr=False)
    change: np.ndarray = field(repr=False)
    lost: np.ndarray = field(repr=False)
    given: tuple[Mutation, ...]
    silencing: tuple[Mutation, ...]

    @property
    def single(self) -> tuple[Mutation, ...]:
        """Every single substitution, in the order of the chain."""
        letters = self.record.sequence
        return tuple(
            Mutation(
                (Substitution(position, letters[position - 1], residue),),
                float(self.probability[row, code]),
                float(self.change[row, code]),
                bool(self.lost[row, code]),
            )
            for row, position in enumerate(self.positions)
            for code, residue in enumerate(RESIDUES)
            if residue != letters[position - 1] and not np.isnan(self.probability[row, code])
        )

    def orders(self, coding: str | None = None) -> list[Order]:
        """Those that were asked for and those that silence, ready for primers.

        Parameters
        ----------
        coding : str, optional
            Coding sequence, as bases or FASTA; without one codons stay ``NNN``.

        Raises
        ------
        BadSequence
            If it is not that of the protein.
        """
        bases = None if coding is None else read_coding(coding, self.record.sequence)
        return [order_mutation(one.changes, bases) for one in (*self.given, *self.silencing)]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "record": self.record.name,
            "wild": self.wild.to_dict(),
            **{name: [one.to_dict() for one in getattr(self, name)] for name in ("given", "silencing", "single")},
        }

    def __str__(self) -> str:
        from exportin.nes.mutants_text import write_mutants

        return write_mutants(self)


def mutate_nes(
    sequence: Sequences,
    site: int | tuple[int, int] | Hit | None = None,
    *,
    mutations: Iterable[str] | str = (),
    minus: bool = False,
) -> Mutants:
    """What substitutions do to one export signal of a protein.

    Parameters
    ----------
    sequence : str, path or mapping
        One protein, as `scan_nes` takes it.
    site : int, tuple of int, or Hit, optional
        A residue in the signal, its first and last one, or a hit of a scan; by default the most probable signal.
    mutations : str or iterable of str
        Substitutions to score, each as HGVS or short: ``L42A``, ``p.Leu42Ala``, ``L42A+L45A``, ``p.[Leu42Ala;Leu45Ala]``.
    minus : bool
        Whether signals of minus orientation count too, as they do where `site` is such a hit.

    Returns
    -------
    Mutants

    Raises
    ------
    BadSequence
        If there is not one sequence, no signal at the site, a hit is not of this protein, or a mutation does not fit it.

    Examples
    --------
    >>> found = mutate_nes("PKIA", mutations="L42A+L45A")
    >>> found.given[0].name, found.given[0].lost
    ('p.[Leu42Ala;Leu45Ala]', True)
    >>> found.silencing[0].lost
    True
    """
    if not _is_site(site):
        raise BadSequence(f"site: {site!r} is no residue; expected such as 348 or (339, 352), and mutations as mutations=['L348A'].")
    hits = scan_nes(sequence, minus=minus, merge=site is None)
    if len(hits.records) != 1 or hits.left_out:
        told = "; ".join(map(str, hits.left_out)) or f"{len(hits.records)} were given"
        raise BadSequence(f"mutations are scored in one protein at a time ({told}).")
    record = hits.records[0]
    wild = _of_record(site, record) if isinstance(site, Hit) else _at_site(hits, site, record)
    minus = minus or wild.orientation == "minus"
    wild = _strongest(wild, record, minus)
    asked = [mutations] if isinstance(mutations, str) else list(mutations)
    wanted = [read_mutation(text, record.sequence, record.name) for text in asked]
    scorer = Variants(record, wild, minus=minus)
    given = scorer.score(wanted)
    around = range(max(1, wild.start - FLANK), min(len(record.letters), wild.end + FLANK) + 1)
    positions = tuple(place for place in around if record.sequence[place - 1] in RESIDUES)
    probability, change, lost = score_single(scorer, positions)
    return Mutants(record, wild, positions, probability, change, lost, tuple(given), silence(scorer))


def _of_record(hit: Hit, record: Record) -> Hit:
    """A hit whose core stands in the record."""
    if record.sequence[hit.start - 1 : hit.end] != hit.sequence:
        raise BadSequence(f"{record.name} does not have {hit.sequence} at residues {hit.start} to {hit.end}; give a hit of this protein.")
    return hit


def _strongest(wild: Hit, record: Record, minus: bool) -> Hit:
    """The best candidate in the place of a hit, since a change is measured from the best and the best may have been passed over."""
    every = scan_nes({record.name: record.sequence}, minus=minus, merge=False)
    for _ in every:
        best = max((hit for hit in every if hit.shares(wild.start, wild.end)), key=lambda hit: hit.probability, default=wild)
        if best.probability <= wild.probability:
            break
        wild = best
    return wild


def _is_site(site: object) -> bool:
    """Whether it can say where a signal is."""
    if isinstance(site, tuple):
        return len(site) == 2 and all(isinstance(one, int) and not isinstance(one, bool) for one in site)
    return site is None or isinstance(site, Hit) or (isinstance(site, int) and not isinstance(site, bool))


def _at_site(hits: Sequence[Hit], site: int | tuple[int, int] | None, record: Record | LeftOut) -> Hit:
    """The best hit at a site."""
    if site is None:
        if not hits:
            raise BadSequence(f"{record.name} has no stretch that fits a pattern; there is no signal to change.")
        return hits[0]
    first, last = (site, site) if isinstance(site, int) else site
    near = [hit for hit in hits if hit.start <= last and first <= hit.end]
    if not near:
        where = f"residue {first}" if first == last else f"residues {first} to {last}"
        raise BadSequence(f"no stretch of {record.name} that fits a pattern holds {where}; 'exportin nes' lists those that there are.")
    return max(near, key=lambda hit: hit.probability)
