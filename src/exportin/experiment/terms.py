"""The quantities that observables are made of, as expressions of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exportin.kernel.code.expression import Algebra, Expr
from exportin.kernel.code.system import System
from exportin.units import AVOGADRO_PER_AMOL

__all__ = ["Terms"]


@dataclass(frozen=True)
class Terms:
    """The model's expressions with what its species are made of.

    Attributes
    ----------
    system : System
    parts : mapping of str to tuple of str
        What each species is made of.
    alleles : tuple of str
        XPO1's alleles that are present.
    riders : tuple of str
        What leaves through the pore in a trimer, each with the allele that carries it.
    """

    system: System
    parts: Mapping[str, Sequence[str]]
    alleles: tuple[str, ...]
    riders: tuple[str, ...]

    @property
    def algebra(self) -> Algebra:
        """What makes the expressions."""
        return self.system.algebra

    def find(self, name: str) -> Expr:
        """What an id of the model means."""
        return self.system.readable[name]

    def amount(self, symbol: str, place: str) -> Expr:
        """Amount (amol) of everything in one compartment that holds `symbol`."""
        algebra, amounts = self.algebra, self.system.amounts
        members = {name: list(parts).count(symbol) for name, parts in self.parts.items() if name.endswith(f"_{place}")}
        return algebra.add(*(algebra.mul(algebra.num(count), amounts[name]) for name, count in members.items() if count))

    def concentration(self, symbol: str, place: str) -> Expr:
        """Concentration (uM) of everything in one compartment that holds `symbol`."""
        return self.algebra.div(self.amount(symbol, place), self.find(f"V{place}"))

    def export_flux(self, symbol: str) -> Expr:
        """Forward export flux (amol/s) of a cargo through all pores, by all alleles; none without a signal."""
        algebra = self.algebra
        rides = [ride for ride in (f"{symbol}_{allele}" for allele in self.alleles) if ride in self.riders]
        trimers = algebra.add(*(self.find(f"{ride}_RANGTP_n") for ride in rides))
        return algebra.mul(self.find(f"{symbol}_mobility"), self.find("N_NPC"), self.find("P_trimer"), trimers)

    def pore_traffic(self) -> Expr:
        """Net trimers that leave through one pore per second."""
        algebra = self.algebra
        net = [algebra.sub(self.find(f"{name}_RANGTP_n"), self.find(f"{name}_RANGTP_c")) for name in self.riders]
        return algebra.mul(self.find("P_trimer"), algebra.add(*net), algebra.num(AVOGADRO_PER_AMOL))
