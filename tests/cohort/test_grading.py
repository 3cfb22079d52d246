"""Grades of adverse events and the rules of the label."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.cohort.grading import EVENTS, GO_ON, HOLD, REDUCE, event_name, grade_of, ruled

NORMAL = {"platelets": 200.0, "neutrophils": 4.0, "sodium": 140.0, "weight": 1.0}


@pytest.mark.parametrize(
    ("measure", "values", "grades"),
    [
        ("platelets", [150, 149, 75, 74, 50, 49, 25, 24], [0, 1, 1, 2, 2, 3, 3, 4]),
        ("neutrophils", [2.0, 1.9, 1.5, 1.4, 1.0, 0.9, 0.5, 0.4], [0, 1, 1, 2, 2, 3, 3, 4]),
        ("sodium", [135, 134, 130, 129, 120, 119], [0, 1, 1, 3, 3, 4]),
        ("weight", [0.95, 0.94, 0.9, 0.89, 0.8, 0.79], [0, 1, 1, 2, 2, 3]),
    ],
)
def test_grades_are_those_of_the_ctcae(measure, values, grades):
    assert grade_of(measure, np.array(values, dtype=float)).tolist() == grades


def test_every_measure_has_an_event():
    assert [event_name(one) for one in EVENTS] == ["thrombocytopenia", "neutropenia", "hyponatraemia", "weight loss"]


def say(began=None, held=None, waiting=0.0, **low):
    def one(values):
        return {name: np.array([float(values.get(name, NORMAL[name]))]) for name in EVENTS}

    hold = {name: np.array([name == held]) for name in EVENTS}
    said, now = ruled(one(low), one(began or {}), hold, np.array([waiting]))
    return int(said[0]), [name for name in EVENTS if now[name][0]]


def test_the_rules_of_the_label():
    assert say() == (GO_ON, [])
    assert say(platelets=74) == (REDUCE, [])
    assert say(platelets=24) == (HOLD, ["platelets"])
    assert say(neutrophils=0.9) == (REDUCE, [])
    assert say(neutrophils=0.4) == (HOLD, ["neutrophils"])
    assert say(sodium=129) == (HOLD, ["sodium"])
    assert say(weight=0.89) == (HOLD, ["weight"])


def test_a_held_dose_waits_for_the_bound_of_recovery():
    assert say(platelets=40, held="platelets") == (HOLD, ["platelets"]), "until 50"
    assert say(platelets=50, held="platelets")[0] == REDUCE, "it goes on, and 50 is below 75"
    assert say(platelets=80, held="platelets") == (GO_ON, [])
    assert say(platelets=40, weight=0.93, held="platelets") == (HOLD, ["platelets"]), "a weight of 93 % holds nothing by itself"


def test_a_level_is_taken_away_once_in_a_while():
    assert say(platelets=60, waiting=1.0) == (GO_ON, [])
    assert say(platelets=20, waiting=1.0) == (HOLD, ["platelets"])


def test_what_the_disease_has_made_low_takes_no_dose_away():
    assert say(began={"platelets": 60.0}, platelets=55) == (GO_ON, [])
    assert say(began={"platelets": 60.0}, platelets=20) == (HOLD, ["platelets"])
