"""The one internal unit system: amol, pL, s (so concentrations are uM), with mass in kDa per molecule.

Quantities are converted at the edges only, by `parse` (text with a unit) and `to_internal` (a table's value and unit
columns). Pint does the algebra and is loaded at the first conversion.

| dimension | internal unit | note |
|---|---|---|
| substance | amol (1e-18 mol) | 1 uM in 1 pL |
| volume | pL | 1e-12 L |
| time | s | results are given in hours |
| concentration | uM | amol/pL |
| molar mass | kDa | kg/mol |
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

from exportin.errors import BadQuantity

if TYPE_CHECKING:
    import pint

__all__ = ["AVOGADRO_PER_AMOL", "SECONDS_PER_HOUR", "dimension", "parse", "to_internal", "to_unit"]

SECONDS_PER_HOUR = 3600.0
AVOGADRO_PER_AMOL = 6.02214076e23 * 1e-18  # molecules in one amol; the SI definition of the mole

_INTERNAL = {"[substance]": "amol", "[length]": "pL ** (1/3)", "[time]": "s", "[mass]": "kg"}


@functools.cache
def _registry() -> pint.UnitRegistry:
    import pint

    registry = pint.UnitRegistry(cache_folder=None)
    registry.define("kDa = kg / mol")  # molar mass, not the mass of one particle
    registry.define("molecule = mol / 6.02214076e23")
    return registry


def _unit(text: str) -> pint.Unit:
    """A pint unit from a table's or user's text, or a named refusal."""
    import tokenize

    import pint

    plain = text.strip().replace("µ", "u").replace("^", "**")
    if plain in {"1", ""}:
        plain = "dimensionless"
    try:
        return _registry().Unit("dimensionless" + plain.removeprefix("1") if plain.startswith(("1/", "/")) else plain)
    except (pint.errors.PintError, ValueError, TypeError, AttributeError, AssertionError, SyntaxError, tokenize.TokenError) as error:
        raise BadQuantity(f"{text!r} is not a unit that is understood; write for example nM, uM, 1/min, pL/s, mg, h.") from error



def dimension(unit: str) -> tuple[float, float, float, float]:
    """Exponents of (substance, volume, time, molar mass) of a unit.

    Parameters
    ----------
    unit : str
        For example ``"1/(uM*s)"`` or ``"kDa"``.

    Returns
    -------
    exponents : tuple of float
        Substance, volume, time and molar-mass exponents.

    Raises
    ------
    BadQuantity
        If the unit is unknown or has a dimension that the model does not use.

    Examples
    --------
    >>> dimension("1/(uM*s)")
    (-1.0, 1.0, -1.0, 0.0)
    >>> dimension("kDa")
    (0.0, 0.0, 0.0, 1.0)
    """
    found: dict[str, Any] = dict(_unit(unit).dimensionality)
    mass = float(found.pop("[mass]", 0))
    substance = float(found.pop("[substance]", 0)) + mass  # kDa = kg/mol takes its moles along
    volume = float(found.pop("[length]", 0)) / 3
    time = float(found.pop("[time]", 0))
    if found:
        raise BadQuantity(f"{unit!r} measures something else than amounts, lengths, times, masses and what they make.")
    return (substance, volume, time, mass)


def to_internal(value: float, unit: str) -> float:
    """A table's value in its unit, as an internal number.

    Examples
    --------
    >>> to_internal(35.0, "nM")
    0.035
    >>> round(to_internal(14.9, "L/h"), 0)
    4138888889.0
    >>> to_internal(60.0, "kDa")
    60.0
    """
    substance, volume, time, mass = dimension(unit)
    target = f"amol**({substance - mass}) * pL**({volume}) * s**({time}) * kg**({mass})"
    factor = _registry().Quantity(1.0, _unit(unit)).to(target).magnitude
    factor *= 1e18**mass  # kg per amol -> kg per mol
    return value * _tidy(factor)


def to_unit(value: float, unit: str) -> float:
    """An internal number expressed in `unit`; the inverse of `to_internal`.

    Examples
    --------
    >>> to_unit(0.035, "nM")
    35.0
    """
    return value / to_internal(1.0, unit)


def parse(text: str | float, unit: str, name: str = "quantity", *, positive: bool = False) -> float:
    """A user's quantity such as ``"100 nM"`` as an internal number.

    Parameters
    ----------
    text : str
        Number and unit.
    unit : str
        Any unit of the expected dimension, shown in the error.
    name : str
        What the quantity is, for the error.
    positive : bool
        Refuse zero as well as negative numbers.

    Raises
    ------
    BadQuantity
        If the unit is missing or wrong, or the number is negative, infinite or not a number.

    Examples
    --------
    >>> parse("100 nM", "uM", "dose")
    0.1
    >>> parse("100", "uM", "dose")
    Traceback (most recent call last):
    ...
    exportin.errors.BadQuantity: dose: '100' has no unit; write a number with a unit like uM, for example '100 uM'.
    """
    words = str(text).strip().replace("µ", "u")
    number, rest = _split(words)
    if number is None:
        raise BadQuantity(f"{name}: {str(text)!r} is not a number with a unit; expected something like '1 {unit}'.")
    if not rest and unit not in {"1", ""}:
        raise BadQuantity(f"{name}: {str(text)!r} has no unit; write a number with a unit like {unit}, for example '{number:g} {unit}'.")
    if not math.isfinite(number) or number < 0 or (positive and number == 0):
        raise BadQuantity(f"{name}: {str(text)!r} is not a {'positive' if positive else 'non-negative'} finite number.")
    try:
        fits = dimension(rest or "1") == dimension(unit)
    except BadQuantity:
        fits = False
    if not fits:
        raise BadQuantity(f"{name}: the unit of {str(text)!r} does not fit; expected a unit like {unit}.")
    return to_internal(number, rest or "1")


def _split(words: str) -> tuple[float | None, str]:
    """The longest leading number of a text, and the rest."""
    head, _, tail = words.partition(" ")
    for cut in range(len(head), 0, -1):
        try:
            return float(head[:cut]), (head[cut:] + " " + tail).strip()
        except ValueError:
            continue
    return None, words


def _tidy(factor: float) -> float:
    """Powers of ten that pint leaves one rounding error away are made exact."""
    exponent = math.log10(factor)
    nearest = round(exponent)
    return float(f"1e{nearest}") if abs(exponent - nearest) < 1e-12 else factor
