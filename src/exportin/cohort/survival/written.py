"""What an estimate of survival writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from exportin.analysis.written import write_json, write_manifest, write_table
from exportin.report.figure import write_svg
from exportin.report.plot import XML
from exportin.result import writing_folder

if TYPE_CHECKING:
    from exportin.cohort.survival.estimate import Survival

__all__ = ["write_survival"]


def write_survival(found: Survival, out: Path, unit: str = "") -> None:
    """Write ``survival.json``, ``curves.csv``, ``effects.csv``, ``subjects.csv`` and ``survival.svg``.

    Raises
    ------
    OutputExists
    """
    told, table = found.to_dict(), found.table
    steps = [
        {"arm": one.arm, "time": float(one.time[place]), "survival": float(one.survival[place]), "low": float(one.low[place]),
         "high": float(one.high[place]), "at_risk": int(one.at_risk[place])}
        for one in found.curves for place in range(len(one.time))
    ]  # fmt: skip
    subjects = [{"time": float(table.time[n]), "event": int(table.event[n]), "arm": table.arm[n]} for n in range(len(table))]
    with writing_folder(out) as folder:
        write_json(folder / "survival.json", told)
        write_table(folder / "curves.csv", steps)
        write_table(folder / "effects.csv", told["effects"])
        write_table(folder / "subjects.csv", subjects)
        (folder / "survival.svg").write_text(XML + write_svg(found.plot(unit)), encoding="utf-8")
        write_manifest(folder)
