"""Headline numbers of a result with their intervals, and the table that they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Headline", "Summary"]


@dataclass(frozen=True)
class Headline:
    """One number of a summary, with the central 90 % of the ensemble.

    Attributes
    ----------
    observable, statistic, unit : str
        What, which number of it (start, end, lowest, highest, mean, hours of the extremes), and its unit.
    median, low, high : float
        Median, 5th and 95th percentile over all runs; equal where there is one run.
    """

    observable: str
    statistic: str
    unit: str
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Summary:
    """Headline numbers; prints as a table of start, extremes and end, one observable a line."""

    rows: tuple[Headline, ...]
    runs: int

    def __iter__(self) -> Iterator[Headline]:
        return iter(self.rows)

    def __str__(self) -> str:
        shown = ("start", "lowest", "highest", "end")
        numbers = {(row.observable, row.statistic): row for row in self.rows}
        units = {row.observable: row.unit for row in self.rows if row.statistic == "start"}
        lines: list[tuple[str, ...]] = [("", "unit", *shown)]
        for name, unit in units.items():
            lines.append((name, unit, *(self._cell(numbers[name, statistic]) for statistic in shown)))
        widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
        table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
        note = f"median of {self.runs} runs (5 % to 95 %)" if self.runs > 1 else "one run"
        return "\n".join([*table, note])

    def _cell(self, row: Headline) -> str:
        return f"{row.median:.3g} ({row.low:.3g} to {row.high:.3g})" if self.runs > 1 else f"{row.median:.4g}"
