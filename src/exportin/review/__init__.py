"""The review as experiments: every claim with a method, a verdict and what shows it.

Names load when first used, so that importing this room costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exportin.review.book import Entry, Ledger
    from exportin.review.judge_claims import ledger

__all__ = ["Entry", "Ledger", "ledger"]


def __getattr__(name: str) -> object:
    """Import a name of this room at first use (PEP 562)."""
    import importlib

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    home = "judge_claims" if name == "ledger" else "book"
    return getattr(importlib.import_module(f"exportin.review.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
