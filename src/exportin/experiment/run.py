"""Run a scenario file and write everything that belongs to it."""

from __future__ import annotations

from pathlib import Path

from exportin.experiment.scenario import read_scenario
from exportin.experiment.simulate import experiment_sbml
from exportin.report.html import write_report
from exportin.result import Result, refuse_other_content, writing_folder

__all__ = ["run_scenario"]


def run_scenario(scenario: Path, out: Path | None = None, *, seed: int | None = None, progress: bool = False) -> Result:
    """Simulate a scenario; with `out`, write result.json, timecourse.csv and .svg, model.xml, report.html and the arrays.

    The folder takes its name only when everything in it is written.

    Raises
    ------
    ExportinError
        One class a mistake; nothing is written.
    """
    plan = read_scenario(scenario)
    if out is not None:
        refuse_other_content(out)
    result = plan.run(seed=seed, progress=progress)
    if out is not None:
        with writing_folder(out) as folder:
            result.write_into(folder)
            (folder / "scenario.yaml").write_text(plan.text, encoding="utf-8")
            (folder / "model.xml").write_text(experiment_sbml(plan.cell, plan.exposures), encoding="utf-8")
            write_report(folder, result, plan.title, plan.text)
    return result
