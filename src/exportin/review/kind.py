"""What a claim's experiment asserts, read from its arms: an effect of a drug, something of p53, potency, what a cell is.

A negative control takes one of these out; claims that assert it must fall, and the others stand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exportin.network.cell import cell as find_cell
from exportin.network.parameters import context
from exportin.pharmacology.partner import find_partner
from exportin.review.tables import words

if TYPE_CHECKING:
    from exportin.review.arm import Arm
    from exportin.review.contrast import Contrast
    from exportin.review.experiments import Planned

__all__ = ["KINDS", "kinds_of"]

KINDS = {"inhibition": "drug", "p53": "p53", "labels": "potency", "contexts": "context"}  # what each control takes out
# Where p53 is belongs to the export cycle, which carries it without the pathway too.
_OF_P53 = re.compile(r"(TP53|TP73|MDM2)_(?!(nc|nuclear)$)|(CDKN1A|BBC3|BAX)_mrna")
# What hangs on a lesion that a cell may have, by the input that says so.
_LESIONS = {"BCR_ABL1": r"BCR_ABL1|SET_|HNRNPA1|CIP2A", "NPM1_mutant_share": "NPM1C"}
_GENES = re.compile(r"TP53|p53|MDM2|HPV E6")


def kinds_of(planned: Planned) -> frozenset[str]:
    """What an experiment asserts: any of ``drug``, ``p53``, ``potency``, ``context``.

    Examples
    --------
    >>> from exportin.review.experiments import experiments
    >>> sorted(kinds_of(experiments()["C158"])), sorted(kinds_of(experiments()["C020"]))
    (['context', 'drug', 'p53'], [])
    """
    tests = {"drug": _drug, "p53": _p53, "potency": _potency, "context": _context}
    return frozenset(kind for kind, holds in tests.items() if any(holds(contrast) for contrast in planned.contrasts))


def _inhibited(arm: Arm) -> bool:
    lowered = any(row.what == "XPO1_synthesis" for word in arm.conditions for row in words()[word])
    return lowered or any(find_partner(drug.name) is None for drug in arm.drugs)


def _drug(contrast: Contrast) -> bool:
    """Whether something must change that has an inhibitor, or a knock-down of XPO1, in it alone."""
    if contrast.comparison.way in ("as", "not above", "not below", "not synergistic") or not _inhibited(contrast.arms[0]):
        return False
    if contrast.comparison.beside == "control":
        return not _inhibited(contrast.arms[1]) or "dose" in (contrast.observed[0].kind, contrast.observed[1].kind)
    # Without a drug nothing reaches a dose, and nothing is lost: such figures hold by themselves.
    figure, dose = contrast.comparison.beside == "figure", contrast.observed[0].kind == "dose"
    return not (figure and contrast.comparison.way == ("above" if dose else "below"))


def _p53(contrast: Contrast) -> bool:
    """Whether it observes p53 or its targets, or compares arms that differ in p53, MDM2 or a drug on them."""
    if any(_OF_P53.match(name) for observed in contrast.observed for name in observed.names):
        return True
    arms = contrast.arms if contrast.comparison.beside == "control" else contrast.arms[:1]
    differ = len({find_cell(arm.line).facts.TP53 for arm in arms}) > 1
    partners = [find_partner(drug.name) for arm in arms for drug in arm.drugs]
    nutlin = any(partner is not None and partner.pathway == "tp53" for partner in partners)
    return differ or nutlin or len({bool(_GENES.search(arm.genotype)) for arm in arms}) > 1


def _potency(contrast: Contrast) -> bool:
    """Whether the doses of two inhibitors are compared, or the dose of one with a figure."""
    if contrast.observed[0].kind != "dose":
        return False
    names = {drug.name for arm in contrast.arms for drug in arm.drugs if find_partner(drug.name) is None}
    if contrast.comparison.beside == "control":
        return len(names) > 1
    return contrast.comparison.beside == "figure"


def _context(contrast: Contrast) -> bool:
    """Whether cells are compared, or something is observed that hangs on a lesion of the cell."""
    if contrast.comparison.beside == "control" and contrast.arms[0].cell != contrast.arms[1].cell:
        return True
    lesions = [pattern for arm in contrast.arms for row in context(find_cell(arm.line).name).values() if (pattern := _LESIONS.get(row.id))]
    return any(re.match(pattern, name) for pattern in lesions for observed in contrast.observed for name in observed.names)
