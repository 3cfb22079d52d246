"""C text of expressions: straight-line code on lanes, cut into blocks that a compiler digests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from exportin.kernel.code.expression import DISCRETE, Algebra, Expr

__all__ = ["Constants", "Emitter"]

BLOCK = 400  # operations a function: compilers take more than linear time in the length of straight-line code
_LARGEST_POWER = 12  # integer powers up to here are products
_LANE_CALLS = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh"})


@dataclass
class Constants:
    """Parameter-only parts of expressions, worked out once a trajectory: ``q[k]`` of the generated code."""

    algebra: Algebra
    found: dict[Expr, int] = field(default_factory=dict)

    def index(self, expression: Expr) -> int:
        """Place of a parameter-only expression, made at first use."""
        return self.found.setdefault(expression, len(self.found))


class Emitter:
    """Writes functions ``name_0, name_1, ...`` that compute a list of expressions in order, and shares what repeats.

    Parameters
    ----------
    constants : Constants
        Collects what is computed once a trajectory.
    discrete : dict of Expr to int
        Collects what is held over a step (``d[k]``).
    place : sequence of int
        Where each state stands in ``x``.
    """

    def __init__(self, constants: Constants, discrete: dict[Expr, int], place: Sequence[int]) -> None:
        self._constants, self._discrete, self._place = constants, discrete, place
        self._algebra = constants.algebra
        self.scratch = 0  # places that values need which pass from one block to another

    def part(self, name: str, outputs: Sequence[tuple[str, Expr]], linkage: str = "HIDDEN") -> str:
        """C text of a function ``m_<name>`` and the blocks that it calls.

        Parameters
        ----------
        outputs : sequence of (str, Expr)
            A C statement with ``{}`` for the value, and the expression.
        linkage : str
            Of the function: ``HIDDEN`` (other files of the library call it) or ``static``.
        """
        blocks: list[list[str]] = [[]]
        home: dict[Expr, int] = {}  # block in which a node was computed
        carried: dict[Expr, int] = {}  # scratch places
        here: set[Expr] = set()  # nodes known in the present block

        def value(node: Expr) -> str:
            leaf = self._leaf(node)
            if leaf is not None:
                return leaf
            if node not in here:
                here.add(node)
                if node in home:
                    slot = carried.setdefault(node, len(carried))
                    blocks[-1].append(f"  const V n{node.rank} = w[{slot}];")
                else:
                    home[node] = len(blocks) - 1
                    blocks[-1].append(f"  const V n{node.rank} = {self._formula(node, value)};")
            return f"n{node.rank}"

        for statement, expression in outputs:
            if len(blocks[-1]) >= BLOCK:
                blocks.append([])
                here.clear()
            for node in self._needed(expression, home):
                value(node)
            blocks[-1].append("  " + statement.format(value(expression)))
        for node, slot in carried.items():
            blocks[home[node]].append(f"  w[{slot}] = n{node.rank};")
        self.scratch = max(self.scratch, len(carried))
        header = "const V t, const V *restrict x, const V *restrict q, const V *restrict d, V *restrict w, V *restrict out"
        text = [f"static NOINLINE void {name}_{k}({header}) {{\n" + "\n".join(body) + "\n}\n" for k, body in enumerate(blocks)]
        calls = "".join(f" {name}_{k}(*t, x, q, d, w, out);" for k in range(len(blocks)))
        whole = f"{linkage} void m_{name}(const V *t, const V *x, const V *q, const V *d, V *w, V *out) {{{calls} }}\n"
        return "\n".join([*text, whole])

    def _needed(self, expression: Expr, home: dict[Expr, int]) -> Iterator[Expr]:
        """Nodes that have to be computed for an expression, arguments first, without recursion into deep sums."""
        stack, seen = [(expression, False)], set[Expr]()
        while stack:
            node, ready = stack.pop()
            if ready:
                yield node
            elif node not in seen and self._leaf(node) is None:
                seen.add(node)
                stack.append((node, True))
                if node not in home:
                    stack += [(argument, False) for argument in reversed(self._parts(node))]

    def _leaf(self, node: Expr) -> str | None:
        if node.op == "num":
            return f"K({node.value!r})".replace("inf", "INFINITY").replace("nan", "NAN")
        if node.is_constant:
            return f"q[{self._constants.index(node)}]"
        if node.op == "x":
            return f"x[{self._place[int(node.value)]}]"
        if node.op == "t":
            return "t"
        if node.op in DISCRETE:
            return f"d[{self._discrete.setdefault(node, len(self._discrete))}]"
        return None

    def _parts(self, node: Expr) -> tuple[Expr, ...]:
        """What a formula is made of: parameter-only terms and factors joined, a constant divisor turned into a factor."""
        algebra = self._algebra
        if node.op == "add":
            return tuple(part for _, part in self._signed(node))
        if node.op == "mul":
            fixed = [argument for argument in node.args if argument.is_constant]
            rest = [argument for argument in node.args if not argument.is_constant]
            return (algebra.mul(*fixed), algebra.mul(*rest)) if fixed else tuple(rest)
        if node.op == "div" and node.args[1].is_constant:
            return (node.args[0], algebra.div(algebra.one, node.args[1]))
        return node.args

    def _formula(self, node: Expr, value: Callable[[Expr], str]) -> str:
        parts = self._parts(node)
        if node.op == "add":
            signed = [(minus, value(part)) for minus, part in self._signed(node)]
            first = ("-" if signed[0][0] else "") + signed[0][1]
            return first + "".join((" - " if minus else " + ") + text for minus, text in signed[1:])
        if node.op == "mul":
            if parts[0].op == "num" and parts[0].value == -1.0:
                return "-" + value(parts[1])
            return " * ".join(value(part) for part in parts)
        if node.op == "div":
            return f"{value(parts[0])} {'*' if node.args[1].is_constant else '/'} {value(parts[1])}"
        if node.op == "pow":
            return self._power(node, value)
        if node.op == "if":
            return f"SELECT({value(parts[0])}, {value(parts[1])}, {value(parts[2])})"
        if node.op in {"and", "or", "xor", "not"}:
            return self._logic(node.op, [value(part) for part in parts])
        names = {"exp": "v_exp", "ln": "v_log", "sqrt": "v_sqrt"}
        return f"{names.get(node.op) or 'v_' + node.op}({value(parts[0])})"

    def _signed(self, node: Expr) -> list[tuple[bool, Expr]]:
        """Terms of a sum, each with whether it is subtracted; parameter-only ones joined, an added one first where there is one."""
        algebra = self._algebra
        fixed = [argument for argument in node.args if argument.is_constant]
        terms = [(False, algebra.add(*fixed))] if fixed else []
        for argument in node.args:
            if argument.is_constant:
                continue
            minus = argument.op == "mul" and argument.args[0].op == "num" and argument.args[0].value == -1.0
            terms.append((minus, algebra.mul(*argument.args[1:]) if minus else argument))
        return sorted(terms, key=lambda one: one[0])

    def _power(self, node: Expr, value: Callable[[Expr], str]) -> str:
        base, exponent = node.args
        if exponent.op == "num" and exponent.value == int(exponent.value) and 2 <= abs(exponent.value) <= _LARGEST_POWER:
            count = int(abs(exponent.value))
            text = f"v_power({value(base)}, {count})"
            return text if exponent.value > 0 else f"K(1.0) / {text}"
        if exponent.op == "num" and exponent.value == -1.0:
            return f"K(1.0) / {value(base)}"
        return f"v_pow({value(base)}, {value(exponent)})"

    def _logic(self, op: str, values: Sequence[str]) -> str:
        if op == "not":
            return f"K(1.0) - {values[0]}"
        joined = {"and": "v_and", "or": "v_or", "xor": "v_xor"}[op]
        text = values[0]
        for other in values[1:]:
            text = f"{joined}({text}, {other})"
        return text
