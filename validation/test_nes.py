"""The export-signal scores come out of the frozen data again, and hold their floors; about six minutes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from exportin.knowledge.protein_sequence import proteins_by_sequence
from exportin.nes.candidates import lay_out
from exportin.nes.cargo import read_cargo_weights
from exportin.nes.protein import features
from exportin.nes.records import Record
from exportin.nes.score import score_batch
from exportin.nes.weights import read_weights

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "nes"
CLOSE = 1e-2  # log odds; another release of the fitting library, another machine
FLOORS = {"candidate AUC": 0.78, "precision at recall .68": 0.20, "first is right": 0.38}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not on this machine")


def train(script: str, folder: Path) -> dict:
    command = [sys.executable, str(ROOT / "training" / script), "--data", str(DATA), "--out", str(folder), "--results", str(folder)]
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}


def scores(folder: Path) -> np.ndarray:
    """Log odds of all candidates of the proteins of the facts, or of the proteins, by the weights of a folder."""
    records = [Record(str(number), sequence.encode()) for number, sequence in enumerate(proteins_by_sequence())]
    if (folder / "weights.tsv").is_file():
        return score_batch(lay_out([one.codes for one in records]), weights=read_weights(folder / "weights.tsv")).log_odds
    weights = read_cargo_weights(folder / "cargo_weights.tsv")["full"]
    return weights.terms(features(records)).sum(1) + weights.intercept


SCRIPTS = [("nes_train.py", "signals", "weights"), ("nes_cargo.py", "cargoes", "cargo_weights")]


@pytest.mark.parametrize(("script", "name", "weights"), SCRIPTS)
def test_the_same_data_give_the_same_score(tmp_path, script, name, weights):
    told = train(script, tmp_path)[name]
    kept = json.loads((ROOT / "training" / "results" / f"{name}.json").read_text(encoding="utf-8"))
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / f"{weights}.tsv").write_bytes((ROOT / "src" / "exportin" / "nes" / f"{weights}.tsv").read_bytes())
    assert np.abs(scores(tmp_path) - scores(tmp_path / "shipped")).max() < CLOSE
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
