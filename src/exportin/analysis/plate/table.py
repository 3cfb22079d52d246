"""Reading plates: tables with one drug or two, under the column names that common tools use."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from exportin import units
from exportin.analysis.plate.plate import Plate
from exportin.errors import BadTable, UnknownName, squash
from exportin.text_table import read_number, read_rows

__all__ = ["KINDS", "SCALES", "read_plates"]

KINDS, SCALES = ("viability", "inhibition"), ("percent", "fraction")
# Names of a column, without case and punctuation, that are understood: SynergyFinder's, those of the package synergy, and plain ones.
_NAMES = {
    "block": ("blockid", "pairindex", "block"),
    "drug1": ("drug1", "drugrow", "drug", "druga", "compound"),
    "drug2": ("drug2", "drugcol", "drugb"),
    "dose1": ("conc1", "concr", "concrow", "conc", "drug1conc", "dose", "dose1", "concentration"),
    "dose2": ("conc2", "concc", "conccol", "drug2conc", "dose2"),
    "response": ("response", "effect", "viability", "inhibition"),
    "unit1": ("concunit", "concunit1", "concrunit", "unit", "doseunit"),
    "unit2": ("concunit2", "conccunit"),
    "replicate": ("replicate", "rep"),
}
_APART = ("cell", "cellline", "celllinename", "plate")  # one of each a block: they are other experiments
_TOLD = (*_APART, "well", "row", "column", "col", "comment")  # that say nothing about a response
_WHOLE, _TENFOLD = 1.5, 5.0  # responses up to the first are fractions, beyond the second percentages; between them nobody can tell


@dataclass(frozen=True)
class _Well:
    line: int
    block: str
    drugs: tuple[str, ...]
    doses: tuple[float, ...]
    response: float
    replicate: str | None


def read_plates(
    path: str | os.PathLike[str], *, response: str | None = None, scale: str | None = None, unit: str | None = None
) -> tuple[Plate, ...]:
    """Read a table of wells, comma- or tab-separated; one plate a block.

    Parameters
    ----------
    path : path
        Columns: `drug`, `conc`, `response`, or for two drugs `drug1`, `drug2`, `conc1`, `conc2`, `response`; `conc_unit` where `unit` is
        not given; `block_id` and `replicate` may be there. SynergyFinder's names and those of the package synergy are understood.
    response : str
        ``viability`` or ``inhibition``; may be left out where the column is called so.
    scale : str, optional
        ``percent`` or ``fraction``; by default the values tell, and where they do not they are refused.
    unit : str, optional
        Of the doses, where the table has no column for it.

    Returns
    -------
    plates : tuple of Plate
        Without a column for it, all wells of two drugs are one block, and those of one drug are a block each drug.

    Raises
    ------
    BadTable
        With line and column: a column missing or unknown, an empty well, a number that is none, mixed units, a well that is there twice,
        a response below zero, a grid with a hole.
    UnknownName
        If `response` or `scale` is not one of those named.
    """
    file = Path(path)
    header, rows = read_rows(file, "well")
    columns = _columns(header, file.name)
    kind = _kind(response, header[columns["response"]], file.name)
    if scale is not None and scale not in SCALES:
        raise UnknownName("scale", scale, SCALES)
    factors = _factors(rows, columns, header, unit, file.name)
    wells = [_well(line, row, columns, header, factors, file.name) for line, row in rows]
    _refuse_mixed(rows, wells, header, file.name)
    factor = _scale_of(wells, scale, file.name)
    blocks: dict[str, list[_Well]] = {}
    for one in wells:
        blocks.setdefault(one.block, []).append(one)
    return tuple(_plate(block, some, kind, factor, file.name) for block, some in blocks.items())


def _refuse_mixed(rows: Sequence[tuple[int, list[str]]], wells: Sequence[_Well], header: Sequence[str], name: str) -> None:
    """Refuse several cells or plates in one block, which would pass for replicates."""
    for place, title in enumerate(header):
        seen: dict[str, str] = {}
        for (line, row), well in zip(rows, wells, strict=True):
            if squash(title) in _APART and seen.setdefault(well.block, row[place]) != row[place]:
                raise BadTable(f"{name}, line {line}, column {title!r}: {row[place]!r} in a block of {seen[well.block]!r}; give each a "
                               "block_id of its own.")  # fmt: skip


def _columns(header: Sequence[str], name: str) -> dict[str, int]:
    """Place of each column that is used."""
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        role = next((role for role, names in _NAMES.items() if squash(title) in names), None)
        if role is None and squash(title) not in _TOLD:
            raise BadTable(f"{name}, line 1: the column {title!r} is not understood; known are drug1, drug2, conc1, conc2, response, "
                           "conc_unit, block_id, replicate, and for one drug drug, conc, response.")  # fmt: skip
        if role in found:
            raise BadTable(f"{name}, line 1: the columns {header[found[role]]!r} and {title!r} mean the same; keep one.")
        if role is not None:
            found[role] = place
    needed = ("drug1", "dose1", "response", *(("drug2", "dose2") if {"drug2", "dose2"} & set(found) else ()))
    lacking = [one for one in needed if one not in found]
    if lacking:
        wanted = ", ".join(f"{_NAMES[one][0]!r}" for one in lacking)
        raise BadTable(f"{name}, line 1: a column {wanted} is missing; found {', '.join(header)}.")
    return found


def _kind(given: str | None, title: str, name: str) -> str:
    said = squash(title) if squash(title) in KINDS else None
    if given is not None and given not in KINDS:
        raise UnknownName("response", given, KINDS)
    if given is not None and said is not None and given != said:
        raise BadTable(f"{name}, line 1: the column {title!r} is declared as {given}; rename it or declare {said}.")
    kind = given or said
    if kind is None:
        raise BadTable(f"{name}: whether {title!r} is viability (100 % untreated) or inhibition (0 % untreated) is not said; declare one.")
    return kind


def _factors(
    rows: Sequence[tuple[int, list[str]]], columns: Mapping[str, int], header: Sequence[str], unit: str | None, name: str
) -> list[float]:
    """UM in one unit of each drug's doses."""
    found = []
    for drug in (1, 2) if "drug2" in columns else (1,):
        place = columns.get(f"unit{drug}", columns.get("unit1"))
        if place is None:
            if unit is None:
                raise BadTable(f"{name}, line 1: no column says the unit of the doses; add conc_unit, or give the unit.")
            found.append(units.to_internal(1.0, unit) if _is_dose(unit) else _refuse_unit(unit, name))
            continue
        first_line, first = rows[0][0], rows[0][1][place]
        for line, row in rows:
            if row[place] != first:
                raise BadTable(f"{name}, line {line}, column {header[place]!r}: {row[place]!r} after {first!r} in line {first_line}; "
                               "write all doses of a drug in one unit.")  # fmt: skip
        if unit is not None and unit != first:
            raise BadTable(f"{name}, column {header[place]!r}: the table says {first!r} and {unit!r} was given; leave one of them out.")
        found.append(units.to_internal(1.0, first) if _is_dose(first) else _refuse_unit(first, name))
    return found


