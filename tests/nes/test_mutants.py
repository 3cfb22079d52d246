"""What substitutions do to a signal: scores against whole mutated proteins, published mutants, and the fewest alanines."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from math import isfinite

import numpy as np
import pytest

from exportin.errors import BadSequence
from exportin.nes import scan_nes
from exportin.nes.alphabet import RESIDUES
from exportin.nes.candidates import find_candidates, lay_out
from exportin.nes.design import describe_proteins
from exportin.nes.hgvs import Substitution, apply
from exportin.nes.mutants import mutate_nes
from exportin.nes.mutants_text import mutant_lines, write_mutants
from exportin.nes.records import Record
from exportin.nes.score import score_batch
from exportin.nes.variants import Variants
from exportin.nes.weights import load_weights

PKI = "MTDVETTYADFIASGRTGRRNAIHDILVSSASGNSNELALKLAGLDINKTEGEEDAQRSSTEQSGEAQGEAAKSES"  # PKI alpha, UniProt P61925
PROTEINS = ("PKIA", "TP53", "NFKBIA", "BIRC5", "SNUPN")


def whole_score(sequence: str, changed: str, start: int, end: int, *, minus: bool = False) -> float:
    """Log odds of the best candidate of a mutated protein that shares seven residues with a core, from 1; terms of the protein stay."""
    wild = lay_out([Record("wild", sequence.encode()).codes])
    found = score_batch(
        lay_out([Record("mutant", changed.encode()).codes]), minus=minus, proteins=describe_proteins(wild, find_candidates(wild))
    )
    best = -np.inf
    for first, last, value in zip(found.start.tolist(), found.end.tolist(), found.log_odds.tolist(), strict=True):
        if len({*range(first + 1, last + 2)} & {*range(start, end + 1)}) >= 7:
            best = max(best, value)
    return best


def check(found, *, minus=False, every=1):
    """Mutations of a result against scans of whole mutated proteins."""
    letters, wild = found.record.sequence, found.wild
    before = whole_score(letters, letters, wild.start, wild.end, minus=minus)
    for one in (*found.given, *found.silencing, *found.single[::every]):
        after = whole_score(letters, apply(one.changes, letters), wild.start, wild.end, minus=minus)
        assert one.lost == (after == -np.inf), one.short
        assert one.probability == pytest.approx(1 / (1 + np.exp(-after)), abs=1e-9), one.short
        assert one.change == pytest.approx(after - before, abs=1e-8) if isfinite(after) else one.change == -np.inf, one.short


@pytest.mark.parametrize("name", PROTEINS)
def test_a_mutant_scores_as_the_whole_mutated_protein(name):
    check(mutate_nes(name), every=3)


def test_all_mutants_of_pki_and_of_a_distant_pair():
    check(mutate_nes("PKIA", mutations=["L38A+I47A", "M1A+L45A", "S76A"]))


def test_a_change_out_of_reach_changes_nothing():
    # Beyond the windows of the score, a residue counts only for terms of the whole protein, which are held.
    far = mutate_nes("TP53", (340, 350), mutations="V10L").given[0]
    assert (far.change, far.lost) == (pytest.approx(0, abs=1e-12), False)


def test_minus_mutants_score_as_the_whole_mutated_protein():
    # RIOK2 binds with its chain the other way round (Fung 2015, doi:10.7554/eLife.10034).
    hit = next(one for one in scan_nes("RIOK2", minus=True) if one.orientation == "minus")
    assert hit.start <= 391 <= hit.end
    found = mutate_nes("RIOK2", hit, mutations="I403A")
    assert found.wild == hit
    check(found, minus=True, every=5)
    same = mutate_nes("RIOK2", (hit.start, hit.end), minus=True)
    assert np.array_equal(found.change, same.change, equal_nan=True)


def test_every_single_substitution_stands_there_once():
    found = mutate_nes("PKIA")
    assert found.positions == tuple(range(found.wild.start - 5, found.wild.end + 6))
    expected = [(place, PKI[place - 1], other) for place in found.positions for other in RESIDUES if other != PKI[place - 1]]
    assert [(one.changes[0].position, one.changes[0].wild, one.changes[0].mutant) for one in found.single] == expected
    assert all(len(one.changes) == 1 for one in found.single)
    at_wild = np.array([[residue == PKI[place - 1] for residue in RESIDUES] for place in found.positions])
    assert np.array_equal(np.isnan(found.change), at_wild)
    assert np.array_equal(np.isnan(found.probability), at_wild)
    assert np.array_equal(found.lost, np.isneginf(found.change))


def test_positions_end_with_the_chain():
    found = mutate_nes({"short": "NELALKLAGLDIN"})
    assert (found.wild.start, found.wild.end) == (3, 12)
    assert found.positions == tuple(range(1, 14))


def test_letters_outside_of_the_twenty_are_not_changed():
    given = {"odd": PKI.replace("GNSNE", "GNXNE").replace("LDINK", "LDIUK")}
    found = mutate_nes(given)
    assert {35, 48}.isdisjoint(found.positions)
    assert {34, 36, 47, 49} <= set(found.positions)
    assert found.probability.shape == found.lost.shape == (len(found.positions), 20)
    check(found, every=7)
    assert json.loads(json.dumps(found.to_dict()))["record"] == "odd"
    assert len(list(mutant_lines(found))) == 1 + len(found.silencing) + len(found.single)
    assert "single substitutions: " in str(found)


def test_the_classic_mutant_of_pki_leaves_no_pattern():
    # L41A L44A without the first Met (Wen 1995, doi:10.1016/0092-8674(95)90435-2): no export.
    found = mutate_nes("PKIA", mutations=["L42A+L45A"])
    assert (found.wild.start, found.wild.end, found.wild.sequence) == (38, 47, "LALKLAGLDI")
    (both,) = found.given
    assert (both.name, both.short, both.lost, both.probability, both.change) == (
        "p.[Leu42Ala;Leu45Ala]", "L42A/L45A", True, 0.0, -np.inf,
    )  # fmt: skip


def test_pki_without_its_last_anchor_is_lost_or_weaker_and_more_so_than_beside_it():
    # Phi4 to Ala: KD from 35 nM to 150 uM (Fung 2017, doi:10.7554/eLife.23961).
    last, beside = mutate_nes("PKIA", mutations=["I47A", "D46A"]).given
    assert last.lost or last.change < 0
    assert last.change < beside.change


@pytest.mark.parametrize("name", ["PKIA", "NFKBIA"])
def test_anchors_fall_further_than_spacers(name):
    # Anchors fill the pockets of XPO1; residues between them point to the solvent (Dong 2009, doi:10.1038/nature07975).
    found = mutate_nes(name)
    anchors = {int(one[1:]) for one in found.wild.pockets.values()}
    alanine = {one.changes[0].position: one.change for one in found.single if one.changes[0].mutant == "A"}
    inside = {place: value for place, value in alanine.items() if found.wild.start <= place <= found.wild.end}
    fall = [[value for place, value in inside.items() if (place in anchors) is is_anchor] for is_anchor in (True, False)]
    assert np.median(fall[0]) < np.median(fall[1])


def test_a_site_is_a_residue_a_range_or_a_hit():
    hit = next(one for one in scan_nes("TP53") if one.start <= 345 <= one.end)
    by_residue, by_range, by_hit = (mutate_nes("TP53", site) for site in (345, (340, 350), hit))
    assert by_hit.wild == hit
    assert (by_residue.wild.start, by_residue.wild.end) == (by_range.wild.start, by_range.wild.end) == (hit.start, hit.end)
    assert np.array_equal(by_residue.change, by_hit.change, equal_nan=True)
    assert mutate_nes("TP53").wild == scan_nes("TP53")[0]


def test_a_weaker_signal_can_be_asked_for():
    hits = scan_nes("TP53")
    for hit in hits[1:4]:
        assert mutate_nes("TP53", hit).wild == hit


def test_no_signal_at_the_site_is_refused():
    with pytest.raises(BadSequence, match="no stretch of PKIA that fits a pattern holds residue 1; 'exportin nes' lists"):
        mutate_nes("PKIA", 1)
    with pytest.raises(BadSequence, match="holds residues 1 to 3;"):
        mutate_nes("PKIA", (1, 3))
    with pytest.raises(BadSequence, match="holds residue 999;"):
        mutate_nes("PKIA", 999)
    with pytest.raises(BadSequence, match="plain has no stretch that fits a pattern; there is no signal to change"):
        mutate_nes({"plain": "GSGSGSGSGSGSGSGSKKKK"})


def test_a_hit_of_another_protein_is_refused():
    with pytest.raises(BadSequence, match="TP53 does not have LALKLAGLDI at residues 38 to 47; give a hit of this protein"):
        mutate_nes("TP53", scan_nes("PKIA")[0])


def test_one_protein_at_a_time():
    with pytest.raises(BadSequence, match="one protein at a time \\(2 were given\\)"):
        mutate_nes({"a": PKI, "b": PKI})
    with pytest.raises(BadSequence, match="one protein at a time \\(b: '1' at position 3 is no amino acid"):
        mutate_nes({"a": PKI, "b": "ML1L"})


@pytest.mark.parametrize("text", ["L43A", "L42del", ""])
def test_a_mutation_that_does_not_fit_is_refused(text):
    with pytest.raises(BadSequence):
        mutate_nes("PKIA", mutations=[text])


@pytest.mark.parametrize("name", [*PROTEINS, "APBA3", "five pockets"])
def test_the_alanines_that_silence_are_silent_and_as_few_as_can_be(name):
    given = {name: PKI.replace("NSNELALKLAGLDINK", "NSLELLLKLAGLDLNK")} if name == "five pockets" else name
    weights = load_weights()
    level = weights.slope * weights.intercept + weights.offset  # the mean candidate
    for hit in scan_nes(given)[:4]:
        found = mutate_nes(given, hit)
        letters = found.record.sequence
        before = whole_score(letters, letters, hit.start, hit.end)
        places = [place for place in range(hit.start, hit.end + 1) if letters[place - 1] in "LIVMFCWT"]

        def after(chosen: tuple[int, ...], letters=letters, hit=hit) -> float:
            changes = tuple(Substitution(place, letters[place - 1], "A") for place in chosen)
            return whole_score(letters, apply(changes, letters), hit.start, hit.end)

        silent: list[tuple[bool, float, tuple[int, ...]]] = []
        for size in range(1, 6):
            told = [(after(chosen), chosen) for chosen in combinations(places, size)]
            silent = sorted((value != -np.inf, value, chosen) for value, chosen in told if value == -np.inf or value <= level < before)
            if silent:
                break
        assert [tuple(one.position for one in mutation.changes) for mutation in found.silencing] == [chosen for *_, chosen in silent[:5]]
        assert {one.mutant for mutation in found.silencing for one in mutation.changes} == {"A"}


def test_a_signal_is_silent_too_where_it_falls_to_the_mean_candidate():
    found = [one for name in PROTEINS for hit in scan_nes(name)[:4] for one in mutate_nes(name, hit).silencing]
    assert {one.lost for one in found} == {True, False}


@pytest.mark.parametrize("name", PROTEINS)
def test_the_place_of_a_signal_is_seven_residues_of_its_core(name):
    hits = scan_nes(name, merge=False)
    letters = hits.records[0].sequence
    for hit in hits:
        expected = whole_score(letters, letters, hit.start, hit.end)
        assert expected >= hit.log_odds - 1e-9
        assert Variants(hits.records[0], hit).log_odds == pytest.approx(expected, abs=1e-9), hit


def test_no_mutation_is_no_change():
    record = Record("PKIA", PKI.encode())
    scorer = Variants(record, scan_nes(PKI)[0])
    (same,) = scorer.score([()])
    assert (same.change, same.lost) == (0.0, False)
    assert scorer.score([]) == []


def test_a_score_is_that_of_the_scan():
    for name in PROTEINS:
        hit = scan_nes(name)[0]
        scorer = Variants(scan_nes(name).records[0], hit)
        assert scorer.log_odds == pytest.approx(hit.log_odds, abs=1e-9)


def test_it_is_json_without_infinities():
    found = mutate_nes("PKIA", mutations="L42A+L45A")
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["wild"]["sequence"] == "LALKLAGLDI"
    assert told["given"] == [{"name": "p.[Leu42Ala;Leu45Ala]", "short": "L42A/L45A", "probability": 0.0, "change": None, "lost": True}]
    assert len(told["single"]) == 19 * len(found.positions)
    assert {one["change"] is None for one in told["single"] if one["lost"]} == {True}
    assert all(isinstance(one["change"], float) for one in told["single"] if not one["lost"])


def test_text():
    found = mutate_nes("PKIA", mutations="L42A+L45A")
    text = str(found)
    assert text.startswith("PKIA 38-47 LALKLAGLDI, pattern 1a, phi1=L38 phi2=L42 phi3=L45 phi4=I47\n")
    assert "asked for\n  L42A/L45A " in text
    assert f"fewest alanines that silence it: {len(found.silencing[0].changes)}\n" in text
    assert f"single substitutions: {len(found.single)}, of which {int(found.lost.sum())} leave no pattern" in text
    assert "inf" not in text
    assert "nan" not in text
    assert "asked for" not in str(mutate_nes("PKIA"))
    assert "no set of up to five alanines" in write_mutants(replace(found, silencing=()))


def test_lines_of_a_table():
    found = mutate_nes("PKIA", mutations=["L42A+L45A", "D46A"])
    head, *lines = (line.split("\t") for line in mutant_lines(found))
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [row["kind"] for row in rows] == ["given"] * 2 + ["silencing"] * len(found.silencing) + ["single"] * len(found.single)
    told = [*found.given, *found.silencing, *found.single]
    assert [(row["name"], row["short"], row["lost"]) for row in rows] == [(one.name, one.short, str(one.lost).lower()) for one in told]
    assert all((row["change"] == "") == one.lost for row, one in zip(rows, told, strict=True))
    assert all(float(row["probability"]) == pytest.approx(one.probability, abs=5e-5) for row, one in zip(rows, told, strict=True))


@pytest.mark.parametrize("site", [True, (1, 2, 3), "L42A", ["L42A"], 4.0, (1, True)])
def test_what_is_no_site_is_refused_in_a_sentence(site):
    with pytest.raises(BadSequence, match="is no residue; expected such as 348"):
        mutate_nes("PKIA", site)


def test_changes_are_measured_from_the_best_candidate_in_the_place():
    weak = next(hit for hit in scan_nes("TOP2A", merge=False) if (hit.start, hit.end) == (1015, 1025))
    found = mutate_nes("TOP2A", weak)
    assert found.wild.probability > weak.probability
    assert found.wild.shares(weak.start, weak.end)
