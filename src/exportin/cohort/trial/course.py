"""Patients of one arm, one stratum and one draw through the weeks of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from exportin.cohort.grading import EVENTS, HOLD, REDUCE, grade_of, ruled
from exportin.cohort.numbers import criteria
from exportin.cohort.response import Assessment
from exportin.cohort.week.response import STEPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.cohort.patients import Patients
    from exportin.cohort.trial.plan import Arm
    from exportin.cohort.week.level import Level
    from exportin.cohort.week.response import MarrowWeek, TumourWeek

    Array = NDArray[np.float64]

__all__ = ["FIELDS", "REASONS", "Course", "Setting", "follow"]

DAYS = 7
NEVER = -1.0
LARGEST = np.log(1000.0)  # of the burden over the first one
LOW_PLATELETS = 25.0  # 10^9/L, below which an agonist is given
REASONS = ("end of trial", "progression", "toxicity", "death")
FIELDS = (
    "best", "change", "PFS", "progressed", "OS", "died", "response_week", "stop_week", "stop_reason", "intensity", "platelets_lowest",
    *(f"{measure}_{what}" for measure in EVENTS for what in ("grade", "onset", "severe_onset")),
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """What is the same for all patients here.

    Attributes
    ----------
    arm : Arm
    draw : int
        Place of the draw in the tables of a week.
    weeks, visit_weeks : int
    criterion : str
    marrow, tumour : mapping of tuple of int to MarrowWeek, TumourWeek
        By the days of a week on which doses are given.
    numbers : mapping of str to float
        ``death_rate`` (1/day), ``death_power``, ``marker_noise``, the noise of each measure, ``rule_wait`` (weeks), ``hazard``, and
        ``most``, of a dose (mg a square metre).
    background : tuple of ndarray or float
        Kill (1/week), waning (1/day), share of the production of platelets that it holds back; of each patient.
    """

    arm: Arm
    draw: int
    weeks: int
    visit_weeks: int
    criterion: str
    marrow: Mapping[tuple[int, ...], MarrowWeek]
    tumour: Mapping[tuple[int, ...], TumourWeek]
    numbers: Mapping[str, float]
    background: tuple[Array, Array, float]


@dataclass
class Course:
    """Where the patients are."""

    setting: Setting
    patients: Patients
    noise: Mapping[str, Sequence[Array]]
    record: dict[str, Array] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.patients)
        self.record = {name: np.zeros(count) for name in FIELDS}
        for name in FIELDS:
            if name.endswith(("onset", "week")):
                self.record[name][:] = NEVER
        self.platelets = np.full((count, self.setting.weeks + 1), np.nan)
        self.markers = np.full((count, self.setting.weeks + 1), np.nan)
        self.host = self.patients.host.rest()
        self.burden, self.size = np.zeros(count), np.zeros(count)  # logarithms of living cells and of what is measured
        self.level = np.zeros(count, dtype=np.int64)
        self.waiting = np.zeros(count)
        self.held = {name: np.zeros(count, dtype=bool) for name in EVENTS}
        self.treated = np.ones(count, dtype=bool)  # with the drug; a background goes on to progression
        self.alive = np.ones(count, dtype=bool)
        self.watched = np.ones(count, dtype=bool)  # for progression
        self.given = np.zeros(count)
        self.hazard = np.zeros(count)
        self.power = criteria()[self.setting.criterion][0].power
        self.began = self._measured(0)
        self.assessment = Assessment(self.setting.criterion, self._marker(0))

    def week(self, number: int) -> None:
        """One week of treatment and what it does."""
        measured = self._measured(number)
        self._grade(measured, number)
        dosed = self._decide(measured, number)
        amount = self._amounts(dosed)
        if self.setting.arm.levels or self.setting.background[2] > 0.0:  # else nothing moves the host
            agonist = np.where(self.treated & (measured["platelets"] < LOW_PLATELETS), self.setting.arm.agonist, 0.0)
            self.host = self.patients.host.through(self.host, self._lost(amount), agonist=agonist, burden=self._load())
        self._tumour(amount, number)
        self._deaths(number)
        if (number + 1) % self.setting.visit_weeks == 0:
            self._visit(number + 1, self._measured(number + 1))
        self.platelets[:, number + 1] = np.where(self.alive, self.patients.host.measures(self.host)["platelets"], np.nan)
        self.markers[:, number + 1] = np.where(self.alive, np.exp(self.size * self.power), np.nan)

    def finish(self) -> dict[str, Array]:
        """The record, complete."""
        weeks, record = self.setting.weeks, self.record
        end = weeks * DAYS
        record["OS"] = np.where(record["died"] > 0, record["OS"], end)
        free = record["progressed"] == 0
        record["PFS"] = np.where(free, record["OS"], record["PFS"])
        record["progressed"] = np.where(free, record["died"], 1.0)  # progression or death
        smallest = self.assessment.smallest
        record["best"], record["change"] = self.assessment.best.astype(float), np.where(np.isinf(smallest), 0.0, smallest - 1.0)
        record["stop_week"] = np.where(record["stop_week"] < 0, np.minimum(weeks, record["OS"] / DAYS), record["stop_week"])
        planned = self._full() * np.maximum(record["stop_week"], 1.0)
        record["intensity"] = np.divide(self.given, planned, out=np.ones_like(planned), where=planned > 0)
        return record

    def _measured(self, week: int) -> dict[str, Array]:
        """Measures with their error, shape (patient,)."""
        true, noise = self.patients.host.measures(self.host), {name: series[week] for name, series in self.noise.items()}
        n = self.setting.numbers
        return {
            "platelets": true["platelets"] * np.exp(n["platelet_noise"] * noise["platelets"]),
            "neutrophils": true["neutrophils"] * np.exp(n["neutrophil_noise"] * noise["neutrophils"]),
            "sodium": true["sodium"] + n["sodium_noise"] * noise["sodium"],
            "weight": true["weight"] + n["weight_noise"] * noise["weight"],
        }

    def _marker(self, week: int) -> Array:
        """What the criterion reads, with its error."""
        level = self.patients.marker * np.exp(self.size * self.power)
        return level * np.exp(self.setting.numbers["marker_noise"] * self.noise["marker"][week])

    def _grade(self, measured: Mapping[str, Array], week: int) -> None:
        """Worst grades while treated, and when an event began; a low value before treatment is none, unless it falls lower."""
        record, here = self.record, self._on_treatment()
        low = measured["platelets"] if week == 0 else record["platelets_lowest"]
        record["platelets_lowest"] = np.where(here, np.minimum(low, measured["platelets"]), low)
        for name in EVENTS:
            before = grade_of(name, self.began[name])
            now = grade_of(name, measured[name])
            grade = np.where(here & (now > before), now, 0).astype(float)
            for column, least in ((f"{name}_onset", 1), (f"{name}_severe_onset", 3)):
                new = (grade >= least) & (record[column] < 0)
                record[column] = np.where(new, week * DAYS + 1, record[column])  # day 1 is that of the first dose
            record[f"{name}_grade"] = np.maximum(record[f"{name}_grade"], grade)

    def _decide(self, measured: Mapping[str, Array], week: int) -> NDArray[np.bool_]:
        """Who is given this week's doses, after the rules."""
        arm, here = self.setting.arm, self.treated & self.alive
        if not arm.levels:
            return np.zeros(len(here), dtype=bool)
        if not arm.rules or week == 0:
            return here
        was_held = np.any(list(self.held.values()), axis=0)
        said, self.held = ruled(measured, self.began, self.held, self.waiting)
        back = was_held & (said != HOLD)
        lower = here & (back | (said == REDUCE))
        if len(arm.levels) > 1:  # of one level the doses are held alone
            self.level += lower
        self.waiting = np.where(lower, self.setting.numbers["rule_wait"], np.maximum(self.waiting - 1.0, 0.0))
        out = here & (self.level >= len(arm.levels))
        self._stop(out, week, REASONS.index("toxicity"))
        return self.treated & self.alive & (said != HOLD)

    def _amounts(self, dosed: NDArray[np.bool_]) -> Array:
        """Mg of each of this week's doses."""
        found = np.zeros(len(dosed))
        for place, level in enumerate(self.setting.arm.levels):
            here, amount = dosed & (self.level == place), self._bounded(self._dose(level))
            found = np.where(here, amount, found)
            self.given += np.where(here, amount * len(level.days), 0.0)
        return found

    def _dose(self, level: Level) -> Array | float:
        """Mg as written."""
        size = {"": 1.0, "m2": self.patients.body_surface, "kg": self.patients.weight}[level.per]
        return level.amount * size

    def _bounded(self, amount: Array | float) -> Array:
        """No dose passes the bound of a square metre."""
        return np.minimum(amount, self.setting.numbers["most"] * self.patients.body_surface)

    def _full(self) -> Array | float:
        """Mg a week of the first level, as written."""
        levels = self.setting.arm.levels
        return self._dose(levels[0]) * len(levels[0].days) if levels else 0.0

    def _by_days(self) -> dict[tuple[int, ...], NDArray[np.bool_]]:
        """Patients by the days on which their level has doses."""
        found: dict[tuple[int, ...], NDArray[np.bool_]] = {}
        for place, level in enumerate(self.setting.arm.levels):
            here = np.minimum(self.level, len(self.setting.arm.levels) - 1) == place
            found[level.days] = found.get(level.days, np.zeros(len(here), dtype=bool)) | here
        return found

    def _lost(self, amount: Array) -> Array:
        """Share of the export capacity of marrow that is lost, shape (patient, step)."""
        lost = np.zeros((len(amount), STEPS))
        for days, here in self._by_days().items():
            who = here & (amount > 0)
            if who.any():
                lost[who] = self.setting.marrow[days].lost(self.setting.draw, (amount * self.patients.exposure)[who])
        return lost

    def _load(self) -> Array:
        """Share of the production of platelets that the background holds back."""
        return np.where(self.watched, self.setting.background[2], 0.0)

    def _on_treatment(self) -> NDArray[np.bool_]:
        """Who is given anything: the drug, or a background that does something."""
        background = self.watched & ((self.setting.background[0] > 0.0) | (self.setting.background[2] > 0.0))
        return (self.treated | background) & self.alive

    def _tumour(self, amount: Array, week: int) -> None:
        """Growth and kill of a week, and what of it is measured."""
        one, days = self.patients, week * DAYS
        kill, growing = np.zeros(len(amount)), np.ones(len(amount))
        for pattern, here in self._by_days().items():
            who = here & (amount > 0)
            if who.any():
                table, dose = self.setting.tumour[pattern], (amount * one.exposure * one.sensitivity)[who]
                kill[who], growing[who] = table.log_kill(self.setting.draw, dose), table.growing(self.setting.draw, dose)
        wane = np.exp(-one.resistance * days)
        other, fading, _ = self.setting.background
        kill = kill * wane + np.where(self.watched, other * np.exp(-fading * days), 0.0)
        growing = 1.0 - (1.0 - growing) * wane
        self.burden = np.minimum(self.burden + DAYS * one.growth * growing - kill, LARGEST)
        living = np.exp(self.burden)
        left = np.maximum(np.exp(self.size) - living, 0.0) * np.exp(-one.marker_loss * DAYS)
        self.size = np.log(living + left)

    def _deaths(self, week: int) -> None:
        """Who dies this week, and when in it."""
        n = self.setting.numbers
        rate = n["death_rate"] * n["hazard"] * np.exp(n["death_power"] * self.burden)
        limit = -np.log(self.patients.death_share)
        died = self.alive & (self.hazard + DAYS * rate >= limit)
        with np.errstate(divide="ignore"):  # where nobody dies the moment is never
            when = week * DAYS + np.clip((limit - self.hazard) / rate, 0.0, DAYS)
        self.hazard += DAYS * rate
        self.record["OS"] = np.where(died, when, self.record["OS"])
        self.record["died"] = np.where(died, 1.0, self.record["died"])
        self._stop(died & self.treated, week + 1, REASONS.index("death"))
        self.alive &= ~died
        self.watched &= ~died

    def _visit(self, week: int, counts: Mapping[str, Array]) -> None:
        """An assessment of the disease."""
        gone, responded = self.assessment.visit(self._marker(week), counts, self.watched)
        first = week - self.setting.visit_weeks * int(self.assessment.confirmed)  # what is confirmed began at the visit before
        self.record["PFS"] = np.where(gone, first * DAYS, self.record["PFS"])
        self.record["progressed"] = np.where(gone, 1.0, self.record["progressed"])
        self.record["response_week"] = np.where(responded, first, self.record["response_week"])
        self._stop(gone & self.treated, week, REASONS.index("progression"))
        self.watched &= ~gone

    def _stop(self, who: NDArray[np.bool_], week: int, reason: int) -> None:
        who = who & self.treated
        self.record["stop_week"] = np.where(who, week, self.record["stop_week"])
        self.record["stop_reason"] = np.where(who, reason, self.record["stop_reason"])
        self.treated &= ~who


def follow(setting: Setting, patients: Patients, noise: Mapping[str, Sequence[Array]]) -> tuple[dict[str, Array], Array, Array]:
    """Follow patients to the end of a trial.

    Parameters
    ----------
    setting : Setting
    patients : Patients
    noise : mapping of str to sequence of ndarray
        Standard normal errors of each measure and of the marker, of each week from 0 on.

    Returns
    -------
    record : dict of str to ndarray, shape (patient,)
        `FIELDS`; times in days, onsets as the day of the trial (the first dose is on day 1), weeks in weeks, -1 for never.
    platelets, marker : ndarray, shape (patient, week)
        10^9/L, and what the criterion reads over its first value; NaN after death.
    """
    course = Course(setting, patients, noise)
    course.platelets[:, 0] = patients.host.platelet_base
    course.markers[:, 0] = 1.0
    for number in range(setting.weeks):
        course.week(number)
    return course.finish(), course.platelets, course.markers
