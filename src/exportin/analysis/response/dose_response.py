"""The public door to curves over dose: of a cell, or of a table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from exportin.analysis.plate.table import read_plates
from exportin.analysis.response.measured import fit_plate
from exportin.analysis.response.predicted import predict_response
from exportin.analysis.response.response import DoseResponse
from exportin.errors import BadQuantity
from exportin.network.cell import Cell

if TYPE_CHECKING:
    from exportin.pharmacology.compound import Compound
    from exportin.pharmacology.exposure import Exposure
    from exportin.pharmacology.partner import Partner

__all__ = ["dose_response"]

_OF_A_CELL: dict[str, Any] = {
    "doses": "1 nM to 10 uM", "until": "72 h", "observe": "viability", "cells": 24, "draws": 1, "seed": 0, "per_decade": 3,
    "workers": None, "progress": False,
}  # fmt: skip
_OF_A_TABLE: dict[str, Any] = {"response": None, "scale": None, "unit": None, "divisions": None, "bootstrap": 500, "seed": 0}


@overload
def dose_response(
    source: Cell,
    drug: str | Compound | Partner,
    *others: Exposure,
    doses: str | Sequence[str] = ...,
    until: str = ...,
    observe: str = ...,
    cells: int = ...,
    draws: int = ...,
    seed: int = ...,
    per_decade: int = ...,
    workers: int | None = ...,
    progress: bool = ...,
) -> DoseResponse: ...
@overload
def dose_response(
    source: str | os.PathLike[str],
    *,
    response: str | None = ...,
    scale: str | None = ...,
    unit: str | None = ...,
    divisions: float | None = ...,
    bootstrap: int = ...,
    seed: int = ...,
) -> tuple[DoseResponse, ...]: ...
def dose_response(source: Any, *given: Any, **options: Any) -> DoseResponse | tuple[DoseResponse, ...]:
    """Curves of a response over dose: predicted for a cell, or fitted to a table of wells.

    Parameters
    ----------
    source : Cell or path
        From `exportin.cell` (it is given all pathways where the observable or a drug needs them), or a table
        (`exportin.analysis.plate.table.read_plates`).
    drug : str, Compound or Partner
        For a cell: what is in the wells from the start.
    *others : Exposure
        For a cell: what else is in every well.
    doses : str or sequence of str
        For a cell: a range such as ``"1 nM to 10 uM"`` (the default), with `per_decade` (3) doses, or each dose.
    until, observe : str
        For a cell: how long (``"72 h"``) and what is looked at then, ``viability`` or ``apoptotic_fraction`` of the population or the
        mean of the cells for any other observable.
    cells, draws, seed, workers, progress
        For a cell: as in `exportin.simulate`; 24 sister cells and one draw.
    response, scale, unit : str
        For a table: ``viability`` or ``inhibition``; ``percent`` or ``fraction``; of the doses. Needed where the table does not say.
    divisions : float
        For a table: doublings of untreated cells in the assay, for growth-rate metrics.
    bootstrap : int
        For a table: tables with the same noise (500), which intervals come from.

    Returns
    -------
    response : DoseResponse, or for a table a tuple of them
        Its `metrics` are EC50, IC50 or ED50, slope, maximum, area and growth-rate metrics.

    Raises
    ------
    BadTable, BadQuantity, UnknownName, NotModelled
    """
    known, kind = (_OF_A_CELL, "cell") if isinstance(source, Cell) else (_OF_A_TABLE, "table")
    for name in options:
        if name not in known:
            raise BadQuantity(f"{name}: not an option of a {kind}; known are {', '.join(known)}.")
    options = {**known, **options}
    if isinstance(source, Cell):
        if not given:
            raise BadQuantity("drug: expected what the cell is exposed to after the cell, for example 'KPT-185'.")
        return predict_response(source, given[0], others=given[1:], **options)
    if given:
        raise BadQuantity(f"{given[0]!r}: a table says by itself what is in its wells; give a cell to predict a curve.")
    divisions, bootstrap, seed = (options.pop(name) for name in ("divisions", "bootstrap", "seed"))
    if isinstance(bootstrap, bool) or not isinstance(bootstrap, int) or bootstrap < 0:
        raise BadQuantity(f"bootstrap: {bootstrap!r} is not a whole number of at least 0.")
    return tuple(fit_plate(one, divisions=divisions, bootstrap=bootstrap, seed=seed) for one in read_plates(source, **options))
