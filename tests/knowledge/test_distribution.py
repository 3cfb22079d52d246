"""Distributions against their closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.errors import BadQuantity
from exportin.knowledge.distribution import Distribution

SHARES = np.linspace(0, 1, 101)


@pytest.mark.parametrize("text", ["fixed", "uniform -1 2.5", "loguniform 0.001 1000", "lognormal 26 42 @68%"])
def test_text_survives_the_round_trip(text):
    assert str(Distribution.parse(text)) == text
    assert Distribution.parse(str(Distribution.parse(text))) == Distribution.parse(text) or text == "fixed"


def test_uniform_and_loguniform_follow_their_closed_forms():
    np.testing.assert_allclose(Distribution.parse("uniform -1 3").quantile(SHARES, 0.0), -1 + 4 * SHARES, rtol=0, atol=1e-14)
    np.testing.assert_allclose(Distribution.parse("loguniform 0.1 10").quantile(SHARES, 1.0), 10 ** (2 * SHARES - 1), rtol=1e-14)


def test_a_lognormal_puts_sixty_eight_percent_between_its_bounds():
    spread = Distribution.parse("lognormal 26 42 @68%")
    assert spread.quantile(0.16, 35.0) == pytest.approx(26, rel=1e-12)
    assert spread.quantile(0.84, 35.0) == pytest.approx(42, rel=1e-12)
    assert spread.median(35.0) == pytest.approx(math.sqrt(26 * 42), rel=1e-12)


def test_the_ends_of_a_lognormal_stay_finite():
    ends = Distribution.parse("lognormal 1 2 @68%").quantile([0.0, 1.0], 1.5)
    assert np.all(np.isfinite(ends))
    assert 0 < ends[0] < 1 < 2 < ends[1]


@pytest.mark.parametrize("text", ["fixed", "uniform 1 2", "loguniform 1 2", "lognormal 1 2 @68%"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_the_shape_is_that_of_the_shares(text, shape):
    found = Distribution.parse(text).quantile(np.full(shape, 0.3), 1.5)
    assert np.shape(found) == shape
    assert isinstance(found, float) == (shape == ())


@given(
    low=st.floats(1e-6, 1e3),
    ratio=st.floats(1.001, 1e6),
    kind=st.sampled_from(["uniform", "loguniform", "lognormal"]),
    share=st.floats(0, 1),
)
def test_quantiles_are_possible_and_rise(low, ratio, kind, share):
    spread = Distribution(kind, low, low * ratio)
    found = spread.quantile([share / 2, share], low)
    assert found[0] <= found[1]
    assert all(spread.contains(value) for value in found)


@pytest.mark.parametrize(
    ("text", "spread"),
    [
        ("fixed", 1),
        ("uniform 2 8", 4),
        ("uniform 0 1", math.inf),
        ("uniform -1 1", math.inf),
        ("uniform -8 -2", 4),
        ("loguniform 1 3", 3),
    ],
)
def test_the_spread_is_upper_over_lower(text, spread):
    assert Distribution.parse(text).spread == spread


def test_a_fixed_distribution_returns_the_value():
    assert Distribution.parse("fixed").quantile(0.9, 7.0) == 7.0
    assert not Distribution.parse("fixed").contains(math.nan)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fixed 1",
        "uniform",
        "uniform 1 1",
        "uniform 2 1",
        "uniform a b",
        "uniform 0 nan",
        "loguniform 0 1",
        "loguniform -1 1",
        "lognormal 1 2",
        "lognormal 1 2 @95%",
        "lognormal 1 2 @68% more words",
        "Uniform 1 2",
        "uniform 1 2 3",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(BadQuantity):
        Distribution.parse(text)


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan, [0.5, 2.0]])
def test_a_share_outside_zero_to_one_is_refused(share):
    with pytest.raises(BadQuantity, match="between 0 and 1"):
        Distribution.parse("uniform 1 2").quantile(share, 1.5)


def test_a_fixed_value_with_bounds_and_an_unknown_kind_are_refused():
    with pytest.raises(BadQuantity, match="no bounds"):
        Distribution("fixed", 1.0, 2.0)
    with pytest.raises(BadQuantity, match="'gamma' is not a distribution"):
        Distribution("gamma", 1.0, 2.0)
