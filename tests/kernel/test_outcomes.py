"""What goes wrong is named, is mended where it can be, and harms no other trajectory."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.errors import BadNetwork, BadQuantity, SimulationFailed, UnknownName
from exportin.kernel.batch import Batch, Outcome, Tolerance
from exportin.kernel.code import rodas5p
from exportin.kernel.compiled import compile_system
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.solver import Solver
from exportin.network.antimony_text import antimony_to_sbml

TIGHT = Tolerance(1e-10, 1e-13)


def solver(body: str) -> Solver:
    return Solver(compile_system(read_system(antimony_to_sbml(f"model one()\n{body}\nend\n", "one")), optimise=0))


@pytest.fixture(scope="module")
def pole() -> Solver:
    """``x = 1 / (1 - k t)`` goes to infinity at ``1 / k``; the rate of y is undefined where r is zero."""
    return solver("x' = k * x^2; x = 1; k = 0.1; y' = (1 - y) / r; y = 0; r = 2;")


def same_bits(one: Batch, other: Batch, rows: list[int] | slice, others: list[int] | slice) -> bool:
    return all(
        np.asarray(getattr(one, name))[rows].tobytes() == np.asarray(getattr(other, name))[others].tobytes()
        for name in ("values", "end", "outcomes", "steps", "rejected")
    )


def test_a_trajectory_that_fails_harms_no_other(pole: Solver):
    times = np.linspace(0.0, 5.0, 6)
    k = np.linspace(0.01, 0.15, 15)
    good = pole.run(times, values={"k": k}, count=15).checked()
    r = np.full(45, 2.0)
    bad = np.repeat(k, 3)
    bad[1::3] = 0.7  # a pole on the way
    r[2::3] = 0.0  # no finite rate at the start
    mixed = pole.run(times, values={"k": bad, "r": r}, count=45)
    assert same_bits(good, mixed, slice(None), slice(0, None, 3))
    assert set(mixed.outcomes[1::3].tolist()) <= {Outcome.STEP_TOO_SMALL, Outcome.NOT_FINITE}
    assert set(mixed.outcomes[2::3].tolist()) == {Outcome.NOT_FINITE}
    assert mixed["x"][0, -1] == pytest.approx(1.0 / (1.0 - 5.0 * k[0]), rel=1e-6)


def test_a_failed_trajectory_has_its_rows_until_then_and_no_numbers_after(pole: Solver):
    failed = pole.run([0.0, 1.0, 2.0, 3.0], ["x"], {"k": 0.4}, tolerance=TIGHT)
    assert failed.outcomes[0] != Outcome.DONE
    assert failed["x"][0, :3] == pytest.approx([1.0, 1.0 / 0.6, 1.0 / 0.2], rel=1e-8)
    assert np.isnan(failed["x"][0, 3])
    with pytest.raises(SimulationFailed, match=r"1 of 1: .*; first: number 0"):
        failed.checked()


def test_too_many_steps_are_named(pole: Solver):
    assert pole.run([0.0, 5.0], most_steps=10, tolerance=TIGHT).outcomes.tolist() == [Outcome.TOO_MANY_STEPS]


def test_numbers_that_are_none_are_refused(pole: Solver):
    with pytest.raises(BadQuantity, match="k: no number"):
        pole.run([0.0, 1.0], values={"k": np.nan})
    with pytest.raises(BadQuantity, match="k: no number"):
        pole.run([0.0, 1.0], values={"k": np.array([1.0, np.nan])}, count=2)
    with pytest.raises(BadQuantity, match="start"):
        pole.run([0.0, 1.0], start=np.array([np.nan, 0.0]))
    with pytest.raises(UnknownName, match="kk"):
        pole.run([0.0, 1.0], values={"kk": 1.0})
    with pytest.raises(BadNetwork, match="rate of 'x' has no finite value"):
        pole.run([0.0, 1.0], values={"k": np.inf})


def test_what_cannot_be_asked_is_refused(pole: Solver):
    with pytest.raises(BadQuantity, match="count"):
        pole.run([0.0, 1.0], count=0)
    with pytest.raises(BadQuantity, match="workers"):
        pole.run([0.0, 1.0], workers=0)
    for times in ([], [1.0, 0.0], [0.0, np.nan], [[0.0, 1.0]]):
        with pytest.raises(BadQuantity, match="times"):
            pole.run(times)
    for horizon in (0.0, -1.0, np.inf):
        with pytest.raises(BadQuantity, match="horizon"):
            pole.settle(horizon)
    with pytest.raises(BadQuantity, match="tolerance"):
        pole.run([0.0, 1.0], tolerance=Tolerance(0.0, 1e-9))


def test_a_parameter_without_a_number_matters_only_where_it_is_read():
    lacking = solver("x' = -x; x = 1; species S in C; S = 2; compartment C;")
    assert lacking.run([0.0, 1.0], ["x"]).checked()["x"][0, -1] == pytest.approx(np.exp(-1.0), rel=1e-6)


def test_a_division_by_zero_at_the_start_is_named(pole: Solver):
    with pytest.raises(BadNetwork, match=r"'y' has no finite value at the start: it divides by zero"):
        pole.run([0.0, 1.0], values={"r": 0.0})
    with pytest.raises(BadNetwork, match=r"'y' has no finite value at the start: it divides by zero"):
        pole.run([0.0, 1.0], values={"r": np.zeros(3)}, count=3)


@pytest.fixture(scope="module")
def cyclic() -> Solver:
    """Follows ``(sin t, cos t)``; eigenvalues K (-1 +- i sqrt 3) / 2, though the first diagonal entry of its Jacobian is +K."""
    return solver("""
      x = 0; y = 1; K = 1000;
      x' = K * (x - sin(time)) - 3 * K * (y - cos(time)) + cos(time);
      y' = K * (x - sin(time)) - 2 * K * (y - cos(time)) - sin(time);
    """)


def test_a_lost_pivot_is_mended_by_pivoting(cyclic: Solver):
    longest = 2.0**-8
    zero = 1.0 / (longest * rodas5p.GAMMA)  # with steps of this length the first pivot is 1 / (gamma h) - K = 0
    values = {"K": zero * np.array([1.0, 1.0 + 1e-13, 1.0 + 1e-10, 1.5])}
    found = cyclic.run([0.0, 1.0], ["x", "y"], values, count=4, longest=longest).checked()
    assert found.redone.tolist() == [True, True, False, False]
    assert found.values[:, -1] == pytest.approx(np.tile([np.sin(1.0), np.cos(1.0)], (4, 1)), rel=1e-8)
    assert found.rejected[:2].tolist() == [0, 0]


def test_pivoting_from_the_beginning_changes_nothing_that_matters(cyclic: Solver):
    times = np.linspace(0.0, 10.0, 11)
    plain = cyclic.run(times, tolerance=TIGHT).checked()
    pivoted = cyclic.run(times, tolerance=TIGHT, pivoting=True).checked()
    assert not pivoted.redone.any()
    assert pivoted.values == pytest.approx(plain.values, abs=1e-9)


def test_a_fast_equilibrium_is_no_lost_pivot():
    fast = solver("A -> B; K * (A - B); B -> ; B; A = 1; B = 0; K = 1e6;")
    found = fast.run([0.0, 20.0], values={"K": 10.0 ** np.arange(8, 13)}, count=5).checked()
    assert not found.redone.any()
    assert found.values[:, -1] == pytest.approx(0.5 * np.exp(-10.0), rel=1e-5)
