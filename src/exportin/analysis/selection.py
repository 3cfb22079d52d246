"""Selection of resistant clones under a drug: what the model says of each clone, and who outgrows whom over months.

In one dose a clone grows at ln 2 / T + ln(viability) / window, where T is its doubling time and viability what the window's assay
leaves of it over its untreated self. Between two doses numbers are exponentials, the culture is diluted to what the flask holds, and a
clone of less than one cell is lost. Numbers that belong to the biology are rows of ``selection.tsv`` or the user's own.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exportin import units
from exportin.errors import BadQuantity
from exportin.network.cell import Cell

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PARENT", "Selection", "assay_viability", "grow_clones", "half_dose", "known_clones", "select_clones"]

PARENT = "parent"
HOURS_PER_MONTH = 365.25 * 24 / 12
_LEAST = 2.0**-52  # of a viability, whose logarithm is taken; no assay sees less

Viability = Callable[[Cell, float], float]


@dataclass(frozen=True)
class Selection:
    """Course of a selection, a row a moment.

    Attributes
    ----------
    clones : tuple of str
        The parent first.
    month, dose, cells, ec50 : ndarray, shape (row,)
        Time; dose up to this moment (uM); cells in the flask; dose that halves the viability of the mixture (uM), infinite where no
        dose of the assay does and NaN where the culture has died out.
    shares : ndarray, shape (row, clone)
        They add up to one while there are cells.
    highest : float
        Highest dose of the assay (uM).
    """

    clones: tuple[str, ...]
    month: NDArray[np.float64]
    dose: NDArray[np.float64]
    cells: NDArray[np.float64]
    ec50: NDArray[np.float64]
    shares: NDArray[np.float64]
    highest: float

    @property
    def fold(self) -> NDArray[np.float64]:
        """EC50 over that at the start; where it is beyond the assay, the least that it can be."""
        return np.minimum(self.ec50, self.highest) / self.ec50[0]

    def month_of(self, fold: float) -> float:
        """First month with a rise of the EC50 by `fold`; infinite where there is none."""
        reached = self.fold >= fold
        return float(self.month[reached.argmax()]) if reached.any() else math.inf

    def __str__(self) -> str:
        """The table: month, dose (uM), share of each clone, rise of the EC50."""
        lines = ["  ".join(["month", "dose uM".rjust(9), *(name.rjust(12) for name in self.clones), "EC50 fold"])]
        for row, fold in enumerate(self.fold):
            mark = ">" if self.ec50[row] > self.highest else ""
            shares = (f"{share:12.3g}" for share in self.shares[row])
            lines.append("  ".join([f"{self.month[row]:5.2f}", f"{self.dose[row]:9.4g}", *shares, f"{mark}{fold:.3g}".rjust(9)]))
        return "\n".join(lines)


@functools.cache
def _rows() -> Mapping[str, float]:
    """The rows of ``selection.tsv``, value by id."""
    from exportin.knowledge.schema import ParameterRow
    from exportin.knowledge.table import read_table

    return {row.id: row.value for row in read_table(Path(__file__).with_suffix(".tsv"), ParameterRow)}


def known_clones(cell: Cell) -> dict[str, Cell]:
    """Clones of a cell that differ from it in one thing, by name; how far they differ are rows of ``selection.tsv``.

    Examples
    --------
    >>> import exportin as xp
    >>> sorted(known_clones(xp.cell("HeLa")))
    ['BCL2 up', 'C528S', 'C528S half', 'MCL1 up', 'XPO1 up', 'less drug', 'no TP53']
    """
    rows = _rows()

    def more(name: str, fold: str) -> Cell:
        return cell.with_parameters(**{name: cell.parameter(name).value * rows[fold]})

    return {
        "C528S half": cell.with_variant("XPO1 C528S", 1 / 2),  # one allele of two
        "C528S": cell.with_variant("XPO1 C528S", 1.0),
        "less drug": more("accumulation", "accumulation_fold"),
        "MCL1 up": more("MCL1_total", "guardian_fold"),
        "BCL2 up": more("BCL2_total", "guardian_fold"),
        "XPO1 up": more("XPO1_total", "XPO1_fold"),
        "no TP53": cell.with_parameters(TP53_functional=0),
    }


def assay_viability(drug: str, window: str = "72 h", *, cells: int = 1, seed: int = 0) -> Viability:
    """The model as an assay: a function that gives a cell's viability after `window` in a dose (uM).

    Examples
    --------
    >>> import exportin as xp
    >>> assay_viability("KPT-185")(xp.cell("HeLa"), 0.0)
    1.0
    """
    from exportin.experiment.simulate import simulate
    from exportin.pharmacology.exposure import exposure

    @functools.cache
    def measured(cell: _Same, dose: float) -> float:
        dish = exposure(drug, f"{dose:.17g} uM")
        result = simulate(cell.it, dish, until=window, observe=["viability"], cells=cells, seed=seed)
        return float(np.nanmean(result.shown("viability")[..., -1]))

    return lambda cell, dose: 1.0 if dose == 0 else measured(_Same(cell), dose)


@dataclass(frozen=True)
class _Same:
    """A cell as a key: equal descriptions are one cell."""

    it: Cell

    def __hash__(self) -> int:
        return hash(self.it.name)


def half_dose(doses: NDArray[np.float64], viability: NDArray[np.float64]) -> float:
    """Dose at which viability first falls through a half, on a line over the logarithm of the dose; infinite where it never does.

    Examples
    --------
    >>> half_dose(np.array([1.0, 100.0]), np.array([0.75, 0.25])).__round__(6)
    10.0
    """
    below = np.flatnonzero(viability < 0.5)
    if not below.size:
        return math.inf
    after = int(below[0])
    if after == 0:
        return float(doses[0])
    pair = slice(after - 1, after + 1)
    return float(np.exp(np.interp(-0.5, -viability[pair], np.log(doses[pair]))))


def grow_clones(numbers: NDArray[np.float64], rates: NDArray[np.float64], hours: float, most: float) -> NDArray[np.float64]:
    """Logarithms of the clones' numbers after a time at constant net rates (1/h), in a flask that holds `most` cells.

    Dilution takes all clones alike. The logarithm of the undiluted total is convex in time, so it is largest at one of the ends, and the
    number at the end needs no integration.

    Examples
    --------
    >>> after = grow_clones(np.log([9e5, 1e5]), np.array([0.0, np.log(9) / 24]), 24.0, 1e6)
    >>> np.exp(after).round(-2)
    array([500000., 500000.])
    """
    grown = numbers + rates * hours
    return grown - max(0.0, float(np.logaddexp.reduce(grown)) - math.log(most))


def select_clones(
    cell: Cell,
    clones: Mapping[str, Cell],
    drug: str,
    doses: Sequence[str],
    months: float,
    *,
    start: Mapping[str, float] | None = None,
    flask: float | None = None,
    window: str = "72 h",
    until_fold: float = 100.0,
    slices: int = 4,
    assay: tuple[str, str] = ("1 nM", "1 mM"),
    per_decade: int = 4,
    viability: Viability | None = None,
) -> Selection:
    """Selection of resistant clones of a cell under a schedule of doses.

    Parameters
    ----------
    cell : Cell
        The parent, which is whatever the clones are not.
    clones : mapping of str to Cell
        Each differs from the parent as it will; one with a longer doubling time pays for what it has.
    drug : str
    doses : sequence of str
        Such as ``["30 nM", "100 nM"]``; each is held for an equal part of the time.
    months : float
    start : mapping of str to float, optional
        Share of each clone at the start; by default that of the row ``clone_share``.
    flask : float, optional
        Cells to which the culture is passaged down, and with which it starts; by default the row ``flask_cells``.
    window : str
        Length of the viability assay, from which net growth is read.
    until_fold : float
        The selection ends at the first row at which the EC50 has risen this far.
    slices : int
        Rows a dose. Shares do not depend on it; a clone of less than one cell is struck out at a row.
    assay, per_decade
        Range of doses of the EC50 and doses a power of ten.
    viability : callable, optional
        Viability of a cell in a dose (uM) after `window`; by default the model's, `assay_viability`.

    Raises
    ------
    BadQuantity

    Examples
    --------
    An assay of one's own in place of the model, with which a mutant takes over:

    >>> import exportin as xp
    >>> parent, mutant = xp.cell("HeLa"), xp.cell("HeLa").with_variant("XPO1 C528S")
    >>> hill = lambda cell, dose: 1 / (1 + (dose / (300.0 if cell.variants else 0.3)) ** 2)
    >>> course = select_clones(parent, {"C528S": mutant}, "KPT-185", ["1 uM"], 3, start={"C528S": 1e-4}, slices=3, viability=hill)
    >>> print(course)
    month    dose uM        parent         C528S  EC50 fold
     0.00          0             1        0.0001          1
     1.00          1      1.02e-07             1      1e+03
    """
    names = (PARENT, *clones)
    held = _doses(doses)
    most = _rows()["flask_cells"] if flask is None else float(flask)
    begun = _start(names, start)
    if not (months > 0 and most >= 1 and slices >= 1):
        raise BadQuantity(f"months {months!r}, flask {flask!r}, slices {slices!r}: expected a time, a cell and a row at least.")
    given = assay_viability(drug, window) if viability is None else viability
    hours = units.to_unit(units.parse(window, "h", "window", positive=True), "h")
    everyone = (cell, *clones.values())
    low, high = (math.log10(one) for one in _doses(assay))
    grid = np.logspace(low, high, max(2, round((high - low) * per_decade) + 1))
    curves = np.array([[given(one, float(dose)) for dose in grid] for one in everyone])
    rates = {dose: np.array([_net_growth(one, given(one, dose), hours) for one in everyone]) for dose in held}

    numbers = _present(np.log(most) + np.log(begun, out=np.full(len(names), -np.inf), where=begun > 0))
    rows = [_row(0.0, 0.0, numbers, grid, curves)]
    part = months / (len(held) * slices)
    for index, dose in enumerate(dose for dose in held for _ in range(slices)):
        numbers = _present(grow_clones(numbers, rates[dose], part * HOURS_PER_MONTH, most))
        rows.append(_row(part * (index + 1), dose, numbers, grid, curves))
        if not np.isfinite(numbers).any() or min(rows[-1][3], grid[-1]) / rows[0][3] >= until_fold:
            break
    month, at, cells, ec50, shares = (np.array(column) for column in zip(*rows, strict=True))
    return Selection(names, month, at, cells, ec50, shares, float(grid[-1]))


def _doses(doses: Sequence[str]) -> list[float]:
    if isinstance(doses, str) or not doses:
        raise BadQuantity(f"doses: {doses!r} is not a list of doses; write for example ['30 nM', '100 nM'].")
    return [units.to_unit(units.parse(dose, "uM", "doses"), "uM") for dose in doses]


def _start(names: Sequence[str], start: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Shares at the start, the parent's first."""
    given = dict.fromkeys(names[1:], _rows()["clone_share"]) if start is None else dict.fromkeys(names[1:], 0.0) | dict(start)
    if set(given) != set(names[1:]) or not all(0 <= share <= 1 for share in given.values()) or sum(given.values()) > 1:
        raise BadQuantity(f"start: {dict(given)} are not shares, of at most one together, of the clones {', '.join(names[1:])}.")
    return np.array([1.0 - sum(given.values()), *(given[name] for name in names[1:])])


def _present(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of numbers, without the clones of less than one cell."""
    return np.where(numbers < -(_LEAST**0.5), -np.inf, numbers)  # one cell but for rounding is one cell


def _net_growth(cell: Cell, viability: float, hours: float) -> float:
    """Net growth (1/h) of a clone in a dose."""
    doubling = units.to_unit(cell.parameter("doubling_time").internal, "h")
    return math.log(2) / doubling + math.log(max(viability, _LEAST)) / hours


def _row(
    month: float, dose: float, numbers: NDArray[np.float64], grid: NDArray[np.float64], curves: NDArray[np.float64]
) -> tuple[float, float, float, float, NDArray[np.float64]]:
    """Month, dose, cells, EC50 and shares."""
    total = float(np.logaddexp.reduce(numbers))
    if not math.isfinite(total):
        return month, dose, 0.0, math.nan, np.zeros(len(numbers))
    shares = np.exp(numbers - total)
    return month, dose, math.exp(total), half_dose(grid, shares @ curves), shares
