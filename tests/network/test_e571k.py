"""XPO1 E571K: drugs bind it as they bind the wild type, export signals do not."""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.network.model import build_model

MUTANT = xp.cell("HeLa").with_variant("XPO1 E571K", 1.0)
SEEN = ["TP53_nc", "FOXO3_nc", "XPO1_occupancy"]


def test_a_fold_of_one_is_the_wild_type():
    """An invariant: with equal affinities the allele changes nothing, with a drug and without."""
    drug = xp.exposure("selinexor", "1 uM")
    runs = [xp.simulate(cell, drug, until="12 h", points=4, observe=SEEN) for cell in (xp.cell("HeLa"), MUTANT)]
    for name in SEEN:
        assert runs[1][name] == pytest.approx(runs[0][name], rel=1e-5), name
    assert runs[1]["XPO1_occupancy"][-1] > 0.9


def test_weaker_signals_stay_in_the_nucleus_and_half_an_allele_lies_between():
    """Ten times weaker binding of every signal keeps FOXO3 in; with half the protein wild type the ratio lies between."""
    weak = {"E571K_fold": 10.0}
    cells = [xp.cell("HeLa"), xp.cell("HeLa").with_variant("XPO1 E571K", 0.5).with_parameters(**weak), MUTANT.with_parameters(**weak)]
    ratios = [float(xp.simulate(cell, until="1 s", points=2, observe=["FOXO3_nc"])["FOXO3_nc"][0]) for cell in cells]
    assert ratios[0] < ratios[1] < ratios[2]


def test_each_signal_has_a_draw_of_its_own_and_a_tenth_differ_more_than_tenfold():
    """Baumhardt 2020 (PMC7525811): of 27 signals, 3 differ more than tenfold and most bind both alike."""
    numbers = build_model(MUTANT).numbers
    folds = [name for name in numbers.rows if name.endswith("_E571K_fold")]
    drawn = np.array([[numbers.at(1, draw)[name] for name in folds] for draw in range(60)])
    assert len({*drawn[0].tolist()}) == len(folds)
    beyond = float(np.mean(np.abs(np.log10(drawn)) > 1.0))
    assert beyond == pytest.approx(3 / 27, abs=0.06)
