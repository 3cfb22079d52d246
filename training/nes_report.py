"""Figures of the export-signal score: by folds of unrelated proteins, on parts of the data, beside the peers, with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from nes_calls import SHARED, is_masked, judge, signal_of
from nes_data import HASHES, LONGEST, Protein
from nes_fit import GRID, Examples
from nes_measures import Calls, Measures, candidate_auc, drawn_weights, interval, measure, precision_at
from peers import peers

__all__ = ["report", "well_known"]

BINS = 10
WELL_KNOWN = {  # accession, and a residue of the signal
    "PKIA": ("P61925", 42), "HIV-1 Rev": ("P69718", 78), "MVM NS2": ("Q83414", 87), "SNUPN": ("O95149", 8),
    "TP53": ("P04637", 348), "NFKBIA": ("P25963", 50), "TOP2A first": ("P11388", 1022), "TOP2A second": ("P11388", 1060),
    "NMD3": ("NP_057022.2", 484), "RIOK2": ("Q9BVS4", 398), "NPM1c": ("ABC40399.1", 291),
}  # fmt: skip


def report(examples: Examples, clusters: np.ndarray, scores: list[np.ndarray], data: Path, draws: int, cutoff: float) -> dict[str, Any]:
    """All figures of the score."""
    proteins = examples.proteins
    calls = [examples.judge(one) for one in scores]
    found = {(int(owner), int(signal)) for owner, signal in zip(examples.owner, examples.signal, strict=True) if signal >= 0}
    signals = sum(len(protein.signals) for protein in proteins)
    parts, counts = subsets(examples, clusters, scores, draws)
    return {
        "data": HASHES,
        "proteins": len(proteins),
        "clusters": len(set(clusters.tolist())),
        "largest clusters": sorted(np.unique(clusters, return_counts=True)[1].tolist())[-5:],
        "signals": signals,
        "candidates": len(examples.owner),
        "candidates on signals": int(examples.right.sum()),
        "grid": len(GRID),
        "unreachable": {"signals that fit no pattern": signals - len(found), "share": (signals - len(found)) / signals},
        "measures": _told(measure(calls, clusters, draws)),
        "subsets": {name: _told(one) for name, one in parts.items()},
        "signals of the subsets": counts,
        "calibration": calibration(calls, cutoff),
        "doubtful": doubtful(examples, clusters, scores, draws),
        "peers": {name: _told(one) for name, one in peer_measures(examples, clusters, data, draws).items()},
        "peers against": against_peers(examples, clusters, scores, data, draws),
        "peers against, spans as they stand": against_peers(Examples(_as_recorded(proteins)), clusters, scores, data, draws),
    }


def _told(one: Measures) -> dict[str, list[float]]:
    return {name: [round(value, 4) for value in (one.values[name], one.low[name], one.high[name])] for name in one.values}


def subsets(examples: Examples, clusters: np.ndarray, scores: list[np.ndarray], draws: int) -> tuple[dict[str, Measures], dict[str, int]]:
    """The same scores on parts of the data, and how many signals each has."""
    proteins = examples.proteins
    parts = {
        "spans of NESdb as they stand, 8 to 30 residues": _as_recorded(proteins),
        "signals of at most 25 residues": [_shorter(one, 25) for one in proteins],
        "human proteins": [one if one.human else _without(one) for one in proteins],
        "seen to bind CRM1": [one if one.binds else _without(one) for one in proteins],
    }
    found, counts = {}, {}
    for name, changed in parts.items():
        held = np.array([bool(one.sequence) for one in changed])
        use = held[examples.owner]
        kept = [one for one, here in zip(changed, held, strict=True) if here]
        number = np.cumsum(held) - 1
        calls = [_judge(kept, examples, one, use, number) for one in scores]
        found[name] = measure(calls, clusters[held], draws)
        counts[name] = sum(len(one.signals) for one in kept)
    return found, counts


def _judge(proteins: list[Protein], examples: Examples, score: np.ndarray, use: np.ndarray, number: np.ndarray) -> Calls:
    owner = number[examples.owner[use]]
    start, end, value = examples.start[use], examples.end[use], score[use]
    each = list(zip((proteins[one] for one in owner), start, end, strict=True))
    right = np.array([signal_of(*one) >= 0 for one in each])
    bare = right | ~np.array([is_masked(*one) for one in each])
    return judge(proteins, owner, start, end, examples.third[use], value, (owner[bare], value[bare], right[bare]))


def _as_recorded(proteins: Sequence[Protein]) -> list[Protein]:
    """Only spans of NESdb as they stand are signals; calls on curated cores are wrong."""
    return [replace(one, signals=one.as_recorded) for one in proteins]


def _shorter(protein: Protein, most: int) -> Protein:
    """A protein whose longer signals are masked."""
    longer = tuple(one for one in protein.signals if one.end - one.start > most)
    return replace(protein, signals=tuple(one for one in protein.signals if one not in longer), masked=(*protein.masked, *longer))


def _without(protein: Protein) -> Protein:
    return replace(protein, sequence="")


def calibration(calls: list[Calls], cutoff: float) -> dict[str, Any]:
    """How far probabilities are from frequencies, over bins of equal size; on all calls, and without those on masked regions."""
    found = {}
    for name, lenient in (("all calls", False), ("masked regions left out", True)):
        score = np.concatenate([one.score for one in calls])
        right = np.concatenate([one.right for one in calls])
        use = ~np.concatenate([one.masked for one in calls]) if lenient else np.ones(len(score), dtype=bool)
        probability, hit = 1 / (1 + np.exp(-score[use])), right[use]
        bins = np.array_split(np.argsort(probability, kind="stable"), BINS)
        rows = [(float(probability[one].mean()), float(hit[one].mean()), len(one)) for one in bins]
        error = sum(count * abs(told - seen) for told, seen, count in rows) / len(hit)
        brier = float(((probability - hit) ** 2).mean())
        told_bins = [[round(told, 4), round(seen, 4), count] for told, seen, count in rows]
        called = probability >= cutoff
        above = float(abs(probability[called].mean() - hit[called].mean()))
        found[name] = {"error": error, "error of calls above the cut-off": above, "brier": brier, "bins (told, seen, calls)": told_bins}
    return found


def doubtful(examples: Examples, clusters: np.ndarray, scores: list[np.ndarray], draws: int) -> dict[str, Any]:
    """Chance that a signal scores above a span that NESdb doubts, by the best candidate of each; a span without one scores lowest.

    Signals have at most 30 residues and doubted spans up to 200; a long one holds more candidates, so the chance is told for both: all
    doubted spans, and those of at most 30.
    """
    mean = np.mean(scores, axis=0)
    rows = [row for number, protein in enumerate(examples.proteins) for row in _span_rows(examples, mean, number, protein)]
    found = {}
    for name, most in (("all", np.inf), (f"at most {LONGEST} residues", LONGEST)):
        table = np.array([row for row in rows if row[3] <= most], dtype=float)
        auc = partial(_span_auc, table)
        drawn = np.array([auc(weight) for weight in drawn_weights(clusters, draws, seed=7)])
        count = int((table[:, 1] == 0).sum())
        found[name] = {"doubtful spans": count, "AUC": [auc(np.ones(len(clusters))), *interval(drawn[np.isfinite(drawn)])]}
    return found


def _span_rows(examples: Examples, score: np.ndarray, number: int, protein: Protein) -> Iterator[tuple[int, int, float, int]]:
    """Protein, whether it is a signal, best score and length of each span."""
    mine = np.flatnonzero(examples.owner == number)
    for kind, spans in ((1, protein.signals), (0, protein.doubtful)):
        for span in spans:
            length = span.end - span.start
            on = [one for one in mine if span.overlap(examples.start[one], examples.end[one]) >= min(SHARED, length)]
            yield number, kind, max((score[one] for one in on), default=-np.inf), length


def _span_auc(table: np.ndarray, weight: np.ndarray) -> float:
    each = weight[table[:, 0].astype(int)]
    good, bad = table[:, 1] == 1, table[:, 1] == 0
    above = (table[good, 2][:, None] > table[bad, 2][None]) + 0.5 * (table[good, 2][:, None] == table[bad, 2][None])
    weights = each[good][:, None] * each[bad][None]
    return float((above * weights).sum() / weights.sum()) if weights.sum() else np.nan


def peer_calls(examples: Examples, data: Path) -> Iterator[tuple[str, Calls]]:
    """Calls of each peer, judged by the same rule; its score of our candidates is that of its best call that shares seven residues."""
    for name, call in peers(data / "peers_wregex").items():
        each = ((number, call(protein.sequence)) for number, protein in enumerate(examples.proteins))
        rows = [(number, one.start - 1, one.end, one.score) for number, calls in each for one in calls]
        owner, start, end = (np.array([row[place] for row in rows], dtype=int) for place in range(3))
        score = np.array([row[3] for row in rows], dtype=float)
        value = np.full(len(examples.owner), -1.0)
        for number in range(len(examples.proteins)):
            theirs, ours = np.flatnonzero(owner == number), np.flatnonzero(examples.owner == number)
            if len(theirs) and len(ours):
                shared = np.minimum(end[theirs][:, None], examples.end[ours]) - np.maximum(start[theirs][:, None], examples.start[ours])
                value[ours] = np.where(shared >= SHARED, score[theirs][:, None], -1.0).max(0)
        bare = ~examples.masked
        candidates = (examples.owner[bare], value[bare], examples.right[bare])
        yield name, judge(examples.proteins, owner, start, end, (start + end) // 2, score, candidates)


def peer_measures(examples: Examples, clusters: np.ndarray, data: Path, draws: int) -> dict[str, Measures]:
    """Measures of each peer."""
    return {name: measure([calls], clusters, draws) for name, calls in peer_calls(examples, data)}


def against_peers(examples: Examples, clusters: np.ndarray, scores: list[np.ndarray], data: Path, draws: int) -> dict[str, Any]:
    """Our precision at the recall that each peer reaches, and the difference, with an interval over clusters drawn again."""
    ours = [examples.judge(one) for one in scores]
    found = {}
    for name, theirs in peer_calls(examples, data):
        weights = [np.ones(len(clusters)), *drawn_weights(clusters, draws, seed=11)]
        rows = np.array([_at_their_recall(ours, theirs, weight) for weight in weights])
        gain, auc = rows[:, 2] - rows[:, 1], rows[:, 4] - rows[:, 3]
        found[name] = {
            "recall": rows[0, 0], "their precision": rows[0, 1], "our precision": rows[0, 2],
            "gain": [gain[0], *interval(gain[1:])], "gain of candidate AUC": [auc[0], *interval(auc[1:])],
            "their calls per 1000 residues": len(theirs.score) / sum(len(one.sequence) for one in examples.proteins) * 1000,
        }  # fmt: skip
    return found


def _at_their_recall(ours: list[Calls], theirs: Calls, weight: np.ndarray) -> list[float]:
    each = weight[theirs.protein]
    hits, signals = (each * theirs.right).sum(), (weight * theirs.signals).sum()
    recall, precision = hits / signals, hits / max(each.sum(), 1e-12)
    mine = np.mean([precision_at(one, weight, recall) for one in ours])
    return [recall, precision, mine, candidate_auc(theirs, weight), np.mean([candidate_auc(one, weight) for one in ours])]


def well_known(examples: Examples, score: np.ndarray) -> dict[str, int | None]:
    """Rank of the first call that holds a residue of each well-known signal; None where no call does."""
    by_accession = {protein.accession: number for number, protein in enumerate(examples.proteins)}
    found: dict[str, int | None] = {}
    for name, (accession, residue) in WELL_KNOWN.items():
        mine = np.flatnonzero(examples.owner == by_accession[accession])
        kept: list[int] = []
        for one in mine[np.argsort(-score[mine], kind="stable")]:
            if all(abs(examples.third[one] - examples.third[other]) >= 10 for other in kept):
                kept.append(int(one))
        ranks = [rank for rank, one in enumerate(kept, start=1) if examples.start[one] < residue <= examples.end[one]]
        found[name] = ranks[0] if ranks else None
    return found
