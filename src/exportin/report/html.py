"""The report: one self-contained HTML page, with each plot and its numbers as files beside it."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exportin.report import background
from exportin.report.exposed import read_exposures
from exportin.report.figure import draw_panels, write_svg
from exportin.report.headline import Number, headline_numbers
from exportin.report.influence import FEWEST_DRAWS, chance_level, rank_influences
from exportin.report.nuclear_share import choose_moment, compare_shares
from exportin.report.panel import group_panels
from exportin.report.plot import XML, Plot, plot_cell, plot_panel
from exportin.report.quantity import describe, display_number
from exportin.report.summary_text import most_moved, summarise

if TYPE_CHECKING:
    from exportin.result import Result

__all__ = ["write_report"]

_SECTIONS = {"drug": "Drug, XPO1 and export", "cargo": "Cargoes", "other": "Further curves"}
_MADE_BY = {
    "exportin": "exportin version",
    "model": "Model (hash)",
    "tables": "Parameter tables (hash)",
    "solver": "Solver",
    "relative_tolerance": "Relative tolerance",
    "absolute_tolerance": "Absolute tolerance",
    "python": "Python",
    "numpy": "NumPy",
}


@dataclass(frozen=True)
class Link:
    """One parameter's row in a table of influences."""

    parameter: str
    rho: str
    beyond: bool
    bar: Mapping[str, float]
    row: Mapping[str, str]


@dataclass(frozen=True)
class Ranking:
    """The parameters that go with one number, or why there is no such table."""

    title: str
    message: str
    chance: str
    links: tuple[Link, ...]


def write_report(folder: Path, result: Result, title: str, asked: str) -> None:
    """Write ``report.html``, ``timecourse.svg`` and ``plots/`` into an existing folder.

    Parameters
    ----------
    folder : Path
        Must exist.
    result : Result
    title : str
        Of the page.
    asked : str
        The scenario's YAML, or one line that says what was asked.

    Notes
    -----
    The page needs no network and no script. The same result gives the same bytes.
    """
    panels = group_panels(result, result.observables)
    plots = [plot_panel(result, panel) for panel in panels]
    moment = choose_moment(result)
    changes = compare_shares(result, moment)
    drawing = plot_cell(changes, moment, result.runs) if changes else None
    (folder / "plots").mkdir(exist_ok=True)
    for plot in [*plots, *([drawing] if drawing else [])]:
        _write(folder / "plots" / f"{plot.slug}.svg", plot.file)
        _write(folder / "plots" / f"{plot.slug}.csv", plot.csv)
    overview = write_svg(draw_panels(result, panels))
    _write(folder / "timecourse.svg", XML + overview)
    _write(folder / "report.html", _render(_context(result, title, asked, plots, drawing)))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _render(context: Mapping[str, Any]) -> str:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    here = resources.files("exportin.report")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["data_address"] = _data_address
    environment.filters["tied"] = lambda text: text.replace(" %", "\u00a0%")
    environment.filters["drawing"] = Markup  # only for SVG that this room wrote, with every text escaped
    style = Markup((here / "report.css").read_text(encoding="utf-8"))
    return environment.from_string((here / "template.html.j2").read_text(encoding="utf-8")).render(style=style, **context)


def _data_address(text: str) -> str:
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(text.encode("utf-8")).decode("ascii")


def _context(result: Result, title: str, asked: str, plots: list[Plot], drawing: Plot | None) -> dict[str, Any]:
    row = background.cell_row(result)
    sections = [(heading, [plot for plot in plots if plot.section == key]) for key, heading in _SECTIONS.items()]
    return {
        "title": title,
        "asked": asked.strip("\n"),
        "sentences": summarise(result),
        "runs": result.runs,
        "population": _population(result),
        "cell_name": (result.provenance.get("cell") or {}).get("name", "not told"),
        "concentrations": (result.provenance.get("cell") or {}).get("concentrations", "default"),
        "cell_facts": background.cell_facts(row) if row else [],
        "cell_sources": background.cite(row.sources) if row else [],
        "cell_changes": background.cell_changes(result),
        "exposures": read_exposures(result),
        "until": result.provenance.get("until", f"{result.time[-1]:g} h"),
        "sections": [(heading, members) for heading, members in sections if members],
        "drawing": drawing,
        "numbers": _numbers(result),
        "rankings": _rankings(result),
        "fewest": FEWEST_DRAWS,
        "grades": background.count_grades(result),
        "assumed": _assumed(result),
        "sources": _sources(result),
        "made_by": _made_by(result),
    }


