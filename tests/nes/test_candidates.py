"""Places where patterns match: a slow implementation, written from the two tables alone, finds the same ones."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.nes import candidates as room
from exportin.nes.alphabet import NOTHING, RESIDUES, encode
from exportin.nes.candidates import PAD, find_candidates, lay_out, plus_patterns

FOLDER = Path(room.__file__ or "").parent
READ_AS = {"J": "L", "U": "C", "O": "K"}  # the letters outside of the twenty that are read as a residue
LETTERS = RESIDUES + "BZXUOJ"
ANCHOR_RICH = "LIVMFCWATGSDEKPX"
SEEDS = range(6)


class Place(NamedTuple):
    """What both implementations tell of a candidate."""

    record: int
    third: int
    classes: tuple[str, ...]
    main: str
    weak: int


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def expressions(orientation: str) -> list[tuple[str, int, list[re.Pattern[str]]]]:
    """Of each class its name, how far its first anchor lies before P3, and its expressions: without a weak anchor, then with one."""
    kinds = {row["kind"]: row for row in table("anchors.tsv")}
    strong, weak = f"[{kinds['strong']['residues']}]", f"[{kinds['weak']['residues']}]"
    assert (kinds["weak"]["most"], kinds["weak"]["places"]) == ("1", "first two")
    found = []
    for row in sorted(table("patterns.tsv"), key=lambda row: int(row["order"])):
        if row["orientation"] != orientation:
            continue
        places = [int(row[pocket]) for pocket in ("P0", "P1", "P2", "P3", "P4") if row[pocket] != "-"]
        forms = [dict.fromkeys(places, strong)] + [dict.fromkeys(places, strong) | {one: weak} for one in places[:2]]
        first, last = min(places), max(places)
        texts = ["".join(form.get(place, ".") for place in range(first, last + 1)) for form in forms]
        found.append((row["id"], -first, [re.compile(f"(?=({text}))") for text in texts]))
    return found


def slowly(sequences: list[str], orientation: str) -> list[Place]:
    """Candidates by regular expressions, one sequence after the other."""
    found = []
    for number, sequence in enumerate(sequences):
        letters = "".join(READ_AS.get(letter, letter) for letter in sequence.upper())
        at: dict[int, list[tuple[str, int]]] = {}
        for name, before, forms in expressions(orientation):
            fewest: dict[int, int] = {}
            for count, form in zip((0, 1, 1), forms, strict=True):
                for match in form.finditer(letters):
                    third = match.start() + before
                    fewest[third] = min(count, fewest.get(third, count))
            for third, count in fewest.items():
                at.setdefault(third, []).append((name, count))
        for third, told in sorted(at.items()):
            weak = min(count for _, count in told)
            main = next(name for name, count in told if count == weak)
            found.append(Place(number, third, tuple(name for name, _ in told), main, weak))
    return found


def quickly(sequences: list[str]) -> list[Place]:
    """Candidates of plus orientation by the module, counted in their own sequence."""
    batch = lay_out([encode(one.encode()) for one in sequences])
    found = find_candidates(batch)
    names = np.array([one.id for one in plus_patterns()])
    thirds = found.places - batch.starts[found.owner]
    return [
        Place(int(owner), int(third), tuple(names[matches]), str(names[main]), int(weak))
        for owner, third, matches, main, weak in zip(found.owner, thirds, found.matches, found.main, found.weak, strict=True)
    ]


def backwards(sequences: list[str]) -> list[Place]:
    """Candidates of minus orientation by the module: of the reversed sequences, told in the direction of the chain."""
    batch = lay_out([encode(one.encode()[::-1]) for one in sequences])
    found = find_candidates(batch, backwards=True)
    names = np.array([f"{one.id}-R" for one in plus_patterns()])
    told = []
    for owner, place, matches, main, weak in zip(found.owner, found.places, found.matches, found.main, found.weak, strict=True):
        third = int(batch.lengths[owner] - 1 - (place - batch.starts[owner]))
        told.append(Place(int(owner), third, tuple(names[matches]), str(names[main]), int(weak)))
    return sorted(told)


def make(seed: int, letters: str, count: int = 12, longest: int = 160) -> list[str]:
    pick = random.Random(seed)
    return ["".join(pick.choices(letters, k=pick.randint(0, longest))) for _ in range(count)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("letters", [RESIDUES, LETTERS, LETTERS + LETTERS.lower(), ANCHOR_RICH, "LA", "LG"])
def test_the_slow_implementation_finds_the_same(letters: str, seed: int):
    sequences = make(seed, letters)
    expected = slowly(sequences, "plus")
    assert expected
    assert quickly(sequences) == expected
    assert backwards(sequences) == sorted(slowly(sequences, "minus"))


@given(st.lists(st.text(alphabet=LETTERS, max_size=60) | st.text(alphabet="LIVMFCWATG", max_size=40), max_size=6))
def test_the_slow_implementation_finds_the_same_in_anything(sequences: list[str]):
    assert quickly(sequences) == slowly(sequences, "plus")
    assert backwards(sequences) == sorted(slowly(sequences, "minus"))


def test_every_class_is_among_the_random_places():
    found = {name for seed in SEEDS for place in slowly(make(seed, ANCHOR_RICH), "plus") for name in place.classes}
    assert found == {one.id for one in plus_patterns()}
    mains = {place.main for seed in SEEDS for place in quickly(make(seed, ANCHOR_RICH))}
    assert mains == found


@pytest.mark.parametrize("cut", range(1, 13))
def test_no_pattern_reaches_over_the_end_of_a_record(cut: int):
    whole = "LGGLGGGLGGLGL"  # the five anchors of PKI with a leucine in P0
    assert [place.main for place in quickly([whole])] == ["PKI"]
    assert quickly([whole[:cut], whole[cut:]]) == slowly([whole[:cut], whole[cut:]], "plus")
    assert "PKI" not in {name for place in quickly([whole[:cut], whole[cut:]]) for name in place.classes}


def test_a_record_has_the_same_candidates_alone_and_among_others():
    sequences = make(7, ANCHOR_RICH)
    together = quickly(sequences)
    alone = [place._replace(record=number) for number, one in enumerate(sequences) for place in quickly([one])]
    assert together == alone


@pytest.mark.parametrize("sequences", [[], [""], ["", "", ""], ["L"], ["LL", "", "M"], ["LGGLGG", "LGL"]])
def test_nothing_is_found_in_what_is_too_short(sequences: list[str]):
    assert quickly(sequences) == backwards(sequences) == []


def test_the_shortest_signal_is_the_whole_sequence():
    assert quickly(["LGLGGLGL"]) == [Place(0, 5, ("2",), "2", 0)]
    assert quickly(["LGLGGLG"]) == quickly(["GLGGLGL"]) == []


@pytest.mark.parametrize(
    ("sequence", "main", "weak"),
    [
        ("LGGGLGGLGL", "1a", 0),
        ("AGGGLGGLGL", "1a", 1),
        ("LGGGAGGLGL", "1a", 1),
        ("LGGGLGGAGL", None, None),
        ("LGGGLGGLGA", None, None),
        ("AGGGAGGLGL", None, None),
        ("XGGGLGGLGL", None, None),
        ("JGGGLGGLGL", "1a", 0),
        ("UGGGLGGLGL", "1a", 1),
        ("lgggfggvgm", "1a", 0),
        ("AGGLGGGLGGLGL", "1a", 0),  # PKI with a weak anchor; of the classes that match, one without goes first
        ("LGGAGGGLGGLGL", "PKI", 1),  # with weak anchors only, the order decides
    ],
)
def test_the_rule_of_the_weak_anchor(sequence: str, main: str | None, weak: int | None):
    found = [(place.main, place.weak) for place in quickly([sequence])]
    assert found == ([] if main is None else [(main, weak)])


def test_sequences_lie_apart_by_places_that_say_nothing():
    batch = lay_out([encode(one) for one in (b"MLK", b"", b"WY")])
    assert batch.lengths.tolist() == [3, 0, 2]
    told = np.full(len(batch.codes), True)
    for start, length in zip(batch.starts, batch.lengths, strict=True):
        told[start : start + length] = False
    assert set(batch.codes[told].tolist()) == {NOTHING}
    ends = batch.starts + batch.lengths
    assert (batch.starts[1:] - ends[:-1]).tolist() == [PAD, PAD]
    assert (int(batch.starts[0]), len(batch.codes) - int(ends[-1])) == (PAD, PAD)


def test_the_patterns_fit_into_the_bits_that_hold_them():
    assert len(plus_patterns()) <= 8  # one bit each of a byte
