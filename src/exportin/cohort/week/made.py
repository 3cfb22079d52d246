"""Make the tables of a week from the cell model, and keep them, since every patient reads the same ones."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.cohort.numbers import CELL_SEED
from exportin.cohort.week.level import DAY, DAYS
from exportin.cohort.week.response import STEP_HOURS, STEPS, MarrowWeek, TumourWeek
from exportin.experiment.prepared import Experiment, prepare
from exportin.experiment.wells import run_members
from exportin.kept_files import cache_folder
from exportin.kernel.code.generate import GENERATOR
from exportin.network.cell import Cell
from exportin.pharmacology.body import HUMAN
from exportin.pharmacology.compound import Compound
from exportin.pharmacology.event import Dose
from exportin.pharmacology.exposure import Exposure, regimen

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CELLS", "DOSES", "MARROW", "Setting", "marrow_week", "tumour_week"]

CELLS = 16  # sister cells of a tumour
DOSES = {HUMAN: tuple(2.5 * 2.0**k for k in range(10)), "mouse": tuple(0.5 * 2.0**k for k in range(11))}  # mg; of an animal mg/kg
MARROW = "normal CD34+"
LIVING = 0.5
BLOCK = 4  # draws that are made and kept together
FORMAT = "exportin week 2"
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Setting:
    """Who is given what on which days.

    Attributes
    ----------
    compound : Compound
    days : tuple of int
        Of the week, from 1.
    draws : tuple of int
        Of the cell model.
    species : str
    """

    compound: Compound
    days: tuple[int, ...]
    draws: tuple[int, ...]
    species: str = HUMAN

    @property
    def grid(self) -> NDArray[np.float64]:
        """Doses, from 0."""
        return np.array([0.0, *DOSES[HUMAN if self.species == HUMAN else "mouse"]])

    def wells(self, weeks: int) -> list[tuple[Exposure, ...]]:
        """The exposure at each dose, the first of which is none."""
        found: list[tuple[Exposure, ...]] = [()]
        for dose in self.grid[1:]:
            given = [(week * DAYS + day - 1) * DAY for week in range(weeks) for day in self.days]
            found.append((regimen(self.compound, [Dose(time, self._amount(float(dose))) for time in given], species=self.species),))
        return found

    def _amount(self, dose: float) -> float:
        """Mg of a dose."""
        from exportin.pharmacology.body import find_body

        return dose if self.species == HUMAN else dose * float(find_body(self.species, None).weight or 1.0)


def marrow_week(setting: Setting, *, workers: int | None = None, progress: bool = False) -> MarrowWeek:
    """Export capacity of normal progenitors in the second of two weeks, when a week is like the next.

    Examples
    --------
    >>> from exportin.pharmacology.compound import compound
    >>> week = marrow_week(Setting(compound("selinexor"), (1, 3), (0,)))
    >>> bool(week.lost(0, np.array([0.0]))[0].max() < 1e-6), bool(week.lost(0, np.array([80.0]))[0].max() > 0.3)
    (True, True)
    """
    from exportin.network.cell import cell

    context = cell(MARROW)

    def make(first: int) -> dict[str, NDArray[np.float64]]:
        times = [(DAYS * 24 + (step + 0.5) * STEP_HOURS) * 3600.0 for step in range(STEPS)]
        values, _ = _members(context, setting, ["export_capacity"], times, 2, 1, first, workers, progress)
        return {"capacity": values[:, 0, :, 0]}

    return MarrowWeek(setting.grid, _kept("marrow", context, setting, 1, make)["capacity"])


def tumour_week(
    context: Cell, setting: Setting, *, cells: int = CELLS, workers: int | None = None, progress: bool = False
) -> TumourWeek:
    """Death and growth of sister cells in one week.

    Cells of a draw that die untreated are left out; a draw without any other has NaN.
    """

    def make(first: int) -> dict[str, NDArray[np.float64]]:
        times = [day * DAY for day in range(1, DAYS + 1)]
        observe = ["apoptotic_fraction", "lineage"]
        values, doubling = _members(context, setting, observe, times, 1, cells, first, workers, progress)
        dead, lineage = values[:, :, :, 0], values[:, :, :, 1, -1]
        speed = 1.0 + np.log(np.maximum(lineage, 1e-300)) / (np.log(2.0) * DAYS * DAY / doubling[:, :, None])
        living = np.where(dead[..., -1] < LIVING, 1.0, np.nan)
        with _nothing_there():
            killed = np.nanmean((dead >= LIVING).astype(float) + 0.0 * dead, axis=1)
            growth = np.nanmean(np.clip(speed, 0.0, 1.0) * living, axis=1)
        stopped = np.isnan(growth) & ~np.isnan(killed[..., -1])  # nobody lives at the end
        return {"killed": np.minimum(killed, 1.0 - 0.5 / cells), "growth": np.where(stopped, 0.0, growth)}

    kept = _kept("tumour", context, setting, cells, make)
    return TumourWeek(setting.grid, kept["killed"], kept["growth"])


def _members(
    context: Cell, setting: Setting, observe: Sequence[str], times: Sequence[float], weeks: int, cells: int, first: int,
    workers: int | None, progress: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Values of a block of draws, shape (draw, cell, well, observable, time), and doubling times (s), shape (draw, cell)."""
    wells = setting.wells(weeks)
    values, _ = run_members(
        context, wells, observe, times, cells=cells, draws=BLOCK, seed=CELL_SEED, first=first, tolerance=TOLERANCE,
        workers=workers, progress=progress,
    )
    place = np.arange(BLOCK * cells)
    columns = prepare(context, wells[-1], CELL_SEED).columns(None, place // cells + first, place % cells if cells > 1 else None)
    doubling = np.broadcast_to(np.asarray(columns["doubling_time"], dtype=float), place.shape)
    return values, doubling.reshape(BLOCK, cells)


def _kept(
    kind: str, context: Cell, setting: Setting, cells: int, make: Callable[[int], dict[str, NDArray[np.float64]]]
) -> dict[str, NDArray[np.float64]]:
    """Arrays of the wanted draws, block by block."""
    experiment = prepare(context, setting.wells(1)[-1], CELL_SEED)
    blocks = sorted({draw // BLOCK for draw in setting.draws})
    held = {
        block: _block(_digest(kind, experiment, setting, cells, block), lambda block=block: make(block * BLOCK)) for block in blocks
    }
    names = held[blocks[0]]
    return {name: np.stack([held[draw // BLOCK][name][draw % BLOCK] for draw in setting.draws]) for name in names}


def _digest(kind: str, experiment: Experiment, setting: Setting, cells: int, block: int) -> str:
    """What the arrays of a block depend on: the model, every number of it, and the doses."""
    place = np.arange(BLOCK * cells)
    values = experiment.numbers_of(None, place // cells + block * BLOCK, place % cells if cells > 1 else None)
    told = (FORMAT, GENERATOR, TOLERANCE, kind, experiment.model.digest, setting.days, setting.species, tuple(setting.grid.tolist()), cells)
    given = [(event.time, event.target, event.amount) for event in setting.wells(1)[-1][0].events]
    made = hashlib.sha256(repr((told, given)).encode())
    for name in sorted(values):
        made.update(name.encode() + np.asarray(values[name], dtype=np.float64).tobytes())
    return made.hexdigest()[:32]


def _block(digest: str, make: Callable[[], dict[str, NDArray[np.float64]]]) -> dict[str, NDArray[np.float64]]:
    """Arrays from the cache folder, or made and put there; a folder that cannot be written is no error."""
    folder = cache_folder()
    if folder is None:
        return make()
    file = folder / "weeks" / f"{digest}.npz"
    with contextlib.suppress(OSError, ValueError, KeyError), np.load(file, allow_pickle=False) as held:
        return {name: held[name] for name in held.files}
    made = make()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, staged = tempfile.mkstemp(dir=file.parent, suffix=".part")
        with os.fdopen(handle, "wb") as target:
            np.savez(target, **made)  # pyright: ignore[reportArgumentType]
        Path(staged).replace(file)
    return made


@contextlib.contextmanager
def _nothing_there() -> Any:
    """A mean over nothing is NaN, and no warning."""
    import warnings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        yield
