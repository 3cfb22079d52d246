"""Statistics against numpy's, the same bits however the members come, and memory that does not grow."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.errors import BadQuantity, BadTable
from exportin.kernel.ensemble.description import Axis, Description, Variable
from exportin.kernel.ensemble.folder import RunFolder
from exportin.kernel.ensemble.moments import MomentTree
from exportin.kernel.ensemble.plan import Plan
from exportin.kernel.ensemble.quantile import column_quantiles
from exportin.kernel.ensemble.summary import StreamingSummary, summarise

SHARES = (0.0, 0.05, 0.5, 0.95, 1.0)
FIELDS = ("count", "mean", "standard_deviation", "least", "greatest", "quantiles")


def example(count: int) -> dict[str, np.ndarray]:
    """Values on a large offset, some members failed, one number not defined."""
    generator = np.random.Generator(np.random.Philox(key=5))
    values = 1e6 + generator.lognormal(size=(count, 4, 3))
    status = np.where(generator.random(count) < 0.1, generator.integers(1, 4, count), 0)
    values[status > 0] = np.nan
    if count > 3:
        values[[2, 3], 1, 2] = np.inf, np.nan
    return {"values": values, "status": status, "peak": values[:, 0, 0].copy()}


def summary_of(arrays, plan, order=None, shares=SHARES):
    summary = StreamingSummary(plan, shares)
    for number in range(len(plan)) if order is None else order:
        chunk = plan[number]
        summary.add(chunk, {name: array[chunk.start : chunk.stop] for name, array in arrays.items()})
    return summary.result()


def bits(summary):
    found = {(name, field): getattr(one, field).tobytes() for name, one in summary.statistics.items() for field in FIELDS}
    return found | {"outcomes": summary.outcomes}


def test_against_numpy():
    arrays = example(300)
    summary = summary_of(arrays, Plan(300, 32))
    fine = arrays["values"][arrays["status"] == 0]
    fine[np.isinf(fine)] = np.nan
    found = summary.statistics["values"]
    assert (found.count == np.isfinite(fine).sum(axis=0)).all()
    assert found.count[1, 2] in {found.count[0, 0] - 1, found.count[0, 0] - 2}
    assert found.mean == pytest.approx(np.nanmean(fine, axis=0), rel=1e-13)
    assert found.standard_deviation == pytest.approx(np.nanstd(fine, axis=0, ddof=1), rel=1e-9)
    assert (found.least == np.nanmin(fine, axis=0)).all()
    assert (found.greatest == np.nanmax(fine, axis=0)).all()
    assert found.quantiles == pytest.approx(np.nanquantile(fine, SHARES, axis=0), rel=1e-15)
    assert summary.outcomes == {code: int((arrays["status"] == code).sum()) for code in range(4)}
    assert summary.statistics["peak"].mean.shape == ()
    assert summary.statistics["peak"].quantiles.shape == (5,)


@given(count=st.integers(1, 130), chunk=st.integers(1, 140), order=st.randoms(use_true_random=False))
def test_the_same_bits_for_any_chunks_in_any_order(count, chunk, order):
    arrays = example(count)
    plan = Plan(count, chunk)
    numbers = list(range(len(plan)))
    order.shuffle(numbers)
    assert bits(summary_of(arrays, plan, numbers)) == bits(summary_of(arrays, Plan(count, count)))


@pytest.mark.parametrize("chunk", [1, 3, 4])
def test_the_caller_may_use_its_array_again(chunk):
    summary, buffer = StreamingSummary(Plan(12, chunk), SHARES), np.empty((chunk, 2))
    for one in Plan(12, chunk):
        buffer[:] = np.asarray(one.members, dtype=float)[:, None]
        summary.add(one, {"values": buffer})
    assert bits(summary.result()) == bits(summary_of({"values": np.arange(24.0).reshape(12, 2) // 2}, Plan(12, 12)))


def test_the_deviation_survives_a_large_mean():
    values = 1e9 + np.arange(1000.0)[:, None] % 7
    found = summary_of({"values": values}, Plan(1000, 13)).statistics["values"]
    assert found.standard_deviation[0] == pytest.approx(np.std(np.arange(1000) % 7, ddof=1), rel=1e-6)


def test_members_that_all_failed_leave_no_number():
    arrays = {"values": np.full((5, 2), np.nan), "status": np.array([2, 2, 1, 2, 2])}
    summary = summary_of(arrays, Plan(5, 2))
    found = summary.statistics["values"]
    assert summary.outcomes == {1: 1, 2: 4}
    assert (found.count == 0).all()
    assert all(np.isnan(getattr(found, field)).all() for field in FIELDS[1:])


def test_one_member_has_no_deviation():
    found = summary_of({"values": np.array([[2.0]])}, Plan(1, 1)).statistics["values"]
    assert (found.mean[0], found.quantiles[2, 0]) == (2.0, 2.0)
    assert np.isnan(found.standard_deviation[0])


def test_a_chunk_counts_once():
    summary, chunk = StreamingSummary(Plan(4, 2)), Plan(4, 2)[1]
    summary.add(chunk, {"values": np.zeros(2)})
    with pytest.raises(ValueError, match="added before"):
        summary.add(chunk, {"values": np.zeros(2)})
    with pytest.raises(ValueError, match="no members"):
        MomentTree().total()


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=40), st.floats(0, 1))
def test_quantiles_are_numpys(column, share):
    known = [value for value in column if value == value]
    found = column_quantiles(np.array([column]), [share])[0, 0]
    if known:
        assert found == pytest.approx(np.quantile(known, share), rel=1e-12, abs=1e-9)
    else:
        assert np.isnan(found)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), True])
def test_a_wrong_share_is_refused(share):
    with pytest.raises(BadQuantity, match="between 0 and 1"):
        StreamingSummary(Plan(1, 1), [share])


def test_quantiles_beyond_the_limit_ask_for_a_run_folder():
    summary = StreamingSummary(Plan(1000, 10), [0.5], limit_bytes=8 * 1000 * 12 - 1)
    with pytest.raises(BadQuantity, match="give a run folder"):
        summary.add(Plan(1000, 10)[0], {"values": np.zeros((10, 4, 3))})


@pytest.fixture
def folder(tmp_path) -> RunFolder:
    axes = (Axis("time", 4), Axis("observable", 3))
    variables = (Variable("values", ("time", "observable")), Variable("status", (), ("1",), "<i8"), Variable("peak"))
    return RunFolder.create(tmp_path / "run", Description({"seed": 1}, (Axis("patient", 300),), axes, variables, 32))


@pytest.mark.parametrize("block_bytes", [1, 8 * 300 * 5, 2**20])
def test_a_run_folder_gives_the_bits_of_the_stream(folder, block_bytes):
    arrays = example(300)
    for chunk in reversed(list(folder.plan)):
        folder.write(chunk, {name: array[chunk.start : chunk.stop] for name, array in arrays.items()})
    assert bits(summarise(folder, SHARES, block_bytes)) == bits(summary_of(arrays, Plan(300, 7)))
    assert summarise(folder, ()).statistics["values"].quantiles.shape == (0, 4, 3)


def test_an_unfinished_run_folder_is_not_summarised(folder):
    arrays = example(300)
    for chunk in folder.plan.part(1, 2):
        folder.write(chunk, {name: array[chunk.start : chunk.stop] for name, array in arrays.items()})
    with pytest.raises(BadTable, match=r"misses 5 of 10 chunks \(5, 6, 7, 8, 9\)"):
        summarise(folder)


def peak_bytes(count: int) -> int:
    plan = Plan(count, 500)
    tracemalloc.start()
    summary = StreamingSummary(plan)
    for chunk in plan:
        summary.add(chunk, {"values": np.ones((500, 6)) * chunk.start})
    summary.result()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_members():
    peak_bytes(1000)
    assert peak_bytes(200_000) < peak_bytes(20_000) + 20_000
