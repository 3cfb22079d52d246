"""Verdicts from draws."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.review.compare import Effect
from exportin.review.contrast import spread
from exportin.review.entry import Block
from exportin.review.measure import Part
from exportin.review.shown import headline, told_observed
from exportin.review.verdict import CONTRADICTS, INCONCLUSIVE, SUPPORTS, holding, of_parts

CONTRAST = spread(Block(cell="HeLa", exposure="KPT-185", observable="MYC", time="24 h", comparison="below its start"))[0]


def part(holds, values=None):
    values = np.where(holds, 0.5, 1.0) if values is None else np.asarray(values, dtype=float)
    return Part(CONTRAST, Effect("over its start", "fold", values, np.asarray(holds, dtype=bool), (0.95,), True, "below"))


@pytest.mark.parametrize(
    ("held", "verdict"),
    [(20, SUPPORTS), (18, SUPPORTS), (17, INCONCLUSIVE), (10, INCONCLUSIVE), (3, INCONCLUSIVE), (2, CONTRADICTS), (0, CONTRADICTS)],
)
def test_nine_of_ten_draws_support_and_one_of_ten_contradicts(held, verdict):
    assert of_parts([part([True] * held + [False] * (20 - held))]) == verdict


def test_all_parts_must_hold_in_the_same_draw():
    first, second = part([True] * 19 + [False]), part([False] + [True] * 19)
    assert of_parts([first]) == of_parts([second]) == SUPPORTS
    assert holding([first, second]) == (0.9, 1.0)
    third = part([True] * 10 + [False] + [True] * 9)
    assert of_parts([first, second, third]) == INCONCLUSIVE


def test_draws_without_a_living_cell_do_not_count():
    nan = float("nan")
    some = part([True] * 12 + [False] * 8, [0.5] * 12 + [nan] * 8)
    assert holding([some]) == (1.0, 0.6)
    assert of_parts([some]) == SUPPORTS
    few = part([True] * 9 + [False] * 11, [0.5] * 9 + [nan] * 11)
    assert of_parts([few]) == INCONCLUSIVE


def test_the_part_that_holds_least_is_told():
    good, bad = part([True] * 20), part([True] * 15 + [False] * 5)
    assert headline([good, bad]) is bad
    assert told_observed([good, bad]).startswith("holds in 75 % of draws; least: HeLa, KPT-185, MYC: 0.5-fold (0.5-fold to 1-fold)")


def test_nothing_known_is_told():
    nothing = part([False] * 20, [float("nan")] * 20)
    assert told_observed([nothing]) == "no draw says anything"
    assert of_parts([nothing]) == INCONCLUSIVE
