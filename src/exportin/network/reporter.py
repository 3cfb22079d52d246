"""Cargoes that the user describes, and the names that they cannot have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exportin import units
from exportin.errors import BadQuantity
from exportin.network import parameters
from exportin.network.given_range import read_range
from exportin.network.pathway import pathways
from exportin.network.process import load_process, process_names

if TYPE_CHECKING:
    from exportin.knowledge.distribution import Distribution

__all__ = ["CARGOES", "HELPERS", "NO_SIGNAL", "Reporter", "describe_reporter", "refuse_taken_name"]

CARGOES = ("TP53", "NFKBIA", "CDKN1A", "FOXO3", "RANBP1")
HELPERS = ("BACKGROUND", "REFERENCE")
NO_SIGNAL = "none"  # for an affinity: the cargo does not bind XPO1
_UNITS = {"nes_kd": "uM", "total": "uM", "mass": "kDa", "kimp": "1/min"}
_MACHINERY = {"Vn", "Vc", "XPO1", "RAN", "RANGTP", "RANGDP", "RCC1", "NUTF2", "RANBP2", "RANGAP1"}
# fmt: off
_KEYWORDS = {  # of Antimony
    "model", "module", "end", "species", "compartment", "event", "at", "after", "in", "is", "has", "unit", "const", "var", "import",
    "function", "delete", "formula", "gene", "reaction", "substanceOnly", "ext", "true", "false", "infinity", "nan", "pi", "avogadro",
    "time", "exponentiale", "notanumber", "ln", "log", "exp", "sqrt", "abs", "sin", "cos", "tan", "piecewise", "identity", "hasPart",
    "isPartOf", "priority", "persistent", "t0", "fromTrigger", "none",
}
# fmt: on


@dataclass(frozen=True)
class Reporter:
    """A cargo that the user describes; every value in internal units.

    Attributes
    ----------
    symbol : str
        Name of its species.
    nes_kd : float or None
        Dissociation constant of its signal from XPO1 with RanGTP, uM; None where it has no signal, and no reaction with XPO1.
    total : float
        Whole-cell concentration, uM.
    mass : float
        kDa; sets the passive leak unless `leak` does.
    kimp : float
        Import per cytoplasmic volume, 1/s.
    leak : float or None
        Passive permeability of the whole envelope, pL/s.
    anchored : bool
        Held on chromatin once imported.
    ranges : tuple of (str, Distribution)
        Which of `nes_kd`, `total`, `mass` and `kimp` are known as a range, with its distribution; their own value is then its median.
    """

    symbol: str
    nes_kd: float | None
    total: float
    mass: float
    kimp: float
    leak: float | None = None
    anchored: bool = False
    ranges: tuple[tuple[str, Distribution], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the attributes, and the ranges as the tables write them where there are any."""
        told = {name: value for name, value in vars(self).items() if name != "ranges"}
        return told | ({"ranges": {name: str(spread) for name, spread in self.ranges}} if self.ranges else {})


def describe_reporter(symbol: str, nes_kd: str, total: str, mass: str, kimp: str, leak: str | None, *, anchored: bool = False) -> Reporter:
    """A `Reporter` from the user's quantities; all but the leak may be ranges, and `nes_kd` may be ``"none"``.

    Raises
    ------
    BadQuantity
        If the name is taken or a quantity does not fit.
    """
    refuse_taken_name(symbol, "cargo")
    if not isinstance(anchored, bool):
        raise BadQuantity(f"anchored: {anchored!r} is neither True nor False.")
    given = {"nes_kd": nes_kd, "total": total, "mass": mass, "kimp": kimp}
    if nes_kd == NO_SIGNAL:
        del given["nes_kd"]
    read = {name: read_range(text, _UNITS[name], name) for name, text in given.items()}
    ranges = {name: spread for name, spread in read.items() if spread is not None}
    numbers: dict[str, float | None] = {"nes_kd": None}
    for name, text in given.items():
        if name in ranges:
            numbers[name] = ranges[name].median(1.0)
        else:
            numbers[name] = units.parse(text, _UNITS[name], name, positive=name != "kimp")
    passive = None if leak is None else units.parse(leak, "pL/s", "leak")
    return Reporter(symbol, leak=passive, anchored=anchored, ranges=tuple(ranges.items()), **numbers)  # pyright: ignore[reportArgumentType]


def refuse_taken_name(symbol: str, kind: str) -> None:
    """Refuse a name that is no identifier, or that the model, its tables or its language use already."""
    from exportin import knowledge

    if not isinstance(symbol, str) or not (symbol.isascii() and symbol.isalnum() and symbol[:1].isalpha()):
        raise BadQuantity(f"{symbol!r} cannot name a {kind}; use letters and digits, starting with a letter.")
    taken = {*_MACHINERY, *_KEYWORDS, *CARGOES, *HELPERS, *parameters.defaults(), *parameters.switches(), *process_names()}
    taken |= {row.symbol for row in knowledge.facts("compounds")} | _reaction_names()
    taken |= {symbol for pathway in pathways().values() for symbol in (*pathway.proteins, *pathway.variables)}
    if symbol in taken:
        raise BadQuantity(f"{symbol!r} cannot name a {kind}; the model uses that name already.")


def _reaction_names() -> set[str]:
    """First words of the lines of the process files that define something."""
    lines = [line.strip() for name in process_names() for line in load_process(name).text.splitlines()]
    return {line.partition(":")[0] for line in lines if ":" in line and not line.startswith("//")}
