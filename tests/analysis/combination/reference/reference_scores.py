"""Reference values for drug-combination scores (HSA, Bliss, Loewe, ZIP, Chou-Talalay CI, MuSyC).

This is a second implementation, written from the papers alone, so that a first one can be
checked against numbers it did not produce itself:

* HSA and Bliss excess, Loewe additivity: by their definitions
* ZIP: Yadav et al. 2015, Comput Struct Biotechnol J 13:504
* median-effect line and combination index: Chou 2006, Pharmacol Rev 58:621
* MuSyC: Meyer et al. 2019, Cell Syst 8:97; Wooten et al. 2021, Nat Commun 12:4607

It favours accuracy over speed.  It reads the *.tsv tables (viability, 1 = untreated) and
published.json in its own folder and writes golden.json there.
"""
from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, least_squares, root

Vector = NDArray[np.float64]
HERE = Path(__file__).resolve().parent
LOG_H = (np.log(0.1), np.log(10.0))  # allowed range of the Hill slope
TIGHT = {"xtol": 1e-14, "ftol": 1e-14, "gtol": 1e-14, "max_nfev": 20000}
OPTIONAL = ("y_2given1", "y_1given2", "zip")  # null where the design does not give them
OPTIONAL += ("y1_observed", "y2_observed", "hsa_observed", "bliss_observed")
MUSYC_NAMES = ("E0", "E1", "E2", "E3", "h1", "h2", "C1", "C2", "alpha12", "alpha21")
MUSYC_TRUE = (1.0, 0.35, 0.5, 0.1, 1.2, 0.9, 0.3, 5.0, 4.0, 1.5)  # behind musyc.tsv


def minimise(
    residual: Callable[[NDArray], NDArray], start: Vector, lower: Vector, upper: Vector
) -> tuple[Vector, float, list[int]]:
    """Least squares within bounds; returns parameters, sum of squares, indices at a bound.

    Derivatives are complex-step.  Parameters that end at a bound are set to it exactly, and
    the stationary point in the others is then solved for to machine precision.
    """

    def jacobian(x: Vector) -> NDArray:
        steps = x + 1e-30j * np.eye(x.size)
        return np.array([residual(row).imag / 1e-30 for row in steps]).T

    def sum_squares(x: Vector) -> float:
        return float(np.sum(residual(x) ** 2))

    inside = np.clip(start, lower + 1e-9, upper - 1e-9)
    x = least_squares(residual, inside, jacobian, bounds=(lower, upper), **TIGHT).x
    best, best_ss, held_best = x, sum_squares(x), []
    near = [i for i in range(x.size) if min(x[i] - lower[i], upper[i] - x[i]) < 1e-4]
    for held in ([], near) if near else ([],):
        free = [i for i in range(x.size) if i not in held]
        y = x.copy()
        for i in held:
            y[i] = lower[i] if x[i] - lower[i] < upper[i] - x[i] else upper[i]

        def gradient(part: Vector, y: Vector = y, free: list[int] = free) -> Vector:
            z = y.copy()
            z[free] = part
            return jacobian(z)[:, free].T @ residual(z)

        found = root(gradient, y[free], tol=1e-15).x if free else y[free]
        z = y.copy()
        z[free] = found
        if np.all(np.isfinite(z)) and np.all((z >= lower) & (z <= upper)):
            ss = sum_squares(z)
            if ss <= best_ss * (1 + 1e-12) + 1e-30:
                best, best_ss, held_best = z, ss, held
    return best, best_ss, held_best


def hill_part(dose: Vector, log_c: complex, log_h: complex) -> NDArray:
    """1 / (1 + (C/d)^h)."""
    return 1.0 / (1.0 + np.exp(np.exp(log_h) * (log_c - np.log(dose))))


