"""The generated code against the plain evaluator: every operator, the Jacobian, the factorisation, the functions on lanes."""

from __future__ import annotations

import ctypes
import math
from importlib.resources import files

import numpy as np
import pytest

from exportin.kernel.batch import Tolerance
from exportin.kernel.code.expression import Algebra, evaluate
from exportin.kernel.code.ordering import factorise_pattern
from exportin.kernel.code.system import System
from exportin.kernel.code.tape import write_tape
from exportin.kernel.compiled import compile_system
from exportin.kernel.compiler.cache import library
from exportin.kernel.solver import Solver


def system_of(algebra, rates, parameters=()):
    """States x0, x1 ... with given rates, all starting at 0.6."""
    states = tuple(f"x{n}" for n in range(len(rates)))
    own = {name: algebra.x(n) for n, name in enumerate(states)}
    names, start = tuple(f"p{n}" for n in range(len(parameters))), algebra.num(0.6)
    return System(algebra, states, names, tuple(parameters), tuple(start for _ in states), {}, tuple(rates), own, own, own, ())


def every_operator(algebra):
    x, y, p, t = algebra.x(0), algebra.x(1), algebra.p(0), algebra.time
    one = [algebra.call(op, algebra.mul(p, x)) for op in ("exp", "ln", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh")]
    one += [algebra.call(op, algebra.mul(p, x)) for op in ("asin", "acos", "atan", "asinh", "atanh")]
    one.append(algebra.call("acosh", algebra.add(x, algebra.num(1.5))))
    powers = [algebra.pow(x, algebra.num(n)) for n in (-3.0, -1.0, 0.5, 2.0, 3.0, 4.0, 7.0, 1.7)]
    powers += [algebra.pow(x, p), algebra.pow(p, x), algebra.pow(x, y), algebra.div(x, y), algebra.div(p, x), algebra.div(x, p)]
    low = algebra.call("lt", x, algebra.num(0.7))
    logic = [low, algebra.call("le", y, x), algebra.call("and", low, low, algebra.call("not", low)), algebra.call("or", low, algebra.zero)]
    logic += [algebra.call("xor", low, algebra.one), algebra.call("if", low, algebra.mul(x, y), algebra.call("ln", algebra.neg(x)))]
    whole = [algebra.call(op, algebra.mul(algebra.num(3.3), x)) for op in ("floor", "ceil", "factorial")]
    mixed = [algebra.add(x, algebra.neg(y), p, algebra.num(2.0), algebra.mul(p, p)), algebra.mul(algebra.num(-1.0), p, x, y, t)]
    return [*one, *powers, *logic, *whole, *mixed, algebra.mul(t, x)]


def test_every_operator_and_its_derivative():
    """Rates and Jacobian of a system with one state for each operator, at several points and at a later time."""
    algebra = Algebra()
    expressions = every_operator(algebra)
    solver = Solver(compile_system(system_of(algebra, expressions, (0.8,))))
    generator = np.random.default_rng(5)
    for time in (0.0, 1.3):
        point = generator.uniform(0.3, 0.65, len(expressions))
        rates, slopes = solver.rates(point, {"p0": 0.8}, time)
        expected = evaluate(expressions, point.tolist(), [0.8], time)
        assert rates == pytest.approx(expected, rel=1e-13, abs=1e-13)
        by = [[algebra.diff(expression, algebra.x(n)) for n in (0, 1)] for expression in expressions]
        assert slopes[:, :2] == pytest.approx(np.array([evaluate(row, point.tolist(), [0.8], time) for row in by]), rel=1e-12, abs=1e-13)


def test_derivatives_agree_with_differences():
    """The symbolic derivatives themselves, against central differences of the plain evaluator."""
    algebra = Algebra()
    smooth = [one for one in every_operator(algebra) if one.op not in {"lt", "le", "and", "or", "xor", "floor", "ceil", "factorial"}]
    point, step = [0.52, 0.47], 1e-6
    for expression in smooth:
        for index in (0, 1):
            found = evaluate([algebra.diff(expression, algebra.x(index))], point, [0.8], 0.9)[0]
            ahead, behind = ([value + sign * step * (n == index) for n, value in enumerate(point)] for sign in (1, -1))
            expected = (evaluate([expression], ahead, [0.8], 0.9)[0] - evaluate([expression], behind, [0.8], 0.9)[0]) / (2 * step)
            assert found == pytest.approx(expected, rel=1e-7, abs=1e-8), expression.op


@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_the_pattern_holds_every_entry_of_the_factors(size):
    """Dense elimination in the chosen order leaves nothing outside the pattern."""
    generator = np.random.default_rng(size)
    matrix = np.where(generator.random((size, size)) < 0.12, generator.uniform(0.5, 1.0, (size, size)), 0.0) + size * np.eye(size)
    factors = factorise_pattern(size, {(int(i), int(j)) for i, j in zip(*np.nonzero(matrix), strict=True)})
    assert sorted(factors.order) == list(range(size))
    work = matrix[np.ix_(factors.order, factors.order)]
    for k in range(size):
        for i in range(k + 1, size):
            work[i, k] /= work[k, k]
            work[i, k + 1 :] -= work[i, k] * work[k, k + 1 :]
    inside = np.zeros_like(work, dtype=bool)
    for i, row in enumerate(factors.rows):
        inside[i, list(row)] = True
    assert not work[~inside].any()


@pytest.mark.parametrize(("size", "links", "tables"), [(300, 0, False), (60, 50, True)])
def test_large_and_full_linear_systems(size, links, tables):
    """A chain of 300 states with a hub is written out in many blocks, an almost full matrix goes by tables; both equal the exponential."""
    scipy_linalg = pytest.importorskip("scipy.linalg")
    algebra = Algebra()
    generator = np.random.default_rng(3)
    matrix = np.zeros((size, size))
    for i in range(size):
        for j in {(i + 1) % size, 0, *generator.integers(size, size=links).tolist()} - {i}:
            rate = generator.uniform(0.1, 3.0) / (1 + links / 10)
            matrix[j, i] += rate
            matrix[i, i] -= rate
    terms = [[algebra.mul(algebra.num(value), algebra.x(int(j))) for j, value in enumerate(row) if value] for row in matrix]
    solver = Solver(compile_system(system_of(algebra, [algebra.add(*some) for some in terms])))
    assert (solver.facts["operations"]["solve"] == 2 * solver.facts["factors"]) == tables
    run = solver.run([0.0, 0.3, 2.0], tolerance=Tolerance(1e-10, 1e-13)).checked()
    for row, time in ((1, 0.3), (2, 2.0)):
        assert run.values[0, row] == pytest.approx(scipy_linalg.expm(matrix * time) @ np.full(size, 0.6), rel=1e-8)
    assert not run.redone.any()


def test_tapes_and_the_plain_evaluator_agree():
    """What the interpreter inside the library computes is seen through an observable."""
    algebra = Algebra()
    expressions = every_operator(algebra)
    solver = Solver(compile_system(system_of(algebra, [algebra.zero, algebra.zero], (0.8,))))
    own = solver.system.algebra
    seen = solver.run([0.4], every_operator(own), {"p0": 0.8}).values[0, 0]
    assert seen == pytest.approx(evaluate(expressions, [0.6, 0.6], [0.8], 0.4), rel=1e-14, abs=1e-15)
    assert len(write_tape(expressions).code) < sum(len(write_tape([one]).code) for one in expressions)


@pytest.fixture(scope="module")
def lanes():
    """The functions on lanes, called on arrays of four."""
    text = (files("exportin.kernel") / "native" / "lanes.h").read_text(encoding="utf-8")
    body = "".join(
        f"EXPORT void call_{name}(const V *a, const V *b, V *r) {{ (void)b; *r = v_{name}({'*a, *b' if name == 'pow' else '*a'}); }}\n"
        for name in ("exp", "log", "pow")
    )
    loaded = library({"lanes.h": text, "calls.c": f'#include "lanes.h"\n{body}'})

    def call(name, a, b):
        def aligned(values):
            room = np.zeros(8)
            offset = (-room.ctypes.data % 32) // 8
            room[offset : offset + 4] = values
            return room, ctypes.c_void_p(room.ctypes.data + 8 * offset), slice(offset, offset + 4)

        first, second, result = aligned(a), aligned(b), aligned(0.0)
        getattr(loaded, f"call_{name}")(first[1], second[1], result[1])
        return result[0][result[2]].copy()

    return call


ACCURACY = [("exp", -690.0, 690.0, 1e-15), ("log", -690.0, 690.0, 1e-15), ("pow", -30.0, 30.0, 4e-14)]


@pytest.mark.parametrize(("name", "low", "high", "bound"), ACCURACY)
def test_functions_on_lanes_are_accurate(lanes, name, low, high, bound):
    generator = np.random.default_rng(11)
    for _ in range(500):
        a = generator.uniform(low, high, 4) if name == "exp" else np.exp(generator.uniform(low, high, 4))
        b = generator.uniform(-8.0, 8.0, 4)
        expected = {"exp": lambda a, _: math.exp(a), "log": lambda a, _: math.log(a), "pow": math.pow}[name]
        wanted = np.array([expected(one, two) for one, two in zip(a, b, strict=True)])
        assert lanes(name, a, b) == pytest.approx(wanted, rel=bound, abs=1e-16)


def test_functions_on_lanes_at_the_edges(lanes):
    """Odd lanes take the library's way and leave their neighbours' bits alone."""
    assert lanes("exp", [1000.0, -1000.0, math.nan, 1.0], [0.0] * 4)[[0, 1, 3]].tolist()[:2] == [math.inf, 0.0]
    alone = lanes("exp", [1.0, 1.0, 1.0, 1.0], [0.0] * 4)[0]
    assert lanes("exp", [1000.0, -1000.0, math.nan, 1.0], [0.0] * 4)[3] == alone
    logs = lanes("log", [0.0, -1.0, 5e-324, math.inf], [0.0] * 4)
    assert logs[[0, 2, 3]].tolist() == [-math.inf, math.log(5e-324), math.inf]
    assert math.isnan(logs[1])
    powers = lanes("pow", [0.0, -2.0, -2.0, 0.0], [0.5, 3.0, 0.5, 0.0])
    assert powers[[0, 1, 3]].tolist() == [0.0, -8.0, 1.0]
    assert math.isnan(powers[2])
