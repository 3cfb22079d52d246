"""What surrounds a cell: RANKL and NFATc1 of the osteoclast, stroma and cytokines, STAT3 and STAT6."""

from __future__ import annotations

import numpy as np
import pytest

SHARES = (0.3, 0.1, 0.01, 0.0)  # export left
TOMIDA = {"NFATC1_P_kimp": 0.0, "t_half_NFATC1": 1e12, "doubling_time": 1e14}  # the published cycle: no entry at rest, no turnover
PULSES = [(minute / 60.0, "CALCIUM", float(minute % 3 == 0)) for minute in range(120) if minute % 3 < 2]  # one minute in three
INPUTS = {"IL6": {"IL6": 10.0}, "IL4": {"IL4": 10.0}, "BAFF": {"BAFF": 10.0}, "stroma": {"STROMA": 1.0}}
ARMS = {"both": 0.0, "expression": -1.0, "retention": 1.0}
PRECURSOR = {"RANKL": 10.0}  # through RANK_TNF a lasting, weak activation of the kinase: NF-kB at 38 times its untreated level


@pytest.fixture(scope="module")
def alone(bench):
    """The pathway by itself."""
    return bench("surroundings")


@pytest.fixture(scope="module")
def precursor(bench):
    """With NF-kB, whose kinase RANK activates."""
    return bench("nfkb", "surroundings")


def amounts(bench, values, protein):
    """Amount in the nucleus and in the cytoplasm, all forms."""
    forms = [name for name in values if name.startswith(f"{protein}_") and name.endswith(("_n", "_c"))]
    inside = sum(bench.numbers["Vn"] * values[name] for name in forms if name.endswith("_n"))
    return inside, sum(bench.numbers["Vc"] * values[name] for name in forms if name.endswith("_c"))


def nuclear_share(bench, values, protein):
    inside, outside = amounts(bench, values, protein)
    return inside / (inside + outside)


class TestTomida:
    """BIOMD0000000678: calcium pulses of one minute in three, with export and without (k4 = 0)."""

    @pytest.mark.parametrize(("drive", "expected"), [(1.0, 0.37), (0.0, 0.74)])
    def test_nuclear_share_after_an_hour(self, alone, drive, expected):
        """Computed on the public file for 60 min: 0.3725 of NFAT is nuclear, without export 0.7417."""
        course = alone.run(2.0, points=121, changes=PULSES, XPO1_loaded_n=drive * alone.reference, **TOMIDA)
        assert nuclear_share(alone, course, "NFATC1")[60] == pytest.approx(expected, abs=0.005)

    @pytest.mark.shared_data
    @pytest.mark.parametrize("drive", [1.0, 0.0])
    def test_the_course_is_that_of_the_public_model(self, alone, shared_data, drive):
        """A second engine on the file, minute by minute for two hours."""
        import roadrunner

        roadrunner.Logger.disableLogging()
        peer = roadrunner.RoadRunner(str(shared_data / "models" / "biomodels" / "BIOMD0000000678.xml"))
        peer.integrator.setValue("maximum_time_step", 0.05)  # min; the pulses are no events
        peer["k4"] = drive * peer["k4"]
        expected = np.array(peer.simulate(0.0, 120.0, 121, ["NFAT_transported"]))[:, 0]
        course = alone.run(2.0, points=121, changes=PULSES, XPO1_loaded_n=drive * alone.reference, **TOMIDA)
        assert nuclear_share(alone, course, "NFATC1") == pytest.approx(expected, abs=1e-3)


