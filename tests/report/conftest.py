"""Small results made by hand, so that the report is tested without the solver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from exportin.result import Result

DRAWS = 40


def ensemble(curve: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """A curve times one factor a draw, shape (patient, draw, cell, time)."""
    return (factors[:, None] * curve[None, :])[None, :, None, :]


def build(draws: int = DRAWS, **changes: Any) -> Result:
    """Selinexor twice in a day in OCI-AML3; `leader` drives the occupancy and `bystanders` drive nothing."""
    time = np.linspace(0.0, 96.0, 49)
    generator = np.random.Generator(np.random.Philox(key=1))
    leader = np.sort(generator.uniform(0.6, 1.2, draws)) if draws > 1 else np.ones(1)
    since = np.where(time < 48, time, time - 48)
    drug = 0.05 * np.exp(-since / 4.0) * (time > 0)
    occupancy = 0.6 * np.exp(-since / 20.0) * (time > 0)
    values = {
        "selinexor_free": ensemble(drug, np.linspace(0.9, 1.1, draws)),
        "XPO1_occupancy": ensemble(occupancy, leader),
        "export_capacity": 1 - ensemble(occupancy, leader),
        "TP53_nc": 0.8 * (1 + ensemble(occupancy, leader)),
        "TP53_nuclear": 0.4 * (1 + ensemble(occupancy, leader)),
        "XPO1_mrna": np.ones((1, draws, 1, len(time))),
    }
    drawn = {f"bystander_{place}": generator.uniform(size=draws) for place in range(20)}
    drawn |= {"SELINEXOR_accumulation": leader**2, "kstrip": generator.permutation(leader)}
    provenance: Mapping[str, Any] = {
        "exportin": "0.0.0",
        "model": "0123456789abcdef",
        "tables": "fedcba9876543210",
        "solver": "none",
        "relative_tolerance": 1e-7,
        "command": ["exportin", "run", "a scenario.yaml"],
        "cell": {"name": "OCI-AML3", "concentrations": "default"},
        "exposures": [{"drug": "selinexor", "route": "oral", "what": "60 mg PO days 1,3 every 7 d for 7 d"}],
        "until": "96 h",
        "population": {"draws": draws, "seed": 7},
    }
    parts: dict[str, Any] = {
        "time": time,
        "values": values,
        "units": {name: "uM" if name.endswith("_free") else "1" for name in values},
        "provenance": provenance,
        "drawn": drawn if draws > 1 else {},
    }
    return Result(**{**parts, **changes})


@pytest.fixture(scope="session")
def make() -> Callable[..., Result]:
    """The builder, for results that differ in one thing."""
    return build


@pytest.fixture(scope="session")
def result() -> Result:
    """Forty draws."""
    return build()
