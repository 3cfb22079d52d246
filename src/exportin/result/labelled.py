"""Results: labelled arrays with units on the axes patient, draw, cell and time, with what made them; saved and loaded."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import UnknownName
from exportin.json_number import plain
from exportin.kernel.batch import Outcome
from exportin.result.fate import FATES, one_of_each, pool_cells
from exportin.result.stored import StoredValues
from exportin.result.summary import Headline, Summary

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["AXES", "EXTREMES", "FORMAT", "Result", "measure_extremes"]

AXES = ("patient", "draw", "cell", "time")
EXTREMES = ("lowest", "highest", "mean", "time of highest")
FORMAT = "exportin-result-1"


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
    outcomes : ndarray of int, shape (patient, draw, cell), or None
        How each run ended (`exportin.kernel.batch.Outcome`), 0 for done; None where all were done. A run that was not done is
        NaN in `values` and is left out of every summary, quantile and table.
    """

    time: NDArray[np.float64]
    values: Mapping[str, NDArray[np.float64]]
    units: Mapping[str, str]
    provenance: Mapping[str, Any]
    drawn: Mapping[str, NDArray[np.float64]] = field(default_factory=dict[str, "NDArray[np.float64]"])
    extremes: Mapping[str, NDArray[np.float64]] = field(default_factory=dict[str, "NDArray[np.float64]"])
    outcomes: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        held = [mapping for mapping in (self.values, self.drawn, self.extremes) if not isinstance(mapping, StoredValues)]
        for array in (self.time, *(array for mapping in held for array in mapping.values())):
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
        return (*(axis for axis, size in zip(AXES[:3], self.shape[:3], strict=True) if size > 1), "time")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Numbers of patients, draws, cells and times."""
        if isinstance(self.values, StoredValues):
            return self.values.shape
        patients, draws, cells, times = next(iter(self.values.values())).shape if self.values else (1, 1, 1, len(self.time))
        return patients, draws, cells, times

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the observables."""
        return tuple(self.values)

    @property
    def runs(self) -> int:
        """Number of trajectories that were computed to their end."""
        return int(np.prod(self.shape[:3])) if self.outcomes is None else int(np.sum(self.outcomes == 0))

    @property
    def left_out(self) -> dict[str, int]:
        """How many trajectories were not, by what happened; empty where all were.

        Examples
        --------
        >>> values = {"XPO1_total": np.array([0.5, np.nan]).reshape(1, 2, 1, 1)}
        >>> Result(np.zeros(1), values, {"XPO1_total": "uM"}, {}, outcomes=np.array([[[0], [8]]])).left_out
        {'not settled': 1}
        """
        codes = [] if self.outcomes is None else [int(code) for code in self.outcomes.reshape(-1) if code]
        return {Outcome(code).name.lower().replace("_", " "): count for code, count in Counter(codes).most_common()}

    def done(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of an array whose first axes are patient, draw and cell, the runs that were computed, shape (run, ...)."""
        flat = numbers.reshape(-1, *numbers.shape[3:])
        return flat if self.outcomes is None else flat[self.outcomes.reshape(-1) == 0]

    def quantiles(self, name: str, levels: tuple[float, ...] = (0.05, 0.5, 0.95)) -> NDArray[np.float64]:
        """Quantiles over all runs at each time; of fate, over all populations.

        Returns
        -------
        bands : ndarray, shape (level, time)
        """
        if isinstance(self.values, StoredValues) and not self.is_pooled(name):
            self._known(name)
            return self.values.quantiles(name, levels)
        return np.quantile(self.counted(name, self.shown(name)), levels, axis=0)

    def shown(self, name: str) -> NDArray[np.float64]:
        """An observable as summaries and plots show it, shape (patient, draw, cell, time).

        What happens to a population (`exportin.result.fate.FATES`) is a number of all its sister cells, which each of them is given.
        """
        self._known(name)
        return pool_cells(self.values, name) if self.is_pooled(name) else self.values[name]

    def counted(self, name: str, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of an array whose first axes are patient, draw and cell, what summaries count, shape (run, ...).

        Each run that was computed; of fate each population once, however many of its cells were computed.
        """
        return one_of_each(numbers, self.outcomes) if self.is_pooled(name) else self.done(numbers)

    def is_pooled(self, name: str) -> bool:
        """Whether sister cells make one number of it together."""
        return name in FATES and self.shape[2] > 1

    def summary(self) -> Summary:
        """Headline numbers with their intervals."""
        rows = [row for name in self.values for row in self._headlines(name)]
        return Summary(tuple(rows), self.runs)

    def to_pandas(self) -> pd.DataFrame:
        """One row a run and time, one column an observable; index patient, draw, cell, hour. Needs pandas.

        Runs that were not computed to their end have no rows.
        """
        import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

        axes = [*(range(size) for size in self.shape[:3]), self.time]
        index: Any = pd.MultiIndex.from_product(axes, names=["patient", "draw", "cell", "hour"])
        if self.outcomes is not None:
            index = index[np.repeat(self.outcomes.reshape(-1) == 0, len(self.time))]
        return pd.DataFrame({name: self.done(values).reshape(-1) for name, values in self.values.items()}, index=index)

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

    def write_into(self, folder: Path, ensemble: str | None = None) -> None:
        """Write ``result.json``, ``timecourse.csv``, ``manifest.json`` and one ``.npy`` an observable into a folder.

        Where the runs are in a run folder that lies in the same folder under the name `ensemble`, they stay there.
        """
        (folder / "result.json").write_text(json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n", encoding="utf-8")
        (folder / "timecourse.csv").write_text(self._timecourse(), encoding="utf-8")
        chunks: dict[str, dict[str, str]] = {}
        for name, values in self._arrays(ensemble is None):
            file = folder / f"{name}.npy"
            np.save(file, values, allow_pickle=False)
            with file.open("rb") as written:
                chunks[name] = {"file": file.name, "sha256": hashlib.file_digest(written, "sha256").hexdigest()}
        drawn = {name: [float(value) for value in values] for name, values in self.drawn.items()}
        manifest = {"format": FORMAT, "axes": AXES, "units": {**self.units, "time": "h"}, "chunks": chunks, "drawn": drawn}
        manifest |= {"provenance": dict(self.provenance), "sizes": self.shape[:3], "ensemble": ensemble}
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    def _arrays(self, all_runs: bool) -> Iterator[tuple[str, NDArray[Any]]]:
        """What is stored under its own name, one after the other."""
        yield "time", self.time
        if self.outcomes is not None:
            yield "outcomes", self.outcomes
        if all_runs:
            yield from self.values.items()
            yield from ((f"{name}.extremes", values) for name, values in self._extremes().items())

    def to_dict(self) -> dict[str, Any]:
        """Summary and provenance, ready for JSON."""
        rows = [{key: plain(value) for key, value in vars(row).items()} for row in self.summary()]
        told = {"summary": rows, "runs": self.runs, "left_out": self.left_out, "observables": list(self.values)}
        return {**told, "provenance": dict(self.provenance)}

    def _known(self, name: str) -> None:
        if name not in self.values:
            raise UnknownName("observable of this result", name, self.values)

    def _full(self, name: str) -> NDArray[np.float64]:
        self._known(name)
        return self.values[name]

    def statistic(self, name: str, statistic: str) -> NDArray[np.float64]:
        """One number of each run that was computed: start, end, lowest, highest, mean or time of highest, shape (run,)."""
        if statistic in ("start", "end"):
            return self._ends(name)[:, 0 if statistic == "start" else 1]
        self._known(name)
        return self.done(self._extremes_of(name))[:, EXTREMES.index(statistic)]

    def _ends(self, name: str) -> NDArray[np.float64]:
        """First and last value of each run that was computed, shape (run, 2)."""
        self._known(name)
        if isinstance(self.values, StoredValues) and not self.is_pooled(name):
            return self.done(self.values.ends(name))
        return self.done(self.shown(name)[..., [0, -1]])

    def _extremes_of(self, name: str) -> NDArray[np.float64]:
        """Lowest, highest, mean and hour of the highest, shape (patient, draw, cell, 4); of fate, those of the population."""
        return measure_extremes(self.time, self.shown(name)) if self.is_pooled(name) else self._extremes()[name]

    def _extremes(self) -> Mapping[str, NDArray[np.float64]]:
        return self.extremes or {name: measure_extremes(self.time, values) for name, values in self.values.items()}

    def _headlines(self, name: str) -> list[Headline]:
        found: list[Headline] = []
        ends = self.counted(name, self.shown(name)[..., [0, -1]]) if self.is_pooled(name) else self._ends(name)
        columns = [*ends.T, *self.counted(name, self._extremes_of(name)).T]
        numbers = dict(zip(("start", "end", *EXTREMES), columns, strict=True))
        for statistic, column in numbers.items():
            median, low, high = np.quantile(column, (0.5, 0.05, 0.95))
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
