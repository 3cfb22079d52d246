"""Find what no table says about patients from the arms that are marked ``calibration`` in published.tsv, in each draw of the cell model.

    python calibration/clinic.py [--draws 24] [--patients 600] [--workers 2]

Writes src/exportin/cohort/tables/calibrated.tsv. Nothing marked ``validation`` is read. In each draw the published figures are
themselves drawn from their sampling spread, so that the calibrated numbers carry it. One number answers to one figure; each is found by
halving an interval with the same patients at every step, all numbers of an arm at once, twice over, since they move each other a little.

A draw in which no dose gives the response of STORM is left out and told: the cell model of such a draw cannot be that of these patients.
"""

from __future__ import annotations

import argparse
import csv
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import NormalDist

import numpy as np

import exportin as xp
from exportin.cohort import numbers
from exportin.cohort.trial.course import FIELDS
from exportin.cohort.trial.members import TrialMembers
from exportin.cohort.trial.plan import Arm, Background, Stratum, Trial
from exportin.cohort.week.level import read_level
from exportin.network.parameters import uniform_share

OUT = Path(__file__).resolve().parents[1] / "src" / "exportin" / "cohort" / "tables" / "calibrated.tsv"
MONTH = 30.4375  # days
PLACE = {name: place for place, name in enumerate(FIELDS)}
SEED = 4_000  # of the patients that the numbers are found with
FIRST, AGAIN = 10, 7  # halvings
# Where each number may lie, and whether the figure rises with it.
RANGES = {
    "potency": (0.05, 64.0), "death_rate": (1e-5, 0.05), "sodium_fall": (1.0, 1000.0), "appetite_export_half": (0.02, 50.0),
    "platelet_export_half": (0.002, 20.0), "platelet_export_half_between": (0.1, 3.0), "neutrophil_export_half": (0.005, 50.0),
    "kill": (1e-4, 20.0), "wane": (1e-5, 0.2), "platelets": (0.001, 0.95), "growth_rate": (2e-4, 0.15),
}  # fmt: skip
RISES = {"potency", "sodium_fall", "platelet_export_half_between", "kill", "platelets"}
MYELOMA = ("potency", "death_rate", "sodium_fall", "appetite_export_half")
LYMPHOMA = ("platelet_export_half", "platelet_export_half_between", "neutrophil_export_half")


def figure(trial: str, arm: str, outcome: str) -> float:
    """A published calibration figure."""
    row = next(one for one in numbers.published() if (one.trial, one.arm, one.outcome) == (trial, arm, outcome))
    assert row.role == "calibration", row
    return row


def drawn(trial: str, arm: str, outcome: str, draw: int) -> float:
    """A figure drawn from its sampling spread: a share from the posterior of its count, a median log-normally by its interval or its n."""
    row = figure(trial, arm, outcome)
    share = uniform_share(SEED, "draw", f"{trial} {arm} {outcome}", draw)
    if row.unit == "%":
        count = row.value / 100.0 * row.patients
        return float(np.clip(_beta(share, count + 0.5, row.patients - count + 0.5), 0.005, 0.995))
    known = row.low is not None and row.high is not None
    spread = np.log(row.high / row.low) / (2 * 1.96) if known else 1.25 / np.sqrt(row.patients)
    return float(row.value * MONTH * np.exp(spread * NormalDist().inv_cdf(share)))


def _beta(share: float, a: float, b: float) -> float:
    from scipy.stats import beta

    return beta.ppf(share, a, b)


class Arms:
    """The calibrating arms in one draw."""

    def __init__(self, draw: int, patients: int) -> None:
        self.draw, self.patients = draw, patients
        self.selinexor = xp.compound("selinexor")

    def run(self, disease: str, levels: str | None, background: Background, weeks: int, given: dict[str, float], eligible=None):
        """Records of an arm, shape (patient, field)."""
        rows = numbers.disease_rows(disease)
        steps = tuple(read_level(row.regimen) for row in numbers.ladders()[levels]) if levels else ()
        strata = tuple(Stratum(row.stratum, row.share, xp.cell(row.cell).with_pathways()) for row in rows)
        arm = Arm("arm", self.patients, steps, background)
        sizes = weeks, rows[0].visit_weeks, eligible or {}, given, 1, 1, SEED
        trial = Trial("", disease, rows[0].criterion, self.selinexor, (arm,), strata, *sizes)
        return TrialMembers(trial, workers=1, chosen=(self.draw,))(range(trial.count))["record"]


def share(record, field: str, least: float) -> float:
    """Share of the patients whose field is at least so much."""
    return float(np.mean(record[:, PLACE[field]] >= least))


def median(record, field: str) -> float:
    """Of a field over the patients."""
    return float(np.median(record[:, PLACE[field]]))


