"""What the comparison with measured drug response computes: the tables, predicted viability, areas, rank correlation, intervals.

The tables are read from `../shared/data/drug_response` and never copied. Nothing here is fitted: the doses and the length are the assays'.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import exportin as xp
from exportin.errors import squash

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from exportin.network.cell import Cell

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ROOT.parent / "shared" / "data" / "drug_response", ROOT / "shared" / "data" / "drug_response"
DATA = next((path for path in FOLDERS if path.is_dir()), None)

LENGTH = "72 h"  # of both assays; the tables do not state it
PANEL_DOSES = 1.0, 10.0, 100.0, 1000.0, 10000.0  # nM: 13.3 doublings, which is the area of no effect; the table does not state its own
BLOOD = "haematopoietic_and_lymphoid_tissue"
RESAMPLES, SEED = 2000, 1
AML_CONTEXTS = {  # (TP53 mutated, NPM1 mutated, FLT3-ITD) of a sample: its context in the catalogue
    (False, False, False): "AML blasts",
    (False, True, False): "AML blasts NPM1c",
    (False, False, True): "AML blasts FLT3-ITD",
    (False, True, True): "AML blasts NPM1c FLT3-ITD",
}
AML_TP53_MUTANT = "AML blasts TP53 mutant"


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"

    @property
    def finite(self) -> bool:
        """Whether all three are numbers, in order."""
        return bool(np.all(np.isfinite([self.low, self.value, self.high])) and self.low <= self.high)

    @property
    def sign(self) -> int:
        """The sign that the whole interval has, or 0."""
        return int(self.low > 0) - int(self.high < 0)


def read_panel() -> pd.DataFrame:
    """CTRP v2: one row a line, with the area of three XPO1 inhibitors (``AUC_...``), tissue (``cancer_type``) and ``TP53_mut``."""
    import pandas as pd

    assert DATA is not None
    table = pd.read_csv(DATA / "ctrpv2_xpo1_inhibitors_auc.csv")
    known = table.cancer_type.notna()
    return table.assign(group=np.where(~known, "unknown", np.where(table.cancer_type == BLOOD, "blood", "solid")))


def read_samples() -> pd.DataFrame:
    """BeatAML: one row a sample with ``selinexor_auc`` and gene flags, and the catalogue's context of each (``context``)."""
    import pandas as pd

    assert DATA is not None
    table = pd.read_csv(DATA / "beataml_selinexor.csv")
    flags = zip(table.mut_TP53 == 1, table.npm1_clinical.astype(bool), table.flt3_itd.astype(bool), strict=True)
    contexts = [AML_TP53_MUTANT if tp53 else AML_CONTEXTS[False, npm1, flt3] for tp53, npm1, flt3 in flags]
    return table.assign(context=contexts)


def read_dose_points() -> pd.DataFrame:
    """BeatAML: viability (percent of untreated) of each sample (row) at each dose (column, uM)."""
    import pandas as pd

    assert DATA is not None
    table = pd.read_csv(DATA / "beataml_selinexor_dose_points.csv")
    return table.pivot(index="subject", columns="conc_uM", values="viability_pct")


def shared_lines(panel: pd.DataFrame) -> dict[str, int]:
    """Lines of the catalogue that the panel has, with their row; names are compared without punctuation and case."""
    rows = {squash(name): row for row, name in enumerate(panel.ccl_name)}
    return {name: rows[squash(name)] for name in xp.cells() if squash(name) in rows}


def predict_viability(
    cell: Cell, drug: str, doses: tuple[float, ...], *, cells: int = 40, draws: int = 1, seed: int = SEED
) -> NDArray[np.float64]:
    """Viability at the end of the assay, shape (draw, cell, dose); NaN for a cell that could not be computed or is dead before the drug.

    Parameters
    ----------
    cell : Cell
    drug : str
    doses : tuple of float
        nM.
    cells, draws, seed : int
        As in `exportin.simulate`. Draws and cells of one seed have the same numbers in every context, so that they can be paired.
    """
    found = np.empty((draws, cells, len(doses)))
    for place, dose in enumerate(doses):
        exposed = xp.exposure(drug, f"{dose:.10g} nM")
        sizes = {"cells": cells, "draws": draws, "seed": seed}
        result = xp.simulate(cell, exposed, until=LENGTH, observe=["viability"], **sizes, points=13, tolerance=1e-6)
        found[..., place] = result.values["viability"][0, :, :, -1]
    return found


