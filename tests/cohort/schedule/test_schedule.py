"""The search of schedules: who beats whom, limits, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.cohort.schedule.search import Candidate, _marked, parse_limit, schedules
from exportin.cohort.trial.result import Outcome
from exportin.cohort.week.level import read_level
from exportin.errors import BadQuantity, ExportinError, UnknownName


def outcome(name, value):
    return Outcome("a", name, "%", value, value, value, np.array([value]))


def candidate(text, benefit, harm, within):
    return Candidate(read_level(text), outcome("response", benefit), (outcome("harm", harm),), within)


def test_only_what_no_other_beats_is_marked():
    found = _marked(
        [
            candidate("20 mg PO day 1", 10.0, 5.0, 1.0),
            candidate("40 mg PO day 1", 20.0, 15.0, 1.0),
            candidate("40 mg PO days 1,3", 19.0, 20.0, 1.0),  # less benefit, more harm than the one before
            candidate("80 mg PO days 1,3", 60.0, 70.0, 0.2),  # beyond the limit in most draws
        ]
    )
    assert [one.best for one in found] == [True, True, False, False]


@pytest.fixture(scope="module")
def found():
    return schedules("refractory myeloma", doses=["20 mg", "80 mg"], days=["day 1", "days 1,3"], patients=80, weeks=16, draws=2, seed=1)


def test_dose_trades_response_for_platelets(found):
    by = {one.level.text: one for one in found.candidates}
    low, high = by["20 mg PO day 1"], by["80 mg PO days 1,3"]
    assert low.benefit.value <= high.benefit.value
    assert low.limited[0].value < high.limited[0].value
    assert [one.level.amount * len(one.level.days) for one in found.candidates] == [20.0, 40.0, 80.0, 160.0]
    marked = [line for line in str(found).splitlines() if line.startswith("* ")]
    assert len(marked) == len(found.frontier)
    assert found.to_dict()["schedules"][0]["fewest_days_between"] == 7


def test_the_figure_and_the_files_are_there(found, tmp_path):
    from exportin.cohort.schedule.written import write_schedules

    write_schedules(found, tmp_path / "out", 1)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"schedules.json", "schedules.csv", "schedules.svg", "manifest.json"}


@pytest.mark.parametrize("text", ["", "thrombocytopenia", "thrombocytopenia < much", "< 4", "thrombocytopenia < -1"])
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(BadQuantity, match="is no limit"):
        parse_limit(text)


def test_bad_offers_are_refused():
    with pytest.raises(BadQuantity, match="offered twice"):
        schedules("DLBCL", doses=["20 mg", "20 mg"], days=["day 1"])
    with pytest.raises(ExportinError, match="no doses"):
        schedules("DLBCL", doses=[], days=["day 1"])
    with pytest.raises(UnknownName, match="thrombopenia"):
        schedules("refractory myeloma", doses=["20 mg"], days=["day 1"], limits=["thrombopenia < 5 %"], patients=4, weeks=4, draws=1)
