"""Comparisons in words, and what they come to in each draw."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.errors import BadScenario
from exportin.review.compare import judge
from exportin.review.comparison import numbers_in, read_comparison
from exportin.review.contrast import spread
from exportin.review.entry import Block
from exportin.review.tables import tolerance

NAN = float("nan")


def effect(observable, comparison, *arms, start=None):
    """Of one contrast with these numbers in its arms."""
    given = {"cell": "HeLa", "observable": observable, "time": "24 h", "comparison": comparison}
    sought = " of " in observable and "correlation" not in observable
    if "control" in comparison:
        given["exposure"] = {"test": "KPT-185", "control": "none"}
        if sought:
            given["exposure"] = {"test": "KPT-185 1 nM to 1 uM", "control": "JQ1 1 nM to 1 uM"}
    elif sought:
        given["exposure"] = "KPT-185 1 nM to 1 uM"
    elif "along" in comparison:
        given["exposure"] = {"steps": ["KPT-185 1 nM", "KPT-185 10 nM", "KPT-185 100 nM"]}
    elif "synergistic" in comparison:
        given["exposure"] = "KPT-185 + JQ1"
    contrast = spread(Block.model_validate(given))[0]
    arrays = [np.asarray(arm, dtype=float) for arm in arms]
    return judge(contrast, arrays, np.asarray(arrays[0] if start is None else start, dtype=float))


@pytest.mark.parametrize(
    ("text", "way", "beside", "low"),
    [
        ("above control", "above", "control", None),
        ("as  its start", "as", "start", None),
        ("unlike control", "unlike", "control", None),
        ("about 50 % of control", "about", "control", 0.5),
        ("below 150 nM", "below", "figure", 0.15),
        ("above 500 nM", "above", "figure", 0.5),
        ("about 1.5 uM", "about", "figure", 1.5),
        ("about 75 %", "about", "figure", 0.75),
        ("between 6 nM and 9 nM", "between", "figure", 0.006),
        ("rises along", "rises", "steps", None),
        ("not synergistic", "not synergistic", "parts", None),
        ("negative", "negative", "none", None),
    ],
)
def test_words_are_read(text, way, beside, low):
    read = read_comparison(text)
    assert (read.way, read.beside) == (way, beside)
    assert low is None or read.low == pytest.approx(low)


WRONG = ["", "above", "above 5", "better than control", "between 9 nM and 6 nM", "above 5 apples", "above 2-fold", "rises"]


@pytest.mark.parametrize("text", WRONG)
def test_other_words_are_refused(text):
    with pytest.raises(BadScenario, match=r"comparison: .* is not understood; write for example 'above control'"):
        read_comparison(text)


def test_figures_of_a_text():
    assert numbers_in("39 of 69 against 0.5 %") == ["39", "69", "0.5"]


def test_a_ratio_counts_beyond_the_tolerance_only():
    found = effect("TP53_nc", "above control", [1.04, 1.06, NAN], [1.0, 1.0, 1.0])
    assert tolerance("relative_change") == 0.05
    assert found.holds.tolist() == [False, True, False]
    assert found.known.tolist() == [True, True, False]
    assert found.share == 0.5
    assert found.what == "over control"


def test_a_share_is_told_as_a_difference():
    found = effect("apoptotic_fraction", "below control", [0.30, 0.36], [0.4, 0.4])
    assert found.values == pytest.approx([-0.10, -0.04])
    assert found.holds.tolist() == [True, False]


def test_the_same_and_not_the_same_are_opposites():
    arms = [1.0, 1.09, 1.2, NAN], [1.0, 1.0, 1.0, 1.0]
    same, other = effect("TP53_nc", "as control", *arms), effect("TP53_nc", "unlike control", *arms)
    assert same.holds.tolist() == [True, True, False, False]
    assert other.holds.tolist() == [False, False, True, False]


def test_its_own_start_stands_for_a_control():
    found = effect("MYC", "below its start", [0.5, 0.99], start=[1.0, 1.0])
    assert found.holds.tolist() == [True, False]
    assert found.what == "over its start"


def test_a_dose_beyond_all_doses_is_above_any_figure():
    found = effect("ED50 of apoptotic_fraction", "above 1000 nM", [np.inf, 2.0, 0.5, 0.0])
    assert found.holds.tolist() == [True, True, False, False]
    assert found.unit == "uM"


def test_two_doses_beyond_all_doses_are_the_same():
    found = effect("ED50 of viability", "above control", [np.inf, np.inf, 1.0], [np.inf, 1.0, 0.1])
    assert found.values.tolist() == [1.0, np.inf, 10.0]
    assert found.holds.tolist() == [False, True, True]


def test_not_above_leaves_the_other_side_open():
    found = effect("tumour_volume_proxy", "not above control", [0.2, 1.05, 1.2], [1.0, 1.0, 1.0])
    assert found.holds.tolist() == [True, True, False]


def test_a_step_that_says_nothing_makes_the_draw_say_nothing():
    found = effect("XPO1_total", "rises along", [1.0, 1.0], [NAN, 1.2], [1.4, 1.4])
    assert found.known.tolist() == [False, True]


def test_about_a_figure():
    assert effect("apoptotic_fraction", "about 75 %", [0.61, 0.59, 0.90]).holds.tolist() == [True, False, True]
    assert effect("IC50 of viability", "about 1.5 uM", [0.76, 0.7, 2.9]).holds.tolist() == [True, False, True]
    assert effect("apoptotic_fraction", "about 50 % of control", [0.4, 0.1], [0.8, 0.8]).holds.tolist() == [True, False]


def test_steps_must_go_one_way():
    rising = effect("XPO1_total", "rises along", [1.0, 1.0], [1.2, 0.8], [1.4, 1.4])
    assert rising.holds.tolist() == [True, False]
    falling = effect("viability", "falls along", [1.0, 1.0], [0.98, 0.5], [0.97, 0.2])
    assert falling.holds.tolist() == [False, True]


def test_synergy_is_more_than_independence():
    """Bliss: two drugs that each kill half leave a quarter; viability is turned into what is taken away."""
    found = effect("apoptotic_fraction", "synergistic", [0.75, 0.85], [0.5, 0.5], [0.5, 0.5])
    assert found.values == pytest.approx([0.0, 0.1])
    assert found.holds.tolist() == [False, True]
    assert effect("viability", "synergistic", [0.25, 0.1], [0.5, 0.5], [0.5, 0.5]).holds.tolist() == [False, True]
    assert effect("viability", "not synergistic", [0.25, 0.1], [0.5, 0.5], [0.5, 0.5]).holds.tolist() == [True, False]


def test_a_correlation_needs_a_sign():
    assert effect("correlation of MCL1_c with apoptotic_fraction", "negative", [-0.5, -0.1, 0.4]).holds.tolist() == [True, False, False]


def test_the_interval_is_of_draws_by_rank():
    found = effect("ED50 of viability", "above 1 uM", [0.0, *([2.0] * 8), np.inf])
    assert found.interval[0] in (0.0, 2.0)
    assert found.median == 2.0
