"""Chunks cover the members once, whoever computes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.errors import BadQuantity
from exportin.kernel.ensemble.plan import Plan, parse_part, suggest_chunk
from exportin.network.parameters import uniform_share


@given(count=st.integers(1, 500), chunk=st.integers(1, 80), parts=st.integers(1, 20))
def test_every_member_is_in_one_chunk_of_one_part(count, chunk, parts):
    plan = Plan(count, chunk)
    chunks = [one for index in range(1, parts + 1) for one in plan.part(index, parts)]
    assert chunks == list(plan)
    assert [one.number for one in chunks] == list(range(len(plan)))
    assert [member for one in chunks for member in one.members] == list(range(count))
    sizes = [len(plan.part(index, parts)) for index in range(1, parts + 1)]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(("text", "read"), [("3/16", (3, 16)), ("1/1", (1, 1)), (" 16 / 16 ", (16, 16))])
def test_a_part_is_read(text, read):
    assert parse_part(text) == read


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0/16", "give 1/16 to 16/16"),
        ("17/16", "give 1/16 to 16/16"),
        ("1/0", "no parts at all"),
        ("3", "give for example 3/16"),
        ("3/16/2", "not written as i/n"),
        ("-1/4", "not written as i/n"),
        ("1.5/4", "not written as i/n"),
        ("٣/16", "not written as i/n"),
        ("", "not written as i/n"),
    ],
)
def test_a_wrong_part_is_refused(text, told):
    with pytest.raises(BadQuantity, match=told):
        parse_part(text)


@pytest.mark.parametrize(("count", "chunk"), [(0, 1), (1, 0), (-3, 1), (True, 1), (10, 2.0)])
def test_a_plan_needs_whole_numbers(count, chunk):
    with pytest.raises(BadQuantity, match="whole number"):
        Plan(count, chunk)


@pytest.mark.parametrize(("index", "parts"), [(0, 4), (5, 4), (1, 0)])
def test_a_part_that_does_not_exist_is_refused(index, parts):
    with pytest.raises(BadQuantity, match="does not exist"):
        Plan(10, 2).part(index, parts)


@given(count=st.integers(1, 10**7), member=st.integers(0, 10**8))
def test_a_suggested_chunk_fits(count, member):
    chunk = suggest_chunk(count, member)
    assert 1 <= chunk <= count
    assert chunk % 8 == 0 or chunk == count < 8
    assert chunk * member <= max(8_000_000, 8 * member)


def test_more_patients_change_no_other_patient():
    few = [uniform_share(7, "patient", "CL", index) for index in range(20)]
    many = {index: uniform_share(7, "patient", "CL", index) for index in reversed(range(200))}
    assert [many[index] for index in range(20)] == few
    assert len(set(many.values())) == 200
