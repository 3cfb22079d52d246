"""Normal cells at a dose that kills myeloma cells, and which rows of their contexts carry what sets them apart."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.experiment.prepared import prepare
from exportin.network import parameters
from validation.populations import dead, report

DOSES = ("100 nM", "1 uM", "10 uM")
NORMAL, MYELOMA = ("marrow stroma", "normal CD34+"), ("MM.1S", "U266")
SIZE = ("Vn", "Vc", "N_NPC")


def rows_apart(normal, other):
    """Rows that the context of either cell has, with the value of the other cell; the three of the size together."""
    theirs = {**parameters.defaults(), **parameters.context(other)}
    inputs = prepare(xp.cell(other).with_pathways(), []).numbers_of(None, None, None)
    found = {}
    for name in sorted({*parameters.context(normal), *parameters.context(other)}):
        value = theirs[name].value if name in theirs else float(np.ravel(inputs[name])[0])
        found.setdefault("size" if name in SIZE else name, {})[name] = value
    return found


@pytest.mark.xfail(strict=True, reason="myeloma dies by that much in 6 or 8 of 20 draws, and normal cells with it in all but two")
@pytest.mark.parametrize("normal", NORMAL)
@pytest.mark.parametrize("myeloma", MYELOMA)
def test_normal_cells_are_spared_where_myeloma_dies(record_property, myeloma, normal):
    """At a concentration that kills over 80 % of myeloma cells, stroma and normal CD34+ cells lose under 10 %."""
    killed = np.array([dead(myeloma, "selinexor", dose) for dose in DOSES])
    lost = np.array([dead(normal, "selinexor", dose) for dose in DOSES])
    spared = ((killed > 0.8) & (lost < 0.1)).any(axis=0)
    dies = (killed > 0.8).any(axis=0)
    print(f"{myeloma} dies by over 0.8 in {dies.sum()} draws; in {spared.sum()} of them {normal} is spared")
    strongest = np.nan_to_num(killed, nan=-1.0).argmax(axis=0), np.arange(killed.shape[1])
    what = f"{myeloma} dead over 0.8 with {normal} dead under 0.1 at some dose (difference of the dead)"
    assert report(record_property, what, killed[strongest] - lost[strongest], spared) >= 0.5


@pytest.mark.parametrize("normal", NORMAL)
def test_rows_that_carry_the_difference(record_property, normal):
    """The dead among normal cells at 1 uM when one row of the context is the myeloma line's: what rises carries the sparing."""
    base = dead(normal, "selinexor", "1 uM")
    changes: dict[str, np.ndarray] = {}
    for name, given in rows_apart(normal, "MM.1S").items():
        change = dead(normal, "selinexor", "1 uM", **given) - base
        changes[name] = change
        report(record_property, f"{normal}, change of the dead with {name} of MM.1S, above 0.05", change, change > 0.05)
    assert np.nanmax(np.abs(changes["TP53_functional"])) < 1e-3, "wild type in both: nothing was changed"
    known = [np.abs(one[np.isfinite(one)]) for one in changes.values()]
    assert max(one.max(initial=0.0) for one in known) > 0.05, "no row of the context matters"
