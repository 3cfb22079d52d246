"""Tables with the noise of a plate, and what is to be told of its scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.analysis.plate.plate import Plate

__all__ = ["noisy_tables", "scale_notes"]

FAR = 0.1  # of the untreated wells' mean viability from 1: a table that is further off is hardly normalised


def noisy_tables(expected: NDArray[np.float64], spread: float, freedom: int, count: int, seed: int) -> NDArray[np.float64]:
    """Tables as they might have come out, shape (table, well); none where the noise is not known.

    Parameters
    ----------
    expected : ndarray, shape (well,)
    spread : float
        Standard deviation of a well. It is drawn anew for each table, by what its degrees of freedom leave open.
    freedom, count, seed : int
    """
    if freedom < 1:
        return np.empty((0, len(expected)))
    random = np.random.Generator(np.random.Philox(seed))
    spreads = spread * np.sqrt(freedom / random.chisquare(freedom, (count, 1)))
    return expected + spreads * random.standard_normal((count, len(expected)))


def scale_notes(plate: Plate) -> list[str]:
    """How a measured table was read."""
    notes = [f"Read as {plate.kind}; untreated wells count as a viability of 1."]
    untreated = plate.viability[plate.untreated]
    if len(untreated) and abs(untreated.mean() - 1.0) > FAR:
        notes.append(f"The untreated wells have a mean viability of {untreated.mean():.3g}, not 1: is the table normalised?")
    return notes
