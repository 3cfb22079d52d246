"""Commands on what drugs do to cells: curves over dose, and two drugs together."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Annotated, Any

import typer

from exportin.cli.options import Json, Out, Quiet, Seed, Workers

__all__ = ["combine", "dose_response"]

TABLES = (".csv", ".tsv", ".txt", ".tab")

Source = Annotated[str, typer.Argument(help="A cell context, such as OCI-AML3, or a table of wells (.csv, .tsv, .txt).")]
Observed = Annotated[str, typer.Option("--observe", help="For a cell: viability or apoptotic_fraction.")]
Until = Annotated[str, typer.Option("--until", help="For a cell: how long, such as '72 h'.")]
Cells = Annotated[int, typer.Option("--cells", min=1, help="For a cell: sister cells.")]
Draws = Annotated[int, typer.Option("--draws", min=1, help="For a cell: draws of the parameters.")]
PerDecade = Annotated[int, typer.Option("--per-decade", min=1, help="For a cell: doses a tenfold.")]
Response = Annotated[str | None, typer.Option("--response", help="For a table: viability or inhibition, where its column does not say.")]
Scale = Annotated[str | None, typer.Option("--scale", help="For a table: percent or fraction, where the values do not say.")]
Unit = Annotated[str | None, typer.Option("--unit", help="For a table: unit of the doses, where no column says.")]


def dose_response(
    source: Source,
    drug: Annotated[str | None, typer.Argument(help="For a cell: the drug.")] = None,
    doses: Annotated[str, typer.Option("--doses", help="For a cell: a range, or doses with commas.")] = "1 nM to 10 uM",
    observe: Observed = "viability",
    until: Until = "72 h",
    cells: Cells = 24,
    draws: Draws = 1,
    per_decade: PerDecade = 3,
    response: Response = None,
    scale: Scale = None,
    unit: Unit = None,
    divisions: Annotated[float | None, typer.Option("--divisions", help="For a table: doublings of untreated cells in the assay.")] = None,
    out: Out = None,
    seed: Seed = 0,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Curves over dose, with EC50, slope, maximum and growth-rate metrics: predicted for a cell, or fitted to a table.

    Example: exportin dose-response OCI-AML3 KPT-185 --observe apoptotic_fraction --draws 20
    Example: exportin dose-response plate.csv --response viability --out out/plate
    """
    from exportin.analysis.response.dose_response import dose_response as find_curves

    if _is_table(source):
        found = find_curves(source, response=response, scale=scale, unit=unit, divisions=divisions, seed=seed)
    else:
        listed = _doses(doses)
        options: dict[str, Any] = {"doses": listed, "observe": observe, "until": until, "cells": cells, "draws": draws}
        options |= {"per_decade": per_decade, "seed": seed, "workers": workers, "progress": not quiet}
        found = (find_curves(_cell(source), _drug(drug, "drug", "KPT-185"), **options),)
    if out is not None:
        from exportin.analysis.written import write_responses

        write_responses(found, out, seed)
    _tell([one.to_dict() for one in found], "\n\n".join(map(str, found)), json=json, out=out, quiet=quiet)


def combine(
    source: Source,
    first: Annotated[str | None, typer.Argument(help="For a cell: one drug.")] = None,
    second: Annotated[str | None, typer.Argument(help="For a cell: the other drug.")] = None,
    first_doses: Annotated[str, typer.Option("--first-doses", help="For a cell: a range, or doses with commas.")] = "10 nM to 1 uM",
    second_doses: Annotated[str, typer.Option("--second-doses", help="For a cell: a range, or doses with commas.")] = "100 nM to 10 uM",
    first_times: Annotated[str, typer.Option("--first-times", help="For a cell: when it is there, such as '0 h to 24 h'.")] = "0 h",
    second_times: Annotated[str, typer.Option("--second-times", help="For a cell: when it is there, such as '24 h'.")] = "0 h",
    observe: Observed = "viability",
    until: Until = "72 h",
    cells: Cells = 24,
    draws: Draws = 1,
    per_decade: PerDecade = 3,
    response: Response = None,
    scale: Scale = None,
    unit: Unit = None,
    block: Annotated[str | None, typer.Option("--block", help="For a table: which block, where it has several.")] = None,
    out: Out = None,
    seed: Seed = 0,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Two drugs together, scored by HSA, Bliss, Loewe, ZIP, combination index and MuSyC: predicted for a cell, or of a table.

    Example: exportin combine OCI-AML3 KPT-185 Nutlin-3a --observe apoptotic_fraction --draws 20
    Example: exportin combine synergyfinder.csv --response inhibition --out out/pair
    """
    from exportin.analysis.combination.predicted import combine as predict
    from exportin.analysis.combination.synergy import synergy

    if _is_table(source):
        found = synergy(source, response=response, scale=scale, unit=unit, block=block, seed=seed)
    else:
        options: dict[str, Any] = {"first_doses": _doses(first_doses), "second_doses": _doses(second_doses)}
        options |= {"first_times": _times(first_times), "second_times": _times(second_times), "observe": observe, "until": until}
        options |= {"cells": cells, "draws": draws, "per_decade": per_decade, "seed": seed, "workers": workers, "progress": not quiet}
        drugs = _drug(first, "first", "KPT-185"), _drug(second, "second", "Nutlin-3a")
        found = predict(_cell(source), *drugs, **options)
    if out is not None:
        from exportin.analysis.written import write_combination

        write_combination(found, out, seed)
    _tell(found.to_dict(), str(found), json=json, out=out, quiet=quiet)


def _is_table(source: str) -> bool:
    return Path(source).suffix.lower() in TABLES


def _cell(name: str):
    from exportin.network.cell import cell

    return cell(name)


def _drug(given: str | None, name: str, example: str) -> str:
    from exportin.errors import BadQuantity

    if given is None:
        raise BadQuantity(f"{name}: a cell alone says nothing; give a drug after it, for example {example}.")
    return given


def _doses(text: str) -> str | list[str]:
    return [one.strip() for one in text.split(",")] if "," in text or " to " not in text else text


def _times(text: str) -> tuple[str, str | None]:
    start, _, stop = text.partition(" to ")
    return start.strip(), stop.strip() or None


def _tell(data: Any, text: str, *, json: bool, out: Path | None, quiet: bool) -> None:
    typer.echo(json_format.dumps(data, indent=1) if json else text)
    if out is not None and not quiet:
        typer.echo(f"Wrote {out} with its figures and the data behind them.", err=True)
