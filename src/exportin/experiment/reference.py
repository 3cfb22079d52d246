"""The untreated state that the rates of pathways hold in: how much XPO1 carries RanGTP in a cell of this kind, draw by draw."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from exportin.kernel.batch import Outcome
from exportin.network.cell import Cell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.experiment.prepared import Experiment

__all__ = ["REFERENCE", "Reference", "reference_of"]

REFERENCE = "XPO1_loaded_reference"
LOADED = "XPO1_RANGTP_n"  # a cell of the catalogue has no other allele


@dataclass
class Reference:
    """The export cycle alone, of a cell as the catalogue has it, without the user's changes, drugs and pathways.

    A pathway's export rate is that of its untreated cell. So what export is measured against, `XPO1_loaded_reference`, is not a number
    of one cell line: it is found for each kind of cell and each draw of the parameters from the export cycle itself. Sister cells,
    knock-downs and drugs then differ from it.

    Attributes
    ----------
    experiment : Experiment
        Of the export cycle.
    """

    experiment: Experiment
    known: dict[int | None, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def level(self, draw: int | None) -> float:
        """Of one draw, uM; None is the tables' values."""
        return float(self.levels(None if draw is None else np.array([draw]))[0])

    def levels(self, draws: NDArray[np.int64] | None) -> NDArray[np.float64]:
        """Of many draws, uM, shape (draw,). A draw whose export cycle does not settle has the table's value."""
        wanted: list[int | None] = [None] if draws is None else [int(one) for one in draws]
        with self.lock:
            missing = [one for one in dict.fromkeys(wanted) if one not in self.known]
            if missing:
                self.known |= dict(zip(missing, self._settle(missing), strict=True))
            return np.array([self.known[one] for one in wanted])

    def _settle(self, draws: list[int | None]) -> list[float]:
        here = self.experiment
        numbers = here.columns(None, None if draws == [None] else np.array(draws), None)
        rest = here.rest(numbers, len(draws))
        levels = np.full(len(draws), here.cell.parameter(REFERENCE).internal)
        good = np.flatnonzero(rest.outcomes == Outcome.DONE)  # states of the others need not be numbers
        if len(good):
            chosen = {name: value[good] if isinstance(value, np.ndarray) else value for name, value in here.undisturbed(numbers).items()}
            run = here.solver.run([0.0, 1e-6], [here.terms.find(LOADED)], chosen, count=len(good), start=rest.states[good])
            found = run.values[:, 0, 0]
            levels[good] = np.where(found > 0, found, levels[good])
        return levels.tolist()


@functools.lru_cache(maxsize=32)
def reference_of(name: str, concentrations: str | None, seed: int) -> Reference:
    """The reference of a kind of cell, made once."""
    from exportin.experiment.prepared import prepare
    from exportin.network.cell import cell

    plain: Cell = cell(name, concentrations=concentrations)
    return Reference(prepare(plain, (), seed))
