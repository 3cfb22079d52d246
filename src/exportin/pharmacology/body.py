"""What the pharmacokinetics of a compound rest on: its label, the user's own numbers, or selinexor's scaled to it and to a species."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from statistics import NormalDist
from typing import TYPE_CHECKING

from exportin import units
from exportin.errors import BadQuantity, NotModelled, UnknownName
from exportin.network.parameters import Parameter, uniform_shares
from exportin.pharmacology import pk
from exportin.pharmacology.compound import PHARMACOKINETIC_RATES, Compound
from exportin.pharmacology.covariates import Covariates, find_sex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "HUMAN", "PERSON", "Body", "basis", "covariate_numbers", "explained", "find_body", "molar_mass", "pharmacokinetic_rows",
    "refuse_without", "site_factors", "typical_bodies",
]  # fmt: skip

REFERENCE = "SELINEXOR"  # whose pharmacokinetics are fitted to its label
HUMAN = "human"


@dataclass(frozen=True)
class Body:
    """Whom a compound is given to: a species, a weight (kg) and a person's sex; None where they are not known."""

    species: str = HUMAN
    weight: float | None = None
    sex: str | None = None

    @property
    def size(self) -> float:
        """Weight over that of the reference person, for whom the reference drug's numbers hold."""
        person = pharmacokinetic_rows()[f"weight_{HUMAN}"].value
        return 1.0 if self.species == HUMAN or self.weight is None else self.weight / person


PERSON = Body()


def find_body(species: str, weight: str | None, sex: str | None = None) -> Body:
    """A body by species; an animal has the table's weight where none is given.

    Raises
    ------
    UnknownName, BadQuantity

    Examples
    --------
    >>> find_body("mouse", None).weight, find_body("dog", "8 kg").weight
    (0.022, 8.0)
    """
    known = {name.removeprefix("weight_"): row.value for name, row in pharmacokinetic_rows().items() if name.startswith("weight_")}
    known.pop("patients")
    if species not in known:
        raise UnknownName("species", str(species), known)
    if sex is not None and species != HUMAN:
        raise BadQuantity(f"sex: it changes pharmacokinetics in man alone; leave it out for a {species}.")
    who = None if sex is None else find_sex(sex)
    if weight is not None:
        return Body(species, units.to_unit(units.parse(weight, "kg", "weight", positive=True), "kg"), who)
    return Body(species, None if species == HUMAN else known[species], who)


def molar_mass(compound: Compound) -> float | None:
    """g/mol: the catalogue's or the user's, else the assumed one of the pharmacokinetic table.

    Examples
    --------
    >>> from exportin.pharmacology.compound import compound
    >>> molar_mass(compound("selinexor")), molar_mass(compound("KPT-276"))
    (443.31, 426.3)
    """
    row = pharmacokinetic_rows().get(f"{compound.symbol}_molar_mass")
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
        row = pharmacokinetic_rows()[name]
        if draws is None:
            return [row.value]
        return row.quantiles(uniform_shares(seed, "draw", name, draws)).tolist()

    by_size = [(1.0, 1.0)] * count
    if body.species == HUMAN and (body.weight is not None or body.sex is not None) and not _is_given(compound):
        by_size = [_by_covariates(body, covariate_numbers(draw, seed)) for draw in ([None] if draws is None else draws)]
    elif body.size != 1.0:
        by_size = [(body.size**CL, body.size**V) for CL, V in zip(levels("CL_exponent"), levels("V_exponent"), strict=True)]
    own = [(1.0, 1.0, 1.0)] * count
    if _is_scaled(compound) and not _is_given(compound):
        own = list(zip(*(levels(f"{compound.symbol}_{part}_fold") for part in ("CL", "V", "KA")), strict=True))
    return [(CL * own_CL, V * own_V, CL / V * own_KA) for (CL, V), (own_CL, own_V, own_KA) in zip(by_size, own, strict=True)]


