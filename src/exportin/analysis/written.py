"""What an analysis writes: its numbers as JSON and tables, its figures, and what made them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exportin.errors import squash
from exportin.report.figure import write_svg
from exportin.report.plot import XML
from exportin.result import ANALYSIS_FORMAT, writing_folder

if TYPE_CHECKING:
    from exportin.analysis.combination.predicted import Combination
    from exportin.analysis.combination.synergy import Synergy
    from exportin.analysis.response.response import DoseResponse

__all__ = ["write_combination", "write_json", "write_manifest", "write_responses", "write_table"]


def write_responses(found: Sequence[DoseResponse], out: Path, seed: int) -> None:
    """Write ``dose-response.json``, ``metrics.csv``, and for each curve ``NAME.csv`` and ``NAME.svg``.

    Raises
    ------
    OutputExists
        If the folder holds anything that an earlier result did not write; nothing is written.
    """
    with writing_folder(out) as folder:
        write_json(folder / "dose-response.json", [one.to_dict() for one in found])
        metrics = [{"drug": one.drug, "source": one.source, **row} for one in found for row in one.to_dict()["metrics"]]
        write_table(folder / "metrics.csv", metrics)
        for place, one in enumerate(found, start=1):
            name = f"{place}-{squash(one.drug) or 'drug'}"
            write_table(folder / f"{name}.csv", one.to_dict()["points"])
            (folder / f"{name}.svg").write_text(XML + write_svg(one.plot()), encoding="utf-8")
        write_manifest(folder, seed)


def write_combination(found: Synergy | Combination, out: Path, seed: int) -> None:
    """Write ``combination.json``, ``scores.csv``, ``surface.csv`` and ``combination.svg``.

    Raises
    ------
    OutputExists
    """
    told = found.to_dict()
    scores = told.get("synergy", told)
    with writing_folder(out) as folder:
        write_json(folder / "combination.json", told)
        write_table(folder / "scores.csv", [{name: value for name, value in row.items() if name != "band"} for row in scores["scores"]])
        write_table(folder / "surface.csv", scores["surface"])
        (folder / "combination.svg").write_text(XML + write_svg(found.plot()), encoding="utf-8")
        write_manifest(folder, seed)


def write_table(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows with the same keys as CSV; what is not known is empty."""
    import csv

    held = list(rows)
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(held[0]) if held else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in held)


def write_json(file: Path, told: Any) -> None:
    """As JSON, which knows nothing infinite."""
    file.write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def write_manifest(folder: Path, seed: int | None = None) -> None:
    """What made the numbers of a folder."""
    from exportin import __version__
    from exportin.experiment.provenance import table_digest

    made = {"exportin": __version__, "tables": table_digest(), "numpy": metadata.version("numpy"),
            "command": [sys.argv[0].rsplit("/", 1)[-1], *sys.argv[1:]], **({} if seed is None else {"seed": seed})}  # fmt: skip
    write_json(folder / "manifest.json", {"format": ANALYSIS_FORMAT, "provenance": made})
