"""Drugs that act on something else than XPO1: inputs of a pathway, for combinations with an inhibitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exportin.errors import NotModelled, squash

if TYPE_CHECKING:
    from exportin.network.cell import Cell
    from exportin.network.parameters import Parameter
    from exportin.pharmacology.exposure import Exposure

__all__ = ["Partner", "find_partner", "refuse_unread"]


@dataclass(frozen=True)
class Partner:
    """A drug of the table ``partners``.

    Attributes
    ----------
    symbol : str
        The model's input.
    name : str
        Display name.
    acts_on : str
        What it meets: a gene's symbol, or words.
    pathway : str
        That reads the input.
    amount : str
        Which concentration the input is.
    aliases : tuple of str
    """

    symbol: str
    name: str
    acts_on: str
    pathway: str
    amount: str
    aliases: tuple[str, ...] = ()

    @property
    def mechanism(self) -> str:
        """What it does, in a word or two."""
        return f"acts on {self.acts_on}"

    @property
    def rates(self) -> dict[str, Parameter]:
        """None: its numbers are rows of its pathway."""
        return {}


def find_partner(name: Any) -> Partner | None:
    """The partner of a name or alias; None where there is none.

    Examples
    --------
    >>> find_partner("nutlin 3A").symbol
    'NUTLIN3A'
    >>> find_partner("selinexor") is None
    True
    """
    from exportin import knowledge

    if not isinstance(name, str):
        return None
    for row in knowledge.facts("partners"):
        if squash(name) in {squash(one) for one in (row.symbol, row.name, *row.aliases)}:
            return Partner(row.symbol, row.name, row.acts_on, row.pathway, row.amount, row.aliases)
    return None


def refuse_unread(one: Exposure, cell: Cell) -> None:
    """Refuse a partner that no pathway of the cell reads.

    Raises
    ------
    NotModelled
    """
    drug = one.compound
    if isinstance(drug, Partner) and drug.pathway not in cell.pathways:
        raise NotModelled(f"{drug.name} acts through the pathway {drug.pathway!r}, which this cell does not have; add it, or all, with "
                          "with_pathways.")  # fmt: skip
