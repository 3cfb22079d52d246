"""Which processes a model is made of: a blueprint lists fragments, instances, shared species and rules, and no numbers."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from exportin.network.pathway import find_pathways
from exportin.network.process import load_process
from exportin.network.structure import Blueprint, DrugSlot, Instance, Rule, Structure

__all__ = ["Blueprint", "DrugSlot", "Instance", "Rule", "Structure", "draw_blueprint", "pathways_alone", "ran_core"]

MACHINERY = ("ran_cycle", "ran_leak", "ntf2", "ranbp1", "ranbp1_nucleus", "ranbp2", "turnover")
RANBP1_COMPLEX = "RANGTP_RANBP1"
COVALENT = ("irreversible_michael", "slowly_reversible_covalent", "degrader")
NO_CYSTEINE, OTHER_GROOVE = "XPO1_C528S", "XPO1_E571K"  # alleles without the drugs' cysteine, and with a changed binding groove
OFFTARGET = "offtarget_stress"
PK_UNITS = {"KA": "1/h", "CL": "L/h", "V2": "L", "Q": "L/h", "V3": "L"}
_PK_STATES = {"DEPOT": "V2", "CENT": "V2", "PERI": "V3"}
_RAN_ROLES = {
    "RAN_n": "RANGTP_n",
    "RAN_c": "RANGTP_c",
    "RAN_RANBP1_n": "RANGTP_RANBP1_n",
    "RAN_RANBP1_c": "RANGTP_RANBP1_c",
    "RAN_RANBP2_c": "RANGTP_RANBP2_c",
}


def ran_core() -> Blueprint:
    """The Ran cycle alone, as Goerlich03 published it: RCC1, RANGAP1, RanBP1 and two leaks; no XPO1, no NTF2.

    Examples
    --------
    >>> ran_core().fragments
    ('ran_cycle', 'ran_leak', 'ranbp1')
    """
    start = Rule("RANBP1_c", "RANBP1_total * (Vn + Vc) / Vc", "initial")
    fragments = ("ran_cycle", "ran_leak", "ranbp1")
    return Blueprint("ran_core", fragments, (), {"RANBP1_c": "Vc"}, {"RANBP1_c": ("RANBP1",)}, (start,), {}, {}, {})


def pathways_alone(names: tuple[str, ...]) -> Blueprint:
    """Pathways without the export cycle: what drives export (``XPO1_loaded_n``) and what the proteasome does are numbers."""
    fragments = tuple(name for pathway in find_pathways(names) for name in pathway.processes)
    return Blueprint("pathways", fragments, (), {}, {}, (), {}, {}, {"XPO1_loaded_n": "uM", "proteasome": "1"})


@functools.cache
def draw_blueprint(structure: Structure) -> Blueprint:
    """The whole export cycle for given alleles, cargoes and drugs.

    Examples
    --------
    >>> plan = draw_blueprint(Structure(cargoes=("RANBP1", "TP53")))
    >>> [instance.name for instance in plan.instances if instance.process == "ride"]
    ['RANBP1_XPO1', 'TP53_XPO1', 'RANGTP_RANBP1_XPO1']
    """
    forms = _forms(structure)
    instances = [*_alleles(structure), *_cargoes(structure), *_drugs(structure)]
    shared = {f"{owner}_{place}": f"V{place}" for owner in (*structure.cargoes, *(d.symbol for d in structure.drugs)) for place in "nc"}
    riders = [instance.name for instance in instances if instance.process == "ride"]
    for form in (*forms, *riders):
        shared |= {f"{form}_{state}{place}": f"V{place}" for state in ("", "RANGTP_") for place in "nc"}
    own: dict[str, str] = {}
    inputs: dict[str, str] = {}
    for drug in structure.drugs:
        if drug.route == "oral":
            shared |= {f"{drug.symbol}_{state}": f"{drug.symbol}_{place}" for state, place in _PK_STATES.items()}
            own |= {f"{drug.symbol}_V2": "L", f"{drug.symbol}_V3": "L"}
            inputs |= {f"{drug.symbol}_{name}": unit for name, unit in PK_UNITS.items() if name not in ("V2", "V3")}
            inputs |= {f"{drug.symbol}_infusion": "uM*pL/s"}
        else:
            inputs |= {f"{drug.symbol}_medium": "uM"}
    rules = _rules(structure, forms, riders)
    fragments = (*MACHINERY, *(name for pathway in find_pathways(structure.pathways) for name in pathway.processes))
    return Blueprint("export_cycle", fragments, tuple(instances), shared, {}, rules, forms, own, inputs)


def _forms(structure: Structure) -> dict[str, str | None]:
    """XPO1 forms and the drug each carries: the encounter complex, and the Cys528 adduct where there is a Cys528."""
    forms: dict[str, str | None] = dict.fromkeys(structure.alleles)
    for drug in structure.drugs:
        for allele in structure.alleles:
            forms[f"{allele}_{drug.symbol}"] = drug.symbol
            if allele != NO_CYSTEINE and drug.mechanism in COVALENT:
                forms[f"{allele}_{drug.symbol}_CYS528"] = drug.symbol
    return forms


def _four(stem: str, role: str) -> dict[str, str]:
    """The four states of an XPO1 form under the role that a module knows them by."""
    return {f"{role}_{state}": f"{stem}_{state}" for state in ("n", "c", "RANGTP_n", "RANGTP_c")}


def _named(process: str, given: Mapping[str, str], owner: str = "", owned: tuple[str, ...] = ()) -> dict[str, str]:
    """Arguments by name: those given, those of the owner (``TP53_KD_NES`` for ``KD_NES``), and the model's own names."""
    formals = load_process(process).formals or ()
    return {formal: given.get(formal, f"{owner}_{formal}" if formal in owned else formal) for formal in formals}


