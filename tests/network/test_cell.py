"""Cells: immutable, and strict about what the user changes."""

from __future__ import annotations

import pytest

import exportin as xp
from exportin.errors import BadQuantity, UnknownName


def test_a_cell_cannot_be_changed_in_place():
    cell = xp.cell("HeLa").with_parameters(XPO1_total=0.5)
    with pytest.raises(TypeError):
        cell.overrides["XPO1_total"] = 9  # type: ignore[index]
    assert cell.with_parameters(XPO1_total=0.7).parameter("XPO1_total").value == 0.7
    assert cell.parameter("XPO1_total").value == 0.5


@pytest.mark.parametrize(
    "changes",
    [{"Vn": 0}, {"KD_XPO1_RAN": 0}, {"t_half_XPO1": "0 h"}, {"TP53_mass": 0}, {"fu_medium": 5}, {"mobility": 2}, {"XPO1_total": -1}]
    + [{"XPO1_total": value} for value in (float("nan"), float("inf"), None, True, "1 mg", "much")],
)
def test_an_impossible_number_is_refused(changes):
    with pytest.raises(BadQuantity):
        xp.cell("HeLa").with_parameters(**changes)


@pytest.mark.parametrize("name", ["TP53", "RANGTP", "alpha", "LMB", "in", "model", "pi", "Hydrolyse", "a b", "7up", "", 3])
def test_a_cargo_cannot_take_a_name_that_is_used(name):
    with pytest.raises(BadQuantity, match="cannot name a cargo"):
        xp.cell("HeLa").with_cargo(name, nes_kd="1 uM")


@pytest.mark.parametrize("name", ["XPO1", "TP53", "GTP", "RAN"])
def test_a_compound_cannot_take_a_name_that_is_used(name):
    with pytest.raises(BadQuantity, match="cannot name a compound"):
        xp.compound(name, mechanism="reversible", KI="1 nM")


def test_compounds_are_strict():
    with pytest.raises(BadQuantity, match="krev"):
        xp.compound("X1", mechanism="slowly_reversible_covalent", KD="1 nM", kinact="1e-3 1/s", krev="0 1/h")
    with pytest.raises(BadQuantity, match="kinact"):
        xp.compound("PKF050-638", kinact="1 1/s")
    with pytest.raises(BadQuantity, match="needs KI"):
        xp.compound("X1", mechanism="reversible")
    with pytest.raises(UnknownName, match="did you mean"):
        xp.compound("KPT-18")


@pytest.mark.parametrize("given", [None, 3, "HeLe"])
def test_an_unknown_cell_is_refused(given):
    with pytest.raises((BadQuantity, UnknownName)):
        xp.cell(given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"draws": 0},
        {"draws": True},
        {"cells": 1.5},
        {"seed": -1},
        {"seed": "a"},
        {"points": 10**12},
        {"tolerance": 1.0},
        {"tolerance": -1},
        {"observe": "TP53_nc"},
        {"observe": []},
        {"until": "4"},
    ],
)
def test_simulate_is_strict(wrong):
    with pytest.raises(BadQuantity):
        xp.simulate(xp.cell("HeLa"), **{"until": "1 h", **wrong})


def test_simulate_takes_cells_and_exposures_only():
    with pytest.raises(BadQuantity, match="is not a cell"):
        xp.simulate("HeLa")
    with pytest.raises(BadQuantity, match="is not an exposure"):
        xp.simulate(xp.cell("HeLa"), "LMB")


def test_a_cell_without_xpo1_has_no_occupancy():
    cell = xp.cell("HeLa").knockdown("XPO1", 1)
    result = xp.simulate(cell, xp.exposure("selinexor", "1 uM"), until="2 h", observe=["XPO1_occupancy", "XPO1_mrna"], points=9)
    assert result["XPO1_occupancy"].max() == 0
    assert result["XPO1_mrna"] == pytest.approx(1.0)


def test_a_users_leak_stays_as_given_when_the_pores_vary():
    from exportin.experiment.simulate import prepare

    experiment = prepare(xp.cell("HeLa").with_cargo("PROBE", nes_kd="1 uM", leak="1e-3 pL/s"), [])
    for draw in range(3):
        values = experiment.values_at(None, draw, None)
        assert values["PROBE_P_passive"] * values["N_NPC"] == pytest.approx(1e-3)
