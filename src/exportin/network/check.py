"""The strict check of everything that the tables can make."""

from __future__ import annotations

from exportin.network.blueprint import PK_UNITS, DrugSlot, Structure
from exportin.network.cell import cell, cells
from exportin.network.model import build_model, check_unused_rows, model, structure_of
from exportin.network.numbers import known_rows
from exportin.network.pathway import pathways

__all__ = ["check_everything"]

_BESIDE_THE_MODEL = {"E571K_fold", "cell_spread", "t_transit", "fu_medium", "accumulation", "P_entry", "kon", "SELINEXOR_fu_plasma"}
_ANY_NUMBER = 1.0  # stands for pharmacokinetics, which an exposure brings; structure and units do not depend on it


def check_everything() -> list[str]:
    """Build and check the Ran core, every cell, every compound on both alleles, and look for unused rows.

    Returns
    -------
    lines : list of str
        What was checked.

    Raises
    ------
    BadNetwork, BadTable
        At the first thing that is wrong.
    """
    from exportin import knowledge

    lines, used = [], set(_BESIDE_THE_MODEL)
    core = model("ran_core")
    core.check()
    used |= set(core.numbers.rows)
    lines.append(f"ran_core: {len(core.moieties)} conserved totals, units consistent")
    seen: set[Structure] = set()
    for name in cells():
        for one in (cell(name), cell(name).with_pathways()):
            context = build_model(one)
            used |= set(context.numbers.rows)
            if (structure := structure_of(one)) not in seen:  # contexts change numbers; units and totals are the structure's
                context.check()
                seen.add(structure)
    lines.append(f"{len(cells())} cells: {', '.join(cells())}")
    for name in pathways():
        build_model(cell("HeLa").with_pathways(name)).check()
    lines.append(f"{len(pathways())} pathways, one by one and together: {', '.join(pathways())}")
    mixed = cell("HeLa").with_variant("XPO1 C528S", 0.4).with_variant("XPO1 E571K", 0.3)
    for row in knowledge.facts("compounds"):
        routes = ("dish", "oral") if f"{row.symbol}_fu_plasma" in known_rows() else ("dish",)
        for route in routes:
            extra = {f"{row.symbol}_{name}": _ANY_NUMBER for name in PK_UNITS}
            dosed = build_model(mixed, [DrugSlot(row.symbol, row.mechanism, route)], extra)
            dosed.check()
            used |= set(dosed.numbers.rows)
    lines.append(f"{len(knowledge.facts('compounds'))} compounds on XPO1, XPO1 C528S and XPO1 E571K, units consistent")
    check_unused_rows(used, known_rows())
    lines.append(f"{len(known_rows())} parameter rows, none unused")
    return lines
