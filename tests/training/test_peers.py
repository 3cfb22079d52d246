"""The other predictors of export signals: their expressions against a brute-force reading, Wregex's score against a closed form."""

from __future__ import annotations

import importlib
import random
import re

import pytest

# As published: ELM's class in its older form, and the plain consensus.
ELM = "([DEQ].{0,1}[LIM].{2,3}[LIVMF][^P]{2,3}[LMVF].[LMIV].{0,3}[DE])|([DE].{0,1}[LIM].{2,3}[LIVMF][^P]{2,3}[LMVF].[LMIV].{0,3}[DEQ])"
CONSENSUS = "[LIVMF].{2,3}[LIVMF].{2,3}[LIVMF].[LIVMF]"
LONGEST = 17  # residues that the first of them can take
PKI = "NSNELALKLAGLDINKTD"  # the signal of PKI alpha, 37-46 LALKLAGLDI (Wen 1995, doi:10.1016/0092-8674(95)90435-2), and what follows


@pytest.fixture
def peers(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "training"))
    return importlib.import_module("peers")


def chains(count: int, length: int) -> list[str]:
    """Chains in which signals are common."""
    draw = random.Random(7)
    return ["".join(draw.choices("LLLIVMFAWCTPDEQSGK", k=length)) for _ in range(count)]


def stretches(expression: str, sequence: str) -> set[tuple[int, int]]:
    """First and last residue, from 1, of every stretch that an expression matches as a whole, by trying all."""
    pattern = re.compile(expression)
    ends = [(start, end) for start in range(len(sequence)) for end in range(start + 1, min(start + LONGEST, len(sequence)) + 1)]
    return {(start + 1, end) for start, end in ends if pattern.fullmatch(sequence, start, end)}


def spans(calls) -> set[tuple[int, int]]:
    return {(one.start, one.end) for one in calls}


def test_consensus_misses_no_overlapping_match(peers):
    for chain in chains(30, 60):
        assert spans(peers.consensus(chain)) == stretches(CONSENSUS, chain)


def test_elm_finds_the_cores_of_all_matches_and_no_other(peers):
    """Every stretch that the published expression matches holds a core, and every core stands in such a stretch."""
    for chain in chains(60, 60):
        whole, cores = stretches(ELM, chain), spans(peers.elm(chain))
        near = {one: {core for core in cores if 1 <= core[0] - one[0] <= 2 and 1 <= one[1] - core[1] <= 4} for one in whole}
        assert all(near.values())
        assert cores == set().union(*near.values())


def test_kosugi_takes_one_weak_anchor_among_the_first_two(peers):
    """Rules of Kosugi as told in doi:10.1371/journal.pcbi.1003841, on a chain that fits class 1a alone."""
    plain = "GGLSSSLSSLSLGG"
    calls = {place: peers.kosugi(plain[: place - 1] + "A" + plain[place:]) for place in (3, 7, 10, 12)}
    assert [bool(calls[place]) for place in (3, 7, 10, 12)] == [True, True, False, False]
    assert peers.kosugi("GGASSSASSLSLGG") == []
    assert all(peers.kosugi(plain[: place - 1] + "P" + plain[place:]) == [] for place in (4, 5, 6, 8, 9, 11))


@pytest.mark.parametrize(
    ("chain", "core"),
    [("LSSSLSSLSL", 10), ("LSSLSSLSL", 9), ("LSSSLSSSLSL", 11), ("LSSLSSSLSL", 10), ("LSLSSLSL", 8), ("LSSLSSSLSSL", 11)],
    ids=["1a", "1b", "1c", "1d", "2", "3"],
)
def test_kosugi_has_the_six_classes(peers, chain, core):
    assert peers.kosugi(f"GG{chain}GG") == [(3, 2 + core, 1.0)]


def test_score_is_the_geometric_mean_over_residues(peers):
    """By hand: log10 frequencies -1, -1, 0 and -1, the last column shifted by 1 to have its best at 0, so 100 * 10 ** (-2 / 4)."""
    toy = peers.Wregex("(.{2})([LI])([LA])", {"L": (0.0, 0.0, -1.0), "I": (-2.0, -1.0, -9.0), "A": (-1.0, -7.0, -1.0)})
    assert toy.calls("AALA") == [(3, 4, pytest.approx(100 * 10**-0.5))]


def test_score_does_not_change_with_the_scale_of_a_column(peers):
    rows = {"L": (0.0, -1.0), "A": (-1.0, -2.0), "G": (-3.0, 0.0)}
    other = {residue: (first + 5, second - 2) for residue, (first, second) in rows.items()}
    one, two = (peers.Wregex("([LA])(.{1,2})", matrix).calls("LAGGLGA") for matrix in (rows, other))
    assert [call[:2] for call in one] == [call[:2] for call in two]
    assert [call.score for call in one] == pytest.approx([call.score for call in two])


def test_a_residue_without_a_row_counts_as_the_rarest(peers):
    toy = peers.Wregex("([L])(.)", {"L": (0.0, 0.0), "G": (-5.0, -3.0)})
    assert toy.calls("LX") == toy.calls("LG")


def test_a_matrix_that_does_not_fit_is_refused(peers):
    with pytest.raises(ValueError, match="2 groups and its matrix 1 columns"):
        peers.Wregex("([L])(.)", {"L": (0.0,)})
    with pytest.raises(ValueError, match="no group that is one class"):
        peers.Wregex("(.)", {"L": (0.0,)})


def test_files_that_wregex_did_not_publish_are_refused(peers, tmp_path):
    with pytest.raises(FileNotFoundError):
        peers.peers(tmp_path)
    definition = "<definition><name>Recommended</name><regex>([L])(.)</regex><pssm>m.pssm</pssm></definition>"
    (tmp_path / "motifs.xml").write_text(f"<motifs><motif><name>NES/CRM1</name>{definition}</motif></motifs>", encoding="utf-8")
    (tmp_path / "m.pssm").write_text("# a comment\nL\t0\tnone\n", encoding="utf-8")
    with pytest.raises(ValueError, match="a residue and a number for each group"):
        peers.peers(tmp_path)
    with pytest.raises(ValueError, match="no definition Wider"):
        peers.read_wregex(tmp_path, "Wider")


@pytest.mark.shared_data
def test_every_peer_calls_the_signal_of_pki(peers, shared_data):
    """From first to last anchor; Wregex's recommended expression takes the first leucine for its flank, since the next residue fits too."""
    found = {name: spans(call(PKI)) for name, call in peers.peers(shared_data / "nes" / "peers_wregex").items()}
    assert len(found) == 5
    assert found.pop("Wregex recommended") == {(6, 14)}
    assert all((5, 14) in cores for cores in found.values())


@pytest.mark.shared_data
def test_wregex_scores_lie_between_0_and_100(peers, shared_data):
    for name, call in peers.peers(shared_data / "nes" / "peers_wregex").items():
        scores = [one.score for chain in chains(20, 80) for one in call(chain)]
        assert scores, name
        assert all(0 < score <= 100 for score in scores), name
        assert len(set(scores)) > 1 or not name.startswith("Wregex"), name


@pytest.mark.shared_data
def test_wregex_finds_the_stretches_that_its_expression_matches(peers, shared_data):
    """The relaxed expression has no flanks, so its calls are its matches, tried one by one."""
    wregex = peers.read_wregex(shared_data / "nes" / "peers_wregex", "Relaxed")
    for chain in chains(20, 60):
        assert spans(wregex.calls(chain)) == stretches(wregex.expression.pattern, chain)
