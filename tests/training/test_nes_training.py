"""The making of the export-signal score: clusters, folds, the rule of a right call, measures, the frozen data, and the table that ships."""

from __future__ import annotations

import importlib
import itertools
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.nes.candidates import lay_out
from exportin.nes.records import Record
from exportin.nes.score import raw_score, score_batch
from exportin.nes.weights import load_weights, read_weights


def chain(seed: int, length: int, letters: str = "ACDEFGHIKLMNPQRSTVWY") -> str:
    return "".join(random.Random(seed).choices(letters, k=length))


# Clusters and folds


def elevens(sequence: str) -> set[str]:
    """Runs of eleven residues among which a signal could lie: at least three of L, I, V, M and F."""
    pieces = {sequence[start : start + 11] for start in range(len(sequence) - 10)}
    return {piece for piece in pieces if sum(piece.count(one) for one in "LIVMF") >= 3}


def connected(count: int, pairs) -> list[int]:
    """Lowest member of the component of each, by spreading the label until nothing changes."""
    label = list(range(count))
    while True:
        before = list(label)
        for one, other in pairs:
            label[one] = label[other] = min(label[one], label[other])
        if label == before:
            return label


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 40), st.integers(11, 40)), min_size=2, max_size=9))
def test_sharing_elevens_links_as_every_pair_would(training, cuts):
    # Each pair is not listed (a run belongs to the first that has it), but what hangs together is the same.
    parents = [chain(seed, 80, "LLIVMFAAEEKKSSGGDDNQ") for seed in range(8)]
    sequences = [parents[parent][start : start + length] for parent, start, length in cuts]
    pieces = [elevens(one) for one in sequences]
    every = [(one, other) for one, other in itertools.combinations(range(len(sequences)), 2) if pieces[one] & pieces[other]]
    found = training.nes_clusters._sharing(sequences)
    assert connected(len(sequences), found) == connected(len(sequences), every)


def test_clusters_hang_together_by_single_linkage(training):
    pytest.importorskip("parasail")
    left, right, alone = chain(1, 120), chain(2, 120), chain(3, 120)
    bridge = left[60:] + right[:60]  # half of either; left and right share nothing
    found = training.nes_clusters.cluster([left, alone, right, bridge])
    assert found.tolist() == [0, 1, 0, 0]
    assert training.nes_clusters.cluster([left, alone, right]).tolist() == [0, 1, 2]


def test_eleven_residues_in_a_row_join_and_ten_do_not(training):
    pytest.importorskip("parasail")
    one, other = chain(11, 150, "GSTNQDEKRHP"), chain(12, 150, "GSTNQDEKRHP")

    def joined(first: str, second: str) -> bool:
        found = training.nes_clusters.cluster([one[:70] + first + one[70:], other[:40] + second + other[40:]])
        return found.tolist() == [0, 0]

    assert joined("LALKLAGLDIN", "LALKLAGLDIN")
    assert not joined("LALKLAGLDIW", "LALKLAGLDIY")
    assert not joined("GSGSGLGSGSG", "GSGSGLGSGSG")  # one anchor: no signal could lie there


def test_a_third_of_identity_joins(training):
    pytest.importorskip("parasail")
    base = chain(21, 200)
    draw = random.Random(22)
    changed = "".join(one if place % 2 else draw.choice("ACDEFGHIKLMNPQRSTVWY") for place, one in enumerate(base))  # about half identical
    assert training.nes_clusters.cluster([base, changed]).tolist() == [0, 0]
    assert training.nes_clusters.cluster([base, changed], least_score=10_000).tolist() == [0, 1]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=120), st.integers(2, 10), st.integers(0, 5))
def test_folds_keep_clusters_whole_and_deal_them_evenly(training, clusters, count, seed):
    parts = training.nes_clusters.folds(np.array(clusters), count, seed)
    homes = {name: {int(part) for part, other in zip(parts, clusters, strict=True) if other == name} for name in set(clusters)}
    assert all(len(home) == 1 for home in homes.values())
    dealt = np.bincount([home.pop() for home in homes.values()], minlength=count)
    assert dealt.max() - dealt.min() <= 1
    assert parts.max() < count
    assert np.array_equal(parts, training.nes_clusters.folds(np.array(clusters), count, seed))


def test_seeds_deal_differently(training):
    clusters = np.arange(100)
    assert not np.array_equal(training.nes_clusters.folds(clusters, 10, 0), training.nes_clusters.folds(clusters, 10, 1))


# The frozen data


@pytest.mark.shared_data
def test_the_data_are_those_that_the_score_was_made_from(proteins, results, training):
    assert (len(proteins), results["proteins"]) == (183, 183)
    assert results["data"] == training.nes_data.HASHES
    assert sum(len(one.signals) for one in proteins) == results["signals"]
    assert len({one.sequence for one in proteins}) == 183


@pytest.mark.shared_data
def test_every_core_is_a_stretch_of_its_protein(proteins, root):
    for one in proteins:
        for span in (*one.signals, *one.masked):
            assert 0 <= span.start < span.end <= len(one.sequence), one.accession
        assert all(span.end - span.start <= 30 for span in one.signals), one.accession
        assert set(one.as_recorded) <= set(one.signals)
        assert set(one.doubtful) <= set(one.masked)
        for span, places in one.mutated:
            assert span in one.signals
            assert all(span.start <= place < span.end for place in places)
    header, *lines = ((root / "training" / "spans.tsv").read_text(encoding="utf-8")).splitlines()
    cores = [row for row in (dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines) if row["use"] == "core"]
    by_stretch = {one.sequence[span.start : span.end] for one in proteins for span in one.signals}
    assert cores
    assert {row["sequence"] for row in cores} <= by_stretch


