"""Curves with bands: median and central 90 % of all runs over time, one axis a group of quantities."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.report.exposed import Given, read_exposures
from exportin.report.panel import Panel, group_panels, shown_time
from exportin.report.quantity import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from exportin.result import Result

__all__ = ["draw_curves", "draw_panels", "write_svg"]

# Okabe and Ito's colours, those with the least contrast to white last; the line styles tell the curves apart without them.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
STYLES = ("-", (0, (5, 2)), (0, (1, 1.3)), (0, (6, 2, 1, 2)), (0, (9, 3)), (0, (3, 1, 1, 1, 1, 1)), (0, (2, 3)))
INK, GREY = "#222222", "#595959"
WIDTH, HEIGHT = 4.6, 2.8  # inches of one panel: text stays legible when it is shown 360 px wide
_LEFT, _TOP, _BOTTOM = 0.6, 0.53, 0.52
_STEPS = {"h": (0.25, 0.5, 1, 2, 3, 6, 12, 24), "d": (0.5, 1, 2, 7, 14, 28, 56, 84, 168, 364)}
_FONTS = "'DejaVu Sans', Verdana, 'Liberation Sans', Arial, sans-serif"  # the widest first: the layout is made for it
_OWN: dict[Any, Any] = {
    "svg.hashsalt": "exportin",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.parse_math": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
}


@contextmanager
def own_style() -> Iterator[None]:
    """Matplotlib's defaults with ours, whatever the user's settings, which are put back afterwards."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_OWN)
        yield


def draw_curves(result: Result, names: Sequence[str]) -> Figure:
    """Curves of observables: the median, with the central 90 % of all runs as a band.

    Parameters
    ----------
    result : Result
    names : sequence of str
        Observables; those of one kind and unit share an axis.

    Returns
    -------
    figure : matplotlib Figure
        Free of pyplot; ``figure.savefig`` writes it. Time is in hours up to three days and in days beyond.

    Raises
    ------
    UnknownName
        If an observable is not in the result.
    """
    return draw_panels(result, group_panels(result, names))


def draw_panels(result: Result, panels: Sequence[Panel]) -> Figure:
    """One figure of panels, at most three beside each other."""
    from matplotlib.figure import Figure

    columns = 1 if len(panels) <= 1 else 2 if len(panels) <= 4 else 3
    rows = max(1, -(-len(panels) // columns))
    given = read_exposures(result)
    with own_style():
        figure = Figure(figsize=(WIDTH * columns, HEIGHT * rows), facecolor="white")
        if not panels:
            figure.text(0.5, 0.5, "No observable to show.", ha="center", va="center")
        for place, panel in enumerate(panels):
            row, column = divmod(place, columns)
            right = _right_margin(result, panel, given)
            above = _TOP + 0.15 * max(0, len(given) - 1)
            across, up = WIDTH * columns, HEIGHT * rows
            left, bottom = column * WIDTH + _LEFT, (rows - 1 - row) * HEIGHT + _BOTTOM
            size = ((WIDTH - _LEFT - right) / across, (HEIGHT - above - _BOTTOM) / up)
            axes = figure.add_axes((left / across, bottom / up, *size))
            _draw_panel(axes, result, panel, given)
    return figure


def write_svg(figure: Figure, prefix: str = "") -> str:
    """A figure as an ``<svg>`` element that is the same at every writing.

    Parameters
    ----------
    figure : matplotlib Figure
    prefix : str
        Put before every id, so that several figures fit into one page.
    """
    target = io.StringIO()
    with own_style():
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = target.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*<!--.*?-->", "", text, flags=re.DOTALL)
    text = text.replace("'DejaVu Sans'", _FONTS)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda found: f' id="{prefix}{found[1]}"' if found[1] in used else "", text)
    text = re.sub(r'(url\(#|href="#)', rf"\g<1>{prefix}", text)
    return re.sub(r"(\d\.\d\d)\d+", r"\1", text)  # a hundredth of a point is finer than any screen


def _draw_panel(axes: Axes, result: Result, panel: Panel, given: Sequence[Given]) -> None:
    time, unit = shown_time(result)
    if panel.logarithmic:
        axes.set_yscale("log")
    axes.set_ylim(panel.low, panel.high)
    axes.set_xlim(float(time[0]), float(time[-1]))
    for place, quantity in enumerate(panel.quantities):
        low, median, high = quantity.bands(result)
        if panel.logarithmic:  # a curve that goes to zero leaves through the floor instead of ending in the air
            low, median, high = (np.clip(curve, panel.low / 10, None) for curve in (low, median, high))
        colour = COLOURS[place % len(COLOURS)]
        if result.runs > 1:
            axes.fill_between(time, low, high, color=colour, alpha=0.22 if place == 0 else 0.12, linewidth=0)
            for edge in (low, high):
                axes.plot(time, edge, color=colour, linewidth=0.5, linestyle=STYLES[place % len(STYLES)], alpha=0.8)
        axes.plot(time, median, color=colour, linewidth=1.7, linestyle=STYLES[place % len(STYLES)])
    reference = _reference(result, panel)
    if reference is not None:
        axes.axhline(reference, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
    _scale_axes(axes, panel, unit, float(time[-1]))
    _mark_doses(axes, given, 24.0 if unit == "d" else 1.0)
    axes.set_title(panel.heading, loc="left", fontsize=10, fontweight="bold", pad=12 + 10.8 * max(0, len(given) - 1))
    _label_ends(axes, result, panel, reference)


def _reference(result: Result, panel: Panel) -> float | None:
    """Level of the untreated cell, where one line can tell it."""
    first = panel.quantities[0]
    if first.kind not in ("capacity", "mrna", "protein", "ratio", "share", "level"):
        return None
    starts = [float(quantity.bands(result)[1, 0]) for quantity in panel.quantities]
    return starts[0] if max(starts) - min(starts) <= 1e-9 * abs(max(starts)) else None


def _scale_axes(axes: Axes, panel: Panel, unit: str, horizon: float) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    step = next((step for step in _STEPS[unit] if horizon / step <= 7), None)
    axes.xaxis.set_major_locator(MaxNLocator(6) if step is None else FixedLocator(list(np.arange(0, horizon * (1 + 1e-9), step))))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    if panel.logarithmic:
        decades = np.log10(panel.high / panel.low)
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0,) if decades > 2.8 else (1.0, 3.0)))
        axes.yaxis.set_minor_locator(LogLocator(subs=range(2, 10)))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.10g}"))
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.10g}"))
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"time ({unit})", labelpad=2)


