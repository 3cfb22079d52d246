"""A whole virtual trial: same bits however it is cut, goes on after a kill, and what it says of its arms."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import exportin as xp
from exportin.cohort.numbers import published
from exportin.cohort.survival.estimate import compare_two
from exportin.cohort.trial import run as running
from exportin.cohort.trial.compared import compare, crps
from exportin.cohort.trial.course import FIELDS
from exportin.cohort.trial.file import parse_trial
from exportin.cohort.trial.outcomes import arm_outcomes, median_time, share_at
from exportin.cohort.trial.result import Outcome
from exportin.cohort.trial.written import write_trial
from exportin.errors import BadQuantity, NotModelled, UnknownName

TEXT = """title: Two arms
disease: refractory myeloma
until: 26 weeks
arms:
  - {name: drug, patients: 60, ladder: myeloma twice weekly}
  - {name: none, patients: 40}
eligible: {platelets: {least: 75}}
population: {draws: 2, replicates: 2, seed: 5}
"""


@pytest.fixture(scope="module")
def found():
    return xp.trial(_plan())


def _plan():
    return parse_trial(TEXT)


def test_the_numbers_do_not_depend_on_chunks_or_workers(found, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 37)
    cut = xp.trial(_plan(), workers=2)
    np.testing.assert_array_equal(cut.record, found.record)
    np.testing.assert_array_equal(cut.platelets, found.platelets)


def test_processes_give_the_same(found):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        np.testing.assert_array_equal(xp.trial(_plan(), executor=pool, workers=1).record, found.record)


CLUSTER = """
import numpy as np
import exportin as xp
from distributed import Client, LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as client:
        found = xp.trial("trial.yaml", executor=client.get_executor(), workers=2, folder="run")
    np.save("record.npy", found.record)
