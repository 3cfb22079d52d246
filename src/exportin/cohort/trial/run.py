"""Run a virtual trial, in memory or in a run folder that goes on after an interruption."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exportin.cohort.survival.estimate import require_lifelines
from exportin.cohort.trial.course import FIELDS
from exportin.cohort.trial.file import read_trial
from exportin.cohort.trial.members import BEFORE, TrialMembers
from exportin.cohort.trial.plan import Trial
from exportin.cohort.trial.result import TrialResult
from exportin.errors import BadQuantity
from exportin.experiment.provenance import table_digest
from exportin.kernel.ensemble.description import Axis, Description, Variable
from exportin.kernel.ensemble.execute import run_chunks
from exportin.kernel.ensemble.folder import RunFolder, Storing
from exportin.kernel.ensemble.gather import Gathered
from exportin.kernel.ensemble.plan import Plan
from exportin.kernel.ensemble.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

__all__ = ["CHUNK", "describe_trial", "trial"]

CHUNK = 1000  # patients that are followed together, whatever the number of workers
NAMES = ("record", "before", "platelets", "marker")


def trial(
    source: str | os.PathLike[str] | Trial,
    *,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    folder: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> TrialResult:
    """Run a virtual trial.

    Parameters
    ----------
    source : path or Trial
        A trial file.
    draws, replicates, seed : int, optional
        In place of the file's.
    workers : int, optional
        Threads, by default one a processor; the numbers do not depend on it. With `executor`, its number of workers.
    executor : concurrent.futures.Executor, optional
        Where to run, such as dask's ``Client.get_executor()`` or a pool of processes.
    folder : path, optional
        Run folder: finished patients are kept there, and an interrupted run of the same trial goes on.
    progress : bool
        Show a bar on stderr when it takes longer than two seconds.

    Returns
    -------
    result : TrialResult

    Raises
    ------
    BadScenario, UnknownName, BadQuantity, BadRegimen, NotModelled, OutputExists
    """
    require_lifelines()
    plan = source if isinstance(source, Trial) else read_trial(source)
    changed = {"draws": draws, "replicates": replicates, "seed": seed}
    for name, value in changed.items():
        least = 0 if name == "seed" else 1
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
            raise BadQuantity(f"{name}: {value!r} is not a whole number of at least {least}.")
    plan = replace(plan, **{name: value for name, value in changed.items() if value is not None})
    task = TrialMembers(plan, workers, progress).prepared()
    if folder is None:
        gathered = Gathered(plan.count)
        with Progress(plan.count, progress, "patients") as advance:
            run_chunks(task, Plan(plan.count, CHUNK), workers=workers, executor=executor, sink=gathered.add, progress=advance)
        return _made(plan, gathered.arrays)
    place = RunFolder.create(Path(folder), describe_trial(plan, task.draws))
    missing = place.missing()
    with Progress(sum(len(chunk) for chunk in missing), progress, "patients") as advance:
        run_chunks(Storing(task, place), missing, workers=workers, executor=executor, progress=advance)
    return _made(plan, {name: place.read(name) for name in NAMES})


def describe_trial(plan: Trial, draws: tuple[int, ...]) -> Description:
    """The manifest of a run folder."""
    weeks = tuple(float(week) for week in range(plan.weeks + 1))
    axes = (
        Axis("field", len(FIELDS), "1", FIELDS), Axis("covariate", len(BEFORE), "1", BEFORE), Axis("week", len(weeks), "week", weeks),
    )  # fmt: skip
    variables = (
        Variable("record", ("field",), ("of the field",), "<f8"), Variable("before", ("covariate",), ("of the covariate",), "<f8"),
        Variable("platelets", ("week",), ("1/nL",), "<f4"), Variable("marker", ("week",), ("1",), "<f4"),
    )  # fmt: skip
    members = (Axis("draw", plan.draws), Axis("replicate", plan.replicates), Axis("patient", plan.patients))
    asked = hashlib.sha256(repr(replace(plan, text="")).encode()).hexdigest()[:16]  # the drug's own numbers are in it
    task = {"trial": plan.text or plan.title, "digest": asked, "seed": plan.seed, "tables": table_digest(), "cell draws": list(draws)}
    return Description(task, members, axes, variables, CHUNK)


def _made(plan: Trial, arrays: Mapping[str, NDArray[Any]]) -> TrialResult:
    shape = (plan.draws * plan.replicates, plan.patients)
    record, before, platelets, marker = (arrays[name].reshape(*shape, arrays[name].shape[-1]) for name in NAMES)
    return TrialResult(plan, record, before, platelets.astype(np.float32), marker.astype(np.float32))  # the digits that a folder keeps