class TestReferences:
    """Closed forms hold for any numbers."""

    NUMBERS = ({}, {"RANK_calcium": 0.8, "NFATC1_kexp": 2e-4, "STAT_kphos": 1e-3, "STAT_kexp": 1e-3, "t_half_NFATC1": 9e3, "Vn": 0.6})

    @pytest.mark.parametrize("numbers", NUMBERS, ids=["default", "other"])
    def test_saturating_ligands_give_one(self, alone, numbers):
        rest = alone.rest(RANKL=1e9, IL6=1e9, IL4=1e9, **numbers)
        for name in ("osteoclastogenesis", "STAT3_activity", "STAT6_activity"):
            assert rest[name] == pytest.approx(1.0, rel=1e-6), name

    @pytest.mark.parametrize("numbers", NUMBERS, ids=["default", "other"])
    @pytest.mark.parametrize("share", [1.0, 0.1, 0.0])
    def test_survival_is_exactly_one_without_inputs(self, alone, numbers, share):
        rest = alone.rest(**numbers)
        course = alone.run(24.0, start=rest, points=3, **{**numbers, "XPO1_loaded_n": alone.at_drive(share)})
        assert rest["MCL1_survival"] == 1.0
        assert np.all(course["MCL1_survival"] == 1.0)

    def test_stat_is_conserved(self, alone):
        """Through stimulation and block nothing is lost and nothing is negative."""
        course = alone.run(24.0, start=alone.rest(), points=49, changes=[(1.0, "IL6", 5.0), (1.0, "IL4", 5.0), (6.0, "XPO1_loaded_n", 0.0)])
        for protein in ("STAT3", "STAT6"):
            total = alone.numbers[f"{protein}_total"] * (alone.numbers["Vn"] + alone.numbers["Vc"])
            assert sum(amounts(alone, course, protein)) == pytest.approx(np.full(49, total), rel=1e-7)
        assert min(values.min() for values in course.values()) > -1e-9


class TestNuclearRetention:
    """Leptomycin B at rest."""

    def test_nfatc1_collects_in_the_nucleus_of_a_resting_cell(self, alone):
        """Shen 2006: unstimulated muscle fibres shuttle NFATc1 without accumulating it; leptomycin B does accumulate it."""
        rest = alone.rest()
        assert rest["NFATC1_n"] < rest["NFATC1_P_c"] + rest["NFATC1_c"]
        course = alone.run(8.0, start=rest, points=9, XPO1_loaded_n=0.0)
        share = nuclear_share(alone, course, "NFATC1")
        assert np.all(np.diff(share) > 0)
        assert share[-1] > 3 * share[0]

    def test_uptake_at_rest_is_slower_than_under_stimulation(self, alone):
        """Shen 2006: 4.6 times. The resting rate was set by that number, so this holds the arithmetic only; 4.95 comes out here."""
        speed = []
        for calcium in (0.0, 1.0):
            numbers = {"XPO1_loaded_n": 0.0, "CALCIUM": calcium, **TOMIDA}
            numbers["NFATC1_P_kimp"] = 0.0 if calcium else alone.numbers["NFATC1_P_kimp"]
            share = nuclear_share(alone, alone.run(0.5, points=31, **numbers), "NFATC1")
            speed.append(np.log((1 - share[10]) / (1 - share[20])))
        assert speed[1] / speed[0] == pytest.approx(4.6, rel=0.1)

    @pytest.mark.parametrize("given", [{}, {"IL6": 10.0}], ids=["rest", "IL-6"])
    def test_stat3_collects_in_the_nucleus_without_phosphate(self, alone, given):
        """Bhattacharya and Schindler 2003: leptomycin B accumulates STAT3, at rest too, without tyrosine phosphorylation."""
        rest = alone.rest(**given)
        course = alone.run(8.0, start=rest, points=9, XPO1_loaded_n=0.0, **given)
        share = nuclear_share(alone, course, "STAT3")
        assert nuclear_share(alone, alone.rest(), "STAT3") < 0.25  # largely in the cytoplasm at rest
        assert share[-1] > 0.95
        assert course["STAT3_P_n"][-1] < 0.01 * course["STAT3_n"][-1]

    def test_il6_brings_stat3_into_the_nucleus(self, alone):
        assert nuclear_share(alone, alone.rest(IL6=10.0), "STAT3") > 1.5 * nuclear_share(alone, alone.rest(), "STAT3")

    def test_exportin_7_would_spare_stat3(self, alone):
        """Herrmann 2014, against leptomycin B: with exportin 7 a block of XPO1 changes nothing."""
        given = {"STAT3_exporter": 0.0, "IL6": 10.0}
        course = alone.run(8.0, start=alone.rest(**given), points=3, XPO1_loaded_n=0.0, **given)
        assert course["STAT3_activity"][-1] == pytest.approx(course["STAT3_activity"][0], rel=1e-6)


