"""The machine: what it is (no names, no paths), whether it is idle, and how fast it multiplies matrices."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ONE_THREAD = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"], "1")
MOST_OTHERS, LEAST_CPU, LEAST_SCALE = 0.05, 0.97, 1.85
SPIN = """
import json, time
wall, cpu = time.perf_counter(), time.process_time()
total = 0
for number in range(12_000_000):
    total += number & 3
print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]))
"""
MULTIPLY = """
import json, time
import numpy as np
size = 2000
a, b = np.random.default_rng(0).random((2, size, size))
a @ b
best = 1e9
for _ in range(5):
    start = time.perf_counter()
    a @ b
    best = min(best, time.perf_counter() - start)
print(json.dumps([2 * size**3 / best]))
"""


@dataclass(frozen=True)
class Idle:
    """How much of the machine this program gets.

    Attributes
    ----------
    others : float or None
        Share of all cores that is busy while this program sleeps (/proc/stat); None where the system does not tell.
    wall, cpu : float
        Seconds of a fixed loop in one process.
    scale : float or None
        How many times the work of one process two do in the same time; None on one core.
    """

    others: float | None
    wall: float
    cpu: float
    scale: float | None

    @property
    def busy(self) -> bool:
        one = (self.others or 0.0) > MOST_OTHERS or self.cpu / self.wall < LEAST_CPU
        return one or (self.scale is not None and self.scale < LEAST_SCALE)

    def __str__(self) -> str:
        others = "others not told" if self.others is None else f"others use {self.others:.1%} of the cores"
        scale = "" if self.scale is None else f"; two processes do {self.scale:.2f} times the work of one"
        return f"{others}; a loop took {self.wall:.2f} s of wall and {self.cpu:.2f} s of CPU time ({self.cpu / self.wall:.1%}){scale}"


def ask_python(code: str, processes: int = 1) -> list[list[float]]:
    """What each of some Python processes, running at the same time on one thread each, prints."""
    environment = {**os.environ, **ONE_THREAD}
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment) for _ in range(processes)]
    return [json.loads(process.communicate()[0]) for process in running]


def busy_share(seconds: float) -> float | None:
    """Share of all cores in use by anybody during a sleep."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return None
    first = [int(word) for word in stat.read_text().split("\n", 1)[0].split()[1:9]]
    time.sleep(seconds)
    second = [int(word) for word in stat.read_text().split("\n", 1)[0].split()[1:9]]
    spent = [after - before for before, after in zip(first, second, strict=True)]
    return 1.0 - (spent[3] + spent[4]) / max(sum(spent), 1)  # idle and waiting for a disk


def idle_check(seconds: float = 2.0) -> Idle:
    others = busy_share(seconds)
    [[wall, cpu]] = ask_python(SPIN)
    scale = 2 * wall / max(each[0] for each in ask_python(SPIN, 2)) if (os.cpu_count() or 1) > 1 else None
    return Idle(others, wall, cpu, scale)


def multiply_rate() -> float:
    """Floating-point operations per second of numpy's matrix product on one core."""
    return ask_python(MULTIPLY)[0][0]


def describe(packages: Sequence[str] = ("numpy", "exportin", "libroadrunner", "python-copasi")) -> dict[str, str]:
    """What figures depend on."""
    told = {"cpu": cpu_model(), "cores": str(os.cpu_count()), "memory": memory(), "system": f"{platform.system()} {platform.machine()}"}
    told["python"] = platform.python_version()
    told["compiler"] = compiler()
    for package in packages:
        try:
            told[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            told[package] = "not installed"
    return told


def cpu_model() -> str:
    information = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", information.read_text()) if information.exists() else None
    return found[1].strip() if found else platform.processor() or platform.machine()


def memory() -> str:
    information = Path("/proc/meminfo")
    found = re.search(r"MemTotal:\s+(\d+)", information.read_text()) if information.exists() else None
    return f"{int(found[1]) / 2**20:.0f} GiB" if found else "not told"


def compiler() -> str:
    try:
        done = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return "no cc"
    return done.stdout.split("\n", 1)[0]


def slug(machine: dict[str, str]) -> str:
    """A file name from the CPU's model and the number of cores."""
    return re.sub(r"[^a-z0-9]+", "-", f"{machine['cpu']} {machine['cores']} cores".lower()).strip("-")
