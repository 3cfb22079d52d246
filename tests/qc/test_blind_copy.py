"""The export cycle written a second time, from ``docs/export-cycle.md`` without sight of the process files, and compared with the model.

Of the package it uses the numbers of an experiment, the names of its states, their rates and the results of a run.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import exportin as xp
from exportin.experiment.simulate import Experiment, prepare

Numbers = Mapping[str, float]

CARGOES = ("TP53", "NFKBIA", "CDKN1A", "FOXO3", "RANBP1", "BACKGROUND", "REFERENCE")
COVALENT = ("irreversible_michael", "slowly_reversible_covalent", "degrader")
APPARENT_KD = COVALENT[1:]
STATES, SIDES = ("", "_RANGTP"), ("n", "c")
TIGHT = 1e-13  # of the gross rate: synthesis and decay of XPO1 are so slow beside binding that 1e-9 would hide them
BINDERS = (("RANBP1", "n"), ("RANBP1", "c"), ("RANBP2", "c"))


@dataclass(frozen=True)
class Drug:
    """A drug by its symbol, mechanism and route."""

    name: str
    mechanism: str
    oral: bool = False


Alleles, Drugs = Sequence[str], Sequence[Drug]


@dataclass
class Cell:
    """Concentrations and numbers at one moment, and the fluxes found so far."""

    conc: Numbers
    num: Numbers
    net: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    gross: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def volume(self, species: str) -> float:
        """Where a species is, in pL."""
        before, _, place = species.rpartition("_")
        return self.num[{"n": "Vn", "c": "Vc", "DEPOT": f"{before}_V2", "CENT": f"{before}_V2", "PERI": f"{before}_V3"}[place]]

    def flux(self, left: str, right: str, forward: float, backward: float = 0.0) -> None:
        """Move `forward` - `backward` amol/s from the species of one side to those of the other."""
        for side, sign in ((left, -1), (right, 1)):
            for species in side.split():
                self.net[species] += sign * (forward - backward) / self.volume(species)
                self.gross[species] += (abs(forward) + abs(backward)) / self.volume(species)

    def react(self, left: str, right: str, forward: float, backward: float = 0.0) -> None:
        """Mass action in one compartment, with rate constants of both ways."""
        ahead = math.prod(self.conc[species] for species in left.split())
        back = math.prod(self.conc[species] for species in right.split()) if backward else 0.0
        volume = self.volume(left.split()[0])
        self.flux(left, right, volume * forward * ahead, volume * backward * back)

    def cross(self, species: str, permeability: float) -> None:
        """Let a species through all pores, by its two concentrations; `permeability` is that of one pore."""
        inside, outside, per_cell = f"{species}_n", f"{species}_c", self.num["N_NPC"] * permeability
        self.flux(inside, outside, per_cell * self.conc[inside], per_cell * self.conc[outside])


def exporter_forms(alleles: Alleles, drugs: Drugs) -> dict[str, str | None]:
    """Every form of XPO1, with the drug that it carries."""
    forms: dict[str, str | None] = dict.fromkeys(alleles)
    for drug in drugs:
        forms |= {f"{allele}_{drug.name}": drug.name for allele in alleles}
        if drug.mechanism in COVALENT and "XPO1" in alleles:
            forms[f"XPO1_{drug.name}_CYS528"] = drug.name
    return forms


def ran(cell: Cell) -> None:
    """Exchange on RCC1, hydrolysis, leak, NTF2, RanBP1 and RanBP2."""
    n, c = cell.num, cell.conc
    cell.react("RCC1_n RANGDP_n", "RCC1_RANGDP_n", n["kon_RCC1_RANGDP"], n["koff_RCC1_RANGDP"])
    cell.react("RCC1_RANGDP_n", "RCC1_RAN_n", n["koff_RCC1_GDP"], n["kon_RCC1_GDP"] * n["GDP"])
    cell.react("RCC1_RAN_n", "RCC1_RANGTP_n", n["kon_RCC1_GTP"] * n["GTP"], n["koff_RCC1_GTP"])
    cell.react("RCC1_RANGTP_n", "RCC1_n RANGTP_n", n["koff_RCC1_RANGTP"], n["kon_RCC1_RANGTP"])
    rangap = n["RANGAP1_total"] * (n["Vn"] + n["Vc"]) / n["Vc"]
    for substrate, products, kind in (
        ("RANGTP_c", "RANGDP_c", "RANGAP1"),
        ("RANGTP_RANBP1_c", "RANBP1_c RANGDP_c", "RANGAP1_RANBP1"),
        ("RANGTP_RANBP2_c", "RANBP2_c RANGDP_c", "RANGAP1_RANBP1"),
    ):
        cell.flux(substrate, products, n["Vc"] * n[f"kcat_{kind}"] * rangap * c[substrate] / (n[f"KM_{kind}"] + c[substrate]))
    for side in SIDES:
        cell.react(f"NUTF2_{side} RANGDP_{side}", f"NUTF2_RANGDP_{side}", n["kon_NUTF2"], n["kon_NUTF2"] * n["KD_NUTF2"])
    for binder, s in BINDERS:
        cell.react(f"{binder}_{s} RANGTP_{s}", f"RANGTP_{binder}_{s}", n["kon_RANBP1"], n["kon_RANBP1"] * n["KD_RANBP1"])
    for species in ("RANGTP", "RANGDP", "NUTF2", "NUTF2_RANGDP"):
        cell.cross(species, n[f"P_{species}"])
    cell.cross("RANGTP_RANBP1", n["P_passive"] * (n["mass_reference"] / n["RANGTP_RANBP1_mass"]) ** n["leak_exponent"])


def strip(cell: Cell, form: str, cooperativity: float = 1.0) -> None:
    """RanBP1 on both sides, and RanBP2 outside, take RanGTP off XPO1."""
    back = cell.num["kstrip"] * cooperativity * cell.num["KD_RANBP1"] / cell.num["KD_XPO1_RAN"]
    for binder, side in BINDERS:
        cell.react(f"{form}_RANGTP_{side} {binder}_{side}", f"{form}_{side} RANGTP_{binder}_{side}", cell.num["kstrip"], back)


def exporter(cell: Cell, form: str, decay: float) -> None:
    """One form of XPO1, with or without RanGTP."""
    n = cell.num
    for side in SIDES:
        cell.react(f"{form}_{side} RANGTP_{side}", f"{form}_RANGTP_{side}", n["kon_XPO1_RAN"], n["kon_XPO1_RAN"] * n["KD_XPO1_RAN"])
        cell.react(f"{form}_{side}", "", decay)
        cell.react(f"{form}_RANGTP_{side}", f"RANGTP_{side}", decay)
    for state in STATES:
        cell.cross(form + state, n["P_XPO1"])
    strip(cell, form)


def cargo_alone(cell: Cell, cargo: str) -> None:
    """Import and leak of one cargo."""
    n = cell.num
    cell.react(f"{cargo}_c", f"{cargo}_n", n[f"{cargo}_kimp"])
    exponent = n.get(f"{cargo}_leak_exponent", n["leak_exponent"])
    leak = n.get(f"{cargo}_P_passive", n["P_passive"]) * (n["mass_reference"] / n[f"{cargo}_mass"]) ** exponent
    cell.cross(cargo, n[f"{cargo}_mobility"] * leak)


def ride(cell: Cell, cargo: str, allele: str, decay: float) -> None:
    """One cargo on one drug-free allele."""
    n, pair = cell.num, f"{cargo}_{allele}"
    signal = "RANBP1" if cargo == "RANGTP_RANBP1" else cargo
    affinity, mobility = n[f"{signal}_KD_NES"], n[f"{signal}_mobility"]
    open_rate = n["kon_XPO1_RAN"] * n["KD_XPO1_RAN"] / n["alpha"]
    for s in SIDES:
        cell.react(f"{cargo}_{s} {allele}_RANGTP_{s}", f"{pair}_RANGTP_{s}", n["kon_NES"], n["kon_NES"] * affinity)
        cell.react(f"{pair}_{s}", f"{cargo}_{s} {allele}_{s}", n["kon_NES"] * n["alpha"] * affinity, n["kon_NES"])
        cell.react(f"{pair}_{s} RANGTP_{s}", f"{pair}_RANGTP_{s}", n["kon_XPO1_RAN"], open_rate)
        cell.react(f"{pair}_{s}", f"{cargo}_{s}", decay)
        cell.react(f"{pair}_RANGTP_{s}", f"{cargo}_{s} RANGTP_{s}", decay)
    cell.cross(f"{pair}_RANGTP", mobility * n["P_trimer"])
    cell.cross(pair, mobility * n["P_XPO1"])
    strip(cell, pair, n["alpha"])


def drug_in_cell(cell: Cell, drug: Drug, alleles: Alleles) -> None:
    """Entry of one drug, its encounter with each allele and its adduct on the wild type; pharmacokinetics where it is oral."""
    n, c, d = cell.num, cell.conc, drug.name
    outside = c[f"{d}_CENT"] if drug.oral else n[f"{d}_medium"]
    cell.flux("", f"{d}_c", n[f"{d}_P_entry"] * n[f"{d}_fu"] * outside, n[f"{d}_P_entry"] * c[f"{d}_c"] / n[f"{d}_accumulation"])
    cell.cross(d, n["P_small"])
    encounter = n[f"{d}_KD"] * (1 + n[f"{d}_kinact"] / n[f"{d}_krev"]) if drug.mechanism in APPARENT_KD else n[f"{d}_KI"]
    for place in (f"{state}_{side}" for state, side in product(STATES, SIDES)):
        for allele in alleles:
            affinity = encounter * n["C528S_fold"] if allele == "XPO1_C528S" else encounter
            cell.react(f"{allele}{place} {d}_{place[-1]}", f"{allele}_{d}{place}", n[f"{d}_kon"], n[f"{d}_kon"] * affinity)
        if drug.mechanism in COVALENT and "XPO1" in alleles:
            cell.react(f"XPO1_{d}{place}", f"XPO1_{d}_CYS528{place}", n[f"{d}_kinact"], n[f"{d}_krev"])
    if drug.oral:
        depot, central, peripheral = f"{d}_DEPOT", f"{d}_CENT", f"{d}_PERI"
        cell.flux(depot, central, n[f"{d}_KA"] * c[depot] * n[f"{d}_V2"])
        cell.flux("", central, n[f"{d}_infusion"])
        cell.flux(central, "", n[f"{d}_CL"] * c[central])
        cell.flux(central, peripheral, n[f"{d}_Q"] * c[central], n[f"{d}_Q"] * c[peripheral])


def turnover(cell: Cell, alleles: Alleles, riders: Sequence[str], drugs: Drugs) -> None:
    """Synthesis of each allele, and the messenger, which rises with the XPO1 that carries drug."""
    n, c = cell.num, cell.conc
    forms = exporter_forms(alleles, drugs)
    kinds = (*forms, *(f"{cargo}_{allele}" for cargo, allele in product(riders, alleles)))
    amount = {kind: sum(n[f"V{side}"] * c[f"{kind}{state}_{side}"] for state, side in product(STATES, SIDES)) for kind in kinds}
    everything = sum(amount.values())
    bound = sum(n[f"{drug}_induction"] * amount[form] for form, drug in forms.items() if drug)
    induction = bound / everything if everything > 0 else 0.0
    made = n["XPO1_synthesis"] * math.log(2) * (1 / n["t_half_XPO1"] + 1 / n["doubling_time"])
    for allele in alleles:
        cell.flux("", f"{allele}_c", made * n[f"{allele}_share"] * n["XPO1_total"] * (n["Vn"] + n["Vc"]) * c["XPO1_mrna"])
    pace, goal = math.log(2) / n["t_half_XPO1_mrna"], n["XPO1_transcription"] * (1 + n["XPO1_mrna_feedback"] * induction)
    cell.net["XPO1_mrna"] = pace * (goal - c["XPO1_mrna"])
    cell.gross["XPO1_mrna"] = pace * (goal + c["XPO1_mrna"])


def fluxes(concentrations: Numbers, numbers: Numbers, alleles: Alleles, cargoes: Sequence[str], drugs: Drugs) -> Cell:
    """Every process of the model, once for each thing that it is about."""
    cell, n, riders = Cell(concentrations, numbers), numbers, (*cargoes, "RANGTP_RANBP1")
    proteasome = n["proteasome_activity"] * n["proteasome_left"]
    decay = math.log(2) * (proteasome / n["t_half_XPO1"] + 1 / n["doubling_time"])
    ran(cell)
    turnover(cell, alleles, riders, drugs)
    for form, drug in exporter_forms(alleles, drugs).items():
        exporter(cell, form, decay + proteasome * n[f"{drug}_kdeg"] if drug else decay)
    for cargo in cargoes:
        cargo_alone(cell, cargo)
    for cargo, allele in product(riders, alleles):
        ride(cell, cargo, allele, decay)
    for drug in drugs:
        drug_in_cell(cell, drug, alleles)
    return cell


def rates(concentrations: Numbers, numbers: Numbers, alleles: Alleles, cargoes: Sequence[str], drugs: Drugs) -> dict[str, float]:
    """Change of each state: of a concentration in uM/s, of the messenger in 1/s."""
    return dict(fluxes(concentrations, numbers, alleles, cargoes, drugs).net)


def initial(n: Numbers, alleles: Alleles, cargoes: Sequence[str]) -> dict[str, float]:
    """What is not zero before the first run to rest."""
    start = {f"{cargo}_c": n[f"{cargo}_total"] for cargo in cargoes}
    start |= {f"{allele}_c": n[f"{allele}_share"] * n["XPO1_total"] for allele in alleles}
    start |= {"RANGDP_c": n["RAN_total"], "NUTF2_c": n["NUTF2_total"], "RANBP2_c": n["RANBP2_domains"] * n["RANBP2_total"]}
    outside = {species: total * (n["Vn"] + n["Vc"]) / n["Vc"] for species, total in start.items()}
    return outside | {"RCC1_n": n["RCC1_total"] * (n["Vn"] + n["Vc"]) / n["Vn"], "XPO1_mrna": 1.0}


LMB, KPT185, PKF050638 = Drug("LMB", COVALENT[0]), Drug("KPT185", COVALENT[1]), Drug("PKF050638", "reversible")
CBS9106, SELINEXOR = Drug("CBS9106", "degrader"), Drug("SELINEXOR", COVALENT[1], oral=True)
WILD, VARIANT = ("XPO1",), ("XPO1_C528S",)
CASES = ("untreated", "reporters", "irreversible", "half C528S", "all C528S", "reversible", "degrader", "oral")


def case(name: str) -> tuple[Experiment, Alleles, Sequence[str], Drugs]:
    """An experiment of the package, and what it is made of."""
    hela, dish = xp.cell("HeLa"), xp.exposure
    reporters = xp.cell("OCI-AML3").with_cargo("REPORTER", nes_kd="1 uM").with_cargo("LEAKY", nes_kd="2 uM", leak="0.001 pL/s")
    cell, exposures, alleles, extra, drugs = {
        "untreated": (hela, [], WILD, (), ()),
        "reporters": (reporters, [], WILD, ("REPORTER", "LEAKY"), ()),
        "irreversible": (hela, [dish("LMB", "50 nM")], WILD, (), (LMB,)),
        "half C528S": (hela.with_variant("XPO1 C528S", 0.5), [dish("KPT-185", "10 nM")], WILD + VARIANT, (), (KPT185,)),
        "all C528S": (hela.with_variant("XPO1 C528S", 1.0), [dish("KPT-185", "10 nM")], VARIANT, (), (KPT185,)),
        "reversible": (hela, [dish("PKF050-638", "1 uM")], WILD, (), (PKF050638,)),
        "degrader": (hela, [dish("CBS9106", "1 uM"), dish("LMB", "1 nM")], WILD, (), (CBS9106, LMB)),
        "oral": (hela, [xp.regimen("selinexor", "60 mg PO once")], WILD, (), (SELINEXOR,)),
    }[name]
    return prepare(cell, exposures), alleles, (*CARGOES, *extra), drugs


@pytest.mark.parametrize("name", CASES)
def test_every_rate_is_that_of_the_model(name: str) -> None:
    experiment, *made_of = case(name)
    solver, table, random = experiment.solver, experiment.values_at(None, None, None), np.random.Generator(np.random.Philox(528))
    for attempt in range(12):
        # First the tables' values, then every number moved apart, the zeros (medium, infusion, rates that a drug lacks) made positive.
        numbers = {key: (value or 0.01) * math.exp(random.uniform(-1, 1)) for key, value in table.items()} if attempt else table
        state = np.exp(random.uniform(math.log(1e-6), math.log(10), len(solver.states)))
        volumes = experiment.volumes(numbers)  # the solver holds amounts, the copy concentrations
        slopes, _ = solver.rates(state * volumes, experiment.known(numbers))
        theirs = dict(zip(solver.states, slopes / volumes, strict=True))
        ours = fluxes(dict(zip(solver.states, state, strict=True)), numbers, *made_of)
        assert sorted(ours.net) == sorted(theirs) == sorted(set(solver.states))
        assert len(theirs) > 60
        assert min(ours.gross.values()) > 0
        wrong = {key: (ours.net[key], rate) for key, rate in theirs.items() if not abs(ours.net[key] - rate) <= TIGHT * ours.gross[key]}
        assert not wrong


@pytest.mark.parametrize("name", CASES)
def test_the_totals_start_as_in_the_model(name: str) -> None:
    experiment, alleles, cargoes, _ = case(name)
    numbers = experiment.values_at(None, None, None)
    ours = initial(numbers, alleles, cargoes)
    start = experiment.solver.start_of(experiment.known(numbers))[0] / experiment.volumes(numbers)
    assert start == pytest.approx([ours.get(key, 0.0) for key in experiment.solver.states], rel=1e-12)


def test_leptomycin_b_for_two_hours_run_by_another_integrator() -> None:
    experiment, alleles, cargoes, drugs = case("irreversible")
    names, numbers = experiment.solver.states, dict(experiment.values_at(None, None, None))
    rest = experiment.solver.run([0.0, 2e6], (), experiment.known(numbers)).checked().end[0] / experiment.volumes(numbers)

    def slope(_: float, state: np.ndarray) -> list[float]:
        change = rates(dict(zip(names, state, strict=True)), numbers, alleles, cargoes, drugs)
        return [change[name] for name in names]

    # Untreated, from where the totals start: 2e6 s end at the same rest.
    start = initial(numbers, alleles, cargoes)
    settled = solve_ivp(slope, (0, 2e6), [start.get(name, 0.0) for name in names], method="BDF", rtol=1e-6, atol=1e-10)
    assert settled.y[:, -1] == pytest.approx(rest, rel=1e-5, abs=1e-9)

    numbers["LMB_medium"], hours = 0.05, np.linspace(0, 2, 9)
    treated = solve_ivp(slope, (0, 7200), rest, method="BDF", t_eval=hours * 3600, rtol=1e-8, atol=1e-12)
    conc = dict(zip(names, treated.y, strict=True))
    xpo1 = {name: numbers["V" + name[-1]] * conc[name] for name in names if "XPO1" in name.split("_") and name != "XPO1_mrna"}
    occupancy = sum(amount for name, amount in xpo1.items() if "LMB" in name) / sum(xpo1.values())
    tp53 = [sum(values for name, values in conc.items() if name.startswith("TP53") and name.endswith(side)) for side in SIDES]

    drug, observe = xp.exposure("leptomycin B", "50 nM", start="0 h"), ["XPO1_occupancy", "TP53_nc"]
    result = xp.simulate(xp.cell("HeLa"), drug, until="2 h", observe=observe, points=len(hours))
    assert result.time == pytest.approx(hours)
    assert result["XPO1_occupancy"] == pytest.approx(occupancy, rel=1e-5, abs=1e-9)
    assert result["TP53_nc"] == pytest.approx(tp53[0] / tp53[1], rel=1e-5)
    assert occupancy[-1] > 0.9
