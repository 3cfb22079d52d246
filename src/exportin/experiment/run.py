"""Run a scenario file and write everything that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exportin.errors import BadQuantity
from exportin.experiment.ensemble import compute_part, in_memory
from exportin.experiment.scenario import Scenario, read_scenario
from exportin.experiment.simulate import experiment_sbml
from exportin.experiment.study import Study
from exportin.kernel.ensemble.folder import RunFolder
from exportin.kernel.ensemble.plan import Chunk, parse_part
from exportin.network.cell import Cell
from exportin.report.html import write_report
from exportin.result import Result, refuse_other_content, writing_folder

__all__ = ["ENSEMBLE", "LARGEST", "Unfinished", "run_scenario"]

ENSEMBLE = "ensemble"
LARGEST = 64 * 2**20  # bytes of results that are kept in memory; more goes to the run folder


@dataclass(frozen=True)
class Unfinished:
    """A part of a job array that is done while other parts are not.

    Attributes
    ----------
    missing : tuple of Chunk
        What the other parts still owe.
    chunks : int
        Chunks in all.
    """

    missing: tuple[Chunk, ...]
    chunks: int


def run_scenario(
    scenario: Path,
    out: Path | None = None,
    *,
    seed: int | None = None,
    progress: bool = False,
    workers: int | None = None,
    part: str | None = None,
) -> Result | Unfinished:
    """Simulate a scenario; with `out`, write result.json, timecourse.csv and .svg, model.xml, report.html and the arrays.

    Each file takes its name only when it is written, and the folder only when everything in it is. Where the runs do not fit into
    memory, or a part of them is asked for, they are kept in the run folder ``ensemble`` inside, and an interrupted run goes on there.

    Parameters
    ----------
    scenario : Path
    out : Path, optional
    seed : int, optional
        In place of the scenario's.
    progress : bool
        Show a bar on stderr when it takes longer than two seconds.
    workers : int, optional
        Threads, by default one a processor.
    part : str, optional
        ``"i/n"``: compute only the i-th of n parts of the runs. The call that finds all parts done writes the results.

    Raises
    ------
    ExportinError
        One class a mistake; nothing is written.
    """
    share = None if part is None else parse_part(part)
    if share is not None and out is None:
        raise BadQuantity(f"chunk: {part!r} needs a folder that all parts share; give one with --out.")
    plan = read_scenario(scenario)
    if out is not None:  # refused before a model is compiled
        refuse_other_content(out, ENSEMBLE)
    study = plan.study(seed=seed)
    if out is not None and (share is not None or study.members.count * study.members.member_bytes > LARGEST or _begun(out)):
        return _through_folder(plan, study, out, share or (1, 1), workers, progress)
    result = in_memory(study, workers=workers, progress=progress)
    if out is not None:
        _write(plan, study.members.cell, result, out, None)
    return result


def _begun(out: Path) -> bool:
    """Whether the folder holds runs of a result that is not finished."""
    return (out / ENSEMBLE).is_dir() and not (out / "manifest.json").exists()


def _through_folder(
    plan: Scenario, study: Study, out: Path, part: tuple[int, int], workers: int | None, progress: bool
) -> Result | Unfinished:
    folder = RunFolder.create(out / ENSEMBLE, study.description)
    missing = compute_part(study, folder, part, workers=workers, progress=progress)
    if missing:
        return Unfinished(tuple(missing), len(folder.plan))
    result = study.stored(folder)
    _write(plan, study.members.cell, result, out, ENSEMBLE)
    return result


def _write(plan: Scenario, cell: Cell, result: Result, out: Path, ensemble: str | None) -> None:
    with writing_folder(out, ensemble) as folder:
        result.write_into(folder, ensemble)
        (folder / "scenario.yaml").write_text(plan.text, encoding="utf-8")
        (folder / "model.xml").write_text(experiment_sbml(cell, plan.exposures), encoding="utf-8")
        write_report(folder, result, plan.title, plan.text)
