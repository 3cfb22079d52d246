"""NF-kB against Hoffmann 2002 (BIOMD0000000140), its leptomycin experiment, and what the review says of knock-downs of XPO1."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

MINUTE = 1.0 / 60.0  # h
SIGNALS = ("NFKBIA_KD_NES", "NFKBIB_KD_NES", "NFKBIE_KD_NES", "RELA_KD_NES")
AFFINITY = 3.0  # uM, of all four, so that one number of loaded XPO1 clamps every export alike
VOLUME = 1.0  # pL
# Hoffmann's constants are the rows' own values; what the published model does not have is switched off. Its nucleus and its cytoplasm
# are equal, and its totals (0.101 uM NF-kB, 0.1 uM kinase) are over one of them. The kinase is active at once and never renewed.
HOFFMANN = {
    **dict.fromkeys(SIGNALS, AFFINITY),
    "Vn": VOLUME,
    "Vc": VOLUME,
    "RELA_total": 0.101 / 2,
    "IKBKB_total": 0.1 / 2,
    "NFKBIA_RELA_double": (9.25e-5 / 0.99) ** 0.5,
    "NFKBI_nuclear_decay": 0.0,
    "RELA_XPO1_share": 0.0,
    "NFKBIB_RELA_XPO1_share": 0.0,
    "IKBKB_kact": 1e4,
    "IKBKB_krenew": 1e-9,  # not zero, so that the rest is one point
}
# nuclear share of all NF-kB before TNF, peak of free nuclear NF-kB after it (uM); pre-treatment in h, share of the export that is left
LEPTOMYCIN = {
    (0.5, 1.0): (0.069, 0.0643),
    (0.5, 0.1): (0.198, 0.0436),
    (0.5, 0.01): (0.367, 0.0017),
    (0.5, 0.0): (0.404, 0.0016),
    (2.0, 1.0): (0.069, 0.0643),
    (2.0, 0.1): (0.229, 0.0377),
    (2.0, 0.01): (0.677, 0.0008),
    (2.0, 0.0): (0.874, 0.0005),
}
PEER = {
    "RELA_c": "NFkB",
    "RELA_n": "NFkB_nuc",
    "NFKBIA_c": "IkBalpha",
    "NFKBIA_n": "IkBalpha_nuc",
    "NFKBIA_RELA_c": "IkBalpha_NFkB",
    "NFKBIA_RELA_n": "IkBalpha_nuc_NFkB_nuc",
    "NFKBIB_c": "IkBbeta",
    "NFKBIB_n": "IkBbeta_nuc",
    "NFKBIB_RELA_c": "IkBbeta_NFkB",
    "NFKBIB_RELA_n": "IkBbeta_nuc_NFkB_nuc",
    "NFKBIE_c": "IkBeps",
    "NFKBIE_n": "IkBeps_nuc",
    "NFKBIE_RELA_c": "IkBeps_NFkB",
    "NFKBIE_RELA_n": "IkBeps_nuc_NFkB_nuc",
    "IKBKB_c": "IKK",
    "IKBKB_NFKBIA_c": "IKK_IkBalpha",
    "IKBKB_NFKBIA_RELA_c": "IKK_IkBalpha_NFkB",
    "IKBKB_NFKBIB_c": "IKK_IkBbeta",
    "IKBKB_NFKBIB_RELA_c": "IKK_IkBbeta_NFkB",
    "IKBKB_NFKBIE_c": "IKK_IkBeps",
    "IKBKB_NFKBIE_RELA_c": "IKK_IkBeps_NFkB",
}


@pytest.fixture(scope="module")
def nfkb(bench):
    """The pathway alone."""
    return bench("nfkb")


def forms(names, part):
    """Species that hold a protein."""
    return [name for name in names if part in name.split("_")[:-1] and name.endswith(("_n", "_c"))]


def nuclear_share(values, part="RELA", Vn=VOLUME, Vc=VOLUME):
    """Amount of a protein in the nucleus over that in the cell, all forms."""
    names = forms(values, part)
    inside = sum(Vn * values[name] for name in names if name.endswith("_n"))
    outside = sum(Vc * values[name] for name in names if name.endswith("_c"))
    return inside / (inside + outside)


def stimulated(nfkb, share, before, numbers, after=3.0, changes=()):
    """Clamp the export at a share of the reference, wait, then give TNF: nuclear share at TNF, peak of free nuclear NF-kB, the course."""
    rest = nfkb.rest(**numbers)
    loaded = nfkb.loaded_for(share, numbers.get("NFKBIA_KD_NES", nfkb.numbers["NFKBIA_KD_NES"]))
    points = round((before + after) * 120) + 1  # every half minute
    changes = [(before, "TNF", 1.0), *changes]
    course = nfkb.run(before + after, start=rest, points=points, changes=changes, **{**numbers, "XPO1_loaded_n": loaded})
    at = int(np.argmin(np.abs(course["time"] - before)))
    volumes = {name: numbers.get(name, nfkb.numbers[name]) for name in ("Vn", "Vc")}
    return nuclear_share(course, **volumes)[at], course["RELA_n"][at:].max(), course


def fading(nfkb, start):
    """A helper rule of the public file, minute by minute: from TNF on the complex of IkBb leaves at 0.5 / (1 + minutes) of its rate."""
    rate = nfkb.numbers["NFKBIB_RELA_kexp"]
    return [(start + minute * MINUTE, "NFKBIB_RELA_kexp", 0.5 * rate / (1.5 + minute)) for minute in range(180)]


@pytest.mark.parametrize("case", LEPTOMYCIN, ids=lambda case: f"{case[0]}h-{case[1]}")
def test_leptomycin_table_on_hoffmanns_constants(nfkb, case):
    """An independent computation on the public model: export of the three IkB and of the complexes of IkBa and IkBe times f, then TNF."""
    share, peak, _ = stimulated(nfkb, case[1], case[0], HOFFMANN, changes=fading(nfkb, case[0]))
    expected_share, expected_peak = LEPTOMYCIN[case]
    assert share == pytest.approx(expected_share, rel=0.1)
    assert peak == pytest.approx(expected_peak, rel=0.1, abs=5e-4 if expected_peak < 0.002 else 0.0)


@pytest.mark.parametrize("before", [0.5, 2.0])
@pytest.mark.parametrize("numbers", [HOFFMANN, {}], ids=["hoffmann", "default"])
def test_a_graded_block_spares_nfkb_and_a_full_one_does_not(nfkb, before, numbers):
    """Export is in excess: with 30 % of it left at least 80 % of the peak stays; without any less than 5 % does (Huang00: leptomycin B)."""
    peaks = {share: stimulated(nfkb, share, before, numbers)[1] for share in (1.0, 0.3, 0.0)}
    assert peaks[0.3] >= 0.8 * peaks[1.0]
    assert peaks[0.0] < 0.05 * peaks[1.0]


def peer_model(shared_data: Path):
    """BIOMD0000000140 without its helper rule, which has a pole and lets the exit of the IkBb complex fall to nothing after TNF."""
    import libsbml
    import roadrunner

    roadrunner.Logger.disableLogging()
    document = libsbml.readSBMLFromFile(str(shared_data / "models" / "biomodels" / "BIOMD0000000140.xml"))
    model = document.getModel()
    assert model.removeRuleByVariable("fr_after_trigger") is not None
    assert model.removeEvent(0) is not None
    peer = roadrunner.RoadRunner(libsbml.writeSBMLToString(document))
    for setting, value in {"relative_tolerance": 1e-11, "absolute_tolerance": 1e-16, "maximum_num_steps": 10**6}.items():
        peer.integrator.setValue(setting, value)
    return peer


@pytest.mark.shared_data
def test_rest_and_response_are_those_of_the_public_model(nfkb, shared_data):
    """A second engine on the published file: every species at rest, and for 10 h after all kinase is active."""
    peer = peer_model(shared_data)
    peer.timeCourseSelections = list(PEER.values())
    peer.simulate(0.0, 2e5, 3)  # min
    rest = nfkb.rest(**HOFFMANN)
    largest = max(rest[ours] for ours in PEER)
    for ours, theirs in PEER.items():
        assert rest[ours] == pytest.approx(peer[theirs], rel=1e-5, abs=1e-9 * largest), ours
    peer["IKK"] = 0.1
    expected = np.array(peer.simulate(0.0, 600.0, 601))
    course = nfkb.run(10.0, start=rest, points=601, names=list(PEER), **{**HOFFMANN, "TNF": 1.0, "IKBKB_krenew": 0.0})
    for column, ours in enumerate(PEER):
        scale = expected[:, column].max()
        late = course["time"] >= 2 * MINUTE  # our kinase takes a moment to be all active
        assert np.abs(course[ours] - expected[:, column])[late].max() < 1e-5 * scale, ours


def test_rest_is_rest_and_totals_are_kept(nfkb):
    """Nothing moves without a stimulus, nothing is negative, and NF-kB and kinase are conserved through block and TNF."""
    rest = nfkb.rest()
    still = nfkb.run(24.0, start=rest, points=3)
    for name, values in still.items():
        if name != "time":
            assert values[-1] == pytest.approx(rest[name], rel=1e-6, abs=1e-10), name
    assert rest["NFKB_activity"] == pytest.approx(1.0, abs=0.1)
    _, _, course = stimulated(nfkb, 0.1, 2.0, {}, after=10.0)
    Vn, Vc = nfkb.numbers["Vn"], nfkb.numbers["Vc"]
    for part in ("RELA", "IKBKB"):
        amount = sum((Vn if name.endswith("_n") else Vc) * course[name] for name in forms(course, part))
        assert amount == pytest.approx(nfkb.numbers[f"{part}_total"] * (Vn + Vc), rel=1e-7), part
    assert min(values.min() for values in course.values()) > -1e-9


def test_a_full_block_settles(nfkb):
    """Nuclear decay of IkB gives a block of days a steady state; NF-kB then sits in the nucleus, bound."""
    blocked = nfkb.rest(XPO1_loaded_n=0.0)
    share = nuclear_share(blocked, Vn=nfkb.numbers["Vn"], Vc=nfkb.numbers["Vc"])
    assert share > 0.9
    assert blocked["RELA_n"] < 0.01 * blocked["NFKBIA_RELA_n"]
    assert blocked["NFKB_activity"] < 1.0


def test_tnf_in_a_blocked_nucleus(nfkb):
    """After leptomycin B the response to TNF is lost (Huang00) or normal (Nelson, J Cell Sci 115:1137, 2002): a switch holds both."""
    peaks = {}
    for reach in (0.0, 1.0):
        numbers = {"IKBKB_nuclear": reach}
        peaks[reach] = stimulated(nfkb, 0.0, 1.0, numbers)[1] / stimulated(nfkb, 1.0, 1.0, numbers)[1]
    assert peaks[0.0] < 0.05
    assert peaks[1.0] > 0.5


@pytest.mark.xfail(
    strict=True,
    reason="half of the rise of the nuclear share takes IkBa 52 min and RELA 41 min: the published import of free IkBa (0.018 /min)"
    " is no faster than the release of NF-kB from its complexes, which sets the pace of RELA",
)
def test_ikba_enters_before_rela(nfkb):
    """Carlotti, J Biol Chem 275:41028 (2000): under leptomycin B IkBa enters the nucleus more rapidly than RelA."""
    rest = nfkb.rest()
    course = nfkb.run(12.0, start=rest, points=721, XPO1_loaded_n=0.0)
    volumes = {"Vn": nfkb.numbers["Vn"], "Vc": nfkb.numbers["Vc"]}
    half = {part: half_time(course["time"], nuclear_share(course, part, **volumes)) for part in ("NFKBIA", "RELA")}
    assert half["NFKBIA"] < half["RELA"]


def half_time(hours, share):
    """When a share that rises is half-way from its start to its end, h."""
    return float(np.interp(0.5 * (share[0] + share[-1]), share, hours))


def test_nfkb_makes_its_own_inhibitor(nfkb):
    """Hoffmann 2002: after TNF the mRNA of IkBa follows nuclear NF-kB, which then falls again; without IkBa's mRNA it stays high."""
    _, peak, course = stimulated(nfkb, 1.0, 0.1, HOFFMANN, after=6.0)
    assert course["NFKBIA_mrna"].max() > 10.0
    assert course["RELA_n"][np.argmax(course["RELA_n"]) :].min() < 0.5 * peak
    deaf = {**HOFFMANN, "NFKBIA_RELA_double": 1e3}
    _, alone, flat = stimulated(nfkb, 1.0, 0.1, deaf, after=6.0)
    assert flat["RELA_n"][-1] > 0.9 * alone


