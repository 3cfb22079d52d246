"""One engine in a process of its own: requests on stdin, answers on stdout, one JSON object a line; arrays travel as .npy files.

    python -m engines.worker roadrunner

The process is alone with its engine, so that its peak memory is the engine's, and an engine may live in another environment.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engines.base import Engine, NotOffered, Task
from engines.catalogue import find_engine

STEP = 5e-3  # relative; the error of fourth-order differences is about its fourth power


def peak_memory() -> float:
    """Largest resident size of this process so far, MB (0 where the system does not tell)."""
    status = Path("/proc/self/status")
    if status.exists():  # unlike getrusage, it does not count the parent from which the process was forked
        return int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0]) / 1024
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1024)


class Worker:
    """Holds the engine and its task; each method answers one request."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prepare(self, task: str, folder: str, anew: bool = False) -> dict[str, Any]:
        self._task = Task.load(Path(task))
        if anew:
            self._engine = type(self._engine)()
        wall = time.perf_counter()
        self._engine.prepare(self._task, Path(folder))
        wall = time.perf_counter() - wall
        return {"name": self._engine.name, "version": self._engine.version(), "prepare_wall": wall}

    def differences(self, patient: int, keep: str) -> dict[str, Any]:
        numbers = self._task.patients(patient, 1)[0]
        steps = np.array([-2, -1, 1, 2]) * STEP
        around = [numbers * (1 + step * one) for one in np.eye(len(numbers)) for step in steps]
        values = self._engine.run(np.array(around)).reshape(len(numbers), 4, len(self._task.times), -1)
        slopes = np.tensordot(np.array([1, -8, 8, -1]) / (12 * STEP), values, axes=(0, 1))  # by the logarithm of each parameter
        np.save(keep, np.moveaxis(slopes, 0, -1) / numbers)
        return {}

    def tolerance(self, relative: float, absolute: float) -> dict[str, Any]:
        self._engine.tolerance(relative, absolute)
        return {}

    def threads(self, count: int) -> dict[str, Any]:
        self._engine.threads(count)
        return {}

    def run(self, start: int, count: int, keep: str | None = None) -> dict[str, Any]:
        return self._timed(self._engine.run, start, count, keep)

    def sensitivities(self, start: int, count: int, keep: str | None = None) -> dict[str, Any]:
        return self._timed(self._engine.sensitivities, start, count, keep)

    def operations(self, start: int, count: int) -> dict[str, Any]:
        return {"operations": self._engine.operations(self._task.patients(start, count))}

    def _timed(self, action: Callable[[Any], Any], start: int, count: int, keep: str | None) -> dict[str, Any]:
        patients = self._task.patients(start, count)
        wall, cpu = time.perf_counter(), time.process_time()
        values = action(patients)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        if keep is not None:
            np.save(keep, values)
        failed = int(np.sum(~np.isfinite(values).reshape(count, -1).all(axis=1)))
        return {"block_wall": wall, "block_cpu": cpu, "failed": failed, "bytes": values.nbytes}


def answer(worker: Worker, request: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked; an error becomes an answer."""
    wall = time.perf_counter()
    try:
        reply = getattr(worker, request.pop("do"))(**request)
    except (NotOffered, ModuleNotFoundError) as error:
        reply = {"missing": "not installed" if isinstance(error, ModuleNotFoundError) else str(error)}
    except Exception as error:  # noqa: BLE001  an engine may raise anything; the driver decides
        reply = {"error": f"{type(error).__name__}: {error}"[:500]}
    return {**reply, "wall": time.perf_counter() - wall, "memory": peak_memory()}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an engine prints must not mix with the answers
    worker = Worker(find_engine(sys.argv[1]))
    for line in sys.stdin:
        answers.write(json.dumps(answer(worker, json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
