"""What made a result: versions, hashes, solver, tolerances, seed, command line, and what was asked."""

from __future__ import annotations

import functools
import hashlib
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata, resources
from typing import Any

from exportin.kernel.code.generate import GENERATOR
from exportin.network.cell import Cell
from exportin.network.model import Model
from exportin.pharmacology.exposure import Exposure
from exportin.pharmacology.tested import beyond_of

__all__ = ["describe", "table_digest"]

LONGEST = 1000  # events that are written out; all of them are in the digest


def describe(
    cell: Cell, exposures: Sequence[Exposure], model: Model, until: str, population: Mapping[str, int], tolerance: float
) -> dict[str, Any]:
    """Provenance of one simulation, ready for JSON."""
    from exportin import __version__

    return {
        "exportin": __version__,
        "model": model.digest,
        "tables": table_digest(),
        "solver": f"exportin kernel {GENERATOR}, Rodas5P",
        "relative_tolerance": tolerance,
        "absolute_tolerance": 1e-3 * tolerance,
        "python": platform.python_version(),
        "numpy": metadata.version("numpy"),
        "command": [sys.argv[0].rsplit("/", 1)[-1], *sys.argv[1:]],
        "cell": _cell(cell),
        "exposures": [_exposure(one) for one in exposures],
        "until": until,
        "population": dict(population),
    }


def _exposure(one: Exposure) -> dict[str, Any]:
    """An exposure as it was asked for and as it was given: every change of concentration and every dose."""
    given = [[event.time, event.target, event.action, event.amount] for event in one.events]
    told: dict[str, Any] = {"drug": one.compound.name, "route": one.route, "what": one.label}
    told |= {name: value for name, value in (("fu", one.fu), ("accumulation", one.accumulation)) if value is not None}
    if one.compound.rates:
        told["rates"] = {name: f"{row.value:g} {row.unit}" for name, row in one.compound.rates.items()}
    if one.basis is not None:
        told["pharmacokinetics"] = one.basis
    if (beyond := beyond_of(one)) is not None:
        told["beyond"] = beyond
    body = {"weight_kg": one.body.weight, "sex": one.body.sex, "site": one.site}
    told |= {name: value for name, value in body.items() if value is not None}
    digest = hashlib.sha256(repr(given).encode()).hexdigest()[:16]
    return {**told, "mechanism": one.compound.mechanism, "events": len(given), "events_digest": digest, "given": given[:LONGEST]}


def _cell(cell: Cell) -> dict[str, Any]:
    changed = {"parameters": cell.overrides, "factors": cell.scales, "switches": cell.switch_values, "variants": cell.variants}
    found: dict[str, Any] = {name: dict(values) for name, values in changed.items() if values}
    if cell.reporters:
        found["cargoes"] = {reporter.symbol: reporter.to_dict() for reporter in cell.reporters}
    if cell.pathways:
        found["pathways"] = list(cell.pathways)
    return {"name": cell.name, "concentrations": cell.concentrations or "default", **found}


TABLES = (
    "network", "network/processes", "network/pathways", "knowledge", "knowledge/tables",
    "nes", "pharmacology", "experiment", "cohort/tables",
)  # fmt: skip


@functools.cache
def table_digest() -> str:
    """Hash of every file of numbers, facts and processes that ships."""
    root = resources.files("exportin")
    files = [entry for folder in TABLES for entry in (root / folder).iterdir() if entry.name.endswith((".tsv", ".bib", ".ant"))]
    joined = b"".join(entry.name.encode() + entry.read_bytes() for entry in sorted(files, key=lambda entry: entry.name))
    return hashlib.sha256(joined).hexdigest()[:16]
