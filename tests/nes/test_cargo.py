"""Whether a protein binds XPO1: features against a slow reading of their definition, sums, the baseline, and what is left out."""

from __future__ import annotations

import json
import math
from statistics import fmean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.errors import BadSequence, BadTable
from exportin.nes import cargo as room
from exportin.nes import scan_nes
from exportin.nes.cargo import CargoPredictions, load_cargo_weights, predict_cargo
from exportin.nes.protein import BASELINE, FEATURES, GROUPS, features
from exportin.nes.records import Record
from exportin.text_table import read_rows

PKI = "MTDVETTYADFIASGRTGRRNAIHDILVSSASGNSNELALKLAGLDINKTEGEEDAQRSSTEQSGEAQGEAAKSES"  # PKI alpha, UniProt P61925
REV = (  # HIV-1 Rev, UniProt P04618
    "MAGRSGDSDEDLLKAVRLIKFLYQSNPPPNPEGTRQARRNRRRRWRERQRQIHSISERILSTYLGRSAEPVPLQLPPLERLTLDCNEDCGTSGTQGVGSPQILVESPTVLESGTKE"
)
SHORT = "MKELLDKLAALNIE"
RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
CHARGE = {"D": -1.0, "E": -1.0, "K": 1.0, "R": 1.0}


def column(root, name: str) -> dict[str, float]:
    """A scale of the table that ships."""
    header, rows = read_rows(root / "src" / "exportin" / "nes" / "scales.tsv", "residue")
    return {fields[0]: float(fields[header.index(name)]) for _, fields in rows}


def percentile(values: list[float], level: float) -> float:
    """Linear between the two nearest in order."""
    order = sorted(values)
    place = level / 100 * (len(order) - 1)
    low = math.floor(place)
    high = min(low + 1, len(order) - 1)
    return order[low] + (place - low) * (order[high] - order[low])


def slow(root, sequence: str) -> dict[str, float]:
    """Features of one protein, written from what they are said to be, a residue at a time."""
    disorder, hydrophobicity = column(root, "disorder"), column(root, "hydrophobicity")
    told = {"log length": math.log(len(sequence)), "mean disorder": fmean(disorder[one] for one in sequence)}
    for name, table in (("disorder", disorder), ("hydrophobicity", hydrophobicity), ("charge", CHARGE)):
        for width in (11, 31):
            wide = min(width, len(sequence))
            starts = range(len(sequence) - wide + 1)
            means = [fmean(table.get(one, 0.0) for one in sequence[start : start + wide]) for start in starts]
            told |= {f"{name} {width} q{level}": percentile(means, level) for level in (5, 25, 50, 75, 95)}
            told[f"{name} {width} spread"] = pstdev(means)
    told |= {f"share {one}": sequence.count(one) / len(sequence) for one in RESIDUES}
    hits = scan_nes({"one": sequence})
    odds = sorted((hit.log_odds for hit in hits), reverse=True)
    chances = [1 / (1 + math.exp(-value)) for value in odds]
    told |= dict(zip(("best signal", "second signal"), [*odds, -5.0, -5.0], strict=False))
    return told | {"expected signals": sum(chances), "log no signal": sum(math.log(1 - one) for one in chances)}


def standard(model: str, name: str, value: float) -> float:
    """What a feature adds to the log odds."""
    weights = load_cargo_weights()[model]
    place = (FEATURES if model == "full" else BASELINE).index(name)
    scaled = max(-3.0, min(3.0, (value - float(weights.mean[place])) / float(weights.spread[place])))  # further out counts as at the edge
    return scaled * float(weights.weight[place]) + scaled * scaled * float(weights.square[place])


def log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


@pytest.mark.parametrize("sequence", [PKI, REV, SHORT, "GSGSGSKKKK", "M"])
def test_features_are_what_they_are_said_to_be(root, sequence):
    (found,) = features([Record("one", sequence.encode())])
    assert dict(zip(FEATURES, found.tolist(), strict=True)) == pytest.approx(slow(root, sequence), abs=1e-9)