def _is_dose(unit: str) -> bool:
    from exportin.errors import BadQuantity

    try:
        return units.dimension(unit) == units.dimension("uM")
    except BadQuantity:
        return False


def _refuse_unit(unit: str, name: str) -> float:
    raise BadTable(f"{name}: {unit!r} is not a unit of concentration that is understood; write for example nM or uM.")


def _well(
    line: int, row: Sequence[str], columns: Mapping[str, int], header: Sequence[str], factors: Sequence[float], name: str
) -> _Well:
    def number(role: str) -> float:
        place = columns[role]
        if not row[place] or squash(row[place]) in ("na", "nan"):
            raise BadTable(f"{name}, line {line}, column {header[place]!r}: the well is empty; leave its line out or give its value.")
        wanted, least = ("a finite number", -math.inf) if role == "response" else ("a dose of 0 or more", 0.0)
        return read_number(row[place], f"{name}, line {line}, column {header[place]!r}", wanted, least)

    count = len(factors)
    drugs = tuple(row[columns[f"drug{place + 1}"]] for place in range(count))
    doses = tuple(float(f"{number(f'dose{place + 1}') * factors[place]:.12g}") for place in range(count))
    replicate = row[columns["replicate"]] if "replicate" in columns else None
    block = row[columns["block"]] if "block" in columns else drugs[0] if count == 1 else "1"
    return _Well(line, block, drugs, doses, number("response"), replicate)


