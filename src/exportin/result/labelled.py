"""Results: labelled arrays with units on the axes patient, draw, cell and time, with what made them; saved and loaded."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import UnknownName

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["AXES", "EXTREMES", "FORMAT", "Headline", "Result", "Summary", "measure_extremes"]

AXES = ("patient", "draw", "cell", "time")
EXTREMES = ("lowest", "highest", "mean", "time of highest")
FORMAT = "exportin-result-1"


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


@dataclass(frozen=True)
class Result:
    """What a simulation gave.

    Attributes
    ----------
    time : ndarray, shape (time,)
        h.
    values : mapping of str to ndarray, shape (patient, draw, cell, time)
        Every observable on all four axes.
    units : mapping of str to str
        Unit of each observable.
    provenance : mapping of str to object
        Versions, hashes, solver, tolerances, seed, command line, what was asked.
    drawn : mapping of str to ndarray, shape (draw,)
        Parameter values of each draw, internal units; empty for one draw.
    extremes : mapping of str to ndarray, shape (patient, draw, cell, 4)
        Lowest, highest, mean and hour of the highest of each run, from a grid finer than `time` after every dose; by default
        from `time` itself.
    """

    time: NDArray[np.float64]
    values: Mapping[str, NDArray[np.float64]]
    units: Mapping[str, str]
    provenance: Mapping[str, Any]
    drawn: Mapping[str, NDArray[np.float64]] = field(default_factory=dict[str, "NDArray[np.float64]"])
    extremes: Mapping[str, NDArray[np.float64]] = field(default_factory=dict[str, "NDArray[np.float64]"])

    def __post_init__(self) -> None:
        for array in (self.time, *self.values.values(), *self.drawn.values(), *self.extremes.values()):
            array.setflags(write=False)

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """An observable, with axes of length one dropped except time."""
        full = self._full(name)
        keep = tuple(size for size in full.shape[:3] if size > 1)
        return full.reshape(*keep, full.shape[3])

    def __contains__(self, name: str) -> bool:
        return name in self.values

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes of the arrays that indexing gives."""
        shape = next(iter(self.values.values())).shape
        return (*(axis for axis, size in zip(AXES[:3], shape[:3], strict=True) if size > 1), "time")

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the observables."""
        return tuple(self.values)

    @property
    def runs(self) -> int:
        """Number of trajectories."""
        return int(np.prod(next(iter(self.values.values())).shape[:3]))

    def quantiles(self, name: str, levels: tuple[float, ...] = (0.05, 0.5, 0.95)) -> NDArray[np.float64]:
        """Quantiles over all runs at each time.

        Returns
        -------
        bands : ndarray, shape (level, time)
        """
        full = self._full(name)
        return np.quantile(full.reshape(-1, full.shape[3]), levels, axis=0)

    def summary(self) -> Summary:
        """Headline numbers with their intervals."""
        rows = [row for name in self.values for row in self._headlines(name)]
        return Summary(tuple(rows), self.runs)

    def to_pandas(self) -> pd.DataFrame:
        """One row a run and time, one column an observable; index patient, draw, cell, hour. Needs pandas."""
        import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

        shape = next(iter(self.values.values())).shape
        index = pd.MultiIndex.from_product([*(range(size) for size in shape[:3]), self.time], names=["patient", "draw", "cell", "hour"])
        return pd.DataFrame({name: values.reshape(-1) for name, values in self.values.items()}, index=index)

    def plot(self, *names: str) -> Figure:
        """Curves with bands; all observables by default."""
        from exportin.report.figure import draw_curves

        return draw_curves(self, names or self.observables)

    def save(self, directory: str | os.PathLike[str]) -> Path:
        """Write the result to a folder that is new, empty, or holds an earlier result.

        Raises
        ------
        OutputExists
            If the folder holds anything else; nothing is written.
        """
        from exportin.result.folder import writing_folder

        with writing_folder(directory) as folder:
            self.write_into(folder)
        return Path(directory)

    def write_into(self, folder: Path) -> None:
        """Write ``result.json``, ``timecourse.csv``, ``manifest.json`` and one ``.npy`` an observable into a folder."""
        (folder / "result.json").write_text(json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n", encoding="utf-8")
        (folder / "timecourse.csv").write_text(self._timecourse(), encoding="utf-8")
        chunks: dict[str, dict[str, str]] = {}
        extremes = {f"{name}.extremes": values for name, values in self._extremes().items()}
        for name, values in {"time": self.time, **self.values, **extremes}.items():
            file = folder / f"{name}.npy"
            np.save(file, values, allow_pickle=False)
            chunks[name] = {"file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        drawn = {name: [float(value) for value in values] for name, values in self.drawn.items()}
        manifest = {"format": FORMAT, "axes": AXES, "units": {**self.units, "time": "h"}, "chunks": chunks, "drawn": drawn}
        manifest["provenance"] = dict(self.provenance)
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    def to_dict(self) -> dict[str, Any]:
        """Summary and provenance, ready for JSON."""
        rows = [{key: _finite(value) for key, value in vars(row).items()} for row in self.summary()]
        return {"summary": rows, "runs": self.runs, "observables": list(self.values), "provenance": dict(self.provenance)}

    def _full(self, name: str) -> NDArray[np.float64]:
        if name not in self.values:
            raise UnknownName("observable of this result", name, self.values)
        return self.values[name]

    def statistic(self, name: str, statistic: str) -> NDArray[np.float64]:
        """One number of each run: start, end, lowest, highest, mean or time of highest, shape (run,)."""
        full = self._full(name).reshape(-1, len(self.time))
        if statistic in ("start", "end"):
            return full[:, 0 if statistic == "start" else -1]
        return self._extremes()[name].reshape(-1, len(EXTREMES))[:, EXTREMES.index(statistic)]

    def _extremes(self) -> Mapping[str, NDArray[np.float64]]:
        return self.extremes or {name: measure_extremes(self.time, values) for name, values in self.values.items()}

    def _headlines(self, name: str) -> list[Headline]:
        found: list[Headline] = []
        for statistic in ("start", "end", *EXTREMES):
            median, low, high = np.quantile(self.statistic(name, statistic), (0.5, 0.05, 0.95))
            unit = "h" if statistic == "time of highest" else self.units[name]
            found.append(Headline(name, statistic, unit, float(median), float(low), float(high)))
        return found

    def _timecourse(self) -> str:
        """CSV with median, 5th and 95th percentile of each observable; the unit stands in the column's name."""
        header = ["time_h"]
        columns = [self.time]
        for name in self.values:
            unit = f" [{self.units[name]}]"
            bands = self.quantiles(name, (0.5, 0.05, 0.95))
            header += [name + unit] + ([f"{name}_p05{unit}", f"{name}_p95{unit}"] if self.runs > 1 else [])
            columns += list(bands) if self.runs > 1 else [bands[0]]
        lines = [",".join(header)] + [",".join(f"{value:.10g}" for value in row) for row in zip(*columns, strict=True)]
        return "\n".join(lines) + "\n"


def measure_extremes(time: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lowest, highest, mean over time and hour of the highest along the last axis, on a new last axis."""
    mean = np.trapezoid(values, time, axis=-1) / (time[-1] - time[0])
    return np.stack([values.min(axis=-1), values.max(axis=-1), mean, time[values.argmax(axis=-1)]], axis=-1)


def _finite(value: Any) -> Any:
    return value if not isinstance(value, float) or np.isfinite(value) else None
