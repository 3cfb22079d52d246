"""The accepted verdicts: a table in the repository that changes on purpose only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from exportin.errors import BadQuantity, OutputExists
from exportin.kept_files import move_into
from exportin.knowledge import facts
from exportin.review import tables

if TYPE_CHECKING:
    from exportin.review.book import Ledger

_TOLD = 20  # of what changed

__all__ = ["accept_verdicts", "refuse_other_population"]


def refuse_other_population(*, usual: bool) -> None:
    """Refuse to accept verdicts of another population, another seed or a negative control.

    Raises
    ------
    BadQuantity
    """
    if not usual:
        raise BadQuantity("--accept goes with the usual population; leave --draws, --cells, --seed and --control out.")


def accept_verdicts(found: Ledger, path: Path | None = None) -> str:
    """Write the verdicts of a ledger into the table; claims that it does not hold keep theirs.

    Returns
    -------
    told : str
        What changed.

    Raises
    ------
    OutputExists
        If the table cannot be written, as where the package is not a checkout of the repository.
    """
    from exportin.knowledge.table import read_table
    from exportin.review.schema import AcceptedRow

    target = path or tables.ACCEPTED
    held = {row.claim: row.verdict for row in read_table(target, AcceptedRow)} if target.exists() else {}
    changed = [entry for entry in found if held.get(entry.claim.id) != entry.verdict]
    held |= {entry.claim.id: entry.verdict for entry in found}
    lines = ["claim\tverdict", *(f"{row.id}\t{held[row.id]}" for row in facts("claims") if row.id in held)]
    _replace(target, "\n".join(lines) + "\n")
    tables.forget_accepted()
    if not changed:
        return "all verdicts are as accepted already."
    told = ", ".join(f"{entry.claim.id} {entry.verdict}" for entry in changed[:_TOLD])
    rest = f" and {len(changed) - _TOLD} more" if len(changed) > _TOLD else ""
    return f"accepted: {told}{rest}."


def _replace(target: Path, text: str) -> None:
    try:
        move_into(target.parent, target.name, text.encode())
    except OSError as error:
        told = f"{str(target)!r} cannot be written ({error.strerror}); accept verdicts in a checkout of the repository."
        raise OutputExists(told) from error
