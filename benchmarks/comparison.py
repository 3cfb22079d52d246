"""The engines beside each other on one task: at the nominal tolerances, and at equal achieved error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from accuracy import NOMINAL, PAIRS, Setting, Truth, find_truth, judge, loosest, scan
from engines.base import NotOffered, Task
from engines.remote import EngineFailed, Remote
from record import Record, Row, Table
from rounds import Rounds, take_turns

HEAD = ("engine", "version", "trajectories/s", "kernel is faster by", "error of scale", "MB", "compile s", "alone ms", "CPU/wall", "failed")
EQUAL = ("engine", "relative", "absolute", "error of scale", "trajectories/s", "kernel is faster by")


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds of blocks of some seconds, patients whose error is known, patients of a scan."""

    rounds: int = 7
    seconds: float = 2.0
    patients: int = 64
    scanned: int = 8
    pairs: tuple[tuple[float, float], ...] = PAIRS


QUICK = Effort(rounds=3, seconds=0.4, patients=8, scanned=2, pairs=PAIRS[1::3])


@dataclass(frozen=True)
class Compared:
    """What `compare` leaves for the rows: the rounds and errors at nominal tolerances, and those at equal error."""

    nominal: Rounds
    errors: Mapping[str, float]
    alone: Rounds
    equal: Rounds | None


@contextmanager
def started(task: Task, folder: Path, names: tuple[str, ...]) -> Iterator[tuple[dict[str, Remote], dict[str, str]]]:
    """The engines that can do a task, each in its process; and why the others cannot."""
    with ExitStack() as stack:
        able: dict[str, Remote] = {}
        unable: dict[str, str] = {}
        for name in names:
            try:
                able[name] = stack.enter_context(Remote(name, task, folder))
                able[name].tolerance(*NOMINAL)
                able[name].run(0, 1)
            except (NotOffered, EngineFailed) as error:
                able.pop(name, None)
                unable[name] = str(error)
        yield able, unable


def compare(record: Record, task: Task, effort: Effort, folder: Path, names: tuple[str, ...], *, equal: bool = True) -> Compared:
    """Measure every engine in turns and add the tables to the record."""
    truth = find_truth(task, effort.patients, folder)
    with started(task, folder, names) as (able, unable):
        settings = {name: judge(remote, truth, NOMINAL) for name, remote in able.items()}
        rounds = take_turns(able, effort.rounds, effort.seconds)
        alone = take_turns(able, effort.rounds, effort.seconds, size=1)
        memory = {name: remote.memory for name, remote in able.items()}
        lines = [_line(able[name], rounds, alone, settings[name], memory[name]) for name in able]
        lines += [(name, why, *[""] * (len(HEAD) - 2)) for name, why in unable.items()]
        record.tables.append(Table(f"{task.name}, relative 1e-6, absolute 1e-9, one core", HEAD, tuple(lines)))
        print(record.tables[-1], flush=True)
        matched = _equal_error(record, task, truth, able, effort) if equal else None
    return Compared(rounds, {name: one.error for name, one in settings.items()}, alone, matched)


def _line(remote: Remote, rounds: Rounds, alone: Rounds, setting: Setting, memory: float) -> tuple[str, ...]:
    name = remote.engine
    ratio = str(rounds.ratio("kernel", name)) if "kernel" in rounds.blocks and name != "kernel" else ""
    figures = (f"{setting.error:.1e}", f"{memory:.0f}", f"{remote.compile_seconds:.2f}", f"{1000 / alone.rate(name).median:.1f}")
    checks = (f"{rounds.cpu_share(name):.2f}", str(rounds.failed(name)))
    return (remote.title, remote.version, str(rounds.rate(name)), ratio, *figures, *checks)


def _equal_error(record: Record, task: Task, truth: Truth, able: dict[str, Remote], effort: Effort) -> Rounds | None:
    """Each engine at its own loosest tolerances that come within the same error, in turns."""
    found: dict[str, Setting] = {}
    work: list[tuple[str, ...]] = []
    for name, remote in able.items():
        scanned = scan(remote, truth, effort.scanned, effort.pairs)
        work += [(remote.title, f"{s.relative:.0e}", f"{s.absolute:.0e}", f"{s.error:.1e}", f"{s.rate:.3g}") for s in scanned]
        best = loosest(remote, truth, scanned)
        if best is not None:
            found[name] = best
    if not found:
        return None
    rounds = take_turns({name: able[name] for name in found}, effort.rounds, effort.seconds)
    lines = []
    for name, setting in found.items():
        ratio = str(rounds.ratio("kernel", name)) if "kernel" in found and name != "kernel" else ""
        figures = (f"{setting.relative:.0e}", f"{setting.absolute:.0e}", f"{setting.error:.1e}")
        lines.append((able[name].title, *figures, str(rounds.rate(name)), ratio))
    record.tables.append(Table(f"{task.name}, each engine at its fastest tolerances within 2e-5 of scale, one core", EQUAL, tuple(lines)))
    print(record.tables[-1], flush=True)
    record.tables.append(Table(f"{task.name}, work and precision (a few patients; per second of CPU time)", EQUAL[:-1], tuple(work)))
    return rounds


def speed_rows(record: Record, found: Compared) -> None:
    """The rows that compare the kernel with its peers."""
    specified = (
        ("roadrunner", "against libRoadRunner at 1e-6/1e-9, one core", found.nominal, 20, 35),
        ("roadrunner", "against libRoadRunner at equal error (2e-5)", found.equal, 60, 100),
        ("amici", "against AMICI at equal error (2e-5)", found.equal, 25, 40),
    )
    for peer, what, rounds, least, aim in specified:
        target = f"at least {least} times; aim {aim}"
        if rounds is None or not {"kernel", peer} <= set(rounds.blocks):
            record.add(Row(what, target, "not measured"))
            continue
        ratio = rounds.ratio("kernel", peer)
        record.add(Row(what, target, f"{ratio} times", ratio.median >= least, {"ratio": ratio.median}))
    both = {"kernel", "roadrunner"} <= set(found.nominal.blocks)
    errors = "not measured"
    if both:
        errors = f"{found.errors['kernel']:.1e} against {found.errors['roadrunner']:.1e}"
    smaller = found.errors["kernel"] < found.errors["roadrunner"] if both else None
    record.add(Row("achieved error at 1e-6/1e-9", "smaller than libRoadRunner's", errors, smaller))
    share = 1 / found.alone.ratio("kernel", "roadrunner").median if both else None
    told = "not measured" if share is None else f"{share:.3f}"
    record.add(Row("one trajectory alone, of libRoadRunner's time", "at most 0.2", told, None if share is None else share <= 0.2))
