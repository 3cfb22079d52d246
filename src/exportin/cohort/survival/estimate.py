"""Kaplan and Meier's curve, the log-rank test and Cox's model of a table, through lifelines."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.cohort.survival.table import SurvivalTable, read_survival
from exportin.errors import BadQuantity, UnknownName
from exportin.json_number import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["TIES", "Curve", "Effect", "Survival", "compare_two", "require_lifelines", "survival"]

TIES = "Efron"  # how events at one time are counted in Cox's model: the one that lifelines has
LEAST_PER_COVARIATE = 10  # events
CLOSE = 1e-12  # of the search for Cox's coefficients
_TIME, _EVENT = "time", "event"


@dataclass(frozen=True)
class Curve:
    """Survival of one arm.

    Attributes
    ----------
    arm : str
    time, survival, low, high : ndarray, shape (step,)
        From time 0 on; the bounds are those of the log-log transform, 95 %.
    at_risk : ndarray of int, shape (step,)
        Just before each time.
    censored : ndarray, shape (lost,)
        Times of subjects without the event.
    subjects, events : int
    median, median_low, median_high : float
        Infinite where the curve does not come down to a half.
    """

    arm: str
    time: NDArray[np.float64]
    survival: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    censored: NDArray[np.float64]
    subjects: int
    events: int
    median: float
    median_low: float
    median_high: float

    def at(self, times: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Survival at some times, shape (time,)."""
        return self.survival[np.searchsorted(self.time, np.asarray(times, dtype=float), side="right") - 1]

    def number_at_risk(self, times: Sequence[float] | NDArray[np.float64]) -> NDArray[np.int64]:
        """Subjects still watched just before some times, shape (time,)."""
        places = np.searchsorted(self.time, np.asarray(times, dtype=float), side="left")
        return np.where(places < len(self.time), self.at_risk[np.minimum(places, len(self.time) - 1)], 0)


@dataclass(frozen=True)
class Effect:
    """One row of Cox's model: hazard ratio with its 95 % interval."""

    name: str
    coefficient: float
    standard_error: float
    hazard_ratio: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Survival:
    """What a table of survival says.

    Attributes
    ----------
    table : SurvivalTable
    curves : tuple of Curve
        One an arm.
    log_rank : float or None
        Chi-square over all arms; None with one arm.
    log_rank_p : float or None
    effects : tuple of Effect
        Of Cox's model: arms against the first, and covariates.
    proportional_p : mapping of str to float
        Of a test that each hazard ratio stays the same over time; small where it does not.
    log_likelihood : float or None
    notes : tuple of str
    """

    table: SurvivalTable
    curves: tuple[Curve, ...]
    log_rank: float | None
    log_rank_p: float | None
    effects: tuple[Effect, ...]
    proportional_p: dict[str, float]
    log_likelihood: float | None
    notes: tuple[str, ...]

    def __getitem__(self, arm: str) -> Curve:
        for one in self.curves:
            if one.arm == arm:
                return one
        raise UnknownName("arm of this table", arm, [one.arm for one in self.curves])

    def __str__(self) -> str:
        lines = [f"{self.table.source}: {len(self.table)} subjects, {int(self.table.event.sum())} events"]
        for one in self.curves:
            interval = f"95 % {one.median_low:.4g} to {one.median_high:.4g}"
            lines.append(f"{one.arm}: {one.subjects} subjects, {one.events} events, median {one.median:.4g} ({interval})")
        if self.log_rank is not None:
            lines.append(f"log-rank chi-square {self.log_rank:.4g} on {len(self.curves) - 1} df, p = {self.log_rank_p:.3g}")
        for one in self.effects:
            proportional = self.proportional_p[one.name]
            told = f"; not the same over time (p = {proportional:.2g})" if proportional < 0.05 else ""
            lines.append(f"{one.name}: hazard ratio {one.hazard_ratio:.4g} ({one.low:.4g} to {one.high:.4g}), p = {one.p:.3g}{told}")
        ties = [f"Cox's model with {TIES}'s ties, log likelihood {self.log_likelihood:.3f}."] if self.effects else []
        return "\n".join([*lines, *ties, *self.notes])

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON; what is infinite is None."""
        arms = [
            {"arm": one.arm, "subjects": one.subjects, "events": one.events, "median": plain(one.median),
             "median_low": plain(one.median_low), "median_high": plain(one.median_high), "time": one.time.tolist(),
             "survival": one.survival.tolist(), "low": one.low.tolist(), "high": one.high.tolist(), "at_risk": one.at_risk.tolist()}
            for one in self.curves
        ]  # fmt: skip
        return {
            "source": self.table.source, "subjects": len(self.table), "events": int(self.table.event.sum()), "arms": arms,
            "log_rank": self.log_rank, "log_rank_p": self.log_rank_p, "ties": TIES,
            "effects": [{name: plain(value) for name, value in asdict(one).items()} for one in self.effects],
            "proportional_p": {name: plain(value) for name, value in self.proportional_p.items()},
            "log_likelihood": plain(self.log_likelihood), "notes": list(self.notes),
        }  # fmt: skip

    def plot(self, unit: str = "") -> Figure:
        """Kaplan and Meier's curves with their bands, censored subjects and the numbers at risk."""
        from exportin.cohort.survival.figure import draw_survival

        return draw_survival(self, unit)


