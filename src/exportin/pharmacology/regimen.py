"""A dosing regimen as it is written on a chart, such as ``60 mg PO days 1,3 every 7 d for 28 d``.

`regimen.lark` is the grammar; this module gives it meaning and refuses, with a caret, what has none.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from exportin import units
from exportin.errors import BadRegimen, nearest
from exportin.pharmacology.event import Dose, doses_to_events

if TYPE_CHECKING:
    from lark import Lark
    from lark.exceptions import UnexpectedInput

Node = Any  # a lark Tree or Token: which of the two, and with what inside, is the grammar's to say

__all__ = ["MOST_DOSES", "Dose", "doses_to_events", "parse_regimen"]

MOST_DOSES = 10_000  # more is a slip of the pen: 27 years of daily doses
EXAMPLE = "60 mg PO days 1,3 every 7 d for 28 d"
_HABITS = {  # the days of each period, and the period in h, that prescribers mean by a word
    "daily": ((1,), 24), "qd": ((1,), 24), "once daily": ((1,), 24),
    "bid": ((1,), 12), "twice daily": ((1,), 12), "tid": ((1,), 8), "three times daily": ((1,), 8),
    "weekly": ((1,), 168), "qw": ((1,), 168), "once weekly": ((1,), 168),
    "biw": ((1, 3), 168), "twice weekly": ((1, 3), 168), "tiw": ((1, 3, 5), 168), "three times weekly": ((1, 3, 5), 168),
}  # fmt: skip
_UNITS = {"m": "min", "h": "h", "d": "day", "w": "week"}  # by first letter, as the grammar lets no other word through
_MEANS = {
    "NUMBER": "a number", "DAY": "a day number", "MASS": "a mass unit such as mg", "BODY": "/m2 or /kg",
    "UNIT": "min, h, d or wk", "ORAL": "PO", "IV": "IV", "ONCE": "once", "HABIT": "daily, bid or weekly", "DOSES": "doses",
    "_OVER": "over", "_AT": "at", "_DAYS": "days", "_EVERY": "every",
    "_FOR": "how long such as 'for 28 d'", "_TIMES": "how often such as 'x 5'", "_TO": "-", "_AND": "a comma",
    "_THEN": "then", "$END": "the end",
}  # fmt: skip
_WORDS = ["once", "daily", "weekly", "twice", "days", "every", "then", "over", "oral", "doses", "week", "hours"]


def parse_regimen(text: str, *, body_surface: str | None = None, weight: str | None = None) -> tuple[Dose, ...]:
    """Doses from a written regimen; ``for`` includes its start and excludes its end.

    Parameters
    ----------
    text : str
        See `regimen.lark`. A part after "then" starts where the "for" (or "x 5") of the part before it ends.
    body_surface : str, optional
        Such as ``"1.8 m2"``; needed for doses a m2.
    weight : str, optional
        Such as ``"75 kg"``; needed for doses a kg.

    Returns
    -------
    doses : tuple of Dose
        In order of time.

    Raises
    ------
    BadRegimen
        If the text cannot be read; the message points at the offending word.
    BadQuantity
        If `body_surface` or `weight` is not a quantity.

    Examples
    --------
    >>> [dose.time / 86400 for dose in parse_regimen("60 mg PO days 1,3 every 7 d for 14 d")]
    [0.0, 2.0, 7.0, 9.0]
    >>> parse_regimen("20 mg IV over 1 h once")
    (Dose(time=0.0, amount=20.0, compartment='CENT', duration=3600.0),)
    >>> parse_regimen("60 mg PO weakly for 8 wk")
    Traceback (most recent call last):
    ...
    exportin.errors.BadRegimen: 'weakly' is not understood here (did you mean weekly?); expected once, daily, bid or weekly, ...
    60 mg PO weakly for 8 wk
             ^^^^^^
    """
    from lark.exceptions import UnexpectedInput

    if not isinstance(text, str) or not text.strip():
        raise BadRegimen(f"The regimen {text!r} is empty; write for example '{EXAMPLE}'.")
    reading = _Reading(" ".join(text.split()), _body("body_surface", body_surface, "m^2"), _body("weight", weight, "kg"))
    try:
        tree = _parser().parse(reading.text)
    except UnexpectedInput as error:
        raise _unexpected(reading.text, error) from None
    doses: list[Dose] = []
    start: float | None = 0.0
    for part in tree.children:
        if start is None:
            raise reading.refuse(part, "follows a part that has no end", "write how long that part lasts with 'for'")
        given, length = reading.part(part)
        if len(doses) + len(given) > MOST_DOSES:
            raise reading.too_many(part)
        doses += [replace(dose, time=start + dose.time) for dose in given]
        start = None if length is None else start + length
    return tuple(sorted(doses))


def refusal(text: str, start: int, stop: int, problem: str, advice: str) -> BadRegimen:
    """The error that names a stretch of the text and puts carets under it.

    Examples
    --------
    >>> print(refusal("0 mg PO once", 0, 4, "is not a dose", "write a positive amount"))
    '0 mg' is not a dose; write a positive amount; for example '60 mg PO days 1,3 every 7 d for 28 d'.
    0 mg PO once
    ^^^^
    """
    cut = max(0, start - 60)  # a pasted page is not repeated in full
    stop = min(stop, start + 60)
    word = text[start:stop] if stop > start else " ".join(text[cut:].split(" ")[-3:])
    carets = " " * (start - cut) + "^" * max(1, stop - start)
    return BadRegimen(f"{word!r} {problem}; {advice}; for example '{EXAMPLE}'.\n{text[cut : stop + 60]}\n{carets}")


class _Reading:
    """One regimen under way: its text, for the carets, and the patient's size."""

    def __init__(self, text: str, body_surface: float | None, weight: float | None) -> None:
        self.text, self.body_surface, self.weight = text, body_surface, weight

    def refuse(self, node: Node, problem: str, advice: str) -> BadRegimen:
        return refusal(self.text, *_place(node), problem, advice)

    def too_many(self, node: Node) -> BadRegimen:
        return self.refuse(node, f"means more than {MOST_DOSES:,} doses", "shorten it, or check the units")

    def part(self, part: Node) -> tuple[list[Dose], float | None]:
        """Doses of one part from its own start, and its length (s) if it has one."""
        dose, route, when = part.children
        amount = self.amount(dose)
        duration = self.span(route.children[1]) if len(route.children) > 1 else 0.0
        compartment = "DEPOT" if route.children[0].type == "ORAL" else "CENT"
        times, length = self.times(when)
        if not times:
            raise self.refuse(when, "ends before its first dose", "write a longer 'for'")
        return [Dose(time, amount, compartment, duration) for time in times], length

    def amount(self, dose: Node) -> float:
        """Milligrams of one dose."""
        number, mass, *body = dose.children
        unit = mass.lower().replace("mcg", "ug")
        amount = float(number) * units.to_unit(units.to_internal(1.0, unit), "mg")
        if body:
            name, size = ("weight", self.weight) if "kg" in body[0].lower() else ("body_surface", self.body_surface)
            if size is None:
                known = "'75 kg'" if name == "weight" else "'1.8 m2'"
                raise self.refuse(dose, f"needs the patient's {name}", f"give {name}={known}, or write the dose in mg")
            amount *= size
        if not (math.isfinite(amount) and amount > 0):
            raise self.refuse(dose, "is not a positive finite dose", "write a positive amount")
        return amount

    def times(self, when: Node) -> tuple[list[float], float | None]:
        """Dose times (s) of one part, and its length."""
        kind, children = when.data, when.children
        if kind == "once":
            return [0.0], None
        if kind == "at_times":
            return self.distinct(when, [self.span(span, at_least_zero=True) for span in children]), None
        if kind == "on_days":
            return self.distinct(when, [(day - 1) * _seconds("d") for day in self.days(children)]), None
        if kind == "habit":
            days, hours = _HABITS[children[0].lower()]
            return self.repeated(when, list(days), hours * units.SECONDS_PER_HOUR, children[-1])
        days = self.days(children[:-2]) if kind == "on_days_every" else [1]
        period = self.span(children[-2])
        if kind == "on_days_every" and period < max(days) * _seconds("d") * (1 - 1e-12):
            raise self.refuse(children[-2], f"is shorter than day {max(days)}", "write a longer period, or smaller day numbers")
        return self.repeated(when, days, period, children[-1])

    def repeated(self, when: Node, days: list[int], period: float, how_long: Node) -> tuple[list[float], float]:
        """Times (s) of the days of each period, for as long as is written."""
        first = self.distinct(when, [(day - 1) * _seconds("d") for day in days])
        number, *unit = how_long.children
        count = float(number)
        if unit and unit[0].type == "UNIT":
            length = self.span_of(how_long, number, unit[0])
            periods = length / period * (1 - 1e-12)
        else:
            if not (count > 0 and count.is_integer()):
                raise self.refuse(number, "is not a whole positive number of doses", "write a count such as 'x 5'")
            if not unit and (len(days) > 1 or (when.data == "habit" and period < _seconds("d"))):
                raise self.refuse(how_long, "could mean doses or periods", f"write 'x {number} doses', or 'for' with a time")
            length, periods = math.inf, count / len(days)
        if periods * len(days) > MOST_DOSES:
            raise self.too_many(when)
        times = [turn * period + time for turn in range(math.ceil(periods)) for time in first]
        if math.isinf(length):
            return times[: int(count)], math.ceil(periods) * period
        return [time for time in times if time < length * (1 - 1e-12)], length

    def distinct(self, node: Node, times: list[float]) -> list[float]:
        """The times in order, if none comes twice."""
        if len(set(times)) < len(times):
            raise self.refuse(node, "gives one time twice", "write each once, with the whole dose")
        return sorted(times)

    def days(self, children: list[Node]) -> list[int]:
        """Day numbers of a list such as 1,3-5."""
        found: list[int] = []
        for item in children:
            ends = [int(token) if len(token) < 7 else 10**7 for token in item.children]
            if ends[0] < 1:
                raise self.refuse(item, "is not a day", "the first day is day 1, at time zero")
            if ends[-1] < ends[0]:
                raise self.refuse(item, "runs backwards", f"write {ends[-1]}-{ends[0]}")
            if ends[-1] - ends[0] >= MOST_DOSES or len(found) > MOST_DOSES or ends[-1] >= 10**7:
                raise self.too_many(item)
            found += range(ends[0], ends[-1] + 1)
        return found

    def span(self, node: Node, *, at_least_zero: bool = False) -> float:
        """Seconds of a time such as 7 d, or d alone for 1 d."""
        *number, unit = node.children
        return self.span_of(node, number[0] if number else "1", unit, at_least_zero=at_least_zero)

    def span_of(self, node: Node, number: str, unit: str, *, at_least_zero: bool = False) -> float:
        """Seconds of a number and a unit."""
        seconds = float(number) * _seconds(unit)
        if not math.isfinite(seconds) or seconds < 0 or (seconds == 0 and not at_least_zero):
            kind = "non-negative" if at_least_zero else "positive"
            raise self.refuse(node, f"is not a {kind} finite time", "write a time such as 7 d")
        return seconds


