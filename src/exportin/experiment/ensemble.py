"""Compute the members of a study in chunks, over threads or any executor, in memory or into a run folder that can be resumed."""

from __future__ import annotations

import os
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from exportin.experiment.study import Study
from exportin.kernel.ensemble.execute import run_chunks
from exportin.kernel.ensemble.folder import RunFolder, Storing
from exportin.kernel.ensemble.gather import Gathered
from exportin.kernel.ensemble.plan import Chunk, Plan
from exportin.kernel.ensemble.progress import Progress

if TYPE_CHECKING:
    from exportin.result import Result

__all__ = ["compute_part", "in_folder", "in_memory"]

_LANES = 4
_MOST = 256  # members of a chunk in memory


def in_memory(
    study: Study, *, workers: int | None = None, executor: Executor | None = None, progress: bool = False
) -> Result:
    """Every member in memory."""
    count = study.members.count
    share = -(-count // (2 * (workers or os.cpu_count() or 1)))
    plan = Plan(count, max(_LANES, min(_MOST, -(-share // _LANES) * _LANES)))
    gathered = Gathered(count)
    with Progress(count, progress) as advance:
        run_chunks(study.members, plan, workers=workers, executor=executor, sink=gathered.add, progress=advance, stop=study.members.stop)
    return study.gathered(gathered.arrays)


def in_folder(
    study: Study, path: str | os.PathLike[str], *, workers: int | None = None, executor: Executor | None = None, progress: bool = False
) -> Result:
    """Every member in a run folder; what is finished there is not computed again."""
    folder = RunFolder.create(path, study.description)
    compute_part(study, folder, (1, 1), workers=workers, executor=executor, progress=progress)
    return study.stored(folder)


def compute_part(
    study: Study, folder: RunFolder, part: tuple[int, int], *, workers: int | None = None, executor: Executor | None = None,
    progress: bool = False,
) -> list[Chunk]:  # fmt: skip
    """Compute what a part (from 1, of how many) of a run folder still misses; the chunks that other parts still owe."""
    todo = folder.missing(folder.plan.part(*part))
    task = Storing(study.members, folder)
    with Progress(sum(len(chunk) for chunk in todo), progress) as advance:
        run_chunks(task, todo, workers=workers, executor=executor, progress=advance, stop=study.members.stop)
    return folder.missing()
