"""FOXO3 against the published model of FOXO1 (Smith & Shanley 2010, BIOMD0000000705), closed forms and the signs of its regulators."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

# Share of FOXO in the nucleus, on DNA or not, after 2 h with a part of the export left: an independent run of the published model.
PUBLISHED = {1.0: 0.29, 0.3: 0.54, 0.1: 0.77, 0.0: 1.00}
SPECIES = ("FOXO3_n", "FOXO3_c", "FOXO3_DNA_n", "FOXO3_P_n", "FOXO3_P_c", "FOXO3_P_DNA_n")
MESSAGES = ("BCL2L11_mrna", "CDKN1B_mrna", "BBC3_FOXO")


@pytest.fixture(scope="module")
def foxo(bench):
    return bench("foxo")


def amount(foxo, values):
    """All FOXO3 of the cell, amol."""
    return sum(foxo.numbers["Vn" if name.endswith("_n") else "Vc"] * values[name] for name in SPECIES)


def blocked(foxo, share, hours=2.0, start=None, **numbers):
    """Clamp the export at a share of the reference."""
    affinity = numbers.get("FOXO3_KD_NES", foxo.numbers["FOXO3_KD_NES"])
    start = foxo.rest(**numbers) if start is None else start
    return foxo.run(hours, start=start, points=25, **{**numbers, "XPO1_loaded_n": foxo.loaded_for(share, affinity)})


@pytest.mark.parametrize("left", PUBLISHED)
def test_nuclear_share_after_two_hours_of_block(foxo, left):
    """The published run, to its two digits."""
    assert blocked(foxo, left)["FOXO3_nuclear_share"][-1] == pytest.approx(PUBLISHED[left], abs=0.006)


@pytest.mark.shared_data
def test_courses_are_those_of_the_public_model(foxo, shared_data: Path):
    """A second engine on the published file, its exits times what is left, its slow synthesis off: nuclear share for 2 h."""
    import roadrunner

    roadrunner.Logger.disableLogging()
    path = shared_data / "models" / "biomodels" / "BIOMD0000000705.xml"
    places = {
        "nucleus": [f"nucleus_Foxo1_Pa{p}_pUb{u}" for p in "01" for u in "01"],
        "dnabound": [f"dnabound_Foxo1_Pa{p}_pUb{u}" for p in "01" for u in "01"],
        "cytoplasm": [f"cytoplasm_Foxo1_Pa{p}_pUb{u}" for p in "01" for u in "01"],
    }
    names = [name for group in places.values() for name in group]
    inside = np.array([not name.startswith("cytoplasm") for name in names])
    for left in PUBLISHED:
        peer = roadrunner.RoadRunner(str(path))
        peer.timeCourseSelections = names  # amounts
        peer["ksynth"] = 0.0
        peer.simulate(0.0, 300.0, 2)  # min
        for exit_rate in ("ktr4_055", "ktr4_55"):
            peer[exit_rate] = peer[exit_rate] * left
        expected = np.array(peer.simulate(300.0, 420.0, 25))
        share = expected[:, inside].sum(axis=1) / expected.sum(axis=1)
        assert np.abs(blocked(foxo, left)["FOXO3_nuclear_share"] - share).max() < 1e-4, left


def test_untreated_signals_are_one_in_every_draw(foxo):
    """The closed form of the untreated shares: activity and messages are 1, whatever the rates and the total are."""
    for numbers in foxo.draws(10):
        rest = foxo.rest(**numbers)
        for name in ("FOXO_activity", *MESSAGES):
            assert rest[name] == pytest.approx(1.0, rel=1e-7), name
        assert rest["FOXO3_nuclear_share"] == pytest.approx(rest["FOXO3_share_nuclear"], rel=1e-7)


def test_akt_drives_it_out_and_pp2a_brings_it_back(foxo):
    """AKT up: less nuclear FOXO3 and fewer messages. PP2A up: more. Both up alike: the same share is phosphorylated."""
    rest = {
        key: foxo.rest(AKT_activity=akt, PP2A_activity=pp2a)
        for key, (akt, pp2a) in {"akt": (3, 1), "pp2a": (1, 3), "low": (0.1, 1)}.items()
    }
    for name in ("FOXO_activity", *MESSAGES):
        assert rest["akt"][name] < 0.9 < 1.0 < 1.1 < rest["pp2a"][name]
        assert rest["low"][name] > 1.5
    both = foxo.rest(AKT_activity=3.0, PP2A_activity=3.0)
    phosphorylated = sum(foxo.numbers["Vn" if name.endswith("_n") else "Vc"] * both[name] for name in SPECIES if "_P_" in name)
    kphos, kdephos = foxo.numbers["FOXO3_kphos"], foxo.numbers["FOXO3_kdephos"]
    assert phosphorylated / amount(foxo, both) == pytest.approx(kphos / (kphos + kdephos), rel=1e-6)


def test_a_full_block_keeps_it_in_the_nucleus_whatever_akt_does(foxo):
    """Nothing leaves without XPO1, as the review has it of SINE (Ishizawa15: nuclear FOXO3a in myeloma and Ph-positive leukaemia)."""
    for akt in (0.1, 1.0, 10.0):
        rest = foxo.rest(AKT_activity=akt)
        assert blocked(foxo, 0.0, 24.0, start=rest, AKT_activity=akt)["FOXO3_nuclear_share"][-1] > 0.99


def test_retention_raises_bim_puma_and_p27_messages(foxo):
    """Each message goes to 1 + share * (FOXO3 on DNA over its untreated amount - 1), with the half-life of the row."""
    course = foxo.run(72.0, start=foxo.rest(), points=145, XPO1_loaded_n=0.0)
    on_dna = course["FOXO3_DNA_n"] + course["FOXO3_P_DNA_n"]
    for name in MESSAGES:
        share = foxo.numbers[f"{name.partition('_')[0]}_FOXO_share"]
        assert course[name][-1] == pytest.approx(1 + share * (on_dna[-1] / on_dna[0] - 1), rel=1e-4)
        assert np.all(np.diff(course[name][:60]) > 0)
        assert course[name][-1] > 1.5
    half = np.interp(0.5 * (1 + course["CDKN1B_mrna"][-1]), course["CDKN1B_mrna"][:100], course["time"][:100])
    half_life = foxo.numbers["t_half_FOXO_messages"] / 3600
    assert half_life < half < half_life + 1.0  # FOXO3 itself needs less than an hour


def test_without_foxo3_the_basal_part_is_left(foxo):
    """No FOXO3: activity 0, messages at 1 - share. A tenth of it gives a tenth of the activity."""
    rest = foxo.rest(FOXO3_dose=0.0)
    assert rest["FOXO_activity"] == pytest.approx(0.0, abs=1e-9)
    for name in MESSAGES:
        assert rest[name] == pytest.approx(1 - foxo.numbers[f"{name.partition('_')[0]}_FOXO_share"], rel=1e-6)
    assert foxo.rest(FOXO3_dose=0.1)["FOXO_activity"] == pytest.approx(0.1, rel=1e-6)


def test_total_is_conserved_and_nothing_is_negative(foxo):
    """Through block, washout, AKT and PP2A."""
    changes = [(1, "XPO1_loaded_n", 0.0), (6, "AKT_activity", 5.0), (8, "XPO1_loaded_n", foxo.reference), (12, "PP2A_activity", 5.0)]
    course = foxo.run(24.0, start=foxo.rest(), changes=changes)
    expected = foxo.numbers["FOXO3_total"] * (foxo.numbers["Vn"] + foxo.numbers["Vc"])
    np.testing.assert_allclose(amount(foxo, course), expected, rtol=1e-7)
    assert min(course[name].min() for name in SPECIES) > -1e-9


def test_washout_is_reversible(foxo):
    """After 24 h of full block and 48 h without, everything is as before."""
    course = foxo.run(72.0, start=foxo.rest(), XPO1_loaded_n=0.0, changes=[(24, "XPO1_loaded_n", foxo.reference)])
    for name in ("FOXO_activity", *MESSAGES):
        assert course[name][-1] == pytest.approx(1.0, rel=1e-3)
