"""Commands on patients: virtual trials, schedules, survival, and concentrations over time."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Annotated

import typer

from exportin.cli.options import Json, Out, Quiet, Seed, Workers

__all__ = ["nca", "schedule", "survival", "trial"]

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


def trial(
    file: Annotated[Path, typer.Argument(help="A trial file (YAML).")],
    out: Out = None,
    draws: Annotated[int | None, typer.Option("--draws", min=1, help="Draws of the cell model, in place of the file's.")] = None,
    replicates: Annotated[int | None, typer.Option("--replicates", min=1, help="Runs of each draw, in place of the file's.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the patients, in place of the file's.")] = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a virtual trial: response, progression, survival, adverse events, with bands, beside what is published.

    With --out the patients are kept in the folder, and the same command goes on after an interruption.

    Example: exportin trial examples/trials/storm.yaml --out out/storm
    """
    from exportin.cohort.trial.file import read_trial
    from exportin.cohort.trial.run import trial as run_trial
    from exportin.cohort.trial.written import PATIENTS, write_trial
    from exportin.result import refuse_other_content

    plan = read_trial(file)
    if not quiet:
        for note in plan.notes:
            typer.echo(f"exportin: {note}.", err=True)
    folder = None
    if out is not None:  # refused before anything is computed
        refuse_other_content(out, PATIENTS)
        folder = out / PATIENTS
    options = {"draws": draws, "replicates": replicates, "seed": seed, "workers": workers, "folder": folder, "progress": not quiet}
    found = run_trial(plan, **options)  # pyright: ignore[reportArgumentType]
    if out is not None:
        write_trial(found, out, kept=True)
    typer.echo(json_format.dumps(found.to_dict(), indent=1) if json else str(found))
    if out is not None and not quiet:
        typer.echo(f"Wrote {out} with its figures and the data behind them.", err=True)


def schedule(
    disease: Annotated[str, typer.Argument(help="A disease, such as 'refractory myeloma'.")],
    drug: Annotated[str, typer.Argument(help="A drug by mouth with pharmacokinetics.")] = "selinexor",
    doses: Annotated[str, typer.Option("--doses", help="With commas.")] = "20 mg, 40 mg, 60 mg, 80 mg, 100 mg",
    days: Annotated[str, typer.Option("--days", help="Sets of days of the week, with semicolons.")] = "day 1; days 1,3; days 1,3,5",
    benefit: Annotated[str, typer.Option("--benefit", help="Outcome that is wanted.")] = "response",
    limit: Annotated[list[str] | None, typer.Option("--limit", help="Such as 'thrombocytopenia grade 3 < 40 %'; may be repeated.")] = None,
    patients: Annotated[int, typer.Option("--patients", min=1, help="Of each schedule.")] = 300,
    weeks: Annotated[int, typer.Option("--weeks", min=1, help="Length.")] = 26,
    rules: Annotated[bool, typer.Option("--rules/--no-rules", help="Hold doses while counts are low, by the label's rules.")] = True,
    draws: Annotated[int, typer.Option("--draws", min=1, help="Draws of the cell model.")] = 8,
    out: Out = None,
    seed: Seed = 0,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Search dose and days under limits of toxicity, and show the trade-off.

    Example: exportin schedule DLBCL --limit 'thrombocytopenia grade 3 < 40 %' --out out/schedule
    """
    from exportin.cohort.schedule.search import LIMITS, schedules
    from exportin.cohort.schedule.written import write_schedules
    from exportin.result import refuse_other_content

    if out is not None:
        refuse_other_content(out)
    offered = {"doses": _listed(doses, ","), "days": _listed(days, ";"), "limits": limit or list(LIMITS), "benefit": benefit}
    sizes = {"patients": patients, "weeks": weeks, "rules": rules, "draws": draws, "seed": seed, "workers": workers}
    found = schedules(disease, drug, **offered, **sizes, progress=not quiet)  # pyright: ignore[reportArgumentType]
    if out is not None:
        write_schedules(found, out, seed)
    typer.echo(json_format.dumps(found.to_dict(), indent=1) if json else str(found))
    if out is not None and not quiet:
        typer.echo(f"Wrote {out} with its figure and the data behind it.", err=True)


def _listed(text: str, mark: str) -> list[str]:
    return [one.strip() for one in text.split(mark) if one.strip()]
