"""Whether the score finds the residues whose mutation was recorded to harm export, in signals that it was not fitted to.

NESdb records positions, not what was put there; alanine is taken, as most of the experiments did. In each signal every recorded position
with alanine is held against substitutions of all kinds at all positions of the same signal: the figure is the chance that the recorded
one lowers the score more. Part of it is built into the grammar, where a change leaves no pattern; so the chance is also told among changes
that leave one, for recorded positions and for anchors replaced by alanine; and for alanine at recorded positions against alanine at the
other positions of the signal, which is the question of an alanine scan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from nes_clusters import folds
from nes_fit import Examples, Settings
from nes_measures import drawn_weights, interval

from exportin.nes.alphabet import RESIDUES
from exportin.nes.candidates import lay_out
from exportin.nes.hgvs import Substitution
from exportin.nes.hit import Hit, Row, make_hit
from exportin.nes.records import Record
from exportin.nes.score import score_batch
from exportin.nes.variants import Mutation, Variants
from exportin.nes.weights import Weights

__all__ = ["rank_mutations"]


def rank_mutations(
    examples: Examples,
    clusters: np.ndarray,
    seed: int,
    settings: Sequence[Settings],
    fold_weights: Callable[[Settings, np.ndarray], Weights],
    draws: int,
) -> dict[str, Any]:
    """The chance that recorded mutations lower the score more than others, with intervals over clusters.

    Parameters
    ----------
    examples : Examples
    clusters : int64 array (proteins,)
    seed : int
        Of the folds.
    settings : sequence of Settings
        Those that were tuned in each fold.
    fold_weights : callable
        Weights by settings from the proteins of a mask.
    draws : int
        Of the intervals.
    """
    part = folds(clusters, len(settings), seed)
    rows: dict[str, list[tuple[int, float, float]]] = {}
    signals = unseen = 0
    for fold, chosen in enumerate(settings):
        weights = fold_weights(chosen, part != fold)
        for number in np.flatnonzero(part == fold):
            protein = examples.proteins[number]
            for span, places in protein.mutated:
                signals += 1
                hit = _hit_on(protein.sequence, span, weights)
                if hit is None:
                    unseen += 1
                    continue
                for name, (wins, pairs) in _compare(protein.sequence, hit, places, weights).items():
                    rows.setdefault(name, []).append((int(number), wins, pairs))
    told = {name: _chance(found, clusters, draws) for name, found in rows.items()}
    return {"signals with recorded positions": signals, "of these without a pattern": unseen, **told}


def _hit_on(sequence: str, span: Any, weights: Weights) -> Hit | None:
    """The best candidate that shares seven residues with a signal."""
    record = Record("protein", sequence.encode())
    found = score_batch(lay_out([record.codes]), weights=weights)
    shared = np.minimum(found.end + 1, span.end) - np.maximum(found.start, span.start)
    on = np.flatnonzero(shared >= min(7, span.end - span.start))
    return make_hit(Row(record, found, int(on[found.log_odds[on].argmax()]), 1, 0.0)) if len(on) else None


def _compare(sequence: str, hit: Hit, places: tuple[int, ...], weights: Weights) -> dict[str, tuple[float, float]]:
    """Wins and pairs of recorded positions, and of anchors where a pattern is left, against all substitutions of the same core."""
    scorer = Variants(Record("protein", sequence.encode()), hit, weights=weights)
    wanted = [(place, new) for place in range(hit.start, hit.end + 1) for new in RESIDUES if new != sequence[place - 1]]
    everything = scorer.score([(Substitution(place, sequence[place - 1], new),) for place, new in wanted])
    alanine = {one.changes[0].position: one for one in everything if one.changes[0].mutant == "A"}
    recorded = [alanine[place + 1] for place in places if place + 1 in alanine]
    anchored = [alanine[place] for place in (int(one[1:]) for one in hit.pockets.values()) if place in alanine]
    left = [one for one in everything if not one.lost]
    held = {one.changes[0].position for one in recorded}
    return {
        "recorded": _wins(recorded, everything),
        "recorded to alanine, against alanine elsewhere": _wins(recorded, [one for place, one in alanine.items() if place not in held]),
        "recorded, pattern left": _wins([one for one in recorded if not one.lost], left),
        "anchor to alanine, pattern left": _wins([one for one in anchored if not one.lost], left),
    }


def _wins(ours: list[Mutation], theirs: list[Mutation]) -> tuple[float, float]:
    """How often one of ours lowers the score more than one of theirs, equals half; and of how many pairs."""
    mine, other = np.array([one.change for one in ours]), np.array([one.change for one in theirs])
    below = (mine[:, None] < other[None]).sum() + 0.5 * (mine[:, None] == other[None]).sum() if len(mine) and len(other) else 0.0
    return float(below), float(len(mine) * len(other))


def _chance(rows: list[tuple[int, float, float]], clusters: np.ndarray, draws: int) -> dict[str, Any]:
    """Each signal counts the same; signals without a pair are left out."""
    table = np.array([row for row in rows if row[2]], dtype=float).reshape(-1, 3)
    owner, share = table[:, 0].astype(int), table[:, 1] / table[:, 2]

    def mean(weight: np.ndarray) -> float:
        each = weight[owner]
        return float((each * share).sum() / each.sum()) if each.sum() else np.nan

    drawn = np.array([mean(weight) for weight in drawn_weights(clusters, draws, seed=13)])
    return {"signals": len(table), "chance": [mean(np.ones(len(clusters))), *interval(drawn[np.isfinite(drawn)])]}
