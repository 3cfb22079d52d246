"""Between patients: p53 where XPO1 is high and MDM2 low, in a virtual cohort of acute myeloid leukaemia."""

from __future__ import annotations

import numpy as np
from scipy.stats import spearmanr

import exportin as xp
from exportin.experiment.prepared import prepare
from validation.populations import report

PATIENTS, DRAWS = 200, 20
APART = 3.0  # XPO1 and MDM2 differ by up to this factor either way between patients; assumed


def test_p53_by_xpo1_and_mdm2_between_patients(record_property):
    """C165 (511 patients): most p53 where XPO1 is high and MDM2 low. The share of draws is reported, not forced."""
    here = prepare(xp.cell("AML blasts").with_pathways("tp53"), [])
    places = np.arange(DRAWS * PATIENTS)
    numbers = dict(here.grounded(here.columns(None, places // PATIENTS, np.zeros_like(places)))[0])
    shares = np.random.default_rng(165).uniform(-1.0, 1.0, size=(2, PATIENTS))
    xpo1, mdm2 = (np.tile(APART**one, DRAWS) for one in shares)
    numbers["XPO1_total"] = np.asarray(numbers["XPO1_total"]) * xpo1
    numbers["MDM2_dose"] = mdm2
    rest = here.solver.settle(1e7, {name: value for name, value in numbers.items() if name in here.solver.parameters}, count=len(places))
    known = {name: value for name, value in numbers.items() if name in here.solver.parameters}
    level = here.solver.run([0.0, 1e-6], [here.terms.find("TP53_level")], known, count=len(places), start=rest.states)
    p53 = np.where((rest.outcomes == 0) & (level.outcomes == 0), level.values[:, 0, 0], np.nan).reshape(DRAWS, PATIENTS)
    high, low = shares[0] > 0, shares[1] < 0
    quarter = np.array([[np.nanmedian(one[(high == a) & (low == b)]) for a in (True, False) for b in (True, False)] for one in p53])
    by_xpo1, by_mdm2 = (np.array([spearmanr(one, share, nan_policy="omit")[0] for one in p53]) for share in shares)
    report(record_property, "C165 rank correlation of p53 with MDM2, below 0", by_mdm2, by_mdm2 < 0)
    report(record_property, "C165 rank correlation of p53 with XPO1, above 0", by_xpo1, by_xpo1 > 0)
    told = "C165 p53 of the quarter with high XPO1 and low MDM2 over the next highest, above 1"
    report(record_property, told, quarter[:, 0] / quarter[:, 1:].max(axis=1), quarter.argmax(axis=1) == 0)
    assert (by_mdm2 < 0).all()
