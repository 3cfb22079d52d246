"""The trial file: a virtual trial in YAML, read strictly; every refusal names the line."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from exportin import units
from exportin.cohort.numbers import backgrounds, disease_rows, ladders
from exportin.cohort.patients import PATIENT_NAMES
from exportin.cohort.response import find_criterion
from exportin.cohort.trial.compared import find_published
from exportin.cohort.trial.plan import Arm, Background, Stratum, Trial
from exportin.cohort.week.level import Level, read_level
from exportin.errors import BadQuantity, BadScenario, UnknownName
from exportin.network.cell import Cell
from exportin.network.cell import cell as find_cell
from exportin.pharmacology.body import refuse_without
from exportin.pharmacology.compound import compound as find_compound
from exportin.pharmacology.tested import beyond_tested
from exportin.yaml_file import placed, read_text, validated

__all__ = ["ELIGIBLE", "parse_trial", "read_trial"]

WEEK = 7 * 86_400.0  # s
ELIGIBLE = ("platelets", "neutrophils", "sodium", "weight", "marker", "doubling")
LONGEST = 52 * 20  # weeks


def read_trial(path: str | os.PathLike[str]) -> Trial:
    """Read and check a trial file.

    Raises
    ------
    BadScenario
        Unreadable file, a wrong key or type (with its line), arms that overlap, shares that do not add up.
    UnknownName, BadQuantity, BadRegimen, NotModelled
        From what the file names.
    """
    file = Path(path)
    return parse_trial(read_text(file, "trial"), file.name, file.parent)


def parse_trial(text: str, name: str = "trial", folder: Path | None = None) -> Trial:
    r"""A `Trial` from the text of its file.

    Examples
    --------
    >>> text = "title: T\ndisease: DLBCL\nuntil: 6 months\narms:\n  - {name: a, patients: 9, ladder: 60 mg twice weekly}\n"
    >>> parse_trial(text).weeks
    26
    """
    from exportin.cohort.trial.schema import TrialFile

    tree, given = validated(text, name, TrialFile, "trial")
    rows = placed(lambda: disease_rows(given.disease), tree, name, ("disease",))
    criterion = placed(lambda: find_criterion(given.criterion, rows[0].criterion), tree, name, ("criterion",))
    drug = placed(lambda: _drug(given.drug, folder), tree, name, ("drug",))
    arms = tuple(placed(lambda one=one: _arm(one), tree, name, ("arms", place)) for place, one in enumerate(given.arms))
    placed(lambda: _refuse_overlap(arms), tree, name, ("arms",))
    weeks = placed(lambda: _weeks(given.until, "until"), tree, name, ("until",))
    if given.published is not None:
        placed(lambda: find_published(str(given.published)), tree, name, ("published",))
    if weeks > LONGEST:
        raise BadScenario(f"{name}: until: {given.until!r} is longer than {LONGEST // 52} years; give a shorter trial.")
    visits = rows[0].visit_weeks
    if given.visits is not None:
        visits = placed(lambda: _weeks(str(given.visits), "visits"), tree, name, ("visits",))
    if visits > weeks:
        raise BadScenario(f"{name}: visits every {visits} weeks are longer than the trial of {weeks} weeks; nobody would be assessed.")
    strata = placed(lambda: _strata(given, rows), tree, name, ("strata",))
    eligible = placed(lambda: _eligible(given.eligible), tree, name, ("eligible",))
    placed(lambda: _check_numbers(given.numbers), tree, name, ("numbers",))
    notes = tuple(dict.fromkeys(note for arm in arms for level in arm.levels for note in _untested(drug, level, arm.name)))
    return Trial(
        given.title, given.disease, criterion, drug, arms, strata, weeks, visits, eligible, dict(given.numbers), given.population.draws,
        given.population.replicates, given.population.seed, notes, text, given.published,
    )  # fmt: skip


def _drug(name: str, folder: Path | None) -> Any:
    found = find_compound((folder or Path()) / name if name.endswith((".yaml", ".yml")) else name)
    refuse_without(found)
    return found


def _arm(given: Any) -> Arm:
    if isinstance(given.ladder, str):
        if given.ladder not in ladders():
            raise UnknownName("ladder", given.ladder, ladders())
        texts: Sequence[str] = [row.regimen for row in ladders()[given.ladder]]
    else:
        texts = given.ladder or ([] if given.regimen is None else [given.regimen])
    levels = tuple(read_level(text) for text in texts)
    rules = len(levels) > 1 if given.rules is None else given.rules
    return Arm(given.name, given.patients, levels, _background(given.background, given.intensity), rules, given.agonist)


def _background(given: Any, intensity: float) -> Background:
    if isinstance(given, str):
        if given not in backgrounds():
            raise UnknownName("background", given, backgrounds())
        return Background(given, intensity)
    return Background(given.name, intensity, {"kill": given.kill, "wane": given.wane, "platelets": given.platelets})


def _refuse_overlap(arms: Sequence[Arm]) -> None:
    """Refuse two arms of one name, or of one treatment: a patient is of one arm."""
    for place, one in enumerate(arms):
        for other in arms[:place]:
            if one.name == other.name:
                raise BadScenario(f"two arms are called {one.name!r}; a patient belongs to one arm, so give each its own name.")
            if _treatment(one) == _treatment(other):
                raise BadScenario(f"the arms {other.name!r} and {one.name!r} are the same treatment; join them, or change one.")


def _treatment(one: Arm) -> Any:
    levels = [(level.days, level.amount, level.per) for level in one.levels]
    return levels, one.background, one.rules, one.agonist


def _weeks(text: str, name: str) -> int:
    """Whole weeks; a month or a year is rounded."""
    given = units.parse(text, "d", name, positive=True) / WEEK
    if abs(given - round(given)) > 0.1 * given:
        raise BadQuantity(f"{name}: {text!r} is {given:.3g} weeks; give whole weeks, such as '{max(1, math.ceil(given))} weeks'.")
    return round(given)


def _check_numbers(given: Mapping[str, float]) -> None:
    """Refuse numbers of a disease that are none, or out of bounds."""
    _refuse_unknown("numbers", given, PATIENT_NAMES)
    for name, value in given.items():
        most = 1.0 if name == "female" else math.inf
        may_be_zero = name.endswith("_between") or name in {"female", "resistance_rate", "marker_noise"}
        if value < 0 or value > most or (value == 0 and not may_be_zero):
            raise BadQuantity(f"numbers: {name} is {value:g}; expected {'0 or more' if may_be_zero else 'a positive number'}"
                              f"{', at most 1' if most == 1.0 else ''}.")  # fmt: skip


def _strata(given: Any, rows: Sequence[Any]) -> tuple[Stratum, ...]:
    if given.strata is None:
        return tuple(Stratum(row.stratum, row.share, find_cell(row.cell).with_pathways()) for row in rows)
    found = tuple(Stratum(one.name, one.share, _cell(one), one.hazard) for one in given.strata)
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise BadScenario(f"strata: two are called {next(one for one in names if names.count(one) > 1)!r}; give each its own name.")
    total = sum(one.share for one in found)
    if not math.isclose(total, 1.0, abs_tol=1e-6):
        raise BadScenario(f"strata: the shares add up to {total:g}; they must add up to 1.")
    return found


def _cell(given: Any) -> Cell:
    cell = find_cell(given.cell).with_pathways()
    for variant, share in given.variants.items():
        cell = cell.with_variant(variant, share)
    for gene, share in given.knockdown.items():
        cell = cell.knockdown(gene, share)
    return cell.with_parameters(**given.parameters)


def _eligible(given: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    _refuse_unknown("eligible", given, ELIGIBLE)
    found = {}
    for name, one in given.items():
        low, high = -math.inf if one.least is None else one.least, math.inf if one.most is None else one.most
        if low >= high:
            raise BadScenario(f"eligible: {name} is asked to be at least {low:g} and at most {high:g}, which nobody is.")
        found[name] = (low, high)
    return found


def _refuse_unknown(key: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            raise UnknownName(key, name, known)


def _untested(drug: Any, level: Level, arm: str) -> list[str]:
    told = beyond_tested(drug, level.typical_mg)
    return [] if told is None else [f"{arm}: {told}"]
