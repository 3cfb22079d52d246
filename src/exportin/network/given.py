"""A number that a user gives for a row of the tables: its unit, and what the symbol can be."""

from __future__ import annotations

import math

from exportin import units
from exportin.errors import BadQuantity

__all__ = ["read_given"]

_POSITIVE = ("Vn", "Vc", "alpha", "doubling_time", "accumulation", "mass_reference", "KD_", "KM_", "t_half", "t_transit")
_POSITIVE_ENDS = ("_KD", "_KI", "_KD_NES", "_mass", "C528S_fold")
_SHARES = ("fu_medium", "_fu_plasma", "mobility", "XPO1_mrna_feedback")


def read_given(name: str, given: float | str, unit: str) -> float:
    """A user's number in the table's unit.

    Raises
    ------
    BadQuantity
        With what was given and what the symbol can be.

    Examples
    --------
    >>> read_given("t_half_XPO1", "2 d", "h")
    48.0
    """
    value = _plain_number(name, given, unit)
    if value == 0 and (name.startswith(_POSITIVE) or name.endswith(_POSITIVE_ENDS)):
        raise BadQuantity(f"{name}: it cannot be zero; give a positive number (in {unit}).")
    if value > 1 and name.endswith(_SHARES):
        raise BadQuantity(f"{name}: {given!r} is not a share; give a number between 0 and 1.")
    return value


def _plain_number(name: str, given: float | str, unit: str) -> float:
    if isinstance(given, str):
        return units.to_unit(units.parse(given, unit, name), unit)
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given) or given < 0:
        raise BadQuantity(f"{name}: {given!r} is not a non-negative finite number (in {unit}).")
    return float(given)
