"""What a run of the benchmark found: rows with their targets and tables of engines, as JSON and as a readable page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from engines.base import NotOffered
from engines.remote import EngineFailed
from machine import Idle, describe, slug

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Row:
    """One figure beside its target; `holds` is None where nothing was measured or nothing is promised."""

    what: str
    target: str
    measured: str
    holds: bool | None = None
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One line an engine."""

    title: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        return "\n".join([f"## {self.title}", "", *_pipes(self.head, self.lines)])


@dataclass
class Record:
    """Everything of one run."""

    idle: Idle
    quick: bool
    machine: dict[str, str] = field(default_factory=describe)
    tables: list[Table] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append(row)
        mark = {True: "holds", False: "MISSED", None: ""}[row.holds]
        print(f"{row.what}: {row.measured} (target: {row.target}) {mark}".rstrip(), flush=True)

    def attempt(self, what: str, target: str, measure: Callable[[], Row]) -> None:
        """Add what `measure` finds; what an engine lacks or fails at is said in the row."""
        try:
            self.add(measure())
        except (NotOffered, EngineFailed) as error:
            self.add(Row(what, target, f"not measured: {error}"))

    def page(self) -> str:
        state = "The machine was BUSY: these figures are not comparable with others." if self.idle.busy else "The machine was idle."
        kind = "Quick run: short blocks, few patients." if self.quick else "Full run."
        marks = {True: "yes", False: "no", None: ""}
        lines = [(row.what, row.target, row.measured, marks[row.holds]) for row in self.rows]
        parts = ["# Engine benchmark", f"{kind} {state} At the start {self.idle}."]
        parts.append("\n".join(_pipes(("machine", ""), list(self.machine.items()))))
        parts += [str(table) for table in self.tables]
        parts.append("\n".join(["## Targets", "", *_pipes(("what", "target", "measured", "holds"), lines)]))
        return "\n\n".join(parts) + "\n"

    def save(self, folder: Path = RESULTS) -> Path:
        """Write `<machine>-<date>.json` and `.md`; a quick or busy run says so in its name and never replaces a full one."""
        folder.mkdir(exist_ok=True)
        kind = "-busy" * self.idle.busy + "-quick" * self.quick
        path = folder / f"{slug(self.machine)}-{datetime.now(UTC):%Y-%m-%d}{kind}"
        told = {"machine": self.machine, "busy": self.idle.busy, "quick": self.quick, "idle": asdict(self.idle)}
        told |= {"tables": [asdict(table) for table in self.tables], "rows": [asdict(row) for row in self.rows]}
        path.with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        path.with_suffix(".md").write_text(self.page(), encoding="utf-8")
        return path.with_suffix(".md")


def _pipes(head: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *lines]]
