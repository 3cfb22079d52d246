"""Results: labelled arrays with units on the axes patient, draw, cell and time, with what made them; saved and loaded."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import BadTable, OutputExists, UnknownName

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["AXES", "Headline", "Result", "Summary", "load", "writing_folder"]

AXES = ("patient", "draw", "cell", "time")
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
    """

    time: NDArray[np.float64]
    values: Mapping[str, NDArray[np.float64]]
    units: Mapping[str, str]
    provenance: Mapping[str, Any]
    drawn: Mapping[str, NDArray[np.float64]] = field(default_factory=dict[str, "NDArray[np.float64]"])

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
        with writing_folder(directory) as folder:
            self.write_into(folder)
        return Path(directory)

    def write_into(self, folder: Path) -> None:
        """Write ``result.json``, ``timecourse.csv``, ``manifest.json`` and one ``.npy`` an observable into a folder."""
        (folder / "result.json").write_text(json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n", encoding="utf-8")
        (folder / "timecourse.csv").write_text(self._timecourse(), encoding="utf-8")
        chunks: dict[str, str] = {}
        for name, values in {"time": self.time, **self.values}.items():
            chunks[name] = f"{name}.npy".replace(" ", "_")
            np.save(folder / chunks[name], values, allow_pickle=False)
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

    def _headlines(self, name: str) -> list[Headline]:
        full = self.values[name].reshape(-1, len(self.time))
        unit = self.units[name]
        hours = np.trapezoid(full, self.time, axis=1) / (self.time[-1] - self.time[0])
        numbers = {
            "start": (full[:, 0], unit),
            "end": (full[:, -1], unit),
            "lowest": (full.min(axis=1), unit),
            "highest": (full.max(axis=1), unit),
            "mean": (hours, unit),
            "time of highest": (self.time[full.argmax(axis=1)], "h"),
        }
        quantiles = {key: (np.quantile(value, (0.5, 0.05, 0.95)), label) for key, (value, label) in numbers.items()}
        return [Headline(name, key, label, *(float(q) for q in three)) for key, (three, label) in quantiles.items()]

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


def _finite(value: Any) -> Any:
    return value if not isinstance(value, float) or np.isfinite(value) else None


@contextmanager
def writing_folder(directory: str | os.PathLike[str]) -> Generator[Path]:
    """A temporary folder beside the target that takes its name only when everything is written.

    Raises
    ------
    OutputExists
        If the target holds something that is no result of ours.
    """
    target = Path(directory)
    refuse_other_content(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
        folder.chmod(0o755)
        _replace(folder, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def refuse_other_content(target: Path) -> None:
    """Raise `OutputExists` unless the target is missing, an empty folder, or one of our results."""
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputExists(f"{str(target)!r} is a file; give the name of a folder.")
    if any(target.iterdir()) and not _is_result(target):
        raise OutputExists(f"the folder {str(target)!r} holds other files; give a new or empty folder, or one with an earlier result.")


def _is_result(folder: Path) -> bool:
    try:
        return json.loads((folder / "manifest.json").read_text(encoding="utf-8")).get("format") == FORMAT
    except (OSError, ValueError, AttributeError):
        return False


def _replace(folder: Path, target: Path) -> None:
    """Put the finished folder in the target's place; an earlier result goes only when the new one stands."""
    if not target.exists():
        folder.replace(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.replace(old / "result")
    folder.replace(target)
    shutil.rmtree(old, ignore_errors=True)


def load(directory: str | os.PathLike[str]) -> Result:
    """Read a saved result.

    Raises
    ------
    BadTable
        If the folder holds no result, or one that is not whole.
    """
    folder = Path(directory)
    if not _is_result(folder):
        raise BadTable(f"{str(folder)!r} holds no saved result; give a folder that 'exportin run' or Result.save wrote.")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    try:
        arrays = {name: np.load(folder / Path(chunk).name, allow_pickle=False) for name, chunk in manifest["chunks"].items()}
        units = {name: unit for name, unit in manifest["units"].items() if name != "time"}
        drawn = {name: np.array(values) for name, values in manifest["drawn"].items()}
        time = arrays.pop("time")
    except (OSError, ValueError, KeyError) as error:
        raise BadTable(f"the result in {str(folder)!r} is not whole ({error}); run it again.") from error
    return Result(time, arrays, units, manifest["provenance"], drawn)
