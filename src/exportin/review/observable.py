"""What an experiment observes: a quantity of the catalogue, the dose at which one is half, or how two go together over sister cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["DEAD", "MICE", "Observed", "is_share", "read_observable"]

_HALF = re.compile(r"(?:IC50|ED50) of (?P<name>\S+)")
_TOGETHER = re.compile(r"correlation of (?P<change>change of )?(?P<name>\S+) with (?P<other>\S+)")
DEAD = "dead at rest"
_SHARES = ("_fraction", "_nuclear", "_share", "_occupancy", "_loss")
_RELATIVE = ("viability", "export_capacity", "XPO1_active")
MICE = ("tumour_volume", "weight_loss")


@dataclass(frozen=True)
class Observed:
    """An observable that was read.

    Attributes
    ----------
    text : str
    kind : str
        ``value``, ``dose`` (in uM, at which `name` is one half), ``correlation`` or ``dead`` (share of the cells that are dead before
        anything begins, as a genotype alone may kill).
    name, other : str
        Of the catalogue; `other` of a correlation.
    change : bool
        Whether a correlation is of what `name` comes to over its start.
    """

    text: str
    kind: Literal["value", "dose", "correlation", "dead"]
    name: str
    other: str = ""
    change: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What has to be computed."""
        return (self.name, self.other) if self.other else (self.name,)

    @property
    def share(self) -> bool:
        """Whether it lies between nothing and all, so that differences are told and no ratios."""
        return self.kind in ("correlation", "dead") or (self.kind == "value" and is_share(self.name))


def is_share(name: str) -> bool:
    """Whether a quantity lies between nothing and all.

    Examples
    --------
    >>> is_share("apoptotic_fraction"), is_share("TP53_nc")
    (True, False)
    """
    return name.endswith(_SHARES) or name in _RELATIVE


def read_observable(text: str) -> Observed:
    """Read one; whether the model has it is seen when it runs.

    Examples
    --------
    >>> read_observable("IC50 of viability").kind
    'dose'
    >>> read_observable("correlation of MCL1_c with apoptotic_fraction").names
    ('MCL1_c', 'apoptotic_fraction')
    """
    plain = " ".join(text.split())
    if match := _HALF.fullmatch(plain):
        return Observed(plain, "dose", match["name"])
    if match := _TOGETHER.fullmatch(plain):
        return Observed(plain, "correlation", match["name"], match["other"], bool(match["change"]))
    if plain == DEAD:
        return Observed(plain, "dead", "apoptotic_fraction")
    return Observed(plain, "value", plain)
