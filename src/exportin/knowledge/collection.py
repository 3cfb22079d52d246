"""A folder of tables of facts with its sources: read once, and held to its schemas, its sources and each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from exportin.errors import BadTable, UnknownName, nearest

if TYPE_CHECKING:
    from exportin.knowledge.citation import Source
    from exportin.knowledge.schema import FactRow

__all__ = ["TABLES", "Collection", "shipped"]

# In the order in which what is found is shown: what a thing is, what it does, what the review says of it, figures for comparison.
TABLES = {
    "cargoes": "CargoRow",
    "signals": "SignalRow",
    "cores": "CoreRow",
    "gates": "GateRow",
    "affinities": "AffinityRow",
    "sequences": "SequenceRow",
    "machinery": "MachineryRow",
    "compounds": "CompoundRow",
    "partners": "PartnerRow",
    "cells": "CellRow",
    "edges": "EdgeRow",
    "diseases": "DiseaseRow",
    "sensitivities": "SensitivityRow",
    "combinations": "CombinationRow",
    "xenografts": "XenograftRow",
    "trials": "TrialRow",
    "claims": "ClaimRow",
    "contradictions": "ContradictionRow",
    "later_evidence": "LaterEvidenceRow",
    "observations": "ObservationRow",
    "landmarks": "LandmarkRow",
    "pharmacokinetics": "PharmacokineticRow",
}


@dataclass(frozen=True)
class Collection:
    """Tables in a folder and the sources that they cite.

    Attributes
    ----------
    folder : Path
        Holds ``sources.bib`` and the folder ``tables``.
    """

    folder: Path

    @property
    def files(self) -> list[Path]:
        """Everything that the facts are read from."""
        return [self.folder / "sources.bib", *(self.path(table) for table in TABLES)]

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Every source by key."""
        from exportin.knowledge.citation import read_sources

        return read_sources(self.folder / "sources.bib")

    @cached_property
    def _kept(self) -> dict[str, tuple[FactRow, ...]]:
        return {}

    def path(self, table: str) -> Path:
        """The file of a table."""
        return self.folder / "tables" / f"{table}.tsv"

    def rows(self, table: str) -> tuple[FactRow, ...]:
        """Rows of a table.

        Raises
        ------
        UnknownName
            If there is no such table; with the nearest names.
        BadTable
            If a row does not keep to its schema, or cites or refers to what is nowhere; with file and line.
        """
        from exportin.knowledge import schema
        from exportin.knowledge.table import read_table

        if table not in TABLES:
            raise UnknownName("table of facts", table, TABLES)
        if table not in self._kept:
            rows = read_table(self.path(table), getattr(schema, TABLES[table]))
            self._check_sources(table, rows)
            self._check_references(table, rows)
            self._kept[table] = rows
        return self._kept[table]

    def _check_sources(self, table: str, rows: Iterable[FactRow]) -> None:
        for line, row in enumerate(rows, start=2):
            for key in row.sources:
                if key not in self.sources:
                    raise _nowhere(self.path(table), line, "source", key, "a key of sources.bib", self.sources)

    def _check_references(self, table: str, rows: Iterable[FactRow]) -> None:
        rows = tuple(rows)
        for column, other in rows[0].refers.items() if rows else ():
            known = {getattr(one, one.key[0]) for one in self.rows(other)}
            for line, row in enumerate(rows, start=2):
                for key in getattr(row, column).split():
                    if key not in known:
                        raise _nowhere(self.path(table), line, column, key, f"the key of a row of {other}.tsv", known)


def _nowhere(path: Path, line: int, column: str, given: str, expected: str, known: Iterable[str]) -> BadTable:
    near = nearest(given, known, count=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return BadTable(f"{path}:{line}, column {column!r}: {given!r} given; expected {expected}{hint}.")


@cache
def shipped() -> Collection:
    """The facts that come with the package.

    Examples
    --------
    >>> [row.name for row in shipped().rows("machinery") if row.symbol == "NUTF2"]
    ['NTF2']
    """
    return Collection(Path(__file__).parent)
