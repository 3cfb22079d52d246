"""SBML of one experiment: started from the untreated steady state, with the doses as events, for any other simulator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from exportin.network.sbml import unit_definition

__all__ = ["add_events", "start_from"]


class Happening(Protocol):
    """What an event needs to say: when, to what, how, how much (see `exportin.kernel.solver.Change`)."""

    @property
    def time(self) -> float: ...
    @property
    def target(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def amount(self) -> float: ...


def start_from(document: Any, state: Mapping[str, float]) -> None:
    """Replace initial assignments by the numbers of a state (concentrations, and variables of rate rules)."""
    model = document.getModel()
    for name, value in state.items():
        model.removeInitialAssignment(name)
        species = model.getSpecies(name)
        if species is not None:
            species.unsetInitialAmount()
            species.setInitialConcentration(value)
        else:
            model.getParameter(name).setValue(value)


def add_events(document: Any, changes: Iterable[Happening]) -> None:
    """Write changes as SBML events; each amount is a parameter with its unit.

    Changes at time zero become events that are not yet triggered at the start, so that they fire there.
    """
    import libsbml

    model = document.getModel()
    for number, change in enumerate(sorted(changes, key=lambda one: one.time), start=1):
        species = model.getSpecies(change.target)
        unit = "uM*pL" if species is not None and change.action == "add" else "uM*pL/s" if change.target.endswith("_infusion") else "uM"
        unit = "1" if species is None and not change.target.endswith(("_medium", "_infusion")) else unit
        size = model.createParameter()
        size.setId(f"dose_{number}")
        size.setConstant(True)
        size.setValue(change.amount)
        size.setUnits(unit_definition(model, unit))
        event = model.createEvent()
        event.setId(f"event_{number}")
        event.setUseValuesFromTriggerTime(False)
        trigger = event.createTrigger()
        trigger.setInitialValue(False)
        trigger.setPersistent(True)
        trigger.setMath(libsbml.parseL3Formula(f"time >= {change.time!r} second"))
        assignment = event.createEventAssignment()
        assignment.setVariable(change.target)
        assignment.setMath(libsbml.parseL3Formula(_new_value(change, number, species)))
        if species is None:
            model.getParameter(change.target).setConstant(False)


def _new_value(change: Happening, number: int, species: Any) -> str:
    if change.action == "set":
        return f"dose_{number}"
    if species is None:
        return f"{change.target} + dose_{number}"
    return f"{change.target} + dose_{number} / {species.getCompartment()}"
