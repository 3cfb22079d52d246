"""The driver's side of an engine's process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engines.base import NotOffered, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

BENCHMARKS = Path(__file__).resolve().parents[1]
ONE_THREAD = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1")
ELSEWHERE = {"amici": "EXPORTIN_BENCH_AMICI"}  # the variable that names the Python of another environment


class EngineFailed(RuntimeError):
    """An engine raised or its process ended."""


@dataclass(frozen=True)
class Block:
    """What one block of trajectories cost."""

    patients: int
    wall: float
    cpu: float
    failed: int
    values: NDArray[np.float64] | None

    @property
    def rate(self) -> float:
        """Trajectories per second."""
        return self.patients / self.wall


class Remote:
    """An engine in its own process, prepared for one task.

    Parameters
    ----------
    engine : str
        A name of `engines.catalogue`.
    task : Task
    folder : Path
        Scratch space; `folder/engine` is the engine's cache and outlives the process.
    """

    def __init__(self, engine: str, task: Task, folder: Path) -> None:
        self.engine = engine
        self._scratch = Path(tempfile.mkdtemp(dir=folder))
        self._cache = cache = folder / engine / re.sub(r"\W+", "-", task.name)
        cache.mkdir(parents=True, exist_ok=True)
        task.save(self._scratch / "task.json")
        python = os.environ.get(ELSEWHERE.get(engine, ""), sys.executable)
        path = os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", "")])  # tools of that environment, such as swig
        began = time.perf_counter()
        with (self._scratch / "stderr").open("w") as errors:
            self._process = subprocess.Popen(
                [python, "-m", "engines.worker", engine],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                text=True, cwd=BENCHMARKS, env={**os.environ, **ONE_THREAD, "PATH": path},
            )  # fmt: skip
        try:
            told = self._ask("prepare", task=str(self._scratch / "task.json"), folder=str(cache))
        except BaseException:
            self.close()
            raise
        self.title, self.version = str(told["name"]), str(told["version"])
        self.compile_seconds = float(told["prepare_wall"])
        self.start_seconds = time.perf_counter() - began

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that this object started."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def prepare_again(self) -> float:
        """Seconds of a second preparation in the same process, by a new engine: what a load costs once packages are imported."""
        return float(self._ask("prepare", task=str(self._scratch / "task.json"), folder=str(self._cache), anew=True)["prepare_wall"])

    def differences(self, patient: int) -> NDArray[np.float64]:
        """Derivatives of one patient's outputs by fourth-order central differences, shape (time, observed, varied)."""
        place = self._scratch / "values.npy"
        self._ask("differences", patient=patient, keep=str(place))
        return np.load(place)

    def tolerance(self, relative: float, absolute: float) -> None:
        self._ask("tolerance", relative=relative, absolute=absolute)

    def threads(self, count: int) -> None:
        self._ask("threads", count=count)

    def run(self, start: int, count: int, *, keep: bool = False) -> Block:
        return self._block("run", start, count, keep)

    def sensitivities(self, start: int, count: int, *, keep: bool = False) -> Block:
        return self._block("sensitivities", start, count, keep)

    def operations(self, start: int, count: int) -> float:
        return float(self._ask("operations", start=start, count=count)["operations"])

    def _block(self, what: str, start: int, count: int, keep: bool) -> Block:
        place = self._scratch / "values.npy"
        told = self._ask(what, start=start, count=count, keep=str(place) if keep else None)
        values = np.load(place) if keep else None
        place.unlink(missing_ok=True)
        return Block(count, told["block_wall"], told["block_cpu"], told["failed"], values)

    def _ask(self, what: str, **arguments: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            last = (self._scratch / "stderr").read_text(errors="replace").strip()[-300:]
            raise EngineFailed(f"{self.engine}: the process ended at {what!r}. {last}")
        told = json.loads(line)
        self.memory = float(told["memory"])
        if "missing" in told:
            raise NotOffered(told["missing"])
        if "error" in told:
            raise EngineFailed(f"{self.engine}: {told['error']}")
        return told
