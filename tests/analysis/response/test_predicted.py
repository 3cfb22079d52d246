"""Predicted curves and surfaces: each well is the simulation of its exposures."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.analysis.response.predicted import dose_series
from exportin.errors import BadQuantity, BadRegimen, NotModelled, UnknownName
from exportin.experiment.wells import run_wells

DAY = 24 * 3600.0


@pytest.fixture(scope="module")
def cell():
    return xp.cell("OCI-AML3").with_pathways()


def test_a_well_is_what_simulate_gives(cell):
    drug, partner = xp.exposure("KPT-185", "300 nM"), xp.exposure("Nutlin-3a", "5 uM", start="6 h", stop="20 h")
    values, _ = run_wells(cell, [[], [drug], [drug, partner]], "apoptotic_fraction", horizon=DAY, cells=4, draws=2)
    options = {"until": "24 h", "observe": ["apoptotic_fraction"], "cells": 4, "draws": 2, "points": 25, "tolerance": 1e-5}
    for well, exposures in ((1, [drug]), (2, [drug, partner])):
        told = xp.simulate(cell, *exposures, **options).shown("apoptotic_fraction")[0, :, :, -1]
        assert values[:, well] == pytest.approx(np.nanmax(told, axis=1), abs=1e-3)
    assert values[:, 0] == pytest.approx(0.0, abs=1e-6)


def test_a_curve_rises_with_dose_and_its_numbers_are_told(cell):
    found = xp.dose_response(cell, "KPT-185", doses="10 nM to 10 uM", until="24 h", observe="XPO1_occupancy", cells=1, per_decade=1)
    assert (np.diff(found.values[0]) > 0).all()
    assert found.values[0, -1] > 0.95
    assert 0.001 < found["EC50"].value < 0.3
    assert "OCI-AML3, 24 h" in str(found)
    assert found.to_dict()["points"][0]["dose"] == pytest.approx(0.01)


def test_a_surface_has_a_well_for_every_pair_of_doses(cell):
    found = xp.combine(
        cell, "KPT-185", "Nutlin-3a", first_doses=["0.1 uM", "0.3 uM", "1 uM"], second_doses=["1 uM", "3 uM", "10 uM"], until="24 h",
        observe="apoptotic_fraction", cells=2,
    )  # fmt: skip
    assert found.values.shape == (1, 4, 4)
    assert found.synergy.points.shape == (9, 2)
    assert found.to_dict()["doses"][0] == pytest.approx([0, 0.1, 0.3, 1])
    assert "KPT-185 from 0 h" in str(found)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("100 nM", "is not a range"),
        ("1 uM to 1 nM", "does not rise"),
        (["1 uM", "1000 nM"], "holds a dose twice"),
        ([], "or none"),
        ("0 nM to 1 uM", "positive"),
    ],
)
def test_bad_doses_are_refused(given, told):
    with pytest.raises(BadQuantity, match=told):
        dose_series(given)


def test_what_cannot_be_predicted_is_refused(cell):
    with pytest.raises(UnknownName):
        xp.dose_response(cell, "KPT-999")
    with pytest.raises(BadQuantity, match="is not scored"):
        xp.combine(cell, "KPT-185", "JQ1", observe="XPO1_occupancy")
    with pytest.raises(BadQuantity, match="with itself is one drug"):
        xp.combine(cell, "KPT-185", "kpt 185")
    with pytest.raises(BadQuantity, match="needs 3 doses"):
        xp.combine(cell, "KPT-185", "JQ1", first_doses=["1 uM"], second_doses=["1 uM", "2 uM", "3 uM"], until="1 h", cells=1)
    with pytest.raises(BadQuantity, match="more than 2500"):
        xp.combine(cell, "KPT-185", "JQ1", per_decade=60)
    with pytest.raises(BadRegimen, match="must be the same in all wells"):
        run_wells(cell, [[xp.exposure("KPT-185", "1 uM")], [xp.exposure("KPT-185", "1 uM", fu=0.5)]], "XPO1_occupancy", horizon=60.0)


def test_a_partner_needs_the_pathway_that_reads_it():
    with pytest.raises(NotModelled, match="acts through the pathway 'tp53'"):
        xp.simulate(xp.cell("HeLa").with_pathways("cycle"), xp.exposure("Nutlin-3a", "1 uM"), until="1 h", points=2)
    with pytest.raises(NotModelled, match="Nutlin-3a has no pharmacokinetics here"):
        xp.regimen("Nutlin-3a", "100 mg PO")
    with pytest.raises(BadQuantity, match="accumulation: what is given of JQ1 is free in the nucleus"):
        xp.exposure("JQ1", "1 uM", accumulation=2.0)


def test_every_partner_is_an_input_that_its_pathway_reads():
    from exportin.network.parameters import switches

    for row in xp.facts("partners"):
        assert switches()[row.symbol].pathway == row.pathway
        assert switches()[row.symbol].value == 0
