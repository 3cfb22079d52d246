"""A page for export signals: each protein as a track drawn to scale, its hits with what makes them, and maps of substitutions.

This module lays out; the markup is in ``nes_track.html.j2``. Lengths of drawings are in units of their own (1 is a pixel at full size).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import BadQuantity, UnknownName
from exportin.nes.alphabet import NOTHING, RESIDUES
from exportin.nes.known import KnownSignal, known_signals
from exportin.nes.scales import scale
from exportin.report.background import cite

if TYPE_CHECKING:
    from exportin.nes.hit import Hit, Hits
    from exportin.nes.mutants import Mutants
    from exportin.nes.records import Record

__all__ = ["MOST_SECTIONS", "write_nes_page"]

MOST_SECTIONS = 50  # records with a section of their own
WINDOW = 21  # residues that the disorder is averaged over
_LEAST_TOLD, _MOST_TOLD = 3, 25  # hits with a chart; the others have a line
_LEFT, _RIGHT, _WIDEST, _NARROWEST, _RESIDUE = 118, 90, 920, 420, 18
_PLOT, _LANE, _LETTER = 120, 16, 7.0  # height of the plot, of a row of marks; width of a letter of a label
_MOST_LANES, _OVER = 3, 40  # rows of labels, and how far they may stand over the ends of the plot
_SHOWN = "ILVMFWYCATSNQGPHKRDE"  # residues of a map, those that fill a pocket first


@dataclass(frozen=True)
class Axis:
    """The residues of a protein along a line."""

    length: int
    width: float

    def edge(self, residue: int) -> float:
        """Where a residue begins, counted from 1; that of the one behind the last is the end."""
        return _LEFT + (residue - 1) * self.width / self.length

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Place and number: the first residue, round ones, and the last."""
        gap = 60 * self.length / self.width
        step = next(step for step in (lead * 10**zeros for zeros in range(9) for lead in (1, 2, 5)) if step >= gap)
        inner = [at for at in range(step, self.length, step) if min(at - 1, self.length - at) > 0.7 * gap]
        told = sorted({1, *inner, self.length})
        return [((self.edge(at) + self.edge(at + 1)) / 2, f"{at:,}") for at in told]


def write_nes_page(hits: Hits, *, mutants: Mapping[tuple[str, int], Mutants] | None = None, cutoff: float, title: str) -> str:
    """Hits of one or more proteins as one self-contained HTML page, without script and network.

    Parameters
    ----------
    hits : Hits
        Of a scan that left none out; the page itself tells those below the cut-off apart.
    mutants : mapping of (str, int) to Mutants, optional
        Substitutions of signals, by record and rank.
    cutoff : float
        Probability from which a hit is shown as one.
    title : str

    Returns
    -------
    page : str

    Raises
    ------
    BadQuantity
        If the cut-off is no probability.
    UnknownName
        If there are mutants of a record that was not scanned.

    Examples
    --------
    >>> from exportin.nes import scan_nes
    >>> page = write_nes_page(scan_nes("PKIA"), cutoff=0.3, title="PKI")
    >>> page[:15], "LALKLAGLDI" in page
    ('<!DOCTYPE html>', True)
    """
    if isinstance(cutoff, bool) or not 0 <= cutoff <= 1:
        raise BadQuantity(f"cutoff: {cutoff!r} is not a probability; expected a number from 0 to 1.")
    by_record: dict[str, list[Hit]] = {record.name: [] for record in hits.records}
    for hit in hits:
        by_record[hit.record].append(hit)
    changed: dict[str, list[Mutants]] = {}
    for (name, _), one in sorted((mutants or {}).items(), key=lambda item: item[0]):
        if name not in by_record:
            raise UnknownName("record", name, list(by_record))
        changed.setdefault(name, []).append(one)
    told = [record for number, record in enumerate(hits.records) if number < MOST_SECTIONS or record.name in changed]
    sections = [_section(number, one, by_record[one.name], changed.get(one.name, []), cutoff) for number, one in enumerate(told)]
    numbers = {section["record"].name: section["id"] for section in sections}
    shown = [hit for section in sections for hit in section["told"]]
    largest = max((abs(value) for hit in shown for value in _terms(hit).values()), default=1.0)
    rows = [(record, by_record[record.name][:1], numbers.get(record.name)) for record in hits.records]
    found = sum(bool(best) and best[0].probability >= cutoff for _, best, _ in rows)
    return _render(
        {"title": title, "cutoff": cutoff, "hits": hits, "rows": rows, "found": found, "sections": sections},
        {"largest": max(largest, 0.5), "sources": cite(_sources(sections)), "most": MOST_SECTIONS},
    )