def test_every_feature_has_one_name_and_one_group():
    assert len(set(FEATURES)) == len(FEATURES) == 2 + 3 * 2 * 6 + 20 + 4
    assert set(GROUPS) == set(FEATURES)
    assert set(GROUPS.values()) == {"length", "disorder", "hydrophobicity", "charge", "composition", "signals"}
    assert FEATURES[: len(BASELINE)] == BASELINE


@pytest.mark.parametrize("sequence", [PKI, REV, SHORT])
def test_probabilities_are_those_of_the_table(root, sequence):
    told, weights = slow(root, sequence), load_cargo_weights()
    (found,) = predict_cargo({"one": sequence})
    full = weights["full"].intercept + sum(standard("full", name, told[name]) for name in FEATURES)
    short = weights["baseline"].intercept + sum(standard("baseline", name, told[name]) for name in BASELINE)
    assert log_odds(found.probability) == pytest.approx(full, abs=1e-7)
    assert log_odds(found.baseline) == pytest.approx(short, abs=1e-7)
    groups = {group: sum(standard("full", name, told[name]) for name in FEATURES if GROUPS[name] == group) for group in GROUPS.values()}
    assert found.contributions == pytest.approx({"baseline rate": weights["full"].intercept, **groups}, abs=1e-7)


@given(st.text(alphabet=RESIDUES + "XBZJUO", min_size=21, max_size=400))
def test_contributions_add_up_to_the_log_odds(sequence):
    (found,) = predict_cargo({"one": "M" + sequence + "E"})
    assert 0 <= found.probability <= 1
    assert found.probability == pytest.approx(1 / (1 + math.exp(-sum(found.contributions.values()))), rel=1e-9)


@pytest.mark.parametrize("sequence", ["W" * 50, "K" * 40000, "F" * 300, "X" * 30, "M"])
def test_odd_proteins_have_a_probability_without_a_warning(sequence):
    (found,) = predict_cargo({"one": sequence})
    assert 0 <= found.probability <= 1
    assert 0 <= found.baseline <= 1


def test_the_baseline_knows_length_and_disorder_only():
    shuffled = "".join(np.random.default_rng(3).permutation(list(REV)))
    as_it_is, mixed = predict_cargo({"a": REV, "b": shuffled})
    assert as_it_is.baseline == pytest.approx(mixed.baseline, abs=1e-12)
    assert as_it_is.probability != mixed.probability
    # Of a longer chain of the same residues the length alone differs.
    twice = predict_cargo({"twice": REV * 2})[0]
    moved = standard("baseline", "log length", math.log(2 * len(REV))) - standard("baseline", "log length", math.log(len(REV)))
    assert log_odds(twice.baseline) - log_odds(as_it_is.baseline) == pytest.approx(moved, abs=1e-9)


def test_without_a_stretch_that_fits_a_pattern_there_is_no_best_signal():
    (found,) = predict_cargo({"plain": "GSGSGSGSKKKKGSGSGSGS"})
    assert found.best is None
    assert found.to_dict()["best"] is None
    assert "no stretch fits a pattern" in str(CargoPredictions([found]))


def test_many_at_once_are_as_one_by_one():
    given = {"PKI": PKI, "plain": "GSGSGSKKKKGSGSGS", "Rev": REV, "short": SHORT, "X": "MXXLLKLLXE"}
    together = predict_cargo(given)
    assert [one.record for one in together] == list(given)
    for name, one in zip(given, together, strict=True):
        (alone,) = predict_cargo({name: given[name]})
        assert one.probability == pytest.approx(alone.probability, abs=1e-12)
        assert one.baseline == pytest.approx(alone.baseline, abs=1e-12)
        assert one.contributions == pytest.approx(alone.contributions, abs=1e-9)
        hits = scan_nes({name: given[name]})
        assert (one.best and (one.best.start, one.best.end)) == ((hits[0].start, hits[0].end) if len(hits) else None)


