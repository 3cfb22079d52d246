"""The same bits however trajectories are shared out, and nearly the same numbers from every build."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.kernel.batch import Batch, Change, Tolerance
from exportin.kernel.code.system import System
from exportin.kernel.compiled import compile_system
from exportin.kernel.compiler.target import native_target, target_named
from exportin.kernel.compiler.toolchain import zig_commands
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.solver import Solver
from exportin.network.antimony_text import antimony_to_sbml

MODEL = """
model all_sorts()
  compartment c; c = 1.5; species A in c, B in c, C in c, D in c; A = 1; B = 0.2; C = 0; D = 0.5;
  k1 = 40; k2 = 1; k3 = 0.3; n = 2.7; dose = 0;
  A + B -> C; c * (k1 * A * B - k2 * C);  C -> D; c * k3 * C^n / (0.1^n + C^n);  D -> A + B; c * k2 * D * exp(-D);
  => B; c * (0.02 * (1 + sin(time)) + dose);  B => ; c * ln(1 + B) * piecewise(0.1, time < 5, 0.2);
  at (D > 0.6): k3 = 0.7 * k3, D = D - 0.1;
end
"""
TIMES = np.array([0.0, 0.1, 1.0, 4.0, 5.0, 12.0, 20.0])
COUNT = 37


@pytest.fixture(scope="module")
def system() -> System:
    return read_system(antimony_to_sbml(MODEL, "all_sorts"))


@pytest.fixture(scope="module")
def solver(system: System) -> Solver:
    return Solver(compile_system(system))


def batch(solver: Solver, rows: np.ndarray, workers: int = 1, tolerance: Tolerance | None = None, pivoting: bool = False) -> Batch:
    """Those rows of a population with numbers and doses of their own."""
    random = np.random.Generator(np.random.Philox(7))
    values = {name: 10.0 ** random.uniform(-1.0, 1.0, COUNT) for name in ("k1", "k2", "k3")}
    moments, feeds = random.uniform(0.0, 20.0, COUNT).tolist(), random.uniform(0.0, 0.2, COUNT).tolist()
    changes = [[Change(moments[row], "dose", "set", feeds[row]), Change(moments[row] / 3.0, "A", "add", 0.3)] for row in rows]
    chosen = {name: column[rows] for name, column in values.items()}
    return solver.run(
        TIMES, values=chosen, count=len(rows), changes=changes, workers=workers, tolerance=tolerance, pivoting=pivoting
    ).checked()  # fmt: skip


def bits(one: Batch) -> list[bytes]:
    """Everything that a trajectory gives, one a trajectory."""
    parts = (one.values, one.end, one.end_parameters, one.steps, one.rejected, one.redone)
    return [b"".join(np.ascontiguousarray(part[row]).tobytes() for part in parts if part is not None) for row in range(len(one.values))]


@pytest.fixture(scope="module")
def whole(solver: Solver) -> list[bytes]:
    return bits(batch(solver, np.arange(COUNT)))


@pytest.mark.parametrize("workers", [2, 3, 7])
def test_the_number_of_workers_changes_no_bit(solver: Solver, whole: list[bytes], workers: int):
    many = np.tile(np.arange(COUNT), 6)  # more than a block of trajectories for each worker
    assert bits(batch(solver, many, workers)) == whole * 6


@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_the_size_of_a_batch_changes_no_bit(solver: Solver, whole: list[bytes], size: int):
    found = [one for first in range(0, COUNT, size) for one in bits(batch(solver, np.arange(first, min(first + size, COUNT))))]
    assert found == whole


def test_the_lane_and_its_neighbours_change_no_bit(solver: Solver, whole: list[bytes]):
    random = np.random.Generator(np.random.Philox(8))
    for rows in (np.arange(COUNT)[::-1], random.permutation(COUNT), random.integers(COUNT, size=3 * COUNT)):
        assert bits(batch(solver, rows)) == [whole[row] for row in rows]


def test_pivoting_changes_no_bit_between_lanes(solver: Solver):
    whole = bits(batch(solver, np.arange(COUNT), pivoting=True))
    assert bits(batch(solver, np.arange(COUNT)[::-1], pivoting=True)) == whole[::-1]


def far(one: Batch, other: Batch) -> float:
    scale = np.abs(other.values).max(axis=1, keepdims=True)
    return float((np.abs(one.values - other.values) / scale).max())


TIGHT = Tolerance(1e-11, 1e-14)
NEAR = 1e-9  # of each species' largest value


@pytest.fixture(scope="module")
def reference(solver: Solver) -> Batch:
    return batch(solver, np.arange(COUNT), tolerance=TIGHT)


@pytest.mark.skipif(native_target().machine != "x86_64", reason="the plain x86-64 build runs on x86-64 only")
@pytest.mark.parametrize("optimise", [0, 2])
def test_a_build_without_vector_instructions_gives_the_same_numbers(system: System, reference: Batch, optimise: int):
    plain = Solver(compile_system(system, optimise=optimise, target=target_named("x86-64")))
    assert far(batch(plain, np.arange(COUNT), tolerance=TIGHT), reference) < NEAR


@pytest.mark.skipif(not zig_commands(), reason="zig is not installed")
def test_another_compiler_gives_the_same_numbers(system: System, reference: Batch, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EXPORTIN_CC", " ".join(zig_commands()[0]))
    other = Solver(compile_system(system))
    assert far(batch(other, np.arange(COUNT), tolerance=TIGHT), reference) < NEAR
