"""XPO1 itself under its inhibitors: where it goes, its own mRNA, its decay, and what its mutants do to that.

Degradation by CBS9106 and the switch of the mRNA are in `test_inhibitors`, E571K's draws in `network/test_e571k`.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest

import exportin as xp

SEEN = ["XPO1_nuclear", "XPO1_mrna", "XPO1_total", "XPO1_occupancy"]
HELA = xp.cell("HeLa")


@functools.cache
def treated(name, until=72, pathways=False, drug="KPT-185", dose="1 uM"):
    cell = xp.cell(name).with_pathways() if pathways else xp.cell(name)
    return xp.simulate(cell, xp.exposure(drug, dose), until=f"{until} h", points=until + 1, observe=SEEN)


@functools.cache
def drawn(until, draws=60):
    return xp.simulate(HELA, xp.exposure("KPT-185", "1 uM"), until=f"{until} h", points=2, observe=SEEN, draws=draws, seed=1)


# --- where it goes


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="XPO1 leaves the nucleus instead (50 % from 53 or 54 %): with the assumed P_XPO1 it passes faster empty than loaded (P_trimer)",
)
@pytest.mark.parametrize("name", ["Z-138", "REC-1", "Mino", "JeKo-1"])
def test_kpt185_moves_xpo1_into_the_nucleus(name):
    """The review, of mantle cell lymphoma lines."""
    share = treated(name, pathways=True)["XPO1_nuclear"]
    print(f"{name}: {share[0]:.1%} nuclear before, {share[4]:.1%} at 4 h, {share[24]:.1%} at 24 h")
    assert share[24] > share[0]


@pytest.mark.parametrize("name", ["HeLa", "Z-138"])
def test_inhibited_xpo1_spreads_evenly(name):
    """Closed form: XPO1 that carries no cargo passes alike both ways, so full occupancy leaves it at Vn / (Vn + Vc)."""
    Vn, Vc = (xp.cell(name).parameter(volume).value for volume in ("Vn", "Vc"))
    assert treated(name, dose="100 uM")["XPO1_nuclear"][24] == pytest.approx(Vn / (Vn + Vc), rel=2e-3)


def test_it_enters_the_nucleus_where_loaded_xpo1_passes_faster_than_empty():
    """What decides the sign: export by cargo empties the nucleus only if the trimer passes faster than XPO1 comes back. In every draw."""
    share, rates = drawn(24)["XPO1_nuclear"], drawn(24).drawn
    enters = share[:, -1] > share[:, 0]
    print(f"XPO1 enters the nucleus in {enters.mean():.0%} of draws")
    assert np.array_equal(enters, rates["P_trimer"] > rates["P_XPO1"])
    assert 0.2 < enters.mean() < 0.8


# --- its mRNA and its decay


DRUGS = ("KPT-185", "selinexor", "CBS9106", "leptomycin B")
SYMBOLS = dict(zip(DRUGS, ("KPT185", "SELINEXOR", "CBS9106", "LMB"), strict=True))


def loss(cell):
    """First-order loss of XPO1 (1/h): decay and dilution by growth."""
    return np.log(2) * (1 / cell.parameter("t_half_XPO1").value + 1 / cell.parameter("doubling_time").value)


@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize("name", ["HeLa", "786-O"])
def test_mrna_and_protein_at_steady_state(name, drug):
    """Closed form of turnover.ant, for the occupied share o: mRNA 1 + induction o, protein mRNA k / (k + kdeg o), with k the loss."""
    cell, result = xp.cell(name), treated(name, until=1000, drug=drug, dose="200 nM")
    kdeg, induction = (cell.parameter(f"{SYMBOLS[drug]}_{what}").value for what in ("kdeg", "induction"))
    occupied, k = result["XPO1_occupancy"][-1], loss(cell)
    protein = result["XPO1_total"][-1] / result["XPO1_total"][0]
    print(f"{name}, {drug}: occupancy {occupied:.0%}, mRNA {result['XPO1_mrna'][-1]:.2f}, protein {protein:.2f}")
    assert result["XPO1_mrna"][-1] == pytest.approx(1 + induction * occupied, rel=1e-3)
    assert protein == pytest.approx((1 + induction * occupied) * k / (k + kdeg * occupied), rel=2e-3)


def test_protein_falls_where_decay_outweighs_induction():
    """Closed form: at any occupancy the protein ends below where it began exactly if the induction is less than kdeg over the loss."""
    result = drawn(1000)
    rates = result.drawn
    k = np.log(2) * (1 / rates["t_half_XPO1"] + 1 / rates["doubling_time"])
    falls = result["XPO1_total"][:, -1] < result["XPO1_total"][:, 0]
    clear = np.abs(np.log(rates["KPT185_induction"] * k / rates["KPT185_kdeg"])) > 0.02
    print(f"XPO1 protein falls in {falls.mean():.0%} of draws")
    assert np.array_equal(falls[clear], (rates["KPT185_induction"] < rates["KPT185_kdeg"] / k)[clear])
    assert np.all(result["XPO1_mrna"][:, -1] > 1)


def test_without_induction_the_protein_falls_to_its_decay():
    cell = HELA.with_hypothesis(XPO1_mrna_feedback="unchanged")
    result = xp.simulate(cell, xp.exposure("KPT-185", "1 uM"), until="500 h", points=2, observe=SEEN)
    k, kdeg, occupied = loss(cell), cell.parameter("KPT185_kdeg").value, result["XPO1_occupancy"][-1]
    assert result["XPO1_total"][-1] / result["XPO1_total"][0] == pytest.approx(k / (k + kdeg * occupied), rel=2e-3)


def test_the_protein_falls_first_and_the_mrna_follows():
    """The message has to be made before it can be translated: the protein dips below its start within the first hours."""
    result = treated("HeLa")
    protein = result["XPO1_total"] / result["XPO1_total"][0]
    assert 0.9 < protein[:8].min() < 1
    assert protein[-1] > 1
    assert result["XPO1_mrna"][4] > 1.5


INDUCED = pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="the assumed threefold mRNA outweighs decay: 16 % (MM.1S), 11 % (REC-1, Z-138), 10 % (Caki-1), 7 % (JeKo-1, Mino) more",
)


@pytest.mark.parametrize(
    "name", ["786-O", *(pytest.param(one, marks=INDUCED) for one in ("MM.1S", "JeKo-1", "Mino", "Z-138", "REC-1", "Caki-1"))]
)
def test_sine_lower_xpo1_protein(name):
    """The review, of mantle cell lymphoma, renal carcinoma and myeloma lines."""
    protein = treated(name, pathways=True)["XPO1_total"]
    print(f"{name}: XPO1 protein at 72 h {protein[-1] / protein[0]:.0%} of that before")
    assert protein[-1] < protein[0]


# --- mutants


def test_c528s_keeps_its_mrna_its_amount_and_its_place():
    """Nothing that follows from occupancy happens where the drug does not bind."""
    mutant = HELA.with_variant("XPO1 C528S", 1.0)
    result = xp.simulate(mutant, xp.exposure("KPT-185", "100 nM"), until="72 h", points=2, observe=SEEN)
    assert result["XPO1_occupancy"][-1] < 0.01
    for name in ("XPO1_mrna", "XPO1_total", "XPO1_nuclear"):
        assert result[name][-1] == pytest.approx(result[name][0], rel=0.01), name


def test_e571k_moves_cargoes_either_way_and_stays_sensitive():
    """27 signals bind E571K stronger or weaker (Baumhardt 2020, PMC7525811): before a drug a cargo may lie on either side of the wild
    type's place; under a drug that fills the groove both end in one place in most draws."""
    cargoes = [f"{one}_nuclear" for one in HELA.cargoes if one != "RANBP1"]
    drug = xp.exposure("KPT-185", "10 uM")
    wild, mutant = (
        xp.simulate(cell, drug, until="24 h", points=2, observe=[*cargoes, "XPO1_occupancy"], draws=30, seed=2)
        for cell in (HELA, HELA.with_variant("XPO1 E571K", 1.0))
    )
    for name in cargoes:
        ratio = mutant[name] / wild[name]
        low, high = np.quantile(ratio[:, 0], [0.1, 0.9])
        print(f"{name}: mutant over wild type {low:.2f} to {high:.2f} before, {ratio[:, -1].min():.3f} to {ratio[:, -1].max():.3f} at 24 h")
        assert low < 1 < high, name
        assert np.median(np.abs(np.log(ratio[:, -1]))) < 0.05, name
    assert np.median(mutant["XPO1_occupancy"][:, -1]) > 0.95
