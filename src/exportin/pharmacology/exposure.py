"""What a cell in a dish or a patient is exposed to: a concentration with start and washout, or an oral regimen."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from exportin import units
from exportin.errors import BadQuantity, BadRegimen, NotModelled
from exportin.network.blueprint import DrugSlot
from exportin.network.parameters import defaults
from exportin.pharmacology.body import (
    HUMAN,
    PERSON,
    Body,
    basis,
    find_body,
    molar_mass,
    refuse_without,
    site_factors,
)
from exportin.pharmacology.compound import Compound
from exportin.pharmacology.compound import compound as find_compound
from exportin.pharmacology.event import Dose, Event, doses_to_events, merge
from exportin.pharmacology.partner import Partner, find_partner

if TYPE_CHECKING:
    pass

__all__ = ["Exposure", "exposure", "join_exposures", "regimen"]

RUN_IN = 90 * 24 * 3600.0  # s; 24 half-lives of XPO1 where nothing grows (90 h), which forgets last of all that a dose moves


@dataclass(frozen=True)
class Exposure:
    """One drug over time. Build one with `exposure` or `regimen`.

    Attributes
    ----------
    compound : Compound or Partner
        The drug: an inhibitor of XPO1, or one that acts on something else.
    route : str
        ``dish`` or ``oral``.
    events : tuple of Event
        Changes of its concentration outside the cell, or doses.
    label : str
        What was asked for, in the user's words.
    fu, accumulation : float or None
        Free fraction outside and free drug inside over free drug outside, where the user gave them.
    body : Body
        Whom a regimen is given to.
    site : str or None
        Where the cells are, if free drug there is not that of plasma.
    """

    compound: Compound | Partner
    route: str
    events: tuple[Event, ...]
    label: str
    fu: float | None = None
    accumulation: float | None = None
    body: Body = PERSON
    site: str | None = None

    @property
    def slot(self) -> DrugSlot | None:
        """The drug's place at XPO1; None for one that acts on something else."""
        if isinstance(self.compound, Partner):
            return None
        harm = f"{self.compound.symbol}_offtarget_EC50"
        return DrugSlot(self.compound.symbol, self.compound.mechanism, self.route, harm in self.compound.rates or harm in defaults())

    @property
    def basis(self) -> str | None:
        """What its pharmacokinetics rest on; None in a dish."""
        return basis(self.compound, self.body) if self.route == "oral" and isinstance(self.compound, Compound) else None

    @property
    def given(self) -> dict[str, Any]:
        """Numbers of the model that this exposure brings along."""
        if isinstance(self.compound, Partner):
            return {}
        symbol = self.compound.symbol
        numbers: dict[str, Any] = dict(self.compound.rates)
        if self.fu is not None:
            numbers[f"{symbol}_fu"] = self.fu
        if self.accumulation is not None:
            numbers[f"{symbol}_accumulation"] = self.accumulation
        return numbers

    def joined(self, other: Exposure) -> Exposure:
        """This exposure followed by another of the same drug in the same dish (dose steps).

        Raises
        ------
        BadRegimen
            If they overlap, differ in route or in the compound's rates.
        """
        mine, others = ((one.compound, one.route, one.fu, one.accumulation, one.body, one.site) for one in (self, other))
        if mine != others:
            raise BadRegimen(f"{self.compound.name}: two exposures of one drug must have the same route, rates, free fraction and body.")
        if self.route == "oral":
            return replace(self, events=merge((*self.events, *other.events)), label=f"{self.label}; {other.label}")
        first, second = sorted((self, other), key=lambda one: one.events[0].time)
        if first.events[-1].amount > 0 or first.events[-1].time > second.events[0].time:
            raise BadRegimen(f"{self.compound.name}: {first.label!r} and {second.label!r} overlap; give the first a stop.")
        kept = first.events[:-1] if first.events[-1].time == second.events[0].time else first.events
        return replace(first, events=(*kept, *second.events), label=f"{first.label}; {second.label}")


