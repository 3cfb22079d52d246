"""What a run of the ledger writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from exportin.analysis.written import write_json, write_manifest, write_table
from exportin.report.plot import XML
from exportin.result import writing_folder
from exportin.review.page import write_page
from exportin.review.strip import draw_strips

if TYPE_CHECKING:
    from exportin.review.book import Ledger

__all__ = ["write_ledger"]


def write_ledger(found: Ledger, out: Path) -> None:
    """Write ``ledger.html``, ``ledger.json``, ``ledger.csv`` and, of each experiment, ``figures/CLAIM.svg``.

    Raises
    ------
    OutputExists
        If the folder holds anything that an earlier result did not write; nothing is written.
    """
    told = found.to_dict()
    rows = [{**row, "interval": _plain(row["interval"], " to "), "sources": _plain(row["sources"], " ")} for row in told["claims"]]
    with writing_folder(out) as folder:
        (folder / "ledger.html").write_text(write_page(found), encoding="utf-8", newline="\n")
        write_json(folder / "ledger.json", told)
        write_table(folder / "ledger.csv", rows)
        (folder / "figures").mkdir()
        for entry in found:
            if entry.parts:
                (folder / "figures" / f"{entry.claim.id}.svg").write_text(XML + draw_strips(entry.parts), encoding="utf-8", newline="\n")
        write_manifest(folder, found.population.seed)


def _plain(values: list[Any] | None, mark: str) -> str | None:
    return None if values is None else mark.join("" if value is None else str(value) for value in values)
