"""A tumour in mice on a regimen: its volume beside an untreated one, and the weight of the animals.

The volume grows exponentially while small and by a constant amount when large (Simeoni 2004), as fast as the cell model lets living cells
grow; what the cell model kills in a day stops growing and goes away at a rate of its own. Food follows the export that is left in normal
cells, and weight follows food.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.cohort.host.blood import held_back
from exportin.cohort.numbers import mouse_numbers
from exportin.cohort.week.level import read_level
from exportin.cohort.week.made import Setting, marrow_week, tumour_week
from exportin.cohort.week.response import STEP_HOURS, STEPS
from exportin.errors import BadRegimen
from exportin.network.cell import Cell
from exportin.pharmacology.compound import Compound
from exportin.pharmacology.compound import compound as find_compound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Xenograft", "weight_course", "xenograft"]

SHARP = 20.0  # between exponential and linear growth (Simeoni's psi)
DAYS = 7


@dataclass(frozen=True)
class Xenograft:
    """Tumours and animals of each draw.

    Attributes
    ----------
    cell, drug, regimen : str
    days : ndarray, shape (day,)
    volume, control : ndarray, shape (draw, day)
        cm3, treated and untreated.
    weight : ndarray, shape (draw, day)
        Over the first one.
    draws : tuple of int
        Which draws these are; those whose untreated cells do not live are left out.
    """

    cell: str
    drug: str
    regimen: str
    days: Array
    volume: Array
    control: Array
    weight: Array
    draws: tuple[int, ...]

    @property
    def inhibition(self) -> Array:
        """Share of the growth that is taken away at the end, of each draw; over 1 where the tumour shrank."""
        grown = self.control[:, -1] - self.control[:, 0]
        return 1.0 - (self.volume[:, -1] - self.volume[:, 0]) / grown

    @property
    def weight_loss(self) -> Array:
        """Largest loss of weight, of each draw."""
        return 1.0 - self.weight.min(axis=1)

    def __str__(self) -> str:
        growth, loss = (np.quantile(100.0 * one, (0.05, 0.5, 0.95)) for one in (self.inhibition, self.weight_loss))
        return (f"{self.cell} in mice, {self.drug} {self.regimen}, {self.days[-1]:g} days: growth inhibited by {growth[1]:.0f} % "
                f"(90 % {growth[0]:.0f} to {growth[2]:.0f}), weight lower by {loss[1]:.1f} % ({loss[0]:.1f} to {loss[2]:.1f})")  # fmt: skip


def xenograft(
    cell: Cell,
    drug: str | Compound,
    regimen: str,
    *,
    weeks: int = 4,
    draws: int = 16,
    workers: int | None = None,
    progress: bool = False,
) -> Xenograft:
    """Treat mice that carry a tumour.

    Parameters
    ----------
    cell : Cell
        Of the tumour; it is given all pathways if it has none.
    drug : str or Compound
    regimen : str
        A week's doses in mg/kg, such as ``"75 mg/kg PO tiw"``; repeated every week.
    weeks : int
    draws : int
        Of the cell model, the animals' pharmacokinetics and the tumour's growth.
    workers, progress
        As in `exportin.simulate`.

    Raises
    ------
    BadRegimen
        If the doses are not in mg/kg.
    """
    level = read_level(regimen)
    if level.per != "kg":
        raise BadRegimen(f"{regimen!r} is not in mg/kg; mice are dosed by weight, for example '75 mg/kg PO tiw'.")
    compound = drug if isinstance(drug, Compound) else find_compound(drug)
    context = cell if cell.pathways else cell.with_pathways()
    setting = Setting(compound, level.days, tuple(range(draws)), "mouse")
    table = tumour_week(context, setting, workers=workers, progress=progress)
    marrow = marrow_week(setting, workers=workers, progress=progress)
    held = mouse_numbers(range(draws))
    amount = np.array([level.amount])
    treated, control, weight, kept = [], [], [], []
    for draw in range(draws):
        kill = table.daily_log_kill(draw, amount)[0]
        if np.isnan(kill).any():
            continue  # the untreated cells of this draw do not live
        kept.append(draw)
        own = {name: float(values[draw]) for name, values in held.items()}
        treated.append(_volume(own, kill, float(table.growing(draw, amount)[0]), weeks))
        control.append(_volume(own, np.zeros(DAYS), 1.0, weeks))
        weight.append(weight_course(marrow.lost(draw, amount)[0], own["appetite_export_half_mouse"], own["weight_turnover_mouse"], weeks))
    days = np.arange(weeks * DAYS + 1, dtype=float)
    volume, beside, weights = (np.array(one, dtype=float).reshape(len(kept), len(days)) for one in (treated, control, weight))
    return Xenograft(context.name, compound.name, level.text, days, volume, beside, weights, tuple(kept))


def weight_course(lost: Array, half: float, turnover: float, weeks: int) -> Array:
    """Weight over the first one at the end of each day, shape (day,), where every week takes the same export capacity away.

    Parameters
    ----------
    lost : ndarray, shape (step,)
        Share of the capacity, in steps of `STEP_HOURS` hours.
    half : float
        Loss at which half of the appetite is gone.
    turnover : float
        1/day.

    Examples
    --------
    >>> weight_course(np.zeros(STEPS), 0.3, 0.08, 1)[-1]
    np.float64(1.0)
    """
    food = np.tile(1.0 - held_back(lost, np.full(len(lost), half)), weeks)
    follow = -np.expm1(-turnover * STEP_HOURS / 24.0)
    weight, every = [1.0], STEPS // DAYS
    now = 1.0
    for step, eaten in enumerate(food, start=1):
        now += follow * (eaten - now)
        if step % every == 0:
            weight.append(now)
    return np.array(weight)


def _volume(own: dict[str, float], kill: Array, growing: float, weeks: int) -> Array:
    """Volume at the end of each day, cm3."""
    living, dying = own["xenograft_start"], 0.0
    found, steps = [living], 8
    for day in range(weeks * DAYS):
        for _ in range(steps):
            whole = living + dying
            rate = own["xenograft_growth"] * growing
            slowed = (1.0 + (rate / own["xenograft_linear"] * whole) ** SHARP) ** (-1.0 / SHARP)
            died = living * -np.expm1(-kill[day % DAYS] / steps)
            living += rate * slowed * living / steps - died
            dying += died - own["xenograft_loss"] * dying / steps
        found.append(living + dying)
    return np.array(found)