def exposure(
    compound: str | Compound | Partner,
    concentration: str,
    *,
    start: str = "0 h",
    stop: str | None = None,
    fu: float | None = None,
    accumulation: float | None = None,
) -> Exposure:
    """A drug in the dish at a nominal concentration, washed out at `stop`.

    Parameters
    ----------
    compound : str, Compound or Partner
        Name in the catalogue, or a compound; also a drug that acts on something else than XPO1 (``xp.facts("partners")``).
    concentration : str
        Nominal, such as ``"100 nM"``; the free part is `fu` of it. For a partner what its row calls `amount`, mostly free drug in the
        cell, and `fu` of it where that is given.
    start, stop : str
        When it is added and washed out.
    fu : float, optional
        Free fraction in the medium; by default the table's, with its spread.
    accumulation : float, optional
        Free drug inside over free drug outside at rest; by default the table's.

    Examples
    --------
    >>> exposure("LMB", "50 nM", stop="2 h").events[-1].amount
    0.0
    """
    drug = _drug(compound)
    level = units.parse(concentration, "uM", "concentration")
    if isinstance(drug, Partner):
        if accumulation is not None:
            raise BadQuantity(f"accumulation: what is given of {drug.name} is {drug.amount}; give that concentration itself.")
        level *= _share("fu", fu, 1.0) or 1.0
        fu = None
    begin = units.parse(start, "h", "start")
    events = [Event(begin, "outside", "set", level)]
    if stop is not None:
        end = units.parse(stop, "h", "stop")
        if end <= begin:
            raise BadQuantity(f"stop: {stop!r} does not lie after start {start!r}.")
        events.append(Event(end, "outside", "set", 0.0))
    label = f"{concentration} from {start}" + (f" to {stop}" if stop is not None else "")
    return Exposure(drug, "dish", tuple(events), label, _share("fu", fu, 1.0), _share("accumulation", accumulation, float("inf")))


def regimen(
    compound: str | Compound,
    doses: str | Iterable[Dose],
    *,
    body_surface: str | None = None,
    weight: str | None = None,
    species: str = HUMAN,
    sex: str | None = None,
    site: str | None = None,
    fu: float | None = None,
    accumulation: float | None = None,
) -> Exposure:
    """An oral or intravenous regimen of a drug whose pharmacokinetics are known.

    Parameters
    ----------
    compound : str or Compound
        Name in the catalogue, or a compound.
    doses : str or iterable of Dose
        Text such as ``"60 mg PO days 1,3 every 7 d for 28 d"``, or the doses of one patient of an event table
        (`exportin.pharmacology.nonmem.read_event_table`).
    body_surface, weight : str, optional
        For doses per square metre or kilogram. Weight also changes pharmacokinetics: an animal's scales them, a person's is a covariate
        of clearance and volumes, beside which patients differ less.
    species : str
        ``human``, or an animal, to which the human numbers are scaled by weight.
    sex : str, optional
        ``female`` or ``male``: a covariate of clearance; by default the middle.
    site : str, optional
        Where the cells are: ``marrow`` or ``brain tumour``, whose free drug is a share of that in plasma; by default as in plasma.
    fu, accumulation : float, optional
        Free fraction in plasma, and free drug inside over outside; by default the tables'.

    Raises
    ------
    BadRegimen
        Pointing at the offending word.
    NotModelled
        If the compound has no pharmacokinetics.

    Examples
    --------
    >>> len(regimen("selinexor", "60 mg PO days 1,3 every 7 d for 28 d").events)
    8
    >>> regimen("KPT-276", "150 mg/kg PO tiw for 7 d", species="mouse").basis
    "assumed: selinexor's, with folds that span what is not known; scaled by body weight to a mouse of 0.022 kg"
    """
    from exportin.pharmacology.regimen import parse_regimen

    drug = _drug(compound)
    if isinstance(drug, Partner):
        raise NotModelled(f"{drug.name} has no pharmacokinetics here; give what cells see of it with exportin.exposure.")
    refuse_without(drug)
    body = find_body(species, weight, sex)
    if site is not None:
        site_factors(site, 0, None)
    if weight is None and body.weight is not None:
        weight = f"{body.weight!r} kg"
    listed: tuple[Any, ...] = parse_regimen(doses, body_surface=body_surface, weight=weight) if isinstance(doses, str) else tuple(doses)
    if not listed or not all(isinstance(dose, Dose) for dose in listed):
        raise BadRegimen("the list of doses is empty or holds something else; read one with read_event_table, or give a text.")
    events = doses_to_events(listed, molar_mass(drug) or 0.0)
    label = doses if isinstance(doses, str) else f"{len(listed)} doses of an event table"
    shares = _share("fu", fu, 1.0), _share("accumulation", accumulation, float("inf"))
    return Exposure(drug, "oral", tuple(events), label, *shares, body, site)


def _drug(given: Any) -> Compound | Partner:
    if isinstance(given, (Compound, Partner)):
        return given
    if not isinstance(given, (str, os.PathLike)):
        raise BadQuantity(f"{given!r} is not a compound; give its name or its file, or make one with exportin.compound.")
    return find_partner(given) or find_compound(cast("str | os.PathLike[str]", given))


def _share(name: str, given: Any, most: float) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 < given <= most or given == float("inf"):
        raise BadQuantity(f"{name}: {given!r} is not a number above 0" + (f" and at most {most:g}." if most < 1e9 else "."))
    return float(given)


def join_exposures(exposures: Iterable[Exposure]) -> tuple[Exposure, ...]:
    """One exposure a drug, dose steps joined."""
    joined: dict[str, Exposure] = {}
    for one in exposures:
        symbol = one.compound.symbol
        joined[symbol] = joined[symbol].joined(one) if symbol in joined else one
    return tuple(joined.values())
