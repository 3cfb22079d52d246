"""A drawing of the cell: where each cargo's molecules are before and during treatment, as dots either side of the envelope."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from exportin.report.nuclear_share import Moment, ShareChange, choose_moment, compare_shares

if TYPE_CHECKING:
    from exportin.result import Result

__all__ = ["draw_cell", "draw_shares", "tell_shares"]

DOTS = 20  # a dot is a twentieth of a cargo's molecules
WIDTH = 590
_ENVELOPE = 364  # x of the nuclear envelope on the side where the dots are
_STEP, _RADIUS = 9.0, 3.5
_ROW, _HEAD = 58, 110  # height of a cargo's two lines; of the legend
_BEFORE, _DURING, _INK, _SOFT = "#ffffff", "#0072B2", "#222222", "#595959"
_FONT = "font-family=\"'DejaVu Sans', Verdana, 'Liberation Sans', Arial, sans-serif\""


def draw_cell(result: Result, prefix: str = "cell-") -> str:
    """The drawing as an ``<svg>`` element, with a title and a description that tell the numbers.

    Parameters
    ----------
    result : Result
        With ``<SYMBOL>_nuclear``, or ``<SYMBOL>_nc`` and a cell of the catalogue.
    prefix : str
        Put before every id.

    Returns
    -------
    svg : str
        Empty where no cargo was observed.
    """
    moment = choose_moment(result)
    return draw_shares(compare_shares(result, moment), moment, prefix)


def draw_shares(changes: Sequence[ShareChange], moment: Moment | None, prefix: str = "cell-") -> str:
    """The drawing of given shares; see `draw_cell`."""
    if not changes:
        return ""
    height = _HEAD + _ROW * len(changes) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="{prefix}title {prefix}desc" {_FONT} font-size="15" fill="{_INK}">',
        f'<title id="{prefix}title">Where each cargo is, before{"" if moment is None else " and during"} treatment</title>',
        f'<desc id="{prefix}desc">{escape(tell_shares(changes, moment))}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        *_legend(moment),
        *_compartments(len(changes), height),
    ]
    for place, change in enumerate(changes):
        parts += _cargo(change, _HEAD + 34 + _ROW * place)
    return "\n".join([*parts, "</svg>"]) + "\n"


def tell_shares(changes: Sequence[ShareChange], moment: Moment | None) -> str:
    """The drawing in words: each cargo's nuclear share before and during treatment."""
    when = "before treatment" if moment is None else f"before treatment and at {moment.time} ({moment.why})"
    told = []
    for change in changes:
        during = "" if change.during is None else f" and {_percent(change.during[1])} during"
        told.append(f"{change.name} {_percent(change.before[1])} before{during}")
    return f"Share of the molecules in the nucleus {when}: {'; '.join(told)}."


def _percent(share: float) -> str:
    """A share for people; the ends are said only where they are reached.

    Examples
    --------
    >>> [_percent(share) for share in (0.433, 0.002, 0.0, 0.997)]
    ['43 %', '< 1 %', '0 %', '> 99 %']
    """
    if 0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 < share < 1 else f"{100 * share:.0f} %"


def _legend(moment: Moment | None) -> list[str]:
    parts = [_dot(14, 15, False), '<text x="24" y="20">before treatment (0 h)</text>']
    told = f"1 dot = {100 // DOTS} % of a cargo's molecules"
    if moment is not None:
        parts += [_dot(254, 15, True), f'<text x="264" y="20">during: at {escape(moment.time)}</text>']
        parts.append(f'<text x="8" y="60" fill="{_SOFT}">{escape(f"{moment.time}: {moment.why}")}</text>')
    return [*parts, f'<text x="8" y="40" fill="{_SOFT}">{escape(told)}</text>']


def _compartments(rows: int, height: int) -> list[str]:
    """Cell, nucleus and the pores of its envelope, one pore beside each cargo."""
    top, bottom = _HEAD - 38, height - 4
    shapes = [
        f'<rect x="4" y="{top}" width="{WIDTH - 8}" height="{bottom - top}" rx="48" fill="#FBF1DC" stroke="#8A6D3B" stroke-width="2.5"/>',
        f'<rect x="18" y="{top + 14}" width="{_ENVELOPE - 18}" height="{bottom - top - 28}" rx="34" '
        'fill="#E4ECF5" stroke="#3F5B7A" stroke-width="4"/>',
    ]
    for row in range(rows):
        y = _HEAD + 34 + _ROW * row
        shapes.append(f'<rect x="{_ENVELOPE - 4}" y="{y - 7}" width="8" height="14" fill="#F2EEE6"/>')
        for edge in (y - 8.5, y + 8.5):
            shapes.append(f'<ellipse cx="{_ENVELOPE}" cy="{edge}" rx="5.5" ry="2.5" fill="#3F5B7A"/>')
    label = f'y="{_HEAD - 2}" text-anchor="middle" font-weight="bold"'
    shapes.append(f'<text x="{(_ENVELOPE + 18) // 2}" {label}>nucleus</text>')
    shapes.append(f'<text x="{(_ENVELOPE + WIDTH) // 2 - 4}" {label}>cytoplasm</text>')
    return shapes


def _cargo(change: ShareChange, middle: float) -> list[str]:
    """One cargo: its name, and a line of dots crossing the envelope at each time."""
    name = change.name if len(change.name) <= 9 else change.name[:8] + "…"
    parts = [f'<text x="32" y="{middle + 5}" font-weight="bold"><title>{escape(change.name)}</title>{escape(name)}</text>']
    lines = [(middle - (11 if change.during else 0), change.before[1], False)]
    if change.during is not None:
        lines.append((middle + 11, change.during[1], True))
    for y, share, filled in lines:
        inside = round(DOTS * min(max(share, 0.0), 1.0))
        parts.append(f'<text x="172" y="{y + 5.5}" text-anchor="end">{_percent(share)}</text>')
        parts += [_dot(_ENVELOPE - 13 - _STEP * k, y, filled) for k in range(inside)]
        parts += [_dot(_ENVELOPE + 13 + _STEP * k, y, filled) for k in range(DOTS - inside)]
    return parts


def _dot(x: float, y: float, filled: bool) -> str:
    fill = _DURING if filled else _BEFORE
    return f'<circle cx="{x:g}" cy="{y:g}" r="{_RADIUS}" fill="{fill}" stroke="{_DURING}" stroke-width="1.3"/>'
