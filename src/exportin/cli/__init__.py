"""The command line: parse, call one function, print. Data on stdout, progress and errors on stderr.

Exit codes: 0 done, 1 a finding, 2 bad input with one sentence that says what to do, 130 interrupted.
"""

from __future__ import annotations

import json as json_format
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from exportin.cli.cargo import cargo
from exportin.cli.drugs import combine, dose_response
from exportin.cli.facts import evidence
from exportin.cli.nes import find_signals
from exportin.cli.options import Json, Quiet
from exportin.cli.patients import nca, schedule, survival, trial
from exportin.cli.review import run_review
from exportin.errors import ExportinError

__all__ = ["main"]

_INTERRUPTED = 130
_NO_CELLS = {  # what is left out and is no failure
    "not alive": "are dead before any drug and belong to no population",
    "no reference": "have numbers with which no untreated cell is at rest",
}

app = typer.Typer(
    name="exportin",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
model_app = typer.Typer(help="Show, check or export the model.", no_args_is_help=True)
app.add_typer(model_app, name="model")
app.command("dose-response")(dose_response)
app.command("combine")(combine)
app.command("schedule")(schedule)
app.command("trial")(trial)
app.command("survival")(survival)
app.command("nca")(nca)
app.command("review")(run_review)
app.command("evidence")(evidence)
app.command("cargo")(cargo)
app.command("nes")(find_signals)


def _tell_version(asked: bool) -> None:
    if asked:
        from exportin import __version__

        typer.echo(f"exportin {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """The XPO1 (CRM1) nuclear-export system: from an exposure to relocated cargoes. Research use only."""


@app.command()
def run(
    scenario: Annotated[Path, typer.Argument(help="A scenario file (YAML).")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the results: new, empty, or an earlier result.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed, in place of the scenario's.")] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Threads; by default one a processor.")] = None,
    chunk: Annotated[str | None, typer.Option("--chunk", help="Part i/n of the runs only, for job arrays that share --out.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simulate a scenario and write its results and report.

    Example: exportin run examples/selinexor-npm1-aml.yaml --out out/selinexor
    """
    from exportin.experiment.run import Unfinished, run_scenario

    result = run_scenario(scenario, out, seed=seed, progress=not quiet, workers=workers, part=chunk)
    if isinstance(result, Unfinished):
        told = f"Part {chunk} is done; {len(result.missing)} of {result.chunks} chunks are left to the other parts."
        typer.echo(json_format.dumps({"missing": [one.number for one in result.missing], "chunks": result.chunks}) if json else told)
        return
    typer.echo(json_format.dumps(result.to_dict(), indent=1) if json else str(result.summary()))
    if out is not None and not quiet:
        typer.echo(f"Wrote {out / 'report.html'} and the data behind it.", err=True)
    for one in result.provenance["exposures"]:
        if "beyond" in one and not quiet:
            typer.echo(f"exportin: {one['beyond']}.", err=True)
    lost = dict(result.left_out)
    for what, told in _NO_CELLS.items():
        if (count := lost.pop(what, 0)) and not quiet:
            typer.echo(f"exportin: {count} cells {told}; they are left out.", err=True)
    if lost:
        told = ", ".join(f"{count} {what}" for what, count in lost.items())
        typer.echo(f"exportin: {sum(lost.values())} runs could not be computed and are left out ({told}).", err=True)
        raise typer.Exit(1)


@app.command()
def fit(
    problem: Annotated[Path, typer.Argument(help="A problem file (YAML): a model, data, and what is to be estimated.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the results: new, empty, or an earlier fit.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the starting points, in place of the file's.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit a model to measured time courses: rates with 95 % intervals, and what the data leave open.

    Example: exportin fit examples/stat5/cycling.yaml --out out/stat5
    """
    from exportin.analysis.estimate import fit_problem

    found = fit_problem(problem, out, seed=seed)
    typer.echo(json_format.dumps(found.to_dict(), indent=1) if json else str(found))
    if out is not None and not quiet:
        typer.echo(f"Wrote {out / 'fit.json'} and the figure beside it.", err=True)


Context = Annotated[str, typer.Option("--cell", help="Cell context.")]
Named = Annotated[str, typer.Argument(help="'cell' (the whole export cycle) or 'ran_core'.")]


@model_app.command("show")
def model_show(name: Named = "cell", cell: Context = "HeLa", json: Json = False) -> None:
    """Print the model: its processes, and each number with unit, grade and source."""
    from exportin.network import show

    model = _model(name, cell)
    typer.echo(json_format.dumps(show.describe(model), indent=1) if json else show.write(model))


@model_app.command("export")
def model_export(
    name: Named = "cell",
    cell: Context = "HeLa",
    language: Annotated[str, typer.Option("--format", help="'sbml' or 'antimony'.")] = "sbml",
    out: Annotated[Path | None, typer.Option("--out", help="File to write; by default stdout.")] = None,
) -> None:
    """Write the model as SBML L3V2 (annotated) or Antimony."""
    from exportin.errors import OutputExists, UnknownName

    writers = {"sbml": lambda: _model(name, cell).to_sbml(), "antimony": lambda: _model(name, cell).to_antimony()}
    if language not in writers:
        raise UnknownName("format", language, writers)
    if out is not None and out.exists():
        raise OutputExists(f"{str(out)!r} exists; give the name of a new file.")
    text = writers[language]()
    if out is None:
        typer.echo(text)
    else:
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputExists(f"nothing can be written to {str(out)!r} ({error.strerror}); give another file.") from error


@model_app.command("check")
def model_check(json: Json = False) -> None:
    """Check every model that the tables can make, and show its landmarks beside published figures."""
    from exportin.errors import BadNetwork, BadTable
    from exportin.experiment.landmarks import write_landmarks
    from exportin.network.check import check_everything

    try:
        lines = check_everything()
    except (BadNetwork, BadTable) as finding:
        typer.echo(f"exportin: {finding}", err=True)
        raise typer.Exit(1) from finding
    lines += write_landmarks()
    typer.echo(json_format.dumps(lines, indent=1) if json else "\n".join(lines))


def _model(name: str, cell: str):
    from exportin.network.cell import cell as find_cell
    from exportin.network.model import model

    return model(name, cell=find_cell(cell))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Entry point of the ``exportin`` command. A request to end is treated like Ctrl-C, so that both clean up."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = app(standalone_mode=False)
    except ExportinError as error:
        typer.echo(f"exportin: {error}", err=True)
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        code = _INTERRUPTED
    except Exception as error:
        tell = getattr(error, "format_message", None)  # a usage error of the command line itself
        if tell is None:
            raise
        typer.echo(f"exportin: {tell()} See 'exportin --help'.", err=True)
        sys.exit(2)
    if code == _INTERRUPTED:
        kept = "what a run folder already holds is kept, and the same command goes on"
        typer.echo(f"exportin: interrupted; nothing was written under the final name ({kept}).", err=True)
    sys.exit(code or 0)