def fit_curve(dose: Vector, effect: Vector, base: float = 0.0) -> dict:
    """Fit base + (top - base) / (1 + (C/d)^h) with top in [0, 1] and h in [0.1, 10].

    Starts come from a grid over C and h with the best top for each (a linear problem).
    """
    scale = float(np.exp(np.mean(np.log(dose))))
    d = dose / scale
    span = (np.log(d.min()) - 12.0, np.log(d.max()) + 12.0)
    grid: list[tuple[float, float, float, float]] = []
    for log_c in np.linspace(*span, 81):
        for log_h in np.linspace(*LOG_H, 25):
            g = hill_part(d, log_c, log_h)
            top = base + float(np.dot(g, effect - base) / max(float(np.dot(g, g)), 1e-300))
            top = min(max(top, 0.0), 1.0)
            ss = float(np.sum((base + (top - base) * g - effect) ** 2))
            grid.append((ss, top, float(log_c), float(log_h)))
    lower = np.array([0.0, span[0], LOG_H[0]])
    upper = np.array([1.0, span[1], LOG_H[1]])

    def residual(x: NDArray) -> NDArray:
        return base + (x[0] - base) * hill_part(d, x[1], x[2]) - effect

    fits = [minimise(residual, np.array(s[1:]), lower, upper) for s in sorted(grid)[:8]]
    x, ss, held = min(fits, key=lambda fit: fit[1])
    curve = {"top": x[0], "C": float(np.exp(x[1])) * scale, "h": float(np.exp(x[2])), "base": base}
    return curve | {"ss": ss, "n": dose.size, "at_bound": [("top", "C", "h")[i] for i in held]}


def value(curve: dict, dose: float) -> float:
    """Effect of a fitted curve at one positive dose."""
    rise = 1.0 / (1.0 + (curve["C"] / dose) ** curve["h"])
    return float(curve["base"] + (curve["top"] - curve["base"]) * rise)


def loewe_effect(one: dict, two: dict, d1: float, d2: float) -> float:
    """Effect y with d1/D1(y) + d2/D2(y) = 1; a drug that cannot reach y has no term."""

    def term(curve: dict, dose: float, y: float) -> float:
        if y >= curve["top"]:
            return 0.0
        return float(dose / curve["C"] * ((curve["top"] - y) / y) ** (1.0 / curve["h"]))

    def excess(y: float) -> float:
        return term(one, d1, y) + term(two, d2, y) - 1.0

    return float(brentq(excess, 1e-30, max(one["top"], two["top"]), xtol=1e-15, rtol=1e-15))


def median_effect(dose: Vector, effect: Vector) -> dict:
    """Ordinary least-squares line of log10(y/(1-y)) on log10(d), wells with 0 < y < 1."""
    keep = (effect > 0) & (effect < 1)
    x, y = np.log10(dose[keep]), np.log10(effect[keep] / (1 - effect[keep]))
    dx, dy = x - x.mean(), y - y.mean()
    m = float(dx @ dy / (dx @ dx))
    r = float(dx @ dy / np.sqrt((dx @ dx) * (dy @ dy)))
    return {"Dm": float(10 ** (x.mean() - y.mean() / m)), "m": m, "r": r, "n": int(keep.sum())}


def combination_index(one: dict, two: dict, d1: float, d2: float, y: float) -> float | None:
    if not 0 < y < 1:
        return None
    odds = y / (1 - y)
    return float(sum(d / (line["Dm"] * odds ** (1 / line["m"])) for d, line in ((d1, one), (d2, two))))


