"""Regimens as they are written, the refusals that point at the wrong word, and what doses become."""

from __future__ import annotations

import contextlib
import itertools
import random
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exportin.errors import BadQuantity, BadRegimen
from exportin.pharmacology.event import Event, merge
from exportin.pharmacology.regimen import Dose, doses_to_events, parse_regimen

WEEKS = [day + 7 * week for week in range(4) for day in (0, 2)]


@pytest.mark.parametrize(
    ("text", "amount", "days"),
    [
        ("60 mg PO days 1,3 every 7 d for 28 d", 60, WEEKS),
        ("80 mg PO once", 80, [0]),
        ("80 mg PO D1,3 q7d for 4 wk", 80, WEEKS),
        ("80 mg PO d1, d3 every week for 4 weeks", 80, WEEKS),
        ("80 MG po Days 1 AND 3 EVERY 7 D FOR 28 D", 80, WEEKS),
        ("60 mg PO twice weekly for 28 d", 60, WEEKS),
        ("60 mg PO BIW for 28 d", 60, WEEKS),
        ("60 mg PO twice weekly x 4 doses", 60, WEEKS[:4]),
        ("60 mg PO twice weekly for 8 d", 60, [0, 2, 7]),
        ("100 mg PO weekly for 8 wk", 100, [7 * week for week in range(8)]),
        ("100 mg PO weekly x 8", 100, [7 * week for week in range(8)]),
        ("40 mg PO daily x 5", 40, [0, 1, 2, 3, 4]),
        ("40 mg PO daily x 5 d", 40, [0, 1, 2, 3, 4]),
        ("40 mg oral every day for 5 days", 40, [0, 1, 2, 3, 4]),
        ("80 mg po bid for 3 d", 80, [0, 0.5, 1, 1.5, 2, 2.5]),
        ("80 mg po q12h x 3", 80, [0, 0.5, 1]),
        ("10 mg PO days 1-5 every 28 d for 84 d", 10, [day + cycle for cycle in (0, 28, 56) for day in range(5)]),
        ("10 mg PO days 1,3-5,9", 10, [0, 2, 3, 4, 8]),
        ("60 mg PO at 0 h, 48 h", 60, [0, 2]),
        ("60 mg PO at 48 h and 0 h", 60, [0, 2]),
        ("60mg\n PO\tonce", 60, [0]),
        ("0.06 g PO once", 60, [0]),
        ("60000 ug PO once", 60, [0]),
        ("35 mg/m2 PO days 1,3 every 7 d for 28 d", 63, WEEKS),
        ("1 mg/kg PO once", 75, [0]),
    ],
)
def test_what_is_written_is_what_is_given(text: str, amount: float, days: list[float]):
    doses = parse_regimen(text, body_surface="1.8 m2", weight="75 kg")
    assert [dose.time / 86400 for dose in doses] == days
    assert {dose.compartment for dose in doses} == {"DEPOT"}
    assert {dose.duration for dose in doses} == {0.0}
    assert [dose.amount for dose in doses] == pytest.approx([amount] * len(days), rel=1e-14)


def test_an_infusion_has_a_duration():
    assert parse_regimen("20 mg IV over 90 min once") == (Dose(0.0, 20.0, "CENT", 5400.0),)
    assert parse_regimen("20 mg iv once") == (Dose(0.0, 20.0, "CENT", 0.0),)


