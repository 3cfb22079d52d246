"""A user's own compound in a file: five numbers in, the same compound as in Python, and what cannot be is refused by line and name."""

from __future__ import annotations

import pytest

import exportin as xp
from exportin.errors import BadQuantity, BadScenario
from exportin.experiment.scenario import read_scenario
from exportin.pharmacology.compound_file import parse_compound

FIVE = "name: X1\nkon: 1 1/(uM*s)\nKD: 10 nM\nkinact: 0.002 1/s\nkrev: 0.05 1/h\nkdeg: 0.01 1/h\n"


def values(compound):
    return {name: row.value for name, row in compound.rates.items()}


def test_five_numbers_make_the_same_compound_as_in_python(tmp_path):
    file = tmp_path / "x1.yaml"
    file.write_text(FIVE, encoding="utf-8")
    given = {"kon": "1 1/(uM*s)", "KD": "10 nM", "kinact": "0.002 1/s", "krev": "0.05 1/h", "kdeg": "0.01 1/h"}
    made = xp.compound("X1", mechanism="slowly_reversible_covalent", **given)
    assert xp.compound(file) == xp.compound(str(file)) == made
    assert xp.exposure(file, "100 nM").compound == made


def test_an_off_rate_is_an_affinity_of_the_encounter():
    """Detailed balance: koff = kon * KI, and the apparent KD is KI / (1 + kinact / krev)."""
    made = parse_compound(FIVE.replace("KD: 10 nM", "koff: 0.02 1/s"))
    assert made.rates["X1_KD"].value == pytest.approx(0.02 / (1 + 0.002 / (0.05 / 3600)))
    assert values(parse_compound(FIVE.replace("KD: 10 nM", "KI: 20 nM"))) == pytest.approx(values(made))


@pytest.mark.parametrize(
    ("text", "mechanism"),
    [
        ("name: X1\nKD: 10 nM\n", "reversible"),
        ("name: X1\nkon: 2 1/(uM*s)\nkoff: 0.01 1/s\nkinact: 0 1/s\nkrev: 0 1/h\n", "reversible"),
        ("name: X1\nKI: 1 uM\nkinact: 0.01 1/s\n", "irreversible_michael"),
        ("name: X1\nKI: 1 uM\nkinact: 0.01 1/s\nkrev: 0 1/h\n", "irreversible_michael"),
        (FIVE, "slowly_reversible_covalent"),
        (FIVE + "mechanism: degrader\n", "degrader"),
    ],
)
def test_the_mechanism_follows_from_the_numbers(text, mechanism):
    assert parse_compound(text).mechanism == mechanism