def musyc_surface(p: NDArray, d1: Vector, d2: Vector) -> NDArray:
    """Viability at steady state of U, A1, A2, A12, both gamma = 1; p as in MUSYC_NAMES."""
    e0, e1, e2, e3, h1, h2, c1, c2, a12, a21 = p
    to1, to2 = (d1 / c1) ** h1, (d2 / c2) ** h2
    on1, on2 = (a12 * d2 / c2) ** h2, (a21 * d1 / c1) ** h1  # A1 -> A12, A2 -> A12
    rate = np.zeros((d1.size, 4, 4), dtype=np.result_type(p, float))
    rate[:, 1, 0], rate[:, 2, 0], rate[:, 3, 1], rate[:, 3, 2] = to1, to2, on1, on2
    rate[:, 0, 1] = rate[:, 0, 2] = rate[:, 1, 3] = rate[:, 2, 3] = 1.0
    matrix = rate - rate.sum(axis=1)[:, None, :] * np.eye(4)
    matrix[:, 3, :] = 1.0  # the four fractions add up to one
    states = np.linalg.solve(matrix, np.tile([[0.0], [0.0], [0.0], [1.0]], (d1.size, 1, 1)))
    return states[:, :, 0] @ np.array([e0, e1, e2, e3])


def fit_musyc(d1: Vector, d2: Vector, viability: Vector, one: dict, two: dict) -> dict:
    """Ten-parameter fit (both gamma = 1) to all wells, from several starts."""
    s1, s2 = one["C"], two["C"]

    def natural(x: NDArray) -> NDArray:
        return np.concatenate([x[:4], np.exp(x[4:])])

    def residual(x: NDArray) -> NDArray:
        return musyc_surface(natural(x), d1 / s1, d2 / s2) - viability

    lower = np.array([-np.inf] * 4 + [LOG_H[0]] * 2 + [-15.0] * 4)
    upper = np.array([np.inf] * 4 + [LOG_H[1]] * 2 + [15.0] * 4)
    fits = []
    for a12 in (-2.0, 0.0, 2.0):
        for a21 in (-2.0, 0.0, 2.0):
            start = [1.0, 1 - one["top"], 1 - two["top"], float(viability.min())]
            start += [float(np.log(one["h"])), float(np.log(two["h"])), 0.0, 0.0, a12, a21]
            fits.append(minimise(residual, np.array(start), lower, upper))
    x, ss, held = min(fits, key=lambda fit: fit[1])
    p = natural(x) * np.array([1, 1, 1, 1, 1, 1, s1, s2, 1, 1])
    top = min(p[1], p[2])
    return dict(zip(MUSYC_NAMES, map(float, p), strict=True)) | {
        "beta": float((top - p[3]) / (p[0] - top)),
        "ss": ss,
        "n": viability.size,
        "at_bound": [MUSYC_NAMES[i] for i in held],
        "starts_at_best": sum(f[1] < ss * (1 + 1e-9) + 1e-20 for f in fits),
    }


def score_table(d1: Vector, d2: Vector, viability: Vector, musyc: bool = False) -> dict:
    """All scores of one table of wells."""
    y = 1.0 - viability
    alone1, alone2, both = (d1 > 0) & (d2 == 0), (d1 == 0) & (d2 > 0), (d1 > 0) & (d2 > 0)
    one, two = fit_curve(d1[alone1], y[alone1]), fit_curve(d2[alone2], y[alone2])
    line1, line2 = median_effect(d1[alone1], y[alone1]), median_effect(d2[alone2], y[alone2])

    def conditional(fixed: Vector, moving: Vector, curve: dict) -> dict[float, dict]:
        """ZIP curve of the moving drug at each fixed dose; needs three moving doses."""
        rows = {}
        for dose in np.unique(fixed[both]):
            row = both & (fixed == dose)
            if np.unique(moving[row]).size >= 3:
                rows[dose] = fit_curve(moving[row], y[row], value(curve, dose))
        return rows

    rows, columns = conditional(d1, d2, one), conditional(d2, d1, two)
    combinations = []
    for a, b in sorted(set(zip(d1[both].tolist(), d2[both].tolist(), strict=True))):
        y12 = float(np.mean(y[(d1 == a) & (d2 == b)]))
        y1, y2 = value(one, a), value(two, b)
        low = loewe_effect(one, two, a, b)
        c = {"d1": a, "d2": b, "y12": y12, "y1": y1, "y2": y2, "hsa": y12 - max(y1, y2)}
        c |= {"bliss": y12 - (y1 + y2 - y1 * y2), "y_loewe": low, "loewe": y12 - low}
        c |= {"ci": combination_index(line1, line2, a, b, y12)} | dict.fromkeys(OPTIONAL)
        if a in rows and b in columns:
            c["y_2given1"], c["y_1given2"] = value(rows[a], b), value(columns[b], a)
            c["zip"] = (c["y_2given1"] + c["y_1given2"]) / 2 - (y1 + y2 - y1 * y2)
        in1, in2 = alone1 & (d1 == a), alone2 & (d2 == b)
        if in1.any() and in2.any():
            o1, o2 = float(y[in1].mean()), float(y[in2].mean())
            c |= {"y1_observed": o1, "y2_observed": o2, "hsa_observed": y12 - max(o1, o2)}
            c["bliss_observed"] = y12 - (o1 + o2 - o1 * o2)
        combinations.append(c)
    table = {"single": {"drug1": one, "drug2": two}, "combinations": combinations}
    table["median_effect"] = {"drug1": line1, "drug2": line2}
    ratio = d2[both] / d1[both]
    if np.ptp(ratio) < 1e-9 * ratio.max():  # one constant ratio: also the line of the mixture
        table["median_effect"]["mixture"] = median_effect((d1 + d2)[both], y[both])
    table["zip_curves"] = {
        "drug2_at_d1": [{"d1": k} | v for k, v in rows.items()],
        "drug1_at_d2": [{"d2": k} | v for k, v in columns.items()],
    }
    if musyc:
        table["musyc_fit"] = fit_musyc(d1, d2, viability, one, two)
    return table


