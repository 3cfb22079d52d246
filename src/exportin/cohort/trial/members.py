"""The patients of a trial (draws by replicates by patients) as a task that computes any range of them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.cohort.grading import EVENTS
from exportin.cohort.numbers import backgrounds, calibrated, calibrated_draws, numbers
from exportin.cohort.patients import HOST_NAMES, disease_numbers, normal_deviates, sample
from exportin.cohort.trial.course import FIELDS, Setting, follow
from exportin.cohort.trial.plan import Arm, Background, Stratum, Trial
from exportin.cohort.week.made import MARROW, marrow_week, tumour_week
from exportin.cohort.week.made import Setting as WeekSetting
from exportin.errors import BadQuantity, NotModelled
from exportin.network.parameters import uniform_shares
from exportin.pharmacology.body import pharmacokinetic_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.cohort.patients import Patients
    from exportin.cohort.week.response import MarrowWeek, TumourWeek

    Array = NDArray[np.float64]

__all__ = ["BEFORE", "TrialMembers"]

LOOKED_AT = 50  # patients of each draw, before anything is written
MOST_TRIES = 200  # of a patient who fits the ranges of a trial
MEASURED = (*EVENTS, "marker")
BEFORE = ("arm", "stratum", "weight", "platelets", "exposure")


@dataclass(frozen=True)
class TrialMembers:
    """A task for `exportin.kernel.ensemble.execute.run_chunks`; it can be sent to another process.

    Attributes
    ----------
    trial : Trial
    workers : int or None
        Threads that make the tables of a week.
    progress : bool
    chosen : tuple of int, optional
        Draws of the cell model, in place of those in which the calibrating arms come out.
    """

    trial: Trial
    workers: int | None = None
    progress: bool = False
    chosen: tuple[int, ...] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @functools.cached_property
    def draws(self) -> tuple[int, ...]:
        """Draws of the cell model: the first of those in which the calibrating arms come out."""
        known = calibrated_draws() if self.chosen is None else self.chosen
        if self.trial.draws > len(known):
            told = f"{len(known)} draws of the cell model meet the calibrating arms"
            raise BadQuantity(f"draws: {self.trial.draws} are asked for and {told}; ask for at most {len(known)}.")
        return known[: self.trial.draws]

    @functools.cached_property
    def patterns(self) -> tuple[tuple[int, ...], ...]:
        """Days of the week on which a level of any arm has doses."""
        return tuple(dict.fromkeys(level.days for arm in self.trial.arms for level in arm.levels))

    @functools.cached_property
    def marrow(self) -> dict[tuple[int, ...], MarrowWeek]:
        """Normal progenitors, by pattern."""
        return {days: marrow_week(self._week(days), workers=self.workers, progress=self.progress) for days in self.patterns}

    @functools.cached_property
    def tumours(self) -> dict[str, dict[tuple[int, ...], TumourWeek]]:
        """Tumour cells, by stratum and pattern."""
        options = {"workers": self.workers, "progress": self.progress}
        return {
            one.name: {days: tumour_week(one.cell, self._week(days), **options) for days in self.patterns} for one in self.trial.strata
        }

    def _week(self, days: tuple[int, ...]) -> WeekSetting:
        return WeekSetting(self.trial.compound, days, self.draws)

    def prepared(self) -> TrialMembers:
        """The same, with the tables of a week made."""
        self._refuse_no_cells()
        for draw in range(len(self.draws)):
            self._patients(draw, np.arange(min(LOOKED_AT, self.trial.patients)))
        return self

    def _refuse_no_cells(self) -> None:
        """Refuse a draw in which normal progenitors or the cells of a stratum do not live untreated."""
        tables = {MARROW: [week.capacity for week in self.marrow.values()]}
        tables |= {name: [week.killed for week in weeks.values()] for name, weeks in self.tumours.items()}
        for name, arrays in tables.items():
            for array in arrays:
                empty = np.isnan(array).any(axis=(1, 2))
                if empty.any():
                    draw = self.draws[int(np.flatnonzero(empty)[0])]
                    raise NotModelled(f"the cells of {name!r} do not live untreated in draw {draw} of the cell model; give another cell.")

    def __call__(self, members: range) -> dict[str, NDArray[Any]]:
        """Compute some members.

        Returns
        -------
        arrays : dict
            ``record``, shape (member, field), see `FIELDS`; ``before``, shape (member, covariate), see `BEFORE`; ``platelets`` and
            ``marker``, shape (member, week).
        """
        count, weeks = len(members), self.trial.weeks
        found: dict[str, NDArray[Any]] = {
            "record": np.full((count, len(FIELDS)), np.nan), "before": np.full((count, len(BEFORE)), np.nan),
            "platelets": np.full((count, weeks + 1), np.nan), "marker": np.full((count, weeks + 1), np.nan),
        }  # fmt: skip
        places = np.arange(members.start, members.stop)
        runs, people = np.divmod(places, self.trial.patients)
        draws, replicates = np.divmod(runs, self.trial.replicates)
        arms = np.searchsorted(np.cumsum([arm.patients for arm in self.trial.arms]), people, side="right")
        identities = replicates * self.trial.patients + people
        strata = self._strata(identities)
        for draw in np.unique(draws):
            for arm in np.unique(arms):
                for stratum in np.unique(strata):
                    here = np.flatnonzero((draws == draw) & (arms == arm) & (strata == stratum))
                    if len(here):
                        self._group(found, here, identities[here], int(draw), int(arm), int(stratum))
        return found

    def _strata(self, identities: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which stratum each patient is of."""
        bounds = np.cumsum([one.share for one in self.trial.strata])[:-1]
        return np.searchsorted(bounds, uniform_shares(self.trial.seed, "patient", "trial stratum", identities), side="right")

    def _group(
        self, found: dict[str, NDArray[Any]], here: NDArray[np.int64], identities: NDArray[np.int64], draw: int, arm: int, stratum: int
    ) -> None:
        """Patients of one draw, arm and stratum."""
        patients, chosen = self._patients(draw, identities)
        one, cells = self.trial.arms[arm], self.trial.strata[stratum]
        setting = self._setting(one, cells, draw, chosen)
        noise = {name: self._noise(name, chosen) for name in MEASURED}
        record, platelets, marker = follow(setting, patients, noise)
        found["record"][here] = np.stack([record[name] for name in FIELDS], axis=1)
        before = [np.full(len(here), arm), np.full(len(here), stratum), patients.weight, patients.host.platelet_base, patients.exposure]
        found["before"][here] = np.stack(before, axis=1)
        found["platelets"][here], found["marker"][here] = platelets, marker

    def _patients(self, draw: int, identities: NDArray[np.int64]) -> tuple[Patients, NDArray[np.int64]]:
        """Patients that fit the ranges, and which of the seed's they are."""
        trial, number = self.trial, self.draws[draw]
        chosen, stride = identities.copy(), trial.replicates * trial.patients
        patients = sample(trial.disease, number, chosen, trial.seed, trial.given)
        for _ in range(MOST_TRIES):
            unfit = ~self._fits(patients)
            if not unfit.any():
                return patients, chosen
            chosen[unfit] += stride
            patients = sample(trial.disease, number, chosen, trial.seed, trial.given)
        told = ", ".join(f"{name} {low:g} to {high:g}" for name, (low, high) in trial.eligible.items())
        raise BadQuantity(f"eligible: hardly any patient with {trial.disease} fits {told}; widen the ranges.")

    def _fits(self, patients: Patients) -> NDArray[np.bool_]:
        """Who fits the ranges of the trial."""
        host = patients.host
        values = {
            "platelets": host.platelet_base, "neutrophils": host.neutrophil_base, "sodium": host.sodium_base, "weight": patients.weight,
            "marker": patients.marker, "doubling": np.log(2.0) / patients.growth,
        }  # fmt: skip
        fits = np.ones(len(patients), dtype=bool)
        for name, (low, high) in self.trial.eligible.items():
            fits &= (values[name] >= low) & (values[name] <= high)
        return fits

    def _setting(self, arm: Arm, stratum: Stratum, draw: int, identities: NDArray[np.int64]) -> Setting:
        number = self.draws[draw]
        host = {name: float(value[0]) for name, value in numbers(HOST_NAMES, [number]).items()}
        own = disease_numbers(self.trial.disease, number, self.trial.given)
        told = {**host, "death_rate": own["death_rate"], "marker_noise": own["marker_noise"], "hazard": stratum.hazard}
        bound = pharmacokinetic_rows().get(f"{self.trial.compound.symbol}_most")
        told["most"] = np.inf if bound is None else bound.value
        between = host["background_between"]
        return Setting(
            arm, draw, self.trial.weeks, self.trial.visit_weeks, self.trial.criterion, self.marrow, self.tumours[stratum.name], told,
            self._background(arm.background, number, between, identities),
        )  # fmt: skip

    def _background(
        self, one: Background, number: int, between: float, identities: NDArray[np.int64]
    ) -> tuple[Array, Array, float]:
        """What another treatment kills in each patient (1/week), how it wanes (1/day), and what it does to platelets."""
        held = {"kill": 0.0, "wane": 0.0, "platelets": 0.0} | dict(one.given)
        if not one.given and one.name in backgrounds() and backgrounds()[one.name].kills == "yes":
            for name in held:
                value = calibrated(f"{name} {one.name}", [number])
                held[name] = 0.0 if value is None else float(value[0])
        spread = np.exp(between * normal_deviates(uniform_shares(self.trial.seed, "patient", "trial background", identities)))
        return one.intensity * held["kill"] * spread, np.full(len(spread), held["wane"]), min(1.0, one.intensity * held["platelets"])

    def _noise(self, name: str, identities: NDArray[np.int64]) -> Sequence[Array]:
        """Standard normal errors, of each week."""
        seed, weeks = self.trial.seed, range(self.trial.weeks + 1)
        return [normal_deviates(uniform_shares(seed, "patient", f"trial noise {name} {week}", identities)) for week in weeks]

