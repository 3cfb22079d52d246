"""A plate: doses of one drug or two, and what each well lives at over the untreated wells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadQuantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Plate"]


@dataclass(frozen=True)
class Plate:
    """Wells of one block.

    Attributes
    ----------
    drugs : tuple of str
        One name, or two.
    doses : ndarray, shape (well, drug)
        uM.
    viability : ndarray, shape (well,)
        Fraction of the untreated wells; an inhibition of 30 % is a viability of 0.7.
    lines : ndarray of int, shape (well,)
        Of the table that they come from.
    kind : str
        What the table held: ``viability`` or ``inhibition``.
    block : str
        Name of the block in the table.
    source : str
        Name of the table.

    Examples
    --------
    >>> plate = Plate(("A",), np.array([[0.0], [1.0], [1.0]]), np.array([1.0, 0.4, 0.6]), np.arange(3), "viability", "1", "made up")
    >>> plate.means()[1]
    array([1. , 0.5])
    """

    drugs: tuple[str, ...]
    doses: NDArray[np.float64]
    viability: NDArray[np.float64]
    lines: NDArray[np.int64]
    kind: str
    block: str
    source: str

    def __len__(self) -> int:
        return len(self.viability)

    def with_viability(self, viability: NDArray[np.float64]) -> Plate:
        """The same wells with other responses."""
        return replace(self, viability=viability)

    def points(self) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Different doses, shape (point, drug), and the point of each well, shape (well,)."""
        found, place = np.unique(self.doses, axis=0, return_inverse=True)
        return found, place.reshape(-1)

    def means(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Different doses, shape (point, drug), and the mean of their wells, shape (point,)."""
        found, place = self.points()
        return found, np.bincount(place, self.viability) / np.bincount(place)

    def single(self, drug: int) -> NDArray[np.bool_]:
        """Wells that hold this drug alone, shape (well,)."""
        return np.asarray((self.doses[:, drug] > 0) & (np.count_nonzero(self.doses, axis=1) == 1))

    @property
    def combined(self) -> NDArray[np.bool_]:
        """Wells that hold both drugs, shape (well,)."""
        return np.asarray((self.doses > 0).all(axis=1))

    @property
    def untreated(self) -> NDArray[np.bool_]:
        """Wells without a drug, shape (well,)."""
        return (self.doses == 0).all(axis=1)

    @property
    def is_grid(self) -> bool:
        """Whether the combinations are a grid, or more than half of one; else they lie on a ray or stand alone."""
        points = np.unique(self.doses[self.combined], axis=0)
        many = [len(np.unique(points[:, drug])) for drug in range(2)]
        return min(many) > 1 and len(points) > 0.5 * many[0] * many[1]

    def missing(self) -> list[tuple[float, float]]:
        """Doses of a grid that have no well; a plate without untreated wells is whole."""
        points = {tuple(one) for one in self.doses.tolist()} | {(0.0, 0.0)}
        axes = [np.unique(self.doses[:, drug]).tolist() for drug in range(2)]
        return [(first, second) for first in axes[0] for second in axes[1] if (first, second) not in points]

    def noise(self) -> tuple[float, int]:
        """Standard deviation of a treated well about the mean of its replicates, pooled, and its degrees of freedom; NaN and 0 without any.

        Untreated wells do not count: often they were made 1 by the scale of the table.
        """
        treated = ~self.untreated
        _, place = np.unique(self.doses[treated], axis=0, return_inverse=True)
        place, values = place.reshape(-1), self.viability[treated]
        counts = np.bincount(place)
        means = np.bincount(place, values) / counts
        freedom = int((counts - 1).sum())
        squares = float(((values - means[place]) ** 2).sum())
        return (float(np.sqrt(squares / freedom)), freedom) if freedom else (float("nan"), 0)

    def check_single(self, least: int = 3) -> None:
        """Refuse a plate that does not tell what each drug does alone.

        Raises
        ------
        BadQuantity
        """
        for place, drug in enumerate(self.drugs):
            found = np.unique(self.doses[self.single(place), place])
            if len(found) < least:
                alone = f"{drug} alone at {len(found)} doses" + (f" ({', '.join(f'{one:g}' for one in found)} uM)" if len(found) else "")
                raise BadQuantity(f"{self.source}, block {self.block}: {alone}; its curve needs {least} doses without the other drug.")
