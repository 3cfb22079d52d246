"""All members of an ensemble in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.kernel.ensemble.execute import Arrays
    from exportin.kernel.ensemble.plan import Chunk

__all__ = ["Gathered"]


class Gathered:
    """A sink that puts each chunk into its place, in whatever order the chunks come.

    Parameters
    ----------
    count : int
        Members of the ensemble.

    Attributes
    ----------
    arrays : dict of str to ndarray
        Each with the members as its first axis; only what was added is defined.

    Examples
    --------
    >>> from exportin.kernel.ensemble.execute import run_chunks
    >>> from exportin.kernel.ensemble.plan import Plan
    >>> gathered = Gathered(5)
    >>> run_chunks(lambda members: {"double": 2 * np.array(members)}, Plan(5, 2), sink=gathered.add, workers=1)
    >>> gathered.arrays["double"].tolist()
    [0, 2, 4, 6, 8]
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self.arrays: dict[str, NDArray[Any]] = {}

    def add(self, chunk: Chunk, arrays: Arrays) -> None:
        """Take up a chunk."""
        for name, array in arrays.items():
            if name not in self.arrays:
                self.arrays[name] = np.empty((self._count, *array.shape[1:]), array.dtype)
            self.arrays[name][chunk.start : chunk.stop] = array
