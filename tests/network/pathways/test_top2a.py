"""Topoisomerase II alpha: density-dependent export, poisons, breaks (Turner04, Turner09), against closed forms and published signs."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.network.parameters import defaults

CROWDED, GROWING = 1.0, 0.0
SPECIES = ("TOP2A_n", "TOP2A_c", "TOP2A_DNA_n")


@pytest.fixture(scope="module")
def top2a(bench):
    return bench("top2a")


def amounts(model, state):
    """Amounts (amol) in the cytoplasm, free in the nucleus and on DNA."""
    vn, vc = model.numbers["Vn"], model.numbers["Vc"]
    return vc * state["TOP2A_c"], vn * state["TOP2A_n"], vn * state["TOP2A_DNA_n"]


def cytoplasmic_share(model, state):
    outside, free, bound = amounts(model, state)
    return outside / (outside + free + bound)


def export_over_import(model):
    """Crowded cell, reference export: the cytoplasmic amount over the free nuclear one."""
    numbers = model.numbers
    return numbers["TOP2A_kexp"] / numbers["TOP2A_kimp"] + numbers["TOP2A_growing_ratio"]


def dose_for(model, damage, **numbers):
    """Doxorubicin (uM) that gives a lasting damage, by bisection on the logarithm."""
    low, high = 1e-7, 1e3
    for _ in range(50):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if model.rest(DOXORUBICIN=middle, **numbers)["TOP2_damage"] < damage else (low, middle)
    return (low * high) ** 0.5


def test_growing_cells_keep_it_in_the_nucleus(top2a):
    """Low density: the measured split of HeLa (0.005 over 0.951, Itzhak16), which is put in; export is nearly nil (ExpCellRes313p627)."""
    outside, free, _ = amounts(top2a, top2a.rest(density=GROWING))
    assert outside / free == pytest.approx(0.005 / 0.951, rel=1e-4)


def test_crowded_cells_export_most_of_it(top2a):
    """High density: more than half outside (Turner04: substantial amounts), by the closed form r / (1 + r)."""
    ratio = export_over_import(top2a)
    share = cytoplasmic_share(top2a, top2a.rest(density=CROWDED))
    assert share == pytest.approx(ratio / (1 + ratio), rel=1e-6)
    assert share > 0.5


def test_export_rises_with_density(top2a):
    shares = [cytoplasmic_share(top2a, top2a.rest(density=density)) for density in (0, 0.25, 0.5, 0.75, 1)]
    assert np.all(np.diff(shares) > 0)


def test_nothing_happens_without_a_poison(top2a):
    """No damage without a poison, whatever density and export do; rest is rest."""
    for density in (GROWING, CROWDED):
        rest = top2a.rest(density=density)
        course = top2a.run(48, start=rest, points=5, density=density)
        for name in (*SPECIES, "TOP2_damage"):
            np.testing.assert_allclose(course[name], rest[name], rtol=1e-6, atol=1e-12)
        assert top2a.run(24, start=rest, points=5, density=density, XPO1_loaded_n=0.0)["TOP2_damage"].max() == 0


def test_total_is_conserved(top2a):
    """Shuttling, block, both poisons and their washout keep the total; nothing becomes negative."""
    changes = [(2, "XPO1_loaded_n", 0.0), (8, "DOXORUBICIN", 0.5), (8, "ETOPOSIDE", 20.0), (20, "DOXORUBICIN", 0.0), (24, "density", 0.2)]
    course = top2a.run(36, start=top2a.rest(density=CROWDED), density=CROWDED, changes=changes)
    total = sum(amounts(top2a, course))
    expected = top2a.numbers["TOP2A_total"] * (top2a.numbers["Vn"] + top2a.numbers["Vc"])
    np.testing.assert_allclose(total, expected, rtol=1e-6)
    assert all(course[name].min() > -1e-9 for name in (*SPECIES, "TOP2_damage"))


@pytest.mark.parametrize("poison", ["DOXORUBICIN", "ETOPOSIDE"])
def test_crowded_cells_break_less_and_a_block_restores(top2a, poison):
    """Turner09: at high density a poison makes fewer breaks, an export block brings enzyme and breaks back to the growing cell's."""
    dose = {poison: 0.1 * top2a.numbers[f"{poison}_KD"]}
    growing = top2a.rest(density=GROWING, **dose)["TOP2_damage"]
    crowded = top2a.rest(density=CROWDED, **dose)["TOP2_damage"]
    blocked = top2a.rest(density=CROWDED, XPO1_loaded_n=0.0, **dose)
    assert crowded < 0.6 * growing
    assert blocked["TOP2_damage"] == pytest.approx(growing, rel=0.01)
    assert cytoplasmic_share(top2a, blocked) < 1e-6


