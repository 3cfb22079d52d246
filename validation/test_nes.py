"""The export-signal scores come out of the frozen data again, and hold their floors; about six minutes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "nes"
CLOSE = 2e-3  # another release of the fitting library, another machine
FLOORS = {"candidate AUC": 0.78, "precision at recall .68": 0.20, "first is right": 0.38}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not on this machine")


def train(script: str, folder: Path) -> dict:
    command = [sys.executable, str(ROOT / "training" / script), "--data", str(DATA), "--out", str(folder), "--results", str(folder)]
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}


def numbers(file: Path) -> dict[str, list[float]]:
    """Numbers of each line of a table of weights, by its words."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        first, second, third, *rest = line.split("\t")
        if third.replace(".", "").replace("-", "").replace("e", "").isdigit() and len(rest) == 3:  # cargo_weights.tsv
            found[f"{first} {second}"] = [float(third), *map(float, rest)]
        else:
            found[f"{first} {second} {third}"] = [float(one) for one in rest if one != "-"]
    return found


SCRIPTS = [("nes_train.py", "signals", "weights"), ("nes_cargo.py", "cargoes", "cargo_weights")]


@pytest.mark.parametrize(("script", "name", "weights"), SCRIPTS)
def test_the_same_data_give_the_same_score(tmp_path, script, name, weights):
    told = train(script, tmp_path)[name]
    kept = json.loads((ROOT / "training" / "results" / f"{name}.json").read_text(encoding="utf-8"))
    shipped = numbers(ROOT / "src" / "exportin" / "nes" / f"{weights}.tsv")
    made = numbers(tmp_path / f"{weights}.tsv")
    assert made.keys() == shipped.keys()
    assert max(abs(one - other) for key in made for one, other in zip(made[key], shipped[key], strict=True)) < CLOSE
    if name == "signals":
        for measure, floor in FLOORS.items():
            assert told["measures"][measure][0] == pytest.approx(kept["measures"][measure][0], abs=CLOSE)
            assert told["measures"][measure][0] >= floor
        assert told["calibration"]["all calls"]["error"] < 0.05
        assert all(one["gain"][1] > 0 for one in told["peers against"].values())
    else:
        question = told["measures"]["Cargo A against Non-binder"]["all"]
        assert question["gain"][1] > 0
        assert question["AUC"][0] == pytest.approx(kept["measures"]["Cargo A against Non-binder"]["all"]["AUC"][0], abs=CLOSE)
