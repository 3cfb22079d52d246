"""Scores of a signal with its residues changed: given substitutions, every single one, and the fewest alanines that silence it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from exportin.nes.alphabet import RESIDUES, encode
from exportin.nes.candidates import PAD, find_candidates, lay_out
from exportin.nes.design import Proteins, describe_proteins
from exportin.nes.hgvs import Substitution, name_of, short_name
from exportin.nes.hit import SAME, Hit
from exportin.nes.patterns import anchors
from exportin.nes.records import Record
from exportin.nes.score import Scored, score_batch
from exportin.nes.weights import Weights, load_weights

__all__ = ["Mutation", "Variants", "score_single", "silence"]

_MOST_ALANINES = 5
_PROPOSED = 5


@dataclass(frozen=True)
class Mutation:
    """One or more substitutions and what becomes of the signal.

    Attributes
    ----------
    changes : tuple of Substitution
    probability : float
        Of the best candidate in the place of the signal; 0 where no pattern is left.
    change : float
        Of the log odds, natural logarithm; minus infinity where no pattern is left.
    lost : bool
        Whether no pattern is left. The fall is then built into the grammar rather than found by the score.
    """

    changes: tuple[Substitution, ...]
    probability: float
    change: float
    lost: bool

    @property
    def name(self) -> str:
        """Name by HGVS."""
        return name_of(self.changes)

    @property
    def short(self) -> str:
        """Name in single letters."""
        return short_name(self.changes)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        change = None if self.lost else round(self.change, 4)
        return {"name": self.name, "short": self.short, "probability": round(self.probability, 4), "change": change, "lost": self.lost}


class Variants:
    """Scores of a signal with its residues changed; what holds for the whole protein stays that of the wild type.

    Parameters
    ----------
    record : Record
    wild : Hit
    minus : bool
    weights : Weights, optional
        By default those that ship.
    """

    def __init__(self, record: Record, wild: Hit, *, minus: bool = False, weights: Weights | None = None) -> None:
        self.record, self.wild, self.minus = record, wild, minus
        self.weights = weights or load_weights()
        whole = lay_out([record.codes])
        self.proteins = describe_proteins(whole, find_candidates(whole))
        margin = 2 * PAD  # more than any window reaches
        self.begin = max(0, wild.start - 1 - margin)
        self.piece = record.codes[self.begin : wild.end + margin]
        self.baseline = self.weights.slope * self.weights.intercept + self.weights.offset
        self.log_odds = float(self._best([self.piece])[0])

    def score(self, wanted: Sequence[tuple[Substitution, ...]]) -> list[Mutation]:
        """Each variant, with the change against the wild type."""
        pieces = []
        for changes in wanted:
            letters = bytearray(self.piece)
            for one in changes:
                if 0 <= (place := one.position - 1 - self.begin) < len(letters):
                    letters[place] = encode(one.mutant.encode())[0]
            pieces.append(bytes(letters))
        best = self._best(pieces)
        return [
            Mutation(changes, float(1 / (1 + np.exp(-value))), float(value - self.log_odds), not np.isfinite(value))
            for changes, value in zip(wanted, best, strict=True)
        ]

    def _best(self, pieces: Sequence[bytes]) -> np.ndarray:
        """Log odds of the best candidate in the place of the signal; minus infinity where there is none."""
        best = np.full(len(pieces), -np.inf)
        if not pieces:
            return best
        proteins = Proteins(*(np.repeat(getattr(self.proteins, name), len(pieces)) for name in self.proteins.__dataclass_fields__))
        found = score_batch(lay_out(pieces), minus=self.minus, proteins=proteins, weights=self.weights)
        here = self._same(found)
        np.maximum.at(best, found.owner[here], found.log_odds[here])
        return best

    def _same(self, found: Scored) -> np.ndarray:
        start, end = self.wild.start - 1 - self.begin, self.wild.end - self.begin
        shared = np.minimum(found.end + 1, end) - np.maximum(found.start, start)
        return shared >= min(SAME, end - start)


def score_single(scorer: Variants, positions: Sequence[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every single substitution, by position and residue: probability, change of the log odds, whether no pattern is left.

    Parameters
    ----------
    scorer : Variants
    positions : sequence of int
        From 1.

    Returns
    -------
    probability, change, lost : arrays (positions, 20)
        As `Mutants` has them.
    """
    letters = scorer.record.sequence
    wanted = [
        (row, code, (Substitution(position, letters[position - 1], residue),))
        for row, position in enumerate(positions)
        for code, residue in enumerate(RESIDUES)
        if residue != letters[position - 1]
    ]
    probability = np.full((len(positions), len(RESIDUES)), np.nan)
    change, lost = probability.copy(), np.zeros(probability.shape, dtype=bool)
    for (row, code, _), told in zip(wanted, scorer.score([changes for *_, changes in wanted]), strict=True):
        probability[row, code], change[row, code], lost[row, code] = told.probability, told.change, told.lost
    return probability, change, lost


def silence(scorer: Variants) -> tuple[Mutation, ...]:
    """The smallest sets of alanines that leave no pattern, or bring the signal down to the mean candidate."""
    letters = scorer.record.sequence
    rule = anchors()
    places = [
        place
        for place in range(scorer.wild.start, scorer.wild.end + 1)
        if letters[place - 1] in rule.strong + rule.weak and letters[place - 1] != "A"
    ]
    for size in range(1, min(_MOST_ALANINES, len(places)) + 1):
        sets = [tuple(Substitution(place, letters[place - 1], "A") for place in chosen) for chosen in combinations(places, size)]
        silent = [one for one in scorer.score(sets) if _is_silent(one, scorer)]
        if silent:
            return tuple(sorted(silent, key=lambda one: (not one.lost, one.probability, one.changes)))[:_PROPOSED]
    return ()


def _is_silent(one: Mutation, scorer: Variants) -> bool:
    return one.lost or scorer.log_odds + one.change <= scorer.baseline < scorer.log_odds
