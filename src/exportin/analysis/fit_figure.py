"""A fit as a picture: the data with their spread, and the fitted course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportin.report.figure import COLOURS, GREY, HEIGHT, WIDTH, own_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from exportin.analysis.estimate import Estimate

__all__ = ["draw_fit"]


def draw_fit(found: Estimate) -> Figure:
    """One panel an observable, at most two beside each other: points with bars of one standard deviation, and a line."""
    from matplotlib.figure import Figure

    names = list(found.problem.observables)
    columns = min(len(names), 2)
    rows = -(-len(names) // columns)
    with own_style():
        figure = Figure(figsize=(WIDTH * columns, HEIGHT * rows + 0.3), layout="constrained")
        figure.suptitle(f"{found.problem.title} (chi-square {found.optimum.chi_square:.1f} for {found.count} data)", fontsize=10)
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, name in zip(panels, names, strict=False):
            some = [one for one in found.problem.data if one.observable == name]
            axes.errorbar(
                [one.time for one in some], [one.value for one in some], [one.sd for one in some],
                fmt="o", markersize=4, color=COLOURS[1], ecolor=GREY, elinewidth=1, label="measured, 1 SD",
            )  # fmt: skip
            axes.plot(found.times, found.curves[name], color=COLOURS[0], linewidth=1.6, label="fitted")
            unit = found.problem.observables[name][1]
            axes.set_ylabel(name if unit == "1" else f"{name} ({unit})")
            axes.set_xlabel(f"time ({found.problem.time_unit})")
            axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        panels[0].legend(frameon=False, fontsize=8.5)
        for axes in panels[len(names) :]:
            axes.set_axis_off()
    return figure
