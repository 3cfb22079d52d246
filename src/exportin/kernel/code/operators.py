"""The operators of expressions, and what each computes on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

__all__ = ["ARITY", "DISCRETE", "compute"]

# Operators with their number of arguments; None is any number.
ARITY: dict[str, int | None] = {
    "add": None, "mul": None, "div": 2, "pow": 2, "if": 3,
    "exp": 1, "ln": 1, "sqrt": 1, "sin": 1, "cos": 1, "tan": 1, "sinh": 1, "cosh": 1, "tanh": 1,
    "asin": 1, "acos": 1, "atan": 1, "asinh": 1, "acosh": 1, "atanh": 1,
    "floor": 1, "ceil": 1, "factorial": 1,
    "lt": 2, "le": 2, "eq": 2, "and": None, "or": None, "xor": None, "not": 1,
}  # fmt: skip

# What jumps: along a trajectory these are held over a step, and a step ends where one of them changes.
DISCRETE = frozenset({"lt", "le", "eq", "floor", "ceil", "factorial"})

_FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "asinh": math.asinh, "acosh": math.acosh, "atanh": math.atanh,
    "floor": lambda a: float(math.floor(a)), "ceil": lambda a: float(math.ceil(a)), "factorial": lambda a: math.gamma(a + 1.0),
    "add": lambda *terms: sum(terms), "mul": lambda *factors: math.prod(factors),
    "div": lambda a, b: a / b, "pow": lambda a, b: a**b,
    "lt": lambda a, b: float(a < b), "le": lambda a, b: float(a <= b), "eq": lambda a, b: float(a == b),
    "and": lambda *a: float(all(a)), "or": lambda *a: float(any(a)), "not": lambda a: float(not a),
    "xor": lambda *a: float(sum(map(bool, a)) % 2), "if": lambda c, a, b: a if c else b,
}  # fmt: skip


def compute(op: str, values: Sequence[float]) -> float:
    """One operator on numbers; what has no real value is NaN, a pole is infinite."""
    try:
        result = _FUNCTIONS[op](*values)
    except ZeroDivisionError:
        return math.nan if op == "div" and values[0] == 0 else math.copysign(math.inf, values[0]) if op == "div" else math.inf
    except OverflowError:
        return math.inf
    except ValueError:
        return -math.inf if op == "ln" and values[0] == 0 else math.nan
    return math.nan if isinstance(result, complex) else float(result)
