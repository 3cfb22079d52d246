"""p21, p27, cyclin D1, the RB1-E2F switch and G1: closed forms, published signs, and what the review says of blocks and of high XPO1."""

from __future__ import annotations

import numpy as np
import pytest

BLOCK = {"XPO1_loaded_n": 0.0}
P53 = {"CDKN1A_mrna": 5.0}
NO_RB1 = {"RB1_functional": 0.0}
UNITY = ("proliferation", "CDK2_activity", "CDK4_activity", "E2F_activity", "CCND1_message_n", "CCND1_message_c", "CDKN2C", "S_entry")


@pytest.fixture(scope="module")
def cycle(bench):
    return bench("cycle")


@pytest.fixture(scope="module")
def rest(cycle):
    return cycle.rest()


@pytest.fixture(scope="module")
def blocked(cycle, rest):
    """Two days of full block, hour by hour."""
    return cycle.run(48.0, start=rest, points=49, **BLOCK)


def treated(cycle, hours=48.0, cell=None, **numbers):
    """From the rest of a cell (`cell`: what sets it apart), hour by hour."""
    cell = cell or {}
    return cycle.run(hours, start=cycle.rest(**cell), points=round(hours) + 1, **{**cell, **numbers})


def p27(cycle, values):
    """Amounts of p27 in nucleus and cytoplasm, amol."""
    inside = cycle.numbers["Vn"] * (values["CDKN1B_n"] + values["CDKN1B_PS10_n"] + values["CCND1_CDKN1B_n"])
    return inside, cycle.numbers["Vc"] * (values["CDKN1B_c"] + values["CDKN1B_PS10_c"])


def cyclin_d1(cycle, values):
    """Amounts of cyclin D1 in nucleus and cytoplasm, amol."""
    return cycle.numbers["Vn"] * (values["CCND1_n"] + values["CCND1_CDKN1B_n"]), cycle.numbers["Vc"] * values["CCND1_c"]


class TestUntreated:
    def test_everything_relative_is_one_in_every_draw(self, cycle):
        """Closed forms: the growing population is the rest whatever the rows are; a full block slows it in nearly all."""
        slower, scarcer = [], []
        for numbers in cycle.draws(12):
            rest = cycle.rest(**numbers)
            for name in UNITY:
                assert rest[name] == pytest.approx(1.0, rel=1e-5), name
            assert rest["G1_fraction"] == pytest.approx(numbers["G1_fraction_reference"], rel=1e-5)
            course = cycle.run(48.0, start=rest, points=3, **{**numbers, **BLOCK})
            slower.append(course["G1_fraction"][-1] > course["G1_fraction"][0])
            scarcer.append(np.sum(cyclin_d1(cycle, {name: values[-1] for name, values in course.items()})) < np.sum(cyclin_d1(cycle, rest)))
        assert np.mean(slower) > 0.9
        assert np.mean(scarcer) > 0.9

    def test_totals_are_those_of_the_rows(self, cycle, rest):
        """The closed forms keep the measured whole-cell concentrations of p21 (OpenCell22) and p27 (Itzhak16, OpenCell22)."""
        vn, vc = cycle.numbers["Vn"], cycle.numbers["Vc"]
        assert (vn * rest["CDKN1A_n"] + vc * rest["CDKN1A_c"]) / (vn + vc) == pytest.approx(cycle.numbers["CDKN1A_total"], rel=1e-6)
        assert sum(p27(cycle, rest)) / (vn + vc) == pytest.approx(cycle.numbers["CDKN1B_total"], rel=1e-6)

    def test_cyclin_d1_lies_between_the_two_measured_lines(self, cycle, rest):
        """1.3 nM in HEK293 (OpenCell22) and 8.6 nM in HeLa (Itzhak16), whole cell; only its free nuclear part was put in."""
        total = sum(cyclin_d1(cycle, rest)) / (cycle.numbers["Vn"] + cycle.numbers["Vc"])
        assert 0.0013 < total < 0.0086

    def test_it_is_the_only_rest(self, cycle):
        """From an arrest of days by p21 (E2F held, cyclin E low) the untreated cell comes back to the same growing state."""
        course = treated(cycle, 400.0, CDKN1A_mrna=20.0, changes=[(100.0, "CDKN1A_mrna", 1.0)])
        assert course["G1_fraction"][100] > 0.9
        for name in UNITY:
            assert course[name][-1] == pytest.approx(1.0, rel=1e-3), name

    @pytest.mark.xfail(
        strict=True,
        reason="0.72 of p27 is nuclear here; broken cells lose small soluble nuclear proteins, and no export rate was measured",
    )
    def test_p27_is_where_hela_fractions_have_it(self, cycle, rest):
        """0.26 of it in the nuclear fraction of HeLa (Itzhak16), to a factor 1.5."""
        inside, outside = p27(cycle, rest)
        assert inside / (inside + outside) == pytest.approx(0.26, rel=0.5)


