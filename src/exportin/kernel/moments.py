"""What may jump along a trajectory, and the moments at which time alone makes it jump."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from exportin.kernel.expression import DISCRETE, Expr, postorder, rebuild
from exportin.kernel.system import System

__all__ = ["turning_points"]


def turning_points(system: System, watched: Sequence[Expr]) -> tuple[Expr, ...]:
    """Times, as expressions over parameters, at which a comparison of time with something fixed turns.

    Other comparisons are located within steps; these are known beforehand, so that no step leaps over a short pulse.
    """
    algebra = system.algebra
    found: dict[Expr, None] = {}
    for node in _comparisons(watched):
        gap = algebra.sub(*node.args)
        if algebra.time not in gap.leaves or any(leaf.op == "x" for leaf in gap.leaves):
            continue
        slope = algebra.diff(gap, algebra.time)
        if slope is algebra.zero or not slope.is_constant or any(inner.op in DISCRETE for inner in postorder([gap])):
            continue
        [at_zero] = rebuild(algebra, [gap], lambda one: algebra.zero if one is algebra.time else None)
        found[algebra.div(algebra.neg(at_zero), slope)] = None
    return tuple(found)


def _comparisons(watched: Iterable[Expr]) -> list[Expr]:
    return [node for node in postorder(watched) if node.op in {"lt", "le", "eq"}]
