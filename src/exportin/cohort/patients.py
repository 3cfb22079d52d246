"""Virtual patients: what each differs in, as numbers that depend on nothing but seed, name and index."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from exportin.cohort.host.blood import Neutrophils, Platelets
from exportin.cohort.host.host import NORMAL_SODIUM, Host
from exportin.cohort.numbers import CELL_SEED, calibrated, disease_rows, numbers, row_of
from exportin.knowledge.distribution import Distribution
from exportin.network.parameters import uniform_shares
from exportin.pharmacology.body import covariate_numbers
from exportin.pharmacology.pk import patient_spread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["CALIBRATED", "HOST_NAMES", "Patients", "disease_numbers", "normal_deviates", "sample"]

HOST_NAMES = (
    "platelet_descent", "platelet_maturation", "platelet_life", "platelet_feedback", "platelet_stimulus_most", "progenitor_memory",
    "thrombopoietin_loss", "thrombopoietin_elsewhere", "neutrophil_maturation", "neutrophil_life", "neutrophil_feedback", "neutrophil_base",
    "neutrophil_base_between", "neutrophil_export_half_between", "sodium_reserve", "sodium_between", "sodium_recovery",
    "sodium_fall_between", "weight_turnover", "appetite_export_half_between", "platelet_noise", "neutrophil_noise", "sodium_noise",
    "weight_noise", "rule_wait", "death_power", "background_between",
)  # fmt: skip
PATIENT_NAMES = (
    "sensitivity_between", "tissue_exposure", "growth_between", "resistance_rate", "resistance_between", "marker_noise", "female",
    "platelets", "platelets_between", "marker_loss", "marker", "marker_between", "death_rate", "growth_rate",
)  # fmt: skip
CALIBRATED = (
    "potency", "platelet_export_half", "platelet_export_half_between", "neutrophil_export_half", "sodium_fall", "appetite_export_half",
)  # fmt: skip
normal_deviates = np.vectorize(NormalDist().inv_cdf, otypes=[np.float64])


@dataclass(frozen=True)
class Patients:
    """Patients of one draw; arrays of shape (patient,).

    Attributes
    ----------
    weight, body_surface : ndarray
        kg, m2.
    female : ndarray of bool
    exposure : ndarray
        AUC over that of the typical patient, at one dose.
    sensitivity : ndarray
        Of the tumour: the dose that does the same in the typical one, over the patient's own.
    growth, resistance : ndarray
        1/day: of the tumour, and of the waning of what a drug does to it.
    marker, marker_loss : ndarray
        First level of what the disease is followed by, and its loss (1/day).
    death_share : ndarray
        Uniform; the patient dies when the survival curve of the hazard falls below it.
    host : Host
    """

    weight: Array
    body_surface: Array
    female: NDArray[np.bool_]
    exposure: Array
    sensitivity: Array
    growth: Array
    resistance: Array
    marker: Array
    marker_loss: Array
    death_share: Array
    host: Host

    def __len__(self) -> int:
        return len(self.weight)


def sample(
    disease: str, draw: int, indices: Sequence[int] | NDArray[np.int64], seed: int, given: Mapping[str, float] | None = None
) -> Patients:
    """Patients of a disease.

    Parameters
    ----------
    disease : str
    draw : int
        Of the cell model, whose calibration they have.
    indices : sequence of int
        Which patients of the seed.
    seed : int
    given : mapping of str to float, optional
        Calibrated numbers that replace the table's, and numbers of the disease.

    Examples
    --------
    >>> first = sample("DLBCL", 2, [0, 1, 2], 1)
    >>> again = sample("DLBCL", 2, [2], 1)
    >>> bool(first.weight[2] == again.weight[0]), len(first)
    (True, 3)
    """
    here = disease_numbers(disease, draw, given)
    host = {name: float(value[0]) for name, value in numbers(HOST_NAMES, [draw]).items()}

    def deviate(name: str) -> Array:
        return normal_deviates(uniform_shares(seed, "patient", f"trial {name}", indices))

    def uniform(name: str) -> Array:
        return uniform_shares(seed, "patient", f"trial {name}", indices)

    size = row_of("weight", disease)
    weight = np.clip(np.asarray(Distribution.parse(size.distribution).quantile(uniform("weight"), size.value)), 35.0, 180.0)
    female = uniform("sex") < here["female"]
    # Height follows from weight in no source that was seen; 25 kg/m2 is taken for all, so that the surface goes with weight alone.
    height = 100.0 * np.sqrt(weight / 25.0)
    exposure = _exposure(weight, female, deviate("uptake"), deviate("clearance"), draw)
    return Patients(
        weight=weight,
        body_surface=np.sqrt(height * weight / 3600.0),
        female=female,
        exposure=exposure,
        sensitivity=here["potency"] * here["tissue_exposure"] * np.exp(here["sensitivity_between"] * deviate("sensitivity")),
        growth=here["growth_rate"] * np.exp(here["growth_between"] * deviate("growth")),
        resistance=here["resistance_rate"] * np.exp(here["resistance_between"] * deviate("resistance")),
        marker=here["marker"] * np.exp(here["marker_between"] * deviate("marker")),
        marker_loss=np.full(len(weight), here["marker_loss"]),
        death_share=uniform("death"),
        host=_host(here, host, deviate),
    )


def disease_numbers(disease: str, draw: int, given: Mapping[str, float] | None = None) -> dict[str, float]:
    """Numbers of a disease at a draw: the table's, those that an arm calibrates, and those that are given.

    Examples
    --------
    >>> round(disease_numbers("AML", 2)["sensitivity_between"], 1)
    1.5
    """
    disease_rows(disease)  # refuses a name that is none
    here = {name: float(value[0]) for name, value in numbers(PATIENT_NAMES, [draw], disease).items()}
    replaced = dict(given or {})
    for name in (*CALIBRATED, f"growth_rate {disease}", f"death_rate {disease}"):
        plain = name.removesuffix(f" {disease}")
        if plain in replaced:
            continue
        found = calibrated(name, [draw])
        if found is not None:
            here[plain] = float(found[0])
    return here | replaced


def _exposure(weight: Array, female: NDArray[np.bool_], uptake: Array, clearance: Array, draw: int) -> Array:
    """AUC over the typical patient's: what weight and sex explain, and the rest of the label's spread."""
    covariates, spread = covariate_numbers(draw, CELL_SEED), patient_spread()
    left = np.sqrt(max(0.0, spread["omega_F"] ** 2 - covariates.explained() ** 2))
    own = spread["omega_CL"] * clearance + spread["shift_CL"]
    return np.exp(left * uptake + spread["shift_F"] - own) / covariates.clearance(weight, female)


def _host(here: Mapping[str, float], host: Mapping[str, float], deviate) -> Host:
    platelets = Platelets(
        host["platelet_descent"], host["platelet_maturation"], host["platelet_life"], host["platelet_feedback"],
        host["platelet_stimulus_most"], host["thrombopoietin_loss"], host["thrombopoietin_elsewhere"],
    )  # fmt: skip
    neutrophils = Neutrophils(host["neutrophil_maturation"], host["neutrophil_life"], host["neutrophil_feedback"])
    return Host(
        platelets=platelets,
        neutrophils=neutrophils,
        platelet_base=here["platelets"] * np.exp(here["platelets_between"] * deviate("platelets")),
        neutrophil_base=host["neutrophil_base"] * np.exp(host["neutrophil_base_between"] * deviate("neutrophils")),
        platelet_half=here["platelet_export_half"] * np.exp(here["platelet_export_half_between"] * deviate("platelet half")),
        neutrophil_half=here["neutrophil_export_half"] * np.exp(host["neutrophil_export_half_between"] * deviate("neutrophil half")),
        appetite_half=here["appetite_export_half"] * np.exp(host["appetite_export_half_between"] * deviate("appetite half")),
        sodium_base=NORMAL_SODIUM + host["sodium_reserve"] + host["sodium_between"] * deviate("sodium"),
        sodium_fall=here["sodium_fall"] * np.exp(host["sodium_fall_between"] * deviate("sodium fall")),
        sodium_recovery=host["sodium_recovery"],
        weight_turnover=host["weight_turnover"],
        memory=host["progenitor_memory"],
    )
