"""Pharmacokinetics of every compound that can be given by regimen: selinexor's label, the user's numbers, or selinexor's scaled."""

from __future__ import annotations

import math

import numpy as np
import pytest

import exportin as xp
from exportin.errors import BadQuantity, NotModelled, UnknownName
from exportin.experiment.provenance import describe
from exportin.network.model import build_model
from exportin.pharmacology import pk
from exportin.pharmacology.body import PERSON, Body, pharmacokinetic_rows, typical_bodies
from exportin.pharmacology.compound import PHARMACOKINETIC_RATES
from exportin.pharmacology.positions import pharmacokinetic_columns, pharmacokinetics
from exportin.units import to_internal

SCALED = ("verdinexor", "KPT-276", "KPT-251", "eltanexor")
OWN = {"CL": "10 L/h", "V2": "50 L", "Q": "5 L/h", "V3": "20 L", "KA": "1 1/h"}
BINDING = {"mechanism": "slowly_reversible_covalent", "KD": "10 nM", "kinact": "0.002 1/s", "krev": "0.05 1/h"}

FREE = ("BORTEZOMIB", "CISPLATIN", "DEXAMETHASONE", "DOXORUBICIN", "ETOPOSIDE", "VENETOCLAX")  # partners of which the model reads free drug


def test_selinexor_is_its_label_as_before():
    drug, draws = xp.compound("selinexor"), [0, 5, 5, 17]
    assert typical_bodies(drug, PERSON, 3, None) == [pk.typical()]
    found = typical_bodies(drug, PERSON, 3, draws)
    assert found[1] is found[2]
    assert all(one in pk.load_draws() for one in found)
    assert xp.regimen("selinexor", "80 mg PO once").basis == "fitted: selinexor's label"


@pytest.mark.parametrize("name", SCALED)
def test_every_oral_sine_can_be_given_and_says_what_it_rests_on(name):
    dosing = xp.regimen(name, "60 mg PO days 1,3 every 7 d for 14 d")
    assert len(dosing.events) == 4
    assert dosing.basis.startswith("assumed: selinexor's")
    model = build_model(xp.cell("HeLa"), [dosing.slot], pharmacokinetics(dosing, 0, None, None))
    told = describe(xp.cell("HeLa"), [dosing], model, "14 d", {}, 1e-7)["exposures"][0]
    assert told["pharmacokinetics"] == dosing.basis
    assert model.numbers.rows[f"{dosing.compound.symbol}_fu"].grade == "assumed"


@pytest.mark.parametrize("name", SCALED)
def test_what_is_assumed_is_wide(name):
    """Clearance of the draws over that of selinexor in the same draws: log-uniform around one, at least threefold either way."""
    drug, draws = xp.compound(name), range(400)
    found = typical_bodies(drug, PERSON, 1, draws)
    low, high = (f(one.CL / pk.typical().CL for one in found) for f in (min, max))
    assert low < 0.4
    assert high > 2.5
    spread = np.std([math.log(one.CL / pk.typical().CL) for one in found])
    bounds = pharmacokinetic_rows()[f"{drug.symbol}_CL_fold"].distribution
    assert spread == pytest.approx(math.log(bounds.high / bounds.low) / math.sqrt(12), rel=0.1), "log-uniform"
    assert typical_bodies(drug, PERSON, 1, None) == [pk.typical()]


def test_an_animal_is_a_person_in_another_time():
    """Allometry in closed form: with V as weight^1 and CL as weight^0.75 a dose per weight gives the same curve, at times weight^0.25."""
    size = 0.02 / 70
    human, mouse = (typical_bodies(xp.compound("selinexor"), one, 0, None)[0] for one in (PERSON, Body("mouse", 0.02)))
    times = np.linspace(0, 48, 40) * 3600
    dose = 1e17
    np.testing.assert_allclose(
        mouse.concentration(times * size**0.25, [(0.0, dose * size)]), human.concentration(times, [(0.0, dose)]), rtol=1e-9
    )
    assert mouse.terminal_half_life / human.terminal_half_life == pytest.approx(size**0.25, rel=1e-9)


