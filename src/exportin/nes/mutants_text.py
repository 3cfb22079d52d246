"""Mutants of a signal as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exportin.nes.mutants import Mutants
    from exportin.nes.variants import Mutation

__all__ = ["mutant_lines", "write_mutants"]

_STRONGEST = 10


def write_mutants(found: Mutants) -> str:
    """The signal, what was asked for, the alanines that silence it, and the strongest single substitutions."""
    return "\n".join(_lines(found))


def _lines(found: Mutants) -> Iterator[str]:
    wild = found.wild
    pockets = " ".join(f"{phi}={anchor}" for phi, anchor in wild.pockets.items())
    yield f"{found.record.name} {wild.start}-{wild.end} {wild.sequence}, pattern {wild.pattern}, {pockets}"
    yield f"probability {wild.probability:.3f} that it is a signal, if the protein is a cargo"
    if found.given:
        yield from ["", "asked for", *map(_line, found.given)]
    yield ""
    if found.silencing:
        count = len(found.silencing[0].changes)
        yield f"fewest alanines that silence it: {count}"
        yield from map(_line, found.silencing)
    else:
        yield "no set of up to five alanines in the core silences it by this score"
    falls = sorted(found.single, key=lambda one: (not one.lost, one.change))
    lost = [one for one in falls if one.lost]
    yield ""
    yield f"single substitutions: {len(falls)}, of which {len(lost)} leave no pattern; the strongest of the others"
    yield from map(_line, falls[len(lost) : len(lost) + _STRONGEST])


def _line(one: Mutation) -> str:
    told = "no pattern left" if one.lost else f"{one.probability:.3f} (log odds {one.change:+.2f})"
    return f"  {one.short:24} {one.name:44} {told}"


def mutant_lines(found: Mutants) -> Iterator[str]:
    """Tab-separated values: every mutation that was scored."""
    yield "\t".join(("record", "kind", "name", "short", "probability", "change", "lost"))
    for kind in ("given", "silencing", "single"):
        for one in getattr(found, kind):
            change = "" if one.lost else f"{one.change:.4f}"
            fields = (found.record.name, kind, one.name, one.short, f"{one.probability:.4f}", change, str(one.lost).lower())
            yield "\t".join(fields)