class TestExplanations:
    """What the review offers for a knock-down of XPO1 that leaves NF-kB alone where a drug does not (Ishizawa15 on Zhang 2013)."""

    def activity(self, nfkb, share, treatment=None, **hypothesis):
        """Peak of free nuclear NF-kB when TNF comes after 24 h with a share of the export, over that of the untreated cell."""
        loaded = nfkb.loaded_for(share, nfkb.numbers["NFKBIA_KD_NES"])
        treated = {**hypothesis, **(treatment or {}), "XPO1_loaded_n": loaded}
        peaks = []
        for numbers in (hypothesis, treated):
            course = nfkb.run(27.0, start=nfkb.rest(**hypothesis), points=1621, names=["RELA_n"], changes=[(24.0, "TNF", 1.0)], **numbers)
            peaks.append(course["RELA_n"][1440:].max())
        return peaks[1] / peaks[0]

    def test_another_exporter(self, nfkb):
        """Half of the export of IkBa by another exporter keeps most of the response where XPO1 carries nothing."""
        assert self.activity(nfkb, 0.0, NFKBIA_other_exporter=1.0) > 0.5 > 0.05 > self.activity(nfkb, 0.0)

    def test_ikba_that_needs_xpo1(self, nfkb):
        """With XPO1 protein gone IkBa decays and NF-kB stays active; with a drug on XPO1 it does not. Off, the protein does not matter."""
        needs = {"NFKBIA_needs_XPO1": 1.0}
        assert self.activity(nfkb, 0.01, {"XPO1_present": 0.01}, **needs) > 5 * self.activity(nfkb, 0.01, **needs)
        assert self.activity(nfkb, 0.01, {"XPO1_present": 0.01}) == pytest.approx(self.activity(nfkb, 0.01), rel=1e-9)

    def test_unspecific_compound(self, nfkb):
        """A block that spares NF-kB by itself ends it where the compound also stops the kinase."""
        assert self.activity(nfkb, 0.3) > 0.8
        assert self.activity(nfkb, 0.3, {"IKBKB_off_target": 1.0}) < 0.05
