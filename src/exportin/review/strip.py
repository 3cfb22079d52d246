"""The figure of an experiment: one strip a contrast, with a mark for each draw, the median, the interval, and where the claim holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from exportin.review.shown import figure, told_effect

if TYPE_CHECKING:
    from exportin.review.compare import Effect
    from exportin.review.measure import Part

__all__ = ["draw_strips"]

WIDTH, ROW, LEFT, RIGHT, TOP = 660, 62, 16, 16, 4
HOLDS, FAILS, INK, SOFT, SHADE = "#0072b2", "#b34700", "#222222", "#555555", "#e6f1f8"
_STYLE = f'font-family="system-ui, DejaVu Sans, Arial, sans-serif" font-size="12" fill="{INK}"'


def draw_strips(parts: Sequence[Part]) -> str:
    """SVG of the parts of an experiment, without scripts or outer files."""
    height = TOP + ROW * len(parts) + 6
    told = escape("; ".join(f"{part.contrast}: {told_effect(part.effect)}" for part in parts))
    rows = [_row(part, TOP + ROW * place) for place, part in enumerate(parts)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="{told}"><g {_STYLE}>{"".join(rows)}</g></svg>'
    )


def _row(part: Part, top: float) -> str:
    effect, axis = part.effect, top + 34
    title = str(part.contrast)
    longest = 92
    shown = title if len(title) <= longest else f"{title[: longest - 1]}…"
    share = "-" if math.isnan(effect.share) else f"{100 * effect.share:.0f} %"
    head = f'<text x="{LEFT}" y="{top + 12}"><title>{escape(title)}</title>{escape(shown)}</text>'
    head += f'<text x="{WIDTH - RIGHT}" y="{top + 12}" text-anchor="end" font-weight="600">{share}</text>'
    known = effect.values[effect.known]
    if not len(known):
        return f'{head}<text x="{LEFT}" y="{axis}" fill="{SOFT}">no draw has a living untreated cell, or the model lacks this</text>'
    place = _scale(effect)
    low, high = effect.interval
    body = _shades(effect, place, axis)
    body += f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{axis}" y2="{axis}" stroke="#bbbbbb"/>'
    body += f'<line x1="{place(low):.1f}" x2="{place(high):.1f}" y1="{axis}" y2="{axis}" stroke="{INK}" stroke-width="3"/>'
    body += "".join(_mark(place(value), axis, turn, held) for turn, (value, held) in enumerate(_paired(effect)))
    middle = f"{place(effect.median):.1f}"
    body += f'<line x1="{middle}" x2="{middle}" y1="{axis - 9}" y2="{axis + 9}" stroke="{INK}" stroke-width="2"/>'
    return head + body + _ticks(effect, place, axis)


def _paired(effect: Effect) -> list[tuple[float, bool]]:
    return [(float(value), bool(held)) for value, held in zip(effect.values, effect.holds, strict=True) if not math.isnan(value)]


def _mark(x: float, axis: float, turn: int, held: bool) -> str:
    y = axis + (turn % 5 - 2) * 2.6
    fill, edge = (HOLDS, HOLDS) if held else ("#ffffff", FAILS)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{fill}" stroke="{edge}" stroke-width="1.3" fill-opacity="0.8"/>'


def _bounds(effect: Effect) -> tuple[float, float]:
    """Ends of the axis, in its own (perhaps logarithmic) measure; what is infinite or nothing stands at an end."""
    neutral = 1.0 if effect.logarithmic and effect.unit == "fold" else 0.0
    values = [*effect.values[effect.known], *effect.lines, *([neutral] if effect.what else [])]
    if effect.logarithmic:
        held = [math.log10(value) for value in values if 0 < value < math.inf]
    else:
        held = [value for value in values if math.isfinite(value)]
    low, high = (min(held), max(held)) if held else (-1.0, 1.0)
    room = max(0.06 * (high - low), 0.02)
    return low - room, high + room


def _scale(effect: Effect):
    low, high = _bounds(effect)

    def place(value: float) -> float:
        if effect.logarithmic:
            value = -math.inf if value <= 0 else math.log10(value) if value < math.inf else math.inf
        return LEFT + (WIDTH - LEFT - RIGHT) * float(np.clip((value - low) / (high - low), 0.0, 1.0))

    return place


def _shades(effect: Effect, place, axis: float) -> str:
    """Where the comparison holds, seen from a draw in which it does: the side of the line, or between two."""
    left, right = float(LEFT), float(WIDTH - RIGHT)
    if len(effect.lines) == 2:
        begin, end = sorted(place(line) for line in effect.lines)
        spans = [(begin, end)] if effect.side == "inside" else [(left, begin), (end, right)]
    else:
        line = place(effect.lines[0])
        spans = [(line, right)] if effect.side == "above" else [(left, line)]
    boxes = "".join(f'<rect x="{a:.1f}" y="{axis - 13}" width="{max(0.0, b - a):.1f}" height="26" fill="{SHADE}"/>' for a, b in spans)
    edges = "".join(
        f'<line x1="{place(line):.1f}" x2="{place(line):.1f}" y1="{axis - 13}" y2="{axis + 13}" stroke="{SOFT}" stroke-dasharray="3 2"/>'
        for line in effect.lines
    )
    return boxes + edges


def _ticks(effect: Effect, place, axis: float) -> str:
    """The line, the median, and what the number is; labels that would meet are left out, the median never."""
    y = axis + 24
    taken: list[tuple[float, float]] = []
    found = []
    for value, weight in [(effect.median, "600"), *((line, "400") for line in effect.lines)]:
        text = figure(value, effect)
        half = 3.4 * len(text)
        x = float(np.clip(place(value), LEFT + half, WIDTH - RIGHT - half))
        if all(x + half + 4 < begin or x - half - 4 > end for begin, end in taken):
            taken.append((x - half, x + half))
            where = f'x="{x:.1f}" y="{y}" text-anchor="middle"'
            found.append(f'<text {where} font-size="11" font-weight="{weight}" fill="{SOFT}">{escape(text)}</text>')
    what = effect.what or {"uM": "dose", "1": ""}.get(effect.unit, "")
    room = 6.2 * len(what) + 8
    if what and all(end < WIDTH - RIGHT - room for _, end in taken):
        found.append(f'<text x="{WIDTH - RIGHT}" y="{y}" text-anchor="end" font-size="11" fill="{SOFT}">{escape(what)}</text>')
    elif what and all(begin > LEFT + room for begin, _ in taken):
        found.append(f'<text x="{LEFT}" y="{y}" font-size="11" fill="{SOFT}">{escape(what)}</text>')
    return "".join(found)
