"""Hill's curve of a response over dose, its inverse, and its fit to many tables at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.analysis.curve.least_squares import best_start

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Hill", "fit_hill"]

STEEPEST, FLATTEST = 10.0, 0.1  # Hill coefficients between which is searched
BEYOND = 100.0  # times the highest or lowest dose: how far outside of the doses a midpoint is searched
STEEPNESSES, QUANTILES = (0.7, 1.5, 4.0), (0.15, 0.5, 0.85)


@dataclass(frozen=True)
class Hill:
    """Curves ``E0 + (Emax - E0) / (1 + (C / dose)**h)``.

    Attributes
    ----------
    E0, Emax : ndarray, shape (curve,)
        Response without drug and at infinite dose.
    C : ndarray, shape (curve,)
        Dose of half the change, in the unit of the doses.
    h : ndarray, shape (curve,)
        Hill coefficient.
    squares : ndarray, shape (curve,)
        Sum of squared residuals of the fit; 0 for a curve that was given.

    Examples
    --------
    >>> curve = Hill.of(E0=1.0, Emax=0.2, C=0.1, h=2.0)
    >>> curve.at([0.0, 0.1, 1e9]).round(3)
    array([[1. , 0.6, 0.2]])
    >>> curve.dose_for(0.6).round(3), curve.dose_for(0.1)
    (array([0.1]), array([inf]))
    """

    E0: NDArray[np.float64]
    Emax: NDArray[np.float64]
    C: NDArray[np.float64]
    h: NDArray[np.float64]
    squares: NDArray[np.float64]

    @classmethod
    def of(cls, *, E0: ArrayLike, Emax: ArrayLike, C: ArrayLike, h: ArrayLike) -> Hill:
        """Curves with given numbers."""
        first, last, middle, steep = (np.atleast_1d(np.asarray(one, dtype=float)) for one in np.broadcast_arrays(E0, Emax, C, h))
        return cls(first, last, middle, steep, np.zeros(len(first)))

    def __len__(self) -> int:
        return len(self.C)

    def __getitem__(self, which: int | slice | NDArray[np.intp]) -> Hill:
        return Hill(*(np.atleast_1d(getattr(self, name)[which]) for name in ("E0", "Emax", "C", "h", "squares")))

    def at(self, doses: ArrayLike) -> NDArray[np.float64]:
        """Responses, shape (curve, dose)."""
        return self.E0[:, None] + (self.Emax - self.E0)[:, None] * _share(np.asarray(doses, dtype=float), np.log(self.C), self.h)

    def dose_for(self, response: ArrayLike) -> NDArray[np.float64]:
        """Dose of a response, shape (curve,), or of several, shape (curve, response): 0 if none is needed, infinite if none does."""
        wanted = np.asarray(response, dtype=float)
        E0, Emax, C, h = (one[:, None] if wanted.ndim == 2 else one for one in (self.E0, self.Emax, self.C, self.h))
        with np.errstate(divide="ignore", invalid="ignore"):
            done = (wanted - E0) / (Emax - E0)
            dose = C * (done / (1.0 - done)) ** (1.0 / h)
        dose = np.where(done <= 0, 0.0, np.where(done >= 1, np.inf, dose))
        return np.where(np.isfinite(done), dose, np.inf)  # a flat curve reaches nothing


def _share(doses: NDArray[np.float64], log_C: NDArray[np.float64], h: NDArray[np.float64]) -> NDArray[np.float64]:
    """Part of the change that a dose has brought, shape (curve, dose); the doses are of shape (dose,) or (curve, dose)."""
    with np.errstate(divide="ignore"):
        place = h[:, None] * (np.log(doses) - log_C[:, None])
    return 0.5 * (1.0 + np.tanh(0.5 * place))


def fit_hill(
    doses: ArrayLike,
    responses: ArrayLike,
    *,
    E0: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    lowest: float = 0.0,
    highest: float = np.inf,
) -> Hill:
    """Fit a curve to each of many tables by least squares.

    Parameters
    ----------
    doses : array_like, shape (dose,) or (curve, dose)
        0 is no drug.
    responses : array_like, shape (dose,) or (curve, dose)
        NaN where a table lacks a value.
    E0 : array_like, optional
        Response without drug, where it is known; by default it is fitted.
    weights : array_like, shape (dose,) or (curve, dose), optional
        Of the squared residuals.
    lowest, highest : float
        Bounds of Emax (and of a fitted E0).

    Returns
    -------
    curves : Hill

    Examples
    --------
    >>> doses = [0.0, 0.01, 0.1, 1.0, 10.0]
    >>> fitted = fit_hill(doses, Hill.of(E0=1.0, Emax=0.2, C=0.3, h=1.2).at(doses))
    >>> [round(float(one[0]), 6) for one in (fitted.E0, fitted.Emax, fitted.C, fitted.h)]
    [1.0, 0.2, 0.3, 1.2]
    """
    values = np.atleast_2d(np.asarray(responses, dtype=float))
    table = np.broadcast_to(np.atleast_2d(np.asarray(doses, dtype=float)), values.shape)
    given = table[table > 0]
    first, last = (np.log(given.min()), np.log(given.max())) if given.size else (0.0, 0.0)
    begins = _starts(table, values, E0, first, last)
    far = np.log(BEYOND)
    low = np.array([lowest, first - far, np.log(FLATTEST), lowest])
    high = np.array([highest, last + far, np.log(STEEPEST), highest])
    known = None if E0 is None else np.broadcast_to(np.asarray(E0, dtype=float), len(values))
    root = np.broadcast_to(1.0 if weights is None else np.sqrt(np.asarray(weights, dtype=float)), values.shape)

    def model(parameters: NDArray[np.float64], which: NDArray[np.intp]) -> NDArray[np.float64]:
        base = parameters[:, 3] if known is None else known[which]
        share = _share(table[which], parameters[:, 1], np.exp(parameters[:, 2]))
        return root[which] * (base[:, None] + (parameters[:, 0] - base)[:, None] * share)

    width = 4 if known is None else 3
    found = best_start(model, begins[:, :, :width], root * values, low[:width], high[:width])
    base = found.parameters[:, 3] if known is None else known
    return Hill(np.array(base), found.parameters[:, 0], np.exp(found.parameters[:, 1]), np.exp(found.parameters[:, 2]), found.squares)


def _starts(
    table: NDArray[np.float64], values: NDArray[np.float64], E0: ArrayLike | None, first: float, last: float
) -> NDArray[np.float64]:
    """Where searches begin, shape (start, curve, 4): Emax, log C, log h, E0."""
    base = np.where(table == table.min(axis=1, keepdims=True), values, np.nan)
    begin = _mean(base) if E0 is None else np.broadcast_to(np.asarray(E0, dtype=float), len(values))
    end = _mean(np.where(table == table.max(axis=1, keepdims=True), values, np.nan))
    found = [
        np.stack([end, np.full(len(values), first + part * (last - first)), np.full(len(values), np.log(steep)), begin], axis=1)
        for part in QUANTILES
        for steep in STEEPNESSES
    ]
    return np.array(found)


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of what is known in each row; 0 where nothing is."""
    known = np.isfinite(values)
    return np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
