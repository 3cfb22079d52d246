"""Cargoes that the user describes, and the names that they cannot have."""

from __future__ import annotations

from dataclasses import dataclass

from exportin import units
from exportin.errors import BadQuantity
from exportin.network import parameters
from exportin.network.pathway import pathways
from exportin.network.process import load_process, process_names

__all__ = ["CARGOES", "HELPERS", "Reporter", "describe_reporter", "refuse_taken_name"]

CARGOES = ("TP53", "NFKBIA", "CDKN1A", "FOXO3", "RANBP1")
HELPERS = ("BACKGROUND", "REFERENCE")
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
    nes_kd : float
        Dissociation constant of its signal from XPO1 with RanGTP, uM.
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
    """

    symbol: str
    nes_kd: float
    total: float
    mass: float
    kimp: float
    leak: float | None = None
    anchored: bool = False


def describe_reporter(
    symbol: str, nes_kd: str, total: str, mass: str, kimp: str, leak: str | None, *, anchored: bool = False
) -> Reporter:
    """A `Reporter` from the user's quantities.

    Raises
    ------
    BadQuantity
        If the name is taken or a quantity does not fit.
    """
    refuse_taken_name(symbol, "cargo")
    if not isinstance(anchored, bool):
        raise BadQuantity(f"anchored: {anchored!r} is neither True nor False.")
    return Reporter(
        symbol,
        units.parse(nes_kd, "uM", "nes_kd", positive=True),
        units.parse(total, "uM", "total", positive=True),
        units.parse(mass, "kDa", "mass", positive=True),
        units.parse(kimp, "1/min", "kimp"),
        None if leak is None else units.parse(leak, "pL/s", "leak"),
        anchored,
    )


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
