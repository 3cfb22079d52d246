"""The parameter sets of selinexor that meet its label, and the spread between its patients.

They are fitted in closed form (`exportin.pharmacology.two_compartment`) by ``curation/selinexor_pk.py``.
"""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib import resources
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from exportin import units
from exportin.errors import BadQuantity, BadTable
from exportin.pharmacology.two_compartment import OralTwoCompartment

__all__ = ["OralTwoCompartment", "load_draws", "patient_pk", "patient_spread", "typical"]


def typical() -> OralTwoCompartment:
    """The typical selinexor patient: the middle of the sets that meet the label, at a half-life of 7 h.

    Examples
    --------
    >>> round(units.to_unit(typical().CL, "L/h"), 2)
    14.85
    """
    return _selinexor()["typical"]


def load_draws() -> tuple[OralTwoCompartment, ...]:
    """The parameter sets of selinexor that all meet the label's single 80 mg dose (parameter uncertainty, axis `draw`).

    Examples
    --------
    >>> len(load_draws())
    200
    """
    return tuple(body for name, body in _selinexor().items() if name != "typical")


def patient_pk(typical: OralTwoCompartment, u: ArrayLike, explained: float = 0.0) -> OralTwoCompartment:
    """One patient around a typical one, with the label's between-patient spread.

    Parameters
    ----------
    typical : OralTwoCompartment
        Usually `typical()` or one of `load_draws()`.
    u : array_like, shape (2,)
        Uniform numbers strictly between 0 and 1: the first for bioavailability and body size (all volumes and clearances
        together), the second for clearance alone.
    explained : float
        Standard deviation of the logarithm of clearance that the patient's own weight and sex explain already.

    Raises
    ------
    BadQuantity
        If `u` is not two numbers strictly between 0 and 1.

    Examples
    --------
    >>> median = patient_pk(typical(), [0.5, 0.5])
    >>> round(median.V2 / typical().V2, 3)
    1.015
    """
    uniform = np.asarray(u, dtype=float)
    if uniform.shape != (2,) or not np.all((uniform > 0) & (uniform < 1)):
        raise BadQuantity(f"u: {u!r} is not two numbers strictly between 0 and 1; draw them uniformly, one pair a patient.")
    spread = patient_spread()
    size, own = (NormalDist().inv_cdf(float(number)) for number in uniform)
    left = math.sqrt(max(0.0, spread["omega_F"] ** 2 - explained**2))
    uptake = math.exp(left * size + spread["shift_F"])
    clearance = math.exp(spread["omega_CL"] * own + spread["shift_CL"])
    CL, V2, Q, V3 = (value / uptake for value in (typical.CL, typical.V2, typical.Q, typical.V3))
    return OralTwoCompartment(typical.KA, CL * clearance, V2, Q, V3)


@functools.cache
def _selinexor() -> Mapping[str, OralTwoCompartment]:
    return read_sets(_lines("selinexor_pk.tsv"))


@functools.cache
def patient_spread() -> Mapping[str, float]:
    """Log-normal spread between patients: ``omega_F``, ``omega_CL``, and the shifts that keep the label's means.

    Examples
    --------
    >>> round(patient_spread()["omega_F"], 2)
    0.18
    """
    rows = csv.DictReader(_lines("selinexor_patients.tsv"), delimiter="\t")
    return {row["id"]: _number(row, "value", row["id"]) for row in rows}


def _lines(name: str) -> list[str]:
    text = resources.files("exportin.pharmacology").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def read_sets(lines: Sequence[str]) -> Mapping[str, OralTwoCompartment]:
    """Parameter sets by id from the lines of a table whose header gives each unit, such as ``CL (L/h)``.

    Raises
    ------
    BadTable
        If a column is missing, an id comes twice, no row is ``typical`` or a value is not a positive number.
    """
    rows = csv.DictReader(lines, delimiter="\t")
    header = {column.partition(" (")[0]: column for column in rows.fieldnames or []}
    symbols = [field.name for field in fields(OralTwoCompartment)]
    if lacking := [symbol for symbol in ["id", *symbols] if symbol not in header]:
        raise BadTable(f"The pharmacokinetic table has no column {lacking[0]!r}; expected id and {', '.join(symbols)}.")
    scale = {symbol: units.to_internal(1.0, header[symbol].partition(" (")[2].removesuffix(")")) for symbol in symbols}
    sets: dict[str, OralTwoCompartment] = {}
    for row in rows:
        if row["id"] in sets:
            raise BadTable(f"The pharmacokinetic table has two rows {row['id']!r}; expected each id once.")
        values = [_number(row, header[symbol], row["id"]) * scale[symbol] for symbol in symbols]
        try:
            sets[row["id"]] = OralTwoCompartment(*values)
        except BadQuantity as error:
            raise BadTable(f"The pharmacokinetic table, row {row['id']!r}: {error}") from error
    if "typical" not in sets:
        raise BadTable("The pharmacokinetic table has no row 'typical'; write it with curation/selinexor_pk.py.")
    return sets


def _number(row: Mapping[str, str], column: str, name: str) -> float:
    try:
        return float(row[column])
    except (KeyError, TypeError, ValueError) as error:
        raise BadTable(f"Row {name!r} has {row.get(column)!r} as {column!r}; expected a number.") from error