"""


def test_a_dask_cluster_gives_the_same(found, tmp_path):
    pytest.importorskip("distributed", reason="distributed (the cluster extra) is not installed")
    (tmp_path / "trial.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "cluster.py").write_text(CLUSTER, encoding="utf-8")
    done = subprocess.run([sys.executable, "cluster.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "record.npy"), found.record)


def test_an_interrupted_trial_goes_on(found, tmp_path, root):
    """A process is killed when its first chunks are there; the same call computes the others alone."""
    file, folder = tmp_path / "t.yaml", tmp_path / "runs"
    file.write_text(TEXT, encoding="utf-8")
    code = "import exportin as xp, exportin.cohort.trial.run as r; r.CHUNK = 50; "
    code += f"xp.trial({str(file)!r}, folder={str(folder)!r}, workers=1)"
    child = subprocess.Popen([sys.executable, "-c", code])
    end = time.monotonic() + 120
    while time.monotonic() < end and child.poll() is None and len(list(folder.glob("*record*"))) < 2:
        time.sleep(0.05)
    child.kill()
    child.wait()
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert before
    subprocess.run([sys.executable, "-c", code], check=True, timeout=200)
    again = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    kept = [name for name in before if again.get(name) == before[name]]
    assert kept, "what was finished is not computed again"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "CHUNK", 50)
        np.testing.assert_array_equal(xp.trial(file, folder=folder).record, found.record)


def test_patients_are_the_same_in_every_draw_and_others_in_every_replicate(found):
    weight = found.before[:, :, 2]
    assert (weight[0] == weight[2]).mean() > 0.7, "but for those whom the ranges let in in one draw alone"
    assert (weight[0] != weight[1]).mean() > 0.9


def test_patients_fit_the_ranges(found):
    assert (found.before[:, :, 3] >= 75.0).all()
    narrow = TEXT.replace("least: 75", "least: 5000")
    with pytest.raises(BadQuantity, match="hardly any patient with refractory myeloma fits platelets 5000 to inf"):
        xp.trial(parse_trial(narrow))


def test_what_an_arm_says(found):
    drug, none = found["drug", "thrombocytopenia grade 3"], found["none", "thrombocytopenia grade 3"]
    assert drug.value > 20.0 > none.value
    assert len(drug.runs) == 4
    assert found["none", "response"].value < 10.0
    assert found["drug", "PFS hazard ratio"].value < 1.2
    with pytest.raises(UnknownName, match="respons"):
        found["drug", "respons"]
    assert "PFS median" in str(found)
    assert "Research use only" in str(found)


def test_survival_of_the_arms_is_a_table_for_the_statistics(found):
    table = found.survival("OS", run=0)
    assert len(table) == 100
    assert table.arms == ("drug", "none")
    assert xp.survival(table)["none"].subjects == 40
    with pytest.raises(UnknownName, match="EFS"):
        found.survival("EFS")


def test_more_draws_than_are_calibrated_are_refused():
    with pytest.raises(BadQuantity, match="draws of the cell model meet the calibrating arms"):
        xp.trial(_plan(), draws=500)


@pytest.mark.parametrize("bad", [{"draws": 0}, {"replicates": 0}, {"seed": -1}, {"draws": True}])
def test_bad_counts_are_refused(bad):
    with pytest.raises(BadQuantity, match="is not a whole number"):
        xp.trial(_plan(), **bad)


def test_cells_that_do_not_live_untreated_are_refused():
    strata = "strata: [{name: frail, share: 1.0, cell: MM.1S, knockdown: {BCL2L1: 0.95, MCL1: 0.95, BCL2: 0.95}}]\n"
    with pytest.raises(NotModelled, match="the cells of 'frail' do not live untreated in draw"):
        xp.trial(parse_trial(TEXT + strata))


def test_a_run_folder_knows_the_drugs_own_numbers():
    plan = _plan()
    heavier = dataclasses.replace(plan, compound=dataclasses.replace(plan.compound, molar_mass=886.62))
    assert running.describe_trial(plan, (2,)).digest != running.describe_trial(heavier, (2,)).digest


def test_one_sided_events_have_a_ratio_and_a_test():
    never, always = np.full(14, 100.0), np.full(14, 30.0)
    seen, not_seen = np.ones(14, dtype=bool), np.zeros(14, dtype=bool)
    ratio, p = compare_two(never, not_seen, always, seen)
    assert ratio == 0.0
    assert p < 1e-4
    assert compare_two(always, seen, never, not_seen)[0] == np.inf


def test_nobody_left_is_no_share_left():
    record = {name: np.zeros(4) for name in FIELDS} | {"PFS": np.full(4, 56.0), "progressed": np.ones(4), "OS": np.full(4, 200.0)}
    assert arm_outcomes(record, "RANO", 35)["PFS at 6 months"] == (0.0, "%")


def test_a_remission_of_leukaemia_is_more_than_a_partial_response():
    record = {name: np.zeros(4) for name in FIELDS} | {"best": np.array([1.0, 3.0, 4.0, 5.0])}
    found = arm_outcomes(record, "AML", 26)
    assert (found["response"][0], found["remission"][0], found["complete response"][0]) == (75.0, 50.0, 25.0)
    assert "remission" not in arm_outcomes(record, "IMWG", 26)


def test_everything_is_written(found, tmp_path):
    write_trial(found, tmp_path / "out", kept=False)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    tables = {"trial.json", "outcomes.csv", "published.csv", "patients.csv", "trial.yaml", "manifest.json"}
    assert names == tables | {"trial.svg", "swimmers.svg", "survival-PFS.svg", "survival-OS.svg"}
    rows = (tmp_path / "out" / "patients.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 101
    assert rows[0].startswith("patient,arm,stratum,response,weight_before")


def test_medians_and_shares_are_kaplan_and_meiers():
    time_, event = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([True, False, True, True, False])
    assert median_time(time_, event) == 4.0
    assert median_time(time_, np.zeros(5, bool)) == np.inf
    assert share_at(time_, event, 3.0) == pytest.approx(0.8 * 2 / 3)


def test_scores_and_verdicts_against_what_is_published():
    assert crps(np.array([3.0, 3.0]), 5.0) == 2.0
    row = next(one for one in published() if (one.trial, one.outcome) == ("SADAL", "response"))

    def outcome(runs):
        low, high = np.quantile(runs, (0.05, 0.95))
        return Outcome(row.arm, row.outcome, "%", float(np.median(runs)), low, high, np.asarray(runs))

    verdicts = [compare("SADAL", [outcome(runs)])[0].verdict for runs in ([20.0, 30.0, 40.0], [40.0, 50.0], [1.0, 99.0])]
    assert verdicts == ["inside", "outside", "inconclusive"]
    with pytest.raises(UnknownName, match="STROM"):
        compare("STROM", [])


def test_every_published_row_is_about_a_trial_that_ships(root):
    plans = [parse_trial(path.read_text(encoding="utf-8")) for path in (root / "examples" / "trials").glob("*.yaml")]
    known = {(plan.published, arm.name) for plan in plans for arm in plan.arms} | {("label, myeloma", "80 mg twice weekly")}
    assert {(row.trial, row.arm) for row in published()} <= known
