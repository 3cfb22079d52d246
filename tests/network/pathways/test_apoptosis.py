"""The rheostat of the BCL-2 family and the caspases: published half-lives and times, closed forms, and the review's statements."""

from __future__ import annotations

import numpy as np
import pytest

from exportin.kernel.batch import Change
from exportin.network.pathway import pathways

COMMANDS = {"BBC3_mrna": 8.0, "BBC3_FOXO": 8.0, "BCL2L11_mrna": 4.0, "translation": 0.3, "TOP2_damage": 2.0, "cisplatin_stress": 2.0}


def fate(bench, hours=72.0, changes=(), **numbers):
    """Whether a cell that rests untreated counts as dead at the end of what is then changed."""
    alone = bench("apoptosis")
    given = [(0.0, name, value) for name, value in changes]
    return float(alone.run(hours, start=alone.rest(**numbers), points=3, names=["committed"], changes=given, **numbers)["committed"][-1])


def population(bench, cells, changes, hours=72.0):
    """Dead or alive of sister cells with protein noise, at rest and at the end, shape (cell, 2)."""
    alone = bench("apoptosis")
    known = set(alone.solver.parameters)
    columns = alone.model.numbers.columns(1, None, np.arange(cells))
    values = {name: value for name, value in columns.items() if name in known}
    rest = alone.solver.settle(2e6, values, count=cells)
    given = [Change(0.0, name, "set", value) for name, value in changes]
    run = alone.solver.run([0.0, hours * 3600.0], ["committed"], values, count=cells, start=rest.states, changes=given)
    return run.values[:, :, 0]


def test_an_untreated_cell_lives(bench):
    rest = bench("apoptosis").rest()
    assert rest["committed"] < 1e-9
    assert rest["CYCS_released"] < 1e-3
    assert rest["PARP1_cleaved"] < 0.01


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_can_kill(bench, command):
    """PUMA from p53 or from FOXO alone, BIM, loss of translation, and damage without p53."""
    assert fate(bench, changes=[(command, COMMANDS[command])]) > 0.9


def test_death_is_all_or_none(bench):
    """No rest between life and death along the PUMA axis (Cui08: a bistable switch)."""
    alone = bench("apoptosis")
    ends = [fate(bench, hours=240.0, changes=[("BBC3_mrna", level)]) for level in np.linspace(1.0, 10.0, 19)]
    assert min(ends) < 1e-6
    assert max(ends) > 0.9
    assert all(end < 0.01 or end > 0.9 for end in ends)
    assert sorted(ends) == pytest.approx(ends, abs=0.02), "more PUMA never rescues"
    assert len(alone.solver.states) <= 60


def test_death_stays_when_its_cause_has_gone(bench):
    """A pulse of PUMA is enough: after commitment nothing is made any more."""
    alone = bench("apoptosis")
    pulse = [(0.0, "BBC3_mrna", 12.0), (6.0, "BBC3_mrna", 1.0)]
    course = alone.run(96.0, start=alone.rest(), points=97, names=["committed"], changes=pulse)
    assert course["committed"][8] > 0.9
    assert course["committed"][-1] > 0.9


def test_cytochrome_c_leaves_within_minutes(bench):
    """All of it within about 5 min whatever the stimulus and the wait before it (Goldstein00); 10 to 90 % takes 7 and 12 min here."""
    alone = bench("apoptosis")
    minutes, waits = [], []
    for level in (12.0, 5.5):
        course = alone.run(72.0, start=alone.rest(), points=25921, names=["CYCS_released"], changes=[(0.0, "BBC3_mrna", level)])
        begin, end = (np.argmax(course["CYCS_released"] > share) for share in (0.1, 0.9))
        minutes.append(60.0 * (course["time"][end] - course["time"][begin]))
        waits.append(course["time"][begin])
    assert all(2.0 < one < 15.0 for one in minutes)
    assert waits[1] - waits[0] > 1.0, "h"
    assert minutes[1] / minutes[0] < 2.0


