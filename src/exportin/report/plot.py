"""One plot of the report: drawing, caption, text alternative, its numbers as CSV and as a short table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from exportin.report.cell_drawing import draw_shares, tell_shares
from exportin.report.figure import draw_panels, write_svg
from exportin.report.nuclear_share import Moment, ShareChange
from exportin.report.panel import Panel, shown_time
from exportin.report.quantity import Quantity, display_number, display_time, plain_unit

if TYPE_CHECKING:
    from exportin.result import Result

__all__ = ["Plot", "plot_cell", "plot_panel", "safe_cell", "write_csv"]

XML = '<?xml version="1.0" encoding="utf-8"?>\n'
MOST_ROWS = 25  # of a table that is read by people; the CSV has every time
_MEANS = {
    "_free": "Unbound drug outside the cell.",
    "_plasma": "Total drug in plasma, free plus bound.",
    "XPO1_occupancy": "Share of the XPO1 protein present at the time that carries drug.",
    "XPO1_active": "XPO1 without drug, relative to all XPO1 before treatment.",
    "export_capacity": "Forward export rate constant of a trace cargo, relative to the same cell without drug.",
    "XPO1_total": "XPO1 protein in the whole cell, with and without drug.",
    "XPO1_mrna": "Relative to the untreated cell.",
    "_nc": "Nuclear over cytoplasmic concentration, free plus bound.",
    "_nuclear": "Share of the molecules that is in the nucleus.",
    "_n": "Nuclear concentration, free plus bound.",
    "_c": "Cytoplasmic concentration, free plus bound.",
    "pore_traffic": "Net export complexes leaving through one pore per second.",
}


@dataclass(frozen=True)
class Plot:
    """What the report needs of one plot.

    Attributes
    ----------
    slug : str
        Name of its files.
    title, caption, alternative : str
        Heading; what is shown; the same in words with numbers.
    inline, file : str
        The drawing for the page and as a file.
    csv : str
        All its numbers.
    header : tuple of str
        Of the short table.
    rows : tuple of tuple of str
        At most 25.
    section : str
        ``drug``, ``cargo``, ``other`` or ``cell``.
    """

    slug: str
    title: str
    caption: str
    alternative: str
    inline: str
    file: str
    csv: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    section: str


def plot_panel(result: Result, panel: Panel) -> Plot:
    """One axis with its curves as a plot."""
    svg = write_svg(draw_panels(result, [panel]), f"{panel.slug}-")
    alternative = _tell(result, panel)
    inline = re.sub(r"<svg[^>]*>", lambda found: _named(found[0], alternative), svg, count=1)
    words = f"\n <title>{escape(panel.heading)}</title>\n <desc>{escape(alternative)}</desc>"
    file = XML + re.sub(r"<svg[^>]*>", lambda found: found[0] + words, svg, count=1)
    header, rows = _short_table(result, panel)
    first = panel.quantities[0]
    xpo1 = first.kind in ("drug", "occupancy", "capacity", "protein", "mrna")
    section = "drug" if xpo1 else "cargo" if first.is_cargo else "other"
    caption, numbers = _caption(result, panel), _csv(result, panel)
    return Plot(panel.slug, panel.heading, caption, alternative, inline, file, numbers, header, rows, section)


def plot_cell(changes: Sequence[ShareChange], moment: Moment | None, runs: int = 1) -> Plot:
    """The drawing of the cell as a plot."""
    svg = draw_shares(changes, moment)
    words = ("before",) if moment is None else ("before", "during")
    header = ["cargo", *(f"{word} {level} [%]" for word in words for level in ("median", "p05", "p95"))]
    numbers = [[change.before] if change.during is None else [change.before, change.during] for change in changes]
    table = [
        [change.name, *(f"{100 * share:.10g}" for low, median, high in both for share in (median, low, high))]
        for change, both in zip(changes, numbers, strict=True)
    ]
    shown = [(change.name, *(_share(three, runs) for three in both)) for change, both in zip(changes, numbers, strict=True)]
    heads = ("Cargo", *(f"In the nucleus {word} (%)" for word in words))
    when = "" if moment is None else f" During: at {moment.time}, {moment.why}."
    caption = f"Share of each cargo's molecules in the nucleus{', medians' if runs > 1 else ''}.{when}"
    alternative, data = tell_shares(changes, moment), write_csv([header, *table])
    return Plot("cell", "Where the cargoes are", caption, alternative, svg, XML + svg, data, heads, tuple(shown), "cell")


def _share(three: tuple[float, float, float], runs: int) -> str:
    low, median, high = (display_number(100 * share) for share in three)
    return f"{median} ({low} to {high})" if runs > 1 else median


def write_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV; text that a spreadsheet would run as a formula is made harmless, numbers stay as they are."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return target.getvalue()


def safe_cell(text: str) -> str:
    """A cell with an apostrophe before whatever would make it a formula.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-0.5"), safe_cell("-x"), safe_cell("p53")
    ("'=1+1", '-0.5', "'-x", 'p53')
    """
    if text[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def _named(tag: str, alternative: str) -> str:
    """The opening tag without a fixed size, and with its text alternative."""
    plain = re.sub(r' (width|height|version|xmlns:xlink|xmlns)="[^"]*"', "", tag)
    return plain.replace("<svg", f'<svg role="img" aria-label="{escape(alternative)}"', 1)


def _caption(result: Result, panel: Panel) -> str:
    means = [_meaning(quantity) for quantity in panel.quantities]
    parts = list(dict.fromkeys(word for word in means if word))
    if result.runs > 1:
        parts.append(f"Median of {result.runs} runs; the band holds the central 90 %.")
    if panel.logarithmic:
        parts.append("Logarithmic axis.")
    return " ".join(parts) or "One run."


def _meaning(quantity: Quantity) -> str:
    ends = [text for end, text in _MEANS.items() if end[0] == "_" and quantity.name.endswith(end)]
    return _MEANS.get(quantity.name) or (ends[0] if ends else "")


def _csv(result: Result, panel: Panel) -> str:
    header, columns = ["time [h]"], [result.time]
    for quantity in panel.quantities:
        low, median, high = quantity.bands(result)
        unit = f"[{plain_unit(quantity.unit)}]"
        if result.runs > 1:
            header += [f"{quantity.title} {level} {unit}" for level in ("median", "p05", "p95")]
            columns += [median, low, high]
        else:
            header.append(f"{quantity.title} {unit}")
            columns.append(median)
    return write_csv([header, *([f"{value:.10g}" for value in row] for row in zip(*columns, strict=True))])


def _short_table(result: Result, panel: Panel) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Evenly spaced times with the first, the last and each curve's extremes."""
    time, unit = shown_time(result)
    bands = [quantity.bands(result) for quantity in panel.quantities]
    wanted = {0, len(time) - 1}
    for _, median, _ in bands:
        wanted |= {int(np.argmax(median)), int(np.argmin(median))}
    left = MOST_ROWS - len(wanted)  # both ends are wanted already
    even = np.linspace(0, len(time) - 1, min(len(time), left + 2)).round().astype(int)
    places = sorted(wanted | {int(place) for place in even})
    header = [f"Time ({unit})"]
    for quantity in panel.quantities:
        header.append(f"{_capital(quantity.title)}{f' ({quantity.unit})' if quantity.unit else ''}")
    rows = []
    for place in places:
        row = [f"{time[place]:.2f}"]
        for low, median, high in bands:
            interval = f" ({display_number(low[place])} to {display_number(high[place])})" if result.runs > 1 else ""
            row.append(display_number(median[place]) + interval)
        rows.append(tuple(row))
    return tuple(header), tuple(rows)


