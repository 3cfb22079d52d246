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
    from exportin.knowledge.catalogue import Evidence, evidence, facts, sources
    from exportin.knowledge.citation import Source, read_sources
    from exportin.knowledge.distribution import Distribution
    from exportin.knowledge.schema import (
        CargoRow,
        CellRow,
        CompoundRow,
        ContextRow,
        FactRow,
        LandmarkRow,
        MachineryRow,
        ObservationRow,
        ParameterRow,
        SetRow,
    )
    from exportin.knowledge.table import read_table

__all__ = [
    "CargoRow",
    "CellRow",
    "CompoundRow",
    "ContextRow",
    "Distribution",
    "Evidence",
    "FactRow",
    "LandmarkRow",
    "MachineryRow",
    "ObservationRow",
    "ParameterRow",
    "SetRow",
    "Source",
    "evidence",
    "facts",
    "read_sources",
    "read_table",
    "sources",
]

_MODULES = {
    "catalogue": ("Evidence", "evidence", "facts", "sources"),
    "citation": ("Source", "read_sources"),
    "distribution": ("Distribution",),
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
