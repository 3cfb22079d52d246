"""The strict check of everything that the tables can make."""

from __future__ import annotations

from exportin.network.blueprint import OFFTARGET, PK_UNITS, DrugSlot, Structure
from exportin.network.cell import cell, cells
from exportin.network.model import build_model, check_unused_rows, model, structure_of
from exportin.network.numbers import known_rows
from exportin.network.pathway import pathways

__all__ = ["check_everything"]

_BESIDE_THE_MODEL = {
    "E571K_fold", "cell_spread", "t_transit", "fu_medium", "fu_plasma", "accumulation", "P_entry", "kon", "offtarget_exponent",
}  # fmt: skip
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
    for row in knowledge.facts("compounds"):
        used |= _check_compound(row.symbol, row.mechanism)
    lines.append(f"{len(knowledge.facts('compounds'))} compounds on XPO1, XPO1 C528S and XPO1 E571K, units consistent")
    check_unused_rows(used, known_rows())
    lines.append(f"{len(known_rows())} parameter rows, none unused")
    return lines


def _check_compound(symbol: str, mechanism: str) -> set[str]:
    """Check a compound on every allele, by each of its routes, and where it harms without XPO1; the rows that it uses."""
    mixed = cell("HeLa").with_variant("XPO1 C528S", 0.4).with_variant("XPO1 E571K", 0.3)
    free_in_plasma, harm = f"{symbol}_fu_plasma", f"{symbol}_offtarget_EC50"
    used = {free_in_plasma} & known_rows()
    extra = {f"{symbol}_{name}": _ANY_NUMBER for name in PK_UNITS}
    slots = [(mixed, DrugSlot(symbol, mechanism, route)) for route in ("dish", *(("oral",) if used else ()))]
    if harm in known_rows():
        readers = [name for name, one in pathways().items() if any(OFFTARGET in part.text for part in one.parts)]
        slots.append((cell("HeLa").with_pathways(*readers), DrugSlot(symbol, mechanism, offtarget=True)))
    for one, slot in slots:
        dosed = build_model(one, [slot], extra)
        dosed.check()
        used |= set(dosed.numbers.rows)
    return used
