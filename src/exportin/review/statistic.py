"""Statistics of the review, recomputed from its printed counts by scipy and lifelines.

| test | asks |
|---|---|
| ``share`` | is the printed percentage that of the counts |
| ``whole`` | is there a number of patients of which each printed percentage is made |
| ``sum`` | do the groups add up to the whole |
| ``fisher`` | do the two groups differ (Fisher's exact test, two-sided) |
| ``survival`` | do two groups with these shares alive differ: the hazard ratio, were hazards constant; and Fisher's test of the counts |
| ``power`` | would a log-rank test over groups with these medians find a difference, were hazards constant |
| ``screen`` | are there more findings than so many tests at this level give by chance (binomial) |
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from exportin.analysis.fit import scipy_stats
from exportin.review.kept import arrays, key_of
from exportin.review.tables import tolerance
from exportin.yaml_file import read_text, validated

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Recomputed", "Statistic", "read_statistics", "recompute", "statistics"]

FILE = Path(__file__).parent / "statistics.yaml"
STUDIES = 400
# Counts and figures that a test takes; 0 for any number of counts, or for a figure a count; None for no figures.
_NEEDED: dict[str, tuple[int, int | None]] = {
    "share": (2, 1), "whole": (1, 0), "sum": (0, None), "fisher": (4, None), "survival": (2, 2), "power": (0, 0), "screen": (2, 1),
}  # fmt: skip
Count = Annotated[int, Field(ge=0)]


class Statistic(BaseModel):
    """Counts as the review prints them, and what is asked of them.

    Attributes
    ----------
    test : one of the module's table
    counts : counts of ``share`` (part, whole), ``sum`` (groups, then whole), ``fisher`` (two rows of two), ``survival`` and ``power``
        (patients of each group), ``screen`` (findings, tests)
    figures : percentages of ``share`` and ``survival``, medians of ``power``, level of ``screen``
    printed : what the review concludes: a significant difference, none, or that the numbers agree
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    test: Literal["share", "whole", "sum", "fisher", "survival", "power", "screen"]
    counts: Annotated[list[Count], Field(min_length=1)]
    figures: list[float] = []
    printed: Literal["agrees", "differs", "does not differ"] = "agrees"

    @model_validator(mode="after")
    def _fits(self) -> Statistic:
        counts, figures = _NEEDED[self.test]
        if (counts and len(self.counts) != counts) or len(self.counts) + counts < 2 - (self.test == "whole"):
            raise ValueError(f"{self.test} takes {counts or 'two or more'} counts, not {len(self.counts)}")
        if figures is not None and len(self.figures) != (figures or len(self.counts)) and self.test != "whole":
            raise ValueError(f"{self.test} takes {figures or len(self.counts)} figures, not {len(self.figures)}")
        pairs = {"share": [(0, 1)], "fisher": [(0, 1), (2, 3)], "screen": [(0, 1)]}.get(self.test, [])
        if any(not 0 <= self.counts[part] <= self.counts[whole] or self.counts[whole] == 0 for part, whole in pairs):
            raise ValueError("a part is at most its whole, and a whole is not nothing")
        most = {"survival": 100.0, "whole": 100.0, "share": 100.0, "screen": 1.0}.get(self.test, math.inf)
        if any(not 0 < figure < most for figure in self.figures) or (self.test == "whole" and not self.figures):
            raise ValueError(f"figures of {self.test} lie above 0 and below {most:g}")
        return self


@dataclass(frozen=True)
class Recomputed:
    """What came out.

    Attributes
    ----------
    verdict : str
    expected, observed : str
    interval : tuple of float or None
        95 %, of what is a share or a ratio.
    by : str
        The function that computed it.
    """

    verdict: str
    expected: str
    observed: str
    interval: tuple[float, float] | None
    by: str


@functools.cache
def statistics() -> Mapping[str, Statistic]:
    """Every statistic that ships, by claim.

    Examples
    --------
    >>> statistics()["C123"].counts
    [39, 69, 0, 10]
    """
    return read_statistics(FILE)


def read_statistics(path: Path) -> Mapping[str, Statistic]:
    """Read a file of statistics.

    Raises
    ------
    BadScenario
        With the line of what is wrong.
    """
    from pydantic import RootModel

    return validated(read_text(path, "file of statistics"), path.name, RootModel[dict[str, Statistic]], "statistic")[1].root


def recompute(given: Statistic) -> Recomputed:
    """Compute it anew.

    Examples
    --------
    >>> print(recompute(Statistic(test="fisher", counts=[39, 69, 0, 10], printed="differs")).observed)
    39 of 69 against 0 of 10: P = 0.001
    """
    return _TESTS[given.test](given)


def _share(given: Statistic) -> Recomputed:
    part, whole = given.counts[:2]
    share, printed = 100.0 * part / whole, given.figures[0]
    digits = len(f"{printed:g}".partition(".")[2])
    found: Any = scipy_stats().binomtest(part, whole).proportion_ci(method="wilson")
    verdict = "supports" if round(share, digits) == printed else "contradicts"
    observed = f"{part} of {whole} = {share:.1f} %"
    return Recomputed(verdict, f"{printed:g} %", observed, (float(found.low), float(found.high)), "scipy.stats.binomtest, Wilson")


