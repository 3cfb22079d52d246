"""The coefficients of the integrator, by the order conditions and by the errors that it makes.

Hairer and Wanner, Solving Ordinary Differential Equations II, IV.7: with the increments k of a Rosenbrock method and u = Gamma k,
A = alpha Gamma^-1, C = diag(1/gamma) - Gamma^-1, m = b Gamma^-1; in the conditions a vertex of a tree with one branch stands for
alpha + Gamma, one with several for alpha.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from exportin.kernel.batch import Tolerance
from exportin.kernel.code import rodas5p
from exportin.kernel.compiled import compile_system
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.solver import Solver
from exportin.network.antimony_text import antimony_to_sbml

ROUNDING = 1e-11  # the coefficients are given to sixteen digits, some of them larger than a hundred

Tree: TypeAlias = "tuple[Tree, ...]"  # sorted branches

PROBLEM = """
model known()
  y' = -2 * time * y^2; y = 1;
  z' = z * y * cos(time) * (1 + time^2); z = 1;
end
"""


def square(rows: tuple[tuple[float, ...], ...]) -> NDArray[np.float64]:
    return np.array([[*row, *(0.0,) * (8 - len(row))] for row in rows])


GAMMA: NDArray[np.float64] = np.linalg.inv(np.eye(8) / rodas5p.GAMMA - square(rodas5p.C)).astype(np.float64)
ALPHA = square(rodas5p.A) @ GAMMA
LAST = np.array([*rodas5p.A[7], 1.0])


@lru_cache
def trees(order: int) -> tuple[Tree, ...]:
    """Rooted trees with so many vertices."""
    return tuple(sorted(forests(order - 1, order - 1)))


def forests(vertices: int, largest: int) -> set[Tree]:
    if vertices == 0:
        return {()}
    found = set()
    for size in range(1, min(vertices, largest) + 1):
        for tree in trees(size):
            found |= {tuple(sorted([tree, *others])) for others in forests(vertices - size, size)}
    return found


def vertices(tree: Tree) -> int:
    return 1 + sum(vertices(branch) for branch in tree)


def density(tree: Tree) -> int:
    return vertices(tree) * int(np.prod([density(branch) for branch in tree]))


def weights(tree: Tree) -> NDArray[np.float64]:
    matrix = ALPHA + GAMMA if len(tree) == 1 else ALPHA
    return np.prod([matrix @ weights(branch) for branch in tree], axis=0) if tree else np.ones(8)


def defects(b: NDArray[np.floating], order: int, s: float = 1.0) -> list[float]:
    """How far each condition of an order is from holding at a share of the step."""
    return [float(b @ weights(tree)) - s**order / density(tree) for tree in trees(order)]


def test_there_are_as_many_trees_as_known():
    assert [len(trees(order)) for order in range(1, 7)] == [1, 1, 2, 4, 9, 20]


@pytest.mark.parametrize("order", range(1, 6))
def test_the_method_has_order_five(order: int):
    assert defects(LAST @ GAMMA, order) == pytest.approx([0.0] * len(trees(order)), abs=ROUNDING)


def test_the_embedded_method_has_order_four_and_no_more():
    embedded = np.array([*rodas5p.A[7], 0.0]) @ GAMMA
    for order in range(1, 5):
        assert defects(embedded, order) == pytest.approx([0.0] * len(trees(order)), abs=ROUNDING)
    assert max(map(abs, defects(embedded, 5))) > 1e-5


@pytest.mark.parametrize("order", range(1, 5))
def test_the_dense_output_has_order_four(order: int):
    first, second, third = np.array(rodas5p.H)
    for s in np.linspace(0.0, 1.0, 9):
        b = s * (LAST + (1.0 - s) * (first + s * (second + s * third)))
        assert defects(b @ GAMMA, order, s) == pytest.approx([0.0] * len(trees(order)), abs=ROUNDING)


def test_time_enters_as_a_state_that_grows_would():
    assert ALPHA.sum(axis=1) == pytest.approx(np.array(rodas5p.c), abs=1e-13)
    assert GAMMA.sum(axis=1) == pytest.approx(np.array(rodas5p.d), abs=1e-13)


def growth(z: complex) -> complex:
    """Growth factor of a step on y' = lambda y, where z = h lambda."""
    beta = ALPHA + GAMMA
    return complex(1.0 + z * (LAST @ GAMMA) @ np.linalg.solve(np.eye(8) - z * beta, np.ones(8)))


def test_the_method_is_stiffly_accurate_and_l_stable():
    beta = ALPHA + GAMMA
    assert np.abs(LAST @ GAMMA - beta[7]).max() < 1e-13
    assert 1.0 - (LAST @ GAMMA) @ np.linalg.solve(beta, np.ones(8)) == pytest.approx(0.0, abs=1e-10)
    assert max(abs(growth(1j * y)) for y in np.logspace(-3, 6, 2000)) <= 1.0 + 1e-9


@pytest.fixture(scope="module")
def known() -> Solver:
    return Solver(compile_system(read_system(antimony_to_sbml(PROBLEM, "known")), optimise=0))


def test_errors_fall_with_the_fifth_power_of_the_step(known: Solver):
    free = Tolerance(1e6, 1e6)  # nothing is rejected: all steps are the longest
    ends, between = [], []
    for count in (16, 32, 64):
        end = known.run([0.0, 2.0], tolerance=free, longest=2.0 / count).checked()
        assert end.steps[0] == count
        ends.append(np.abs(end.values[0, -1] - [0.2, np.exp(np.sin(2.0))]))
        times = np.linspace(0.0, 2.0, 201)
        exact = np.stack([1.0 / (1.0 + times**2), np.exp(np.sin(times))], axis=1)
        between.append(np.abs(known.run(times, tolerance=free, longest=2.0 / count).values[0] - exact).max(axis=0))
    orders = np.log2(np.array(ends)[:-1] / np.array(ends)[1:])
    assert orders[-1] == pytest.approx(5.0, abs=0.5)
    within = np.log2(np.array(between)[:-1] / np.array(between)[1:])
    assert (within[-1] > 4.0).all()
