"""Which engines there are, by name."""

from __future__ import annotations

from engines.base import Engine

NAMES = ("kernel", "roadrunner", "copasi", "amici")


def find_engine(name: str) -> Engine:
    """The engine of a name; its packages are imported when it is used."""
    if name == "kernel":
        from engines.kernel import Kernel

        return Kernel()
    if name == "roadrunner":
        from engines.roadrunner import RoadRunner

        return RoadRunner()
    if name == "copasi":
        from engines.copasi import Copasi

        return Copasi()
    if name == "amici":
        from engines.amici import Amici

        return Amici()
    raise ValueError(f"{name!r} is no engine of the benchmark; choose from {', '.join(NAMES)}.")
