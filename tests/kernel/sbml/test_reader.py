"""Tiny models whose system of equations can be written down by hand."""

from __future__ import annotations

import math

import pytest

from exportin.errors import BadNetwork
from exportin.kernel.code.expression import evaluate
from exportin.kernel.code.system import System
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.sbml.start import start_numbers
from exportin.network.antimony_text import antimony_to_sbml


def read(antimony: str) -> System:
    return read_system(antimony_to_sbml(f"model m\n{antimony}\nend", "m"))


def at_start(system: System, **values: float) -> dict[str, float]:
    """Start, rates (with a prime), meanings, amounts (`a:`) and concentrations (`c:`) with some numbers replaced."""
    x, p = start_numbers(system, values)
    found = dict(zip((f"x:{name}" for name in system.states), x, strict=True))
    found |= dict(zip((f"{name}'" for name in system.states), evaluate(system.rates, x, p), strict=True))
    for mark, table in (("", system.readable), ("a:", system.amounts), ("c:", system.concentrations)):
        found |= {mark + name: number for name, number in zip(table, evaluate(list(table.values()), x, p), strict=True)}
    return found


def level_3(inside: str) -> str:
    start = '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">'
    return f"{start}<model>{inside}</model></sbml>"


def level_2(inside: str) -> str:
    return f'<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model>{inside}</model></sbml>'


def math_ml(inside: str) -> str:
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{inside}</math>'


CELL = "compartment V = 2; species A in V, B in V;"


def test_mass_action_in_a_compartment():
    system = read(f"{CELL} J: 2 A -> B; V*k*A^2; A = 3; B = 1; k = 5")
    assert (system.states, system.parameters, system.defaults) == (("A", "B"), ("V", "k"), (2.0, 5.0))
    found = at_start(system)
    assert (found["x:A"], found["x:B"], found["J"]) == (6, 2, 90)
    assert (found["A'"], found["B'"]) == (-180, 90)
    assert (found["A"], found["a:A"], found["c:A"]) == (3, 6, 3)
    assert at_start(system, V=4)["x:A"] == 12


def test_only_substance_units():
    found = at_start(read("compartment V = 2; substanceOnly species A in V; J: A -> ; k*A; A = 6; k = 5"))
    assert (found["x:A"], found["A'"], found["A"], found["a:A"], found["c:A"]) == (6, -30, 6, 6, 3)


def test_a_species_that_nothing_changes_continuously_is_a_parameter():
    system = read(f"{CELL} $A -> B; k*A; A = 3; k = 5; species $D in V; D = 6/V")
    assert (system.states, system.parameters) == (("B",), ("V", "A", "D", "k"))
    found = at_start(system)
    assert (found["A"], found["a:A"], found["c:A"], found["D"], found["a:D"], found["B'"]) == (3, 6, 3, 3, 6, 15)
    assert at_start(system, V=4)["D"] == 1.5


def test_a_declared_amount_of_a_constant_species_follows_its_compartment():
    text = level_3("""<listOfCompartments><compartment id="V" size="2" constant="true"/></listOfCompartments><listOfSpecies>
    <species id="A" compartment="V" initialAmount="6" hasOnlySubstanceUnits="false" boundaryCondition="true" constant="true"/>
    </listOfSpecies>""")
    system = read_system(text)
    assert system.defaults == (2.0, 3.0)
    assert (at_start(system, V=4)["A"], at_start(system, V=4)["a:A"]) == (1.5, 6)


def test_a_rate_rule_of_a_species_is_of_its_concentration():
    system = read("compartment V = 2; species A in V; A = 3; A' = 7; V' = 0.5")
    found = at_start(system)
    assert system.states == ("V", "A")
    assert (found["x:A"], found["A'"], found["a:A"], found["V'"]) == (3, 7, 6, 0.5)


def test_a_growing_compartment_dilutes():
    rules = "V' = 0.5; g' = rateOf(A); h' = rateOf(B); g = 0; h = 0"
    system = read(f"compartment V = 2; species A in V, $B in V; A -> ; 1; A = 3; B = 4; {rules}")
    assert system.states == ("V", "A", "g", "h")
    found = at_start(system)
    assert system.parameters == ("B",)
    assert (found["x:A"], found["a:B"], found["B"]) == (6, 8, 4)
    assert found["g'"] == pytest.approx((-1 - 3 * 0.5) / 2)
    assert found["h'"] == pytest.approx(-4 * 0.5 / 2)


def test_assignment_rules_in_any_order():
    system = read(f"{CELL} J: A -> B; r; r := 2*s; s := A + u; u := time + 1; A = 3")
    found = at_start(system)
    assert "r" not in system.parameters
    assert (found["r"], found["J"], found["u"]) == (8, 8, 1)


def test_an_assigned_species_and_an_assigned_compartment():
    found = at_start(read("compartment V; V := 2*q; q = 3; species A in V, B in V; A := 5; J: B -> ; B; B = 12/V"))
    assert (found["A"], found["a:A"], found["V"], found["x:B"], found["c:B"], found["B'"]) == (5, 30, 6, 12, 2, -2)


