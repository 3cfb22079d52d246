"""A bar on stderr for what takes longer than two seconds, on a terminal, if it is wanted."""

from __future__ import annotations

import io
import sys

import pytest

import exportin as xp
from exportin.kernel.ensemble import progress as room


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("patience", "wanted", "shown"), [(0.0, True, True), (600.0, True, False), (0.0, False, False)])
def test_the_bar_comes_only_when_it_takes_long_and_is_wanted(monkeypatch, patience, wanted, shown):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(room, "_QUIET_SECONDS", patience)
    xp.simulate(xp.cell("HeLa"), until="1 h", points=2, observe=["XPO1_total"], draws=3, progress=wanted)
    assert ("simulating" in stream.getvalue()) is shown


def test_no_bar_in_a_file(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(room, "_QUIET_SECONDS", 0.0)
    xp.simulate(xp.cell("HeLa"), until="1 h", points=2, observe=["XPO1_total"], draws=3, progress=True)
    assert stream.getvalue() == ""
