"""Virtual patients: their spread, what explains it, and that nothing but their address makes them."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.cohort.numbers import calibrated, calibrated_draws, diseases, numbers, row_of
from exportin.cohort.patients import HOST_NAMES, PATIENT_NAMES, disease_numbers, sample
from exportin.errors import BadQuantity, UnknownName
from exportin.pharmacology.body import covariate_numbers
from exportin.pharmacology.positions import pharmacokinetics

DRAW = calibrated_draws()[0]
MANY = np.arange(20_000)


@pytest.fixture(scope="module")
def many():
    return sample("refractory myeloma", DRAW, MANY, 1)


def test_patients_depend_on_their_index_alone(many):
    some = sample("refractory myeloma", DRAW, [7, 19_000, 8], 1)
    for name in ("weight", "exposure", "sensitivity", "growth", "marker"):
        np.testing.assert_array_equal(getattr(some, name), getattr(many, name)[[7, 19_000, 8]])


def test_exposure_has_the_spread_of_the_label(many):
    """AUC 5386 (SD 1116) ng h/mL at 80 mg, whatever part of it weight and sex explain."""
    assert many.exposure.std() / many.exposure.mean() == pytest.approx(1116 / 5386, abs=0.03)
    assert np.median(many.exposure) == pytest.approx(1.0, abs=0.04)


def test_weight_and_sex_explain_a_part_of_exposure(many):
    covariates = covariate_numbers(DRAW)
    slope = np.polyfit(np.log(many.weight), np.log(many.exposure), 1)[0]
    assert slope == pytest.approx(-covariates.CL_weight, abs=0.03)
    ratio = np.median(many.exposure[many.female]) / np.median(many.exposure[~many.female])
    assert ratio == pytest.approx(1.0 / covariates.CL_female, abs=0.02)


def test_a_patient_of_known_weight_and_sex_has_the_regimens_clearance():
    heavy = xp.regimen("selinexor", "80 mg PO once", weight="110 kg", sex="male")
    plain = xp.regimen("selinexor", "80 mg PO once")
    covariates = covariate_numbers(None)
    ratio = pharmacokinetics(heavy, 0, None, None)["SELINEXOR_CL"] / pharmacokinetics(plain, 0, None, None)["SELINEXOR_CL"]
    assert ratio == pytest.approx(float(covariates.clearance(110.0, False)))


def test_every_number_has_a_row_in_every_disease():
    for disease in diseases():
        for name in PATIENT_NAMES:
            assert row_of(name, disease).value is not None
        assert set(PATIENT_NAMES) <= set(disease_numbers(disease, DRAW))
    assert set(numbers(HOST_NAMES, [0])) == set(HOST_NAMES)


def test_what_is_calibrated_and_what_is_given_replaces_the_table():
    growth = calibrated("growth_rate liposarcoma", [DRAW])
    assert disease_numbers("liposarcoma", DRAW)["growth_rate"] == growth[0]
    assert disease_numbers("liposarcoma", DRAW, {"growth_rate": 0.5})["growth_rate"] == 0.5
    assert calibrated("nothing of the kind", [DRAW]) is None


def test_a_draw_without_calibration_is_refused():
    missing = next(one for one in range(100) if one not in calibrated_draws())
    with pytest.raises(BadQuantity, match="none in which the calibrating arms come out"):
        calibrated("potency", [missing])
    with pytest.raises(UnknownName, match="lymphom"):
        sample("lymphom", DRAW, [0], 1)
