"""From SBML to trajectories. libRoadRunner computes for now, behind the door that the project's own solver will take over."""

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
        If the text is no SBML that can be simulated, or holds entity declarations.

    Examples
    --------
    >>> from exportin.network.model import model
    >>> solver = compile(model("ran_core").to_sbml())
    >>> "RANGTP_n" in solver.species
    True
    """
    from exportin.kernel.solver import Solver

    return Solver(sbml)
