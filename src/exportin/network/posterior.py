"""Draws of a whole cell's parameters that agree with the calibration data, as places in each row's distribution."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadTable
from exportin.network.parameters import uniform_shares

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["posterior", "posterior_shares"]

_FILE = "posterior.tsv"


@functools.cache
def posterior() -> Mapping[str, NDArray[np.float64]]:
    """Places between 0 and 1 in the distribution of each calibrated row, shape (set,); what stands in one line belongs together.

    A place, and not a value, so that a cell whose context has a row of its own is drawn from that row's spread. `calibration/README.md`
    tells how the table was made.

    Raises
    ------
    BadTable

    Examples
    --------
    >>> all(((0 < places) & (places < 1)).all() for places in posterior().values())
    True
    """
    text = files("exportin.network").joinpath(_FILE).read_text(encoding="utf-8")
    names = text.split("\n", 1)[0].split("\t")
    try:
        table = np.loadtxt(text.splitlines()[1:], delimiter="\t", ndmin=2)
    except ValueError as error:
        raise BadTable(f"{_FILE}: expected numbers between tabs under the ids of the first line; {error}.") from error
    if table.shape[1] != len(names) or len(set(names)) != len(names) or not ((table > 0) & (table < 1)).all():
        raise BadTable(f"{_FILE}: expected one place between 0 and 1 for each of {len(names)} ids, each id once.")
    return dict(zip(names, table.T, strict=True))


def posterior_shares(seed: int, name: str, draws: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """Place of a row in its distribution at some draws, shape (draw,); None for a row that was not calibrated."""
    places = posterior().get(name)
    if places is None:
        return None
    chosen = uniform_shares(seed, "draw", "posterior", draws) * len(places)
    return places[chosen.astype(np.int64)]
