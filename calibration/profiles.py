"""Profiles of single rows: what the data say of each, all others being free to make up for it.

Usage: ``python calibration/profiles.py FOLDER``. A row is held at places of its distribution, and from the most probable set (`fit.py`)
the others are searched anew, which costs them their own way from the priors' middles. Adds to ``calibration/profiles.tsv`` (remove it to
begin anew): twice the cost over the least one of the row; where it passes 3.84 on both sides the data determine the row to 95 %.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from fit import SOFTS, Fit, Place, look, read_best, search
from gradients import read_directions
from rivals import SPLITS

PROFILES = Path(__file__).with_name("profiles.tsv")
ROWS, STEPS, BRANCHES = 8, 5, ((0.0, -1.0, -2.0), (1.0, 2.0))
PLACES = tuple(place for places in BRANCHES for place in places)
ENOUGH = 3.84

_FIT: list[Fit] = []


def profiled() -> list[str]:
    """The rows with the largest parts in the gradients, and those of the rivals."""
    names, part, _ = read_directions()
    largest = [names[place] for place in np.argsort(-part)[:ROWS]]
    return list(dict.fromkeys([*largest, *(name for name, _side in SPLITS.values())]))


def branch(folder: Path, name: str, places: tuple[float, ...]) -> list[float]:
    """Cost with a row at one place after the other, each begun where the one before ended; infinite where no cell lives."""
    if not _FIT:
        _FIT.append(Fit())
    fit = _FIT[0]
    fit.soft = SOFTS[-1]
    score, _ = read_best(folder)
    held, centre = np.zeros(len(score), bool), np.zeros(len(score))
    held[fit.names.index(name)] = True
    costs = []
    for place in places:
        score = score.copy()
        score[held] = place
        begun = look(fit, score, centre, fit.wanted, held)
        end: Place | None = None if begun is None else search(fit, begun, centre, fit.wanted, STEPS, held)
        costs.append(float("inf") if end is None else end.cost)
        score = score if end is None else end.score
    return costs


def said(rises: dict[float, float]) -> str:
    """What a profile tells."""
    low, high = rises[-2.0] > ENOUGH, rises[2.0] > ENOUGH
    return {(True, True): "determined", (True, False): "not low", (False, True): "not high"}.get((low, high), "not determined")


def main(folder: Path, workers: int) -> None:
    """Run or go on; the table has the rows that are done."""
    rows, done = profiled(), read_done()
    with ProcessPoolExecutor(workers) as pool:
        going = {name: [pool.submit(branch, folder, name, places) for places in BRANCHES] for name in rows if name not in done}
        for name, parts in going.items():
            found = dict(zip(PLACES, [cost for part in parts for cost in part.result()], strict=True))
            least = min(found.values())
            rises = {place: 2 * (found[place] - least) for place in sorted(found)}
            done[name] = "\t".join([name, *(f"{rise:.1f}" for rise in rises.values()), said(rises)])
            print(done[name], flush=True)
            head = "\t".join(["id", *(f"{place:g}" for place in sorted(PLACES)), "said"])
            PROFILES.write_text("\n".join([head, *done.values()]) + "\n", encoding="utf-8")


def read_done() -> dict[str, str]:
    """Lines of the table by row."""
    lines = PROFILES.read_text(encoding="utf-8").splitlines()[1:] if PROFILES.exists() else []
    return {line.split("\t")[0]: line for line in lines}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    main(given.folder, given.workers)
