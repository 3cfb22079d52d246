"""Response by each criterion, on courses that were worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.cohort.numbers import criteria
from exportin.cohort.response import Assessment, find_criterion, response_names
from exportin.errors import NotModelled, UnknownName

FINE = {"platelets": np.array([150.0]), "neutrophils": np.array([3.0])}


def follow(criterion, values, counts=FINE):
    """Best response, visit at which progression began, visits at which a response did."""
    one = Assessment(criterion, np.array([float(values[0])]))
    watched, gone, responded = np.array([True]), None, None
    for place, value in enumerate(values[1:], start=1):
        worse, better = one.visit(np.array([float(value)]), counts, watched)
        if worse[0]:
            gone, watched = place, np.array([False])
        if better[0]:
            responded = place
    return response_names(criterion)[int(one.best[0])], gone, responded


@pytest.mark.parametrize(
    ("criterion", "values", "best", "gone", "responded"),
    [
        ("IMWG", [20, 9, 9], "partial response", None, 2),
        ("IMWG", [20, 9, 13], "minimal response", None, None),  # half is not confirmed, a quarter is
        ("IMWG", [20, 14, 14], "minimal response", None, None),
        ("IMWG", [20, 1.9, 1.9], "very good partial response", None, 2),
        ("IMWG", [20, 0.3, 0.3], "complete response", None, 2),
        ("IMWG", [20, 26, 30], "progressive disease", 2, None),  # twice in a row
        ("IMWG", [20, 26, 20], "stable disease", None, None),  # not confirmed
        ("IMWG", [10, 4, 4, 6, 6], "partial response", None, 2),  # a rise by half, but of less than 5 g/L
        ("IMWG", [10, 4, 4, 9.5, 9.5], "partial response", 4, 2),
        ("RECIST", [60, 42], "partial response", None, 1),
        ("RECIST", [60, 43], "stable disease", None, None),
        ("RECIST", [60, 72], "progressive disease", 1, None),
        ("RECIST", [60, 30, 36], "partial response", 2, 1),  # a fifth over the smallest sum, 6 mm
        ("RECIST", [20, 12, 14.5], "partial response", None, 1),  # a fifth, but under 5 mm
        ("RECIST", [60, 4], "complete response", None, 1),
        ("Lugano", [1000, 500], "partial response", None, 1),
        ("Lugano", [1000, 500, 760], "partial response", 2, 1),
        ("Lugano", [1000, 1400], "stable disease", None, None),
        ("RANO", [100, 49], "partial response", None, 1),
        ("RANO", [100, 126], "progressive disease", 1, None),
        ("SVR35", [1500, 970], "spleen response", None, 1),
        ("SVR35", [1500, 980], "stable disease", None, None),
        ("AML", [40, 4], "complete remission", None, 1),
        ("AML", [40, 18], "partial response", None, 1),
        ("AML", [40, 61], "progressive disease", 1, None),
    ],
)
def test_a_course_and_its_response(criterion, values, best, gone, responded):
    assert follow(criterion, values) == (best, gone, responded)


def test_a_remission_without_counts_is_incomplete():
    low = {"platelets": np.array([60.0]), "neutrophils": np.array([3.0])}
    assert follow("AML", [40, 4], low)[0] == "complete remission, incomplete recovery"


def test_a_criterion_must_fit_the_disease():
    assert find_criterion(None, "IMWG") == "IMWG"
    assert find_criterion("RECIST", "Lugano") == "RECIST"
    with pytest.raises(NotModelled, match="RECIST reads lesions, and this disease is followed by M-protein; take IMWG"):
        find_criterion("RECIST", "IMWG")
    with pytest.raises(UnknownName, match="RECISTE"):
        find_criterion("RECISTE", "RECIST")


def test_every_criterion_has_progression_and_no_response():
    for name, rows in criteria().items():
        assert [row.order for row in rows][:2] == [0, 1], name
        assert rows[0].rise is not None
        assert len({row.power for row in rows}) == len({row.confirmed for row in rows}) == 1
