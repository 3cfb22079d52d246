"""Map a task over chunks with threads or with any executor, with a bounded number of chunks in flight."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exportin.errors import BadQuantity, ExportinError
from exportin.kernel.ensemble.plan import Chunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Arrays", "Sink", "Task", "run_chunks"]

Arrays = Mapping[str, "NDArray[Any]"]
Task = Callable[[range], Arrays]
Sink = Callable[[Chunk, Arrays], None]

_POLL = 0.2  # seconds; where a wait cannot be interrupted (Windows), Ctrl-C is seen after this time
_AHEAD = 2  # chunks in flight per worker: one runs, one waits


def run_chunks(
    task: Task,
    chunks: Iterable[Chunk],
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    sink: Sink | None = None,
    progress: Callable[[int], None] | None = None,
    stop: Callable[[], None] | None = None,
) -> None:
    """Compute every chunk and hand each result to the sink.

    Parameters
    ----------
    task : callable
        Takes the range of a chunk's members; returns arrays whose first axis is that range. Picklable where the executor uses processes.
    chunks : iterable of Chunk
        A `Plan`, a part of one, or those that a run folder misses.
    workers : int, optional
        Threads; with `executor`, its number of workers, which sets how many chunks are in flight. By default the number of processors.
    executor : concurrent.futures.Executor, optional
        Processes (started by spawn), dask's ``Client.get_executor()``, mpi4py's ``MPIPoolExecutor``: only ``submit`` is used.
        It is not shut down. By default a pool of threads, for tasks that release the interpreter's lock.
    sink : callable, optional
        Called in the caller's thread with the chunk and its arrays, in order of completion.
    progress : callable, optional
        Called with the number of members of each chunk done.
    stop : callable, optional
        Called when the run is given up; asks running tasks to end early. A task that does so raises, it never returns half a chunk.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C: waiting chunks are cancelled, finished ones are handed on. Threads are waited for, chunks in other executors are not.
    Exception
        What a task or the sink raised, with a note that names the chunk; the others are cancelled.

    Examples
    --------
    >>> import numpy as np
    >>> from exportin.kernel.ensemble.plan import Plan
    >>> totals = {}
    >>> def keep(chunk, arrays):
    ...     totals[chunk.number] = int(arrays["square"].sum())
    >>> run_chunks(lambda members: {"square": np.square(members)}, Plan(5, 2), workers=2, sink=keep)
    >>> sorted(totals.items())
    [(0, 1), (1, 13), (2, 16)]
    """
    if workers is not None and (isinstance(workers, bool) or workers < 1):
        raise BadQuantity(f"workers: {workers!r} is not a whole number of at least 1.")
    crew = workers or os.cpu_count() or 1
    if executor is not None:
        _Run(_Portable(task), sink, progress, stop).work(executor, chunks, crew, wait_at_end=False)
        return
    with ThreadPoolExecutor(crew, thread_name_prefix="exportin") as threads:
        _Run(task, sink, progress, stop).work(threads, chunks, crew, wait_at_end=True)


class _Run:
    """Chunks in flight and where their results go."""

    def __init__(
        self, task: Task, sink: Sink | None, progress: Callable[[int], None] | None, stop: Callable[[], None] | None
    ) -> None:
        self._task, self._sink, self._progress, self._stop = task, sink, progress, stop
        self._pending: dict[Future[Arrays], Chunk] = {}
        self._sink_failed = False

    def work(self, executor: Executor, chunks: Iterable[Chunk], crew: int, *, wait_at_end: bool) -> None:
        """Keep the executor supplied until no chunk is left."""
        queue = iter(chunks)
        try:
            self._supply(executor, queue, _AHEAD * crew)
            while self._pending:
                done, _ = wait(self._pending, timeout=_POLL, return_when=FIRST_COMPLETED)
                while done:
                    self._finish(done.pop())
                self._supply(executor, queue, _AHEAD * crew)
        except BaseException as error:
            self._give_up(error, wait_at_end)
            raise

    def _supply(self, executor: Executor, queue: Iterator[Chunk], most: int) -> None:
        while len(self._pending) < most:
            chunk = next(queue, None)
            if chunk is None:
                return
            self._pending[executor.submit(self._task, chunk.members)] = chunk

    def _finish(self, future: Future[Arrays]) -> None:
        """Hand on one result, or raise what its task raised."""
        chunk = self._pending.pop(future)
        try:
            arrays = future.result()
            _check(chunk, arrays)
        except Exception as error:
            error.add_note(f"This happened in {chunk}.")
            raise
        if self._sink is not None:
            try:
                self._sink(chunk, arrays)
            except Exception as error:
                self._sink_failed = True
                error.add_note(f"This happened while {chunk} was handed on.")
                raise
        if self._progress is not None:
            self._progress(len(chunk))

    def _give_up(self, reason: BaseException, wait_at_end: bool) -> None:
        """Cancel what waits, stop what runs, keep what is finished."""
        if self._stop is not None:
            self._stop()
        running = [future for future in self._pending if not future.cancel()]
        while wait_at_end and wait(running, timeout=_POLL).not_done:
            pass
        for future in running:
            if future.done() and not future.cancelled() and future.exception() is None and not self._sink_failed:
                try:
                    self._finish(future)
                except Exception as error:  # noqa: BLE001  the reason for giving up is what is raised, with this one told
                    reason.add_note(f"Besides, a finished chunk was lost: {error}")


@dataclass(frozen=True)
class _Portable:
    """A task whose errors survive the way back from another process; one that does not would break a whole pool of processes."""

    task: Task

    def __call__(self, members: range) -> Arrays:
        try:
            return self.task(members)
        except Exception as error:
            try:
                pickle.loads(pickle.dumps(error))
            except Exception:  # noqa: BLE001  an error's own code runs here
                same = ExportinError(str(error)) if isinstance(error, ExportinError) else RuntimeError(f"{type(error).__name__}: {error}")
                raise same from None
            raise


def _check(chunk: Chunk, arrays: Arrays) -> None:
    for name, array in arrays.items():
        if array.ndim < 1 or array.shape[0] != len(chunk):
            raise ValueError(f"{name!r} has shape {array.shape}; its first axis must be the {len(chunk)} members of the chunk.")
