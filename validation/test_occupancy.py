"""XPO1 occupancy against what was measured in mouse tumours (PMC5746399; validation data, never used in a fit).

The abstract gives more than 90 % occupancy at 10 mg/kg, which it equates with about 50 mg flat in patients, reached by 6 h.
"""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the affinity measured by interferometry (5.29 nM, apparent) with an assumed half-life of the adduct of 6 to 24 h makes the "
    "adduct form too slowly at patients' few nanomolar free drug; either the adduct forms faster or tumours hold more free drug",
)
def test_fifty_milligram_occupies_nine_tenths_within_six_hours():
    dose = xp.regimen("selinexor", "50 mg PO once")
    result = xp.simulate(xp.cell("OCI-AML3"), dose, until="48 h", observe=["XPO1_occupancy"], points=193, draws=100, seed=1)
    early = result["XPO1_occupancy"][:, result.time <= 6].max(axis=1)
    low, median, high = np.quantile(early, (0.05, 0.5, 0.95))
    print(f"largest occupancy within 6 h of 50 mg: {median:.0%} ({low:.0%} to {high:.0%}) over 100 draws; measured above 90 %")
    assert median > 0.90


def test_occupancy_rises_with_the_dose_and_lasts_longer():
    doses = ("25 mg PO once", "50 mg PO once", "75 mg PO once")
    runs = [xp.simulate(xp.cell("OCI-AML3"), xp.regimen("selinexor", dose), until="48 h", observe=["XPO1_occupancy"]) for dose in doses]
    peaks = [run["XPO1_occupancy"].max() for run in runs]
    late = [run["XPO1_occupancy"][-1] for run in runs]
    print("peak occupancy " + ", ".join(f"{dose.split(' PO')[0]} {peak:.0%}" for dose, peak in zip(doses, peaks, strict=True)))
    assert peaks == sorted(peaks)
    assert late == sorted(late)
