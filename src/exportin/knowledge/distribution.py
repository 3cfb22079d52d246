"""What a table says about the spread of a number: fixed, uniform, loguniform or lognormal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exportin.errors import BadQuantity

__all__ = ["Distribution"]

_GRAMMAR = "'fixed', 'uniform LO HI', 'loguniform LO HI' or 'lognormal LO HI @68%'"
_UPPER = NormalDist().inv_cdf(0.84)  # half of the central 68 % interval, in standard deviations
_SMALLEST = 2.0**-54  # a uniform draw may be exactly 0, whose normal quantile is infinite
_LARGEST = 1.0 - 2.0**-53


@dataclass(frozen=True)
class Distribution:
    """A spread in the unit of its row.

    Attributes
    ----------
    kind : str
        ``fixed``, ``uniform``, ``loguniform`` or ``lognormal``.
    low, high : float
        Bounds, or for ``lognormal`` the ends of the central 68 % interval; not a number for ``fixed``.

    Examples
    --------
    >>> spread = Distribution.parse("loguniform 500 1000")
    >>> spread.spread, spread.contains(750.0), str(spread)
    (2.0, True, 'loguniform 500 1000')
    """

    kind: str
    low: float = math.nan
    high: float = math.nan

    def __post_init__(self) -> None:
        if self.kind not in {"fixed", "uniform", "loguniform", "lognormal"}:
            raise BadQuantity(f"{self.kind!r} is not a distribution; expected {_GRAMMAR}.")
        if self.kind == "fixed":
            if not (math.isnan(self.low) and math.isnan(self.high)):
                raise BadQuantity("A fixed value has no bounds.")
            return
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise BadQuantity(f"{self.kind} {self.low:g} {self.high:g} needs two finite bounds, the lower first.")
        if self.kind != "uniform" and self.low <= 0:
            raise BadQuantity(f"{self.kind} {self.low:g} {self.high:g} needs bounds above zero.")

    @classmethod
    def parse(cls, text: str) -> Distribution:
        """Read the text of a table's ``distribution`` column.

        Raises
        ------
        BadQuantity
            If the text is outside the grammar, or the bounds are infinite, swapped or not positive where they must be.

        Examples
        --------
        >>> Distribution.parse("lognormal 26 42 @68%").kind
        'lognormal'
        >>> Distribution.parse("normal 0 1")
        Traceback (most recent call last):
        ...
        exportin.errors.BadQuantity: 'normal 0 1' is not a distribution; expected 'fixed', ... or 'lognormal LO HI @68%'.
        """
        kind, *words = text.split()[:5] or [""]
        wanted = {"fixed": 0, "uniform": 2, "loguniform": 2, "lognormal": 3}.get(kind)
        if wanted != len(words) or (kind == "lognormal" and words.pop() != "@68%"):
            raise BadQuantity(f"{text!r} is not a distribution; expected {_GRAMMAR}.")
        try:
            return cls(kind, *(float(word) for word in words))
        except ValueError as error:
            raise BadQuantity(f"{text!r} is not a distribution; expected {_GRAMMAR}.") from error

    def __str__(self) -> str:
        if self.kind == "fixed":
            return "fixed"
        return f"{self.kind} {self.low:.12g} {self.high:.12g}" + (" @68%" if self.kind == "lognormal" else "")

    @property
    def spread(self) -> float:
        """Upper over lower bound; 1 for a fixed value, infinite for a range that touches zero."""
        if self.kind == "fixed":
            return 1.0
        if self.low <= 0 <= self.high:
            return math.inf
        return self.high / self.low if self.low > 0 else self.low / self.high

    def contains(self, value: float) -> bool:
        """Whether the value is possible; a lognormal reaches every positive number."""
        if self.kind == "fixed":
            return math.isfinite(value)
        if self.kind == "lognormal":
            return math.isfinite(value) and value > 0
        return self.low <= value <= self.high

    def median(self, value: float) -> float:
        """The middle of the distribution; `value` itself where it is fixed.

        Examples
        --------
        >>> Distribution.parse("loguniform 1 100").median(5.0)
        10.0
        """
        return self.quantile(0.5, value)

    @overload
    def quantile(self, u: float, value: float) -> float: ...
    @overload
    def quantile(self, u: ArrayLike, value: float) -> float | NDArray[np.float64]: ...
    def quantile(self, u: ArrayLike, value: float) -> float | NDArray[np.float64]:
        """Inverse cumulative distribution.

        Parameters
        ----------
        u : float or array of float, any shape
            Shares between 0 and 1. For a lognormal the two ends count as one rounding error inside.
        value : float
            The row's value, which a fixed distribution returns.

        Returns
        -------
        quantile : float or array, shape of `u`
            In the unit of the row.

        Raises
        ------
        BadQuantity
            If a share lies outside 0 to 1.

        Examples
        --------
        >>> Distribution.parse("uniform 2 4").quantile(0.25, 3.0)
        2.5
        >>> round(Distribution.parse("lognormal 26 42 @68%").quantile(0.84, 35.0), 9)
        42.0
        >>> Distribution.parse("fixed").quantile([0.1, 0.9], 3.0).tolist()
        [3.0, 3.0]
        """
        share = np.asarray(u, dtype=np.float64)
        if not np.all((share >= 0) & (share <= 1)):
            raise BadQuantity("A share of a distribution lies between 0 and 1.")
        found = self._inverse(share, value)
        return float(found) if found.ndim == 0 else found

    def _inverse(self, share: NDArray[np.float64], value: float) -> NDArray[np.float64]:
        if self.kind == "fixed":
            return np.full(share.shape, value, dtype=np.float64)
        if self.kind == "uniform":
            return np.clip(self.low + share * (self.high - self.low), self.low, self.high)
        if self.kind == "loguniform":  # the power may miss a bound by a rounding error
            return np.clip(self.low * (self.high / self.low) ** share, self.low, self.high)
        bottom, top = math.log(self.low), math.log(self.high)
        inside = np.clip(share, _SMALLEST, _LARGEST)
        normal = np.vectorize(NormalDist().inv_cdf, otypes=[np.float64])(inside)
        return np.asarray(np.exp((bottom + top) / 2 + normal * (top - bottom) / (2 * _UPPER)))