def test_a_block_lowers_the_dose_by_the_closed_form(top2a):
    """Dose for equal breaks falls by 1 + kexp/kimp at every level of damage: sensitivity does not depend on the poison's constants."""
    for damage in (0.3, 3.0):
        plain, blocked = dose_for(top2a, damage, density=CROWDED), dose_for(top2a, damage, density=CROWDED, XPO1_loaded_n=0.0)
        assert plain / blocked == pytest.approx(1 + export_over_import(top2a), rel=1e-4)


@pytest.mark.xfail(
    strict=True, reason="2.4-fold came out with mid-range import and export rates, which nobody measured; caspase cells against breaks"
)
def test_fold_is_about_four(top2a):
    """Turner09: fourfold more sensitive to topoisomerase II poisons by activated caspase; here the dose for equal breaks, 3 to 5."""
    plain, blocked = dose_for(top2a, 1.0, density=CROWDED), dose_for(top2a, 1.0, density=CROWDED, XPO1_loaded_n=0.0)
    assert 3 <= plain / blocked <= 5


def test_fourfold_lies_within_the_assumed_rates():
    """Over the spread of the two rates, the published fourfold lies between the 5th and 95th percentile of 1 + kexp/kimp."""
    shares = np.random.Generator(np.random.Philox(7)).random((2, 4000))
    rates = [defaults()[name].distribution.quantile(u, 1.0) for name, u in zip(("TOP2A_kexp", "TOP2A_kimp"), shares, strict=True)]
    low, high = np.quantile(1 + rates[0] / rates[1], [0.05, 0.95])
    assert low < 4 < high


def test_no_gain_in_growing_cells(top2a):
    """Low density: a block adds less than 2 % of breaks."""
    dose = {"DOXORUBICIN": 0.1}
    plain = top2a.rest(density=GROWING, **dose)["TOP2_damage"]
    blocked = top2a.rest(density=GROWING, XPO1_loaded_n=0.0, **dose)["TOP2_damage"]
    assert 1 <= blocked / plain < 1.02


def test_no_enzyme_no_gain(top2a):
    """Turner09: knock-down of the enzyme abolishes the synergy. Breaks follow the dose of the enzyme; without it there are none."""
    dose = {"DOXORUBICIN": 0.3, "density": CROWDED, "XPO1_loaded_n": 0.0}
    whole = top2a.rest(**dose)["TOP2_damage"]
    assert top2a.rest(TOP2A_dose=0.1, **dose)["TOP2_damage"] == pytest.approx(0.1 * whole, rel=1e-6)
    assert top2a.rest(TOP2A_dose=0.0, **dose)["TOP2_damage"] == 0


def test_a_mutated_signal_blocks_the_export(top2a):
    """Turner04: mutating either signal of the full-length protein blocks its export; by the other hypothesis half is left."""
    halved = 0.5 * export_over_import(top2a)
    for signal in ("TOP2A_signal_1", "TOP2A_signal_2"):
        assert cytoplasmic_share(top2a, top2a.rest(density=CROWDED, **{signal: 0.0})) < 1e-6
        half = top2a.rest(density=CROWDED, TOP2A_signals_needed=0.0, **{signal: 0.0})
        assert cytoplasmic_share(top2a, half) == pytest.approx(halved / (1 + halved), rel=1e-6)


def test_a_poison_holds_the_enzyme_in_the_nucleus(top2a):
    """Two poisons want one enzyme: held over free is the sum of dose over KD, in growing and crowded cells alike."""
    dose = {"DOXORUBICIN": top2a.numbers["DOXORUBICIN_KD"], "ETOPOSIDE": 2 * top2a.numbers["ETOPOSIDE_KD"]}
    for density in (GROWING, CROWDED):
        state = top2a.rest(density=density, **dose)
        assert state["TOP2A_DNA_n"] / state["TOP2A_n"] == pytest.approx(3, rel=1e-6)


def test_breaks_are_repaired(top2a):
    """After washout the breaks fall with the repair's half-life, 9.6 h (Proctor08), once the enzyme has let go."""
    course = top2a.run(48, start=top2a.rest(DOXORUBICIN=1.0), points=49, DOXORUBICIN=0.0)
    fall = np.log(course["TOP2_damage"][24] / course["TOP2_damage"][48]) / np.log(2)
    assert 24 / fall == pytest.approx(9.63, rel=0.01)


def test_a_day_of_block_then_a_short_poison(top2a):
    """As in a dish: 20 h of block before 4 h of doxorubicin give more breaks than doxorubicin alone, in crowded cells only."""
    for density, least, most in ((CROWDED, 1.5, 4.0), (GROWING, 0.999, 1.02)):
        rest = top2a.rest(density=density)
        plain = top2a.run(24, start=rest, points=25, density=density, changes=[(20, "DOXORUBICIN", 0.1)])
        both = top2a.run(24, start=rest, points=25, density=density, XPO1_loaded_n=0.0, changes=[(20, "DOXORUBICIN", 0.1)])
        assert least < both["TOP2_damage"][-1] / plain["TOP2_damage"][-1] < most
