"""Write the three made-up tables (bliss.tsv, musyc.tsv, sham.tsv) beside this file."""
from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from reference_scores import MUSYC_TRUE, musyc_surface

HERE = Path(__file__).resolve().parent


def steps(centre: float, low: int, high: int) -> list[float]:
    """Zero, then three-fold doses centre * 3^low .. centre * 3^high at six digits."""
    return [0.0] + [float(f"{centre * 3.0**k:.6g}") for k in range(low, high + 1)]


def hill(dose: float, emax: float, c: float, h: float) -> float:
    return 0.0 if dose == 0 else emax / (1 + (c / dose) ** h)


def write(name: str, drugs: tuple[str, str], wells: Iterable[tuple[float, float, str, int]]) -> None:
    lines = ["drug1\tdrug2\tconc1\tconc2\tresponse\treplicate"]
    lines += [f"{drugs[0]}\t{drugs[1]}\t{a:.12g}\t{b:.12g}\t{v}\t{r}" for a, b, v, r in wells]
    (HERE / name).write_text("\n".join(lines) + "\n")


def main() -> None:
    first, second = steps(0.1, -2, 3), steps(2.0, -2, 3)
    write("bliss.tsv", ("drug_a", "drug_b"), [
        (a, b, f"{(1 - hill(a, 0.9, 0.1, 1.3)) * (1 - hill(b, 0.7, 2.0, 0.8)):.10f}", 1)
        for a in first for b in second])
    doses = steps(1.0, -2, 2)
    write("sham.tsv", ("drug_s", "drug_s"), [
        (a, b, f"{1 - hill(a + b, 1.0, 1.0, 1.7):.10f}", 1) for a in doses for b in doses])
    first, second = steps(0.3, -3, 3), steps(5.0, -3, 3)
    grid = np.array([(a, b) for a in first for b in second])
    exact = musyc_surface(np.array(MUSYC_TRUE), grid[:, 0], grid[:, 1])
    noise = np.random.default_rng(7).normal(0.0, 0.02, size=(grid.shape[0], 2))
    write("musyc.tsv", ("drug_m", "drug_n"), [
        (a, b, f"{max(exact[i] + noise[i, r], 0.0):.5f}", r + 1)
        for i, (a, b) in enumerate(grid) for r in range(2)])


if __name__ == "__main__":
    main()
