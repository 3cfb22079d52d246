"""What a virtual trial gives: outcomes with bands over draws and replicates, and the patients behind them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.cohort.response import response_names
from exportin.cohort.survival.table import SurvivalTable
from exportin.cohort.trial.compared import Comparison, compare
from exportin.cohort.trial.course import FIELDS
from exportin.cohort.trial.members import BEFORE
from exportin.cohort.trial.outcomes import MONTH, arm_outcomes, contrast
from exportin.cohort.trial.plan import Trial
from exportin.errors import UnknownName
from exportin.json_number import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Outcome", "TrialResult"]

BAND = (0.05, 0.95)
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Outcome:
    """One outcome of an arm: the median of the runs and their central 90 %.

    Attributes
    ----------
    arm, name, unit : str
    value, low, high : float
    runs : ndarray, shape (run,)
        Of each draw and replicate.
    """

    arm: str
    name: str
    unit: str
    value: float
    low: float
    high: float
    runs: Array

    def __str__(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        if np.isinf(self.low) and np.isinf(self.value):
            return f"{self.name}: not reached"
        if len(self.runs) == 1:
            return f"{self.name}: {_short(self.value)}{unit}"
        return f"{self.name}: {_short(self.value)}{unit} (90 % {_short(self.low)} to {_short(self.high)})"


@dataclass(frozen=True)
class TrialResult:
    """A virtual trial that was run.

    Attributes
    ----------
    trial : Trial
    record : ndarray, shape (run, patient, field)
        See `exportin.cohort.trial.course.FIELDS`; days and weeks.
    before : ndarray, shape (run, patient, field)
        See `exportin.cohort.trial.members.BEFORE`.
    platelets, marker : ndarray, shape (run, patient, week)
        10^9/L, and what the criterion reads over its first value; NaN after death.
    """

    trial: Trial
    record: Array
    before: Array
    platelets: NDArray[np.float32]
    marker: NDArray[np.float32]

    def records(self, run: int, arm: str, stratum: str | None = None) -> dict[str, Array]:
        """The record of an arm in one run, by field.

        Raises
        ------
        UnknownName
        """
        here = self._arm(run, arm)
        if stratum is not None:
            names = [one.name for one in self.trial.strata]
            if stratum not in names:
                raise UnknownName("stratum", stratum, names)
            here &= self.before[run, :, BEFORE.index("stratum")] == names.index(stratum)
        return {name: self.record[run, here, place].astype(float) for place, name in enumerate(FIELDS)}

    def _arm(self, run: int, arm: str) -> NDArray[np.bool_]:
        names = [one.name for one in self.trial.arms]
        if arm not in names:
            raise UnknownName("arm of this trial", arm, names)
        return self.before[run, :, BEFORE.index("arm")] == names.index(arm)

    @functools.cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every outcome of every arm; the last arm is the control of the others."""
        found: dict[tuple[str, str], tuple[str, list[float]]] = {}
        for run in range(len(self.record)):
            for arm, name, value, unit in self._of_run(run):
                found.setdefault((arm, name), (unit, []))[1].append(value)
        return tuple(_banded(arm, name, unit, np.array(values)) for (arm, name), (unit, values) in found.items())

    def _of_run(self, run: int) -> Iterator[tuple[str, str, float, str]]:
        strata = [None, *(one.name for one in self.trial.strata)] if len(self.trial.strata) > 1 else [None]
        control = self.trial.arms[-1].name
        for arm in self.trial.arms:
            for stratum in strata:
                ending = "" if stratum is None else f", {stratum}"
                record = self.records(run, arm.name, stratum)
                if not len(record["best"]):
                    continue
                for name, (value, unit) in arm_outcomes(record, self.trial.criterion, self.trial.weeks).items():
                    yield arm.name, name + ending, value, unit
                other = self.records(run, control, stratum)
                if arm.name != control and len(other["best"]):
                    for name, (value, unit) in contrast(record, other).items():
                        yield arm.name, name + ending, value, unit

    def __getitem__(self, key: tuple[str, str]) -> Outcome:
        for one in self.outcomes:
            if (one.arm, one.name) == key:
                return one
        raise UnknownName("outcome", " / ".join(key), [f"{one.arm} / {one.name}" for one in self.outcomes])

    @functools.cached_property
    def power(self) -> dict[tuple[str, str], float]:
        """Share of the runs whose log-rank test finds a difference, by arm and endpoint; needs several."""
        tests = [one for one in self.outcomes if "log-rank p" in one.name]
        return {(one.arm, one.name.replace(" log-rank p", "")): float(np.mean(one.runs < SIGNIFICANT)) for one in tests}

    @functools.cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Beside what is published of this trial; empty where the file names none."""
        return compare(self.trial.published, self.outcomes) if self.trial.published else ()

    def survival(self, endpoint: str = "PFS", run: int | None = None) -> SurvivalTable:
        """Subjects for `exportin.survival`, in months: of one run, or of all."""
        runs = range(len(self.record)) if run is None else [run]
        event = {"PFS": "progressed", "OS": "died"}.get(endpoint)
        if event is None:
            raise UnknownName("endpoint", endpoint, ["PFS", "OS"])
        held = [(arm.name, self.records(one, arm.name)) for arm in self.trial.arms for one in runs]
        time, seen = (np.concatenate([record[name] for _, record in held]) for name in (endpoint, event))
        arms = tuple(arm for arm, record in held for _ in record[event])
        return SurvivalTable(time / MONTH, seen > 0, arms, {}, f"{self.trial.title}, {endpoint}")

    def __str__(self) -> str:
        trial = self.trial
        head = [f"{trial.title}: {trial.disease}, {trial.criterion}, {trial.weeks} weeks, {len(self.record)} runs (draws by replicates)"]
        shown = ("response", "PFS median", "OS median", "thrombocytopenia grade 3", "neutropenia grade 3", "hyponatraemia grade 3")
        for arm in trial.arms:
            told = [str(one) for name in (*shown, "PFS hazard ratio", "OS hazard ratio") for one in self._found(arm.name, name)]
            head.append(f"{arm.name} (n = {arm.patients}): {'; '.join(told)}")
        if self.power and len(self.record) > 1:
            told = ", ".join(f"{arm} {name} {100 * share:.0f} %" for (arm, name), share in self.power.items() if "," not in name)
            head.append(f"Runs with log-rank p < {SIGNIFICANT:g}: {told}.")
        head += [str(one) for one in self.comparisons]
        return "\n".join([*head, *trial.notes, "Research use only; nothing here advises treatment."])

    def _found(self, arm: str, name: str) -> list[Outcome]:
        return [one for one in self.outcomes if (one.arm, one.name) == (arm, name)]

    def to_dict(self) -> dict[str, Any]:
        """Everything but the patients, ready for JSON."""
        rows = [
            {"arm": one.arm, "outcome": one.name, "unit": one.unit, "median": plain(one.value), "low": plain(one.low),
             "high": plain(one.high), "runs": [plain(float(value)) for value in one.runs]}
            for one in self.outcomes
        ]  # fmt: skip
        power = [{"arm": arm, "endpoint": name, "share": share} for (arm, name), share in self.power.items()]
        return {
            "title": self.trial.title, "disease": self.trial.disease, "criterion": self.trial.criterion, "weeks": self.trial.weeks,
            "draws": self.trial.draws, "replicates": self.trial.replicates, "seed": self.trial.seed,
            "categories": {str(order): name for order, name in response_names(self.trial.criterion).items()},
            "arms": [{"arm": arm.name, "patients": arm.patients} for arm in self.trial.arms], "outcomes": rows, "power": power,
            "comparisons": [one.to_dict() for one in self.comparisons], "notes": list(self.trial.notes),
        }  # fmt: skip

    def patients(self, run: int = 0) -> list[dict[str, Any]]:
        """A row for each patient of a run, times in days and weeks."""
        names, arms, strata = response_names(self.trial.criterion), self.trial.arms, self.trial.strata
        rows = []
        for place in range(self.record.shape[1]):
            before = dict(zip(BEFORE, self.before[run, place].tolist(), strict=True))
            record = dict(zip(FIELDS, self.record[run, place].tolist(), strict=True))
            told = {"arm": arms[int(before["arm"])].name, "stratum": strata[int(before["stratum"])].name,
                    "response": names.get(int(record["best"]), "stable disease")}  # fmt: skip
            numbers = {f"{name}_before": before[name] for name in BEFORE if name not in {"arm", "stratum"}} | record
            rows.append({"patient": place, **told, **{name: round(float(value), 6) for name, value in numbers.items()}})
        return rows

    def plot(self) -> Figure:
        """Survival of the arms with its band, best changes and treatment."""
        from exportin.cohort.trial.figures import draw_trial

        return draw_trial(self)


def _banded(arm: str, name: str, unit: str, values: Array) -> Outcome:
    known = values[~np.isnan(values)]
    if not len(known):
        return Outcome(arm, name, unit, float("nan"), float("nan"), float("nan"), values)
    low, middle, high = (_quantile(known, share) for share in (BAND[0], 0.5, BAND[1]))
    return Outcome(arm, name, unit, middle, low, high, values)


def _quantile(values: Array, share: float) -> float:
    """A quantile of values of which some may be infinite."""
    ordered = np.sort(values)
    place = share * (len(ordered) - 1)
    low, high = ordered[int(np.floor(place))], ordered[int(np.ceil(place))]
    if np.isinf(low) or np.isinf(high):
        return float(high if place % 1 >= 0.5 else low)
    return float(low + (high - low) * (place % 1))


def _short(value: float) -> str:
    if np.isnan(value):
        return "not known"
    return "not reached" if np.isinf(value) else f"{value:.3g}"


def as_table(outcomes: Mapping[str, Any] | tuple[Outcome, ...]) -> list[dict[str, Any]]:
    """Outcomes as rows of a table."""
    held = outcomes.values() if isinstance(outcomes, Mapping) else outcomes
    return [
        {"arm": one.arm, "outcome": one.name, "unit": one.unit, "median": plain(one.value), "low": plain(one.low), "high": plain(one.high)}
        for one in held
    ]
