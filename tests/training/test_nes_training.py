"""The making of the export-signal score: clusters, folds, the rule of a right call, measures, the frozen data, and the table that ships."""

from __future__ import annotations

import importlib
import itertools
import json
import random
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.nes.candidates import lay_out
from exportin.nes.records import Record
from exportin.nes.score import raw_score, score_batch
from exportin.nes.weights import load_weights, read_weights

MODULES = ("nes_clusters", "nes_data", "nes_measures", "nes_calls")


@pytest.fixture(scope="module")
def training(root):
    """Modules of the folder `training` that need no extra."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "training"))
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})


@pytest.fixture(scope="module")
def fitting(root):
    """Modules that fit; they need the extra `learn`."""
    pytest.importorskip("sklearn")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "training"))
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in ("nes_fit", "nes_export", "nes_train")})


@pytest.fixture(scope="module")
def results(root):
    return json.loads((root / "training" / "results" / "signals.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def proteins(training, shared_data):
    return training.nes_data.read_proteins(shared_data / "nes")


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


# Measures


def calls_of(training, protein, score, right, masked=None, signals=None):
    protein, score, right = np.array(protein), np.array(score, dtype=float), np.array(right, dtype=bool)
    masked = np.zeros(len(score), dtype=bool) if masked is None else np.array(masked)
    count = max(protein) + 1
    signals = np.ones(count, dtype=int) if signals is None else np.array(signals)
    ones = np.ones(count)
    return training.nes_measures.Calls(protein, score, right, masked, ones, ones, signals, protein, score, right)


def brute_auc(score, right, weight) -> float:
    """Over all pairs of a right and a wrong one; equals count half."""
    pairs = [
        (weight[one] * weight[other], 1.0 if score[one] > score[other] else 0.5 if score[one] == score[other] else 0.0)
        for one in range(len(score)) if right[one]
        for other in range(len(score)) if not right[other]
    ]  # fmt: skip
    return sum(each * wins for each, wins in pairs) / sum(each for each, _ in pairs)


@st.composite
def scored(draw):
    count = draw(st.integers(2, 40))
    right = draw(st.lists(st.booleans(), min_size=count, max_size=count).filter(lambda some: any(some) and not all(some)))
    score = draw(st.lists(st.integers(0, 8), min_size=count, max_size=count))
    protein = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    return protein, score, right


@given(scored(), st.lists(st.integers(1, 3), min_size=5, max_size=5))
def test_candidate_auc_is_the_share_of_pairs(training, one, weights):
    protein, score, right = one
    each = np.array(weights, dtype=float)[: max(protein) + 1]
    expected = brute_auc(score, right, each[protein])
    assert training.nes_measures.candidate_auc(calls_of(training, protein, score, right), each) == pytest.approx(expected, abs=1e-12)


def test_candidate_auc_is_that_of_scikit_learn(training):
    metrics = pytest.importorskip("sklearn.metrics")
    draw = np.random.default_rng(4)
    score, right, protein = draw.integers(0, 50, 400) / 10, draw.random(400) < 0.2, draw.integers(0, 30, 400)
    each = draw.integers(0, 4, 30).astype(float)
    calls = calls_of(training, protein, score, right)
    assert training.nes_measures.candidate_auc(calls, each) == pytest.approx(
        metrics.roc_auc_score(right, score, sample_weight=each[protein]), abs=1e-12
    )
    order = draw.permutation(400) / 7.0  # without ties, where definitions of the average precision agree
    calls = calls_of(training, protein, order, right)
    found = training.nes_measures.weigh(calls, each)[training.nes_measures.MEASURES.index("average precision")]
    assert found == pytest.approx(metrics.average_precision_score(right, order, sample_weight=each[protein]), abs=1e-12)


def test_precision_at_a_recall_by_hand(training):
    # Right, wrong, right, wrong, wrong, right; four signals, so that one is never found.
    calls = calls_of(training, [0, 0, 1, 1, 2, 2], [6, 5, 4, 3, 2, 1], [1, 0, 1, 0, 0, 1], signals=[1, 2, 1])
    at = training.nes_measures.precision_at
    ones = np.ones(3)
    assert [at(calls, ones, level) for level in (0.25, 0.3, 0.5, 0.6, 0.75, 0.8)] == pytest.approx([1, 2 / 3, 2 / 3, 1 / 2, 1 / 2, 0])
    # The second protein twice, the third left out: five signals (1 + 2 * 2); its right call counts twice.
    assert at(calls, np.array([1.0, 2.0, 0.0]), 0.6) == pytest.approx(3 / 4)


def test_all_measures_by_hand(training):
    masked = [False, False, False, True, False, False]
    calls = calls_of(training, [0, 0, 1, 1, 2, 2], [6, 5, 4, 3, 2, 1], [1, 0, 1, 0, 0, 1], masked, signals=[1, 1, 1])
    calls = replace(calls, first=np.array([1.0, 0.5, 0.0]), second=np.array([1.0, 1.0, 0.25]))
    found = dict(zip(training.nes_measures.MEASURES, training.nes_measures.weigh(calls, np.ones(3)), strict=True))
    assert found == pytest.approx(
        {
            "candidate AUC": (3 + 2 + 0) / 9,  # wrong ones below each right one, of nine pairs
            "average precision": (1 + 2 / 3 + 3 / 6) / 3,
            "precision at recall .30": 1.0,
            "precision at recall .50": 2 / 3,
            "precision at recall .68": 3 / 6,
            "precision at recall .68, masked regions left out": 3 / 5,
            "recall at precision .26": 1.0,
            "most recall": 1.0,
            "first is right": 0.5,
            "one of two is right": 0.75,
        }
    )


def test_drawn_weights_are_whole_clusters_drawn_again(training):
    clusters = np.array([0, 0, 2, 3, 3, 3, 6])
    drawn = list(training.nes_measures.drawn_weights(clusters, 400, seed=1))
    assert len(drawn) == 400
    for weight in drawn:
        by_cluster = {name: set(weight[clusters == name].tolist()) for name in set(clusters.tolist())}
        assert all(len(values) == 1 for values in by_cluster.values())
        assert sum(values.pop() for values in by_cluster.values()) == 4  # as many clusters as there are
    assert np.mean(drawn, axis=0) == pytest.approx(np.ones(7), abs=0.2)
    again = list(training.nes_measures.drawn_weights(clusters, 400, seed=1))
    assert np.array_equal(drawn, again)


def test_an_interval_holds_the_middle_of_the_draws(training):
    assert training.nes_measures.interval(np.arange(1001.0)) == pytest.approx((25.0, 975.0))


def test_measures_are_means_over_repetitions_inside_their_interval(training):
    draw = np.random.default_rng(2)
    protein = np.arange(60).repeat(5)
    each = [
        calls_of(training, protein, draw.normal(size=300) + (np.arange(300) % 5 == 0), np.arange(300) % 5 == 0) for _ in range(3)
    ]
    told = training.nes_measures.measure(each, np.arange(60), draws=200)
    single = [training.nes_measures.weigh(one, np.ones(60))[0] for one in each]
    assert told.values["candidate AUC"] == pytest.approx(np.mean(single))
    assert told.low["candidate AUC"] < told.values["candidate AUC"] < told.high["candidate AUC"]


# What counts as a right call


def protein_of(training, signals, masked=(), length=200):
    span = training.nes_data.Span
    spans, hidden = tuple(span(*one) for one in signals), tuple(span(*one) for one in masked)
    return training.nes_data.Protein("P", "Homo sapiens", "A" * length, spans, spans, hidden, (), (), True)


@pytest.mark.parametrize(
    ("start", "end", "signal"),
    [
        (10, 20, 0),
        (13, 23, 0),
        (14, 24, -1),
        (0, 17, 0),
        (0, 16, -1),
        (50, 58, -1),
        (98, 110, 1),
        (100, 105, 1),
        (101, 110, -1),
        (30, 40, 2),
        (33, 43, 3),  # seven residues of one, five of the other
    ],
)
def test_a_core_hits_a_signal_by_seven_residues_or_all_of_a_shorter_one(training, start, end, signal):
    one = protein_of(training, [(10, 20), (100, 105), (28, 38), (36, 46)])
    assert training.nes_calls.signal_of(one, start, end) == signal


def test_a_wrong_call_on_a_masked_region_or_beside_a_signal_is_masked(training):
    one = protein_of(training, [(10, 20)], masked=[(60, 120)])
    assert [training.nes_calls.is_masked(one, *core) for core in ((18, 28), (20, 30), (50, 61), (50, 60), (110, 125), (120, 130))] == [
        True, False, True, False, True, False,
    ]  # fmt: skip


def judged(training, one, rows):
    """Calls of one protein: start, end, middle, score."""
    start, end, middle, score = (np.array(column) for column in zip(*rows, strict=True))
    return training.nes_calls.judge([one], np.zeros(len(rows), dtype=int), start, end, middle, score.astype(float))


def test_of_calls_within_ten_residues_the_best_stays(training):
    one = protein_of(training, [(10, 20)])
    calls = judged(training, one, [(60, 70, 68, 1.0), (69, 79, 77, 3.0), (79, 89, 87, 2.0), (70, 80, 78, 0.5)])
    assert calls.score.tolist() == [3.0, 2.0]  # 68 is nine from 77 and goes; 87 is ten from it and stays
    assert calls.right.tolist() == [False, False]


def test_a_call_that_went_does_not_take_others_with_it(training):
    one = protein_of(training, [(10, 20)])
    calls = judged(training, one, [(50, 60, 58, 3.0), (58, 68, 66, 2.0), (66, 76, 74, 1.0)])
    assert calls.score.tolist() == [3.0, 1.0]


def test_each_signal_counts_once_and_wrong_calls_count_each_time(training):
    one = protein_of(training, [(10, 40)], masked=[(100, 140)])
    rows = [(10, 20, 18, 5.0), (25, 35, 33, 4.0), (60, 70, 68, 3.0), (105, 115, 113, 2.0), (125, 135, 133, 1.0), (35, 45, 48, 0.5)]
    calls = judged(training, one, rows)
    assert calls.score.tolist() == [5.0, 3.0, 2.0, 1.0, 0.5]  # the second call on the signal counts neither way
    assert calls.right.tolist() == [True, False, False, False, False]
    assert calls.masked.tolist() == [False, False, True, True, True]
    assert calls.signals.tolist() == [1]
    assert (calls.first.tolist(), calls.second.tolist()) == ([1.0], [1.0])


def brute_chances(score, right):
    """Over all orders in which equal scores may stand."""
    orders = [order for order in itertools.permutations(range(len(score))) if [score[one] for one in order] == sorted(score, reverse=True)]
    first = np.mean([right[order[0]] for order in orders])
    second = np.mean([any(right[one] for one in order[:2]) for order in orders])
    return first, second


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=6))
def test_chances_of_the_first_two_calls_are_those_over_all_orders_of_ties(training, calls):
    calls = sorted(calls, key=lambda one: -one[0])
    score, right = [one[0] for one in calls], [one[1] for one in calls]
    found = training.nes_calls._chances(np.array(score, dtype=float), np.array(right))
    assert found == pytest.approx(brute_chances(score, right))


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