def test_turning_the_order_turns_the_answers():
    given = {"PKI": PKI, "Rev": REV, "short": SHORT}
    there, back = predict_cargo(given), predict_cargo(dict(reversed(given.items())))
    assert [one.record for one in back] == [one.record for one in there][::-1]
    assert [one.probability for one in back] == pytest.approx([one.probability for one in there][::-1], abs=1e-12)


def test_what_cannot_be_read_is_left_out_with_its_reason():
    found = predict_cargo({"PKI": PKI, "bad": "ML1L", "none": "", "long": "M" * 40_001, "genes": "ATGC" * 10, "Rev": REV})
    assert [one.record for one in found] == ["PKI", "Rev"]
    assert [one.name for one in found.left_out] == ["bad", "none", "long", "genes"]
    parts = ("'1' at position 3", "has no residues", "has 40,001 residues", "those of nucleotides")
    assert all(part in one.reason for part, one in zip(parts, found.left_out, strict=True))
    assert [one["name"] for one in found.to_dict()["left_out"]] == ["bad", "none", "long", "genes"]


def test_nothing_to_look_at_is_refused():
    with pytest.raises(BadSequence, match="no sequence to look at: bad: '1' at position 3"):
        predict_cargo({"bad": "ML1L"})
    with pytest.raises(BadSequence, match=r"no sequence to look at: nothing was given\."):
        predict_cargo({})


def test_predictions_are_a_sequence():
    found = predict_cargo({"PKI": PKI, "bad": "ML1L", "Rev": REV})
    assert len(found) == 2
    assert found[-1].record == "Rev"
    assert [one.record for one in found[:1]] == ["PKI"]
    assert found[:1].left_out == found.left_out


def test_it_is_json_and_text():
    found = predict_cargo(["MKELLDKLAALNIEK", PKI])
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert [one["record"] for one in told["predictions"]] == ["sequence_1", "sequence_2"]
    assert told["predictions"][1]["best"]["sequence"] == "LALKLAGLDI"
    assert told["predictions"][1]["probability"] == round(found[1].probability, 4)
    head, *lines = str(found).splitlines()
    assert head.split()[:3] == ["record", "binds", "XPO1"]
    assert lines[1].split()[:4] == ["sequence_2", f"{found[1].probability:.3f}", f"{found[1].baseline:.3f}", "38-47"]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda lines: lines[:-1], "expected one line for each of"),
        (lambda lines: [*lines, lines[5]], "expected one line for each of"),
        (lambda lines: [*lines, lines[5].replace("full", "fuller")], "expected one line for each of"),
        (lambda lines: [lines[0].replace("spread", "width"), *lines[1:]], "expected the columns model, feature, mean, spread"),
        (lambda lines: [*lines[:-1], lines[-1][:-1] + "x"], "expected a number"),
    ],
    ids=["one is missing", "one stands twice", "one is unknown", "another column", "no number"],
)
def test_a_table_of_weights_that_is_not_whole_does_not_load(change, part, tmp_path, monkeypatch, root):
    lines = (root / "src" / "exportin" / "nes" / "cargo_weights.tsv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "cargo_weights.tsv").write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    monkeypatch.setattr(room, "__file__", str(tmp_path / "cargo.py"))
    with pytest.raises(BadTable, match=part):
        load_cargo_weights.__wrapped__()


def test_a_protein_unlike_those_of_the_fit_is_told_and_counts_as_at_the_edge():
    odd, usual = predict_cargo({"odd": "W" * 200, "usual": PKI})
    assert "share W" in odd.outside
    assert "share W" not in usual.outside
    assert "unlike the proteins of the fit" in str(predict_cargo({"odd": "W" * 200}))
    assert predict_cargo({"more": "W" * 400})[0].contributions["composition"] == pytest.approx(odd.contributions["composition"])
