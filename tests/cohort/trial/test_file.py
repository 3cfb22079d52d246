"""Trial files: what is read, and every refusal in one sentence with its line."""

from __future__ import annotations

import pytest

from exportin.cohort.trial.file import parse_trial, read_trial
from exportin.errors import BadQuantity, BadRegimen, BadScenario, ExportinError, NotModelled, UnknownName

GOOD = """title: T
disease: DLBCL
until: 6 months
arms:
  - name: drug
    patients: 10
    ladder: 60 mg twice weekly
  - name: none
    patients: 5
"""


HALF = "{name: a, share: 0.5, cell: HeLa}"


def test_a_trial_is_read():
    plan = parse_trial(GOOD)
    assert (plan.weeks, plan.criterion, plan.visit_weeks, plan.patients, plan.count) == (26, "Lugano", 8, 15, 15)
    assert [level.text for level in plan.arms[0].levels][:2] == ["60 mg PO days 1,3", "40 mg PO days 1,3"]
    assert plan.arms[0].rules
    assert not plan.arms[1].rules
    assert plan.arms[1].levels == ()


def test_the_examples_are_trials(root):
    plans = [read_trial(path) for path in sorted((root / "examples" / "trials").glob("*.yaml"))]
    assert len(plans) >= 8
    assert all(plan.published for plan in plans)
    assert not any(plan.notes for plan in plans)


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        (changed("name: none", "name: drug"), BadScenario, "line 4: two arms are called 'drug'; a patient belongs to one arm"),
        (changed("patients: 5\n", "patients: 5\n    ladder: 60 mg twice weekly\n"), BadScenario, "line 4: the arms 'drug' and 'none' are"),
        (changed("until:", "criterion: IMWG\nuntil:"), NotModelled, "line 3: criterion: IMWG reads M-protein, and this disease is"),
        (changed("DLBCL", "DLBLC"), UnknownName, "line 2: 'DLBLC'"),
        (changed("6 months", "6 apples"), BadQuantity, "line 3: until: the unit of '6 apples' does not fit"),
        (changed("6 months", "60 years"), BadScenario, "longer than 20 years"),
        (changed("patients: 10", "patients: 0"), BadScenario, "line 6: arms.0.patients"),
        (changed("ladder: 60 mg twice weekly", "ladder: 60 mg thrice"), UnknownName, "line 5"),
        (changed("ladder: 60 mg twice weekly", "regimen: 60 mg IV days 1,3"), BadRegimen, "line 5: '60 mg IV days 1,3' is not the same"),
        (changed("ladder: 60 mg twice weekly", "regimen: 60 mg PO days 1,3\n    ladder: 60 mg twice weekly"), BadScenario, "not both"),
        (changed("until:", "drug: KPT-185\nuntil:"), NotModelled, "line 3: KPT-185 has no pharmacokinetics"),
        (changed("until:", "eligible: {platelets: {least: 100, most: 50}}\nuntil:"), BadScenario, "at least 100 and at most 50"),
        (changed("until:", "eligible: {mood: {least: 1}}\nuntil:"), UnknownName, "mood"),
        (changed("until:", "numbers: {growth: 1.0}\nuntil:"), UnknownName, "growth_rate"),
        (changed("until:", "strata: [{name: a, share: 0.5, cell: HeLa}]\nuntil:"), BadScenario, "the shares add up to 0.5"),
        (changed("until:", f"strata: [{HALF}, {HALF}]\nuntil:"), BadScenario, "two are called 'a'"),
        (changed("until:", "colour: blue\nuntil:"), BadScenario, "line 3: 'colour' is not a key of a trial"),
        (changed("    patients: 5\n", "    patients: 5\n    background: hope\n"), UnknownName, "background"),
        (changed("until:", "published: STROM\nuntil:"), UnknownName, "line 3"),
        (changed("until:", "visits: 60 weeks\nuntil:"), BadScenario, "nobody would be assessed"),
        (changed("6 months", "10 days"), BadQuantity, "line 3: until: '10 days' is 1.43 weeks; give whole weeks"),
        (changed("until:", "numbers: {marker: 0.0}\nuntil:"), BadQuantity, "marker is 0; expected a positive number"),
        (changed("until:", "numbers: {female: 7.0}\nuntil:"), BadQuantity, "at most 1"),
        ("title: T\n", BadScenario, "missing"),
        ("- a\n", BadScenario, "a trial is a mapping"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(text, error, told):
    with pytest.raises(error) as refused:
        parse_trial(text, "t.yaml")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value).split("; for example")[0]


def test_a_dose_above_the_tested_range_is_flagged():
    plan = parse_trial(changed("ladder: 60 mg twice weekly", "regimen: 200 mg PO days 1,3"))
    assert plan.notes == ("drug: 200 mg of selinexor is above the tested range, which ends at 145 mg; what it does is extrapolated",)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ExportinError, match="does not exist"):
        read_trial(tmp_path / "none.yaml")