def read(path: Path) -> tuple[list[str], Vector, Vector, Vector]:
    with path.open(newline="") as handle:
        wells = list(csv.DictReader(handle, delimiter="\t"))
    d1, d2, v = (np.array([float(w[k]) for w in wells]) for k in ("conc1", "conc2", "response"))
    return [wells[0]["drug1"], wells[0]["drug2"]], d1, d2, v


def rounded(item: object) -> object:
    """The same structure with every number at 12 significant digits."""
    if isinstance(item, dict):
        return {key: rounded(entry) for key, entry in item.items()}
    if isinstance(item, (list, tuple)):
        return [rounded(entry) for entry in item]
    return float(f"{float(item):.12g}") if isinstance(item, (float, np.floating)) else item


def evaluate(path: Path) -> dict:
    """The golden record of one table."""
    drugs, d1, d2, v = read(path)
    table = score_table(d1, d2, v, musyc=path.stem == "musyc")
    if path.stem == "musyc":
        q1, q2 = (a.ravel() for a in np.meshgrid(np.unique(d1), np.unique(d2), indexing="ij"))
        exact = musyc_surface(np.array(MUSYC_TRUE), q1, q2)
        table["musyc_true"] = dict(zip(MUSYC_NAMES, MUSYC_TRUE, strict=True))
        points = zip(q1.tolist(), q2.tolist(), exact.tolist(), strict=True)
        table["musyc_true_surface"] = [{"d1": a, "d2": b, "viability": e} for a, b, e in points]
    for curve in table["single"].values():  # the names that the papers use
        curve["Emax"] = curve.pop("top")
        del curve["base"]
        curve["at_bound"] = [{"top": "Emax"}.get(k, k) for k in curve["at_bound"]]
    for curve in [c for side in table["zip_curves"].values() for c in side]:
        curve["B"], curve["M"], curve["m"] = curve.pop("base"), curve.pop("top"), curve.pop("C")
        curve["at_bound"] = [{"top": "M", "C": "m"}.get(k, k) for k in curve["at_bound"]]
    return {"file": path.name, "drugs": drugs} | table


def main() -> None:
    golden = {path.stem: evaluate(path) for path in sorted(HERE.glob("*.tsv"))}
    golden["published"] = json.loads((HERE / "published.json").read_text())
    (HERE / "golden.json").write_text(json.dumps(rounded(golden), indent=1) + "\n")


if __name__ == "__main__":
    main()
