"""The chains of blood cells, against closed forms and a second integrator."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import gamma

from exportin.cohort.host.blood import AGEING, DESCENT, RIPENING, Neutrophils, Platelets, advance, held_back

PLATELETS = Platelets(descent=120.0, maturation=142.0, life=253.0, feedback=0.5, most=11.2, loss=0.023, elsewhere=0.1)
NEUTROPHILS = Neutrophils(maturation=124.0, life=31.0, feedback=0.239)


def run(line, hours, held, step=6.0, **more):
    state, counts = line.rest(1), [1.0]
    for number in range(round(hours / step)):
        state = advance(lambda one, number=number: line.slope(one, np.array([held(number * step)]), **more), state, step)
        counts.append(float(line.count(state)[0]))
    return np.array(counts), state


@pytest.mark.parametrize("line", [PLATELETS, NEUTROPHILS])
def test_an_untreated_chain_stays_exactly_at_rest(line):
    counts, state = run(line, 2000.0, lambda time: 0.0)
    assert (counts == 1.0).all()
    assert (state == 1.0).all()


def test_a_full_block_drains_the_chain_as_a_sum_of_gamma_times():
    """With no input, what is left in circulation is what entered before: a closed form where all stages turn over alike."""
    even = Neutrophils(maturation=60.0, life=12.0, feedback=0.0)
    counts, _ = run(even, 120.0, lambda time: 1.0, step=0.5)
    times = np.arange(0.0, 120.5, 0.5)
    np.testing.assert_allclose(counts, gamma.sf(times, RIPENING + 1, scale=12.0), atol=2e-4)


@pytest.mark.parametrize(("line", "stages"), [(PLATELETS, DESCENT + RIPENING + AGEING + 1), (NEUTROPHILS, RIPENING + 1)])
def test_steps_of_six_hours_agree_with_a_second_integrator(line, stages):
    def held(time):
        return 0.8 if time % 168.0 < 72.0 else 0.0

    counts, _ = run(line, 1344.0, held)
    state, other = np.ones(stages), [1.0]
    for number in range(224):
        here = np.array([held(number * 6.0)])
        found = solve_ivp(lambda time, y, here=here: line.slope(y[:, None], here)[:, 0], (0.0, 6.0), state, rtol=1e-9, atol=1e-11)
        state = found.y[:, -1]
        other.append(float(line.count(state[:, None])[0]))
    np.testing.assert_allclose(counts, other, atol=3e-3)


def test_thrombopoietin_goes_with_what_is_left_of_platelets():
    """At rest under a lasting block the level is 1 over (elsewhere + the rest times the count)."""
    counts, state = run(PLATELETS, 20_000.0, lambda time: 0.5)
    assert state[-1, 0] == pytest.approx(1.0 / (0.1 + 0.9 * counts[-1]), rel=1e-3)
    assert counts[-1] == pytest.approx(0.5 * PLATELETS.stimulus(state[-1])[0], rel=1e-3), "production equals loss"
    assert PLATELETS.stimulus(np.array([1.0]))[0] == pytest.approx(1.0)
    assert PLATELETS.stimulus(np.array([1e12]))[0] == pytest.approx(12.2, rel=1e-3), "1 + 11.2 at most"


def test_platelets_come_back_after_an_interruption():
    counts, _ = run(PLATELETS, 4000.0, lambda time: 1.0 if time < 504.0 else 0.0)
    assert counts.min() < 0.35
    assert counts[-1] == pytest.approx(1.0, abs=0.03)
    assert np.argmin(counts) * 6.0 > 504.0, "the lowest count comes after the last day of the block"


def test_an_agonist_helps_only_in_a_holiday():
    """Machlus 2017: under the block nothing that thrombopoietin says makes megakaryocytes; without it an agonist does."""
    blocked = [run(PLATELETS, 1008.0, lambda time: 1.0, agonist=level)[0][-1] for level in (0.0, 5.0)]
    assert blocked[1] == pytest.approx(blocked[0], abs=1e-9)
    holiday = [run(PLATELETS, 1008.0, lambda time: 1.0 if time < 504 else 0.0, agonist=level)[0][-1] for level in (0.0, 5.0)]
    assert holiday[1] > 1.4 * holiday[0]


def test_what_is_held_back_is_between_nothing_and_all():
    lost = np.linspace(0.0, 1.0, 50)
    held = held_back(lost, np.full(50, 0.1))
    assert held[0] == 0.0
    assert (np.diff(held) > 0).all()
    assert held[-1] < 1.0