def _render(*contexts: Mapping[str, Any]) -> str:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    here = resources.files("exportin.report")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"signed": _signed, "terms": _terms, "letters": _letters, "merged": _merged, "px": "{:.1f}".format}
    style = Markup("\n".join((here / name).read_text(encoding="utf-8") for name in ("report.css", "nes_track.css")))
    page = environment.from_string((here / "nes_track.html.j2").read_text(encoding="utf-8"))
    return page.render({name: value for context in contexts for name, value in context.items()}, style=style, window=WINDOW)


def _signed(number: float, digits: int = 2) -> str:
    """A number with its sign; one that rounds to zero has none."""
    told = f"{number:+.{digits}f}"
    return told.replace("-", "\u2212") if float(told) else told[1:]


def _terms(hit: Hit) -> dict[str, float]:
    """Contributions other than the baseline, each pocket with its anchor."""
    named = {phi: f"pocket {phi[-1]}, {hit.pockets.get(phi, 'no anchor')}" for phi in hit.contributions if phi.startswith("phi")}
    return {named.get(term, term): value for term, value in hit.contributions.items() if term != "baseline"}


def _letters(hit: Hit) -> list[tuple[str, str]]:
    """Residues of the core, each with the number of its pocket or nothing."""
    pocket = {int(anchor[1:]): phi[-1] for phi, anchor in hit.pockets.items()}
    return [(letter, pocket.get(place, "")) for place, letter in enumerate(hit.sequence, start=hit.start)]


def _section(number: int, record: Record, hits: list[Hit], changed: list[Mutants], cutoff: float) -> dict[str, Any]:
    """All that the page tells of one record."""
    above = sum(hit.probability >= cutoff for hit in hits)
    count = min(max(above, _LEAST_TOLD), _MOST_TOLD)
    known = _merged(known_signals(record))
    missed = [one for one in known if not any(one.start <= hit.end and hit.start <= one.end for hit in hits)]
    told = {"hits": hits, "above": above, "told": hits[:count], "others": hits[count:], "known": known, "missed": missed}
    drawn = {"track": _track(record, hits, known, cutoff), "maps": [_map(one) for one in changed]}
    return {"id": f"record-{number + 1}", "record": record} | told | drawn


def _merged(known: Iterable[KnownSignal]) -> list[KnownSignal]:
    """Recorded signals with the same ends as one, with all their sources."""
    ends: dict[tuple[int, int, bool], list[KnownSignal]] = {}
    for one in known:
        ends.setdefault((one.start, one.end, one.doubt), []).append(one)
    told = []
    for (start, end, doubt), same in sorted(ends.items()):
        keys = dict.fromkeys(key for one in same for key in one.source.split())
        told.append(KnownSignal(start, end, doubt, " and ".join(dict.fromkeys(one.table for one in same)), " ".join(keys)))
    return told


