"""Statistics from printed counts, against closed forms and a second library."""

from __future__ import annotations

import math

import pytest

from exportin.errors import BadScenario
from exportin.review.statistic import Statistic, read_statistics, recompute, statistics


def test_pancreas_39_of_69_against_none_of_10():
    """Fisher, two-sided: the table is the rarest of its margins but for one tail; by hypergeometric sum in integers."""
    total = sum(math.comb(69, 39 - k) * math.comb(10, k) for k in range(11))
    weights = [math.comb(69, 39 - k) * math.comb(10, k) for k in range(11)]
    p = sum(weight for weight in weights if weight <= weights[0]) / total
    found = recompute(statistics()["C123"])
    assert found.verdict == "supports"
    assert found.observed == f"39 of 69 against 0 of 10: P = {p:.2g}"


def test_glioma_at_five_years_is_not_decided_by_its_counts():
    """Hazard ratio ln(0.308) / ln(0.559); the review's P < 0.001 is of a model with more factors."""
    found = recompute(statistics()["C115"])
    assert found.verdict == "inconclusive"
    assert f"hazard ratio {math.log(0.308) / math.log(0.559):.2f}" in found.observed
    assert found.interval is not None
    assert found.interval[0] < 1.0 < found.interval[1]


def test_ribosomal_proteins_are_81_percent_of_62():
    found = recompute(statistics()["C049"])
    assert (found.verdict, found.observed) == ("supports", "50 of 62 = 80.6 %")
    assert found.interval == pytest.approx((0.6915, 0.8857), abs=1e-4)  # Wilson: (p + z2/2n -+ z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n)


def test_tertiles_of_aml_have_power():
    found = recompute(statistics()["C148"])
    assert found.verdict == "supports"
    assert found.interval is not None
    assert found.interval[0] > 0.8


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"test": "share", "counts": [39, 74], "figures": [52.7]}, "supports"),
        ({"test": "share", "counts": [39, 74], "figures": [53.7]}, "contradicts"),
        ({"test": "sum", "counts": [18, 38, 14, 70]}, "supports"),
        ({"test": "sum", "counts": [18, 38, 14, 71]}, "contradicts"),
        ({"test": "fisher", "counts": [5, 10, 5, 10], "printed": "differs"}, "inconclusive"),
        ({"test": "fisher", "counts": [5, 10, 5, 10], "printed": "does not differ"}, "supports"),
        ({"test": "whole", "counts": [74], "figures": [52.7, 56.8]}, "supports"),
        ({"test": "whole", "counts": [74], "figures": [52.0]}, "contradicts"),
        ({"test": "screen", "counts": [1, 1000], "figures": [0.01]}, "contradicts"),
        ({"test": "survival", "counts": [500, 500], "figures": [30.0, 60.0], "printed": "differs"}, "supports"),
    ],
)
def test_a_printed_figure_may_be_wrong(given, verdict):
    assert recompute(Statistic.model_validate(given)).verdict == verdict


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("C049: {test: magic, counts: [1, 2]}\n", "line 1"),
        ("C049: {test: share, counts: [1]}\n", "line 1: .*share takes 2 counts"),
        ("C049: {test: share, counts: [50, 62]}\n", "line 1: .*takes 1 figures"),
        ("C049: {test: share, counts: [3, 2], figures: [81]}\n", "a part is at most its whole"),
        ("C049: {test: share, counts: [0, 0], figures: [81]}\n", "a whole is not nothing"),
        ("C123: {test: fisher, counts: [39, 69]}\n", "fisher takes 4 counts"),
        ("C115: {test: survival, counts: [56, 14], figures: [100, 55.9]}\n", "above 0 and below 100"),
        ("C152: {test: screen, counts: [29, 207], figures: [2.0]}\n", "above 0 and below 1"),
        ("C148: {test: power, counts: [170, 170], figures: [66]}\n", "power takes 2 figures"),
        ("C107: {test: whole, counts: [74]}\n", "figures of whole"),
        ("C049: {test: share, counts: [50, -62], figures: [81]}\n", "line 1"),
        ("C049: {test: share, counts: [50, 62], figures: [81], verdict: supports}\n", "verdict"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, text, message):
    path = tmp_path / "statistics.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadScenario, match=message):
        read_statistics(path)
