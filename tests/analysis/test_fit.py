"""Fits: the STAT5 data of Swameye 2003, gradients, intervals, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from exportin.analysis.estimate import fit_problem
from exportin.analysis.fit import Objective, find_optimum, latin_hypercube
from exportin.analysis.problem import Estimated, read_problem
from exportin.analysis.profile import profile_interval
from exportin.cli import app
from exportin.errors import BadQuantity, BadScenario, UnknownName

HEADING = "observable\ttime\ttime_unit\tvalue\tsd\tunit\n"
PROBLEM = """title: a reporter and leptomycin B
model: shuttle
data: data.tsv
time_unit: min
observables: {nc: {formula: N / C, unit: "1"}}
fixed: {Vn: 0.4, Vc: 0.6, onset: 20.0, left: 0.0}
estimate:
  kimp: {low: 1.0e-3, high: 10.0}
  kexp: {low: 1.0e-3, high: 10.0}
  P_leak: {low: 1.0e-4, high: 1.0}
  kdrug: {low: 1.0e-2, high: 10.0}
starts: 6
"""
TRUTH = {"kimp": 0.06, "kexp": 0.2, "P_leak": 0.01, "kdrug": 0.4}


def course(times, numbers):
    """N/C of the shuttle by a second integrator (scipy), before and after the drug at 20 min."""
    from scipy.integrate import solve_ivp

    vn, vc = 0.4, 0.6
    into, out = vc * numbers["kimp"] + numbers["P_leak"], vn * numbers["kexp"] + numbers["P_leak"]
    start = [into / (vn * into + vc * out), out / (vn * into + vc * out)]

    def rates(t, y):
        active = 1.0 if t < 20.0 else np.exp(-numbers["kdrug"] * (t - 20.0))
        net = vc * numbers["kimp"] * y[1] - vn * numbers["kexp"] * active * y[0] + numbers["P_leak"] * (y[1] - y[0])
        return [net / vn, -net / vc]

    found = solve_ivp(rates, (0.0, max(times)), start, t_eval=times, rtol=1e-10, atol=1e-13, max_step=0.5)
    return found.y[0] / found.y[1]


def written(folder, text=PROBLEM, rows=None):
    times = np.array([0.0, 5.0, 10.0, 20.0, 22.0, 25.0, 30.0, 40.0, 60.0, 90.0])
    values = course(times, TRUTH)
    spread = 0.03 * values
    noise = np.random.default_rng(4).normal(size=len(times)) * spread
    table = rows or "".join(f"nc\t{t}\tmin\t{v:.8g}\t{s:.8g}\t1\n" for t, v, s in zip(times, values + noise, spread, strict=True))
    (folder / "data.tsv").write_text(HEADING + table, encoding="utf-8")
    (folder / "problem.yaml").write_text(text, encoding="utf-8")
    return folder / "problem.yaml"


@pytest.fixture(scope="module")
def cycling(request):
    objective = Objective(read_problem(request.config.rootpath / "examples" / "stat5" / "cycling.yaml"))
    return objective, find_optimum(objective, 4)


def test_stat5_needs_nuclear_export(cycling, root):
    """Swameye 2003 (doi:10.1073/pnas.0237333100): the model that cycles fits, the one without nuclear export does not.

    The survey of this project found 43.8 and 296.3 for the same 31 data; the search here goes lower in the first, because it lets the
    dimerisation become as fast as the data like (k2 is not determined by them).
    """
    objective, best = cycling
    without = find_optimum(Objective(read_problem(root / "examples" / "stat5" / "no-export.yaml")), 8)
    assert objective.count == 31
    assert best.chi_square == pytest.approx(36.35, abs=0.1)
    assert without.chi_square == pytest.approx(294.9, abs=1.5)
    assert best.agreeing == 4


def test_the_misfit_equals_that_of_another_engine(cycling):
    """libRoadRunner's residuals at the optimum."""
    import roadrunner

    objective, best = cycling
    other = roadrunner.RoadRunner(objective.problem.sbml)
    other.integrator.relative_tolerance, other.integrator.absolute_tolerance = 1e-10, 1e-13
    for name, value in objective.numbers(best.places).items():
        other[name] = value
    chi = 0.0
    for t in np.unique([one.time for one in objective.problem.data]):
        other.reset(roadrunner.SelectionRecord.TIME | roadrunner.SelectionRecord.FLOATING)
        if t > 0:
            other.simulate(0, float(t), 2 + int(t))
        stat, phospho, pair = (other[f"[{name}]"] for name in ("STAT5", "pSTAT5", "pSTAT5_2"))
        model = {"tSTAT5": other["scale_total"] * (stat + phospho + 2 * pair), "pSTAT5": other["scale_phospho"] * (phospho + 2 * pair)}
        chi += sum(((model[one.observable] - one.value) / one.sd) ** 2 for one in objective.problem.data if one.time == t)
    assert chi == pytest.approx(best.chi_square, rel=1e-5)