def halve(names, evaluate, targets, rounds: int, around: dict[str, float] | None = None, factor: float = 3.0) -> dict[str, float]:
    """Numbers at which the figures come out, each by halving its own interval in the logarithm, all at each step."""
    bounds = {name: list(np.log(RANGES[name])) for name in names}
    if around is not None:
        for name in names:
            low, high = np.log(around[name] / factor), np.log(around[name] * factor)
            bounds[name] = [max(low, bounds[name][0]), min(high, bounds[name][1])]
    for _ in range(rounds):
        middle = {name: float(np.exp(np.mean(bounds[name]))) for name in names}
        found = evaluate(middle)
        for name in names:
            high = found[name] > targets[name]
            bounds[name][1 if high == (name in RISES) else 0] = np.log(middle[name])
    return {name: float(np.exp(np.mean(bounds[name]))) for name in names}


def storm_and_sadal(arms: Arms) -> dict[str, float] | None:
    """The numbers of the drug in patients, from STORM and from the label of lymphoma."""
    draw = arms.draw
    storm, sadal = ("STORM", "selinexor + dexamethasone"), ("SADAL", "selinexor")
    targets = {
        "potency": drawn(*storm, "response", draw), "death_rate": drawn(*storm, "OS median", draw),
        "sodium_fall": drawn(*storm, "hyponatraemia grade 3", draw), "appetite_export_half": drawn(*storm, "weight loss grade 1", draw),
        "platelet_export_half": drawn(*sadal, "thrombocytopenia grade 3", draw),
        "neutrophil_export_half": drawn(*sadal, "neutropenia grade 3", draw),
        "platelet_export_half_between": drawn(*sadal, "thrombocytopenia grade 4", draw),
    }  # fmt: skip

    def evaluate(trial: dict[str, float]) -> dict[str, float]:
        rest = {name: value for name, value in trial.items() if name != "death_rate"}
        myeloma = arms.run("refractory myeloma", "myeloma twice weekly", Background("dexamethasone"), 72, trial)
        lymphoma = arms.run("DLBCL", "60 mg twice weekly", Background("none"), 40, rest)
        return {
            "potency": share(myeloma, "best", 3), "death_rate": median(myeloma, "OS"), "sodium_fall": share(myeloma, "sodium_grade", 3),
            "appetite_export_half": share(myeloma, "weight_grade", 1), "platelet_export_half": share(lymphoma, "platelets_grade", 3),
            "platelet_export_half_between": share(lymphoma, "platelets_grade", 4),
            "neutrophil_export_half": share(lymphoma, "neutrophils_grade", 3),
        }  # fmt: skip

    names = [*MYELOMA, *LYMPHOMA]
    found = halve(names, evaluate, targets, FIRST)
    found = halve(names, evaluate, targets, AGAIN, found)
    reached = evaluate(found)
    told = ", ".join(f"{name} {reached[name]:.3g} for {targets[name]:.3g}" for name in names)
    print(f"draw {draw}: {told}", flush=True)
    return found if reached["potency"] > 0.7 * targets["potency"] else None


def bortezomib(arms: Arms, rest: dict[str, float]) -> dict[str, float]:
    """Kill, waning and load on platelets of bortezomib with dexamethasone; waning takes response away, so that kill is found inside."""

    def run(weeks: int, **given: float):
        return arms.run("relapsed myeloma", None, Background("", 1.0, given), weeks, rest)

    def killing(wane: float) -> float:
        target = {"kill": drawn("BOSTON", "Vd", "response", arms.draw)}
        return halve(["kill"], lambda one: {"kill": share(run(30, kill=one["kill"], wane=wane), "best", 3)}, target, FIRST)["kill"]

    target = {"wane": drawn("BOSTON", "Vd", "PFS median", arms.draw)}
    wane = halve(["wane"], lambda one: {"wane": median(run(80, kill=killing(one["wane"]), **one), "PFS")}, target, FIRST)["wane"]
    kill = killing(wane)
    low = {"platelets": drawn("BOSTON", "Vd", "thrombocytopenia grade 3", arms.draw)}
    load = halve(["platelets"], lambda one: {"platelets": share(run(52, kill=kill, wane=wane, **one), "platelets_grade", 3)}, low, FIRST)
    reached = run(80, kill=kill, wane=wane)
    told = f"Vd response {share(reached, 'best', 3):.3g}, PFS {median(reached, 'PFS'):.0f} d for {target['wane']:.0f}"
    print(f"draw {arms.draw}: {told}", flush=True)
    return {"kill": kill, "wane": wane, **load}


