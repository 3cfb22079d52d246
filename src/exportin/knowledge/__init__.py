"""Facts about the export system: typed tables, each row cited and with its reason.

Names load when first used, so that importing this room costs nothing.

Examples
--------
>>> from exportin.knowledge import facts
>>> [row.name for row in facts("cargoes") if row.symbol == "TP53"]
['p53']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exportin.knowledge.catalogue import facts, human_proteins, sources
    from exportin.knowledge.citation import Source, read_sources
    from exportin.knowledge.database import dump
    from exportin.knowledge.distribution import Distribution
    from exportin.knowledge.found import Evidence, Fact
    from exportin.knowledge.portrait import Portrait, portray
    from exportin.knowledge.protein_sequence import ProteinSequence, find_sequence
    from exportin.knowledge.schema import (
        AffinityRow,
        CargoRow,
        CellRow,
        ClaimRow,
        CombinationRow,
        CompoundRow,
        ContextRow,
        ContradictionRow,
        CoreRow,
        DiseaseRow,
        EdgeRow,
        FactRow,
        GateRow,
        LandmarkRow,
        LaterEvidenceRow,
        MachineryRow,
        ObservationRow,
        ParameterRow,
        PartnerRow,
        PharmacokineticRow,
        SensitivityRow,
        SequenceRow,
        SetRow,
        SignalRow,
        TrialRow,
        XenograftRow,
    )
    from exportin.knowledge.search import evidence
    from exportin.knowledge.table import read_table

__all__ = [
    "AffinityRow",
    "CargoRow",
    "CellRow",
    "ClaimRow",
    "CombinationRow",
    "CompoundRow",
    "ContextRow",
    "ContradictionRow",
    "CoreRow",
    "DiseaseRow",
    "Distribution",
    "EdgeRow",
    "Evidence",
    "Fact",
    "FactRow",
    "GateRow",
    "LandmarkRow",
    "LaterEvidenceRow",
    "MachineryRow",
    "ObservationRow",
    "ParameterRow",
    "PartnerRow",
    "PharmacokineticRow",
    "Portrait",
    "ProteinSequence",
    "SensitivityRow",
    "SequenceRow",
    "SetRow",
    "SignalRow",
    "Source",
    "TrialRow",
    "XenograftRow",
    "dump",
    "evidence",
    "facts",
    "find_sequence",
    "human_proteins",
    "portray",
    "read_sources",
    "read_table",
    "sources",
]

_MODULES = {
    "catalogue": ("facts", "human_proteins", "sources"),
    "citation": ("Source", "read_sources"),
    "database": ("dump",),
    "distribution": ("Distribution",),
    "found": ("Evidence", "Fact"),
    "portrait": ("Portrait", "portray"),
    "protein_sequence": ("ProteinSequence", "find_sequence"),
    "search": ("evidence",),
    "table": ("read_table",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a name of this room at first use (PEP 562)."""
    import importlib

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    return getattr(importlib.import_module(f"{__name__}.{_HOME.get(name, 'schema')}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
