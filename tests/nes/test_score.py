"""The score: a slow scalar implementation agrees with it term by term, it does not depend on neighbours, and the strongest calls stay."""

from __future__ import annotations

import cmath
import csv
import math
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.knowledge import find_sequence
from exportin.nes import score as room
from exportin.nes.alphabet import RESIDUES, encode
from exportin.nes.candidates import lay_out, plus_patterns
from exportin.nes.design import TERMS
from exportin.nes.score import MERGED, Scored, pattern_name, score_batch, strongest
from exportin.nes.weights import load_weights

FOLDER = Path(room.__file__ or "").parent
READ_AS = {"J": "L", "U": "C", "O": "K", "B": "-", "Z": "-", "X": "-"}  # "-" says nothing
LETTERS = RESIDUES * 4 + "LIVMF" * 4 + "BZXUOJ"  # rich in anchors, with an odd letter now and then
WINDOW = range(-16, 11)
FIXED = {"N45": (-45, -26), "N25": (-25, -15), "N14": (-14, -10), "C3": (3, 6), "C7": (7, 12), "C13": (13, 25), "C26": (26, 45)}
TERM_OF = {"classes": "pattern", "weak": "pattern", "greasy spacers": "spacers", "run": "spacers", "long run": "spacers"}
TERM_OF |= {"helix moment": "amphipathy", "strand moment": "amphipathy", "disorder": "disorder", "protein disorder": "disorder"}


@cache
def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


@cache
def weights() -> dict[tuple[str, str, str], float]:
    return {(row["term"], row["key"], row["residue"]): float(row["weight"]) for row in table("weights.tsv")}


def single(name: str) -> float:
    return weights()[name, "-", "-"]


@cache
def scale(name: str) -> dict[str, float]:
    return {row["residue"]: float(row[name]) for row in table("scales.tsv")} | {"-": 0.0}


def make(seed: int, count: int = 8, longest: int = 300) -> list[str]:
    pick = random.Random(seed)
    return ["".join(pick.choices(LETTERS, k=pick.randint(1, longest))) for _ in range(count)]


def fast(sequences: list[str], **options) -> Scored:
    return score_batch(lay_out([encode(one.encode()) for one in sequences]), **options)


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


