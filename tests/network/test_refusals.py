"""What Antimony forgives and the loader does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exportin.errors import BadNetwork
from exportin.network import blueprint, model, moiety, sbml
from exportin.network.antimony_text import antimony_to_sbml, write_antimony
from exportin.network.blueprint import Instance, Rule, Structure, draw_blueprint
from exportin.network.cell import cell
from exportin.network.check import check_everything
from exportin.network.model import build_model, check_unused_rows
from exportin.network.numbers import gather
from exportin.network.process import load_process, parse_process, process_names

STRUCTURE = Structure(cargoes=("RANBP1", "TP53", "BACKGROUND", "REFERENCE"))


def document(plan):
    return sbml.read_sbml(antimony_to_sbml(write_antimony(plan, {}), plan.name))


def with_rule(plan, *rules):
    return replace(plan, rules=(*plan.rules, *rules))


def test_everything_that_the_tables_can_make_passes():
    lines = check_everything()
    assert any("15 compounds" in line for line in lines)
    assert lines[-1].endswith("none unused")


def test_an_undefined_symbol_is_refused():
    plan = with_rule(draw_blueprint(STRUCTURE), Rule("odd", "kstripp * XPO1_mrna", "1"))
    needed = sbml.needed_numbers(document(plan))
    with pytest.raises(BadNetwork, match=r"no row in .* for kstripp"):
        gather(needed, cell("HeLa"), STRUCTURE, {})


def test_an_unused_row_is_refused():
    with pytest.raises(BadNetwork, match="no model uses: kidle"):
        check_unused_rows({"alpha"}, frozenset({"alpha", "kidle"}))


@pytest.mark.parametrize(
    ("formal", "actual"),
    [("E_n", "XPO1_c"), ("kinact", "LMB_krev"), ("B_RANGTP_n", "XPO1_KPT185_RANGTP_c"), ("C_n", "TP53_c")],
)
def test_a_swapped_argument_is_refused(formal, actual):
    plan = draw_blueprint(replace(STRUCTURE, drugs=(blueprint.DrugSlot("LMB", "irreversible_michael"),)))
    instance = next(one for one in plan.instances if formal in (load_process(one.process).formals or ()))
    swapped = Instance(instance.name, instance.process, {**instance.actual, formal: actual})
    with pytest.raises(BadNetwork, match="swapped in"):
        _ = swapped.line


def test_two_stems_for_one_role_are_refused():
    instance = next(one for one in draw_blueprint(STRUCTURE).instances if one.process == "cargo")
    with pytest.raises(BadNetwork, match="swapped in"):
        _ = Instance(instance.name, "cargo", {**instance.actual, "C_c": "TP53_c", "C_n": "RANBP1_n"}).line


def test_a_missing_argument_is_refused():
    instance = next(one for one in draw_blueprint(STRUCTURE).instances if one.process == "ride")
    fewer = {name: value for name, value in instance.actual.items() if name != "alpha"}
    with pytest.raises(BadNetwork, match=r"missing arguments \['alpha'\]"):
        _ = Instance(instance.name, "ride", fewer).line


def test_a_unit_that_does_not_check_is_refused():
    skeleton = model.skeleton(STRUCTURE)
    numbers = gather(skeleton.needed, cell("HeLa"), STRUCTURE, {})
    wrong = {**numbers.rows, "kstrip": replace(numbers.rows["kstrip"], unit="1/s")}
    with pytest.raises(BadNetwork, match="SBML check 10"):
        model.Model(skeleton, replace(numbers, rows=wrong)).check()


def test_a_broken_moiety_is_refused(monkeypatch):
    process = load_process("ran_leak")
    leaking = replace(process, text=process.text.replace("RANGTP_n -> RANGTP_c;", "RANGTP_n => ;", 1))
    monkeypatch.setattr("exportin.network.antimony_text.load_process", lambda name: leaking if name == "ran_leak" else load_process(name))
    plan = draw_blueprint(STRUCTURE)
    with pytest.raises(BadNetwork, match="RAN is declared conserved, but LeakRanGTP"):
        moiety.check_moieties(plan, document(plan))


def test_an_undeclared_moiety_is_refused(monkeypatch):
    silent = replace(load_process("ntf2"), conserved=())
    monkeypatch.setattr(moiety, "load_process", lambda name: silent if name == "ntf2" else load_process(name))
    plan = draw_blueprint(STRUCTURE)
    with pytest.raises(BadNetwork, match="keep 8 totals, but the process files declare 7"):
        moiety.check_moieties(plan, document(plan))


def test_a_file_that_imports_or_holds_two_modules_is_refused():
    with pytest.raises(BadNetwork, match="import"):
        parse_process("odd", 'import "somewhere.ant"\n')
    with pytest.raises(BadNetwork, match="one module of its own name"):
        parse_process("odd", "module other(a)\nend\n")


def test_antimony_in_error_is_told_in_its_own_words():
    with pytest.raises(BadNetwork, match="Antimony refuses the model"):
        antimony_to_sbml("model odd()\n  A -> ; k * ;\nend\n", "odd")


@pytest.mark.parametrize("name", process_names())
def test_every_species_of_a_process_says_what_it_holds_or_is_a_drug(name):
    process = load_process(name)
    assert process.text.startswith("// " + name + ".ant: ")


def test_the_sbml_is_annotated():
    made = sbml.read_sbml(build_model(cell("HeLa")).to_sbml()).getModel()
    assert (made.getLevel(), made.getVersion()) == (3, 2)
    trimer = made.getSpecies("TP53_XPO1_RANGTP_n")
    assert trimer.getSBOTermID() == "SBO:0000297"
    resources = {trimer.getCVTerm(0).getResourceURI(i) for i in range(trimer.getCVTerm(0).getNumResources())}
    assert "https://identifiers.org/uniprot:O14980" in resources
    assert "https://identifiers.org/uniprot:P04637" in resources
    assert made.getParameter("kstrip").getUnits()
    assert "RiddickMacara07" in made.getParameter("kstrip").getNotesString()
    assert all(reaction.isSetSBOTerm() for reaction in made.getListOfReactions())
    assert all(parameter.isSetUnits() for parameter in made.getListOfParameters())
