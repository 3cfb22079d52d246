"""A trial in pictures: survival with its band over runs, best changes as a waterfall, treatment as swimmers, platelets over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exportin.cohort.response import RESPONSE
from exportin.cohort.trial.course import REASONS
from exportin.cohort.trial.outcomes import MONTH
from exportin.report.figure import COLOURS, GREY, STYLES, own_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from exportin.cohort.trial.result import TrialResult

    Array = NDArray[np.float64]

__all__ = ["draw_platelets", "draw_survival_band", "draw_swimmers", "draw_trial", "draw_waterfall"]

SWIMMERS, LEAST_SHOWN, MOST_SHOWN = 30, -100.0, 100.0
MARKS = {"progression": ("x", "#D55E00"), "toxicity": ("s", "#0072B2"), "death": ("D", "#000000")}


def draw_trial(found: TrialResult) -> Figure:
    """Four panels: PFS, OS, platelets, best changes of the first arm."""
    from matplotlib.figure import Figure

    with own_style():
        figure = Figure(figsize=(10.5, 7.6), layout="constrained", facecolor="white")
        axes = figure.subplots(2, 2)
        draw_survival_band(axes[0, 0], found, "PFS", "progressed", "progression-free (%)")
        draw_survival_band(axes[0, 1], found, "OS", "died", "alive (%)")
        draw_platelets(axes[1, 0], found)
        draw_waterfall(axes[1, 1], found, found.trial.arms[0].name)
        figure.suptitle(found.trial.title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def draw_survival_band(axes: Axes, found: TrialResult, time: str, event: str, label: str) -> None:
    """Share of each arm that is free of the event: median and central 90 % of the runs."""
    end = found.trial.weeks * 7.0
    grid = np.linspace(0.0, end, 160)
    for place, arm in enumerate(found.trial.arms):
        curves = np.array([_free(found.records(run, arm.name), time, event, grid) for run in range(len(found.record))])
        low, middle, high = np.quantile(100.0 * curves, (0.05, 0.5, 0.95), axis=0)
        colour, style = COLOURS[place % len(COLOURS)], STYLES[place % len(STYLES)]
        if len(curves) > 1:
            axes.fill_between(grid / MONTH, low, high, step="post", color=colour, alpha=0.16, linewidth=0)
        told = f"{arm.name} (n = {arm.patients})"
        axes.step(grid / MONTH, middle, where="post", color=colour, linestyle=style, linewidth=1.6, label=told)
    axes.set_xlim(0, end / MONTH)
    axes.set_ylim(0, 103)
    axes.set_xlabel("time (months)")
    axes.set_ylabel(label)
    axes.legend(frameon=False, fontsize=8, loc="upper right")


def draw_platelets(axes: Axes, found: TrialResult) -> None:
    """Median platelets of the living in each arm, and the central 90 % of the patients of all runs; the bounds of grades 3 and 4."""
    weeks = np.arange(found.platelets.shape[2])
    for place, arm in enumerate(found.trial.arms):
        here = np.concatenate([found.platelets[run][found._arm(run, arm.name)] for run in range(len(found.record))])
        living = np.isfinite(here).mean(axis=0) > 0.05
        low, middle, high = (_over_living(here[:, living], share) for share in (0.05, 0.5, 0.95))
        colour, style = COLOURS[place % len(COLOURS)], STYLES[place % len(STYLES)]
        axes.fill_between(weeks[living], low, high, color=colour, alpha=0.12, linewidth=0)
        axes.plot(weeks[living], middle, color=colour, linestyle=style, linewidth=1.6, label=arm.name)
    for bound, told in ((50.0, "grade 3"), (25.0, "grade 4")):
        axes.axhline(bound, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        axes.annotate(told, (weeks[-1], bound), xytext=(-2, 2), textcoords="offset points", ha="right", fontsize=7.5, color=GREY)
    axes.set_xlim(0, weeks[-1])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("time (weeks)")
    axes.set_ylabel("platelets (10⁹/L)")
    axes.legend(frameon=False, fontsize=8, loc="upper right")


def draw_waterfall(axes: Axes, found: TrialResult, arm: str, run: int = 0) -> None:
    """Best change of each patient of an arm in one run, those with a response in another colour."""
    record = found.records(run, arm)
    change = np.clip(100.0 * record["change"], LEAST_SHOWN, MOST_SHOWN)
    order = np.argsort(-change, kind="stable")
    responded = (record["best"] >= RESPONSE)[order]
    place = np.arange(len(order))
    axes.bar(place[~responded], change[order][~responded], width=0.9, color=COLOURS[0], label="no response")
    axes.bar(place[responded], change[order][responded], width=0.9, color=COLOURS[5], label="response")
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    axes.set_xlabel(f"patients of {arm}, one run")
    axes.set_ylabel("best change (%)")
    axes.set_xticks([])
    axes.set_ylim(LEAST_SHOWN * 1.05, max(5.0, change.max(initial=0.0) * 1.1))
    axes.legend(frameon=False, fontsize=8, loc="upper right")


def draw_swimmers(found: TrialResult, arm: str, run: int = 0) -> Figure:
    """Treatment of patients of an arm, evenly taken from the longest to the shortest: response, and why it ended."""
    from matplotlib.figure import Figure

    record = found.records(run, arm)
    order = np.argsort(-record["stop_week"], kind="stable")
    shown = order[np.unique(np.linspace(0, len(order) - 1, min(SWIMMERS, len(order))).astype(int))]
    with own_style():
        figure = Figure(figsize=(7.0, 1.2 + 0.17 * len(shown)), layout="constrained", facecolor="white")
        axes = figure.subplots()
        for place, patient in enumerate(shown):
            stop, response = record["stop_week"][patient], record["response_week"][patient]
            axes.barh(place, stop, height=0.62, color="#9ecae1")
            if 0 <= response <= stop:
                axes.plot(response, place, "^", color="#009E73", markersize=5)
            reason = REASONS[int(record["stop_reason"][patient])]
            if reason in MARKS:
                mark, colour = MARKS[reason]
                axes.plot(stop, place, mark, color=colour, markersize=4.5)
            else:
                axes.annotate("→", (stop, place), fontsize=8, va="center")
        for told, (mark, colour) in {"first response": ("^", "#009E73"), **MARKS}.items():
            axes.plot([], [], mark, color=colour, markersize=5, linestyle="none", label=told)
        axes.set_yticks([])
        axes.set_ylim(len(shown) - 0.3, -0.7)
        axes.set_xlim(left=0)
        axes.set_xlabel("weeks on treatment (an arrow: still on it)")
        axes.set_title(f"{arm}: {len(shown)} of {len(order)} patients, one run", loc="left", fontsize=9.5, fontweight="bold")
        axes.legend(frameon=False, fontsize=8, loc="lower right")
    return figure


def _free(record: dict[str, Array], time: str, event: str, grid: Array) -> Array:
    """Kaplan and Meier's curve at the times of a grid; everybody is watched to the end, so that it is the share without an event."""
    seen = np.where(record[event] > 0, record[time], np.inf)
    return 1.0 - np.searchsorted(np.sort(seen), grid, side="right") / len(seen)


def _over_living(values: Array, share: float) -> Array:
    return np.nanquantile(values, share, axis=0)
