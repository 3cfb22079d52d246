"""Predicted against measured drug response (validation data, never used in a fit): CTRP v2 cell lines and BeatAML primary samples.

What is measured is viability, over 72 h, in 616 lines (area under the curve of three XPO1 inhibitors) and in 154 samples of acute myeloid
leukaemia (seven doses of selinexor). Every check prints its figures (`pytest -s`), whatever they are; docs/validation.md quotes them.
The panel's doses are not in its table: the predicted area is taken from 1 nM to 10 uM, 13.3 doublings, for every compound, so that only
orders of areas are compared, and differences within one compound.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

import exportin as xp
from validation import drug_response as response

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from exportin.network.cell import Cell

    Runs = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]  # typical and drawn viability (draw, cell, dose), by what it is for

pytestmark = [
    pytest.mark.skipif(response.DATA is None, reason="../shared/data/drug_response is not on this machine"),
    pytest.mark.shared_data,
]

DRAWS = 10
CONTEXTS = {"blood": "AML blasts", "solid": "786-O"}


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return response.read_panel()


@pytest.fixture(scope="module")
def samples() -> pd.DataFrame:
    return response.read_samples()


@pytest.fixture(scope="module")
def points() -> pd.DataFrame:
    return response.read_dose_points()


@pytest.fixture(scope="module")
def by_tp53() -> Runs:
    """KPT-185 in a blood and a solid context, with and without functional p53: ``blood 1``, ``blood 0`` and so on."""
    found = {}
    for (group, name), functional in product(CONTEXTS.items(), (1, 0)):
        cell = xp.cell(name).with_parameters(TP53_functional=functional)
        found[f"{group} {functional}"] = _predict(cell, "KPT-185", response.PANEL_DOSES, 4)
    return found


@pytest.fixture(scope="module")
def by_line(panel: pd.DataFrame) -> Runs:
    """KPT-185 in each line of the catalogue for which it is measured."""
    lines = [name for name, row in response.shared_lines(panel).items() if np.isfinite(panel.AUC_KPT185[row])]
    return {name: _predict(xp.cell(name), "KPT-185", response.PANEL_DOSES, 1) for name in lines}


@pytest.fixture(scope="module")
def aml(points: pd.DataFrame) -> Runs:
    """Selinexor at the measured doses in each context of acute myeloid leukaemia."""
    doses = tuple(1000.0 * float(dose) for dose in points.columns)
    names = *response.AML_CONTEXTS.values(), response.AML_TP53_MUTANT
    return {name: _predict(xp.cell(name), "selinexor", doses, 3) for name in names}


def _predict(cell: Cell, drug: str, doses: tuple[float, ...], cells: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """With the tables' values in 40 sister cells, and over the draws in fewer."""
    typical = response.predict_viability(cell, drug, doses)
    return typical, response.predict_viability(cell, drug, doses, cells=cells, draws=DRAWS)


