"""Pathways: what a cell can have on top of the export cycle. The process files say which pathway each of them belongs to."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exportin.errors import UnknownName
from exportin.network.process import Process, load_process, process_names

__all__ = ["DRIVE", "SIGNALS", "Pathway", "absent_variables", "find_pathways", "pathways"]

# Forward export rate of a signal of affinity KD, by what XPO1 carries RanGTP and no drug, over that of the reference cell.
DRIVE = "function drive(L, KD, L_ref)\n  L / (KD + L) * (KD + L_ref) / L_ref;\nend"
# What one pathway may say to the others, and to the export cycle; 1 in the untreated reference cell.
SIGNALS = (
    "AKT_activity", "ARF_free", "BAX_mrna", "BBC3_FOXO", "BBC3_mrna", "BCL2L11_NR3C1", "BCL2L11_mrna", "BRD4_activity", "CDKN1A_mrna",
    "CDKN1B_mrna", "FLT3_signal", "FOXO_activity", "MCL1_survival", "MYC_activity", "NFKB_activity", "NFKB_left", "PP2A_activity",
    "RPL_free", "TOP2_damage", "TP53_activity", "XPO1_transcription", "cisplatin_damage", "cisplatin_stress", "importin_stress",
    "offtarget_stress", "proteasome_left", "proteasome_stress", "translation",
)  # fmt: skip
# Variables that are 0, not 1, where nothing gives them.
_SILENT = {
    "BCL2L11_NR3C1", "RANK_activity", "TOP2_damage", "cisplatin_damage", "cisplatin_stress", "importin_stress",
    "offtarget_harm", "offtarget_stress", "proteasome_stress", "sorafenib_effect",
}  # fmt: skip


@dataclass(frozen=True)
class Pathway:
    """A pathway of the catalogue.

    Attributes
    ----------
    name : str
    processes : tuple of str
        Process files, in the order of their names.
    """

    name: str
    processes: tuple[str, ...]

    @property
    def parts(self) -> tuple[Process, ...]:
        """Its process files, read."""
        return tuple(load_process(name) for name in self.processes)

    @property
    def replaces(self) -> tuple[str, ...]:
        """Cargoes of the export cycle that it takes over."""
        return tuple(symbol for part in self.parts for symbol in part.replaces)

    @property
    def variables(self) -> Mapping[str, str]:
        """What its rules compute, with units; other pathways read some of it."""
        return {name: unit for part in self.parts for name, unit in part.rule_units.items()}

    @property
    def proteins(self) -> Mapping[str, tuple[str, ...]]:
        """Proteins of its species, each with the compartments (``n``, ``c``) that hold it."""
        found: dict[str, dict[str, None]] = {}
        for part in self.parts:
            for species, contents in part.contents.items():
                for symbol in contents:
                    found.setdefault(symbol, {})[species.rpartition("_")[2]] = None
        return {symbol: tuple(places) for symbol, places in found.items()}


@functools.cache
def pathways() -> Mapping[str, Pathway]:
    """The pathways by name."""
    found: dict[str, list[str]] = {}
    for name in process_names():
        home = load_process(name).pathway
        if home is not None:
            found.setdefault(home, []).append(name)
    return {name: Pathway(name, tuple(found[name])) for name in sorted(found)}


def find_pathways(names: Iterable[str]) -> tuple[Pathway, ...]:
    """Pathways by name, each once, in the order of the catalogue.

    Raises
    ------
    UnknownName
    """
    wanted = set(names)
    for name in sorted(wanted - set(pathways())):
        raise UnknownName("pathway", name, pathways())
    return tuple(one for name, one in pathways().items() if name in wanted)


def absent_variables(present: Iterable[str]) -> dict[str, float]:
    """What pathways read of others that the cell does not have: 1, the untreated reference cell, or 0 for what is a damage."""
    given = {name for pathway in find_pathways(present) for name in pathway.variables}
    every = dict.fromkeys((*SIGNALS, *(name for pathway in pathways().values() for name in pathway.variables)))
    return {name: 0.0 if name in _SILENT else 1.0 for name in every if name not in given}
