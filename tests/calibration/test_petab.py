"""The calibration as a PEtab problem: as the script writes it, valid, and of the same cells as `xp.simulate`."""

from __future__ import annotations

import csv
import importlib

import numpy as np
import petab
import petab.v1.lint
import pytest

import exportin as xp

TABLES = ("conditions.tsv", "measurements.tsv", "observables.tsv", "parameters.tsv", "problem.yaml", "model.xml")


@pytest.fixture(scope="module")
def folder(root):
    return root / "calibration" / "petab"


def rows(file):
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, delimiter="\t"))


def test_what_is_kept_is_what_the_script_writes(root, folder, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "calibration"))
    importlib.import_module("petab_problem").write(tmp_path)
    for name in TABLES:
        assert (tmp_path / name).read_text(encoding="utf-8") == (folder / name).read_text(encoding="utf-8"), f"{name}: run the script"


@pytest.mark.filterwarnings("ignore::DeprecationWarning:petab")  # what petab still asks of pandas 3
def test_it_is_valid(folder):
    problem = petab.v1.Problem.from_yaml(str(folder / "problem.yaml"))
    assert not petab.v1.lint.lint_problem(problem)
    assert len(problem.x_free_ids) > 400


def test_every_datum_is_for_calibration_and_no_other_is_in_it(root, folder):
    with (root / "calibration" / "roles.tsv").open(encoding="utf-8", newline="") as file:
        roles = {row["claim"]: row["role"] for row in csv.DictReader(file, delimiter="\t")}
    measured = rows(folder / "measurements.tsv")
    named = {row["observableId"].split("_")[0] for row in measured}
    assert {roles[one] for one in named - {"alive"}} == {"calibration"}
    assert {row["datasetId"] for row in measured} == {"calibration"}


@pytest.mark.parametrize(("cell", "drug", "dose", "condition"), [("OCI-AML3", "KPT-185", "150 nM", "OCI_AML3_KPT_185_150_nM")])
def test_its_model_is_the_cell_that_is_simulated(folder, cell, drug, dose, condition):
    given = next(row for row in rows(folder / "conditions.tsv") if row["conditionId"] == condition)
    values = {name: float(value) for name, value in given.items() if name != "conditionId"}
    solver = xp.kernel.compile((folder / "model.xml").read_text(encoding="utf-8"))
    rest = solver.settle(1e7, {**values, "KPT185_medium": 0.0}).checked()
    treated = solver.run([0.0, 72 * 3600.0], ["committed"], values, start=rest.states).checked()
    told = xp.simulate(xp.cell(cell).with_pathways(), xp.exposure(drug, dose), until="72 h", points=2, observe=["apoptotic_fraction"])
    assert told["apoptotic_fraction"][..., -1].item() > 0.0
    assert np.isclose(treated.values[0, -1, 0], told["apoptotic_fraction"][..., -1].item(), rtol=1e-2)
