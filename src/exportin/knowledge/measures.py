"""Units of tables of facts: understood, and of the kind that what was measured asks for."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from exportin import units
from exportin.errors import ExportinError

__all__ = ["Unit", "fitting_unit"]

# What is measured, as a pattern; exponents of substance, volume and time; the kind in words. Concentrations may be molar or of mass.
_KINDS = (
    (r"(IC|EC|GI|ED|LC)50\b|Cmax|Cmin|Ctrough|C24", (1, -1, 0), "a concentration such as nM"),
    (r"AUC\w*", (1, -1, 1), "a concentration times a time such as ug*h/L"),
    (r"CL\b|CL/F|Q\b|Q/F", (0, 1, -1), "a volume over a time such as L/h"),
    (r"V\d?\b|V\d?/F|Vss|Vz", (0, 1, 0), "a volume such as L"),
    (r"Tmax|t1/2|half-life|Tlag|MRT", (0, 0, 1), "a time such as h"),
)
_SHARE = "%"


def _understood(unit: str) -> str:
    """Refuse a unit that the program does not know; a percentage is one too."""
    if unit and unit != _SHARE:
        try:
            units.dimension(unit)
        except ExportinError as error:
            raise ValueError(f"a unit that is understood, 1 for a number without dimension: {error}") from error
    return unit


Unit = Annotated[str, Field(description="a unit, 1 for a number without dimension"), AfterValidator(_understood)]


def fitting_unit(measured: str, unit: str) -> str:
    """A unit, if it is of the kind that was measured.

    Raises
    ------
    ValueError
        For an IC50 in hours and the like. What is measured in no certain unit takes any.

    Examples
    --------
    >>> fitting_unit("IC50 of proliferation", "nM"), fitting_unit("relative viability", "%")
    ('nM', '%')
    >>> fitting_unit("IC50 of proliferation", "h")
    Traceback (most recent call last):
    ...
    ValueError: a concentration such as nM for IC50 of proliferation, not 'h'
    """
    for pattern, exponents, words in _KINDS:
        if unit and re.match(pattern, measured):
            found = () if unit == _SHARE else tuple(units.dimension(unit)[:3])
            if found != exponents:
                raise ValueError(f"{words} for {measured}, not {unit!r}")
    return unit
