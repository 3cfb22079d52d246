"""From a blueprint and numbers to Antimony text, and from Antimony to SBML."""

from __future__ import annotations

from collections.abc import Mapping

from exportin.errors import BadNetwork
from exportin.network.blueprint import Blueprint
from exportin.network.pathway import DRIVE
from exportin.network.process import load_process

__all__ = ["antimony_to_sbml", "write_antimony"]

_MODEL_UNITS = (
    "  unit substance = 1e-18 mole; unit extent = 1e-18 mole; unit volume = 1e-12 litre; unit time_unit = second;",
    "  compartment Vn, Vc;",
)


def write_antimony(blueprint: Blueprint, values: Mapping[str, float], notes: Mapping[str, str] | None = None) -> str:
    """The whole model as Antimony text: modules, then one model that reads like the list of its processes.

    Parameters
    ----------
    blueprint : Blueprint
        What the model is made of.
    values : mapping of str to float
        Numbers in internal units; empty for the bare structure.
    notes : mapping of str to str, optional
        A comment for each number (unit, grade, source).

    Examples
    --------
    >>> from exportin.network.blueprint import ran_core
    >>> "ReleaseRanGTP" in write_antimony(ran_core(), {})
    True
    """
    modules = dict.fromkeys(instance.process for instance in blueprint.instances)
    fragments = [load_process(name).text for name in blueprint.fragments]
    lines = [DRIVE] if any("drive(" in text for text in fragments) else []
    lines += [load_process(name).text for name in modules]
    lines += [f"model {blueprint.name}()", *_MODEL_UNITS]
    if blueprint.own:
        lines.append(f"  compartment {', '.join(blueprint.own)};")
    lines += [f"  species {name} in {place};" for name, place in blueprint.shared.items()]
    lines += fragments
    lines += [f"  {instance.line}" for instance in blueprint.instances]
    lines += [f"  {rule.name} {'=' if rule.unit == 'initial' else ':='} {rule.expression};" for rule in blueprint.rules]
    comments = notes or {}
    for name, value in values.items():
        lines.append(f"  {name} = {value!r};" + (f"  // {comments[name]}" if name in comments else ""))
    return "\n".join([*lines, "end", ""])


def antimony_to_sbml(text: str, model: str) -> str:
    """Flattened SBML L3V2 of one model in an Antimony text.

    Raises
    ------
    BadNetwork
        With Antimony's own words where it refuses the text.
    """
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(text) < 0:
        raise BadNetwork(f"Antimony refuses the model: {str(antimony.getLastError()).strip()[:600]}")
    sbml = antimony.getSBMLString(model)
    if not sbml:
        raise BadNetwork(f"Antimony gives no SBML for {model!r}: {str(antimony.getLastError()).strip()}")
    return str(sbml)
