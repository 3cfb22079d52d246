"""What the inhibitors must show: leptomycin B, the order of washout, the C528S allele, and CBS9106's degradation."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp

SETS = (None, "western", "proteomics")


def hela(chosen=None, change=lambda cell: cell):
    return change(xp.cell("HeLa", concentrations=chosen))


def growth_and_decay(cell):
    """First-order loss of XPO1 (1/h): its own decay and dilution by growth."""
    return np.log(2) * (1 / cell.parameter("t_half_XPO1").value + 1 / cell.parameter("doubling_time").value)


# --- leptomycin B


def ceiling(cell, kimp, leak):
    """Nuclear share without any export (closed form): import (1/min) and leak (pL/s) in, leak out."""
    Vn, Vc = cell.parameter("Vn").value, cell.parameter("Vc").value
    ratio = (kimp / 60 * Vc + leak) / leak
    return ratio * Vn / (ratio * Vn + Vc)


def check_reporter_is_trapped(chosen=None, change=lambda cell: cell, kimp=0.1, leak=1e-4, dose="1 uM"):
    """An exported reporter, at most 10 % nuclear, is mostly nuclear 30 min after a saturating dose."""
    given = {"nes_kd": "35 nM", "total": "50 nM", "kimp": f"{kimp} /min", "leak": f"{leak} pL/s"}
    cell = change(hela(chosen).with_cargo("REPORTER", **given))
    result = xp.simulate(cell, xp.exposure("leptomycin B", dose), until="30 min", observe=["REPORTER_nuclear", "XPO1_active"], points=31)
    before, after = result["REPORTER_nuclear"][[0, -1]]
    active, most = result["XPO1_active"][-1], ceiling(cell, kimp, leak)
    print(f"{chosen}, {dose}, kimp {kimp}, leak {leak}: {before:.1%} nuclear, at 30 min {after:.1%} of {most:.1%}; active {active:.1g}")
    assert before <= 0.10
    assert active < 1e-3
    assert after > 0.60


def washout(cell, drug, dose, hours, **kwargs):
    names = ["export_capacity", "XPO1_occupancy", "XPO1_active", "XPO1_total"]
    given = {"until": f"{hours} h", "observe": names, "points": 20 * hours + 1, **kwargs}
    return xp.simulate(cell, xp.exposure(drug, dose, stop="2 h"), **given)


CORNER = pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="import at its least and leak at its most cap the nuclear share at 51 % in HeLa's volumes whatever XPO1 does (closed form)",
)


@pytest.mark.parametrize("chosen", SETS)
@pytest.mark.parametrize(("kimp", "leak"), [(0.1, 1e-4), (0.1, 5e-4), (0.2, 1e-3), (0.25, 1e-3), pytest.param(0.1, 1e-3, marks=CORNER)])
def test_leptomycin_traps_an_exported_reporter(chosen, kimp, leak):
    check_reporter_is_trapped(chosen, kimp=kimp, leak=leak)


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="50 nM does not saturate within 30 min at the assumed efficiency of 1e5 /M/s: 5 % of XPO1 is still active",
)
@pytest.mark.parametrize("chosen", SETS)
def test_fifty_nanomolar_saturates_within_half_an_hour(chosen):
    check_reporter_is_trapped(chosen, dose="50 nM")


def test_the_corner_is_capped_without_xpo1_too():
    assert ceiling(hela(), 0.1, 1e-3) == pytest.approx(0.51, abs=0.005)


@pytest.mark.parametrize("chosen", SETS)
@pytest.mark.parametrize("dose", ["50 nM", "1 uM"])
def test_without_synthesis_nothing_comes_back(chosen, dose):
    result = washout(hela(chosen).with_parameters(XPO1_synthesis=0), "leptomycin B", dose, 8)
    after = result["export_capacity"][result.time >= 2]
    print(f"{chosen}, {dose}: largest export capacity in 6 h after washout {after.max():.2g}")
    assert result["XPO1_active"][result.time == 2][0] < 1e-3
    assert after.max() < 0.01


@pytest.mark.parametrize("chosen", SETS)
def test_with_synthesis_capacity_stays_below_the_newly_made_share(chosen):
    """XPO1 made since the drug came is the most that can export; some of it is caught by drug still there."""
    cell = hela(chosen)
    result = washout(cell, "leptomycin B", "50 nM", 26)
    new = 1 - np.exp(-growth_and_decay(cell) * result.time)
    late = result.time > 2
    print(f"{chosen}: at 26 h capacity {result['export_capacity'][-1]:.2f}, newly made {new[-1]:.2f}")
    assert np.all(result["export_capacity"][late] <= new[late] + 1e-3)


def test_with_synthesis_capacity_stays_below_the_newly_made_share_in_draws():
    draws, cell = 40, hela()
    result = washout(cell, "leptomycin B", "200 nM", 26, draws=draws, seed=3)
    seconds = 3600 * result.time
    loss = np.log(2) * (1 / result.drawn["t_half_XPO1"] + 1 / result.drawn["doubling_time"])
    new = 1 - np.exp(-loss[:, None] * seconds)
    late = result.time > 2
    above = np.any(result["export_capacity"][:, late] > new[:, late] + 1e-3, axis=1)
    print(f"capacity above the newly made share in {above.sum()} of {draws} draws")
    assert above.mean() <= 0.10


# --- order of washout


DOSES = {"PKF050-638": "200 uM", "KPT-185": "100 uM", "leptomycin B": "10 uM"}  # nominal; only to reach the occupancy in every draw


def half_recovery(drug, chosen=None, draws=1, seed=0):
    """Hours from washout to half the export capacity, for each draw; and the occupancy at washout."""
    result = washout(hela(chosen), drug, DOSES[drug], 122, draws=draws, seed=seed)
    capacity = result["export_capacity"].reshape(draws, -1)
    occupied = result["XPO1_occupancy"].reshape(draws, -1)[:, result.time == 2.0][:, 0]
    back = (capacity >= 0.5) & (result.time > 2.0)
    assert back.any(axis=1).all(), "every draw recovers within 120 h"
    return result.time[back.argmax(axis=1)] - 2.0, occupied


@pytest.mark.parametrize("chosen", SETS)
def test_washout_order(chosen):
    hours = {drug: half_recovery(drug, chosen)[0][0] for drug in DOSES}
    print(f"{chosen}: " + ", ".join(f"{drug} {value:.2f} h" for drug, value in hours.items()))
    assert 1.5 * hours["PKF050-638"] < hours["KPT-185"]
    assert 1.5 * hours["KPT-185"] < hours["leptomycin B"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_washout_order_in_draws(seed):
    draws = 40
    recovered = {drug: half_recovery(drug, draws=draws, seed=seed) for drug in DOSES}
    for drug, (hours, occupied) in recovered.items():
        print(f"{drug}: {np.median(hours):.2f} h ({hours.min():.2f} to {hours.max():.2f}), least occupancy {occupied.min():.3f}")
        assert np.all(occupied >= 0.95)
    first, second, third = (recovered[drug][0] for drug in DOSES)
    apart = (1.5 * first < second) & (1.5 * second < third)
    print(f"seed {seed}: each at least 1.5-fold apart in {apart.mean():.0%} of {draws} draws")
    assert apart.mean() >= 0.90


# --- C528S


def shifts(cell, drug, dose):
    """Relative change of each cargo's N/C after 4 h."""
    names = [f"{cargo}_nc" for cargo in cell.cargoes]
    result = xp.simulate(cell, xp.exposure(drug, f"{dose} uM"), until="4 h", observe=names, points=9)
    return {cargo: float(result[name][-1] / result[name][0]) - 1 for cargo, name in zip(cell.cargoes, names, strict=True)}


