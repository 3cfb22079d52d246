"""A surface of two drugs as the model predicts it, together or one after the other, with its scores over the draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin import units
from exportin.analysis.combination.synergy import Synergy, score_tables
from exportin.analysis.plate.plate import Plate
from exportin.analysis.response.predicted import dose_series
from exportin.errors import BadQuantity
from exportin.experiment.fate import needs_pathways, refuse_missing
from exportin.experiment.wells import run_wells
from exportin.network.cell import Cell
from exportin.pharmacology.exposure import Exposure, exposure
from exportin.pharmacology.in_patients import in_patients

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from exportin.pharmacology.compound import Compound
    from exportin.pharmacology.partner import Partner

__all__ = ["Combination", "combine"]

OBSERVED = ("viability", "apoptotic_fraction")
MOST_WELLS = 2500


@dataclass(frozen=True)
class Combination:
    """A predicted surface.

    Attributes
    ----------
    cell, until, observable : str
    drugs : tuple of str
    labels : tuple of str
        When each is there.
    doses : tuple of ndarray
        uM, of each drug, 0 first.
    values : ndarray, shape (draw, first dose, second dose)
        Observable at the end, of the population.
    synergy : Synergy
        Scores of the median surface, with the draws as interval; the inhibition is what is not viable, or dead.
    notes : tuple of str
    """

    cell: str
    until: str
    observable: str
    drugs: tuple[str, str]
    labels: tuple[str, str]
    doses: tuple[NDArray[np.float64], NDArray[np.float64]]
    values: NDArray[np.float64]
    synergy: Synergy
    notes: tuple[str, ...]

    def __str__(self) -> str:
        times = "; ".join(f"{drug} {label}" for drug, label in zip(self.drugs, self.labels, strict=True))
        head = f"{self.cell}, {self.observable} after {self.until}: {times}"
        shares = ", ".join(f"{one.name} {100 * one.share:.0f} %" for one in self.synergy.scores if np.isfinite(one.share))
        told = [f"Share of draws that are synergistic beyond the band: {shares}."] if shares else []
        patients = [str(one) for drug in self.drugs if (one := in_patients(drug)) is not None]
        return "\n".join([head, str(self.synergy), *told, *self.notes, *patients])

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        low, middle, high = np.quantile(self.values, (0.05, 0.5, 0.95), axis=0)
        return {
            "cell": self.cell, "until": self.until, "observable": self.observable, "drugs": list(self.drugs), "times": list(self.labels),
            "doses": [one.tolist() for one in self.doses], "dose_unit": "uM", "draws": len(self.values), "median": middle.tolist(),
            "low": low.tolist(), "high": high.tolist(), "synergy": self.synergy.to_dict(), "notes": list(self.notes),
        }  # fmt: skip

    def plot(self) -> Figure:
        """As `Synergy.plot`, of the median surface."""
        return self.synergy.plot()


def combine(
    cell: Cell,
    first: str | Compound | Partner,
    second: str | Compound | Partner,
    *others: Exposure,
    first_doses: str | Sequence[str] = "10 nM to 1 uM",
    second_doses: str | Sequence[str] = "100 nM to 10 uM",
    first_times: tuple[str, str | None] = ("0 h", None),
    second_times: tuple[str, str | None] = ("0 h", None),
    until: str = "72 h",
    observe: str = "viability",
    cells: int = 24,
    draws: int = 1,
    seed: int = 0,
    per_decade: int = 3,
    workers: int | None = None,
    progress: bool = False,
) -> Combination:
    """Predict what two drugs do together, and score it.

    Parameters
    ----------
    cell : Cell
        From `exportin.cell`; it is given all pathways if it has none.
    first, second : str, Compound or Partner
        Two different drugs, inhibitors of XPO1 or of the table ``xp.facts("partners")``.
    *others : Exposure
        What else is in every well.
    first_doses, second_doses : str or sequence of str
        A range with `per_decade` doses, or each dose; wells without either drug come by themselves.
    first_times, second_times : tuple of str
        When each is added and washed out; None is not at all. A sequence is for example ``("0 h", "24 h")`` and ``("24 h", None)``.
    until, observe : str
        ``viability`` or ``apoptotic_fraction`` at the end.
    cells, draws, seed, workers, progress
        As in `exportin.simulate`.

    Returns
    -------
    combination : Combination

    Raises
    ------
    UnknownName, BadQuantity, NotModelled
    """
    if not isinstance(cell, Cell):
        raise BadQuantity(f"cell: {cell!r} is not a cell; make one with exportin.cell('HeLa').")
    if observe not in OBSERVED:
        raise BadQuantity(f"observe: {observe!r} is not scored; take {' or '.join(OBSERVED)}.")
    if needs_pathways(cell, (observe,)):
        cell = cell.with_pathways()
    refuse_missing(cell, observe)
    horizon = units.parse(until, "h", "until", positive=True)
    doses = [np.concatenate([[0.0], dose_series(one, per_decade)]) for one in (first_doses, second_doses)]
    drugs, times = (first, second), (first_times, second_times)
    one_of_each = [exposure(drug, "1 uM", start=start, stop=stop) for drug, (start, stop) in zip(drugs, times, strict=True)]
    names = (one_of_each[0].compound.name, one_of_each[1].compound.name)
    if names[0] == names[1]:
        raise BadQuantity(f"{names[0]} with itself is one drug; give two.")
    grid = np.array([(one, two) for one in doses[0] for two in doses[1]])
    if len(grid) > MOST_WELLS:
        raise BadQuantity(f"{len(grid)} wells are more than {MOST_WELLS}; give fewer doses.")
    wells = [(*others, *_added(drugs, times, point)) for point in grid.tolist()]
    values, left_out = run_wells(
        cell, wells, observe, horizon=horizon, cells=cells, draws=draws, seed=seed, workers=workers, progress=progress
    )
    known = np.isfinite(values).all(axis=1)
    if not known.any():
        raise BadQuantity(f"{cell.name}: no draw has a living cell at rest; there is nothing to expose.")
    values = values[known]
    viability = values if observe == "viability" else 1.0 - values
    plate = Plate(names, grid, np.median(viability, axis=0), np.arange(len(grid)), "viability", "1", f"predicted in {cell.name}")
    plate.check_single()
    told = f"{len(values)} draws" if draws > 1 else "none, as there is one draw"
    tables = np.concatenate([plate.viability[None], viability]) if draws > 1 else plate.viability[None]
    scores = score_tables(plate, tables, told, measured=False)
    notes = [f"{int((~known).sum())} of {draws} draws have no living cell at rest and are left out."] if not known.all() else []
    if left_out:
        notes.append(f"{left_out} of {len(grid) * draws * cells} runs were not computed.")
    labels = (_when(times[0]), _when(times[1]))
    shape = (len(values), len(doses[0]), len(doses[1]))
    return Combination(cell.name, until, observe, names, labels, (doses[0], doses[1]), values.reshape(shape), scores, tuple(notes))


def _added(drugs: Sequence[Any], times: Sequence[tuple[str, str | None]], point: Sequence[float]) -> list[Exposure]:
    """What a well is given."""
    found = []
    for drug, (start, stop), dose in zip(drugs, times, point, strict=True):
        if dose > 0:
            found.append(exposure(drug, f"{dose!r} uM", start=start, stop=stop))
    return found


def _when(times: tuple[str, str | None]) -> str:
    return f"from {times[0]}" + ("" if times[1] is None else f" to {times[1]}")
