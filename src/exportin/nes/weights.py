"""The fitted numbers of the score, as the table that ships holds them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from exportin.errors import BadTable
from exportin.nes.alphabet import NOTHING, RESIDUES
from exportin.nes.candidates import plus_patterns
from exportin.nes.design import EMPTY, NUMBERS, REGIONS, TERMS, WINDOW
from exportin.nes.patterns import POCKETS
from exportin.text_table import read_columns, read_number

__all__ = ["Weights", "load_weights", "read_weights"]

_COLUMNS = ["term", "key", "residue", "weight", "centre"]
_ONE = {"intercept", "slope", "offset", "minus", "cutoff"}


@dataclass(frozen=True)
class Weights:
    """Weights by term; a sum of them is the raw score, which `slope` and `offset` turn into log odds.

    Attributes
    ----------
    pattern : float64 array (patterns,)
    pocket : float64 array (5, 22)
        By pocket and code.
    window : float64 array (len(WINDOW), 21)
    region : float64 array (len(REGIONS), 21)
    number, centre : float64 array (len(NUMBERS),)
    mean : float64 array (len(TERMS),)
        Of each term over the candidates of the fit; it is taken off, so that a term tells how a candidate differs from the mean.
    intercept : float
    slope, offset : float
        Log odds are ``offset + slope * raw``.
    minus : float
        Added to the log odds of a signal of minus orientation.
    cutoff : float
        Probability from which a hit is called by default.
    """

    pattern: np.ndarray
    pocket: np.ndarray
    window: np.ndarray
    region: np.ndarray
    number: np.ndarray
    centre: np.ndarray
    mean: np.ndarray
    intercept: float
    slope: float
    offset: float
    minus: float
    cutoff: float


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The weights that ship.

    Examples
    --------
    >>> 0 < load_weights().cutoff < 1
    True
    """
    return read_weights(Path(__file__).with_name("weights.tsv"))


def read_weights(path: Path) -> Weights:
    """Weights of a table.

    Parameters
    ----------
    path : Path
        Tab-separated: term, key, residue, weight, centre. Every weight of the score stands in it once.

    Raises
    ------
    BadTable
        If a row is unknown, stands twice or is missing.
    """
    rows = read_columns(path, "weight", _COLUMNS)
    tables, spread = _empty(), {"centre": np.full(len(NUMBERS), np.nan)}
    singles: dict[str, float] = {}
    for line, (term, key, residue, weight, centre) in rows:
        where = f"{path.name}, line {line}"
        value = read_number(weight, where)
        if term in _ONE:
            singles[term] = value
            continue
        index = _index(term, key, residue, where)
        if not np.isnan(tables[term][index]):
            raise BadTable(f"{where}: {term} {key} {residue} stands twice; expected each weight once.")
        tables[term][index] = value
        if term == "number":
            spread["centre"][index] = read_number(centre, where)
    return _complete(path, tables | spread, singles)


def _empty() -> dict[str, np.ndarray]:
    """Tables without a weight; a place that says nothing has none."""
    shapes = {"pattern": (len(_pattern_ids()),), "number": (len(NUMBERS),), "mean": (len(TERMS),), "pocket": (len(POCKETS), EMPTY + 1)}
    shapes |= {"window": (len(WINDOW), NOTHING + 1), "region": (len(REGIONS), NOTHING + 1)}
    tables = {term: np.full(shape, np.nan) for term, shape in shapes.items()}
    for term in ("pocket", "window", "region"):
        tables[term][:, NOTHING] = 0.0
    return tables


def _pattern_ids() -> list[str]:
    return [pattern.id for pattern in plus_patterns()]


def _index(term: str, key: str, residue: str, where: str) -> tuple[int, ...]:
    """Where in its table a weight stands."""
    keys = {"pattern": _pattern_ids(), "number": list(NUMBERS), "mean": list(TERMS), "pocket": list(POCKETS)}
    keys |= {"window": [str(place) for place in WINDOW], "region": list(REGIONS)}
    codes = {letter: code for code, letter in enumerate(RESIDUES)} | ({"empty": EMPTY} if term == "pocket" else {})
    if key not in keys.get(term, ()):
        raise BadTable(f"{where}: {term} {key} is no weight of this score.")
    if term in {"pattern", "number", "mean"}:
        return (keys[term].index(key),)
    if residue not in codes:
        raise BadTable(f"{where}: expected a residue, found {residue!r}.")
    return keys[term].index(key), codes[residue]


def _complete(path: Path, tables: dict[str, np.ndarray], singles: dict[str, float]) -> Weights:
    lacking = sorted(_ONE - set(singles)) + [term for term, table in tables.items() if np.isnan(table).any()]
    if lacking:
        raise BadTable(f"{path.name}: weights of {', '.join(lacking)} are missing; expected one for each residue, pattern and number.")
    given: dict[str, Any] = tables | singles
    return Weights(**given)