class TestSerine10:
    @pytest.mark.parametrize("loaded", [0.0, 1.0, 3.0])
    def test_without_the_phosphate_p27_is_nuclear_whatever_xpo1_does(self, cycle, loaded):
        """Ser10Ala stays in the nucleus (Rodier01); export by CRM1 needs the phosphate (Ishizawa15 on Shen 2009)."""
        rest = cycle.rest(CDKN1B_kphos=0.0, XPO1_loaded_n=cycle.at_drive(loaded))
        assert rest["CDKN1B_PS10_c"] == pytest.approx(0.0, abs=1e-12)
        assert rest["CDKN1B_cytoplasmic_share"] < 0.035  # on its way in from the ribosome

    def test_more_kinase_puts_more_outside(self, cycle):
        """KIS promotes nuclear export of p27 (Boehm02)."""
        kinase = cycle.numbers["CDKN1B_kphos"]
        shares = [cycle.rest(CDKN1B_kphos=factor * kinase)["CDKN1B_cytoplasmic_share"] for factor in (0, 0.1, 0.3, 1, 3)]
        assert np.all(np.diff(shares) > 0)

    def test_high_xpo1_goes_with_cytoplasmic_p27(self, cycle):
        """Glioma (Ishizawa15 on Shen 2009): with more XPO1 less p27 in all, more cytoplasmic p27 with Ser10 phosphorylated."""
        cells = [cycle.rest(XPO1_loaded_n=cycle.at_drive(loaded)) for loaded in (0.3, 1, 2, 3)]
        assert np.all(np.diff([cell["CDKN1B_cytoplasmic_share"] for cell in cells]) > 0.05)
        assert np.all(np.diff([cell["CDKN1B_PS10_c"] for cell in cells]) > 0)
        assert np.all(np.diff([p27(cycle, cell)[0] for cell in cells]) < 0)
        assert np.all(np.diff([sum(p27(cycle, cell)) for cell in cells]) < 0)
        assert np.all(np.diff([cell["G1_fraction"] for cell in cells]) < 0)


