"""Steady states: closed forms, kept totals, and what has none."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.errors import SimulationFailed
from exportin.kernel.batch import Outcome
from exportin.kernel.compiled import compile_system
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.solver import Solver
from exportin.network.antimony_text import antimony_to_sbml


def solver(body: str) -> Solver:
    return Solver(compile_system(read_system(antimony_to_sbml(f"model one()\n{body}\nend\n", "one")), optimise=0))


def states(solver: Solver, horizon: float, values: dict[str, object] | None = None, count: int = 1) -> dict[str, np.ndarray]:
    found = solver.settle(horizon, values, count=count).checked()  # type: ignore[arg-type]
    assert (found.distance < 1e-7).all()
    return dict(zip(solver.states, found.states.T, strict=True))


def test_binding_keeps_its_totals():
    binding = solver("""
      compartment V; V = 2; species A in V, B in V, C in V; A = a; B = b; C = 0; a = 1; b = 2;
      A + B -> C; V * (on * A * B - off * C); on = 3; off = 0.1;
    """)
    a, b, off = np.array([1.0, 2.0, 0.5, 1e-4]), np.array([2.0, 2.0, 10.0, 5.0]), np.array([0.1, 1e-3, 30.0, 1e-6])
    found = states(binding, 1e5, {"a": a, "b": b, "off": off}, count=4)
    half = a + b + off / 3.0
    complexed = 2.0 * a * b / (half + np.sqrt(half**2 - 4.0 * a * b))  # the smaller root, without cancellation
    assert found["C"] / 2.0 == pytest.approx(complexed, rel=1e-10)
    assert found["A"] + found["C"] == pytest.approx(2.0 * a, rel=1e-12)
    assert found["B"] + found["C"] == pytest.approx(2.0 * b, rel=1e-12)


def test_production_and_loss_balance():
    turnover = solver("P' = made - lost * P; P = 0; made = 3; lost = 0.2; H' = lost * (made^2 / (1 + made^2) - H); H = 0;")
    lost = np.array([0.2, 2.0, 20.0])
    found = states(turnover, 500.0, {"lost": lost}, count=3)
    assert found["P"] == pytest.approx(3.0 / lost, rel=1e-12)
    assert found["H"] == pytest.approx([0.9] * 3, rel=1e-12)


def test_what_dies_out_is_zero():
    dying = solver("A -> B; k * A; B -> ; k * B; A = 5; B = 1; C -> D; k * C; C = 2; D = 0; k = 1;")
    found = states(dying, 1e4)
    assert [float(found[name][0]) for name in "ABC"] == pytest.approx([0.0] * 3, abs=1e-15)
    assert found["D"] == pytest.approx([2.0], rel=1e-12)


@pytest.fixture(scope="module")
def switch() -> Solver:
    """Cubic with stable states 1 and 3 and an unstable one at 2."""
    return solver("x' = -(x - 1) * (x - 2) * (x - 3) * k; x = begin; begin = 0; k = 0.01;")


def test_two_steady_states_each_have_their_basin(switch: Solver):
    found = states(switch, 1e4, {"begin": np.array([0.0, 1.9, 2.1, 5.0])}, count=4)
    assert found["x"] == pytest.approx([1.0, 1.0, 3.0, 3.0], rel=1e-12)


def test_a_horizon_that_is_too_short_is_told(switch: Solver):
    assert switch.settle(10.0, {"begin": 0.0}).outcomes.tolist() == [Outcome.NOT_SETTLED]


@pytest.fixture(scope="module")
def repressilator() -> Solver:
    ring = " ".join(
        f"m{k}' = alpha / (1 + p{(k + 2) % 3}^2) + 0.2 - m{k}; p{k}' = 5 * (m{k} - p{k}); m{k} = 0; p{k} = {k + 1};" for k in range(3)
    )
    return solver(f"{ring} alpha = 200;")


def test_an_oscillator_does_not_settle(repressilator: Solver):
    horizons = [1000.0, 1003.0, 1111.0]
    outcomes = [int(repressilator.settle(horizon).outcomes[0]) for horizon in horizons]
    assert outcomes == [Outcome.NOT_SETTLED] * 3
    with pytest.raises(SimulationFailed, match="may oscillate"):
        repressilator.settle(1000.0).checked()


def test_only_those_that_oscillate_are_told(repressilator: Solver):
    found = repressilator.settle(1000.0, {"alpha": np.array([0.5, 200.0, 1.0, 300.0, 0.1])}, count=5)
    assert found.outcomes.tolist() == [Outcome.DONE, Outcome.NOT_SETTLED, Outcome.DONE, Outcome.NOT_SETTLED, Outcome.DONE]
    assert np.ptp(found.states[0].reshape(3, 2), axis=0) == pytest.approx(0.0, abs=1e-10)


def test_an_oscillation_of_small_amplitude_does_not_settle():
    # van der Pol about (1, 1): a cycle of amplitude 2 a around an unstable steady state
    small = solver("x' = v - 1; v' = mu * (1 - ((x - 1) / a)^2) * (v - 1) - (x - 1); x = 1 + a; v = 1; mu = 0.5; a = 0.01;")
    assert small.settle(300.0, {"a": np.array([0.002, 0.01, 0.02])}, count=3).outcomes.tolist() == [Outcome.NOT_SETTLED] * 3


@pytest.mark.parametrize("law", ["1", "0.1 + 0.01 * w"], ids=["grows", "runs away"])
def test_what_grows_does_not_settle(law: str):
    rising = solver(f"w' = ({law}) * 1e-5; w = 1;")
    assert rising.settle(1e6).outcomes.tolist() == [Outcome.NOT_SETTLED]


def test_a_clock_in_the_rates_does_not_settle():
    clock = solver("w' = cos(time) - w; w = 0;")
    assert clock.settle(1e3).outcomes.tolist() == [Outcome.NOT_SETTLED]


def test_a_run_that_fails_keeps_its_own_outcome_and_harms_no_other(switch: Solver):
    alone = switch.settle(1e4, {"begin": 5.0, "k": 0.01})
    found = switch.settle(1e4, {"begin": np.array([5.0, 5.0, 5.0]), "k": np.array([0.01, -0.01, 0.01])}, count=3)
    assert found.outcomes.tolist() == [Outcome.DONE, found.outcomes[1], Outcome.DONE]
    assert found.outcomes[1] in {Outcome.STEP_TOO_SMALL, Outcome.NOT_FINITE}
    assert found.states[0].tobytes() == found.states[2].tobytes() == alone.states[0].tobytes()
