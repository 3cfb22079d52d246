"""A fit from file to finish: the best numbers, their intervals, what the data leave open, and the files that show it."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.analysis.fit import TOLERANCE, Objective, Optimum, find_optimum
from exportin.analysis.problem import Problem, read_problem
from exportin.analysis.profile import Interval, profile_interval
from exportin.result import FIT_FORMAT, refuse_other_content, writing_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["Estimate", "fit_problem"]

POINTS = 201


@dataclass(frozen=True)
class Estimate:
    """What a fit found.

    Attributes
    ----------
    problem : Problem
    optimum : Optimum
    intervals : tuple of Interval
        One an estimated number, in the order of the problem.
    count : int
        Number of data.
    curves : mapping of str to ndarray, shape (time,)
        The fitted course of each observable, on `times` (the problem's unit).
    times : ndarray, shape (time,)
    """

    problem: Problem
    optimum: Optimum
    intervals: tuple[Interval, ...]
    count: int
    times: NDArray[np.float64]
    curves: Mapping[str, NDArray[np.float64]]

    @property
    def undetermined(self) -> tuple[str, ...]:
        """Numbers that the data do not determine between the bounds of the search."""
        return tuple(one.name for one in self.intervals if not one.determined)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the curves, ready for JSON."""
        return {
            "title": self.problem.title,
            "chi_square": self.optimum.chi_square,
            "data": self.count,
            "estimated": len(self.intervals),
            "starts": len(self.optimum.others),
            "starts_at_the_best": self.optimum.agreeing,
            "seed": self.problem.seed,
            "intervals": [asdict(one) for one in self.intervals],
            "undetermined": list(self.undetermined),
            "fixed": dict(self.problem.fixed),
        }

    def __str__(self) -> str:
        starts = f"{self.optimum.agreeing} of {len(self.optimum.others)} starts end there"
        reached = f"{self.count} data, {len(self.intervals)} numbers; {starts}"
        lines = [f"{self.problem.title}: chi-square {self.optimum.chi_square:.2f} for {reached}"]
        width = max(len(one.name) for one in self.intervals)
        for one in self.intervals:
            low, high = ("below" if one.open_below else f"{one.low:.4g}"), ("above" if one.open_above else f"{one.high:.4g}")
            told = "" if one.determined else "   not determined by these data"
            lines.append(f"{one.name:<{width}}  {one.best:<10.4g} 95 % from {low} to {high}{told}")
        return "\n".join(lines)


def fit_problem(path: str | os.PathLike[str], out: Path | None = None, *, seed: int | None = None) -> Estimate:
    """Fit a problem file; with `out`, write fit.json, estimates.tsv and fit.svg.

    Parameters
    ----------
    path : path
        A problem file (YAML).
    out : Path, optional
        New or empty folder, or that of an earlier fit.
    seed : int, optional
        Of the starting points, in place of the file's.

    Raises
    ------
    ExportinError
        One class a mistake; nothing is written.
    """
    problem = read_problem(path)
    if out is not None:
        refuse_other_content(out)
    if seed is not None:
        problem = replace(problem, seed=seed)
    objective = Objective(problem)
    optimum = find_optimum(objective)
    intervals = tuple(profile_interval(objective, optimum, index) for index in range(len(problem.estimated)))
    times, curves = _curves(objective, optimum)
    found = Estimate(problem, optimum, intervals, objective.count, times, curves)
    if out is not None:
        _write(found, out)
    return found


def _curves(objective: Objective, optimum: Optimum) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    problem = objective.problem
    times = np.linspace(0.0, max(one.time for one in problem.data) or 1.0, POINTS)
    formulas = [formula for formula, _ in problem.observables.values()]
    batch = objective.solver.run(times, formulas, objective.numbers(optimum.places), changes=problem.changes, tolerance=TOLERANCE).checked()
    return times, {name: batch.values[0, :, place] for place, name in enumerate(problem.observables)}


def _write(found: Estimate, out: Path) -> None:
    from exportin.analysis.fit_figure import draw_fit
    from exportin.report.figure import write_svg

    manifest = {"format": FIT_FORMAT, **_provenance(found)}
    rows = ["name\tbest\tlow\thigh\topen_below\topen_above"]
    rows += [f"{one.name}\t{one.best!r}\t{one.low!r}\t{one.high!r}\t{one.open_below}\t{one.open_above}" for one in found.intervals]
    with writing_folder(out) as folder:
        (folder / "fit.json").write_text(json.dumps(found.to_dict(), indent=1) + "\n", encoding="utf-8")
        (folder / "estimates.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        (folder / "problem.yaml").write_text(found.problem.text, encoding="utf-8")
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        (folder / "fit.svg").write_text(write_svg(draw_fit(found)) + "\n", encoding="utf-8")


def _provenance(found: Estimate) -> dict[str, Any]:
    """What made the numbers."""
    from exportin import __version__
    from exportin.kernel.code.generate import GENERATOR

    problem = found.problem
    texts = {"model": problem.sbml, "data": repr(problem.data), "problem": problem.text}
    return {
        "exportin": __version__,
        "solver": f"exportin kernel {GENERATOR}, Rodas5P",
        "relative_tolerance": TOLERANCE.relative,
        "seed": problem.seed,
        "numpy": metadata.version("numpy"),
        "scipy": metadata.version("scipy"),
        "command": [sys.argv[0].rsplit("/", 1)[-1], *sys.argv[1:]],
        "digests": {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in texts.items()},
    }
