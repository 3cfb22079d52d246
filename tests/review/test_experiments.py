"""The experiments that ship: they cover the claims, cannot carry their own answer, and are refused with the line where they are wrong."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from exportin.errors import BadScenario
from exportin.knowledge import facts
from exportin.review.entry import Block
from exportin.review.experiments import experiments, read_experiments, refuse_own_figures
from exportin.review.query import queries
from exportin.review.statistic import statistics
from exportin.review.tables import readings, unmodelled, words

CLAIMS = {row.id: row for row in facts("claims")}
ALLOWED = {"cell", "genotype", "exposure", "observable", "time", "comparison"}


def written(tmp_path, text):
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_claim_has_one_method_or_a_reason():
    assert len(CLAIMS) == 277
    for claim in CLAIMS:
        methods = [held for held in (experiments(), queries(), statistics()) if claim in held]
        reasons = [row for row in unmodelled(claim) if row.part == "all"]
        assert len(methods) + len(reasons) == 1, claim


def test_at_least_150_of_the_176_that_a_model_could_make_have_an_experiment():
    modelable = {claim for claim, row in CLAIMS.items() if row.modelable == "yes"}
    assert len(modelable) == 176
    assert len(modelable & set(experiments())) >= 150


def test_only_what_a_biologist_sets_has_a_key():
    assert set(Block.model_fields) == ALLOWED


@pytest.mark.parametrize("key", ["parameters", "cells", "draws", "hypotheses", "tolerance", "expected", "answer", "seed", "pathways"])
def test_nothing_else_is_taken(key):
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Block.model_validate({"cell": "HeLa", "observable": "MYC", "time": "1 h", "comparison": "below its start", key: 1})


@pytest.mark.parametrize("claim", sorted(experiments()))
def test_figures_of_a_comparison_are_the_claims_own(claim):
    refuse_own_figures(experiments()[claim])


def test_a_figure_of_the_experiments_own_is_refused(tmp_path):
    block = "cell: OCI-AML3, exposure: KPT-185 1 nM to 1 uM, observable: ED50 of viability, time: 72 h, comparison: below 200 nM"
    text = f"C159: [{{{block}}}]\n"
    planned = read_experiments(written(tmp_path, text))["C159"]
    with pytest.raises(BadScenario, match="has the figure 200, which the claim does not print"):
        refuse_own_figures(planned)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("C161: [{cell: HeLa, observable: MYC, time: 1 h, comparison: below its start, answer: 1}]\n", BadScenario, "line 1: .*answer"),
        ("C161:\n  - {cell: HeLa, observable: MYC, comparison: below its start}\n", BadScenario, "line 2: the key 'C161.0.time' is mis"),
        ("C161: [{cell: HeLa, observable: MYC, time: 1 h, comparison: is lovely}]\n", BadScenario, "line 1: comparison: 'is lovely'"),
        ("C161: [{cell: HeLa, observable: MYC, time: 1 apple, comparison: below its start}]\n", Exception, "line 1: .*apple"),
        ("P53: [{cell: HeLa, observable: MYC, time: 1 h, comparison: below its start}]\n", BadScenario, "is not the number of a claim"),
        ("C161: []\n", BadScenario, "has no experiment"),
        ("C161: [{cell: HeLa}]\nC161: [{cell: HeLa}]\n", BadScenario, "line 2: found duplicate key"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path, text, error, message):
    with pytest.raises(error, match=message):
        read_experiments(written(tmp_path, text))


def test_an_experiment_of_no_claim_is_refused(tmp_path):
    text = "C999: [{cell: HeLa, observable: MYC, time: 1 h, comparison: below its start}]\n"
    with pytest.raises(BadScenario, match="line 1: 'C999' is not a known claim"):
        refuse_own_figures(read_experiments(written(tmp_path, text))["C999"])


def test_both_readings_belong_to_claims_with_experiments():
    from exportin.network.parameters import switches
    from exportin.review.tables import all_readings

    for row in all_readings():
        assert row.claim in experiments()
        assert len(switches()[row.hypothesis].choices) > 1
        assert row in readings(row.claim)


def test_every_word_and_every_standard_concentration_is_used():
    arms = [arm for planned in experiments().values() for one in planned.contrasts for arm in one.arms]
    used = {part for arm in arms for part in f"{arm.genotype} + {arm.exposure}".split(" + ")}
    assert set(words()) - used == set()


def test_the_text_of_an_experiment_is_as_it_stands_in_the_file():
    planned = experiments()["C161"]
    assert planned.text.startswith("C161:\n")
    assert "genotype: {test: TP53 knockdown, control: none}" in planned.text
    assert "C162" not in planned.text
