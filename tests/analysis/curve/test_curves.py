"""Curves: fits against scipy, closed forms, outliers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from exportin.analysis.curve.growth_rate import growth_rate
from exportin.analysis.curve.hill import Hill, fit_hill
from exportin.analysis.curve.least_squares import minimise_many
from exportin.analysis.curve.outlier import find_outliers

DOSES = np.concatenate([[0.0], 0.01 * 3.0 ** np.arange(8)])


def test_many_fits_are_each_where_scipy_ends():
    truth = Hill.of(E0=1.0, Emax=0.2, C=0.3, h=1.2).at(DOSES)
    tables = truth + 0.05 * np.random.default_rng(0).standard_normal((12, len(DOSES)))
    found = fit_hill(DOSES, tables)
    low, high = [0, np.log(1e-4), np.log(0.1), 0], [np.inf, np.log(3000), np.log(10), np.inf]
    for table, squares in zip(tables, found.squares, strict=True):

        def residuals(p, table=table):
            with np.errstate(over="ignore"):
                share = 1 / (1 + np.exp(np.exp(p[2]) * (p[1] - np.log(np.maximum(DOSES, 1e-300)))))
            return p[3] + (p[0] - p[3]) * share - table

        best = min(2 * least_squares(residuals, [0.2, c, h, 1.0], bounds=(low, high), xtol=1e-14, ftol=1e-14, gtol=1e-14).cost
                   for c in (-3, -1, 1) for h in (0, 0.5, 1.3))  # fmt: skip
        assert squares == pytest.approx(best, rel=1e-9)


def test_a_table_by_itself_ends_where_it_does_among_others():
    tables = Hill.of(E0=1.0, Emax=[0.2, 0.5], C=[0.3, 2.0], h=[1.2, 0.7]).at(DOSES)
    both, alone = fit_hill(DOSES, tables), fit_hill(DOSES, tables[1])
    assert [both.Emax[1], both.C[1], both.h[1]] == pytest.approx([alone.Emax[0], alone.C[0], alone.h[0]], rel=1e-9)


def test_a_fit_keeps_to_its_bounds_and_to_what_is_known():
    flat = fit_hill(DOSES, np.ones(len(DOSES)), E0=1.0, highest=1.0)
    assert flat.dose_for(0.5)[0] == np.inf
    missing = np.where(np.arange(9) == 4, np.nan, Hill.of(E0=1.0, Emax=0.2, C=0.3, h=1.2).at(DOSES)[0])
    assert fit_hill(DOSES, missing).C[0] == pytest.approx(0.3, rel=1e-6)
    dead = fit_hill(DOSES, Hill.of(E0=0.0, Emax=1.4, C=0.3, h=1.2).at(DOSES), E0=0.0, highest=1.0)
    assert dead.Emax[0] == 1.0


def test_a_bound_holds_only_while_it_is_pushed_against():
    """The first parameter ends at its bound, the second where it is free."""
    found = minimise_many(lambda p, _: p, np.zeros((1, 2)), np.array([[5.0, 0.5]]), np.zeros(2), np.ones(2))
    assert found.parameters[0] == pytest.approx([1.0, 0.5])


@pytest.mark.parametrize("response", [0.9, 0.6, 0.25])
def test_the_dose_of_a_response_gives_it(response):
    curve = Hill.of(E0=1.0, Emax=0.2, C=0.3, h=1.7)
    assert curve.at(curve.dose_for(response))[0, 0] == pytest.approx(response)


def test_growth_rates_do_not_depend_on_how_long_the_assay_is():
    """A drug that halves the rate of division has GR 0.41 after one division or after four."""
    divisions = np.array([1.0, 2.0, 4.0])
    assert growth_rate(2 ** (-0.5 * divisions), divisions) == pytest.approx(np.full(3, np.sqrt(2) - 1))
    assert growth_rate(0.0, 3.0) == -1.0


def test_outliers_are_few_where_there_are_none():
    random = np.random.default_rng(2)
    found = [find_outliers(random.standard_normal(24), 3).any() for _ in range(300)]
    assert np.mean(found) < 0.12
    assert not find_outliers(np.array([0.1, -0.1, 0.2]), 3).any()  # nothing is left to tell the spread
