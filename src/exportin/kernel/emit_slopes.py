"""C text for forward sensitivities: derivatives of the rates by parameters, and how they and the Jacobian change along a trajectory.

The velocities of the states stand behind the states: ``x[N + k]`` is the rate of ``x[k]``.
"""

from __future__ import annotations

from collections.abc import Sequence

from exportin.kernel.emit import Emitter
from exportin.kernel.expression import Algebra, Expr
from exportin.kernel.system import System

__all__ = ["along", "slope_sources"]


def along(algebra: Algebra, expression: Expr, size: int) -> Expr:
    """Time derivative of an expression along a trajectory.

    Examples
    --------
    >>> algebra = Algebra()
    >>> along(algebra, algebra.mul(algebra.p(0), algebra.x(1)), 2) is algebra.mul(algebra.p(0), algebra.x(3))
    True
    """
    states = sorted((leaf for leaf in expression.leaves if leaf.op == "x"), key=lambda leaf: leaf.value)
    moved = [algebra.mul(algebra.diff(expression, leaf), algebra.x(size + int(leaf.value))) for leaf in states]
    return algebra.add(*moved, algebra.diff(expression, algebra.time))


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
