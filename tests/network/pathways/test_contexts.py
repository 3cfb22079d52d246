"""What a cell's genotype makes of the pathways: a context's facts come before an input's default, and a user's choice before both."""

from __future__ import annotations

import pytest

import exportin as xp
from exportin.network.model import build_model


def test_a_context_sets_an_input_and_the_user_may_change_it():
    mutant = build_model(xp.cell("OCI-AML3").with_pathways("npm1"))
    assert mutant.numbers.at()["NPM1_mutant_share"] == 0.5
    assert 0.3 <= mutant.numbers.at(seed=1, draw=3)["NPM1_mutant_share"] <= 0.6
    assert build_model(xp.cell("HeLa").with_pathways("npm1")).numbers.at()["NPM1_mutant_share"] == 0.0
    cured = xp.cell("OCI-AML3").with_pathways("npm1").with_parameters(NPM1_mutant_share=0.0)
    assert build_model(cured).numbers.at()["NPM1_mutant_share"] == 0.0
    assert build_model(xp.cell("MOLM-13").with_pathways("npm1")).numbers.at()["FLT3_ITD"] == 1.0


def test_kpt185_brings_mutant_nucleophosmin_back():
    """The review on NPM1c: mutant nucleophosmin is cytoplasmic, drags the wild type out, and returns under a SINE."""
    drug = xp.exposure("KPT-185", "1 uM")
    names = ["NPM1C_nuclear", "NPM1_cytoplasmic_share"]
    mutant = xp.simulate(xp.cell("OCI-AML3").with_pathways("npm1"), drug, until="24 h", points=3, observe=names)
    wild = xp.simulate(xp.cell("MOLM-13").with_pathways("npm1"), drug, until="24 h", points=3, observe=names[1:])
    assert mutant["NPM1C_nuclear"][0] < 0.5 < mutant["NPM1C_nuclear"][-1]
    assert mutant["NPM1_cytoplasmic_share"][0] > 3 * wild["NPM1_cytoplasmic_share"][0]
    assert mutant["NPM1_cytoplasmic_share"][-1] < 0.2 * mutant["NPM1_cytoplasmic_share"][0]


@pytest.mark.parametrize("name", ["OCI-AML3", "MOLM-13", "HEK293", "K562"])
def test_every_kind_of_cell_has_a_rest_with_all_pathways(name):
    result = xp.simulate(xp.cell(name).with_pathways(), until="1 h", points=2, observe=["XPO1_total"])
    assert result["XPO1_total"][0] > 0