def _whole(given: Statistic) -> Recomputed:
    """The nearest number of patients to each percentage, and whether it prints as that percentage."""
    whole = given.counts[0]
    found = [(figure, round(figure * whole / 100.0)) for figure in given.figures]
    fits = [round(100.0 * part / whole, len(f"{figure:g}".partition(".")[2])) == figure for figure, part in found]
    told = [f"{figure:g} % is {part if fit else 'no part'} of {whole}" for (figure, part), fit in zip(found, fits, strict=True)]
    observed = "; ".join(told)
    return Recomputed("supports" if all(fits) else "contradicts", f"whole patients of {whole}", observed, None, "arithmetic")


def _sum(given: Statistic) -> Recomputed:
    *groups, whole = given.counts
    told = " + ".join(map(str, groups))
    verdict = "supports" if sum(groups) == whole else "contradicts"
    return Recomputed(verdict, str(whole), f"{told} = {sum(groups)}", None, "addition")


def _fisher(given: Statistic) -> Recomputed:
    with_one, one, with_other, other = given.counts
    p = _exact(with_one, one, with_other, other)
    observed = f"{with_one} of {one} against {with_other} of {other}: P = {p:.2g}"
    expected = f"P {'<' if given.printed == 'differs' else '>='} {tolerance('level'):g}"
    return Recomputed(_said(given, p), expected, observed, None, "scipy.stats.fisher_exact")


def _exact(with_one: int, one: int, with_other: int, other: int) -> float:
    found: Any = scipy_stats().fisher_exact([[with_one, one - with_one], [with_other, other - with_other]])
    return float(found.pvalue)


def _said(given: Statistic, p: float) -> str:
    return "supports" if (p < tolerance("level")) == (given.printed == "differs") else "inconclusive"


def _survival(given: Statistic) -> Recomputed:
    """Shares alive at one time; the hazard ratio is ln(S1) / ln(S2), its interval from the variances of the shares (delta method)."""
    (one, other), (first, second) = given.counts[:2], (figure / 100.0 for figure in given.figures[:2])
    p = _exact(round(first * one), one, round(second * other), other)
    ratio = math.log(first) / math.log(second)
    spread = math.sqrt(sum((1.0 - s) / (s * n * math.log(s) ** 2) for s, n in ((first, one), (second, other))))
    z = float(scipy_stats().norm.ppf(0.975))
    interval = (ratio * math.exp(-z * spread), ratio * math.exp(z * spread))
    observed = f"{round(first * one)} of {one} against {round(second * other)} of {other} alive: P = {p:.2g}, hazard ratio {ratio:.2f}"
    verdict = "inconclusive" if interval[0] < 1.0 < interval[1] else "supports" if ratio > 1.0 else "contradicts"
    return Recomputed(verdict, "a hazard ratio above 1", observed, interval, "scipy.stats.fisher_exact; delta method")


def _power(given: Statistic) -> Recomputed:
    """Simulated studies take long, so their power is kept."""
    accrual, follow_up, enough = (tolerance(name) for name in ("accrual", "follow_up", "power"))
    key = key_of("power", given.figures, given.counts, STUDIES, accrual, follow_up)
    held = arrays(key, lambda: _simulated(given, accrual, follow_up)) or {}
    share, low, high, events = (float(one) for one in held["power"])
    verdict = "supports" if low >= enough else "contradicts" if high < enough else "inconclusive"
    observed = f"power {100 * share:.0f} % at {events:.0f} deaths"
    by = f"lifelines, simulated; assumed: thirds of the patients, accrual of {accrual:g} and follow-up of {follow_up:g} longest medians"
    return Recomputed(verdict, f"power of {100 * enough:g} % and more", observed, (low, high), by)


def _simulated(given: Statistic, accrual: float, follow_up: float) -> dict[str, NDArray[np.float64]]:
    from exportin.cohort.survival.power import log_rank_power

    longest = max(given.figures)
    found = log_rank_power(given.figures, given.counts, follow_up=follow_up * longest, accrual=accrual * longest, studies=STUDIES)
    return {"power": np.array([found.share, found.low, found.high, found.events])}


def _screen(given: Statistic) -> Recomputed:
    hits, tests = given.counts[:2]
    level = given.figures[0]
    p = float(scipy_stats().binomtest(hits, tests, level, alternative="greater").pvalue)
    observed = f"{hits} of {tests} where chance gives {tests * level:.2g}: P = {p:.1e}"
    verdict = "supports" if p < tolerance("level") else "contradicts"
    return Recomputed(verdict, f"more than chance at {level:g}", observed, None, "scipy.stats.binomtest")


_TESTS: dict[str, Callable[[Statistic], Recomputed]] = {
    "share": _share,
    "whole": _whole,
    "sum": _sum,
    "fisher": _fisher,
    "survival": _survival,
    "power": _power,
    "screen": _screen,
}