def half_effect(cell, drug):
    """Dose (uM) that shifts the most mobile cargo half as far as a saturating dose does, after 4 h."""
    full = max(shifts(cell, drug, 100.0).values())
    low, high = 1e-5, 100.0
    while high / low > 1.05:
        middle = np.sqrt(low * high)
        low, high = (low, middle) if max(shifts(cell, drug, middle).values()) > full / 2 else (middle, high)
    return float(np.sqrt(low * high))


@pytest.fixture(scope="module")
def at_ten_times_the_ec50():
    """Shifts of every cargo in wild type, with half and with all alleles C528S, by drug."""
    found = {}

    def measure(drug):
        if drug not in found:
            ec50 = half_effect(hela(), drug)
            wild = hela().with_cargo("REPORTER", nes_kd="0.1 uM", mass="100 kDa")
            cells = (wild, wild.with_variant("XPO1 C528S", 0.5), wild.with_variant("XPO1 C528S", 1.0))
            found[drug] = [shifts(cell, drug, 10 * ec50) for cell in cells]
            print(f"{drug}: EC50 {1000 * ec50:.3g} nM")
        return found[drug]

    return measure


DRUGS = ("leptomycin B", "KPT-185", "selinexor", "CBS9106", "PKF050-638")


@pytest.mark.parametrize("drug", DRUGS)
def test_c528s_in_all_alleles_resists(drug, at_ten_times_the_ec50):
    _, _, none = at_ten_times_the_ec50(drug)
    moved = {cargo: abs(change) for cargo, change in none.items() if cargo != "REPORTER"}
    print(f"{drug}: largest change of N/C with all alleles C528S {max(moved.values()):.2%}; strong reporter {none['REPORTER']:+.2%}")
    assert max(moved.values()) < 0.02


