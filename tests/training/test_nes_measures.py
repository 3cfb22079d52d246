"""How good calls are: what counts as a right one, and the figures of a list of them, by hand and by brute force."""


from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st


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
