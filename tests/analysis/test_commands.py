"""The commands on drugs and patients: what they print and write, and how they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exportin.cli import app
from exportin.errors import BadQuantity, OutputExists

PAIR = Path(__file__).parent / "combination" / "reference" / "sch66336_4hpr.tsv"


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def plate(tmp_path):
    file = tmp_path / "plate.csv"
    wells = "".join(f"X,{dose},uM,{100 / (1 + dose / 0.3):.2f}\n" for dose in (0, 0.01, 0.03, 0.1, 0.3, 1, 3, 10))
    file.write_text("drug,conc,conc_unit,viability\n" + wells)
    return file


def test_a_plate_is_fitted_printed_and_written(plate, tmp_path):
    shown = run("dose-response", plate, "--divisions", 2, "--out", tmp_path / "out")
    assert shown.exit_code == 0
    assert "EC50 0.3 uM" in shown.stdout
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert names == {"dose-response.json", "metrics.csv", "1-x.csv", "1-x.svg", "manifest.json"}
    told = json.loads(run("dose-response", plate, "--json").stdout)
    assert told[0]["drug"] == "X"
    assert run("dose-response", plate, "--out", tmp_path / "out").exit_code == 0  # an earlier result may be replaced
    with pytest.raises(OutputExists):
        run("dose-response", plate, "--out", tmp_path)


def test_a_pair_is_scored_printed_and_written(tmp_path):
    shown = run("combine", PAIR, "--response", "viability", "--unit", "uM", "--out", tmp_path / "out")
    assert shown.stdout.splitlines()[1].startswith("score")
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert names == {"combination.json", "scores.csv", "surface.csv", "combination.svg", "manifest.json"}


def test_a_cell_without_a_drug_is_refused():
    with pytest.raises(BadQuantity, match="drug: a cell alone says nothing"):
        run("dose-response", "HeLa")


def test_survival_is_printed_and_written(tmp_path):
    table, curve, risk = (tmp_path / name for name in ("s.csv", "curve.csv", "risk.csv"))
    rows = "".join(f"{3 + n % 17},{n % 3 > 0:d},{'drug' if n % 2 else 'none'}\n" for n in range(40))
    table.write_text("time,event,arm\n" + rows)
    shown = run("survival", table, "--out", tmp_path / "out", "--unit", "months")
    assert "log-rank chi-square" in shown.stdout
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert names == {"survival.json", "curves.csv", "effects.csv", "subjects.csv", "survival.svg", "manifest.json"}
    curve.write_text("time,survival\n0,100\n5,80\n8,60\n12,50\n")
    risk.write_text("time,at_risk\n0,10\n10,6\n")
    assert "10 subjects and 5 events were rebuilt" in run("survival", curve, "--at-risk", risk).stdout
    assert json.loads(run("survival", curve, "--at-risk", risk, "--json").stdout)["rebuilt"]["events"] == 5


def test_concentrations_are_analysed(tmp_path):
    file = tmp_path / "plasma.csv"
    file.write_text("ID,TIME,DV\nA,0,10\nA,1,5\nA,2,2.5\nA,3,1.25\n")
    assert "t_half (h)     1" in run("nca", file, "--dose", 80).stdout
    assert json.loads(run("nca", file, "--json").stdout)[0]["CL_F"] is None
