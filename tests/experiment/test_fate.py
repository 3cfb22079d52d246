"""Fate: closed forms of lineage and viability, cells without drug, refusals, and a scenario that observes it."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import exportin as xp
from exportin.errors import NotModelled, SimulationFailed, UnknownName
from exportin.experiment import fate
from exportin.experiment.fate import DEAD, FATE_PARTS, read_fate, with_weights
from exportin.experiment.simulate import plan_study
from exportin.result.fate import pool_cells

PATHWAYS = ("apoptosis", "cycle")
UNLIKE = {"cell_spread": 0.6}
DOUBLING = 7200.0
SCENARIO = """\
title: Selinexor in NPM1-mutant, TP53 wild-type AML
cell: OCI-AML3
exposures:
  - drug: selinexor
    regimen: 60 mg PO days 1,3 every 7 d for 28 d
observe: [selinexor_free, XPO1_occupancy, TP53_nc, apoptotic_fraction]
until: 28 d
points: 57
population: {cells: 3, draws: 2, seed: 1}
"""


def told(name, dead, speed, seconds, untreated=(0.0, 1.0)):
    """An observable of one cell, shape (time,)."""
    shape = np.shape(seconds)
    parts = [np.broadcast_to(np.asarray(one, dtype=float), shape)[None] for one in (dead, speed, DOUBLING)]
    return read_fate(name, parts, [np.full((1, 1), one) for one in untreated], np.asarray(seconds))[0]


def cell(**changes):
    return xp.cell("OCI-AML3").with_pathways(*PATHWAYS).with_parameters(**changes)


def simulate(changed, dose="1 uM", **given):
    """One structure for all of them: it is compiled once."""
    plain = {"until": "24 h", "points": 7, "observe": ["viability", "apoptotic_fraction", "G1_fraction"], "seed": 2}
    return xp.simulate(changed, xp.exposure("KPT-185", dose), **{**plain, **given})


@pytest.fixture(scope="module")
def treated():
    """Two draws of six sisters that differ so much that some are dead before any drug."""
    return simulate(cell(**UNLIKE), cells=6, draws=2)


# --- closed forms


@pytest.mark.parametrize("speed", [0.0, 0.5, 1.0, 2.0])
def test_a_cell_of_steady_speed_doubles_by_its_own_clock(speed):
    seconds = np.array([0.0, 100.0, 3000.0, 7200.0, 20000.0])
    expected = 2.0 ** ((speed - 1.0) * seconds / DOUBLING)
    for name in ("lineage", "viability"):
        assert told(name, 0.0, speed, seconds) == pytest.approx(expected, rel=1e-12)


def test_speed_counts_from_the_untreated_cell_s():
    seconds = np.linspace(0.0, 9000.0, 4)
    assert told("lineage", 0.0, 0.6, seconds, untreated=(0.0, 0.3)) == pytest.approx(told("lineage", 0.0, 2.0, seconds))


def test_a_cycle_that_slows_evenly_has_the_progeny_of_its_mean_speed():
    seconds = np.linspace(0.0, DOUBLING, 9)
    expected = 2.0 ** (-0.5 * (seconds / DOUBLING) ** 2)  # speed 1 - t/T
    assert told("viability", 0.0, 1.0 - seconds / DOUBLING, seconds) == pytest.approx(expected, rel=1e-12)
    assert told("viability", 0.0, 1.0 - seconds[::4] / DOUBLING, seconds[::4]) == pytest.approx(expected[::4], rel=1e-12)


def test_the_dead_leave_no_progeny_and_fall_behind_the_untreated():
    seconds = np.array([0.0, 1000.0, 1000.0, 1000.0 + DOUBLING])  # dies at once after 1000 s of full speed
    dead = np.array([0.0, 0.0, 1.0, 1.0])
    assert told("lineage", dead, 1.0, seconds) == pytest.approx([1.0, 1.0, 1.0, 0.5])
    assert told("viability", dead, 1.0, seconds).tolist() == [1.0, 1.0, 0.0, 0.0]
    assert told("apoptotic_fraction", dead, 1.0, seconds).tolist() == dead.tolist()


@pytest.mark.parametrize("start", [0.0, 1e-9, 0.2, 0.49])
def test_with_no_drug_viability_is_1_however_near_death_the_cell_lives(start):
    seconds = np.linspace(0.0, 1e6, 5)
    for name in ("lineage", "viability"):
        assert told(name, start, 0.7, seconds, untreated=(start, 0.7)) == pytest.approx(np.ones(5), rel=1e-12)


def test_a_cell_that_neither_lived_nor_divided_has_no_progeny():
    seconds = np.array([0.0, DOUBLING])
    assert told("viability", 1.0, 1.0, seconds, untreated=(1.0, 1.0)).tolist() == [0.0, 0.0]
    assert told("viability", 0.0, 1.0, seconds, untreated=(0.0, 0.0)) == pytest.approx([1.0, 0.5])
    assert fate.alive(np.array([0.0, 0.49, DEAD, 1.0, np.nan])).tolist() == [True, True, False, False, False]


# --- cells


def test_no_drug_changes_no_fate():
    result = simulate(cell(), "0 nM", cells=4, until="240 h")
    assert result["viability"] == pytest.approx(1.0, abs=1e-6)
    assert result["lineage"] == pytest.approx(1.0, abs=1e-6)
    for name in ("apoptotic_fraction", "G1_fraction"):
        start = np.broadcast_to(result[name][:, :1], result[name].shape)
        assert result[name] == pytest.approx(start, abs=1e-6)


def test_observables_of_fate_hang_together(treated):
    done = treated.outcomes.reshape(2, 6) == 0
    dead, viability, lineage = (treated[name][done] for name in FATE_PARTS)
    living = (1 - dead) / (1 - dead[:, :1])
    assert viability == pytest.approx(living * lineage, rel=1e-9)
    assert np.all((dead >= 0) & (dead <= 1))
    assert viability[:, 0] == pytest.approx(1.0)
    assert np.all(viability[:, -1] < 1)


def test_cells_that_do_not_live_untreated_are_left_out_and_counted(treated, tmp_path):
    lost = treated.left_out
    assert set(lost) == {"not alive"}
    assert 0 < lost["not alive"] < 12
    assert np.isnan(treated["viability"]).all(axis=-1).sum() == lost["not alive"]
    back = xp.load(treated.save(tmp_path / "out"))
    assert back.left_out == lost
    assert str(back.summary()) == str(treated.summary())
    with pytest.raises(SimulationFailed, match="its untreated cell is dead"):
        simulate(cell().knockdown("MCL1", 1.0).knockdown("BCL2", 1.0).knockdown("BCL2L1", 1.0))


def test_a_run_folder_pools_as_memory_does(treated, tmp_path):
    stored = simulate(cell(**UNLIKE), cells=6, draws=2, folder=tmp_path / "run")
    assert stored.left_out == treated.left_out
    for name in treated.observables:
        assert np.array_equal(stored[name], treated[name], equal_nan=True)
        assert stored.quantiles(name) == pytest.approx(treated.quantiles(name), rel=1e-14)
    assert str(stored.summary()) == str(treated.summary())


def test_a_cell_with_pathways_does_not_depend_on_its_chunk(treated):
    names = ["viability", "apoptotic_fraction", "G1_fraction"]
    sizes = {"patients": 1, "draws": 2, "cells": 6}
    study = plan_study(cell(**UNLIKE), [xp.exposure("KPT-185", "1 uM")], "24 h", names, sizes, seed=2, points=7, tolerance=1e-7)
    assert study.names == treated.observables == (*names, "lineage")
    table = np.stack([treated[name].reshape(12, 7) for name in study.names], axis=1)
    for members in (range(3, 4), range(5, 8), range(7, 12)):
        found = study.members(members)
        assert np.array_equal(found["values"], table[members.start : members.stop], equal_nan=True)
        assert np.array_equal(found["status"], treated.outcomes.ravel()[members.start : members.stop])


def test_patients_are_populations_of_the_same_cells():
    result = simulate(cell(), cells=2, patients=2)
    assert result["viability"].shape == (2, 2, 7)
    assert np.array_equal(result["viability"][0], result["viability"][1])  # the drug in the dish knows no patients
    pooled = result.shown("viability")
    assert np.array_equal(pooled[:, :, 0], pooled[:, :, 1])
    assert pooled[:, 0, 0] == pytest.approx(result["viability"].mean(axis=1), rel=1e-12)


def test_the_grid_of_the_output_hardly_moves_an_integral():
    coarse, fine = (simulate(cell(), until="72 h", points=points)["viability"][-1] for points in (4, 1201))
    assert coarse == pytest.approx(fine, rel=2e-3)


# --- names


@pytest.mark.parametrize(
    ("pathways", "name", "home"),
    [
        (["tp53"], "apoptotic_fraction", "apoptosis"), (["cycle"], "viability", "apoptosis"), (["cycle"], "lineage", "apoptosis"),
        (["apoptosis"], "G1_fraction", "cycle"), (["apoptosis"], "g1 fraction", "cycle"),
    ],
)  # fmt: skip
def test_fate_without_its_pathway_is_not_modelled(pathways, name, home):
    with pytest.raises(NotModelled, match=f"{name}: the pathway '{home}' decides it"):
        simulate(xp.cell("OCI-AML3").with_pathways(*pathways), observe=[name])


def test_a_misspelt_fate_is_an_unknown_name():
    with pytest.raises(UnknownName, match="viability"):
        simulate(cell(), observe=["viabilty"])


@pytest.mark.parametrize("name", ["viability", "Viability", "G1 fraction"])
def test_fate_gives_a_plain_cell_every_pathway(name):
    assert fate.needs_pathways(xp.cell("HeLa"), [name])
    assert not fate.needs_pathways(cell(), [name])
    assert not fate.needs_pathways(xp.cell("HeLa"), ["XPO1_total"])


def test_sisters_are_pooled_alike_whatever_else_is_observed():
    both = cell()
    assert with_weights(both, ["XPO1_total", "viability"]) == ("XPO1_total", "viability")
    assert with_weights(both, ["Apoptotic fraction"]) == ("Apoptotic fraction", "lineage")
    assert with_weights(both, ["G1_fraction"]) == ("G1_fraction", "lineage", "apoptotic_fraction")
    assert with_weights(both, ["G1_fraction", "apoptotic_fraction", "lineage"]) == ("G1_fraction", "apoptotic_fraction", "lineage")
    alone = xp.cell("OCI-AML3").with_pathways("cycle")
    assert with_weights(alone, ["G1_fraction"]) == ("G1_fraction",)  # where no cell can die


def test_g1_of_the_living_needs_no_other_name(treated):
    lone = simulate(cell(**UNLIKE), cells=6, draws=2, observe=["G1_fraction"])
    assert set(lone.observables) == {"G1_fraction", "apoptotic_fraction", "lineage"}
    assert np.array_equal(pool_cells(lone.values, "G1_fraction"), pool_cells(treated.values, "G1_fraction"), equal_nan=True)


# --- the scenario


def test_the_scenario_runs_and_writes_all_its_files(tmp_path):
    (tmp_path / "selinexor.yaml").write_text(SCENARIO, encoding="utf-8")
    out = tmp_path / "out"
    words = [sys.executable, "-m", "exportin", "run", str(tmp_path / "selinexor.yaml"), "--out", str(out)]
    run = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert "apoptotic_fraction" in run.stdout, run.stderr
    files = {file.name for file in out.iterdir()}
    assert {"result.json", "timecourse.csv", "timecourse.svg", "model.xml", "report.html", "scenario.yaml", "manifest.json"} <= files
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert set(result["left_out"]) <= {"not alive"}
    assert run.returncode == 0  # a cell that is dead before any drug is no failure
    assert result["observables"] == ["selinexor_free", "XPO1_occupancy", "TP53_nc", "apoptotic_fraction", "lineage"]
    assert "apoptosis" in result["provenance"]["cell"]["pathways"]
    assert 'id="committed"' in (out / "model.xml").read_text(encoding="utf-8")  # the model that was run, with its pathways
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Apoptotic cells (% of cells)" in page
    assert "Progeny, living and dead (% of untreated)" in page
    assert "nan" not in (out / "timecourse.csv").read_text(encoding="utf-8")
