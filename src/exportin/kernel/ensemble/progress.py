"""A line on stderr with the share done, the rate and the time left, for work that takes longer than two seconds."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType

__all__ = ["Progress", "rate_and_rest"]

_QUIET_SECONDS = 2.0


def rate_and_rest(done: int, total: int, seconds: float) -> str:
    """How fast it goes and how long it will still take.

    Examples
    --------
    >>> rate_and_rest(500, 2000, 10.0)
    '50.0 a second, 30 s left'
    >>> rate_and_rest(20, 20_000, 10.0)
    '2.0 a second, 2 h 46 min left'
    >>> rate_and_rest(0, 20, 10.0)
    ''
    """
    if done < 1 or seconds <= 0.0:
        return ""
    rate = done / seconds
    rest = round((total - done) / rate)
    if rest < 60:
        left = f"{rest} s"
    elif rest < 3600:
        left = f"{rest // 60} min {rest % 60} s"
    else:
        left = f"{rest // 3600} h {rest % 3600 // 60} min"
    return f"{rate:,.1f} a second, {left} left" if rate < 1000 else f"{rate:,.0f} a second, {left} left"


class Progress:
    """A bar that appears only on a terminal, only if it is wanted and only when the work takes longer than two seconds.

    Parameters
    ----------
    total : int
        Amount of work that is to be done now.
    wanted : bool
        Whether to show anything.
    label : str
        What is going on.

    Examples
    --------
    >>> with Progress(100, wanted=False, label="simulating") as advance:
    ...     advance(64)
    """

    def __init__(self, total: int, wanted: bool, label: str = "simulating") -> None:
        self._total, self._wanted, self._label = total, wanted and sys.stderr.isatty(), label
        self._lock, self._closed, self._done, self._bar = threading.RLock(), False, 0, None

    def __enter__(self) -> Progress:
        self._start = time.monotonic()
        self._timer = threading.Timer(_QUIET_SECONDS, self._show)
        self._timer.daemon = True
        if self._wanted:
            self._timer.start()
        return self

    def __call__(self, amount: int = 1) -> None:
        """Tell that so much more is done; from any thread."""
        with self._lock:
            self._done += amount
        if self._wanted and time.monotonic() - self._start > _QUIET_SECONDS:
            self._show()

    def _show(self) -> None:
        with self._lock:
            if self._closed:
                return
            if self._bar is None:
                from rich.console import Console
                from rich.progress import BarColumn, TextColumn
                from rich.progress import Progress as Bar

                columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %  {task.fields[pace]}"))
                self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
                self._bar.start()
                self._task = self._bar.add_task(self._label, total=self._total, pace="")
            pace = rate_and_rest(self._done, self._total, time.monotonic() - self._start)
            self._bar.update(self._task, completed=self._done, pace=pace)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.cancel()
        with self._lock:
            self._closed = True
            if self._bar is not None:
                self._bar.stop()
