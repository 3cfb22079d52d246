"""One dose level of a drug by mouth: the same dose on some days of every week."""

from __future__ import annotations

import re
from dataclasses import dataclass

from exportin.errors import BadRegimen
from exportin.pharmacology.event import Dose
from exportin.pharmacology.regimen import parse_regimen

__all__ = ["DAY", "Level", "read_level"]

DAY = 86_400.0  # s
DAYS = 7
_EVERY_WEEK = re.compile(r"\s+(every|q)\s*(7\s*d(ays?)?|1?\s*w(ee)?ks?)\s*$", re.IGNORECASE)
_OTHER = re.compile(r"(^|[\s\d])(once|every|q|for|x|then|at)(?=[\s\d]|$)", re.IGNORECASE)  # words of another rhythm than the week's
_PERSON = {"": 1.0, "m2": 1.8, "kg": 75.0}  # m2 and kg, where a dose is shown or warned about before there is a patient
_PER = re.compile(r"(?:/ *|per )(m2|m\^2|kg)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Level:
    """A week's doses.

    Attributes
    ----------
    text : str
        As it was written.
    days : tuple of int
        From 1, ascending.
    amount : float
        mg of each dose, or mg a square metre or kilogram.
    per : str
        ``""``, ``"m2"`` or ``"kg"``.
    """

    text: str
    days: tuple[int, ...]
    amount: float
    per: str = ""

    @property
    def gap(self) -> int:
        """Fewest days between two doses, over the end of the week too."""
        following = (*self.days[1:], self.days[0] + DAYS)
        return min(later - earlier for earlier, later in zip(self.days, following, strict=True))

    @property
    def typical_mg(self) -> float:
        """Of one dose, for a person of 1.8 m2 or 75 kg."""
        return self.amount * _PERSON[self.per]

    def doses(self, amount: float) -> tuple[Dose, ...]:
        """The doses of one week, with `amount` mg each."""
        return tuple(Dose((day - 1) * DAY, amount) for day in self.days)


def read_level(text: str) -> Level:
    """A level from the text of a regimen; what is written is repeated every week.

    Raises
    ------
    BadRegimen
        If it cannot be read, is not by mouth, or is not the same dose on whole days of one week.

    Examples
    --------
    >>> read_level("80 mg PO days 1,3")
    Level(text='80 mg PO days 1,3', days=(1, 3), amount=80.0, per='')
    >>> read_level("35 mg/m2 PO biw").per, read_level("60 mg PO days 1,3 every 7 d").days, read_level("100 mg PO weekly").days
    ('m2', (1, 3), (1,))
    """
    words = _EVERY_WEEK.sub("", str(text).strip())
    if (other := _OTHER.search(words)) is not None:
        told = f"{text!r} has {other[2]!r}, and a level is one week's doses that every week repeats"
        raise BadRegimen(f"{told}; write the days of the week, for example '60 mg PO days 1,3'.")
    given = _in_one_week(words, str(text))
    days = tuple(round(dose.time / DAY) + 1 for dose in given)
    amounts = {dose.amount for dose in given}
    whole = all(abs(dose.time / DAY - round(dose.time / DAY)) < 1e-9 for dose in given)
    if not whole or max(days) > DAYS or len(amounts) != 1 or any(dose.compartment != "DEPOT" for dose in given):
        raise BadRegimen(f"{text!r} is not the same dose by mouth on whole days of one week; write for example '60 mg PO days 1,3'.")
    per = _PER.search(words)
    unit = "" if per is None else ("kg" if per[1].lower() == "kg" else "m2")
    return Level(str(text).strip(), days, amounts.pop(), unit)


def _in_one_week(words: str, text: str) -> tuple[Dose, ...]:
    size = {"body_surface": "1 m2", "weight": "1 kg"}
    try:
        return parse_regimen(words, **size)
    except BadRegimen as first:
        try:
            return parse_regimen(f"{words} for 7 d", **size)
        except BadRegimen:
            raise BadRegimen(f"{text!r} is no dose level: {first}") from first
