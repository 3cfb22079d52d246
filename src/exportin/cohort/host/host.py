"""The host of a week: blood counts, sodium, food and weight under the block of export, for many patients at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from exportin.cohort.host.blood import Neutrophils, Platelets, advance, held_back
from exportin.cohort.week.response import STEP_HOURS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["MEASURES", "Host", "HostState"]

MEASURES = ("platelets", "neutrophils", "sodium", "weight")
NORMAL_SODIUM = 135.0  # mmol/L, from where the reserve counts: the bound of grade 1 in grades.tsv


@dataclass(frozen=True)
class HostState:
    """Where a host is.

    Attributes
    ----------
    platelets, neutrophils : ndarray, shape (stage, patient)
    fall : ndarray, shape (patient,)
        Of sodium, mmol/L.
    weight : ndarray, shape (patient,)
        Over the first one.
    blocked : ndarray, shape (patient,)
        Share of the export capacity whose loss the progenitors still feel.
    """

    platelets: Array
    neutrophils: Array
    fall: Array
    weight: Array
    blocked: Array


@dataclass(frozen=True)
class Host:
    """Numbers of the patients.

    Attributes
    ----------
    platelets : Platelets
    neutrophils : Neutrophils
    platelet_base, neutrophil_base : ndarray, shape (patient,)
        10^9/L, before treatment.
    platelet_half, neutrophil_half, appetite_half : ndarray, shape (patient,)
        Share of the export capacity whose loss holds half of production, or half of the appetite, back.
    sodium_base, sodium_fall : ndarray, shape (patient,)
        mmol/L, before treatment and under a full block.
    sodium_recovery, weight_turnover : float
        1/day.
    memory : float
        Time for which progenitors feel a block that is over, h.
    """

    platelets: Platelets
    neutrophils: Neutrophils
    platelet_base: Array
    neutrophil_base: Array
    platelet_half: Array
    neutrophil_half: Array
    appetite_half: Array
    sodium_base: Array
    sodium_fall: Array
    sodium_recovery: float
    weight_turnover: float
    memory: float

    def rest(self) -> HostState:
        """Untreated."""
        count = len(self.platelet_base)
        return HostState(self.platelets.rest(count), self.neutrophils.rest(count), np.zeros(count), np.ones(count), np.zeros(count))

    def measures(self, state: HostState) -> dict[str, Array]:
        """Counts (10^9/L), sodium (mmol/L) and weight (over the first one), shape (patient,)."""
        return {
            "platelets": self.platelet_base * self.platelets.count(state.platelets),
            "neutrophils": self.neutrophil_base * self.neutrophils.count(state.neutrophils),
            "sodium": self.sodium_base - state.fall,
            "weight": state.weight,
        }

    def food(self, lost: Array) -> Array:
        """Food eaten, over the untreated."""
        return 1.0 - held_back(lost, self.appetite_half)

    def through(self, state: HostState, lost: Array, *, agonist: Array | float = 0.0, burden: Array | float = 0.0) -> HostState:
        """The state after a stretch of time.

        Parameters
        ----------
        state : HostState
        lost : ndarray, shape (patient, step)
            Share of the export capacity that is lost, in steps of `STEP_HOURS` hours.
        agonist : float or ndarray
            Stimulus of an agonist of the receptor of thrombopoietin, as thrombopoietin over its level at rest.
        burden : float or ndarray
            Share of the input of platelets that another drug holds back all the time.
        """
        for step in range(lost.shape[1]):
            state = self._step(state, lost[:, step], agonist, burden)
        return state

    def _step(self, state: HostState, lost: Array, agonist: Array | float, burden: Array | float) -> HostState:
        days = STEP_HOURS / 24.0
        blocked = np.maximum(lost, state.blocked * np.exp(-STEP_HOURS / self.memory))
        held = 1.0 - (1.0 - held_back(blocked, self.platelet_half)) * (1.0 - burden)
        other = held_back(blocked, self.neutrophil_half)
        platelets = advance(lambda one: self.platelets.slope(one, held, agonist), state.platelets, STEP_HOURS)
        neutrophils = advance(lambda one: self.neutrophils.slope(one, other), state.neutrophils, STEP_HOURS)
        follow = -np.expm1(-self.sodium_recovery * days)
        fall = state.fall + follow * (self.sodium_fall * lost - state.fall)
        weight = state.weight + (-np.expm1(-self.weight_turnover * days)) * (self.food(lost) - state.weight)
        return replace(state, platelets=platelets, neutrophils=neutrophils, fall=fall, weight=weight, blocked=blocked)
