"""The ledger as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportin.knowledge import sources
from exportin.review.shown import told_effect

if TYPE_CHECKING:
    from exportin.review.book import Entry, Ledger

__all__ = ["tell", "tell_entry"]

_FEW = 5
_BAR = 20


def tell(found: Ledger) -> str:
    """A few claims whole; of many a line each, and the count of verdicts."""
    if len(found) <= _FEW:
        return "\n\n".join(tell_entry(entry) for entry in found)
    lines = [f"{one.claim.id}  {one.claim.role:11}  {one.verdict:26}  {one.claim.says}" for one in found]
    return "\n".join([*lines, "", str(found)])


def tell_entry(entry: Entry) -> str:
    """Everything of one claim: what it says, how it was judged, what came out, and on what it rests."""
    claim = entry.claim
    lines = [f"{claim.id} ({claim.section}; {claim.role}): {claim.says}", f"  verdict: {entry.verdict}", f"  method: {entry.method}"]
    lines += [f"  expected: {entry.expected}", f"  observed: {entry.observed}"]
    if entry.method == "statistic" and entry.interval is not None:
        lines.append(f"  95 % interval: {entry.interval[0]:.2g} to {entry.interval[1]:.2g}")
    for part in entry.parts:
        share = part.effect.share
        bar = "-" * _BAR if share != share else ("#" * round(_BAR * share)).ljust(_BAR, ".")
        lines.append(f"    [{bar}] {part.contrast}: {told_effect(part.effect)}")
    if entry.planned is not None:
        lines += ["  experiment:", *(f"    {line}" for line in entry.planned.text.splitlines())]
    lines += [f"  fact: {row.names[0]} [{', '.join(row.sources)}]" for row in entry.rows[:12]]
    lines += [f"  with {one.hypothesis} = {one.choice}: {one.verdict}; {one.observed}" for one in entry.readings]
    lines += [f"  contradiction {row.id} ({row.kind}): {row.says.rstrip('.')}: {row.problem}" for row in entry.contradictions]
    lines += [f"  note: {note}" for note in entry.notes]
    lines += [f"  [{key}] {sources()[key]}" for key in claim.sources]
    return "\n".join(lines)
