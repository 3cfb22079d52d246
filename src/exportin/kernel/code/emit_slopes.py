"""C text for forward sensitivities: derivatives of the rates by parameters, and how they and the Jacobian change along a trajectory.

The velocities of the states stand behind the states: ``x[N + k]`` is the rate of ``x[k]``.
"""

from __future__ import annotations

from collections.abc import Sequence

from exportin.kernel.code.emit import BLOCK, Emitter
from exportin.kernel.code.expression import Algebra, Expr, postorder
from exportin.kernel.code.ordering import Factors
from exportin.kernel.code.system import System

__all__ = ["TOGETHER", "along", "pair_source", "slope_sources"]

TOGETHER = (1, 2, 5)  # vectors of columns that a pass takes: the more, the fewer loads of the matrix; each takes a second to compile


def along(algebra: Algebra, expression: Expr, size: int) -> Expr:
    """Time derivative of an expression along a trajectory.

    Examples
    --------
    >>> algebra = Algebra()
    >>> along(algebra, algebra.mul(algebra.p(0), algebra.x(1)), 2) is algebra.mul(algebra.p(0), algebra.x(3))
    True
    """
    states = sorted((leaf for leaf in expression.leaves if leaf.op == "x"), key=lambda leaf: leaf.value)
    moved = [_moved(algebra, algebra.diff(expression, leaf), algebra.x(size + int(leaf.value))) for leaf in states]
    return algebra.add(*moved, algebra.diff(expression, algebra.time))


def _moved(algebra: Algebra, slope: Expr, velocity: Expr) -> Expr:
    """A slope times a velocity; an infinite slope (a power of zero) counts for nothing where nothing moves."""
    product = algebra.mul(slope, velocity)
    return algebra.when(velocity, product, algebra.zero) if any(one.op == "pow" for one in postorder([slope])) else product


def slope_sources(system: System, emitter: Emitter, slots: Sequence[tuple[int, Expr]], place: Sequence[int]) -> dict[str, str]:
    """Files with ``m_turning`` (change of the Jacobian) and, for each parameter, its column of the rates' derivatives.

    ``BY_P[j]`` writes the non-zero entries of column j, whose rows are ``P_ROW[P_START[j]] ...``; ``ALONG_P[j]`` their change.
    """
    algebra, size = system.algebra, len(system.states)
    turning = emitter.part("turning", [(f"out[{slot}] = {{}};", along(algebra, slope, size)) for slot, slope in slots])
    columns: list[str] = []
    rows: list[int] = []
    starts = [0]
    tables: tuple[list[str], list[str]] = ([], [])
    for index in range(len(system.parameters)):
        leaf = algebra.p(index)
        entries = [(place[i], algebra.diff(rate, leaf)) for i, rate in enumerate(system.rates) if leaf in rate.leaves]
        entries = sorted(((row, slope) for row, slope in entries if slope is not algebra.zero), key=lambda one: one[0])
        rows += [row for row, _ in entries]
        starts.append(len(rows))
        for table, name, change in ((tables[0], f"p{index}", False), (tables[1], f"along{index}", True)):
            table.append(f"m_{name}" if entries else "0")
            if entries:
                outputs = [(f"out[{n}] = {{}};", along(algebra, slope, size) if change else slope) for n, (_, slope) in enumerate(entries)]
                columns.append(emitter.part(name, outputs, "static"))
    lists = {"Part BY_P": tables[0], "Part ALONG_P": tables[1], "int P_START": map(str, starts), "int P_ROW": map(str, rows)}
    columns += [f"HIDDEN const {name}[] = {{{', '.join(items) or '0'}}};" for name, items in lists.items()]
    return {"turning.c": turning, "columns.c": "\n".join(['#include "columns.h"', *columns])}


def pair_source(factors: Factors, present: Sequence[int]) -> str:
    """``m_times<n>`` (``r += a z``) and ``m_solve<n>`` for n vectors of columns at once, with a matrix that all lanes share."""
    size, there = len(factors.rows), set(present)
    text: list[str] = []
    for count in TOGETHER:
        columns = range(count)
        rows = [[(slot, j) for j in row if (slot := factors.slot(i, j)) in there] for i, row in enumerate(factors.rows)]
        products = [
            "".join(f"  const V a{slot} = K(a[{slot}]);\n" for slot, _ in row)
            + "\n".join(f"  r{c}[{i}] += {' + '.join(f'a{slot} * z{c}[{j}]' for slot, j in row)};" for c in columns)
            for i, row in enumerate(rows)
            if row
        ]
        solution = [_substituted(factors, i, columns, below=True) for i in range(size)]
        solution += [_substituted(factors, i, columns, below=False) for i in reversed(range(size))]
        names = {kind: [f"  V *const {kind}{c} = {kind} + {c} * N;" for c in columns] for kind in "rb"}
        names["z"] = [f"  const V *const z{c} = z + {c} * N;" for c in columns]
        parameters = "const double *restrict a, const V *restrict z, V *restrict r"
        text.append(_chunked(f"times{count}", parameters, products, names["z"] + names["r"]))
        text.append(_chunked(f"solve{count}", "const double *restrict a, V *restrict b", [line for line in solution if line], names["b"]))
    return "\n".join(text)


def _substituted(factors: Factors, i: int, columns: Sequence[int], *, below: bool) -> str:
    entries = [(factors.slot(i, j), j) for j in factors.rows[i] if (j < i if below else j > i)]
    if below and not entries:
        return ""
    loads = "".join(f"  const V a{slot} = K(a[{slot}]);\n" for slot, _ in entries)
    terms = ["".join(f" - a{slot} * b{c}[{j}]" for slot, j in entries) for c in columns]
    if below:
        return loads + "\n".join(f"  b{c}[{i}] = b{c}[{i}]{terms[c]};" for c in columns)
    return loads + "\n".join(f"  b{c}[{i}] = (b{c}[{i}]{terms[c]}) * K(a[{factors.slot(i, i)}]);" for c in columns)


def _chunked(name: str, parameters: str, lines: Sequence[str], names: Sequence[str]) -> str:
    """One function of several blocks."""
    arguments = ", ".join(one.split("*")[1].removeprefix("restrict ") for one in parameters.split(", "))
    blocks: list[list[str]] = [list(names)]
    weight = 0
    for line in lines:
        if weight >= BLOCK:
            blocks.append(list(names))
            weight = 0
        blocks[-1].append(f"  {{\n{line}\n  }}")
        weight += line.count("*")
    text = [f"static NOINLINE void {name}_{n}({parameters}) {{\n" + "\n".join(block) + "\n}\n" for n, block in enumerate(blocks)]
    calls = "".join(f" {name}_{n}({arguments});" for n in range(len(blocks)))
    return "\n".join([*text, f"HIDDEN void m_{name}({parameters.replace('restrict ', '')}) {{{calls} }}\n"])
