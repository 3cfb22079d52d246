"""The command about one cargo: what is known of it, and what its sequence predicts."""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exportin.cli.options import Json, Quiet, Seed

if TYPE_CHECKING:
    from exportin.knowledge.portrait import Portrait
    from exportin.nes.cargo import CargoPredictions

__all__ = ["cargo"]

_MOST_MODELLED = 5  # proteins whose nuclear share is simulated unless the user asks for more
_LEAST_LETTERS = 8  # of a sequence; fewer are a name

Given = Annotated[str, typer.Argument(help="A symbol, name or accession; or a sequence, a FASTA file, or '-' for standard input.")]


def cargo(
    given: Given = "",
    table1: Annotated[bool, typer.Option("--table1", help="How many names Table 1 of the review has, and which stand twice.")] = False,
    predict: Annotated[bool, typer.Option("--predict", help="Predict from the sequence too, of a cargo that the tables know.")] = False,
    model: Annotated[bool, typer.Option("--model/--no-model", help="Whether N/C is simulated (up to five proteins).")] = True,
    cell: Annotated[str, typer.Option("--cell", help="Cell context of the simulation.")] = "HeLa",
    drug: Annotated[str, typer.Option("--drug", help="Inhibitor of the simulation.")] = "leptomycin B",
    dose: Annotated[str, typer.Option("--dose", help="Its concentration.")] = "50 nM",
    hours: Annotated[float, typer.Option("--hours", min=0.1, help="Hours under the inhibitor.")] = 4.0,
    draws: Annotated[int, typer.Option("--draws", min=2, help="Draws of the parameters.")] = 200,
    seed: Seed = 0,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """What is known of a cargo of XPO1; or, of a sequence, whether it is one, by which signal, and how far an inhibitor moves it.

    Example: exportin cargo TP53
    Example: exportin cargo TP53 --predict
    Example: exportin cargo my-protein.fasta
    Example: exportin cargo --table1
    """
    from exportin.errors import UnknownName
    from exportin.knowledge.portrait import count_table1, portray

    if bool(given) == table1:
        raise typer.BadParameter("give either a cargo or a sequence, such as TP53, or --table1.")
    if table1:
        _tell(count_table1(), json)
        return
    try:
        portrait = None if _is_sequence(given) else portray(given)
    except UnknownName:
        if not _may_be_sequence(given):
            raise
        portrait = None
    if portrait is not None and not predict:
        _tell(portrait, json)
        return
    settings = {"cell": cell, "drug": drug, "dose": dose, "hours": hours, "draws": draws, "seed": seed}
    _predict(given, portrait, settings if model else None, json, quiet)


def _tell(found: Any, json: bool) -> None:
    typer.echo(json_format.dumps(found.to_dict(), indent=1) if json else str(found))


def _is_sequence(given: str) -> bool:
    """Whether it cannot be a name."""
    return given == "-" or given.lstrip().startswith(">") or _is_file(given)


def _may_be_sequence(given: str) -> bool:
    letters = given.strip()
    return len(letters) >= _LEAST_LETTERS and letters.isalpha()


def _is_file(given: str) -> bool:
    try:
        return Path(given).is_file()
    except OSError:
        return False


def _predict(given: str, portrait: Portrait | None, settings: dict[str, Any] | None, json: bool, quiet: bool) -> None:
    from exportin.experiment.from_sequence import predict_partition
    from exportin.nes.cargo import predict_records
    from exportin.nes.given import read_given
    from exportin.nes.known import annotate
    from exportin.nes.records import Record

    source: Any = sys.stdin.buffer if given == "-" else given
    read = list(read_given(source))
    records = [one for one in read if isinstance(one, Record)]
    found = predict_records(read)
    partitions = []
    if settings is not None and len(records) <= _MOST_MODELLED:
        for record, one in zip(records, found, strict=True):
            best = annotate(one.best, record) if one.best else None
            partitions.append(predict_partition(best, record, **settings))
    elif settings is not None and not quiet:
        typer.echo(f"exportin: N/C is simulated for at most {_MOST_MODELLED} proteins at a time; {len(records)} were given.", err=True)
    if json:
        told = found.to_dict() | {"partitions": [one.to_dict() for one in partitions]}
        typer.echo(json_format.dumps(told if portrait is None else told | {"portrait": portrait.to_dict()}, indent=1))
    else:
        typer.echo("\n\n".join([*([str(portrait), "predicted from the sequence"] if portrait else []), str(found), *map(str, partitions)]))
    _finish(found)


def _finish(found: CargoPredictions) -> None:
    """Tell what was left out; then the end is 1."""
    for one in found.left_out:
        typer.echo(f"exportin: left out: {one}", err=True)
    if found.left_out:
        raise typer.Exit(1)