class TestBlock:
    def test_p21_and_p27_gather_in_the_nucleus(self, cycle, rest, blocked):
        """As after SINE in renal carcinoma (p21) and myeloma (p27), Ishizawa15. p21: nuclear share to above 0.95."""
        for hour in (6, 24, 48):
            state = {name: values[hour] for name, values in blocked.items()}
            assert state["CDKN1A_n"] > 1.5 * rest["CDKN1A_n"]
            assert p27(cycle, state)[0] > 1.4 * p27(cycle, rest)[0]
            assert state["CDKN1B_cytoplasmic_share"] < 0.03
        outside = cycle.numbers["Vc"] * blocked["CDKN1A_c"][24]
        assert outside / (outside + cycle.numbers["Vn"] * blocked["CDKN1A_n"][24]) < 0.05

    def test_p27_turns_over_faster_where_it_is_trapped(self, cycle, rest):
        """Leptomycin B speeds the turnover of p27 (Rodier01). Held against it with CDK2 as it was, since that decay rests on CDK2 too."""
        rates = []
        for state in (rest, cycle.rest(CDKN1B_CDK2_share=0.0, **BLOCK)):
            inside, outside = p27(cycle, state)
            slow = np.log(2) / cycle.numbers["t_half_CDKN1B"]
            rates.append(slow * (cycle.numbers["CDKN1B_nuclear_decay"] * inside + outside) / (inside + outside))
        assert rates[1] > 1.1 * rates[0]

    def test_cells_stop_in_g1(self, blocked):
        """G1 arrest by SINE in several tumours (Ishizawa15): more cells in G1 after 24 and 48 h, growth slower."""
        assert blocked["G1_fraction"][24] > 0.65
        assert blocked["G1_fraction"][48] > 0.6
        assert blocked["proliferation"][24] < 0.7
        assert blocked["proliferation"][48] < 0.9

    def test_half_of_the_export_does_little(self, cycle):
        """The answer is graded: the less export is left the more cells in G1 after 24 h."""
        shares = [treated(cycle, 24.0, XPO1_loaded_n=cycle.loaded_for(left, 3.0))["G1_fraction"][-1] for left in (1.0, 0.5, 0.3, 0.1, 0.0)]
        assert np.all(np.diff(shares) > 0)
        assert shares[1] < 0.6

    @pytest.mark.xfail(
        strict=True,
        reason="0.74 at 24 h and 0.63 at 48 h: E2F held by RB1 decays slowly by the published constants, gathers, and outgrows RB1",
    )
    def test_the_arrest_lasts(self, blocked):
        """An arrest that ends under the drug was not described: as many cells in G1 after 48 h as after 24 h."""
        assert blocked["G1_fraction"][48] >= 0.98 * blocked["G1_fraction"][24]

    def test_cyclin_d1_falls_by_the_closed_form_of_message_export(self, cycle, rest, blocked):
        """Message (1 - s + s E)(1 + d) / (1 - s + s E + d); with equal decay everywhere all cyclin D1 follows it."""
        share, decay = (cycle.numbers[f"CCND1_message_{name}"] for name in ("XPO1_share", "nuclear_decay"))
        expected = (1 - share) * (1 + decay) / (1 - share + decay)
        assert blocked["CCND1_message_c"][-1] == pytest.approx(expected, rel=1e-4)
        assert blocked["CCND1_message_n"][-1] == pytest.approx((1 + decay) / (1 - share + decay), rel=1e-4)
        state = {name: values[-1] for name, values in blocked.items()}
        assert sum(cyclin_d1(cycle, state)) / sum(cyclin_d1(cycle, rest)) == pytest.approx(expected, rel=1e-3)
        assert cyclin_d1(cycle, state)[0] / sum(cyclin_d1(cycle, state)) > cyclin_d1(cycle, rest)[0] / sum(cyclin_d1(cycle, rest))

    @pytest.mark.xfail(
        strict=True,
        reason="0.78 of it stays: half of the message leaves without XPO1. What MYC and translation lose comes on top",
    )
    def test_overexpressed_cyclin_d1_is_abrogated(self, cycle):
        """KPT-185 abrogates the overexpression of cyclin D1 in mantle cell lymphoma (Ishizawa15 on Tabe 2013): to less than half."""
        course = treated(cycle, 48.0, cell={"CCND1_dose": 10.0}, **BLOCK)
        before, after = (sum(cyclin_d1(cycle, {name: values[hour] for name, values in course.items()})) for hour in (0, 48))
        assert after < 0.5 * before

    def test_foxo_adds_to_the_arrest(self, cycle, bench, blocked):
        """With FOXO3 kept in the nucleus the message of p27 doubles and more cells stay in G1 (Kops02: FOXO arrests by p27)."""
        both = bench("cycle", "foxo")
        course = both.run(48.0, start=both.rest(), points=49, **BLOCK)
        assert course["CDKN1B_mrna"][24] > 1.8
        assert p27(both, course)[0][24] > 1.5 * p27(cycle, blocked)[0][24]
        assert course["G1_fraction"][24] > blocked["G1_fraction"][24] + 0.03


