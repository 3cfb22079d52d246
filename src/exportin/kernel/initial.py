"""Initial values of an SBML model for given numbers: its initial assignments, evaluated from their own mathematics."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from exportin.errors import BadNetwork

__all__ = ["InitialValues"]

_OPERATORS: dict[str, Callable[..., float]] = {
    "AST_PLUS": lambda *terms: math.fsum(terms),
    "AST_MINUS": lambda first, *rest: first - rest[0] if rest else -first,
    "AST_TIMES": lambda *factors: math.prod(factors),
    "AST_DIVIDE": operator.truediv,
    "AST_POWER": operator.pow,
    "AST_FUNCTION_POWER": operator.pow,
    "AST_FUNCTION_LN": math.log,
    "AST_FUNCTION_EXP": math.exp,
}


class InitialValues:
    """Initial concentrations and rate-rule variables of a model.

    Parameters
    ----------
    document : libsbml.SBMLDocument
        The model; its numbers are the defaults.
    """

    def __init__(self, document: Any) -> None:
        import libsbml

        model = document.getModel()
        self._kind = {getattr(libsbml, name): rule for name, rule in _OPERATORS.items()}
        self._number = {libsbml.AST_INTEGER, libsbml.AST_REAL, libsbml.AST_REAL_E, libsbml.AST_RATIONAL}
        self._document = document  # keeps the trees below alive
        self._trees = {one.getSymbol(): one.getMath() for one in model.getListOfInitialAssignments()}
        self._plain = {one.getId(): float(one.getInitialConcentration()) for one in model.getListOfSpecies()}
        self._plain |= {one.getId(): float(one.getValue()) for one in model.getListOfParameters()}
        self._plain |= {one.getId(): float(one.getSize()) for one in model.getListOfCompartments()}

    def at(self, names: tuple[str, ...], values: Mapping[str, float]) -> list[float]:
        """Initial values of `names` (concentrations for species) with the given numbers."""
        known = {**self._plain, **values}
        return [self._evaluate(self._trees[name], known) if name in self._trees else known[name] for name in names]

    def _evaluate(self, node: Any, known: Mapping[str, float]) -> float:
        if node.getType() in self._number:
            return float(node.getValue())
        if node.isName():
            name = node.getName()
            return self._evaluate(self._trees[name], known) if name in self._trees else known[name]
        if node.getType() not in self._kind:
            raise BadNetwork(f"an initial assignment uses {node.getName() or node.getType()!r}, which is not supported.")
        arguments = [self._evaluate(node.getChild(index), known) for index in range(node.getNumChildren())]
        return self._kind[node.getType()](*arguments)
