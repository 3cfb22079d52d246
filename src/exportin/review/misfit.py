"""What does not go together in an experiment: a unit and an observable, a series and a plain value, mice and a dish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportin.errors import BadScenario
from exportin.review.arm import IN_MICE, Arm
from exportin.review.observable import MICE, Observed, is_share

if TYPE_CHECKING:
    from exportin.review.contrast import Contrast

__all__ = ["refuse_misfit"]

WEEK = 168.0  # h


def refuse_misfit(contrast: Contrast) -> None:
    """Refuse a contrast whose comparison, observables and arms do not go together.

    Raises
    ------
    BadScenario
    """
    comparison = contrast.comparison
    for observed in contrast.observed:
        if comparison.unit and (comparison.beside == "figure") and (observed.kind == "dose") != (comparison.unit == "uM"):
            told = "a dose has a concentration, a share a percentage"
            raise BadScenario(f"comparison: {comparison.text!r} does not fit {observed.text!r}; {told}.")
        if comparison.unit == "%" and comparison.beside == "figure" and not observed.share:
            raise BadScenario(f"comparison: {comparison.text!r} does not fit {observed.text!r}, which is no share.")
        if observed.kind == "dose" and not is_share(observed.name):
            raise BadScenario(f"observable: {observed.text!r}: a dose is sought at which a share is one half; {observed.name} is none.")
        if observed.kind in ("dose", "dead") and comparison.beside == "start":
            raise BadScenario(f"comparison: {observed.text!r} has no start; write a figure or 'above control'.")
    for place, arm in enumerate(contrast.arms):
        _refuse_arm(arm, contrast.observed[0 if place == 0 else 1], contrast.hours)
    if contrast.arms[0].mouse and set(contrast.observed[0].names) <= set(MICE) and not contrast.arms[0].drugs:
        raise BadScenario(f"exposure: {str(contrast.arms[0])!r} is tested and gets no drug; mice without one are the control.")


def _refuse_arm(arm: Arm, observed: Observed, hours: float) -> None:
    """Refuse a series of doses without a dose that is sought, and what mice cannot be asked."""
    arm.refuse_words()
    ranged = any(drug.ranged for drug in arm.drugs)
    if ranged != (observed.kind == "dose"):
        told = "a dose is sought along a series such as 'KPT-185 1 nM to 10 uM', and only there"
        raise BadScenario(f"exposure: {arm.exposure!r} with {observed.text!r}: {told}.")
    animals = set(observed.names) & set(MICE)
    if animals and not arm.mouse:
        raise BadScenario(f"observable: {observed.text!r} is of mice; write '{arm.cell}{IN_MICE}'.")
    if animals and (len(arm.drugs) > 1 or any(not drug.regimen for drug in arm.drugs) or arm.conditions):
        raise BadScenario(f"exposure: {arm.exposure!r}: a tumour in mice is given one drug in mg/kg, such as 'KPT-251 75 mg/kg PO tiw'.")
    if animals and hours % WEEK:
        raise BadScenario(f"time: mice are followed for whole weeks, not {hours:g} h.")