def _tell(result: Result, panel: Panel) -> str:
    """The plot in words, with numbers."""
    horizon = float(result.time[-1])
    told = [f"Line chart over {display_time(horizon, horizon)}."]
    for quantity in panel.quantities:
        low, median, high = quantity.bands(result)
        unit = f" {quantity.unit}" if quantity.unit else ""
        peak, dip = int(np.argmax(median)), int(np.argmin(median))
        if np.ptp(median) <= 1e-9 * np.abs(median).max():
            told.append(f"{_capital(quantity.title)} stays at {display_number(median[0])}{unit}.")
            continue
        words = f"{_capital(quantity.title)} ({unit.strip() or 'no unit'}): starts at {display_number(median[0])}, "
        for word, place in (("highest", peak), ("lowest", dip)):
            interval = f" ({display_number(low[place])} to {display_number(high[place])})" if result.runs > 1 else ""
            words += f"{word} {display_number(median[place])}{interval} at {display_time(float(result.time[place]), horizon)}, "
        told.append(f"{words}ends at {display_number(median[-1])}.")
    return " ".join(told)


def _capital(text: str) -> str:
    """A capital first letter, except in names that are written small.

    Examples
    --------
    >>> _capital("export capacity"), _capital("p53 N/C")
    ('Export capacity', 'p53 N/C')
    """
    return text if text[1:2].isdigit() else text[:1].upper() + text[1:]
