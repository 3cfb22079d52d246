"""A modification beside an export signal: what each kind does to the place of a test cargo (Ishizawa15, and sources in the rows)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

KINDS = ("phosphorylation_on", "phosphorylation_off", "sumo", "sumo_off", "ubiquitin", "acetylation", "acetylation_on")
MASKING = {"phosphorylation_off", "sumo_off", "acetylation"}
PLACES = ("NESCARGO_n", "NESCARGO_c", "NESCARGO_MOD_c", "NESCARGO_MOD_n")  # around the square of export and writing
EVERYWHERE = {"WRITER_n": 1.0, "WRITER_c": 1.0}


@pytest.fixture(scope="module")
def control(bench):
    return bench("nescontrol")


def amounts(model, state):
    """Amounts (amol) in the four places."""
    volume = {"n": model.numbers["Vn"], "c": model.numbers["Vc"]}
    return np.array([volume[name[-1]] * state[name] for name in PLACES])


def export_rates(numbers, kind, loaded, reference):
    """Export rate constants, unmodified and modified: same encounter, other capture."""
    KD = numbers["NESCARGO_KD_NES"]
    modified = KD / numbers[f"NES_{kind}"]
    scale = numbers["NESCARGO_kexp"] * (KD + reference) / reference * loaded
    return scale / (KD + loaded), scale / (modified + loaded)


def square(rates):
    """Steady shares in a square of four places, by its spanning trees.

    `rates` holds (forward, backward) of the four sides, side k between place k and place k+1. The share of a place is proportional to
    the sum, over the side left out, of the product of the three other rates, each towards the place.
    """
    weights = np.zeros(4)
    for place, left_out in itertools.product(range(4), range(4)):
        product = 1.0
        for side in range(4):
            if side != left_out:  # forward where the side lies between the missing one and the place
                forward = (place - left_out - 1) % 4 >= (side - left_out) % 4
                product *= rates[side][0] if forward else rates[side][1]
        weights[place] += product
    return weights / weights.sum()


def closed_form(model, kind, loaded=None, WRITER_n=0.0, WRITER_c=0.0, ERASER_n=1.0, ERASER_c=1.0):
    """Shares of the four places at rest."""
    numbers = model.numbers
    loaded = model.reference if loaded is None else loaded
    plain, modified = export_rates(numbers, kind, loaded, model.reference)
    write, erase, enter = numbers["NESCARGO_kwrite"], numbers["NESCARGO_kerase"], numbers["NESCARGO_kimp"]
    sides = [(plain, enter), (WRITER_c * write, ERASER_c * erase), (enter, modified), (ERASER_n * erase, WRITER_n * write)]
    return square(sides)


def nc(model, shares):
    """Nuclear over cytoplasmic concentration from the four shares."""
    return (shares[0] + shares[3]) / (shares[1] + shares[2]) * model.numbers["Vc"] / model.numbers["Vn"]


def measured_nc(state):
    return (state["NESCARGO_n"] + state["NESCARGO_MOD_n"]) / (state["NESCARGO_c"] + state["NESCARGO_MOD_c"])


def test_the_square_by_hand():
    """The spanning trees against the null vector of the rate matrix."""
    rates = [(1.0, 2.0), (3.0, 0.5), (0.7, 1.1), (0.2, 5.0)]
    matrix = np.zeros((4, 4))
    for side, (forward, backward) in enumerate(rates):
        one, other = side, (side + 1) % 4
        matrix[other, one] += forward
        matrix[one, one] -= forward
        matrix[one, other] += backward
        matrix[other, other] -= backward
    values, vectors = np.linalg.eig(matrix)
    steady = np.real(vectors[:, np.argmin(np.abs(values))])
    np.testing.assert_allclose(square(rates), steady / steady.sum(), rtol=1e-10)


def test_rest_is_unmodified(control):
    """At rest nothing is modified, whatever the kind; the place is kimp over kexp."""
    for number in range(len(KINDS)):
        rest = control.rest(NES_modification=float(number))
        assert rest["NESCARGO_modified_share"] == 0
        assert measured_nc(rest) == pytest.approx(
            control.numbers["NESCARGO_kimp"] / control.numbers["NESCARGO_kexp"] * control.numbers["Vc"] / control.numbers["Vn"], rel=1e-6
        )


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_takes_its_own_factor(control, kind):
    rest = control.rest(NES_modification=float(KINDS.index(kind)))
    assert rest["NES_factor"] == control.numbers[f"NES_{kind}"]
    assert (rest["NES_factor"] < 1) == (kind in MASKING)


@pytest.mark.parametrize("kind", KINDS)
def test_closed_form_of_each_kind(control, kind):
    """Writers in both places, in the nucleus only, and under partial loss of XPO1: all four amounts."""
    for drive, writers in itertools.product((1.0, 0.3), (EVERYWHERE, {"WRITER_n": 2.0, "ERASER_n": 0.0})):
        loaded = control.at_drive(drive)
        rest = control.rest(NES_modification=float(KINDS.index(kind)), XPO1_loaded_n=loaded, **writers)
        found = amounts(control, rest)
        expected = closed_form(control, kind, loaded, **writers)
        np.testing.assert_allclose(found / found.sum(), expected, rtol=1e-5)
        assert measured_nc(rest) == pytest.approx(nc(control, expected), rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_wholly_modified(control, kind):
    """No eraser: N/C is kimp over the modified export; lower than plain where the signal is raised, higher where it is masked."""
    state = control.rest(NES_modification=float(KINDS.index(kind)), ERASER_n=0.0, ERASER_c=0.0, **EVERYWHERE)
    modified = export_rates(control.numbers, kind, control.reference, control.reference)[1]
    expected = control.numbers["NESCARGO_kimp"] / modified * control.numbers["Vc"] / control.numbers["Vn"]
    assert measured_nc(state) == pytest.approx(expected, rel=1e-5)
    assert (measured_nc(state) > measured_nc(control.rest())) == (kind in MASKING)


def test_a_changed_affinity_changes_the_untreated_cell(control):
    """Same encounter, other capture: (KD + L_ref) / (KD / factor + L_ref), near the factor for a weak signal, less for one near L_ref."""
    reference = control.reference
    for KD in (20.0, 3.0, 0.3):
        state = control.rest(NESCARGO_KD_NES=KD)
        ratio = state["NESCARGO_MOD_kexport"] / state["NESCARGO_kexport"]
        factor = control.numbers["NES_phosphorylation_on"]
        assert ratio == pytest.approx((KD + reference) / (KD / factor + reference), rel=1e-9)
        assert ratio < factor


def test_a_raised_signal_notices_a_loss_later(control):
    """Share of the export left at half of the loaded XPO1: more with the raised signal, one half with the masked one."""
    left = {}
    for kind in ("phosphorylation_on", "phosphorylation_off"):
        number = float(KINDS.index(kind))
        half, whole = (control.rest(NES_modification=number, XPO1_loaded_n=control.at_drive(f))["NESCARGO_MOD_kexport"] for f in (0.5, 1.0))
        left[kind] = half / whole
    assert left["phosphorylation_on"] > left["phosphorylation_off"]
    assert left["phosphorylation_off"] == pytest.approx(0.5, rel=0.001)


def test_a_full_block_keeps_every_kind_in(control):
    for number in range(len(KINDS)):
        state = control.rest(NES_modification=float(number), XPO1_loaded_n=0.0, **EVERYWHERE)
        assert state["NESCARGO_cytoplasmic_share"] < 1e-9


def test_erasing_restores(control):
    """When the writer stops and the eraser goes on, NESCARGO comes back to its place."""
    rest = control.rest()
    changes = [(0, "WRITER_n", 5.0), (6, "WRITER_n", 0.0)]
    course = control.run(24, start=rest, changes=changes, NES_modification=0.0)
    middle = np.searchsorted(course["time"], 6.0)
    assert course["NESCARGO_cytoplasmic_share"][middle] > rest["NESCARGO_cytoplasmic_share"] + 0.1
    assert course["NESCARGO_modified_share"][-1] < 1e-4
    assert course["NESCARGO_cytoplasmic_share"][-1] == pytest.approx(rest["NESCARGO_cytoplasmic_share"], rel=1e-3)


def test_a_nuclear_writer_and_a_cytoplasmic_eraser_turn_a_wheel(control):
    """PHAX's way (Ohno00): written in the nucleus, erased outside. What leaves modified comes back plain: a current round the square."""
    wheel = {"WRITER_n": 1.0, "WRITER_c": 0.0, "ERASER_n": 0.0, "ERASER_c": 1.0}
    state = control.rest(**wheel)
    numbers = control.numbers
    written = numbers["NESCARGO_kwrite"] * numbers["Vn"] * state["NESCARGO_n"]
    erased = numbers["NESCARGO_kerase"] * numbers["Vc"] * state["NESCARGO_MOD_c"]
    out = numbers["Vn"] * state["NESCARGO_MOD_kexport"] * state["NESCARGO_MOD_n"]
    net = out - numbers["NESCARGO_kimp"] * numbers["Vc"] * state["NESCARGO_MOD_c"]
    assert written > 0
    assert written == pytest.approx(erased, rel=1e-6)
    assert net == pytest.approx(written, rel=1e-6)


