"""Scan sequences for export signals."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import BinaryIO

import numpy as np

from exportin.errors import BadQuantity, BadSequence
from exportin.nes.candidates import lay_out
from exportin.nes.given import read_given
from exportin.nes.hit import Hit, Hits, Row, make_hit
from exportin.nes.known import annotate
from exportin.nes.records import LeftOut, Record, in_batches
from exportin.nes.score import score_batch, strongest
from exportin.nes.weights import load_weights

__all__ = ["Sequences", "scan_nes", "scan_records"]

Sequences = str | os.PathLike[str] | BinaryIO | Mapping[str, str] | Iterable[str | tuple[str, str]]


def scan_nes(
    sequences: Sequences,
    *,
    minus: bool = False,
    cutoff: float = 0.0,
    merge: bool = True,
    structure: str | os.PathLike[str] | None = None,
    chain: str | None = None,
) -> Hits:
    """Candidate export signals of proteins, each with pattern, pockets, probability and what makes it.

    Parameters
    ----------
    sequences : str, path, binary file, mapping or iterable
        A sequence; a FASTA file (plain or gzipped) or its text; a symbol or accession of the tables of facts; names with sequences.
    minus : bool
        Whether patterns of minus orientation are looked for too (the chain then runs the other way through the groove).
    cutoff : float
        Hits below this probability are left out; by default every candidate is told.
    merge : bool
        Whether of candidates whose residue in P3 lies within ten residues only the best stays.
    structure : path, optional
        A structure file of the one sequence (PDB or mmCIF, AlphaFold or experimental); hits then tell how open they lie.
    chain : str, optional
        Chain of the structure; by default the one that has the sequence.

    Returns
    -------
    Hits
        By record, the most probable first.

    Raises
    ------
    BadSequence
        If no sequence can be read. One bad record among others is left out and told in ``left_out``.

    Examples
    --------
    >>> best = scan_nes("MTDVETTYADFIASGRTGRRNAIHDILVSSASGNSNELALKLAGLDINKTEGEEDAQRSSTEQSGEAQGEAAKSES")[0]
    >>> best.start, best.end, best.sequence, best.pattern
    (38, 47, 'LALKLAGLDI', '1a')
    >>> best.pockets["phi4"]
    'I47'
    """
    _check(cutoff)
    if chain is not None and structure is None:
        raise BadSequence(f"chain: {chain!r} is that of a structure, and none was given; add structure=.")
    read = list(read_given(sequences))
    records = [one for one in read if isinstance(one, Record)]
    left_out = [one for one in read if isinstance(one, LeftOut)]
    if not records:
        told = str(left_out[0]) if left_out else "nothing was given."
        raise BadSequence(f"no sequence to scan: {told}")
    rows = [row for _, found in _scan_rows(records, minus=minus, cutoff=cutoff, merge=merge) for row in found]
    finish = annotate if structure is None else _with_structure(records, Path(structure), chain)
    return Hits(rows, records, left_out, finish)


def scan_records(
    records: Iterable[Record], *, minus: bool = False, cutoff: float = 0.0, merge: bool = True
) -> Iterator[tuple[Record, list[Hit]]]:
    """Hits of each record, the most probable first; memory does not grow with the number of records."""
    for record, rows in _scan_rows(records, minus=minus, cutoff=cutoff, merge=merge):
        yield record, [make_hit(row) for row in rows]


def _scan_rows(records: Iterable[Record], *, minus: bool, cutoff: float, merge: bool) -> Iterator[tuple[Record, list[Row]]]:
    weights = load_weights()
    baseline = weights.slope * weights.intercept + weights.offset
    for batch in in_batches(records):
        found = score_batch(lay_out([record.codes for record in batch]), minus=minus)
        kept = found.chosen(strongest(found)) if merge else found
        kept = kept.chosen(np.lexsort((-kept.log_odds, kept.owner)))
        bounds = np.searchsorted(kept.owner, np.arange(len(batch) + 1)).tolist()
        enough = np.concatenate([[0], np.cumsum(kept.probability >= cutoff)])
        for number, record in enumerate(batch):
            first, last = bounds[number], bounds[number + 1]
            count = int(enough[last] - enough[first])
            yield record, [Row(record, kept, first + place, place + 1, baseline) for place in range(count)]


def _check(cutoff: float) -> None:
    if isinstance(cutoff, bool) or not isinstance(cutoff, Real) or not 0 <= cutoff <= 1:
        raise BadQuantity(f"cutoff: {cutoff!r} is not a probability; expected a number from 0 to 1.")


def _with_structure(records: list[Record], path: Path, chain: str | None) -> Callable[[Hit, Record], Hit]:
    """What is told of a hit beside its score: the facts, and how open it lies."""
    from exportin.nes.structure import burial, read_structure

    if len(records) != 1:
        raise BadSequence(f"a structure belongs to one sequence, and {len(records)} were given; scan its protein alone.")
    access = read_structure(path, records[0].sequence, chain)

    def finish(hit: Hit, record: Record) -> Hit:
        anchored = [int(one[1:]) for one in hit.pockets.values()]
        return replace(annotate(hit, record), burial=burial(access, hit.start, hit.end, anchored))

    return finish
