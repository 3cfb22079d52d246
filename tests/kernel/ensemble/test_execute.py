"""The same results whoever computes them, and a clean end when something goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from exportin.errors import BadQuantity, ExportinError, SimulationFailed
from exportin.kernel.ensemble.execute import run_chunks
from exportin.kernel.ensemble.gather import Gathered
from exportin.kernel.ensemble.plan import Plan
from exportin.kernel.ensemble.summary import StreamingSummary

TASK = '''
import numpy as np

def task(members):
    """Numbers that depend on nothing but the member; products and sums, whose bits no vector unit changes."""
    index = np.asarray(members, dtype=float)[:, None, None]
    place = np.arange(12.0).reshape(1, 4, 3)
    share = (index * 0.6180339887498949 + place * 0.41421356237309515) % 1.0
    return {"values": 3.0 + share * share, "status": (np.asarray(members) % 17 == 5).astype(np.int64)}

def unknown(members):
    from exportin.errors import UnknownName

    raise UnknownName("cell", "HeLe", ["HeLa"])
'''
COUNT = 211


@pytest.fixture
def task(tmp_path, monkeypatch):
    """A task that other processes can import."""
    (tmp_path / "ensemble_task.py").write_text(TASK, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "ensemble_task", raising=False)
    import ensemble_task

    return ensemble_task.task


class Backwards(Executor):
    """Runs the last chunk submitted first, one at a time."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future, object, tuple]] = []
        self.most = 0
        self.order: list[range] = []

    def submit(self, fn, /, *args, **kwargs):
        future: Future = Future()
        self.waiting.append((future, fn, args))
        self.most = max(self.most, len(self.waiting))
        threading.Timer(0.005, self._one).start()
        return future

    def _one(self) -> None:
        future, fn, args = self.waiting.pop()
        if future.set_running_or_notify_cancel():
            self.order.append(args[0])
            future.set_result(fn(*args))


def collect(task, plan, **options):
    gathered, summary = Gathered(plan.count), StreamingSummary(plan)

    def both(chunk, arrays):
        gathered.add(chunk, arrays)
        summary.add(chunk, arrays)

    run_chunks(task, plan, sink=both, **options)
    return gathered.arrays, summary.result()


def same(one, other) -> bool:
    (arrays, summary), (arrays_2, summary_2) = one, other
    fields = ("count", "mean", "standard_deviation", "least", "greatest")
    pairs = [(getattr(summary.statistics["values"], name), getattr(summary_2.statistics["values"], name)) for name in fields]
    pairs += [(arrays[name], arrays_2[name]) for name in ("values", "status")]
    return summary.outcomes == summary_2.outcomes and all(a.tobytes() == b.tobytes() for a, b in pairs)


@pytest.mark.parametrize("chunk", [1, 7, 16, 64, 500])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_same_bits_for_any_number_of_workers_and_chunk_size(task, workers, chunk):
    reference = collect(task, Plan(COUNT, COUNT), workers=1)
    assert reference[0]["values"].tobytes() == task(range(COUNT))["values"].tobytes()
    assert same(collect(task, Plan(COUNT, chunk), workers=workers), reference)


def test_the_same_bits_from_an_executor_that_goes_backwards(task):
    executor = Backwards()
    found = collect(task, Plan(COUNT, 10), executor=executor, workers=3)
    assert [one.start for one in executor.order] != sorted(one.start for one in executor.order)
    assert executor.most <= 6
    assert same(found, collect(task, Plan(COUNT, 10), workers=1))


def test_the_same_bits_from_spawned_processes(task):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        found = collect(task, Plan(COUNT, 20), executor=processes, workers=2)
    assert same(found, collect(task, Plan(COUNT, 20), workers=1))


def test_an_error_that_cannot_travel_is_told_by_another(task):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        with pytest.raises(ExportinError, match="'HeLe' is not a known cell; did you mean HeLa") as caught:
            run_chunks(sys.modules["ensemble_task"].unknown, Plan(3, 1), executor=processes, workers=1)
        assert "This happened in chunk" in caught.value.__notes__[0]
        assert processes.submit(int).result() == 0


CLUSTER = '''
import numpy as np
from distributed import Client, LocalCluster
from exportin.kernel.ensemble.execute import run_chunks
from exportin.kernel.ensemble.gather import Gathered
from exportin.kernel.ensemble.plan import Plan
from ensemble_task import task

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as client:
        gathered = Gathered(211)
        run_chunks(task, Plan(211, 20), executor=client.get_executor(), workers=2, sink=gathered.add)
    print(gathered.arrays["values"].tobytes() == task(range(211))["values"].tobytes())
'''


def test_the_same_bits_from_a_dask_cluster(task, tmp_path):
    pytest.importorskip("distributed", reason="distributed (the cluster extra) is not installed")
    (tmp_path / "cluster.py").write_text(CLUSTER, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "cluster.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.strip().endswith("True"), done.stderr


def test_a_failing_chunk_ends_the_run_and_is_named():
    started = []

    def task(members):
        started.append(members.start)
        if members.start == 20:
            raise SimulationFailed("the step became too small.")
        time.sleep(0.01)
        return {"level": np.zeros(len(members))}

    kept = []
    with pytest.raises(SimulationFailed, match="too small") as caught:
        run_chunks(task, Plan(10_000, 10), workers=2, sink=lambda chunk, _: kept.append(chunk.number))
    assert caught.value.__notes__ == ["This happened in chunk 2 (members 20 to 29)."]
    assert len(started) < 12
    assert 2 not in kept


def test_a_result_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="the 4 members of the chunk"):
        run_chunks(lambda members: {"level": np.zeros(3)}, Plan(8, 4), workers=1)


