"""Drug in patients on a dose that is given, to hold beside doses in a dish."""

from __future__ import annotations

from dataclasses import dataclass

from exportin.errors import UnknownName
from exportin.network.parameters import defaults
from exportin.pharmacology import pk
from exportin.pharmacology.body import REFERENCE, molar_mass, pharmacokinetic_rows
from exportin.pharmacology.compound import Compound, compound
from exportin.pharmacology.partner import Partner, find_partner

__all__ = ["InPatients", "in_patients"]

DAY = 86_400.0  # s


@dataclass(frozen=True)
class InPatients:
    """Drug in plasma on a dose.

    Attributes
    ----------
    drug : str
    dose : str
        With the route, and how often where that matters.
    kind : str
        ``free``, or ``total`` where that is what the model's input counts.
    low, high : float
        uM.
    span : str
        What `low` and `high` are, in words.
    """

    drug: str
    dose: str
    kind: str
    low: float
    high: float
    span: str

    def __str__(self) -> str:
        levels = f"{_amount(self.low)} to {_amount(self.high)}, {self.span}"
        return f"{self.kind.capitalize()} {self.drug} in plasma, {self.dose}: {levels}."


def _amount(level: float) -> str:
    """Two digits, in nM below one uM.

    Examples
    --------
    >>> _amount(0.0421), _amount(0.154), _amount(11.4)
    ('42 nM', '150 nM', '11 uM')
    """
    value, unit = (level, "uM") if level >= 1.0 else (1000 * level, "nM")
    return f"{float(f'{value:.2g}'):g} {unit}"


def in_patients(drug: str) -> InPatients | None:
    """What patients have of a drug; None for one that none has, or of which the tables say nothing.

    Examples
    --------
    >>> in_patients("selinexor").dose, round(in_patients("selinexor").high, 3)
    ('80 mg by mouth', 0.077)
    >>> print(in_patients("bortezomib"))
    Free bortezomib in plasma, 1.3 mg/m2 under the skin: 5.1 nM to 13 nM, the spread of what is published.
    >>> in_patients("imatinib").kind
    'total'
    >>> in_patients("KPT-185") is None
    True
    """
    partner = find_partner(drug)
    if partner is not None:
        return _of_partner(partner)
    try:
        return _of_compound(compound(drug))
    except UnknownName:
        return None


def _of_compound(found: Compound) -> InPatients | None:
    """The typical patient's free drug, from the average of the first day to the peak."""
    row = pharmacokinetic_rows().get(f"{found.symbol}_approved")
    if row is None or found.symbol != REFERENCE or found.rates:
        return None
    body, free = pk.typical(), defaults()[f"{found.symbol}_fu_plasma"].value
    amount = row.value * 1e15 / (molar_mass(found) or 1.0)
    left = body.propagate(DAY) @ [amount, 0.0, 0.0]
    average = (amount - left.sum()) / body.CL / DAY
    span = "from the average of the day to the peak"
    return InPatients(found.name, f"{row.value:g} {row.unit} by mouth", "free", free * average, free * body.cmax_tmax(amount)[0], span)


def _of_partner(partner: Partner) -> InPatients | None:
    """The published level, times the free share where the model's input is free drug, at both ends of their spreads."""
    rows = pharmacokinetic_rows()
    level = rows.get(f"{partner.symbol}_level")
    if level is None:
        return None
    low, high = level.quantile(0.0), level.quantile(1.0)
    total = partner.amount.startswith("total")
    if not total:
        free = rows[f"{partner.symbol}_fu_plasma"]
        low, high = low * free.quantile(0.0), high * free.quantile(1.0)
    return InPatients(partner.name, level.system, "total" if total else "free", low, high, "the spread of what is published")
