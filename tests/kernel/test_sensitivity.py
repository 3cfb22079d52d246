"""Forward sensitivities against differences of separate runs, through events, jumps of the rates and steady states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import exportin as xp
from exportin.errors import NotModelled, UnknownName
from exportin.kernel.batch import Change, Tolerance
from exportin.kernel.misfit import Measured, measure_misfit
from exportin.kernel.sensitivity import Sensitivity
from exportin.network.antimony_text import antimony_to_sbml

BENCH90 = Path(__file__).resolve().parents[2] / "benchmarks" / "bench90" / "bench90.ant"
TIGHT = Tolerance(1e-11, 1e-14)
TIMES = np.concatenate([[0.0], np.linspace(0.253, 10.003, 40)])

MODELS = {
    "a state event that adds": (
        "A ->; k*A; A = a0; a0 = 3; k = 0.5; thr = 1; up = 2; at (A < thr): A = A + up;",
        ["A"], {"k": 0.5, "a0": 3.0, "thr": 1.0, "up": 2.0}, {},
    ),
    "an event whose time is a parameter": (
        "A ->; k*A; A = 1; k = 0.5; t1 = 2; dose = 3; at (time >= t1): A = A + dose;",
        ["A"], {"k": 0.5, "t1": 2.0, "dose": 3.0}, {},
    ),
    "a rate that jumps where a state passes a threshold": (
        "-> A; f; A ->; k*A; A = 0; k = 0.3; thr = 1; s1 = 2; s2 = 0.7; f := piecewise(s1, A < thr, s2);",
        ["A"], {"k": 0.3, "thr": 1.0, "s1": 2.0, "s2": 0.7}, {},
    ),
    "an event that sets a parameter": (
        "-> A; v; A ->; k*A; A = 0; k = 0.3; v = 1; thr = 1.5; fac = 0.2; at (A > thr): v = v * fac;",
        ["A", "v"], {"k": 0.3, "v": 1.0, "thr": 1.5, "fac": 0.2}, {},
    ),
    "initial assignments and rules": (
        "A -> B; k*A; B -> A; r*B; A = a0; a0 = 2*c; c = 1.5; k := kk*c; kk = 0.5; r = 0.2; B = 0;",
        ["A", "B"], {"c": 1.5, "kk": 0.5, "r": 0.2}, {},
    ),
    "a steady state with conserved totals, then an event": (
        "A -> B; k*A; B -> A; r*B; -> C; s*B; C ->; d*C; D ->; u*D; A = a0; a0 = 2; k = 0.5; r = 0.2; s = 1; d = 0.7; u = 1;"
        "B = 0; C = 0; D = 1; at (time >= 2): D = D + C;",
        ["A", "B", "C", "D"], {"a0": 2.0, "k": 0.5, "r": 0.2, "s": 1.0, "d": 0.7}, {"settle": 200.0},
    ),
    "doses into a state and into a parameter": (
        "A ->; k*A; A = a0; a0 = 1; k = 0.5; v = 1; -> B; v*A; B ->; 0.3*B; B = 0;",
        ["A", "B"], {"a0": 1.0, "k": 0.5, "v": 1.0}, {"changes": [Change(2.0, "A", "add", 3.0), Change(4.0, "v", "set", 0.5)]},
    ),
    "explicit time and a power": (
        "-> A; s*(1 + sin(w*time)); A ->; k*A^h; A = 0.5; s = 1; w = 2; k = 0.7; h = 1.7;",
        ["A"], {"s": 1.0, "w": 2.0, "k": 0.7, "h": 1.7}, {},
    ),
}  # fmt: skip


def differences(solver, observe, values, name, settle=None, changes=()):
    """Fourth-order central differences of four separate runs."""
    step = 1e-4 * values[name]
    varied = {**values, name: values[name] + step * np.array([-2.0, -1.0, 1.0, 2.0])}
    start = solver.settle(settle, varied, count=4).checked().states if settle else None
    run = solver.run(TIMES, observe, varied, count=4, start=start, tolerance=TIGHT, changes=changes).checked().values
    return (run[0] - 8 * run[1] + 8 * run[2] - run[3]) / (12 * step)


@pytest.mark.parametrize("name", MODELS)
def test_equal_to_differences(name):
    text, observe, values, how = MODELS[name]
    solver = xp.kernel.compile(antimony_to_sbml(f"model m; {text} end", "m"))
    settle, changes = how.get("settle"), how.get("changes", ())
    settled = solver.settle(settle, values) if settle else None
    found = Sensitivity(solver).run(TIMES, observe, list(values), values, settled=settled, changes=changes, tolerance=TIGHT)
    assert not found.batch.outcomes.any()
    for column, parameter in enumerate(values):
        expected = differences(solver, observe, values, parameter, settle, changes)
        scale = np.abs(expected).max() + 1e-9
        assert found.values[0, :, :, column] == pytest.approx(expected, abs=2e-7 * scale), parameter


def test_more_columns_than_one_pass_and_initial_values():
    """27 columns need two passes; the derivative by an initial value of linear decay is the decay itself."""
    names = [f"k{n}" for n in range(26)]
    text = "".join(f"A -> B{n}; {n + 1} * 0.01 * k{n} * A; k{n} = 1; B{n} = 0;" for n in range(26))
    solver = xp.kernel.compile(antimony_to_sbml(f"model m; A = 2; {text} end", "m"))
    found = Sensitivity(solver).run(np.array([0.0, 0.5]), ["A"], [*names, "A"], tolerance=TIGHT)
    total = 0.01 * np.arange(1, 27)
    left = np.exp(-0.5 * total.sum())
    assert found.values[0, 1, 0] == pytest.approx([*(-2 * 0.5 * total * left), left], rel=1e-9)


def test_several_trajectories_and_workers_have_the_same_bits():
    text, observe, values, _ = MODELS["an event that sets a parameter"]
    solver = xp.kernel.compile(antimony_to_sbml(f"model m; {text} end", "m"))
    varied = {**values, "k": np.array([0.3, 0.25, 0.2])}
    first = Sensitivity(solver).run(TIMES, observe, ["k", "thr"], varied, count=3)
    second = Sensitivity(solver).run(TIMES, observe, ["k", "thr"], varied, count=3, workers=2)
    assert np.array_equal(first.values, second.values)
    assert not np.array_equal(first.values[0], first.values[1])


def test_bench90_against_libroadrunner_differences():
    """Six parameters over two doses, at tolerance 1e-10, against differences of a second engine."""
    roadrunner = pytest.importorskip("roadrunner")
    sbml = antimony_to_sbml(BENCH90.read_text(encoding="utf-8"), "crm1bench")
    names, observe = ["CL", "kond", "kXdeg", "kMY", "kXs", "ktr"], ["Cen", "CRM1_n", "MYC", "Circ"]
    times = np.linspace(0.0, 72.0, 25)
    solver = xp.kernel.compile(sbml)
    found = Sensitivity(solver).run(times, observe, names, tolerance=Tolerance(1e-10, 1e-13, scaled=False))
    engine = roadrunner.RoadRunner(sbml)
    engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = 1e-12, 1e-15
    engine.integrator.maximum_num_steps = 1_000_000
    engine.timeCourseSelections = observe

    def course(name, value):
        engine.resetToOrigin()
        engine[name] = value
        return np.array(engine.simulate(times=list(times)))

    for column, name in enumerate(names):
        nominal = engine[name]
        step = 4e-3 * nominal
        ahead = [course(name, nominal + n * step) for n in (-2, -1, 1, 2)]
        engine.resetToOrigin()
        expected = (ahead[0] - 8 * ahead[1] + 8 * ahead[2] - ahead[3]) / (12 * step)
        size = np.maximum(np.abs(expected).max(axis=0), 1e-3 * np.abs(ahead[0]).max(axis=0) / nominal)
        assert np.max(np.abs(found.values[0, :, :, column] - expected) / size) < 1e-6, name


def test_delayed_events_and_unknown_names_are_refused():
    late = xp.kernel.compile(antimony_to_sbml("model m; A ->; k*A; A = 1; k = 1; E1: at 2 after (A < 0.5): A = 1; end", "m"))
    with pytest.raises(NotModelled, match="E1"):
        Sensitivity(late)
    text, observe, values, _ = MODELS["initial assignments and rules"]
    solver = xp.kernel.compile(antimony_to_sbml(f"model m; {text} end", "m"))
    with pytest.raises(UnknownName, match="kkk"):
        Sensitivity(solver).run(TIMES, observe, ["kkk"], values)


def test_a_computed_parameter_that_is_given_once_is_computed_the_next_time():
    """What is kept from run to run is of the same given parameters."""
    text, observe, values, _ = MODELS["initial assignments and rules"]
    solver = xp.kernel.compile(antimony_to_sbml(f"model m; {text} end", "m"))
    kept = Sensitivity(solver)
    for given in (values, {**values, "a0": 5.0}, values):
        again, fresh = (one.run(TIMES, observe, ["c", "kk"], given, tolerance=TIGHT) for one in (kept, Sensitivity(solver)))
        assert np.array_equal(again.values, fresh.values)
        assert (again.values[0, 0, 0, 0] == 0.0) == ("a0" in given)  # A at the start follows c through a0 where a0 is computed


def test_the_gradient_of_a_misfit_leads_to_the_numbers_behind_the_data():
    """Gauss-Newton from the Jacobian finds two rates again; the gradient agrees with differences of the value."""
    text, observe, values, _ = MODELS["initial assignments and rules"]
    solver = xp.kernel.compile(antimony_to_sbml(f"model m; {text} end", "m"))
    truth = solver.run(TIMES, observe, values, tolerance=TIGHT).values[0]
    data = Measured(TIMES, tuple(observe), np.where(np.arange(len(TIMES))[:, None] % 3, truth, np.nan), 0.1)
    sensitivity, by, guess = Sensitivity(solver), ["kk", "r"], {**values, "kk": 0.8, "r": 0.1}
    here = measure_misfit(sensitivity, data, by, guess, tolerance=TIGHT)
    for column, name in enumerate(by):
        moved = [{**guess, name: guess[name] + step} for step in (1e-5, -1e-5)]
        ahead, behind = (measure_misfit(sensitivity, data, by, one, tolerance=TIGHT).value for one in moved)
        assert here.gradient[column] == pytest.approx((ahead - behind) / 2e-5, rel=1e-6)
    for _ in range(8):
        step = np.linalg.lstsq(here.jacobian, -here.residuals, rcond=None)[0]
        guess |= {name: guess[name] + change for name, change in zip(by, step, strict=True)}
        here = measure_misfit(sensitivity, data, by, guess, tolerance=TIGHT)
    assert [guess["kk"], guess["r"]] == pytest.approx([0.5, 0.2], rel=1e-7)
