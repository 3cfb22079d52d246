"""How strongly a signal may bind XPO1: an ordinal class with a wide distribution of KD, or what was measured.

Affinity cannot be learnt from public data: no table has more than a few constants, and the scores were trained on which stretches are
signals, not on how well they bind. A class is therefore an order and a range, never an estimate. A peptide whose constant was measured
overrides it, with its own interval. Constants are of human XPO1 in excess of RanGTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exportin.errors import BadTable
from exportin.knowledge.distribution import Distribution
from exportin.nes.design import PHI
from exportin.text_table import read_columns, read_number

if TYPE_CHECKING:
    from exportin.knowledge.schema import AffinityRow
    from exportin.nes.hit import Hit
    from exportin.nes.records import Record

__all__ = ["NONE", "Strength", "strength_of"]

NONE = "none"
_COLUMNS = ["name", "probability", "five", "unit", "distribution", "grade", "source", "reason"]


@dataclass(frozen=True)
class Strength:
    """What is known, or taken, of the affinity of a signal.

    Attributes
    ----------
    name : str
        ``strong``, ``medium``, ``weak`` or ``doubtful`` by class; ``measured``; ``none`` where there is no signal.
    distribution : Distribution or None
        Of the dissociation constant, uM; None where nothing binds.
    KD_low, KD_high : float or None
        Its bounds, uM; of a log-normal the ends of its central 68 %.
    source : str
        Keys of sources.bib; ``-`` for none.
    reason : str
    measured : bool
        Whether binding of this very peptide was looked at.
    grade : str
        ``measured`` or ``assumed``.
    """

    name: str
    distribution: Distribution | None
    KD_low: float | None
    KD_high: float | None
    source: str
    reason: str
    measured: bool
    grade: str

    @property
    def quantity(self) -> str:
        """The constant as the text that `Cell.with_cargo` reads: a range to draw from, or ``none``.

        Examples
        --------
        >>> strength_of(None).quantity
        'none'
        """
        if self.distribution is None:
            return NONE
        ending = " @68%" if self.distribution.kind == "lognormal" else ""
        return f"{self.distribution.low:.12g} to {self.distribution.high:.12g} uM{ending}"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "distribution": None if self.distribution is None else str(self.distribution), "unit": "uM"}


@dataclass(frozen=True)
class _Class:
    """A row of the table, and the least probability of a hit that fills four or all five pockets."""

    strength: Strength
    probability: float
    five: float


def strength_of(hit: Hit | None, record: Record | None = None) -> Strength:
    """How strongly a hit may bind.

    Parameters
    ----------
    hit : Hit or None
        None where no pattern matches: there is no signal.
    record : Record, optional
        Its sequence. A measured peptide that stands in it, and holds most of the core of the hit or lies in it, overrides the class.

    Examples
    --------
    >>> from exportin.nes import scan_nes
    >>> hits = scan_nes("PKIA")
    >>> found = strength_of(hits[0], hits.records[0])
    >>> found.name, str(found.distribution), found.source
    ('measured', 'lognormal 0.026 0.042 @68%', 'Fung17 Fung15')
    >>> strength_of(hits[0]).name
    'strong'
    """
    if hit is None:
        return Strength(NONE, None, None, None, "-", "no pattern of an export signal matches", measured=False, grade="assumed")
    known = _measured(hit, record) if record is not None else None
    if known is not None:
        return known
    full = len(hit.pockets) == len(PHI)
    return next(one.strength for one in _classes() if hit.probability >= (one.five if full else one.probability))


def _measured(hit: Hit, record: Record) -> Strength | None:
    """What was measured of the longest peptide that stands under the hit."""
    fitting = [row for row in _peptides() if _holds(row.sequence, hit, record.sequence)]
    if not fitting:
        return None
    row = max(fitting, key=lambda row: (len(row.sequence), row.outcome == "measured", row.outcome == "range"))
    told = f"{row.name}, {row.sequence}: {row.reason} ({row.system})"
    if row.low is None or row.high is None:
        return Strength(NONE, None, None, None, row.source, f"no binding was seen; {told}", measured=True, grade="measured")
    spread = Distribution("lognormal" if row.outcome == "measured" else "loguniform", row.low, row.high)
    return Strength("measured", spread, row.low, row.high, row.source, told, measured=True, grade="measured")


def _holds(peptide: str, hit: Hit, sequence: str) -> bool:
    """Whether a peptide stands in a sequence so that it shares most of itself or of the core with a hit."""
    place = sequence.find(peptide)
    while place >= 0:
        shared = min(place + len(peptide), hit.end) - max(place, hit.start - 1)
        if 2 * shared > min(len(peptide), len(hit.sequence)):
            return True
        place = sequence.find(peptide, place + 1)
    return False


@cache
def _peptides() -> tuple[AffinityRow, ...]:
    """Affinities of peptides whose residues are known."""
    from exportin.knowledge import facts

    return tuple(row for row in facts("affinities") if row.sequence)


@cache
def _classes() -> tuple[_Class, ...]:
    """The classes, the strongest first."""
    return read_classes(Path(__file__).with_name("strength.tsv"))


def read_classes(path: Path) -> tuple[_Class, ...]:
    """Classes of a table, the strongest first; each begins at a lower probability and has no lower bounds than the one above.

    Raises
    ------
    BadTable

    Examples
    --------
    >>> [one.strength.name for one in read_classes(Path(__file__).with_name("strength.tsv"))]
    ['strong', 'medium', 'weak', 'doubtful']
    """
    rows = read_columns(path, "class", _COLUMNS)
    found = []
    for line, (name, probability, five, unit, text, grade, source, reason) in rows:
        where = f"{path.name}, line {line}"
        spread = Distribution.parse(text)
        if unit != "uM" or grade != "assumed" or spread.kind != "loguniform":
            raise BadTable(f"{where}: expected a loguniform range in uM of grade assumed; found {text!r}, {unit!r}, {grade!r}.")
        made = Strength(name, spread, spread.low, spread.high, source, reason, measured=False, grade=grade)
        found.append(_Class(made, read_number(probability, where, least=0.0), read_number(five, where, least=0.0)))
    for line, above, below in zip((line for line, _ in rows[1:]), found, found[1:], strict=False):
        keys = [(-one.probability, -one.five, one.strength.KD_low, one.strength.KD_high) for one in (above, below)]
        if any(first > second for first, second in zip(*keys, strict=True)):
            raise BadTable(f"{path.name}, line {line}: expected the strongest class first, with higher probabilities and lower bounds.")
    if found[-1].probability or found[-1].five:
        raise BadTable(f"{path.name}: the last class begins at {found[-1].probability:g}; expected 0, so that every hit has a class.")
    return tuple(found)
