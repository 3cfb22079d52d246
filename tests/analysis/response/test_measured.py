"""Curves of a measured plate: numbers, intervals, outliers, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.analysis.curve.hill import Hill
from exportin.analysis.plate.plate import Plate
from exportin.analysis.response.measured import fit_plate
from exportin.errors import BadQuantity

CURVE = Hill.of(E0=1.0, Emax=0.15, C=0.2, h=1.4)


def plate_of(noise=0.0, seed=0, replicates=3, doses=None):
    doses = np.repeat(0.01 * 3.0 ** np.arange(8) if doses is None else doses, replicates)
    values = CURVE.at(doses)[0] + noise * np.random.default_rng(seed).standard_normal(len(doses))
    return Plate(("X",), doses[:, None], values, np.arange(2, len(doses) + 2), "viability", "X", "made up")


def test_numbers_of_an_exact_curve_are_its_own():
    found = fit_plate(plate_of(), divisions=3.0, bootstrap=5)
    assert found["EC50"].value == pytest.approx(0.2, rel=1e-6)
    assert found["h"].value == pytest.approx(1.4, rel=1e-6)
    assert found["Emax"].value == pytest.approx(0.15, rel=1e-6)
    assert found["IC50"].value == pytest.approx(CURVE.dose_for(0.5)[0], rel=1e-6)
    grid = np.geomspace(0.01, 0.01 * 3**7, 4001)
    assert found["AUC"].value == pytest.approx(CURVE.at(grid).mean(), abs=2e-3)
    rate = 2 ** (1 + np.log2(CURVE.at([grid[-1]])[0, 0]) / 3.0) - 1
    assert found["GR_highest"].value == pytest.approx(rate, rel=1e-6)
    half = CURVE.dose_for(2 ** (3.0 * (np.log2(1.5) - 1)))[0]  # where GR is 0.5
    assert found["GR50"].value == pytest.approx(half, rel=0.02)


def test_intervals_hold_the_truth_in_about_nineteen_of_twenty_plates():
    held = []
    for seed in range(60):
        found = fit_plate(plate_of(0.04, seed), bootstrap=100, seed=seed)
        held.append([found[name].low <= truth <= found[name].high for name, truth in (("EC50", 0.2), ("Emax", 0.15), ("h", 1.4))])
    assert ((np.mean(held, axis=0) > 0.84) & (np.mean(held, axis=0) <= 1.0)).all()


def test_an_outlier_is_told_and_stays():
    plate = plate_of(0.02)
    values = plate.viability.copy()
    values[10] = 1.6
    found = fit_plate(plate.with_viability(values), bootstrap=10)
    assert found.flagged == (12,)
    assert "line 12" in str(found)
    assert found["EC50"].value != pytest.approx(fit_plate(plate, bootstrap=10)["EC50"].value, rel=1e-3)


def test_a_half_response_beyond_the_doses_says_so():
    found = fit_plate(plate_of(0.01, doses=0.001 * 3.0 ** np.arange(4)), bootstrap=50)
    assert found["IC50"].share < 0.5
    assert "within the doses in" in str(found)


def test_few_doses_two_drugs_and_no_divisions_are_refused():
    with pytest.raises(BadQuantity, match="needs 3 doses"):
        fit_plate(plate_of(doses=np.array([0.1, 1.0])))
    with pytest.raises(BadQuantity, match="divisions: -1"):
        fit_plate(plate_of(), divisions=-1)
    pair = Plate(("X", "Y"), np.ones((4, 2)), np.ones(4), np.arange(4), "viability", "1", "made up")
    with pytest.raises(BadQuantity, match="2 drugs; score them with combine"):
        fit_plate(pair)


def test_the_door_takes_a_table_and_refuses_what_belongs_to_a_cell(tmp_path):
    file = tmp_path / "p.csv"
    wells = "".join(f"X,{dose},uM,{100 * CURVE.at([dose])[0, 0]:.3f}\n" for dose in (0.01, 0.1, 0.3, 1, 10))
    file.write_text("drug,conc,conc_unit,viability\n" + wells)
    (found,) = xp.dose_response(file)
    assert found["EC50"].value == pytest.approx(0.2, rel=1e-2)
    with pytest.raises(BadQuantity, match="draws: not an option of a table"):
        xp.dose_response(file, draws=3)
    with pytest.raises(BadQuantity, match="a table says by itself"):
        xp.dose_response(file, "KPT-185")
    with pytest.raises(BadQuantity, match="drug: expected what the cell is exposed to"):
        xp.dose_response(xp.cell("HeLa"))
    with pytest.raises(BadQuantity, match="bootstrap: -2"):
        xp.dose_response(file, bootstrap=-2)