def test_mcl1_halves_in_half_an_hour_without_synthesis(bench):
    """About 30 min under cycloheximide (AdamsCooper07); growth takes its part too, and complexes count."""
    alone = bench("apoptosis")
    names = ["MCL1_c", "BBC3_MCL1_c", "BCL2L11_MCL1_c", "BAK1_MCL1_c", "MCL1_kdeg"]
    course = alone.run(0.5, start=alone.rest(), points=31, names=names, changes=[(0.0, "translation", 0.0)])
    total = sum(course[name] for name in names[:-1])
    expected = np.exp(-course["MCL1_kdeg"][0] * course["time"] * 3600.0)
    assert total / total[0] == pytest.approx(expected, rel=1e-4)
    assert 0.48 < total[-1] / total[0] < 0.52


def test_loss_of_mcl1_lowers_the_threshold(bench):
    """Three times the PUMA kills no typical cell; with half of MCL1's synthesis it does (the review: loss of MCL1 kills)."""
    assert fate(bench, changes=[("BBC3_mrna", 3.0)]) < 0.01
    assert fate(bench, changes=[("BBC3_mrna", 3.0), ("MCL1_total", 0.01)]) > 0.9


def test_a_fraction_dies_not_an_average(bench):
    """Sister cells with protein noise: each is dead or alive, and their share grows with the dose of PUMA."""
    shares = []
    for level in (1.0, 3.0, 5.0, 8.0, 12.0):
        dead = population(bench, 100, [("BBC3_mrna", level)])
        alive_before = dead[:, 0] < 0.5
        end = dead[alive_before, 1]
        assert ((end < 0.02) | (end > 0.85)).mean() >= 0.97
        shares.append(float((end > 0.5).mean()))
    assert shares == sorted(shares)
    assert shares[0] < 0.05
    assert 0.2 < shares[2] < 0.8
    assert shares[-1] > 0.8


def test_survivin_is_kept_in_the_nucleus_by_a_block(bench):
    """Closed form of the shuttle: nuclear over cytoplasmic concentration (kimp * Vc/Vn ... with decay on both sides); its brake weakens."""
    alone = bench("apoptosis")
    before, after = alone.rest(), alone.rest(XPO1_loaded_n=0.0)
    numbers = alone.numbers
    leave = numbers["BIRC5_kexp"] * (1.0 - numbers["BIRC5_XPO1_share"])
    ratio = numbers["BIRC5_kimp"] * numbers["Vc"] / numbers["Vn"] / (leave + after["BIRC5_kdeg"])
    assert after["BIRC5_n"] / after["BIRC5_c"] == pytest.approx(ratio, rel=1e-6)
    assert after["BIRC5_c"] < 0.6 * before["BIRC5_c"]
    assert after["BIRC5_brake"] > before["BIRC5_brake"]
    unbraked = alone.rest(BIRC5_protects=0.0)
    assert unbraked["BIRC5_brake"] == 1.0


def test_nfkb_and_myc_carry_mcl1_and_xiap(bench):
    """C188, C189: MCL1 mRNA and protein fall with NF-kB; the shares are the rows' weights (closed form)."""
    alone = bench("apoptosis")
    numbers = alone.numbers
    rest = alone.rest(NFKB_activity=0.0, MYC_activity=0.0, BBC3_total=1e-4, BCL2L11_total=1e-4)
    weights = [numbers[f"MCL1_{name}_weight"] for name in ("NFKB", "MYC", "survival")]
    assert rest["MCL1_mrna"] == pytest.approx((1.0 + weights[2]) / (1.0 + sum(weights)), rel=1e-6)
    assert rest["XIAP_mrna"] == pytest.approx(1.0 / (1.0 + numbers["XIAP_NFKB_weight"]), rel=1e-6)


