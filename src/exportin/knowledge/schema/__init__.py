"""Row models, one a table: what a row must hold before it is believed."""

from __future__ import annotations

from exportin.knowledge.schema.disease import CellRow, DiseaseRow, EdgeRow, LandmarkRow, ObservationRow, TrialRow
from exportin.knowledge.schema.drug import CombinationRow, CompoundRow, PartnerRow, PharmacokineticRow, SensitivityRow, XenograftRow
from exportin.knowledge.schema.number import ContextRow, ParameterRow, SetRow
from exportin.knowledge.schema.protein import CargoRow, MachineryRow, SignalRow
from exportin.knowledge.schema.review import ClaimRow, ContradictionRow, LaterEvidenceRow
from exportin.knowledge.schema.row import FactRow, TableRow
from exportin.knowledge.schema.signal import AffinityRow, CoreRow, GateRow, SequenceRow

__all__ = [
    "AffinityRow",
    "CargoRow",
    "CellRow",
    "ClaimRow",
    "CombinationRow",
    "CompoundRow",
    "ContextRow",
    "ContradictionRow",
    "CoreRow",
    "DiseaseRow",
    "EdgeRow",
    "FactRow",
    "GateRow",
    "LandmarkRow",
    "LaterEvidenceRow",
    "MachineryRow",
    "ObservationRow",
    "ParameterRow",
    "PartnerRow",
    "PharmacokineticRow",
    "SensitivityRow",
    "SequenceRow",
    "SetRow",
    "SignalRow",
    "TableRow",
    "TrialRow",
    "XenograftRow",
]
