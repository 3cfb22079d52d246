"""Commands on patients: survival, and concentrations over time."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Annotated

import typer

from exportin.cli.options import Json, Out, Quiet

__all__ = ["nca", "survival"]

Column = Annotated[str | None, typer.Option(help="Name of its column, where the heading does not say.")]


def survival(
    table: Annotated[Path, typer.Argument(help="A table with a subject a line, or with --at-risk the points of a published curve.")],
    time: Column = None,
    event: Column = None,
    arm: Column = None,
    covariates: Annotated[str, typer.Option("--covariates", help="Columns of Cox's model, with commas.")] = "",
    at_risk: Annotated[Path | None, typer.Option("--at-risk", help="Numbers at risk (time, at_risk), to rebuild a curve.")] = None,
    events: Annotated[int | None, typer.Option("--events", min=1, help="With --at-risk: printed number of events.")] = None,
    unit: Annotated[str, typer.Option("--unit", help="Of the times, for the figure.")] = "",
    out: Out = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Kaplan-Meier curves, log-rank test and Cox's model of a table, or of subjects rebuilt from a published curve.

    Example: exportin survival trial.csv --arm arm --covariates age,sex --out out/trial
    Example: exportin survival curve.csv --at-risk risk.csv --events 97
    """
    from exportin.cohort.survival.estimate import survival as estimate
    from exportin.cohort.survival.published import read_published

    if at_risk is None:
        listed = [one.strip() for one in covariates.split(",") if one.strip()]
        found, rebuilt = estimate(table, time=time, event=event, arm=arm, covariates=listed), None
    else:
        rebuilt = read_published(table, at_risk, events=events)
        found = estimate(rebuilt.table)
    if out is not None:
        from exportin.cohort.survival.written import write_survival

        write_survival(found, out, unit)
    told = str(found) if rebuilt is None else f"{rebuilt}\n{found}"
    data = found.to_dict() if rebuilt is None else {"rebuilt": rebuilt.to_dict(), **found.to_dict()}
    typer.echo(json_format.dumps(data, indent=1) if json else told)
    if out is not None and not quiet:
        typer.echo(f"Wrote {out} with its figure and the data behind it.", err=True)


def nca(
    table: Annotated[Path, typer.Argument(help="A table with ID, TIME, DV (or CONC) and DOSE.")],
    dose: Annotated[float | None, typer.Option("--dose", help="Dose of every subject, where no column says.")] = None,
    time_unit: Annotated[str, typer.Option("--time-unit", help="Of the times.")] = "h",
    json: Json = False,
) -> None:
    """Non-compartmental analysis of concentrations after one dose: areas, half-life, clearance.

    Example: exportin nca plasma.csv --dose 80
    """
    from exportin.pharmacology.nca import read_profiles

    found = read_profiles(table, dose=dose, time_unit=time_unit)
    typer.echo(json_format.dumps([one.to_dict() for one in found], indent=1) if json else "\n".join(map(str, found)))
