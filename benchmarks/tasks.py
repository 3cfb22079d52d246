"""The models that the engines are compared on: bench90, bench90 in several copies, and the project's whole model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engines.base import Dose, Task

BENCH90 = Path(__file__).resolve().parent / "bench90" / "bench90.ant"
VARIED = (
    "ka",
    "CL",
    "Vc",
    "Q",
    "Vp",
    "kond",
    "kinact",
    "kCsyn",
    "kXdeg",
    "kp53t",
    "kub",
    "TNF",
    "kikk",
    "kMY",
    "kMCs",
    "kXs",
    "kg",
    "kkill",
    "slope",
    "ktr",
)
OBSERVED = ("Cen", "CRM1_n", "CX_n", "p53_n", "NFkB_n", "MYC", "Tum", "Circ")
SPECIES, HOURS, OUTPUTS = 90, 672.0, 113
EXCHANGE = 0.01  # of Cen between neighbouring copies, per h

CELL, DRUG, CONCENTRATION, EXPOSED = "OCI-AML3", "KPT-185", "100 nM", "48 h"
CELL_VARIED = (
    "kon_XPO1_RAN",
    "KD_XPO1_RAN",
    "P_XPO1",
    "kstrip",
    "XPO1_total",
    "RAN_total",
    "RCC1_total",
    "kon_NES",
    "alpha",
    "P_trimer",
    "TP53_KD_NES",
    "TP53_kimp",
    "BACKGROUND_total",
    "BACKGROUND_kimp",
    "P_RANGTP",
    "P_RANGDP",
    "t_half_XPO1",
    "KPT185_kon",
    "KPT185_kinact",
    "KPT185_KD",
)
CELL_OBSERVED = (
    "XPO1_amount",
    "KPT185_bound",
    "TP53_n",
    "TP53_c",
    "FOXO3_n",
    "NFKBIA_n",
    "CDKN1A_c",
    "RANGTP_n",
    "XPO1_KPT185_CYS528_n",
    "XPO1_mrna",
)
CELL_HOURS, CELL_OUTPUTS, REST = 72, 145, 2e6  # s of run-in; beyond the slowest exchange of the export cycle


def to_sbml(antimony_text: str) -> str:
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(antimony_text) < 0:
        raise ValueError(antimony.getLastError())
    return str(antimony.getSBMLString(antimony.getMainModuleName()))


def nominal(sbml: str, names: tuple[str, ...]) -> tuple[float, ...]:
    """Values of parameters in an SBML document."""
    import libsbml

    document = libsbml.readSBMLFromString(sbml)
    return tuple(float(document.getModel().getParameter(name).getValue()) for name in names)


def states(sbml: str) -> int:
    """Number of species and of variables with a rate rule."""
    import libsbml

    model = libsbml.readSBMLFromString(sbml).getModel()
    return model.getNumSpecies() + sum(rule.isRate() for rule in model.getListOfRules())


def bench90() -> Task:
    """The fixed task; see bench90/README.md."""
    sbml = to_sbml(BENCH90.read_text(encoding="utf-8"))
    times = tuple(HOURS * step / (OUTPUTS - 1) for step in range(OUTPUTS))
    return Task("bench90", sbml, VARIED, nominal(sbml, VARIED), OBSERVED, times, SPECIES, undosed=sbml, derivatives=True)


def tiled(copies: int) -> Task:
    """Copies of bench90 in a ring of balanced exchange: each copy's outputs are those of bench90, at the cost of a larger model."""
    numbers = range(1, copies + 1)
    ring = [(one, one % copies + 1) for one in numbers] if copies > 1 else []
    lines = [f"c{one}: crm1bench();" for one in numbers] + [f"exchange = {EXCHANGE};"]
    lines += [f"x{a}: c{a}.Cen => c{b}.Cen; exchange * c{a}.Cen;" for a, b in ring]
    text = BENCH90.read_text(encoding="utf-8") + "\nmodel tiled()\n  " + "\n  ".join(lines) + "\nend\n"
    sbml = to_sbml(text)
    varied = tuple(f"c{one}_{name}" for one in numbers for name in VARIED)
    observed = tuple(f"c1_{name}" for name in OBSERVED)
    task = replace(bench90(), name=f"bench90 x {copies}", sbml=sbml, undosed=sbml, species=SPECIES * copies, copies=copies)
    return replace(task, derivatives=False, varied=varied, nominal=nominal(sbml, varied), observed=observed)


def whole_model() -> Task:
    """A cell at its own untreated steady state, then exposed: the project's main job, the pre-equilibration included."""
    import exportin as xp
    from exportin.experiment.simulate import prepare

    exposure = xp.exposure(DRUG, CONCENTRATION, start="0 h", stop=EXPOSED)
    experiment = prepare(xp.cell(CELL), [exposure])
    values = experiment.values_at(None, None, None)
    doses = tuple(Dose(event.time, f"{exposure.compound.symbol}_medium", event.action, event.amount) for event in exposure.events)
    sbml = experiment.model.to_sbml(values, None, doses)
    undosed = experiment.model.to_sbml(values)
    times = tuple(3600.0 * CELL_HOURS * step / (CELL_OUTPUTS - 1) for step in range(CELL_OUTPUTS))
    name = f"{CELL}, {CONCENTRATION} {DRUG}"
    numbers = tuple(values[name] for name in CELL_VARIED)
    return Task(name, sbml, CELL_VARIED, numbers, CELL_OBSERVED, times, states(undosed), run_in=REST, undosed=undosed, doses=doses)