@pytest.mark.shared_data
def test_another_file_is_refused(training, shared_data, tmp_path):
    text = (shared_data / "nes" / "nes_spans.tsv").read_text(encoding="utf-8")
    (tmp_path / "nes_spans.tsv").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="is not the file that the score was made from: sha256"):
        training.nes_data.read_proteins(tmp_path)
    with pytest.raises(SystemExit, match="is not there"):
        training.nes_data.read_proteins(tmp_path / "none")


@pytest.mark.shared_data
def test_proteins_of_one_cluster_are_related_and_those_apart_share_no_eleven(proteins, training, results):
    pytest.importorskip("parasail")
    sequences = [one.sequence for one in proteins]
    spans = [(number, one.start, one.end) for number, protein in enumerate(proteins) for one in (*protein.signals, *protein.doubtful)]
    clusters = training.nes_clusters.cluster(sequences, signals=spans)
    assert len(set(clusters.tolist())) == results["clusters"]
    by_accession = {protein.accession: number for number, protein in enumerate(proteins)}
    assert clusters[by_accession["P19880"]] == clusters[by_accession["Q01663"]]  # Yap1 and Pap1: little but the signal is alike
    pieces = [elevens(one) for one in sequences]
    for one, other in itertools.combinations(range(len(sequences)), 2):
        if clusters[one] != clusters[other]:
            assert not pieces[one] & pieces[other]


# From the fit to the table


def examples_of(fitting, training, count=24):
    """A small world: signals are stretches of PKI in chains of chance."""
    span, protein = training.nes_data.Span, training.nes_data.Protein
    made = []
    for seed in range(count):
        left, right = chain(100 + seed, 60), chain(200 + seed, 60)
        core = "ELALKLAGLDIN" if seed % 2 else "ELLDKLAELSIE"
        signal = (span(60, 60 + len(core)),)
        made.append(protein(f"P{seed}", "Homo sapiens", left + core + right, signal, signal, (), (), (), False))
    return fitting.nes_fit.Examples(made)


def test_a_fitted_score_that_is_written_and_read_back_gives_the_same_scores(fitting, training, tmp_path):
    examples = examples_of(fitting, training)
    settings = fitting.nes_fit.Settings(0.1, 0.8, 0.15, 0.4)
    everything = np.ones(len(examples.owner), dtype=bool)
    fitted = replace(fitting.nes_fit.fit(examples, settings, everything), slope=1.3, offset=-0.2)
    weights = fitting.nes_export.to_weights(examples, fitted, minus=-0.5, cutoff=0.25)
    raw = fitted.raw(examples.columns(settings))
    assert raw.std() > 0.1
    assert raw_score(examples.design, weights) == pytest.approx(raw, abs=1e-9)
    fitting.nes_export.write_weights(weights, tmp_path / "weights.tsv")
    read = read_weights(tmp_path / "weights.tsv")
    assert raw_score(examples.design, read) == pytest.approx(raw, abs=2e-3)  # five digits a weight
    assert (read.slope, read.offset, read.minus, read.cutoff) == (1.3, -0.2, -0.5, 0.25)
    batch = lay_out([Record(one.accession, one.sequence.encode()).codes for one in examples.proteins])
    found = score_batch(batch, weights=read)
    assert found.owner.tolist() == examples.owner.tolist()
    assert found.log_odds == pytest.approx(-0.2 + 1.3 * raw, abs=4e-3)
    assert found.terms.mean(0) == pytest.approx(np.zeros(found.terms.shape[1]), abs=1e-3)


def test_a_fit_tells_the_signals_of_a_small_world_apart(fitting, training):
    examples = examples_of(fitting, training)
    part = training.nes_clusters.folds(np.arange(24), 4, 0)[examples.owner]
    scores = fitting.nes_fit.out_of_fold(examples, fitting.nes_fit.Settings(0.1, 0.8, 0.15, 0.4), part)
    assert np.isfinite(scores).all()
    assert training.nes_measures.candidate_auc(examples.judge(scores), np.ones(24)) > 0.9


def test_a_fold_is_scored_without_its_own_proteins(fitting, training):
    # What the proteins of a fold are labelled as does not move their scores.
    examples = examples_of(fitting, training)
    settings = fitting.nes_fit.Settings(0.1, 0.8, 0.15, 0.4)
    part = training.nes_clusters.folds(np.arange(24), 4, 0)[examples.owner]
    before = fitting.nes_fit.out_of_fold(examples, settings, part)
    examples.right = np.where(part == 0, ~examples.right, examples.right)
    after = fitting.nes_fit.out_of_fold(examples, settings, part)
    assert np.array_equal(before[part == 0], after[part == 0])
    assert not np.allclose(before[part != 0], after[part != 0])


@pytest.mark.shared_data
def test_the_weights_that_ship_rank_the_well_known_signals_as_told(fitting, proteins, results):
    report = importlib.import_module("nes_report")
    examples = fitting.nes_fit.Examples(proteins)
    assert len(examples.owner) == results["candidates"]
    assert int(examples.right.sum()) == results["candidates on signals"]
    found = report.well_known(examples, fitting.nes_train.shipped_scores(examples, load_weights()))
    assert found == results["well known, weights that ship"]
