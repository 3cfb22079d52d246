"""Numbers with which a model cannot start are refused, and the message names the element."""

from __future__ import annotations

import pytest

from exportin.errors import BadNetwork, UnknownName
from exportin.kernel.code.system import System
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.sbml.start import check_start, start_numbers
from exportin.network.antimony_text import antimony_to_sbml


def read(antimony: str) -> System:
    return read_system(antimony_to_sbml(f"model m\n{antimony}\nend", "m"))


@pytest.mark.parametrize(
    ("antimony", "words"),
    [
        ("J: A -> ; k*A; A = 3", "'k' has no value"),
        ("J: A -> ; 1", "'A' starts at nan"),
        ("compartment V; species A in V; J: A -> ; A; A = 3", "'V' has no value"),
        ("J: A -> ; 2*k/A; A = 0; k = 1", "'J' has no finite value at the start: it divides by zero"),
        ("J: A -> ; r*A; r := 1/(A - B); A = 1; B = 1", "'r' has no finite value at the start: it divides by zero"),
        ("J: A -> ; A^-k; A = 0; k = 1", "'J' has no finite value at the start: it takes a power"),
        ("J: A -> ; ln(A); A = 0", "'J' has no finite value at the start: it takes the logarithm"),
        ("x = 1; x' = 1/(x - 1)", "the rate of 'x' has no finite value at the start: it divides by zero"),
        ("x = 1; x' = 1; y = 2; at x > q: y = 3", "'q' has no value"),
        ("x = 1/z; x' = 1; z = 0", "'x' starts at inf"),
    ],
)
def test_a_start_that_is_refused(antimony: str, words: str):
    with pytest.raises(BadNetwork, match=words):
        check_start(read(antimony))


def test_numbers_given_later_are_taken():
    system = read("J: A -> ; k*A; A = 2*q; q = 1")
    check_start(system, {"k": 1.0})
    assert start_numbers(system, {"A": 7, "k": 2})[0] == [7.0]
    with pytest.raises(UnknownName, match="kk"):
        check_start(system, {"kk": 1.0})


def test_what_only_reports_may_be_undefined():
    check_start(read("J: A -> B; A; ratio := A / B; A = 1; B = 0"))