class Slow:
    """One candidate of plus orientation, scored residue by residue from the tables."""

    def __init__(self, sequence: str, places: list[int], matched: list[str], name: str, thirds: list[int], candidates: int) -> None:
        self.letters = [READ_AS.get(letter, letter) for letter in sequence.upper()]
        self.places, self.matched, self.name, self.thirds, self.candidates = places, matched, name, thirds, candidates
        self.third = places[3]
        self.filled = [place for place in places if place >= 0]
        self.first, self.last = min(self.filled), max(self.filled)
        self.terms = dict.fromkeys(TERMS, 0.0)

    def letter(self, place: int) -> str:
        return self.letters[place] if 0 <= place < len(self.letters) else "-"

    def scored(self) -> dict[str, float]:
        """Terms of the log odds, (``baseline`` left out)."""
        self.terms["pattern"] += weights()["pattern", self.name, "-"]
        for pocket, place in enumerate(self.places):
            at = place if place >= 0 else self.places[1] - 3 if pocket == 0 else None
            residue = "empty" if at is None else self.letter(at)
            self.terms[f"phi{pocket}"] += weights().get(("pocket", f"P{pocket}", residue), 0.0)
        for offset in WINDOW:
            at = self.third + offset
            self.terms[self.side(at)] += weights().get(("window", str(offset), self.letter(at)), 0.0)
        for region, places in self.regions().items():
            term = "spacers" if region == "spacers" else "C flank" if region in ("behind", "C3", "C7", "C13", "C26") else "N flank"
            self.terms[term] += mean([weights().get(("region", region, self.letter(place)), 0.0) for place in places])
        for row in (row for row in table("weights.tsv") if row["term"] == "number"):
            term = TERM_OF.get(row["key"], "surroundings")
            self.terms[term] += float(row["weight"]) * (self.number(row["key"]) - float(row["centre"]))
        return {term: single("slope") * (value - weights()["mean", term, "-"]) for term, value in self.terms.items()}

    def side(self, at: int) -> str:
        if at in self.filled:
            return f"phi{self.places.index(at)}"
        return "N flank" if at < self.first else "C flank" if at > self.last else "spacers"

    def regions(self) -> dict[str, list[int]]:
        spacers = [place for place in range(self.first, self.last + 1) if place not in self.filled]
        found = {"spacers": spacers, "before": list(range(self.first - 8, self.first)), "behind": list(range(self.last + 1, self.last + 9))}
        return found | {name: [self.third + step for step in range(low, high + 1)] for name, (low, high) in FIXED.items()}

    def number(self, name: str) -> float:
        disorder, length = scale("disorder"), len(self.letters)
        if name.startswith("crowd "):
            return sum(abs(one - self.third) <= int(name.split()[1]) for one in self.thirds) - 1
        if name == "greasy spacers":
            return float(mean([self.letter(place) in "LIVMFWYC" for place in self.regions()["spacers"]]) > 0.4)
        if name == "disorder":
            return mean([disorder[self.letters[place]] for place in range(self.third - 45, self.third + 46) if 0 <= place < length])
        core = "".join(self.letter(place) if self.letter(place) in "LIVMFWY" else " " for place in range(self.first, self.last + 1))
        run = max(map(len, core.split()))
        return {
            "classes": len(self.matched),
            "weak": float(not any(self.is_strong(one) for one in self.matched)),
            "run": run,
            "long run": float(run >= 4),
            "helix moment": self.moment(-10, 100),
            "strand moment": self.moment(-5, 170),
            "protein disorder": mean([disorder[one] for one in self.letters]),
            "log length": math.log(length),
            "log candidates": math.log(max(self.candidates, 1)),
        }[name]

    def is_strong(self, name: str) -> bool:
        row = next(row for row in table("patterns.tsv") if row["id"] == name)
        places = [int(row[pocket]) for pocket in ("P0", "P1", "P2", "P3", "P4") if row[pocket] != "-"]
        return all(self.letter(self.third + place) in "LIVMF" for place in places)

    def moment(self, start: int, degrees: float) -> float:
        """Length of the sum of hydrophobicities, each turned by so many degrees more than the one before it (Eisenberg 1984)."""
        steps = range(start, 3)
        turned = [scale("hydrophobicity")[self.letter(self.third + step)] * cmath.exp(1j * math.radians(degrees * step)) for step in steps]
        return abs(sum(turned)) / len(steps)


def slowly(sequences: list[str], found: Scored) -> Iterator[tuple[int, dict[str, float]]]:
    """Number of each candidate with its terms by the slow implementation; minus signals in the reversed sequence."""
    names = [one.id for one in plus_patterns()]
    minus_too = set(table_minus())
    for number in range(len(found)):
        owner, minus = int(found.owner[number]), bool(found.minus[number])
        sequence = sequences[owner]
        places = [turned(place, sequence, minus) if place >= 0 else -1 for place in found.anchored[number].tolist()]
        same = (found.owner == owner) & (found.minus == minus)
        thirds = [turned(place, sequence, minus) for place in found.third[same].tolist()]
        matched = [name for name, yes in zip(names, found.matches[number], strict=True) if yes]
        assert not minus or set(matched) <= minus_too
        candidates = int(((found.owner == owner) & ~found.minus).sum())
        read = sequence[::-1] if minus else sequence
        terms = Slow(read, places, matched, names[found.main[number]], thirds, candidates).scored()
        if minus:
            terms["N flank"], terms["C flank"] = terms["C flank"], terms["N flank"]
            terms["pattern"] += single("minus")
        yield number, terms


def turned(place: int, sequence: str, minus: bool) -> int:
    """A place in the direction in which the signal is read."""
    return len(sequence) - 1 - place if minus else place


def table_minus() -> list[str]:
    return [row["id"].removesuffix("-R") for row in table("patterns.tsv") if row["orientation"] == "minus"]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("minus", [False, True])
