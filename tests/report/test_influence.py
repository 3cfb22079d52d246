from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from exportin.errors import UnknownName
from exportin.report.influence import FEWEST_DRAWS, chance_level, rank_influences, rank_values


def test_a_planted_correlation_is_found_and_nothing_else_passes_for_one(result):
    influences = rank_influences(result, "XPO1_occupancy", "highest", count=30)
    chance = chance_level(result, "XPO1_occupancy", "highest")
    assert influences[0].parameter == "SELINEXOR_accumulation"
    assert influences[0].rho == pytest.approx(1.0)
    assert 0.3 < chance < 0.7
    assert [one.parameter for one in influences if abs(one.rho) > chance] == ["SELINEXOR_accumulation"]
    assert "assumed" in influences[0].note


def test_a_falling_number_has_the_other_sign(result):
    assert rank_influences(result, "export_capacity", "lowest")[0].rho == pytest.approx(-1.0)


def test_noise_passes_its_own_line_in_about_one_of_twenty_results(make):
    """By construction 5 % of unrelated results pass the line: of 60, three are expected, and ten lie four sigma away."""
    generator = np.random.Generator(np.random.Philox(key=9))
    passed = 0
    for _ in range(60):
        numbers = np.repeat(generator.uniform(size=(1, 20, 1, 1)), 49, axis=3)
        drawn = {f"bystander_{place}": generator.uniform(size=20) for place in range(30)}
        noise = make(draws=20, values={"export_capacity": numbers}, drawn=drawn)
        passed += abs(rank_influences(noise, "export_capacity", "mean")[0].rho) > chance_level(noise, "export_capacity", "mean")
    assert passed < 10


def test_rho_agrees_with_scipy_where_values_tie(make):
    stats = pytest.importorskip("scipy.stats")
    drawn = {"coarse": np.repeat([1.0, 2.0, 3.0, 4.0], 10), "fine": np.random.Generator(np.random.Philox(key=3)).uniform(size=40)}
    result = make(drawn=drawn)
    number = result.values["XPO1_occupancy"].max(axis=-1).ravel().round(1)
    tied = dataclasses.replace(result, values={"XPO1_occupancy": np.repeat(number[None, :, None, None], 49, axis=3)})
    for one in rank_influences(tied, "XPO1_occupancy", "mean"):
        assert one.rho == pytest.approx(stats.spearmanr(drawn[one.parameter], number).statistic, abs=1e-12)


def test_ranks_of_ties_are_their_mean():
    assert rank_values(np.array([2.0, 2.0, 1.0, 2.0])).tolist() == [3.0, 3.0, 1.0, 3.0]


def test_few_draws_are_not_ranked(make):
    few = make(draws=FEWEST_DRAWS - 1)
    assert rank_influences(few, "XPO1_occupancy") == ()
    assert np.isnan(chance_level(few, "XPO1_occupancy"))


def test_what_does_not_vary_is_not_ranked(result):
    assert rank_influences(result, "XPO1_mrna") == ()


def test_the_noise_line_is_the_same_every_time(result):
    assert chance_level(result, "TP53_nc") == chance_level(result, "TP53_nc")


def test_unknown_names_are_refused(result):
    with pytest.raises(UnknownName, match="XPO1_occupancy"):
        rank_influences(result, "XPO1_ocupancy")
    with pytest.raises(UnknownName, match="highest"):
        rank_influences(result, "XPO1_occupancy", "hihgest")
