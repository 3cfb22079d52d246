"""What made a result: versions, hashes, solver, tolerances, seed, command line, and what was asked."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata, resources
from typing import Any

from exportin.network.cell import Cell
from exportin.network.model import Model
from exportin.pharmacology.exposure import Exposure

__all__ = ["describe"]

_TABLES = ("parameters.tsv", "concentration_sets.tsv", "contexts.tsv", "switches.tsv")


def describe(
    cell: Cell, exposures: Sequence[Exposure], model: Model, until: str, population: Mapping[str, int], tolerance: float
) -> dict[str, Any]:
    """Provenance of one simulation, ready for JSON."""
    from exportin import __version__

    return {
        "exportin": __version__,
        "model": model.digest,
        "tables": table_digest(),
        "solver": f"libRoadRunner {metadata.version('libroadrunner')}, CVODE",
        "relative_tolerance": tolerance,
        "absolute_tolerance": 1e-3 * tolerance,
        "python": platform.python_version(),
        "numpy": metadata.version("numpy"),
        "command": [sys.argv[0].rsplit("/", 1)[-1], *sys.argv[1:]],
        "cell": _cell(cell),
        "exposures": [{"drug": one.compound.name, "route": one.route, "what": one.label} for one in exposures],
        "until": until,
        "population": dict(population),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    changed = {"parameters": cell.overrides, "factors": cell.scales, "switches": cell.switch_values, "variants": cell.variants}
    found: dict[str, Any] = {name: dict(values) for name, values in changed.items() if values}
    if cell.reporters:
        found["cargoes"] = {reporter.symbol: vars(reporter) for reporter in cell.reporters}
    return {"name": cell.name, "concentrations": cell.concentrations or "default", **found}


def table_digest() -> str:
    """Hash of the parameter tables."""
    folder = resources.files("exportin.network")
    joined = b"".join((folder / name).read_bytes() for name in _TABLES)
    return hashlib.sha256(joined).hexdigest()[:16]
