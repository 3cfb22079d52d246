"""What a patient's weight and sex change about pharmacokinetics, beside the typical patient of the label."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import UnknownName

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["SEXES", "Covariates", "find_sex"]

SEXES = ("female", "male")


def find_sex(given: str) -> str:
    """A sex by its name.

    Raises
    ------
    UnknownName

    Examples
    --------
    >>> find_sex("F")
    'female'
    """
    found = [sex for sex in SEXES if given and sex.startswith(str(given).lower())]
    if len(found) != 1:
        raise UnknownName("sex", str(given), SEXES)
    return found[0]


@dataclass(frozen=True)
class Covariates:
    """Exponents and factors of one draw.

    Attributes
    ----------
    CL_weight, V_weight : float
        Exponents of weight.
    CL_female : float
        Clearance of women over that of men; the typical patient lies in the middle.
    weight : float
        Of the patient at whom weight changes nothing, kg.
    weight_between : float
        Standard deviation of the logarithm of weight among patients.
    """

    CL_weight: float
    V_weight: float
    CL_female: float
    weight: float
    weight_between: float

    def clearance(self, weight: ArrayLike, female: ArrayLike) -> NDArray[np.float64]:
        """Clearance over that of the typical patient.

        Examples
        --------
        >>> float(Covariates(0.5, 0.5, 0.81, 80.0, 0.3).clearance(20.0, True).round(3))
        0.45
        """
        sex = math.sqrt(self.CL_female)
        return (np.asarray(weight, dtype=float) / self.weight) ** self.CL_weight * np.where(female, sex, 1.0 / sex)

    def volume(self, weight: ArrayLike) -> NDArray[np.float64]:
        """Volumes over those of the typical patient."""
        return (np.asarray(weight, dtype=float) / self.weight) ** self.V_weight

    def explained(self, *, weight: bool = True, sex: bool = True) -> float:
        """Standard deviation of the logarithm of clearance that they explain among patients."""
        of_weight = self.CL_weight * self.weight_between if weight else 0.0
        return math.hypot(of_weight, 0.5 * math.log(self.CL_female) if sex else 0.0)