class TestSwitch:
    def test_p53_arrests_in_g1_by_p21(self, cycle):
        """Five times the message of p21: above 0.85 in G1 after 24 h. Without p21 none (Brugarolas, Nature 377:552, 1995: impaired)."""
        course = treated(cycle, **P53)
        assert course["G1_fraction"][24] > 0.85
        assert course["G1_fraction"][48] > 0.85
        assert course["proliferation"][48] < 0.3
        without = treated(cycle, cell={"CDKN1A_dose": 0.0}, **P53)
        assert np.ptp(without["G1_fraction"]) < 1e-6
        assert without["G1_fraction"][-1] < cycle.numbers["G1_fraction_reference"]

    def test_loss_of_rb1_lowers_the_arrest(self, cycle, blocked):
        """RB1 ablation curtails the response of bladder cells to selinexor (Baek, Oncotarget 9:34567, 2018); here that to p21 too."""
        assert treated(cycle, cell=NO_RB1, **BLOCK)["G1_fraction"][24] < blocked["G1_fraction"][24] - 0.1
        assert treated(cycle, cell=NO_RB1, **P53)["G1_fraction"][24] < treated(cycle, **P53)["G1_fraction"][24] - 0.05
        assert cycle.rest(**NO_RB1)["G1_fraction"] < cycle.numbers["G1_fraction_reference"]

    def test_kinase_on_rb1_frees_e2f(self, cycle):
        """Yao08: more cyclin D, less active RB1, more free E2F; its loss does the reverse and MYC's loss lowers E2F."""
        cells = [cycle.rest(CCND1_dose=dose) for dose in (0.3, 1, 3, 10)]
        assert np.all(np.diff([cell["RB1_active"] for cell in cells]) < 0)
        assert np.all(np.diff([cell["E2F_activity"] for cell in cells]) > 0)
        assert np.all(np.diff([cell["CDKN1B_n"] + cell["CDKN1B_PS10_n"] for cell in cells]) < 0)  # held by cyclin D1
        assert treated(cycle, 24.0, MYC_activity=0.1)["E2F_activity"][-1] < 0.6

    @pytest.mark.xfail(
        strict=True, reason="CDK2 stays at 0.31: at rest most of its inhibition is by p21, so six times the message of p27 only triples it"
    )
    def test_sixfold_p27_stops_cdk2(self, cycle):
        """Six times the untreated p27 inhibited CDK2 and the cycle completely (Blain97, Mv1Lu cells): below a tenth."""
        assert treated(cycle, CDKN1B_mrna=6.0)["CDK2_activity"][-1] < 0.1

    def test_more_p27_slows_growth(self, cycle):
        """The sign of it, and CDK4 is hardly touched (Blain97: p27 does not inhibit CDK4)."""
        course = treated(cycle, CDKN1B_mrna=6.0)
        assert course["G1_fraction"][-1] > 0.7
        assert course["CDK2_activity"][-1] < 0.5 < 0.75 < course["CDK4_activity"][-1]

    def test_p18_rises_only_where_it_is_told_to(self, cycle, blocked):
        """Cervical cells after a knock-down of XPO1 (vanderWatt09): p18 up; CDK4 and growth are lower with it. Elsewhere nothing."""
        assert blocked["CDKN2C"] == pytest.approx(np.ones(49), rel=1e-9)
        course = treated(cycle, CDKN2C_rises=1.0, **BLOCK)
        assert course["CDKN2C"][-1] == pytest.approx(cycle.numbers["CDKN2C_fold"], rel=0.02)
        assert course["CDK4_activity"][24] < blocked["CDK4_activity"][24]
        assert course["G1_fraction"][24] > blocked["G1_fraction"][24]


class TestPopulation:
    def test_steady_share_solves_the_balance_of_the_two_compartments(self, cycle):
        """(1 - g)(2 - g) = S g (1 - g0)(2 - g0) / g0 at rest, and growth is what the dividing compartment gives."""
        reference = cycle.numbers["G1_fraction_reference"]
        for loaded in (0.0, 0.3, 3.0):
            rest = cycle.rest(XPO1_loaded_n=cycle.at_drive(loaded), **NO_RB1)
            slope = rest["S_entry"] * (1 - reference) * (2 - reference) / reference
            expected = ((3 + slope) - np.sqrt((3 + slope) ** 2 - 8)) / 2
            assert rest["G1_fraction"] == pytest.approx(expected, rel=1e-6)
            assert rest["proliferation"] == pytest.approx((1 - expected) / (1 - reference), rel=1e-6)

    def test_when_no_cell_enters_s_phase_the_rest_divides_into_g1(self, cycle):
        """With x = 1 - g: x / (1 + x) decays at the rate of division; the arrest takes hours, and growth ends."""
        numbers = {"CDKN1A_mrna": 1e4, "S_entry_exponent": 6.0}
        course = treated(cycle, **numbers)
        late = slice(4, 49)  # p21 needs a moment
        dividing = 1 - course["G1_fraction"]
        rate = np.log(2) / cycle.numbers["doubling_time"] / (1 - cycle.numbers["G1_fraction_reference"]) * 3600.0
        observed = np.log(dividing / (1 + dividing))[late]
        assert observed == pytest.approx(observed[0] - rate * (course["time"][late] - course["time"][4]), rel=1e-4)
        assert course["proliferation"][-1] < 0.1

    def test_nothing_is_negative(self, cycle, blocked):
        """But E2F1_excess, a difference, through block, p53 and much p27."""
        for course in (blocked, treated(cycle, **P53), treated(cycle, CDKN1B_mrna=6.0)):
            assert min(values.min() for name, values in course.items() if name != "E2F1_excess") > -1e-9
