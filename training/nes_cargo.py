"""Make the probability that a protein binds XPO1 from the categories of Kirli 2015, and measure it against length and disorder.

    python training/nes_cargo.py [--data ../shared/data/nes] [--out src/exportin/nes] [--quick]

Proteins that fall into one cluster with a protein of NESdb take no part, since the signal score has seen NESdb. Writes
``cargo_weights.tsv`` into the package and ``results/cargoes.json`` here. Run it after nes_train.py, whose weights it reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from nes_clusters import cluster, folds
from nes_data import HASHES, read_binders, read_proteins
from nes_measures import drawn_weights, interval
from nes_options import read_options
from sklearn.linear_model import LogisticRegression

from exportin.nes.cargo import CargoWeights, standardise
from exportin.nes.protein import BASELINE, FEATURES, GROUPS, features
from exportin.nes.records import Record

BINDERS, OTHERS = ("Cargo A", "Cargo B"), "Non-binder"
STRENGTHS, OUTER, INNER, SEEDS, DRAWS = (0.003, 0.01, 0.03, 0.1, 0.3), 10, 5, (0, 1, 2), 1000
LEAST_SCORE = 90  # of an alignment among so many proteins; a lower one comes up by chance, and joins what is not related
PARTS = {
    "length and disorder": lambda name: name in BASELINE,
    "signals added": lambda name: name in BASELINE or GROUPS[name] == "signals",
    "all but signals": lambda name: GROUPS[name] != "signals",
    "all": lambda name: True,
}


class Binders:
    """Proteins of Kirli 2015 that are not related to NESdb, with their features."""

    def __init__(self, data: Path) -> None:
        rows, known = read_binders(data), [one.sequence for one in read_proteins(data)]
        groups = cluster([*known, *(sequence for *_, sequence in rows)], least_score=LEAST_SCORE)
        seen = set(groups[: len(known)].tolist())
        kept = [number for number in range(len(rows)) if groups[len(known) + number] not in seen]
        self.removed = len(rows) - len(kept)
        self.clusters = groups[len(known) :][kept]
        self.category = np.array([rows[number][1] for number in kept])
        self.values = features([Record(rows[number][0], rows[number][2].encode()) for number in kept])
        self.binds = np.isin(self.category, BINDERS)
        self.known = self.binds | (self.category == OTHERS)

    def columns(self, part: str) -> np.ndarray:
        """Features of a part, (proteins, columns)."""
        return self.values[:, [PARTS[part](name) for name in FEATURES]]


def fit(values: np.ndarray, binds: np.ndarray, strength: float) -> CargoWeights:
    """A logistic regression on features and squares, balanced, so that its probability is for equal numbers."""
    mean, spread = values.mean(0), np.maximum(values.std(0), 1e-9)
    standard = standardise(values, mean, spread)
    columns = np.hstack([standard, standard**2])
    model = LogisticRegression(C=strength, max_iter=5000, class_weight="balanced").fit(columns, binds)
    weight, square = np.split(model.coef_[0], 2)
    return CargoWeights(mean, spread, weight, square, float(model.intercept_[0]))


def calibrated(values: np.ndarray, binds: np.ndarray, part: np.ndarray, strength: float) -> CargoWeights:
    """A fit whose log odds are stretched and moved to what they are out of fold."""
    one, scores = fit(values, binds, strength), _held_out(values, binds, part, strength)
    model = LogisticRegression(C=np.inf, class_weight="balanced").fit(scores[:, None], binds)
    slope = float(model.coef_[0, 0])
    return replace(one, weight=one.weight * slope, square=one.square * slope, intercept=one.intercept * slope + float(model.intercept_[0]))


def log_odds(weights: CargoWeights, values: np.ndarray) -> np.ndarray:
    """Log odds of proteins."""
    return weights.terms(values).sum(1) + weights.intercept


def tune(values: np.ndarray, binds: np.ndarray, part: np.ndarray) -> float:
    """The penalty whose out-of-fold log odds rank best."""
    return max(STRENGTHS, key=lambda strength: auc(binds, _held_out(values, binds, part, strength), np.ones(len(binds))))


def _held_out(values: np.ndarray, binds: np.ndarray, part: np.ndarray, strength: float) -> np.ndarray:
    scores = np.empty(len(binds))
    for fold in np.unique(part):
        here = part == fold
        scores[here] = log_odds(fit(values[~here], binds[~here], strength), values[here])
    return scores


def nested(binders: Binders, part: str, seed: int) -> np.ndarray:
    """Log odds from fits and tunings that saw no related protein; categories that are not known take no part in them."""
    values, outer = binders.columns(part), folds(binders.clusters, OUTER, seed)
    inner = folds(binders.clusters, INNER, seed + 1000)
    scores = np.empty(len(values))
    for fold in range(OUTER):
        train = (outer != fold) & binders.known
        strength = tune(values[train], binders.binds[train], inner[train])
        weights = calibrated(values[train], binders.binds[train], inner[train], strength)
        scores[outer == fold] = log_odds(weights, values[outer == fold])
    return scores


def auc(binds: np.ndarray, score: np.ndarray, weight: np.ndarray) -> float:
    """Chance that a binder scores above a non-binder, proteins counted by weight."""
    order = np.argsort(score, kind="stable")
    each, hit = weight[order], binds[order]
    below = np.cumsum(each * ~hit)
    return float((each * hit * below).sum() / ((each * hit).sum() * (each * ~hit).sum()))


def measure(binders: Binders, scores: dict[str, list[np.ndarray]], draws: int) -> dict[str, Any]:
    """Area under the curve of each part, and what it gains over length and disorder, with intervals over clusters."""
    found: dict[str, Any] = {}
    for question, positive in (("Cargo A against Non-binder", ("Cargo A",)), ("Cargo A and B against Non-binder", BINDERS)):
        use = np.isin(binders.category, (*positive, OTHERS))
        binds, groups = binders.binds[use], binders.clusters[use]

        def areas(weight: np.ndarray, use: np.ndarray = use, binds: np.ndarray = binds) -> list[float]:
            return [float(np.mean([auc(binds, one[use], weight) for one in each])) for each in scores.values()]

        whole = np.array(areas(np.ones(len(binds))))
        drawn = np.array([areas(weight) for weight in drawn_weights(groups, draws, seed=17)])
        found[question] = {
            name: {
                "AUC": [whole[place], *interval(drawn[:, place])],
                "gain": [whole[place] - whole[0], *interval(drawn[:, place] - drawn[:, 0])],
            }
            for place, name in enumerate(scores)
        }
    return found


def called(binders: Binders, scores: list[np.ndarray]) -> dict[str, float]:
    """Share of each category with a probability of at least one half."""
    mean = np.mean(scores, axis=0)
    return {category: float((mean[binders.category == category] >= 0).mean()) for category in sorted(set(binders.category))}


def calibration(binders: Binders, scores: list[np.ndarray]) -> float:
    """Mean distance of probability and share that binds, over ten bins; binders weighed to equal numbers, as the probability is meant."""
    use = binders.known
    probability, binds = 1 / (1 + np.exp(-np.mean(scores, axis=0)[use])), binders.binds[use]
    weight = np.where(binds, 0.5 / binds.sum(), 0.5 / (~binds).sum())
    bins = np.array_split(np.argsort(probability, kind="stable"), 10)
    return float(sum(abs((weight[one] * (probability[one] - binds[one])).sum()) for one in bins))


def write(weights: dict[str, CargoWeights], path: Path) -> None:
    """Write the table that `exportin.nes.cargo` reads."""
    lines = ["model\tfeature\tmean\tspread\tweight\tsquare"]
    for model, names in (("full", FEATURES), ("baseline", BASELINE)):
        one = weights[model]
        for row in zip(names, one.mean, one.spread, one.weight, one.square, strict=True):
            lines.append("\t".join([model, row[0], *(f"{value:.5g}" for value in row[1:])]))
        lines.append(f"{model}\tintercept\t0\t1\t{one.intercept:.5g}\t0")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def final(binders: Binders) -> Iterator[tuple[str, CargoWeights, float]]:
    """The models that ship, fitted to everything."""
    part = folds(binders.clusters, INNER, SEEDS[0] + 1000)[binders.known]
    for name, columns in (("full", "all"), ("baseline", "length and disorder")):
        values, binds = binders.columns(columns)[binders.known], binders.binds[binders.known]
        strength = tune(values, binds, part)
        yield name, calibrated(values, binds, part, strength), strength


def main() -> None:
    """Train, measure, write."""
    given = read_options(__doc__)
    binders = Binders(given.data)
    seeds, draws = (SEEDS[:1], 50) if given.quick else (SEEDS, DRAWS)
    scores = {part: [nested(binders, part, seed) for seed in seeds] for part in PARTS}
    made = list(final(binders))
    counts = {category: int((binders.category == category).sum()) for category in sorted(set(binders.category))}
    told = {
        "data": HASHES,
        "proteins": counts,
        "related to NESdb, left out": binders.removed,
        "clusters": len(set(binders.clusters.tolist())),
        "penalties": {name: strength for name, _, strength in made},
        "measures": measure(binders, scores, draws),
        "called at one half": called(binders, scores["all"]),
        "called at one half by length and disorder": called(binders, scores["length and disorder"]),
        "calibration error": calibration(binders, scores["all"]),
    }
    if given.quick:
        print(json.dumps(told["measures"], indent=1))
        return
    write({name: weights for name, weights, _ in made}, given.out / "cargo_weights.tsv")
    given.results.mkdir(exist_ok=True)
    (given.results / "cargoes.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
