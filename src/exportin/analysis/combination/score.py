"""A score of a combination: its value with an interval, its null value and sign, and a verdict that is only given outside of a band."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Score", "bands", "make_score"]

SYNERGY, ANTAGONISM, NONE, OPEN = "synergistic", "antagonistic", "no interaction", "inconclusive"
LEVELS = (0.025, 0.5, 0.975)


@dataclass(frozen=True)
class Score:
    """One score.

    Attributes
    ----------
    name : str
    value, low, high : float
        Of the table, and the central 95 % over its bootstrap or over draws; the ends are NaN where nothing tells the noise.
    null : float
        Value of no interaction.
    band : tuple of float
        Between these it is called none.
    above : str
        What a value above the band is: ``synergistic`` or ``antagonistic``.
    what : str
        What the number is.
    verdict : str
        ``synergistic`` or ``antagonistic`` where the whole interval lies beyond the band, ``no interaction`` where it lies inside,
        else ``inconclusive``.
    share : float
        Part of the bootstrap or of the draws that lies beyond the band on the synergistic side.
    """

    name: str
    value: float
    low: float
    high: float
    null: float
    band: tuple[float, float]
    above: str
    what: str
    verdict: str
    share: float

    @property
    def cells(self) -> tuple[str, ...]:
        """Name, value, interval, null, from where on it is synergistic, and verdict, as a row of a table."""
        interval = f"{self.low:.3g} to {self.high:.3g}" if np.isfinite(self.low) else "-"
        beyond = f"above {self.band[1]:.3g}" if self.above == SYNERGY else f"below {self.band[0]:.3g}"
        against = f"below {self.band[0]:.3g}" if self.above == SYNERGY else f"above {self.band[1]:.3g}"
        value = f"{self.value:.3g}" if np.isfinite(self.value) else "-"
        return self.name, value, interval, f"{self.null:g}", beyond, against, self.verdict


@functools.cache
def bands() -> Mapping[str, float]:
    """Half widths of the bands of ``bands.tsv``, by id.

    Examples
    --------
    >>> sorted(bands())
    ['efficacy', 'excess', 'index', 'potency']
    """
    from exportin.knowledge.schema import ParameterRow
    from exportin.knowledge.table import read_table

    return {row.id: row.value for row in read_table(Path(__file__).with_name("bands.tsv"), ParameterRow)}


def make_score(name: str, what: str, values: NDArray[np.float64], null: float, band: tuple[float, float], above: str = SYNERGY) -> Score:
    """A score from its value and what a bootstrap or draws gave.

    Parameters
    ----------
    values : ndarray, shape (table,)
        The value itself first, then the others; only one where there are no others.

    Examples
    --------
    >>> make_score("Bliss", "mean excess", np.array([0.2, 0.18, 0.22]), 0.0, (-0.05, 0.05)).verdict
    'synergistic'
    >>> make_score("CI", "index", np.array([0.5, 0.4, 1.3]), 1.0, (0.8, 1.25), above="antagonistic").verdict
    'inconclusive'
    """
    value, others = float(values[0]), values[1:][np.isfinite(values[1:])]
    low, _, high = np.quantile(others, LEVELS) if len(others) else (np.nan,) * 3
    verdict = OPEN
    if np.isfinite(value) and len(others):
        if low > band[1] or high < band[0]:
            higher = low > band[1]
            verdict = above if higher else (ANTAGONISM if above == SYNERGY else SYNERGY)
        elif low >= band[0] and high <= band[1]:
            verdict = NONE
    beyond = others > band[1] if above == SYNERGY else others < band[0]
    return Score(name, value, float(low), float(high), null, band, above, what, verdict, float(beyond.mean()) if len(others) else np.nan)
