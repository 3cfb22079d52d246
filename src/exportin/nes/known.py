"""What the tables of facts know of a protein that is scanned: its recorded signals, and what opens or closes them.

A protein is recognised by its residues, or by an accession in its name as UniProt writes it. Positions of the facts count in a sequence
of their own, so signals are shown only where the residues are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from exportin.nes.hit import Hit
from exportin.nes.records import Record

__all__ = ["Gate", "KnownSignal", "annotate", "known_signals", "loose_gates"]


@dataclass(frozen=True)
class KnownSignal:
    """A recorded signal.

    Attributes
    ----------
    start, end : int
        First and last residue, from 1.
    doubt : bool
        Whether NESdb doubts it.
    table : str
        ``signals`` as NESdb has it, or ``cores`` where it was narrowed down.
    source : str
        Keys of sources.bib.
    """

    start: int
    end: int
    doubt: bool
    table: str
    source: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Gate:
    """What opens or closes a signal.

    Attributes
    ----------
    kind, site, agent : str
        Such as ``phosphorylation``, ``Ser10``, ``UHMK1``.
    effect : str
        ``opens`` or ``closes``.
    says : str
        What was found.
    where : str
        ``signal`` where it is told of this signal, ``protein`` where it is not told on which signal it acts.
    grade : str
        ``seen`` in its source, or ``recalled``.
    source : str
    start, end : int or None
        Residues of the signal as the source has it.
    """

    kind: str
    site: str
    agent: str
    effect: str
    says: str
    where: str
    grade: str
    source: str
    start: int | None = None
    end: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @property
    def place(self) -> str:
        """Residues of the signal that it acts on, as far as they were told."""
        return f"{self.start}-{self.end}" if self.start else "a signal that was not told"


def annotate(hit: Hit, record: Record) -> Hit:
    """A hit with the recorded signals that it shares seven residues with, and with the gates of such a stretch.

    A gate that no source ties to a signal is shown on the hits of a recorded one, and on the first hit where none is recorded.
    """
    recorded = known_signals(record)
    known = tuple(one for one in recorded if hit.shares(one.start, one.end))
    gates = tuple(_gates_of(record, hit, bool(known) or (hit.rank == 1 and not recorded)))
    return replace(hit, known=known, gates=gates) if known or gates else hit


def known_signals(record: Record) -> tuple[KnownSignal, ...]:
    """Recorded signals of a protein, where it has the residues of the tables; of a span that two tables have, the row of `signals`.

    Examples
    --------
    >>> from exportin.knowledge import find_sequence
    >>> pki = Record("PKI", find_sequence("PKIA").sequence.encode())
    >>> [(one.start, one.end, one.table) for one in known_signals(pki)][0]
    (36, 50, 'signals')
    """
    cargo = _cargo(record)
    told = _signals().get(cargo, ()) if cargo else ()
    found = {(one.start, one.end): one for one, residues in reversed(told) if record.sequence[one.start - 1 : one.end] == residues}
    return tuple(sorted(found.values(), key=lambda one: (one.start, one.end)))


def _cargo(record: Record) -> str:
    """The cargo of the tables with the same residues; empty where there is none."""
    from exportin.knowledge.protein_sequence import proteins_by_sequence

    found = proteins_by_sequence().get(record.sequence)
    return found.cargo if found else ""


@cache
def _signals() -> dict[str, tuple[tuple[KnownSignal, str], ...]]:
    """Recorded signals of each cargo, with their residues."""
    from exportin.knowledge import facts

    found: dict[str, list[tuple[KnownSignal, str]]] = {}
    for row in facts("signals"):
        one = KnownSignal(row.start, row.end, row.doubt == "yes", "signals", row.source)
        found.setdefault(row.cargo, []).append((one, row.sequence))
    for row in facts("cores"):
        if row.use == "core":
            found.setdefault(row.cargo, []).append((KnownSignal(row.start, row.end, False, "cores", row.source), row.sequence))
    return {cargo: tuple(told) for cargo, told in found.items()}


def loose_gates(record: Record, hits: Sequence[Hit]) -> tuple[Gate, ...]:
    """Gates of a protein that none of its hits shows, since no stretch fits where they act."""
    shown = {gate.says for hit in hits for gate in hit.gates}
    return tuple(dict.fromkeys(_gate(row, "protein") for row in _rows(record) if row.says not in shown))


def _gates_of(record: Record, hit: Hit, free: bool) -> list[Gate]:
    """Gates of the stretch of a hit; also those that are tied to no signal, where `free`."""
    same, found = bool(_cargo(record)), []
    for row in _rows(record):
        if row.start is None or row.end is None:
            found += [_gate(row, "protein")] if free else []
        elif same and hit.shares(row.start, row.end):
            found.append(_gate(row, "signal"))
    return list(dict.fromkeys(found))


def _rows(record: Record) -> list[Any]:
    """Rows of the gates of a protein, by its residues or by an accession in its name."""
    by_cargo, by_accession = _gates()
    cargo = _cargo(record)
    words = dict.fromkeys(re.split(r"[|\s]", record.name))
    return [*by_cargo.get(cargo, ()), *(row for word in words for row in by_accession.get(word, ()) if row.cargo != cargo)]


@cache
def _gates() -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Rows of the gates by cargo, and by accession."""
    from exportin.knowledge import facts

    by_cargo: dict[str, list[Any]] = {}
    by_accession: dict[str, list[Any]] = {}
    for row in facts("gates"):
        by_cargo.setdefault(row.cargo, []).append(row)
        if row.uniprot:
            by_accession.setdefault(row.uniprot, []).append(row)
    return by_cargo, by_accession


def _gate(row: Any, where: str) -> Gate:
    return Gate(row.kind, row.site, row.agent, row.effect, row.says, where, row.grade, row.source, row.start, row.end)
