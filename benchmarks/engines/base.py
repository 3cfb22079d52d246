"""What every engine of the benchmark is asked to do, and the task that it is given. Needs numpy only: an engine may live elsewhere."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPREAD = 0.3  # standard deviation of the logarithm of each varied parameter


class NotOffered(Exception):
    """The engine has no such route, or is not installed; the text is what the table says."""


@dataclass(frozen=True)
class Dose:
    """Something given at a time after the run-in: an amount added to a species, or a concentration set."""

    time: float
    target: str
    action: str
    amount: float


@dataclass(frozen=True)
class Task:
    """A model, the patients' parameters and the outputs wanted.

    Attributes
    ----------
    sbml : str
        The model with its doses as events; for an engine that knows no other doses.
    varied, nominal : tuple
        Parameters that differ between patients, and their typical values.
    copies : int
        The varied parameters repeat in this many groups that share their factors.
    observed : tuple of str
        Species (concentrations) or other readable ids.
    times : tuple of float
        Outputs, from 0.
    run_in : float
        Time before 0 that the model spends without dose, from its initial state, and by the end of which it is at rest: the integration
        starts at minus this. An engine may reach that rest by any route that it offers; its cost counts.
    undosed : str
        The model without `doses`, for such an engine; the same as `sbml` where the model has its doses in itself.
    doses : tuple of Dose
        What `sbml` does by events and `undosed` does not; on parameters, or species by amount.
    derivatives : bool
        Whether sensitivities will be asked for.
    """

    name: str
    sbml: str
    varied: tuple[str, ...]
    nominal: tuple[float, ...]
    observed: tuple[str, ...]
    times: tuple[float, ...]
    species: int
    copies: int = 1
    run_in: float = 0.0
    undosed: str = ""
    doses: tuple[Dose, ...] = ()
    derivatives: bool = False

    def patients(self, start: int, count: int) -> NDArray[np.float64]:
        """Parameters of patients, shape (patient, varied); patient i is the same in every run."""
        own = len(self.varied) // self.copies
        normal = np.random.default_rng(1).standard_normal((start + count, own))[start:]
        return np.tile(np.exp(SPREAD * normal), self.copies) * np.array(self.nominal)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @staticmethod
    def load(path: Path) -> Task:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        told["doses"] = [Dose(**dose) for dose in told["doses"]]
        told |= {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        return Task(**told)


class Engine(ABC):
    """One solver. Its process calls `prepare`, then `tolerance`, then the rest as often as it likes."""

    name: str

    @abstractmethod
    def version(self) -> str:
        """Version, and the settings that matter."""

    @abstractmethod
    def prepare(self, task: Task, folder: Path) -> None:
        """Everything between the SBML and the first trajectory: code, compilation, loading. `folder` is this engine's own cache."""

    @abstractmethod
    def tolerance(self, relative: float, absolute: float) -> None:
        """Set the nominal tolerances."""

    @abstractmethod
    def run(self, patients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Outputs, shape (patient, time, observed); a row of NaN for a patient that failed."""

    def sensitivities(self, patients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Derivatives of the outputs by the varied parameters, shape (patient, time, observed, varied)."""
        raise NotOffered("no forward sensitivities")

    def threads(self, count: int) -> None:
        """Number of threads of `run`; 1 at the start."""
        if count != 1:
            raise NotOffered("one thread")

    def operations(self, patients: NDArray[np.float64]) -> float:
        """Counted floating-point operations of one trajectory, mean over the patients."""
        raise NotOffered("not counted")
