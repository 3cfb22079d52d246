"""Ensembles of experiments: the same bits however they are computed, run folders that resume, failures that are named and left out."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import exportin as xp
from exportin.errors import OutputExists, SimulationFailed, UnknownName
from exportin.experiment import prepared, rest
from exportin.experiment.ensemble import compute_part
from exportin.experiment.members import Members
from exportin.experiment.prepared import Experiment
from exportin.experiment.simulate import plan_study
from exportin.kernel.batch import Outcome, Settled
from exportin.kernel.ensemble.folder import RunFolder

OBSERVE = ["selinexor_free", "XPO1_occupancy", "export_capacity", "TP53_nc"]
SCENARIO = """\
title: Patients
cell: OCI-AML3
exposures: [{drug: selinexor, regimen: 60 mg PO once}]
observe: [selinexor_free, XPO1_occupancy, TP53_nc]
until: 24 h
points: 25
population: {patients: 40, draws: 8}
"""


def ensemble(**given):
    sizes = {"patients": 3, "draws": 4, "cells": 5, "seed": 3, "until": "12 h", "points": 13, "observe": OBSERVE}
    return xp.simulate(xp.cell("OCI-AML3"), xp.regimen("selinexor", "60 mg PO once"), **{**sizes, **given})


def same(one, other):
    names = one.observables
    return names and all(
        np.array_equal(one[name], other[name]) and np.array_equal(one.extremes[name], other.extremes[name]) for name in names
    )


@pytest.fixture(scope="module")
def whole():
    return ensemble()


# --- the same bits


@pytest.mark.parametrize("workers", [1, 3, 60])
def test_the_number_of_workers_changes_no_bit(whole, workers):
    assert same(ensemble(workers=workers), whole)


def test_a_member_does_not_depend_on_its_chunk(whole):
    study = plan_study(
        xp.cell("OCI-AML3"), [xp.regimen("selinexor", "60 mg PO once")], "12 h", OBSERVE,
        {"patients": 3, "draws": 4, "cells": 5}, seed=3, points=13, tolerance=1e-7,
    )  # fmt: skip
    table = np.stack([whole[name].reshape(60, 13) for name in OBSERVE], axis=1)
    for members in (range(7, 8), range(11, 14), range(17, 60)):
        assert np.array_equal(study.members(members)["values"], table[members.start : members.stop])


def test_members_are_what_single_positions_are(whole):
    experiment = prepared.prepare(xp.cell("OCI-AML3"), [xp.regimen("selinexor", "60 mg PO once")], 3)
    places = np.array([[2, 0, 1], [3, 1, 0], [4, 0, 2]])  # patient, draw, sister by row, three positions
    columns = experiment.columns(*places)
    for position, (patient, draw, sister) in enumerate(places.T.tolist()):
        for name, value in experiment.values_at(patient, draw, sister).items():
            assert np.broadcast_to(columns[name], 3)[position] == value, name


def test_more_members_change_no_other(whole):
    more = ensemble(patients=4, draws=6)
    for name in OBSERVE:
        assert np.array_equal(more[name][:3, :4], whole[name])


def test_processes_give_the_same_bits(whole):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert same(ensemble(executor=pool, workers=2), whole)


def test_processes_store_what_they_compute(whole, tmp_path):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert same(ensemble(executor=pool, workers=2, folder=tmp_path / "run"), whole)


def test_two_threads_may_simulate_at_once(whole):
    changed = [{"observe": OBSERVE[place:]} for place in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda given: ensemble(**given), changed))
    assert all(np.array_equal(result[name], whole[name]) for result in found for name in result.observables)


def test_what_travels_to_another_process_comes_back():
    changed = xp.cell("OCI-AML3").with_variant("XPO1 C528S", 0.5).with_cargo("PROBE", nes_kd="1 uM").knockdown("TP53", 0.5)
    assert pickle.loads(pickle.dumps(changed)) == changed
    error = UnknownName("cell", "HeLe", ["HeLa"])
    assert type(pickle.loads(pickle.dumps(error))) is UnknownName
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


# --- run folders


def test_a_run_folder_holds_the_same_numbers(whole, tmp_path):
    stored = ensemble(folder=tmp_path / "run")
    assert same(stored, whole)
    for name in OBSERVE:
        assert stored.quantiles(name) == pytest.approx(whole.quantiles(name), rel=1e-14)
    assert str(stored.summary()) == str(whole.summary())
    assert np.array_equal(stored.statistic("TP53_nc", "end"), whole.statistic("TP53_nc", "end"))
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert [axis["name"] for axis in manifest["members"]] == ["patient", "draw", "cell"]
    assert manifest["task"]["units"]["selinexor_free"] == "uM"


def test_a_run_folder_of_another_run_is_refused(tmp_path):
    ensemble(folder=tmp_path / "run", patients=1, cells=1)
    with pytest.raises(OutputExists, match=r"seed is 3 there and 4 here"):
        ensemble(folder=tmp_path / "run", patients=1, cells=1, seed=4)


def test_a_finished_chunk_is_not_computed_again(tmp_path, monkeypatch):
    first = ensemble(folder=tmp_path / "run")
    lost = sorted((tmp_path / "run").glob("values-*.npy"))[2]
    lost.unlink()
    done = []
    compute = Members.__call__
    monkeypatch.setattr(Members, "__call__", lambda self, members: done.append(members) or compute(self, members))
    assert same(ensemble(folder=tmp_path / "run"), first)
    assert len(done) == 1


def test_parts_of_a_job_array_make_the_whole(whole, tmp_path):
    study = plan_study(
        xp.cell("OCI-AML3"), [xp.regimen("selinexor", "60 mg PO once")], "12 h", OBSERVE,
        {"patients": 3, "draws": 4, "cells": 5}, seed=3, points=13, tolerance=1e-7,
    )  # fmt: skip
    folder = RunFolder.create(tmp_path / "run", study.description)
    owed = [len(compute_part(study, folder, (part, 3))) for part in (2, 3, 1)]
    assert owed == [5, 2, 0]  # of eight chunks
    assert same(study.stored(folder), whole)


def command(scenario, out, *words):
    return [sys.executable, "-m", "exportin", "run", str(scenario), "--out", str(out), *words]


def test_a_killed_run_goes_on_and_ends_with_the_same_bits(tmp_path):
    scenario, out = tmp_path / "patients.yaml", tmp_path / "out"
    scenario.write_text(SCENARIO, encoding="utf-8")
    run = subprocess.Popen(command(scenario, out, "--chunk", "1/1", "--workers", "1"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while run.poll() is None and len(list(out.glob("ensemble/chunk-*.json"))) < 5:
        time.sleep(0.005)
    run.kill()
    run.wait()
    before = {file: file.stat().st_mtime_ns for file in out.glob("ensemble/chunk-*.json")}
    assert 5 <= len(before) < 40
    assert not (out / "manifest.json").exists()
    again = subprocess.run(command(scenario, out), capture_output=True, text=True, check=False, timeout=300)
    assert again.returncode == 0, again.stderr
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert len(list(out.glob("ensemble/chunk-*.json"))) == 40
    undisturbed = xp.simulate(
        xp.cell("OCI-AML3"), xp.regimen("selinexor", "60 mg PO once"), until="24 h", points=25, patients=40, draws=8,
        observe=["selinexor_free", "XPO1_occupancy", "TP53_nc"],
    )  # fmt: skip
    assert same(xp.load(out), undisturbed)
    assert {"report.html", "result.json", "timecourse.csv", "model.xml"} <= {file.name for file in out.iterdir()}


def test_job_arrays_on_the_command_line(tmp_path):
    scenario, out = tmp_path / "patients.yaml", tmp_path / "out"
    scenario.write_text(SCENARIO.replace("patients: 40", "patients: 4"), encoding="utf-8")
    calls = [
        subprocess.run(command(scenario, out, "--chunk", f"{part}/2"), capture_output=True, text=True, check=False, timeout=300)
        for part in (2, 1)
    ]
    assert [call.returncode for call in calls] == [0, 0], calls[-1].stderr
    assert calls[0].stdout.startswith("Part 2/2 is done; 2 of 4 chunks are left")
    assert "median of 32 runs" in calls[1].stdout
    assert (out / "report.html").exists()
    bad = subprocess.run(command(scenario, out, "--chunk", "3/2"), capture_output=True, text=True, check=False, timeout=300)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert "parts are counted from 1" in bad.stderr


# --- failures


@pytest.fixture
def failing(monkeypatch):
    """Draws whose untreated state is told not to settle."""
    bad: list[int] = []
    rest = Experiment.rest

    def told(self, values, count=1, tolerance=None):
        settled = rest(self, values, count, tolerance)
        outcomes = settled.outcomes.copy()
        outcomes[[place for place in bad if place < count]] = Outcome.NOT_SETTLED
        return Settled(settled.states, outcomes, settled.distance, settled.redone, settled.steps)

    monkeypatch.setattr(Experiment, "rest", told)
    return bad


def draws(**given):
    sizes = {"until": "2 h", "points": 5, "draws": 12, "workers": 1, "observe": ["XPO1_occupancy", "TP53_nc"]}
    return xp.simulate(xp.cell("HeLa"), xp.exposure("LMB", "50 nM"), **{**sizes, **given})


def test_runs_that_fail_are_left_out_and_counted(failing, tmp_path):
    everything = draws()
    failing.append(2)
    result = draws()  # chunks of eight: the third of each
    assert result.left_out == {"not settled": 2}
    assert result.runs == 10
    kept = [draw for draw in range(12) if draw not in (2, 10)]
    assert np.array_equal(result["TP53_nc"][kept], everything["TP53_nc"][kept])
    assert result.quantiles("TP53_nc") == pytest.approx(np.quantile(everything["TP53_nc"][kept], (0.05, 0.5, 0.95), axis=0))
    assert "median of 10 runs" in str(result.summary())
    assert np.isfinite(result.to_pandas().to_numpy()).all()
    assert len(result.to_pandas()) == 50
    back = xp.load(result.save(tmp_path / "out"))
    assert back.left_out == {"not settled": 2}
    assert "nan" not in (tmp_path / "out" / "timecourse.csv").read_text(encoding="utf-8").lower()
    assert json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))["left_out"] == {"not settled": 2}


def test_a_report_of_runs_with_failures_has_no_nan(failing, tmp_path):
    from exportin.report.html import write_report

    failing.append(2)
    write_report(tmp_path, draws(), "With failures", "")
    assert ">nan<" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_command_line_ends_with_a_finding_where_runs_are_left_out(failing, tmp_path, monkeypatch, capsys):
    from exportin import cli

    failing.append(0)
    scenario = tmp_path / "patients.yaml"
    scenario.write_text(SCENARIO.replace("patients: 40, draws: 8", "draws: 12"), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["exportin", "run", str(scenario), "--workers", "1"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "2 runs could not be computed and are left out (2 not settled)" in capsys.readouterr().err


def test_a_single_run_that_does_not_settle_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(rest, "HORIZON", 1.0)
    monkeypatch.setattr(rest, "DOUBLINGS", 0.0)
    with pytest.raises(SimulationFailed, match="it does not settle: it may oscillate"):
        xp.simulate(xp.cell("HeLa"), until="1 h", observe=["TP53_nc"], points=2)
    with pytest.raises(SimulationFailed, match="none of 3 runs could be computed"):
        xp.simulate(xp.cell("HeLa"), until="1 h", observe=["TP53_nc"], points=2, draws=3)
