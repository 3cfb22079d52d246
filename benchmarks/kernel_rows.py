"""The rows that need the kernel alone: threads, many patients, growth, compilation, sensitivities, distance from the machine."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
import tasks
from accuracy import NOMINAL
from comparison import Effort
from engines.base import Task
from engines.remote import Block, Remote
from machine import multiply_rate
from record import Record, Row
from rounds import block_size, take_turns

MANY = 10_000
CLOSE = (1e-10, 1e-13)
SUBJECT = "kernel"


def kernel_rows(record: Record, effort: Effort, folder: Path, *, quick: bool) -> None:
    """Add every row of the kernel's own."""
    many = MANY // 20 if quick else MANY
    specified: list[tuple[str, str, Callable[..., Row]]] = [
        ("two threads over one", "at least 1.9", two_threads),
        (f"{many:,} patients, 28 days, two threads", "about 15 s for 10,000", partial(many_patients, count=many)),
        (f"memory of {many:,} patients above their output", "at most 150 MB", partial(many_memory, count=many)),
        ("cost per trajectory, 180 over 90 species", "at most 2", partial(growth, copies=2)),
        ("cost per trajectory, 360 over 90 species", "at most 4", partial(growth, copies=4)),
        ("code and compilation, 90 species", "under 6 s", partial(compilation, copies=1, most=6.0)),
        ("code and compilation, 270 species", "under 12 s at 300", partial(compilation, copies=3, most=12.0)),
        ("code and compilation, 360 species", "under 12 s at 300", partial(compilation, copies=4, most=None)),
        ("cached load, packages imported", "under 50 ms", cached_load),
        ("20 sensitivities of one trajectory, in batch trajectories", "at most 25", sensitivity_cost),
        ("20 sensitivities, AMICI's time over the kernel's", "at least 10", sensitivity_against_amici),
        ("20 sensitivities at 1e-10, from differences of libRoadRunner", "1e-6 of scale", sensitivity_agreement),
        ("share of the core's matrix-multiply rate", "aim 0.6", machine_share),
    ]
    slow = {sensitivity_agreement, sensitivity_against_amici} if quick else set()
    for what, target, measure in specified:
        if measure in slow:
            record.add(Row(what, target, "not measured in a quick run"))
        else:
            record.attempt(what, target, partial(measure, what=what, target=target, effort=effort, folder=folder))


def ready(task: Task, folder: Path, engine: str = SUBJECT, pair: tuple[float, float] = NOMINAL) -> Remote:
    """An engine that has run once."""
    remote = Remote(engine, task, folder)
    try:
        remote.tolerance(*pair)
        remote.run(0, 1)
    except BaseException:
        remote.close()
        raise
    return remote


def two_threads(what: str, target: str, effort: Effort, folder: Path) -> Row:
    with ready(tasks.bench90(), folder) as remote:
        count = block_size(remote, effort.seconds)
        ratios = []
        for number in range(effort.rounds):
            walls = []
            for threads in (1, 2):
                remote.threads(threads)
                walls.append(remote.run(number * count, count).wall)
            ratios.append(walls[0] / walls[1])
    middle = statistics.median(ratios)
    return Row(what, target, f"{middle:.2f}", middle >= 1.9, {"ratio": middle})


def many_patients(what: str, target: str, effort: Effort, folder: Path, count: int) -> Row:
    block, _ = _many(folder, count)
    seconds = block.wall * MANY / count
    told = f"{block.wall:.1f} s, {block.rate:.0f}/s, {block.failed} failed"
    return Row(what, target, told, seconds <= 16.5 and not block.failed, {"seconds": block.wall})


def many_memory(what: str, target: str, effort: Effort, folder: Path, count: int) -> Row:
    task = tasks.bench90()
    _, peak = _many(folder, count)
    output = 8 * count * len(task.times) * len(task.observed) / 1e6
    return Row(what, target, f"{peak - output:.0f} MB above {output:.0f} MB of output", peak - output <= 150, {"peak_MB": peak})


def _many(folder: Path, count: int) -> tuple[Block, float]:
    """A fresh process, so that its peak memory is that of this work."""
    with ready(tasks.bench90(), folder) as remote:
        remote.threads(2)
        return remote.run(0, count), remote.memory * 1.048576


