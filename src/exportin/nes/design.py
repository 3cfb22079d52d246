"""What the score of a candidate is made of: its pattern, the residues in its pockets and around it, and what it lies in.

All of it is a sum of terms, so that every term can be shown. Three kinds: residues at a place (a table by place and residue), residues
of a region (the mean of a table over the region), and numbers. The same description makes the matrix of a fit and the score of a scan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from exportin.nes.alphabet import NOTHING
from exportin.nes.candidates import PAD, Batch, Candidates, plus_patterns
from exportin.nes.patterns import POCKETS
from exportin.nes.scales import by_code, scale

__all__ = ["EMPTY", "NUMBERS", "PHI", "REGIONS", "TERMS", "WINDOW", "Design", "Proteins", "describe", "describe_proteins"]

EMPTY = NOTHING + 1  # a pocket that the pattern leaves empty
WINDOW = tuple(range(-16, 11))  # places around P3 whose residues count one by one
# Regions whose composition counts. Fixed ones are told by their distance from P3, the others by the ends of the core.
_FIXED = {
    "N45": (-45, -26),
    "N25": (-25, -15),
    "N14": (-14, -10),
    "C3": (3, 6),
    "C7": (7, 12),
    "C13": (13, 25),
    "C26": (26, 45),
}
_FLANK = 8
REGIONS = ("spacers", "before", "behind", *_FIXED)
NUMBERS = (
    "classes",
    "weak",
    "greasy spacers",
    "run",
    "long run",
    "helix moment",
    "strand moment",
    "crowd 6",
    "crowd 15",
    "crowd 40",
    "disorder",
    "protein disorder",
    "log length",
    "log candidates",
)
PHI = tuple(f"phi{number}" for number in range(len(POCKETS)))
# What a score is told as; every weight counts with one of them.
TERMS = ("pattern", *PHI, "spacers", "N flank", "C flank", "amphipathy", "disorder", "surroundings")
_GREASY = "LIVMFWYC"
_RUN = "LIVMFWY"
# What is measured here was chosen, what it weighs was fitted. The program NESmapper takes off for spacers with a hydrophobic share of
# 0.4; its paper, as a survey tells, refuses more than four hydrophobic residues in a row.
_GREASY_SHARE, _LONG_RUN = 0.4, 4
# The angle between residues of a helix (3.6 a turn), and of a strand that is a little twisted.
_HELIX = (-10, 2, 100.0)  # places, and the angle between residues in degrees
_STRAND = (-5, 2, 170.0)
_CROWDS = (6, 15, 40)
_AROUND = 45
_PHI0 = -3  # of the residue in P1: Phi0 and two residues between


@dataclass(frozen=True)
class Proteins:
    """What holds for a whole sequence.

    Attributes
    ----------
    disorder : float64 array (sequences,)
        Mean of TOP-IDP.
    log_length, log_candidates : float64 array (sequences,)
        Natural logarithms.
    """

    disorder: np.ndarray
    log_length: np.ndarray
    log_candidates: np.ndarray


@dataclass(frozen=True)
class Design:
    """Candidates as the score sees them.

    Attributes
    ----------
    codes : uint8 array (places,)
        The batch in the direction in which the signal is read.
    main : int64 array (candidates,)
    matches : bool array (candidates, patterns)
    first, last : int64 array (candidates,)
        Places of the outer anchors.
    pockets : uint8 array (candidates, 5)
        Codes in P0 to P4; `EMPTY` where the pattern leaves one empty, and for P0 the residue that would fill it.
    anchored : int64 array (candidates, 5)
        Places of the anchors; -1 where there is none.
    window : uint8 array (candidates, len(WINDOW))
    regions : tuple of (int64 array, int64 array)
        First place, and the place behind the last, of each of `REGIONS`.
    numbers : float64 array (candidates, len(NUMBERS))
    """

    codes: np.ndarray
    main: np.ndarray
    matches: np.ndarray
    first: np.ndarray
    last: np.ndarray
    pockets: np.ndarray
    anchored: np.ndarray
    window: np.ndarray
    regions: tuple[tuple[np.ndarray, np.ndarray], ...]
    numbers: np.ndarray

    def region_mean(self, region: int, table: np.ndarray) -> np.ndarray:
        """Mean of a table by code over one of `REGIONS`; places that say nothing count as 0, anchors are left out of the spacers."""
        total = np.concatenate([[0.0], np.cumsum(table[self.codes])])
        start, stop = self.regions[region]
        summed, count = total[stop] - total[start], stop - start
        if REGIONS[region] == "spacers":
            held = self.anchored >= 0
            summed = summed - np.where(held, table[self.codes[np.maximum(self.anchored, 0)]], 0.0).sum(1)
            count = count - held.sum(1)
        return summed / count


def describe_proteins(batch: Batch, found: Candidates) -> Proteins:
    """Length, number of candidates and mean disorder of each sequence of a batch."""
    total = np.concatenate([[0.0], np.cumsum(scale("disorder")[batch.codes])])
    length = np.maximum(batch.lengths, 1)
    count = np.bincount(found.owner, minlength=len(batch.lengths))
    disorder = (total[batch.starts + batch.lengths] - total[batch.starts]) / length
    return Proteins(disorder, np.log(length), np.log(np.maximum(count, 1)))


def describe(batch: Batch, found: Candidates, proteins: Proteins) -> Design:
    """Candidates of a batch as the score sees them.

    Parameters
    ----------
    batch : Batch
        Read in the direction of the signals.
    found : Candidates
        Of the plus patterns in that direction.
    proteins : Proteins
        Of the sequences of the batch.
    """
    offsets = _offsets()[found.main]  # (candidates, pockets)
    held = offsets != PAD
    anchored = np.where(held, found.places[:, None] + offsets, -1)
    first = np.where(held, anchored, np.iinfo(np.int64).max).min(1)
    last = anchored.max(1)
    pockets = np.where(held, batch.codes[np.maximum(anchored, 0)], EMPTY).astype(np.uint8)
    one = POCKETS.index("P1")
    pockets[:, 0] = np.where(held[:, 0], pockets[:, 0], batch.codes[anchored[:, one] + _PHI0])
    around = {"spacers": (first, last + 1), "before": (first - _FLANK, first), "behind": (last + 1, last + 1 + _FLANK)}
    fixed = {name: (found.places + start, found.places + stop + 1) for name, (start, stop) in _FIXED.items()}
    window = batch.codes[found.places[:, None] + np.array(WINDOW)]
    regions = tuple((around | fixed)[name] for name in REGIONS)
    bare = Design(batch.codes, found.main, found.matches, first, last, pockets, anchored, window, regions, np.empty(0))
    return replace(bare, numbers=_numbers(batch, found, proteins, bare))


@lru_cache(maxsize=1)
def _offsets() -> np.ndarray:
    """Distances of the anchors of each plus pattern from P3; `PAD` where a pocket stays empty."""
    return np.array([[PAD if place is None else place for place in pattern.places] for pattern in plus_patterns()])


def _numbers(batch: Batch, found: Candidates, proteins: Proteins, design: Design) -> np.ndarray:
    greasy = design.region_mean(REGIONS.index("spacers"), by_code(dict.fromkeys(_GREASY, 1.0)))
    run = _longest_run(batch, found, design)
    columns = {
        "classes": found.matches.sum(1),
        "weak": found.weak,
        "greasy spacers": greasy > _GREASY_SHARE,
        "run": run,
        "long run": run >= _LONG_RUN,
        "helix moment": _moment(batch, found, *_HELIX),
        "strand moment": _moment(batch, found, *_STRAND),
        **{f"crowd {width}": _crowd(found, width) for width in _CROWDS},
        "disorder": _local_disorder(batch, found),
        "protein disorder": proteins.disorder[found.owner],
        "log length": proteins.log_length[found.owner],
        "log candidates": proteins.log_candidates[found.owner],
    }
    return np.column_stack([columns[name] for name in NUMBERS]).astype(float)


def _longest_run(batch: Batch, found: Candidates, design: Design) -> np.ndarray:
    """Longest run of hydrophobic residues between the outer anchors."""
    greasy = by_code(dict.fromkeys(_RUN, 1.0)).astype(np.uint8)
    places = (place for pattern in plus_patterns() for place in pattern.filled)
    reach = sorted(set(places))
    run = best = np.zeros(len(found), dtype=np.uint8)
    for offset in range(reach[0], reach[-1] + 1):
        at = found.places + offset
        run = (run + 1) * greasy[batch.codes[at]] * ((at >= design.first) & (at <= design.last))
        best = np.maximum(best, run)
    return best


def _moment(batch: Batch, found: Candidates, start: int, stop: int, degrees: float) -> np.ndarray:
    """Hydrophobic moment a residue, over places around P3."""
    steps = np.arange(start, stop + 1)
    values = scale("hydrophobicity")[batch.codes[found.places[:, None] + steps]]
    turns = np.deg2rad(degrees) * steps
    return np.hypot(values @ np.cos(turns), values @ np.sin(turns)) / len(steps)


def _crowd(found: Candidates, width: int) -> np.ndarray:
    """How many other candidates have their P3 within so many residues."""
    low = np.searchsorted(found.places, found.places - width, side="left")
    high = np.searchsorted(found.places, found.places + width, side="right")
    return high - low - 1


def _local_disorder(batch: Batch, found: Candidates) -> np.ndarray:
    """Mean of TOP-IDP around P3, over the residues that are there."""
    total = np.concatenate([[0.0], np.cumsum(scale("disorder")[batch.codes])])
    start, end = batch.starts[found.owner], batch.starts[found.owner] + batch.lengths[found.owner]
    low, high = np.maximum(found.places - _AROUND, start), np.minimum(found.places + _AROUND + 1, end)
    return (total[high] - total[low]) / (high - low)
