"""The result in a few plain sentences, each number with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exportin.report.headline import Number, measure, take
from exportin.report.quantity import Quantity, describe, display_name, display_time

if TYPE_CHECKING:
    from exportin.result import Result

__all__ = ["most_moved", "summarise"]


def summarise(result: Result) -> list[str]:
    """Sentences for the top of the report.

    Examples of what they say: peak free drug, largest occupancy and when, lowest export capacity, which cargo moves most.
    """
    quantities = {name: describe(result, name) for name in result.observables}
    sentences = []
    if not result.provenance.get("exposures"):
        sentences.append("No drug was given: this is the untreated cell.")
    for one in quantities.values():
        if one.kind == "drug" and one.name.endswith("_free"):
            peak = take(result, one, "highest")
            sentences.append(f"{_capital(one.title)} peaks at {_say(result, peak, f' {peak.unit}')}.")
    if "XPO1_occupancy" in quantities:
        sentences.append(_occupancy(result, quantities["XPO1_occupancy"]))
    if "export_capacity" in quantities:
        sentences.append(_capacity(result, quantities["export_capacity"]))
    sentences += _cargo(result)
    return sentences


def most_moved(result: Result) -> tuple[Quantity, float] | None:
    """The cargo with the largest median fold change of its N/C, and the share of runs in which it is the one.

    None where none moves.
    """
    cargoes = _ratios(result)
    if not cargoes:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = np.array([np.abs(np.log(result.done(measure(result, one.name, "largest change")))) for one in cargoes])
    moves = np.where(np.isfinite(moves), moves, 0.0)
    medians = np.median(moves, axis=1)
    first = int(medians.argmax())
    if medians[first] < 1e-6:
        return None
    return cargoes[first], float((moves.argmax(axis=0) == first).mean())


def _ratios(result: Result) -> list[Quantity]:
    """The observed N/C of cargoes."""
    return [one for one in (describe(result, name) for name in result.observables) if one.is_cargo and one.kind == "ratio"]


def _say(result: Result, number: Number, unit: str = "") -> str:
    """A number with its unit, and its interval where there is more than one run."""
    middle = f"{number.show(number.median, 2)}{unit}"
    return middle if result.runs == 1 else f"{middle} ({number.show(number.low, 2)} to {number.show(number.high, 2)})"


def _when(result: Result, name: str, statistic: str) -> str:
    """When the median curve is at its extreme, as the drawing of the cell has it."""
    median = result.quantiles(name, (0.5,))[0]
    place = int(median.argmax() if statistic == "highest" else median.argmin())
    return display_time(float(result.time[place]), float(result.time[-1]))


def _occupancy(result: Result, quantity: Quantity) -> str:
    peak = take(result, quantity, "highest")
    if peak.high <= 0:
        return "No XPO1 carries drug at any time."
    curve = "the median curve peaks" if result.runs > 1 else "reached"
    return f"At most {_say(result, peak, ' %')} of XPO1 carries drug; {curve} at {_when(result, quantity.name, 'highest')}."


def _capacity(result: Result, quantity: Quantity) -> str:
    least = take(result, quantity, "lowest")
    if least.low > 99.9:
        return "The export capacity does not fall below that of the untreated cell."
    curve = "the median curve is lowest" if result.runs > 1 else "lowest"
    when = _when(result, quantity.name, "lowest")
    return f"The export capacity falls to {_say(result, least, ' %')} of the untreated cell's; {curve} at {when}."


def _cargo(result: Result) -> list[str]:
    found = _ratios(result)
    if not found:
        return ["No cargo's nuclear to cytoplasmic ratio (N/C) was observed."]
    moved = most_moved(result)
    if moved is None:
        return ["No observed cargo moves: each N/C stays where it starts."]
    quantity, share = moved
    change = take(result, quantity, "largest change")
    name, several = display_name(quantity.subject), len(found) > 1
    among = f"Of the {len(found)} cargoes observed, {name} moves most: its" if several else f"{name}'s"
    often = f", though it is the one that moves most in only {100 * share:.0f} % of the runs" if several and share < 0.9 else ""
    return [f"{among} nuclear to cytoplasmic ratio (N/C) changes {_say(result, change, '-fold')}{often}."]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
