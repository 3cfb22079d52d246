"""The scenario file: every key works, and every mistake is one sentence with its line."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.errors import BadQuantity, BadRegimen, BadScenario, ExportinError, NotModelled, UnknownName
from exportin.experiment.scenario import parse_scenario, read_scenario
from exportin.yaml_file import LARGEST

GOOD = """\
title: A test
cell: HeLa
exposures:
  - drug: KPT-185
    concentration: 100 nM
    stop: 2 h
observe: [XPO1_occupancy]
until: 4 h
population: {draws: 2, seed: 3}
"""


def test_a_scenario_runs():
    plan = parse_scenario(GOOD)
    result = plan.run()
    assert result["XPO1_occupancy"].shape == (2, 301)
    assert plan.population["seed"] == 3


def test_every_key_is_used(tmp_path):
    (tmp_path / "doses.csv").write_text("ID,TIME,AMT,EVID,CMT\n1,0,60,1,1\n1,48,60,1,1\n", encoding="utf-8")
    text = """\
title: Everything
cell: hek 293
concentrations: western
parameters: {XPO1_total: 0.5, t_half_XPO1: 60 h, proteasome_activity: 0}
hypotheses: {XPO1_mrna_feedback: unchanged}
variants: {XPO1 C528S: 0.5}
knockdown: {TP53: 0.9}
cargoes:
  PROBE: {nes_kd: 1 uM, total: 10 nM, mass: 50 kDa, kimp: 0.2 /min, leak: 1e-4 pL/s, anchored: true}
exposures:
  - {drug: selinexor, events: doses.csv, fu: 0.04, accumulation: 2}
  - {drug: new one, mechanism: reversible, rates: {KI: 5 nM}, concentration: 10 nM, start: 1 h}
observe: [selinexor_plasma, PROBE_nuclear]
until: 60 h
points: 61
tolerance: 1.0e-8
population: {cells: 2, draws: 2, patients: 2, seed: 9}
"""
    (tmp_path / "all.yaml").write_text(text, encoding="utf-8")
    plan = read_scenario(tmp_path / "all.yaml")
    assert plan.cell.name == "HEK293"
    assert plan.cell.parameter("XPO1_total").value == 0.5
    assert plan.cell.switches["proteasome_activity"] == 0
    assert plan.cell.alleles == {"XPO1": 0.5, "XPO1_C528S": 0.5}
    assert len(plan.exposures[0].events) == 2
    result = plan.run()
    assert result["selinexor_plasma"].shape == (2, 2, 2, 61)
    assert result.axes == ("patient", "draw", "cell", "time")
    assert np.isfinite(result["PROBE_nuclear"]).all()


def edited(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


MISTAKES = [
    (edited("cell: HeLa", "cell: HeLe"), UnknownName, "line 2: 'HeLe' is not a known cell; did you mean HeLa"),
    (edited("drug: KPT-185", "drug: KPT-186"), UnknownName, "line 4: 'KPT-186' is not a known compound; did you mean KPT-185"),
    (edited("[XPO1_occupancy]", "[XPO1_ocupancy]"), UnknownName, "'XPO1_ocupancy' is not a known observable; did you mean XPO1_occupancy"),
    (
        edited("observe: [XPO1_occupancy]", "pathways: [nfkb]\nobserve: [apoptotic_fraction]"),
        NotModelled,
        "apoptotic_fraction: the pathway 'apoptosis' decides it",
    ),
    (edited("100 nM", "100"), BadScenario, "line 5: exposures.0.concentration"),
    (edited("100 nM", "100 nm"), BadQuantity, "line 4: concentration: the unit of '100 nm' does not fit"),
    (edited("100 nM", "-1 nM"), BadQuantity, "not a non-negative finite number"),
    (edited("100 nM", "inf nM"), BadQuantity, "not a non-negative finite number"),
    (edited("100 nM", "nan nM"), BadQuantity, "not a non-negative finite number"),
    (edited("stop: 2 h", "stop: 0 h"), BadQuantity, "does not lie after start"),
    (edited("until: 4 h", "until: 4"), BadScenario, "line 8: until"),
    (edited("until: 4 h", "until: 0 h"), BadQuantity, "until: '0 h' is not a positive finite number"),
    (edited("until: 4 h", "untill: 4 h"), BadScenario, "line 8: 'untill' is not a key"),
    (edited("until: 4 h\n", ""), BadScenario, "the key 'until' is missing"),
    (edited("title: A test", "title: A test\ntitle: B"), BadScenario, "line 2: found duplicate key"),
    (edited("draws: 2", "draws: two"), BadScenario, "line 9: population.draws"),
    (edited("draws: 2", "draws: 0"), BadScenario, "line 9: population.draws"),
    (edited("draws: 2", "draws: 2.5"), BadScenario, "line 9: population.draws"),
    (edited("draws: 2", "draws: yes"), BadScenario, "line 9: population.draws"),
    (edited("    concentration: 100 nM\n", ""), BadScenario, "exactly one of concentration, regimen, events"),
    (edited("concentration: 100 nM\n    stop: 2 h", "regimen: 60 mg PO once"), NotModelled, "line 4: KPT-185 has no pharmacokinetics"),
    (
        edited("drug: KPT-185\n    concentration: 100 nM\n    stop: 2 h", "drug: selinexor\n    regimen: 60 mg PO weekely for 8 wk"),
        BadRegimen,
        "weekely",
    ),
    ("title: [unclosed", BadScenario, "line 1"),
    ("- a list", BadScenario, "line 1: a scenario is a mapping"),
    ("", BadScenario, "a scenario is a mapping"),
    ("title: a\ncell: HeLa\nuntil: 1 h\nparameters: {kstripp: 1}\n", UnknownName, "'kstripp' is not a known parameter"),
    ("title: a\ncell: HeLa\nuntil: 1 h\nknockdown: {TP53: 2}\n", BadScenario, "line 4: knockdown.TP53"),
    ("title: a\ncell: HeLa\nuntil: 1 h\ncargoes: {TP53: {nes_kd: 1 uM}}\n", BadQuantity, "cannot name a cargo"),
]


@pytest.mark.parametrize(("text", "error", "words"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_one_sentence_that_helps(text, error, words):
    with pytest.raises(error) as caught:
        parse_scenario(text, "a.yaml").run()
    assert words in str(caught.value)
    assert isinstance(caught.value, ExportinError)


def test_unreadable_files(tmp_path):
    with pytest.raises(BadScenario, match="does not exist"):
        read_scenario(tmp_path / "none.yaml")
    with pytest.raises(BadScenario, match="cannot be read"):
        read_scenario(tmp_path)
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00title")
    with pytest.raises(BadScenario, match="cannot be read as text"):
        read_scenario(tmp_path / "binary.yaml")
    (tmp_path / "huge.yaml").write_text("#" * (LARGEST + 1), encoding="utf-8")
    with pytest.raises(BadScenario, match="larger than"):
        read_scenario(tmp_path / "huge.yaml")


def test_every_example_is_a_good_scenario(root):
    files = sorted((root / "examples").glob("*.yaml"))
    assert len(files) >= 6
    for file in files:
        plan = read_scenario(file)
        assert plan.population["draws"] * plan.population.get("cells", 1) >= 20, file.name
        assert plan.run.__self__ is plan
