"""Times what a user waits for, each beside a peer and taken in turns with it, so that a busy machine slows both.

    python benchmarks/bench.py [--quick] [--anyway] [--only door|engines] [--json] [--rounds 9] [--runs 3]

The engine benchmark is in engine_bench.py, and described in README.md. The other rows are here:

| what | peer |
|---|---|
| `import exportin`, `exportin --help`, whole processes | `python -c pass` |
| `exportin run` of the example, a whole process | the target of 30 s on two cores |
| all pathways, 28 days of selinexor, 200 cells by 20 draws, with their untreated states | the target of 30 s on two cores |
| a surface of 10 by 10 doses, 100 cells a well, 72 h | the target of 60 s on two cores |
| a trial of 10,000 patients for 12 months, with the tables of a week | the target of 20 min on two cores |
| export signals of 11 million residues: candidates, full scores, whole command | targets of 0.5 s and 5 s on one core, below 500 MB |
| full scores of a sample of them | patterns and Wregex on the same sample (signal_rows.py) |
| `simulate()` of the cell for 72 h, no drug, one draw | libRoadRunner alone on the same SBML and grid |
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from engine_bench import compare_engines
from machine import idle_check
from record import Record

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "selinexor-npm1-aml.yaml"
CELL, HOURS = "OCI-AML3", 72


@dataclass(frozen=True)
class Timing:
    """Median seconds of one thing, and how many times its peer's."""

    what: str
    seconds: float
    fastest: float
    rounds: int
    ratio: float | None = None
    target: float | None = None


def clock(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def process(*arguments: str) -> Callable[[], object]:
    """A whole Python process, quiet unless it fails."""

    def run() -> None:
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, check=False)
        if done.returncode:
            raise SystemExit(f"python {' '.join(arguments)} failed:\n{done.stderr}")

    return run


def in_turns(actions: dict[str, Callable[[], object]], rounds: int, targets: dict[str, float] | None = None) -> list[Timing]:
    """Each action once a round; the first action is the peer of the others. One round before the first is not counted."""
    taken: dict[str, list[float]] = {what: [] for what in actions}
    for action in actions.values():
        action()
    for _ in range(rounds):
        for what, action in actions.items():
            taken[what].append(clock(action))
    peer = statistics.median(next(iter(taken.values())))
    return [
        Timing(what, (middle := statistics.median(seconds)), min(seconds), rounds, middle / peer, (targets or {}).get(what))
        for what, seconds in taken.items()
    ]


def starting(rounds: int) -> list[Timing]:
    actions = {
        "python -c pass": process("-c", "pass"),
        "import exportin": process("-c", "import exportin"),
        "exportin --help": process("-m", "exportin", "--help"),
    }
    return in_turns(actions, rounds, {"import exportin": 0.15, "exportin --help": 0.4})


def looking_up(rounds: int) -> list[Timing]:
    """Searches of the facts in this process, after the first, and in a process of their own."""
    import exportin as xp

    queries = {"a name": "TP53", "a paper": "PMID 10430904", "words": "knockdown lines"}
    actions: dict[str, Callable[[], object]] = {f"xp.evidence ({what})": partial(xp.evidence, query) for what, query in queries.items()}
    timings = in_turns(actions, rounds, dict.fromkeys(actions, 0.1))
    return [*timings, *in_turns({"exportin evidence TP53": process("-m", "exportin", "evidence", "TP53")}, rounds)]


def example(runs: int) -> list[Timing]:
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            out = str(Path(folder) / str(run))
            seconds.append(clock(process("-m", "exportin", "run", str(EXAMPLE), "--quiet", "--out", out)))
    return [Timing("exportin run (example)", statistics.median(seconds), min(seconds), runs, None, 30.0)]


def whole_model(quick: bool) -> list[Timing]:
    """The whole model under a patient's regimen; compiled before the clock starts. A quick run takes every tenth draw and scales."""
    import exportin as xp

    cell = xp.cell(CELL).with_pathways()
    weeks = xp.regimen("selinexor", "60 mg PO days 1,3 every 7 d for 28 d")
    draws = 2 if quick else 20

    def run(draws: int) -> None:
        watched = ["apoptotic_fraction", "viability", "XPO1_occupancy"]
        xp.simulate(cell, weeks, until="28 d", observe=watched, cells=200, draws=draws, points=57)

    run(1)
    seconds = clock(lambda: run(draws)) * 20 / draws
    return [Timing("whole model, 4,000 runs", seconds, seconds, 1, None, 30.0)]


def surface(quick: bool) -> list[Timing]:
    """Ten doses of each of two drugs, with the wells of one alone and none; a quick run takes a tenth of the cells and scales."""
    import exportin as xp

    cell, cells = xp.cell(CELL).with_pathways(), 10 if quick else 100
    doses = [[f"{low * 2**k} nM" for k in range(9)] for low in (4, 40)]
    options = {"first_doses": doses[0], "second_doses": doses[1], "until": "72 h"}
    xp.combine(cell, "KPT-185", "Nutlin-3a", **{**options, "cells": 2})
    seconds = clock(lambda: xp.combine(cell, "KPT-185", "Nutlin-3a", **options, cells=cells)) * 100 / cells
    return [Timing("surface, 100 wells", seconds, seconds, 1, None, 60.0)]


