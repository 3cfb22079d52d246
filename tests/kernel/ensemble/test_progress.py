"""A line on stderr for what takes longer than two seconds, on a terminal, if it is wanted."""

from __future__ import annotations

import io
import sys
import threading
import time

import pytest

from exportin.kernel.ensemble import progress
from exportin.kernel.ensemble.progress import Progress, rate_and_rest


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("patience", "wanted", "terminal", "shown"),
    [(0.0, True, True, True), (600.0, True, True, False), (0.0, False, True, False), (0.0, True, False, False)],
)
def test_the_line_comes_only_when_it_is_of_use(monkeypatch, patience, wanted, terminal, shown):
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "_QUIET_SECONDS", patience)
    with Progress(3, wanted, "simulating") as advance:
        for _ in range(3):
            time.sleep(0.001)
            advance(1)
    assert ("simulating" in stream.getvalue()) is shown
    assert shown or stream.getvalue() == ""


def test_the_line_comes_even_before_the_first_step_is_done(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "_QUIET_SECONDS", 0.02)
    deadline = time.monotonic() + 10
    with Progress(3, True, "simulating"):
        while "simulating" not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert "simulating" in stream.getvalue()


def test_many_threads_lose_no_step(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "_QUIET_SECONDS", 0.0)
    with Progress(4000, True, "simulating") as advance:
        threads = [threading.Thread(target=lambda: [advance(1) for _ in range(500)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert "100 %" in stream.getvalue()


@pytest.mark.parametrize(
    ("done", "total", "seconds", "told"),
    [
        (100, 10_000, 20.0, "5.0 a second, 33 min 0 s left"),
        (50_000, 60_000, 5.0, "10,000 a second, 1 s left"),
        (7, 7, 3.5, "2.0 a second, 0 s left"),
        (7, 7, 0.0, ""),
    ],
)
def test_rate_and_time_left(done, total, seconds, told):
    assert rate_and_rest(done, total, seconds) == told
