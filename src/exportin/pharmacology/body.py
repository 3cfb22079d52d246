"""What the pharmacokinetics of a compound rest on: its label, the user's own numbers, or selinexor's scaled to it and to a species."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from exportin import units
from exportin.errors import NotModelled, UnknownName
from exportin.network.parameters import Parameter, uniform_shares
from exportin.pharmacology import pk
from exportin.pharmacology.compound import PHARMACOKINETIC_RATES, Compound

__all__ = ["HUMAN", "PERSON", "Body", "basis", "find_body", "molar_mass", "refuse_without", "typical_bodies"]

REFERENCE = "SELINEXOR"  # whose pharmacokinetics are fitted to its label
HUMAN = "human"


@dataclass(frozen=True)
class Body:
    """Whom a compound is given to: a species and a weight (kg); a person's weight changes nothing, it is in the spread of patients."""

    species: str = HUMAN
    weight: float | None = None

    @property
    def size(self) -> float:
        """Weight over that of the reference person, for whom the reference drug's numbers hold."""
        person = _rows()[f"weight_{HUMAN}"].value
        return 1.0 if self.species == HUMAN or self.weight is None else self.weight / person


PERSON = Body()


def find_body(species: str, weight: str | None) -> Body:
    """A body by species; the table's weight where none is given.

    Raises
    ------
    UnknownName, BadQuantity

    Examples
    --------
    >>> find_body("mouse", None).weight, find_body("dog", "8 kg").weight
    (0.022, 8.0)
    """
    known = {name.removeprefix("weight_"): row.value for name, row in _rows().items() if name.startswith("weight_")}
    if species not in known:
        raise UnknownName("species", str(species), known)
    if weight is not None:
        return Body(species, units.to_unit(units.parse(weight, "kg", "weight", positive=True), "kg"))
    return Body(species, None if species == HUMAN else known[species])


def molar_mass(compound: Compound) -> float | None:
    """g/mol: the catalogue's or the user's, else the assumed one of the pharmacokinetic table.

    Examples
    --------
    >>> from exportin.pharmacology.compound import compound
    >>> molar_mass(compound("selinexor")), molar_mass(compound("KPT-276"))
    (443.31, 426.3)
    """
    row = _rows().get(f"{compound.symbol}_molar_mass")
    return compound.molar_mass if compound.molar_mass is not None or row is None else row.value


def refuse_without(compound: Compound) -> None:
    """Refuse a compound that nothing says how a body handles, or whose dose in mg cannot be turned into moles.

    Raises
    ------
    NotModelled
    """
    if not (_is_given(compound) or compound.symbol == REFERENCE or _is_scaled(compound)):
        raise NotModelled(
            f"{compound.name} has no pharmacokinetics in the tables ({', '.join(_names())} have); "
            f"give a dish concentration instead, or a compound with its own {', '.join(PHARMACOKINETIC_RATES)}."
        )
    if molar_mass(compound) is None:
        raise NotModelled(f"{compound.name} has no molar mass, so a dose in mg is no number of molecules; give molar_mass='400 g/mol'.")


def basis(compound: Compound, body: Body) -> str:
    """What the pharmacokinetics rest on, in words for the provenance.

    Examples
    --------
    >>> from exportin.pharmacology.compound import compound
    >>> basis(compound("selinexor"), Body())
    "fitted: selinexor's label"
    >>> basis(compound("eltanexor"), Body("mouse", 0.022))
    "assumed: selinexor's, with folds that span what is not known; scaled by body weight to a mouse of 0.022 kg"
    """
    scaled = "" if body.species == HUMAN else f"; scaled by body weight to a {body.species} of {body.weight:g} kg"
    if _is_given(compound):
        return f"given by the user{scaled}"
    if compound.symbol == REFERENCE:
        return f"{'assumed' if scaled else 'fitted'}: selinexor's label{scaled}"
    return f"assumed: selinexor's, with folds that span what is not known{scaled}"


