"""A trial as it is planned: arms, dose levels, strata, visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from exportin.cohort.week.level import Level

if TYPE_CHECKING:
    from exportin.network.cell import Cell
    from exportin.pharmacology.compound import Compound

__all__ = ["Arm", "Background", "Stratum", "Trial"]


@dataclass(frozen=True)
class Background:
    """Another treatment, by what it does to the disease.

    Attributes
    ----------
    name : str
    intensity : float
        Over that of the control arm which calibrates it.
    given : mapping of str to float
        ``kill`` (1/week), ``wane`` (1/day), ``platelets`` (share of their production held back); empty for the calibrated numbers.
    """

    name: str = "none"
    intensity: float = 1.0
    given: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Arm:
    """One arm.

    Attributes
    ----------
    name : str
    patients : int
    levels : tuple of Level
        Dose levels, the first one first; empty where the drug is not given.
    background : Background
    rules : bool
        Whether doses are lowered and held by the label's rules.
    agonist : float
        Stimulus of a thrombopoietin agonist while platelets are below 25, as thrombopoietin over its level at rest; 0 is none.
    """

    name: str
    patients: int
    levels: tuple[Level, ...]
    background: Background = Background()
    rules: bool = True
    agonist: float = 0.0


@dataclass(frozen=True)
class Stratum:
    """Patients with one kind of tumour cells.

    Attributes
    ----------
    name : str
    share : float
    cell : Cell
    hazard : float
        Of death, over that of the disease.
    """

    name: str
    share: float
    cell: Cell
    hazard: float = 1.0


@dataclass(frozen=True)
class Trial:
    """A trial, checked.

    Attributes
    ----------
    title, disease, criterion : str
    compound : Compound
    arms : tuple of Arm
    strata : tuple of Stratum
    weeks : int
    visit_weeks : int
    eligible : mapping of str to tuple of float
        Least and most of a measure (``platelets``, ``neutrophils``, ``sodium``; also ``weight`` in kg) before treatment.
    given : mapping of str to float
        Numbers of the disease that replace the table's.
    draws : int
    replicates : int
        Times that the trial is run in each draw, with other patients.
    seed : int
    notes : tuple of str
        What a reader must know, such as doses above those that were tested.
    text : str
        The file.
    published : str or None
        Name of the trial in published.tsv that it is compared with.
    """

    title: str
    disease: str
    criterion: str
    compound: Compound
    arms: tuple[Arm, ...]
    strata: tuple[Stratum, ...]
    weeks: int
    visit_weeks: int
    eligible: Mapping[str, tuple[float, float]]
    given: Mapping[str, float]
    draws: int
    replicates: int
    seed: int
    notes: tuple[str, ...] = ()
    text: str = ""
    published: str | None = None

    @property
    def patients(self) -> int:
        """Of one run of the trial."""
        return sum(arm.patients for arm in self.arms)

    @property
    def count(self) -> int:
        """Patients of all draws and replicates."""
        return self.draws * self.replicates * self.patients

    def seeded(self, seed: int | None) -> Trial:
        """The same with another seed."""
        return self if seed is None else replace(self, seed=seed)
