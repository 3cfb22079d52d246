"""Numbers for JSON, which knows nothing infinite and no NaN."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """A value as JSON has it: None for what is not finite, a list for a tuple, anything else as it is.

    Examples
    --------
    >>> plain(math.inf), plain(0.5), plain("uM"), plain((0.8, 1.25))
    (None, 0.5, 'uM', [0.8, 1.25])
    """
    if isinstance(value, float):  # numpy's too
        return float(value) if math.isfinite(value) else None
    return list(value) if isinstance(value, tuple) else value
