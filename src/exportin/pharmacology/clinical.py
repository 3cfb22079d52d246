"""Free drug in patients on an approved dose, to hold beside doses in a dish."""

from __future__ import annotations

from dataclasses import dataclass

from exportin.errors import UnknownName
from exportin.network.parameters import defaults
from exportin.pharmacology import pk
from exportin.pharmacology.body import REFERENCE, molar_mass, pharmacokinetic_rows
from exportin.pharmacology.compound import compound

__all__ = ["ClinicalFree", "clinical_free"]

DAY = 86_400.0  # s


@dataclass(frozen=True)
class ClinicalFree:
    """Free drug in plasma of the typical patient after one dose.

    Attributes
    ----------
    drug : str
    dose : str
    average, peak : float
        uM, over the first day and at its height.
    """

    drug: str
    dose: str
    average: float
    peak: float

    def __str__(self) -> str:
        return (f"Free {self.drug} in plasma after {self.dose} by mouth: {1000 * self.average:.2g} nM over the day, "
                f"{1000 * self.peak:.2g} nM at the peak.")  # fmt: skip


def clinical_free(drug: str) -> ClinicalFree | None:
    """Free drug on the approved dose; None for a drug without one here.

    Examples
    --------
    >>> clinical_free("selinexor").dose, round(clinical_free("selinexor").peak, 3)
    ('80 mg', 0.077)
    >>> clinical_free("KPT-185") is None
    True
    """
    try:
        found = compound(drug)
    except UnknownName:
        return None
    row = pharmacokinetic_rows().get(f"{found.symbol}_approved")
    if row is None or found.symbol != REFERENCE or found.rates:
        return None
    body, free = pk.typical(), defaults()[f"{found.symbol}_fu_plasma"].value
    amount = row.value * 1e15 / (molar_mass(found) or 1.0)
    left = body.propagate(DAY) @ [amount, 0.0, 0.0]
    average = (amount - left.sum()) / body.CL / DAY
    return ClinicalFree(found.name, f"{row.value:g} {row.unit}", free * average, free * body.cmax_tmax(amount)[0])