def _population(result: Result) -> str:
    """What the runs are."""
    shape = result.shape[:3]
    words = ("patient", "patients"), ("draw of the parameters", "draws of the parameters"), ("cell", "cells")
    told = [f"{size} {many if size > 1 else one}" for size, (one, many) in zip(shape, words, strict=True) if size > 1]
    return " by ".join(told) if told else "one run with the values of the tables"


def _numbers(result: Result) -> list[tuple[str, list[Number]]]:
    """The table of headline numbers, one group an observable."""
    groups: dict[str, list[Number]] = {}
    for number in headline_numbers(result):
        groups.setdefault(number.quantity.title, []).append(number)
    return list(groups.items())


def _rankings(result: Result) -> list[Ranking]:
    """Rankings for the largest occupancy, the lowest export capacity and the cargo that moves most."""
    wanted = [("XPO1_occupancy", "highest"), ("export_capacity", "lowest")]
    moved = most_moved(result)
    wanted += [(moved[0].name, "largest change")] if moved else []
    wanted = [(name, statistic) for name, statistic in wanted if name in result]
    if result.shape[1] < FEWEST_DRAWS:
        return []
    return [_ranking(result, name, statistic) for name, statistic in wanted]


def _ranking(result: Result, name: str, statistic: str) -> Ranking:
    title = f"{statistic} of {describe(result, name).title}"
    influences = rank_influences(result, name, statistic)
    if not influences:
        return Ranking(title, "It is the same in every draw, so no parameter can be said to matter.", "", ())
    chance = chance_level(result, name, statistic)
    links = tuple(_link(result, one.parameter, one.rho, one.note, chance) for one in influences)
    clear = [link.parameter for link in links if link.beyond]
    few = f"{len(next(iter(result.drawn.values())))} draws and {len(result.drawn)} parameters"
    line = f"With {few}, the strongest of as many unrelated parameters stays below {chance:.2f} in 95 of 100 cases."
    verdict = f"Beyond that: {', '.join(clear)}." if clear else "None goes beyond that, so chance explains this order."
    return Ranking(title, f"{line} {verdict}", f"{chance:.2f}", links)


def _link(result: Result, parameter: str, rho: float, note: str, chance: float) -> Link:
    row = background.parameter_row(result, parameter)
    if row is None:
        told = {"value": "-", "grade": "-", "source": "-", "reason": note}
    else:
        unit = "" if row.unit == "1" else f" {row.unit}"
        told = {"value": display_number(row.value) + unit, "grade": row.grade, "source": row.source, "reason": row.reason}
    bar = {"start": 60 + 56 * min(rho, 0.0), "length": 56 * abs(rho), "low": 60 - 56 * chance, "high": 60 + 56 * chance}
    return Link(parameter, f"{rho:+.2f}".replace("-", "−"), abs(rho) > chance, bar, told)


def _assumed(result: Result) -> list[Any]:
    return [row for row in background.parameters_used(result).values() if row.grade == "assumed"]


def _sources(result: Result) -> list[tuple[str, str]]:
    """Citations of every parameter used, by key."""
    keys = {key for row in background.parameters_used(result).values() for key in row.source.split() if key != "-"}
    return background.cite(tuple(sorted(keys)))


def _made_by(result: Result) -> list[tuple[str, str]]:
    made = result.provenance
    pairs = [(heading, str(made[key])) for key, heading in _MADE_BY.items() if key in made]
    population = made.get("population") or {}
    if "seed" in population:
        pairs.append(("Seed", str(population["seed"])))
    if "points" in population:
        pairs.append(("Times on the axis", str(population["points"])))
    command = made.get("command")
    if command:
        pairs.append(("Command", shlex.join(map(str, command)) if isinstance(command, list) else str(command)))
    return pairs
