"""A drug's curve as the model predicts it: a population of sister cells at each dose, one curve a draw."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from exportin import units
from exportin.analysis.curve.hill import fit_hill
from exportin.analysis.response.response import SHARES, DoseResponse, metrics_of
from exportin.errors import BadQuantity
from exportin.experiment.fate import needs_pathways, refuse_missing
from exportin.experiment.wells import run_wells
from exportin.network.cell import Cell
from exportin.pharmacology.exposure import Exposure, exposure
from exportin.pharmacology.partner import Partner, find_partner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.pharmacology.compound import Compound

__all__ = ["dose_series", "predict_response"]

LEVELS = (0.05, 0.95)
_RANGE = re.compile(r"(?P<low>.+?)\s+to\s+(?P<high>.+)")


def dose_series(doses: str | Sequence[str], per_decade: int = 3) -> NDArray[np.float64]:
    """Doses in uM, ascending.

    Parameters
    ----------
    doses : str or sequence of str
        ``"1 nM to 10 uM"``, or each by itself.
    per_decade : int
        Of a range.

    Raises
    ------
    BadQuantity

    Examples
    --------
    >>> dose_series("1 nM to 1 uM", 1).round(6).tolist()
    [0.001, 0.01, 0.1, 1.0]
    >>> dose_series(["0.1 uM", "30 nM"]).tolist()
    [0.03, 0.1]
    """
    if isinstance(doses, str):
        match = _RANGE.fullmatch(doses.strip())
        if match is None:
            raise BadQuantity(f"doses: {doses!r} is not a range; write for example '1 nM to 10 uM', or a list of doses.")
        low, high = (units.parse(match[end], "uM", "doses", positive=True) for end in ("low", "high"))
        if not low < high:
            raise BadQuantity(f"doses: {doses!r} does not rise; write the lower dose first.")
        if isinstance(per_decade, bool) or per_decade < 1:
            raise BadQuantity(f"per_decade: {per_decade!r} is not a whole number of at least 1.")
        count = round(np.log10(high / low) * per_decade) + 1
        return np.array([float(f"{one:.6g}") for one in np.geomspace(low, high, max(2, count))])
    found = [units.parse(one, "uM", "doses", positive=True) for one in doses]
    if len(set(found)) != len(found) or not found:
        raise BadQuantity(f"doses: {list(doses)!r} holds a dose twice, or none; give each once.")
    return np.array(sorted(found))


def predict_response(
    cell: Cell, drug: str | Compound | Partner, *, doses: str | Sequence[str], until: str, observe: str, others: Sequence[Exposure],
    cells: int, draws: int, seed: int, per_decade: int, workers: int | None, progress: bool,
) -> DoseResponse:  # fmt: skip
    """See `exportin.dose_response`."""
    series, horizon = dose_series(doses, per_decade), units.parse(until, "h", "until", positive=True)
    if not isinstance(cell, Cell):
        raise BadQuantity(f"cell: {cell!r} is not a cell; make one with exportin.cell('HeLa').")
    partner = drug if isinstance(drug, Partner) else find_partner(drug)
    if needs_pathways(cell, (observe,)) or (not cell.pathways and (partner is not None or any(one.slot is None for one in others))):
        cell = cell.with_pathways()
    refuse_missing(cell, observe)
    wells = [(*others, exposure(drug, f"{dose!r} uM")) for dose in series.tolist()]
    values, left_out = run_wells(
        cell, wells, observe, horizon=horizon, cells=cells, draws=draws, seed=seed, workers=workers, progress=progress
    )
    known = np.isfinite(values).all(axis=1)
    if not known.any():
        raise BadQuantity(f"{cell.name}: no draw has a living cell at rest; there is nothing to expose.")
    start = {"viability": 1.0, "apoptotic_fraction": 0.0}.get(observe)
    highest = 1.0 if observe in SHARES else np.inf
    curves = fit_hill(series, values[known], E0=start, highest=highest)
    divisions = horizon / cell.parameter("doubling_time").internal if observe == "viability" else None
    metrics = metrics_of(curves, series, observe, LEVELS, divisions)
    notes = [f"{int((~known).sum())} of {draws} draws have no living cell at rest and are left out."] if not known.all() else []
    if left_out:
        notes.append(f"{left_out} of {values.size * cells} runs were not computed.")
    name = wells[0][-1].compound.name
    told = f"{cell.name}, {until}" + "".join(f", with {one.compound.name} {one.label}" for one in others)
    interval = f"5 to 95 % of {int(known.sum())} draws of {cells} sister cells" if draws > 1 else "none: one draw of the parameters"
    return DoseResponse(name, observe, "1", told, series, values[known], curves, metrics, interval, notes=tuple(notes))
