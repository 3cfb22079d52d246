"""What happens on the way (doses, events, pulses), against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.errors import BadQuantity
from exportin.kernel.batch import Change, Outcome, Tolerance
from exportin.kernel.compiled import compile_system
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.solver import Solver
from exportin.network.antimony_text import antimony_to_sbml

TIGHT = Tolerance(1e-11, 1e-14)


def solver(body: str) -> Solver:
    return Solver(compile_system(read_system(antimony_to_sbml(f"model one()\n{body}\nend\n", "one")), optimise=0))


@pytest.fixture(scope="module")
def decay() -> Solver:
    return solver("compartment V; V = 2; species A in V; A = 3; k = 0.5; feed = 0; A => ; V * k * A;  => A; feed;")


def test_each_trajectory_has_its_own_changes(decay: Solver):
    times = np.array([0.0, 1.0, 2.0, 3.0])
    tables = [
        [],
        [Change(2.0, "A", "set", 1.0), Change(1.0, "A", "add", 4.0)],
        [Change(0.5, "k", "set", 0.0), Change(1.5, "k", "add", 1.0)],
        [Change(0.0, "feed", "add", 2.0), Change(1.0, "feed", "set", 0.0)],
        [Change(3.0, "A", "set", 7.0)],
    ]
    found = decay.run(times, ["A"], count=5, changes=tables, tolerance=TIGHT).checked()["A"]
    gone = np.exp(-0.5 * times)
    level = 2.0 * (1.0 - np.exp(-0.5))
    expected = [
        3.0 * gone,
        [3.0, 3.0 * gone[1] + 4.0 / 2.0, 1.0, gone[1]],
        3.0 * np.exp([0.0, -0.25, -0.75, -1.75]),
        3.0 * gone + level * np.array([0.0, 1.0, gone[1], gone[2]]),
        [*(3.0 * gone[:3]), 7.0],
    ]
    assert found == pytest.approx(np.array(expected), rel=1e-9)


def test_a_change_between_the_rows_acts_at_its_time(decay: Solver):
    for moment in (0.1, 0.7123, 1.999999):
        found = decay.run([0.0, 2.0], ["A"], changes=[Change(moment, "A", "add", 2.0)], tolerance=TIGHT)["A"][0, -1]
        assert found == pytest.approx(3.0 * np.exp(-1.0) + np.exp(-0.5 * (2.0 - moment)), rel=1e-9)


def test_a_concentration_is_set_whatever_the_volume(decay: Solver):
    changes = [Change(1.0, "A", "set", 5.0), Change(1.0, "A", "add", 2.0)]
    found = decay.run([0.0, 1.0], ["A"], {"V": np.array([0.5, 2.0, 4.0])}, count=3, changes=changes)["A"][:, -1]
    assert found == pytest.approx([5.0 + 2.0 / 0.5, 5.0 + 2.0 / 2.0, 5.0 + 2.0 / 4.0], rel=1e-12)


def test_changes_of_one_moment_happen_as_they_are_given(decay: Solver):
    both = [Change(1.0, "A", "set", 1.0), Change(1.0, "A", "add", 2.0)]
    found = decay.run([0.0, 1.0], ["A"], count=2, changes=[both, both[::-1]])["A"][:, -1]
    assert found.tolist() == [2.0, 1.0]


def test_a_change_that_cannot_be_is_refused(decay: Solver):
    refused = [
        (Change(-1.0, "A", "add", 1.0), "before the first"),
        (Change(0.0, "A", "double", 1.0), "'add' or 'set'"),
        (Change(0.5, "A", "add", np.nan), "finite"),
        (Change(np.inf, "A", "add", 1.0), "finite"),
    ]
    for change, told in refused:
        with pytest.raises(BadQuantity, match=told):
            decay.run([0.0, 1.0], changes=[change])


def test_a_ball_bounces_at_the_times_of_the_closed_form():
    ball = solver("y' = v; v' = -9.81; y = 10; v = 0; bounces = 0; last = 0; at (y < 0): v = -0.8 * v, bounces = bounces + 1, last = time;")
    fall = np.sqrt(2.0 * 10.0 / 9.81)
    moments = fall * (1.0 + 2.0 * np.cumsum([0.0, *0.8 ** np.arange(1, 8)]))
    between = 0.5 * (moments[:-1] + moments[1:])
    found = ball.run([0.0, *between], ["bounces", "last"], tolerance=TIGHT).checked()
    assert found["bounces"][0, 1:].tolist() == list(range(1, 8))
    assert found["last"][0, 1:] == pytest.approx(moments[:-1], rel=1e-9)


def test_a_delayed_event_takes_its_values_from_where_it_says():
    both = solver("""
      x' = 1; x = 0; early = 0; late = 0; cancelled = 0; kept = 0; turned = 0;
      at 2 after (x > 1), fromTrigger = true: early = x;
      at 2 after (x > 1), fromTrigger = false: late = x;
      at 2 after (x > 1 && x < 2), persistent = false: cancelled = 1;
      at 2 after (x > 1 && x < 2), persistent = true, fromTrigger = false: kept = time;
      at x after (x > 1.5), fromTrigger = false: turned = time;
    """)
    found = both.run([0.0, 2.9, 3.1, 5.0], ["early", "late", "cancelled", "kept", "turned"], tolerance=TIGHT).checked().values[0]
    assert found[1].tolist() == [0.0] * 5
    assert found[2] == pytest.approx([1.0, 3.0, 0.0, 3.0, 3.0], rel=1e-9)


def test_the_higher_priority_goes_first():
    order = solver("""
      clock' = 1; clock = 0; a = 0; b = 0; first = 1;
      at (clock >= 1), priority = 1, fromTrigger = false: a = first, first = first + 1;
      at (clock >= 1), priority = 2 + clock, fromTrigger = false: b = first, first = first + 1;
      at (clock >= 2), priority = 5, persistent = false: first = 100;
      at (clock >= 2 && first < 50), priority = 1, persistent = false: a = -1;
    """)
    found = order.run([0.0, 1.5, 2.5], ["a", "b", "first"], tolerance=TIGHT).checked().values[0]
    assert found[1].tolist() == [2.0, 1.0, 3.0]
    assert found[2].tolist() == [2.0, 1.0, 100.0]  # the first of the two took the other's ground


def test_simultaneous_events_all_happen_and_can_set_off_others():
    many = solver("""
      x' = 0; x = 0; y = 0; z = 0; w = 0;
      at (time >= 1): x = x + 1;  at (time >= 1): y = y + 1;
      at (x > 0.5 && y > 0.5): z = time;
      at (z > 0): w = z + 1;
    """)
    found = many.run([0.0, 0.5, 1.0, 2.0], ["x", "y", "z", "w"]).checked().values[0]
    assert found.tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 2], [1, 1, 1, 2]]


def test_an_event_at_the_start_depends_on_what_was_before():
    start = solver("x' = 0; x = 5; fired = 0; asleep = 0; at (x > 1), t0 = false: fired = 1; at (x > 1), t0 = true: asleep = 1;")
    assert start.run([0.0, 1.0], ["fired", "asleep"]).checked().values[0].tolist() == [[1.0, 0.0]] * 2


@pytest.fixture(scope="module")
def pulses() -> Solver:
    return solver("""
      short' = piecewise(1000, time >= begin && time < begin + width, 0); short = 0; begin = 1; width = 0.001;
      daily' = -0.1 * daily + floor(time / 24) - old; daily = 0; old = 0;
      at (floor(time / 24) > old): old = old + 1, daily = daily + 1;
      third' = piecewise(1, time - 24 * floor(time / 24) < 0.01, 0); third = 0;
    """)


def test_a_short_pulse_is_never_leapt_over(pulses: Solver):
    begins = np.array([0.0, 1e-6, 0.5, 1.0, 17.3, 99.0])
    found = pulses.run([0.0, 100.0], ["short"], {"begin": begins, "width": np.full(6, 1e-3)}, count=6).checked()["short"]
    assert found[:, -1] == pytest.approx(1.0, rel=1e-6)
    none = pulses.run([0.0, 100.0], ["short"], {"width": 1e-9}, tolerance=TIGHT).checked()["short"]
    assert none[0, -1] == pytest.approx(1e-6, rel=1e-6)


def test_a_dose_by_the_day_counts_every_day(pulses: Solver):
    times = np.arange(0.0, 241.0, 12.0)
    found = pulses.run(times, ["daily", "third", "old"], tolerance=TIGHT).checked()
    doses = 24.0 * np.arange(1, 11)
    level = [sum(np.exp(-0.1 * (t - dose)) for dose in doses if dose <= t) for t in times]
    assert found["old"][0] == pytest.approx(np.floor(times / 24.0))
    assert found["daily"][0] == pytest.approx(np.array(level), rel=1e-8)
    assert found["third"][0, ::2][1:] == pytest.approx(0.01 * np.arange(1, 11), rel=1e-8)


def test_a_row_at_the_moment_of_an_event_is_that_after_it(pulses: Solver):
    assert pulses.run([0.0, 24.0], ["old"]).checked()["old"][0].tolist() == [0.0, 1.0]
    assert pulses.run([0.0, 24.0, 25.0], ["old"]).checked()["old"][0].tolist() == [0.0, 1.0, 1.0]


def test_going_on_from_an_end_is_the_undivided_run(pulses: Solver, decay: Solver):
    times = np.array([0.0, 10.0, 30.0, 60.0])
    whole = pulses.run(times, tolerance=TIGHT).checked()
    first = pulses.run(times[:3], tolerance=TIGHT).checked()
    second = pulses.run(times[2:], start=first, tolerance=TIGHT).checked()
    assert second.values[0, -1] == pytest.approx(whole.values[0, -1], rel=1e-9)
    assert second.end_parameters == pytest.approx(whole.end_parameters)
    changes = [Change(0.0, "feed", "set", 4.0), Change(1.5, "feed", "set", 0.0)]
    whole = decay.run([0.0, 1.0, 2.0], ["A"], changes=changes, tolerance=TIGHT)
    first = decay.run([0.0, 1.0], ["A"], changes=changes[:1], tolerance=TIGHT)
    second = decay.run([1.0, 2.0], ["A"], start=first, changes=changes[1:], tolerance=TIGHT)
    assert second["A"][0, -1] == pytest.approx(whole["A"][0, -1], rel=1e-9)


def test_a_run_does_not_go_on_while_an_event_waits():
    late = solver("x' = 1; x = 0; y = 0; at 2 after (x > 1): y = 1;")
    first = late.run([0.0, 2.0])
    with pytest.raises(BadQuantity, match="still waits"):
        late.run([2.0, 4.0], start=first)


def test_too_many_waiting_events_and_chattering_are_named():
    full = solver("x' = 1; x = 0; y = 0; at 1000 after (x - floor(x) > 0.5): y = y + 1;")
    assert full.run([0.0, 200.0]).outcomes.tolist() == [Outcome.QUEUE_FULL]
    relay = solver("x' = piecewise(-1, x > 0.5, 1); x = 0;")
    assert relay.run([0.0, 2.0]).outcomes.tolist() == [Outcome.CHATTERING]
    ping = solver("x' = 0; x = 0; at (x < 0.5), t0 = false: x = 1; at (x > 0.5): x = 0;")
    assert ping.run([0.0, 2.0]).outcomes.tolist() == [Outcome.CHATTERING]