def _seconds(unit: str) -> float:
    return units.to_internal(1.0, _UNITS[unit[0].lower()])


def _place(node: Node) -> tuple[int, int]:
    """First and last position of a piece of the text."""
    if hasattr(node, "start_pos"):
        return node.start_pos, node.end_pos
    return node.meta.start_pos, node.meta.end_pos


def _body(name: str, text: str | None, unit: str) -> float | None:
    """The patient's size in `unit`."""
    if text is None:
        return None
    plain = re.sub(r"m(2|²)$", "m^2", str(text).strip())
    return units.to_unit(units.parse(plain, unit, name, positive=True), unit)


def _unexpected(text: str, error: UnexpectedInput) -> BadRegimen:
    """A grammar's complaint in the user's words."""
    ended = getattr(getattr(error, "token", None), "type", None) == "$END"
    start, stop = (len(text), len(text)) if ended else _word(text, error.pos_in_stream or 0)
    names: set[str] = set()
    for kind in ("allowed", "expected", "accepts"):  # from the roughest to the most exact that this error has
        names = set(getattr(error, kind, None) or names)
    if "_THEN" in names:
        names.add("$END")  # the lexer does not list it, and a part may end wherever "then" may stand
    expected = [meaning for name, meaning in _MEANS.items() if name in names]
    word = text[start:stop]
    near = [known for known in nearest(word, _WORDS, 1) if known != word.lower()]
    problem = "is not complete" if ended else f"is not understood here{f' (did you mean {near[0]}?)' if near else ''}"
    listed = " or ".join(filter(None, [", ".join(expected[:-1]), *expected[-1:]]))
    return refusal(text, start, stop, problem, f"expected {listed}")


def _word(text: str, place: int) -> tuple[int, int]:
    """Bounds of the whole word at a place, though the lexer stopped inside it."""
    if text[place] == ",":
        return place, place + 1
    return max(text.rfind(mark, 0, place) for mark in " ,") + 1, place + len(re.split("[ ,]", text[place:], maxsplit=1)[0])


@functools.cache
def _parser() -> Lark:
    from lark import Lark

    grammar = resources.files("exportin.pharmacology").joinpath("regimen.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start="regimen", propagate_positions=True, maybe_placeholders=False)