def test_exponents_are_drawn_for_animals_alone():
    drug = xp.compound("selinexor")
    mice = typical_bodies(drug, Body("mouse", 0.022), 0, range(200))
    people = typical_bodies(drug, PERSON, 0, range(200))
    exponents = [math.log(one.CL / other.CL) / math.log(0.022 / 70) for one, other in zip(mice, people, strict=True)]
    assert np.mean(exponents) == pytest.approx(0.73, abs=0.04)
    assert np.std(exponents) == pytest.approx(0.16, abs=0.03), "Hu01: 0.74, SD 0.16 between compounds"


def test_the_weight_of_a_person_is_a_covariate():
    light, heavy = (xp.regimen("selinexor", "1 mg/kg PO once", weight=one) for one in ("50 kg", "100 kg"))
    assert heavy.events[0].amount == pytest.approx(2 * light.events[0].amount)
    one, other = (pharmacokinetics(body, 0, None, None) for body in (light, heavy))
    rows = pharmacokinetic_rows()
    assert other["SELINEXOR_CL"] / one["SELINEXOR_CL"] == pytest.approx(2 ** rows["CL_weight"].value)
    assert other["SELINEXOR_V2"] / one["SELINEXOR_V2"] == pytest.approx(2 ** rows["V_weight"].value)


def test_sex_moves_clearance_about_the_middle():
    plain, woman, man = (xp.regimen("selinexor", "80 mg PO once", sex=one) for one in (None, "female", "M"))
    clearance = [pharmacokinetics(one, 0, None, None)["SELINEXOR_CL"] for one in (woman, plain, man)]
    assert clearance[0] / clearance[2] == pytest.approx(pharmacokinetic_rows()["CL_female"].value)
    assert clearance[0] * clearance[2] == pytest.approx(clearance[1] ** 2)
    with pytest.raises(UnknownName, match="sex"):
        xp.regimen("selinexor", "80 mg PO once", sex="other")
    with pytest.raises(BadQuantity, match="in man alone"):
        xp.regimen("selinexor", "8 mg/kg PO once", species="mouse", sex="female")


def test_patients_of_known_weight_differ_less():
    def spread(one):
        columns = pharmacokinetic_columns(one, 0, None, np.arange(400))
        return np.std(np.log(columns["SELINEXOR_CL"]))

    known = xp.regimen("selinexor", "80 mg PO once", weight="78 kg", sex="female")
    assert spread(known) < 0.95 * spread(xp.regimen("selinexor", "80 mg PO once"))


def test_a_tumour_in_the_brain_sees_less_free_drug():
    cell, names = xp.cell("U-87 MG"), ["selinexor_free", "selinexor_plasma"]
    given = {site: xp.regimen("selinexor", "80 mg PO once", site=site) for site in (None, "brain tumour", "marrow")}
    found = {site: xp.simulate(cell, one, until="4 h", observe=names, points=5) for site, one in given.items()}
    share = pharmacokinetic_rows()["site_brain_tumour"].value
    np.testing.assert_allclose(found["brain tumour"]["selinexor_free"], share * found[None]["selinexor_free"], rtol=1e-6)
    np.testing.assert_allclose(found["brain tumour"]["selinexor_plasma"], found[None]["selinexor_plasma"], rtol=1e-6)
    np.testing.assert_allclose(found["marrow"]["selinexor_free"], found[None]["selinexor_free"], rtol=1e-6)
    assert found["brain tumour"].provenance["exposures"][0]["site"] == "brain tumour"
    with pytest.raises(UnknownName, match="brian"):
        xp.regimen("selinexor", "80 mg PO once", site="brian tumour")


def test_a_dose_above_the_tested_range_is_flagged_in_the_result():
    for dose, flagged in (("100 mg", False), ("200 mg", True)):
        result = xp.simulate(xp.cell("HeLa"), xp.regimen("selinexor", f"{dose} PO once"), until="1 h", observe=["XPO1_occupancy"], points=2)
        assert ("beyond" in result.provenance["exposures"][0]) == flagged


