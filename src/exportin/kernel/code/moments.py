"""What may jump along a trajectory, and the moments at which time alone makes it jump."""

from __future__ import annotations

from collections.abc import Sequence

from exportin.kernel.code.expression import DISCRETE, Algebra, Expr, postorder, rebuild
from exportin.kernel.code.system import System

__all__ = ["turning_points"]


def turning_points(system: System, watched: Sequence[Expr]) -> tuple[tuple[Expr, ...], bool]:
    """Times, as expressions over parameters, at which a comparison of time with something fixed turns.

    Other comparisons are located within steps; these are known beforehand, so that no step leaps over a short pulse.

    Returns
    -------
    times : tuple of Expr
    all_of_them : bool
        Whether nothing that is watched can turn at any other time.
    """
    found: dict[Expr, None] = {}
    complete = True
    for node in postorder(watched):
        if node.op in DISCRETE and not node.is_constant:
            moment = _moment(system.algebra, node)
            if moment is None:
                complete = False
            else:
                found[moment] = None
                # Only where time itself is compared is the moment exact; elsewhere rounding may turn it a little later.
                complete &= system.algebra.time in node.args and any(one.is_constant for one in node.args)
    return tuple(found), complete


def _moment(algebra: Algebra, node: Expr) -> Expr | None:
    """When a comparison turns, if it compares a linear function of time with something fixed."""
    if node.op not in {"lt", "le", "eq"} or any(leaf.op == "x" for leaf in node.leaves):
        return None
    gap = algebra.sub(*node.args)
    slope = algebra.diff(gap, algebra.time)
    if slope is algebra.zero or not slope.is_constant or any(inner.op in DISCRETE for inner in postorder([gap])):
        return None
    [at_zero] = rebuild(algebra, [gap], lambda one: algebra.zero if one is algebra.time else None)
    return algebra.div(algebra.neg(at_zero), slope)
