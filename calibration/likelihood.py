"""How well parameter sets agree with the calibration data, by the shares of their sister cells."""

from __future__ import annotations

import numpy as np
from conditions import Condition, calibrated_names, read_targets, settle_shortly
from scipy.special import ndtr

LEAST, MOST = 0.0005, 0.9995  # place in a row's distribution; beyond it counts as there


class Likelihood:
    """Log likelihood of parameter sets, target by target; at most 0, where all is met.

    Parameters
    ----------
    setting : str, optional
        One more setting of every cell, as in ``targets.tsv``.
    """

    def __init__(self, setting: str = "") -> None:
        settle_shortly()
        self.names, self.targets = calibrated_names(), read_targets()
        self.conditions = {}
        for key in dict.fromkeys(one.condition for one in self.targets):
            cell, given, drug, dose = key
            both = setting if given == "-" else f"{given} {setting}".strip()
            self.conditions[key] = Condition(cell, both or "-", drug, dose)

    def __call__(self, scores: np.ndarray, floor: np.ndarray | float = -np.inf) -> tuple[np.ndarray, np.ndarray]:
        """Sum over the targets, and what each target gave, shape (set, target).

        Parameters
        ----------
        scores : ndarray, shape (set, name)
            Places in each row's distribution, as normal scores.
        floor : ndarray, shape (set,), optional
            A set whose sum has fallen below is given up: its sum is then -inf, and what it was not asked is NaN.
        """
        total, floor = np.zeros(len(scores)), np.broadcast_to(floor, len(scores))
        found = np.full((len(scores), len(self.targets)), np.nan)
        for key, condition in self.conditions.items():
            going = np.flatnonzero(total >= floor)
            if not len(going):
                break
            dead, alive = condition.run(self.names, ndtr(scores[going]).clip(LEAST, MOST))
            for number, target in enumerate(self.targets):
                if target.condition == key:
                    found[going, number] = alive if target.kind == "alive" else dead
                    total[going] += target.log_likelihood(found[going, number])
        return np.where(total >= floor, total, -np.inf), found
