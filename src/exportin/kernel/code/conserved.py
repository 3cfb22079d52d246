"""Totals that no reaction changes, found from the rates themselves."""

from __future__ import annotations

from exportin.kernel.code.expression import Algebra, Expr
from exportin.kernel.code.system import System

__all__ = ["conserved_totals"]

_ROUNDING = 1e-10  # of what is subtracted: what elimination leaves of a coefficient that is zero


def conserved_totals(system: System) -> tuple[dict[int, float], ...]:
    """Independent combinations of states whose rate is zero identically.

    Returns
    -------
    totals : tuple of dict of int to float
        For each total, the weight of each state that takes part.

    Examples
    --------
    >>> from exportin.kernel.sbml.reader import read_system
    >>> from exportin.network.antimony_text import antimony_to_sbml
    >>> sbml = antimony_to_sbml("model m() compartment V; V=1; species A in V, B in V; A=1; B=0; k=1; A -> B; k*A - B; end", "m")
    >>> conserved_totals(read_system(sbml))
    ({0: 1.0, 1: 1.0},)
    """
    remaining = [(_linear(system.algebra, rate), {state: 1.0}) for state, rate in enumerate(system.rates)]
    found: list[dict[int, float]] = []
    while remaining:
        terms, weights = min(remaining, key=lambda row: len(row[0]))
        remaining = [row for row in remaining if row[1] is not weights]
        if not terms:
            found.append(weights)
            continue
        pivot = max(terms, key=lambda term: (abs(terms[term]), -term.rank))
        for other, its in remaining:
            if pivot in other:
                factor = other[pivot] / terms[pivot]
                _subtract(other, terms, factor)
                _subtract(its, weights, factor)
                other.pop(pivot, None)
    return tuple(_normal(total) for total in found)


def _linear(algebra: Algebra, rate: Expr, factor: float = 1.0) -> dict[Expr, float]:
    """An expression as numbers times terms, sums and numeric factors opened."""
    gathered: dict[Expr, float] = {}
    queue = [(rate, factor)]
    while queue:
        node, by = queue.pop()
        if node.op == "add":
            queue += [(term, by) for term in node.args]
        elif node.op == "mul" and node.args[0].op == "num":
            queue.append((algebra.mul(*node.args[1:]), by * node.args[0].value))
        elif node.op == "num":
            gathered[algebra.one] = gathered.get(algebra.one, 0.0) + by * node.value
        else:
            gathered[node] = gathered.get(node, 0.0) + by
    return {term: count for term, count in gathered.items() if count != 0.0}


def _subtract(row: dict[Expr, float] | dict[int, float], other: dict[Expr, float] | dict[int, float], factor: float) -> None:
    for key, count in other.items():
        old, taken = row.get(key, 0.0), factor * count  # type: ignore[call-overload]
        if abs(old - taken) <= _ROUNDING * max(abs(old), abs(taken)):
            row.pop(key, None)  # type: ignore[call-overload]
        else:
            row[key] = old - taken  # type: ignore[index]


def _normal(total: dict[int, float]) -> dict[int, float]:
    """Smallest weight 1, mostly positive."""
    least = min(total.values(), key=abs)
    sign = 1.0 if sum(value / least for value in total.values()) >= 0 else -1.0
    return {state: sign * total[state] / least for state in sorted(total)}
