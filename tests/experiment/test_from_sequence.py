"""N/C from a sequence, and the two things that it needs of a cargo: numbers that are ranges, and no signal at all."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import exportin as xp
from exportin.errors import BadQuantity, UnknownName
from exportin.experiment.from_sequence import choose_signal, predict_partition
from exportin.nes import scan_nes
from exportin.nes.hit import Hit
from exportin.nes.records import Record
from exportin.network.cell import Cell
from exportin.network.given_range import read_range

PLAIN = Record("plain", b"MGSSGKETAAAKFERQHMDSGGSTSSGGKPGDSTEQNGKKPDGS" * 8)
FRAME = "MGSSGKETAAAKFERQHMDSGGSTSSGGKPGDSTEQNGKKPDGS" * 6  # nothing in it fits a pattern
DRAWS = 40


def scanned(sequence: str) -> tuple[Hit, Record]:
    hits = scan_nes({"probe": sequence})
    return hits[0], hits.records[0]


def made(hit: Hit, probability: float) -> Hit:
    """The hit as if it were scored otherwise, with four pockets and no record of it."""
    pockets = dict(list(hit.pockets.items())[-4:])
    return replace(hit, probability=probability, pockets=pockets, known=())


PROBE = scanned(FRAME + "LEELVQKLEALKI" + FRAME)


def test_a_stronger_class_keeps_a_protein_further_out():
    """In the measured range, 35 nM and weaker, N/C rises with KD; the optimum of the model lies at its lower end."""
    found = [predict_partition(made(PROBE[0], share), PROBE[1], draws=DRAWS) for share in (0.9, 0.3, 0.07, 0.02)]
    assert [one.strength.name for one in found] == ["strong", "medium", "weak", "doubtful"]
    medians = [one.parts["signal"][0].median for one in found]
    assert medians == sorted(medians)
    assert medians[0] < 0.7 * medians[-1]
    without = predict_partition(None, PROBE[1], draws=DRAWS).untreated
    assert medians[-1] < without.median


def test_leptomycin_keeps_a_protein_with_a_signal_in():
    found = predict_partition(made(PROBE[0], 0.9), PROBE[1], draws=DRAWS)
    before, after, fold = found.parts["signal"]
    assert after.median > 2 * before.median
    assert fold.low > 1


def test_leptomycin_does_nothing_to_a_protein_without_a_signal():
    found = predict_partition(None, PLAIN, draws=DRAWS)
    assert (found.acts, found.strength.name, list(found.parts)) == (0.0, "none", ["no signal"])
    assert [found.fold.low, found.fold.median, found.fold.high] == pytest.approx([1.0, 1.0, 1.0], abs=1e-6)


def test_a_cargo_without_signal_is_where_the_closed_form_puts_it():
    """Import over leak: n / c = 1 + kimp Vc / P, at any XPO1 and under any drug."""
    cell = xp.cell("HeLa").with_cargo("PROBE", nes_kd="none", kimp="0.2 /min", mass="50 kDa")
    number = {name: cell.parameter(name).internal for name in ("Vc", "N_NPC", "P_passive", "mass_reference", "leak_exponent")}
    leak = number["N_NPC"] * number["P_passive"] * (number["mass_reference"] / 50) ** number["leak_exponent"]
    expected = 1 + 0.2 / 60 * number["Vc"] / leak
    for one in (cell, cell.with_parameters(XPO1_total=0.1), cell.with_variant("XPO1 E571K", 0.5)):
        told = xp.simulate(one, xp.exposure("LMB", "50 nM"), until="4 h", points=3, observe=["PROBE_nc", "PROBE_kexp"])
        assert np.asarray(told["PROBE_nc"]) == pytest.approx(expected, rel=1e-6)
        assert np.asarray(told["PROBE_kexp"]) == pytest.approx(0.0)
    assert "PROBE_XPO1" not in xp.model("cell", cell=cell).to_antimony()


def test_the_probability_weighs_the_two_halves():
    sure, half, never = (predict_partition(made(PROBE[0], share), PROBE[1], draws=DRAWS) for share in (1.0, 0.5, 1e-9))
    assert list(sure.parts) == ["signal"]
    assert half.parts["signal"] == sure.parts["signal"]  # the same class and the same draws
    assert never.fold.median == pytest.approx(1.0, abs=1e-6)
    assert half.parts["no signal"] == never.parts["no signal"]
    assert sure.untreated.median <= half.untreated.median <= never.untreated.median
    assert half.fold.low == pytest.approx(1.0, abs=1e-6)
    assert half.fold.high > 2


def test_a_recorded_signal_acts_and_a_measured_one_has_its_constant():
    hits = scan_nes("TP53")
    found = predict_partition(hits[0], hits.records[0], draws=5)
    assert (found.acts, found.strength.measured) == (1.0, False)
    assert "339-352" in found.why
    hits = scan_nes("PKIA")
    found = predict_partition(hits[0], hits.records[0], draws=5)
    assert found.drawn["nes_kd"] == "0.026 to 0.042 uM @68%"
    assert (found.acts, round(found.mass, 3)) == (1.0, 7.989)


def test_an_own_number_replaces_what_is_assumed():
    hit, record = PROBE
    found = predict_partition(hit, record, draws=5, kimp="0.1 to 0.2 /min", total="20 nM", mass="60 kDa")
    assert not found.assumed
    assert found.drawn["mass"] == "60 kDa"
    free = predict_partition(hit, record, draws=5)
    assert set(free.assumed) == {"kimp", "total", "mass"}
    low, high = (float(one) for one in re.findall(r"[\d.]+", free.drawn["mass"]))
    assert (low, high) == pytest.approx((free.mass, 4 * free.mass), rel=5e-3)


def test_the_seed_fixes_everything():
    one, same, other = (predict_partition(*PROBE, draws=8, seed=seed) for seed in (3, 3, 4))
    assert {**one.to_dict(), "provenance": 0} == {**same.to_dict(), "provenance": 0}
    assert one.untreated != other.untreated


def test_it_is_told_as_text_and_as_json():
    found = predict_partition(made(PROBE[0], 0.4), PROBE[1], draws=5)
    told = json.loads(json.dumps(found.to_dict()))
    assert told["fold"]["median"] == found.fold.median
    assert set(told["parts"]) == {"signal", "no signal"}
    assert told["strength"]["distribution"] == "loguniform 0.59 20"
    text = str(found)
    for words in ("medium: KD 0.59 to 20 uM, assumed (Fung17 Fung15)", "after 4 h", "40% with the signal", "protein: kimp 0.003"):
        assert words in text
    assert "no pattern" in str(predict_partition(None, PLAIN, draws=2))


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"hours": 0}, BadQuantity, "hours"),
        ({"hours": float("nan")}, BadQuantity, "hours"),
        ({"drug": "aspirin"}, UnknownName, "aspirin"),
        ({"dose": "20 mg"}, BadQuantity, "20 mg"),
        ({"cell": "HeLu"}, UnknownName, "HeLu"),
        ({"kimp": "1 uM"}, BadQuantity, "kimp"),
        ({"draws": 0}, BadQuantity, "draws"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(given, error, words):
    with pytest.raises(error, match=words):
        predict_partition(*PROBE, **given)


RANGES: dict[str, Any] = {"nes_kd": "0.67 to 20 uM", "total": "5 to 500 nM", "kimp": "0.003 to 1.2 /min", "mass": "40 to 160 kDa"}
SYMBOLS = {"nes_kd": "PROBE_KD_NES", "total": "PROBE_total", "kimp": "PROBE_kimp", "mass": "PROBE_mass"}
INTERNAL = {"nes_kd": "uM", "total": "uM", "kimp": "/s", "mass": "kDa"}


def simulated(cell: Cell, **given: Any) -> xp.Result:
    asked: dict[str, Any] = {"until": "2 h", "points": 3, "observe": ["TP53_nc", "XPO1_occupancy"], "seed": 5, **given}
    return xp.simulate(cell, xp.exposure("LMB", "20 nM"), **asked)


def test_ranges_are_drawn_within_their_bounds_and_along_the_draws():
    cell = xp.cell("HeLa").with_cargo("PROBE", **RANGES)
    unit = {**INTERNAL, "kimp": "1/min"}
    drawn = simulated(cell, draws=60).drawn
    for name, symbol in SYMBOLS.items():
        bounds = read_range(RANGES[name], unit[name], name)
        assert bounds is not None
        values = np.asarray(drawn[symbol])
        assert np.all((values >= bounds.low) & (values <= bounds.high))
        assert values.min() < bounds.median(1) < values.max()
    again = simulated(cell, draws=20).drawn
    assert np.array_equal(again["PROBE_kimp"], drawn["PROBE_kimp"][:20])


def test_a_draw_of_a_range_is_the_run_with_that_number():
    """Ranges only choose numbers: each draw runs as a cargo that was given them, and no other row's draws move by a bit.

    The trajectories may differ in their last digits, since the search for each rest begins at that of the typical cell.
    """
    cell = xp.cell("HeLa").with_cargo("PROBE", **RANGES)
    names = ["PROBE_nc", "TP53_nc"]
    many = simulated(cell, draws=3, observe=names)
    for draw in range(3):
        given: dict[str, Any] = {name: f"{float(many.drawn[symbol][draw])!r} {INTERNAL[name]}" for name, symbol in SYMBOLS.items()}
        one = simulated(xp.cell("HeLa").with_cargo("PROBE", **given), draws=3, observe=names)
        for name in names:
            assert np.asarray(one[name])[draw] == pytest.approx(np.asarray(many[name])[draw], rel=1e-6)
        assert {key: list(column) for key, column in one.drawn.items()} == {
            key: list(column) for key, column in many.drawn.items() if key not in SYMBOLS.values()
        }


BEFORE = {
    "PROBE_nc": [2.4010668472367516, 5.37808463754147, 3.248131555623592],
    "TP53_nc": [49.33770803711937, 32.693372199796904, 81.40839046673578],
    "XPO1_occupancy": [0.9968327442258548, 0.9919343531327094, 0.9915766019276293],
}


def test_a_cell_without_ranges_is_what_it_was():
    """Figures from before cargoes could have ranges (commit ae86c3a)."""
    cell = xp.cell("HeLa").with_cargo("PROBE", nes_kd="1 uM")
    told = simulated(cell, draws=3, observe=["PROBE_nc", "TP53_nc", "XPO1_occupancy"])
    for name, values in BEFORE.items():
        assert np.asarray(told[name])[:, -1].tolist() == pytest.approx(values, rel=1e-6)  # the same bits on the machine that made them
    cargo = told.provenance["cell"]["cargoes"]["PROBE"]
    assert list(cargo) == ["symbol", "nes_kd", "total", "mass", "kimp", "leak", "anchored"]


def test_a_range_has_one_typical_value():
    cell = xp.cell("HeLa").with_cargo("PROBE", nes_kd="1 to 4 uM", kimp="0.1 to 0.4 /min")
    plain = xp.cell("HeLa").with_cargo("PROBE", nes_kd="2 uM", kimp="0.2 /min")
    one, same = (np.asarray(simulated(each, observe=["PROBE_nc"])["PROBE_nc"]) for each in (cell, plain))
    assert one == pytest.approx(same, rel=1e-9)
    xp.model("cell", cell=cell).check()


@pytest.mark.parametrize(
    "given", ["20 to 0.67 uM", "0 to 20 uM", "1 to 2", "1 nM to 2 kDa", "one to 2 uM", "1 to 1 uM", "-1 to 2 uM", "1 to 2 to 3 uM"]
)
def test_a_range_that_does_not_fit_is_refused(given):
    with pytest.raises(BadQuantity, match="nes_kd"):
        xp.cell("HeLa").with_cargo("PROBE", nes_kd=given)


def test_a_range_reads_either_way_of_writing_its_unit():
    assert read_range("500 nM to 2 uM", "uM", "x") == read_range("0.5 to 2 uM", "uM", "x") == read_range("0.5 to 2uM", "uM", "x")


def test_the_signal_that_is_modelled_is_one_that_was_measured_or_recorded_before_the_most_probable():
    hits = scan_nes("SMAD4")
    chosen = choose_signal(hits, hits.records[0])
    assert hits[0].start == 533
    assert chosen.shares(133, 149)  # measured by Fung 2017, recorded in NESdb
    bare = [replace(hit, known=()) for hit in hits]
    assert choose_signal(bare, replace(hits.records[0], letters=b"G" * 10)).start == 533
    assert choose_signal([], hits.records[0]) is None
