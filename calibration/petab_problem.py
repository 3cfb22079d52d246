"""Write the calibration as a PEtab problem, which pyPESTO, AMICI and others read: the whole model, its priors, and the calibration data.

Usage: ``python calibration/petab_problem.py``. Writes ``calibration/petab/``. One typical cell stands for a population there, and its
`committed` (0 alive, 1 dead) for the share of the dead; a bound is the part of the share beyond it, so that keeping it costs nothing. A
cell's `XPO1_loaded_reference` is that of the tables' numbers. `conditions.py` has sister cells, and a reference for each parameter set.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from conditions import HOUR, Target, calibrated_names, read_targets

import exportin as xp
from exportin import units
from exportin.experiment.prepared import prepare
from exportin.experiment.reference import REFERENCE, find_levels
from exportin.network.parameters import Parameter

FOLDER = Path(__file__).with_name("petab")
DRUGS = {"KPT-185": "KPT185_medium", "selinexor": "SELINEXOR_medium"}
BEYOND = {
    "at most": "piecewise(committed, committed > {bound}, {bound})",
    "at least": "piecewise(committed, committed < {bound}, {bound})",
}


class Cells:
    """The model with every drug, and what its numbers are in each kind of cell."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.values: dict[tuple[str, str], dict[str, float]] = {}
        for cell, given, *_ in dict.fromkeys(one.condition for one in targets):
            made = xp.cell(cell).with_pathways()
            if given != "-":
                made = made.with_parameters(**{name: float(value) for name, value in (one.split("=") for one in given.split())})
            experiment = prepare(made, [xp.exposure(drug, "1 uM") for drug in DRUGS])
            plain = experiment.reference.experiment
            level = find_levels(plain, plain.numbers_of(None, None, None), 1)
            numbers = {**experiment.numbers_of(None, None, None), REFERENCE: level}
            self.values[cell, given] = {
                name: float(value if isinstance(value, (int, float)) else value.flat[0]) for name, value in numbers.items()
            }
            self.model = experiment.model

    @property
    def differing(self) -> list[str]:
        """Numbers that are not the same in all of them."""
        some = list(self.values.values())
        return sorted(name for name in some[0] if any(one[name] != some[0][name] for one in some))


def identifier(*words: str) -> str:
    """Words as one identifier.

    >>> identifier("CML-CP CD34+", "1 uM")
    'CML_CP_CD34_1_uM'
    """
    return re.sub(r"\W+", "_", " ".join(word for word in words if word != "-")).strip("_")


def conditions(targets: Iterable[Target], cells: Cells) -> list[dict[str, object]]:
    """Each kind of cell without a drug, and under each exposure."""
    rows: dict[str, dict[str, object]] = {}
    for one in targets:
        cell, given, drug, dose = one.condition
        own = {name: f"{cells.values[cell, given][name]:.5g}" for name in cells.differing}
        exposures: dict[str, dict[str, float]] = {identifier(cell, given, "untreated"): {}}
        if drug in DRUGS:
            exposures[identifier(cell, given, drug, dose)] = {DRUGS[drug]: units.to_unit(units.parse(dose, "uM", "dose"), "uM")}
        for name, drugs in exposures.items():
            rows[name] = {"conditionId": name, **{medium: drugs.get(medium, 0.0) for medium in DRUGS.values()}, **own}
    return list(rows.values())


def observables(targets: Sequence[Target]) -> list[dict[str, object]]:
    """What each statement is of."""
    formulas = [BEYOND.get(side(one), "committed").format(bound=bound(one)) for one in targets]
    return [
        {"observableId": observable(one), "observableFormula": formula, "noiseFormula": one.sd}
        for one, formula in zip(targets, formulas, strict=True)
    ]


def observable(one: Target) -> str:
    """Its name.

    >>> observable(Target("C159", ("OCI-AML3", "-", "KPT-185", "150 nM"), 72.0, "at least", 0.5, 0.15))
    'C159_OCI_AML3'
    """
    cell, given, *_ = one.condition
    return identifier(one.claim, cell, given)


def side(one: Target) -> str:
    """Of the dead: that so many live is that at most the rest is dead."""
    return "at most" if one.kind == "alive" else one.kind


def bound(one: Target) -> float:
    """The share of the dead that a statement names."""
    return round(1.0 - one.value, 12) if one.kind == "alive" else one.value


def measurements(targets: Iterable[Target]) -> list[dict[str, object]]:
    """The data, each with its role; time in seconds as the model's."""
    rows = []
    for one in targets:
        cell, given, drug, dose = one.condition
        rest = identifier(cell, given, "untreated")
        rows.append({
            "observableId": observable(one), "preequilibrationConditionId": rest,
            "simulationConditionId": rest if one.kind == "alive" else identifier(cell, given, drug, dose),
            "measurement": bound(one), "time": one.hours * HOUR, "datasetId": "calibration",
        })  # fmt: skip
    return rows


def parameters(rows: Mapping[str, Parameter], names: Iterable[str]) -> list[dict[str, object]]:
    """Priors as the tables have them: PEtab's `lin` and `log10` scales, bounds that hold nearly all of the spread."""
    found = []
    for name in names:
        row = rows[name]
        low, high = (float(end) for end in row.quantiles(np.array([0.0005, 0.9995])))
        scale = "lin" if row.distribution.kind == "uniform" else "log10"
        prior, about = "parameterScaleUniform", _ends(row, scale)
        if row.distribution.kind == "lognormal":
            prior, about = "parameterScaleNormal", _middle(row)
        else:
            low, high = about if scale == "lin" else tuple(10.0**end for end in about)
        found.append({
            "parameterId": name, "parameterScale": scale, "lowerBound": f"{low:.9g}", "upperBound": f"{high:.9g}",
            "nominalValue": f"{min(max(row.internal, low), high):.9g}", "estimate": 1,
            "objectivePriorType": prior, "objectivePriorParameters": ";".join(f"{one:.9g}" for one in about),
        })  # fmt: skip
    return found


def _ends(row: Parameter, scale: str) -> tuple[float, float]:
    low, high = (float(end) for end in row.quantiles(np.array([0.0, 1.0])))
    return (low, high) if scale == "lin" else (math.log10(low), math.log10(high))


def _middle(row: Parameter) -> tuple[float, float]:
    low, middle, high = (math.log10(float(one)) for one in row.quantiles(np.array([0.158655, 0.5, 0.841345])))
    return middle, 0.5 * (high - low)


def write(folder: Path) -> None:
    """Write the problem file, its tables and the model."""
    targets = read_targets()
    cells = Cells(targets)
    rows = cells.model.numbers.rows
    names = [name for name in calibrated_names() if name in rows and name not in cells.differing]
    tables = {
        "conditions": conditions(targets, cells),
        "observables": observables(targets),
        "measurements": measurements(targets),
        "parameters": parameters(rows, names),
    }
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        with (folder / f"{name}.tsv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(table[0]), delimiter="\t", lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)
    (folder / "model.xml").write_text(cells.model.to_engine_sbml(), encoding="utf-8")
    lines = ["format_version: 1", "parameter_file: parameters.tsv", "problems:", "- sbml_files: [model.xml]"]
    lines += [f"  {name[:-1]}_files: [{name}.tsv]" for name in ("conditions", "observables", "measurements")]
    (folder / "problem.yaml").write_text("\n".join(lines).replace("conditions_files", "condition_files") + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
