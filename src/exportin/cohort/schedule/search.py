"""Which doses on which days: response against toxicity for each, and those that no other one beats under the limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.cohort.numbers import disease_rows
from exportin.cohort.trial.course import FIELDS
from exportin.cohort.trial.outcomes import arm_outcomes
from exportin.cohort.trial.plan import Arm, Background, Stratum, Trial
from exportin.cohort.trial.result import Outcome, TrialResult
from exportin.cohort.trial.run import trial as run_trial
from exportin.cohort.week.level import Level, read_level
from exportin.errors import BadQuantity, BadRegimen, UnknownName
from exportin.json_number import plain
from exportin.network.cell import cell as find_cell
from exportin.pharmacology.body import refuse_without
from exportin.pharmacology.compound import Compound
from exportin.pharmacology.compound import compound as find_compound
from exportin.pharmacology.tested import beyond_tested

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["DAYS", "DOSES", "LIMITS", "Candidate", "Schedules", "parse_limit", "schedules"]

DOSES = ("20 mg", "40 mg", "60 mg", "80 mg", "100 mg")
DAYS = ("day 1", "days 1,3", "days 1,3,5")
LIMITS = ("thrombocytopenia grade 3 < 50 %",)
PATIENTS, WEEKS = 300, 26
MOST = 200  # candidates


@dataclass(frozen=True)
class Candidate:
    """One schedule.

    Attributes
    ----------
    level : Level
    benefit : Outcome
    limited : tuple of Outcome
        What the limits are on.
    within : float
        Share of the draws in which every limit holds.
    best : bool
        No other schedule that keeps the limits in half of the draws has more of the benefit with less of every limited outcome.
    """

    level: Level
    benefit: Outcome
    limited: tuple[Outcome, ...]
    within: float
    best: bool = False


@dataclass(frozen=True)
class Schedules:
    """What a search found.

    Attributes
    ----------
    drug, disease, benefit : str
    limits : mapping of str to float
        Most of each outcome.
    candidates : tuple of Candidate
        In the order of the weekly dose.
    notes : tuple of str
    """

    drug: str
    disease: str
    benefit: str
    limits: Mapping[str, float]
    candidates: tuple[Candidate, ...]
    notes: tuple[str, ...] = ()

    @property
    def frontier(self) -> tuple[Candidate, ...]:
        """Schedules that no other one beats."""
        return tuple(one for one in self.candidates if one.best)

    def __str__(self) -> str:
        limits = ", ".join(f"{name} at most {most:g}" for name, most in self.limits.items())
        lines = [f"{self.drug}, {self.disease}: {self.benefit} against {limits}; * no other schedule beats it"]
        for one in self.candidates:
            told = "; ".join(map(str, (one.benefit, *one.limited)))
            lines.append(f"{'*' if one.best else ' '} {one.level.text}: {told}; within the limits in {100 * one.within:.0f} % of draws")
        if not self.frontier:
            lines.append("No schedule keeps the limits in half of the draws; raise a limit, or offer lower doses.")
        return "\n".join([*lines, *self.notes, "Research use only; nothing here advises treatment."])

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        rows = [
            {"schedule": one.level.text, "weekly_mg": one.level.typical_mg * len(one.level.days), "fewest_days_between": one.level.gap,
             "outcomes": [_told(outcome) for outcome in (one.benefit, *one.limited)], "within": one.within, "best": one.best}
            for one in self.candidates
        ]  # fmt: skip
        return {"drug": self.drug, "disease": self.disease, "benefit": self.benefit, "limits": dict(self.limits), "schedules": rows,
                "notes": list(self.notes)}  # fmt: skip

    def plot(self) -> Figure:
        """The trade-off: benefit over the first limited outcome, with intervals."""
        from exportin.cohort.schedule.figure import draw_schedules

        return draw_schedules(self)


def schedules(
    disease: str,
    drug: str | Compound = "selinexor",
    *,
    doses: Sequence[str] = DOSES,
    days: Sequence[str] = DAYS,
    benefit: str = "response",
    limits: Sequence[str] = LIMITS,
    patients: int = PATIENTS,
    weeks: int = WEEKS,
    rules: bool = True,
    draws: int = 8,
    seed: int = 0,
    workers: int | None = None,
    progress: bool = False,
) -> Schedules:
    """Try every dose on every set of days in virtual patients.

    Parameters
    ----------
    disease : str
    drug : str or Compound
        With pharmacokinetics.
    doses, days : sequence of str
        Such as ``"60 mg"`` and ``"days 1,3"``.
    benefit : str
        Outcome that is wanted, of `exportin.cohort.trial.outcomes.arm_outcomes`.
    limits : sequence of str
        Such as ``"thrombocytopenia grade 3 < 40 %"``.
    patients, weeks : int
        Of each schedule; the same patients try every one.
    rules : bool
        Whether doses are held while a measure is too low, by the label's rules; there are no lower levels.
    draws, seed, workers, progress
        As in `exportin.trial`.

    Raises
    ------
    UnknownName, BadQuantity, BadRegimen, NotModelled
    """
    compound = drug if isinstance(drug, Compound) else find_compound(drug)
    refuse_without(compound)
    rows = disease_rows(disease)
    levels = _levels(doses, days)
    bounds = dict(parse_limit(text) for text in limits)
    _refuse_unknown((benefit, *bounds), rows[0].criterion, weeks)
    strata = tuple(Stratum(row.stratum, row.share, find_cell(row.cell).with_pathways()) for row in rows)
    found: list[Candidate] = []
    for level in levels:
        arm = Arm(level.text, patients, (level,), Background("none"), rules)
        plan = Trial(level.text, disease, rows[0].criterion, compound, (arm,), strata, weeks, rows[0].visit_weeks, {}, {}, draws, 1, seed)
        found.append(_candidate(run_trial(plan, workers=workers, progress=progress), level, benefit, bounds))
    notes = tuple(told for level in levels if (told := beyond_tested(compound, level.typical_mg)) is not None)
    return Schedules(compound.name, disease, benefit, bounds, _marked(found), tuple(dict.fromkeys(notes)))


def parse_limit(text: str) -> tuple[str, float]:
    """Outcome and most of it.

    Examples
    --------
    >>> parse_limit("thrombocytopenia grade 3 < 40 %")
    ('thrombocytopenia grade 3', 40.0)
    """
    name, sign, bound = text.rpartition("<")
    try:
        most = float(bound.strip().removesuffix("%").removesuffix("months").removesuffix("days").strip())
    except ValueError:
        most = float("nan")
    if not sign or not name.strip() or not np.isfinite(most) or most < 0:
        raise BadQuantity(f"limit: {text!r} is no limit; write an outcome and its most, such as 'thrombocytopenia grade 3 < 40 %'.")
    return name.strip(), most


def _levels(doses: Sequence[str], days: Sequence[str]) -> list[Level]:
    levels = [read_level(f"{dose} PO {day}") for dose in doses for day in days]
    if not levels:
        raise BadRegimen("no doses or no days are offered; give at least one of each.")
    if len(levels) > MOST:
        raise BadQuantity(f"{len(levels)} schedules are more than {MOST}; offer fewer doses or days.")
    texts = [level.text for level in levels]
    if len(set(texts)) < len(texts):
        twice = next(text for text in texts if texts.count(text) > 1)
        raise BadQuantity(f"the schedule {twice!r} is offered twice; give each dose and each set of days once.")
    return sorted(levels, key=lambda level: (level.typical_mg * len(level.days), len(level.days)))


def _refuse_unknown(names: Sequence[str], criterion: str, weeks: int) -> None:
    """Refuse names that are no outcome of an arm, before anything is computed."""
    known = arm_outcomes({name: np.zeros(1) for name in FIELDS}, criterion, weeks)
    for name in names:
        if name not in known:
            raise UnknownName("outcome", name, known)


def _candidate(found: TrialResult, level: Level, benefit: str, bounds: Mapping[str, float]) -> Candidate:
    limited = tuple(found[level.text, name] for name in bounds)
    held = np.all([one.runs <= bounds[one.name] for one in limited], axis=0) if limited else np.ones(1, dtype=bool)
    return Candidate(level, found[level.text, benefit], limited, float(np.mean(held)))


def _marked(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Candidates with those marked that no other one beats, of those that keep the limits in half of the draws."""
    kept = [one for one in found if one.within >= 0.5]
    best = {one.level.text for one in kept if not any(_beats(other, one) for other in kept)}
    return tuple(Candidate(one.level, one.benefit, one.limited, one.within, one.level.text in best) for one in found)


def _beats(one: Candidate, other: Candidate) -> bool:
    """Whether it has at least as much benefit with no more of anything limited, and not all alike."""
    spared = [theirs.value - mine.value for mine, theirs in zip(one.limited, other.limited, strict=True)]
    better = [one.benefit.value - other.benefit.value, *spared]
    return all(gain >= 0 for gain in better) and any(gain > 0 for gain in better)


def _told(one: Outcome) -> dict[str, Any]:
    return {"outcome": one.name, "unit": one.unit, "median": plain(one.value), "low": plain(one.low), "high": plain(one.high)}
