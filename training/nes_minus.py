"""How much less likely a candidate of minus orientation is than one of plus orientation with the same score.

Few signals are known to bind backwards, too few to fit weights of their own. A candidate is therefore read backwards and scored by the
weights of plus signals, and one number is fitted, out of fold: what its log odds must lose for the probabilities to be frequencies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from nes_calls import is_masked, signal_of
from nes_clusters import folds
from nes_data import Protein

from exportin.nes.alphabet import encode
from exportin.nes.candidates import lay_out
from exportin.nes.score import score_batch, strongest
from exportin.nes.weights import Weights

__all__ = ["minus_offset"]

FOLDS, SEED, STEPS = 5, 3, 50


def minus_offset(proteins: Sequence[Protein], clusters: np.ndarray, fold_weights: Callable[[np.ndarray], Weights]) -> float:
    """What the log odds of minus candidates lose.

    Parameters
    ----------
    proteins : sequence of Protein
    clusters : int64 array (proteins,)
    fold_weights : callable
        Weights from the proteins of a mask.
    """
    part = folds(clusters, FOLDS, SEED)
    told: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        weights, held = fold_weights(part != fold), np.flatnonzero(part == fold)
        batch = lay_out([encode(proteins[one].sequence.encode()) for one in held])
        found = score_batch(batch, minus=True, weights=weights)
        found = found.chosen(found.minus)
        found = found.chosen(strongest(found))
        for owner, start, end, value in zip(found.owner, found.start, found.end + 1, found.log_odds - weights.minus, strict=True):
            protein = proteins[held[owner]]
            right = signal_of(protein, start, end) >= 0
            if right or not is_masked(protein, start, end):
                told.append((value, right))
    score, right = np.array([value for value, _ in told]), np.array([hit for _, hit in told])
    return _intercept(score, right)


def _intercept(score: np.ndarray, right: np.ndarray) -> float:
    """The offset at which the mean probability is the share that is right, by bisection."""
    low, high = -20.0, 20.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-score - middle))).mean() < right.mean() else (low, middle)
    return (low + high) / 2