def test_a_later_part_starts_where_the_earlier_ends():
    text = "80 mg PO days 1,3 every 7 d for 10 d, then 40 mg PO daily x 2 then 20 mg PO once"
    assert [(dose.time / 86400, dose.amount) for dose in parse_regimen(text)] == [
        (0, 80), (2, 80), (7, 80), (9, 80), (10, 40), (11, 40), (12, 20),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "word", "told"),
    [
        ("60 mg PO weakly for 8 wk", "weakly", "did you mean weekly"),
        ("60 mg PO dayz 1,3", "dayz", "expected once"),
        ("60 mg POO once", "POO", "PO or IV"),
        ("60 mg once", "once", "PO or IV"),
        ("60 PO once", "PO", "a mass unit such as mg"),
        ("60 mL PO once", "mL", "a mass unit such as mg"),
        ("selinexor 60 mg PO once", "selinexor", "a number"),
        ("60 mg PO over 1 h once", "over", "expected once"),
        ("60 mg PO once,", ",", "the end"),
        ("60 mg PO days 1.5", "1.5", "every"),
        ("60 mg PO days -1", "-1", "a day number"),
        ("60 mg PO days 1,3 for 28 d", "for", "every"),
        ("60 mg PO daily for 3 months", "months", "min, h, d or wk"),
        ("60 mg PO at 0, 3 h", ",", "min, h, d or wk"),
        ("0 mg PO once", "0 mg", "positive"),
        ("-5 mg PO once", "-5 mg", "positive"),
        ("inf mg PO once", "inf mg", "positive finite"),
        ("nan mg PO once", "nan mg", "positive finite"),
        ("1e999 mg PO once", "1e999 mg", "positive finite"),
        ("60 mg PO days 0,3 every 7 d for 28 d", "0", "day 1"),
        ("60 mg PO days 1,8 every 7 d for 28 d", "7 d", "longer period"),
        ("60 mg PO days 5-1", "5-1", "1-5"),
        ("60 mg PO days 1,1", "days 1,1", "once"),
        ("60 mg PO at 0 h, 0 d", "at 0 h, 0 d", "once"),
        ("60 mg PO at -2 h", "-2 h", "non-negative"),
        ("60 mg IV over 0 h once", "0 h", "positive"),
        ("60 mg PO every 0 d for 3 d", "0 d", "positive"),
        ("60 mg PO daily for 0 d", "for 0 d", "positive"),
        ("60 mg PO daily for inf d", "for inf d", "finite"),
        ("60 mg PO daily x 2.5", "2.5", "whole"),
        ("60 mg PO daily x 0", "0", "whole"),
        ("60 mg PO bid x 5", "x 5", "doses or periods"),
        ("60 mg PO twice weekly x 4", "x 4", "x 4 doses"),
        ("60 mg PO days 5 every 7 d for 2 d", "days 5 every 7 d for 2 d", "longer"),
        ("60 mg PO daily for 10001 d", "daily for 10001 d", "10,000"),
        ("60 mg PO days 1-99999999999999", "1-99999999999999", "10,000"),
        ("60 mg PO every 1e-300 h for 1e300 d", "every 1e-300 h for 1e300 d", "10,000"),
        ("60 mg PO once then 40 mg PO once", "40 mg PO once", "no end"),
        ("35 mg/m2 PO once", "35 mg/m2", "body_surface='1.8 m2'"),
        ("1 mg/kg PO once", "1 mg/kg", "weight='75 kg'"),
    ],
)
def test_a_refusal_names_the_word_and_points_at_it(text: str, word: str, told: str):
    with pytest.raises(BadRegimen) as caught:
        parse_regimen(text)
    sentence, shown, carets = str(caught.value).split("\n")
    assert sentence.startswith(f"{word!r} ")
    assert told in sentence
    assert sentence.endswith("for example '60 mg PO days 1,3 every 7 d for 28 d'.")
    assert shown == text
    assert shown[carets.index("^") : len(carets)] == word


@pytest.mark.parametrize(
    ("text", "tail", "told"),
    [
        ("60 mg PO every 7 d", "every 7 d", "how long such as 'for 28 d'"),
        ("60 mg PO days 1,3 every 7 d", "every 7 d", "how long such as 'for 28 d'"),
        ("60 mg PO daily", "mg PO daily", "'x 5'"),
        ("60 mg", "60 mg", "PO or IV"),
        ("60 mg PO once, then", "PO once, then", "a number"),
    ],
)
def test_an_unfinished_regimen_says_what_to_add(text: str, tail: str, told: str):
    with pytest.raises(BadRegimen) as caught:
        parse_regimen(text)
    sentence, shown, carets = str(caught.value).split("\n")
    assert sentence.startswith(f"{tail!r} is not complete")
    assert told in sentence
    assert (shown, len(carets)) == (text, len(text) + 1)


@pytest.mark.parametrize("text", ["", " \n", None, 60])
def test_no_text_is_refused(text: object):
    with pytest.raises(BadRegimen, match="is empty"):
        parse_regimen(text)  # type: ignore[arg-type]


def test_the_patients_size_is_a_quantity():
    with pytest.raises(BadQuantity, match="body_surface"):
        parse_regimen("35 mg/m2 PO once", body_surface="1.8")
    with pytest.raises(BadQuantity, match="weight"):
        parse_regimen("1 mg/kg PO once", weight="75 m2")


def test_a_pasted_page_is_refused_quickly_and_briefly():
    start = time.perf_counter()
    with pytest.raises(BadRegimen) as caught:
        parse_regimen("60 mg PO once " + "and so on " * 20_000)
    assert len(str(caught.value)) < 600
    assert time.perf_counter() - start < 2


