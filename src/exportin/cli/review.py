"""The command that runs the review's claims."""

from __future__ import annotations

import json as json_format
from typing import TYPE_CHECKING, Annotated

import typer

from exportin.cli.options import Json, Out, Quiet, Seed, Workers

if TYPE_CHECKING:
    from exportin.review import Ledger

__all__ = ["run_review"]

Claims = Annotated[list[str] | None, typer.Argument(help="Claims such as C161; all of them where none is named.", show_default=False)]
Draws = Annotated[int | None, typer.Option("--draws", min=2, help="Draws of the parameters; fewer for a first look.")]
Cells = Annotated[int | None, typer.Option("--cells", min=1, help="Sister cells of each draw; fewer for a first look.")]
Taken = Annotated[str, typer.Option("--control", help="Negative control: inhibition, p53, labels or contexts.")]
Accept = Annotated[bool, typer.Option("--accept", help="Accept these verdicts: write them to the table that later runs are held to.")]
Anew = Annotated[bool, typer.Option("--anew", help="Compute every experiment anew, whatever is kept.")]


def run_review(
    claims: Claims = None,
    out: Out = None,
    draws: Draws = None,
    cells: Cells = None,
    seed: Seed = 0,
    control: Taken = "",
    accept: Accept = False,
    anew: Anew = False,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run the claims of the review as experiments, and say what became of each.

    Exits with 1 where a validation claim that was accepted as supported is so no longer.

    Example: exportin review C161
    Example: exportin review --out out/ledger
    """
    from exportin.review.accepting import accept_verdicts, refuse_other_population
    from exportin.review.bench import CELLS, DRAWS
    from exportin.review.judge_claims import ledger
    from exportin.review.told import tell
    from exportin.review.written import write_ledger

    usual = (draws in (None, DRAWS), cells in (None, CELLS), seed == 0, not control)
    if accept:
        refuse_other_population(usual=all(usual))
    found = ledger(
        *(claims or ()), draws=draws or DRAWS, cells=cells or CELLS, seed=seed, control=control,
        workers=workers, progress=not quiet, anew=anew,
    )  # fmt: skip
    if out is not None:
        write_ledger(found, out)
    typer.echo(json_format.dumps(found.to_dict(), indent=1) if json else tell(found))
    if out is not None and not quiet:
        typer.echo(f"Wrote {out / 'ledger.html'} and the figures beside it.", err=True)
    if accept:
        typer.echo(f"exportin: {accept_verdicts(found)}", err=True)
    elif all(usual):
        _tell_lost(found)


def _tell_lost(found: Ledger) -> None:
    """Say which verdicts are not the accepted ones, and leave with 1 where a supported validation claim is lost."""
    changed = [entry for entry in found.changed if not entry.lost]
    if changed:
        told = ", ".join(f"{entry.claim.id} ({entry.verdict})" for entry in changed)
        typer.echo(f"exportin: not as accepted: {told}; if that is meant, accept it with --accept.", err=True)
    if found.lost:
        told = ", ".join(f"{entry.claim.id} ({entry.verdict})" for entry in found.lost)
        typer.echo(f"exportin: supported when accepted and no longer: {told}; look at what changed, or accept it with --accept.", err=True)
        raise typer.Exit(1)
