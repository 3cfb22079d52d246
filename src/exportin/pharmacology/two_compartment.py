"""Two-compartment oral pharmacokinetics in closed form: the yardstick of the simulated model, and quick plasma profiles.

Volumes and clearances are apparent (divided by bioavailability).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exportin.errors import BadQuantity, BadRegimen
from exportin.pharmacology.event import Event, merge

__all__ = ["OralTwoCompartment"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class OralTwoCompartment:
    """First-order absorption into a central compartment that exchanges with a peripheral one.

    Parameters
    ----------
    KA : float
        Absorption rate constant, 1/s.
    CL, Q : float
        Apparent clearance and distribution clearance, pL/s.
    V2, V3 : float
        Apparent central and peripheral volume, pL.

    Raises
    ------
    BadQuantity
        If one of them is not a positive finite number.

    Examples
    --------
    >>> body = OralTwoCompartment(KA=1 / 3600, CL=10.0, V2=1e5, Q=5.0, V3=5e4)
    >>> round(body.terminal_half_life / 3600, 2)
    3.85
    >>> body.concentration([0.0, 3600.0, 36000.0], [(0.0, 1e5)]).round(3)
    array([0.   , 0.473, 0.069])
    """

    KA: float
    CL: float
    V2: float
    Q: float
    V3: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value > 0):
                raise BadQuantity(f"{field.name}: {value!r} is not a positive finite number; check the PK parameters.")

    @property
    def _modes(self) -> tuple[float, float, float, float]:
        """Fast and slow disposition rates (1/s), and the share of a central bolus that decays with each."""
        k10, k12, k21 = self.CL / self.V2, self.Q / self.V2, self.Q / self.V3
        root = math.hypot(k10 + k12 - k21, 2 * math.sqrt(k12 * k21))
        fast = (k10 + k12 + k21 + root) / 2
        slow = k10 * k21 / fast  # not the difference, which would lose digits where Q is small
        return fast, slow, (fast - k21) / root, (k21 - slow) / root

    @property
    def terminal_half_life(self) -> float:
        """Half-life of the last phase after an oral dose, s; that of absorption where absorption is the slowest step."""
        return math.log(2) / min(self._modes[1], self.KA)

    def concentration(self, times_s: ArrayLike, doses: Iterable[tuple[float, float]]) -> Array:
        """Plasma concentration (uM) at times (s) after oral doses, each a pair of time (s) and amount (amol)."""
        return self.profile(times_s, [Event(time, "DEPOT", "add", amount) for time, amount in doses])

    def profile(self, times_s: ArrayLike, events: Iterable[Event]) -> Array:
        """Plasma concentration (uM) at times (s) after oral doses, boluses (the value just after) and infusions.

        Parameters
        ----------
        times_s : array_like, shape (times,)
        events : iterable of Event
            Targets DEPOT, CENT and infusion.

        Raises
        ------
        BadRegimen
            If an event sets a dish concentration.
        """
        times = np.atleast_1d(np.asarray(times_s, dtype=float))
        total = np.zeros_like(times)
        events = merge(events)
        if any(event.target == "outside" for event in events):
            raise BadRegimen("A dish concentration ('outside') has no plasma profile; expected DEPOT, CENT or infusion.")
        for target in ("DEPOT", "CENT", "infusion"):
            given = [event for event in events if event.target == target]
            since = times[:, None] - np.array([event.time for event in given])
            response = np.where(since >= 0, self._response(target, np.maximum(since, 0.0)), 0.0)
            total += response @ np.array([event.amount for event in given])
        return total

    def _response(self, target: str, since: Array) -> Array:
        """Concentration (uM) at times after one amol, or one amol/s from then on."""
        fast, slow, of_fast, of_slow = self._modes
        if target == "DEPOT":
            central = self.KA * (of_fast * _lag(self.KA, fast, since) + of_slow * _lag(self.KA, slow, since))
        elif target == "CENT":
            central = of_fast * np.exp(-fast * since) + of_slow * np.exp(-slow * since)
        else:
            central = of_fast * _lag(0.0, fast, since) + of_slow * _lag(0.0, slow, since)
        return central / self.V2

    def auc(self, dose: float) -> float:
        """Area under the plasma curve of one dose of `dose` amol, to infinity, uM*s."""
        return dose / self.CL

    def cmax_tmax(self, dose: float) -> tuple[float, float]:
        """Peak plasma concentration (uM) and its time (s) after one oral dose of `dose` amol."""
        low, high = 0.0, 1 / self.KA
        while self._slope(high) > 0:
            low, high = high, 2 * high
        while low < (middle := (low + high) / 2) < high:
            low, high = (middle, high) if self._slope(middle) > 0 else (low, middle)
        return float(dose * self._response("DEPOT", np.array(high))), high

    def _slope(self, time: float) -> float:
        """Sign-true time derivative of the oral response."""
        fast, slow, of_fast, of_slow = self._modes
        fall = [math.exp(-rate * time) - self.KA * float(_lag(self.KA, rate, np.array(time))) for rate in (fast, slow)]
        return of_fast * fall[0] + of_slow * fall[1]

    def propagate(self, time: float) -> Array:
        """Matrix that carries the amounts (DEPOT, CENT, PERI) over `time` s; shape (3, 3)."""
        fast, slow, of_fast, of_slow = self._modes
        k12, k21, at = self.Q / self.V2, self.Q / self.V3, np.array(time)
        on_fast, on_slow, between = _lag(self.KA, fast, at), _lag(self.KA, slow, at), _lag(fast, slow, at)
        gone_fast, gone_slow = math.exp(-fast * time), math.exp(-slow * time)
        return np.array(
            [
                [math.exp(-self.KA * time), 0.0, 0.0],
                [self.KA * (of_fast * on_fast + of_slow * on_slow), of_fast * gone_fast + of_slow * gone_slow, k21 * between],
                [self.KA * k12 * (on_slow - on_fast) / (fast - slow), k12 * between, of_slow * gone_fast + of_fast * gone_slow],
            ]
        )

    def steady_state(self, dose: float, interval: float) -> Array:
        """Amounts just after a dose, once the same oral dose has been given at this interval for ever.

        Parameters
        ----------
        dose : float
            amol.
        interval : float
            s.

        Returns
        -------
        amounts : numpy.ndarray, shape (3,)
            DEPOT, CENT and PERI, amol; `relax` gives the concentrations until the next dose.

        Examples
        --------
        >>> body = OralTwoCompartment(KA=1 / 3600, CL=10.0, V2=1e5, Q=5.0, V3=5e4)
        >>> state = body.steady_state(1e5, 86400.0)
        >>> bool(np.allclose(state, body.propagate(86400.0) @ state + [1e5, 0, 0]))
        True
        """
        if not (math.isfinite(interval) and interval > 0):
            raise BadQuantity(f"interval: {interval!r} s is not a positive finite time; write the time between two doses.")
        return np.asarray(np.linalg.solve(np.eye(3) - self.propagate(interval), [dose, 0.0, 0.0]), dtype=np.float64)

    def relax(self, times_s: ArrayLike, amounts: ArrayLike) -> Array:
        """Plasma concentration (uM) at times (s) after the state (DEPOT, CENT, PERI; amol), with nothing more given."""
        times = np.atleast_1d(np.asarray(times_s, dtype=float))
        depot, central, peripheral = np.asarray(amounts, dtype=float)
        back = self.Q / self.V3 * _lag(*self._modes[:2], times) / self.V2
        return depot * self._response("DEPOT", times) + central * self._response("CENT", times) + peripheral * back


def _lag(one: float, other: float, time: Array) -> Array:
    """Convolution of two exponential decays, safe where their rates (1/s) meet."""
    gap = abs(one - other) * time
    shape = np.where(gap > 0, -np.expm1(-gap) / np.where(gap > 0, gap, 1.0), 1.0)
    return time * np.exp(-min(one, other) * time) * shape
