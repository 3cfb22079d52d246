"""An experiment that is ready to run: a cell, its exposures and the compiled model."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.experiment.reference import REFERENCE, Reference
from exportin.experiment.rest import settle_cells
from exportin.experiment.terms import Terms
from exportin.kernel.batch import Change, Outcome, Settled, Tolerance
from exportin.kernel.code.expression import evaluate
from exportin.kernel.solver import Solver
from exportin.network.blueprint import Structure
from exportin.network.cell import Cell
from exportin.network.cell import cell as make_cell
from exportin.network.model import Model, build_model, structural_sbml, structure_of
from exportin.network.parameters import switches
from exportin.pharmacology.exposure import Exposure, join_exposures
from exportin.pharmacology.partner import Partner, refuse_unread
from exportin.pharmacology.positions import at_site, pharmacokinetic_columns, pharmacokinetics

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["INTERVENTIONS", "Columns", "Experiment", "changes_of", "prepare"]

INTERVENTIONS = ("XPO1_synthesis", "proteasome_activity")
_MAKING = threading.RLock()  # equal structures share one solver, which is made once

Columns = dict[str, "float | NDArray[np.float64]"]


@dataclass(frozen=True)
class Experiment:
    """A cell, its exposures and the compiled model: everything but the position on the axes."""

    cell: Cell
    exposures: tuple[Exposure, ...]
    model: Model
    solver: Solver
    seed: int

    @property
    def terms(self) -> Terms:
        """The model's quantities as expressions."""
        riders = tuple(instance.name for instance in self.model.skeleton.blueprint.instances if instance.process == "ride")
        return Terms(self.solver.system, self.model.parts, tuple(self.cell.alleles), riders)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Doses and changes of concentration, as changes of the model."""
        return tuple(change for one in self.exposures for change in changes_of(one))

    def values_at(self, patient: int | None, draw: int | None, sister: int | None) -> dict[str, float]:
        """Every number of the model at one position; None is the typical patient, the table's value, the typical cell."""
        values = self.model.numbers.at(self.seed, draw, sister)
        for one in self.exposures:
            values |= pharmacokinetics(one, self.seed, draw, patient)
            for name, factor in at_site(one, self.seed, None if draw is None else np.array([draw])).items():
                values[name] *= float(np.squeeze(factor))
        if self._refers(values):
            values[REFERENCE] = self.reference.level(draw)
        return values

    def columns(
        self, patients: NDArray[np.int64] | None, draws: NDArray[np.int64] | None, sisters: NDArray[np.int64] | None
    ) -> Columns:
        """`values_at` for many positions: a number where all share it, else an array, shape (position,)."""
        values = self.numbers_of(patients, draws, sisters)
        if self._refers(values):
            levels = self.reference.levels(draws)
            values[REFERENCE] = float(levels[0]) if draws is None else levels
        return values

    def numbers_of(
        self, patients: NDArray[np.int64] | None, draws: NDArray[np.int64] | None, sisters: NDArray[np.int64] | None
    ) -> Columns:
        """`columns` as the tables and the user have them, before the untreated export of this kind of cell is found."""
        values = self.model.numbers.columns(self.seed, draws, sisters)
        for one in self.exposures:
            values |= pharmacokinetic_columns(one, self.seed, draws, patients)
            for name, factor in at_site(one, self.seed, draws).items():
                values[name] = values[name] * factor
        return values

    def _refers(self, values: Mapping[str, Any]) -> bool:
        """Whether the untreated export of this kind of cell is to be found; not where the user fixed it, or nothing reads it."""
        return REFERENCE in values and REFERENCE not in self.cell.overrides

    @functools.cached_property
    def reference(self) -> Reference:
        """What the export of pathways is measured against."""
        plain = make_cell(self.cell.name, concentrations=self.cell.concentrations).with_pathways(*self.cell.pathways)
        drugs = [(one.compound, one.route, one.fu, one.accumulation, one.body, one.site) for one in self.exposures]
        known, lock = _levels(repr((plain, drugs, self.seed)))
        return Reference(prepare(plain, self.exposures, self.seed), known, lock)

    def known(self, values: Mapping[str, Any]) -> Columns:
        """Those of the numbers that the solver knows."""
        parameters = set(self.solver.parameters)
        return {name: value for name, value in values.items() if name in parameters}

    def undisturbed(self, values: Mapping[str, Any]) -> Columns:
        """The numbers that the solver knows, without the interventions that begin at time zero."""
        return self.known({**values, **{name: switches()[name].value for name in INTERVENTIONS}})

    def volumes(self, values: Mapping[str, Any]) -> NDArray[np.float64]:
        """What an amount in a state is divided by to give its concentration (pL; 1 for a variable), shape (state,)."""
        system = self.solver.system
        numbers = [float(values.get(name, default)) for name, default in zip(system.parameters, system.defaults, strict=True)]
        return 1.0 / np.array(evaluate([system.readable[name] for name in system.states], [1.0] * len(system.states), numbers))

    def interventions(self, values: Mapping[str, Any]) -> tuple[Change, ...]:
        """What begins at time zero."""
        given = {name: float(values[name]) for name in INTERVENTIONS}
        return tuple(Change(0.0, name, "set", value) for name, value in given.items() if value != switches()[name].value)

    def rest(self, values: Mapping[str, Any], count: int = 1, tolerance: Tolerance | None = None) -> Settled:
        """Untreated steady states; look at their outcomes."""
        typical, first = self._typical
        grounded, lost = self.grounded(values)
        known = self.undisturbed(grounded)
        found = settle_cells(self.solver, typical, known, count, tolerance, first if tolerance is None else None)
        return replace(found, outcomes=np.where(lost, np.int32(Outcome.NO_REFERENCE), found.outcomes)) if lost.any() else found

    def grounded(self, values: Mapping[str, Any]) -> tuple[Mapping[str, Any], NDArray[np.bool_]]:
        """Numbers that can be computed with: the table's reference where none was found; and where that is."""
        lost = np.isnan(values.get(REFERENCE, 0.0))
        if not lost.any():
            return values, lost
        levels = np.where(lost, self.cell.parameter(REFERENCE).internal, values[REFERENCE])
        return {**values, REFERENCE: levels if levels.ndim else float(levels)}, lost

    @functools.cached_property
    def _typical(self) -> tuple[Columns, Settled]:
        """Numbers of the typical cell, and its rest."""
        typical = self.undisturbed(self.grounded(self.values_at(None, None, None))[0])
        return typical, settle_cells(self.solver, typical, typical, 1)

    def settled(self, values: Mapping[str, Any], count: int) -> Settled:
        """`rest`, begun from the tables' own typical cell, whatever its reference."""
        typical, first = self._by_the_tables
        return settle_cells(self.solver, typical, values, count, None, first)

    @functools.cached_property
    def _by_the_tables(self) -> tuple[Columns, Settled]:
        """As `_typical`, measured against the table's reference."""
        typical = self.undisturbed(self.numbers_of(None, None, None))
        return typical, settle_cells(self.solver, typical, typical, 1)


