"""What a cell in a dish or a patient is exposed to: a concentration with start and washout, or an oral regimen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from exportin import units
from exportin.errors import BadQuantity, BadRegimen, NotModelled
from exportin.network.blueprint import DrugSlot
from exportin.pharmacology.compound import Compound
from exportin.pharmacology.compound import compound as find_compound
from exportin.pharmacology.event import Dose, Event, doses_to_events, merge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Exposure", "exposure", "regimen"]

WITH_PHARMACOKINETICS = ("SELINEXOR",)
RUN_IN = 90 * 24 * 3600.0  # s; 24 half-lives of XPO1 where nothing grows (90 h), which forgets last of all that a dose moves


@dataclass(frozen=True)
class Exposure:
    """One drug over time. Build one with `exposure` or `regimen`.

    Attributes
    ----------
    compound : Compound
        The drug.
    route : str
        ``dish`` or ``oral``.
    events : tuple of Event
        Changes of its concentration outside the cell, or doses.
    label : str
        What was asked for, in the user's words.
    fu, accumulation : float or None
        Free fraction outside and free drug inside over free drug outside, where the user gave them.
    """

    compound: Compound
    route: str
    events: tuple[Event, ...]
    label: str
    fu: float | None = None
    accumulation: float | None = None

    @property
    def slot(self) -> DrugSlot:
        """The drug's place in the model."""
        return DrugSlot(self.compound.symbol, self.compound.mechanism, self.route)

    @property
    def given(self) -> dict[str, Any]:
        """Numbers of the model that this exposure brings along."""
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
        alike = (self.compound, self.route, self.fu, self.accumulation) == (other.compound, other.route, other.fu, other.accumulation)
        if not alike:
            raise BadRegimen(f"{self.compound.name}: two exposures of one drug must have the same route, rates and free fraction.")
        if self.route == "oral":
            return replace(self, events=merge((*self.events, *other.events)), label=f"{self.label}; {other.label}")
        first, second = sorted((self, other), key=lambda one: one.events[0].time)
        if first.events[-1].amount > 0 or first.events[-1].time > second.events[0].time:
            raise BadRegimen(f"{self.compound.name}: {first.label!r} and {second.label!r} overlap; give the first a stop.")
        kept = first.events[:-1] if first.events[-1].time == second.events[0].time else first.events
        return replace(first, events=(*kept, *second.events), label=f"{first.label}; {second.label}")


def exposure(
    compound: str | Compound,
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
    compound : str or Compound
        Name in the catalogue, or a compound.
    concentration : str
        Nominal, such as ``"100 nM"``; the free part is `fu` of it.
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
        For doses per square metre or kilogram.
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
    """
    from exportin.pharmacology.regimen import parse_regimen

    drug = _drug(compound)
    if drug.symbol not in WITH_PHARMACOKINETICS or drug.molar_mass is None:
        raise NotModelled(f"{drug.name} has no pharmacokinetics in the tables (selinexor has); give a dish concentration instead.")
    listed: tuple[Any, ...] = parse_regimen(doses, body_surface=body_surface, weight=weight) if isinstance(doses, str) else tuple(doses)
    if not listed or not all(isinstance(dose, Dose) for dose in listed):
        raise BadRegimen("the list of doses is empty or holds something else; read one with read_event_table, or give a text.")
    events = doses_to_events(listed, drug.molar_mass)
    label = doses if isinstance(doses, str) else f"{len(listed)} doses of an event table"
    return Exposure(drug, "oral", tuple(events), label, _share("fu", fu, 1.0), _share("accumulation", accumulation, float("inf")))


def _drug(given: Any) -> Compound:
    if isinstance(given, Compound):
        return given
    if not isinstance(given, str):
        raise BadQuantity(f"{given!r} is not a compound; give its name, or make one with exportin.compound.")
    return find_compound(given)


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


def pharmacokinetics(one: Exposure, seed: int, draw: int | None, patient: int | None) -> Mapping[str, float]:
    """Rates and volumes of one oral exposure for a draw and a patient, by model symbol, internal units."""
    from exportin.network.parameters import uniform_share
    from exportin.pharmacology import pk

    if one.route != "oral":
        return {}
    sets = pk.load_draws()
    model = pk.typical() if draw is None else sets[int(uniform_share(seed, "draw", f"{one.compound.symbol}_pk", draw) * len(sets))]
    if patient is not None:
        model = pk.patient_pk(model, [uniform_share(seed, "patient", f"{one.compound.symbol}_eta{k}", patient) for k in (1, 2)])
    return {f"{one.compound.symbol}_{name}": getattr(model, name) for name in ("KA", "CL", "V2", "Q", "V3")}


def pharmacokinetic_columns(
    one: Exposure, seed: int, draws: NDArray[np.int64] | None, patients: NDArray[np.int64] | None
) -> dict[str, float | NDArray[np.float64]]:
    """`pharmacokinetics` for many positions at once: a number where all share it, else an array, shape (position,)."""
    import numpy as np

    from exportin.network.parameters import uniform_shares
    from exportin.pharmacology import pk

    if one.route != "oral" or (draws is None and patients is None):
        return dict(pharmacokinetics(one, seed, None, None))
    symbol, sets = one.compound.symbol, pk.load_draws()
    chosen = [None] if draws is None else (uniform_shares(seed, "draw", f"{symbol}_pk", draws) * len(sets)).astype(int).tolist()
    etas: list[Any] = [None]
    if patients is not None:
        etas = list(zip(*(uniform_shares(seed, "patient", f"{symbol}_eta{k}", patients).tolist() for k in (1, 2)), strict=True))
    length = max(len(chosen), len(etas))
    made: dict[Any, Any] = {}
    bodies: list[Any] = []
    for which, eta in zip(chosen * (length // len(chosen)), etas * (length // len(etas)), strict=True):
        if (which, eta) not in made:
            typical = pk.typical() if which is None else sets[which]
            made[which, eta] = typical if eta is None else pk.patient_pk(typical, eta)
        bodies.append(made[which, eta])
    return {f"{symbol}_{name}": np.array([getattr(body, name) for body in bodies]) for name in ("KA", "CL", "V2", "Q", "V3")}
