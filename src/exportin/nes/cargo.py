"""Whether a protein binds XPO1 at all: a humble probability, always beside that from length and disorder alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from exportin.errors import BadSequence, BadTable
from exportin.nes.given import read_given
from exportin.nes.hit import Hit
from exportin.nes.protein import BASELINE, FEATURES, GROUPS, features
from exportin.nes.records import LeftOut, Record, in_batches
from exportin.nes.scan import Sequences, scan_records
from exportin.text_table import read_columns, read_number

__all__ = [
    "CargoPrediction",
    "CargoPredictions",
    "CargoWeights",
    "load_cargo_weights",
    "predict_cargo",
    "predict_records",
    "read_cargo_weights",
    "standardise",
]

_COLUMNS = ["model", "feature", "mean", "spread", "weight", "square"]
_MODELS = ("full", "baseline")
_MOST_NAMED = 3
EDGE = 3.0  # spreads; squares would run away beyond what the fit saw


@dataclass(frozen=True)
class CargoWeights:
    """A logistic regression on features and their squares; a feature far outside of what the fit saw counts as at its edge.

    Attributes
    ----------
    mean, spread, weight, square : float64 array (features,)
        A feature is centred and divided by its spread; then it and its square are weighed.
    intercept : float
    """

    mean: np.ndarray
    spread: np.ndarray
    weight: np.ndarray
    square: np.ndarray
    intercept: float

    def terms(self, values: np.ndarray) -> np.ndarray:
        """What each feature adds to the log odds, (proteins, features)."""
        standard = standardise(values, self.mean, self.spread)
        return standard * self.weight + standard**2 * self.square


def standardise(values: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Features in spreads from their mean, at most `EDGE`."""
    return np.clip((values - mean) / spread, -EDGE, EDGE)


@dataclass(frozen=True)
class CargoPrediction:
    """How likely a protein binds XPO1.

    Attributes
    ----------
    record : str
    probability : float
        That it is a binder, among binders and non-binders in equal numbers.
    baseline : float
        The same from length and disorder alone.
    contributions : dict of str to float
        What each group of features adds to the log odds; with ``baseline rate`` they sum up to them.
    best : Hit or None
        Its most probable signal.
    outside : tuple of str
        Features that lie further than three spreads from those of the fit; they count as at three, and such a protein is none of its kind.
    """

    record: str
    probability: float
    baseline: float
    contributions: dict[str, float] = field(repr=False)
    best: Hit | None
    outside: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "record": self.record,
            "probability": round(self.probability, 4),
            "baseline": round(self.baseline, 4),
            "contributions": {name: round(value, 4) for name, value in self.contributions.items()},
            "best": None if self.best is None else self.best.to_dict(),
            "outside": list(self.outside),
        }


class CargoPredictions(Sequence[CargoPrediction]):
    """Predictions in the order of the records.

    Attributes
    ----------
    left_out : tuple of LeftOut
    """

    def __init__(self, found: Sequence[CargoPrediction], left_out: Sequence[LeftOut] = ()) -> None:
        self._found, self.left_out = tuple(found), tuple(left_out)

    def __getitem__(self, index: Any) -> Any:
        """A prediction by its place, or some of them."""
        return CargoPredictions(self._found[index], self.left_out) if isinstance(index, slice) else self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def __str__(self) -> str:
        head = f"{'record':20} {'binds XPO1':>10} {'length and disorder':>20}  best signal"
        return "\n".join([head, *(_line(one) for one in self._found)])

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        left = [{"name": one.name, "reason": one.reason} for one in self.left_out]
        return {"predictions": [one.to_dict() for one in self._found], "left_out": left}


def _line(one: CargoPrediction) -> str:
    best = one.best
    told = f"{best.start}-{best.end} {best.sequence} {best.probability:.3f}" if best else "no stretch fits a pattern"
    far = f"  [{', '.join(one.outside[:_MOST_NAMED])}: unlike the proteins of the fit]" if one.outside else ""
    return f"{one.record:20} {one.probability:10.3f} {one.baseline:20.3f}  {told}{far}"


def predict_cargo(sequences: Sequences) -> CargoPredictions:
    """How likely proteins bind XPO1, each beside the baseline of length and disorder.

    Trained on the binders and non-binders of Kirli 2015 (human proteins in a pull-down with RanGTP); most of what it knows is what kind
    of protein binds, not the signal, and it is right far less often than a call of a signal in a known cargo.

    Parameters
    ----------
    sequences : str, path, mapping or iterable
        As `exportin.scan_nes` takes them.

    Returns
    -------
    CargoPredictions

    Raises
    ------
    BadSequence
        If no sequence can be read.

    Examples
    --------
    >>> found = predict_cargo("TP53")[0]
    >>> 0 < found.baseline < 1, found.best.sequence
    (True, 'MFRELNEALEL')
    """
    return predict_records(list(read_given(sequences)))


def predict_records(read: Sequence[Record | LeftOut]) -> CargoPredictions:
    """The same of records that were read already.

    Raises
    ------
    BadSequence
        If all are left out.
    """
    records = [one for one in read if isinstance(one, Record)]
    left_out = [one for one in read if isinstance(one, LeftOut)]
    if not records:
        raise BadSequence(f"no sequence to look at: {left_out[0] if left_out else 'nothing was given.'}")
    return CargoPredictions(list(_predict(records)), left_out)


def _predict(records: Sequence[Record]) -> Iterator[CargoPrediction]:
    full, base = (load_cargo_weights()[model] for model in _MODELS)
    for batch in in_batches(records):
        values = features(batch)
        terms = full.terms(values)
        short = base.terms(values[:, : len(BASELINE)]).sum(1) + base.intercept
        for number, (record, hits) in enumerate(scan_records(batch)):
            told = {"baseline rate": full.intercept}
            for name, value in zip(FEATURES, terms[number].tolist(), strict=True):
                told[GROUPS[name]] = told.get(GROUPS[name], 0.0) + value
            best = hits[0] if hits else None
            beyond = np.abs(values[number] - full.mean) > EDGE * full.spread
            outside = tuple(name for name, far in zip(FEATURES, beyond, strict=True) if far)
            yield CargoPrediction(record.name, _logistic(sum(told.values())), _logistic(float(short[number])), told, best, outside)


def _logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


@lru_cache(maxsize=1)
def load_cargo_weights() -> dict[str, CargoWeights]:
    """The weights that ship, of the full model and of the baseline."""
    return read_cargo_weights(Path(__file__).with_name("cargo_weights.tsv"))


def read_cargo_weights(path: Path) -> dict[str, CargoWeights]:
    """Weights of a table.

    Raises
    ------
    BadTable
        If a row is unknown, stands twice or is missing.
    """
    rows = read_columns(path, "weight", _COLUMNS)
    table = {(fields[0], fields[1]): [read_number(text, f"{path.name}, line {line}") for text in fields[2:]] for line, fields in rows}
    wanted = {"full": FEATURES, "baseline": BASELINE}
    expected = {(model, name) for model in _MODELS for name in (*wanted[model], "intercept")}
    if set(table) != expected or len(rows) != len(expected):
        raise BadTable(f"{path.name}: expected one line for each of {len(expected)} features and intercepts; found {len(rows)}.")
    found = {}
    for model in _MODELS:
        columns = np.array([table[model, name] for name in wanted[model]]).T
        found[model] = CargoWeights(*columns, intercept=table[model, "intercept"][2])
    return found