def growth(what: str, target: str, effort: Effort, folder: Path, copies: int) -> Row:
    with ready(tasks.bench90(), folder) as small, ready(tasks.tiled(copies), folder) as large:
        ratio = take_turns({"small": small, "large": large}, effort.rounds, effort.seconds).ratio("small", "large")
    return Row(what, target, f"{ratio}", ratio.median <= copies, {"ratio": ratio.median})


def compilation(what: str, target: str, effort: Effort, folder: Path, copies: int, most: float | None) -> Row:
    """With an empty cache; the import of the packages counts."""
    with tempfile.TemporaryDirectory(dir=folder) as empty, ready(_copies(copies), Path(empty)) as remote:
        seconds = remote.compile_seconds
    return Row(what, target, f"{seconds:.2f} s", None if most is None else seconds < most, {"seconds": seconds})


def _copies(copies: int) -> Task:
    return tasks.bench90() if copies == 1 else tasks.tiled(copies)


def cached_load(what: str, target: str, effort: Effort, folder: Path) -> Row:
    """A second preparation in a process that has imported its packages; and the first one of that process."""
    ready(tasks.bench90(), folder).close()
    with ready(tasks.bench90(), folder) as remote:
        first = remote.compile_seconds
        again = statistics.median(remote.prepare_again() for _ in range(5))
    return Row(what, target, f"{1000 * again:.0f} ms ({1000 * first:.0f} ms with the imports)", again < 0.05, {"seconds": again})


def sensitivity_cost(what: str, target: str, effort: Effort, folder: Path) -> Row:
    with ready(tasks.bench90(), folder) as remote:
        remote.sensitivities(0, 1)
        alone = statistics.median(remote.sensitivities(number, 1).wall for number in range(effort.rounds))
        rate = take_turns({SUBJECT: remote}, effort.rounds, effort.seconds).rate(SUBJECT).median
    cost = alone * rate
    return Row(what, target, f"{cost:.1f} ({1000 * alone:.0f} ms)", cost <= 25, {"cost": cost})


def sensitivity_against_amici(what: str, target: str, effort: Effort, folder: Path) -> Row:
    with ready(tasks.bench90(), folder) as own, ready(tasks.bench90(), folder, "amici") as peer:
        walls = [(peer.sensitivities(number, 1).wall, own.sensitivities(number, 1).wall) for number in range(effort.rounds)]
    ratio = statistics.median(theirs / ours for theirs, ours in walls)
    theirs = statistics.median(wall for wall, _ in walls)
    return Row(what, target, f"{ratio:.1f} (AMICI {1000 * theirs:.0f} ms)", ratio >= 10, {"ratio": ratio})


def sensitivity_agreement(what: str, target: str, effort: Effort, folder: Path) -> Row:
    """Of scale: differences times the parameter, over the largest such derivative of the output by any of the parameters."""
    task = tasks.bench90()
    with ready(task, folder, pair=CLOSE) as remote, ExitStack() as stack:
        own = remote.sensitivities(0, 1, keep=True).values
        assert own is not None
        peer = stack.enter_context(ready(task, folder, "roadrunner", (1e-12, 1e-15)))
        other = peer.differences(0)
    numbers = task.patients(0, 1)[0]
    own, other = own[0] * numbers, other * numbers
    scale = np.abs(other).max(axis=(0, 2), keepdims=True)
    worst = float((np.abs(own - other) / scale).max())
    return Row(what, target, f"{worst:.1e}", worst <= 1e-6, {"difference": worst})


def machine_share(what: str, target: str, effort: Effort, folder: Path) -> Row:
    with ready(tasks.bench90(), folder) as remote:
        operations = remote.operations(0, 64)
        rate = take_turns({SUBJECT: remote}, effort.rounds, effort.seconds).rate(SUBJECT).median
    best = multiply_rate()
    share = operations * rate / best
    done = operations * rate
    told = f"{share:.2f}: {operations / 1e6:.1f} Mflop a trajectory x {rate:.0f}/s = {done / 1e9:.1f} of {best / 1e9:.1f} Gflop/s"
    return Row(what, target, told, None, {"share": share, "operations": operations})
