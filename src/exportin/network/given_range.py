"""A quantity that a user knows as a range: two bounds and a unit, drawn as a row of the tables with that distribution is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exportin import units
from exportin.errors import BadQuantity

if TYPE_CHECKING:
    from exportin.knowledge.distribution import Distribution

__all__ = ["read_range"]

_CENTRAL = "@68%"
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")


def read_range(text: str, unit: str, name: str) -> Distribution | None:
    """The distribution behind a range, in internal units; None for a single quantity.

    Parameters
    ----------
    text : str
        ``"0.67 to 20 uM"`` is even in the logarithm between the bounds; ``"26 to 42 nM @68%"`` is log-normal with the central 68 %
        between them. The first bound has the unit of the second, or one of its own.
    unit : str
        A unit of the dimension that is expected.
    name : str
        What the quantity is, for the refusal.

    Raises
    ------
    BadQuantity
        If a bound is not positive, does not fit the unit, or does not lie below the other.

    Examples
    --------
    >>> print(read_range("0.67 to 20 uM", "uM", "nes_kd"))
    loguniform 0.67 20
    >>> print(read_range("26 to 42 nM @68%", "uM", "nes_kd"))
    lognormal 0.026 0.042 @68%
    >>> read_range("3 uM", "uM", "nes_kd") is None
    True
    """
    from exportin.knowledge.distribution import Distribution

    if not isinstance(text, str) or " to " not in text:
        return None
    first, _, rest = text.partition(" to ")
    second = rest.strip().removesuffix(_CENTRAL).strip()
    if _NUMBER.fullmatch(first):
        first = f"{first.strip()} {_NUMBER.sub('', second, count=1)}"
    low, high = (units.parse(bound, unit, name, positive=True) for bound in (first, second))
    if not low < high:
        raise BadQuantity(f"{name}: {text!r} is no range; expected the lower bound first, such as '0.1 to 10 {unit}'.")
    return Distribution("lognormal" if rest.strip().endswith(_CENTRAL) else "loguniform", low, high)