def _sources(sections: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Keys of all sources that the page names."""
    told = [one.source for section in sections for one in section["known"]]
    told += [gate.source for section in sections for hit in section["told"] for gate in hit.gates]
    return tuple(sorted({key for keys in told for key in keys.split() if key != "-"}))


def _track(record: Record, hits: Sequence[Hit], known: Sequence[KnownSignal], cutoff: float) -> dict[str, Any]:
    """The drawing of a record, from its labels down to its axis."""
    length = len(record.letters)
    axis = Axis(length, min(_WIDEST, max(_NARROWEST, _RESIDUE * length)))
    labels, lanes = _labels(axis, hits, cutoff)
    base = (top := 18 + 15 * lanes) + _PLOT
    spelled = axis.width / length >= 9.5
    signals, signal_rows = _marks(axis, [(one.start, one.end, f"{one.start}–{one.end}", one) for one in known])
    gated = [hit for hit in hits if hit.gates]
    gates, gate_rows = _marks(axis, [(hit.start, hit.end, "▲ 9 ▼ 9", hit) for hit in gated], middle=True)
    first = base + (22 if spelled else 10)
    second = first + _LANE * signal_rows
    curve_top = second + _LANE * gate_rows + 10
    anchored = {int(anchor[1:]) for hit in hits for anchor in hit.pockets.values()}
    middle, right = axis.width / length / 2, _LEFT + axis.width
    frame = {"width": right + _RIGHT, "height": curve_top + 108, "left": _LEFT, "right": right, "ticks": axis.ticks}
    plot = {"top": top, "base": base, "cut": base - _PLOT * cutoff, "plot": _PLOT, "bars": [_bar(axis, hit, base) for hit in hits]}
    rows = {"lane": _LANE, "signals": signals, "signals_top": first, "gates": gates, "gates_top": second}
    return frame | plot | rows | {
        "labels": [{**label, "y": top - 15 - 15 * label["lane"]} for label in labels],
        "letters": [(axis.edge(at) + middle, one, at in anchored) for at, one in enumerate(record.sequence, 1) if spelled],
        "curve": _curve(axis, _smooth(record.codes), curve_top),
        "curve_top": curve_top,
    }


def _bar(axis: Axis, hit: Hit, base: float) -> dict[str, Any]:
    start, end = axis.edge(hit.start), axis.edge(hit.end + 1)
    width, middle = max(end - start, 3.0), (start + end) / 2
    return {"hit": hit, "x": middle - width / 2, "middle": middle, "width": width, "top": base - _PLOT * hit.probability}


def _labels(axis: Axis, hits: Sequence[Hit], cutoff: float) -> tuple[list[dict[str, Any]], int]:
    """Places of the hits over the plot, the best first, where no label and no line to a bar meets another; and the number of rows."""
    placed: list[dict[str, Any]] = []
    for hit in (hit for number, hit in enumerate(hits) if hit.probability >= cutoff or number < 2 * _LEAST_TOLD):
        text = f"{hit.start}–{hit.end}"
        half, middle = _LETTER * len(text) / 2 + 3, (axis.edge(hit.start) + axis.edge(hit.end + 1)) / 2
        for shift, lane in ((shift, lane) for shift in (0, 1, -1, 2, -2) for lane in range(_MOST_LANES)):
            x = min(max(middle + shift * half, _LEFT - _OVER + half), _LEFT + axis.width + _OVER - half)
            one = {"text": text, "x": x, "middle": middle, "half": half, "hit": hit, "lane": lane}
            if all(_apart(one, other) for other in placed):
                placed.append(one)
                break
    return placed, 1 + max((one["lane"] for one in placed), default=-1)


def _apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two labels and the lines that go down from them keep clear of each other."""
    if (one["x"] - other["x"]) * (one["middle"] - other["middle"]) <= 0:
        return False
    if one["lane"] == other["lane"]:
        return abs(one["x"] - other["x"]) >= one["half"] + other["half"]
    low = min(one, other, key=lambda label: label["lane"])
    return abs(one["x"] - other["x"]) > low["half"]


def _marks(axis: Axis, wanted: Sequence[tuple[int, int, str, Any]], middle: bool = False) -> tuple[list[dict[str, Any]], int]:
    """Marks in rows so that they and their labels stay apart, a label behind its mark, or before it at the right end; number of rows."""
    ends: list[float] = []
    marks: list[dict[str, Any]] = []
    for start, end, text, what in sorted(wanted, key=lambda one: one[:2]):
        x, width, size = axis.edge(start), max(axis.edge(end + 1) - axis.edge(start), 4.0), _LETTER * len(text) + 8
        if middle:
            x, width, size = min(max(x + width / 2 - size / 2, _LEFT), _LEFT + axis.width - size), size, 0
        before = x + width + size > _LEFT + axis.width + _RIGHT
        low, high = (x - size, x + width) if before else (x, x + width + size)
        row = next((row for row, taken in enumerate(ends) if taken + 3 <= low), len(ends))
        ends[row:] = [high, *ends[row + 1 :]]
        marks.append({"x": x, "width": width, "before": before, "row": row, "text": text, "what": what})
    return marks, len(ends)


def _smooth(codes: bytes, window: int = WINDOW) -> np.ndarray:
    """Mean of TOP-IDP around each residue, over those that are there; nan where all of them say nothing.

    Examples
    --------
    >>> [round(float(value), 3) for value in _smooth(bytes([0, 0, 20, 20, 20]), 3)[:3]]
    [0.06, 0.06, 0.06]
    """
    at = np.frombuffer(codes, dtype=np.uint8)
    known = at != NOTHING
    sums = [np.concatenate([[0.0], np.cumsum(values)]) for values in (np.where(known, scale("disorder")[at], 0.0), known)]
    places = np.arange(len(at))
    low, high = np.maximum(places - window // 2, 0), np.minimum(places + window // 2 + 1, len(at))
    total, count = (one[high] - one[low] for one in sums)
    return np.divide(total, count, out=np.full(len(at), np.nan), where=count > 0)


def _curve(axis: Axis, values: np.ndarray, top: float, height: float = 60.0) -> str:
    """The disorder as a path, from -0.5 at the bottom to 1 at the top; neighbours that fall on one pixel are averaged."""
    step = max(1, len(values) // _WIDEST)
    path, drawn = [], False
    for begin in range(0, len(values), step):
        some = values[begin : begin + step]
        some = some[np.isfinite(some)]
        if len(some):
            x, y = axis.edge(1) + (begin + step / 2) * axis.width / axis.length, top + height * (1 - some.mean()) / 1.5
            path.append(f"{'L' if drawn else 'M'}{min(x, _LEFT + axis.width):.1f} {min(max(y, top), top + height):.1f}")
        drawn = bool(len(some))
    return "".join(path)


def _map(one: Mutants) -> dict[str, Any]:
    """The substitutions of a signal as coloured cells."""
    letters = one.record.sequence
    told = one.change[np.isfinite(one.change) & ~one.lost]
    largest = max(float(np.abs(told).max(initial=0.0)), 0.1)
    pocket = {int(anchor[1:]): phi[-1] for phi, anchor in one.wild.pockets.items()}
    columns = [(place, letters[place - 1], pocket.get(place, "")) for place in one.positions]
    cells = []
    for (column, (place, wild, _)), (row, residue) in product(enumerate(columns), enumerate(_SHOWN)):
        code = RESIDUES.index(residue)
        value, lost = float(one.change[column, code]), bool(one.lost[column, code])
        kind = "wild" if residue == wild else "lost" if lost else "change" if np.isfinite(value) else "none"
        color = _color(value / largest) if kind == "change" else ""
        cells.append({"column": column, "row": row, "kind": kind, "color": color, "name": f"{wild}{place}{residue}", "value": value})
    legend = [(_color(share), _signed(share * largest)) for share in np.linspace(-1, 1, 9).tolist()]
    return {"mutants": one, "columns": columns, "rows": _SHOWN, "cells": cells, "legend": legend}


def _color(share: float) -> str:
    """Of a scale from orange (-1) over white to purple (1), which people with any colour vision tell apart."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return to_hex(colormaps["PuOr"]((share + 1) / 2))