@pytest.mark.parametrize("dose", [60, 80, 100])
def test_exposure_of_each_dose_is_inside_the_labels_spread(dose):
    """Cmax and AUC of the label at 60 and 100 mg, with the sets that meet it at 80 mg."""
    from exportin.knowledge import facts

    rows = {row.quantity: row for row in facts("pharmacokinetics") if row.id.endswith(f"_{dose}") and row.quantity != "CL/F"}
    amount = dose * 1e15 / 443.31
    for one in pk.load_draws()[:40]:
        peak, area = one.cmax_tmax(amount)[0] * 443.31, one.auc(amount) / 3600 * 443.31
        assert abs(peak - rows["Cmax"].value) <= rows["Cmax"].sd
        assert abs(area - rows["AUC"].value) <= rows["AUC"].sd


def test_the_clearances_of_one_drug_stand_side_by_side():
    from exportin.knowledge import evidence, facts

    values = [row.value for row in facts("pharmacokinetics") if (row.compound, row.quantity) == ("selinexor", "CL/F")]
    assert {17.9, 14.9, 12.5} <= set(values)
    told = "\n".join(map(str, evidence("selinexor")))
    assert "17.9" in told
    assert "12.5" in told


def test_verdinexor_in_dogs_is_within_its_assumed_range():
    """AUC 1971 ng h/mL at 1.25 to 1.5 mg/kg: the numbers of the dog are selinexor's, scaled, with folds."""
    dog = xp.regimen("verdinexor", "1.375 mg/kg PO once", species="dog")
    bodies = typical_bodies(dog.compound, dog.body, 0, range(200))
    areas = [one.auc(dog.events[0].amount) / 3600 * 442.3 for one in bodies]
    assert np.quantile(areas, 0.025) < 1970.6 < np.quantile(areas, 0.975)


def test_an_animal_has_a_weight_of_its_own():
    mouse = xp.regimen("KPT-276", "150 mg/kg PO once", species="mouse")
    assert mouse.events[0].amount == pytest.approx(150 * 0.022 * 1e15 / 426.3)
    fat = xp.regimen("KPT-276", "150 mg/kg PO once", species="mouse", weight="44 g")
    assert fat.events[0].amount == pytest.approx(2 * mouse.events[0].amount)
    assert pharmacokinetics(fat, 0, None, None)["KPT276_V2"] == pytest.approx(2 * pharmacokinetics(mouse, 0, None, None)["KPT276_V2"])


def test_the_simulated_mouse_is_the_closed_form():
    dosing = xp.regimen("KPT-276", "150 mg/kg PO days 1,2 every 7 d for 7 d", species="mouse")
    result = xp.simulate(xp.cell("HeLa"), dosing, until="36 h", points=37, observe=["KPT-276_plasma", "XPO1_occupancy"])
    closed = typical_bodies(dosing.compound, dosing.body, 0, None)[0].profile(result.time * 3600, dosing.events)
    np.testing.assert_allclose(result["KPT-276_plasma"], closed, rtol=1e-4, atol=1e-6 * closed.max())
    assert result["XPO1_occupancy"].max() > 0.5


@pytest.mark.parametrize("dosing", [("eltanexor", {}), ("KPT-251", {"species": "dog"}), ("selinexor", {})])
def test_many_positions_are_each_position(dosing):
    """Draws repeat over patients, as the axes cross."""
    one = xp.regimen(dosing[0], "60 mg PO once", **dosing[1])
    draws, patients = np.array([0, 0, 3, 3, 9, 9]), np.array([0, 1, 0, 1, 0, 1])
    columns = pharmacokinetic_columns(one, 7, draws, patients)
    for place, (draw, patient) in enumerate(zip(draws.tolist(), patients.tolist(), strict=True)):
        single = pharmacokinetics(one, 7, draw, patient)
        assert {name: column[place] for name, column in columns.items()} == single
    assert {len(column) for column in pharmacokinetic_columns(one, 7, None, patients).values()} == {6}
    assert {len(column) for column in pharmacokinetic_columns(one, 7, draws, None).values()} == {6}


