"""The SBML Test Suite's cases and published models are read, and start as they should."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from exportin.kernel.code.expression import evaluate, postorder
from exportin.kernel.code.system import System
from exportin.kernel.sbml.reader import read_system
from exportin.kernel.sbml.start import check_start, start_numbers

# Cases whose first row is that after events that happen at the start itself (their triggers are false before it).
FIRED_AT_THE_START = {"00995", "01685", "01696", "01697", "01698"}


def rates_agree(sbml: str, tolerance: float) -> int:
    """Compare rates at the start with libRoadRunner's; the number of compared states.

    libRoadRunner tells the rate of a species as that of its amount.
    """
    import roadrunner

    roadrunner.Logger.disableLogging()
    system, peer = read_system(sbml), roadrunner.RoadRunner(sbml)
    x, p = start_numbers(system)
    ours = dict(zip(system.states, evaluate(system.rates, x, p), strict=True))
    scale, compared = max(map(abs, ours.values()), default=0.0), 0
    for name, rate in ours.items():
        if (theirs := rate_of(peer, name)) is not None:
            compared += 1
            assert in_amounts(system, name, rate, x, p) == pytest.approx(theirs, rel=tolerance, abs=tolerance * scale, nan_ok=True), name
    return compared


def rate_of(peer: Any, name: str) -> float | None:
    """A rate by libRoadRunner, which does not tell that of every species with a rate rule."""
    try:
        return float(peer.model[f"{name}'"])
    except (RuntimeError, IndexError):
        return None


def in_amounts(system: System, name: str, rate: float, x: list[float], p: list[float]) -> float:
    """The rate of a state, of its amount where it is a species."""
    amount = system.amounts.get(name)
    if amount is None or amount.op == "x":
        return rate
    leaves = [leaf for leaf in amount.leaves if leaf.op == "x"]
    slopes = evaluate([system.algebra.diff(amount, leaf) for leaf in leaves], x, p)
    rates = evaluate([system.rates[int(leaf.value)] for leaf in leaves], x, p)
    return sum(slope * change for slope, change in zip(slopes, rates, strict=True))


def settings(folder: Path) -> dict[str, str]:
    lines = (folder / f"{folder.name}-settings.txt").read_text(encoding="utf-8").splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


def words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",")} - {""}


def differs(folder: Path) -> list[str]:
    """Names in the first row of a case's results that the start of the system does not give."""
    system = read_system((folder / f"{folder.name}-sbml-l3v2.xml").read_text(encoding="utf-8"))
    told = settings(folder)
    amounts, concentrations = words(told["amount"]), words(told["concentration"])
    with (folder / f"{folder.name}-results.csv").open(encoding="utf-8") as lines:
        names, row = (next(csv.reader(lines)) for _ in range(2))
    x, p = start_numbers(system, time=float(row[0]))
    wrong = []
    for name, text in list(zip(map(str.strip, names), row, strict=True))[1:]:
        tables = [table for chosen, table in ((amounts, system.amounts), (concentrations, system.concentrations)) if name in chosen]
        expression = next((table[name] for table in tables if name in table), system.readable.get(name))
        assert expression is not None, name
        if evaluate([expression], x, p, float(row[0]))[0] != pytest.approx(float(text), rel=1e-6, abs=1e-12, nan_ok=True):
            wrong.append(name)
    return wrong


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> list[Path]:
    return sorted(path for path in (shared_data / "conformance" / "sbml-semantic").iterdir() if path.is_dir())


@pytest.mark.shared_data
def test_every_case_starts_as_it_should(cases: list[Path]):
    wrong = {folder.name: names for folder in cases if (names := differs(folder))}
    assert len(cases) == 482
    assert set(wrong) == FIRED_AT_THE_START


@pytest.mark.shared_data
def test_every_case_can_start(cases: list[Path]):
    for folder in cases:
        system = read_system((folder / f"{folder.name}-sbml-l3v2.xml").read_text(encoding="utf-8"))
        check_start(system)
        starts = postorder([*system.initial, *system.computed.values()])
        assert not any(node.op == "x" for node in starts), folder.name


@pytest.mark.shared_data
def test_rates_of_a_quarter_of_the_cases_are_those_of_libroadrunner(cases: list[Path]):
    some = cases[::4]  # loading a case takes libRoadRunner 0.1 s; all of them agree
    compared = [rates_agree((folder / f"{folder.name}-sbml-l3v2.xml").read_text(encoding="utf-8"), 1e-10) for folder in some]
    assert sum(compared) > 250


@pytest.mark.shared_data
def test_published_models_start_with_the_rates_of_libroadrunner(shared_data: Path):
    files = sorted((shared_data / "models" / "biomodels").glob("*.xml"))
    assert len(files) == 10
    for path in files:
        text = path.read_text(encoding="utf-8")
        check_start(read_system(text))
        assert rates_agree(text, 1e-10) > 0, path.name


@pytest.mark.shared_data
def test_the_benchmark_model_starts_with_the_rates_of_libroadrunner(shared_data: Path):
    assert rates_agree((shared_data / "models" / "bench90" / "bench90.xml").read_text(encoding="utf-8"), 1e-10) == 90


def test_our_own_cell_starts_with_the_rates_of_libroadrunner():
    import exportin as xp

    assert rates_agree(xp.model("cell").to_sbml(), 1e-10) > 60


def test_a_structure_without_its_numbers_is_read():
    import exportin as xp
    from exportin.network.model import skeleton, structural_sbml, structure_of

    structure = structure_of(xp.cell("HeLa"))
    system = read_system(skeleton(structure).sbml)
    filled = read_system(structural_sbml(structure))
    assert (system.states, system.parameters) == (filled.states, filled.parameters)
    missing = {name for name, number in zip(system.parameters, system.defaults, strict=True) if number != number}
    assert set(skeleton(structure).needed) <= missing
    check_start(filled)
    assert rates_agree(structural_sbml(structure), 1e-10) == len(filled.states)
