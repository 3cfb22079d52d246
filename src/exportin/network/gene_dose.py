"""What a knock-down lowers: the dose of a gene where a pathway has one, else the protein's total or its synthesis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["dose_factors", "knocked_down", "lowered_names"]

_DOSES = ("_dose", "_expression", "_level", "_expressed")  # inputs of a pathway, relative to the normal cell
_AMOUNTS = ("_total", "_ksyn")


def lowered_names(gene: str, known: Iterable[str]) -> list[str]:
    """Every symbol that stands for how much of a gene's product a cell has; empty for what is no gene of the model."""
    return [f"{gene}{ending}" for ending in (*_AMOUNTS, *_DOSES) if f"{gene}{ending}" in known]


def knocked_down(known: Iterable[str]) -> set[str]:
    """Genes that can be knocked down."""
    return {name.rpartition("_")[0] for name in known if name.endswith((*_AMOUNTS, *_DOSES))}


def dose_factors(scales: Mapping[str, float], needed: Iterable[str]) -> dict[str, float]:
    """Of what was lowered, what a model uses: where it reads a gene's dose, amount and synthesis stay, since the dose acts on them.

    Examples
    --------
    >>> dose_factors({"FOXO3_total": 0.1, "FOXO3_dose": 0.1}, ["FOXO3_total", "FOXO3_dose"])
    {'FOXO3_dose': 0.1}
    >>> dose_factors({"FOXO3_total": 0.1, "FOXO3_dose": 0.1}, ["FOXO3_total"])
    {'FOXO3_total': 0.1}
    """
    used = {name: factor for name, factor in scales.items() if name in set(needed)}
    dosed = {name.rpartition("_")[0] for name in used if name.endswith(_DOSES)}
    return {name: factor for name, factor in used.items() if not (name.endswith(_AMOUNTS) and name.rpartition("_")[0] in dosed)}
