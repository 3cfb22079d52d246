"""The trade-off of schedules as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportin.report.figure import COLOURS, GREY, own_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from exportin.cohort.schedule.search import Schedules

__all__ = ["draw_schedules"]

MARKS = ("o", "s", "^", "D", "v", "P", "X")


def draw_schedules(found: Schedules) -> Figure:
    """Benefit over the first limited outcome: a marker for each set of days, crosses of intervals, a line through the best."""
    from matplotlib.figure import Figure

    with own_style():
        figure = Figure(figsize=(7.2, 4.6), layout="constrained", facecolor="white")
        axes = figure.subplots()
        patterns = list(dict.fromkeys(one.level.days for one in found.candidates))
        for place, days in enumerate(patterns):
            here = [one for one in found.candidates if one.level.days == days]
            x, y = [_harm(one) for one in here], [one.benefit for one in here]
            colour = COLOURS[place % len(COLOURS)]
            axes.errorbar(
                [one.value for one in x], [one.value for one in y], xerr=_arms(x), yerr=_arms(y), fmt=MARKS[place % len(MARKS)],
                color=colour, markersize=6, elinewidth=0.6, alpha=0.9, label=f"days {', '.join(map(str, days))}",
            )  # fmt: skip
            for one, across, up in zip(here, x, y, strict=True):
                told = f"{one.level.amount:g}"
                axes.annotate(told, (across.value, up.value), xytext=(5, 5), textcoords="offset points", fontsize=8, color=colour)
        best = sorted((_harm(one).value, one.benefit.value) for one in found.frontier)
        if best:
            across, up = zip(*best, strict=True)
            axes.plot(across, up, color=GREY, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1, label="beaten by no other")
        name, most = next(iter(found.limits.items()), ("", None))
        if most is not None:
            axes.axvline(most, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
            axes.annotate("limit", (most, axes.get_ylim()[1]), xytext=(3, -10), textcoords="offset points", fontsize=8, color=GREY)
        axes.set_xlabel(f"{name} ({found.candidates[0].limited[0].unit})" if found.candidates[0].limited else "")
        axes.set_ylabel(f"{found.benefit} ({found.candidates[0].benefit.unit})")
        axes.set_title(f"{found.drug}, {found.disease}: mg a dose at each point", loc="left", fontsize=9.5, fontweight="bold")
        axes.legend(frameon=False, fontsize=8, loc="best")
    return figure


def _arms(outcomes):
    """Lengths of the arms of error bars."""
    return [[one.value - one.low for one in outcomes], [one.high - one.value for one in outcomes]]


def _harm(one):
    """The outcome across: the first that is limited, else the benefit itself."""
    return one.limited[0] if one.limited else one.benefit
