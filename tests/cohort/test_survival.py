"""Survival against R's published values, and how bad tables are refused.

R's outputs are of the package survival (Therneau): the recidivism data of Rossi (Fox, An R and S-PLUS Companion), the lung cancer data of
Loprinzi, 6-mercaptopurine in leukaemia (Freireich), larynx cancer (Kardaun) and maintenance in AML (Miller), as they stand in the package's
own test output and in public course notes.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from exportin.cohort.survival.estimate import survival
from exportin.cohort.survival.guyot import rebuild
from exportin.cohort.survival.published import read_published
from exportin.cohort.survival.table import SurvivalTable, read_survival
from exportin.errors import BadQuantity, BadTable

AML = {
    "Maintained": ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]),
    "Nonmaintained": ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]),
}


def table_of(time, event, arm=None, source="test", **covariates):
    arms = tuple(map(str, arm)) if arm is not None else ("all",) * len(time)
    numbers = {name: np.asarray(column, dtype=float) for name, column in covariates.items()}
    return SurvivalTable(np.asarray(time, dtype=float), np.asarray(event, dtype=bool), arms, numbers, source)


@pytest.fixture(scope="module")
def aml():
    time = np.concatenate([time for time, _ in AML.values()])
    event = np.concatenate([event for _, event in AML.values()])
    arm = [name for name, (given, _) in AML.items() for _ in given]
    return survival(table_of(time, event, arm, "aml"))


def test_kaplan_meier_is_rs(aml):
    maintained, other = aml["Maintained"], aml["Nonmaintained"]
    assert maintained.at([9, 13, 18, 23, 31, 34, 48]) == pytest.approx([0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184], abs=5e-4)
    expected = [0.8333, 0.6667, 0.5833, 0.4861, 0.3889, 0.2917, 0.1944, 0.0972, 0]
    assert other.at([5, 8, 12, 23, 27, 30, 33, 43, 45]) == pytest.approx(expected, abs=5e-5)
    assert (maintained.median, other.median) == (31, 23)
    assert maintained.number_at_risk([0, 9, 13, 162]).tolist() == [11, 11, 10, 0]


def test_kaplan_meier_is_the_product_of_what_is_left(aml):
    """To the last digit: 10/11 * 9/10 * 7/8 ..."""
    left = np.cumprod([10 / 11, 9 / 10, 7 / 8, 6 / 7, 4 / 5, 3 / 4, 1 / 2])
    assert aml["Maintained"].at([9, 13, 18, 23, 31, 34, 48]) == pytest.approx(left, abs=1e-12)


def test_log_rank_and_efrons_cox_are_rs(aml):
    assert aml.log_rank == pytest.approx(3.40, abs=5e-3)
    assert aml.log_rank_p == pytest.approx(0.0653, abs=5e-5)
    (effect,) = aml.effects
    assert effect.name == "Nonmaintained against Maintained"
    assert effect.coefficient == pytest.approx(0.9155, abs=5e-5)
    assert effect.standard_error == pytest.approx(0.5119, abs=5e-5)
    assert "Efron" in str(aml)


def test_log_rank_is_its_closed_form(aml):
    """Observed and expected, counted by hand; R prints 7 of 10.69 and 11 of 7.31."""
    time = np.concatenate([np.array(given, dtype=float) for given, _ in AML.values()])
    event = np.concatenate([np.array(seen) for _, seen in AML.values()])
    first = np.arange(len(time)) < len(AML["Maintained"][0])
    expected = variance = 0.0
    for moment in np.unique(time[event == 1]):
        risk, ones = time >= moment, first & (time >= moment)
        fell = ((time == moment) & (event == 1)).sum()
        n, k = risk.sum(), ones.sum()
        expected += fell * k / n
        variance += fell * k / n * (1 - k / n) * (n - fell) / max(1, n - 1)
    assert expected == pytest.approx(10.69, abs=5e-3)
    assert aml.log_rank == pytest.approx(((event * first).sum() - expected) ** 2 / variance, rel=1e-9)


def test_the_recidivism_data_give_rs_cox_model():
    from lifelines.datasets import load_rossi

    data = load_rossi()
    names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    found = survival(table_of(data["week"], data["arrest"], None, "rossi", **{name: data[name] for name in names}))
    expected = [-0.37942, -0.05744, 0.31390, -0.14980, -0.43370, -0.08487, 0.09150]
    assert [one.coefficient for one in found.effects] == pytest.approx(expected, abs=5e-6)
    assert [found.effects[0].standard_error, found.effects[6].standard_error] == pytest.approx([0.19138, 0.02865], abs=5e-6)
    assert found.effects[1].p == pytest.approx(0.00903, abs=5e-6)
    assert found.log_likelihood == pytest.approx(-658.75, abs=5e-3)


def test_lung_cancer_by_sex_is_rs():
    from lifelines.datasets import load_lung

    data = load_lung()
    found = survival(table_of(data["time"], data["status"], data["sex"], "lung"))
    assert found.log_rank == pytest.approx(10.3, abs=0.05)
    assert found.log_rank_p == pytest.approx(0.00131, abs=5e-6)
    assert abs(found.effects[0].coefficient) == pytest.approx(0.5310, abs=5e-5)
    assert found.effects[0].standard_error == pytest.approx(0.1672, abs=5e-5)
    whole = survival(table_of(data["time"], data["status"], None, "lung"))
    assert whole.curves[0].median == 310


def test_leukaemia_is_rs():
    from lifelines.datasets import load_leukemia

    data = load_leukemia()
    found = survival(table_of(data["t"], data["status"], data["Rx"], "leukaemia"))
    assert found.log_rank == pytest.approx(16.8, abs=0.05)
    assert abs(found.effects[0].coefficient) == pytest.approx(1.5721, abs=5e-5)
    assert found.effects[0].standard_error == pytest.approx(0.4124, abs=5e-5)


def test_larynx_cancer_is_rs():
    from lifelines.datasets import load_larynx

    data = load_larynx()
    stages = {name: data[name] for name in data.columns if name.startswith("Stage")}
    found = survival(table_of(data["time"], data["death"], None, "larynx", age=data["age"], **stages))
    assert [one.coefficient for one in found.effects] == pytest.approx([0.01903, 0.14004, 0.64238, 1.70598], abs=5e-6)
    assert [one.standard_error for one in found.effects] == pytest.approx([0.01426, 0.46249, 0.35611, 0.42191], abs=5e-6)


def test_efrons_likelihood_is_its_closed_form():
    """Two subjects fall at once among four; one covariate, so that the score can be solved by bisection."""
    time, event, x = np.array([1.0, 1.0, 2.0, 3.0]), np.array([1, 1, 1, 0]), np.array([1.0, 0.0, 1.0, 0.0])

    def score(beta):
        r = np.exp(beta * x)
        total = x[:2].sum() + x[2]
        for part in (0.0, 0.5):
            weight = np.where(np.arange(4) < 2, 1.0 - part, 1.0) * r
            total -= (weight * x).sum() / weight.sum()
        return total - (r[2:] * x[2:]).sum() / r[2:].sum()

    low, high = -5.0, 5.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if score(middle) > 0 else (low, middle)
    found = survival(table_of(time, event, None, "four", x=x))
    assert found.effects[0].coefficient == pytest.approx(low, abs=1e-6)
    assert "events are few" in found.notes[0]


def kaplan_meier(time, event, grid):
    level, curve = 1.0, []
    for moment in grid:
        here = np.unique(time[(time <= moment) & event])
        level = np.prod([1 - ((time == one) & event).sum() / (time >= one).sum() for one in here])
        curve.append(level)
    return np.array(curve)


@pytest.mark.parametrize("seed", range(6))
def test_subjects_are_rebuilt_from_their_curve(seed):
    """300 subjects with uniform censoring: the hazard, the curve and the numbers at risk of the rebuilt ones are theirs."""
    random = np.random.default_rng(seed)
    death, lost = random.exponential(10.0, 300), random.uniform(0, 30, 300)
    time, event = np.minimum(death, lost), death <= lost
    points = np.concatenate([[0.0], np.unique(time[event])])
    curve = kaplan_meier(time, event, points)
    marks = np.array([0.0, 5, 10, 15, 20])
    risk = [(time >= mark).sum() for mark in marks]
    found = rebuild(points, curve, marks, risk, events=int(event.sum()))
    many = points <= 20  # beyond it a subject is a tenth of those left
    again = kaplan_meier(found.table.time, found.table.event, points[many])
    assert np.abs(again - curve[many]).max() < 0.03
    assert found.mean_error < 0.003
    assert found.at_risk_error <= 1
    assert abs(found.events - event.sum()) <= 0.03 * event.sum()
    assert len(found.table) == 300
    assert found.table.time.sum() == pytest.approx(time.sum(), rel=0.03)


def test_a_read_curve_with_noise_is_rebuilt_well_enough():
    random = np.random.default_rng(1)
    death = random.exponential(10.0, 200)
    time, event = np.minimum(death, 24.0), death <= 24.0
    points = np.linspace(0.0, 24.0, 60)
    curve = np.clip(kaplan_meier(time, event, points) + random.normal(0, 0.003, 60), 0, 1)
    curve[0] = 1.0
    found = rebuild(points, curve, [0, 6, 12, 18], [(time >= mark).sum() for mark in (0, 6, 12, 18)], events=int(event.sum()))
    assert found.largest_error < 0.03
    assert abs(found.events - event.sum()) <= 0.05 * event.sum()


@pytest.mark.parametrize(
    ("time", "curve", "marks", "risk", "told"),
    [
        ([0, 5], [1, 1.2], [0], [10], "point 2"),
        ([0, 5, 4], [1, 0.9, 0.8], [0], [10], "point 3: time 4 comes after 5"),
        ([0, 5, 8], [1, 0.5, 0.7], [0], [10], "survival rises from 0.5 to 0.7"),
        ([0, 5], [1, 0.9], [1], [10], "numbers at risk begin at time 0"),
        ([0, 5], [1, 0.9], [0, 2], [10, 12], "numbers at risk begin at time 0 and do not rise"),
        ([0, 5], [1], [0], [10], "as many times as survivals"),
    ],
)
def test_a_curve_that_is_none_is_refused(time, curve, marks, risk, told):
    with pytest.raises(BadTable, match=told):
        rebuild(time, curve, marks, risk)


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "s.csv"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("time,event\n5,1\n-2,0\n", r"line 3, column 'time': expected a time of 0 or more, found '-2'"),
        ("time,event\n5,0\n7,0\n", "none of 2 subjects has the event, all are censored"),
        ("time,event\n5,2\n", r"line 2, column 'event': expected 1 for an event or 0"),
        ("time,event\n5,\n", r"line 2, column 'event': the field is empty"),
        ("time,event\nsoon,1\n", r"line 2, column 'time'"),
        ("time\n5\n", "no column for the event"),
        ("time,os,event\n5,5,1\n", "several columns may be the time"),
        ("time,event\n", "expected a heading and one subject a line"),
        ("time,event\n5,1,3\n", "line 2: expected 2 fields"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(written, text, told):
    with pytest.raises(BadTable, match=told):
        read_survival(written(text))


def test_columns_can_be_named(written):
    file = written("wk,gone,grp,age\n5,1,A,50\n6,0,B,60\n")
    found = read_survival(file, time="wk", event="gone", arm="grp", covariates=["age"])
    assert found.arms == ("A", "B")
    assert found.covariates["age"].tolist() == [50, 60]
    with pytest.raises(BadTable, match="no column 'sex'"):
        read_survival(file, time="wk", event="gone", covariates=["sex"])


def test_a_covariate_that_says_nothing_is_refused():
    with pytest.raises(BadQuantity, match="the same for every subject"):
        survival(table_of([1, 2, 3], [1, 1, 0], None, "t", x=[2, 2, 2]))


def test_an_arm_without_events_is_told():
    found = survival(table_of([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], ["a"] * 3 + ["b"] * 3, "t"))
    assert any("b has no event" in note for note in found.notes)


def test_arms_that_are_wholly_apart_are_told_and_are_json():
    found = survival(table_of([1, 2, 3, 10, 11, 12], [1, 1, 1, 1, 1, 1], ["a"] * 3 + ["b"] * 3, "t"))
    assert any("wholly apart" in note for note in found.notes)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["effects"][0]["name"] == "b against a"


def test_a_covariate_may_not_be_the_time():
    with pytest.raises(BadQuantity, match="are no covariates"):
        survival(SurvivalTable(np.arange(3.0), np.array([True, True, False]), ("all",) * 3, {"time": np.arange(3.0)}, "t"))


def test_a_curve_that_ends_before_its_last_mark_makes_no_subjects():
    found = rebuild([0, 2, 5, 9, 10.5], [1, 0.9, 0.7, 0.5, 0.45], [0, 6, 12], [100, 60, 30])
    assert len(found.table) == 100
    later = rebuild([0, 2, 5, 9, 10.5], [1, 0.9, 0.7, 0.5, 0.45], [0, 3, 6, 9, 12, 18], [100, 80, 60, 45, 30, 8], events=45)
    assert len(later.table) == 100


def test_a_point_just_above_one_does_not_make_percentages(tmp_path):
    curve, risk = tmp_path / "c.csv", tmp_path / "r.csv"
    curve.write_text("time,survival\n0,1.002\n2,0.9\n6,0.6\n")
    risk.write_text("time,at_risk\n0,100\n5,65\n")
    assert read_published(curve, risk).largest_error < 0.02
