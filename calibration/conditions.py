"""What the calibration data were measured under, as runs of the model: shares of dead cells of many parameter sets at once."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import exportin as xp
from exportin.experiment import reference, rest
from exportin.experiment.fate import DEAD, fate_parts, read_fate
from exportin.experiment.prepared import Experiment, prepare
from exportin.experiment.reference import REFERENCE, find_levels
from exportin.kernel.batch import Tolerance

TARGETS = Path(__file__).with_name("targets.tsv")
SISTERS, POINTS, HOURS, HOUR = 8, 13, 72.0, 3600.0
HOPELESS = 0.3  # a set of which fewer sister cells live untreated is not treated
TOLERANCE = Tolerance(1e-5, 1e-8)


def settle_shortly() -> None:
    """Settle and search shorter than in a simulation: what is slow then counts as unsettled."""
    reference.ROUNDS, rest.MOST_STEPS = 6, 1500


# Rows of drugs that joined the model after the fit: no run of the calibration gives them, and without the drug they do nothing.
LATER = {
    "BCL2L11_NR3C1_gain", "BORTEZOMIB_KI", "DEXAMETHASONE_KD", "NFKB_NR3C1_share", "VENETOCLAX_BCL2L1_KI", "VENETOCLAX_BCL2_KI",
    "t_half_BCL2L11_NR3C1", "t_half_waiting", "waiting_other",
}  # fmt: skip


@functools.cache
def calibrated_names() -> list[str]:
    """Rows with a spread that some run reads: the export cycle, the pathways, the compounds; the reference is found, not given."""
    experiments = [Condition(*key).experiment for key in dict.fromkeys(one.condition for one in read_targets())]
    spread = {name for one in experiments for name, row in one.model.numbers.rows.items() if row.distribution.kind != "fixed"}
    return sorted(spread - {REFERENCE} - LATER)


@dataclass(frozen=True)
class Target:
    """A row of ``targets.tsv``."""

    claim: str
    condition: tuple[str, str, str, str]
    hours: float
    kind: str
    value: float
    sd: float

    def log_likelihood(self, share: np.ndarray) -> np.ndarray:
        """At most 0; NaN (no living cell) is as bad as all wrong."""
        miss = share - self.value
        miss = {"about": miss, "at most": np.maximum(miss, 0)}.get(self.kind, np.minimum(miss, 0))
        gap = np.where(np.isnan(share), 1.0, miss)
        return -0.5 * (gap / self.sd) ** 2


def read_targets() -> list[Target]:
    """The calibration data."""
    with TARGETS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    places = ("cell", "parameters", "drug", "dose")
    return [
        Target(row["claim"], tuple(row[one] for one in places), float(row["hours"]), row["kind"], float(row["value"]), float(row["sd"]))
        for row in rows
    ]


def factor(experiment: Experiment, name: str, value: np.ndarray | float) -> np.ndarray | float:
    """What a number is over its row's value: knock-downs, and sister cells' differences; these are none where the row's value is zero."""
    internal = experiment.model.numbers.rows[name].internal
    return value / internal if internal else experiment.model.numbers.scales.get(name, 1.0)


class Condition:
    """A cell under an exposure, ready to run with many parameter sets.

    Parameters
    ----------
    cell, parameters, drug, dose : str
        `parameters` are ``name=number`` between blanks, or ``-``; no drug is ``-`` too.
    """

    def __init__(self, cell: str, parameters: str, drug: str, dose: str) -> None:
        made = xp.cell(cell).with_pathways()
        if parameters != "-":
            made = made.with_parameters(**{name: float(value) for name, value in (one.split("=") for one in parameters.split())})
        self.drugged = drug != "-"
        self.experiment = prepare(made, [xp.exposure(drug, dose)] if self.drugged else [])
        self.grid = np.linspace(0.0, (HOURS if self.drugged else 1.0) * HOUR, POINTS)
        terms = self.experiment.terms
        self.parts = list(fate_parts(terms, made))

    def numbers(self, names: list[str], shares: np.ndarray, sisters: int = SISTERS) -> dict:
        """Numbers of each parameter set's sister cells, set by set; `shares` are places in each row's distribution, shape (set, name)."""
        count, plain = len(shares), self.experiment.reference.experiment
        values = self.experiment.numbers_of(None, None, np.tile(np.arange(sisters), count))
        typical = plain.numbers_of(None, None, None)
        for here, held, times in ((self.experiment, values, sisters), (plain, typical, 1)):
            rows = here.model.numbers.rows
            for place, name in enumerate(names):
                if name in rows:
                    held[name] = np.repeat(rows[name].quantiles(shares[:, place]), times) * factor(here, name, held[name])
        values[REFERENCE] = np.repeat(find_levels(plain, typical, count), sisters)
        return values

    def run(self, names: list[str], shares: np.ndarray, sisters: int = SISTERS) -> tuple[np.ndarray, np.ndarray]:
        """Share of dead cells, and share of cells that live untreated, each of shape (set,)."""
        here, count = self.experiment, len(shares) * sisters
        values = self.numbers(names, shares, sisters)
        untreated = here.rest(values, count)
        known = here.undisturbed(here.grounded(values)[0])
        before = here.solver.run([0.0, 1e-6], self.parts[:1], known, count=count, start=untreated.states)
        fine = (untreated.outcomes == 0) & (before.outcomes == 0) & (before.values[:, 0, 0] < DEAD)
        hopeful = fine & np.repeat(fine.reshape(-1, sisters).mean(1) >= HOPELESS, sisters)
        dead, lineage = np.full((2, count), np.nan)
        if hopeful.any():
            chosen = np.flatnonzero(hopeful)
            own = {name: value[chosen] if np.ndim(value) else value for name, value in known.items()}
            start, changes = untreated.states[chosen], list(here.changes)
            run = here.solver.run(self.grid, self.parts, own, count=len(chosen), start=start, changes=changes, tolerance=TOLERANCE)
            curves = [run.values[:, :, part] for part in range(3)]
            begun = [curve[:, :1] for curve in curves]
            for name, held in (("apoptotic_fraction", dead), ("lineage", lineage)):
                held[chosen] = read_fate(name, curves, begun, self.grid)[:, -1]
            hopeful[chosen] = run.outcomes == 0
        shape = (len(shares), sisters)
        weight = np.where(hopeful, lineage, 0.0).reshape(shape)
        lost = np.where(hopeful, dead, 0.0).reshape(shape)
        with np.errstate(invalid="ignore", divide="ignore"):
            return (weight * lost).sum(1) / weight.sum(1), fine.reshape(shape).mean(1)