def others(arms: Arms, drug: dict[str, float]) -> dict[str, float]:
    """What the control arms say of their diseases and treatments."""
    draw, found = arms.draw, {}
    rest = {name: value for name, value in drug.items() if name != "death_rate"}

    found |= {f"{name} Vd": value for name, value in bortezomib(arms, rest).items()}
    for disease, trial in (("endometrial carcinoma", "SIENDO"), ("liposarcoma", "SEAL")):
        def placebo(one, disease=disease):
            return {"growth_rate": median(arms.run(disease, None, Background("none"), 52, rest | one), "PFS")}

        value = halve(["growth_rate"], placebo, {"growth_rate": drawn(trial, "placebo", "PFS median", draw)}, FIRST + 3)
        found[f"growth_rate {disease}"] = value["growth_rate"]

    def choice(one):
        given = Background("", 1.0, {"kill": one["kill"]})
        record = arms.run("AML", None, given, 52, rest | {"death_rate": one["death_rate"]})
        return {"kill": share(record, "best", 4), "death_rate": median(record, "OS")}

    sopra = ("SOPRA", "physician's choice")
    targets = {"kill": drawn(*sopra, "remission", draw), "death_rate": drawn(*sopra, "OS median", draw)}
    near = halve(list(targets), choice, targets, FIRST)
    aml = halve(list(targets), choice, targets, AGAIN, near)
    found |= {"kill physician's choice": aml["kill"], "death_rate AML": aml["death_rate"]}

    def ruxolitinib(one):
        record = arms.run("myelofibrosis", None, Background("", 1.0, {"kill": one["kill"]}), 24, rest)
        return {"kill": share(record, "best", 3)}

    spleen = {"kill": drawn("SENTRY", "placebo + ruxolitinib", "response", draw)}
    found["kill ruxolitinib"] = halve(["kill"], ruxolitinib, spleen, FIRST)["kill"]
    return found


def one_draw(job: tuple[int, int]) -> tuple[int, dict[str, float]]:
    """All numbers of a draw; none where it is left out."""
    arms = Arms(*job)
    if any(np.isnan(np.sum(one.killed)) for one in _weeks(arms)):
        print(f"draw {arms.draw}: a cell context has no living cell; left out", flush=True)
        return arms.draw, {}
    drug = storm_and_sadal(arms)
    if drug is None:
        print(f"draw {arms.draw}: no dose gives the response of STORM; left out", flush=True)
        return arms.draw, {}
    plain = {name: value for name, value in drug.items() if name != "death_rate"}
    own = {"death_rate refractory myeloma": drug["death_rate"], "appetite_export_half_mouse": mouse(arms.draw)}
    return arms.draw, plain | own | others(arms, drug)


def _weeks(arms: Arms):
    """Tables of a week of every disease in this draw."""
    from exportin.cohort.week.made import Setting, tumour_week

    cells = dict.fromkeys(row.cell for disease in numbers.diseases() for row in numbers.disease_rows(disease))
    for name in cells:
        yield tumour_week(xp.cell(name).with_pathways(), Setting(arms.selinexor, (1,), (arms.draw,)), workers=1)


SOURCES = {
    "potency": "Chari19", "sodium_fall": "Chari19", "appetite_export_half": "MimsXpovio", "death_rate refractory myeloma": "Chari19",
    "platelet_export_half": "XpovioSafety", "platelet_export_half_between": "XpovioSafety", "neutrophil_export_half": "Xpovio",
    "kill Vd": "Grosicki20", "wane Vd": "Grosicki20", "platelets Vd": "Grosicki20", "growth_rate endometrial carcinoma": "Vergote23",
    "growth_rate liposarcoma": "Gounder22", "kill physician's choice": "Sweet21", "death_rate AML": "Sweet21",
    "kill ruxolitinib": "Sentry26", "appetite_export_half_mouse": "PptcEltanexor",
}  # fmt: skip
ELTANEXOR_LOSS = 0.055  # mean of the largest losses of weight in 90 leukaemia xenografts (PptcEltanexor)
REASON = "by calibration/clinic.py, from the calibrating figure of this source in published.tsv"


def mouse(draw: int) -> float:
    """Loss at which half of a mouse's appetite is gone, from eltanexor at 12.5 mg/kg on five days a week for four weeks."""
    from exportin.cohort.mouse.xenograft import weight_course
    from exportin.cohort.week.made import Setting, marrow_week

    lost = marrow_week(Setting(xp.compound("eltanexor"), (1, 2, 3, 4, 5), (draw,), "mouse"), workers=1).lost(0, np.array([12.5]))[0]
    turnover = float(numbers.numbers(["weight_turnover_mouse"], [draw])["weight_turnover_mouse"][0])
    low, high = np.log(1e-4), np.log(1e4)
    for _ in range(40):
        middle = (low + high) / 2
        loss = 1.0 - weight_course(lost, float(np.exp(middle)), turnover, 4).min()
        low, high = (middle, high) if loss > ELTANEXOR_LOSS else (low, middle)
    return float(np.exp(low))


def main() -> None:
    """Calibrate and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=24)
    parser.add_argument("--patients", type=int, default=600)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    jobs = [(draw, chosen.patients) for draw in range(chosen.draws)]
    with ProcessPoolExecutor(chosen.workers, mp_context=get_context("spawn")) as pool:
        found = dict(pool.map(one_draw, jobs))
    kept = {draw: values for draw, values in sorted(found.items()) if values}
    with OUT.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, delimiter="\t", lineterminator="\n")
        writer.writerow(["id", "draw", "value", "source", "reason"])
        for name in SOURCES:
            writer.writerows([name, draw, f"{values[name]:.6g}", SOURCES[name], REASON] for draw, values in kept.items())
    print(f"{len(kept)} of {len(found)} draws are kept; left out: {sorted(set(found) - set(kept))}")


if __name__ == "__main__":
    main()
