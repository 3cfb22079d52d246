"""Populations of sister cells under several draws, and how a statement about them is reported."""

from __future__ import annotations

import functools

import numpy as np

import exportin as xp
from exportin.errors import SimulationFailed

DRAWS, CELLS, HOURS = 20, 24, "72 h"


@functools.cache
def fate(name, drug="-", dose="-", hours=HOURS, knocked=None, **given):
    """Share of dead cells and viability at the end, of each draw, shape (draw,); NaN where the untreated cell of a draw is dead."""
    cell = xp.cell(name).with_pathways()
    if given:
        cell = cell.with_parameters(**given)
    if knocked:
        cell = cell.knockdown(knocked, 0.9)
    exposures = [] if drug == "-" else [xp.exposure(drug, dose)]
    observe = ["apoptotic_fraction", "viability"]
    try:
        result = xp.simulate(cell, *exposures, until=hours, observe=observe, cells=CELLS, draws=DRAWS, points=25, tolerance=1e-6)
    except SimulationFailed:  # no draw has a living cell
        return np.full(DRAWS, np.nan), np.full(DRAWS, np.nan)
    return tuple(of_living(result.shown(observable)[0, :, :, -1]) for observable in observe)


def of_living(values):
    """A population's number, of any of its cells that lives; NaN where none does."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.divide(total, known.sum(axis=1), out=np.full(len(values), np.nan), where=known.any(axis=1))


def dead(*args, **given):
    """Share of dead cells of each draw."""
    return fate(*args, **given)[0]


def report(record_property, what, values, comes_out):
    """Print and keep median, interval and share of draws."""
    known = np.isfinite(values)
    if not known.any():
        print(f"{what}: no draw has a living cell")
        record_property(what, "no draw has a living cell")
        return float("nan")
    share = float(np.mean(np.asarray(comes_out)[known]))
    low, middle, high = np.quantile(values[known], (0.05, 0.5, 0.95))
    line = f"{what}: {middle:.2f} ({low:.2f} to {high:.2f}), comes out in {100 * share:.0f} % of {known.sum()} draws"
    print(line)
    record_property(what, line)
    return share
