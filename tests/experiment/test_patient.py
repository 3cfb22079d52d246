"""Selinexor in a patient: the label's single dose, doses that add, and nothing that depends on how the question is put."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.experiment.simulate import prepare
from exportin.kernel.batch import Change, Tolerance
from exportin.pharmacology.exposure import RUN_IN
from exportin.pharmacology.nonmem import read_event_table

MOLAR_MASS = 443.31  # g/mol
SINGLE = "80 mg PO once"


def plasma(*exposures, until="72 h", points=4321, **kwargs):
    """Total plasma selinexor in ng/mL, with the result."""
    cell = xp.cell("OCI-AML3")
    result = xp.simulate(cell, *exposures, until=until, observe=["selinexor_plasma"], points=points, **kwargs)
    return result.time, result["selinexor_plasma"] * MOLAR_MASS, result


def test_the_typical_patient_meets_the_label():
    time, level, _ = plasma(xp.regimen("selinexor", SINGLE))
    auc = np.trapezoid(level, time)
    late = (time > 36) & (time < 70)
    half_life = -np.log(2) / np.polyfit(time[late], np.log(level[late]), 1)[0]
    print(f"Cmax {level.max():.1f} ng/mL, AUC {auc:.0f} ng h/mL, Tmax {time[level.argmax()]:.2f} h, half-life {half_life:.2f} h")
    print("CL/F is dose over AUC, 14.85 L/h; the label's 17.9 L/h would give an AUC of 4469 ng h/mL and is not used")
    assert level.max() == pytest.approx(680, rel=0.05)
    assert auc == pytest.approx(5386, rel=0.05)
    assert time[level.argmax()] <= 4
    assert 6 <= half_life <= 8


def test_every_draw_meets_the_label():
    _, level, result = plasma(xp.regimen("selinexor", SINGLE), points=1441, draws=20)
    assert np.abs(level.max(axis=1) / 680 - 1).max() < 0.05
    assert np.abs(np.trapezoid(level, result.time, axis=1) / 5386 - 1).max() < 0.05


def test_patients_spread_as_the_label_says():
    _, level, result = plasma(xp.regimen("selinexor", SINGLE), points=289, patients=300, seed=2)
    cmax, auc = level.max(axis=1), np.trapezoid(level, result.time, axis=1)
    print(f"300 patients: Cmax {cmax.mean():.0f} (SD {cmax.std():.0f}; 124), AUC {auc.mean():.0f} (SD {auc.std():.0f}; label 1116)")
    assert cmax.std() == pytest.approx(124, rel=0.15)
    assert auc.std() == pytest.approx(1116, rel=0.15)


def test_a_patient_has_far_less_free_drug_than_a_dish():
    result = xp.simulate(
        xp.cell("OCI-AML3"), xp.regimen("selinexor", "60 mg PO days 1,3 every 7 d for 28 d"), until="28 d", observe=["selinexor_free"]
    )
    mean = 1000 * np.trapezoid(result["selinexor_free"], result.time) / result.time[-1]
    print(f"mean free selinexor {mean:.1f} nM")
    assert 1 < mean < 10


# --- the same doses said in several ways


def table(**columns):
    length = max(len(value) for value in columns.values())
    base = {"ID": [1] * length, "EVID": [1] * length, "CMT": [1] * length}
    return [{name: values[row] for name, values in {**base, **columns}.items()} for row in range(length)]


def exact(*exposures, cell=None, observe=("selinexor_plasma", "XPO1_occupancy"), **kwargs):
    given = {"until": "7 d", "points": 85, "tolerance": 1e-10, **kwargs}
    result = xp.simulate(cell or xp.cell("OCI-AML3"), *exposures, observe=list(observe), **given)
    return np.stack([result[name] for name in observe])


def scale(curves):
    return np.abs(curves).max(axis=1, keepdims=True)


def test_addl_equals_explicit_records():
    addl = read_event_table(table(TIME=[0], AMT=[60], II=[48], ADDL=[2]))["1"]
    explicit = read_event_table(table(TIME=[0, 48, 96], AMT=[60, 60, 60]))["1"]
    one, other = (exact(xp.regimen("selinexor", doses)) for doses in (addl, explicit))
    assert np.max(np.abs(one - other) / scale(one)) < 1e-6


def test_the_steady_state_flag_equals_a_long_history():
    flagged = read_event_table(table(TIME=[0], AMT=[60], II=[84], SS=[1]), memory=RUN_IN)["1"]
    history = 0.5 * RUN_IN  # itself far beyond the half-lives of drug (8 h) and of XPO1 in this cell (19 h with growth)
    before = [xp.regimen("selinexor", [dose]).events[0] for dose in flagged]
    explicit = [dose for dose in flagged if dose.time >= -history]
    one, other = exact(xp.regimen("selinexor", flagged)), exact(xp.regimen("selinexor", explicit))
    assert len(before) > len(explicit) > 1
    assert np.max(np.abs(one - other) / scale(one)) < 1e-6


def test_at_steady_state_the_next_interval_repeats():
    flagged = read_event_table(table(TIME=[0], AMT=[60], II=[84], SS=[1], ADDL=[2]), memory=RUN_IN)["1"]
    curves = exact(xp.regimen("selinexor", flagged), until="168 h", points=169)
    assert np.max(np.abs(curves[:, 1:84] - curves[:, 85:168]) / scale(curves)) < 1e-6


def test_two_doses_at_one_time_add():
    twice = exact(xp.regimen("selinexor", read_event_table(table(TIME=[0, 0], AMT=[40, 20]))["1"]))
    once = exact(xp.regimen("selinexor", "60 mg PO once"))
    assert np.max(np.abs(twice - once) / scale(once)) < 1e-6


def test_record_order_does_not_matter():
    forward = exact(xp.regimen("selinexor", read_event_table(table(TIME=[0, 24, 72], AMT=[60, 40, 20]))["1"]))
    backward = exact(xp.regimen("selinexor", read_event_table(table(TIME=[72, 0, 24], AMT=[20, 60, 40]))["1"]))
    assert np.array_equal(forward, backward)


def test_the_output_grid_does_not_matter():
    dosing = xp.regimen("selinexor", "60 mg PO days 1,3 every 7 d for 14 d")
    kwargs = {"until": "300 h", "tolerance": 1e-10}
    fine, coarse = exact(dosing, points=301, **kwargs), exact(dosing, points=101, **kwargs)
    odd = exact(dosing, points=300, **kwargs)
    assert np.max(np.abs(fine[:, ::3] - coarse) / scale(fine)) < 1e-6
    assert np.max(np.abs(fine[:, [0, -1]] - odd[:, [0, -1]]) / scale(fine)) < 1e-6


def test_one_run_or_stepwise_is_the_same():
    experiment = prepare(xp.cell("OCI-AML3"), [xp.regimen("selinexor", SINGLE)])
    values, solver = experiment.values_at(None, None, None), experiment.solver
    dose = Change(0.0, "SELINEXOR_DEPOT", "add", 80e-3 / MOLAR_MASS * 1e18)
    numbers, volumes, control = experiment.known(values), experiment.volumes(values), Tolerance(1e-10, 1e-13)
    start = solver.start_of(numbers)[0]
    whole = solver.run([0.0, 86_400.0], (), numbers, start=start, changes=[dose], tolerance=control).checked().end[0]
    state, size = start, np.maximum(np.maximum(np.abs(start), np.abs(whole)) / volumes, 1e-9)
    stepwise = Tolerance(1e-10, 1e-13 * size * volumes, scaled=False)
    for hour in range(24):
        changes = [dose] if hour == 0 else []
        state = solver.run([0.0, 3600.0], (), numbers, start=state, changes=changes, tolerance=stepwise).checked().end[0]
    assert np.max(np.abs(whole - state) / volumes / size) < 1e-6


def test_the_run_is_the_closed_form():
    from exportin.pharmacology import pk

    dosing = xp.regimen("selinexor", "60 mg PO days 1,3 every 7 d for 7 d")
    result = xp.simulate(xp.cell("HeLa"), dosing, until="7 d", observe=["selinexor_plasma"], points=169, tolerance=1e-10)
    closed = pk.typical().profile(result.time * 3600, dosing.events)
    assert result["selinexor_plasma"][1:] == pytest.approx(closed[1:], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    "exposures",
    [
        [xp.regimen("selinexor", "60 mg PO days 1,3 every 7 d for 28 d")],
        [xp.regimen("selinexor", "20 mg IV over 1 h once")],
        [xp.exposure("LMB", "50 nM", stop="2 h"), xp.exposure("CBS9106", "1 uM", start="2 h")],
    ],
    ids=["oral", "infusion", "two drugs"],
)
def test_the_exported_sbml_of_an_experiment_is_consistent(exposures):
    from exportin.experiment.simulate import experiment_sbml
    from exportin.network.sbml import check_consistency, read_sbml

    document = read_sbml(experiment_sbml(xp.cell("OCI-AML3"), exposures))
    assert document.getModel().getNumEvents() == sum(len(one.events) for one in exposures)
    check_consistency(document)


def test_the_exported_sbml_of_an_experiment_runs_alike_elsewhere():
    import roadrunner

    from exportin.experiment.simulate import experiment_sbml

    cell, dosing = xp.cell("OCI-AML3"), xp.regimen("selinexor", "60 mg PO days 1,3 every 7 d for 7 d")
    ours = exact(dosing, cell=cell, observe=("selinexor_plasma", "XPO1_mrna"), until="144 h", points=145)
    engine = roadrunner.RoadRunner(experiment_sbml(cell, [dosing]))
    engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = 1e-10, 1e-14
    engine.timeCourseSelections = ["[SELINEXOR_CENT]", "XPO1_mrna"]
    theirs = np.array(engine.simulate(0, 144 * 3600, 145)).T
    assert np.max(np.abs(ours[:, 1:] - theirs[:, 1:]) / scale(ours)) < 1e-5
