"""Observables that stay on the disk, in the chunks of a run folder; statistics over the runs stream from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from exportin.kernel.ensemble.folder import RunFolder
from exportin.kernel.ensemble.quantile import quantiles_by_block

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["StoredValues", "stored_values"]

_BLOCK = 32 * 2**20  # bytes of a block of columns


class StoredValues(Mapping[str, "NDArray[np.float64]"]):
    """The observables of a finished run folder by name, read only when they are asked for.

    Parameters
    ----------
    folder : RunFolder
        Finished.
    names : tuple of str
        Observables, in the order of the folder's.
    sizes : tuple of int
        Patients, draws, cells.
    points : int
        Length of the time axis.
    variable : str
        ``values`` or ``extremes``.
    """

    def __init__(self, folder: RunFolder, names: tuple[str, ...], sizes: tuple[int, int, int], variable: str = "values") -> None:
        self.folder, self.sizes, self._names, self._variable = folder, sizes, names, variable
        self._known: dict[tuple[str, tuple[float, ...]], NDArray[np.float64]] = {}
        self._last: tuple[str, NDArray[np.float64]] | None = None

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of each observable: patient, draw, cell, and its last axis."""
        return (*self.sizes, self.folder.description.shape(self._variable)[-1])

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """All of one observable, in memory."""
        if name not in self._names:
            raise KeyError(name)
        if self._last is None or self._last[0] != name:
            self._last = None  # never two at once
            self._last = (name, self._columns(name, range(self.shape[-1])))
        return self._last[1]

    def ends(self, name: str) -> NDArray[np.float64]:
        """First and last value of each run, shape (patient, draw, cell, 2)."""
        return self._columns(name, (0, self.shape[-1] - 1))

    def _columns(self, name: str, chosen: Sequence[int]) -> NDArray[np.float64]:
        place = self._names.index(name)
        some = np.empty((self.folder.plan.count, len(chosen)))
        for chunk in self.folder.plan:
            stored = self.folder.read(self._variable, chunk)[:, place]
            some[chunk.start : chunk.stop] = stored if isinstance(chosen, range) else stored[:, list(chosen)]
        some.setflags(write=False)
        return some.reshape(*self.sizes, len(chosen))

    def quantiles(self, name: str, levels: tuple[float, ...]) -> NDArray[np.float64]:
        """Quantiles over the runs that were computed, shape (level, last axis), in memory that does not grow with the runs."""
        key = (name, levels)
        if key not in self._known:
            place = self._names.index(name)

            def read(chosen: slice, block: NDArray[np.float64]) -> None:
                for chunk in self.folder.plan:
                    block[:, chunk.start : chunk.stop] = self.folder.read(self._variable, chunk)[:, place, chosen].T

            self._known[key] = quantiles_by_block(read, self.shape[-1], self.folder.plan.count, levels, _BLOCK)
        return self._known[key]


def stored_values(folder: RunFolder, names: tuple[str, ...], sizes: tuple[int, int, int]) -> tuple[StoredValues, StoredValues]:
    """Values and extremes of every run of a finished run folder."""
    return StoredValues(folder, names, sizes), StoredValues(folder, names, sizes, "extremes")
