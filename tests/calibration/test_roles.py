"""The roles of the review's statements were laid down before the first fit, and stay."""

from __future__ import annotations

import csv
from collections import Counter

import pytest


def roles(root):
    lines = (root / "calibration" / "roles.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "claim\trole"
    return [tuple(line.split("\t")) for line in lines[1:]]


def test_every_statement_has_one_role(root):
    found = roles(root)
    assert [claim for claim, _ in found] == [f"C{number:03}" for number in range(1, 278)]
    assert Counter(role for _, role in found) == {"validation": 167, "fact": 101, "calibration": 9}


@pytest.mark.shared_data
def test_the_roles_are_those_of_the_source(root, shared_data):
    with (shared_data / "pharmacology" / "claims.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["id"], row["role"]) for row in csv.DictReader(file)] == roles(root)
