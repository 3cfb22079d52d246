"""What the export cycle must show without drugs, in both published sets; and that the checks fail when the mechanism is cut out.

Each check takes `change`, which is applied to the cell last; the ablations at the end hand in a broken cell and expect a failure.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import exportin as xp
from exportin.experiment.simulate import prepare
from exportin.kernel.batch import Tolerance

SETS = ("western", "proteomics")
PUBLISHED_RATIOS = {row.system: row.value for row in xp.facts("landmarks") if row.observable == "RANGTP_nc"}


def same(cell):
    return cell


def untreated(cell, *names):
    """Observables of the untreated cell."""
    result = xp.simulate(cell, until="1 s", points=2, observe=list(names), tolerance=1e-9)
    return [float(result[name][0]) for name in names]


def reporter(chosen, change, kd, **kwargs):
    given = {"nes_kd": kd, "total": "50 nM", "mass": "60 kDa", "kimp": "0.2 /min", **kwargs}
    return change(xp.cell("HeLa", concentrations=chosen).with_cargo("REPORTER", **given))


def scaled(cell, name, factor):
    return cell.with_parameters(**{name: cell.parameter(name).value * factor})


# --- the gradient and its perturbations


def check_gradient(chosen, change=same):
    (ratio,) = untreated(change(xp.cell("HeLa", concentrations=chosen)), "RANGTP_nc")
    print(f"{chosen}: RanGTP nuclear/cytoplasmic {ratio:.0f}; published {PUBLISHED_RATIOS}")
    assert 300 < ratio < 5000


def check_energy_charge(chosen, change=same):
    cell = change(xp.cell("HeLa", concentrations=chosen))
    both = cell.parameter("GTP").value + cell.parameter("GDP").value
    rested, starved = (state(one)["RANGTP_n"] for one in (cell, cell.with_parameters(GTP=both / 2, GDP=both / 2)))
    print(f"{chosen}: nuclear RanGTP {rested:.3g} uM, at GTP:GDP 1:1 {starved:.3g} uM, {rested / starved:.0f}-fold")
    assert rested / starved >= 20


def check_gap_limits_and_exchange_does_not(chosen, change=same):
    cell = change(xp.cell("HeLa", concentrations=chosen))
    base, less_gap, less_rcc1 = (
        untreated(one, "RANGTP_nc")[0] for one in (cell, scaled(cell, "RANGAP1_total", 0.1), scaled(cell, "RCC1_total", 0.1))
    )
    print(f"{chosen}: ratio {base:.0f}, RANGAP1/10 {less_gap:.0f}, RCC1/10 {less_rcc1:.0f}")
    assert base / less_gap >= 3
    assert 1 - less_rcc1 / base < 0.10


def check_traffic(chosen, change=same):
    traffic, transit = untreated(change(xp.cell("HeLa", concentrations=chosen)), "pore_traffic", "pore_transit")
    print(f"{chosen}: {traffic:.1f} trimers leave through a pore per second, {transit:.2f} are in transit")
    assert 0 < traffic < 1000
    assert transit == pytest.approx(0.018 * traffic)
    assert transit < 5


# --- signals


def check_natural_signals(chosen, change=same):
    minutes = [math.log(2) / untreated(reporter(chosen, change, kd, kimp="0 /min"), "REPORTER_kexp")[0] for kd in ("1 uM", "3 uM", "10 uM")]
    print(f"{chosen}: export half-times at KD 1, 3, 10 uM: {', '.join(f'{m:.2f}' for m in minutes)} min")
    assert all(0.5 < m < 15 for m in minutes)
    assert minutes == sorted(minutes)


def check_affinity_optimum(chosen, change=same):
    tight, best, weak = (untreated(reporter(chosen, change, kd), "REPORTER_nc")[0] for kd in ("0.1 nM", "35 nM", "30 uM"))
    print(f"{chosen}: N/C at 0.1 nM {tight:.3g}, 35 nM {best:.3g}, 30 uM {weak:.3g}")
    assert best < tight
    assert best < weak


def check_slow_release_makes_the_optimum(chosen, change=same):
    """The tight cargo waits in the cytoplasm on XPO1 without RanGTP and rides back; there is no arrested state at the pore."""
    cell = reporter(chosen, change, "0.1 nM")
    here = state(cell)
    waiting = here["REPORTER_XPO1_c"]
    total = waiting + here["REPORTER_c"] + here["REPORTER_XPO1_RANGTP_c"]
    values = prepare(cell, []).values_at(None, None, None)
    back = values["P_XPO1"] * here["REPORTER_XPO1_c"] / (values["P_trimer"] * here["REPORTER_XPO1_RANGTP_n"])
    print(f"{chosen}: {waiting / total:.0%} of the cytoplasmic 0.1 nM cargo is still on XPO1; return is {back:.2f} of forward export")
    assert waiting / total > 0.5
    assert back > 0.5


# --- near-parameter-free facts


def check_reverse_export(chosen, change=same):
    """With RanGTP on both sides an NES cargo enters the nucleus by XPO1 as fast as it leaves; without RanGTP it does not."""
    sealed = {"kimp": "0 /min", "leak": "0 pL/s"}
    cell = reporter(chosen, change, "35 nM", **sealed).with_parameters(RANGAP1_total=0)
    entering, leaving = crossing(cell)
    starved, _ = crossing(cell.with_parameters(GTP=1e-6, GDP=500))
    print(f"{chosen}: entry {entering:.3g} /min against exit {leaving:.3g} /min; without RanGTP {starved:.3g} /min")
    assert 1 / 3 < entering / leaving < 3
    assert starved < 0.1 * entering


def check_ranbp1_must_exceed_rangtp(chosen, change=same):
    """Ready trimers, cargo in excess, RanGTP in large excess over XPO1: RanBP1 frees the cargo only when it exceeds RanGTP."""
    ready = {"REPORTER_XPO1_RANGTP_c": 0.2, "REPORTER_c": 1.8, "RANGTP_c": 9.8}
    held = [in_vitro(chosen, change, {**ready, "RANBP1_c": 10.0 * share}, seconds=10.0)["held"] / 0.2 for share in (0.0, 0.5, 0.9, 2.0)]
    print(f"{chosen}: XPO1 that holds cargo after 10 s at RanBP1/RanGTP 0, 0.5, 0.9, 2: {', '.join(f'{h:.0%}' for h in held)}")
    assert held[2] > 0.8 * held[0]
    assert held[3] < 0.4 * held[0]


def check_trimer_shields_rangtp(chosen, change=same):
    """RANGAP1 clears free RanGTP; what is in the trimer is lost only as fast as it falls out."""
    free = in_vitro(chosen, change, {"RANGTP_c": 1.0}, seconds=0.5, hydrolysis=True)["rangtp"] / 1.0
    trimer = in_vitro(chosen, change, {"RANGTP_c": 1.0, "XPO1_c": 4.0, "REPORTER_c": 4.0}, seconds=5.0, hydrolysis=True)["rangtp"] / 1.0
    slower = (math.log(free) / 0.5) / (math.log(trimer) / 5.0)
    print(f"{chosen}: RANGAP1 clears RanGTP {slower:.0f} times more slowly from the trimer")
    assert slower > 20


def check_anchored_signal_titrates(chosen, change=same):
    cell = reporter(chosen, change, "3 uM")
    present = xp.cell("HeLa", concentrations=chosen).parameter("XPO1_total").value
    anchors = [{"total": f"{times * present} uM", "nes_kd": "35 nM", "kimp": "1 /min", "anchored": True} for times in (1, 5, 25)]
    rates = [untreated(one, "REPORTER_kexp")[0] for one in (cell, *(cell.with_cargo("ANCHOR", **anchor) for anchor in anchors))]
    print(f"{chosen}: export beside 0, 1, 5, 25 anchored signals an XPO1: {', '.join(f'{rate:.3g}' for rate in rates)} /min")
    assert rates == sorted(rates, reverse=True)
    assert rates[2] < 0.5 * rates[0]
    assert rates[3] < 0.1 * rates[0]


def check_xpo1_dose(chosen, change=same):
    cell = reporter(chosen, change, "35 nM")
    doses = [scaled(cell, "XPO1_total", factor) for factor in (1, 3, 10)]
    ratios = [untreated(one, "REPORTER_nc")[0] for one in doses]
    rangtp = [state(one)["RANGTP_n"] for one in doses]
    print(f"{chosen}: XPO1 x1, x3, x10: N/C {', '.join(f'{r:.3g}' for r in ratios)}; RanGTP {', '.join(f'{r:.3g}' for r in rangtp)} uM")
    assert ratios[1] < ratios[0]
    assert ratios[2] > ratios[1]
    assert rangtp[2] < rangtp[0] / 3


CHECKS = (
    check_gradient,
    check_energy_charge,
    check_gap_limits_and_exchange_does_not,
    check_traffic,
    check_natural_signals,
    check_affinity_optimum,
    check_slow_release_makes_the_optimum,
    check_reverse_export,
    check_ranbp1_must_exceed_rangtp,
    check_trimer_shields_rangtp,
    check_anchored_signal_titrates,
    check_xpo1_dose,
)


def state(cell):
    """Concentrations of the untreated cell, by species."""
    experiment = prepare(cell, [])
    values = experiment.values_at(None, None, None)
    steady = experiment.rest(values).checked().states[0] / experiment.volumes(values)
    return dict(zip(experiment.solver.states, steady, strict=True))


def crossing(cell):
    """Entry and exit of the reporter through XPO1, per minute of the cytoplasmic and of the nuclear amount."""
    here, values = state(cell), prepare(cell, []).values_at(None, None, None)
    flux = {place: values["N_NPC"] * values["P_trimer"] * here[f"REPORTER_XPO1_RANGTP_{place}"] for place in "nc"}
    flux |= {place: flux[place] + values["N_NPC"] * values["P_XPO1"] * here[f"REPORTER_XPO1_{place}"] for place in "nc"}
    held = {place: sum(here[f"REPORTER_{form}{place}"] for form in ("", "XPO1_", "XPO1_RANGTP_")) for place in "nc"}
    return tuple(60 * flux[place] / (held[place] * values[f"V{place}"]) for place in "cn")


def in_vitro(chosen, change, mixture, *, seconds=3600.0, hydrolysis=False):
    """A mixture (uM) in one compartment with the cell's own laws: what XPO1 holds of a PKI-like cargo, and the RanGTP left, in uM.

    Pores, import, turnover, RanBP2 and RanBP1's own export signal (which competes with the cargo) are taken out, so that only
    what is mixed is there; RANGAP1 is there for `hydrolysis`.
    """
    cell = reporter(chosen, change, "35 nM", kimp="0 /min").with_parameters(
        N_NPC=0, t_half_XPO1="1e9 h", doubling_time="1e9 h", XPO1_synthesis=0, RANBP1_KD_NES=1e9
    )
    cell = cell if hydrolysis else cell.with_parameters(RANGAP1_total=0)
    experiment = prepare(cell, [])
    values, solver = experiment.values_at(None, None, None), experiment.solver
    volumes = experiment.volumes(values)
    start = np.array([{**mixture, "XPO1_mrna": 1.0}.get(name, 0.0) for name in solver.states]) * volumes
    run = solver.run([0.0, seconds], (), experiment.known(values), start=start, tolerance=Tolerance(1e-9, 1e-12)).checked()
    end = dict(zip(solver.states, run.end[0] / volumes, strict=True))
    rangtp = sum(value for name, value in end.items() if name.endswith(("RANGTP_c", "RANBP1_c")) and "RANGTP" in name)
    return {"held": end["REPORTER_XPO1_c"] + end["REPORTER_XPO1_RANGTP_c"], "rangtp": float(rangtp)}


@pytest.mark.parametrize("chosen", SETS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_fact(check, chosen):
    check(chosen)


def without(**parameters):
    return lambda cell: cell.with_parameters(**parameters)


ABLATIONS = {
    "no XPO1": (without(XPO1_total=0), (check_traffic, check_natural_signals, check_anchored_signal_titrates)),
    "no cooperativity": (without(alpha=1), (check_natural_signals, check_affinity_optimum, check_trimer_shields_rangtp)),
    "no stripping": (without(kstrip=0), (check_ranbp1_must_exceed_rangtp, check_xpo1_dose)),
}


@pytest.mark.parametrize("chosen", SETS)
@pytest.mark.parametrize(
    ("ablation", "check"),
    [(name, check) for name, (_, checks) in ABLATIONS.items() for check in checks],
    ids=lambda one: one if isinstance(one, str) else one.__name__.removeprefix("check_"),
)
def test_ablation_is_noticed(ablation, check, chosen):
    with pytest.raises((AssertionError, ZeroDivisionError)):
        check(chosen, ABLATIONS[ablation][0])
