"""A fitted score as the table that ships: the columns of the fit become weights of residues, patterns and numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from nes_fit import NEAR, TOLD, Examples, Fitted

from exportin.nes.alphabet import NOTHING, RESIDUES
from exportin.nes.candidates import plus_patterns
from exportin.nes.design import EMPTY, NUMBERS, REGIONS, TERMS, WINDOW
from exportin.nes.patterns import POCKETS
from exportin.nes.score import contributions
from exportin.nes.weights import Weights

__all__ = ["to_weights", "write_weights"]


def to_weights(examples: Examples, fitted: Fitted, *, minus: float = 0.0, cutoff: float = 0.5) -> Weights:
    """A fit as weights.

    Parameters
    ----------
    examples : Examples
        Those of the fit; they say what its columns were centred on and divided by.
    fitted : Fitted
    minus, cutoff : float
        See `Weights`.
    """
    each, start, intercept = {}, 0, fitted.intercept
    for name, part in examples.groups.items():
        stop = start + part.shape[1]
        each[name] = fitted.weight[start:stop] * getattr(fitted.settings, name) / examples.sizes[name]
        intercept -= 0.0 if name == "number" else float(part.mean(0) @ each[name])
        start = stop
    pocket = np.zeros((len(POCKETS), EMPTY + 1))
    pocket[:, [code for code in range(EMPTY + 1) if code != NOTHING]] = each["pocket"].reshape(len(POCKETS), -1)
    bare = Weights(
        pattern=each["pattern"],
        pocket=pocket,
        window=_residues(each["window"], len(WINDOW)),
        region=_regions(each["near"], each["far"]),
        number=each["number"],
        centre=examples.groups["number"].mean(0),
        mean=np.zeros(len(TERMS)),
        intercept=intercept,
        slope=fitted.slope,
        offset=fitted.offset,
        minus=minus,
        cutoff=cutoff,
    )
    mean = contributions(examples.design, bare).mean(0)
    return replace(bare, mean=mean, intercept=intercept + float(mean.sum()))


def _residues(weights: np.ndarray, count: int) -> np.ndarray:
    """Weights of properties as weights of residues, (count, 21)."""
    return np.hstack([weights.reshape(count, -1) @ TOLD.T, np.zeros((count, 1))])


def _regions(near: np.ndarray, far: np.ndarray) -> np.ndarray:
    """Weights of the regions in the order of `REGIONS`."""
    kept = {True: list(_residues(near, len(NEAR))), False: list(_residues(far, len(REGIONS) - len(NEAR)))}
    return np.array([kept[name in NEAR].pop(0) for name in REGIONS])


def write_weights(weights: Weights, path: Path) -> None:
    """Write the table that `exportin.nes.weights.read_weights` reads."""
    rows: list[tuple[str, str, str, float, str]] = []
    for name in ("intercept", "slope", "offset", "minus", "cutoff"):
        rows.append((name, "-", "-", getattr(weights, name), "-"))
    rows += [("pattern", one.id, "-", weights.pattern[number], "-") for number, one in enumerate(plus_patterns())]
    rows += [("mean", term, "-", weights.mean[number], "-") for number, term in enumerate(TERMS)]
    for number, name in enumerate(NUMBERS):
        rows.append(("number", name, "-", weights.number[number], f"{weights.centre[number]:.5g}"))
    letters = [*enumerate(RESIDUES), (EMPTY, "empty")]
    for number, pocket in enumerate(POCKETS):
        rows += [("pocket", pocket, letter, weights.pocket[number, code], "-") for code, letter in letters]
    for term, keys in (("window", WINDOW), ("region", REGIONS)):
        table = getattr(weights, term)
        rows += [(term, str(key), letter, table[number, code], "-") for number, key in enumerate(keys) for code, letter in letters[:-1]]
    lines = ["\t".join(("term", "key", "residue", "weight", "centre"))]
    lines += ["\t".join((term, key, residue, f"{value:.5g}", centre)) for term, key, residue, value, centre in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