def test_the_slow_implementation_gives_the_same_terms(minus: bool, seed: int):
    sequences = make(seed)
    found = fast(sequences, minus=minus)
    assert len(found) > 50
    assert bool(found.minus.any()) is minus
    baseline = single("slope") * single("intercept") + single("offset")
    for number, terms in slowly(sequences, found):
        assert found.terms[number].tolist() == pytest.approx([terms[term] for term in TERMS], abs=1e-9)
        assert found.log_odds[number] == pytest.approx(baseline + sum(terms.values()), abs=1e-9)
        assert found.probability[number] == pytest.approx(1 / (1 + math.exp(-found.log_odds[number])), abs=1e-12)


@pytest.mark.parametrize("name", ["TP53", "PKIA", "SNUPN", "RIOK2"])
def test_the_slow_implementation_gives_the_same_score_for_known_cargoes(name: str):
    sequences = [find_sequence(name).sequence]
    found = fast(sequences, minus=True)
    baseline = single("slope") * single("intercept") + single("offset")
    expected = [baseline + sum(terms.values()) for _, terms in slowly(sequences, found)]
    assert found.log_odds.tolist() == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.text(alphabet=LETTERS, min_size=1, max_size=90), min_size=1, max_size=4))
def test_contributions_sum_to_the_log_odds(sequences: list[str]):
    found, shipped = fast(sequences, minus=True), load_weights()
    baseline = shipped.slope * shipped.intercept + shipped.offset
    assert np.allclose(found.terms.sum(1) + baseline, found.log_odds, rtol=0, atol=1e-9)
    assert np.all((found.probability > 0) & (found.probability < 1))


def same(one: Scored, other: Scored) -> bool:
    exact = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("anchored", "matches", "main", "minus"))
    return exact and np.allclose(one.log_odds, other.log_odds, rtol=0, atol=1e-9) and np.allclose(one.terms, other.terms, rtol=0, atol=1e-9)


@pytest.mark.parametrize("minus", [False, True])
def test_a_score_depends_on_no_neighbour_in_the_batch(minus: bool):
    sequences = make(11, count=30)
    together = fast(sequences, minus=minus)
    for number, one in enumerate(sequences):
        assert same(together.chosen(together.owner == number), fast([one], minus=minus))
        between = fast(["L" * 60, one, "LLIVFMLLIV"], minus=minus)
        assert same(between.chosen(between.owner == 1), fast([one], minus=minus))


def test_asking_for_minus_signals_leaves_plus_signals_as_they_are():
    sequences = make(12)
    both = fast(sequences, minus=True)
    assert same(both.chosen(~both.minus), fast(sequences))


@pytest.mark.parametrize("seed", range(3))
def test_a_minus_signal_has_the_score_of_the_plus_signal_of_the_reversed_protein(seed: int):
    """Where the same candidates are around it: those of classes with a mirror image, and as many in either direction."""
    sequences, compared = make(seed, count=40, longest=40), 0
    reversible = [one.id in table_minus() for one in plus_patterns()]
    for one in sequences:
        forward, back = fast([one], minus=True), fast([one[::-1]])
        mine = forward.chosen(forward.minus)
        if (~forward.minus).sum() != len(back) or back.matches[:, ~np.array(reversible)].any():
            continue
        turned = back.chosen(np.argsort(-back.third, kind="stable"))
        assert (len(one) - 1 - turned.third).tolist() == mine.third.tolist()
        assert mine.log_odds.tolist() == pytest.approx((turned.log_odds + single("minus")).tolist(), abs=1e-9)
        compared += len(mine)
    assert compared


def test_names_of_patterns_carry_their_orientation():
    names = {row["id"] for row in table("patterns.tsv")}
    assert {pattern_name(number, False) for number in range(len(plus_patterns()))} <= names
    assert {pattern_name(number, True) for number, one in enumerate(plus_patterns()) if one.id in table_minus()} <= names


