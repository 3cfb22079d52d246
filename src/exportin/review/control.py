"""Negative controls: the same experiments with something taken out, so that claims which hang on it must fall.

| control | what is taken out |
|---|---|
| ``inhibition`` | no inhibitor reaches XPO1, whatever its dose, and no siRNA lowers it; harm beyond XPO1 stays |
| ``p53`` | the pathway of p53 is not in the model |
| ``labels`` | compounds have each other's name: a strong one that of a weak one, in three pairs |
| ``contexts`` | every cell has another one's context |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from exportin.errors import UnknownName
from exportin.network.cell import Cell
from exportin.network.cell import cell as find_cell
from exportin.network.parameters import switches
from exportin.network.pathway import pathways as every_pathway
from exportin.pharmacology.compound import Compound
from exportin.pharmacology.compound import compound as find_compound
from exportin.pharmacology.partner import Partner, find_partner

if TYPE_CHECKING:
    from exportin.review.schema import WordRow

__all__ = ["CONTROLS", "Control"]

CONTROLS = ("inhibition", "p53", "labels", "contexts")
_NO_AFFINITY = "1e9 uM"
_PAIRS = (("leptomycin B", "goniothalamin"), ("KPT-185", "PKF050-638"), ("anguinomycin", "CBS9106"))
_SWAPPED = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
_LOWERS = "XPO1_synthesis"


@dataclass(frozen=True)
class Control:
    """What is taken out of every experiment; nothing by default.

    Attributes
    ----------
    name : str
        One of `CONTROLS`, or empty.
    hypotheses : tuple of (str, str)
        Choices in force for all arms.
    """

    name: Literal["", "inhibition", "p53", "labels", "contexts"] = ""
    hypotheses: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.name and self.name not in CONTROLS:
            raise UnknownName("negative control", self.name, CONTROLS)

    def context(self, line: str, *, pathways: bool = True) -> Cell:
        """A cell by name, with the pathways that it has here, or with the export cycle alone."""
        own = find_cell(line)
        cell = find_cell(_exchanged(own.name)) if self.name == "contexts" else own
        if not pathways:
            return cell
        left = [name for name in every_pathway() if not (self.name == "p53" and name == "tp53")]
        return cell.with_pathways(*left).with_hypothesis(**dict(self.hypotheses))

    def compound(self, name: str) -> Compound | Partner:
        """A drug by name."""
        partner = find_partner(name)
        if partner is not None:
            return partner
        drug = find_compound(name)
        if self.name == "labels":
            return find_compound(_SWAPPED.get(drug.name, drug.name))
        if self.name != "inhibition":
            return drug
        affinity = "KD" if drug.mechanism in ("slowly_reversible_covalent", "degrader") else "KI"
        return find_compound(name, **{affinity: _NO_AFFINITY})

    def lets_gene(self, gene: str) -> bool:
        """Whether a gene is there to be changed."""
        return not (self.name == "p53" and gene in every_pathway()["tp53"].proteins)

    def lets(self, row: WordRow) -> bool:
        """Whether a word does what it says."""
        if self.name == "inhibition":
            return row.what != _LOWERS
        known = switches()
        return not (self.name == "p53" and row.what in known and known[row.what].pathway == "tp53")


def _exchanged(name: str) -> str:
    """Another cell: the catalogue turned by a half, so that blood goes to solid tumours and normal cells and back."""
    from exportin.network.cell import cells

    names = list(cells())
    return names[(names.index(name) + len(names) // 2) % len(names)]