REVERSIBLE = pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="a reversible drug loses only C528S_fold, whose assumed 1000 leaves 4 % on a strong reporter; 3000 would leave 1.7 %",
)


@pytest.mark.parametrize("drug", [*DRUGS[:-1], pytest.param(DRUGS[-1], marks=REVERSIBLE)])
def test_c528s_in_all_alleles_spares_a_strong_reporter(drug, at_ten_times_the_ec50):
    _, _, none = at_ten_times_the_ec50(drug)
    assert abs(none["REPORTER"]) < 0.02


LEAKY = pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="two-state closed form: half over full shift is l/(e + 2l), under a fifth only where export e exceeds three leaks l",
)


@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize(
    "cargo", ["TP53", "RANBP1", "REPORTER", *(pytest.param(one, marks=LEAKY) for one in ("NFKBIA", "CDKN1A", "FOXO3"))]
)
def test_c528s_in_half_the_alleles_protects(drug, cargo, at_ten_times_the_ec50):
    wild, half, _ = at_ten_times_the_ec50(drug)
    print(f"{drug}, {cargo}: N/C moves {wild[cargo]:.0%} in wild type, {half[cargo]:.0%} with half the alleles C528S")
    assert half[cargo] < wild[cargo] / 5


# --- CBS9106


def total_and_mrna(cell, *exposures, until="24 h"):
    result = xp.simulate(cell, *exposures, until=until, observe=["XPO1_total", "XPO1_mrna", "XPO1_occupancy"], points=49)
    return result["XPO1_total"][-1] / result["XPO1_total"][0], result["XPO1_mrna"].min(), result["XPO1_occupancy"][-1]


@pytest.mark.parametrize("chosen", SETS)
def test_cbs9106_degrades_xpo1_and_leptomycin_does_not(chosen):
    cell = hela(chosen)
    protein, mrna, occupied = total_and_mrna(cell, xp.exposure("CBS9106", "2 uM"))
    kept, other_mrna, other_occupied = total_and_mrna(cell, xp.exposure("leptomycin B", "200 nM"))
    print(f"{chosen}: XPO1 after 24 h {protein:.0%} under CBS9106 (occupancy {occupied:.0%}), {kept:.0%} under leptomycin B")
    assert min(occupied, other_occupied) >= 0.90
    assert protein <= 0.50
    assert kept >= 0.80
    assert min(mrna, other_mrna) >= 0.95


@pytest.mark.parametrize("chosen", SETS)
def test_leptomycin_first_or_a_blocked_proteasome_prevents_the_fall(chosen):
    cell = hela(chosen)
    both = xp.exposure("leptomycin B", "200 nM"), xp.exposure("CBS9106", "2 uM", start="2 h")
    protected, _, _ = total_and_mrna(cell, *both, until="26 h")
    blocked, _, _ = total_and_mrna(cell.with_parameters(proteasome_activity=0), xp.exposure("CBS9106", "2 uM"))
    print(f"{chosen}: XPO1 {protected:.0%} with leptomycin B beforehand, {blocked:.0%} with a blocked proteasome")
    assert protected >= 0.80
    assert blocked >= 0.80


def test_mrna_induction_is_a_named_switch():
    selinexor = xp.exposure("selinexor", "1 uM")
    cells = hela(), hela().with_hypothesis(XPO1_mrna_feedback="unchanged")
    induced, unchanged = (xp.simulate(one, selinexor, until="24 h", observe=["XPO1_mrna"])["XPO1_mrna"][-1] for one in cells)
    print(f"XPO1 mRNA after 24 h of selinexor: {induced:.2f} induced, {unchanged:.2f} unchanged")
    assert induced > 1.5
    assert unchanged == pytest.approx(1.0, abs=1e-6)


# --- ablation: the checks above can fail


@pytest.mark.parametrize("broken", [{"XPO1_total": 0}, {"alpha": 1}], ids=["no XPO1", "no cooperativity"])
def test_ablation_is_noticed(broken):
    with pytest.raises(AssertionError):
        check_reporter_is_trapped(None, lambda cell: cell.with_parameters(**broken))
