"""Statistics over the members of an ensemble, in memory that does not grow with their number.

Mean, standard deviation and extremes stream, chunk by chunk in any order, with the same bits for any chunk size and number of workers
(`moments`). Quantiles are exact: from a run folder by blocks of columns, or from memory where all values fit into a stated limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadQuantity, BadTable
from exportin.kernel.ensemble.moments import Moments, MomentTree
from exportin.kernel.ensemble.quantile import check_shares, quantiles_by_block

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.kernel.ensemble.execute import Arrays
    from exportin.kernel.ensemble.folder import RunFolder
    from exportin.kernel.ensemble.plan import Chunk, Plan

    _Columns = Callable[[slice, NDArray[np.float64]], None]

__all__ = ["STATUS", "Statistics", "StreamingSummary", "Summary", "summarise"]

STATUS = "status"
_IN_MEMORY = 256 * 2**20  # bytes of values that may be kept for quantiles without a run folder
_BLOCK = 64 * 2**20  # bytes of a block of columns


@dataclass(frozen=True)
class Statistics:
    """Statistics of one variable; every array has the variable's shape for one member.

    Attributes
    ----------
    count : ndarray of int
        Members with a number, of those that went well. The other arrays are NaN where there is none.
    mean, least, greatest : ndarray
        Of these members.
    standard_deviation : ndarray
        With count - 1; NaN for a single member.
    shares : tuple of float
        The quantiles asked for.
    quantiles : ndarray
        Shape (share, ...), by linear interpolation.
    """

    count: NDArray[np.int64]
    mean: NDArray[np.float64]
    standard_deviation: NDArray[np.float64]
    least: NDArray[np.float64]
    greatest: NDArray[np.float64]
    shares: tuple[float, ...]
    quantiles: NDArray[np.float64]


@dataclass(frozen=True)
class Summary:
    """Statistics by variable, and how many members had which outcome (0: went well)."""

    statistics: Mapping[str, Statistics]
    outcomes: Mapping[int, int]


class StreamingSummary:
    """Takes chunks in any order; members whose status is not 0 are left out and counted by outcome.

    Parameters
    ----------
    plan : Plan
        The members.
    shares : sequence of float
        Quantiles to find; for these all values are kept, so that a run folder and `summarise` are needed above the limit.
    limit_bytes : int
        Most memory for values kept for quantiles.

    Examples
    --------
    >>> from exportin.kernel.ensemble.plan import Plan
    >>> summary = StreamingSummary(Plan(4, 2), shares=[0.5])
    >>> for chunk in Plan(4, 2):
    ...     summary.add(chunk, {"level": np.array([1.0, 2.0]) + chunk.start})
    >>> found = summary.result().statistics["level"]
    >>> float(found.mean), float(found.quantiles[0])
    (2.5, 2.5)
    """

    def __init__(self, plan: Plan, shares: Sequence[float] = (), limit_bytes: int = _IN_MEMORY) -> None:
        self._plan, self._shares, self._limit = plan, check_shares(shares), limit_bytes
        self._trees: dict[str, MomentTree] = {}
        self._kept: dict[str, NDArray[np.float64]] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._outcomes: Counter[int] = Counter()
        self._added = bytearray(len(plan))

    def add(self, chunk: Chunk, arrays: Arrays) -> None:
        """Take up a chunk; a sink of `run_chunks`.

        Raises
        ------
        BadQuantity
            If the values kept for quantiles would pass the limit.
        """
        if self._added[chunk.number]:
            raise ValueError(f"{chunk} was added before")
        self._added[chunk.number] = 1
        fine = _fine(chunk, arrays)
        self._outcomes.update(_outcomes(chunk, arrays))
        for name, values in _values(arrays):
            self._shapes.setdefault(name, values.shape[1:])
            self._trees.setdefault(name, MomentTree()).add(chunk.start, values, fine)
            if self._shares:
                self._keep(name, chunk, values, fine)

    def _keep(self, name: str, chunk: Chunk, values: NDArray[np.float64], fine: NDArray[np.bool_]) -> None:
        columns = values.reshape(len(chunk), -1).T
        if name not in self._kept:
            size = 8 * columns.shape[0] * self._plan.count + sum(kept.nbytes for kept in self._kept.values())
            if size > self._limit:
                raise BadQuantity(
                    f"quantiles: {self._plan.count} members would keep {size / 2**20:.0f} MB in memory, "
                    f"and {self._limit / 2**20:.0f} MB is the limit; give a run folder, or ask for no quantiles."
                )
            self._kept[name] = np.full((columns.shape[0], self._plan.count), np.nan)
        self._kept[name][:, chunk.start : chunk.stop] = _blanked(columns, fine)

    def result(self) -> Summary:
        """Statistics of all members added so far."""
        found = {}
        for name, tree in self._trees.items():
            kept = _KeptColumns(self._kept[name]) if self._shares else None
            found[name] = _statistics(tree.total(), self._shapes[name], self._plan.count, self._shares, kept, _BLOCK)
        return Summary(found, dict(sorted(self._outcomes.items())))


def summarise(folder: RunFolder, shares: Sequence[float] = (0.05, 0.5, 0.95), block_bytes: int = _BLOCK) -> Summary:
    """Statistics of a finished run folder: one pass over the files, and for quantiles one more per block of columns.

    Parameters
    ----------
    folder : RunFolder
        With all chunks.
    shares : sequence of float
        Quantiles to find.
    block_bytes : int
        Memory for a block. The files are passed over (size of all values / `block_bytes`) times.

    Raises
    ------
    BadTable
        If chunks are missing or damaged; the sentence names them.
    """
    wanted = check_shares(shares)
    done = set(folder.finished())
    absent = [chunk.number for chunk in folder.plan if chunk not in done]
    if absent:
        shown = ", ".join(str(number) for number in absent[:8]) + (" ..." if len(absent) > 8 else "")
        raise BadTable(f"{str(folder.path)!r} misses {len(absent)} of {len(folder.plan)} chunks ({shown}); run the same again.")
    trees: dict[str, MomentTree] = {}
    outcomes: Counter[int] = Counter()
    for chunk, arrays in folder:
        fine = _fine(chunk, arrays)
        outcomes.update(_outcomes(chunk, arrays))
        for name, values in _values(arrays):
            trees.setdefault(name, MomentTree()).add(chunk.start, values, fine)
    found = {}
    for name, tree in trees.items():
        columns = _FolderColumns(folder, name)
        found[name] = _statistics(tree.total(), folder.description.shape(name), folder.plan.count, wanted, columns, block_bytes)
    return Summary(found, dict(sorted(outcomes.items())))


@dataclass(frozen=True)
class _KeptColumns:
    """Columns from memory."""

    kept: NDArray[np.float64]

    def __call__(self, chosen: slice, block: NDArray[np.float64]) -> None:
        block[:] = self.kept[chosen]


@dataclass(frozen=True)
class _FolderColumns:
    """Columns of a variable from the files of all chunks."""

    folder: RunFolder
    name: str

    def __call__(self, chosen: slice, block: NDArray[np.float64]) -> None:
        told = {variable.name for variable in self.folder.description.variables}
        for chunk in self.folder.plan:
            arrays = {name: self.folder.read(name, chunk) for name in {self.name, STATUS} & told}
            columns = arrays[self.name].reshape(len(chunk), -1)[:, chosen].T
            block[:, chunk.start : chunk.stop] = _blanked(columns.astype(float), _fine(chunk, arrays))


def _fine(chunk: Chunk, arrays: Arrays) -> NDArray[np.bool_]:
    return np.asarray(arrays[STATUS]) == 0 if STATUS in arrays else np.ones(len(chunk), dtype=bool)


def _outcomes(chunk: Chunk, arrays: Arrays) -> dict[int, int]:
    if STATUS not in arrays:
        return {0: len(chunk)}
    codes, counts = np.unique(arrays[STATUS], return_counts=True)
    return {int(code): int(count) for code, count in zip(codes, counts, strict=True)}


def _values(arrays: Arrays) -> Iterator[tuple[str, NDArray[np.float64]]]:
    return ((name, np.asarray(array, dtype=float)) for name, array in arrays.items() if name != STATUS)


def _blanked(columns: NDArray[np.float64], fine: NDArray[np.bool_]) -> NDArray[np.float64]:
    """NaN for members that are left out and for what is no number."""
    return np.where(fine & np.isfinite(columns), columns, np.nan)


def _statistics(
    total: Moments, shape: tuple[int, ...], count: int, shares: tuple[float, ...], read: _Columns | None, block_bytes: int
) -> Statistics:
    """The numbers of one variable, from its moments and its columns."""
    known = np.broadcast_to(total.count[0], shape).astype(np.int64)
    none = known == 0
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.sqrt(np.where(known > 1, total.scatter[0] / (known - 1), np.nan))
    quantiles = np.empty((len(shares), *shape))
    if read is not None and shares:
        quantiles[:] = quantiles_by_block(read, int(np.prod(shape)), count, shares, block_bytes).reshape(quantiles.shape)
    mean, least, greatest = (np.where(none, np.nan, one[0]) for one in (total.mean, total.least, total.greatest))
    return Statistics(known, mean, deviation, least, greatest, shares, quantiles)
