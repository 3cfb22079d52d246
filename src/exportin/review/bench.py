"""The bench on which arms are computed: cells that differ only in what is in their wells are brought to rest once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin import units
from exportin.errors import BadQuantity, UnknownName
from exportin.experiment.fate import with_weights
from exportin.experiment.observables import catalogue
from exportin.experiment.wells import run_members
from exportin.kernel.batch import Outcome
from exportin.kernel.ensemble.progress import Progress
from exportin.network.cell import Cell
from exportin.pharmacology.exposure import Exposure
from exportin.result.fate import FATES, pool_cells
from exportin.review import kept
from exportin.review.observable import MICE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["CELLS", "DRAWS", "Bench", "Need", "Population", "refuse_unobservable"]

DRAWS, CELLS = 20, 16
TOLERANCE = 1e-6
_HOUR, _DAY = units.SECONDS_PER_HOUR, 24


@dataclass(frozen=True)
class Population:
    """How many draws of the parameters, and sister cells of each."""

    draws: int = DRAWS
    cells: int = CELLS
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("draws", 2), ("cells", 2), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise BadQuantity(f"{name}: {value!r} is not a whole number of at least {least}; no verdict rests on a single cell.")


@dataclass(frozen=True)
class Need:
    """One well of one kind of cell, with what is observed of it.

    Attributes
    ----------
    cell : Cell
    exposures : tuple of Exposure
        Every drug that shares the model, some of them at dose zero.
    names : tuple of str
        Observables.
    hours : float
        When.
    mouse : bool
        Whether the cells are a tumour in mice whose size or weight is asked for.
    untreated : bool
        Whether these are the animals beside, which get nothing.
    """

    cell: Cell
    exposures: tuple[Exposure, ...]
    names: tuple[str, ...]
    hours: float
    mouse: bool = False
    untreated: bool = False

    @property
    def shared(self) -> tuple[object, ...]:
        """What wells of one run have in common: the cell and the drugs of the model; of animals the regimen and the end too."""
        drugs = sorted(repr((one.compound, one.route, one.fu, one.accumulation, one.body, one.site)) for one in self.exposures)
        week = (self.exposures[0].label, self.hours) if self.mouse else ()
        return repr(self.cell), tuple(drugs), week, self.mouse

    @property
    def well(self) -> str:
        """What is in the well; animals are computed with those beside them."""
        return "" if self.mouse else repr(sorted((one.compound.symbol, one.events) for one in self.exposures))


@dataclass
class Bench:
    """Computes what is needed, keeps it, and gives it back.

    Attributes
    ----------
    population : Population
    workers : int, optional
    progress : bool
    anew : bool
        Compute all, whatever is kept.
    """

    population: Population = Population()
    workers: int | None = None
    progress: bool = False
    anew: bool = False
    _held: dict[tuple[object, ...], dict[str, Array]] = field(default_factory=dict)

    def compute(self, needs: Iterable[Need], beside: Iterable[Need] = ()) -> None:
        """Compute what is neither held nor kept, group by group.

        Parameters
        ----------
        needs : iterable of Need
        beside : iterable of Need
            Others that may be asked for with the same cells: what and when is observed there is computed too, so that the numbers
            that are kept do not depend on which claims are run together.
        """
        groups: dict[tuple[object, ...], dict[str, list[Need]]] = {}
        for need in needs:
            groups.setdefault(need.shared, {}).setdefault(need.well, []).append(need)
        times = {shared: {need.hours for same in wells.values() for need in same} for shared, wells in groups.items()}
        for need in beside:
            if need.shared in groups:
                times[need.shared].add(need.hours)
                if need.well in groups[need.shared]:
                    groups[need.shared][need.well].append(need)
        todo = [shared for shared, wells in groups.items() if any((shared, well) not in self._held for well in wells)]
        with Progress(len(todo), self.progress, "computing arms") as advance:
            self._spread([partial(self._compute, shared, groups[shared], times[shared]) for shared in todo], advance)

    def _spread(self, tasks: Sequence[Callable[[], None]], advance: Callable[[int], None]) -> None:
        """Groups side by side, each on one thread: what a group does by itself (its rest, its model's compiler) leaves no thread idle."""
        with ThreadPoolExecutor(max(1, self.workers or os.cpu_count() or 1)) as pool:
            try:
                for done in as_completed([pool.submit(task) for task in tasks]):
                    done.result()
                    advance(1)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _compute(self, shared: tuple[object, ...], wells: Mapping[str, Sequence[Need]], hours: set[float]) -> None:
        if shared[-1]:
            self._animals(shared, wells)
        else:
            self._group(shared, wells, (0.0, *sorted(hours)))

    def _animals(self, shared: tuple[object, ...], wells: Mapping[str, Sequence[Need]]) -> None:
        for well, same in wells.items():
            self._held[shared, well] = self._mice(same[0])

    def _group(self, shared: tuple[object, ...], wells: Mapping[str, Sequence[Need]], times: tuple[float, ...]) -> None:
        first = next(iter(wells.values()))[0]
        names = {well: _names(same) for well, same in wells.items()}
        keys = {well: kept.key_of(shared, well, names[well], times, self.population, TOLERANCE) for well in wells}
        found = {well: None if self.anew else kept.arrays(keys[well], None) for well in wells}
        missing = [well for well in wells if found[well] is None]
        if missing:
            every = tuple(dict.fromkeys(name for well in missing for name in names[well]))
            made = self._run(first, [wells[well][0].exposures for well in missing], every, times)
            for place, well in enumerate(missing):
                mine = {name: made[name][:, :, place] for name in ("status", *names[well])} | {"hours": np.array(times)}
                found[well] = kept.arrays(keys[well], lambda mine=mine: mine, anew=True)
        for well in wells:
            self._held[shared, well] = found[well] or {}

    def _run(
        self, first: Need, wells: Sequence[Sequence[Exposure]], names: Sequence[str], times: Sequence[float]
    ) -> dict[str, NDArray[Any]]:
        """Each observable, shape (draw, cell, well, time), and outcomes, shape (draw, cell, well)."""
        draws, cells, seed = self.population.draws, self.population.cells, self.population.seed
        seconds = [_HOUR * one for one in times]
        values, status = run_members(
            first.cell, wells, names, seconds, cells=cells, draws=draws, seed=seed, tolerance=TOLERANCE, workers=1
        )
        return {"status": status} | {name: values[..., place, :] for place, name in enumerate(names)}

    def _mice(self, need: Need) -> dict[str, Array]:
        """Volume (cm3) at the end and largest loss of weight, shape (draw,); NaN where the untreated cells do not live."""
        from exportin.cohort.mouse.xenograft import xenograft

        def make() -> dict[str, Array]:
            drug = need.exposures[0]
            weeks = max(1, round(need.hours / (7 * _DAY)))
            one = xenograft(need.cell, drug.compound, drug.label, weeks=weeks, draws=self.population.draws, workers=1)  # pyright: ignore[reportArgumentType]
            found = {name: np.full(self.population.draws, np.nan) for name in (*MICE, "control_volume")}
            rows = list(one.draws)
            found["tumour_volume"][rows] = one.volume[:, -1]
            found["control_volume"][rows] = one.control[:, -1]
            found["weight_loss"][rows] = one.weight_loss
            return found

        key = kept.key_of("mice", need.shared, self.population)
        return kept.arrays(key, make, anew=self.anew) or {}

    def cells_of(self, need: Need, name: str) -> Array:
        """An observable of every cell at the start and the end, shape (draw, cell, time); NaN for what this model does not have."""
        return self._at(need).get(name, np.full((self.population.draws, self.population.cells, 2), np.nan))

    def _at(self, need: Need) -> dict[str, Array]:
        held = self._held[need.shared, need.well]
        places = [0, int(np.flatnonzero(held["hours"] == need.hours)[0])]
        return {name: value[..., places] for name, value in held.items() if name not in ("hours", "status")}

    def dead_at_rest(self, need: Need) -> Array:
        """Share of each draw's cells that are dead before anything begins, of those that settle, shape (draw,)."""
        status = self._held[need.shared, need.well]["status"]
        dead, alive = ((status == outcome).sum(axis=1) for outcome in (Outcome.NOT_ALIVE, Outcome.DONE))
        return np.divide(dead, dead + alive, out=np.full(len(status), np.nan), where=dead + alive > 0)

    def of(self, need: Need, name: str) -> Array:
        """An observable of each draw's population at the start and the end, shape (draw, time)."""
        if need.mouse:
            return self._of_mice(need, name)
        here = self._at(need)
        if name in FATES and name in here:
            return _mean(pool_cells({key: value[None] for key, value in here.items()}, name)[0])
        return _mean(self.cells_of(need, name))

    def _of_mice(self, need: Need, name: str) -> Array:
        held = self._held[need.shared, need.well]
        ended = held["control_volume" if need.untreated and name == "tumour_volume" else name]
        if need.untreated and name == "weight_loss":
            ended = np.where(np.isnan(ended), np.nan, 0.0)
        return np.stack([np.zeros_like(ended), ended], axis=1)


def refuse_unobservable(needs: Iterable[Need]) -> None:
    """Refuse what the model of a well does not have.

    Raises
    ------
    UnknownName
    """
    seen: dict[tuple[object, ...], set[str]] = {}
    for need in needs:
        if need.mouse:
            continue
        known = seen.get(need.shared) or seen.setdefault(need.shared, set(catalogue(need.cell, need.exposures)))
        for name in need.names:
            if name not in known:
                raise UnknownName("observable", name, known)


def _names(same: Sequence[Need]) -> tuple[str, ...]:
    """Observables of one well that its model has, with what weighs sister cells."""
    first = same[0]
    known = catalogue(first.cell, first.exposures)
    asked = sorted({name for need in same for name in need.names if name in known})
    return with_weights(first.cell, asked) if asked else ("XPO1_total",)


def _mean(cells: Array) -> Array:
    """Mean over the cells that were computed, shape (draw, time)."""
    known = np.isfinite(cells)
    total = np.where(known, cells, 0.0).sum(axis=1)
    return np.divide(total, known.sum(axis=1), out=np.full_like(total, np.nan), where=known.any(axis=1))

