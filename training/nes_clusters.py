"""Clusters of related proteins, which never part: at 30 % identity, or with eleven residues in a row in common.

Every pair is aligned (Smith-Waterman, BLOSUM62, gaps 11 and 1, by parasail) and joined where at least 30 % of an alignment is identical
that covers half of the shorter sequence; so are pairs that share eleven residues in a row among which a signal could lie. Clusters are
what hangs together by such pairs (single linkage), which is stricter than a greedy clustering: no two proteins of different clusters are
alike by this measure. Where signals are given, proteins are joined too whose signals with thirty residues on either side align so over
forty residues with a score of at least 60: relatives may have kept the signal and little else.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import combinations

import numpy as np

__all__ = ["cluster", "folds"]

IDENTITY, COVERAGE, SHARED, LEAST_SCORE, LEAST_ANCHORS = 0.3, 0.5, 11, 50, 3
ANCHORS = frozenset("LIVMF")
AROUND, OVER, LEAST_AROUND = 30, 40, 60  # residues on either side of a signal, of an alignment there, and its score
OPEN, EXTEND = 11, 1


def cluster(
    sequences: list[str],
    workers: int = 2,
    least_score: int = LEAST_SCORE,
    signals: Sequence[tuple[int, int, int]] = (),
) -> np.ndarray:
    """Number of the cluster of each sequence.

    Parameters
    ----------
    sequences : list of str
    workers : int
        Threads.
    least_score : int
        Of an alignment of whole sequences that joins.
    signals : sequence of (int, int, int)
        Sequence, first place and place behind the last of each signal.

    Returns
    -------
    clusters : int64 array (sequences,)
        The lowest number of a sequence in the cluster.
    """
    parent = list(range(len(sequences)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    def join(one: int, other: int) -> None:
        low, high = sorted((root(one), root(other)))
        parent[high] = low

    for pair in _sharing(sequences) | _alike_around(sequences, signals):
        join(*pair)
    with ThreadPoolExecutor(workers) as pool:
        for number, alike in enumerate(pool.map(partial(_alike, sequences, least_score), range(len(sequences)))):
            for other in alike:
                join(number, other)
    return np.array([root(one) for one in range(len(sequences))])


def _sharing(sequences: list[str]) -> set[tuple[int, int]]:
    """Pairs with eleven residues in a row in common; each sequence is paired with the first that has them."""
    first: dict[str, int] = {}
    pairs = set()
    for number, sequence in enumerate(sequences):
        for start in range(len(sequence) - SHARED + 1):
            piece = sequence[start : start + SHARED]
            if sum(residue in ANCHORS for residue in piece) < LEAST_ANCHORS:
                continue  # a run of one residue, say, is common and holds no signal
            owner = first.setdefault(piece, number)
            if owner != number:
                pairs.add((owner, number))
    return pairs


def _alike_around(sequences: list[str], signals: Sequence[tuple[int, int, int]]) -> set[tuple[int, int]]:
    """Pairs whose signals and their surroundings align."""
    import parasail

    pieces = [(one, sequences[one][max(0, start - AROUND) : end + AROUND]) for one, start, end in signals]
    pairs = set()
    for (one, first), (other, second) in combinations(pieces, 2):
        aligned = parasail.sw_stats_striped_32(first, second, OPEN, EXTEND, parasail.blosum62)
        alike = aligned.length >= OVER and aligned.matches >= IDENTITY * aligned.length
        if one != other and alike and aligned.score >= LEAST_AROUND:
            pairs.add((one, other))
    return pairs


def _alike(sequences: list[str], least_score: int, number: int) -> list[int]:
    """Later sequences that align with this one well enough."""
    import parasail

    one = sequences[number]
    profile = parasail.profile_create_stats_16(one, parasail.blosum62)
    found = []
    for other in range(number + 1, len(sequences)):
        two = sequences[other]
        aligned = parasail.sw_stats_striped_profile_16(profile, two, OPEN, EXTEND)
        if aligned.saturated:
            aligned = parasail.sw_stats_striped_32(one, two, OPEN, EXTEND, parasail.blosum62)
        if (
            aligned.score >= least_score
            and aligned.matches >= IDENTITY * aligned.length
            and aligned.length >= COVERAGE * min(len(one), len(two))
        ):
            found.append(other)
    return found


def folds(clusters: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Fold of each sequence; clusters are shuffled and dealt to folds whole.

    Examples
    --------
    >>> parts = folds(np.array([0, 0, 2, 3, 3, 3]), 3, seed=1)
    >>> bool(parts[0] == parts[1]), bool(parts[3] == parts[5]), len(set(parts))
    (True, True, 3)
    """
    names, member = np.unique(clusters, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    dealt = np.empty(len(names), dtype=int)
    dealt[order] = np.arange(len(names)) % count
    return dealt[member]
