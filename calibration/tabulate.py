"""Make the tables of a finished calibration: the draws that ship, and what the data say of each parameter.

Usage: ``python calibration/tabulate.py FOLDER``. Writes ``src/exportin/network/posterior.tsv`` (places in each row's distribution, a line
a set) and ``calibration/determined.tsv`` (how far the places of each row are from evenly spread, and how much its spread has shrunk).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.special import ndtr
from scipy.stats import kstest

HERE = Path(__file__).parent
DRAWS = HERE.parent / "src" / "exportin" / "network" / "posterior.tsv"
SURE = 0.01  # a row counts as determined where evenly spread places are as far off with less than this probability, all rows considered


def main(folder: Path) -> None:
    """Write both tables."""
    held = np.load(folder / "draws.npz")
    names, places = held["names"], ndtr(held["places"]).clip(0.0005, 0.9995)
    lines = ["\t".join(names), *("\t".join(f"{place:.4f}" for place in row) for row in places)]
    DRAWS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    tested = [(name, kstest(column, "uniform")) for name, column in zip(names, places.T, strict=True)]
    tested.sort(key=lambda one: one[1].pvalue)
    rows = ["id\tmedian_place\tlow_place\thigh_place\tshrinkage\tks\tp\tdetermined"]
    for rank, (name, test) in enumerate(tested, start=1):
        column = places[:, list(names).index(name)]
        low, middle, high = np.quantile(column, (0.05, 0.5, 0.95))
        determined = test.pvalue < SURE * rank / len(tested)  # false discovery rate
        shrinkage = 1 - column.std() * np.sqrt(12)
        figures = (middle, low, high, shrinkage, test.statistic)
        rows.append("\t".join([name, *(f"{one:.3f}" for one in figures), f"{test.pvalue:.2e}", "yes" if determined else "no"]))
    (HERE / "determined.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    different, sure = len(set(map(tuple, places))), sum(row.endswith("yes") for row in rows)
    print(f"{len(places)} sets, {different} different; {sure} of {len(names)} rows determined")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
