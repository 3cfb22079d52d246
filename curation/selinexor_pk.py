"""Make selinexor_pk.tsv and selinexor_patients.tsv: every two-compartment oral set that meets the label's 80 mg dose.

Run with exportin and scipy installed; the result is the same, to the last digit written, each time:

    python curation/selinexor_pk.py
"""

from __future__ import annotations

import csv
import math
from dataclasses import astuple
from pathlib import Path

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from exportin.pharmacology.pk import OralTwoCompartment

FOLDER = Path(__file__).resolve().parents[1] / "src" / "exportin" / "pharmacology"
# US label of Xpovio, one oral dose of 80 mg. mg, L and h throughout, so that mg/L = ug/mL.
DOSE, CMAX, CMAX_SD, AUC, AUC_SD, V_SS, TMAX_MOST = 80.0, 0.680, 0.124, 5.386, 1.116, 125.0, 4.0
LABEL_CL = 17.9
HALF_LIVES, HALF_LIFE_TYPICAL = (6.0, 8.0), 7.0
TMAX_LEAST = 0.5  # assumed: a film-coated tablet neither dissolves nor is absorbed sooner
CL = DOSE / AUC
COUNT, PATIENTS, SEED = 200, 20_000, 80
SYMBOLS = ["KA (1/h)", "CL (L/h)", "V2 (L)", "Q (L/h)", "V3 (L)", "Cmax (ng/mL)", "AUC (ng*h/mL)", "Tmax (h)", "t_half (h)"]


def body(V2: float, half_life: float, KA: float) -> OralTwoCompartment:
    """The set with this terminal half-life; Q follows from it, as both rates obey s^2 - (k10+k12+k21) s + k10 k21 = 0."""
    V3, slow = V_SS - V2, math.log(2) / half_life
    Q = slow * (CL / V2 - slow) * V2 * V3 / (CL - slow * V_SS)
    return OralTwoCompartment(KA, CL, V2, Q, V3)


def solved(V2: float, half_life: float) -> OralTwoCompartment:
    """The same with the absorption rate that gives the label's Cmax."""

    def excess(log_KA: float) -> float:
        return body(V2, half_life, math.exp(log_KA)).cmax_tmax(DOSE)[0] - CMAX

    slow = math.log(2) / half_life
    return body(V2, half_life, math.exp(brentq(excess, math.log(slow), math.log(1e5), xtol=1e-13)))


def excess_if_early(V2: float, half_life: float) -> float:
    """Cmax above the label's if the peak came at TMAX_LEAST: positive where the label's Cmax is met later than that."""

    def peak_time(log_KA: float) -> float:
        return math.log(body(V2, half_life, math.exp(log_KA)).cmax_tmax(DOSE)[1] / TMAX_LEAST)

    KA = math.exp(brentq(peak_time, math.log(1e-3), math.log(1e5), xtol=1e-12))
    return body(V2, half_life, KA).cmax_tmax(DOSE)[0] - CMAX


def feasible(half_life: float) -> tuple[float, float]:
    """Least and largest V2/F (L) at which the label's Cmax comes no sooner than TMAX_LEAST."""
    best = minimize_scalar(lambda V2: -excess_if_early(V2, half_life), bounds=(1.0, 124.0), method="bounded").x
    low = brentq(excess_if_early, 0.5, best, args=(half_life,), xtol=1e-9)
    return low, brentq(excess_if_early, best, 124.5, args=(half_life,), xtol=1e-9)


def latest_tmax(half_life: float) -> tuple[float, float]:
    """The largest Tmax (h) that the label's other numbers allow, and its V2/F (L)."""
    found = minimize_scalar(lambda V2: -solved(V2, half_life).cmax_tmax(DOSE)[1], bounds=(1.0, 110.0), method="bounded")
    return -found.fun, found.x


def medoid(family: list[OralTwoCompartment]) -> OralTwoCompartment:
    """The member with the least summed distance to all others, in the logarithms of KA, CL, V2, Q, V3."""
    logs = np.log([astuple(member) for member in family])
    apart = np.linalg.norm(logs[:, None] - logs[None, :], axis=2).sum(axis=1)
    return family[int(apart.argmin())]


