"""The C source of one model: rates, Jacobian, factorisation and solve, unrolled on its sparse pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exportin.kernel.code.emit import BLOCK, Constants, Emitter
from exportin.kernel.code.emit_slopes import TOGETHER, pair_source, slope_sources
from exportin.kernel.code.expression import Expr
from exportin.kernel.code.ordering import Factors, factorise_pattern
from exportin.kernel.code.system import System
from exportin.kernel.code.tape import OPERATIONS

__all__ = ["GENERATOR", "Program", "generate"]

GENERATOR = "3"  # told in results: raise it when results may move by more than rounding

_MOST_UNROLLED = 20_000  # operations of a factorisation; beyond, compilers take minutes and the code no longer fits a cache
_INCLUDES = '#include "lanes.h"\n#include "model.h"\n'
_PART = "(const V *t, const V *x, const V *q, const V *d, V *w, V *out);"
_PROTOTYPES = "\n".join([
    *(f"HIDDEN void m_{name}{_PART}" for name in ("rates", "jacobian", "by_time", "turning")),
    "HIDDEN void m_factorise(const V *c, const V *a, V *lu, V *growth);",
    "HIDDEN void m_solve(const V *lu, V *b);",
    *(f"HIDDEN void m_times{n}(const double *a, const V *z, V *r);\nHIDDEN void m_solve{n}(const double *a, V *b);" for n in TOGETHER),
])  # fmt: skip


@dataclass(frozen=True)
class Program:
    """What was generated for a system.

    Attributes
    ----------
    sources : dict of str to str
        C files without the runtime.
    factors : Factors
        Elimination order and pattern; states are kept in this order.
    constants : tuple of Expr
        What to compute from the parameters once a trajectory, one a place of ``q``.
    discrete : tuple of Expr
        What is held over a step, one a place of ``d``.
    operations : dict of str to int
        Floating-point operations of one call of each part on one lane, counted in the text.
    """

    sources: dict[str, str]
    factors: Factors
    constants: tuple[Expr, ...]
    discrete: tuple[Expr, ...]
    operations: dict[str, int]


def generate(system: System, slopes: bool = False) -> Program:
    """Write the C source of a system; with `slopes` also what forward sensitivities need."""
    algebra, size = system.algebra, len(system.states)
    jacobian = jacobian_of(system)
    factors = factorise_pattern(size, jacobian)
    place = [0] * size
    for k, state in enumerate(factors.order):
        place[state] = k
    constants, discrete = Constants(algebra), dict[Expr, int]()
    emitter = Emitter(constants, discrete, [*place, *(size + k for k in place)])
    ordered = [(k, system.rates[state]) for k, state in enumerate(factors.order)]
    entries = [((place[i], place[j]), slope) for (i, j), slope in jacobian.items()]
    slots = [(factors.slot(*entry), slope) for entry, slope in sorted(entries, key=lambda one: one[0])]  # by rows: these share parts
    by_time = [(k, slope) for k, rate in ordered if (slope := algebra.diff(rate, algebra.time)) is not algebra.zero]
    present = {slot for slot, _ in slots}
    parts = {
        "rates": emitter.part("rates", [(f"out[{k}] += {{}};", rate) for k, rate in ordered]),
        "jacobian": emitter.part("jacobian", [(f"out[{slot}] = {{}};", slope) for slot, slope in slots]),
        "by_time": emitter.part("by_time", [(f"out[{k}] = {{}};", slope) for k, slope in by_time]),
    }
    unrolled = factors.operations <= _MOST_UNROLLED
    factorise, solve = (_elimination(factors, present), _substitution(factors)) if unrolled else ("", "")
    extra = slope_sources(system, emitter, slots, place) if slopes else {}
    if slopes:
        extra["pairs.c"] = pair_source(factors, sorted(present)) if unrolled else '#include "loops_pairs.h"\n'
    header = "\n".join([
        operation_names(),
        _header(size, factors, constants, discrete, emitter.scratch, bool(by_time), sorted(present), slopes),
        _PROTOTYPES,
    ])  # fmt: skip
    sources = {
        "model.h": header,
        "rates.c": "\n".join([_INCLUDES, *parts.values()]),
        "factors.c": "\n".join([_INCLUDES, factorise, solve] if unrolled else [_INCLUDES, '#include "loops.h"']),
        **{name: f"{_INCLUDES}\n{text}" for name, text in extra.items()},
    }
    texts = {"rates": parts["rates"], "jacobian": parts["jacobian"], "factorise": factorise, "solve": solve}
    counts = {name: _count(text) for name, text in texts.items()}
    if not unrolled:
        counts |= {"factorise": 2 * factors.operations, "solve": 2 * factors.size}
    return Program(sources, factors, tuple(constants.found), tuple(discrete), counts)


def jacobian_of(system: System) -> dict[tuple[int, int], Expr]:
    """Non-zero derivatives of the rates by the states."""
    algebra = system.algebra
    return {
        (i, int(leaf.value)): slope
        for i, rate in enumerate(system.rates)
        for leaf in sorted((one for one in rate.leaves if one.op == "x"), key=lambda one: one.value)
        if (slope := algebra.diff(rate, leaf)) is not algebra.zero
    }


def _header(
    size: int, factors: Factors, constants: Constants, discrete: dict[Expr, int], scratch: int, timed: bool, present: Sequence[int],
    slopes: bool,
) -> str:
    """Sizes and tables that the runtime is compiled with."""
    diagonal = [factors.slot(k, k) for k in range(size)]
    sizes = {
        "N": size, "NLU": factors.size, "NU": factors.upper, "NQ": len(constants.found), "ND": len(discrete), "NW": scratch,
        "TIMED": int(timed), "NJ": len(present), "SLOPES": int(slopes),
    }  # fmt: skip
    lines = [f"#define {name} {number}" for name, number in sizes.items()]
    tables = {"ORDER": factors.order, "DIAGONAL": diagonal, "PRESENT": present}
    tables["ROW"], tables["COLUMN"] = zip(*factors.entries, strict=True)
    lines += [f"static const int {name}[] = {{{', '.join(map(str, numbers)) or '0'}}};" for name, numbers in tables.items()]
    return "\n".join(lines)


def operation_names() -> str:
    """The operators of tapes as a C enumeration."""
    return "enum { " + ", ".join(f"OP_{name.upper()}" for name in OPERATIONS) + " };"


def _elimination(factors: Factors, present: set[int]) -> str:
    """LU of ``c - a`` row by row: unit L below, U on and above, reciprocal pivots on the diagonal.

    ``growth`` is the largest size of a diagonal entry over that of the pivot that came from it.
    """
    lines: list[str] = []
    blocks: list[str] = []
    for i, columns in enumerate(factors.rows):
        where = {j: factors.slot(i, j) for j in columns}
        for j in columns:
            start = ("c" if j == i else "") + (f" - a[{where[j]}]" if where[j] in present else "")
            lines.append(f"  V r{i}_{j} = {start.strip() or 'K(0.0)'};")
        size = f"c + v_abs(a[{where[i]}])" if where[i] in present else "c"
        lines.append(f"  const V s{i} = {size};")
        for k in (column for column in columns if column < i):
            lines.append(f"  r{i}_{k} *= lu[{factors.slot(k, k)}];")
            for j in (column for column in factors.rows[k] if column > k):
                lines.append(f"  r{i}_{j} -= r{i}_{k} * lu[{factors.slot(k, j)}];")
        lines.append(f"  r{i}_{i} = K(1.0) / r{i}_{i};")
        lines.append(f"  growth = v_max(growth, v_abs(r{i}_{i}) * s{i});")
        lines += [f"  lu[{where[j]}] = r{i}_{j};" for j in columns]
        if len(lines) >= BLOCK or i == len(factors.rows) - 1:
            blocks.append("\n".join(lines))
            lines = []
    head = "(const V c, const V *a, V *lu, V growth)"  # a and lu may be the same: a row is read before it is written
    text = [f"static NOINLINE V factorise_{n}{head} {{\n{body}\n  return growth;\n}}\n" for n, body in enumerate(blocks)]
    calls = "".join(f" most = factorise_{n}(*c, a, lu, most);" for n in range(len(blocks)))
    whole = f"HIDDEN void m_factorise(const V *c, const V *a, V *lu, V *growth) {{ V most = K(0.0);{calls} *growth = most; }}\n"
    return "\n".join([*text, whole])


def _substitution(factors: Factors) -> str:
    """Forward and backward substitution in place."""
    size = len(factors.rows)
    lines: list[str] = []
    blocks: list[list[str]] = [[]]
    for i in range(size):
        terms = [f" - lu[{factors.slot(i, k)}] * b[{k}]" for k in factors.rows[i] if k < i]
        if terms:
            lines.append(f"  b[{i}] = b[{i}]{''.join(terms)};")
    for i in reversed(range(size)):
        terms = [f" - lu[{factors.slot(i, k)}] * b[{k}]" for k in factors.rows[i] if k > i]
        lines.append(f"  b[{i}] = (b[{i}]{''.join(terms)}) * lu[{factors.slot(i, i)}];")
    weight = 0
    for line in lines:
        blocks[-1].append(line)
        weight += line.count("*")
        if weight >= BLOCK:
            blocks.append([])
            weight = 0
    head = "(const V *restrict lu, V *restrict b)"
    text = [f"static NOINLINE void solve_{n}{head} {{\n" + "\n".join(body) + "\n}\n" for n, body in enumerate(blocks)]
    calls = "".join(f" solve_{n}(lu, b);" for n in range(len(blocks)))
    return "\n".join([*text, f"HIDDEN void m_solve(const V *lu, V *b) {{{calls} }}\n"])


def _count(text: str) -> int:
    """Operations of a lane in generated text: every arithmetic sign between operands."""
    return sum(text.count(sign) for sign in (" * ", " + ", " - ", " / ", "*= ", "-= ", "+= "))
