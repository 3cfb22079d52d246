"""The tables of facts, as typed rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, overload

from exportin.knowledge.collection import shipped

if TYPE_CHECKING:
    from exportin.knowledge import schema
    from exportin.knowledge.citation import Source

__all__ = ["facts", "human_proteins", "sources"]


def sources() -> Mapping[str, Source]:
    """Every source that ships, by key.

    Examples
    --------
    >>> sources()["Kudo99"].year
    '1999'
    """
    return shipped().sources


@overload
def facts(table: Literal["cargoes"]) -> tuple[schema.CargoRow, ...]: ...
@overload
def facts(table: Literal["signals"]) -> tuple[schema.SignalRow, ...]: ...
@overload
def facts(table: Literal["cores"]) -> tuple[schema.CoreRow, ...]: ...
@overload
def facts(table: Literal["gates"]) -> tuple[schema.GateRow, ...]: ...
@overload
def facts(table: Literal["affinities"]) -> tuple[schema.AffinityRow, ...]: ...
@overload
def facts(table: Literal["sequences"]) -> tuple[schema.SequenceRow, ...]: ...
@overload
def facts(table: Literal["machinery"]) -> tuple[schema.MachineryRow, ...]: ...
@overload
def facts(table: Literal["compounds"]) -> tuple[schema.CompoundRow, ...]: ...
@overload
def facts(table: Literal["partners"]) -> tuple[schema.PartnerRow, ...]: ...
@overload
def facts(table: Literal["cells"]) -> tuple[schema.CellRow, ...]: ...
@overload
def facts(table: Literal["edges"]) -> tuple[schema.EdgeRow, ...]: ...
@overload
def facts(table: Literal["diseases"]) -> tuple[schema.DiseaseRow, ...]: ...
@overload
def facts(table: Literal["sensitivities"]) -> tuple[schema.SensitivityRow, ...]: ...
@overload
def facts(table: Literal["combinations"]) -> tuple[schema.CombinationRow, ...]: ...
@overload
def facts(table: Literal["xenografts"]) -> tuple[schema.XenograftRow, ...]: ...
@overload
def facts(table: Literal["trials"]) -> tuple[schema.TrialRow, ...]: ...
@overload
def facts(table: Literal["claims"]) -> tuple[schema.ClaimRow, ...]: ...
@overload
def facts(table: Literal["contradictions"]) -> tuple[schema.ContradictionRow, ...]: ...
@overload
def facts(table: Literal["later_evidence"]) -> tuple[schema.LaterEvidenceRow, ...]: ...
@overload
def facts(table: Literal["observations"]) -> tuple[schema.ObservationRow, ...]: ...
@overload
def facts(table: Literal["landmarks"]) -> tuple[schema.LandmarkRow, ...]: ...
@overload
def facts(table: Literal["pharmacokinetics"]) -> tuple[schema.PharmacokineticRow, ...]: ...
@overload
def facts(table: str) -> tuple[Any, ...]: ...
def facts(table: str) -> tuple[Any, ...]:
    """Rows of a table of facts.

    Parameters
    ----------
    table : str
        ``cargoes``, ``signals``, ``cores``, ``gates``, ``affinities``, ``sequences``, ``machinery``, ``compounds``, ``partners``,
        ``cells``, ``edges``, ``diseases``, ``sensitivities``, ``combinations``, ``xenografts``, ``trials``, ``claims``,
        ``contradictions``, ``later_evidence``, ``observations``, ``landmarks`` or ``pharmacokinetics``.

    Returns
    -------
    rows : tuple
        Frozen rows, each with `source` and `reason`; the source of a gate that is only recalled is ``-``.

    Raises
    ------
    UnknownName
        If there is no such table; with the nearest names.
    BadTable
        If a row does not keep to its schema, cites a source that is not in ``sources.bib``, or names a row that is not in the other
        table.

    Examples
    --------
    >>> [row.symbol for row in facts("machinery") if row.kind == "Ran cycle"][:2]
    ['RAN', 'RCC1']
    """
    return shipped().rows(table)


@cache
def human_proteins() -> Mapping[str, schema.CargoRow | schema.MachineryRow]:
    """The human protein of each gene symbol, among the cargoes and the machinery.

    Examples
    --------
    >>> human_proteins()["TP53"].name, human_proteins()["NUTF2"].name
    ('p53', 'NTF2')
    """
    human = {row.symbol: row for row in facts("cargoes") if row.id == row.symbol}
    return MappingProxyType({**human, **{row.symbol: row for row in facts("machinery")}})
