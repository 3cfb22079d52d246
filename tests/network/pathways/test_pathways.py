"""What holds for every pathway: it builds, its units check, it has a rest, it can be switched off, and no drug means no change."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.errors import BadNetwork, BadQuantity, UnknownName
from exportin.experiment.prepared import prepare
from exportin.network.blueprint import MACHINERY, DrugSlot, Structure, draw_blueprint
from exportin.network.model import build_model, pathway_model
from exportin.network.pathway import SIGNALS, absent_variables, pathways
from exportin.network.process import parse_process, process_names

NAMES = tuple(pathways())
MOST_SPECIES = 250


def test_every_process_file_is_used():
    drugs = (DrugSlot("LMB", "irreversible_michael"), DrugSlot("SELINEXOR", "slowly_reversible_covalent", "oral"))
    modules = {one.process for one in draw_blueprint(Structure(cargoes=("RANBP1", "TP53"), drugs=drugs)).instances}
    of_pathways = {name for pathway in pathways().values() for name in pathway.processes}
    assert set(process_names()) == {*MACHINERY, *modules, *of_pathways}


def test_no_two_pathways_compute_the_same_variable_or_hold_the_same_protein():
    variables = [name for pathway in pathways().values() for name in pathway.variables]
    proteins = [name for pathway in pathways().values() for name in pathway.proteins]
    assert sorted(variables) == sorted(set(variables))
    assert sorted(proteins) == sorted(set(proteins))


@pytest.mark.parametrize("name", NAMES)
def test_a_pathway_alone_is_at_rest_and_never_negative(bench, name):
    """From its rest, a day without a drug changes nothing: 1e-5 of each quantity's size."""
    alone = bench(name)
    rest = alone.rest()
    course = alone.run(24.0, start=rest, points=5)
    for variable, values in course.items():
        size = max(abs(rest.get(variable, 0.0)), 1e-9)
        assert variable == "time" or np.abs(values - values[0]).max() <= 1e-5 * size, variable
    assert min(value for key, value in rest.items() if key != "states") >= -1e-12


@pytest.mark.parametrize("name", NAMES)
def test_a_pathway_can_be_the_only_one_of_a_cell(name):
    """On top of the export cycle, with what the others would say at one; units and conserved totals check."""
    cell = xp.cell("HeLa").with_pathways(name)
    build_model(cell).check()
    watched = [*list(pathways()[name].variables)[:4], "XPO1_mrna"]
    result = xp.simulate(cell, until="24 h", points=3, observe=watched)
    for variable in watched:
        values = result[variable]
        assert np.abs(values - values[0]).max() <= 1e-5 * max(abs(values[0]), 1e-9), variable


def test_all_pathways_together_are_at_rest():
    cell = xp.cell("HeLa").with_pathways()
    experiment = prepare(cell, [])
    settled = experiment.rest(experiment.values_at(None, None, None)).checked()
    assert settled.states.min() > -1e-9
    assert len(experiment.solver.states) <= MOST_SPECIES
    names = [name for name in SIGNALS if name not in absent_variables(NAMES)]
    result = xp.simulate(cell, until="48 h", points=3, observe=names)
    for name in names:
        assert np.abs(result[name] - result[name][0]).max() <= 1e-5 * max(abs(result[name][0]), 1e-9), name


@pytest.mark.parametrize("name", NAMES)
def test_the_rest_stands_when_a_pathway_is_switched_off(name):
    """The cell with all others still has a rest; what it read of the missing one is the untreated reference."""
    others = [other for other in NAMES if other != name]
    if not others:
        pytest.skip("there is one pathway only")
    experiment = prepare(xp.cell("HeLa").with_pathways(*others), [])
    values = experiment.values_at(None, None, None)
    experiment.rest(values).checked()
    given = {variable for variable in pathways()[name].variables if variable in values}
    assert all(values[variable] in (0.0, 1.0) for variable in given)


def test_absent_signals_are_one_and_absent_damage_is_zero():
    assert absent_variables(())["translation"] == 1.0
    assert absent_variables(())["TOP2_damage"] == 0.0
    assert not set(pathways()["nfkb"].variables) & set(absent_variables(("nfkb",)))


def test_names_and_inputs_are_refused_by_name():
    with pytest.raises(UnknownName, match="'nfkappab' is not a known pathway; did you mean nfkb"):
        xp.cell("HeLa").with_pathways("nfkappab")
    with pytest.raises(BadQuantity, match="TNF: the pathway 'nfkb' reads it, and this cell does not have it"):
        build_model(xp.cell("HeLa").with_parameters(TNF=1.0))
    with pytest.raises(BadQuantity, match="the model uses that name already"):
        xp.cell("HeLa").with_cargo("RELA", nes_kd="1 uM")


def test_a_process_of_two_pathways_is_refused():
    with pytest.raises(BadNetwork, match="a fragment of one pathway"):
        parse_process("odd", "// odd.ant: nothing.\n// pathway a\n// pathway b\n")


def test_a_pathway_takes_over_its_cargo():
    taken = {symbol for pathway in pathways().values() for symbol in pathway.replaces}
    cell = xp.cell("HeLa").with_pathways()
    assert not taken & set(cell.cargoes)
    assert taken <= {symbol for pathway in pathways().values() for symbol in pathway.proteins}
    parts = build_model(cell).parts
    assert not [name for name in parts for symbol in taken if name.startswith(f"{symbol}_XPO1")]


def test_a_knock_down_lowers_synthesis_where_a_protein_turns_over():
    made = [name for name in pathway_model(NAMES, xp.cell("HeLa")).numbers.rows if name.endswith("_ksyn")]
    assert made
    gene = made[0].removesuffix("_ksyn")
    assert xp.cell("HeLa").knockdown(gene, 0.9).scales[made[0]] == pytest.approx(0.1)
