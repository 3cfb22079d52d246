"""Expressions as a graph without repeats: the mathematics of a model, its derivatives, and a plain evaluator.

Leaves: ``num`` (a number), ``x`` (a state), ``p`` (a parameter), ``t`` (time). The other operators are those of `ARITY`;
truth values are the numbers 0 and 1. Whatever SBML has beyond them (abs, max, sec, root ...) is written with them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from exportin.kernel.code.operators import ARITY, DISCRETE, compute

__all__ = ["ARITY", "DISCRETE", "Algebra", "Expr", "evaluate", "postorder", "rebuild"]

@dataclass(frozen=True, eq=False)
class Expr:
    """A node; equal expressions of one algebra are the same object.

    Attributes
    ----------
    op : str
    args : tuple of Expr
    value : float or int
        The number of a ``num``, the index of an ``x`` or ``p``.
    rank : int
        Order of making: arguments have lower ranks than what is made of them.
    leaves : frozenset of Expr
        The ``x``, ``p`` and ``t`` that it depends on.
    """

    op: str
    args: tuple[Expr, ...]
    value: float
    rank: int
    leaves: frozenset[Expr] = field(repr=False)

    @property
    def is_constant(self) -> bool:
        """Whether it depends on parameters and numbers alone."""
        return all(leaf.op == "p" for leaf in self.leaves)


class Algebra:
    """Makes expressions; keeps each only once and folds what is plain (numbers, zeros, ones)."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[int, ...], float], Expr] = {}
        self._ranks = itertools.count()
        self._derivatives: dict[tuple[Expr, Expr], Expr] = {}
        self.zero, self.one = self.num(0.0), self.num(1.0)
        self.time = self._make("t", (), 0.0)

    def _make(self, op: str, args: tuple[Expr, ...], value: float = 0.0) -> Expr:
        key = (op, tuple(argument.rank for argument in args), value)
        if (known := self._known.get(key)) is not None:
            return known
        leaves = frozenset[Expr]().union(*(argument.leaves for argument in args))
        made = Expr(op, args, value, next(self._ranks), leaves)
        if op in {"x", "p", "t"}:
            object.__setattr__(made, "leaves", frozenset([made]))
        return self._known.setdefault(key, made)  # of two threads that make the same, one wins; no rank is given twice

    def remake(self, op: str, args: tuple[Expr, ...], value: float = 0.0) -> Expr:
        """A node exactly as another algebra made it, with arguments of this one."""
        return self._make(op, args, value)

    def num(self, value: float) -> Expr:
        """A number."""
        return self._make("num", (), math.nan if math.isnan(value) else float(value) + 0.0)

    def x(self, index: int) -> Expr:
        """A state."""
        return self._make("x", (), index)

    def p(self, index: int) -> Expr:
        """A parameter."""
        return self._make("p", (), index)

    def add(self, *terms: Expr) -> Expr:
        """A sum; equal terms are joined by their numeric coefficients. A sum within stays whole, so that others can share it."""
        counts: dict[Expr, float] = {}
        constant = 0.0
        for term in terms:
            if term.op == "num":
                constant += term.value
            else:
                coefficient, rest = self._coefficient(term)
                counts[rest] = counts.get(rest, 0.0) + coefficient
        parts = [rest if count == 1.0 else self.mul(self.num(count), rest) for rest, count in counts.items() if count != 0.0]
        if constant != 0.0:
            parts.append(self.num(constant))
        if not parts:
            return self.zero
        return parts[0] if len(parts) == 1 else self._make("add", tuple(sorted(parts, key=lambda part: part.rank)))

    def _coefficient(self, term: Expr) -> tuple[float, Expr]:
        if term.op == "mul" and term.args[0].op == "num":
            rest = term.args[1:]
            return term.args[0].value, rest[0] if len(rest) == 1 else self._make("mul", rest)
        return 1.0, term

    def mul(self, *factors: Expr) -> Expr:
        """A product; numbers are joined and come first."""
        constant, rest, queue = 1.0, [], list(reversed(factors))
        while queue:
            factor = queue.pop()
            if factor.op == "mul":
                queue += reversed(factor.args)
            elif factor.op == "num":
                constant *= factor.value
            else:
                rest.append(factor)
        if constant == 0.0:
            return self.zero
        if not rest:
            return self.num(constant)
        rest.sort(key=lambda factor: factor.rank)
        if constant != 1.0:
            rest.insert(0, self.num(constant))
        return rest[0] if len(rest) == 1 else self._make("mul", tuple(rest))

    def neg(self, a: Expr) -> Expr:
        """Minus an expression."""
        return self.mul(self.num(-1.0), a)

    def sub(self, a: Expr, b: Expr) -> Expr:
        """A difference."""
        return self.add(a, self.neg(b))

    def div(self, a: Expr, b: Expr) -> Expr:
        """A quotient; a number below becomes a factor."""
        if b.op == "num" and b.value != 0.0 and math.isfinite(b.value):
            return self.num(a.value / b.value) if a.op == "num" else a if b.value == 1.0 else self._make("div", (a, b))
        if a.op == "num" and a.value == 0.0 and b.op != "num":
            return self.zero
        return self.one if a is b and b.op != "num" else self._folded("div", (a, b))

    def pow(self, a: Expr, b: Expr) -> Expr:
        """A power; the exponents 0, 1 and 1/2 are simplified."""
        if b.op == "num" and b.value in (0.0, 0.5, 1.0):
            return {0.0: self.one, 1.0: a}.get(b.value) or self._folded("sqrt", (a,))
        return self._folded("pow", (a, b))

    def when(self, condition: Expr, a: Expr, b: Expr) -> Expr:
        """`a` where the condition holds, `b` elsewhere."""
        if condition.op == "num":
            return a if condition.value else b
        return a if a is b else self._make("if", (condition, a, b))

    def call(self, op: str, *args: Expr) -> Expr:
        """Any operator of `ARITY`."""
        builders: dict[str, Callable[..., Expr]] = {
            "add": self.add, "mul": self.mul, "div": self.div, "pow": self.pow, "if": self.when,
        }  # fmt: skip
        return builders[op](*args) if op in builders else self._folded(op, args)

    def _folded(self, op: str, args: tuple[Expr, ...]) -> Expr:
        if all(argument.op == "num" for argument in args):
            return self.num(compute(op, [argument.value for argument in args]))
        return self._make(op, args)

    def diff(self, expression: Expr, leaf: Expr) -> Expr:
        """Derivative with respect to a leaf; what jumps has derivative zero."""
        if leaf not in expression.leaves:
            return self.zero
        if expression is leaf:
            return self.one
        key = (expression, leaf)
        if key not in self._derivatives:
            self._derivatives[key] = self._diff(expression, leaf)
        return self._derivatives[key]

    def _diff(self, expression: Expr, leaf: Expr) -> Expr:
        op, args = expression.op, expression.args
        if op in DISCRETE or op in {"and", "or", "xor", "not"}:
            return self.zero
        inner = [self.diff(argument, leaf) for argument in args]
        if op == "add":
            return self.add(*inner)
        if op == "mul":
            terms = [self.mul(d, *args[:i], *args[i + 1 :]) for i, d in enumerate(inner) if d is not self.zero]
            return self.add(*terms)
        if op == "if":
            return self.when(args[0], inner[1], inner[2])
        if op == "div":
            b = args[1]
            below = self.zero if inner[1] is self.zero else self.mul(self.num(-1.0), inner[1], self.div(expression, b))
            return self.add(self.div(inner[0], b), below)
        if op == "pow":
            return self._diff_power(args[0], args[1], inner[0], inner[1], expression)
        return self.mul(inner[0], self._slope(op, args[0], expression))

    def _diff_power(self, a: Expr, b: Expr, da: Expr, db: Expr, whole: Expr) -> Expr:
        by_base = self.zero if da is self.zero else self.mul(b, self.pow(a, self.add(b, self.num(-1.0))), da)
        by_exponent = self.zero if db is self.zero else self.when(whole, self.mul(whole, self._folded("ln", (a,)), db), self.zero)
        return self.add(by_base, by_exponent)

    def _slope(self, op: str, a: Expr, whole: Expr) -> Expr:
        """Derivative of a function of one argument."""
        one, square = self.one, self.mul(a, a)
        slopes: dict[str, Callable[[], Expr]] = {
            "exp": lambda: whole,
            "ln": lambda: self.div(one, a),
            "sqrt": lambda: self.div(self.num(0.5), whole),
            "sin": lambda: self._folded("cos", (a,)),
            "cos": lambda: self.neg(self._folded("sin", (a,))),
            "tan": lambda: self.add(one, self.mul(whole, whole)),
            "sinh": lambda: self._folded("cosh", (a,)),
            "cosh": lambda: self._folded("sinh", (a,)),
            "tanh": lambda: self.sub(one, self.mul(whole, whole)),
            "asin": lambda: self.div(one, self._folded("sqrt", (self.sub(one, square),))),
            "acos": lambda: self.div(self.num(-1.0), self._folded("sqrt", (self.sub(one, square),))),
            "atan": lambda: self.div(one, self.add(one, square)),
            "asinh": lambda: self.div(one, self._folded("sqrt", (self.add(one, square),))),
            "acosh": lambda: self.div(one, self._folded("sqrt", (self.sub(square, one),))),
            "atanh": lambda: self.div(one, self.sub(one, square)),
        }
        return slopes[op]()


