"""Types of the tables' columns: what a cell must look like."""

from __future__ import annotations

import math
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

__all__ = ["NOTHING", "Answer", "Gene", "Identifier", "Keys", "Names", "Number", "Seen", "Symbol", "Text", "YesNo"]

NOTHING = "-"


def _plain_number(given: object) -> object:
    """Refuse spellings that Python reads as numbers but people do not, such as 1_000."""
    if isinstance(given, str) and not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", given):
        raise ValueError("a finite number such as 0.25 or 1e-4")
    return given


def _finite(given: float) -> float:
    if not math.isfinite(given):
        raise ValueError("a finite number such as 0.25 or 1e-4")
    return given


def _split(given: object) -> object:
    """Names between semicolons."""
    if not isinstance(given, str):
        return given
    names = tuple(name.strip() for name in given.split(";"))
    if not all(names) or len(set(names)) != len(names):
        raise ValueError("names between semicolons, each once")
    return names


def _keys(given: str) -> str:
    """Source keys between single spaces."""
    if given != NOTHING and not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*( [A-Za-z][A-Za-z0-9]*)*", given):
        raise ValueError("keys of sources.bib between single spaces")
    if len(set(given.split())) != len(given.split()):
        raise ValueError("each key of sources.bib once")
    return given


Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, BeforeValidator(_plain_number), AfterValidator(_finite)]
Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
Keys = Annotated[str, AfterValidator(_keys)]
Symbol = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*$", description="capital letters and digits, a letter first")]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z]\w*$", description="letters, digits and underscores, a letter first")]
Gene = Annotated[
    str,
    Field(
        pattern=r"^([A-Z][A-Z0-9]*(-[A-Z0-9]+)*|C[0-9XY]+orf[0-9]+)?$",
        description="a gene symbol of HGNC such as TP53, HLA-A or C9orf72; empty for a protein of another species",
    ),
]
Answer = Annotated[Literal["yes", "no", "unknown"], Field(description="yes, no or unknown")]
YesNo = Annotated[Literal["yes", "no"], Field(description="yes or no")]
Seen = Annotated[
    Literal["paper", "abstract", "label", "register", "data", "secondary", "review"],
    Field(description="paper, abstract, label, register, data, secondary or review: what was read of what the row states"),
]
