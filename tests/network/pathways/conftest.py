"""Pathways by themselves, on the project's own solver: what drives export and what other pathways say are plain numbers.

A test takes the fixture `bench` and asks it for pathways: ``bench("nfkb")``. A process file belongs to a pathway by a comment line
``// pathway nfkb``; with ``// replaces NFKBIA`` the pathway takes a cargo of the export cycle over.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest

import exportin as xp
from exportin.kernel.batch import Change, Tolerance
from exportin.network.model import pathway_model, structural_sbml

HORIZON = 2e6  # s
HOUR = 3600.0
PLAIN = "OVCAR-3"  # a cell that no context row says anything of: the values of the tables, without a genotype


class Bench:
    """One or several pathways of a cell without the export cycle."""

    def __init__(self, *names: str, cell: str = PLAIN) -> None:
        self.model = pathway_model(names, xp.cell(cell))
        self.model.check()
        self.solver = xp.kernel.compile(structural_sbml(tuple(names)))
        self.numbers = self.model.numbers.at()
        self.reference = xp.cell(cell).parameter("XPO1_loaded_reference").internal

    def at_drive(self, share: float) -> float:
        """Loaded XPO1 at which a weak signal's export is this share of the reference."""
        return share * self.reference

    def loaded_for(self, share: float, affinity: float) -> float:
        """Loaded XPO1 at which the export of a signal of this affinity (uM) is exactly this share of the reference."""
        part = share * self.reference / (affinity + self.reference)
        return affinity * part / (1.0 - part)

    def draws(self, count, seed=1):
        """Values of all rows, drawn from their own spreads; XPO1 loaded as in the drawn reference."""
        random = np.random.default_rng(seed)
        rows = {name: row for name, row in self.model.numbers.rows.items() if name in set(self.solver.parameters)}
        for _ in range(count):
            drawn = {name: row.internal / row.value * row.distribution.quantile(random.uniform(), row.value) for name, row in rows.items()}
            yield {**drawn, "XPO1_loaded_n": drawn["XPO1_loaded_reference"]}

    def _values(self, numbers):
        unknown = set(numbers) - set(self.numbers)
        assert not unknown, f"no such numbers: {sorted(unknown)}"
        known = set(self.solver.parameters)
        return {name: value for name, value in {**self.numbers, **numbers}.items() if name in known}

    def _names(self):
        """Species as concentrations, then variables with a rate rule, in the solver's order of states; then computed variables."""
        readable = self.solver.system.readable
        others = [name for part in self.model.skeleton.blueprint.fragments for name in _rules(part) if name in readable]
        return list(dict.fromkeys([*self.solver.states, *others]))

    def _observed(self, names):
        return [f"[{name}]" if name in self.solver.system.concentrations else name for name in names]

    def rest(self, **numbers):
        """The untreated steady state: concentrations, variables, and `states`, from which `run` can start."""
        values = self._values(numbers)
        settled = self.solver.settle(HORIZON, values).checked()
        names = self._names()
        batch = self.solver.run([0.0, 1e-6], self._observed(names), values, start=settled.states)
        found = {name: float(value) for name, value in zip(names, batch.values[0, 0], strict=True)}
        return {**found, "states": settled.states}

    def run(self, hours, start=None, points=101, names=None, changes=(), **numbers):
        """Time course from a rest (or from the initial values): name to array, and `time` in hours."""
        values = self._values(numbers)
        names = names or self._names()
        times = np.linspace(0.0, hours * HOUR, points)
        given = [Change(hour * HOUR, name, "set", value) for hour, name, value in changes]
        states = None if start is None else start["states"]
        tolerance = Tolerance(1e-8, 1e-11)
        batch = self.solver.run(times, self._observed(names), values, start=states, changes=given, tolerance=tolerance)
        assert not np.any(batch.outcomes), batch.outcomes
        return {"time": times / HOUR, **{name: batch.values[0, :, place] for place, name in enumerate(names)}}


@pytest.fixture(scope="session")
def bench():
    """Makes a `Bench` of named pathways, each combination once."""
    return functools.cache(Bench)


def _rules(process: str):
    from exportin.network.process import load_process

    return load_process(process).rule_units
