"""Blood cells as a chain: precursors that ripen, cells that circulate and age, and a feedback on what enters.

Every stage is written over its own level at rest, so that an untreated chain is all ones and only mean times and an exponent are left
(Friberg 2002; the thrombopoietin arm of platelets after Wang 2010). With the input u, a segment of m stages x and the mean time M

    dx1/dt = m/M (u - x1),   dxj/dt = m/M (x(j-1) - xj)

Platelets have three segments: descent from the stem cell, ripening, circulation; neutrophils have the last two. The count is the mean over
the circulating stages. What the block of export takes away is a share of the input: selinexor keeps stem cells from becoming
megakaryocytes, whatever thrombopoietin says (Machlus 2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Neutrophils", "Platelets", "advance", "held_back"]

DESCENT, RIPENING, AGEING = 3, 5, 5  # stages


def held_back(lost: Array, half: Array) -> Array:
    """Share of an input that is held back where `lost` of the export capacity is lost; half of it at `half`.

    Examples
    --------
    >>> held_back(np.array([0.0, 0.2, 1.0]), np.array([0.2, 0.2, 0.2])).round(3)
    array([0.   , 0.5  , 0.833])
    """
    return lost / (lost + half)


@dataclass(frozen=True)
class Platelets:
    """Platelets with the thrombopoietin that they take up.

    Attributes
    ----------
    descent, maturation, life : float or ndarray, shape (patient,)
        h.
    feedback : float or ndarray
        Exponent of the stimulus over thrombopoietin.
    most : float
        What a full stimulus adds to production.
    loss : float
        Of thrombopoietin at rest, 1/h.
    elsewhere : float
        Share of that which needs no platelets.
    """

    descent: float | Array
    maturation: float | Array
    life: float | Array
    feedback: float | Array
    most: float
    loss: float
    elsewhere: float

    def rest(self, patients: int) -> Array:
        """Untreated state, shape (stage, patient): progenitors, precursors, platelets, thrombopoietin."""
        return np.ones((DESCENT + RIPENING + AGEING + 1, patients))

    def count(self, state: Array) -> Array:
        """Platelets over the baseline, shape (patient,)."""
        return state[-1 - AGEING : -1].mean(axis=0)

    def stimulus(self, level: Array) -> Array:
        """Production over that at rest, at a level of thrombopoietin (and of its agonists)."""
        raised = level**self.feedback
        return (1.0 + self.most) * raised / (self.most + raised)

    def slope(self, state: Array, held: Array, agonist: Array | float = 0.0) -> Array:
        """Time derivative (1/h), where the share `held` of the input is held back."""
        entered = self.stimulus(state[-1] + agonist) * (1.0 - held)
        found = np.empty_like(state)
        segments = ((DESCENT, self.descent), (RIPENING, self.maturation), (AGEING, self.life))
        found[:-1] = _flow(state[:-1], entered, segments)
        found[-1] = self.loss * (1.0 - (self.elsewhere + (1.0 - self.elsewhere) * self.count(state)) * state[-1])
        return found


@dataclass(frozen=True)
class Neutrophils:
    """Neutrophils, whose lack raises their production.

    Attributes
    ----------
    maturation, life : float or ndarray, shape (patient,)
        h.
    feedback : float or ndarray
        Exponent of production over the inverse count.
    """

    maturation: float | Array
    life: float | Array
    feedback: float | Array

    def rest(self, patients: int) -> Array:
        """Untreated state, shape (stage, patient)."""
        return np.ones((RIPENING + 1, patients))

    def count(self, state: Array) -> Array:
        """Neutrophils over the baseline, shape (patient,)."""
        return state[-1]

    def slope(self, state: Array, held: Array) -> Array:
        """Time derivative (1/h), where the share `held` of the input is held back."""
        entered = np.maximum(state[-1], 1e-6) ** -np.asarray(self.feedback) * (1.0 - held)
        return _flow(state, entered, ((RIPENING, self.maturation), (1, self.life)))


def _flow(state: Array, entered: Array, segments: Sequence[tuple[int, float | Array]]) -> Array:
    """Time derivative of the stages of a chain (1/h), whose segments have a number of stages and a mean time each."""
    found = np.concatenate([entered[None], state[:-1]]) - state
    first = 0
    for stages, mean in segments:
        found[first : first + stages] *= stages / np.asarray(mean)
        first += stages
    return found


def advance(slope: Callable[[Array], Array], state: Array, hours: float) -> Array:
    """One step of Heun's method, second order; the stages turn over slowly beside a step of a few hours.

    Examples
    --------
    >>> float(advance(lambda one: -0.1 * one, np.array([1.0]), 1.0)[0]).__round__(4)
    0.905
    """
    first = slope(state)
    return state + 0.5 * hours * (first + slope(state + hours * first))