def test_initial_assignments_refer_to_each_other_in_any_order():
    system = read(f"{CELL} A -> B; k*A; A = 2*k; B = A + r + q; k = q*u; q = 3; u = 2; r := A + 1; z = B + time")
    found = at_start(system)
    assert (found["k"], found["A"], found["x:A"], found["B"], found["z"]) == (6, 12, 24, 28, 28)
    changed = at_start(system, q=1.0)
    assert (changed["k"], changed["A"], changed["B"]) == (2, 4, 10)
    assert at_start(system, k=10.0)["A"] == 20
    assert not any(leaf.op == "x" for one in [*system.initial, *system.computed.values()] for leaf in one.leaves)


def assigned(target: str, name: str) -> str:
    return f'<assignmentRule variable="{target}">{math_ml(f"<ci>{name}</ci>")}</assignmentRule>'


PARAMETERS = '<listOfParameters><parameter id="r" constant="false"/><parameter id="s" constant="false"/></listOfParameters>'
COMPARTMENT = '<listOfCompartments><compartment id="V" constant="false"/></listOfCompartments>'
SPECIES = """<listOfSpecies><species id="A" compartment="V" initialConcentration="3" hasOnlySubstanceUnits="false" boundaryCondition="{}"
constant="false"/></listOfSpecies>"""
REACTION = f"""<listOfReactions><reaction id="J" reversible="false"><listOfProducts>
<speciesReference species="A" stoichiometry="1" constant="true"/></listOfProducts>
<kineticLaw>{math_ml("<cn>1</cn>")}</kineticLaw></reaction></listOfReactions>"""


@pytest.mark.parametrize(
    "text",
    [
        f"{PARAMETERS}<listOfRules>{assigned('r', 's')}{assigned('s', 'r')}</listOfRules>",
        f"{COMPARTMENT}{SPECIES.format('true')}<listOfRules>{assigned('V', 'A')}</listOfRules>",
        f"{PARAMETERS}{COMPARTMENT}{SPECIES.format('false')}<listOfRules>{assigned('r', 'J')}</listOfRules>"
        + REACTION.replace("<cn>1</cn>", "<ci>r</ci>"),
        PARAMETERS
        + "<listOfInitialAssignments>"
        + "".join(f'<initialAssignment symbol="{a}">{math_ml(f"<ci>{b}</ci>")}</initialAssignment>' for a, b in ("rs", "sr"))
        + "</listOfInitialAssignments>",
    ],
    ids=["rules", "compartment", "reaction", "initial assignments"],
)
def test_circles_are_refused(text: str):
    with pytest.raises(BadNetwork, match=r"computed from each other|SBML line"):
        read_system(level_3(text))


def test_a_compartment_that_starts_by_a_concentration_in_it():
    start = rule("initialAssignment", "V", "<ci>A</ci>")
    found = at_start(read_system(level_3(COMPARTMENT + SPECIES.format("false") + start + REACTION)))
    assert (found["V"], found["x:A"], found["A"]) == (3, 9, 3)


def test_local_parameters_hide_global_ones():
    text = level_3(f"""<listOfCompartments><compartment id="V" size="1" constant="true"/></listOfCompartments><listOfSpecies>
    <species id="A" compartment="V" initialAmount="3" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>
    </listOfSpecies><listOfParameters><parameter id="k" value="100" constant="true"/></listOfParameters><listOfReactions>
    <reaction id="J" reversible="false"><listOfReactants><speciesReference species="A" stoichiometry="1" constant="true"/></listOfReactants>
    <kineticLaw>{math_ml("<apply><times/><ci>k</ci><ci>A</ci></apply>")}<listOfLocalParameters><localParameter id="k" value="2"/>
    </listOfLocalParameters></kineticLaw></reaction></listOfReactions>""")
    system = read_system(text)
    assert system.parameters == ("V", "k", "J.k")
    assert at_start(system)["A'"] == -6
    assert at_start(system, **{"J.k": 4})["A'"] == -12


def reaction_with(reference: str, species: str = "", rest: str = "", model: str = "") -> str:
    text = level_3(f"""<listOfCompartments><compartment id="V" size="2" constant="true"/></listOfCompartments><listOfSpecies>
    <species id="A" compartment="V" initialAmount="6" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false" {species}/>
    </listOfSpecies><listOfParameters><parameter id="f" value="10" constant="true"/><parameter id="g" value="100" constant="true"/>
    </listOfParameters>{rest}<listOfReactions><reaction id="J" reversible="false"><listOfProducts>
    <speciesReference species="A" {reference}/></listOfProducts><kineticLaw>{math_ml("<ci>A</ci>")}</kineticLaw></reaction>
    </listOfReactions>""")
    return text.replace("<model>", f"<model {model}>")