def test_residues_beyond_the_windows_change_only_the_protein():
    core = "G" * 50 + "SGNSNELALKLAGLDINKT" + "S" * 50
    bare, longer = fast([core]), fast(["GLEEALKKLLSLKL" * 4 + core + "PDEEP" * 30])
    third, shift = 50 + 13, 14 * 4
    one, other = bare.chosen(bare.third == third), longer.chosen(longer.third == third + shift)
    assert len(one) == len(other) == 1
    moved = {term for term, before, after in zip(TERMS, one.terms[0], other.terms[0], strict=True) if abs(before - after) > 1e-9}
    assert moved == {"surroundings", "disorder"}


@pytest.mark.parametrize(
    ("place", "term"), [(-50, None), (-40, "N flank"), (-12, "N flank"), (-1, "spacers"), (1, "spacers"), (5, "C flank"), (40, "C flank")]
)
def test_a_substitution_moves_the_term_of_its_place(place: int, term: str | None):
    core = "G" * 60 + "SGNSNELALKLAGLDINKT" + "G" * 60
    third = 60 + 13
    changed = core[: third + place] + "P" + core[third + place + 1 :]
    before, after = (found.chosen(found.third == third) for found in (fast([core]), fast([changed])))
    moved = {name for name, one, other in zip(TERMS, before.terms[0], after.terms[0], strict=True) if abs(one - other) > 1e-9}
    assert moved - {"disorder", "amphipathy"} == ({term} if term else set())


def greedily(found: Scored) -> list[bool]:
    """The best stays and all within reach of it go, over and over."""
    kept = [False] * len(found)
    left = sorted(range(len(found)), key=lambda one: (-found.log_odds[one], one))
    while left:
        best = left[0]
        kept[best] = True
        left = [one for one in left if found.owner[one] != found.owner[best] or abs(found.third[one] - found.third[best]) >= MERGED]
    return kept


def placed(owner: list[int], third: list[int], log_odds: list[float]) -> Scored:
    """Candidates at these places with these scores."""
    count = len(owner)
    anchored = np.full((count, 5), -1)
    anchored[:, 3] = third
    none = np.zeros((count, 0))
    return Scored(np.array(owner, dtype=int), anchored, none, none, np.zeros(count, dtype=bool), none, np.array(log_odds))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("minus", [False, True])
def test_the_strongest_are_those_of_a_greedy_choice(minus: bool, seed: int):
    found = fast(make(seed, count=20), minus=minus)
    kept = strongest(found)
    assert 0 < kept.sum() < len(found)
    assert kept.tolist() == greedily(found)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 5)), max_size=60))
def test_equal_scores_are_settled_by_their_order(given_places: list[tuple[int, int, int]]):
    held = sorted(given_places, key=lambda one: one[:2])
    held = [one for number, one in enumerate(held) if [other[:2] for other in held[:number]].count(one[:2]) < 2]  # plus and minus
    found = placed([one[0] for one in held], [one[1] for one in held], [float(one[2]) for one in held])
    kept = strongest(found)
    assert kept.tolist() == greedily(found)
    for number in range(len(found)):
        near = (found.owner == found.owner[number]) & (np.abs(found.third - found.third[number]) < MERGED)
        if kept[number]:
            assert (near & kept).sum() == 1  # only itself
        else:
            assert (found.log_odds[near & kept] >= found.log_odds[number]).any()


def test_the_end_of_one_sequence_is_no_neighbour_of_the_next():
    assert strongest(placed([0, 1], [30, 0], [1.0, 2.0])).tolist() == [True, True]
    assert strongest(placed([0, 0, 0], [0, MERGED - 1, MERGED], [3.0, 2.0, 1.0])).tolist() == [True, False, True]


@pytest.mark.parametrize("sequences", [[], [""], ["GGGG"], ["GGGG", "", "MK"]])
def test_nothing_to_score_gives_nothing(sequences: list[str]):
    found = fast(sequences, minus=True)
    assert len(found) == len(found.probability) == len(found.start) == len(found.end) == len(strongest(found)) == 0
    assert found.terms.shape == (0, len(TERMS))