def survival(
    table: str | os.PathLike[str] | SurvivalTable,
    *,
    time: str | None = None,
    event: str | None = None,
    arm: str | None = None,
    covariates: Sequence[str] = (),
) -> Survival:
    """Estimate survival by arm, compare the arms, and fit Cox's model. Needs lifelines.

    Parameters
    ----------
    table : path or SurvivalTable
        See `exportin.cohort.survival.table.read_survival`, whose `time`, `event`, `arm` and `covariates` these are.

    Returns
    -------
    survival : Survival

    Raises
    ------
    BadTable, BadQuantity
    """
    held = table if isinstance(table, SurvivalTable) else read_survival(table, time=time, event=event, arm=arm, covariates=covariates)
    curves = tuple(_curve(held, one) for one in held.arms)
    log_rank = _log_rank(held) if len(curves) > 1 else (None, None)
    effects, proportional, log_likelihood = _cox(held) if len(curves) > 1 or held.covariates else ((), {}, None)
    return Survival(held, curves, *log_rank, effects, proportional, log_likelihood, _notes(held, effects))


def compare_two(
    time: NDArray[np.float64], event: NDArray[np.bool_], other_time: NDArray[np.float64], other_event: NDArray[np.bool_]
) -> tuple[float, float]:
    """Cox's hazard ratio of one group against another and the p of the log-rank test.

    The ratio is 0 or infinite where one group has no event; both are NaN where neither has.

    Examples
    --------
    >>> long, short, all_seen = np.array([4.0, 6.0, 9.0]), np.array([1.0, 2.0, 5.0]), np.array([True] * 3)
    >>> ratio, p = compare_two(long, all_seen, short, all_seen)
    >>> ratio < 1.0, 0.0 < p < 1.0
    (True, True)
    """
    if not (event.any() or other_event.any()):
        return float("nan"), float("nan")
    arms = ("other",) * len(other_time) + ("one",) * len(time)
    table = SurvivalTable(np.concatenate([other_time, time]), np.concatenate([other_event, event]), arms, {}, "two groups")
    if not (event.any() and other_event.any()):
        return (float("inf") if event.any() else 0.0), _log_rank(table)[1]
    effects, _, _ = _cox(table, proportional=False)
    return effects[0].hazard_ratio, _log_rank(table)[1]


def require_lifelines() -> Any:
    """The package lifelines, or a refusal that says how to install it."""
    try:
        import lifelines
    except ImportError as error:
        raise BadQuantity("survival needs lifelines, which is not installed; install it with: pip install 'exportin[analysis]'") from error
    return lifelines