def test_a_number_that_the_data_leave_open_is_named(cycling):
    objective, best = cycling
    names = [one.name for one in objective.problem.estimated]
    assert not profile_interval(objective, best, names.index("k2")).determined
    export = profile_interval(objective, best, names.index("k4"))
    assert export.determined
    assert export.low < export.best < export.high


def test_the_gradient_is_that_of_differences(cycling):
    objective, best = cycling
    place = best.places - 0.1
    residuals, jacobian = objective(place)
    for index in range(len(place)):
        step = np.zeros(len(place))
        step[index] = 1e-5
        expected = (objective(place + step)[0] - objective(place - step)[0]) / 2e-5
        assert jacobian[:, index] == pytest.approx(expected, rel=1e-4, abs=1e-4 * np.abs(residuals).max())


def test_the_truth_of_simulated_data_is_found(tmp_path):
    """Data of a second integrator with 3 % noise: every 95 % interval holds its number (this seed; the rate is held in `make validate`)."""
    found = fit_problem(written(tmp_path), tmp_path / "out")
    assert {one.name for one in found.intervals if one.low <= TRUTH[one.name] <= one.high} == set(TRUTH)
    assert found.optimum.chi_square < 20.0
    told = json.loads((tmp_path / "out" / "fit.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in told["intervals"]] == list(TRUTH)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"fit.json", "fit.svg", "estimates.tsv", "problem.yaml", "manifest.json"}
    again = fit_problem(tmp_path / "problem.yaml", tmp_path / "out")
    assert again.optimum.chi_square == found.optimum.chi_square


def test_starts_are_spread_evenly():
    places = latin_hypercube((Estimated("a", 1.0, 10.0, "log10"), Estimated("b", 0.0, 4.0, "linear")), 8, 1)
    assert sorted(np.floor(8 * places[:, 0]).astype(int).tolist()) == list(range(8))
    assert sorted(np.floor(2 * places[:, 1]).astype(int).tolist()) == list(range(8))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("nc\t1\tmin\t1.0\t0.1\t\n", "line 2: 'nc' has no unit"),
        ("nc\t1\t\t1.0\t0.1\t1\n", "line 2: 'nc' has no time_unit"),
        ("nc\t-1\tmin\t1.0\t0.1\t1\n", "before the start of the experiment"),
        ("nc\t1\tmin\tmany\t0.1\t1\n", "'many' is not a finite number"),
        ("nc\t1\tmin\t1.0\t0\t1\n", "standard deviation"),
        ("nc\t1\tmin\t1.0\t0.1\tuM\n", "use one unit"),
        ("nc\t1\tmin\t1.0\t0.1\n", "expected 6 fields, found 5"),
    ],
)
def test_data_that_do_not_fit_are_refused_with_their_line(tmp_path, rows, words):
    with pytest.raises(BadScenario, match=words):
        read_problem(written(tmp_path, rows=rows))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (("title:", "titel:"), BadScenario, "line 1: 'titel' is not a key"),
        (("low: 1.0e-3, high: 10.0}", "low: 10.0, high: 1.0}"), BadScenario, "the lower first"),
        (("model: shuttle", "model: shuttel"), UnknownName, "'shuttel' is not a known model"),
        (("formula: N / C", "formula: N / D"), Exception, "D"),
        (("nc: {formula", "nuc: {formula"), UnknownName, "'nc' is not a known observable"),
    ],
)
def test_problems_that_do_not_fit_are_refused(tmp_path, change, error, words):
    with pytest.raises(error, match=words):
        fit_problem(written(tmp_path, PROBLEM.replace(*change)))


def test_a_number_cannot_be_unknown_or_both_estimated_and_fixed(tmp_path):
    problem = read_problem(written(tmp_path))
    with pytest.raises(UnknownName, match="'kexpp' is not a known number of the model; did you mean kexp"):
        Objective(replace(problem, fixed={"kexpp": 1.0}))
    with pytest.raises(BadQuantity, match="kimp: both estimated and fixed"):
        Objective(replace(problem, fixed={"kimp": 1.0}))


def test_the_command_line_tells_and_refuses(tmp_path):
    file = written(tmp_path, rows="nc\t-1\tmin\t1.0\t0.1\t1\n")
    done = CliRunner().invoke(app, ["fit", str(file), "--out", str(tmp_path / "out")])
    assert done.exit_code != 0
    assert not (tmp_path / "out").exists()
    shown = CliRunner().invoke(app, ["fit", "--help"])
    assert "95 % intervals" in " ".join(shown.stdout.split())
