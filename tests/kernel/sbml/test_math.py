"""Every operator of SBML's mathematics against its own definition."""

from __future__ import annotations

import math

import pytest

from exportin.errors import BadNetwork
from exportin.kernel.code.expression import Algebra, evaluate
from exportin.kernel.sbml.mathematics import AVOGADRO, MathReader
from exportin.kernel.sbml.tree import TreeReader

NAN = math.nan


def tree(text: str):
    import libsbml

    if text.startswith("<"):
        return TreeReader().read(libsbml.readMathMLFromString(f'<math xmlns="http://www.w3.org/1998/Math/MathML">{text}</math>'))
    return TreeReader().read(libsbml.parseL3Formula(text))


def value(text: str, x: float = 0.0, functions: dict[str, str] | None = None, t: float = 0.0) -> float:
    """A formula of `x` at a point."""
    algebra = Algebra()
    reader = MathReader(algebra, {name: tree(body) for name, body in (functions or {}).items()})
    made = reader.translate(tree(text), {"x": algebra.x(0)}, "a test")
    return evaluate([made], [x], [], t)[0]


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("x + 1 + 2", 3, 6), ("x - 5", 3, -2), ("-x", 3, -3), ("2*x*x", 3, 18), ("x / 4", 3, 0.75), ("x ^ 3", 2, 8), ("pow(x, -1)", 2, 0.5),
        ("plus()", 0, 0), ("times()", 0, 1), ("sqrt(x)", 9, 3), ("root(3, x)", 27, 3), ("root(3, x)", -27, -3), ("root(4, x)", 16, 2),
        ("root(2, x)", 9, 3), ("root(x, 8)", 3, 2), ("root(4, x)", -16, NAN), ("ln(x)", math.e, 1), ("log10(x)", 1000, 3),
        ("log(2, x)", 8, 3),
        ("log(x, 8)", 2, 3), ("exp(x)", 1, math.e), ("abs(x)", -2.5, 2.5), ("abs(x)", 2.5, 2.5), ("floor(x)", -1.5, -2),
        ("ceil(x)", -1.5, -1),
        ("factorial(x)", 5, 120), ("max(x, 2, 7)", 3, 7), ("max(x)", 3, 3), ("min(x, 2, 7)", 3, 2), ("min(x, 2, 7)", 1, 1),
        ("quotient(x, 3)", 7, 2), ("quotient(x, 3)", -7, -2), ("rem(x, 3)", 7, 1), ("rem(x, 3)", -7, -1), ("rem(x, -3)", 7, 1),
        ("sin(x)", 1, math.sin(1)), ("cos(x)", 1, math.cos(1)), ("tan(x)", 1, math.tan(1)), ("sinh(x)", 1, math.sinh(1)),
        ("cosh(x)", 1, math.cosh(1)), ("tanh(x)", 1, math.tanh(1)), ("sec(x)", 1, 1 / math.cos(1)), ("csc(x)", 1, 1 / math.sin(1)),
        ("cot(x)", 1, 1 / math.tan(1)), ("cot(x)", math.pi / 2, 0), ("sech(x)", 1, 1 / math.cosh(1)), ("csch(x)", 1, 1 / math.sinh(1)),
        ("coth(x)", 1, 1 / math.tanh(1)), ("arcsin(x)", 0.3, math.asin(0.3)), ("arccos(x)", 0.3, math.acos(0.3)),
        ("arctan(x)", 0.3, math.atan(0.3)), ("arcsinh(x)", 0.3, math.asinh(0.3)), ("arccosh(x)", 1.3, math.acosh(1.3)),
        ("arctanh(x)", 0.3, math.atanh(0.3)), ("arcsec(x)", 2, math.pi / 3), ("arcsec(x)", -2, 2 * math.pi / 3),
        ("arccsc(x)", 2, math.pi / 6),
        ("arccsc(x)", -2, -math.pi / 6), ("arccot(x)", 1, math.pi / 4), ("arccot(x)", -1, -math.pi / 4), ("arccot(x)", 0, math.pi / 2),
        ("arcsech(x)", 0.5, math.acosh(2)), ("arccsch(x)", 0.5, math.asinh(2)), ("arccsch(x)", -0.5, -math.asinh(2)),
        ("arccoth(x)", 2, math.atanh(0.5)), ("x < 3", 3, 0), ("x <= 3", 3, 1), ("x > 3", 3, 0), ("x >= 3", 3, 1), ("x == 3", 3, 1),
        ("x != 3", 3, 0), ("lt(1, x, 5)", 3, 1), ("lt(1, x, 5)", 6, 0), ("gt(5, x, 1)", 3, 1), ("gt(5, x, 1)", 0, 0),
        ("geq(5, x, 3)", 3, 1),
        ("leq(1, x, 2)", 3, 0), ("eq(3, x, 3)", 3, 1), ("eq(3, x, 3)", 4, 0), ("x > 1 && x < 5", 3, 1), ("x > 1 || x < 0", 0.5, 0),
        ("xor(x > 1, x > 2, x > 3)", 5, 1), ("xor(x > 1, x > 2)", 5, 0), ("!(x > 1)", 3, 0), ("implies(x > 1, x > 2)", 1.5, 0),
        ("implies(x > 1, x > 2)", 0, 1), ("and()", 0, 1), ("or()", 0, 0), ("xor()", 0, 0), ("true", 0, 1), ("false", 0, 0),
        ("piecewise(1, x < 1, 2, x < 2, 3)", 0.5, 1), ("piecewise(1, x < 1, 2, x < 2, 3)", 1.5, 2),
        ("piecewise(1, x < 1, 2, x < 2, 3)", 5, 3),
        ("piecewise(1, x < 1)", 5, NAN), ("pi", 0, math.pi), ("exponentiale", 0, math.e), ("avogadro", 0, AVOGADRO),
        ("infinity", 0, math.inf),
        ("-infinity", 0, -math.inf), ("notanumber", 0, NAN), ("1 / 3", 0, 1 / 3), ("time", 0, 0), ("x + (x > 1)", 3, 4),
        ('<cn type="rational">1<sep/>3</cn>', 0, 1 / 3), ('<cn type="e-notation">1.1<sep/>-7</cn>', 0, 1.1e-7),
        ('<cn type="integer">7</cn>', 0, 7),
    ],
)  # fmt: skip
def test_an_operator_means_what_sbml_says(text: str, x: float, expected: float):
    assert value(text, x) == pytest.approx(expected, rel=1e-14, abs=1e-15, nan_ok=True)