def test_a_failing_sink_is_not_called_again():
    calls = []

    def sink(chunk, arrays):
        calls.append(chunk)
        raise OSError("no room")

    with pytest.raises(OSError, match="no room") as caught:
        run_chunks(lambda members: {}, Plan(100, 1), workers=2, sink=sink)
    assert len(calls) == 1
    assert "was handed on" in caught.value.__notes__[0]


def test_an_executor_that_was_given_is_left_open():
    with ThreadPoolExecutor(1) as threads:
        run_chunks(lambda members: {}, Plan(4, 2), executor=threads)
        assert threads.submit(int).result() == 0


@pytest.mark.parametrize("workers", [0, -1, True])
def test_a_wrong_number_of_workers_is_refused(workers):
    with pytest.raises(BadQuantity, match="workers"):
        run_chunks(lambda members: {}, Plan(1, 1), workers=workers)


def test_few_chunks_are_in_flight_however_slow_the_sink():
    begun, handed, most = [], [], []

    def task(members):
        begun.append(members.start)
        return {}

    def sink(chunk, arrays):
        time.sleep(0.005)
        handed.append(chunk.number)
        most.append(len(begun) - len(handed))

    run_chunks(task, Plan(60, 1), workers=2, sink=sink)
    assert sorted(handed) == list(range(60))
    assert max(most) <= 4


def test_progress_counts_members():
    counted = []
    run_chunks(lambda members: {}, Plan(10, 4), workers=2, progress=counted.append)
    assert sorted(counted) == [2, 4, 4]


def test_an_interrupt_keeps_what_is_finished_and_cancels_what_waits():
    stopped, kept, started = threading.Event(), [], []

    def task(members):
        started.append(members.start)
        if members.start > 2 and stopped.wait(10):
            raise SimulationFailed("stopped")
        return {}

    def sink(chunk, arrays):
        kept.append(chunk.number)
        if len(kept) == 3:
            raise KeyboardInterrupt

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_chunks(task, Plan(1000, 1), workers=2, sink=sink, stop=stopped.set)
    assert time.monotonic() - begin < 5
    assert stopped.is_set()
    assert sorted(kept) == [0, 1, 2]
    assert len(started) <= 7


class Eager(Executor):
    """Has every chunk done before anyone asks."""

    def submit(self, fn, /, *args, **kwargs):
        future: Future = Future()
        future.set_result(fn(*args))
        return future


def test_an_interrupt_hands_on_what_was_finished_before():
    kept = []

    def sink(chunk, arrays):
        if not kept:
            kept.append(None)
            raise KeyboardInterrupt
        kept.append(chunk.number)

    with pytest.raises(KeyboardInterrupt):
        run_chunks(lambda members: {}, Plan(1000, 1), executor=Eager(), workers=3, sink=sink)
    assert len(set(kept)) == 6


class Lazy(Executor):
    """Finishes the first chunk and never begins another."""

    def __init__(self) -> None:
        self.futures: list[Future] = []

    def submit(self, fn, /, *args, **kwargs):
        self.futures.append(Future())
        if len(self.futures) == 1:
            self.futures[0].set_result(fn(*args))
        return self.futures[-1]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_what_waits_is_cancelled(error):
    def sink(chunk, arrays):
        raise error

    executor = Lazy()
    with pytest.raises(error):
        run_chunks(lambda members: {}, Plan(1000, 1), executor=executor, workers=3, sink=sink)
    assert [future.cancelled() for future in executor.futures] == [False, True, True, True, True, True]


CTRL_C = '''
import signal, sys, threading, time
import numpy as np
from exportin.kernel.ensemble.execute import run_chunks
from exportin.kernel.ensemble.plan import Plan

signal.signal(signal.SIGINT, signal.default_int_handler)
stopped, kept = threading.Event(), []

def task(members):
    if members.start >= 4 and stopped.wait(60):
        raise RuntimeError("stopped")
    return {"level": np.zeros(len(members))}

def sink(chunk, arrays):
    kept.append(chunk.number)
    if len(kept) == 4:
        print("ready", flush=True)

try:
    run_chunks(task, Plan(100, 1), workers=2, sink=sink, stop=stopped.set)
except KeyboardInterrupt:
    print(sorted(kept), stopped.is_set(), threading.active_count())
'''


@pytest.mark.skipif(os.name == "nt", reason="needs SIGINT for one process")
def test_ctrl_c_stops_compiled_calls_and_propagates():
    child = subprocess.Popen([sys.executable, "-c", CTRL_C], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    begin = time.monotonic()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    assert out == "[0, 1, 2, 3] True 1\n", err
    assert time.monotonic() - begin < 5