def sample() -> list[tuple[str, OralTwoCompartment]]:
    """The typical set and the draws."""
    grid = np.linspace(*feasible(HALF_LIFE_TYPICAL), 201)
    rows = [("typical", medoid([solved(float(V2), HALF_LIFE_TYPICAL) for V2 in grid]))]
    for index, (one, other) in enumerate(np.random.Generator(np.random.Philox(SEED)).random((COUNT, 2))):
        half_life = HALF_LIVES[0] + float(one) * (HALF_LIVES[1] - HALF_LIVES[0])
        low, high = feasible(half_life)
        rows.append((f"draw_{index:03d}", solved(low + float(other) * (high - low), half_life)))
    return rows


def spread(middle: OralTwoCompartment) -> dict[str, float]:
    """Log-normal SDs and shifts that give the label's means and SDs of Cmax and AUC.

    F divides CL, V2, Q and V3 together and so multiplies Cmax and AUC; clearance alone then spreads AUC further. The moments
    over clearance are Gauss-Hermite sums, those over F closed.
    """
    total = math.log(1 + (AUC_SD / AUC) ** 2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()
    KA, CL0, V2, Q, V3 = astuple(middle)

    def moments(omega_CL: float) -> tuple[float, float, float]:
        omega_F = math.sqrt(total - omega_CL**2)

        def means(shift_CL: float) -> tuple[float, float]:
            peaks = [OralTwoCompartment(KA, CL0 * math.exp(omega_CL * z + shift_CL), V2, Q, V3).cmax_tmax(DOSE)[0] for z in nodes]
            return float(weights @ peaks), float(weights @ np.square(peaks))

        def off(shift_CL: float) -> float:
            shift_F = shift_CL - total / 2  # keeps the mean AUC
            return means(shift_CL)[0] * math.exp(shift_F + omega_F**2 / 2) - CMAX

        shift_CL = brentq(off, -0.3, 0.3, xtol=1e-12)
        first, second = means(shift_CL)
        return math.sqrt(math.exp(omega_F**2) * second / first**2 - 1), shift_CL, omega_F

    omega_CL = brentq(lambda omega: moments(omega)[0] - CMAX_SD / CMAX, 1e-3, math.sqrt(total) - 1e-6, xtol=1e-12)
    _, shift_CL, omega_F = moments(omega_CL)
    return {"omega_F": omega_F, "omega_CL": omega_CL, "shift_F": shift_CL - total / 2, "shift_CL": shift_CL}


def achieved(middle: OralTwoCompartment, fit: dict[str, float]) -> dict[str, float]:
    """Means and SDs over simulated patients, written beside the fit."""
    KA, CL0, V2, Q, V3 = astuple(middle)
    found = []
    for size, own in np.random.Generator(np.random.Philox(SEED + 1)).standard_normal((PATIENTS, 2)):
        F = math.exp(fit["omega_F"] * size + fit["shift_F"])
        clearance = CL0 * math.exp(fit["omega_CL"] * own + fit["shift_CL"])
        patient = OralTwoCompartment(KA, clearance / F, V2 / F, Q / F, V3 / F)
        found.append((patient.cmax_tmax(DOSE)[0] * 1e3, patient.auc(DOSE) * 1e3, patient.terminal_half_life))
    Cmax, area, half_life = np.array(found).T
    return {
        "Cmax": Cmax.mean(), "Cmax_sd": Cmax.std(), "AUC": area.mean(), "AUC_sd": area.std(),
        "t_half": half_life.mean(), "t_half_sd": half_life.std(), "r": np.corrcoef(Cmax, area)[0, 1],
    }  # fmt: skip


def write_sets(rows: list[tuple[str, OralTwoCompartment]]) -> None:
    """Write selinexor_pk.tsv."""
    short, long = HALF_LIVES
    latest, at = latest_tmax(long)
    (low, high), (lowest, highest) = feasible(short), feasible(long)
    head = [
        "Two-compartment oral sets of selinexor that all meet the label's single 80 mg dose; made by curation/selinexor_pk.py.",
        f"Met: Cmax {CMAX * 1e3:g} ng/mL; AUC {AUC * 1e3:g} ng*h/mL; Tmax <= {TMAX_MOST:g} h;",
        f"terminal half-life {short:g} to {long:g} h;",
        f"V2/F + V3/F = {V_SS:g} L, the label's V/F read as the volume at steady state. Source: US label (key Xpovio).",
        f"CL/F = 80 mg / AUC = {CL:.2f} L/h. The label also gives {LABEL_CL:g} L/h, which is not used: 80 mg would",
        f"then make an AUC of {DOSE / LABEL_CL * 1e3:.0f} ng*h/mL, against the {AUC * 1e3:g} measured.",
        "Five parameters and three equalities leave two degrees of freedom, which are sampled: the half-life, uniform, and V2/F,",
        "uniform over what is feasible at that half-life. Q then solves the half-life, and KA the Cmax.",
        f"{COUNT} draws, numpy Philox seed {SEED}.",
        f"Infeasible: a half-life under ln2 * {V_SS:g} / {CL:.2f} = {math.log(2) * V_SS / CL:.2f} h;",
        f"V2/F over 80 mg / Cmax = {DOSE / CMAX:.1f} L, where even a bolus stays under Cmax;",
        f"Tmax over {latest:.2f} h (reached at {long:g} h and V2/F {at:.0f} L), so that the label's",
        f"limit of {TMAX_MOST:g} h never binds.",
        f"Left out: Tmax under {TMAX_LEAST:g} h (assumed: a film-coated tablet is not absorbed sooner), which leaves",
        f"V2/F {low:.0f} to {high:.0f} L at {short:g} h and {lowest:.0f} to {highest:.0f} L at {long:g} h.",
        "'typical' is the medoid, in the logarithms of KA, CL, V2, Q and V3, of 201 sets evenly spaced in feasible V2/F at",
        f"a half-life of {HALF_LIFE_TYPICAL:g} h.",
    ]
    with (FOLDER / "selinexor_pk.tsv").open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in head)
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(["id", *SYMBOLS])
        for name, member in rows:
            peak, when = member.cmax_tmax(DOSE)
            values = [*astuple(member), peak * 1e3, member.auc(DOSE) * 1e3, when, member.terminal_half_life]
            out.writerow([name, *(f"{value:.9g}" for value in values)])


