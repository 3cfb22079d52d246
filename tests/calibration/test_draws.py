"""The calibration's arithmetic on cases with a known answer, and its tables against the model that they are for."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm

from exportin.network.posterior import posterior_shares


@pytest.fixture
def scripts(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "calibration"))
    return lambda name: importlib.import_module(name)


SLOPES = np.array([[1.5, 1.0, 0.0, 0.0], [0.0, 2.0, -1.0, 0.0]])
DATA = np.array([1.0, -2.0])
COVARIANCE = np.linalg.inv(np.eye(4) + SLOPES.T @ SLOPES)
MEAN = COVARIANCE @ SLOPES.T @ DATA


class Linear:
    """Four rows of which the last says nothing, and two data that are linear in them: the posterior is normal."""

    names, targets, rows = list("abcd"), [None, None], [0, 1, 2, 3]
    wanted, width, soft = DATA, np.ones(2), 1.0

    def sisters(self, score):
        return {"score": score}

    def residuals(self, found, wanted):
        return SLOPES @ found["score"] - wanted

    def missed(self, residuals):
        return residuals

    def slopes(self, score, found, residuals):
        return SLOPES.copy()


def test_directions_are_of_the_rows_that_are_calibrated(scripts):
    names, part, basis = scripts("gradients").read_directions()
    assert names == scripts("conditions").calibrated_names()
    assert np.allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=1e-9)
    assert part.sum() == pytest.approx(1.0, abs=1e-3)


def test_draws_are_of_the_same_rows(root, scripts):
    names, *_ = scripts("gradients").read_directions()
    draws = (root / "src" / "exportin" / "network" / "posterior.tsv").read_text(encoding="utf-8").splitlines()
    assert draws[0].split("\t") == names


def test_rows_that_came_later_do_nothing_to_the_calibration(scripts):
    """Else the draws would have to be made anew: at both ends of their ranges the shares of dead cells are the same, bit for bit."""
    conditions = scripts("conditions")
    later = sorted(conditions.LATER)
    run = conditions.Condition("OCI-AML3", "-", "KPT-185", "150 nM")
    assert set(later) <= set(run.experiment.model.numbers.rows)
    low, high = (run.run(later, np.full((1, len(later)), share), sisters=4) for share in (0.05, 0.95))
    assert low[0] > 0
    assert [one.tolist() for one in low] == [one.tolist() for one in high]


@pytest.mark.parametrize("margins", [[-1.0, 2.0, 0.5], [-30.0, -25.0, -40.0], [20.0, 31.0, 22.0]])
def test_a_blurred_share_has_a_slope_wherever_the_cells_are(scripts, margins):
    blurred, weight = scripts("fit").blurred, np.array([0.2, 0.5, 1.0])
    here = blurred(np.array(margins), weight, 1.5)
    for place in range(3):
        shift = 1e-4 * np.eye(3)[place]
        ahead, behind = (blurred(np.array(margins) + sign * shift, weight, 1.5).score for sign in (1, -1))
        assert here.by_sister[place] == pytest.approx((ahead - behind) / 2e-4, rel=1e-4, abs=1e-9)
    assert here.by_sister.sum() > 0.1


def test_margins_are_smooth_where_a_cell_is_lost(scripts):
    """Levels that rise by 0.1 an hour, from ever higher: below zero at the end, at it, and beyond before."""
    hours = np.linspace(0.0, 72.0, 145)
    begin = np.array([-7.3, -7.2001, -7.1999, -7.1, -3.0])
    margins, _places, pace = scripts("margins")._margins(begin[:, None] + 0.1 * hours, hours)
    assert margins[:4] == pytest.approx([-0.1, -1e-4, 1e-4, 5 * np.log1p(0.1 / 5)], abs=1e-6)
    assert pace[:3] == pytest.approx(1.0, abs=1e-4)
    assert 0 < pace[4] < 1 < margins[4] < 4.2


def test_margins_change_as_their_slopes_say(scripts):
    conditions, margins = scripts("conditions"), scripts("margins")
    names = ["BCL2_total", "MYC_XPO1_share", "TP53_phi", "committed_threshold", "Vn", "RAN_total", "KPT185_kon", "SELINEXOR_kon"]
    here = margins.Margins(conditions.Condition("OCI-AML3", "-", "KPT-185", "150 nM"), names)
    score, small = np.array([0.3, -0.2, 0.1, 0.0, 0.2, -0.1, 0.4, 0.5]), 2e-3
    found = here.sisters(score, 3)
    for untreated, attribute in ((True, "untreated"), (False, "treated")):
        slopes = here.slopes(score, 2, found, untreated, list(range(len(names))))
        for place in range(len(names)):
            ahead, behind = (here.sisters(score + sign * small * np.eye(len(names))[place], 3) for sign in (1, -1))
            expected = (getattr(ahead, attribute)[2] - getattr(behind, attribute)[2]) / (2 * small)
            assert slopes[place] == pytest.approx(expected, rel=2e-2, abs=2e-2), (names[place], attribute)
        assert slopes[-1] == 0.0  # another drug's


def test_a_damped_step_is_the_closed_form(scripts):
    """Without damping the step ends at the least cost of a linear model; a bound that is met costs nothing."""
    fit, at = scripts("fit"), np.array([0.5, 0.0, -1.0, 2.0])
    step = fit.damped(Linear(), SLOPES, SLOPES @ at - DATA, at, 0.0)
    assert at + step == pytest.approx(MEAN)
    bounds = SimpleNamespace(missed=lambda residuals: np.maximum(residuals, 0.0))
    met = fit.damped(bounds, SLOPES, np.array([-9.0, -9.0]), np.zeros(4), 0.0)
    assert met == pytest.approx(np.zeros(4))
    assert np.linalg.norm(fit.damped(Linear(), SLOPES, SLOPES @ at - DATA, at, 50.0)) < 0.1 * np.linalg.norm(step)


def test_the_ends_of_many_starts_are_the_posterior_of_a_linear_model(scripts):
    fit, ends = scripts("fit"), []
    for number in range(1, 1500):
        place = fit.fit_start(Linear(), number)
        ends.append(place.score)
    assert np.mean(ends, axis=0) == pytest.approx(MEAN, abs=0.1)
    assert np.cov(np.transpose(ends)) == pytest.approx(COVARIANCE, abs=0.12)
    assert fit.fit_start(Linear(), 0).score == pytest.approx(MEAN, abs=0.05)


@pytest.fixture
def chains(scripts, monkeypatch):
    """Chains on the same model, of which the first two directions are known and the last row is free."""
    found = scripts("chains")
    part, basis = np.array([0.4, 0.4, 0.2, 0.0]), np.linalg.qr(SLOPES.T)[0]
    monkeypatch.setattr(found, "read_directions", lambda: (list("abcd"), part, basis))
    monkeypatch.setattr(found, "SHORT", (0.3, 0.5))
    monkeypatch.setattr(found, "LONGER", 1.5)
    return found


def likelihood(scores, floor=-np.inf):
    value = -0.5 * ((scores @ SLOPES.T - DATA) ** 2).sum(axis=1)
    return np.where(value >= floor, value, -np.inf), scores @ SLOPES.T


def test_chains_visit_the_posterior(chains):
    start = chains.begun(likelihood, np.zeros((40, 4)))
    visited = chains.walk(likelihood, start, list(range(40)), 300)
    scores = visited.scores[:, 100:].reshape(-1, 4)
    assert scores.mean(axis=0) == pytest.approx(MEAN, abs=0.1)
    assert np.cov(scores.T) == pytest.approx(COVARIANCE, abs=0.12)
    assert 0.1 < visited.taken.mean() < 0.9


def test_a_chain_is_the_same_whichever_run_beside_it_and_after_a_stop(chains):
    start = chains.begun(likelihood, np.array([[0.1] * 4, [0.2] * 4]))
    both = chains.walk(likelihood, start, [5, 9], 8)
    alone = chains.begun(likelihood, np.array([[0.2] * 4]))
    alone = alone.joined([chains.walk(likelihood, alone, [9], 3)], 1)
    alone = alone.joined([chains.walk(likelihood, alone, [9], 5)], 1)
    assert np.array_equal(alone.scores[0, 1:], both.scores[1])


def test_a_step_leaves_the_priors_as_they_are(chains):
    random, basis = np.random.default_rng(4), np.linalg.qr(SLOPES.T)[0]
    free = np.array([False, False, False, True])
    basis = np.linalg.qr(np.where(free[:, None], 0.0, basis))[0]
    moved = np.array([chains.propose(random.standard_normal(4), basis, free, random) for _ in range(20_000)])
    assert np.cov(moved.T) == pytest.approx(np.eye(4), abs=0.05)


def test_starts_that_found_no_way_begin_no_chain(chains, tmp_path):
    for number, cost in enumerate((1.0, 3.0, 40.0)):
        np.savez(tmp_path / f"start_{number}.npz", score=np.full(4, number), residuals=np.zeros(9), cost=cost)
    assert list(chains.good_starts(tmp_path)) == [1]  # start 0 is the middle of the priors, no draw


@pytest.mark.parametrize("cell", ["CML-CP CD34+", "marrow stroma"])
def test_a_condition_has_the_numbers_that_a_simulation_draws(scripts, cell):
    """Also of a row whose value is zero and whose spread is not."""
    conditions, draws = scripts("conditions"), np.array([3, 8])
    here = conditions.Condition(cell, "-", "selinexor", "1 uM")
    rows = here.experiment.model.numbers.rows
    names = [name for name in conditions.calibrated_names() if name in rows]
    places = np.array([posterior_shares(0, name, draws) for name in names]).T
    found = here.numbers(names, places, 2)
    drawn = here.experiment.numbers_of(0, np.repeat(draws, 2), np.tile([0, 1], 2))
    assert any(rows[name].internal == 0 for name in names)
    for name in names:
        assert found[name] == pytest.approx(drawn[name]), name


def test_a_set_is_given_up_below_its_floor(scripts):
    found = scripts("likelihood")
    targets = scripts("conditions").read_targets()
    asked = []

    def run(names, shares):
        asked.append(len(shares))
        return np.full(len(shares), 0.5), np.ones(len(shares))

    here = object.__new__(found.Likelihood)
    here.names, here.targets = ["a"], targets
    here.conditions = {key: SimpleNamespace(run=run) for key in dict.fromkeys(one.condition for one in targets)}
    total, each = here(np.zeros((2, 1)), np.array([-np.inf, -1.0]))
    assert total[1] == -np.inf
    assert total[0] == pytest.approx(sum(float(one.log_likelihood(np.array(1.0 if one.kind == "alive" else 0.5))) for one in targets))
    assert asked[0] == 2
    assert asked[-1] == 1
    assert np.isnan(each[1, -1])


def test_chains_agree_where_they_have_seen_the_same(scripts):
    tabulate, random = scripts("tabulate"), np.random.default_rng(3)
    same = random.standard_normal((20, 200))
    assert tabulate.agreement(same) == pytest.approx(1.0, abs=0.02)
    assert tabulate.agreement(same + 3.0 * np.arange(20)[:, None]) > 3


def test_a_row_has_moved_only_where_chains_say_so_together(scripts):
    tabulate, random = scripts("tabulate"), np.random.default_rng(3)
    scores = random.standard_normal((20, 1, 50)) + 0.1 * random.standard_normal((20, 30, 50))
    scores[:, :, 7] += 2.0
    names = [f"row{number}" for number in range(50)]
    lines = tabulate.moved(scores, names)
    told = [line.split("\t") for line in lines[1:]]
    assert [line[0] for line in told if line[-1] == "yes"] == ["row7"]
    assert float(told[0][1]) == pytest.approx(norm.cdf(2.0), abs=0.03)


def test_lines_are_taken_from_all_chains_in_turn(scripts):
    found = SimpleNamespace(log_likelihood=np.zeros((6, 40)))
    chain, step = scripts("tabulate").spread_out(found, 20)
    assert np.bincount(chain).tolist() == [4, 4, 3, 3, 3, 3]
    assert set(step) == {39, 26, 13, 0}


@pytest.mark.parametrize(
    ("low", "high", "told"), [(9.0, 5.0, "determined"), (9.0, 1.0, "not low"), (0.5, 5.0, "not high"), (0.1, 0.2, "not determined")]
)
def test_what_a_profile_tells(scripts, low, high, told):
    assert scripts("profiles").said({-2.0: low, 0.0: 0.0, 2.0: high}) == told
