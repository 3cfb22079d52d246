"""Nuclear export signals: from a protein sequence to candidates, probabilities, pockets and mutants.

Names load when first used, so that importing this room costs nothing.

Examples
--------
>>> from exportin.nes import scan_nes
>>> scan_nes("MTDVETTYADFIASGRTGRRNAIHDILVSSASGNSNELALKLAGLDINKTEGEEDAQRSSTEQSGEAQGEAAKSES")[0].sequence
'LALKLAGLDI'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exportin.nes.hit import Hit, Hits
    from exportin.nes.scan import scan_nes

__all__ = ["Hit", "Hits", "scan_nes"]

_HOME = {"Hit": "hit", "Hits": "hit", "scan_nes": "scan"}


def __getattr__(name: str) -> object:
    """Import a name of this room at first use (PEP 562)."""
    import importlib

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
