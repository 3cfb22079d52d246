"""The command about one cargo: what is known of it, and what its sequence predicts."""

from __future__ import annotations

import json as json_format
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exportin.cli.nes_stream import finish
from exportin.cli.options import Json, Quiet, Seed

if TYPE_CHECKING:
    from exportin.knowledge.portrait import Portrait

__all__ = ["cargo"]

_MOST_MODELLED = 5  # proteins whose nuclear share is simulated unless the user asks for more

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
    from exportin.knowledge.portrait import count_table1, portray

    if bool(given) == table1:
        raise typer.BadParameter("give either a cargo or a sequence, such as TP53, or --table1.")
    settings = {"cell": cell, "drug": drug, "dose": dose, "hours": hours, "draws": draws, "seed": seed}
    portrait = None if table1 or _is_sequence(given) else portray(given)
    if predict or (portrait is None and not table1):
        if not model:
            _refuse_idle(settings, "--no-model leaves out N/C")
        _predict(given, portrait, settings if model else None, json, quiet)
        return
    _refuse_idle(settings | {"model": model}, "nothing is predicted; add --predict")
    _tell(count_table1() if portrait is None else portrait, json)


def _refuse_idle(settings: dict[str, Any], why: str) -> None:
    """Refuse options of a prediction that is not made."""
    usual = {"cell": "HeLa", "drug": "leptomycin B", "dose": "50 nM", "hours": 4.0, "draws": 200, "seed": 0, "model": True}
    idle = [f"--{name}" if name != "model" else "--no-model" for name, value in settings.items() if value != usual[name]]
    if idle:
        raise typer.BadParameter(f"{', '.join(idle)} cannot count: {why}.")


def _tell(found: Any, json: bool) -> None:
    typer.echo(json_format.dumps(found.to_dict(), indent=1) if json else str(found))


def _is_sequence(given: str) -> bool:
    """Whether it is to be read rather than looked up: no name of a cargo, yet a file, FASTA, or residues."""
    from exportin.errors import UnknownName
    from exportin.knowledge.portrait import portray
    from exportin.nes.given import is_no_name

    if given == "-":
        return True
    try:
        portray(given)
    except UnknownName:
        return is_no_name(given)
    return False


def _predict(given: str, portrait: Portrait | None, settings: dict[str, Any] | None, json: bool, quiet: bool) -> None:
    from exportin.experiment.from_sequence import choose_signal, predict_partition
    from exportin.nes.cargo import predict_records
    from exportin.nes.given import read_given
    from exportin.nes.known import annotate
    from exportin.nes.records import Record
    from exportin.nes.scan import scan_records

    source: Any = sys.stdin.buffer if given == "-" else given
    read = list(read_given(source))
    records = [one for one in read if isinstance(one, Record)]
    found = predict_records(read)
    partitions = []
    if settings is not None and len(records) <= _MOST_MODELLED:
        for record, hits in scan_records(records):
            chosen = choose_signal([annotate(hit, record) for hit in hits], record)
            partitions.append(predict_partition(chosen, record, **settings))
    elif settings is not None and not quiet:
        typer.echo(f"exportin: N/C is simulated for at most {_MOST_MODELLED} proteins at a time; {len(records)} were given.", err=True)
    if json:
        told = found.to_dict() | {"partitions": [one.to_dict() for one in partitions]}
        typer.echo(json_format.dumps(told if portrait is None else told | {"portrait": portrait.to_dict()}, indent=1))
    else:
        typer.echo("\n\n".join([*([str(portrait), "predicted from the sequence"] if portrait else []), str(found), *map(str, partitions)]))
    finish([(one.name, len(one.letters), one.notes) for one in records], found.left_out, quiet)