def typical_bodies(compound: Compound, body: Body, seed: int, draws: Sequence[int] | None) -> list[pk.OralTwoCompartment]:
    """The typical patient's rates and volumes in each draw; None is the values of the tables, once.

    Examples
    --------
    >>> from exportin.pharmacology.compound import compound
    >>> human, mouse = (typical_bodies(compound("selinexor"), one, 0, None)[0] for one in (Body(), Body("mouse", 0.07)))
    >>> round(mouse.V2 / human.V2, 6), round(mouse.CL / human.CL, 6)
    (0.001, 0.005623)
    """
    symbol, count = compound.symbol, 1 if draws is None else len(draws)
    if _is_given(compound):
        given = pk.OralTwoCompartment(**{rate: compound.rates[f"{symbol}_{rate}"].internal for rate in PHARMACOKINETIC_RATES})
        bodies = [given] * count
    elif draws is None:
        bodies = [pk.typical()]
    else:
        sets = pk.load_draws()
        bodies = [sets[int(share * len(sets))] for share in uniform_shares(seed, "draw", f"{symbol}_pk", draws)]
    factors = _factors(compound, body, seed, draws, count)
    return [one if factor == (1.0, 1.0, 1.0) else _changed(one, *factor) for one, factor in zip(bodies, factors, strict=True)]


def _factors(compound: Compound, body: Body, seed: int, draws: Sequence[int] | None, count: int) -> list[tuple[float, float, float]]:
    """Factors on clearance, volumes and absorption in each draw: of the body's size, then of the compound over the reference drug."""

    def levels(name: str) -> list[float]:
        row = _rows()[name]
        if draws is None:
            return [row.value]
        return row.quantiles(uniform_shares(seed, "draw", name, draws)).tolist()

    by_size = [(1.0, 1.0)] * count
    if body.size != 1.0:
        by_size = [(body.size**CL, body.size**V) for CL, V in zip(levels("CL_exponent"), levels("V_exponent"), strict=True)]
    own = [(1.0, 1.0, 1.0)] * count
    if _is_scaled(compound) and not _is_given(compound):
        own = list(zip(*(levels(f"{compound.symbol}_{part}_fold") for part in ("CL", "V", "KA")), strict=True))
    return [(CL * own_CL, V * own_V, CL / V * own_KA) for (CL, V), (own_CL, own_V, own_KA) in zip(by_size, own, strict=True)]


def _changed(one: pk.OralTwoCompartment, CL: float, V: float, KA: float) -> pk.OralTwoCompartment:
    """A body with its numbers multiplied; exchange between the compartments goes with clearance."""
    return pk.OralTwoCompartment(one.KA * KA, one.CL * CL, one.V2 * V, one.Q * CL, one.V3 * V)


def _is_given(compound: Compound) -> bool:
    return f"{compound.symbol}_{PHARMACOKINETIC_RATES[0]}" in compound.rates


def _is_scaled(compound: Compound) -> bool:
    return f"{compound.symbol}_CL_fold" in _rows()


def _names() -> list[str]:
    """Display names of the compounds with pharmacokinetics."""
    from exportin import knowledge

    return [row.name for row in knowledge.facts("compounds") if row.symbol == REFERENCE or f"{row.symbol}_CL_fold" in _rows()]


@functools.cache
def _rows() -> Mapping[str, Parameter]:
    """The rows of ``pharmacokinetics.tsv`` by id."""
    from exportin.knowledge.distribution import Distribution
    from exportin.knowledge.schema import ParameterRow
    from exportin.knowledge.table import read_table

    with resources.as_file(resources.files("exportin.pharmacology") / "pharmacokinetics.tsv") as path:
        rows = read_table(path, ParameterRow)
    return {
        row.id: Parameter(row.id, row.value, row.unit, Distribution.parse(row.distribution), row.grade, row.system, row.source, row.reason)
        for row in rows
    }
