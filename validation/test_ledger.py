"""The whole ledger: its verdicts are those that were accepted, and negative controls take down what hangs on what they take out.

    .venv/bin/python -m pytest validation/test_ledger.py -s

runs it with full ensembles (minutes the first time; kept after).
"""

from __future__ import annotations

import functools

import pytest

import exportin as xp
from exportin.review.experiments import experiments
from exportin.review.kind import KINDS, kinds_of
from exportin.review.verdict import SUPPORTS


@functools.cache
def whole():
    return xp.ledger()


def test_verdicts_are_the_accepted_ones(record_property):
    found = whole()
    print(found)
    record_property("ledger", str(found))
    assert [entry.claim.id for entry in found.lost] == []
    assert [entry.claim.id for entry in found.changed] == []


def supported(kind, *, has):
    """Claims with an experiment that are supported, with or without a kind."""
    held = [entry for entry in whole() if entry.planned is not None and entry.verdict == SUPPORTS]
    return [entry.claim.id for entry in held if (kind in kinds_of(entry.planned)) == has]


@functools.cache
def left(control, kind, has):
    """Of the supported claims with or without a kind, those that stand under a control, and how many there are."""
    claims = supported(kind, has=has)
    found = xp.ledger(*claims, control=control)
    absent = [entry.claim.id for entry in found if all(part.effect.known.sum() == 0 for part in entry.parts)]
    return [entry.claim.id for entry in found if entry.verdict == SUPPORTS], len(claims), absent


@pytest.mark.parametrize("control", KINDS)
def test_what_hangs_on_it_falls(record_property, control):
    """At least 80 % of the supported claims that assert a drug effect fall without inhibition; so of the others."""
    stand, count, absent = left(control, KINDS[control], True)
    told = f"{count - len(stand)} of {count} supported {KINDS[control]} claims fall; standing: {', '.join(stand) or 'none'}"
    told += f"; {len(absent)} of them because the model then lacks what they observe" if absent else ""
    print(f"{control}: {told}")
    record_property(control, told)
    assert count > 0
    assert count - len(stand) >= 0.8 * count


def test_the_others_stand_without_p53(record_property):
    stand, count, _ = left("p53", "p53", False)
    fallen = sorted(set(supported("p53", has=False)) - set(stand))
    told = f"{len(stand)} of {count} other claims stand; fallen: {', '.join(fallen) or 'none'}"
    print(told)
    record_property("p53, others", told)
    assert len(stand) >= 0.9 * count


def test_kinds_are_read_from_the_arms():
    kinds = {claim: kinds_of(planned) for claim, planned in experiments().items()}
    assert {"C161", "C165", "C253", "C255"} <= {claim for claim, held in kinds.items() if "p53" in held}
    assert {"C057", "C070", "C071", "C073", "C096"} <= {claim for claim, held in kinds.items() if "potency" in held}
    assert {"C008", "C158", "C250"} <= {claim for claim, held in kinds.items() if "context" in held}
    assert "drug" not in kinds["C086"]
