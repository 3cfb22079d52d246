"""What stands behind a result in the tables: the cell, its parameters with their grades, and the sources cited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from exportin.errors import ExportinError
from exportin.report.quantity import display_number

if TYPE_CHECKING:
    from exportin.knowledge.schema import CellRow
    from exportin.network.parameters import Parameter
    from exportin.result import Result

__all__ = ["cell_changes", "cell_facts", "cell_row", "cite", "count_grades", "parameter_row", "parameters_used"]

_REPORTER_UNITS = {"nes_kd": "uM", "total": "uM", "mass": "kDa", "kimp": "1/s", "leak": "pL/s"}
GRADES = ("measured", "fitted", "assumed")


def cell_row(result: Result) -> CellRow | None:
    """The catalogue's row on the simulated cell."""
    from exportin.knowledge import facts

    name = (result.provenance.get("cell") or {}).get("name")
    return next((row for row in facts("cells") if row.name == name), None)


def cell_facts(row: CellRow) -> list[tuple[str, str]]:
    """What is known about a cell, as pairs of heading and text."""
    pairs = [("Disease", row.disease), ("Tissue", row.tissue), ("Cellosaurus", row.cellosaurus)]
    for gene, state, detail in (("TP53", row.TP53, row.TP53_detail), ("NPM1", row.NPM1, row.NPM1_detail)):
        pairs.append((gene, f"{state}: {detail}" if detail else state))
    pairs += [("Other genes", row.genotype), ("Why this is believed", row.reason)]
    return [(heading, text) for heading, text in pairs if text]


def cell_changes(result: Result) -> list[tuple[str, str]]:
    """What the user changed about the cell, as pairs of heading and text."""
    cell: Mapping[str, Any] = result.provenance.get("cell") or {}
    headings = {"parameters": "fixed at", "factors": "multiplied by", "switches": "set to", "variants": "share of alleles"}
    pairs = []
    for key, words in headings.items():
        for name, value in (cell.get(key) or {}).items():
            pairs.append((name.replace("_", " ") if key == "variants" else name, f"{words} {value:g}"))
    for name, rates in (cell.get("cargoes") or {}).items():
        known = {key: unit for key, unit in _REPORTER_UNITS.items() if rates.get(key) is not None}
        ranges = {key: f" ({text})" for key, text in (rates.get("ranges") or {}).items()}
        told = [f"{key} {display_number(rates[key])} {unit}{ranges.get(key, '')}" for key, unit in known.items()]
        told += ["no export signal"] if "nes_kd" in rates and rates["nes_kd"] is None else []
        told += ["held on chromatin"] if rates.get("anchored") else []
        pairs.append((name, f"the user's own cargo: {', '.join(told)}"))
    return pairs


def cite(keys: str | tuple[str, ...]) -> list[tuple[str, str]]:
    """Keys of sources with their citations; a key that is not in the list of sources stands alone."""
    from exportin.knowledge import sources

    wanted = keys.split() if isinstance(keys, str) else keys
    return [(key, str(sources()[key]) if key in sources() else key) for key in wanted if key != "-"]


def parameters_used(result: Result) -> dict[str, Parameter]:
    """Rows of the tables that this cell and these drugs use, by id; rows of other drugs are left out."""
    from exportin.knowledge import facts
    from exportin.network.parameters import concentration_sets, context, defaults

    cell: Mapping[str, Any] = result.provenance.get("cell") or {}
    rows = {**defaults(), **context(str(cell.get("name"))), **concentration_sets().get(str(cell.get("concentrations")), {})}
    for name, value in (cell.get("parameters") or {}).items():
        if name in rows:
            rows[name] = rows[name].replaced(value, "given by the user")
    asked = result.provenance.get("exposures") or []
    given = {one.get("drug") for one in asked}
    others = tuple(f"{row.symbol}_" for row in facts("compounds") if row.name not in given)
    unused = {"fu_medium", "accumulation", "P_entry", "P_small"} if not asked else set()
    if asked and all(one.get("route") == "oral" for one in asked):
        unused.add("fu_medium")
    return {name: row for name, row in rows.items() if not name.startswith(others) and name not in unused}


def parameter_row(result: Result, symbol: str) -> Parameter | None:
    """The row behind a symbol of the model; a drug's general symbols fall back on the rows for every exposure."""
    from exportin.knowledge import facts

    rows = parameters_used(result)
    if symbol in rows:
        return rows[symbol]
    routes = {one.get("drug"): one.get("route") for one in result.provenance.get("exposures") or []}
    for row in facts("compounds"):
        if symbol.startswith(f"{row.symbol}_"):
            general = symbol.removeprefix(f"{row.symbol}_")
            if general == "fu":
                general = f"{row.symbol}_fu_plasma" if routes.get(row.name) == "oral" else "fu_medium"
            return rows.get(general)
    return None


def count_grades(result: Result) -> dict[str, int]:
    """How many of the parameters are measured, fitted and assumed."""
    grades = [row.grade for row in parameters_used(result).values()]
    return {grade: grades.count(grade) for grade in GRADES}


def volumes(result: Result) -> tuple[Any, Any] | None:
    """Nuclear and cytoplasmic volume (pL), a number or shape (draw,); None where the cell is not known."""
    from exportin.network.cell import cell

    asked: Mapping[str, Any] = result.provenance.get("cell") or {}
    sizes = []
    for name in ("Vn", "Vc"):
        if name in result.drawn:
            sizes.append(result.drawn[name])
            continue
        try:
            concentrations = asked.get("concentrations")
            here = cell(str(asked.get("name")), concentrations=None if concentrations == "default" else concentrations)
            known = here.with_parameters(**{name: asked["parameters"][name]}) if name in (asked.get("parameters") or {}) else here
            sizes.append(known.parameter(name).internal)
        except ExportinError:
            return None
    return sizes[0], sizes[1]
