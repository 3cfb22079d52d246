"""Dose levels of a week as they are written."""

from __future__ import annotations

import pytest

from exportin.cohort.numbers import ladders
from exportin.cohort.week.level import DAY, read_level
from exportin.errors import BadRegimen


@pytest.mark.parametrize(
    ("text", "days", "amount", "per"),
    [
        ("80 mg PO days 1,3", (1, 3), 80.0, ""),
        ("60 mg PO days 1,3 every 7 d", (1, 3), 60.0, ""),
        ("100 mg PO weekly", (1,), 100.0, ""),
        ("35 mg/m2 PO biw", (1, 3), 35.0, "m2"),
        ("12.5 mg/kg PO days 1-5", (1, 2, 3, 4, 5), 12.5, "kg"),
        ("1 g PO day 2 q7d", (2,), 1000.0, ""),
    ],
)
def test_a_level_is_read(text, days, amount, per):
    level = read_level(text)
    assert (level.days, level.amount, level.per) == (days, pytest.approx(amount), per)


NO_LEVELS = [
    "", "100 mg PO once", "100 mg PO every 3 weeks", "60 mg PO days 1,3 every 14 d", "60 mg PO q21d", "80 mg PO daily x 5",
    "80 mg IV days 1,3", "80 mg PO days 1,8", "80 mg PO bid for 2 d", "80 mg PO day 1 then 40 mg PO day 3", "much",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_LEVELS)
def test_what_is_no_level_is_refused(text):
    with pytest.raises(BadRegimen):
        read_level(text)


def test_gaps_count_over_the_end_of_the_week():
    assert [read_level(text).gap for text in ("80 mg PO day 1", "80 mg PO days 1,3", "80 mg PO days 1,7")] == [7, 2, 1]


def test_doses_lie_on_their_days():
    assert [dose.time for dose in read_level("80 mg PO days 1,3").doses(60.0)] == [0.0, 2 * DAY]


def test_every_ladder_goes_down():
    for name, rows in ladders().items():
        levels = [read_level(row.regimen) for row in rows]
        weekly = [level.amount * len(level.days) for level in levels]
        assert weekly == sorted(weekly, reverse=True), name
