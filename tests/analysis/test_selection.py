"""Selection of resistant clones: the closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

import exportin as xp
from exportin.analysis.selection import HOURS_PER_MONTH, PARENT, grow_clones, half_dose, select_clones
from exportin.errors import BadQuantity

HELA = xp.cell("HeLa").with_parameters(doubling_time=24.0)
MUTANT = HELA.with_variant("XPO1 C528S", 1.0)
WINDOW = 72.0


def hill(cell, dose):
    """Viability of an invented assay: EC50 0.3 uM, a thousand times that for a variant."""
    return 1 / (1 + (dose / (300.0 if cell.variants else 0.3)) ** 2)


def run(clones=None, doses=("1 uM",), months=2, **kwargs):
    given = {"start": {"C528S": 1e-3}, "flask": 1e40, "until_fold": math.inf, "viability": hill, **kwargs}
    return select_clones(HELA, {"C528S": MUTANT} if clones is None else clones, "KPT-185", list(doses), months, **given)


# --- closed forms


@pytest.mark.parametrize("doses", [("1 uM",), ("0.1 uM", "0.3 uM", "2 uM")])
def test_log_odds_are_linear_in_time_with_the_difference_of_growth(doses):
    course = run(doses=doses, slices=6)
    odds = np.log(course.shares[:, 1] / course.shares[:, 0])
    gain = np.log(np.array([hill(MUTANT, dose) / hill(HELA, dose) for dose in course.dose[1:]])) / WINDOW
    assert np.diff(odds) == pytest.approx(gain * np.diff(course.month) * HOURS_PER_MONTH, rel=1e-9)


def test_a_takeover_takes_the_log_of_the_odds_over_the_difference_of_growth():
    course = run(slices=1000)
    gain = np.log(hill(MUTANT, 1.0) / hill(HELA, 1.0)) / WINDOW
    half = course.month[np.argmax(course.shares[:, 1] > 0.5)]
    assert half == pytest.approx(math.log(999) / gain / HOURS_PER_MONTH, abs=0.002)


@pytest.mark.parametrize("seed", range(5))
def test_shares_add_up_and_do_not_depend_on_the_rows(seed):
    random = np.random.default_rng(seed)
    clones = {f"{index}": HELA.with_parameters(doubling_time=float(random.uniform(16, 50))) for index in range(4)}
    given = {"start": {name: float(random.uniform(0, 0.2)) for name in clones}, "doses": ("10 nM", "1 uM"), "clones": clones}
    coarse, fine = run(slices=1, **given), run(slices=30, **given)
    assert fine.shares.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    assert np.all(fine.shares >= 0)
    assert coarse.shares[-1] == pytest.approx(fine.shares[-1], rel=1e-9)
    assert coarse.cells[-1] == pytest.approx(fine.cells[-1], rel=1e-9)


def test_the_flask_against_small_steps():
    """An independent way: grow by small steps and dilute after each; the culture shrinks first and comes back to a full flask."""
    rates, most, hours, steps = np.array([-0.04, 0.02]), 1e6, 1000.0, 20_000
    start = np.array([most - 20.0, 20.0])
    numbers, lowest = start.copy(), most
    for _ in range(steps):
        numbers = numbers * np.exp(rates * hours / steps)
        numbers *= min(1.0, most / numbers.sum())
        lowest = min(lowest, numbers.sum())
    assert lowest < most / 100
    assert np.exp(grow_clones(np.log(start), rates, hours, most)) == pytest.approx(numbers, rel=1e-6)


def test_without_a_drug_nothing_is_selected_but_the_cost_of_the_change():
    free = run(doses=("0 uM",), months=10, slices=5)
    assert free.shares[:, 1] == pytest.approx(1e-3, rel=1e-9)
    assert free.fold == pytest.approx(1.0)
    slow = {"C528S": MUTANT.with_parameters(doubling_time=25.0)}
    paid = run(slow, doses=("0 uM",), months=10, slices=5)
    lost = math.log(2) * (1 / 24 - 1 / 25) * paid.month * HOURS_PER_MONTH
    assert np.log(paid.shares[:, 1] / paid.shares[:, 0]) == pytest.approx(math.log(1e-3 / 0.999) - lost, rel=1e-9)


def test_a_culture_without_a_resistant_cell_dies_out():
    """A share of 1e-9 in ten million cells is no cell; ten times the EC50 then leaves nobody."""
    course = run(doses=("3 uM",), months=10, start={"C528S": 1e-9}, flask=1e7)
    assert course.shares[0, 1] == 0
    assert course.cells[-1] == 0
    assert math.isnan(course.ec50[-1])
    assert course.month_of(10) == math.inf


def test_the_ec50_of_a_mixture_is_that_of_its_majority_between_two_plateaus():
    """Hill curves three powers of ten apart: with a share s of the resistant, 0.3 uM times sqrt(1 / (1 - 2 s)) below a half of them."""
    grid = np.logspace(-3, 3, 601)
    curves = np.array([[hill(cell, dose) for dose in grid] for cell in (HELA, MUTANT)])
    for share in (0.0, 0.1, 0.3, 0.45):
        expected = 0.3 * math.sqrt(1 / (1 - 2 * share))
        assert half_dose(grid, np.array([1 - share, share]) @ curves) == pytest.approx(expected, rel=2e-3)
    assert half_dose(grid, np.array([0.1, 0.9]) @ curves) > 100
    assert half_dose(grid, np.ones_like(grid)) == math.inf


def test_it_ends_when_the_ec50_has_risen():
    course = run(doses=("1 uM",), months=10, until_fold=100.0)
    assert course.fold[-1] >= 100 > course.fold[-2]
    assert course.month_of(100) == course.month[-1]
    assert str(course).splitlines()[0].split() == ["month", "dose", "uM", PARENT, "C528S", "EC50", "fold"]


@pytest.mark.parametrize("wrong", [{"doses": ()}, {"months": 0}, {"start": {"other": 0.1}}, {"start": {"C528S": 1.5}}, {"flask": 0.1}])
def test_refusals(wrong):
    with pytest.raises(BadQuantity):
        run(**wrong)
