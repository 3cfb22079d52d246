"""Make the export-signal score from the frozen data, and measure it: by folds of unrelated proteins, beside the peers, with intervals.

    python training/nes_train.py [--data ../shared/data/nes] [--out src/exportin/nes] [--quick]

Writes ``weights.tsv`` into the package and ``results/signals.json`` here. Needs the extra `learn`. The same data give the same figures.
"""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import partial

import numpy as np
from nes_clusters import cluster, folds
from nes_data import read_proteins
from nes_export import to_weights, write_weights
from nes_fit import Examples, Settings, calibrate, fit, nested, out_of_fold, tune
from nes_minus import minus_offset
from nes_mutations import rank_mutations
from nes_options import read_options
from nes_report import report, well_known

from exportin.nes.score import raw_score
from exportin.nes.weights import Weights

OUTER, INNER, SEEDS = 10, 5, (0, 1, 2)
TARGET_RECALL = 0.68  # where LocNES is told; the default cut-off is the probability that reaches it


def main() -> None:
    """Train, measure, write."""
    given = read_options(__doc__)
    proteins = read_proteins(given.data)
    signals = [(number, span.start, span.end) for number, one in enumerate(proteins) for span in (*one.signals, *one.doubtful)]
    clusters = cluster([protein.sequence for protein in proteins], signals=signals)
    examples = Examples(proteins)
    seeds, draws = (SEEDS[:1], 50) if given.quick else (SEEDS, 1000)
    with ProcessPoolExecutor(2) as pool:
        repeated = list(pool.map(partial(nested, examples, clusters, OUTER, INNER), seeds))
    scores = [one for one, _ in repeated]
    weights = final(examples, clusters, scores)
    told = report(examples, clusters, scores, given.data, draws, weights.cutoff) | {
        "settings of the folds": [[asdict(one) for one in chosen] for _, chosen in repeated],
        "cutoff": weights.cutoff,
        "minus": weights.minus,
        "mutations": rank_mutations(examples, clusters, SEEDS[0], repeated[0][1], partial(fold_weights, examples, clusters), draws),
        "probability of reachable signals, held out": quantiles(examples, scores),
        "well known, weights that ship": well_known(examples, shipped_scores(examples, weights)),
        "well known, held out": well_known(examples, np.mean(scores, axis=0)),
    }
    if given.quick:
        print(json.dumps(told["measures"], indent=1))
        return
    write_weights(weights, given.out / "weights.tsv")
    given.results.mkdir(exist_ok=True)
    (given.results / "signals.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def final(examples: Examples, clusters: np.ndarray, scores: list[np.ndarray]) -> Weights:
    """The score that ships: tuned by folds and fitted to everything."""
    part, everything = folds(clusters, INNER, SEEDS[0] + 1000)[examples.owner], np.ones(len(examples.owner), dtype=bool)
    settings = tune(examples, part, everything)
    slope, offset = calibrate(examples, out_of_fold(examples, settings, part), everything)
    fitted = replace(fit(examples, settings, everything), slope=slope, offset=offset)
    cutoff = float(np.mean([_cutoff(examples, one) for one in scores]))
    bare = to_weights(examples, fitted)
    minus = minus_offset(examples.proteins, clusters, partial(fold_weights, examples, clusters, settings))
    return replace(bare, cutoff=round(cutoff, 3), minus=minus)


def fold_weights(examples: Examples, clusters: np.ndarray, settings: Settings, train: np.ndarray) -> Weights:
    """Weights from the proteins of a mask, calibrated out of fold as those that ship."""
    use, part = train[examples.owner], folds(clusters, INNER, SEEDS[0] + 2000)[examples.owner]
    slope, offset = calibrate(examples, out_of_fold(examples, settings, part, use), use)
    return to_weights(examples, replace(fit(examples, settings, use), slope=slope, offset=offset))


def _cutoff(examples: Examples, score: np.ndarray) -> float:
    """Probability that reaches the target recall."""
    calls = examples.judge(score)
    order = np.argsort(-calls.score, kind="stable")
    recall = np.cumsum(calls.right[order]) / calls.signals.sum()
    reached = calls.score[order][np.flatnonzero(recall >= TARGET_RECALL)[0]]
    return float(1 / (1 + np.exp(-reached)))


def quantiles(examples: Examples, scores: list[np.ndarray]) -> dict[str, float]:
    """Probability of the best candidate of each signal that fits a pattern; the strength classes are set by it."""
    mean = 1 / (1 + np.exp(-np.mean(scores, axis=0)))
    best: dict[tuple[int, int], float] = {}
    for owner, signal, probability in zip(examples.owner, examples.signal, mean, strict=True):
        if signal >= 0:
            best[owner, signal] = max(best.get((owner, signal), 0.0), probability)
    return {f"q{level}": round(float(np.percentile(list(best.values()), level)), 4) for level in (10, 25, 50, 75, 90)}


def shipped_scores(examples: Examples, weights: Weights) -> np.ndarray:
    """Log odds by the weights that ship."""
    return weights.offset + weights.slope * raw_score(examples.design, weights)


if __name__ == "__main__":
    main()