def rule(kind: str, target: str, formula: str) -> str:
    if kind == "initialAssignment":
        one = f'<initialAssignment symbol="{target}">{math_ml(formula)}</initialAssignment>'
        return f"<listOfInitialAssignments>{one}</listOfInitialAssignments>"
    return f'<listOfRules><{kind} variable="{target}">{math_ml(formula)}</{kind}></listOfRules>'


@pytest.mark.parametrize(
    ("reference", "rest", "expected"),
    [
        ('stoichiometry="2" constant="true"', "", 6),
        ('id="n" stoichiometry="2" constant="true"', "", 6),
        ('id="n" constant="true"', rule("initialAssignment", "n", "<ci>f</ci>"), 30),
        ('id="n" constant="false"', rule("assignmentRule", "n", "<apply><times/><ci>f</ci><ci>A</ci></apply>"), 90),
        ('id="n" stoichiometry="2" constant="false"', rule("rateRule", "n", "<ci>f</ci>"), 6),
    ],
)
def test_stoichiometries(reference: str, rest: str, expected: float):
    system = read_system(reaction_with(reference, rest=rest))
    assert at_start(system)["A'"] == expected
    assert ("n" in system.states) == ("rateRule" in rest)


def test_a_stoichiometry_without_a_value_is_refused():
    with pytest.raises(BadNetwork, match="reaction 'J': the stoichiometry of 'A' has no value"):
        read_system(reaction_with('constant="true"'))


def test_conversion_factors():
    reference = 'stoichiometry="1" constant="true"'
    assert at_start(read_system(reaction_with(reference, model='conversionFactor="f"')))["A'"] == 30
    both = reaction_with(reference, 'conversionFactor="g"', model='conversionFactor="f"')
    assert at_start(read_system(both))["A'"] == 300


@pytest.mark.parametrize(("size", "amount", "concentration"), [("", 3.0, 3.0), ('size="2"', 3.0, 1.5)])
def test_a_compartment_without_dimensions(size: str, amount: float, concentration: float):
    text = reaction_with('stoichiometry="1" constant="true"').replace('size="2"', f'spatialDimensions="0" {size}')
    found = at_start(read_system(text.replace('initialAmount="6"', 'initialAmount="3"')))
    assert (found["a:A"], found["c:A"], found["A'"]) == (amount, concentration, concentration)


def test_a_reaction_without_a_rate_changes_nothing():
    text = reaction_with('stoichiometry="1" constant="true"')
    start, end = text.index("<kineticLaw>"), text.index("</reaction>")
    assert at_start(read_system(text[:start] + text[end:]))["A'"] == 0


def test_numbers_may_be_missing_until_the_start():
    system = read("A -> ; k*A; A = 3")
    assert math.isnan(system.defaults[system.parameters.index("k")])
    assert at_start(system, k=2)["A'"] == -6


def test_algebraic_rules_and_delays_are_refused():
    parameters = '<listOfParameters><parameter id="a" constant="false"/></listOfParameters>'
    with pytest.raises(BadNetwork, match="algebraicRule"):
        read_system(level_3(f"{parameters}<listOfRules><algebraicRule>{math_ml('<ci>a</ci>')}</algebraicRule></listOfRules>"))
    delayed = '<apply><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/delay">delay</csymbol><ci>a</ci><cn>1</cn></apply>'
    with pytest.raises(BadNetwork, match="the rate rule of 'a': 'delay' is not supported"):
        read_system(level_3(f"{parameters}{rule('rateRule', 'a', delayed)}"))


def test_constraints_change_nothing():
    limit = f"<listOfConstraints><constraint>{math_ml('<apply><lt/><cn>2</cn><cn>1</cn></apply>')}</constraint></listOfConstraints>"
    assert read_system(level_3(limit)).states == ()


def test_level_2_with_its_own_constructs():
    product = f"""<speciesReference species="A"><stoichiometryMath>{math_ml("<apply><times/><cn>2</cn><ci>A</ci></apply>")}
    </stoichiometryMath></speciesReference>"""
    text = level_2(f"""<listOfCompartments><compartment id="V"/></listOfCompartments><listOfSpecies>
    <species id="A" compartment="V" initialConcentration="3"/></listOfSpecies><listOfReactions><reaction id="J">
    <listOfProducts>{product}</listOfProducts><kineticLaw>{math_ml("<apply><times/><ci>k</ci><ci>A</ci></apply>")}
    <listOfParameters><parameter id="k" value="5"/></listOfParameters></kineticLaw></reaction></listOfReactions>""")
    system = read_system(text)
    assert at_start(system, V=1)["A'"] == 90


def test_level_1_with_a_denominator():
    text = """<sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model><listOfCompartments>
    <compartment name="V" volume="2"/></listOfCompartments>
    <listOfSpecies><species name="A" compartment="V" initialAmount="6"/></listOfSpecies>
    <listOfReactions><reaction name="J"><listOfReactants><speciesReference species="A" stoichiometry="3" denominator="2"/></listOfReactants>
    <kineticLaw formula="A*4"/></reaction></listOfReactions></model></sbml>"""
    assert at_start(read_system(text))["A'"] == -18
