"""What a virtual trial writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from exportin.analysis.written import write_json, write_manifest, write_table
from exportin.cohort.survival.estimate import survival
from exportin.cohort.trial.figures import draw_swimmers
from exportin.cohort.trial.result import as_table
from exportin.report.figure import write_svg
from exportin.report.plot import XML
from exportin.result import writing_folder

if TYPE_CHECKING:
    from exportin.cohort.trial.result import TrialResult

__all__ = ["MOST_ROWS", "PATIENTS", "write_trial"]

PATIENTS = "patients"  # the run folder inside
MOST_ROWS = 100_000  # of patients.csv; the run folder holds them all


def write_trial(found: TrialResult, out: Path, *, kept: bool) -> None:
    """Write ``trial.json``, ``outcomes.csv``, ``published.csv``, ``patients.csv`` (of the first run), the figures and the file itself.

    Parameters
    ----------
    found : TrialResult
    out : Path
    kept : bool
        Whether the run folder of the patients lies inside and stays.

    Raises
    ------
    OutputExists
    """
    with writing_folder(out, PATIENTS if kept else None) as folder:
        write_json(folder / "trial.json", found.to_dict())
        write_table(folder / "outcomes.csv", as_table(found.outcomes))
        write_table(folder / "published.csv", [one.to_dict() for one in found.comparisons])
        if found.record.shape[1] <= MOST_ROWS:
            write_table(folder / "patients.csv", found.patients())
        if found.trial.text:
            (folder / "trial.yaml").write_text(found.trial.text, encoding="utf-8")
        _write_figures(found, folder)
        write_manifest(folder, found.trial.seed)


def _write_figures(found: TrialResult, folder: Path) -> None:
    figures = {"trial": found.plot(), "swimmers": draw_swimmers(found, found.trial.arms[0].name)}
    for endpoint in ("PFS", "OS"):
        table = found.survival(endpoint, 0)
        if table.event.any():
            figures[f"survival-{endpoint}"] = survival(table).plot("months")
    for name, figure in figures.items():
        (folder / f"{name}.svg").write_text(XML + write_svg(figure, name), encoding="utf-8")