def _scale_of(wells: Sequence[_Well], scale: str | None, name: str) -> float:
    """What a response is multiplied by to be a fraction."""
    largest = max(wells, key=lambda one: abs(one.response))
    if scale is None:
        if _WHOLE < abs(largest.response) <= _TENFOLD:
            raise BadTable(f"{name}, line {largest.line}: a largest response of {largest.response:g} may be a fraction or a percentage; "
                           "declare the scale (fraction or percent).")  # fmt: skip
        scale = "fraction" if abs(largest.response) <= _WHOLE else "percent"
    return 1.0 if scale == "fraction" else 0.01


def _plate(block: str, wells: Sequence[_Well], kind: str, factor: float, name: str) -> Plate:
    where = f"{name}, block {block}"
    drugs = wells[0].drugs
    for one in wells:
        if one.drugs != drugs:
            raise BadTable(f"{name}, line {one.line}: drugs {' + '.join(one.drugs)} in a block of {' + '.join(drugs)}; give each pair "
                           "a block_id of its own.")  # fmt: skip
    _refuse_repeats(wells, name)
    responses = np.array([one.response for one in wells]) * factor
    viability = responses if kind == "viability" else 1.0 - responses
    if (viability < 0).any():
        worst = wells[int(np.argmin(viability))]
        raise BadTable(f"{name}, line {worst.line}, column 'response': {worst.response:g} is a viability of {viability.min():.3g}, below "
                       "zero; look at the background that was subtracted, or leave the well out.")  # fmt: skip
    lines = np.array([one.line for one in wells], dtype=np.int64)
    plate = Plate(drugs, np.array([one.doses for one in wells]), viability, lines, kind, block, name)
    if len(drugs) == 2 and plate.is_grid and (holes := plate.missing()):
        first, second = holes[0]
        more = f" and {len(holes) - 1} more" if len(holes) > 1 else ""
        raise BadTable(f"{where}: the grid has no well with {first:g} uM {drugs[0]} and {second:g} uM {drugs[1]}{more}; add what is "
                       "missing, or leave out the doses that are not complete.")  # fmt: skip
    return plate


def _refuse_repeats(wells: Sequence[_Well], name: str) -> None:
    """Refuse a well that is there twice: the same replicate again, or more wells of one dose than of the others."""
    if wells[0].replicate is not None:
        seen: dict[object, int] = {}
        for one in wells:
            key = (one.doses, one.replicate)
            if key in seen and any(one.doses):
                raise BadTable(f"{name}, line {one.line}: replicate {one.replicate!r} of this dose stands in line {seen[key]} already; "
                               "number the replicates.")  # fmt: skip
            seen.setdefault(key, one.line)
        return
    counts = Counter(one.doses for one in wells if any(one.doses))
    usual = Counter(counts.values()).most_common(1)[0][0] if counts else 0
    many = [doses for doses, count in counts.items() if count > usual]
    if many and len(many) < 0.5 * len(counts):
        lines = [str(one.line) for one in wells if one.doses == many[0]]
        raise BadTable(f"{name}, line {lines[-1]}: this dose has {len(lines)} wells (lines {', '.join(lines)}) where others have {usual}; "
                       "remove the double, or add a column 'replicate'.")  # fmt: skip
