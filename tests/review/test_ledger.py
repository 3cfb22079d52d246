"""The ledger on a small population: shapes, verdicts of each method, controls, and what is kept."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest

import exportin as xp
from exportin.errors import BadQuantity, BadScenario, OutputExists, UnknownName
from exportin.knowledge import facts
from exportin.review import tables
from exportin.review.accepting import accept_verdicts, refuse_other_population
from exportin.review.bench import Bench, Population
from exportin.review.control import Control
from exportin.review.experiments import experiments, read_experiments
from exportin.review.measure import measure, needs_of
from exportin.review.page import write_page
from exportin.review.strip import draw_strips
from exportin.review.told import tell, tell_entry
from exportin.review.verdict import INCONSISTENT, SUPPORTS, UNMODELLED, VERDICTS
from exportin.review.written import write_ledger

SMALL = {"draws": 4, "cells": 3}
KEYS = ["id", "section", "role", "method", "verdict", "expected", "observed", "interval", "sources"]


@functools.cache
def few(control=""):
    """An experiment in one line, a statistic, a query, an inconsistent claim and one that nothing judges."""
    return xp.ledger("C189", "C113", "C010", "C022", "C031", control=control, **SMALL)


def test_each_method_gives_an_entry():
    found = few()
    assert [entry.method for entry in found] == ["experiment", "statistic", "query", "query", "none"]
    assert all(entry.verdict in VERDICTS for entry in found)
    assert found["C113"].verdict == SUPPORTS
    assert found["C022"].verdict == INCONSISTENT
    assert found["C031"].verdict == UNMODELLED
    assert found["C031"].notes


def test_an_experiment_has_a_number_of_every_draw():
    entry = few()["C189"]
    assert len(entry.parts) == 3
    for part in entry.parts:
        assert part.effect.values.shape == part.effect.holds.shape == (4,)
    assert entry.interval is not None
    assert entry.interval[0] <= entry.interval[1]
    assert {reading.hypothesis for reading in entry.readings} <= {row.hypothesis for row in tables.readings("C189")}


def test_numbers_do_not_depend_on_what_is_run_beside():
    """The claim alone, and among others of the same cells and drug; computed both times."""
    alone, beside = (xp.ledger(*claims, **SMALL, anew=True)["C188"] for claims in (("C188",), ("C188", "C189")))
    for one, other in zip(alone.parts, beside.parts, strict=True):
        assert np.array_equal(one.effect.values, other.effect.values, equal_nan=True)


def test_numbers_do_not_depend_on_the_threads():
    one, two = (xp.ledger("C188", **SMALL, anew=True, workers=workers)["C188"] for workers in (1, 2))
    for first, second in zip(one.parts, two.parts, strict=True):
        assert np.array_equal(first.effect.values, second.effect.values, equal_nan=True)


def test_numbers_are_those_of_a_simulation(own_cache):
    """Second way: the same cells by `exportin.simulate`, of a contrast with its own start."""
    planned = experiments()["C188"]
    contrast = next(one for one in planned.contrasts if one.observed[0].name == "MCL1_mrna")
    bench = Bench(Population(4, 3))
    bench.compute(need for wells in needs_of(contrast, Control()) for need in wells)
    ratio = measure(contrast, bench, Control()).effect.values
    cell, drug = xp.cell("CLL").with_pathways(), xp.exposure("KPT-185", "1 uM")
    result = xp.simulate(cell, drug, until="24 h", observe=["MCL1_mrna"], draws=4, cells=3, points=2, tolerance=1e-6)
    course = result.shown("MCL1_mrna")[0]
    mean = np.nanmean(course, axis=1)
    assert ratio == pytest.approx(mean[:, 1] / mean[:, 0], rel=1e-4)


def test_without_inhibition_a_drug_does_nothing():
    entry = few("inhibition")["C189"]
    for part in entry.parts:
        held = part.effect.values[part.effect.known]
        assert held == pytest.approx(1.0 if part.effect.unit == "fold" else 0.0, abs=2e-3)
    assert entry.verdict == "contradicts"
    assert entry.readings == ()


def test_without_its_pathway_p53_says_nothing():
    entry = xp.ledger("C042", control="p53", **SMALL)["C042"]
    assert entry.verdict != SUPPORTS


def test_the_json_is_for_machines():
    told = json.loads(json.dumps(few().to_dict()))
    assert list(told) == ["claims"]
    assert all(list(one) == KEYS for one in told["claims"])
    assert told["claims"][1]["observed"] == "18 + 38 + 14 + 70" or told["claims"][1]["observed"].startswith("18 + 38 + 14 = 70")


def test_the_share_supported_is_told_by_role():
    text = str(few())
    assert "calibration" in text
    assert "validation" in text
    assert "supported of those judged" in text


def test_a_claim_is_told_whole():
    text = tell_entry(few()["C189"])
    for piece in ("verdict:", "expected:", "observed:", "experiment:", "CLL", "[Lapalombella12]"):
        assert piece in text
    assert tell(few()).count("verdict:") == 5


def test_the_page_holds_everything_and_nothing_from_elsewhere():
    page = write_page(few())
    for piece in ("C189", "C031", "<svg", "data-section", "Sources", "Research use only"):
        assert piece in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "").split("<main>")[0]
    assert "<script src" not in page
    assert write_page(few()) == page


def test_the_figure_has_a_mark_a_draw():
    svg = draw_strips(few()["C189"].parts)
    assert svg.startswith("<svg")
    assert svg.count("<circle") <= 3 * 4


def test_a_folder_has_page_numbers_and_figures(tmp_path):
    write_ledger(few(), tmp_path / "out")
    names = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert {"ledger.html", "ledger.json", "ledger.csv", "figures/C189.svg"} <= set(names)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    with pytest.raises(OutputExists):
        write_ledger(few(), tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_verdicts_are_accepted_on_purpose(tmp_path):
    path = tmp_path / "accepted.tsv"
    path.write_text("claim\tverdict\nC113\tcontradicts\n", encoding="utf-8")
    told = accept_verdicts(few(), path)
    assert "C113 supports" in told
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "claim\tverdict"
    assert "C113\tsupports" in lines


def test_a_lost_validation_claim_is_known(monkeypatch):
    entry = few()["C189"]
    assert entry.claim.role == "validation"
    monkeypatch.setattr("exportin.review.book.accepted", lambda: {"C189": SUPPORTS, "C113": "contradicts"})
    assert entry.lost == (entry.verdict != SUPPORTS)
    fact = few()["C113"]
    assert fact in few().changed
    assert not fact.lost


def test_the_accepted_state_has_every_claim():
    assert set(tables.accepted()) == {row.id for row in facts("claims")}


@pytest.mark.parametrize(("claim", "message"), [("C999", "'C999' is not a known claim"), ("p53", "is not a known claim")])
def test_an_unknown_claim_is_refused(claim, message):
    with pytest.raises(UnknownName, match=message):
        xp.ledger(claim)


@pytest.mark.parametrize("sizes", [{"draws": 1}, {"cells": 1}, {"draws": True}, {"seed": -1}])
def test_no_verdict_rests_on_a_single_trajectory(sizes):
    with pytest.raises(BadQuantity, match="no verdict rests on a single cell"):
        xp.ledger("C189", **sizes)


def test_a_claim_named_twice_is_run_once():
    assert [entry.claim.id for entry in xp.ledger("C113", "c113", **SMALL)] == ["C113"]


def test_an_observable_that_the_model_lacks_is_told_with_its_line(tmp_path, monkeypatch):
    path = tmp_path / "mine.yaml"
    path.write_text("C188: [{cell: CLL, exposure: KPT-185, observable: MCYC, time: 24 h, comparison: below its start}]\n", encoding="utf-8")
    monkeypatch.setattr("exportin.review.judge_claims.experiments", lambda: read_experiments(path))
    with pytest.raises(BadScenario, match=r"mine\.yaml, line 1: C188: 'MCYC' is not a known observable; did you mean"):
        xp.ledger("C188", **SMALL)


def test_accepting_goes_with_the_usual_population():
    with pytest.raises(BadQuantity, match="--accept goes with the usual population"):
        refuse_other_population(usual=False)


def test_a_claim_with_two_methods_is_refused(monkeypatch):
    from exportin.review import judge_claims

    one = judge_claims.statistics()["C123"]
    monkeypatch.setattr(judge_claims, "statistics", lambda: {"C010": one})
    with pytest.raises(BadScenario, match="C010 has query and statistic; give a claim one of"):
        xp.ledger("C010", **SMALL)


def test_a_method_of_no_claim_is_refused(monkeypatch):
    from exportin.review import judge_claims

    one = judge_claims.statistics()["C123"]
    monkeypatch.setattr(judge_claims, "statistics", lambda: {"C999": one})
    with pytest.raises(UnknownName, match="claim with a statistic"):
        xp.ledger("C010", **SMALL)
