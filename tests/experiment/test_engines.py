"""Two engines agree: the kernel and libRoadRunner on the whole model, each from its own untreated rest, at tolerance 1e-10."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import exportin as xp
from exportin.experiment.simulate import prepare
from exportin.kernel.batch import Tolerance

TIGHT = 1e-10
LONG = 3e7  # s; no Newton step follows, so the slowest exchange has to die out
AGREED = 1e-6  # of each observable's scale


class LibRoadRunner:
    """The same experiment in libRoadRunner: the model's SBML, integrated by CVODE from dose to dose, read species by species."""

    def __init__(self, experiment):
        self.experiment, self.values = experiment, experiment.values_at(None, None, None)
        self.names = list(experiment.solver.states)

    def engine(self, start=None):
        import roadrunner

        engine = roadrunner.RoadRunner(self.experiment.model.to_sbml(self.values, start and {name: start[name] for name in self.names}))
        engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = TIGHT, 1e-14
        engine.integrator.maximum_num_steps = 500_000
        species = list(engine.model.getFloatingSpeciesIds())
        drugs = [f"{one.compound.symbol}_{'plasma' if one.route == 'oral' else 'medium'}" for one in self.experiment.exposures]
        self.columns = [*self.names, "XPO1_amount", *(f"{one.compound.symbol}_bound" for one in self.experiment.exposures), *drugs]
        engine.timeCourseSelections = [f"[{name}]" if name in species else name for name in self.columns]
        if start is not None:  # of each state's size, as the kernel has it; the engine keeps variables of rate rules first
            sizes = np.abs(np.array([start[name] for name in self.names])) * self.experiment.volumes(self.values)
            floors = dict(zip(self.names, 1e-3 * TIGHT * np.maximum(sizes, 1e-9 * sizes.max()), strict=True))
            engine.integrator.absolute_tolerance = [floors[name] for name in (*engine.model.getRateRuleSymbols(), *species)]
        return engine

    def run(self, hours):
        """Concentrations and variables by name, shape (time,), and the untreated state."""
        rest = self.engine().simulate(0, LONG, 2)[-1]
        start = dict(zip(self.columns, np.array(rest).tolist(), strict=True))
        engine = self.engine(start)
        changes = sorted(self.experiment.changes)
        times = [3600.0 * hour for hour in hours]
        stops = sorted({0.0, times[-1], *(change.time for change in changes if change.time < times[-1])})
        rows = []
        for begin, end in itertools.pairwise(stops):
            for change in changes:
                if change.time == begin:
                    self.apply(engine, change)
            engine.model.setTime(0.0)  # each segment from zero, so that the first step after a change can be resolved
            inside = [time for time in times if begin <= time < end]
            grid = sorted({0.0, *(time - begin for time in inside), end - begin})
            block = np.array(engine.simulate(times=grid))
            rows += [block[grid.index(time - begin)] for time in inside]
        return dict(zip(self.columns, np.array([*rows, block[-1]]).T, strict=True)), start

    def apply(self, engine, change):
        name = f"[{change.target}]" if change.target in engine.model.getFloatingSpeciesIds() else change.target
        if change.action == "set":
            engine[name] = change.amount
        elif change.target in self.names:
            engine[name] += change.amount / self.experiment.volumes(self.values)[self.names.index(change.target)]
        else:
            engine[name] += change.amount

    def observables(self, hours):
        """Some observables, written again from the species."""
        found, start = self.run(hours)
        n, parts, cell = self.values, self.experiment.model.parts, self.experiment.cell

        def level(table, symbol, place):
            return sum(parts[name].count(symbol) * table[name] for name in parts if name.endswith(f"_{place}") and symbol in parts[name])

        def export(table):
            return sum(table[f"REFERENCE_{allele}_RANGTP_n"] for allele in cell.alleles) / level(table, "REFERENCE", "n")

        ours = {f"{symbol}_nc": level(found, symbol, "n") / level(found, symbol, "c") for symbol in (*cell.cargoes, "RAN", "XPO1")}
        ours["XPO1_total"] = found["XPO1_amount"] / (n["Vn"] + n["Vc"])
        ours["XPO1_mrna"] = found["XPO1_mrna"]
        ours["RANGTP_nc"] = found["RANGTP_n"] / found["RANGTP_c"]
        ours["export_capacity"] = export(found) / export(start)
        bound = sum((found[f"{one.compound.symbol}_bound"] for one in self.experiment.exposures), np.zeros(len(hours)))
        ours["XPO1_occupancy"] = bound / found["XPO1_amount"]
        ours["XPO1_active"] = (found["XPO1_amount"] - bound) / start["XPO1_amount"]
        for one in self.experiment.exposures:
            if one.route == "oral":
                ours[f"{one.compound.name}_plasma"] = found[f"{one.compound.symbol}_plasma"]
        return ours


CASES = {
    "untreated": ("HeLa", ()),
    "irreversible": ("HeLa", (xp.exposure("LMB", "50 nM", start="1 h", stop="3 h"),)),
    "slowly reversible": ("OCI-AML3", (xp.exposure("KPT-185", "100 nM", stop="6 h"),)),
    "reversible": ("HeLa", (xp.exposure("PKF050-638", "10 uM", start="2 h", stop="4 h"),)),
    "oral": ("OCI-AML3", (xp.regimen("selinexor", "60 mg PO days 1,3 every 7 d for 7 d"),)),
    "degrader after a covalent drug": ("HeLa", (xp.exposure("LMB", "1 nM"), xp.exposure("CBS9106", "1 uM", start="2 h"))),
}


@pytest.mark.parametrize("name", CASES)
def test_the_kernel_and_libroadrunner_agree(name):
    context, exposures = CASES[name]
    cell, points = xp.cell(context), 49
    hours = 144 if name == "oral" else 24
    time = np.linspace(0, hours, points)
    theirs = LibRoadRunner(prepare(cell, exposures)).observables(time)
    ours = xp.simulate(cell, *exposures, until=f"{hours} h", points=points, observe=list(theirs), tolerance=TIGHT)
    apart = {}
    for observable, curve in theirs.items():
        apart[observable] = np.abs(ours[observable] - curve).max() / (np.abs(curve).max() or 1.0)
    print(f"{name}: furthest apart {max(apart, key=apart.get)}, {max(apart.values()):.1e} of its scale")
    assert max(apart.values()) < AGREED


@pytest.mark.parametrize("name", ["irreversible", "oral"])
def test_every_species_agrees_at_the_end(name):
    context, exposures = CASES[name]
    experiment = prepare(xp.cell(context), exposures)
    other = LibRoadRunner(experiment)
    hours = [0.0, 6.0, 24.0]
    theirs, _ = other.run(hours)
    values = other.values
    rest = experiment.rest(values).checked().states
    ours = experiment.solver.run(
        [3600 * hour for hour in hours], other.names, experiment.known(values), start=rest, changes=experiment.changes,
        tolerance=Tolerance(TIGHT, 1e-3 * TIGHT),
    ).checked()  # fmt: skip
    for column, species in enumerate(other.names):
        scale = np.abs(theirs[species]).max()
        if scale > 1e-9:  # uM; below a molecule in a thousand cells the absolute tolerances decide
            assert np.abs(ours.values[0, :, column] - theirs[species]).max() < AGREED * scale, species
