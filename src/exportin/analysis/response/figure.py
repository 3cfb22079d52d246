"""A curve over dose as a picture: median and band, and the wells of a plate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exportin.analysis.response.response import FALLS, HALF, SHARES
from exportin.pharmacology.in_patients import in_patients
from exportin.report.figure import COLOURS, GREY, HEIGHT, WIDTH, own_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from exportin.analysis.response.response import DoseResponse

__all__ = ["draw_response", "show_patients"]


def draw_response(found: DoseResponse) -> Figure:
    """One panel: the fitted curve's median with its band, the values behind it, and where half of the response is."""
    from matplotlib.figure import Figure

    doses = found.doses[found.doses > 0]
    grid = np.geomspace(doses.min(), doses.max(), 200)
    low, middle, high = np.quantile(found.curves.at(grid), (0.05, 0.5, 0.95), axis=0)
    share = 100.0 if found.observable in SHARES else 1.0
    with own_style():
        figure = Figure(figsize=(WIDTH * 1.15, HEIGHT * 1.2), layout="constrained", facecolor="white")
        axes = figure.subplots()
        axes.fill_between(grid, share * low, share * high, color=COLOURS[0], alpha=0.22, linewidth=0)
        axes.plot(grid, share * middle, color=COLOURS[0], linewidth=1.7, label="fitted curve (median, 5 to 95 %)")
        if found.plate is not None:
            _draw_wells(axes, found)
        else:
            axes.plot(doses, share * np.nanmedian(found.values, axis=0), "o", markersize=4, color=COLOURS[1], label="predicted (median)")
        half = found["IC50" if found.observable in FALLS else "ED50"] if share > 1 else None
        if half is not None and doses.min() <= half.value <= doses.max():
            axes.plot([half.value] * 2, [0, 100 * HALF], color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
            axes.annotate(f"{half.name} {half.value:.2g} µM", (half.value, 2), xytext=(4, 0), textcoords="offset points", fontsize=8.5)
        axes.set_xscale("log")
        show_patients(axes, found.drug)
        if share > 1:
            axes.set_ylim(min(-3.0, axes.get_ylim()[0]), max(103.0, axes.get_ylim()[1]))
        axes.set_xlabel(f"{found.drug} (µM)")
        axes.set_ylabel(f"{found.observable.replace('_', ' ')}{' (%)' if share > 1 else ''}")
        axes.set_title(f"{found.drug}: {found.source}", loc="left", fontsize=9.5, fontweight="bold")
        axes.legend(frameon=False, fontsize=8, loc="best")
    return figure


def show_patients(axes, drug: str, colour: str = GREY, hatch: str = "", told: str = "{kind} in patients, {dose}") -> None:
    """Shade what patients have of the drug; `told` is the legend, where ``{drug}``, ``{kind}`` and ``{dose}`` stand for its words."""
    patients = in_patients(drug)
    if patients is not None:
        words = told.format(drug=patients.drug, kind=patients.kind, dose=patients.dose)
        look = {"alpha": 0.14, "linewidth": 0, "zorder": 0, "hatch": hatch}
        axes.axvspan(patients.low, patients.high, facecolor=colour, edgecolor=colour, label=words, **look)


def _draw_wells(axes, found: DoseResponse) -> None:
    plate = found.plate
    assert plate is not None
    treated = plate.doses[:, 0] > 0
    flagged = np.isin(plate.lines, found.flagged) & treated
    plain = treated & ~flagged
    axes.plot(plate.doses[plain, 0], 100 * plate.viability[plain], "o", markersize=4, color=COLOURS[1], alpha=0.8, label="wells")
    if flagged.any():
        axes.plot(plate.doses[flagged, 0], 100 * plate.viability[flagged], "x", markersize=7, color="#000000", label="outlier (in the fit)")