WORDS = st.sampled_from(
    [
        *("60", "-1", "0", "0.5", "1e3", "1e308", "inf", "nan", "9999999999", "mg", "g", "ug", "/m2", "/kg", "mg/m2", "PO", "IV"),
        *("over", "once", "at", "days", "D1,3", "q7d", "1-5", "1,3", ",", "every", "for", "x", "daily", "bid", "twice", "weekly"),
        *("then", "h", "d", "wk", "min", "doses", "-", "and", "to", "☃"),
    ]
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=14).map(" ".join), st.lists(WORDS, max_size=9).map("".join)))
@example("60 mg PO every 1e308 wk for 1e308 wk")
@example("1e308 mg/m2 PO at 1e308 d, 1e308 wk")
@example("60 mg PO daily x 1e308")
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(BadRegimen, BadQuantity):
        doses = parse_regimen(text, body_surface="1.8 m^2", weight="75 kg")
        assert 1 <= len(doses) <= 10_000
        assert list(doses) == sorted(doses)


@given(
    st.floats(1e-3, 1e3),
    st.sets(st.integers(1, 28), min_size=1),
    st.integers(0, 20),
    st.integers(1, 60),
)
def test_every_day_list_is_read(amount: float, days: set[int], more: int, length: int):
    text = f"{amount!r} mg PO days {','.join(map(str, sorted(days)))} every {max(days) + more} d for {length} wk"
    written = {day - 1 + turn * (max(days) + more) for turn in range(7 * length) for day in days}
    expected = [Dose(day * 86400.0, amount) for day in sorted(written) if day < 7 * length]
    if expected:
        assert list(parse_regimen(text)) == expected
    else:
        with pytest.raises(BadRegimen, match="before its first dose"):
            parse_regimen(text)


def test_doses_become_amounts():
    oral, bolus, start, end = doses_to_events(
        [Dose(0.0, 443.31), Dose(1.0, 443.31, "CENT"), Dose(2.0, 443.31, "CENT", 10.0)], 443.31
    )
    assert (oral.time, oral.target, oral.action, oral.amount) == (0.0, "DEPOT", "add", pytest.approx(1e15, rel=1e-14))
    assert (bolus.target, bolus.amount) == ("CENT", pytest.approx(1e15, rel=1e-14))
    assert (start.time, start.target, end.time, end.target) == (2.0, "infusion", 12.0, "infusion")
    assert start.amount == -end.amount == pytest.approx(1e14, rel=1e-14)
    with pytest.raises(BadRegimen, match="molar mass"):
        doses_to_events([], 0.0)


def test_simultaneous_events_add_in_any_order():
    events = [Event(0.0, "DEPOT", "add", 0.1 * number) for number in range(7)] + [Event(5.0, "CENT", "add", 1.0)]
    once = merge(events)
    assert len(once) == 2
    assert once[0].amount == pytest.approx(2.1)
    for seed in range(20):
        assert merge(random.Random(seed).sample(events, len(events))) == once


def test_infusions_that_meet_leave_no_event():
    rates = doses_to_events([Dose(0.0, 1.0, "CENT", 10.0), Dose(10.0, 1.0, "CENT", 10.0)], 1.0)
    assert [event.time for event in rates] == [0.0, 20.0]


def test_a_start_wins_over_a_stop_and_two_starts_are_refused():
    stop, start = Event(5.0, "outside", "set", 0.0), Event(5.0, "outside", "set", 0.2)
    for order in itertools.permutations([stop, start, start]):
        assert merge(order) == (start,)
    assert merge([stop]) == (stop,)
    with pytest.raises(BadRegimen, match=r"0\.2 uM and to 0\.3 uM"):
        merge([start, Event(5.0, "outside", "set", 0.3)])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((0.0, "PERI", "add", 1.0), "PERI"),
        ((0.0, "outside", "add", 1.0), "set outside"),
        ((float("nan"), "CENT", "add", 1.0), "not finite"),
        ((0.0, "CENT", "add", -1.0), "non-negative"),
    ],
)
def test_an_impossible_event_is_refused(arguments: tuple[float, str, str, float], told: str):
    with pytest.raises(BadRegimen, match=told):
        Event(*arguments)


@pytest.mark.parametrize(
    "arguments", [(0.0, 0.0), (float("inf"), 1.0), (0.0, 1.0, "PERI"), (0.0, 1.0, "DEPOT", 5.0), (0.0, 1.0, "CENT", -1.0)]
)
def test_an_impossible_dose_is_refused(arguments: tuple):
    with pytest.raises(BadRegimen):
        Dose(*arguments)
