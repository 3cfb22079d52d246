"""Cells: what is measured about each, and what the user changes about it. A cell is immutable; `with_...` gives a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from exportin import units
from exportin.errors import BadQuantity, UnknownName, squash
from exportin.network import parameters
from exportin.network.gene_dose import knocked_down, lowered_names
from exportin.network.given import read_given
from exportin.network.parameters import Parameter
from exportin.network.pathway import find_pathways, pathways
from exportin.network.reporter import CARGOES, Reporter, describe_reporter

if TYPE_CHECKING:
    from exportin.knowledge.schema import CellRow

__all__ = ["CARGOES", "Cell", "Reporter", "cell", "cells"]

VARIANTS = ("XPO1 C528S", "XPO1 E571K")


@dataclass(frozen=True)
class Cell:
    """A cell context: genotype, abundances, volumes, doubling time, and the user's changes. Build one with `cell`.

    Attributes
    ----------
    name : str
        Name in the catalogue.
    facts : CellRow
        Genotype and origin, with sources.
    concentrations : str or None
        Named set of published machinery concentrations; None for the default, whose spread covers the sets.
    """

    name: str
    facts: CellRow = field(repr=False)
    concentrations: str | None = None
    overrides: Mapping[str, float] = field(default_factory=dict)
    scales: Mapping[str, float] = field(default_factory=dict)
    switch_values: Mapping[str, float] = field(default_factory=dict)
    reporters: tuple[Reporter, ...] = ()
    variants: Mapping[str, float] = field(default_factory=dict)
    pathways: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("overrides", "scales", "switch_values", "variants"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[type[Cell], tuple[Any, ...]]:
        plain = (getattr(self, one.name) for one in fields(self))
        return type(self), tuple(dict(one) if isinstance(one, MappingProxyType) else one for one in plain)

    @property
    def cargoes(self) -> tuple[str, ...]:
        """Cargoes that ride on XPO1 one by one: those of the catalogue that no pathway takes over, and the user's own."""
        taken = {symbol for pathway in find_pathways(self.pathways) for symbol in pathway.replaces}
        return tuple(symbol for symbol in CARGOES if symbol not in taken) + tuple(reporter.symbol for reporter in self.reporters)

    def with_pathways(self, *names: str) -> Cell:
        """This cell with these pathways (all of the catalogue where none is named) on top of the export cycle.

        Raises
        ------
        UnknownName

        Examples
        --------
        >>> cell("HeLa").with_pathways("nfkb").pathways
        ('nfkb',)
        """
        chosen = find_pathways(names or pathways())
        return replace(self, pathways=tuple(one.name for one in chosen))

    def with_parameters(self, **changes: float | str) -> Cell:
        """This cell with parameters fixed at given values.

        Parameters
        ----------
        **changes : float or str
            Parameter id to a number in the table's own unit, or to text with a unit. Switches are numbers.

        Raises
        ------
        UnknownName, BadQuantity

        Examples
        --------
        >>> cell("HeLa").with_parameters(XPO1_total=0.6, t_half_XPO1="60 h").parameter("XPO1_total").value
        0.6
        """
        known = {**self._rows(), **parameters.switches()}
        overrides, flipped = dict(self.overrides), dict(self.switch_values)
        for name, given in changes.items():
            if name not in known:
                raise UnknownName("parameter", name, known)
            if name in parameters.switches():
                unit = parameters.switches()[name].unit
                flipped[name] = units.to_internal(read_given(name, given, unit), unit)
            else:
                overrides[name] = read_given(name, given, self._rows()[name].unit)
        return replace(self, overrides=overrides, switch_values=flipped)

    def with_hypothesis(self, **choices: str) -> Cell:
        """This cell under a named hypothesis, for example ``XPO1_mrna_feedback="unchanged"``.

        Examples
        --------
        >>> cell("HeLa").with_hypothesis(XPO1_mrna_feedback="unchanged").switches["XPO1_mrna_feedback"]
        0.0
        """
        flipped = dict(self.switch_values)
        named = {key: row for key, row in parameters.switches().items() if row.choices}
        for name, choice in choices.items():
            if name not in named:
                raise UnknownName("hypothesis", name, named)
            if choice not in named[name].choices:
                raise UnknownName(f"choice for {name}", choice, named[name].choices)
            flipped[name] = named[name].choices[choice]
        return replace(self, switch_values=flipped)

    def with_concentrations(self, name: str | None) -> Cell:
        """This cell with one named set of machinery concentrations (``western`` or ``proteomics``).

        Examples
        --------
        >>> cell("HeLa").with_concentrations("western").parameter("XPO1_total").value
        0.3
        """
        parameters.find_set(name)
        return replace(self, concentrations=name)

    def with_cargo(
        self,
        symbol: str,
        *,
        nes_kd: str,
        total: str = "50 nM",
        mass: str = "60 kDa",
        kimp: str = "0.1 /min",
        leak: str | None = None,
        anchored: bool = False,
    ) -> Cell:
        """This cell with a cargo of the user's own.

        Parameters
        ----------
        symbol : str
            Letters and digits, starting with a letter.
        nes_kd : str
            Dissociation constant of its export signal from XPO1 with RanGTP, such as ``"3 uM"``; ``"none"`` for no signal.
        total, mass, kimp : str
            Whole-cell concentration; mass; import. These and `nes_kd` may be ranges to draw from: `exportin.network.given_range`.
        leak : str, optional
            Passive permeability of the whole envelope, such as ``"1e-3 pL/s"``; by default from the mass.
        anchored : bool
            Held on chromatin once imported: it binds XPO1 but cannot leave.

        Examples
        --------
        >>> cell("HeLa").with_cargo("REPORTER", nes_kd="3 uM").cargoes[-1]
        'REPORTER'
        """
        reporter = describe_reporter(symbol, nes_kd, total, mass, kimp, leak, anchored=anchored)
        others = tuple(other for other in self.reporters if other.symbol != symbol)
        return replace(self, reporters=(*others, reporter))

    def with_variant(self, variant: str, fraction: float = 1.0) -> Cell:
        """This cell with a share of its XPO1 alleles changed: ``"XPO1 C528S"`` or ``"XPO1 E571K"``.

        Examples
        --------
        >>> cell("HeLa").with_variant("XPO1 C528S", fraction=0.5).alleles
        {'XPO1': 0.5, 'XPO1_C528S': 0.5}
        """
        matches = [name for name in VARIANTS if squash(name) == squash(variant)]
        if not matches:
            raise UnknownName("variant", variant, VARIANTS)
        if not (isinstance(fraction, (int, float)) and 0 <= fraction <= 1):
            raise BadQuantity(f"fraction: {fraction!r} is not a share between 0 and 1.")
        return replace(self, variants={**self.variants, matches[0].replace(" ", "_"): float(fraction)})

    def knockdown(self, gene: str, fraction: float) -> Cell:
        """This cell with a gene's protein lowered by `fraction` (0.9 leaves a tenth): its dose in a pathway, else its total or synthesis.

        Examples
        --------
        >>> cell("HEK293").knockdown("TP53", 0.9).scales["TP53_total"]
        0.09999999999999998
        """
        if not (isinstance(fraction, (int, float)) and 0 <= fraction <= 1):
            raise BadQuantity(f"fraction: {fraction!r} is not a share between 0 and 1.")
        return self._scaled(gene, 1 - fraction)

    def overexpress(self, gene: str, fold: float) -> Cell:
        """This cell with `fold` times as much of a gene's protein, where `knockdown` lowers it.

        Examples
        --------
        >>> cell("HEK293").overexpress("XPO1", 3.0).scales["XPO1_total"]
        3.0
        """
        if isinstance(fold, bool) or not (isinstance(fold, (int, float)) and 0 < fold < float("inf")):
            raise BadQuantity(f"fold: {fold!r} is not a number above 0.")
        return self._scaled(gene, float(fold))

    def _scaled(self, gene: str, factor: float) -> Cell:
        known = {**self._rows(), **parameters.switches()}
        names = lowered_names(gene, known)
        if not names:
            raise UnknownName("gene", gene, knocked_down(known))
        return replace(self, scales={**self.scales, **{name: self.scales.get(name, 1.0) * factor for name in names}})

    @property
    def alleles(self) -> Mapping[str, float]:
        """XPO1 alleles with their share of the protein."""
        mutant = sum(self.variants.values())
        if mutant > 1:
            raise BadQuantity(f"the XPO1 variants add up to {mutant:g} of the alleles; at most 1 is possible.")
        shares = {"XPO1": 1 - mutant, **self.variants}
        return {allele: share for allele, share in shares.items() if share > 0}

    @property
    def switches(self) -> Mapping[str, float]:
        """Interventions and hypotheses in force."""
        return {name: self.switch_values.get(name, row.value) for name, row in parameters.switches().items()}

    def parameter(self, name: str) -> Parameter:
        """The row that this cell uses for a parameter.

        Examples
        --------
        >>> cell("K562").parameter("doubling_time").grade
        'measured'
        """
        rows = self._rows()
        if name not in rows:
            raise UnknownName("parameter", name, rows)
        if name in self.overrides:
            return rows[name].replaced(self.overrides[name], "given by the user")
        return rows[name]

    def _rows(self) -> Mapping[str, Parameter]:
        """Defaults, under the cell's own facts, under a set that was asked for."""
        return {**parameters.defaults(), **parameters.context(self.name), **parameters.find_set(self.concentrations)}


def cells() -> tuple[str, ...]:
    """Names of the cells in the catalogue.

    Examples
    --------
    >>> "HeLa" in cells()
    True
    """
    from exportin import knowledge

    return tuple(row.name for row in knowledge.facts("cells"))


def cell(name: str, *, concentrations: str | None = None) -> Cell:
    """A cell of the catalogue.

    Parameters
    ----------
    name : str
        Name or alias; case and punctuation do not matter.
    concentrations : str, optional
        Named set of machinery concentrations, ``western`` or ``proteomics``.

    Raises
    ------
    UnknownName
        With the nearest names.

    Examples
    --------
    >>> cell("hela").name
    'HeLa'
    """
    from exportin import knowledge

    if not isinstance(name, str):
        raise BadQuantity(f"{name!r} is not the name of a cell; the catalogue has {', '.join(cells())}.")
    for row in knowledge.facts("cells"):
        aliases = {squash(row.name), *(squash(alias) for alias in row.aliases)}
        if squash(name) in aliases:
            return Cell(row.name, row).with_concentrations(concentrations)
    raise UnknownName("cell", name, cells())
