"""A combination as a picture: each drug alone, the effect over both doses, what is beyond the expected, and the isobologram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.analysis.response.figure import show_patients
from exportin.report.figure import COLOURS, GREY, own_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from exportin.analysis.combination.synergy import Synergy

__all__ = ["draw_synergy", "isobole"]

LEVEL = 0.5  # inhibition of the isobologram
WIDTH, HEIGHT = 3.5, 3.0


def draw_synergy(found: Synergy) -> Figure:
    """Six panels: each drug alone, observed inhibition, excess over Bliss, over Loewe, the index or ZIP, and the isobologram."""
    from matplotlib.figure import Figure

    shown = [name for name in ("Bliss", "Loewe", "ZIP", "HSA") if name in found.excess][:3]
    with own_style():
        figure = Figure(figsize=(3 * WIDTH, 2 * HEIGHT), layout="constrained", facecolor="white")
        panels = figure.subplots(2, 3).ravel()
        _draw_singles(panels[0], found)
        _draw_map(figure, panels[1], found, found.observed, "Inhibition", None)
        for axes, name in zip(panels[2:5], shown, strict=False):
            score = found[name]
            _draw_map(figure, axes, found, found.excess[name], f"Beyond {name}: {score.verdict}", 0.05)
        _draw_isobole(panels[5], found)
        for axes in panels[2 + len(shown) : 5]:
            axes.set_axis_off()
        figure.suptitle(found.title, fontsize=11, fontweight="bold")
    return figure


def _draw_singles(axes: Axes, found: Synergy) -> None:
    for drug, name in enumerate(found.plate.drugs):
        wells = found.plate.single(drug)
        doses = found.plate.doses[wells, drug]
        grid = np.geomspace(doses.min(), doses.max(), 100)
        axes.plot(doses, 100 * (1 - found.plate.viability[wells]), "os"[drug], markersize=4, color=COLOURS[drug], alpha=0.7, linewidth=0)
        label = f"{name} (EC50 {_number(found.curves[drug].C[0])} µM)"
        axes.plot(grid, 100 * found.curves[drug].at(grid)[0], color=COLOURS[drug], linestyle="-" if drug == 0 else "--", label=label)
    axes.set_xscale("log")
    for drug, name in enumerate(found.plate.drugs):
        show_patients(axes, name, COLOURS[drug], ("", "///")[drug], "{drug} {kind} in patients,\n{dose}")
    axes.set_ylim(-5, 175)  # room for the legend
    axes.set_yticks(range(0, 101, 20))
    axes.set_xlabel("dose (µM)")
    axes.set_ylabel("inhibition (%)")
    axes.set_title("Each alone", loc="left", fontsize=10, fontweight="bold")
    axes.legend(frameon=False, fontsize=7, loc="upper left", borderaxespad=0.0, handlelength=1.5)


def _draw_map(figure: Figure, axes: Axes, found: Synergy, values: NDArray[np.float64], title: str, least: float | None) -> None:
    """A cell a combination; `least` makes the colours diverge from zero, with at least that much at their ends."""
    first, second = (np.unique(found.points[:, drug]) for drug in range(2))
    table = np.full((len(second), len(first)), np.nan)
    table[np.searchsorted(second, found.points[:, 1]), np.searchsorted(first, found.points[:, 0])] = 100 * values
    if least is None:
        look: dict[str, Any] = {"cmap": "cividis", "vmin": 0.0, "vmax": 100.0}
    else:
        most = max(100 * least, float(np.nanmax(np.abs(table))))
        look = {"cmap": "PuOr_r", "vmin": -most, "vmax": most}
    image = axes.imshow(table, origin="lower", aspect="auto", **look)
    axes.set_xticks(_some(len(first)), [_number(first[place]) for place in _some(len(first))])
    axes.set_yticks(_some(len(second)), [_number(second[place]) for place in _some(len(second))])
    axes.set_xlabel(f"{found.plate.drugs[0]} (µM)")
    axes.set_ylabel(f"{found.plate.drugs[1]} (µM)")
    axes.set_title(title, loc="left", fontsize=10, fontweight="bold")
    axes.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, label="%" if least is None else "points of inhibition", shrink=0.9)


def _draw_isobole(axes: Axes, found: Synergy) -> None:
    axes.set_title(f"Isobologram at {100 * LEVEL:g} % inhibition", loc="left", fontsize=10, fontweight="bold")
    alone = [float(curve.dose_for([LEVEL])[0]) for curve in found.curves]
    points = isobole(found, LEVEL)
    if not all(np.isfinite(one) and one > 0 for one in alone) or not len(points):
        axes.text(0.5, 0.5, f"{100 * LEVEL:g} % is not reached\nby each drug alone and together", ha="center", va="center", fontsize=9)
        axes.set_axis_off()
        return
    axes.plot([0, 1], [1, 0], color=GREY, linewidth=1, linestyle=(0, (4, 2)), label="additive (Loewe)")
    axes.plot(points[:, 0] / alone[0], points[:, 1] / alone[1], "o-", markersize=4, color=COLOURS[0], label="combination")
    axes.set_xlim(0, 1.25)
    axes.set_ylim(0, 1.25)
    axes.set_xlabel(f"{found.plate.drugs[0]} / {_number(alone[0])} µM")
    axes.set_ylabel(f"{found.plate.drugs[1]} / {_number(alone[1])} µM")
    axes.legend(frameon=False, fontsize=8, loc="upper right")


def isobole(found: Synergy, level: float) -> NDArray[np.float64]:
    """Pairs of doses with one effect, shape (point, 2): at each dose of the first drug, the second's between whose doses the effect passes.

    Interpolated on the logarithm of dose in the observed effects.
    """
    points = []
    for dose in np.unique(found.points[:, 0]):
        here = found.points[:, 0] == dose
        order = np.argsort(found.points[here, 1])
        doses, effect = found.points[here, 1][order], found.observed[here][order]
        passing = np.flatnonzero((effect[:-1] < level) & (effect[1:] >= level))
        if passing.size:
            at = int(passing[0])
            part = (level - effect[at]) / (effect[at + 1] - effect[at])
            points.append((dose, float(np.exp(np.log(doses[at]) + part * (np.log(doses[at + 1]) - np.log(doses[at]))))))
    return np.array(points).reshape(-1, 2)


def _some(count: int) -> list[int]:
    """Places of at most five ticks."""
    return list(range(0, count, max(1, -(-count // 5))))


def _number(value: float) -> str:
    return f"{value:.2g}" if value < 100 else f"{value:.0f}"