def test_probe_is_conserved(control):
    """Writing, erasing, a block and its end keep all of it; nothing becomes negative."""
    changes = [(1, "XPO1_loaded_n", 0.0), (5, "XPO1_loaded_n", control.reference), (8, "NES_modification", 1.0)]
    course = control.run(24, start=control.rest(), changes=changes, **EVERYWHERE)
    whole = control.numbers["NESCARGO_total"] * (control.numbers["Vn"] + control.numbers["Vc"])
    np.testing.assert_allclose(amounts(control, course).sum(axis=0), whole, rtol=1e-6)
    assert min(course[name].min() for name in PLACES) > -1e-9


def test_nuclear_phosphorylation_drives_p27_out(control):
    """Ishizawa15, Rodier01: p27 is exported when Ser10 is phosphorylated; more kinase, more outside, and a block keeps it in."""
    shares = [control.rest(WRITER_n=level)["NESCARGO_cytoplasmic_share"] for level in (0.0, 0.3, 1.0, 3.0)]
    assert np.all(np.diff(shares) > 0)
    assert control.rest(WRITER_n=3.0, XPO1_loaded_n=0.0)["NESCARGO_cytoplasmic_share"] < 1e-9


@pytest.mark.xfail(
    strict=True,
    reason="export of a signal of 1 nM comes out 2.5 times that of 30 nM: capture only gains from affinity, and late release is not there",
)
def test_too_tight_a_signal_leaves_more_slowly(control):
    """OSTI1570748: activity follows affinity from tens of nM to tens of uM, and signals tighter than that have significantly less of it."""
    KD = control.numbers["NESCARGO_KD_NES"]
    tight, good = (control.rest(NES_phosphorylation_on=KD / affinity)["NESCARGO_MOD_kexport"] for affinity in (0.001, 0.03))
    assert tight < good
