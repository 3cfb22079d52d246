"""Random models keep what every solution keeps: totals, signs, and sameness under another order, other units, other output times."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from exportin.kernel.batch import Batch, Outcome, Tolerance
from exportin.kernel.code.conserved import conserved_totals
from exportin.kernel.compiled import compile_system
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.solver import Solver
from exportin.network.antimony_text import antimony_to_sbml

TIGHT = Tolerance(1e-10, 1e-13)
SAME = 1e-7  # of each species' largest value
SIZES = (3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22, 25, 28, 31, 34, 37, 40)
END = 300.0


@dataclass
class RandomModel:
    """A reaction network with numbers over several decades; even seeds are closed and mass action only.

    A third of the species are free; each other one is a complex of two that stand before it, or another form of one of them.

    Attributes
    ----------
    numbers : dict of str to (float, int, int)
        Value of each parameter, with its powers of concentration and of time.
    stoichiometry : list of dict of int to int
        Net change of each reaction.
    """

    size: int
    seed: int
    reactions: list[str] = field(default_factory=list)
    stoichiometry: list[dict[int, int]] = field(default_factory=list)
    numbers: dict[str, tuple[float, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = np.random.Generator(np.random.Philox(self.seed))
        self.closed = self.seed % 2 == 0
        free = self.size // 3 + 1
        for species in range(self.size):
            start = float(10.0 ** self.random.uniform(-1.0, 1.0)) if species < free else 0.0
            self.numbers[f"s{species}"] = (start, 1, 0)
        for species in range(free, self.size):
            a, b = (int(one) for one in self.random.integers(species, size=2))
            if a != b and self.random.random() < 0.6:
                self.bind(a, b, species)
            else:
                self.turn(a, species)
        for _ in range(0 if self.closed else 1 + self.size // 5):
            a, b, c = (int(one) for one in self.random.permutation(self.size)[:3])
            self.enzyme(a, b, c)
            self.feed(b, c)

    def number(self, name: str, decades: tuple[float, float], concentration: int, time: int) -> str:
        name = f"{name}{len(self.reactions)}"
        self.numbers[name] = (float(10.0 ** self.random.uniform(*decades)), concentration, time)
        return name

    def add(self, change: dict[int, int], law: str) -> None:
        sides = [" + ".join(f"X{k}" for k, by in change.items() if by * sign > 0) for sign in (-1, 1)]
        modified = f"{sides[0]} -> {sides[1]}" if all(sides) else f"{sides[0]} => {sides[1]}"
        self.reactions.append(f"{modified}; {law};")
        self.stoichiometry.append(change)

    def bind(self, a: int, b: int, c: int) -> None:
        on, off = self.number("on", (-2.0, 3.0), -1, -1), self.number("off", (-3.0, 1.0), 0, -1)
        self.add({a: -1, b: -1, c: 1}, f"V0 * ({on} * X{a} * X{b} - {off} * X{c})")

    def turn(self, a: int, b: int) -> None:
        there, back = self.number("there", (-3.0, 2.0), 0, -1), self.number("back", (-3.0, 1.0), 0, -1)
        self.add({a: -1, b: 1}, f"V1 * ({there} * X{a} - {back} * X{b})")

    def enzyme(self, a: int, b: int, c: int) -> None:
        fast, half = self.number("cat", (-2.0, 0.0), 0, -1), self.number("half", (-1.0, 1.0), 1, 0)
        self.add({a: -1, b: 1}, f"V0 * {fast} * X{c} * X{a} / ({half} + X{a})")

    def feed(self, a: int, b: int) -> None:
        made, half = self.number("made", (-2.0, 0.0), 1, -1), self.number("hill", (-1.0, 1.0), 1, 0)
        self.add({a: 1}, f"V0 * {made} / (1 + (X{b} / {half})^4)")
        self.add({a: -1}, f"V0 * {self.number('lost', (-2.0, 0.0), 0, -1)} * X{a}")

    def rank(self) -> int:
        """Independent changes."""
        table = np.zeros((len(self.stoichiometry), self.size))
        for row, change in zip(table, self.stoichiometry, strict=True):
            row[list(change)] = list(change.values())
        return int(np.linalg.matrix_rank(table))

    def text(self, turned: bool = False) -> str:
        """Antimony text; `turned` with species and reactions the other way round."""
        species = [f"species X{k} in V{k % 3}; X{k} = s{k};" for k in range(self.size)]
        lines = ["compartment V0, V1, V2; V0 = 2; V1 = 0.5; V2 = 1.3;"]
        lines += [*species[::-1], *self.reactions[::-1]] if turned else [*species, *self.reactions]
        lines += [f"{name} = {value!r};" for name, (value, _, _) in self.numbers.items()]
        return "model random()\n" + "\n".join(lines) + "\nend\n"

    def solver(self, turned: bool = False) -> Solver:
        return Solver(compile_system(read_system(antimony_to_sbml(self.text(turned), "random")), optimise=0))

    def in_other_units(self, concentration: float, time: float) -> dict[str, float]:
        """Parameters with a unit of concentration smaller, and one of time larger, by these factors."""
        return {name: value * concentration**by / time**power for name, (value, by, power) in self.numbers.items()}


@pytest.fixture(scope="module", params=[(size, seed) for seed, size in enumerate(SIZES)], ids=lambda one: f"{one[0]}-states")
def model(request: pytest.FixtureRequest) -> RandomModel:
    return RandomModel(*request.param)


@pytest.fixture(scope="module")
def solver(model: RandomModel) -> Solver:
    return model.solver()


TIMES = np.array([0.0, 0.01, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0, END])


@pytest.fixture(scope="module")
def run(model: RandomModel, solver: Solver) -> Batch:
    return solver.run(TIMES, [f"X{k}" for k in range(model.size)], tolerance=TIGHT).checked()


def amounts_of(solver: Solver, times: NDArray[np.float64], tolerance: Tolerance) -> NDArray[np.float64]:
    """States as the solver holds them."""
    states = [solver.system.algebra.x(k) for k in range(len(solver.states))]
    return solver.run(times, states, tolerance=tolerance).checked().values[0]


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Largest difference as a share of each species' largest value."""
    scale = np.abs(other).max(axis=0)
    return float((np.abs(one - other) / np.where(scale > 0.0, scale, 1.0)).max())