def pool(viability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Viability of the population of each draw, shape (draw, dose): the mean of its cells, as in `Result.shown`; NaN where it has none.

    Examples
    --------
    >>> pool(np.array([[[1.0], [0.5], [np.nan]], [[np.nan], [np.nan], [np.nan]]])).tolist()
    [[0.75], [nan]]
    """
    known = np.isfinite(viability).all(axis=-1, keepdims=True)
    total, count = np.where(known, viability, 0.0).sum(axis=1), known.sum(axis=1)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def pool_difference(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Viability of the second less that of the first over the cells that both have, shape (draw, dose).

    A cell that is dead before the drug in one context alone would otherwise make the two populations differ in more than the context.
    """
    return pool(second - first)


def area(doses: tuple[float, ...], viability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area under viability over the log2 of the dose, along the last axis; low is sensitive, the number of doublings is no effect.

    Examples
    --------
    >>> float(area((1.0, 2.0, 4.0), np.array([1.0, 1.0, 0.0])))
    1.5
    """
    return np.trapezoid(viability, np.log2(doses), axis=-1)


def rank_correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Spearman's rank correlation over the rows that have both numbers; NaN where one of the two is constant.

    Examples
    --------
    >>> rank_correlation(np.array([1.0, 2.0, 3.0, np.nan]), np.array([1.0, 4.0, 9.0, 0.0]))
    1.0
    """
    from scipy.stats import rankdata

    both = np.isfinite(first) & np.isfinite(second)
    x, y = rankdata(first[both]), rankdata(second[both])
    x, y = x - x.mean(), y - y.mean()
    size = np.sqrt((x @ x) * (y @ y))
    return float(np.clip(x @ y / size, -1.0, 1.0)) if size > 0 else float("nan")


def rank_correlation_interval(first: NDArray[np.float64], second: NDArray[np.float64]) -> Estimate:
    """The rank correlation with its bootstrap interval over the rows that have both numbers.

    Examples
    --------
    >>> rank_correlation_interval(np.arange(9.0), np.arange(9.0) ** 2).value
    1.0
    """
    both = np.isfinite(first) & np.isfinite(second)
    x, y = first[both], second[both]
    rows = np.random.default_rng(SEED).integers(len(x), size=(RESAMPLES, len(x)))
    low, high = np.nanquantile([rank_correlation(x[row], y[row]) for row in rows], (0.025, 0.975))
    return Estimate(rank_correlation(x, y), float(low), float(high))


def median_difference(first: NDArray[np.float64], second: NDArray[np.float64]) -> Estimate:
    """Median of the second less that of the first, with its bootstrap interval."""
    first, second = first[np.isfinite(first)], second[np.isfinite(second)]
    random = np.random.default_rng(SEED)
    drawn = [np.median(random.choice(second, len(second))) - np.median(random.choice(first, len(first))) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Estimate(float(np.median(second) - np.median(first)), float(low), float(high))


def over_draws(typical: float, drawn: NDArray[np.float64]) -> Estimate:
    """A prediction with the tables' values, and the interval of it over the draws that could be computed."""
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return Estimate(float(typical), float(low), float(high))


def weighted_quantiles(values: NDArray[np.float64], weights: NDArray[np.float64], levels: tuple[float, ...]) -> NDArray[np.float64]:
    """Quantiles of numbers that do not count alike; NaN is left out.

    Examples
    --------
    >>> float(weighted_quantiles(np.array([1.0, 2.0]), np.array([1.0, 9.0]), (0.5,))[0])
    2.0
    """
    known = np.isfinite(values)
    return np.quantile(values[known], levels, weights=weights[known], method="inverted_cdf")