class TestOsteoclast:
    """Tai 2014 as the review has it: a knock-down blocks NFATc1 induced by RANKL; osteogenesis is not touched."""

    def ratio(self, precursor, arm, share, hours=48.0, what=None):
        """Quantity after a block of a RANKL-stimulated precursor over that before it."""
        given = {**PRECURSOR, "NFATC1_arm": ARMS[arm]}
        course = precursor.run(hours, start=precursor.rest(**given), points=5, XPO1_loaded_n=precursor.at_drive(share), **given)
        values = what(course) if what else course["osteoclastogenesis"]
        return values[-1] / values[0]

    def protein(self, precursor):
        return lambda course: sum(amounts(precursor, course, "NFATC1"))

    def test_rankl_needs_nfkb(self, alone):
        """Without NF-kB RANKL moves what NFATc1 there is, and makes no more of it."""
        with_it, without = (alone.rest(RANKL=10.0, NFKB_activity=level) for level in (1.0, 0.0))
        assert with_it["osteoclastogenesis"] > 8 * without["osteoclastogenesis"]
        assert without["NFATC1_mrna"] == pytest.approx(1.0)

    def test_rankl_and_nfkb_multiply(self, precursor):
        """Either by itself does less than a third of both."""
        both = precursor.rest(**PRECURSOR)["osteoclastogenesis"]
        assert precursor.rest(TNF=0.001)["osteoclastogenesis"] < 0.05 * both
        assert precursor.rest(RANKL=10.0, RANK_TNF=0.0)["osteoclastogenesis"] < 0.33 * both

    @pytest.mark.parametrize("arm", ["both", "expression"])
    def test_a_block_lowers_osteoclastogenesis(self, precursor, arm):
        """A drug that leaves a hundredth or nothing: 0.64 and 0.45 with both arms, 0.29 and 0.20 with the loss of expression alone."""
        expected = {"both": (0.640, 0.452), "expression": (0.289, 0.202)}[arm]
        for share, ratio in zip((0.01, 0.0), expected, strict=True):
            assert self.ratio(precursor, arm, share) == pytest.approx(ratio, rel=0.02)

    def test_less_nfatc1_is_made_in_a_block(self, precursor):
        """The review's observable is NFATc1 itself, not where it is: a full block leaves a fifth of the protein."""
        for arm in ("both", "expression"):
            assert self.ratio(precursor, arm, 0.0, what=self.protein(precursor)) < 0.25

    def test_retention_alone_has_the_wrong_sign(self, precursor):
        """Nuclear retention by itself doubles the drive: the two arms are opposed, and the first hours of a block show it too."""
        assert self.ratio(precursor, "retention", 0.0) == pytest.approx(2.24, rel=0.02)
        assert self.ratio(precursor, "both", 0.0, hours=12.0) > 1.0 > self.ratio(precursor, "both", 0.0, hours=24.0)

    @pytest.mark.xfail(
        strict=True,
        reason="with a tenth of the export left NF-kB keeps 62 % of its level, which is saturating, so 96 % of NFATc1 stays"
        " and retention doubles the drive (1.91 with both arms); with a third left 99 % stays",
    )
    @pytest.mark.parametrize("share", [0.3, 0.1])
    def test_a_knock_down_blocks_nfatc1(self, precursor, share):
        """Review: knock-down of CRM1 significantly blocks the NFATc1 that RANKL induces."""
        assert self.ratio(precursor, "both", share, what=self.protein(precursor)) < 0.7

    @pytest.mark.xfail(strict=True, reason="NF-kB of an unstimulated cell falls to 54 % only, and retention doubles: 1.46 with both arms")
    def test_a_block_lowers_osteoclastogenesis_at_untreated_nfkb(self, precursor):
        """The same where RANKL does not reach the IkB kinase."""
        given = {"RANKL": 10.0, "RANK_TNF": 0.0}
        course = precursor.run(48.0, start=precursor.rest(**given), points=3, XPO1_loaded_n=0.0, **given)
        assert course["osteoclastogenesis"][-1] < course["osteoclastogenesis"][0]

    def test_osteoblasts_are_unharmed(self, precursor):
        """No impact on osteogenesis: this follows from the default, a health that does not hang on XPO1, and is no prediction."""
        course = precursor.run(48.0, start=precursor.rest(**PRECURSOR), points=3, XPO1_loaded_n=0.0, **PRECURSOR)
        assert np.all(course["osteoblast_health"] == 1.0)
        harmed = precursor.run(1.0, start=precursor.rest(osteoblast_dependence=1.0), points=3, XPO1_loaded_n=0.0, osteoblast_dependence=1.0)
        assert harmed["osteoblast_health"][-1] == 0.0

    def test_myeloma_and_stroma_make_rankl(self, alone):
        """Stroma alone does nothing to the precursor; myeloma does, and more with stroma."""
        drives = [alone.rest(MYELOMA=m, STROMA=s)["osteoclastogenesis"] for m, s in ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))]
        assert drives[0] == pytest.approx(drives[1])
        assert 2 * drives[1] < drives[2] < drives[3] / 2


