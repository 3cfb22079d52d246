"""The export-signal score: a penalised logistic regression, its strengths tuned inside of each fold, its probabilities calibrated there.

Every candidate of a protein with known signals is an example. Signals that many candidates hit would rule the fit, so each candidate of
a signal weighs the square root of its share. The columns fall into groups of different kind, and how strongly each is held back is
tuned; so the residues of the window and of the regions are told by properties, and become a table of residues at the end.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from nes_calls import is_masked, judge, signal_of
from nes_clusters import folds
from nes_data import Protein
from nes_measures import Calls
from sklearn.linear_model import LogisticRegression

from exportin.nes.alphabet import NOTHING, RESIDUES, encode
from exportin.nes.candidates import find_candidates, lay_out, plus_patterns
from exportin.nes.design import EMPTY, REGIONS, describe, describe_proteins
from exportin.nes.patterns import POCKETS

__all__ = ["GRID", "Examples", "Fitted", "Settings", "calibrate", "fit", "nested", "tune"]

PROPERTIES = {
    "acid": "DE", "base": "KR", "P": "P", "G": "G", "polar": "STNQH", "aromatic": "FWY", "aliphatic": "ILVM", "A": "A",
    "L": "L", "hydrophobic": "ILVMFWYC", "beta": "VIYFWT", "S": "S",
}  # fmt: skip
TOLD = np.array([[residue in group for group in PROPERTIES.values()] for residue in RESIDUES], dtype=float)
NEAR = ("spacers", "before", "behind")


@dataclass(frozen=True)
class Settings:
    """How strongly the groups of columns count beside each other, and the penalty on all."""

    C: float
    pocket: float
    window: float
    near: float
    far: float = 0.25
    number: float = 0.6
    pattern: float = 0.5


GRID = [
    Settings(C, pocket, window, near)
    for C, pocket, window, near in itertools.product((0.02, 0.04, 0.08, 0.16), (0.3, 0.5, 0.8), (0.04, 0.08, 0.15), (0.4, 0.7))
]


class Examples:
    """Candidates of proteins, their columns and what they are.

    Parameters
    ----------
    proteins : list of Protein
    """

    def __init__(self, proteins: list[Protein]) -> None:
        self.proteins = proteins
        batch = lay_out([encode(protein.sequence.encode()) for protein in proteins])
        found = find_candidates(batch)
        self.design = describe(batch, found, describe_proteins(batch, found))
        self.owner = found.owner
        begin = batch.starts[found.owner]
        self.start, self.end, self.third = self.design.first - begin, self.design.last + 1 - begin, found.places - begin
        each = list(zip((proteins[one] for one in self.owner), self.start, self.end, strict=True))
        self.signal = np.array([signal_of(*one) for one in each])
        self.right = self.signal >= 0
        self.masked = np.array([is_masked(*one) for one in each]) & ~self.right

    @cached_property
    def weight(self) -> np.ndarray:
        """Weight of each candidate in a fit."""
        groups = list(zip(self.owner, self.signal, strict=True))
        size = {group: groups.count(group) for group in set(groups) if group[1] >= 0}
        mean = np.mean(list(size.values()))
        return np.array([np.sqrt(mean / size[group]) if group in size else 1.0 for group in groups])

    @cached_property
    def groups(self) -> dict[str, np.ndarray]:
        """Columns by group, each column or group scaled to a common size."""
        design, count = self.design, len(self.owner)
        window = np.vstack([TOLD, np.zeros(TOLD.shape[1])])[design.window]
        pockets = [np.eye(EMPTY + 1)[design.pockets[:, pocket]][:, _POCKET_CODES] for pocket in range(len(POCKETS))]
        regions = np.stack([self._composition(region) @ TOLD for region in range(len(REGIONS))], axis=1)
        near = [REGIONS.index(name) for name in NEAR]
        far = [region for region in range(len(REGIONS)) if region not in near]
        return {
            "pattern": np.eye(len(plus_patterns()))[design.main],
            "pocket": np.hstack(pockets),
            "window": window.reshape(count, -1),
            "near": regions[:, near].reshape(count, -1),
            "far": regions[:, far].reshape(count, -1),
            "number": design.numbers,
        }

    def _composition(self, region: int) -> np.ndarray:
        """Share of each residue in a region, (candidates, 20)."""
        return np.column_stack([self.design.region_mean(region, np.eye(NOTHING + 1)[code]) for code in range(NOTHING)])

    @cached_property
    def sizes(self) -> dict[str, np.ndarray]:
        """What a column is divided by: its spread, or one size for all residues at places."""
        common = {"pocket", "window"}
        return {name: np.full(part.shape[1], 0.5) if name in common else _spread(part) for name, part in self.groups.items()}

    def columns(self, settings: Settings) -> np.ndarray:
        """The matrix of a fit, (candidates, columns); what a column is centred on does not depend on what is right."""
        return np.hstack(
            [(part - part.mean(0)) / self.sizes[name] * getattr(settings, name) for name, part in self.groups.items()]
        )

    def judge(self, score: np.ndarray) -> Calls:
        """Calls as they are counted, from a score of each candidate."""
        whole = np.flatnonzero(~self.masked)
        candidates = (self.owner[whole], score[whole], self.right[whole])
        return judge(self.proteins, self.owner, self.start, self.end, self.third, score, candidates)


_POCKET_CODES = [code for code in range(EMPTY + 1) if code != NOTHING]


def _spread(part: np.ndarray) -> np.ndarray:
    spread = part.std(0)
    return np.where(spread > 1e-9, spread, 1.0)


@dataclass(frozen=True)
class Fitted:
    """A fitted score.

    Attributes
    ----------
    settings : Settings
    weight : float64 array (columns,)
    intercept : float
    slope, offset : float
        Log odds are ``offset + slope * raw``.
    """

    settings: Settings
    weight: np.ndarray
    intercept: float
    slope: float = 1.0
    offset: float = 0.0

    def raw(self, columns: np.ndarray) -> np.ndarray:
        """Score before calibration."""
        return columns @ self.weight + self.intercept


def fit(examples: Examples, settings: Settings, train: np.ndarray, columns: np.ndarray | None = None) -> Fitted:
    """Fit to the candidates of a mask; those on masked regions are left out."""
    columns = examples.columns(settings) if columns is None else columns
    use = train & ~examples.masked
    model = LogisticRegression(C=settings.C, max_iter=1000, tol=1e-6)
    model.fit(columns[use], examples.right[use], sample_weight=examples.weight[use])
    return Fitted(settings, model.coef_[0], float(model.intercept_[0]))


def out_of_fold(examples: Examples, settings: Settings, part: np.ndarray, train: np.ndarray | None = None) -> np.ndarray:
    """Raw scores of candidates from fits that did not see their fold; nan outside of `train`."""
    train = np.ones(len(examples.owner), dtype=bool) if train is None else train
    columns, scores = examples.columns(settings), np.full(len(examples.owner), np.nan)
    for fold in np.unique(part[train]):
        here = train & (part == fold)
        scores[here] = fit(examples, settings, train & ~here, columns).raw(columns[here])
    return scores


def tune(examples: Examples, part: np.ndarray, train: np.ndarray) -> Settings:
    """Of the grid the settings whose out-of-fold scores rank the candidates best, by the area under the curve and average precision."""
    best = (-1.0, GRID[0])
    for settings in GRID:
        scores = out_of_fold(examples, settings, part, train)
        best = max(best, (_rank(examples, scores, train), settings), key=lambda one: one[0])
    return best[1]


def _rank(examples: Examples, scores: np.ndarray, train: np.ndarray) -> float:
    from sklearn.metrics import average_precision_score, roc_auc_score

    use = train & ~examples.masked
    right, score = examples.right[use], scores[use]
    return float(roc_auc_score(right, score) + average_precision_score(right, score))


def calibrate(examples: Examples, scores: np.ndarray, train: np.ndarray) -> tuple[float, float]:
    """Slope and offset that make out-of-fold scores of merged calls log odds; calls on masked regions are left out."""
    calls = examples.judge(np.where(train, scores, -np.inf))
    use = np.isfinite(calls.score) & ~calls.masked
    model = LogisticRegression(C=np.inf, max_iter=1000).fit(calls.score[use, None], calls.right[use])
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def nested(examples: Examples, clusters: np.ndarray, outer: int, inner: int, seed: int) -> tuple[np.ndarray, list[Settings]]:
    """Log odds of every candidate from a fit, a tuning and a calibration that saw no protein of its fold.

    Parameters
    ----------
    examples : Examples
    clusters : int64 array (proteins,)
    outer, inner : int
        Number of folds.
    seed : int
        Of the folds.
    """
    part, within = folds(clusters, outer, seed)[examples.owner], folds(clusters, inner, seed + 1000)[examples.owner]
    scores, chosen = np.empty(len(part)), []
    for fold in range(outer):
        train = part != fold
        settings = tune(examples, within, train)
        slope, offset = calibrate(examples, out_of_fold(examples, settings, within, train), train)
        columns = examples.columns(settings)
        scores[~train] = offset + slope * fit(examples, settings, train, columns).raw(columns[~train])
        chosen.append(settings)
    return scores, chosen
