"""What the review and its sources say of combinations, against predicted surfaces and curves: in which share of draws each comes out.

The figures are printed; docs/combinations.md keeps them. Nothing was fitted to these statements;
docs/calibration.md says what was set by other data.
"""

from __future__ import annotations

import numpy as np
import pytest

import exportin as xp
from exportin.analysis.combination.score import bands
from exportin.analysis.curve.hill import fit_hill
from exportin.analysis.response.predicted import dose_series
from exportin.experiment.wells import run_wells
from validation.populations import report

DRAWS, CELLS = 20, 16
SYNERGY, MOST = bands()["excess"], 0.5  # excess over Bliss that counts; share of draws in which a statement has to come out


def surface(cell, first, second, first_doses, second_doses, observe="apoptotic_fraction"):
    """Effect of the second drug alone at its highest dose, and excess over Bliss, mean over the combinations; of each draw that lives.

    The effect is the share of the dead, or of the viable cells of the untreated well that are missing; both of shape (draw,).
    """
    found = xp.combine(cell, first, second, first_doses=first_doses, second_doses=second_doses, observe=observe, cells=CELLS, draws=DRAWS)
    effect = found.values if observe == "apoptotic_fraction" else 1.0 - found.values / found.values[:, :1, :1]
    expected = effect[:, :, :1] + effect[:, :1, :] - effect[:, :, :1] * effect[:, :1, :]
    return effect[:, 0, -1], (effect - expected)[:, 1:, 1:].reshape(len(effect), -1).mean(axis=1)


def half_dose(cell, drug, *others, doses="0.1 nM to 100 uM"):
    """Dose of the drug that kills half of the cells that the others leave, of each draw, shape (draw,), uM; infinite where none does."""
    series = dose_series(doses, 2)
    wells = [others, *((*others, xp.exposure(drug, f"{dose!r} uM")) for dose in series.tolist())]
    dead, _ = run_wells(cell, wells, "apoptotic_fraction", horizon=72 * 3600.0, cells=CELLS, draws=DRAWS)
    with np.errstate(divide="ignore", invalid="ignore"):
        more = (dead[:, 1:] - dead[:, :1]) / (1.0 - dead[:, :1])
    lives = np.isfinite(more).all(axis=1)
    found = np.full(DRAWS, np.nan)
    found[lives] = fit_hill(series, more[lives].clip(0.0, 1.0), E0=0.0, highest=1.0).dose_for(0.5)
    return np.where(found > 100.0, np.inf, found)


def missed(why, *values):
    """A case that is known not to come out."""
    return pytest.param(*values, marks=pytest.mark.xfail(strict=True, raises=AssertionError, reason=why))


@pytest.mark.parametrize(("line", "synergy"), [("OCI-AML3", True), ("HL-60", False), ("Kasumi-1", False)])
def test_nutlin_and_kpt185(record_property, line, synergy):
    """C166: synergy in TP53 wild type; HL-60 is null and Kasumi-1 mutant."""
    _, excess = surface(xp.cell(line).with_pathways(), "KPT-185", "Nutlin-3a", ["50 nM", "100 nM", "200 nM"], ["1 uM", "3 uM", "10 uM"])
    told = f"{line}, KPT-185 and Nutlin-3a, mean Bliss excess of the dead {'above' if synergy else 'at most'} {SYNERGY}"
    assert report(record_property, told, excess, (excess > SYNERGY) == synergy) >= MOST


SINE = ["100 nM", "300 nM", "1 uM"]
PAIRS = {
    "JQ1": ("KPT-276", ["50 nM", "200 nM", "800 nM"]),
    "bortezomib": ("selinexor", ["3 nM", "6 nM", "12 nM"]),
    "dexamethasone": ("selinexor", ["10 nM", "100 nM", "1 uM"]),
    "venetoclax": ("selinexor", ["0.1 nM", "1 nM", "10 nM"]),
}


MYC = "JQ1 alone does next to nothing to these cells in most draws, whether deaths or viable cells are counted"
BCL2 = "venetoclax alone kills hardly any cell of these lines in the model"


