"""The closed form against a second method, and the selinexor sets against the label (Xpovio)."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import astuple
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm

from exportin.errors import BadQuantity, BadRegimen, BadTable
from exportin.pharmacology.event import Event
from exportin.pharmacology.pk import OralTwoCompartment, load_draws, patient_pk, read_sets, typical

HOUR = 3600.0
DOSE = 80.0 * 1e15 / 443.31  # amol
NG_PER_ML = 443.31  # of 1 uM
BODIES = {"typical": typical(), "draw": load_draws()[0], "slow": OralTwoCompartment(1e-5, 2.0, 3e4, 9.0, 8e4)}


def matrix(body: OralTwoCompartment) -> np.ndarray:
    k10, k12, k21 = body.CL / body.V2, body.Q / body.V2, body.Q / body.V3
    return np.array([[-body.KA, 0, 0], [body.KA, -k10 - k12, k21], [0, k12, -k21]])


def disposition(body: OralTwoCompartment) -> np.ndarray:
    """The two rates by which a central bolus declines."""
    return np.sort(-np.linalg.eigvals(matrix(body)[1:, 1:]).real)


@pytest.mark.parametrize("name", BODIES)
def test_oral_doses_against_numerical_integration(name: str):
    body, times = BODIES[name], np.linspace(0, 60, 121) * HOUR
    doses = [(0.0, DOSE), (12 * HOUR, DOSE / 2), (48 * HOUR, DOSE)]
    state, found = np.zeros(3), []
    for index, (start, dose) in enumerate(doses):
        end = doses[index + 1][0] if index < 2 else times[-1]
        inside = times[(times >= start) & (times < end if index < 2 else times <= end)]
        state = state + np.array([dose, 0, 0])
        system = matrix(body)
        run = solve_ivp(lambda t, x, system=system: system @ x, (start, end), state, "DOP853", inside, rtol=1e-13, atol=1)
        found.append(run.y[1] / body.V2)
        state = expm(system * (end - start)) @ state
    exact = body.concentration(times, doses)
    np.testing.assert_allclose(exact, np.concatenate(found), rtol=1e-9, atol=1e-9 * exact.max())


@pytest.mark.parametrize("name", BODIES)
def test_boluses_and_infusions_against_the_matrix_exponential(name: str):
    body, times = BODIES[name], np.array([0.0, 0.5, 1.0, 2.0, 7.0, 30.0]) * HOUR
    rate, duration = DOSE / HOUR, HOUR
    events = [Event(0.0, "CENT", "add", DOSE), Event(0.0, "infusion", "add", rate), Event(duration, "infusion", "add", -rate)]
    system = np.zeros((4, 4))
    system[:3, :3], system[1, 3] = matrix(body), rate
    off = system.copy()
    off[1, 3] = 0
    expected = []
    for time in times:
        state = expm(system * min(time, duration)) @ [0, DOSE, 0, 1]
        expected.append((expm(off * max(time - duration, 0)) @ state)[1] / body.V2)
    np.testing.assert_allclose(body.profile(times, events), expected, rtol=1e-11)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("off", [0.0, 1e-15, -1e-12, 1e-8, -1e-5])
def test_absorption_at_a_disposition_rate(which: int, off: float):
    rest = astuple(typical())[1:]
    body = OralTwoCompartment(float(disposition(typical())[which]) * (1 + off), *rest)
    times = np.array([0.1, 1.0, 5.0, 20.0, 80.0]) * HOUR
    expected = [(expm(matrix(body) * time) @ [DOSE, 0, 0])[1] / body.V2 for time in times]
    np.testing.assert_allclose(body.concentration(times, [(0.0, DOSE)]), expected, rtol=1e-10)
    np.testing.assert_allclose(body.propagate(HOUR), expm(matrix(body) * HOUR), rtol=1e-8, atol=1e-13)


@pytest.mark.parametrize("name", BODIES)
def test_summaries_against_the_curve(name: str):
    body = BODIES[name]
    peak, when = body.cmax_tmax(DOSE)
    grid = np.linspace(0, 80 * HOUR, 400_001)
    curve = body.concentration(grid, [(0.0, DOSE)])
    assert peak == pytest.approx(curve.max(), rel=1e-8)
    assert when == pytest.approx(grid[curve.argmax()], abs=grid[1])
    late = 60 * body.terminal_half_life
    pieces = [0, when, *np.linspace(3 * when, late, 40)]
    area = sum(quad(lambda t: body.concentration(t, [(0.0, DOSE)])[0], *ends)[0] for ends in pairwise(pieces))
    assert body.auc(DOSE) == pytest.approx(area, rel=1e-8)
    ratio = body.concentration([late, late + body.terminal_half_life], [(0.0, DOSE)])
    assert ratio[1] / ratio[0] == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("interval", [6 * HOUR, 84 * HOUR])
def test_steady_state_is_the_limit_of_superposition(name: str, interval: float):
    body, times = BODIES[name], np.linspace(0, interval, 50)
    doses = [(-turn * interval, DOSE) for turn in range(math.ceil(60 * body.terminal_half_life / interval))]
    state = body.steady_state(DOSE, interval)
    np.testing.assert_allclose(body.relax(times, state), body.concentration(times, doses), rtol=1e-10)
    mass = np.trapezoid(body.relax(np.linspace(0, interval, 20001), state), dx=interval / 20000)
    assert mass == pytest.approx(body.auc(DOSE), rel=1e-6)


def test_nothing_before_the_first_dose_and_doubling():
    body = typical()
    assert body.concentration([-5.0, 0.0], [(0.0, DOSE)]).tolist() == [0.0, 0.0]
    assert body.profile([-1.0, 0.0], [Event(0.0, "CENT", "add", DOSE)]).tolist() == [0.0, pytest.approx(DOSE / body.V2)]
    assert body.concentration([HOUR], []).tolist() == [0.0]
    np.testing.assert_allclose(body.concentration([HOUR], [(0.0, DOSE)] * 2), 2 * body.concentration([HOUR], [(0.0, DOSE)]))


@pytest.mark.parametrize("bad", [0.0, -1.0, math.inf, math.nan])
def test_impossible_parameters_are_refused(bad: float):
    with pytest.raises(BadQuantity, match="CL"):
        OralTwoCompartment(1.0, bad, 1.0, 1.0, 1.0)
    with pytest.raises(BadQuantity, match="interval"):
        typical().steady_state(DOSE, bad)
    with pytest.raises(BadRegimen, match="outside"):
        typical().profile([0.0], [Event(0.0, "outside", "set", 1.0)])


def test_every_set_meets_the_label():
    """US label of Xpovio, 80 mg: Cmax 680 ng/mL, AUC 5386 ng h/mL, Tmax up to 4 h, V/F 125 L, half-life 6 to 8 h."""
    sets = [typical(), *load_draws()]
    assert len(sets) == len(set(sets)) == 201
    for body in sets:
        peak, when = body.cmax_tmax(DOSE)
        assert peak * NG_PER_ML == pytest.approx(680, rel=1e-6)
        assert body.auc(DOSE) / HOUR * NG_PER_ML == pytest.approx(5386, rel=1e-6)
        assert when >= 0.5 * HOUR * (1 - 1e-6)
        assert when <= 4 * HOUR
        assert abs(body.terminal_half_life / HOUR - 7) <= 1
        assert sum((body.V2, body.V3)) == pytest.approx(125e12, rel=1e-6)
        assert body.terminal_half_life == pytest.approx(math.log(2) / disposition(body)[0], rel=1e-9)
    assert typical().terminal_half_life == pytest.approx(7 * HOUR, rel=1e-6)


def test_the_curation_makes_the_same_rows(root: Path):
    spec = importlib.util.spec_from_file_location("selinexor_pk", root / "curation" / "selinexor_pk.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    uniform = np.random.Generator(np.random.Philox(made.SEED)).random((3, 2))
    for body, (one, other) in zip(load_draws(), uniform, strict=False):
        low, high = made.feasible(6 + 2 * one)
        again = made.solved(low + other * (high - low), 6 + 2 * one)
        litres = np.array([1 / HOUR, 1e12 / HOUR, 1e12, 1e12 / HOUR, 1e12])
        np.testing.assert_allclose(astuple(body), litres * astuple(again), rtol=1e-7)


def test_patients_have_the_labels_spread():
    """Cmax 680 (SD 124) ng/mL and AUC 5386 (SD 1116) ng h/mL; 4,000 patients give an SD to 1.2 % (one standard error)."""
    middle = typical()
    found = []
    for u in np.random.Generator(np.random.Philox(2015)).random((4000, 2)):
        patient = patient_pk(middle, u)
        found.append((patient.cmax_tmax(DOSE)[0] * NG_PER_ML, patient.auc(DOSE) * NG_PER_ML, patient.terminal_half_life))
    peak, area, half_life = np.array(found).T / np.array([[1], [HOUR], [HOUR]])
    assert peak.mean() == pytest.approx(680, abs=3.5 * 124 / math.sqrt(4000))
    assert area.mean() == pytest.approx(5386, abs=3.5 * 1116 / math.sqrt(4000))
    assert peak.std() == pytest.approx(124, rel=0.05)
    assert area.std() == pytest.approx(1116, rel=0.05)
    assert half_life.std() < 1


@pytest.mark.parametrize("u", [[0.0, 0.5], [0.5, 1.0], [0.5], [0.5, math.nan], 0.5])
def test_numbers_that_are_not_uniform_are_refused(u: object):
    with pytest.raises(BadQuantity, match="strictly between 0 and 1"):
        patient_pk(typical(), u)  # type: ignore[arg-type]


HEADER = "id\tKA (1/h)\tCL (L/h)\tV2 (L)\tQ (L/h)\tV3 (L)"
ROW = "typical\t1\t14\t60\t20\t65"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([HEADER.replace("Q (L/h)", "k12 (1/h)"), ROW], "no column 'Q'"),
        ([HEADER, ROW, ROW], "two rows 'typical'"),
        ([HEADER, ROW.replace("typical", "draw_000")], "no row 'typical'"),
        ([HEADER, ROW.replace("60", "sixty")], "'sixty' as 'V2"),
        ([HEADER, ROW.replace("60", "-60")], "not a positive finite number"),
        ([HEADER, "typical\t1"], "None as 'CL"),
        ([], "no column 'id'"),
    ],
)
def test_a_malformed_table_is_refused(lines: list[str], told: str):
    with pytest.raises(BadTable, match=told):
        read_sets(lines)
