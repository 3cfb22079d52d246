"""Ten published models give the trajectories of libRoadRunner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from exportin.kernel.batch import Tolerance
from exportin.kernel.compiled import compile_system
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.solver import Solver

# Horizon of each model in its own unit of time: over its transient or several of its oscillations.
HORIZONS = {
    "BIOMD0000000140": 2000.0,  # Hoffmann 2002, NF-kB: stimulus at its event, min
    "BIOMD0000000188": 500_000.0,  # Proctor 2008, p53 and Mdm2: damage and repair, s
    "BIOMD0000000192": 1000.0,  # Görlich 2003, RanGTP gradient: to its steady state, s
    "BIOMD0000000220": 20_000.0,  # Albeck 2008, apoptosis: past the snap of caspase 3, s
    "BIOMD0000000318": 2000.0,  # Yao 2008, Rb and E2F: through the switch, h
    "BIOMD0000000660": 2000.0,  # Barr 2017, p21: past entry into S phase, min
    "BIOMD0000000678": 100.0,  # Tomida 2003, NFAT: several calcium pulses, min
    "BIOMD0000000705": 600.0,  # Smith 2010, FOXO: the response to insulin, min
    "BIOMD0000000786": 20_000.0,  # Lipniacki 2004, NF-kB: damped oscillations after TNF, s
    "BIOMD0000001006": 1000.0,  # Ciliberto 2005, p53 and Mdm2: oscillations after damage, min
}
AGREEMENT = 1e-7  # of each species' largest amount; 6e-9 measured, where oscillations pile up what both engines neglect


@pytest.mark.shared_data
@pytest.mark.parametrize("name", HORIZONS)
def test_trajectories_are_those_of_libroadrunner(shared_data: Path, name: str):
    import roadrunner

    roadrunner.Logger.disableLogging()
    text = (shared_data / "models" / "biomodels" / f"{name}.xml").read_text(encoding="utf-8")
    system, peer = read_system(text), roadrunner.RoadRunner(text)
    species = [one for one in peer.model.getFloatingSpeciesIds() if one in system.amounts]
    times = np.linspace(0.0, HORIZONS[name], 201)
    peer.timeCourseSelections = species
    settings = {"relative_tolerance": 1e-12, "absolute_tolerance": 1e-15, "maximum_num_steps": 10**7}
    for setting, value in settings.items():
        peer.integrator.setValue(setting, value)
    expected = np.array(peer.simulate(0.0, HORIZONS[name], len(times)))
    wanted = [system.amounts[one] for one in species]
    found = Solver(compile_system(system, optimise=0)).run(times, wanted, tolerance=Tolerance(1e-10, 1e-13)).checked().values[0]
    scale = np.abs(expected).max(axis=0)
    assert (scale > 0).any()
    assert (np.abs(found - expected) / np.where(scale > 0, scale, 1.0)).max() < AGREEMENT


@pytest.mark.shared_data
def test_no_model_is_left_out(shared_data: Path):
    assert {path.stem for path in (shared_data / "models" / "biomodels").glob("*.xml")} == set(HORIZONS)
