"""What an experiment expects, in words: one arm against another, against its own start, against a figure, along steps, or together.

| words | hold in a draw where |
|---|---|
| ``above control``, ``below control`` | the tested arm is beyond the other by more than what counts as a change |
| ``as control``, ``unlike control`` | the arms are the same within what counts as the same; or are not |
| ``not above control``, ``not below control`` | the tested arm is the same or lies on the other side |
| ``above its start`` and the like | the same, against the arm's own untreated state |
| ``about 50 % of control`` | the ratio lies near the figure |
| ``above 80 %``, ``below 150 nM``, ``about 75 %``, ``between 6 nM and 9 nM`` | the arm itself lies there |
| ``rises along``, ``falls along`` | every step goes that way or stays, and the whole is a change |
| ``synergistic``, ``not synergistic`` | two drugs together do more than Bliss independence says; or do not |
| ``positive``, ``negative`` | a rank correlation over sister cells has that sign |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from exportin import units
from exportin.errors import BadScenario

__all__ = ["Comparison", "numbers_in", "read_comparison"]

Way = Literal[
    "above", "below", "as", "unlike", "not above", "not below", "about", "between", "rises", "falls", "synergistic", "not synergistic",
    "positive", "negative",
]  # fmt: skip
Beside = Literal["control", "start", "figure", "steps", "parts", "none"]

_QUANTITY = r"(?P<{0}>\d+\.?\d*)\s*(?P<{0}_unit>%|pM|nM|uM|mM)"
_AGAINST = re.compile(r"(?P<way>above|below|as|unlike|not above|not below) (?P<beside>control|its start)")
_RATIO = re.compile(r"about (?P<low>\d+\.?\d*)\s*(?P<low_unit>%) of control")
_FIGURE = re.compile(rf"(?P<way>above|below|about) {_QUANTITY.format('low')}")
_BETWEEN = re.compile(rf"between {_QUANTITY.format('low')} and {_QUANTITY.format('high')}")
_WORDS = {
    "rises along": ("rises", "steps"),
    "falls along": ("falls", "steps"),
    "synergistic": ("synergistic", "parts"),
    "not synergistic": ("not synergistic", "parts"),
    "positive": ("positive", "none"),
    "negative": ("negative", "none"),
}


@dataclass(frozen=True)
class Comparison:
    """A comparison that was read.

    Attributes
    ----------
    text : str
    way, beside : str
        What must hold, and beside what.
    low, high : float
        Figures, in uM, or as shares where they were percentages.
    unit : str
        ``"%"`` or ``"uM"``, of a figure.
    """

    text: str
    way: Way
    beside: Beside
    low: float = float("nan")
    high: float = float("nan")
    unit: str = ""


def read_comparison(text: str) -> Comparison:
    """Read one.

    Raises
    ------
    BadScenario

    Examples
    --------
    >>> read_comparison("below 150 nM").low
    0.15
    >>> read_comparison("above its start").beside
    'start'
    >>> read_comparison("is nice")
    Traceback (most recent call last):
    ...
    exportin.errors.BadScenario: comparison: 'is nice' is not understood; write for example 'above control', ... 'synergistic'.
    """
    plain = " ".join(text.split())
    if plain in _WORDS:
        way, beside = _WORDS[plain]
        return Comparison(plain, way, beside)  # pyright: ignore[reportArgumentType]
    if match := _AGAINST.fullmatch(plain):
        return Comparison(plain, match["way"], "control" if match["beside"] == "control" else "start")  # pyright: ignore[reportArgumentType]
    if match := _RATIO.fullmatch(plain):
        return Comparison(plain, "about", "control", _figure(match, "low"), unit="%")
    if match := _FIGURE.fullmatch(plain):
        return Comparison(plain, match["way"], "figure", _figure(match, "low"), unit=_unit(match))  # pyright: ignore[reportArgumentType]
    if match := _BETWEEN.fullmatch(plain):
        low, high = _figure(match, "low"), _figure(match, "high")
        if low < high and (match["low_unit"] == "%") == (match["high_unit"] == "%"):
            return Comparison(plain, "between", "figure", low, high, _unit(match))
    raise BadScenario(
        f"comparison: {text!r} is not understood; write for example 'above control', 'as its start', 'below 150 nM', 'about 75 %', "
        "'rises along' or 'synergistic'."
    )


def _figure(match: re.Match[str], name: str) -> float:
    unit = match[f"{name}_unit"]
    if unit == "%":
        return float(match[name]) / 100.0
    return units.parse(f"{match[name]} {unit}", "uM", "comparison")


def _unit(match: re.Match[str]) -> str:
    return "%" if match["low_unit"] == "%" else "uM"


def numbers_in(text: str) -> list[str]:
    """Figures of a text, as they are written.

    Examples
    --------
    >>> numbers_in("between 6 nM and 9.5 nM")
    ['6', '9.5']
    """
    return re.findall(r"\d+(?:\.\d+)?", text)
