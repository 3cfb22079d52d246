"""How often the interval of a score holds what is true: tables of exact independence with noise."""

from __future__ import annotations

import numpy as np

from exportin.analysis.combination.excess import expected_bliss, fit_singles
from exportin.analysis.combination.score import LEVELS
from exportin.analysis.combination.synergy import noise_of, resample
from exportin.analysis.curve.hill import Hill
from exportin.analysis.plate.plate import Plate

TABLES, BOOTSTRAP, NOISE = 400, 100, 0.05


def test_bliss_intervals_hold_no_interaction(record_property):
    """95 % of them should; each table has 64 wells without replicates, so that the noise is known from eight degrees of freedom."""
    doses = np.concatenate([[0.0], 3.0 ** np.arange(-3, 4)])
    grid = np.array([(one, other) for one in doses for other in doses])
    curves = Hill.of(E0=0.0, Emax=[0.9, 0.7], C=1.0, h=[1.3, 0.8])
    first, second = curves[0].at(grid[:, 0])[0], curves[1].at(grid[:, 1])[0]
    random, held = np.random.default_rng(5), 0
    for number in range(TABLES):
        noisy = 1.0 - expected_bliss(first, second) + NOISE * random.standard_normal(len(grid))
        plate = Plate(("A", "B"), grid, noisy, np.arange(len(grid)), "viability", "1", "made up")
        spread, freedom, _ = noise_of(plate)
        tables = 1.0 - resample(plate, spread, freedom, BOOTSTRAP, number)
        fitted = [curve.at(grid[plate.combined, drug]) for drug, curve in enumerate(fit_singles(plate, tables))]
        excess = (tables[:, plate.combined] - expected_bliss(*fitted)).mean(axis=1)
        low, _, high = np.quantile(excess, LEVELS)
        held += low <= 0.0 <= high
    record_property("share of intervals that hold zero", float(held / TABLES))
    print(f"{held} of {TABLES} intervals of the mean Bliss excess hold zero")
    assert 0.92 <= held / TABLES <= 0.98
