"""How good calls are: by candidate, by signal and by protein, with intervals over clusters.

One rule for every predictor: of calls whose P3 (or middle) lie within ten residues the best stays; a call is right where its core shares
seven residues with a signal (or all of a shorter one); each signal counts once, further calls on it count neither way; every other call
is wrong, one on a masked region too, unless the measure says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

__all__ = ["MEASURES", "Calls", "Measures", "candidate_auc", "drawn_weights", "interval", "measure", "precision_at", "weigh"]

MEASURES = (
    "candidate AUC",
    "average precision",
    "precision at recall .30",
    "precision at recall .50",
    "precision at recall .68",
    "precision at recall .68, masked regions left out",
    "recall at precision .26",
    "most recall",
    "first is right",
    "one of two is right",
)
RECALLS = (0.30, 0.50, 0.68)


@dataclass(frozen=True)
class Calls:
    """Calls of a predictor over proteins.

    Attributes
    ----------
    protein : int64 array (calls,)
    score : float64 array (calls,)
    right, masked : bool array (calls,)
        Whether a call is right; whether a wrong one lies on a masked region.
    first, second : float64 array (proteins,)
        Chance that the best call is right, and that one of the best two is; equal scores stand in any order.
    signals : int64 array (proteins,)
        How many signals each has.
    candidate_protein, candidate_score, candidate_right : arrays (candidates,)
        Candidates before any is merged, without those on masked regions.
    """

    protein: np.ndarray
    score: np.ndarray
    right: np.ndarray
    masked: np.ndarray
    first: np.ndarray
    second: np.ndarray
    signals: np.ndarray
    candidate_protein: np.ndarray
    candidate_score: np.ndarray
    candidate_right: np.ndarray


@dataclass(frozen=True)
class Measures:
    """Values of `MEASURES` with their interval."""

    values: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]


def weigh(calls: Calls, weight: np.ndarray) -> np.ndarray:
    """Values of `MEASURES` with proteins counted by weight, (measures,)."""
    order = np.argsort(-calls.score, kind="stable")
    each, right, masked = weight[calls.protein][order], calls.right[order], calls.masked[order]
    signals = (weight * calls.signals).sum()
    hits, wrong = np.cumsum(each * right), np.cumsum(each * ~right)
    outside = np.cumsum(each * (~right & ~masked))
    recall, precision = hits / signals, hits / np.maximum(hits + wrong, 1e-12)
    lenient = hits / np.maximum(hits + outside, 1e-12)
    with_signal = weight * (calls.signals > 0)
    values = [candidate_auc(calls, weight), _average_precision(calls, weight)]
    values += [_at(recall, precision, level) for level in RECALLS]
    values += [_at(recall, lenient, RECALLS[-1])]
    values += [recall[precision >= 0.26].max(initial=0.0), recall[-1] if len(recall) else 0.0]
    values += [(with_signal * chance).sum() / with_signal.sum() for chance in (calls.first, calls.second)]
    return np.array(values)


def _at(recall: np.ndarray, precision: np.ndarray, level: float) -> float:
    """Precision where recall first reaches a level; 0 where it never does."""
    reached = np.flatnonzero(recall >= level)
    return float(precision[reached[0]]) if len(reached) else 0.0


def candidate_auc(calls: Calls, weight: np.ndarray) -> float:
    """Chance that a right candidate scores above a wrong one; equals count half."""
    each = weight[calls.candidate_protein]
    values, place = np.unique(calls.candidate_score, return_inverse=True)
    right = np.bincount(place, each * calls.candidate_right, len(values))
    wrong = np.bincount(place, each * ~calls.candidate_right, len(values))
    below = np.cumsum(wrong) - wrong
    return float((right * (below + wrong / 2)).sum() / (right.sum() * wrong.sum()))


def _average_precision(calls: Calls, weight: np.ndarray) -> float:
    order = np.argsort(-calls.candidate_score, kind="stable")
    each, right = weight[calls.candidate_protein][order], calls.candidate_right[order]
    found, all_of = np.cumsum(each * right), np.cumsum(each)
    return float((each * right * found / np.maximum(all_of, 1e-12)).sum() / found[-1])


def measure(calls: list[Calls], clusters: np.ndarray, draws: int = 1000, seed: int = 5) -> Measures:
    """Values of `MEASURES`, the mean over repetitions, with a 95 % interval by drawing clusters again.

    Parameters
    ----------
    calls : list of Calls
        One for each repetition of the cross-validation.
    clusters : int64 array (proteins,)
    draws : int
    seed : int
    """
    whole = np.mean([weigh(one, np.ones(len(clusters))) for one in calls], axis=0)
    drawn = [np.mean([weigh(one, weight) for one in calls], axis=0) for weight in drawn_weights(clusters, draws, seed)]
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return Measures(*(dict(zip(MEASURES, map(float, values), strict=True)) for values in (whole, low, high)))


def drawn_weights(clusters: np.ndarray, draws: int, seed: int) -> Iterator[np.ndarray]:
    """Weights of the proteins for clusters drawn again with replacement."""
    names, member = np.unique(clusters, return_inverse=True)
    random = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.bincount(random.integers(0, len(names), len(names)), minlength=len(names)).astype(float)[member]


def precision_at(calls: Calls, weight: np.ndarray, recall: float) -> float:
    """Precision where a recall is first reached; 0 where it never is."""
    order = np.argsort(-calls.score, kind="stable")
    each = weight[calls.protein][order]
    hits = np.cumsum(each * calls.right[order])
    return _at(hits / (weight * calls.signals).sum(), hits / np.maximum(np.cumsum(each), 1e-12), recall)


def interval(values: np.ndarray) -> tuple[float, float]:
    """From the 2.5th to the 97.5th percentile."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
