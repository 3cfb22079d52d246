"""Response to a treatment by a disease's criterion, assessment by assessment, for many patients at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from exportin.cohort.numbers import criteria
from exportin.errors import NotModelled, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from exportin.cohort.schema import CriterionRow

    Array = NDArray[np.float64]

__all__ = ["PROGRESSION", "RESPONSE", "STABLE", "Assessment", "find_criterion", "response_names"]

PROGRESSION, STABLE, RESPONSE = 0, 1, 3  # orders of criteria.tsv; from RESPONSE on it counts as one
COMPLETE = "complete remission"
RECOVERED = {"neutrophils": 1.0, "platelets": 100.0}  # 10^9/L, which a complete remission asks for (ELN)


def find_criterion(name: str | None, own: str) -> str:
    """A criterion that fits a disease whose own is `own`.

    Raises
    ------
    UnknownName
    NotModelled
        If it reads something that the disease is not followed by.

    Examples
    --------
    >>> find_criterion("RECIST", "Lugano")
    'RECIST'
    """
    if name is None:
        return own
    if name not in criteria():
        raise UnknownName("criterion", name, criteria())
    asked, has = criteria()[name][0].reads, criteria()[own][0].reads
    if asked != has:
        raise NotModelled(f"criterion: {name} reads {asked}, and this disease is followed by {has}; take {own}, or leave it out.")
    return name


def response_names(criterion: str) -> dict[int, str]:
    """Names of the categories by their order."""
    return {row.order: row.response for row in criteria()[criterion]}


@dataclass
class Assessment:
    """The assessments of some patients under way.

    Attributes
    ----------
    criterion : str
    first : ndarray, shape (patient,)
        First measured value.
    smallest : ndarray, shape (patient,)
        Smallest value of any visit over the first one; infinite before the first visit.
    """

    criterion: str
    first: Array
    lowest: Array = field(init=False)
    best: NDArray[np.int8] = field(init=False)
    smallest: Array = field(init=False)
    progressed: NDArray[np.bool_] = field(init=False)
    _held: NDArray[np.int16] = field(init=False)  # assessments without progression
    _before: NDArray[np.int8] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.first)
        self.lowest, self.smallest = self.first.copy(), np.full(count, np.inf)
        self.best = np.full(count, STABLE, dtype=np.int8)
        self._before = np.full(count, STABLE, dtype=np.int8)
        self._held = np.zeros(count, dtype=np.int16)
        self.progressed = np.zeros(count, dtype=bool)

    @property
    def rows(self) -> tuple[CriterionRow, ...]:
        """The criterion's categories."""
        return criteria()[self.criterion]

    @property
    def confirmed(self) -> bool:
        """Whether a category takes two assessments in a row."""
        return self.rows[0].confirmed == "yes"

    def visit(self, value: Array, counts: Mapping[str, Array], watched: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """One assessment.

        Parameters
        ----------
        value : ndarray, shape (patient,)
            As measured.
        counts : mapping of str to ndarray
            Platelets and neutrophils, 10^9/L.
        watched : ndarray of bool
            Who is assessed.

        Returns
        -------
        progressed : ndarray of bool
            Whose progression began at this visit, or at the one before where it had to be confirmed.
        responding : ndarray of bool
            Whose best response became one at this visit.
        """
        here = self._category(value, counts)
        worse = here == PROGRESSION
        gone = (worse & (self._before == PROGRESSION) if self.confirmed else worse) & watched & ~self.progressed
        sure = np.minimum(here, self._before) if self.confirmed else here
        responded = self.best >= RESPONSE
        self.best = np.where(watched & ~worse, np.maximum(self.best, sure), self.best).astype(np.int8)
        self.best = np.where(gone & (self._held == 0), PROGRESSION, self.best).astype(np.int8)
        self._held += watched & ~worse
        self.lowest = np.where(watched, np.minimum(self.lowest, value), self.lowest)
        self.smallest = np.where(watched, np.minimum(self.smallest, value / self.first), self.smallest)
        self._before = np.where(watched, here, self._before).astype(np.int8)
        self.progressed |= gone
        return gone, watched & ~responded & (self.best >= RESPONSE)

    def _category(self, value: Array, counts: Mapping[str, Array]) -> NDArray[np.int8]:
        """What one assessment by itself says, shape (patient,)."""
        here = np.full(len(value), STABLE, dtype=np.int8)
        for row in self.rows[1:]:
            if row.of_first is None and row.below is None:
                continue
            holds = np.ones(len(value), dtype=bool)
            if row.of_first is not None:
                holds &= value <= row.of_first * self.first
            if row.below is not None:
                holds &= value < row.below
            if row.response == COMPLETE:
                holds &= np.all([counts[name] >= least for name, least in RECOVERED.items()], axis=0)
            here = np.where(holds, np.maximum(here, row.order), here)
        worse = self.rows[PROGRESSION]
        rising = (value >= (worse.rise or 0.0) * self.lowest) & (value - self.lowest >= (worse.rise_absolute or 0.0))
        return np.where(rising, PROGRESSION, here).astype(np.int8)
