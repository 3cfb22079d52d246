"""Kaplan and Meier's curves as a picture: bands, censored subjects, numbers at risk below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exportin.report.figure import COLOURS, STYLES, own_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from exportin.cohort.survival.estimate import Survival

__all__ = ["draw_survival"]

WIDTH, CURVES, ROW = 6.4, 3.4, 0.22  # inches


def draw_survival(found: Survival, unit: str = "") -> Figure:
    """One panel of curves and, below it, the numbers at risk.

    Parameters
    ----------
    found : Survival
    unit : str
        Of the times, for the axis.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    arms = len(found.curves)
    below = 0.42 + ROW * arms
    height = CURVES + below + 0.95
    longest = max(len(one.arm) for one in found.curves)
    left = min(0.34, (1.0 + 0.075 * longest) / WIDTH)
    with own_style():
        figure = Figure(figsize=(WIDTH, height), facecolor="white")
        axes = figure.add_axes((left, (below + 0.5) / height, 0.96 - left, CURVES / height))
        end = max(float(one.time[-1]) for one in found.curves)
        for place, one in enumerate(found.curves):
            colour, style = COLOURS[place % len(COLOURS)], STYLES[place % len(STYLES)]
            axes.fill_between(one.time, 100 * one.low, 100 * one.high, step="post", color=colour, alpha=0.15, linewidth=0)
            axes.step(one.time, 100 * one.survival, where="post", color=colour, linestyle=style, linewidth=1.6, label=_label(one))
            axes.plot(one.censored, 100 * one.at(one.censored), "|", color=colour, markersize=6)
        axes.set_ylim(0, 103)
        axes.set_xlim(0, end * 1.02)
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        axes.set_ylabel("survival (%)")
        axes.set_xlabel(f"time ({unit})" if unit else "time")
        axes.legend(frameon=False, fontsize=8.5, loc="upper right")
        if found.log_rank_p is not None:
            told = "p < 0.0001" if found.log_rank_p < 1e-4 else f"p = {found.log_rank_p:.2g}"
            axes.set_title(f"log-rank {told}", loc="left", fontsize=9.5)
        ticks = [tick for tick in axes.get_xticks() if 0 <= tick <= end * 1.02]
        table = figure.add_axes((left, 0.06 / height, 0.96 - left, below / height))
        table.set_xlim(axes.get_xlim())
        table.set_ylim(arms + 0.9, -0.9)
        table.axis("off")
        table.text(0.0, -0.4, "at risk (censored ticks on the curves)", fontsize=8, va="center", color="#595959")
        for place, one in enumerate(found.curves):
            colour = COLOURS[place % len(COLOURS)]
            beside = table.get_yaxis_transform()
            table.text(-0.07, place + 0.7, one.arm, fontsize=8.5, ha="right", va="center", color=colour, transform=beside)
            for tick, count in zip(ticks, one.number_at_risk(np.array(ticks)), strict=True):
                table.text(tick, place + 0.7, str(int(count)), fontsize=8.5, ha="center", va="center")
    return figure


def _label(one) -> str:
    median = f"{one.median:.3g}" if np.isfinite(one.median) else "not reached"
    return f"{one.arm} (n = {one.subjects}, median {median})"
