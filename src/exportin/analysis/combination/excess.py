"""Effect of two drugs beyond what a reference model expects of them: HSA, Bliss, Loewe and ZIP.

An effect is an inhibition here, 0 untreated and 1 nothing left. Everything is computed for many tables of the same wells at once, so
that a bootstrap is one call; the first axis is the table's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exportin.analysis.curve.hill import Hill, fit_hill

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.analysis.plate.plate import Plate

__all__ = ["expected_bliss", "expected_hsa", "expected_loewe", "fit_singles", "interacting_potency"]

_HALVINGS = 60  # of an effect's range: below a double's precision
FEWEST = 3  # doses of one drug at a fixed dose of the other: as many as the curve there has numbers


def fit_singles(plate: Plate, inhibition: NDArray[np.float64]) -> tuple[Hill, Hill]:
    """Each drug's own curve, through its wells without the other and through no effect without drug.

    Parameters
    ----------
    plate : Plate
    inhibition : ndarray, shape (table, well)
    """
    curves = []
    for drug in range(2):
        wells = plate.single(drug)
        curves.append(fit_hill(plate.doses[wells, drug], inhibition[:, wells], E0=0.0, highest=1.0))
    return curves[0], curves[1]


def expected_hsa(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Highest single agent: the larger effect of the two.

    >>> expected_hsa(np.array([0.3]), np.array([0.5]))
    array([0.5])
    """
    return np.maximum(first, second)


def expected_bliss(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Independent action (Bliss 1939): what each leaves is multiplied.

    >>> expected_bliss(np.array([0.3]), np.array([0.5]))
    array([0.65])
    """
    return first + second - first * second


def expected_loewe(curves: tuple[Hill, Hill], doses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Dose additivity (Loewe 1926): the effect y with d1/D1(y) + d2/D2(y) = 1.

    A drug that cannot reach y by itself counts as without dose there, so that an effect is found for every pair of doses.

    Parameters
    ----------
    curves : tuple of Hill
        Inhibition of each drug; as many curves as tables.
    doses : ndarray, shape (point, 2)

    Returns
    -------
    effect : ndarray, shape (table, point)

    Examples
    --------
    A drug with itself is what the summed dose does:

    >>> drug = Hill.of(E0=0.0, Emax=1.0, C=1.0, h=2.0)
    >>> float(expected_loewe((drug, drug), np.array([[0.25, 0.75]]))[0, 0])
    0.5
    """
    shape = len(curves[0]), len(doses)
    low = np.zeros(shape)
    high = np.broadcast_to(np.maximum(curves[0].Emax, curves[1].Emax)[:, None], shape).copy()
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = [np.nan_to_num(doses[:, drug] / curves[drug].dose_for(middle), nan=0.0, posinf=np.inf) for drug in range(2)]
        more = parts[0] + parts[1] > 1.0
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return 0.5 * (low + high)


def interacting_potency(plate: Plate, inhibition: NDArray[np.float64], curves: tuple[Hill, Hill]) -> NDArray[np.float64] | None:
    """Zero interaction potency (Yadav 2015): how far the fitted effect of a combination lies beyond independent action.

    At each dose of one drug a curve of the other is fitted that begins where the first alone is; the effect is the mean of both ways.

    Returns
    -------
    delta : ndarray, shape (table, point), or None
        At the different combinations in the order of `Plate.points`; None where the table is no grid of three doses and more of each.
    """
    points = np.unique(plate.doses[plate.combined], axis=0)
    if not plate.is_grid or any(len(np.unique(points[:, drug])) < FEWEST for drug in range(2)):
        return None
    alone = [curve.at(points[:, drug]) for drug, curve in enumerate(curves)]
    fitted = np.zeros((2, len(inhibition), len(points)))
    for fixed in range(2):
        for level in np.unique(points[:, fixed]):
            wells, here = plate.combined & (plate.doses[:, fixed] == level), points[:, fixed] == level
            begin = curves[fixed].at([level])[:, 0]
            curve = fit_hill(plate.doses[wells, 1 - fixed], inhibition[:, wells], E0=begin, highest=1.0)
            fitted[fixed][:, here] = curve.at(points[here, 1 - fixed])
    return fitted.mean(axis=0) - expected_bliss(alone[0], alone[1])
