"""All cases of the SBML semantic test suite that are kept, each within the tolerances that it states itself."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from exportin.kernel.batch import Tolerance
from exportin.kernel.code.expression import Expr
from exportin.kernel.code.system import System
from exportin.kernel.compiled import compile_system
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.solver import Solver

SHARES = 8  # tests, so that two workers share the cases; all together take about 65 s of one core
TIGHT = Tolerance(1e-9, 1e-12)


def settings(folder: Path) -> dict[str, str]:
    lines = (folder / f"{folder.name}-settings.txt").read_text(encoding="utf-8").splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


def words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",")} - {""}


def meant(system: System, name: str, told: dict[str, str]) -> Expr:
    """What a column of the results holds: an amount, a concentration or what mathematics means by the name."""
    for kind, table in (("amount", system.amounts), ("concentration", system.concentrations)):
        if name in words(told[kind]) and name in table:
            return table[name]
    return system.readable[name]


def worst_ratio(folder: Path) -> float:
    """Largest difference from the suite's results, as a share of what the case allows."""
    told = settings(folder)
    with (folder / f"{folder.name}-results.csv").open(encoding="utf-8") as lines:
        names, *rows = [row for row in csv.reader(lines) if row]
    table = np.array([[float(text) for text in row] for row in rows])
    times, expected = table[:, 0], table[:, 1:]
    system = read_system((folder / f"{folder.name}-sbml-l3v2.xml").read_text(encoding="utf-8"))
    wanted = [meant(system, name.strip(), told) for name in names[1:]]
    found = Solver(compile_system(system, optimise=0)).run(times, wanted, tolerance=TIGHT).checked().values[0]
    allowed = float(told["absolute"]) + float(told["relative"]) * np.abs(expected)
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))  # infinities and undefined numbers are results too
    with np.errstate(invalid="ignore"):
        ratio = np.where(same, 0.0, np.abs(found - expected) / allowed)
    return float(np.where(np.isnan(ratio), np.inf, ratio).max(initial=0.0))


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> list[Path]:
    return sorted(path for path in (shared_data / "conformance" / "sbml-semantic").iterdir() if path.is_dir())


@pytest.mark.shared_data
def test_no_case_is_left_out(cases: list[Path]):
    assert len(cases) == 482


@pytest.mark.shared_data
@pytest.mark.parametrize("share", range(SHARES))
def test_cases_keep_to_their_own_tolerances(cases: list[Path], share: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EXPORTIN_CACHE", str(tmp_path))  # libraries that nobody will want again
    ratios = {folder.name: worst_ratio(folder) for folder in cases[share::SHARES]}
    assert {name: ratio for name, ratio in ratios.items() if not ratio <= 1.0} == {}
