"""How far an engine's outputs are from the truth, and the loosest tolerances that come close enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from engines.base import Task
from engines.remote import Remote

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIGHT = (1e-11, 1e-14)
LOOSER = ((1e-11, 1e-13), (1e-10, 1e-13))
NOMINAL = (1e-6, 1e-9)
ENOUGH = 2e-5  # of scale; what the CVODE engines reach at the nominal tolerances
PAIRS = tuple((relative, relative * share) for relative in (1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7) for share in (0.1, 0.01, 0.001))
FINER = (2.6, 2.2, 1.8, 1.5, 1.25)  # between one scanned pair and the next
SLOW = 0.2  # s a trajectory, from which an engine is judged on a quarter of the patients


@dataclass(frozen=True)
class Truth:
    """Outputs of some patients by CVODE (libRoadRunner) at 1e-11 and 1e-14: no solver of this project has a part in it.

    CVODE gives up on a patient now and then at its first step; it is tried again a little looser. What fails still is NaN, and nobody
    is judged on it.
    """

    values: NDArray[np.float64]

    def error(self, values: NDArray[np.float64]) -> float:
        """Largest difference over finished patients and times, of the output's largest value; the worst output."""
        known = self.values[: len(values)]
        both = np.isfinite(known).all(axis=(1, 2)) & np.isfinite(values).all(axis=(1, 2))
        if not both.any():
            return float("nan")
        scale = np.abs(known[both]).max(axis=(0, 1))
        return float((np.abs(values - known)[both].max(axis=(0, 1)) / scale).max())


@dataclass(frozen=True)
class Setting:
    """Tolerances with what they gave: error of scale, trajectories per second of CPU time, patients that failed."""

    relative: float
    absolute: float
    error: float
    rate: float
    failed: int

    @property
    def enough(self) -> bool:
        return self.error <= ENOUGH and not self.failed


def find_truth(task: Task, patients: int, folder: Path) -> Truth:
    with Remote("roadrunner", task, folder) as remote:
        remote.tolerance(*TIGHT)
        values = remote.run(0, patients, keep=True).values
        assert values is not None
        for pair in LOOSER:
            remote.tolerance(*pair)
            for patient in np.flatnonzero(np.isnan(values).any(axis=(1, 2))):
                again = remote.run(int(patient), 1, keep=True).values
                assert again is not None
                values[patient] = again[0]
    failed = int(np.isnan(values).any(axis=(1, 2)).sum())
    if failed > patients // 4:
        raise RuntimeError(f"the reference failed for {failed} of {patients} patients of {task.name}.")
    return Truth(values)


def judge(remote: Remote, truth: Truth, pair: tuple[float, float], patients: int | None = None) -> Setting:
    """Error and rate of an engine at a pair of tolerances, which stay set."""
    remote.tolerance(*pair)
    slow = remote.run(0, 1).wall > SLOW
    most = len(truth.values) // (4 if slow else 1)
    block = remote.run(0, max(1, min(patients or most, most)), keep=True)
    assert block.values is not None
    rate = block.patients / max(block.cpu, 1e-9)  # CPU time ranks a few patients better than wall time
    return Setting(*pair, truth.error(block.values), rate, block.failed)


def scan(remote: Remote, truth: Truth, patients: int, pairs: Sequence[tuple[float, float]]) -> list[Setting]:
    """Work and precision: pairs of tolerances on a few patients."""
    return [judge(remote, truth, pair, patients) for pair in pairs]


def loosest(remote: Remote, truth: Truth, scanned: list[Setting]) -> Setting | None:
    """The fastest of the scanned pairs that comes within `ENOUGH` for all the patients of the truth; it stays set."""
    for one in sorted([one for one in scanned if one.enough], key=lambda setting: -setting.rate):
        checked = judge(remote, truth, (one.relative, one.absolute))
        if checked.enough:
            return _looser(remote, truth, checked)
    return None


def _looser(remote: Remote, truth: Truth, known: Setting) -> Setting:
    """The same pair as loose as it may be between two of the scanned ones."""
    for factor in FINER:
        tried = judge(remote, truth, (known.relative * factor, known.absolute * factor))
        if tried.enough:
            return tried
    return judge(remote, truth, (known.relative, known.absolute))