@pytest.mark.xfail(
    strict=True,
    reason="MCL1 lives for 30 min, so 6 h after NF-kB is gone and MYC halved its protein is at 56 % while its mRNA is at 65 %: "
    "it follows at once. 'mRNA lowered, protein unchanged' (C195) needs a sample within the first hour, or a long-lived protein",
)
def test_one_dose_lowers_mcl1_mrna_and_leaves_the_protein(bench):
    """C195: after a single dose of KPT-251 MCL1 and XIAP mRNA are lower and protein unchanged at the sampled time (not given; 6 h here)."""
    alone = bench("apoptosis")
    given = [(0.0, "NFKB_activity", 0.02), (0.0, "MYC_activity", 0.5)]
    course = alone.run(6.0, start=alone.rest(), points=7, names=["MCL1_mrna", "MCL1_c"], changes=given)
    assert course["MCL1_mrna"][-1] < 0.8
    assert course["MCL1_c"][-1] / course["MCL1_c"][0] > 0.9


def test_xiap_protein_outlives_its_mrna_for_hours(bench):
    """The other half of C195 holds: 2 h after NF-kB is gone XIAP mRNA is down by over a tenth, the protein by less than a twentieth."""
    alone = bench("apoptosis")
    course = alone.run(2.0, start=alone.rest(), points=3, names=["XIAP_mrna", "XIAP_c"], changes=[(0.0, "NFKB_activity", 0.02)])
    assert course["XIAP_mrna"][-1] < 0.9
    assert course["XIAP_c"][-1] / course["XIAP_c"][0] > 0.95


def test_what_it_takes_from_others_is_named():
    """Death reads other pathways through their signals alone."""
    assert "committed" in pathways()["apoptosis"].variables


# venetoclax


def test_venetoclax_takes_the_groove_of_bcl2(bench):
    """Half is open at its affinity, of BCL-XL at 4,800 times that (Gap27Venetoclax)."""
    alone = bench("apoptosis")
    known = {one: alone.numbers[f"VENETOCLAX_{one}_KI"] for one in ("BCL2", "BCL2L1")}
    for one, affinity in known.items():
        assert alone.rest(VENETOCLAX=affinity)[f"{one}_open"] == pytest.approx(0.5, rel=1e-12)
    assert known["BCL2L1"] / known["BCL2"] == pytest.approx(4800, rel=0.01)


def test_venetoclax_sets_bim_free_and_spares_what_is_bound_elsewhere(bench):
    """What BCL2 held falls, what MCL1 holds rises by what is free; BIM in all forms stays."""
    alone = bench("apoptosis")
    names = ["BCL2L11_c", "BCL2L11_BCL2_c", "BCL2L11_MCL1_c", "BCL2L11_BCL2L1_c"]
    course = alone.run(6, start=alone.rest(), points=13, names=names, changes=[(0.0, "VENETOCLAX", 0.001)])
    assert course["BCL2L11_BCL2_c"][-1] < 0.1 * course["BCL2L11_BCL2_c"][0]
    assert course["BCL2L11_c"][-1] > course["BCL2L11_c"][0]
    assert course["BCL2L11_MCL1_c"][-1] > course["BCL2L11_MCL1_c"][0]
    total = sum(course[name] for name in names)
    np.testing.assert_allclose(total, total[0], rtol=1e-4)


def test_venetoclax_kills_a_cell_that_lives_on_bcl2(bench):
    """CLL has 0.12 uM of BCL2 and hardly any BCL-XL; primed with BIM and PUMA such a cell dies, and one that lives on BCL-XL does not."""
    primed = {"BCL2L11_mrna": 4.0, "BBC3_mrna": 4.0}
    on_bcl2 = {"BCL2_total": 0.12, "BCL2L1_total": 0.0005, **primed}
    on_bclxl = {"BCL2_total": 0.0005, "BCL2L1_total": 0.12, **primed}
    drug = [("VENETOCLAX", 0.01)]
    assert fate(bench, **on_bcl2) < 0.01
    assert fate(bench, changes=drug, **on_bcl2) > 0.9
    assert fate(bench, changes=drug, **on_bclxl) < 0.01
