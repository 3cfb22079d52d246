"""Pharmacokinetic numbers of an exposure at positions of the axes: which draw, which patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exportin.network.parameters import uniform_share, uniform_shares
from exportin.pharmacology import pk
from exportin.pharmacology.body import explained, site_factors, typical_bodies
from exportin.pharmacology.compound import PHARMACOKINETIC_RATES
from exportin.pharmacology.exposure import Exposure
from exportin.pharmacology.partner import Partner

__all__ = ["at_site", "pharmacokinetic_columns", "pharmacokinetics"]


def pharmacokinetics(one: Exposure, seed: int, draw: int | None, patient: int | None) -> Mapping[str, float]:
    """Rates and volumes of one oral exposure for a draw and a patient, by model symbol, internal units."""
    if one.route != "oral" or isinstance(one.compound, Partner):
        return {}
    model = typical_bodies(one.compound, one.body, seed, None if draw is None else [draw])[0]
    if patient is not None:
        shares = [uniform_share(seed, "patient", f"{one.compound.symbol}_eta{k}", patient) for k in (1, 2)]
        model = pk.patient_pk(model, shares, explained(one.compound, one.body, draw, seed))
    return {f"{one.compound.symbol}_{name}": getattr(model, name) for name in PHARMACOKINETIC_RATES}


def pharmacokinetic_columns(
    one: Exposure, seed: int, draws: NDArray[np.int64] | None, patients: NDArray[np.int64] | None
) -> dict[str, float | NDArray[np.float64]]:
    """`pharmacokinetics` for many positions at once: a number where all share it, else an array, shape (position,)."""
    if one.route != "oral" or isinstance(one.compound, Partner) or (draws is None and patients is None):
        return dict(pharmacokinetics(one, seed, None, None))
    symbol = one.compound.symbol
    chosen: Sequence[int] = [0]
    different: Sequence[int] = []
    typical = typical_bodies(one.compound, one.body, seed, None)
    if draws is not None:
        different, chosen = (found.tolist() for found in np.unique(draws, return_inverse=True))
        typical = typical_bodies(one.compound, one.body, seed, different)
    etas: list[Any] = [None]
    if patients is not None:
        etas = list(zip(*(uniform_shares(seed, "patient", f"{symbol}_eta{k}", patients).tolist() for k in (1, 2)), strict=True))
    length = max(len(chosen), len(etas))
    made: dict[Any, Any] = {}
    bodies: list[Any] = []
    for which, eta in zip([*chosen] * (length // len(chosen)), etas * (length // len(etas)), strict=True):
        if (which, eta) not in made:
            known = 0.0 if eta is None else explained(one.compound, one.body, None if draws is None else different[which], seed)
            made[which, eta] = typical[which] if eta is None else pk.patient_pk(typical[which], eta, known)
        bodies.append(made[which, eta])
    return {f"{symbol}_{name}": np.array([getattr(body, name) for body in bodies]) for name in PHARMACOKINETIC_RATES}


def at_site(one: Exposure, seed: int, draws: NDArray[np.int64] | None) -> dict[str, float | NDArray[np.float64]]:
    """Factors on the free fraction of a drug that is met elsewhere than in plasma: a number, or an array of shape (position,)."""
    if one.site is None:
        return {}
    symbol = f"{one.compound.symbol}_fu"
    if draws is None:
        return {symbol: float(site_factors(one.site, seed, None)[0])}
    different, place = np.unique(draws, return_inverse=True)
    return {symbol: site_factors(one.site, seed, different.tolist())[place]}
