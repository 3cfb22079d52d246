"""What the review and its sources say of combinations, against predicted surfaces and curves: in which share of draws each comes out.

The figures are printed; docs/combinations.md keeps them. Nothing here was fitted.
"""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.analysis.curve.hill import fit_hill
from exportin.analysis.response.predicted import dose_series
from exportin.experiment.wells import run_wells
from validation.populations import report

DRAWS, CELLS = 20, 16


def surface(cell, first, second, first_doses, second_doses):
    """Excess over Bliss of the dead, mean over the combinations, of each draw that lives, shape (draw,)."""
    found = xp.combine(
        cell, first, second, first_doses=first_doses, second_doses=second_doses, observe="apoptotic_fraction", cells=CELLS, draws=DRAWS
    )
    dead = found.values
    expected = dead[:, :, :1] + dead[:, :1, :] - dead[:, :, :1] * dead[:, :1, :]
    return (dead - expected)[:, 1:, 1:].reshape(len(dead), -1).mean(axis=1)


def half_dose(cell, drug, *others, doses="0.01 uM to 100 uM"):
    """Dose of the drug that kills half of the cells that the others leave, of each draw, shape (draw,), uM; infinite where none does."""
    series = dose_series(doses, 2)
    wells = [others, *((*others, xp.exposure(drug, f"{dose!r} uM")) for dose in series.tolist())]
    dead, _ = run_wells(cell, wells, "apoptotic_fraction", horizon=72 * 3600.0, cells=CELLS, draws=DRAWS)
    with np.errstate(divide="ignore", invalid="ignore"):
        more = (dead[:, 1:] - dead[:, :1]) / (1.0 - dead[:, :1])
    lives = np.isfinite(more).all(axis=1)
    found = np.full(DRAWS, np.nan)
    found[lives] = fit_hill(series, more[lives].clip(0.0, 1.0), E0=0.0, highest=1.0).dose_for(0.5)
    return np.where(found > 100.0, np.inf, found)


@pytest.mark.parametrize(("line", "synergy"), [("OCI-AML3", True), ("HL-60", False), ("Kasumi-1", False)])
def test_nutlin_and_kpt185(record_property, line, synergy):
    """C166: synergy in TP53 wild type; HL-60 is null and Kasumi-1 mutant."""
    excess = surface(xp.cell(line).with_pathways(), "KPT-185", "Nutlin-3a", ["50 nM", "100 nM", "200 nM"], ["1 uM", "3 uM", "10 uM"])
    told = f"{line}, KPT-185 and Nutlin-3a, mean Bliss excess of the dead {'above' if synergy else 'at most'} 0.05"
    report(record_property, told, excess, (excess > 0.05) == synergy)


def test_jq1_and_kpt276_in_myeloma(record_property):
    """C226."""
    for line in ("MM.1S", "U266"):
        excess = surface(xp.cell(line).with_pathways(), "KPT-276", "JQ1", ["100 nM", "300 nM", "1 uM"], ["50 nM", "200 nM", "800 nM"])
        report(record_property, f"{line}, KPT-276 and JQ1, mean Bliss excess of the dead above 0.05", excess, excess > 0.05)


@pytest.mark.parametrize("poison", ["doxorubicin", "etoposide"])
def test_poisons_of_topoisomerase_at_high_density(record_property, poison):
    """C202 and Turner 2009: crowded cells resist, and an XPO1 inhibitor makes the poison about fourfold more potent there."""
    inhibitor = xp.exposure("selinexor", "30 nM")
    given = {"sparse": {"density": 0.0}, "crowded": {"density": 1.0}, "crowded, no TOP2A": {"density": 1.0, "TOP2A_dose": 0.0}}
    line = xp.cell("RPMI-8226").with_pathways()
    cells = {name: line.with_parameters(**numbers) for name, numbers in given.items()}
    alone = {name: half_dose(cell, poison) for name, cell in cells.items()}
    both = {name: half_dose(cell, poison, inhibitor) for name, cell in cells.items()}
    resists = fold(alone["crowded"], alone["sparse"])
    report(record_property, f"{poison}, half dose crowded over sparse, above 1", resists, resists > 1)
    for name, expected in (("crowded", True), ("sparse", False), ("crowded, no TOP2A", False)):
        gain = fold(alone[name], both[name])
        told = f"{poison}, {name}: gain in potency under selinexor 30 nM, {'2 and more' if expected else 'less than 2'}"
        report(record_property, told, gain, (gain >= 2) == expected)


def fold(one, other):
    """One dose over another; 1 where neither is reached, at most a thousand, NaN where the cell does not live."""
    with np.errstate(invalid="ignore"):
        ratio = np.where(np.isinf(one) & np.isinf(other), 1.0, one / other)
    return ratio.clip(1e-3, 1e3)
