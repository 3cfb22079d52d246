"""A simulation that is asked for: its members, what describes them in a run folder, and the result that their numbers make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin import units
from exportin.errors import SimulationFailed
from exportin.experiment.members import Members, drawn_columns
from exportin.experiment.provenance import describe
from exportin.kernel.batch import ADVICE, Outcome
from exportin.kernel.ensemble.description import Axis, Description, Variable
from exportin.kernel.ensemble.plan import suggest_chunk
from exportin.result import AXES, EXTREMES, Result, stored_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.kernel.ensemble.folder import RunFolder

__all__ = ["Study"]

_ELSEWHERE = ("python", "command")  # what differs between two runs of the same numbers


@dataclass(frozen=True)
class Study:
    """Members of an ensemble (or the one run) with what makes a result of them.

    Attributes
    ----------
    members : Members
    until : str
        Length, in the user's words.
    """

    members: Members
    until: str

    @property
    def names(self) -> tuple[str, ...]:
        """Observables, as the catalogue spells them."""
        return tuple(one.name for one in self.members.wanted)

    @property
    def units(self) -> dict[str, str]:
        """Unit of each observable."""
        return {one.name: one.unit for one in self.members.wanted}

    @property
    def provenance(self) -> dict[str, Any]:
        """What makes the numbers."""
        one = self.members
        sizes = dict(zip(("patients", "draws", "cells"), one.sizes, strict=True)) | {"points": one.points, "seed": one.seed}
        return describe(one.cell, one.experiment.exposures, one.experiment.model, self.until, sizes, one.tolerance)

    @property
    def description(self) -> Description:
        """The manifest of a run folder."""
        one = self.members
        task = {name: told for name, told in self.provenance.items() if name not in _ELSEWHERE} | {"units": self.units}
        hours = tuple((one.grid / units.SECONDS_PER_HOUR).tolist())
        axes = (Axis("observable", len(self.names), "1", self.names), Axis("time", one.points, "h", hours))
        axes += (Axis("statistic", len(EXTREMES), "1", EXTREMES),)
        own = ("of the observable",)
        variables = (
            Variable("values", ("observable", "time"), own),
            Variable("extremes", ("observable", "statistic"), own),
            Variable("status", (), ("1",), "<i4"),
        )
        crossed = tuple(Axis(name, size) for name, size in zip(AXES[:3], one.sizes, strict=True))
        return Description(task, crossed, axes, variables, suggest_chunk(one.count, one.member_bytes))

    def gathered(self, arrays: Mapping[str, NDArray[Any]]) -> Result:
        """A result of arrays with all members."""
        values, extremes = (arrays[name].reshape(*self.members.sizes, *arrays[name].shape[1:]) for name in ("values", "extremes"))
        held = [{name: table[:, :, :, place] for place, name in enumerate(self.names)} for table in (values, extremes)]
        return self._made(held[0], held[1], arrays["status"])

    def stored(self, folder: RunFolder) -> Result:
        """A result of a finished run folder; its observables stay there until they are asked for."""
        status = folder.read("status")
        return self._made(*stored_values(folder, self.names, self.members.sizes), status)

    def _made(
        self, values: Mapping[str, NDArray[np.float64]], extremes: Mapping[str, NDArray[np.float64]], status: NDArray[np.int32]
    ) -> Result:
        _refuse_nothing(status)
        outcomes = status.reshape(self.members.sizes) if np.any(status) else None
        time = self.members.grid / units.SECONDS_PER_HOUR
        return Result(time, values, self.units, self.provenance, drawn_columns(self.members), extremes, outcomes)


def _refuse_nothing(status: NDArray[np.int32]) -> None:
    """Refuse a result without a single run."""
    if np.all(status):
        outcome = Outcome(int(np.bincount(status).argmax()))
        many = f"none of {len(status)} runs could be computed; most often: " if len(status) > 1 else "the run could not be computed: "
        raise SimulationFailed(f"{many}{ADVICE[outcome]}.")
