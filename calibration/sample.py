"""Weigh independent parameter sets of the pathways, drawn from the priors of the tables, by the calibration data.

Usage: ``python calibration/sample.py FOLDER --sets 1000 --seed 1``. It writes what it has after every batch and goes on from there; several
can run side by side with different seeds. ``tabulate.py`` makes the tables of all files in the folder. A share of dead cells is a step
function of every cell's numbers, so it has no useful gradient; and sets that descend from each other by small moves share what the data
say nothing of, which looks like knowledge. So each set here is a fresh draw.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from conditions import Condition, calibrated_names, read_targets

BATCH, HOPELESS = 64, -60.0  # a set so far from the data has no weight at any power that is used


class Likelihood:
    """Log likelihood of parameter sets, target by target."""

    def __init__(self) -> None:
        self.names = calibrated_names()
        self.targets = read_targets()
        keys = list(dict.fromkeys(one.condition for one in self.targets))
        self.conditions = {key: Condition(*key) for key in keys}

    def __call__(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sum over the targets, and what each target gave (NaN where a set was given up), shape (set, target)."""
        total = np.zeros(len(shares))
        found = np.full((len(shares), len(self.targets)), np.nan)
        for key, condition in self.conditions.items():
            going = np.flatnonzero(total > HOPELESS)
            if not len(going):
                break
            dead, _, alive = condition.run(self.names, shares[going])
            for number, target in enumerate(self.targets):
                if target.condition == key:
                    found[going, number] = alive if target.kind == "alive" else dead
                    total[going] += target.log_likelihood(found[going, number])
        return total, found


def sample(folder: Path, sets: int, seed: int) -> None:
    """Run or go on."""
    file, likelihood = folder / f"sets-{seed}.npz", Likelihood()
    held = {name: array for name, array in np.load(file).items() if name != "names"} if file.exists() else {}
    while not held or len(held["scores"]) < sets:
        done = len(held["scores"]) if held else 0
        shares = np.random.default_rng([seed, done]).uniform(size=(BATCH, len(likelihood.names)))
        scores, found = likelihood(shares)
        new = {"shares": shares, "scores": scores, "found": found}
        held = {name: np.concatenate([held[name], array]) if held else array for name, array in new.items()}
        temporary = file.with_suffix(".tmp.npz")
        np.savez(temporary, names=np.array(likelihood.names), **held)
        temporary.replace(file)

        print(f"{len(held['scores'])} sets, best {held['scores'].max():.1f}, above -15: {(held['scores'] > -15).sum()}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    sample(given.folder, given.sets, given.seed)