def test_the_users_own_numbers_are_taken_as_they_are():
    drug = xp.compound("X1", molar_mass="400 g/mol", **BINDING, **OWN)
    dosing = xp.regimen(drug, "100 mg PO once")
    assert dosing.basis == "given by the user"
    given = pharmacokinetics(dosing, 0, 4, None)
    assert given == {f"X1_{rate}": to_internal(float(text.split()[0]), text.split(maxsplit=1)[1]) for rate, text in OWN.items()}
    assert pharmacokinetics(dosing, 0, None, None) == given
    model = build_model(xp.cell("HeLa"), [dosing.slot], {**dosing.given, **given})
    assert model.numbers.rows["X1_fu"].distribution.spread >= 100, "binding in plasma was not told"


def test_a_compound_of_the_catalogue_can_be_given_a_body():
    known = xp.regimen(xp.compound("CBS9106", molar_mass="420 g/mol", **OWN), "40 mg PO once")
    assert known.basis == "given by the user"
    other = xp.regimen(xp.compound("selinexor", **OWN), "40 mg PO once")
    assert pharmacokinetics(other, 0, None, None)["SELINEXOR_CL"] == to_internal(10.0, "L/h")
    assert xp.compound("selinexor", **OWN).molar_mass == 443.31


@pytest.mark.parametrize("name", ["KPT-185", "leptomycin B", "CBS9106", "KOS-2464", "PKF050-638", "goniothalamin"])
def test_a_compound_without_pharmacokinetics_is_refused_by_name(name):
    with pytest.raises(NotModelled, match=rf"{name} has no pharmacokinetics .*selinexor, verdinexor, KPT-276, KPT-251, eltanexor have"):
        xp.regimen(name, "60 mg PO once")


@pytest.mark.parametrize(
    ("make", "kind", "told"),
    [
        (lambda: xp.compound("X1", **BINDING, CL="10 L/h"), BadQuantity, "missing KA, V2, Q, V3"),
        (lambda: xp.compound("X1", **BINDING, **{**OWN, "V2": "0 L"}), BadQuantity, "V2: '0 L' is not a positive"),
        (lambda: xp.regimen(xp.compound("X1", **BINDING, **OWN), "1 mg PO once"), NotModelled, "X1 has no molar mass"),
        (lambda: xp.regimen("selinexor", "1 mg PO once", species="cat"), UnknownName, "'cat' is not a known species"),
        (lambda: xp.regimen("selinexor", "1 mg/kg PO once", species="dog", weight="3"), BadQuantity, "weight: '3' has no unit"),
        (lambda: xp.compound("selinexor", molar_mass="400 g/mol"), BadQuantity, "has its own in the catalogue"),
    ],
)
def test_what_is_missing_is_named(make, kind, told):
    with pytest.raises(kind, match=told):
        make()


def test_every_row_of_the_table_is_read():
    names = set(pharmacokinetic_rows())
    scaled = {xp.compound(name).symbol for name in SCALED}
    expected = {f"{symbol}_{part}" for symbol in scaled for part in ("CL_fold", "V_fold", "KA_fold", "molar_mass")}
    expected |= {"CL_exponent", "V_exponent"} | {f"weight_{one}" for one in ("human", "dog", "monkey", "rat", "mouse")}
    expected |= {"CL_weight", "V_weight", "CL_female", "weight_patients", "site_marrow", "site_brain_tumour"}
    expected |= {f"SELINEXOR_{one}" for one in ("tested", "approved", "most")}
    expected |= {f"{symbol}_level" for symbol in (*FREE, "IMATINIB", "SORAFENIB")} | {f"{symbol}_fu_plasma" for symbol in FREE}
    assert names == expected
    assert set(PHARMACOKINETIC_RATES) == {"KA", "CL", "V2", "Q", "V3"}
