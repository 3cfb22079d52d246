"""Which observables share an axis, and how that axis is scaled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from exportin.report.quantity import LONGEST_IN_HOURS, Quantity, describe, scale_concentration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.result import Result

__all__ = ["Panel", "group_panels", "shown_time"]

DRUG_DECADES = 3.5  # below the peak; further down a drug acts on nothing and its curve only squeezes the rest
MOST_CURVES = 7  # as many as there are colours that colour-blind readers tell apart
WIDE = 20.0  # highest over lowest from which a ratio is read better on a logarithmic axis
_ORDER = ("drug", "occupancy", "capacity", "protein", "mrna", "ratio", "share", "level")
_TITLES = {"capacity": "Export", "ratio": "N/C", "share": "In the nucleus", "level": "Concentration"}
_REFERENCES = {"capacity": 100.0, "mrna": 1.0}


@dataclass(frozen=True)
class Panel:
    """One axis.

    Attributes
    ----------
    slug : str
        Name of its files: letters, digits, underscores.
    title, unit : str
        What the axis shows.
    quantities : tuple of Quantity
        Curves; all in `unit`.
    logarithmic : bool
        Scale of the axis.
    low, high : float
        Its limits, in `unit`.
    """

    slug: str
    title: str
    unit: str
    quantities: tuple[Quantity, ...]
    logarithmic: bool
    low: float
    high: float

    @property
    def heading(self) -> str:
        """Title with unit.

        Examples
        --------
        >>> Panel("a", "free selinexor", "nM", (), False, 0, 1).heading
        'Free selinexor (nM)'
        """
        title = self.title if self.title[:2].isupper() or self.title[1:2].isdigit() else self.title[:1].upper() + self.title[1:]
        return f"{title} ({self.unit})" if self.unit else title


def shown_time(result: Result) -> tuple[NDArray[np.float64], str]:
    """The time axis and its unit: hours up to three days, days beyond."""
    if result.time[-1] <= LONGEST_IN_HOURS:
        return result.time, "h"
    return result.time / 24, "d"


def group_panels(result: Result, names: Iterable[str]) -> tuple[Panel, ...]:
    """Panels in reading order: drug, XPO1, cargoes.

    Curves with one unit and kind share an axis if there is one run; with bands each gets its own, since bands hide each other.
    A drug's free and total concentration always share one.
    """
    groups: dict[tuple[str, ...], list[Quantity]] = {}
    for name in dict.fromkeys(names):
        quantity = describe(result, name)
        groups.setdefault(_key(quantity, result.runs), []).append(quantity)
    parts = [members[k : k + MOST_CURVES] for members in groups.values() for k in range(0, len(members), MOST_CURVES)]
    ordered = sorted(parts, key=lambda members: _rank(members[0]))
    panels = [_panel(result, members) for members in ordered]
    return tuple(_with_own_slugs(panels))


def _key(quantity: Quantity, runs: int) -> tuple[str, ...]:
    if quantity.kind == "drug":
        return ("drug", quantity.subject)
    if quantity.kind in ("ratio", "share", "level"):
        alone = quantity.name if runs > 1 or not quantity.is_cargo else ""
        return (quantity.kind, alone, quantity.unit)
    if quantity.kind in ("capacity", "fate") and runs == 1:
        return (quantity.kind,)
    return (quantity.name,)


def _rank(quantity: Quantity) -> tuple[int, bool]:
    place = _ORDER.index(quantity.kind) if quantity.kind in _ORDER else len(_ORDER)
    if place > _ORDER.index("mrna") and not quantity.is_cargo:
        return len(_ORDER), True
    return place, False


def _panel(result: Result, members: list[Quantity]) -> Panel:
    if members[0].kind == "drug":
        factor, unit = scale_concentration(result.quantiles(one.name, (0.95,)) for one in members)
        members = [replace(one, factor=factor, unit=unit) for one in members]
    first = members[0]
    title = first.title if len(members) == 1 else first.subject if first.kind == "drug" else _TITLES.get(first.kind, first.kind)
    slug = members[0].name if len(members) == 1 or first.kind == "drug" else first.kind
    logarithmic, low, high = _scale(first.kind, [one.bands(result) for one in members], first.unit)
    return Panel(_slug(slug), title, first.unit, tuple(members), logarithmic, low, high)


def _scale(kind: str, bands: list[NDArray[np.float64]], unit: str) -> tuple[bool, float, float]:
    """Whether the axis is logarithmic, and its limits."""
    values = np.concatenate([band.ravel() for band in bands])
    values = values[np.isfinite(values)]
    peak = float(values.max(initial=0.0))
    if unit in ("% of XPO1", "% of molecules", "% of cells"):
        return False, 0.0, 104.0
    if peak <= 0:
        return False, min(0.0, float(values.min(initial=0.0))), 1.0
    if kind == "drug":
        shown = values[values > peak / 10**DRUG_DECADES]
        if shown.max() / shown.min() > WIDE:
            return True, peak / 10**DRUG_DECADES, peak * 2.0
    if kind == "ratio" and values.min() > 0 and peak / values.min() > WIDE:
        return True, float(values.min()) / 1.4, peak * 1.6
    return False, min(0.0, float(values.min())), 1.1 * max(peak, _REFERENCES.get(kind, 0.0))


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "plot"


def _with_own_slugs(panels: list[Panel]) -> list[Panel]:
    """No two panels write one file, not even where a file system ignores case."""
    taken: set[str] = set()
    named = []
    for panel in panels:
        slug, number = panel.slug, 1
        while slug.lower() in taken:
            number += 1
            slug = f"{panel.slug}_{number}"
        taken.add(slug.lower())
        named.append(replace(panel, slug=slug))
    return named