def test_totals_stay(model: RandomModel, solver: Solver):
    totals = conserved_totals(solver.system)
    assert len(totals) == len(solver.states) - model.rank()
    assert totals or not model.closed
    amounts = amounts_of(solver, TIMES, Tolerance())
    for total in totals:
        states, weights = list(total), np.array(list(total.values()))
        held = amounts[:, states] @ weights
        assert np.abs(held - held[0]).max() <= 1e-11 * (np.abs(amounts[:, states]) @ np.abs(weights)).max()


@pytest.mark.parametrize("relative", [1e-4, 1e-7, 1e-10])
def test_nothing_goes_below_zero(solver: Solver, relative: float):
    # All losses vanish with what is lost, as under mass action.
    amounts = amounts_of(solver, np.union1d(TIMES, np.geomspace(1e-6, END, 200)), Tolerance(relative, 1e-3 * relative))
    absolute = 1e-3 * relative * np.maximum(np.abs(amounts[0]), 1e-9 * np.abs(amounts[0]).max())
    assert (amounts >= -10.0 * absolute).all()


def test_the_order_of_species_does_not_matter(model: RandomModel, run: Batch):
    assert apart(model.solver(turned=True).run(TIMES, run.names, tolerance=TIGHT).checked().values[0], run.values[0]) < SAME


def test_units_do_not_matter(model: RandomModel, solver: Solver, run: Batch):
    for concentration, time in ((1e3, 1.0), (1.0, 3600.0), (1e-3, 60.0)):
        found = solver.run(TIMES / time, run.names, model.in_other_units(concentration, time), tolerance=TIGHT).checked().values[0]
        assert apart(found / concentration, run.values[0]) < SAME


def test_the_output_times_do_not_matter(solver: Solver, run: Batch):
    grid = np.union1d(TIMES, np.linspace(0.0, END, 301))
    found = solver.run(grid, run.names, tolerance=TIGHT).checked().values[0]
    assert apart(found[np.searchsorted(grid, TIMES)], run.values[0]) < SAME
    ends = solver.run(TIMES[[0, -1]], run.names, tolerance=TIGHT).checked().values[0]
    assert apart(ends, run.values[0][[0, -1]]) < SAME


def test_pivoting_does_not_matter(solver: Solver, run: Batch):
    assert apart(solver.run(TIMES, run.names, tolerance=TIGHT, pivoting=True).checked().values[0], run.values[0]) < 1e-8


def test_what_settles_is_where_a_long_run_of_libroadrunner_ends(model: RandomModel, solver: Solver):
    import roadrunner

    roadrunner.Logger.disableLogging()
    found = solver.settle(1e6)
    ends = amounts_of(solver, np.array([0.0, 1e6, 1e8]), TIGHT)[1:]
    scale = np.maximum(np.abs(ends[1]), 1e-9 * np.abs(ends[1]).max())
    rests = (np.abs(ends[1] - ends[0]) / scale).max() < 1e-3
    assert found.outcomes.tolist() == [Outcome.DONE if rests else Outcome.NOT_SETTLED]
    if rests:
        peer = roadrunner.RoadRunner(antimony_to_sbml(model.text(), "random"))
        for setting, value in {"relative_tolerance": 1e-11, "absolute_tolerance": 1e-16, "maximum_num_steps": 10**6}.items():
            peer.integrator.setValue(setting, value)
        peer.timeCourseSelections = list(solver.states)
        expected = np.array(peer.simulate(0.0, 1e8, 2))[-1]
        assert (np.abs(found.states[0] - expected) / scale).max() < 1e-7
