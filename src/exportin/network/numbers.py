"""The numbers of one model: which row stands behind each symbol, and its value in a given draw and cell."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import BadNetwork, BadQuantity
from exportin.network.blueprint import Structure
from exportin.network.cell import Cell, cells
from exportin.network.gene_dose import dose_factors
from exportin.network.parameters import Parameter, context, defaults, find_set, switches, uniform_share, uniform_shares
from exportin.network.pathway import absent_variables
from exportin.network.posterior import posterior_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Numbers", "gather"]

_REPORTER_FIELDS = {"KD_NES": "nes_kd", "total": "total", "mass": "mass", "kimp": "kimp"}
_RANGE_UNITS = {"KD_NES": "uM", "total": "uM", "mass": "kDa", "kimp": "1/s"}  # the model's own


@dataclass(frozen=True)
class Numbers:
    """Rows and fixed numbers of a model.

    Attributes
    ----------
    rows : mapping of str to Parameter
        Symbols of the model with the row that defends each.
    fixed : mapping of str to float
        Numbers that are no measurement (switches, allele shares, exposure inputs, the user's reporter), internal units.
    scales : mapping of str to float
        Factors on rows (knock-downs).
    spread : float
        Lognormal standard deviation of protein totals between sister cells.
    leaks : mapping of str to float
        Passive permeability of the whole envelope (pL/s) that the user gave for a cargo, whatever the pore count.
    calibrated : bool
        Whether draws of the calibrated rows are those that agree with the calibration data; else from each row's own spread.
    """

    rows: Mapping[str, Parameter]
    fixed: Mapping[str, float]
    scales: Mapping[str, float]
    spread: float
    leaks: Mapping[str, float]
    calibrated: bool = True

    def at(self, seed: int = 0, draw: int | None = None, sister: int | None = None) -> dict[str, float]:
        """Values in internal units.

        Parameters
        ----------
        seed : int
            The user's seed.
        draw : int, optional
            Index on the ``draw`` axis; None for the values of the tables.
        sister : int, optional
            Index on the ``cell`` axis; None for the typical cell.
        """
        values = dict(self.fixed)
        for name, row in self.rows.items():
            value = row.internal if draw is None else row.quantile(float(self._shares(seed, name, np.array([draw]))[0]))
            values[name] = value * self.scales.get(name, 1.0)
        if sister is not None:
            for name in values:
                if _varies_between_sisters(name):
                    normal = NormalDist().inv_cdf(uniform_share(seed, "cell", name, sister))
                    values[name] *= math.exp(self.spread * normal)
        for cargo, leak in self.leaks.items():
            values[f"{cargo}_P_passive"] = leak / values["N_NPC"] if values["N_NPC"] > 0 else 0.0
        return values

    def columns(
        self, seed: int, draws: NDArray[np.int64] | None, sisters: NDArray[np.int64] | None
    ) -> dict[str, float | NDArray[np.float64]]:
        """`at` for many positions at once: a number where all share it, else an array, shape (position,).

        Parameters
        ----------
        seed : int
            The user's seed.
        draws, sisters : ndarray of int, shape (position,), or None
            Indices on the ``draw`` and ``cell`` axes; None as for `at`.
        """
        values: dict[str, Any] = dict(self.fixed)
        for name, row in self.rows.items():
            value: Any = row.internal
            if draws is not None and row.distribution.kind != "fixed":
                value = row.quantiles(self._shares(seed, name, draws))
            values[name] = value * self.scales.get(name, 1.0)
        if sisters is not None:
            for name in values:
                if _varies_between_sisters(name):
                    shares = uniform_shares(seed, "cell", name, sisters)
                    factors = [math.exp(self.spread * NormalDist().inv_cdf(share)) for share in shares.tolist()]
                    values[name] = values[name] * np.array(factors)
        for cargo, leak in self.leaks.items():
            pores = np.asarray(values["N_NPC"])
            passive = np.divide(leak, pores, out=np.zeros_like(pores), where=pores > 0)
            values[f"{cargo}_P_passive"] = passive if passive.ndim else float(passive)
        return values

    def _shares(self, seed: int, name: str, draws: NDArray[np.int64]) -> NDArray[np.float64]:
        """Places in a row's distribution."""
        found = posterior_shares(seed, name, draws) if self.calibrated else None
        return uniform_shares(seed, "draw", name, draws) if found is None else found


def gather(
    needed: Iterable[str], cell: Cell, structure: Structure, extra: Mapping[str, Parameter | float], *, calibrated: bool = True
) -> Numbers:
    """Find the number behind every symbol that a model needs.

    Parameters
    ----------
    needed : iterable of str
        Symbols without a number.
    cell : Cell
        The cell context with the user's changes.
    structure : Structure
        Alleles, cargoes and drugs of the model.
    extra : mapping of str to Parameter or float
        What an exposure brings along (rates of a user's compound, pharmacokinetics, a different free fraction).
    calibrated : bool
        As in `Numbers`; a cell without pathways is not what was calibrated.

    Raises
    ------
    BadNetwork
        If a symbol has no row: a name misspelt in a process file, or a row that is missing.
    BadQuantity
        If an input was given that no pathway of the cell reads.
    """
    _refuse_unread(cell, structure)
    rows: dict[str, Parameter] = {}
    fixed: dict[str, float] = {}
    free, ranged = _free_numbers(cell, structure), _ranged(cell)
    missing = []
    for name in needed:
        if name in extra:
            given = extra[name]
            if isinstance(given, Parameter):
                rows[name] = given
            else:
                fixed[name] = float(given)
        elif name in ranged:
            rows[name] = ranged[name]
        elif name in free:
            fixed[name] = free[name]
        else:
            row = _row(name, cell, structure)
            if row is None:
                missing.append(name)
            else:
                rows[name] = row
    if missing:
        raise BadNetwork(f"no row in parameters.tsv for {', '.join(sorted(missing))}: a symbol is misspelt or its row is missing.")
    leaks = {reporter.symbol: reporter.leak for reporter in cell.reporters if reporter.leak is not None}
    _refuse_no_gene(cell, {*rows, *fixed})
    factors = dose_factors(cell.scales, {*rows, *fixed})
    fixed = {name: value * factors.get(name, 1.0) for name, value in fixed.items()}
    return Numbers(rows, fixed, factors, cell.parameter("cell_spread").internal, leaks, calibrated and bool(structure.pathways))


def _refuse_unread(cell: Cell, structure: Structure) -> None:
    """Refuse an input that was given to a cell without the pathway that reads it."""
    for name in cell.switch_values:
        home = switches()[name].pathway
        if home is not None and home not in structure.pathways:
            raise BadQuantity(f"{name}: the pathway {home!r} reads it, and this cell does not have it; add with_pathways({home!r}).")


def _refuse_no_gene(cell: Cell, needed: set[str]) -> None:
    """Refuse a knock-down of what the cell does not have."""
    genes = {name.rpartition("_")[0] for name, factor in cell.scales.items() if factor != 1.0}
    for gene in sorted(genes - {name.rpartition("_")[0] for name in needed.intersection(cell.scales)}):
        raise BadQuantity(f"knock-down of {gene}: no process of this cell reads its amount; add the pathway that does with with_pathways.")


def _varies_between_sisters(name: str) -> bool:
    """Protein totals, and synthesis where a protein turns over; not the trace that measures export."""
    return name.endswith(("_total", "_ksyn")) and not name.startswith("REFERENCE")


def _free_numbers(cell: Cell, structure: Structure) -> dict[str, float]:
    """Numbers that are no measurement; what a cell's context says of an input is one, and comes first."""
    known = context(cell.name)
    numbers = {name: value for name, value in cell.switches.items() if name not in known or name in cell.switch_values}
    numbers |= absent_variables(structure.pathways)
    numbers |= {f"{allele}_share": share for allele, share in cell.alleles.items()}
    numbers |= {f"{cargo}_mobility": cell.switches["mobility"] for cargo in structure.cargoes}
    for drug in structure.drugs:
        numbers |= {f"{drug.symbol}_medium": 0.0, f"{drug.symbol}_infusion": 0.0}
    for reporter in cell.reporters:
        numbers |= {f"{reporter.symbol}_{name}": getattr(reporter, field) for name, field in _REPORTER_FIELDS.items()}
        numbers[f"{reporter.symbol}_mobility"] = 0.0 if reporter.anchored else 1.0
        if reporter.leak is not None:
            numbers |= {f"{reporter.symbol}_P_passive": 0.0, f"{reporter.symbol}_leak_exponent": 0.0}
    return numbers


def _ranged(cell: Cell) -> dict[str, Parameter]:
    """What the user knows of a cargo as a range, by the symbols of the model."""
    found = {}
    for one in cell.reporters:
        spreads = dict(one.ranges)
        for ending, field in _REPORTER_FIELDS.items():
            if field in spreads:
                given = f"{one.symbol}_{ending}", getattr(one, field), _RANGE_UNITS[ending], spreads[field]
                found[given[0]] = Parameter(*given, "assumed", "set by the user", "-", "a range that the user gave")
    return found


def _row(name: str, cell: Cell, structure: Structure) -> Parameter | None:
    """The cell's row for a symbol; a drug's general symbols fall back on the rows for every exposure."""
    rows = cell._rows()
    if name in rows:
        return cell.parameter(name)
    if name.endswith("_E571K_fold"):  # drawn for each signal by itself
        return cell.parameter("E571K_fold")
    for drug in structure.drugs:
        if name.startswith(f"{drug.symbol}_"):
            general = name.removeprefix(f"{drug.symbol}_")
            if general == "fu":
                own = f"{drug.symbol}_fu_plasma"
                general = "fu_medium" if drug.route == "dish" else own if own in rows else "fu_plasma"
            if general in rows:
                return cell.parameter(general)
    return None


def known_rows() -> frozenset[str]:
    """Ids of all rows of all parameter tables.

    Examples
    --------
    >>> "kstrip" in known_rows()
    True
    """
    from exportin.network.parameters import concentration_sets

    names = set(defaults())
    for name in concentration_sets():
        names |= set(find_set(name))
    for name in cells():
        names |= set(context(name))
    return frozenset(names)
