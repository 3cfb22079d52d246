"""Experiments in words and figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from exportin.review.verdict import holding

if TYPE_CHECKING:
    from exportin.review.compare import Effect
    from exportin.review.experiments import Planned
    from exportin.review.measure import Part

LEAST_FOLD = 1e-4  # what is left beyond is told as nothing

__all__ = ["figure", "headline", "told_effect", "told_expected", "told_observed", "told_share"]


def headline(parts: Sequence[Part]) -> Part:
    """The part that holds least; of equals the first."""
    return min(parts, key=lambda part: -1.0 if math.isnan(part.effect.share) else part.effect.share)


def told_expected(planned: Planned) -> str:
    """What must hold, a piece for each contrast."""
    return "; ".join(str(contrast) for contrast in planned.contrasts)


def told_observed(parts: Sequence[Part]) -> str:
    """In which share of the draws all holds, and the figure of the part that holds least."""
    share, known = holding(parts)
    if math.isnan(share):
        return "no draw says anything"
    least = headline(parts)
    rest = "" if known == 1.0 else f" of the {100 * known:.0f} % of draws that say something"
    what = "" if len(parts) == 1 else f"; least: {least.contrast.arms[0]}, {least.contrast.observed[0].text}"
    return f"holds in {100 * share:.0f} %{rest or ' of draws'}{what}: {told_effect(least.effect)}"


def told_share(some: int, whole: int) -> str:
    """A count with its percentage.

    Examples
    --------
    >>> told_share(3, 4), told_share(0, 0)
    ('3 of 4 (75 %)', '0 of 0')
    """
    return f"{some} of {whole}" + (f" ({100 * some / whole:.0f} %)" if whole else "")


def told_effect(effect: Effect) -> str:
    """A median with its interval, in the words of the quantity."""
    low, high = effect.interval
    told = f"{figure(effect.median, effect)} ({figure(low, effect)} to {figure(high, effect)})"
    return f"{told} {effect.what}".strip()


def figure(value: float, effect: Effect) -> str:
    """A number as its reader expects it: doses with a unit, ratios as folds, shares as they are.

    Examples
    --------
    >>> from exportin.review.compare import Effect
    >>> import numpy as np
    >>> dose = Effect("", "uM", np.array([0.02]), np.array([True]), (0.15,), True, "below")
    >>> figure(0.02, dose), figure(np.inf, dose), figure(0.0, dose)
    ('20 nM', 'beyond the doses', 'below the doses')
    """
    if math.isnan(value):
        return "-"
    if effect.unit == "uM":
        if not math.isfinite(value):
            return "beyond the doses"
        if value == 0:
            return "below the doses"
        unit, scale = next((one for one in (("uM", 1.0), ("nM", 1e3)) if value * one[1] >= 1.0), ("pM", 1e6))
        return f"{value * scale:.3g} {unit}"
    if not math.isfinite(value):
        return "without bound"
    if effect.unit == "fold":
        return f"{value:.3g}-fold" if value >= LEAST_FOLD else "nothing"
    return f"{value:+.2f}" if effect.what else f"{value:.2f}"
