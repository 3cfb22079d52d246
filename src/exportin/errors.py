"""One exception per user mistake: what was given, what was expected, what to do.

Every class derives from `ExportinError`; the command line prints its single sentence and exits with 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

__all__ = [
    "BadNetwork",
    "BadQuantity",
    "BadRegimen",
    "BadScenario",
    "BadSequence",
    "BadTable",
    "CompilationFailed",
    "ExportinError",
    "NoCompiler",
    "NotModelled",
    "NothingFound",
    "OutputExists",
    "SimulationFailed",
    "UnknownName",
]


class ExportinError(Exception):
    """Base of every mistake that a user can make and mend."""


class UnknownName(ExportinError):
    """A cell, compound, observable or parameter that is not in the catalogue.

    Examples
    --------
    >>> raise UnknownName("cell", "HeLe", ["HeLa", "HL-60"])
    Traceback (most recent call last):
    ...
    exportin.errors.UnknownName: 'HeLe' is not a known cell; did you mean HeLa? Known: HL-60, HeLa.
    """

    def __init__(self, kind: str, given: str, available: Iterable[str]) -> None:
        known = sorted(available)
        near = nearest(given, known)
        hint = f"; did you mean {' or '.join(near)}?" if near else "."
        shown = ", ".join(known) if len(known) <= 24 else ", ".join(known[:24]) + f" ... ({len(known)} in all)"
        super().__init__(f"{given!r} is not a known {kind}{hint} Known: {shown}.")

    def __reduce__(self) -> tuple[object, ...]:
        return _remade, (type(self), str(self))


class NothingFound(UnknownName):
    """A search of the tables of facts that found nothing: what was searched, and what is near.

    Examples
    --------
    >>> raise NothingFound("selinexer", ["selinexor"], {"compounds": 15, "sources": 347})
    Traceback (most recent call last):
    ...
    exportin.errors.NothingFound: 'selinexer' is not a known subject of the tables, nor a word in them; did you mean selinexor?
    Searched: compounds (15), sources (347).
    """

    def __init__(self, given: str, near: Iterable[str], searched: Mapping[str, int]) -> None:
        near = list(near)
        hint = f"; did you mean {' or '.join(near)}?" if near else "."
        told = ", ".join(f"{table} ({rows})" for table, rows in searched.items())
        Exception.__init__(self, f"{given!r} is not a known subject of the tables, nor a word in them{hint} Searched: {told}.")


class BadQuantity(ExportinError):
    """A number without a unit, with the wrong unit, negative, infinite or not a number."""


class BadRegimen(ExportinError):
    """A regimen or event table that cannot be read; the message points at the offending word."""


class BadScenario(ExportinError):
    """A scenario file with a wrong key or type; the message names the line."""


class BadSequence(ExportinError):
    """A protein sequence, a file of them or a mutation of one that cannot be read."""


class BadTable(ExportinError):
    """A row of a table of facts that its schema refuses."""


class BadNetwork(ExportinError):
    """A process file or parameter table that does not make one complete, consistent model."""


class NotModelled(ExportinError):
    """Something that exists but that this version of the model cannot say anything about."""


class OutputExists(ExportinError):
    """The output folder holds something that this run did not write."""


class SimulationFailed(ExportinError):
    """The solver gave up, with advice."""


class NoCompiler(ExportinError):
    """No C compiler is on this machine, or the one that was named does not run."""


class CompilationFailed(ExportinError):
    """A C compiler was found but made no library: it stopped, or the disk is full."""


def _remade(kind: type[UnknownName], sentence: str) -> UnknownName:
    """An error as it came from another process."""
    made = kind.__new__(kind, sentence)
    made.args = (sentence,)
    return made


def nearest(given: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Names most like `given`, ignoring case and punctuation.

    Examples
    --------
    >>> nearest("kpt185", ["KPT-185", "selinexor"])
    ['KPT-185']
    """
    plain = {squash(name): name for name in known}
    return [plain[hit] for hit in difflib.get_close_matches(squash(given), list(plain), n=count, cutoff=0.6)]


def squash(name: str) -> str:
    """Lower-case letters and digits of a name, so that 'KPT-185' and 'kpt 185' are one.

    Examples
    --------
    >>> squash("KPT-185")
    'kpt185'
    """
    return "".join(character for character in name.lower() if character.isalnum())
