"""One arm of an experiment: a cell of some genotype in some exposure, read from words and ready to be computed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from exportin.errors import BadScenario, UnknownName
from exportin.network.cell import Cell
from exportin.pharmacology.event import Event
from exportin.pharmacology.exposure import Exposure, exposure, regimen
from exportin.pharmacology.partner import Partner
from exportin.review.control import Control
from exportin.review.schema import WordRow
from exportin.review.tables import standard_dose, tolerance, words

__all__ = ["IN_MICE", "Arm", "Drug", "Made", "drugs_of"]

NONE = "none"
IN_MICE = " in mice"
ALONE = " export cycle"
_GENE = re.compile(r"(?P<gene>[A-Z][A-Z0-9_]*) (?P<change>knockdown|deleted|overexpressed)")
_AMOUNT = r"\d+\.?\d*(?:e[+-]?\d+)? ?(?:pM|nM|uM|mM)"
_DISH = re.compile(rf"(?P<drug>.+?)(?: (?P<low>{_AMOUNT})(?: to (?P<high>{_AMOUNT}))?)?(?: for (?P<stop>\d+\.?\d* ?(?:min|h|d)))?")
_ENDS = re.compile(r"\b(once|days|for|x)\b")
_BODY = re.compile(r"(?P<drug>.+?) (?P<regimen>\d+\.?\d* ?mg.*)")


@dataclass(frozen=True)
class Drug:
    """One drug of an exposure.

    Attributes
    ----------
    name : str
    low, high : str
        Concentration; the second of a range, over which a dose is sought.
    stop : str
        When it is washed out; empty for never.
    regimen : str
        Instead of a concentration.
    """

    name: str
    low: str = ""
    high: str = ""
    stop: str = ""
    regimen: str = ""

    @property
    def ranged(self) -> bool:
        """Whether it is a series of doses."""
        return bool(self.high)

    def given(self, control: Control, dose: str | None = None, *, mouse: bool = False) -> Exposure:
        """As an exposure; `dose` is one of a series."""
        drug = control.compound(self.name)
        if self.regimen and isinstance(drug, Partner):
            raise BadScenario(f"exposure: {self.name} has no pharmacokinetics here; give its concentration.")
        if self.regimen and not isinstance(drug, Partner):
            whole = self.regimen if _ENDS.search(self.regimen) else f"{self.regimen} for 7 d"  # a xenograft repeats a week
            return replace(regimen(drug, whole, species="mouse" if mouse else "human"), label=self.regimen)
        return exposure(drug, dose or self.low, stop=self.stop or None)


@dataclass(frozen=True)
class Made:
    """What an arm comes to: the cell, what is in its well, and the doses of a series."""

    cell: Cell
    wells: tuple[tuple[Exposure, ...], ...]
    doses: tuple[float, ...]


@dataclass(frozen=True)
class Arm:
    """A cell, a genotype and an exposure, in words.

    Examples
    --------
    >>> Arm("OCI-AML3", "TP53 knockdown", "KPT-185 100 nM + TNF").drugs
    (Drug(name='KPT-185', low='100 nM', high='', stop='', regimen=''),)
    """

    cell: str
    genotype: str = NONE
    exposure: str = NONE

    @property
    def mouse(self) -> bool:
        """Whether the cells grow in mice."""
        return self.cell.endswith(IN_MICE)

    @property
    def line(self) -> str:
        """The cell's own name."""
        return self.cell.removesuffix(IN_MICE).removesuffix(ALONE)

    @property
    def drugs(self) -> tuple[Drug, ...]:
        """Drugs of the exposure."""
        return drugs_of(self.exposure)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Words of the exposure that are no drugs."""
        return tuple(part for part in _parts(self.exposure) if part in words())

    def refuse_words(self) -> None:
        """Refuse words that nothing knows, or that stand in the wrong place.

        Raises
        ------
        UnknownName, BadScenario
        """
        for place, parts in (("genotype", _parts(self.genotype)), ("exposure", self.conditions)):
            for word in parts:
                if word not in words() and not _GENE.fullmatch(word):
                    raise UnknownName(f"word of a {place}", word, words())
                if word in words() and words()[word][0].place != place:
                    raise BadScenario(f"{place}: {word!r} is a word of the {words()[word][0].place}; put it there.")

    def without(self, drug: Drug) -> Arm:
        """The same without one of its drugs."""
        kept = [part for part in _parts(self.exposure) if part in words() or _drug(part) != drug]
        return replace(self, exposure=" + ".join(kept) or NONE)

    def made(self, control: Control) -> Made:
        """The cell and its wells.

        Raises
        ------
        UnknownName, BadScenario, BadQuantity, NotModelled
        """
        from exportin.analysis.response.predicted import dose_series

        cell = control.context(self.line, pathways=not self.cell.endswith(ALONE))
        for word in (*_parts(self.genotype), *self.conditions):
            cell = _changed(cell, word, control)
        ranged = [drug for drug in self.drugs if drug.ranged]
        if len(ranged) > 1:
            raise BadScenario(f"exposure: {self.exposure!r} has two series of doses; a dose is sought along one.")
        given = [drug.given(control, mouse=self.mouse) for drug in self.drugs if not drug.ranged]
        given += [_begun(row) for word in self.conditions for row in words()[word] if row.how == "begin" and control.lets(row)]
        others = tuple(one for one in given if not isinstance(one.compound, Partner) or one.compound.pathway in cell.pathways)
        if not ranged:
            return Made(cell, (others,), ())
        doses = dose_series(f"{ranged[0].low} to {ranged[0].high}", 2)
        wells = tuple((*others, ranged[0].given(control, f"{dose!r} uM")) for dose in doses.tolist())
        return Made(cell, wells, tuple(doses.tolist()))

    def __str__(self) -> str:
        parts = [self.cell, *(one for one in (self.genotype, self.exposure) if one != NONE)]
        return ", ".join(parts)


def drugs_of(text: str) -> tuple[Drug, ...]:
    """Drugs of an exposure in words."""
    return tuple(_drug(part) for part in _parts(text) if part not in words())


def _parts(text: str) -> list[str]:
    found = [part.strip() for part in text.split(" + ")]
    return [part for part in found if part != NONE]


def _drug(text: str) -> Drug:
    if match := _BODY.fullmatch(text):
        return Drug(match["drug"], regimen=match["regimen"])
    match = _DISH.fullmatch(text)
    if match is None:  # not reachable for a text that is not empty
        raise BadScenario(f"exposure: {text!r} is not understood; write for example 'KPT-185 100 nM for 4 h'.")
    low = match["low"] or standard_dose(match["drug"]).dose
    return Drug(match["drug"], low, match["high"] or "", match["stop"] or "")


def _changed(cell: Cell, word: str, control: Control) -> Cell:
    """A cell with what a word says."""
    if match := _GENE.fullmatch(word):
        if not control.lets_gene(match["gene"]):
            return cell
        if match["change"] == "overexpressed":
            return cell.overexpress(match["gene"], tolerance("overexpressed"))
        return cell.knockdown(match["gene"], tolerance(match["change"]))
    if word not in words():
        raise UnknownName("word of a genotype or condition", word, words())
    for row in words()[word]:
        if control.lets(row):
            cell = _HOW[row.how](cell, row)
    return cell


def _begun(row: WordRow) -> Exposure:
    """An input of a pathway that changes at time zero."""
    pathway, _, symbol = row.what.partition(":")
    drug = Partner(symbol, row.word, symbol, pathway, "the input itself")
    return Exposure(drug, "dish", (Event(0.0, "outside", "set", float(row.value)),), row.word)


def _set(cell: Cell, row: WordRow) -> Cell:
    return cell.with_parameters(**{row.what: float(row.value)})


def _choose(cell: Cell, row: WordRow) -> Cell:
    return cell.with_hypothesis(**{row.what: row.value})


def _unchanged(cell: Cell, _: WordRow) -> Cell:
    """What begins with the drugs is an exposure of its own."""
    return cell


def _variant(cell: Cell, row: WordRow) -> Cell:
    return cell.with_variant(row.what, float(row.value))


def _cargo(cell: Cell, row: WordRow) -> Cell:
    return cell.with_cargo(row.what, nes_kd=row.value)


_HOW: dict[str, Callable[[Cell, WordRow], Cell]] = {
    "set": _set,
    "choose": _choose,
    "begin": _unchanged,
    "variant": _variant,
    "cargo": _cargo,
}
