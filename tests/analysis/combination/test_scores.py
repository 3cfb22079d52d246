"""Every score against a second implementation that was written from the papers alone (`reference/`), and what must hold of any."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from exportin.analysis.combination.excess import expected_loewe, fit_singles, interacting_potency
from exportin.analysis.combination.median_effect import MedianEffect, combination_index, fit_median_effect
from exportin.analysis.combination.musyc import NAMES, Musyc, fit_musyc
from exportin.analysis.combination.score import make_score
from exportin.analysis.combination.synergy import synergy
from exportin.analysis.curve.hill import Hill
from exportin.analysis.plate.table import read_plates
from exportin.errors import BadQuantity

REFERENCE = Path(__file__).parent / "reference"
GOLDEN = json.loads((REFERENCE / "golden.json").read_text(encoding="utf-8"))
TABLES = ("bliss", "musyc", "sham", "sch66336_4hpr")


def plate_of(name, unit="uM"):
    return read_plates(REFERENCE / f"{name}.tsv", response="viability", unit=unit)[0]


def golden_curves(name):
    """The single drugs' curves of the second implementation."""
    singles = [GOLDEN[name]["single"][drug] for drug in ("drug1", "drug2")]
    return tuple(Hill.of(E0=0.0, Emax=one["Emax"], C=one["C"], h=one["h"]) for one in singles)


def column(name, what):
    """A column of the combinations, in the order of their doses; None where the second implementation has none."""
    rows = sorted(GOLDEN[name]["combinations"], key=lambda row: (row["d1"], row["d2"]))
    return None if rows[0][what] is None else np.array([row[what] for row in rows])