@pytest.mark.parametrize(("partner", "line"), [
    missed(MYC, "JQ1", "MM.1S"), missed(MYC, "JQ1", "U266"),
    ("bortezomib", "MM.1S"), ("bortezomib", "RPMI-8226"), ("bortezomib", "U266"),
    ("dexamethasone", "MM.1S"),
    missed(BCL2, "venetoclax", "OCI-AML3"), missed(BCL2, "venetoclax", "MOLM-13"),
])  # fmt: skip
def test_partners_with_an_inhibitor(record_property, partner, line):
    """C226 of JQ1; bortezomib (Turner16 in resistant lines), dexamethasone (Argueta18), venetoclax (BloodAdv4p586)."""
    inhibitor, doses = PAIRS[partner]
    alone, excess = surface(xp.cell(line).with_pathways(), inhibitor, partner, SINE, doses)
    report(record_property, f"{line}, {partner} alone at {doses[-1]}, dead above {SYNERGY}", alone, alone > SYNERGY)
    told = f"{line}, {inhibitor} and {partner}, mean Bliss excess of the dead above {SYNERGY}"
    assert report(record_property, told, excess, excess > SYNERGY) >= MOST


@pytest.mark.parametrize("line", [missed(MYC, "MM.1S"), missed(MYC, "U266")])
def test_jq1_on_viable_cells(record_property, line):
    """C226 as a plate would show it, growth included. No combination index: it extrapolates the line of a drug that alone does nothing."""
    inhibitor, doses = PAIRS["JQ1"]
    alone, excess = surface(xp.cell(line).with_pathways(), inhibitor, "JQ1", SINE, doses, observe="viability")
    report(record_property, f"{line}, JQ1 alone at {doses[-1]}, viable cells lost above {SYNERGY}", alone, alone > SYNERGY)
    told = f"{line}, {inhibitor} and JQ1, mean Bliss excess of viable cells lost above {SYNERGY}"
    assert report(record_property, told, excess, excess > SYNERGY) >= MOST


WHERE = "{}, {}, the same where the poison kills half of the sparse cells by 100 uM"
TOUGH = "in half of the draws no damage kills half of the cells in three days, so that a change of potency cannot show"


@pytest.mark.parametrize("poison", [missed(TOUGH, "doxorubicin"), missed(TOUGH, "etoposide")])
def test_poisons_of_topoisomerase_at_high_density(record_property, poison):
    """C202 and Turner 2009: crowded cells resist, and an XPO1 inhibitor makes the poison about fourfold more potent there."""
    inhibitor = xp.exposure("selinexor", "30 nM")
    given = {"sparse": {"density": 0.0}, "crowded": {"density": 1.0}, "crowded, no TOP2A": {"density": 1.0, "TOP2A_dose": 0.0}}
    line = xp.cell("RPMI-8226").with_pathways()
    cells = {name: line.with_parameters(**numbers) for name, numbers in given.items()}
    alone = {name: half_dose(cell, poison) for name, cell in cells.items()}
    both = {name: half_dose(cell, poison, inhibitor) for name, cell in cells.items()}
    kills = np.isfinite(alone["sparse"])
    resists = fold(alone["crowded"], alone["sparse"])
    shares = [report(record_property, f"{poison}, half dose crowded over sparse, above 1", resists, resists > 1)]
    report(record_property, WHERE.format(poison, "crowded over sparse"), resists[kills], resists[kills] > 1)
    for name, expected in (("crowded", True), ("sparse", False), ("crowded, no TOP2A", False)):
        gain = fold(alone[name], both[name])
        told = f"{poison}, {name}: gain in potency under selinexor 30 nM, {'2 and more' if expected else 'less than 2'}"
        comes_out = (gain >= 2) == expected
        shares.append(report(record_property, told, gain, comes_out))
        report(record_property, WHERE.format(poison, name), gain[kills], comes_out[kills])
    assert min(shares) >= MOST


def fold(one, other):
    """One dose over another; 1 where neither is reached, at most a thousand, NaN where the cell does not live."""
    with np.errstate(invalid="ignore"):
        ratio = np.where(np.isinf(one) & np.isinf(other), 1.0, one / other)
    return ratio.clip(1e-3, 1e3)
