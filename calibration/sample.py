"""Draw parameter sets of the pathways that agree with the calibration data: sequential Monte Carlo from the priors of the tables.

Usage: ``python calibration/sample.py FOLDER [--sets 240]``. It keeps its state in FOLDER and goes on where it stopped; at the end it writes
``draws.npz`` there (places in each row's distribution, and what each set gives under each target), from which ``tabulate.py`` makes the
table that ships. A share of dead cells is a step function of every cell's numbers, so it has no useful gradient.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from conditions import Condition, calibrated_names, read_targets
from scipy.special import ndtr

KEEP, MOVES, LAST_MOVES, AIM = 0.5, 2, 12, 0.25  # effective sets after a step; moves at each power, at the end; acceptance aimed at
SEED = 2026


class Likelihood:
    """Log likelihood of parameter sets, target by target, with early ends for what is rejected anyway."""

    def __init__(self) -> None:
        self.names = calibrated_names()
        self.targets = read_targets()
        keys = list(dict.fromkeys(one.condition for one in self.targets))
        self.conditions = {key: Condition(*key) for key in keys}

    def __call__(self, places: np.ndarray, needed: np.ndarray, power: float) -> tuple[np.ndarray, np.ndarray]:
        """Sum over the targets, -inf where `power` times it falls below `needed`; and what each target gave, shape (set, target)."""
        total = np.zeros(len(places))
        found = np.full((len(places), len(self.targets)), np.nan)
        shares = ndtr(places)
        for key, condition in self.conditions.items():
            going = np.flatnonzero(power * total >= needed)
            if not len(going):
                break
            dead, _, alive = condition.run(self.names, shares[going])
            for number, target in enumerate(self.targets):
                if target.condition == key:
                    found[going, number] = alive if target.kind == "alive" else dead
                    total[going] += target.log_likelihood(found[going, number])
        total[power * total < needed] = -np.inf
        return total, found


def next_power(scores: np.ndarray, power: float) -> float:
    """The largest power of the likelihood at which the weights keep `KEEP` of the sets."""

    def kept(new: float) -> float:
        weights = np.exp((new - power) * (scores - scores.max()))
        return weights.sum() ** 2 / (weights**2).sum() / len(scores)

    if kept(1.0) >= KEEP:
        return 1.0
    low, high = power, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if kept(middle) >= KEEP else (low, middle)
    return low


def propose(places: np.ndarray, step: float, random: np.random.Generator) -> np.ndarray:
    """A move that keeps the prior: all places a little, or some of them anew."""
    noise = random.normal(size=places.shape)
    little = np.sqrt(1 - step**2) * places + step * noise
    anew = np.where(random.uniform(size=places.shape) < step**2, noise, places)
    return np.where(random.uniform(size=(len(places), 1)) < 0.5, little, anew)


def sample(folder: Path, sets: int, seed: int) -> None:
    """Run or go on."""
    state_file, likelihood = folder / "state.npz", Likelihood()
    if state_file.exists():
        state = dict(np.load(state_file))
    else:
        random = np.random.default_rng([seed, 0])
        places = random.normal(size=(sets, len(likelihood.names)))
        scores, found = likelihood(places, np.full(sets, -np.inf), 1.0)
        state = {"places": places, "scores": scores, "found": found, "power": 0.0, "step": 0.4, "round": 0, "left": LAST_MOVES}
    while state["power"] < 1.0 or state["left"] > 0:
        random = np.random.default_rng([seed, 1 + int(state["round"])])
        if state["power"] < 1.0:
            power = next_power(state["scores"], float(state["power"]))
            weights = np.exp((power - state["power"]) * (state["scores"] - state["scores"].max()))
            chosen = np.searchsorted(np.cumsum(weights / weights.sum()), (random.uniform() + np.arange(sets)) / sets).clip(0, sets - 1)
            for name in ("places", "scores", "found"):
                state[name] = state[name][chosen]
            state["power"] = power
        else:
            state["left"] -= MOVES
        for _ in range(MOVES):
            accepted = move(state, likelihood, random)
            state["step"] = float(np.clip(state["step"] * np.exp(accepted - AIM), 0.05, 0.9))
        state["round"] += 1
        save(state_file, state)
        told = f"round {state['round']} power {state['power']:.4f} accepted {accepted:.2f} step {state['step']:.2f}"
        print(told, f"mean {state['scores'].mean():.2f}", np.nanmean(state["found"], axis=0).round(2), flush=True)
    save(folder / "draws.npz", {"names": np.array(likelihood.names), **state})


def move(state: dict, likelihood: Likelihood, random: np.random.Generator) -> float:
    """One Metropolis move of every set; the share that moved."""
    proposed = propose(state["places"], float(state["step"]), random)
    needed = state["power"] * state["scores"] + np.log(random.uniform(size=len(proposed)))
    scores, found = likelihood(proposed, needed, float(state["power"]))
    moved = np.isfinite(scores)
    state["places"][moved], state["scores"][moved], state["found"][moved] = proposed[moved], scores[moved], found[moved]
    return float(moved.mean())


def save(file: Path, state: dict) -> None:
    """Written whole or not at all."""
    temporary = file.with_suffix(".tmp.npz")
    np.savez(temporary, **state)
    temporary.replace(file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", type=int, default=240)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    sample(given.folder, given.sets, given.seed)
