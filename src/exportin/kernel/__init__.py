"""From SBML to trajectories: a model becomes C code once, and runs many times."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exportin.kernel.solver import Solver

__all__ = ["compile"]


def compile(sbml: str) -> Solver:  # noqa: A001  the door's own name for it
    """Make a solver for an SBML model.

    Parameters
    ----------
    sbml : str
        Text of an SBML document (never a path or an address).

    Returns
    -------
    solver : Solver

    Raises
    ------
    BadNetwork
        If the text is no SBML, could do harm, or uses what the kernel does not support; the message names the element.
    NoCompiler, CompilationFailed

    Examples
    --------
    >>> from exportin.network.model import model
    >>> solver = compile(model("ran_core").to_sbml())
    >>> "RANGTP_n" in solver.states
    True
    """
    from exportin.kernel.compiled import compile_sbml
    from exportin.kernel.solver import Solver

    return Solver(compile_sbml(sbml))