@pytest.mark.parametrize("name", TABLES)
def test_with_the_same_curves_the_scores_are_the_same(name):
    plate, curves = plate_of(name), golden_curves(name)
    points, means = plate.means()
    both = (points > 0).all(axis=1)
    points, observed = points[both], 1.0 - means[both]
    assert observed - expected_loewe(curves, points)[0] == pytest.approx(column(name, "loewe"), abs=1e-6)
    delta = interacting_potency(plate, 1.0 - plate.viability[None], curves)
    expected = column(name, "zip")
    assert (delta is None) == (expected is None)
    if delta is not None:
        assert delta[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", TABLES)
def test_from_the_table_the_scores_are_the_same(name):
    found = synergy(plate_of(name), bootstrap=0)
    for score, what in (("HSA", "hsa"), ("Bliss", "bliss"), ("Loewe", "loewe"), ("ZIP", "zip")):
        expected = column(name, what)
        assert (score in found.excess) == (expected is not None)
        if expected is not None:
            assert found.excess[score] == pytest.approx(expected, abs=1e-6), score
            assert found[score].value == pytest.approx(expected.mean(), abs=1e-6)
    assert found.index == pytest.approx(column(name, "ci"), rel=1e-6)
    for drug, curve in zip(("drug1", "drug2"), found.curves, strict=True):
        single = GOLDEN[name]["single"][drug]
        assert [curve.Emax[0], curve.C[0], curve.h[0]] == pytest.approx([single["Emax"], single["C"], single["h"]], rel=1e-4)


def test_printed_figures_of_a_published_table_come_out():
    plate, printed = plate_of("sch66336_4hpr"), GOLDEN["published"]["sch66336_4hpr"]
    inhibition = 1.0 - plate.viability[None]
    lines = [fit_median_effect(plate.doses[wells, drug], inhibition[:, wells]) for drug, wells in enumerate(map(plate.single, (0, 1)))]
    for line, drug in zip(lines, ("drug1", "drug2"), strict=True):
        assert line.Dm[0] == pytest.approx(printed["median_effect"][drug]["Dm"], abs=5e-4)
        assert line.m[0] == pytest.approx(printed["median_effect"][drug]["m"], abs=5e-4)
    both = plate.combined
    index = combination_index(tuple(lines), plate.doses[both], inhibition[:, both])
    assert index[0] == pytest.approx(printed["ci"], abs=5e-4)


def test_the_surface_of_musyc_is_that_of_four_states():
    true = GOLDEN["musyc"]["musyc_true"]
    surface = GOLDEN["musyc"]["musyc_true_surface"]
    points = [[row["d1"], row["d2"]] for row in surface]
    assert Musyc.of(**true).at(points)[0] == pytest.approx([row["viability"] for row in surface], abs=1e-11)


def test_a_fit_of_musyc_ends_where_the_second_one_does():
    plate, expected = plate_of("musyc"), GOLDEN["musyc"]["musyc_fit"]
    curves = fit_singles(plate, 1.0 - plate.viability[None])
    found = fit_musyc(plate.doses, plate.viability[None], curves)
    assert found.squares[0] == pytest.approx(expected["ss"], rel=1e-9)
    assert found.numbers[0] == pytest.approx([expected[name] for name in NAMES], rel=1e-4)
    assert found.beta[0] == pytest.approx(expected["beta"], rel=1e-4)
    true = GOLDEN["musyc"]["musyc_true"]
    assert np.log(found.alpha12[0] / true["alpha12"]) == pytest.approx(0.0, abs=0.3)


def test_exact_independence_is_no_interaction():
    found = synergy(plate_of("bliss"))
    assert abs(found["Bliss"].value) < 1e-9
    assert abs(found["ZIP"].value) < 1e-9
    assert [found[name].verdict for name in ("Bliss", "ZIP", "MuSyC alpha12", "MuSyC alpha21")] == ["no interaction"] * 4


def test_a_drug_with_itself_is_additive():
    found = synergy(plate_of("sham"))
    assert np.abs(found.excess["Loewe"]).max() < 1e-9
    assert found["Loewe"].verdict == "no interaction"
    assert found.index == pytest.approx(1.0, abs=1e-6)
    assert found["CI"].verdict == "no interaction"


@pytest.mark.parametrize("name", ["musyc", "sch66336_4hpr"])
def test_the_unit_of_the_doses_changes_nothing(name):
    there, here = synergy(plate_of(name, "mM"), bootstrap=20), synergy(plate_of(name), bootstrap=20)
    for one, other in zip(there.scores, here.scores, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-7), one.name
        assert one.verdict == other.verdict


def test_inhibition_gives_the_verdicts_of_viability(tmp_path):
    lines = (REFERENCE / "musyc.tsv").read_text(encoding="utf-8").splitlines()
    turned = [lines[0].replace("response", "inhibition")]
    for line in lines[1:]:
        fields = line.split("\t")
        fields[4] = f"{100 * (1 - float(fields[4])):.10g}"
        turned.append("\t".join(fields))
    (tmp_path / "turned.tsv").write_text("\n".join(turned), encoding="utf-8")
    one, other = synergy(plate_of("musyc"), bootstrap=50), synergy(tmp_path / "turned.tsv", unit="uM", bootstrap=50)
    assert [score.verdict for score in one.scores] == [score.verdict for score in other.scores]
    assert [score.value for score in one.scores] == pytest.approx([score.value for score in other.scores], abs=1e-6)


def test_drugs_that_are_exchanged_exchange_their_potencies():
    plate = plate_of("musyc")
    from dataclasses import replace

    other = synergy(replace(plate, drugs=plate.drugs[::-1], doses=plate.doses[:, ::-1]), bootstrap=0)
    one = synergy(plate, bootstrap=0)
    for name in ("HSA", "Bliss", "Loewe", "ZIP", "CI", "MuSyC beta"):
        assert other[name].value == pytest.approx(one[name].value, abs=1e-6)
    assert other["MuSyC alpha12"].value == pytest.approx(one["MuSyC alpha21"].value, rel=1e-4)


@pytest.mark.parametrize(
    ("values", "above", "verdict"),
    [
        ([0.2, 0.15, 0.25], "synergistic", "synergistic"),
        ([-0.2, -0.15, -0.25], "synergistic", "antagonistic"),
        ([0.0, -0.01, 0.02], "synergistic", "no interaction"),
        ([0.2, 0.01, 0.25], "synergistic", "inconclusive"),
        ([0.2], "synergistic", "inconclusive"),
        ([0.2, 0.15, 0.25], "antagonistic", "antagonistic"),
    ],
)
def test_a_verdict_needs_the_whole_interval(values, above, verdict):
    assert make_score("x", "y", np.array(values), 0.0, (-0.05, 0.05), above).verdict == verdict


def test_every_score_is_told_with_its_null_and_sign():
    told = str(synergy(plate_of("sham"), bootstrap=0)).splitlines()
    assert told[1].split() == ["score", "value", "95", "%", "none", "synergistic", "antagonistic", "verdict"]
    assert [line.split()[0] for line in told[2:10]] == ["HSA", "Bliss", "Loewe", "ZIP", "CI", "MuSyC", "MuSyC", "MuSyC"]
    assert "above 0.05   below -0.05" in told[2]
    assert "below 0.8    above 1.25" in told[6]


def test_drugs_that_do_next_to_nothing_are_scored_without_a_warning():
    """Predicted shares of dead cells may be a billionth; a median-effect line through them is flat."""
    plate, random = plate_of("bliss"), np.random.default_rng(3)
    found = synergy(plate.with_viability(1.0 - 1e-9 * random.uniform(0.5, 1.0, len(plate))), bootstrap=5)
    assert abs(found["Bliss"].value) < 1e-6
    assert found["Bliss"].verdict == "no interaction"


def test_a_drug_that_does_nothing_has_no_combination_index():
    plate, random = plate_of("bliss"), np.random.default_rng(4)
    first = Hill.of(E0=0.0, Emax=0.9, C=0.1, h=1.3).at(plate.doses[:, 0])[0]
    found = synergy(plate.with_viability(1.0 - first + 0.03 * random.standard_normal(len(plate))), bootstrap=20)
    assert found["Bliss"].verdict == "no interaction"
    falling = MedianEffect(np.array([1.0]), np.array([-0.2]), np.array([-1.0]))
    assert np.isnan(combination_index((falling, found.lines[0]), np.ones((1, 2)), np.full((1, 1), 0.5))).all()


@pytest.mark.parametrize("options", [{"bootstrap": -1}, {"seed": -3}, {"bootstrap": 2.5}])
def test_counts_that_are_none_are_refused(options):
    with pytest.raises(BadQuantity, match="is not a whole number"):
        synergy(plate_of("sham"), **options)
