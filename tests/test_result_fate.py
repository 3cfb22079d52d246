"""Fate of a population: pooled over sister cells as one would by hand, and counted once for each population."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.kernel.batch import Outcome
from exportin.report.headline import headline_numbers, measure
from exportin.result import Result
from exportin.result.fate import one_of_each, pool_cells

LOST = Outcome.NOT_ALIVE


def column(*cells):
    """One patient, one draw, cells with a value at one time."""
    return np.array(cells, dtype=float).reshape(1, 1, -1, 1)


def result(**given):
    """Two draws of three cells, three times; the second draw lost two of its cells."""
    dead = np.zeros((1, 2, 3, 3))
    dead[0, 0, 0, 1:] = 1.0  # one of three dies
    lineage = np.ones((1, 2, 3, 3))
    lineage[0, 0, 0, 2] = 0.5  # and no longer divides
    values = {"apoptotic_fraction": dead, "lineage": lineage, "viability": (1 - dead) * lineage, **given}
    outcomes = np.zeros((1, 2, 3), dtype=np.int32)
    outcomes[0, 1, :2] = LOST
    for array in values.values():
        array[outcomes != 0] = np.nan
    return Result(np.array([0.0, 24.0, 48.0]), values, dict.fromkeys(values, "1"), {}, outcomes=outcomes)


def test_the_dead_are_a_share_of_all_cells_that_were_made():
    values = {"apoptotic_fraction": column(1, 0, 0, 0.5), "lineage": column(1, 4, 3, 2)}
    assert pool_cells(values, "apoptotic_fraction").ravel() == pytest.approx([(1 * 1 + 0.5 * 2) / (1 + 4 + 3 + 2)] * 4)


def test_g1_is_a_share_of_the_living():
    values = {"G1_fraction": column(0.4, 0.8, 0.9), "apoptotic_fraction": column(0, 0, 1), "lineage": column(3, 1, 7)}
    assert pool_cells(values, "G1_fraction").ravel() == pytest.approx([(0.4 * 3 + 0.8 * 1) / 4] * 3)


def test_nobody_living_has_no_share_in_g1():
    values = {"G1_fraction": column(0.4, 0.8), "apoptotic_fraction": column(1, 1), "lineage": column(1, 1)}
    assert np.isnan(pool_cells(values, "G1_fraction")).all()


def test_viability_is_the_mean_over_founders():
    values = {"viability": column(0, 0.5, 1), "lineage": column(0.1, 0.5, 1)}
    assert pool_cells(values, "viability").ravel() == pytest.approx([0.5] * 3)


def test_cells_that_were_not_computed_weigh_nothing():
    values = {"apoptotic_fraction": column(1, np.nan, 0), "lineage": column(2, np.nan, 2)}
    pooled = pool_cells(values, "apoptotic_fraction").ravel()
    assert pooled[[0, 2]] == pytest.approx([0.5, 0.5])
    assert np.isnan(pooled[1])


@pytest.mark.parametrize("name", ["apoptotic_fraction", "viability", "G1_fraction"])
def test_the_order_of_sisters_changes_nothing_and_shares_stay_between_their_cells(name):
    generator = np.random.Generator(np.random.Philox(7))
    values = {one: generator.random((2, 3, 5, 4)) for one in ("apoptotic_fraction", "viability", "G1_fraction", "lineage")}
    shuffled = {one: array[:, :, [3, 0, 4, 1, 2]] for one, array in values.items()}
    pooled = pool_cells(values, name)
    assert pool_cells(shuffled, name) == pytest.approx(pooled, rel=1e-14)
    assert np.all(pooled <= values[name].max(axis=2, keepdims=True) + 1e-15)
    assert np.all(pooled >= values[name].min(axis=2, keepdims=True) - 1e-15)
    alone = {one: array[1:, 2:] for one, array in values.items()}
    assert np.array_equal(pool_cells(alone, name), pooled[1:, 2:])  # a population is its own sisters'


def test_one_cell_is_its_own_population():
    dead = np.array([[[[0.0, 1.0]]]])
    assert pool_cells({"apoptotic_fraction": dead}, "apoptotic_fraction") is dead


def test_each_population_counts_once_however_many_of_its_cells_were_computed():
    made = result()
    assert made.left_out == {"not alive": 2}
    assert made.runs == 4
    by_hand = np.array([[0, 1 / 3, 0.5 / 2.5], [0, 0, 0]])  # of the first draw; of the second, whose one cell lives
    assert one_of_each(made.shown("apoptotic_fraction"), made.outcomes) == pytest.approx(by_hand)
    assert made.quantiles("apoptotic_fraction", (0.5,))[0] == pytest.approx(by_hand.mean(axis=0))
    rows = {(row.observable, row.statistic): row for row in made.summary()}
    assert rows["apoptotic_fraction", "highest"].median == pytest.approx(1 / 6)
    assert rows["apoptotic_fraction", "end"].median == pytest.approx(0.1)
    assert rows["viability", "end"].median == pytest.approx(5 / 6)  # the two living of three, and the one of one
    assert rows["lineage", "end"].median == pytest.approx(1.0)  # of four runs; it is each cell's own


def test_every_population_is_there_when_nothing_was_left_out():
    numbers = np.arange(24.0).reshape(2, 3, 4)
    assert one_of_each(numbers, None).tolist() == numbers[:, :, 0].ravel().tolist()
    assert one_of_each(numbers, np.zeros((2, 3, 4), dtype=np.int32)).tolist() == numbers[:, :, 0].ravel().tolist()
    none = np.full((2, 3, 4), LOST)
    assert len(one_of_each(numbers, none)) == 0


def test_indexing_keeps_each_cell_and_summaries_pool():
    made = result()
    assert np.nanmax(made["apoptotic_fraction"][0, :, -1]) == 1.0
    assert measure(made, "apoptotic_fraction", "end")[0, 0] == pytest.approx([0.2] * 3)
    shown = {(one.quantity.name, one.statistic): one for one in headline_numbers(made)}
    assert shown["apoptotic_fraction", "end"].median == pytest.approx(10.0)  # per cent
    assert shown["lineage", "start"].unit == "% of untreated"


def test_one_cell_has_the_extremes_that_were_looked_for_between_the_points():
    time, dead = np.array([0.0, 1.0]), np.zeros((1, 1, 1, 2))
    extremes = {"apoptotic_fraction": np.array([0.0, 0.9, 0.3, 0.4]).reshape(1, 1, 1, 4)}
    made = Result(time, {"apoptotic_fraction": dead}, {"apoptotic_fraction": "1"}, {}, extremes=extremes)
    assert measure(made, "apoptotic_fraction", "highest").item() == 0.9
    assert {row.statistic: row.median for row in made.summary()}["highest"] == 0.9


def test_cells_that_were_not_alive_are_saved_and_come_back(tmp_path):
    made = result()
    back = xp.load(made.save(tmp_path / "out"))
    assert back.left_out == made.left_out
    assert str(back.summary()) == str(made.summary())
    assert np.array_equal(back.shown("apoptotic_fraction"), made.shown("apoptotic_fraction"), equal_nan=True)


def test_a_table_holds_each_cell_that_was_computed():
    pytest.importorskip("pandas")
    table = result().to_pandas()
    assert len(table) == 4 * 3
    assert table.loc[(0, 0, 0, 48.0), "apoptotic_fraction"] == 1.0
    assert not table.isna().any().any()


def test_curves_of_fate_have_their_units():
    figure = result().plot()
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert sorted(titles) == ["Apoptotic cells (% of cells)", "Progeny, living and dead (% of untreated)", "Viability (% of untreated)"]
