"""What a search of schedules writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from exportin.analysis.written import write_json, write_manifest, write_table
from exportin.report.figure import write_svg
from exportin.report.plot import XML
from exportin.result import writing_folder

if TYPE_CHECKING:
    from exportin.cohort.schedule.search import Schedules

__all__ = ["write_schedules"]


def write_schedules(found: Schedules, out: Path, seed: int) -> None:
    """Write ``schedules.json``, ``schedules.csv`` and ``schedules.svg``.

    Raises
    ------
    OutputExists
    """
    told = found.to_dict()
    rows = [
        {"schedule": row["schedule"], "weekly_mg": row["weekly_mg"], "within": row["within"], "best": row["best"], **outcome}
        for row in told["schedules"] for outcome in row["outcomes"]
    ]  # fmt: skip
    with writing_folder(out) as folder:
        write_json(folder / "schedules.json", told)
        write_table(folder / "schedules.csv", rows)
        (folder / "schedules.svg").write_text(XML + write_svg(found.plot()), encoding="utf-8")
        write_manifest(folder, seed)
