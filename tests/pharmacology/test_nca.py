"""Non-compartmental analysis: closed forms, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.errors import BadQuantity, BadTable
from exportin.pharmacology.nca import analyse, read_profiles


def test_a_bolus_has_its_closed_form():
    """C0 exp(-k t): every number is exact, since the logarithmic rule is."""
    t = np.array([0.0, 0.5, 1, 3, 7, 12])
    found = analyse(t, 20 * np.exp(-0.2 * t), dose=50.0)
    expected = {"AUCinf": 100.0, "AUClast": 100 * (1 - np.exp(-2.4)), "CL_F": 0.5, "Vz_F": 2.5, "MRT": 5.0, "lambda_z": 0.2, "r2": 1.0}
    for name, value in expected.items():
        assert getattr(found, name) == pytest.approx(value, rel=1e-9), name
    assert [found.Cmax, found.Tmax, found.Tlast, found.points] == [20, 0, 12, 5]


def test_oral_absorption_with_many_points_comes_near_its_integral():
    t = np.linspace(0, 60, 241)
    ka, k = 1.0, 0.1
    c = 10 * ka / (ka - k) * (np.exp(-k * t) - np.exp(-ka * t))
    found = analyse(t, c, dose=10.0)
    assert found.AUCinf == pytest.approx(10 / k, rel=2e-3)
    assert pytest.approx(1 / k + 1 / ka, rel=5e-3) == found.MRT
    assert found.lambda_z == pytest.approx(k, rel=5e-3)
    assert found.Tmax == pytest.approx(np.log(ka / k) / (ka - k), abs=0.25)


def test_the_unit_of_concentration_scales_and_does_no_more():
    t = np.array([0.0, 1, 2, 4, 8, 12])
    c = np.array([0.0, 5, 8, 6, 3, 1.4])
    one, other = analyse(t, c, 10.0), analyse(t, 1000 * c, 10.0)
    assert other.AUCinf == pytest.approx(1000 * one.AUCinf)
    assert (other.t_half, other.MRT) == pytest.approx((one.t_half, one.MRT))


def test_values_below_quantification_are_zero_before_and_nothing_after(tmp_path):
    file = tmp_path / "pk.csv"
    file.write_text("ID,TIME,DV,DOSE\n1,0,BLQ,80\n1,1,4,80\n1,2,8,80\n1,4,4,80\n1,6,2,80\n1,8,1,80\n1,10,<0.5,80\n")
    (found,) = read_profiles(file)
    assert found.Tlast == 8
    assert found.AUClast == pytest.approx(2 + 6 + 4 / np.log(2) * 2 + 2 / np.log(2) * 2 + 1 / np.log(2) * 2, rel=1e-9)
    assert "1 values below quantification" in found.notes[0]


def test_what_the_data_do_not_tell_is_not_told():
    found = analyse([0.0, 1, 2], [0.0, 3.0, 5.0])
    assert np.isnan(found.t_half)
    assert found.to_dict()["AUCinf"] is None
    assert "no terminal slope" in found.notes[-1]
    far = analyse([0.0, 1, 2, 3, 4], [10.0, 9, 8.2, 7.4, 6.7])
    assert "is extrapolated" in far.notes[-1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("TIME,CELL\n0,1\n", "no column DV"),
        ("TIME,DV\n0,1\n0,2\n", "line 3: the time of subject 1 does not rise"),
        ("TIME,DV\n0,1\n1,-2\n", r"line 3, column 'DV': expected a number of 0 or more, found '-2'"),
        ("TIME,DV\n0,BLQ\n1,2\n", "1 concentrations above quantification; two are needed"),
        ("ID,TIME,DV,DOSE\n1,0,5,80\n1,1,3,60\n", r"subject 1 has several doses \(60, 80\)"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(tmp_path, text, told):
    file = tmp_path / "pk.csv"
    file.write_text(text)
    with pytest.raises(BadTable, match=told):
        read_profiles(file)
    with pytest.raises(BadTable, match="no unit of time"):
        read_profiles(file, time_unit="uM") if "CELL" not in text else read_profiles(_other(tmp_path), time_unit="uM")


def _other(folder):
    file = folder / "other.csv"
    file.write_text("TIME,DV\n0,1\n")
    return file


def test_times_that_do_not_rise_are_refused():
    with pytest.raises(BadQuantity, match="rising times"):
        analyse([0, 2, 1], [1, 2, 3])


def test_a_first_sample_after_the_dose_is_told():
    t = np.array([1.0, 2, 4, 8])
    assert "no sample at time 0" in analyse(t, 10 * np.exp(-0.3 * t)).notes[0]
