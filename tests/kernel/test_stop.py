"""A run can be stopped from another thread, and by Ctrl-C."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import exportin as xp
from exportin.errors import SimulationFailed
from exportin.kernel.batch import Tolerance
from exportin.network.antimony_text import antimony_to_sbml


def test_a_long_run_ends_soon_after_it_is_stopped():
    """An oscillator for a hundred million turns would take hours."""
    text = "model m; A' = 1e3*B; B' = -1e3*A; A = 1; B = 0; end"
    solver = xp.kernel.compile(antimony_to_sbml(text, "m"))
    told: list[BaseException] = []

    def run():
        try:
            solver.run(np.array([0.0, 1e9]), count=4, tolerance=Tolerance(1e-9, 1e-12), workers=2, most_steps=10**12)
        except SimulationFailed as error:
            told.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    assert thread.is_alive()
    begun = time.monotonic()
    solver.stop()
    thread.join(10.0)
    assert not thread.is_alive()
    assert time.monotonic() - begun < 1.0
    with pytest.raises(SimulationFailed, match="stopped"):
        raise told[0]
    assert not solver.run(np.array([0.0, 1e-3])).outcomes.any(), "a solver that was stopped runs again"
