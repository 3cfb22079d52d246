"""Formulas of an SBML document, written with the few operators of the kernel's algebra."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping

from exportin.errors import BadNetwork
from exportin.kernel.code.expression import Algebra, Expr
from exportin.kernel.sbml.tree import Tree, rate_name

__all__ = ["AVOGADRO", "MathReader"]

AVOGADRO = 6.02214179e23  # the value that SBML level 3 fixes

_SAME = {
    "FUNCTION_EXP": "exp", "FUNCTION_LN": "ln", "FUNCTION_FLOOR": "floor", "FUNCTION_CEILING": "ceil", "FUNCTION_FACTORIAL": "factorial",
    "FUNCTION_SIN": "sin", "FUNCTION_COS": "cos", "FUNCTION_TAN": "tan",
    "FUNCTION_SINH": "sinh", "FUNCTION_COSH": "cosh", "FUNCTION_TANH": "tanh",
    "FUNCTION_ARCSIN": "asin", "FUNCTION_ARCCOS": "acos", "FUNCTION_ARCTAN": "atan",
    "FUNCTION_ARCSINH": "asinh", "FUNCTION_ARCCOSH": "acosh", "FUNCTION_ARCTANH": "atanh",
    "LOGICAL_AND": "and", "LOGICAL_OR": "or", "LOGICAL_XOR": "xor", "LOGICAL_NOT": "not",
    "PLUS": "add", "TIMES": "mul", "DIVIDE": "div", "POWER": "pow", "FUNCTION_POWER": "pow",
}  # fmt: skip
_ONE_OVER = {"FUNCTION_SEC": "cos", "FUNCTION_CSC": "sin", "FUNCTION_SECH": "cosh", "FUNCTION_CSCH": "sinh"}
_OF_INVERSE = {
    "FUNCTION_ARCSEC": "acos", "FUNCTION_ARCCSC": "asin", "FUNCTION_ARCCOT": "atan",
    "FUNCTION_ARCSECH": "acosh", "FUNCTION_ARCCSCH": "asinh", "FUNCTION_ARCCOTH": "atanh",
}  # fmt: skip
_QUOTIENTS = {"FUNCTION_COT": ("cos", "sin"), "FUNCTION_COTH": ("cosh", "sinh")}
_CHAINS = {"RELATIONAL_LT": "lt", "RELATIONAL_LEQ": "le", "RELATIONAL_EQ": "eq"}
_TURNED = {"RELATIONAL_GT": "lt", "RELATIONAL_GEQ": "le"}


class MathReader:
    """Translates trees into expressions; function definitions are written out where they are used.

    Parameters
    ----------
    algebra : Algebra
    functions : mapping of str to Tree
        The lambda of each function definition.
    """

    def __init__(self, algebra: Algebra, functions: Mapping[str, Tree]) -> None:
        self._algebra = algebra
        self._functions = functions
        self._open: list[str] = []
        self._builders = self._made_builders()

    def translate(self, root: Tree, known: Mapping[str, Expr], place: str) -> Expr:
        """The expression of a tree.

        Parameters
        ----------
        root : Tree
        known : mapping of str to Expr
            What each id means.
        place : str
            Where the tree stands, for messages.

        Raises
        ------
        BadNetwork
            If it uses an operator outside the subset or an id without a meaning.
        """
        values: list[Expr] = []
        queue = [(root, False)]
        while queue:
            node, ready = queue.pop()
            count = len(node.children)
            if count and not ready:
                queue.append((node, True))
                queue += [(child, False) for child in reversed(node.children)]
                continue
            args = values[len(values) - count :]
            del values[len(values) - count :]
            values.append(self._node(node, args, known, place))
        return values[0]

    def _node(self, node: Tree, args: list[Expr], known: Mapping[str, Expr], place: str) -> Expr:
        if node.kind in self._builders:
            try:
                return self._builders[node.kind](*args)
            except (TypeError, IndexError) as error:
                raise BadNetwork(f"{place}: {_spoken(node)} cannot have {len(args)} arguments; correct the formula.") from error
        if node.kind == "number":
            return self._algebra.num(node.value)
        if node.kind in {"name", "rate"}:
            name = node.name if node.kind == "name" else rate_name(node.name)
            if name not in known:
                raise BadNetwork(f"{place}: {name!r} has no meaning there; declare it, or remove it from the formula.")
            return known[name]
        if node.kind == "FUNCTION" and node.name in self._functions:
            return self._call(node.name, args, place)
        raise BadNetwork(f"{place}: {_spoken(node)} is not supported; write the formula without it.")

    def _call(self, name: str, args: list[Expr], place: str) -> Expr:
        *bound, body = self._functions[name].children or [None]
        if body is None:
            raise BadNetwork(f"{place}: the function {name!r} has no mathematics; give it a definition.")
        if name in self._open:
            raise BadNetwork(f"{place}: the function {name!r} calls itself; SBML forbids that.")
        if len(bound) != len(args):
            raise BadNetwork(f"{place}: the function {name!r} takes {len(bound)} arguments and is given {len(args)}.")
        self._open.append(name)
        try:
            inside = {one.name: value for one, value in zip(bound, args, strict=True) if one is not None}
            return self.translate(body, inside, f"function {name!r}")
        finally:
            self._open.pop()

    def _made_builders(self) -> dict[str, Callable[..., Expr]]:
        algebra = self._algebra
        call, one = algebra.call, algebra.one
        builders: dict[str, Callable[..., Expr]] = {kind: functools.partial(call, op) for kind, op in _SAME.items()}
        builders |= {kind: lambda a, op=op: algebra.div(one, call(op, a)) for kind, op in _ONE_OVER.items()}
        builders |= {kind: lambda a, op=op: call(op, algebra.div(one, a)) for kind, op in _OF_INVERSE.items()}
        builders |= {kind: lambda a, o=over, u=under: algebra.div(call(o, a), call(u, a)) for kind, (over, under) in _QUOTIENTS.items()}
        builders |= {kind: lambda *args, op=op: self._chain(op, args) for kind, op in _CHAINS.items()}
        builders |= {kind: lambda *args, op=op: self._chain(op, args[::-1]) for kind, op in _TURNED.items()}
        constants = {"NAME_AVOGADRO": AVOGADRO, "CONSTANT_E": math.e, "CONSTANT_PI": math.pi, "CONSTANT_TRUE": 1.0, "CONSTANT_FALSE": 0.0}
        builders |= {kind: lambda value=value: algebra.num(value) for kind, value in constants.items()}
        return builders | {
            "NAME_TIME": lambda: algebra.time,
            "MINUS": lambda a, *b: algebra.sub(a, b[0]) if b else algebra.neg(a),
            "RELATIONAL_NEQ": lambda a, b: call("not", call("eq", a, b)),
            "LOGICAL_IMPLIES": lambda a, b: call("or", call("not", a), b),
            "FUNCTION_ABS": lambda a: algebra.when(call("lt", a, algebra.zero), algebra.neg(a), a),
            "FUNCTION_MAX": lambda a, *rest: functools.reduce(lambda m, b: algebra.when(call("lt", m, b), b, m), rest, a),
            "FUNCTION_MIN": lambda a, *rest: functools.reduce(lambda m, b: algebra.when(call("lt", b, m), b, m), rest, a),
            "FUNCTION_LOG": lambda base, *a: algebra.div(call("ln", a[0]), call("ln", base)) if a else self._log10(base),
            "FUNCTION_ROOT": lambda degree, *a: self._root(a[0], degree) if a else call("sqrt", degree),
            "FUNCTION_PIECEWISE": self._piecewise,
            "FUNCTION_QUOTIENT": self._quotient,
            "FUNCTION_REM": lambda a, b: algebra.sub(a, algebra.mul(b, self._quotient(a, b))),
        }  # fmt: skip

    def _log10(self, a: Expr) -> Expr:
        return self._algebra.div(self._algebra.call("ln", a), self._algebra.num(math.log(10.0)))

    def _chain(self, op: str, args: tuple[Expr, ...]) -> Expr:
        """Each neighbour in the relation to the next."""
        if len(args) == 2:
            return self._algebra.call(op, *args)
        return self._algebra.call("and", *(self._algebra.call(op, a, b) for a, b in itertools.pairwise(args)))

    def _root(self, a: Expr, degree: Expr) -> Expr:
        """A real root; an odd one of a negative number is negative."""
        algebra = self._algebra
        if degree.op == "num" and degree.value % 2 == 1:
            below = algebra.call("lt", a, algebra.zero)
            power = algebra.num(1.0 / degree.value)
            return algebra.when(below, algebra.neg(algebra.pow(algebra.neg(a), power)), algebra.pow(a, power))
        return algebra.pow(a, algebra.div(algebra.one, degree))

    def _quotient(self, a: Expr, b: Expr) -> Expr:
        """The whole part of a quotient, towards zero."""
        algebra = self._algebra
        ratio = algebra.div(a, b)
        return algebra.when(algebra.call("lt", ratio, algebra.zero), algebra.call("ceil", ratio), algebra.call("floor", ratio))

    def _piecewise(self, *args: Expr) -> Expr:
        """The first value whose condition holds; without any, and without an `otherwise`, not a number."""
        value = args[-1] if len(args) % 2 else self._algebra.num(math.nan)
        for index in reversed(range(0, len(args) - 1, 2)):
            value = self._algebra.when(args[index + 1], args[index], value)
        return value


def _spoken(node: Tree) -> str:
    """How SBML calls an operator."""
    plain = node.kind.lower()
    for start in ("distrib_", "function_", "logical_", "relational_"):
        plain = plain.removeprefix(start)
    return repr(node.name if node.kind == "FUNCTION" and node.name else plain)