def test_more_can_be_told():
    text = FIVE + "molar_mass: 400 g/mol\ninduction: 1\nofftarget_EC50: 2 uM\nCL: 10 L/h\nV2: 50 L\nQ: 5 L/h\nV3: 20 L\nKA: 1 1/h\n"
    dosing = xp.regimen(parse_compound(text), "100 mg PO once")
    assert dosing.basis == "given by the user"
    assert dosing.slot.offtarget
    assert not xp.exposure(parse_compound(FIVE), "1 uM").slot.offtarget


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("KD: 10 nM", "KD: -10 nM", "x1.yaml, line 3: KD: '-10 nM' is not a positive finite number"),
        ("KD: 10 nM", "KD: 0 nM", "x1.yaml, line 3: KD: '0 nM' is not a positive finite number"),
        ("kinact: 0.002 1/s", "kinact: -0.002 1/s", "x1.yaml, line 4: kinact: '-0.002 1/s' is not a non-negative finite number"),
        ("kdeg: 0.01 1/h", "kdeg: inf 1/h", "line 6: kdeg: 'inf 1/h' is not a non-negative finite number"),
        ("KD: 10 nM", "KD: 10", "x1.yaml, line 3: KD: '10' has no unit; write a number with a unit like uM"),
        ("KD: 10 nM", "KD: 10 1/s", "line 3: KD: the unit of '10 1/s' does not fit; expected a unit like uM"),
        ("krev: 0.05 1/h", "krev: slow", "line 5: krev: 'slow' is not a number with a unit"),
        ("kdeg: 0.01 1/h", "kdegr: 0.01 1/h", "x1.yaml, line 6: 'kdegr' is not a key of a compound file; did you mean kdeg?"),
        ("kdeg: 0.01 1/h", "colour: red", "line 6: 'colour' is not a key of a compound file; expected one of name, mechanism"),
        ("kdeg: 0.01 1/h", "kdeg:", "line 6: 'kdeg' has no value; write for example 'kdeg: 1 1/h'"),
        ("kdeg: 0.01 1/h", "kdeg: [1, 2]", "line 6: 'kdeg' has no value"),
        ("kdeg: 0.01 1/h", "KD: 20 nM", "line 6: found duplicate key"),
        ("kdeg: 0.01 1/h", "koff: 0.02 1/s", "exactly one of koff, KI .* and KD .*; found koff and KD"),
        ("KD: 10 nM\n", "", "exactly one of koff, KI .*; found none"),
        ("kon: 1 1/(uM*s)\nKD: 10 nM", "koff: 1 1/s", "koff needs kon beside it"),
        ("krev: 0.05 1/h", "krev: 0 1/h", "KD: an adduct that stays has no apparent dissociation constant"),
        ("name: X1\n", "", "the key 'name' is missing"),
        ("name: X1", "name: KPT-330", "line 1: 'KPT-330' is selinexor of the catalogue; give a new name"),
        ("name: X1", "name: TP53", "x1.yaml: .*TP53"),
        ("kdeg: 0.01 1/h", "mechanism: magic", "x1.yaml: 'magic' is not a known mechanism"),
        ("kdeg: 0.01 1/h", "mechanism: reversible", "x1.yaml: kinact: a reversible compound is described by KI"),
        ("kdeg: 0.01 1/h", "CL: 1 L/h", "x1.yaml: pharmacokinetics are KA, CL, V2, Q, V3 together; missing KA, V2, Q, V3"),
        (FIVE, "- 1\n- 2\n", "x1.yaml, line 1: a compound file is a mapping"),
        (FIVE, "name: [", "x1.yaml, line"),
    ],
)
def test_what_cannot_be_is_refused(old, new, told):
    assert old in FIVE
    with pytest.raises(BadQuantity, match=told):
        parse_compound(FIVE.replace(old, new), "x1.yaml")


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path):
    with pytest.raises(BadQuantity, match=r"none\.yaml' does not exist"):
        xp.compound(tmp_path / "none.yaml")
    large = tmp_path / "large.yaml"
    large.write_text("#" * 1_000_001, encoding="utf-8")
    with pytest.raises(BadQuantity, match="larger than 1,000,000 bytes"):
        xp.compound(large)
    with pytest.raises(BadQuantity, match="cannot be read as text"):
        xp.compound(tmp_path)


def test_a_file_describes_its_compound_alone(tmp_path):
    file = tmp_path / "x1.yaml"
    file.write_text(FIVE, encoding="utf-8")
    with pytest.raises(BadQuantity, match=r"krev: .*x1\.yaml' describes its compound by itself"):
        xp.compound(file, krev="1 1/h")


SCENARIO = "title: mine\ncell: HeLa\nuntil: 4 h\nexposures:\n  - {drug: x1.yaml, concentration: 100 nM}\n"


def test_a_scenario_finds_the_file_beside_it(tmp_path):
    (tmp_path / "x1.yaml").write_text(FIVE, encoding="utf-8")
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    assert read_scenario(scenario).exposures[0].compound == parse_compound(FIVE)
    (tmp_path / "x1.yaml").write_text(FIVE.replace("10 nM", "10"), encoding="utf-8")
    with pytest.raises(BadQuantity, match=r"scenario\.yaml, line 5: x1\.yaml, line 3: KD: '10' has no unit"):
        read_scenario(scenario)


def test_a_scenario_can_dose_an_animal(tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(
        SCENARIO.replace("drug: x1.yaml, concentration: 100 nM", "drug: KPT-276, regimen: 150 mg/kg PO once, species: mouse")
    )
    assert read_scenario(scenario).exposures[0].body.species == "mouse"
    scenario.write_text(SCENARIO.replace("drug: x1.yaml,", "drug: KPT-276, species: mouse,"))
    with pytest.raises(BadScenario, match="species, sex and site go with a regimen"):
        read_scenario(scenario)