def prepare(cell: Cell, exposures: Sequence[Exposure], seed: int = 0) -> Experiment:
    """Build and compile the model of one experiment; equal structures are compiled once."""
    joined = join_exposures(exposures)
    slots = [one.slot for one in joined if one.slot is not None]
    for one in joined:
        refuse_unread(one, cell)
    extra = {name: value for one in joined for name, value in one.given.items()}
    for one in joined:
        extra |= pharmacokinetics(one, seed, None, None)
    with _MAKING:
        model = build_model(cell, slots, extra)
        solver = _compiled(structure_of(cell, slots))
    return Experiment(cell, joined, model, solver, seed)


@functools.lru_cache(maxsize=256)
def _levels(plain: str) -> tuple[dict[int | None, float], threading.Lock]:
    """Levels by draw of one kind of cell with the drugs of its model, told by a text: knock-downs and variants of it share them."""
    return {}, threading.Lock()


@functools.lru_cache(maxsize=16)
def _compiled(structure: Structure) -> Solver:
    """The solver of a structure; every run sets its own numbers, so that all cells and draws of the structure share it."""
    from exportin.kernel import compile as compile_model

    solver = compile_model(structural_sbml(structure))
    solver.totals()  # before any observable is made, so that threads find them
    return solver


def changes_of(one: Exposure) -> list[Change]:
    """An exposure's events as changes of the model."""
    symbol = one.compound.symbol
    if isinstance(one.compound, Partner):
        return [Change(event.time, symbol, event.action, event.amount) for event in one.events]
    target = {"outside": f"{symbol}_medium", "infusion": f"{symbol}_infusion", "DEPOT": f"{symbol}_DEPOT", "CENT": f"{symbol}_CENT"}
    return [Change(event.time, target[event.target], event.action, event.amount) for event in one.events]
