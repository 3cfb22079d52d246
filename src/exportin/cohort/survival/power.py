"""Power of a log-rank comparison of groups whose survival is exponential, by simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from exportin.cohort.survival.estimate import require_lifelines
from exportin.errors import BadQuantity
from exportin.network.parameters import uniform_shares

if TYPE_CHECKING:
    pass

__all__ = ["Power", "log_rank_power", "wilson"]

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Power:
    """What the simulations gave.

    Attributes
    ----------
    share : float
        Of the simulated studies whose log-rank test finds a difference.
    low, high : float
        Its 95 % interval (Wilson).
    events : float
        Events of a study, in the mean.
    studies : int
    """

    share: float
    low: float
    high: float
    events: float
    studies: int

    def __str__(self) -> str:
        told = f"{100 * self.share:.1f} % ({100 * self.low:.1f} to {100 * self.high:.1f})"
        return f"power {told} at p < {SIGNIFICANT:g}, {self.events:.0f} events, {self.studies} simulated studies"


def log_rank_power(
    medians: Sequence[float], patients: Sequence[int], *, follow_up: float, accrual: float = 0.0, studies: int = 1000, seed: int = 0
) -> Power:
    """Share of studies in which the log-rank test over all groups finds that their survival differs.

    Parameters
    ----------
    medians : sequence of float
        Median survival of each group; any one unit of time.
    patients : sequence of int
        Of each group.
    follow_up : float
        From the last patient's entry to the end.
    accrual : float
        Length over which patients enter evenly.
    studies, seed : int

    Raises
    ------
    BadQuantity

    Examples
    --------
    Two groups that do not differ are called different in one study of twenty:

    >>> 0.0 < log_rank_power([10.0, 10.0], [50, 50], follow_up=40.0, studies=120).share < 0.12
    True
    """
    if len(medians) != len(patients) or len(medians) < 2:
        raise BadQuantity(f"power: {len(medians)} medians and {len(patients)} numbers of patients; give both for two or more groups.")
    if not (all(one > 0 for one in medians) and all(one >= 1 for one in patients) and follow_up > 0 and accrual >= 0 and studies >= 1):
        raise BadQuantity("power: medians, patients, follow_up and studies are positive, accrual is not negative; check them.")
    require_lifelines()
    test = import_module("lifelines.statistics").multivariate_logrank_test
    group = np.repeat(np.arange(len(medians)), patients)
    scale = np.asarray(medians, dtype=float)[group] / np.log(2.0)
    found, events = np.zeros(studies, dtype=bool), np.zeros(studies)
    people = np.arange(len(group))
    for study in range(studies):
        entered = accrual * uniform_shares(seed, "patient", f"power entry {study}", people)
        time = -scale * np.log(uniform_shares(seed, "patient", f"power death {study}", people))
        watched = follow_up + accrual - entered
        seen = time <= watched
        events[study] = seen.sum()
        found[study] = events[study] > 0 and test(np.minimum(time, watched), group, seen).p_value < SIGNIFICANT
    low, high = wilson(int(found.sum()), studies)
    return Power(float(found.mean()), low, high, float(events.mean()), studies)


def wilson(part: int, whole: int, z: float = 1.959964) -> tuple[float, float]:
    """Interval of a share by Wilson, 95 % by default.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(50, 62)]
    [0.6915, 0.8857]
    """
    share = part / whole
    middle, half = share + z * z / (2 * whole), z * np.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return float((middle - half) / (1 + z * z / whole)), float((middle + half) / (1 + z * z / whole))
