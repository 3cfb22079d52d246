"""The command line: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import exportin as xp

SCENARIO = """\
title: A short one
cell: HeLa
exposures: [{drug: leptomycin B, concentration: 50 nM, stop: 1 h}]
observe: [leptomycin_B_free, XPO1_occupancy, export_capacity, TP53_nc, TP53_nuclear]
until: 2 h
points: 21
population: {draws: 3}
"""


def exportin(*words, cwd=None):
    command = [sys.executable, "-m", "exportin", *map(str, words)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd, check=False)
    return run.returncode, run.stdout, run.stderr


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "short.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def test_run_writes_everything(scenario, tmp_path):
    code, out, err = exportin("run", scenario, "--out", tmp_path / "out")
    assert code == 0, err
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert {"result.json", "timecourse.csv", "timecourse.svg", "model.xml", "report.html", "manifest.json", "scenario.yaml"} <= names
    assert "XPO1_occupancy" in out
    assert "report.html" in err
    assert xp.load(tmp_path / "out").runs == 3
    assert "<sbml" in (tmp_path / "out" / "model.xml").read_text(encoding="utf-8")[:400]


def test_json_is_json_and_quiet_is_quiet(scenario):
    code, out, err = exportin("run", scenario, "--json", "--quiet", "--seed", 7)
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["provenance"]["population"]["seed"] == 7
    assert {row["observable"] for row in answer["summary"]} >= {"XPO1_occupancy", "TP53_nc"}


def test_the_same_seed_gives_the_same_numbers(scenario):
    first, second = (json.loads(exportin("run", scenario, "--json", "--quiet")[1])["summary"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["run", "none.yaml"], "does not exist"),
        (["evidence", "TP35"], "or TP53"),
        (["cargo", "TP35"], "TP53"),
        (["cargo", "XPO1"], "machinery has it: exportin evidence XPO1"),
        (["cargo"], "either a cargo or a sequence, such as TP53, or --table1"),
        (["cargo", "TP53", "--table1"], "either a cargo or a sequence, such as TP53, or --table1"),
        (["evidence", "selinexer"], "did you mean selinexor"),
        (["model", "show", "cel"], "'cel' is not a known model"),
        (["model", "export", "--format", "matlab"], "'matlab' is not a known format"),
        (["model", "export", "--cell", "HeLe"], "did you mean HeLa"),
        (["runn"], "No such command"),
        (["run"], "Missing argument"),
        (["run", "a.yaml", "--seed", "-1"], "--seed"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(words, part, tmp_path):
    code, out, err = exportin(*words, cwd=tmp_path)
    assert (code, out) == (2, "")
    assert part in err
    assert err.startswith("exportin: ")
    assert "Traceback" not in err


def test_a_folder_with_other_content_is_not_touched(scenario, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, err = exportin("run", scenario, "--out", tmp_path / "out")
    assert code == 2
    assert "holds other files" in err
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_an_interrupted_run_leaves_nothing_under_the_final_name(tmp_path):
    path = tmp_path / "long.yaml"
    path.write_text(SCENARIO.replace("draws: 3", "draws: 60000"), encoding="utf-8")
    run = subprocess.Popen(
        [sys.executable, "-m", "exportin", "run", str(path), "--out", str(tmp_path / "out")], stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    time.sleep(8)
    run.send_signal(signal.SIGTERM)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    assert not (tmp_path / "out").exists()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["long.yaml"]


def test_model_export_round_trips(tmp_path):
    code, _, err = exportin("model", "export", "cell", "--cell", "OCI-AML3", "--out", tmp_path / "cell.xml")
    assert code == 0, err
    solver = xp.kernel.compile((tmp_path / "cell.xml").read_text(encoding="utf-8"))
    assert "TP53_XPO1_RANGTP_n" in solver.states
    assert exportin("model", "export", "--out", tmp_path / "cell.xml")[0] == 2


def test_model_antimony_is_complete(tmp_path):
    from exportin.network.antimony_text import antimony_to_sbml

    _, text, _ = exportin("model", "export", "ran_core", "--format", "antimony")
    assert "ReleaseRanGTP" in antimony_to_sbml(text, "ran_core")
    assert "// 10.6 1/s, measured, Goerlich03" in text


def test_model_show_and_check():
    code, out, _ = exportin("model", "show", "--json")
    assert code == 0
    assert any(row["id"] == "alpha" and row["grade"] == "measured" for row in json.loads(out)["parameters"])
    code, out, _ = exportin("model", "check")
    assert code == 0
    assert "none unused" in out
    assert "published 555 (Goerlich 2003 as SBML, HeLa), 1000" in out


def test_version():
    assert exportin("--version") == (0, f"exportin {xp.__version__}\n", "")


def test_evidence_prints_rows_by_table_and_sources_once():
    code, out, _ = exportin("evidence", "leptomycin B")
    assert code == 0
    assert out.startswith("compounds\n  LMB [")
    assert out.index("\nobservations\n") < out.index("\nsources\n") < out.index("  [Kudo99] Kudo N")
    assert out.count("PMID 10430904") == 1
    first = json.loads(exportin("evidence", "TP53", "--json")[1])[0]
    assert (first["table"], first["found"], first["row"]["symbol"]) == ("cargoes", "subject", "TP53")
    assert {"key", "pmid", "citation"} <= set(first["sources"][0])


def test_evidence_of_a_paper_and_of_words(tmp_path):
    code, out, err = exportin("evidence", "PMID 12374846", "--out", tmp_path / "out")
    assert (code, "PKF050638 (cites it): " in out) == (0, True)
    assert err.startswith("Wrote ")
    written = (tmp_path / "out" / "evidence.txt").read_text(encoding="utf-8")
    assert "\n    name: PKF050-638\n" in written
    assert "\n    name: PKF050-638\n" not in out
    assert json.loads((tmp_path / "out" / "evidence.json").read_text(encoding="utf-8"))[0]["row"]["key"] == "Daelemans02"
    assert "C161 (holds the words)" in exportin("evidence", "knockdown lines")[1]
    assert "No row of the tables of facts cites it." in exportin("evidence", "Otero98")[1]


def test_evidence_shows_the_best_of_many_rows_and_tells():
    _, out, _ = exportin("evidence", "xyzzy protein cells export")
    assert out.count("(holds some of the words)") == 20
    assert out.count("(holds some of the words): ") == 17
    assert "more rows hold some of the words" in out


def test_cargo():
    code, out, _ = exportin("cargo", "p53")
    assert code == 0
    assert out.startswith("TP53: p53\n")
    assert "339-352 EMFRELNEALELKD" in out
    told = json.loads(exportin("cargo", "TP53", "--json")[1])
    assert (told["cargo"]["uniprot"], told["signals"][0]["start"]) == ("P04637", 339)
    assert json.loads(exportin("cargo", "--table1", "--json")[1])["distinct"] > 0
    assert " distinct\n" in exportin("cargo", "--table1")[1]