def virtual_trial(quick: bool) -> list[Timing]:
    """Ten thousand patients in two arms for a year; a quick run takes a tenth of them and scales."""
    import exportin as xp
    from exportin.cohort.trial.file import parse_trial

    patients = 500 if quick else 5000
    arms = f"  - {{name: drug, patients: {patients}, ladder: myeloma twice weekly}}\n  - {{name: none, patients: {patients}}}\n"
    plan = parse_trial(f"title: T\ndisease: refractory myeloma\nuntil: 52 weeks\narms:\n{arms}")
    seconds = clock(lambda: xp.trial(plan)) * 5000 / patients
    return [Timing("trial, 10,000 patients", seconds, seconds, 1, None, 1200.0)]


def simulating(rounds: int) -> list[Timing]:
    import roadrunner

    import exportin as xp

    cell = xp.cell(CELL)
    grid = xp.simulate(cell, until=f"{HOURS} h").time
    engine = roadrunner.RoadRunner(xp.model("cell", cell=cell).to_sbml())

    def alone() -> None:
        engine.resetAll()
        engine.simulate(0, HOURS * 3600, len(grid))

    return in_turns({"libRoadRunner alone": alone, "simulate()": lambda: xp.simulate(cell, until=f"{HOURS} h")}, rounds)


def signals(rounds: int) -> list[Timing]:
    """A proteome in processes of their own, and a sample beside the peers."""
    import signal_rows

    found = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "proteome.fasta"
        signal_rows.write_proteome(file)
        for what, label, target in (("candidates", "signals, candidates", 0.5), ("scores", "signals, full scores", 5.0)):
            runs = [signal_rows.in_a_process(file, what) for _ in range(rounds)]
            seconds = [one for one, _ in runs]
            told = f"{label}, {max(memory for _, memory in runs)} MB"
            found.append(Timing(told, statistics.median(seconds), min(seconds), rounds, None, target))
        seconds = [signal_rows.whole_command(file) for _ in range(rounds)]
        found.append(Timing("exportin nes (a table)", statistics.median(seconds), min(seconds), rounds))
    return [*found, *in_turns(signal_rows.sample_actions(), rounds)]


def shown(timings: list[Timing]) -> str:
    lines = [f"{'what':32}{'median':>12}{'fastest':>12}{'rounds':>8}{'of peer':>10}{'target':>10}"]
    for timing in timings:
        ratio = "" if timing.ratio is None else f"{timing.ratio:.2f} x"
        target = "" if timing.target is None else f"{timing.target:g} s"
        middle, fastest = f"{timing.seconds * 1000:.1f} ms", f"{timing.fastest * 1000:.1f} ms"
        lines.append(f"{timing.what:32}{middle:>12}{fastest:>12}{timing.rounds:>8}{ratio:>10}{target:>10}")
    return "\n".join(lines)


def door(options: argparse.Namespace) -> None:
    """The rows of this file."""
    timings = [*starting(options.rounds), *looking_up(options.rounds), *simulating(options.rounds), *example(options.runs)]
    timings += [*signals(max(1, options.rounds // 3)), *whole_model(options.quick), *surface(options.quick), *virtual_trial(options.quick)]
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    if options.json:
        print(json.dumps({**machine, "timings": [asdict(timing) for timing in timings]}, indent=1))
    else:
        print("Python {python}, {machine}, {cores} cores; a group's rows take turns, the first is the peer".format(**machine))
        print(shown(timings))


def main() -> None:
    parser = argparse.ArgumentParser(description="Times what a user waits for, and the engines beside each other.")
    parser.add_argument("--quick", action="store_true", help="short blocks, few patients, no AMICI: under two minutes")
    parser.add_argument("--anyway", action="store_true", help="measure on a busy machine too; the tables say so")
    parser.add_argument("--only", choices=["door", "engines"], help="one half of the benchmark")
    parser.add_argument("--json", action="store_true", help="print the door's rows as JSON, and nothing else: with --only door")
    parser.add_argument("--rounds", type=int, default=None, help="rounds of the short timings (default 9, quick 3)")
    parser.add_argument("--runs", type=int, default=None, help="runs of the example (default 3, quick 1)")
    options = parser.parse_args()
    options.rounds = (3 if options.quick else 9) if options.rounds is None else options.rounds
    options.runs = (1 if options.quick else 3) if options.runs is None else options.runs
    if options.rounds < 1 or options.runs < 1:
        parser.error("--rounds and --runs must be 1 or more")

    idle = idle_check()
    print(f"{idle}.", file=sys.stderr)
    if idle.busy and not options.anyway:
        raise SystemExit("not measured: the machine is busy (it needs 95 % of the cores free); wait, or add --anyway.")
    if options.only != "engines":
        door(options)
    if options.only != "door":
        print(f"The record is {compare_engines(Record(idle, options.quick)).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
