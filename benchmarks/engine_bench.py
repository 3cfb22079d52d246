"""The engine benchmark from the idle check to the record; `bench.py` calls it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import tasks
from accuracy import find_truth
from comparison import QUICK, Compared, Effort, compare, speed_rows, started
from engines.base import Task
from engines.catalogue import NAMES
from kernel_rows import CLOSE, kernel_rows
from record import Record, Row


def compare_engines(record: Record) -> Path:
    """Measure everything, print it as it comes, and write it down; returns the page."""
    effort = QUICK if record.quick else Effort()
    names = tuple(name for name in NAMES if name != "amici") if record.quick else NAMES  # its model takes half a minute to compile
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        bench90 = tasks.bench90()
        speed_rows(record, compare(record, bench90, effort, folder, names))  # first, so that it sees every engine compile
        _check_reference(record, bench90, folder, names)
        whole = compare(record, tasks.whole_model(), effort, folder, names, equal=False)
        _whole_row(record, whole)
        kernel_rows(record, effort, folder, quick=record.quick)
    return record.save()


def _check_reference(record: Record, task: Task, folder: Path, names: tuple[str, ...]) -> None:
    """The reference beside every other engine at 1e-10: a common mistake of all of them is unlikely."""
    truth = find_truth(task, 2, folder)
    told = []
    with started(task, folder, tuple(name for name in names if name != "roadrunner")) as (able, _):
        for name, remote in able.items():
            remote.tolerance(*CLOSE)
            values = remote.run(0, 2, keep=True).values
            assert values is not None
            told.append((name, truth.error(values)))
    measured = ", ".join(f"{name} {error:.1e}" for name, error in told) or "no other engine"
    holds = max(error for _, error in told) <= 1e-6 if told else None
    record.add(Row("reference (libRoadRunner at 1e-11) beside others at 1e-10", "1e-6 of scale", measured, holds, dict(told)))


def _whole_row(record: Record, found: Compared) -> None:
    both = {"kernel", "roadrunner"} <= set(found.nominal.blocks)
    told = f"{found.nominal.ratio('kernel', 'roadrunner')} times" if both else "not measured"
    record.add(Row("whole model with pre-equilibration, against libRoadRunner", "reported", told))
