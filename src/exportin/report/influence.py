"""Which drawn parameters a number of the result goes with, and how strong a link chance alone would make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.report.background import parameter_row
from exportin.report.headline import measure
from exportin.report.quantity import display_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.result import Result

__all__ = ["FEWEST_DRAWS", "Influence", "chance_level", "rank_influences", "rank_values"]

FEWEST_DRAWS = 10  # below this the largest chance correlation among some seventy parameters is above 0.8
_SHUFFLES = 1000
_KEY = 20150  # of the generator, so that the noise line is the same at every writing


@dataclass(frozen=True)
class Influence:
    """A parameter and how closely a number of the result follows it over the draws.

    Attributes
    ----------
    parameter : str
        Symbol in the model.
    rho : float
        Spearman rank correlation, -1 to 1.
    note : str
        Value, grade, source and reason of the parameter's row.
    """

    parameter: str
    rho: float
    note: str


def rank_influences(result: Result, observable: str, statistic: str = "mean", count: int = 8) -> tuple[Influence, ...]:
    """Parameters in the order of their rank correlation with one number of the result over the draws.

    Sister cells and patients are averaged within each draw. A strong link is no proof of cause, and links weaker than
    `chance_level` are what unrelated parameters give.

    Parameters
    ----------
    result : Result
    observable : str
    statistic : str
        A key of `exportin.report.headline.STATISTICS`.
    count : int
        How many to give at most.

    Returns
    -------
    influences : tuple of Influence
        Strongest first; none with fewer than ten draws or where the number does not vary.

    Raises
    ------
    UnknownName
        If the observable or the statistic is not known.
    """
    numbers, names, ranks = _ranks(result, observable, statistic)
    if not names:
        return ()
    rhos = ranks @ numbers
    order = sorted(range(len(names)), key=lambda place: (-abs(rhos[place]), names[place]))
    return tuple(Influence(names[place], float(rhos[place]), _note(result, names[place])) for place in order[:count])


def chance_level(result: Result, observable: str, statistic: str = "mean") -> float:
    """The strongest rank correlation that as many unrelated parameters reach in 95 % of shuffled results.

    The number is shuffled over the draws while the parameters stay as drawn; not a number where there is no ranking.
    """
    numbers, names, ranks = _ranks(result, observable, statistic)
    if not names:
        return float("nan")
    generator = np.random.Generator(np.random.Philox(key=_KEY))
    shuffled = np.stack([generator.permutation(numbers) for _ in range(_SHUFFLES)], axis=1)
    return float(np.quantile(np.abs(ranks @ shuffled).max(axis=0), 0.95))


def _ranks(result: Result, observable: str, statistic: str) -> tuple[NDArray[np.float64], list[str], NDArray[np.float64]]:
    """Standardised ranks of the number, names of the parameters that vary, their standardised ranks (parameter, draw)."""
    numbers, done = _of_each_draw(result, observable, statistic)
    draws = len(numbers)
    nothing = (np.zeros(draws), list[str](), np.zeros((0, draws)))
    if draws < FEWEST_DRAWS or not np.isfinite(numbers).all() or np.ptp(numbers) <= 1e-9 * np.abs(numbers).max():
        return nothing
    drawn = {name: np.asarray(values, dtype=float) for name, values in result.drawn.items() if len(values) == len(done)}
    columns = {name: values[done] for name, values in drawn.items()}
    columns = {name: values for name, values in columns.items() if np.isfinite(values).all() and np.ptp(values) > 0}
    if not columns:
        return nothing
    return _standard(numbers), list(columns), np.stack([_standard(values) for values in columns.values()])


def _of_each_draw(result: Result, observable: str, statistic: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Mean over patients and cells of each draw that was computed, and which draws those are."""
    numbers = measure(result, observable, statistic)
    if result.outcomes is None:
        return numbers.mean(axis=(0, 2)), np.ones(numbers.shape[1], dtype=bool)
    done = result.outcomes == 0
    known = np.asarray(done.any(axis=(0, 2)))
    return np.asarray(np.mean(numbers[:, known], axis=(0, 2), where=done[:, known])), known


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks with mean zero and length one, so that a dot product is Spearman's rho."""
    ranks = rank_values(values) - (len(values) + 1) / 2
    return ranks / np.linalg.norm(ranks)


def rank_values(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from one; equal values share the mean of theirs.

    Examples
    --------
    >>> rank_values(np.array([10.0, 30.0, 10.0, 20.0])).tolist()
    [1.5, 4.0, 1.5, 3.0]
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[place]


def _note(result: Result, name: str) -> str:
    row = parameter_row(result, name)
    if row is None:
        if name.endswith(("_KA", "_CL", "_V2", "_Q", "_V3")):
            return "drawn with the drug's other pharmacokinetic parameters, as one set"
        return "no row in the parameter table"
    source = "no source" if row.source == "-" else row.source
    unit = "" if row.unit == "1" else f" {row.unit}"
    return f"{display_number(row.value)}{unit}; {row.grade}; {source}; {row.reason}"
