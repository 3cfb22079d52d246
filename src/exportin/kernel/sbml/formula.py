"""Formulas as text, such as ``A / (A + B)``, over the ids of a model."""

from __future__ import annotations

from collections.abc import Mapping

from exportin.errors import BadQuantity
from exportin.kernel.code.expression import Algebra, Expr
from exportin.kernel.sbml.mathematics import MathReader
from exportin.kernel.sbml.tree import TreeReader

__all__ = ["read_formula"]


def read_formula(algebra: Algebra, text: str, known: Mapping[str, Expr]) -> Expr:
    """The expression of a formula in SBML's infix notation.

    Raises
    ------
    BadQuantity
        If it cannot be read.
    BadNetwork
        If it uses an id without a meaning; the message names it.

    Examples
    --------
    >>> algebra = Algebra()
    >>> read_formula(algebra, "2 * A", {"A": algebra.x(0)}) is algebra.mul(algebra.num(2.0), algebra.x(0))
    True
    """
    import libsbml

    tree = libsbml.parseL3Formula(text)
    if tree is None:
        told = (libsbml.getLastParseL3Error() or "").strip().splitlines()
        raise BadQuantity(f"{text!r} is neither an id nor a formula{f' ({told[-1]})' if told else ''}; write for example 'A / (A + B)'.")
    return MathReader(algebra, {}).translate(TreeReader().read(tree), known, f"the formula {text!r}")
