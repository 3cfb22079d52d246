"""Scores of candidates: the sum of their terms, as log odds and as a probability, and which of those that overlap stays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from exportin.nes.candidates import Batch, Candidates, find_candidates, plus_patterns
from exportin.nes.design import NUMBERS, PHI, REGIONS, TERMS, WINDOW, Design, Proteins, describe, describe_proteins
from exportin.nes.patterns import POCKETS
from exportin.nes.weights import Weights, load_weights

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MERGED", "Scored", "contributions", "pattern_name", "raw_score", "score_batch", "strongest"]

MERGED = 10  # calls whose P3 lie nearer than this are one call
_OF_NUMBER = {
    "classes": "pattern",
    "weak": "pattern",
    "greasy spacers": "spacers",
    "run": "spacers",
    "long run": "spacers",
    "helix moment": "amphipathy",
    "strand moment": "amphipathy",
    "disorder": "disorder",
    "protein disorder": "disorder",
}


@dataclass(frozen=True)
class Scored:
    """Candidates of a batch with their scores, ordered by place.

    Attributes
    ----------
    owner : int64 array (candidates,)
        Number of the sequence.
    anchored : int64 array (candidates, 5)
        Place in its sequence, from 0, of the residue in P0 to P4; -1 where there is none.
    matches : bool array (candidates, patterns)
    main : int64 array (candidates,)
    minus : bool array (candidates,)
        Whether the signal is read against the chain.
    terms : float64 array (candidates, len(TERMS))
        What each term adds to the log odds.
    log_odds : float64 array (candidates,)
    """

    owner: np.ndarray
    anchored: np.ndarray
    matches: np.ndarray
    main: np.ndarray
    minus: np.ndarray
    terms: np.ndarray
    log_odds: np.ndarray

    def __len__(self) -> int:
        return len(self.owner)

    @cached_property
    def probability(self) -> np.ndarray:
        """Of being a signal, in a protein that is a cargo of XPO1."""
        return 1 / (1 + np.exp(-self.log_odds))

    @cached_property
    def start(self) -> np.ndarray:
        """First residue of the core, from 0."""
        return np.where(self.anchored >= 0, self.anchored, np.iinfo(np.int64).max).min(1)

    @cached_property
    def end(self) -> np.ndarray:
        """Last residue of the core, from 0."""
        return self.anchored.max(1)

    @cached_property
    def third(self) -> np.ndarray:
        """The residue in P3, from 0."""
        return self.anchored[:, POCKETS.index("P3")]

    def chosen(self, which: np.ndarray) -> Scored:
        """Some of them, by a mask or by their numbers."""
        return Scored(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def score_batch(batch: Batch, *, minus: bool = False, proteins: Proteins | None = None, weights: Weights | None = None) -> Scored:
    """All candidates of a batch with their scores.

    Parameters
    ----------
    batch : Batch
    minus : bool
        Whether signals that are read against the chain are looked for too.
    proteins : Proteins, optional
        What holds for the whole sequences, where the batch has only parts of them.
    weights : Weights, optional
        By default those that ship.

    Examples
    --------
    >>> from exportin.nes.alphabet import encode
    >>> from exportin.nes.candidates import lay_out
    >>> found = score_batch(lay_out([encode(b"MTDVETTYADFIASGRTGRRNAIHDILVSSASGNSNELALKLAGLDINKTEGEEDAQRSSTEQSGEAQGEAAKSES")]))
    >>> int(found.third[found.log_odds.argmax()])
    44
    """
    weights = weights or load_weights()
    found = find_candidates(batch)
    proteins = proteins or describe_proteins(batch, found)
    parts = [_score(batch, found, proteins, weights)]
    if minus:
        back = Batch(batch.codes[::-1].copy(), (len(batch.codes) - batch.starts - batch.lengths)[::-1], batch.lengths[::-1])
        turned = Proteins(*(getattr(proteins, name)[::-1] for name in proteins.__dataclass_fields__))
        parts.append(_turn(_score(back, find_candidates(back, backwards=True), turned, weights), batch, weights))
    whole = Scored(*(np.concatenate([getattr(part, name) for part in parts]) for name in Scored.__dataclass_fields__))
    return whole.chosen(np.lexsort((whole.minus, whole.third, whole.owner)))


def _score(batch: Batch, found: Candidates, proteins: Proteins, weights: Weights) -> Scored:
    design = describe(batch, found, proteins)
    terms = contributions(design, weights) * weights.slope
    log_odds = terms.sum(1) + weights.slope * weights.intercept + weights.offset
    anchored = np.where(design.anchored >= 0, design.anchored - batch.starts[found.owner][:, None], -1)
    return Scored(found.owner, anchored, found.matches, found.main, np.zeros(len(found), dtype=bool), terms, log_odds)


def _turn(found: Scored, batch: Batch, weights: Weights) -> Scored:
    """Candidates of the reversed batch, told in the direction of the chain."""
    owner = len(batch.lengths) - 1 - found.owner
    anchored = np.where(found.anchored >= 0, batch.lengths[owner][:, None] - 1 - found.anchored, -1)
    terms, before, behind = found.terms.copy(), TERMS.index("N flank"), TERMS.index("C flank")
    terms[:, [before, behind]] = terms[:, [behind, before]]
    terms[:, TERMS.index("pattern")] += weights.minus
    return Scored(owner, anchored, found.matches, found.main, ~found.minus, terms, found.log_odds + weights.minus)


def raw_score(design: Design, weights: Weights) -> np.ndarray:
    """Score before calibration, (candidates,)."""
    return contributions(design, weights).sum(1) + weights.intercept


def contributions(design: Design, weights: Weights) -> np.ndarray:
    """What each of `TERMS` adds to the raw score, (candidates, terms); each is 0 on the mean over the candidates of the fit."""
    terms = np.zeros((len(design.main), len(TERMS)))

    def add(term: str, values: np.ndarray) -> None:
        terms[:, TERMS.index(term)] += values

    add("pattern", weights.pattern[design.main])
    for pocket, term in enumerate(PHI):
        add(term, weights.pocket[pocket][design.pockets[:, pocket]])
    _add_window(design, weights, add)
    for region, name in enumerate(REGIONS):
        side = "spacers" if name == "spacers" else "N flank" if name.startswith(("before", "N")) else "C flank"
        add(side, design.region_mean(region, weights.region[region]))
    weighted = (design.numbers - weights.centre) * weights.number
    for number, name in enumerate(NUMBERS):
        add(_OF_NUMBER.get(name, "surroundings"), weighted[:, number])
    return terms - weights.mean


def _add_window(design: Design, weights: Weights, add: Callable[[str, np.ndarray], None]) -> None:
    """Residues around P3 one by one, on the side where they stand; those in a pocket count with the pocket."""
    third = design.anchored[:, POCKETS.index("P3")]
    sums = {term: np.zeros(len(third)) for term in ("N flank", "spacers", "C flank", *PHI)}
    for number, place in enumerate(WINDOW):
        values, at = weights.window[number][design.window[:, number]], third + place
        held = at[:, None] == design.anchored
        for pocket, term in enumerate(PHI):
            sums[term] += values * held[:, pocket]
        free = values * ~held.any(1)
        sums["N flank"] += free * (at < design.first)
        sums["C flank"] += free * (at > design.last)
        sums["spacers"] += free * ((at >= design.first) & (at <= design.last))
    for term, values in sums.items():
        add(term, values)


def strongest(found: Scored) -> np.ndarray:
    """Of candidates whose P3 lie within `MERGED` residues of each other the strongest, (candidates,) bool.

    The best of a neighbourhood stays and its neighbours go; then the best of what is left, until nothing is left.
    """
    alive, kept = np.ones(len(found), dtype=bool), np.zeros(len(found), dtype=bool)
    place = found.third + found.owner * (found.third.max(initial=0) + MERGED)  # no two sequences are neighbours
    while alive.any():
        rest = np.flatnonzero(alive)
        best, at = _peaks(found.log_odds[rest], place[rest]), place[rest]
        kept[rest[best]] = True
        peaks = at[best]
        right = np.searchsorted(peaks, at)
        gap = np.minimum(np.abs(at - peaks[np.minimum(right, len(peaks) - 1)]), np.abs(at - peaks[np.maximum(right - 1, 0)]))
        alive[rest[gap < MERGED]] = False
    return kept


def _peaks(value: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Those that no neighbour exceeds; of equals the first."""
    top = np.ones(len(value), dtype=bool)
    for step in range(1, 2 * MERGED):
        near = place[step:] - place[:-step] < MERGED
        if not near.any():
            break
        later = value[step:] > value[:-step]
        top[:-step] &= ~(near & later)
        top[step:] &= ~(near & ~later)
    return top


def pattern_name(main: int, minus: bool) -> str:
    """Name of a pattern by its number among those of one orientation."""
    return plus_patterns()[main].id + ("-R" if minus else "")
