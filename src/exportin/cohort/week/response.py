"""What a week on a dose does to a kind of cell, as a table over doses and draws of the cell model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["STEPS", "STEP_HOURS", "MarrowWeek", "TumourWeek"]

STEP_HOURS = 6
STEPS = 7 * 24 // STEP_HOURS


@dataclass(frozen=True)
class MarrowWeek:
    """How much export normal progenitors have left in the course of a regular week.

    Attributes
    ----------
    doses : ndarray, shape (dose,)
        mg (in a mouse mg/kg) of each dose of the week, ascending from 0.
    capacity : ndarray, shape (draw, dose, step)
        Export capacity, 1 untreated, at the middle of each step of `STEP_HOURS` hours.
    """

    doses: NDArray[np.float64]
    capacity: NDArray[np.float64]

    def lost(self, draw: int, doses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of the capacity that is lost, shape (patient, step), at the patients' doses."""
        return np.clip(1.0 - _between(self.doses, self.capacity[draw], doses), 0.0, 1.0)


@dataclass(frozen=True)
class TumourWeek:
    """What becomes of tumour cells in the week that begins with the first dose.

    Attributes
    ----------
    doses : ndarray, shape (dose,)
        As in `MarrowWeek`.
    killed : ndarray, shape (draw, dose, day)
        Share of the cells that is dead at the end of each day, of those that lived untreated.
    growth : ndarray, shape (draw, dose)
        How fast the living went on growing, over the untreated; the mean of the week.
    """

    doses: NDArray[np.float64]
    killed: NDArray[np.float64]
    growth: NDArray[np.float64]

    def log_kill(self, draw: int, doses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Natural logarithm of the fall by death over the week, shape (patient,); positive."""
        return -np.log1p(-_between(self.doses, self.killed[draw, :, -1:], doses)[:, 0])

    def daily_log_kill(self, draw: int, doses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each day, shape (patient, day)."""
        left = -np.log1p(-_between(self.doses, self.killed[draw], doses))
        return np.diff(left, axis=1, prepend=0.0)

    def growing(self, draw: int, doses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Growth over the untreated, shape (patient,)."""
        return _between(self.doses, self.growth[draw][:, None], doses)[:, 0]


def _between(grid: NDArray[np.float64], table: NDArray[np.float64], doses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of a table (dose, ...) between its doses: straight in the logarithm of the dose, and in the dose below the first one.

    Examples
    --------
    >>> _between(np.array([0.0, 1.0, 100.0]), np.array([[0.0], [1.0], [3.0]]), np.array([0.5, 10.0, 1e6]))[:, 0]
    array([0.5, 2. , 3. ])
    """
    place = np.clip(np.searchsorted(grid, doses, side="right") - 1, 0, len(grid) - 2)
    low, high = grid[place], grid[place + 1]
    inside = np.clip(doses, low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(low > 0.0, np.log(inside / low) / np.log(high / low), inside / high)
    share = share[:, None]
    return table[place] * (1.0 - share) + table[place + 1] * share
