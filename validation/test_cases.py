"""What the review says cells do, against the calibrated model: in which share of draws each statement comes out.

Each is run with sister cells and draws of the calibrated parameters. The figures are printed; docs/calibration.md keeps them. Predictions
are never fitted and may fail.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest

import exportin as xp
from validation.populations import CELLS, DRAWS, dead, report

CALIBRATED = {
    "C159 OCI-AML3 (TP53 wild type), KPT-185 150 nM, dead > 0.5": (("OCI-AML3", "KPT-185", "150 nM"), lambda x: x > 0.5),
    "C160 Kasumi-1 (TP53 mutant), KPT-185 1000 nM, dead < 0.5": (("Kasumi-1", "KPT-185", "1000 nM"), lambda x: x < 0.5),
    "C232 CML-CP, KPT-330 1 uM, dead 0.60 to 0.90": (("CML-CP CD34+", "selinexor", "1 uM"), lambda x: (x > 0.6) & (x < 0.9)),
    "C234 normal CD34+, KPT-330 1 uM, dead < 0.10": (("normal CD34+", "selinexor", "1 uM"), lambda x: x < 0.1),
}
PREDICTED = {
    "C159 MOLM-13 (TP53 wild type), KPT-185 150 nM, dead > 0.5": (("MOLM-13", "KPT-185", "150 nM"), lambda x: x > 0.5),
    "C159 MV4-11 (TP53 wild type), KPT-185 150 nM, dead > 0.5": (("MV4-11", "KPT-185", "150 nM"), lambda x: x > 0.5),
    "C160 HL-60 (TP53 null), KPT-185 1000 nM, dead < 0.5": (("HL-60", "KPT-185", "1000 nM"), lambda x: x < 0.5),
    "C160 THP-1 (TP53 mutant), KPT-185 1000 nM, dead < 0.5": (("THP-1", "KPT-185", "1000 nM"), lambda x: x < 0.5),
    "C233 blast crisis, KPT-330 1 uM, dead 0.85 and more": (("CML-BC CD34+", "selinexor", "1 uM"), lambda x: x >= 0.85),
    "C235 Ph+ B-ALL, KPT-330 1 uM, dead 0.70 and more": (("Ph-positive B-ALL", "selinexor", "1 uM"), lambda x: x >= 0.7),
    "C235 Ph- B-ALL, KPT-330 1 uM, dead 0.85 and more": (("Ph-negative B-ALL", "selinexor", "1 uM"), lambda x: x >= 0.85),
    "T-ALL MOLT-4, KPT-185 100 nM, half dead by 13 h": (("MOLT-4", "KPT-185", "100 nM", "13 h"), lambda x: x > 0.5),
    "T-ALL Jurkat, KPT-185 100 nM, half dead by 13 h": (("Jurkat", "KPT-185", "100 nM", "13 h"), lambda x: x > 0.5),
    "C227 myeloma U266 (TP53 mutant), KPT-330 1 uM, dead > 0.5": (("U266", "selinexor", "1 uM"), lambda x: x > 0.5),
    "C227 myeloma RPMI-8226 (TP53 mutant), KPT-330 1 uM, dead > 0.5": (("RPMI-8226", "selinexor", "1 uM"), lambda x: x > 0.5),
    "C251 mantle cell lymphoma Mino (TP53 mutant), KPT-185 1 uM, dead > 0.5": (("Mino", "KPT-185", "1 uM"), lambda x: x > 0.5),
    "C251 mantle cell lymphoma Z-138 (TP53 wild type), KPT-185 1 uM, dead > 0.5": (("Z-138", "KPT-185", "1 uM"), lambda x: x > 0.5),
}


MISSED = {
    "C232": "10 %: 30 % dead",
    "C234": "15 %: 23 % dead",
}


def missed(claim):
    """A calibration statement that comes out in less than half of the draws."""
    return pytest.mark.xfail(strict=True, reason=f"the draws agree with the data in part; comes out in {MISSED[claim]} (median)")


@pytest.mark.parametrize("what", [pytest.param(one, marks=missed(one[:4]) if one[:4] in MISSED else ()) for one in CALIBRATED])
def test_calibration_statements_come_out_in_most_draws(record_property, what):
    args, comes_out = CALIBRATED[what]
    values = dead(*args)
    assert report(record_property, what, values, comes_out(values)) >= 0.5


@pytest.mark.parametrize("what", PREDICTED)
def test_predictions_are_reported(record_property, what):
    """A prediction may fail, and its share of draws is what is reported."""
    args, comes_out = PREDICTED[what]
    values = dead(*args)
    assert np.isfinite(values).sum() >= DRAWS // 2, "the untreated cell must live in most draws"
    report(record_property, what, values, comes_out(values))


def test_pp2a_carries_half_of_the_death(record_property):
    """C243 (calibration): small t antigen, which stops PP2A, leaves about half of the apoptosis."""
    ratio = dead("CML-CP CD34+", "selinexor", "1 uM", SV40_small_t=1.0) / dead("CML-CP CD34+", "selinexor", "1 uM")
    assert report(record_property, "C243 dead with small t over without, 0.3 to 0.7", ratio, (ratio > 0.3) & (ratio < 0.7)) >= 0.5


def test_knock_down_of_p53_moves_a_wild_type_line_to_the_right(record_property):
    """C161: three lines."""
    for name in ("OCI-AML3", "MOLM-13", "MV4-11"):
        change = dead(name, "KPT-185", "300 nM", knocked="TP53") - dead(name, "KPT-185", "300 nM")
        report(record_property, f"C161 {name}, KPT-185 300 nM, change of the dead by knock-down of TP53, below 0", change, change < 0)


def test_nutlin_and_kpt185_are_synergistic_in_wild_type_only(record_property):
    """C166: Bliss excess of the dead, 2 uM free Nutlin-3a with 100 nM KPT-185."""
    for name, expected in (("OCI-AML3", 1), ("Kasumi-1", 0)):
        drug, nutlin = dead(name, "KPT-185", "100 nM"), _nutlin(name, None)
        both = _nutlin(name, "100 nM")
        excess = both - (drug + nutlin - drug * nutlin)
        told = f"C166 {name}, Bliss excess, {'above 0.05' if expected else 'at most 0.05'}"
        report(record_property, told, excess, (excess > 0.05) == bool(expected))


@functools.cache
def _nutlin(name, dose):
    """Dead after 72 h with 2 uM free Nutlin-3a from the start, with or without KPT-185."""
    return _with_input(name, "NUTLIN3A", 2.0, dose)


def _with_input(name, symbol, value, dose):
    """An input that begins with the drug: the untreated cell rests without it."""
    from exportin.experiment.fate import DEAD, fate_parts, read_fate
    from exportin.experiment.prepared import prepare
    from exportin.kernel.batch import Change, Tolerance

    cell = xp.cell(name).with_pathways()
    here = prepare(cell, [xp.exposure("KPT-185", dose)] if dose else [])
    places = np.arange(DRAWS * CELLS)
    numbers = here.columns(None, places // CELLS, places % CELLS)
    known = here.undisturbed(here.grounded(numbers)[0])
    rest, grid = here.rest(numbers, len(places)), np.linspace(0.0, 72 * 3600.0, 25)
    changes = [*here.changes, Change(0.0, symbol, "set", value)]
    run = here.solver.run(
        grid, list(fate_parts(here.terms, cell)), known, count=len(places), start=rest.states, changes=changes,
        tolerance=Tolerance(1e-5, 1e-8),
    )  # fmt: skip
    curves = [run.values[:, :, part] for part in range(3)]
    begun = [curve[:, :1] for curve in curves]
    fine = ((rest.outcomes == 0) & (run.outcomes == 0) & (begun[0][:, 0] < DEAD)).reshape(DRAWS, CELLS)
    end, weight = (read_fate(one, curves, begun, grid)[:, -1].reshape(DRAWS, CELLS) for one in ("apoptotic_fraction", "lineage"))
    weight = np.where(fine, weight, 0.0)
    with np.errstate(all="ignore"):
        return (weight * np.where(fine, end, 0.0)).sum(1) / weight.sum(1)
