"""Event tables: doses, repeats, steady state, order of records, and what is refused by name."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.errors import BadRegimen
from exportin.pharmacology.event import doses_to_events
from exportin.pharmacology.nonmem import read_event_table, steady_state_run_in
from exportin.pharmacology.pk import typical
from exportin.pharmacology.regimen import Dose, parse_regimen

HOUR = 3600.0
SELINEXOR = 443.31


def plasma(doses: tuple[Dose, ...], hours: np.ndarray) -> np.ndarray:
    return typical().profile(hours * HOUR, doses_to_events(doses, SELINEXOR))


def test_a_table_and_a_regimen_give_the_same_doses():
    table = [{"ID": 7, "TIME": day * 24, "AMT": 60, "II": 168, "ADDL": 3, "CMT": 1, "EVID": 1} for day in (0, 2)]
    assert read_event_table(table) == {"7": parse_regimen("60 mg PO days 1,3 every 7 d for 28 d")}


def test_addl_is_the_same_as_explicit_records():
    short = read_event_table([{"ID": 1, "TIME": 5, "AMT": 80, "II": 12, "ADDL": 9}])
    long = read_event_table([{"ID": 1, "TIME": 5 + 12 * turn, "AMT": 80} for turn in range(10)])
    assert short == long


@pytest.mark.parametrize("interval", [12.0, 24.0, 84.0])
def test_steady_state_is_explicit_records_and_the_closed_form(interval: float):
    """The limit of superposition: 400 h are over 50 half-lives."""
    grid = np.linspace(0, interval, 60)
    by_table = read_event_table([{"ID": 1, "TIME": 0, "AMT": 80, "II": interval, "SS": 1}], memory=400 * HOUR)["1"]
    first = -interval * (len(by_table) - 1)
    table = [{"ID": 1, "TIME": 0, "AMT": 80, "II": interval, "ADDL": len(by_table) - 1}]
    explicit = tuple(Dose(dose.time + first * HOUR, dose.amount) for dose in read_event_table(table)["1"])
    assert by_table == explicit
    amount = doses_to_events([Dose(0.0, 80.0)], SELINEXOR)[0].amount
    exact = typical().relax(grid * HOUR, typical().steady_state(amount, interval * HOUR))
    np.testing.assert_allclose(plasma(by_table, grid), exact, rtol=1e-6)


@pytest.mark.parametrize("rate", [10.0, 80.0 / 12, 4.0])
def test_a_steady_state_infusion_may_fill_or_outlast_its_interval(rate: float):
    """A rate of 80/12 mg/h every 12 h is a constant infusion, whose plateau is rate/CL; a slower one overlaps itself."""
    table = [{"ID": 1, "TIME": 0, "AMT": 80, "RATE": rate, "II": 12, "SS": 1, "CMT": 2}]
    doses = read_event_table(table, memory=600 * HOUR)["1"]
    assert {dose.duration for dose in doses} == {80 / rate * HOUR}
    grid = np.linspace(0, 12, 25)
    amount = doses_to_events([Dose(0.0, 80.0)], SELINEXOR)[0].amount
    mean = np.trapezoid(plasma(doses, np.linspace(0, 12, 4001)), dx=12 / 4000) / 12
    assert mean == pytest.approx(amount / (12 * HOUR) / typical().CL, rel=1e-4)
    if rate == 80.0 / 12:
        np.testing.assert_allclose(plasma(doses, grid[:-1]), amount / (12 * HOUR) / typical().CL, rtol=1e-6)


def test_the_run_in_covers_the_memory():
    assert [dose.time for dose in steady_state_run_in(Dose(100.0, 1.0), 10.0, 30.0)] == [70.0, 80.0, 90.0]
    assert [dose.time for dose in steady_state_run_in(Dose(100.0, 1.0), 10.0, 31.0)] == [60.0, 70.0, 80.0, 90.0]
    with pytest.raises(BadRegimen, match="run-in"):
        steady_state_run_in(Dose(0.0, 1.0), 0.0, 10.0)
    with pytest.raises(BadRegimen, match="10,000"):
        steady_state_run_in(Dose(0.0, 1.0), 1e-9, 10.0)


@given(st.integers(0, 10_000))
def test_the_order_of_records_changes_nothing(seed: int):
    table = [
        {"ID": who, "TIME": time, "AMT": amount, "EVID": event, "II": 24, "ADDL": more, "SS": steady, "CMT": where, "RATE": rate}
        for who in ("a", "b")
        for time, amount, event, more, steady, where, rate in [
            (0, 80, 1, 2, 1, 1, 0), (0, 20, 1, 0, 0, 2, 0), (0, 60, 1, 0, 0, 1, 0), (5, 0, 0, 0, 0, 2, 0), (9, 10, 1, 0, 0, 2, 5),
        ]
    ]  # fmt: skip
    shuffled = random.Random(seed).sample(table, len(table))
    straight, turned = read_event_table(table, memory=1e5), read_event_table(shuffled, memory=1e5)
    assert straight == turned
    assert doses_to_events(straight["a"], SELINEXOR) == doses_to_events(turned["a"], SELINEXOR)


def test_simultaneous_doses_add():
    twice = read_event_table([{"ID": 1, "TIME": 0, "AMT": 40}] * 2)["1"]
    assert doses_to_events(twice, SELINEXOR) == doses_to_events([Dose(0.0, 80.0)], SELINEXOR)


def test_observations_and_other_events_give_no_dose():
    table = [{"ID": 1, "TIME": 1, "AMT": ".", "EVID": 0}, {"ID": 1, "TIME": 2, "AMT": 0, "EVID": 2}]
    table += [{"ID": 2, "TIME": 3, "AMT": 5, "EVID": 1}]
    assert read_event_table(table) == {"1": (), "2": (Dose(3 * HOUR, 5.0),)}
    assert read_event_table([{"ID": 1, "TIME": 1, "AMT": 0}]) == {"1": ()}


def test_a_csv_file_is_read(tmp_path: Path):
    path = tmp_path / "doses.csv"
    path.write_text("\ufeffid,time,AMT,RATE,CMT,EVID,DV\n1,0,80,.,1,1,.\n1,2,.,,.,0,3.4\n2,24,20,40,2,1,.\n", encoding="utf-8")
    doses = read_event_table(path, tolerate=["DV"])
    assert doses == {"1": (Dose(0.0, 80.0),), "2": (Dose(24 * HOUR, 20.0, "CENT", 1800.0),)}
    assert read_event_table(str(path), tolerate=["DV"]) == doses


DOSE = {"ID": 1, "TIME": 0, "AMT": 80}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"WT": 70}, "Column 'WT'"),
        ({"DV": 3}, r"tolerate=\('DV',\)"),
        ({"ID": ""}, "column ID: '' is missing"),
        ({"TIME": None}, "column TIME: '' is missing"),
        ({"TIME": "noon"}, "column TIME: 'noon' is not a number"),
        ({"TIME": -1}, "column TIME: '-1' is negative"),
        ({"TIME": float("inf")}, "column TIME: 'inf' is not finite"),
        ({"TIME": "1_0"}, "column TIME: '1_0' is not a number"),
        ({"AMT": "eighty"}, "column AMT: 'eighty' is not a number"),
        ({"AMT": -80}, "column AMT: '-80' is negative"),
        ({"AMT": float("nan"), "EVID": 1}, "column AMT: '' is missing"),
        ({"AMT": 0, "EVID": 1}, "column AMT: '0' is no dose"),
        ({"EVID": 0}, "column AMT: '80' is an amount on a record that is no dose"),
        ({"EVID": 3}, "column EVID: '3' means a reset"),
        ({"EVID": 4}, "column EVID: '4' means a reset and a dose"),
        ({"EVID": 5}, "column EVID: '5' is not an event"),
        ({"EVID": ""}, "column EVID: '' is missing"),
        ({"CMT": 3}, "column CMT: '3' is not a compartment"),
        ({"CMT": ""}, "column CMT: '' is missing"),
        ({"CMT": 1.5}, "column CMT: '1.5' is not a whole number"),
        ({"RATE": 10}, "column RATE: '10' is zero-order input into the depot"),
        ({"RATE": 10, "CMT": 1}, "zero-order"),
        ({"RATE": -1, "CMT": 2}, "column RATE: '-1' means a modelled rate"),
        ({"RATE": -2, "CMT": 2}, "column RATE: '-2' means a modelled duration"),
        ({"RATE": -3, "CMT": 2}, "column RATE: '-3' is negative"),
        ({"ADDL": 3}, "column II: '' is no interval for ADDL"),
        ({"SS": 1}, "column II: '' is no interval for SS"),
        ({"SS": 1, "II": 0}, "column II: '0' is no interval for SS"),
        ({"SS": 2, "II": 24}, "column SS: '2' .* not supported"),
        ({"SS": 1, "II": 24}, "column SS: '1' needs to know how long"),
        ({"II": 24}, "column II: '24' has no effect"),
        ({"II": -24, "ADDL": 1}, "column II: '-24' is negative"),
        ({"ADDL": 1.5, "II": 24}, "column ADDL: '1.5' is not a whole number"),
        ({"ADDL": -1, "II": 24}, "column ADDL: '-1' is negative"),
        ({"ADDL": 20000, "II": 24}, "column ADDL: '20000' means more than 10,000"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(change: dict[str, object], told: str):
    with pytest.raises(BadRegimen, match=told) as caught:
        read_event_table([DOSE, DOSE | change])
    assert "Row 2, " in str(caught.value) or "Column '" in str(caught.value)


def test_a_steady_state_that_would_reset_is_refused():
    steady = DOSE | {"TIME": 24, "SS": 1, "II": 24}
    with pytest.raises(BadRegimen, match="Row 2, column SS: '1' would reset the dose of row 1"):
        read_event_table([DOSE, steady], memory=1e5)
    with pytest.raises(BadRegimen, match="second steady state"):
        read_event_table([steady, steady], memory=1e5)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("ID,TIME\n1,0\n", "Row 1 has no column AMT"),
        ("ID,ID,TIME,AMT\n", "'ID' comes twice"),
        ("ID,TIME,AMT\n1,0\n", "Row 1 has 2 cells"),
        ("", "cannot be read"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, content: str, told: str):
    path = tmp_path / "doses.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadRegimen, match=told):
        read_event_table(path)


def test_what_is_no_table_is_refused(tmp_path: Path):
    with pytest.raises(BadRegimen, match="cannot be read"):
        read_event_table(tmp_path / "missing.csv")
    with pytest.raises(BadRegimen, match="expected one mapping"):
        read_event_table([["1", "0", "80"]])  # type: ignore[list-item]
    with pytest.raises(BadRegimen, match="WT"):
        read_event_table([DOSE], tolerate=["WT"])
    with pytest.raises(BadRegimen, match="memory"):
        read_event_table([DOSE], memory=-1.0)
    with pytest.raises(BadRegimen, match="comes twice"):
        read_event_table([DOSE | {"amt": 3}])