def postorder(roots: Iterable[Expr]) -> list[Expr]:
    """Every node under `roots` once, arguments first."""
    seen: set[Expr] = set()
    queue = list(roots)
    while queue:
        node = queue.pop()
        if node not in seen:
            seen.add(node)
            queue += node.args
    return sorted(seen, key=lambda node: node.rank)


def rebuild(algebra: Algebra, roots: Sequence[Expr], replace: Callable[[Expr], Expr | None]) -> list[Expr]:
    """The same expressions with some nodes replaced; `replace` gives the new node or None to keep it."""
    done: dict[Expr, Expr] = {}
    for node in postorder(roots):
        new = replace(node)
        if new is None:
            args = tuple(done[argument] for argument in node.args)
            new = node if args == node.args else algebra.call(node.op, *args)
        done[node] = new
    return [done[root] for root in roots]


def evaluate(roots: Sequence[Expr], x: Sequence[float], p: Sequence[float], t: float = 0.0) -> list[float]:
    """Numbers of expressions at a point, the slow and plain way.

    Examples
    --------
    >>> algebra = Algebra()
    >>> hill = algebra.div(algebra.x(0), algebra.add(algebra.x(0), algebra.p(0)))
    >>> evaluate([hill, algebra.diff(hill, algebra.x(0))], [1.0], [3.0])
    [0.25, 0.1875]
    """
    found: dict[Expr, float] = {}
    for node in postorder(roots):
        if node.op == "num":
            found[node] = node.value
        elif node.op in {"x", "p"}:
            found[node] = (x if node.op == "x" else p)[int(node.value)]
        elif node.op == "t":
            found[node] = t
        else:
            found[node] = compute(node.op, [found[argument] for argument in node.args])
    return [found[root] for root in roots]
