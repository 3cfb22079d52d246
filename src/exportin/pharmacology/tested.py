"""Doses above those that were ever given: computed, and flagged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportin.pharmacology.body import HUMAN, molar_mass, pharmacokinetic_rows
from exportin.pharmacology.compound import Compound

if TYPE_CHECKING:
    from exportin.pharmacology.exposure import Exposure

__all__ = ["beyond_of", "beyond_tested"]


def beyond_tested(compound: Compound, mg: float) -> str | None:
    """What to tell of a dose for a person above the highest that the compound's exposure was measured at; None for one within.

    Examples
    --------
    >>> from exportin.pharmacology.compound import compound
    >>> beyond_tested(compound("selinexor"), 100.0) is None
    True
    >>> beyond_tested(compound("selinexor"), 400.0)
    '400 mg of selinexor is above the tested range, which ends at 145 mg; what it does is extrapolated'
    """
    row = pharmacokinetic_rows().get(f"{compound.symbol}_tested")
    if row is None or mg <= row.value * (1.0 + 1e-9):
        return None
    return f"{mg:g} mg of {compound.name} is above the tested range, which ends at {row.value:g} mg; what it does is extrapolated"


def beyond_of(one: Exposure) -> str | None:
    """`beyond_tested` of the largest dose of a person's regimen.

    Examples
    --------
    >>> from exportin.pharmacology.exposure import regimen
    >>> beyond_of(regimen("selinexor", "60 mg PO once")) is None, beyond_of(regimen("selinexor", "200 mg PO once"))
    (True, '200 mg of selinexor is above the tested range, which ends at 145 mg; what it does is extrapolated')
    """
    if one.route != "oral" or one.body.species != HUMAN or not isinstance(one.compound, Compound):
        return None
    doses = [event.amount for event in one.events if event.target in {"DEPOT", "CENT"}]
    return beyond_tested(one.compound, max(doses) * (molar_mass(one.compound) or 0.0) / 1e15) if doses else None