def test_time_is_time():
    assert value("2 * time", t=3.0) == 6.0


def test_functions_are_written_out():
    functions = {"hill": "lambda(s, k, s / (s + k))", "twice": "lambda(s, 2 * hill(s, 1))", "five": "lambda(5)"}
    assert value("twice(x) + five()", 3.0, functions) == 6.5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("delay(x, 1)", "a test: 'delay' is not supported"),
        ("normal(x, 1)", "a test: 'normal' is not supported"),
        ("unknown(x)", "a test: 'unknown' is not supported"),
        ("y", "a test: 'y' has no meaning there"),
        ("rateOf(y)", "a test: \"y'\" has no meaning there"),
        ("again(x)", "the function 'again' calls itself"),
        ("round(x)", "the function 'trip' calls itself|the function 'round' calls itself"),
        ("one(x, x)", "the function 'one' takes 1 arguments and is given 2"),
        ("outside(x)", "function 'outside': 'x' has no meaning there"),
    ],
)
def test_what_is_outside_the_subset_is_refused_by_name(text: str, words: str):
    functions = {
        "again": "lambda(s, again(s))",
        "round": "lambda(s, trip(s))",
        "trip": "lambda(s, round(s))",
        "one": "lambda(s, s)",
        "outside": "lambda(s, s + x)",
    }
    with pytest.raises(BadNetwork, match=words):
        value(text, 1.0, functions)