class TestSurvival:
    """Soluble factors and stroma protect; SINE compounds antagonise it (Lapalombella 2012, as the review has it)."""

    def kept(self, bench, given, share):
        """Share of what an input adds to the survival input that is left after a block of a day."""
        rest = bench.rest(**given)
        course = bench.run(24.0, start=rest, points=3, **{**given, "XPO1_loaded_n": bench.at_drive(share)})
        return (course["MCL1_survival"][-1] - 1.0) / (rest["MCL1_survival"] - 1.0)

    @pytest.mark.parametrize("name", INPUTS)
    def test_each_input_raises_survival(self, alone, name):
        assert alone.rest(**INPUTS[name])["MCL1_survival"] > 1.5

    @pytest.mark.parametrize("name", INPUTS)
    def test_a_block_takes_part_of_every_protection_away(self, precursor, name):
        """More block, less protection, and no input is spared."""
        left = [self.kept(precursor, INPUTS[name], share) for share in SHARES]
        assert left == sorted(left, reverse=True)
        assert left[0] < 0.95
        assert left[-1] < 0.9

    def test_il6_is_lost_and_il4_is_not(self, precursor):
        """STAT3 leaves the nucleus by XPO1; for STAT6 half of the exit is assumed to."""
        assert self.kept(precursor, INPUTS["IL6"], 0.0) < 0.01
        assert self.kept(precursor, INPUTS["IL4"], 0.0) == pytest.approx(0.88, abs=0.01)
        assert self.kept(precursor, {**INPUTS["IL4"], "STAT6_XPO1_share": 1.0}, 0.0) < 0.01

    def test_baff_follows_nfkb(self, precursor):
        """BAFF needs canonical NF-kB (Blood 109:703): where NF-kB is active a full block takes more than four fifths of it."""
        assert self.kept(precursor, {**INPUTS["BAFF"], "TNF": 0.001}, 0.0) < 0.2
        assert self.kept(precursor, {**INPUTS["BAFF"], "TNF": 0.001}, 0.3) > 0.9

    def test_stroma_under_each_hypothesis(self, precursor):
        """What a full block leaves of the protection by stroma: without and with NF-kB behind it, with exportin 7, at active NF-kB."""
        hypotheses = (
            ({}, 0.557),
            ({"stroma_follows_NFKB": 1.0}, 0.342),
            ({"STAT3_exporter": 0.0}, 1.0),
            ({"STAT3_exporter": 0.0, "stroma_follows_NFKB": 1.0}, 0.734),
            ({"TNF": 0.001, "stroma_follows_NFKB": 1.0}, 0.141),
        )
        for numbers, expected in hypotheses:
            assert self.kept(precursor, {**INPUTS["stroma"], **numbers}, 0.0) == pytest.approx(expected, abs=0.01), numbers

    @pytest.mark.xfail(
        strict=True,
        reason="a full block leaves 56 % of stroma's help (contact does not notice it unless stroma_follows_NFKB) and 88 % of IL-4's"
        " (only half of the exit of STAT6 is given to XPO1)",
    )
    @pytest.mark.parametrize("name", ["stroma", "IL4"])
    def test_the_protection_is_abrogated(self, precursor, name):
        """Review: the factors' effects are disabled and the protection by fibroblasts is abrogated."""
        assert self.kept(precursor, INPUTS[name], 0.0) < 0.25
