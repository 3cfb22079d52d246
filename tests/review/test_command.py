"""The command `exportin review`: what it prints, writes and returns."""

from __future__ import annotations

import json

import pytest
import typer

from exportin.cli.review import run_review
from exportin.errors import BadQuantity
from exportin.review.bench import CELLS, DRAWS


def test_a_statistic_and_a_query_in_text(capsys):
    run_review(["C113", "C010"], quiet=True)
    out = capsys.readouterr().out
    assert "C113 (Glioma; fact)" in out
    assert "18 + 38 + 14 = 70" in out
    assert out.count("verdict: supports") == 2


def test_json_and_files(tmp_path, capsys):
    run_review(["C113"], out=tmp_path / "out", json=True)
    printed = capsys.readouterr()
    assert json.loads(printed.out)["claims"][0]["id"] == "C113"
    assert "ledger.html" in printed.err
    assert json.loads((tmp_path / "out" / "ledger.json").read_text(encoding="utf-8")) == json.loads(printed.out)


def test_a_lost_validation_claim_ends_with_1(monkeypatch, capsys):
    """C049 is a validation claim; here it was accepted as supported and its statistic no longer says so."""
    from exportin.review import judge_claims
    from exportin.review.statistic import Statistic

    wrong = {"C049": Statistic(test="share", counts=[40, 62], figures=[81.0])}
    monkeypatch.setattr(judge_claims, "statistics", lambda: wrong)
    with pytest.raises(typer.Exit) as left:
        run_review(["C049"])
    assert left.value.exit_code == 1
    assert "supported when accepted and no longer: C049 (contradicts)" in capsys.readouterr().err


def test_another_change_is_told_and_is_no_finding(monkeypatch, capsys):
    from exportin.review import book

    monkeypatch.setattr(book, "accepted", lambda: {"C113": "contradicts"})
    run_review(["C113"])
    assert "not as accepted: C113 (supports)" in capsys.readouterr().err


def test_a_smaller_population_is_not_held_to_the_accepted_verdicts(monkeypatch, capsys):
    from exportin.review import book

    monkeypatch.setattr(book, "accepted", lambda: {"C113": "contradicts"})
    run_review(["C113"], draws=DRAWS - 1, cells=CELLS, quiet=True)
    assert capsys.readouterr().err == ""


def test_accepting_refuses_other_populations():
    with pytest.raises(BadQuantity, match="--accept goes with the usual population"):
        run_review(["C113"], draws=3, accept=True)


def test_accepting_writes_the_table(monkeypatch, tmp_path, capsys):
    from exportin.review import tables

    path = tmp_path / "accepted.tsv"
    path.write_text("claim\tverdict\nC113\tcontradicts\n", encoding="utf-8")
    monkeypatch.setattr(tables, "ACCEPTED", path)
    run_review(["C113"], accept=True, quiet=True)
    assert "accepted: C113 supports." in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "claim\tverdict\nC113\tsupports\n"