def _exporter(form: str, kdecay: str) -> Instance:
    return Instance(form, "exporter", _named("exporter", {**_four(form, "E"), "kdecay": kdecay}))


def _alleles(structure: Structure) -> list[Instance]:
    made = []
    for allele in structure.alleles:
        given = {
            "E_c": f"{allele}_c",
            "total": "XPO1_total",
            "share": f"{allele}_share",
            "mrna": "XPO1_mrna",
            "ksyn": "XPO1_ksyn",
            "synthesis": "XPO1_synthesis",
        }
        made += [_exporter(allele, "XPO1_kdecay"), Instance(f"{allele}_protein", "expression", _named("expression", given))]
    return made


def _cargoes(structure: Structure) -> list[Instance]:
    made = []
    for symbol in structure.cargoes:
        leaky = ("P_passive", "leak_exponent") if symbol in structure.leaky else ()
        owned = ("total", "kimp", "mass", "mobility", *leaky)
        given = {"C_n": f"{symbol}_n", "C_c": f"{symbol}_c"}
        made.append(Instance(symbol, "cargo", _named("cargo", given, symbol, owned)))
    riders = {symbol: symbol for symbol in structure.cargoes if symbol not in structure.unexported}
    if "RANBP1" in riders:
        riders[RANBP1_COMPLEX] = "RANBP1"
    for symbol, signal in riders.items():
        for allele in structure.alleles:
            given = {"C_n": f"{symbol}_n", "C_c": f"{symbol}_c", **_four(allele, "E"), **_RAN_ROLES}
            given |= _four(f"{symbol}_{allele}", "T")
            given |= {"KD_NES": _affinity(signal, allele), "mobility": f"{signal}_mobility", "kdecay": "XPO1_kdecay"}
            made.append(Instance(f"{symbol}_{allele}", "ride", _named("ride", given)))
    return made


def _affinity(signal: str, allele: str) -> str:
    """Name of a signal's dissociation constant from an allele; E571K has another for each signal (Baumhardt20)."""
    return f"{signal}_E571K_KD_NES" if allele == OTHER_GROOVE else f"{signal}_KD_NES"


def _drugs(structure: Structure) -> list[Instance]:
    made = []
    for drug in structure.drugs:
        name = drug.symbol
        inside = {"I_n": f"{name}_n", "I_c": f"{name}_c"}
        outside = {"outside": f"{name}_plasma", "fu": f"{name}_fu"} if drug.route == "oral" else {"outside": f"{name}_medium"}
        owned = ("fu", "accumulation", "P_entry")
        made.append(Instance(name, "entry", _named("entry", {**inside, **outside}, name, owned)))
        if drug.route == "oral":
            states = {state: f"{name}_{state}" for state in _PK_STATES}
            made.append(Instance(f"{name}_pk", "oral", _named("oral", states, name, (*PK_UNITS, "infusion"))))
        for allele in structure.alleles:
            made += _binding(drug, allele, inside)
    return made


