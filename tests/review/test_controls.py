"""Negative controls: what each takes out of an arm."""

from __future__ import annotations

import pytest

from exportin.errors import UnknownName
from exportin.review.arm import Arm
from exportin.review.control import CONTROLS, Control


def compound(control, name="KPT-185"):
    return Control(control).compound(name)


def test_inhibition_off_leaves_the_drug_without_affinity():
    rates = compound("inhibition").rates
    assert rates["KPT185_KD"].value == 1e9
    assert compound("inhibition", "leptomycin B").rates["LMB_KI"].value == 1e9
    assert not compound("").rates
    assert compound("inhibition", "Nutlin-3a").name == "Nutlin-3a"


def test_inhibition_off_leaves_sirna_without_effect():
    assert Arm("HeLa", exposure="XPO1 siRNA").made(Control()).cell.switches["XPO1_synthesis"] == 0.05
    assert Arm("HeLa", exposure="XPO1 siRNA").made(Control("inhibition")).cell.switches["XPO1_synthesis"] == 1.0


def test_the_module_of_p53_is_taken_out():
    with_it, without = (Control(name).context("OCI-AML3") for name in ("", "p53"))
    assert set(with_it.pathways) - set(without.pathways) == {"tp53"}
    made = Arm("AML blasts", "XPO1 overexpressed + MDM2 knockdown", "Nutlin-3a").made(Control("p53"))
    assert set(made.cell.scales) == {"XPO1_total"}
    assert made.wells == ((),)


def test_labels_are_exchanged_in_pairs():
    assert compound("labels", "KPT-185").name == "PKF050-638"
    assert compound("labels", "PKF050-638").name == "KPT-185"
    assert compound("labels", "selinexor").name == "selinexor"


def test_contexts_are_exchanged():
    from exportin.network.cell import cells

    given = {name: Control("contexts").context(name).name for name in cells()}
    assert set(given.values()) == set(cells())
    assert all(name != other for name, other in given.items())


def test_a_hypothesis_holds_in_all_arms():
    cell = Control(hypotheses=(("NFATC1_arm", "retention"),)).context("THP-1")
    assert cell.switches["NFATC1_arm"] == 1.0


def test_another_control_is_refused():
    with pytest.raises(UnknownName, match="negative control"):
        Control("gravity")
    assert CONTROLS == ("inhibition", "p53", "labels", "contexts")
