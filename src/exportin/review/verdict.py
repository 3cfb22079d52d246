"""Verdicts: from draws in which all parts of an experiment hold, and from what the source says against itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from exportin.review.tables import tolerance

if TYPE_CHECKING:
    from exportin.review.measure import Part

__all__ = ["CONTRADICTS", "INCONCLUSIVE", "INCONSISTENT", "SUPPORTS", "UNMODELLED", "VERDICTS", "holding", "of_parts"]

SUPPORTS, CONTRADICTS, INCONCLUSIVE = "supports", "contradicts", "inconclusive"
INCONSISTENT, UNMODELLED = "inconsistent in the source", "not modelled"
VERDICTS = (SUPPORTS, CONTRADICTS, INCONCLUSIVE, INCONSISTENT, UNMODELLED)


def holding(parts: Sequence[Part]) -> tuple[float, float]:
    """Share of the draws in which all parts hold, of those in which every part says something; and the share of these of all draws."""
    known = np.all([part.effect.known for part in parts], axis=0)
    holds = np.all([part.effect.holds for part in parts], axis=0)
    return (float(holds[known].mean()) if known.any() else float("nan")), float(known.mean())


def of_parts(parts: Sequence[Part]) -> str:
    """The verdict of an experiment.

    Supported where all parts hold together in nine of ten draws, contradicted where they do in one of ten or fewer, and else
    inconclusive: the draws straddle the line. Inconclusive too where too few draws have a living untreated cell.
    """
    share, known = holding(parts)
    if known < tolerance("known"):
        return INCONCLUSIVE
    least = tolerance("holds")
    return SUPPORTS if share >= least else CONTRADICTS if share <= 1.0 - least + 1e-12 else INCONCLUSIVE
