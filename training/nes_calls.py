"""Calls on proteins, held against their signals: one rule for our score and for every peer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from nes_data import Protein
from nes_measures import Calls

__all__ = ["SHARED", "is_masked", "judge", "signal_of"]

SHARED = 7  # residues of a core that lie in a signal, for a call to be right
MERGED = 10


def signal_of(protein: Protein, start: int, end: int) -> int:
    """Number of the signal that a core hits; -1 where it hits none. Places from 0, the end left out."""
    shared = [signal.overlap(start, end) for signal in protein.signals]
    right = [one for one, signal in enumerate(protein.signals) if shared[one] >= min(SHARED, signal.end - signal.start)]
    return max(right, key=lambda one: shared[one], default=-1)


def is_masked(protein: Protein, start: int, end: int) -> bool:
    """Whether a core that hits no signal touches one, or what is neither signal nor background."""
    return any(span.overlap(start, end) > 0 for span in (*protein.signals, *protein.masked))


def judge(
    proteins: Sequence[Protein],
    owner: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    middle: np.ndarray,
    score: np.ndarray,
    candidates: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
) -> Calls:
    """Calls as they are counted.

    Parameters
    ----------
    proteins : sequence of Protein
    owner, start, end, middle : int64 array (calls,)
        Protein, core (from 0, the end left out), and the place by which calls are near each other.
    score : float64 array (calls,)
    candidates : tuple of arrays (candidates,), optional
        Protein, score, and whether it is right, of candidates before merging; by default the calls themselves.
    """
    kept: list[tuple[int, float, bool, bool]] = []
    first, second = np.zeros(len(proteins)), np.zeros(len(proteins))
    for number, protein in enumerate(proteins):
        mine = np.flatnonzero(owner == number)
        best = _merge(mine[np.lexsort((start[mine], -score[mine]))], middle)
        hit = [signal_of(protein, start[one], end[one]) for one in best]
        first[number], second[number] = _chances(score[best], np.array(hit) >= 0)
        seen: set[int] = set()
        for one, signal in zip(best, hit, strict=True):
            if signal not in seen or signal < 0:
                kept.append((number, score[one], signal >= 0, signal < 0 and is_masked(protein, start[one], end[one])))
            seen.add(signal)
    told = np.array(kept, dtype=float).reshape(-1, 4)
    signals = np.array([len(protein.signals) for protein in proteins])
    raw = candidates or (told[:, 0].astype(int), told[:, 1], told[:, 2].astype(bool))
    return Calls(told[:, 0].astype(int), told[:, 1], told[:, 2].astype(bool), told[:, 3].astype(bool), first, second, signals, *raw)


def _merge(order: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Calls from the best down, without those near a better one."""
    kept: list[int] = []
    for one in order:
        if all(abs(int(middle[one]) - int(middle[other])) >= MERGED for other in kept):
            kept.append(int(one))
    return np.array(kept, dtype=int)


def _chances(score: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Chance that the first call is right, and one of the first two; equal scores stand in any order."""
    if not right.any():
        return 0.0, 0.0
    tied = score == score[0]
    count, good = int(tied.sum()), int(right[tied].sum())
    first = good / count
    if count >= 2:
        bad = count - good
        return first, 1 - bad * (bad - 1) / (count * (count - 1))
    next_tied = score == score[1] if len(score) > 1 else tied
    return first, 1.0 if right[0] else float(right[next_tied].mean())