def write_patients(fit: dict[str, float], seen: dict[str, float]) -> None:
    """Write selinexor_patients.tsv."""
    reasons = {
        "omega_F": "log-normal SD of bioavailability and body size, which scale CL, V2, Q and V3 together",
        "omega_CL": "log-normal SD of clearance alone, on top of that; sets the spread of half-life",
        "shift_F": "log shift of bioavailability that keeps the mean AUC at the label's",
        "shift_CL": "log shift of clearance that keeps the mean Cmax at the label's",
    }
    head = [
        "Between-patient spread of selinexor after one 80 mg dose; made by curation/selinexor_pk.py around the typical set.",
        f"Fitted to the label: Cmax {CMAX * 1e3:g} (SD {CMAX_SD * 1e3:g}) ng/mL and",
        f"AUC {AUC * 1e3:g} (SD {AUC_SD * 1e3:g}) ng*h/mL.",
        f"Achieved over {PATIENTS:,} patients (Philox seed {SEED + 1}):",
        f"Cmax {seen['Cmax']:.1f} (SD {seen['Cmax_sd']:.1f}) ng/mL,",
        f"AUC {seen['AUC']:.0f} (SD {seen['AUC_sd']:.0f}) ng*h/mL, half-life {seen['t_half']:.2f} (SD {seen['t_half_sd']:.2f}) h",
        f"and a correlation of Cmax and AUC of {seen['r']:.2f}. KA has no spread of its own: the label gives no SD of Tmax.",
        "A shared F was preferred to independent spreads of CL and V, which would give a half-life SD of 1.7 h.",
    ]
    with (FOLDER / "selinexor_patients.tsv").open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in head)
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(["id", "value", "unit", "distribution", "grade", "system", "source", "reason"])
        for name, value in fit.items():
            how = ["1", "fixed", "fitted", "patients, one 80 mg oral dose", "Xpovio"]
            out.writerow([name, f"{value:.6g}", *how, reasons[name]])


def main() -> None:
    """Make both tables."""
    rows = sample()
    write_sets(rows)
    fit = spread(rows[0][1])
    write_patients(fit, achieved(rows[0][1], fit))


if __name__ == "__main__":
    main()