def _binding(drug: DrugSlot, allele: str, inside: Mapping[str, str]) -> list[Instance]:
    """A drug on one allele: the encounter, and the adduct where the allele has its Cys528."""
    bound, adduct = f"{allele}_{drug.symbol}", f"{allele}_{drug.symbol}_CYS528"
    KI = f"{drug.symbol}_C528S_KI" if allele == NO_CYSTEINE else f"{drug.symbol}_KI"
    given = {**_four(allele, "E"), **_four(bound, "B"), **inside, "kon": f"{drug.symbol}_kon", "KI": KI}
    made = [_exporter(bound, f"{drug.symbol}_kdecay"), Instance(f"{bound}_encounter", "encounter", _named("encounter", given))]
    if allele != NO_CYSTEINE and drug.mechanism in COVALENT:
        given = {**_four(bound, "B"), **_four(adduct, "X"), "kinact": f"{drug.symbol}_kinact", "krev": f"{drug.symbol}_krev"}
        made += [_exporter(adduct, f"{drug.symbol}_kdecay"), Instance(f"{adduct}_adduct", "adduct", _named("adduct", given))]
    return made


def _amount(species: list[str]) -> str:
    """Sum of the amounts of species, written with the volumes in front."""
    terms = [(place, " + ".join(name for name in species if name.endswith(f"_{place}"))) for place in "nc"]
    return " + ".join(f"V{place} * ({names})" for place, names in terms if names)


def _rules(structure: Structure, forms: Mapping[str, str | None], riders: list[str]) -> tuple[Rule, ...]:
    """Computed variables: drug-dependent decay and affinity, and the amounts of XPO1 that carry each drug."""
    rules: list[Rule] = []
    states = ("n", "c", "RANGTP_n", "RANGTP_c")
    everything = [f"{form}_{state}" for form in (*forms, *riders) for state in states]
    if structure.pathways:
        rules.append(Rule("XPO1_loaded_n", " + ".join(f"{allele}_RANGTP_n" for allele in structure.alleles), "uM"))
    rules.append(Rule("XPO1_amount", _amount(everything), "uM*pL"))
    for drug in structure.drugs:
        name = drug.symbol
        carrying = [f"{form}_{state}" for form, carried in forms.items() if carried == name for state in states]
        rules.append(Rule(f"{name}_bound", _amount(carrying), "uM*pL"))
        if drug.route == "oral":
            rules.append(Rule(f"{name}_plasma", f"{name}_CENT", "uM"))
        rules.append(Rule(f"{name}_kdecay", f"XPO1_kdecay + proteasome * {name}_kdeg", "1/s"))
        if drug.mechanism in ("slowly_reversible_covalent", "degrader"):
            rules.append(Rule(f"{name}_KI", f"{name}_KD * (1 + {name}_kinact / {name}_krev)", "uM"))
        if NO_CYSTEINE in structure.alleles:
            rules.append(Rule(f"{name}_C528S_KI", f"{name}_KI * C528S_fold", "uM"))
    rules += _offtarget(structure)
    if OTHER_GROOVE in structure.alleles:
        signals = [one for one in structure.cargoes if one not in structure.unexported]
        rules += [Rule(_affinity(one, OTHER_GROOVE), f"{one}_KD_NES * {one}_E571K_fold", "uM") for one in signals]
    induced = [f"{drug.symbol}_induction * {drug.symbol}_bound / XPO1_amount" for drug in structure.drugs]
    shares = f"piecewise({' + '.join(induced)}, XPO1_amount > XPO1_trace, 0)" if induced else "0 * XPO1_mrna"  # a cell may have no XPO1
    rules.append(Rule("XPO1_induction", shares, "1"))
    return tuple(rules)


def _offtarget(structure: Structure) -> list[Rule]:
    """What the drugs do to the cell without XPO1, by free drug in the cytoplasm, where a pathway of the cell reads it."""
    harmful = [drug.symbol for drug in structure.drugs if drug.offtarget]
    readers = [part for pathway in find_pathways(structure.pathways) for part in pathway.parts if OFFTARGET in part.text]
    if not harmful or not readers:
        return []
    terms = []
    for name in harmful:  # rounding may leave a trace below zero, which has no power
        level = f"{name}_c / {name}_offtarget_EC50"
        terms.append(f"piecewise(({level})^{name}_offtarget_exponent, {level} > offtarget_trace, 0)")
    return [Rule(OFFTARGET, " + ".join(terms), "1")]