def _area(viability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Predicted area of the population of each draw, shape (draw,)."""
    return response.area(response.PANEL_DOSES, response.pool(viability))


def _measured(panel: pd.DataFrame, column: str, group: str, mutated: int) -> NDArray[np.float64]:
    rows = (panel.group == group) & (panel.TP53_mut == mutated) & panel[column].notna()
    return panel[column][rows].to_numpy()


def _lost_less_kept(by_tp53: Runs, group: str) -> response.Estimate:
    """Predicted area without functional p53 less that with it, paired by draw and cell."""
    pairs = zip(by_tp53[f"{group} 1"], by_tp53[f"{group} 0"], strict=True)
    typical, drawn = (response.area(response.PANEL_DOSES, response.pool_difference(kept, lost)) for kept, lost in pairs)
    return response.over_draws(float(typical[0]), drawn)


def test_tables_hold_what_they_are_said_to_hold(panel, samples, points):
    print(f"\n{len(panel)} lines: {panel.group.value_counts().to_dict()}, TP53 flag of {panel.TP53_mut.notna().sum()}")
    print(f"{len(samples)} samples: {samples.context.value_counts().to_dict()}, sequenced {samples.mut_TP53.notna().sum()}")
    assert len(panel) == 616
    assert len(samples) == len(points) == 154
    assert points.shape[1] == 7
    assert points.notna().all(axis=None)


def test_kpt185_by_tp53_and_tissue(panel, by_tp53):
    print("\nKPT-185, area under viability (13.3 is no effect); measured median, predicted with the tables' values and over the draws")
    for group, functional in product(CONTEXTS, (1, 0)):
        measured = _measured(panel, "AUC_KPT185", group, 1 - functional)
        typical, drawn = (_area(one) for one in by_tp53[f"{group} {functional}"])
        known = np.isfinite(drawn).sum()
        print(
            f"{group}, TP53 {'functional' if functional else 'mutant'}: measured {np.median(measured):.2f} (n = {len(measured)}), "
            f"predicted {response.over_draws(typical[0], drawn)} ({known} of {DRAWS} draws)"
        )
        assert np.isfinite(typical).all()
        assert known > 0
    for group in CONTEXTS:
        pair = [_measured(panel, "AUC_KPT185", group, mutated) for mutated in (0, 1)]
        measured, predicted = response.median_difference(*pair), _lost_less_kept(by_tp53, group)
        print(f"{group}: mutant less functional measured {measured}, predicted {predicted}")
        assert measured.finite
        assert predicted.finite
    for column, group in product(("AUC_leptomycinB", "AUC_7d_cis"), CONTEXTS):
        other = response.median_difference(*(_measured(panel, column, group, mutated) for mutated in (0, 1)))
        print(f"{group}, {column}: mutant less functional measured {other}")


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the default context of solid lines is more sensitive than blasts (area 7.2 and 9.4 against 11.9 and 13.1 "
    "by TP53), while blood lines are measured far more sensitive than solid ones (5.0 and 6.7 against 9.9 and 10.1); blasts divide slowly "
    "in the model, and a cell that stops dividing loses little by it over three days",
)
def test_blood_is_more_sensitive_than_solid(panel, by_tp53):
    for functional in (1, 0):
        blood, solid = (np.median(_measured(panel, "AUC_KPT185", group, 1 - functional)) for group in ("blood", "solid"))
        assert blood < solid, "measured"
        assert _area(by_tp53[f"blood {functional}"][0])[0] < _area(by_tp53[f"solid {functional}"][0])[0]


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="without p53 the solid context loses 2.3 of the area (0.7 to 6.7 over draws), while in 224 solid lines the "
    "difference is 0.2 (-0.8 to 1.2)",
)
def test_p53_of_solid_lines_matters_no_more_than_measured(panel, by_tp53):
    measured = response.median_difference(*(_measured(panel, "AUC_KPT185", "solid", mutated) for mutated in (0, 1)))
    assert measured.low <= _lost_less_kept(by_tp53, "solid").value <= measured.high


def test_kpt185_area_of_every_flagged_line_against_its_group(panel, by_tp53):
    rows = panel[(panel.group != "unknown") & panel.TP53_mut.notna() & panel.AUC_KPT185.notna()]
    keys = [f"{group} {1 - int(mutated)}" for group, mutated in zip(rows.group, rows.TP53_mut, strict=True)]
    groups = {key: _area(typical)[0] for key, (typical, _) in by_tp53.items()}
    predicted = np.array([groups[key] for key in keys])
    found = response.rank_correlation_interval(predicted, rows.AUC_KPT185.to_numpy())
    print(f"\nrank correlation of the group's predicted area with the measured one over {len(rows)} lines: {found}")
    for group in CONTEXTS:
        here = (rows.group == group).to_numpy()
        within = response.rank_correlation_interval(predicted[here], rows.AUC_KPT185.to_numpy()[here])
        print(f"within {group} ({here.sum()} lines): {within}")
        assert within.finite
    assert found.finite


def test_kpt185_by_line(panel, by_line):
    rows = response.shared_lines(panel)
    measured = np.array([panel.AUC_KPT185[rows[name]] for name in by_line])
    typical = np.array([_area(one)[0] for one, _ in by_line.values()])
    drawn = np.array([_area(many) for _, many in by_line.values()])
    print(f"\n{len(by_line)} lines, KPT-185: measured area, predicted with the tables' values and over the draws")
    for name, value, one, many in sorted(zip(by_line, measured, typical, drawn, strict=True), key=lambda row: row[1]):
        print(f"{name}: {value:.2f}, {response.over_draws(one, many)} ({np.isfinite(many).sum()} of {DRAWS} draws)")
    found = response.rank_correlation_interval(typical, measured)
    each = [response.rank_correlation(drawn[:, draw], measured) for draw in range(DRAWS) if np.isfinite(drawn[:, draw]).sum() > 4]
    print(f"rank correlation {found}; in {len(each)} draws median {np.median(each):.2f}, {min(each):.2f} to {max(each):.2f}")
    blood = np.array([panel.group[rows[name]] == "blood" for name in by_line])
    print(f"within blood ({blood.sum()} lines): {response.rank_correlation_interval(typical[blood], measured[blood])}")
    assert len(by_line) >= 10
    assert found.finite
    assert np.isfinite(each).all()


def test_leptomycin_b_is_more_potent_than_kpt185(panel, by_line):
    both = panel[panel.AUC_KPT185.notna() & panel.AUC_leptomycinB.notna()]
    lower = (both.AUC_leptomycinB < both.AUC_KPT185).mean()
    medians = both.AUC_leptomycinB.median(), both.AUC_KPT185.median()
    print(f"\nmeasured in {len(both)} lines: median area leptomycin B {medians[0]:.2f}, KPT-185 {medians[1]:.2f}; lower in {lower:.0%}")
    rows = response.shared_lines(panel)
    names = [name for name in by_line if np.isfinite(panel.AUC_leptomycinB[rows[name]])]
    areas = {name: _area(response.predict_viability(xp.cell(name), "leptomycin B", response.PANEL_DOSES, cells=20))[0] for name in names}
    predicted = np.array([(areas[name], _area(by_line[name][0])[0]) for name in names])
    shared = np.array([(panel.AUC_leptomycinB[rows[name]], panel.AUC_KPT185[rows[name]]) for name in names])
    print(f"{len(names)} shared lines: measured medians {np.median(shared, axis=0)}, predicted {np.median(predicted, axis=0).round(2)}")
    print(f"leptomycin B by line: rank correlation {response.rank_correlation_interval(predicted[:, 0], shared[:, 0])}")
    assert np.isfinite(predicted).all()
    assert medians[0] < medians[1]
    assert np.median(predicted[:, 0]) < np.median(predicted[:, 1])


def test_selinexor_in_primary_samples(samples, points, aml):
    counts = samples.context.value_counts()
    weights = np.concatenate([np.full(DRAWS, counts[name] / DRAWS) for name in aml])
    drawn = 100 * np.concatenate([response.pool(many) for _, many in aml.values()])
    typical = 100 * np.average([response.pool(one)[0] for one, _ in aml.values()], axis=0, weights=[counts[name] for name in aml])
    predicted = np.array([response.weighted_quantiles(column, weights, (0.25, 0.5, 0.75)) for column in drawn.T])
    measured = points.quantile([0.25, 0.5, 0.75]).to_numpy().T
    print(f"\nselinexor, {len(points)} samples; viability in percent: measured, predicted over contexts and draws, tables' values")
    for dose, truth, told, one in zip(points.columns, measured, predicted, typical, strict=True):
        print(f"{dose} uM: {truth[1]:.0f} ({truth[0]:.0f} to {truth[2]:.0f}), {told[1]:.0f} ({told[0]:.0f} to {told[2]:.0f}), {one:.0f}")
    miss, miss_typical = (float(np.sqrt(np.mean((told - measured[:, 1]) ** 2))) for told in (predicted[:, 1], typical))
    print(f"root mean squared difference of the medians {miss:.0f} points, with the tables' values {miss_typical:.0f}")
    known = np.isfinite(drawn).all(axis=1).sum()
    order = response.rank_correlation(typical, measured[:, 1])
    print(f"{known} of {len(drawn)} populations computed; rank correlation over doses {order:.2f}")
    assert np.isfinite([miss, miss_typical]).all()
    assert typical[0] > typical[-1]


def test_selinexor_by_tp53_in_primary_samples(samples, points, aml):
    from scipy.stats import mannwhitneyu

    kept, lost = (samples[samples.mut_TP53 == mutated] for mutated in (0, 1))
    test = mannwhitneyu(kept.selinexor_auc, lost.selinexor_auc)
    medians = kept.selinexor_auc.median(), lost.selinexor_auc.median()
    print(f"\narea, median without mutation {medians[0]:.1f} (n = {len(kept)}), with {medians[1]:.1f} ({len(lost)}), p = {test.pvalue:.2f}")
    pairs = zip(aml["AML blasts"], aml[response.AML_TP53_MUTANT], strict=True)
    typical, drawn = (100 * response.pool_difference(functional, mutant) for functional, mutant in pairs)
    for place, dose in enumerate(points.columns):
        truth = response.median_difference(points[dose][kept.subject].to_numpy(), points[dose][lost.subject].to_numpy())
        told = response.over_draws(typical[0, place], drawn[:, place])
        print(f"{dose} uM: viability mutant less functional, points: measured {truth}, predicted {told}")
        assert truth.finite
        assert told.finite
    assert 0 < test.pvalue < 1


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the model spares p53-mutant blasts by 3 to 15 points of viability, at three of seven doses by more than the measured interval "
    "allows, while no difference is measured (13 mutant samples)",
)
def test_p53_of_primary_samples_matters_no_more_than_measured(samples, points, aml):
    kept, lost = (samples[samples.mut_TP53 == mutated].subject for mutated in (0, 1))
    told = 100 * response.pool_difference(aml["AML blasts"][0], aml[response.AML_TP53_MUTANT][0])[0]
    truth = [response.median_difference(points[dose][kept].to_numpy(), points[dose][lost].to_numpy()) for dose in points.columns]
    assert all(one.low <= value <= one.high for one, value in zip(truth, told, strict=True))
