"""Doses as they are prescribed, and what they are to the model: a concentration set, an amount or a rate added at one instant.

Regimens and event tables both become `Dose`s, and these one sorted tuple of `Event`s, which is all that the solver and
the closed form know about dosing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from exportin.errors import BadRegimen

__all__ = ["Dose", "Event", "doses_to_events", "merge"]

_ACTION_OF = {"outside": "set", "DEPOT": "add", "CENT": "add", "infusion": "add"}


@dataclass(frozen=True, order=True)
class Event:
    """One instantaneous change of an exposure.

    Parameters
    ----------
    time : float
        s; negative in the run-in to a steady state.
    target : str
        ``"outside"`` (concentration in the dish, uM), ``"DEPOT"`` or ``"CENT"`` (amount, amol), or ``"infusion"``
        (rate into CENT, amol/s).
    action : str
        ``"set"`` for ``"outside"``, ``"add"`` for the others.
    amount : float
        In the unit of the target; only an infusion may be negative (its end).

    Raises
    ------
    BadRegimen
        If the target or action is unknown, or a number is not finite or has the wrong sign.

    Examples
    --------
    >>> Event(0.0, "DEPOT", "add", 5.0)
    Event(time=0.0, target='DEPOT', action='add', amount=5.0)
    >>> Event(0.0, "DEPOT", "set", 5.0)
    Traceback (most recent call last):
    ...
    exportin.errors.BadRegimen: An event cannot 'set' 'DEPOT'; expected one of: set outside, add DEPOT, add CENT, add infusion.
    """

    time: float
    target: str
    action: str
    amount: float

    def __post_init__(self) -> None:
        if _ACTION_OF.get(self.target) != self.action:
            known = ", ".join(f"{action} {target}" for target, action in _ACTION_OF.items())
            raise BadRegimen(f"An event cannot {self.action!r} {self.target!r}; expected one of: {known}.")
        if not (math.isfinite(self.time) and math.isfinite(self.amount)):
            raise BadRegimen(f"An event at {self.time!r} s with amount {self.amount!r} is not finite; expected finite numbers.")
        if self.amount < 0 and self.target != "infusion":
            raise BadRegimen(f"An event cannot {self.action} {self.amount!r} to {self.target}; expected a non-negative amount.")


@dataclass(frozen=True, order=True)
class Dose:
    """One dose to one patient.

    Parameters
    ----------
    time : float
        s; day 1 is 0, negative in the run-in to a steady state.
    amount : float
        mg.
    compartment : str
        ``"DEPOT"`` (by mouth) or ``"CENT"`` (intravenous).
    duration : float
        Length of an infusion into CENT, s; 0 is a bolus.

    Raises
    ------
    BadRegimen
        If the amount is not positive, a number is not finite, or an infusion goes into the depot.
    """

    time: float
    amount: float
    compartment: str = "DEPOT"
    duration: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.time) and math.isfinite(self.amount) and self.amount > 0):
            raise BadRegimen(f"A dose of {self.amount!r} mg at {self.time!r} s is not a positive finite amount at a finite time.")
        if self.compartment not in {"DEPOT", "CENT"}:
            raise BadRegimen(f"A dose into {self.compartment!r} is unknown; expected DEPOT (oral) or CENT (intravenous).")
        if not (math.isfinite(self.duration) and self.duration >= 0) or (self.duration > 0 and self.compartment == "DEPOT"):
            raise BadRegimen(f"A dose into {self.compartment} over {self.duration!r} s is not possible; only CENT is infused.")


def doses_to_events(doses: Iterable[Dose], molar_mass_g_per_mol: float) -> tuple[Event, ...]:
    """Doses (mg) as events (amol, amol/s), simultaneous ones joined; an infusion is two events.

    Examples
    --------
    >>> [(event.target, round(event.amount / 1e14, 4)) for event in doses_to_events([Dose(0.0, 80.0)], 443.31)]
    [('DEPOT', 1.8046)]
    """
    if not (math.isfinite(molar_mass_g_per_mol) and molar_mass_g_per_mol > 0):
        raise BadRegimen(f"A molar mass of {molar_mass_g_per_mol!r} g/mol is not positive and finite; selinexor's is 443.31.")
    events = []
    for dose in doses:
        amount = dose.amount * 1e15 / molar_mass_g_per_mol  # 1 mg is 1e-3 g, 1 mol is 1e18 amol
        if dose.duration == 0:
            events.append(Event(dose.time, dose.compartment, "add", amount))
        else:
            rate = amount / dose.duration
            events += [Event(dose.time, "infusion", "add", rate), Event(dose.time + dose.duration, "infusion", "add", -rate)]
    return merge(events)


def merge(events: Iterable[Event]) -> tuple[Event, ...]:
    """Sort events and join simultaneous ones, so that the order of the records changes nothing.

    Adds to one target at one time are summed exactly, and a sum of zero (one infusion ends as an equal one starts) is
    dropped. Where one exposure stops as another starts, the start wins over the stop.

    Parameters
    ----------
    events : iterable of Event

    Returns
    -------
    events : tuple of Event
        Sorted; at most one a time and target.

    Raises
    ------
    BadRegimen
        If one target is set to two different concentrations at one time.

    Examples
    --------
    >>> merge([Event(60.0, "CENT", "add", 1.0), Event(0.0, "DEPOT", "add", 2.0), Event(0.0, "DEPOT", "add", 3.0)])
    (Event(time=0.0, target='DEPOT', action='add', amount=5.0), Event(time=60.0, target='CENT', action='add', amount=1.0))
    """
    together: dict[tuple[float, str, str], list[float]] = defaultdict(list)
    for event in events:
        together[event.time, event.target, event.action].append(event.amount)
    merged = []
    for (time, target, action), amounts in sorted(together.items()):
        amount = math.fsum(amounts) if action == "add" else _level(time, target, amounts)
        if action == "set" or amount != 0:
            merged.append(Event(time, target, action, amount))
    return tuple(merged)


def _level(time: float, target: str, amounts: list[float]) -> float:
    """The one concentration meant by simultaneous sets."""
    levels = sorted({amount for amount in amounts if amount > 0})
    if len(levels) > 1:
        both = f"{levels[0]:g} uM and to {levels[-1]:g} uM"
        raise BadRegimen(f"{target!r} is set to {both} at {time:g} s; expected one concentration at a time.")
    return levels[0] if levels else 0.0