def _mark_doses(axes: Axes, given: Sequence[Given], hours: float) -> None:
    """Doses as ticks, and time in the dish as bars, above the upper edge; one row a drug."""
    step = 0.15 / (HEIGHT - _TOP - _BOTTOM)
    for place, one in enumerate(given):
        height = 1.015 + step * (len(given) - 1 - place)
        across = axes.get_xaxis_transform()
        if one.doses:
            axes.vlines(np.array(one.doses) / hours, height, height + 0.045, color=INK, linewidth=1.1, transform=across, clip_on=False)
        for start, stop in one.spans:
            ends = [max(start / hours, 0.0), stop / hours]
            bar = axes.plot(ends, [height + 0.02] * 2, color=INK, linewidth=3, transform=across, clip_on=False)
            bar[0].set_solid_capstyle("butt")
        if len(given) > 1:
            axes.text(1.02, height + 0.02, one.drug, transform=axes.transAxes, fontsize=8, va="center")


def _labels(result: Result, panel: Panel) -> list[str]:
    """What stands at the right end of each curve; nothing where the heading says it."""
    if len(panel.quantities) == 1:
        return []
    if panel.quantities[0].kind == "drug":
        return [quantity.title.replace(panel.title, "").strip() or quantity.title for quantity in panel.quantities]
    if panel.quantities[0].kind in ("ratio", "share"):
        return [describe(result, quantity.name).title.split(" ")[0] for quantity in panel.quantities]
    return [quantity.title for quantity in panel.quantities]


def _right_margin(result: Result, panel: Panel, given: Sequence[Given]) -> float:
    texts = _labels(result, panel) + (["untreated"] if _reference(result, panel) is not None else [])
    longest = max([len(text) for text in texts] + [0.85 * len(one.drug) - 3 for one in given if len(given) > 1], default=0)
    return 0.16 if longest == 0 else 0.4 + 0.08 * longest


def _label_ends(axes: Axes, result: Result, panel: Panel, reference: float | None) -> None:
    """Names at the right ends of the curves, moved apart where they would meet."""
    place = axes.transData + axes.transAxes.inverted()
    entries: list[tuple[float, str, str, object]] = []
    for number, text in enumerate(_labels(result, panel)):
        median = panel.quantities[number].bands(result)[1]
        last = float(np.clip(median[np.isfinite(median)][-1:].sum(), panel.low, panel.high))
        look = COLOURS[number % len(COLOURS)], STYLES[number % len(STYLES)]
        entries.append((float(place.transform((0.0, last))[1]), text, *look))
    if reference is not None:
        entries.append((float(place.transform((0.0, reference))[1]), "untreated", GREY, (0, (1, 2))))
    entries.sort(key=lambda entry: entry[0])
    heights = spread([entry[0] for entry in entries], 12.5 / 72 / (HEIGHT - _TOP - _BOTTOM))
    for (level, text, colour, style), height in zip(entries, heights, strict=True):
        outside: dict[str, Any] = {"transform": axes.transAxes, "color": colour, "clip_on": False}
        axes.plot([1.0, 1.022], [level, height], linewidth=0.8, **outside)
        axes.plot([1.022, 1.075], [height] * 2, linewidth=1.7, linestyle=style, **outside)
        axes.text(1.09, height, text, transform=axes.transAxes, fontsize=9, va="center")


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Ascending heights moved as little as keeps them `gap` apart and, if they fit, below 1.

    Examples
    --------
    >>> [round(height, 2) for height in spread([0.5, 0.51, 0.99], 0.1)]
    [0.5, 0.6, 0.99]
    >>> [round(height, 2) for height in spread([0.98, 0.99], 0.1)]
    [0.9, 1.0]
    """
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    ceiling = 1.0
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], ceiling)
        ceiling = placed[place] - gap
    return placed