def _curve(table: SurvivalTable, arm: str) -> Curve:
    from importlib import import_module

    fitter, here = require_lifelines().KaplanMeierFitter(alpha=0.05), table.of(arm)
    fitter.fit(table.time[here], table.event[here])
    times = fitter.survival_function_.index.to_numpy(dtype=float)
    band = fitter.confidence_interval_.to_numpy(dtype=float)
    found = fitter.event_table
    between = import_module("lifelines.utils").median_survival_times(fitter.confidence_interval_)
    low, high = (float(one) for one in between.to_numpy(dtype=float).ravel()[:2])
    return Curve(
        arm, times, fitter.survival_function_.to_numpy(dtype=float)[:, 0], band[:, 0], band[:, 1],
        found.loc[times, "at_risk"].to_numpy(dtype=np.int64), np.sort(table.time[here & ~table.event]), int(here.sum()),
        int(table.event[here].sum()), float(fitter.median_survival_time_), min(low, high), max(low, high),
    )  # fmt: skip


def _log_rank(table: SurvivalTable) -> tuple[float, float]:
    from importlib import import_module

    require_lifelines()
    found = import_module("lifelines.statistics").multivariate_logrank_test(table.time, list(table.arm), table.event)
    return float(found.test_statistic), float(found.p_value)


def _cox(table: SurvivalTable, proportional: bool = True) -> tuple[tuple[Effect, ...], dict[str, float], float]:
    from importlib import import_module

    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

    lifelines = require_lifelines()
    first, *others = table.arms
    columns: dict[str, Any] = {f"{one} against {first}": table.of(one).astype(float) for one in others} | dict(table.covariates)
    for name, column in columns.items():
        if np.ptp(column) == 0:
            raise BadQuantity(f"{table.source}: {name!r} is the same for every subject; leave it out of the model.")
    if {_TIME, _EVENT} & set(columns):
        raise BadQuantity(f"{table.source}: {_TIME!r} and {_EVENT!r} are no covariates; give the columns of numbers that may explain it.")
    frame = pd.DataFrame({**columns, _TIME: table.time, _EVENT: table.event})
    fitter = lifelines.CoxPHFitter(alpha=0.05)
    wrong = import_module("lifelines.exceptions")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wrong.ConvergenceWarning)  # where an arm has no events, which a note tells
            fitter.fit(frame, _TIME, _EVENT, fit_options={"precision": CLOSE, "r_precision": CLOSE})
    except wrong.ConvergenceError as error:
        told = "as when all events are in one arm or covariates repeat each other; leave one out"
        raise BadQuantity(f"{table.source}: Cox's model has no solution, {told}.") from error
    rows = fitter.summary
    effects = tuple(
        Effect(name, *(float(rows.loc[name, column]) for column in (
            "coef", "se(coef)", "exp(coef)", "exp(coef) lower 95%", "exp(coef) upper 95%", "p")))
        for name in columns
    )  # fmt: skip
    if not proportional:
        return effects, {}, float(fitter.log_likelihood_)
    tested = import_module("lifelines.statistics").proportional_hazard_test(fitter, frame, time_transform="km").summary
    return effects, {name: float(tested.loc[name, "p"]) for name in columns}, float(fitter.log_likelihood_)


def _notes(table: SurvivalTable, effects: tuple[Effect, ...]) -> tuple[str, ...]:
    notes = []
    events = int(table.event.sum())
    if events < LEAST_PER_COVARIATE * len(effects):
        notes.append(f"{events} events are few for {len(effects)} rows of Cox's model; the intervals are too narrow.")
    apart = [one.name for one in effects if not (np.isfinite(one.high) and one.low > 0)]
    if apart:
        notes.append(f"{', '.join(apart)}: the events are wholly apart, so that there is no hazard ratio; look at the curves.")
    for arm in table.arms:
        if not table.event[table.of(arm)].any():
            notes.append(f"{arm} has no event: its curve says nothing after its last subject, and its hazard ratio is not known.")
    return tuple(notes)