def covariate_numbers(draw: int | None, seed: int = 0) -> Covariates:
    """What weight and sex change, at a draw; None is the values of the tables.

    Examples
    --------
    >>> covariate_numbers(None).CL_weight
    0.35
    """
    rows = [pharmacokinetic_rows()[name] for name in ("CL_weight", "V_weight", "CL_female")]
    if draw is None:
        values = [row.value for row in rows]
    else:
        values = [float(row.quantile(float(uniform_shares(seed, "draw", row.id, [draw])[0]))) for row in rows]
    among = pharmacokinetic_rows()["weight_patients"]
    spread = math.log(among.quantile(0.84) / among.quantile(0.16)) / (2.0 * NormalDist().inv_cdf(0.84))
    return Covariates(*values, weight=among.value, weight_between=spread)


def explained(compound: Compound, body: Body, draw: int | None, seed: int) -> float:
    """Standard deviation of the logarithm of clearance that what is known of the patient explains; the label's spread holds it already."""
    if body.species != HUMAN or _is_given(compound):
        return 0.0
    return covariate_numbers(draw, seed).explained(weight=body.weight is not None, sex=body.sex is not None)


def site_factors(site: str, seed: int, draws: Sequence[int] | None) -> NDArray[np.float64]:
    """Free drug at a site over that in plasma, shape (draw,).

    Raises
    ------
    UnknownName

    Examples
    --------
    >>> site_factors("marrow", 0, None).tolist()
    [1.0]
    """
    import numpy as np

    known = {name.removeprefix("site_").replace("_", " "): row for name, row in pharmacokinetic_rows().items() if name.startswith("site_")}
    if site not in known:
        raise UnknownName("site", str(site), known)
    row = known[site]
    return np.array([row.value]) if draws is None else row.quantiles(uniform_shares(seed, "draw", row.id, list(draws)))


def _by_covariates(body: Body, covariates: Covariates) -> tuple[float, float]:
    """Factors on clearance and volumes of a person whose weight or sex is known."""
    weight = covariates.weight if body.weight is None else body.weight
    clearance = covariates.clearance(weight, body.sex == "female")
    if body.sex is None:  # the middle of the two
        clearance = clearance * covariates.CL_female**0.5
    return float(clearance), float(covariates.volume(weight))


def _changed(one: pk.OralTwoCompartment, CL: float, V: float, KA: float) -> pk.OralTwoCompartment:
    """A body with its numbers multiplied; exchange between the compartments goes with clearance."""
    return pk.OralTwoCompartment(one.KA * KA, one.CL * CL, one.V2 * V, one.Q * CL, one.V3 * V)


def _is_given(compound: Compound) -> bool:
    return f"{compound.symbol}_{PHARMACOKINETIC_RATES[0]}" in compound.rates


def _is_scaled(compound: Compound) -> bool:
    return f"{compound.symbol}_CL_fold" in pharmacokinetic_rows()


def _names() -> list[str]:
    """Display names of the compounds with pharmacokinetics."""
    from exportin import knowledge

    known = pharmacokinetic_rows()
    return [row.name for row in knowledge.facts("compounds") if row.symbol == REFERENCE or f"{row.symbol}_CL_fold" in known]


@functools.cache
def pharmacokinetic_rows() -> Mapping[str, Parameter]:
    """The rows of ``pharmacokinetics.tsv`` by id.

    Examples
    --------
    >>> pharmacokinetic_rows()["weight_mouse"].value
    0.022
    """
    from exportin.knowledge.distribution import Distribution
    from exportin.knowledge.schema import ParameterRow
    from exportin.knowledge.table import read_table

    with resources.as_file(resources.files("exportin.pharmacology") / "pharmacokinetics.tsv") as path:
        rows = read_table(path, ParameterRow)
    return {
        row.id: Parameter(row.id, row.value, row.unit, Distribution.parse(row.distribution), row.grade, row.system, row.source, row.reason)
        for row in rows
    }
