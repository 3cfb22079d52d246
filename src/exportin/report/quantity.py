"""How each observable is shown: its name for people, its unit and scale, and what shares an axis with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from exportin.result import Result

__all__ = ["NOT_CARGO", "Quantity", "describe", "display_name", "display_number", "display_time", "plain_unit"]

NOT_CARGO = ("XPO1", "RAN", "RANGTP", "RCC1", "NUTF2", "RANGAP1", "RANBP2", "BACKGROUND", "REFERENCE")
LONGEST_IN_HOURS = 72.0
_OWN_NAMES = {"RANGTP": "RanGTP", "BACKGROUND": "background cargo", "REFERENCE": "reference cargo"}
_SINGLE = {
    "XPO1_occupancy": ("XPO1 occupancy", "% of XPO1", 100.0, "occupancy"),
    "XPO1_active": ("drug-free XPO1", "% of untreated", 100.0, "capacity"),
    "export_capacity": ("export capacity", "% of untreated", 100.0, "capacity"),
    "XPO1_total": ("XPO1 protein", "uM", 1.0, "protein"),
    "XPO1_mrna": ("XPO1 mRNA", "relative to untreated", 1.0, "mrna"),
    "pore_traffic": ("net exports a pore", "1/s", 1.0, "traffic"),
    "apoptotic_fraction": ("apoptotic cells", "% of cells", 100.0, "fate"),
    "viability": ("viability", "% of untreated", 100.0, "viability"),
    "lineage": ("progeny, living and dead", "% of untreated", 100.0, "viability"),
    "G1_fraction": ("cells in G1", "% of cells", 100.0, "fate"),
}
_SUFFIXES = {
    "_free": ("free {}", "uM", 1.0, "drug"),
    "_plasma": ("{} in plasma", "uM", 1.0, "drug"),
    "_nc": ("{} N/C", "nuclear over cytoplasmic", 1.0, "ratio"),
    "_nuclear": ("{} in the nucleus", "% of molecules", 100.0, "share"),
    "_n": ("nuclear {}", "uM", 1.0, "level"),
    "_c": ("cytoplasmic {}", "uM", 1.0, "level"),
}
_SCALES = ((1.0, 1.0, "µM"), (1e-3, 1e3, "nM"), (0.0, 1e6, "pM"))


@dataclass(frozen=True)
class Quantity:
    """One observable as it is shown.

    Attributes
    ----------
    name : str
        Name in the result.
    title : str
        For people, such as ``free selinexor``.
    unit : str
        As it is shown; values of the result times `factor`.
    factor : float
        From the result's unit to `unit`.
    kind : str
        ``drug``, ``occupancy``, ``capacity``, ``protein``, ``mrna``, ``ratio``, ``share``, ``level`` or another.
    subject : str
        Symbol or drug that it is about; empty for whole-cell quantities.
    """

    name: str
    title: str
    unit: str
    factor: float
    kind: str
    subject: str = ""

    @property
    def is_cargo(self) -> bool:
        """Whether it tells where a cargo is."""
        return self.kind in ("ratio", "share", "level") and self.subject not in NOT_CARGO

    def bands(self, result: Result) -> NDArray[np.float64]:
        """5th percentile, median and 95th percentile over all runs in `unit`, shape (3, time)."""
        return result.quantiles(self.name) * self.factor


def describe(result: Result, name: str) -> Quantity:
    """How one observable of a result is shown; concentrations are scaled to uM, nM or pM by their peak."""
    title, unit, factor, kind, subject = _known(name)
    if kind == "drug":
        subject = _drug_names(result).get(subject, subject.replace("_", " "))
        title = title.format(subject)
    elif subject:
        title = title.format(display_name(subject))
    given = result.units.get(name, "1")
    if given == "uM":
        factor, unit = scale_concentration([result.quantiles(name, (0.95,))])
    elif kind == "other":
        unit = "" if given == "1" else given
    return Quantity(name, title, unit, factor, kind, subject)


def scale_concentration(curves: Iterable[NDArray[np.float64]]) -> tuple[float, str]:
    """Factor and unit that suit the lowest of the peaks of curves in uM.

    Examples
    --------
    >>> scale_concentration([np.array([0.0, 0.045]), np.array([1.1])])
    (1000.0, 'nM')
    """
    peaks = [float(np.nanmax(curve)) for curve in curves if np.isfinite(curve).any()]
    peak = min((one for one in peaks if one > 0), default=1e-3)
    return next((factor, unit) for least, factor, unit in _SCALES if peak >= least)


def _known(name: str) -> tuple[str, str, float, str, str]:
    if name in _SINGLE:
        return (*_SINGLE[name], "")
    for suffix, (title, unit, factor, kind) in _SUFFIXES.items():
        if name.endswith(suffix) and len(name) > len(suffix):
            return title, unit, factor, kind, name.removesuffix(suffix)
    return name.replace("_", " "), "", 1.0, "other", ""


def _drug_names(result: Result) -> dict[str, str]:
    """Names of the drugs by the spelling that observables use."""
    asked = result.provenance.get("exposures") or []
    return {str(one.get("drug", "")).replace(" ", "_"): str(one.get("drug", "")) for one in asked}


def display_name(symbol: str) -> str:
    """What people call a protein.

    Examples
    --------
    >>> display_name("TP53"), display_name("NUTF2"), display_name("REPORTER")
    ('p53', 'NTF2', 'REPORTER')
    """
    from exportin.knowledge import human_proteins

    found = human_proteins().get(symbol)
    return _OWN_NAMES.get(symbol, symbol) if found is None else found.name


def display_number(value: float, digits: int = 3) -> str:
    """A number for people: so many significant digits, no exponent unless it is far from one.

    Examples
    --------
    >>> [display_number(value) for value in (0.0, 0.60251, 45.49, 1140.2, 2.9e-7)]
    ['0', '0.603', '45.5', '1140', '2.90 × 10⁻⁷']
    >>> display_number(99.96), display_number(45.49, 2)
    ('100', '45')
    """
    if not math.isfinite(value):
        return "not defined"
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    power = int(exponent)
    if -4 < power < 6:
        return f"{float(f'{mantissa}e{exponent}'):.{max(0, digits - 1 - power)}f}"
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{raised}"


def display_time(hours: float, horizon: float) -> str:
    """A time in hours up to three days of simulated time, in days beyond.

    Examples
    --------
    >>> display_time(2.0, 24.0), display_time(556.0, 672.0)
    ('2.0 h', '23.2 d')
    """
    value, unit = (hours, "h") if horizon <= LONGEST_IN_HOURS else (hours / 24, "d")
    return f"0 {unit}" if value == 0 else f"{value:.1f} {unit}"


def plain_unit(unit: str) -> str:
    """A unit for files that are read by machines.

    Examples
    --------
    >>> plain_unit("µM")
    'uM'
    """
    return unit.replace("µ", "u") or "1"
