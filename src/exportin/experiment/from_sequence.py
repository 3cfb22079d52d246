"""From a sequence with its signal to N/C: untreated, under a drug that blocks XPO1, and the shift, each with its interval.

The signal acts with a probability. Rather than to toss a coin in each draw, the cell is simulated twice over the same draws, with the
signal and without one, and the two ensembles are joined with the weights p and 1 - p: no chance is added, and both halves can be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exportin import units
from exportin.errors import SimulationFailed
from exportin.experiment.partition import Partition, Range
from exportin.experiment.simulate import simulate
from exportin.knowledge.distribution import Distribution
from exportin.nes.mass import chain_mass
from exportin.nes.strength import NONE, Strength, strength_of
from exportin.network.cell import Cell
from exportin.network.cell import cell as find_cell
from exportin.pharmacology.exposure import exposure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.knowledge.schema import ParameterRow
    from exportin.nes.hit import Hit
    from exportin.nes.records import Record
    from exportin.result import Result

__all__ = ["choose_signal", "predict_partition"]

_SYMBOL = "QUERY"
_SHARES = (0.5, 0.05, 0.95)


def predict_partition(
    hit: Hit | None,
    record: Record,
    *,
    cell: str | Cell = "HeLa",
    drug: str = "leptomycin B",
    dose: str = "50 nM",
    hours: float = 4.0,
    draws: int = 200,
    seed: int = 0,
    kimp: str | None = None,
    total: str | None = None,
    mass: str | None = None,
) -> Partition:
    """N/C of a protein by the export model, untreated and after a drug.

    Parameters
    ----------
    hit : Hit or None
        The signal, such as the first of `scan_nes`; None where no pattern matches, and nothing then binds XPO1.
    record : Record
        The sequence.
    cell : str or Cell
    drug, dose : str
        A drug in the dish, and its concentration; with dimension.
    hours : float
        How long it acts; N/C is that of this moment, and a protein that is imported slowly has not come to rest by then.
    draws, seed : int
        Draws of all that is uncertain: KD, import, abundance, mass, and every row of the tables. One draw means the tables' values.
    kimp, total, mass : str, optional
        What is known of the protein, each a quantity or a range such as ``"0.1 to 0.4 /min"``; else the wide ranges of `from_sequence.tsv`.

    Returns
    -------
    Partition

    Raises
    ------
    BadQuantity, UnknownName
    SimulationFailed
        If no draw could be computed.

    Examples
    --------
    >>> from exportin.nes import scan_nes
    >>> hits = scan_nes("PKIA")
    >>> found = predict_partition(hits[0], hits.records[0], draws=20)
    >>> found.strength.name, found.acts, found.fold.median > 2
    ('measured', 1.0, True)
    """
    until = f"{hours!r} h"
    units.parse(until, "h", "hours", positive=True)
    strength = strength_of(hit, record)
    acts, why = _acts(hit, strength)
    chain = chain_mass(record)
    given, assumed = _given(chain, {"kimp": kimp, "total": total, "mass": mass})
    context = find_cell(cell) if isinstance(cell, str) else cell
    one = exposure(drug, dose)
    runs: dict[str, tuple[float, Result]] = {}
    for name, share, kd in (("signal", acts, strength.quantity), ("no signal", 1.0 - acts, NONE)):
        if share > 0:
            cargo = context.with_cargo(_SYMBOL, nes_kd=kd, kimp=given["kimp"], total=given["total"], mass=given["mass"])
            runs[name] = share, simulate(cargo, one, until=until, observe=[f"{_SYMBOL}_nc"], draws=draws, seed=seed, points=2)
    pairs = [(share, _ratios(result)) for share, result in runs.values()]
    untreated, treated, fold = _joined(pairs)
    return Partition(
        record.name, len(record.letters), chain, hit, strength, acts, why, context.name, one.compound.name, dose, float(hours), draws, seed,
        untreated, treated, fold,
        {name: _joined([(1.0, three)]) for name, (_, three) in zip(runs, pairs, strict=True)},
        {**given, "nes_kd": strength.quantity}, assumed,
        {name: sum(result.left_out.values()) for name, (_, result) in runs.items()},
        {name: result.provenance for name, (_, result) in runs.items()},
    )  # fmt: skip


def choose_signal(hits: Sequence[Hit], record: Record) -> Hit | None:
    """The signal that is modelled: one whose binding was measured, else a recorded one that nobody doubts, else the most probable.

    Parameters
    ----------
    hits : sequence of Hit
        Of one protein, with what the facts say of them, the most probable first.
    record : Record

    Returns
    -------
    hit : Hit or None
        None where no stretch fits a pattern. A protein with several signals is modelled with this one alone.

    Examples
    --------
    >>> from exportin.nes import scan_nes
    >>> hits = scan_nes("SMAD4")
    >>> chosen = choose_signal(hits, hits.records[0])
    >>> chosen.start, chosen.rank > 1
    (141, True)
    """
    measured = [hit for hit in hits if strength_of(hit, record).measured]
    recorded = [hit for hit in hits if any(not one.doubt for one in hit.known)]
    return next(iter([*measured, *recorded, *hits]), None)


def _acts(hit: Hit | None, strength: Strength) -> tuple[float, str]:
    """How probable it is that the signal acts, and why."""
    if strength.distribution is None or hit is None:
        return 0.0, strength.reason
    if strength.measured:
        return 1.0, "its binding was measured"
    recorded = [one for one in hit.known if not one.doubt]
    if recorded:
        return 1.0, f"it is at a recorded signal, {recorded[0].start}-{recorded[0].end} ({recorded[0].source})"
    return hit.probability, "probability of the hit, if the protein is a cargo of XPO1 at all"


def _given(chain: float, known: Mapping[str, str | None]) -> tuple[dict[str, str], dict[str, str]]:
    """Import, abundance and mass of the protein as texts, and why those that nobody gave are so."""
    given: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for name, (row, factor) in {"kimp": ("kimp", 1.0), "total": ("total", 1.0), "mass": ("assembly", chain)}.items():
        text = known[name]
        if text is None:
            taken = _assumptions()[row]
            spread = Distribution.parse(taken.distribution)
            unit = "kDa" if name == "mass" else taken.unit.removeprefix("1")
            text, reasons[name] = f"{spread.low * factor:.3g} to {spread.high * factor:.3g} {unit}", taken.reason
        given[name] = text
    return given, reasons


def _ratios(result: Result) -> NDArray[np.float64]:
    """N/C before, N/C at the end, and the second over the first, shape (3, draw)."""
    curves = np.asarray(result[f"{_SYMBOL}_nc"], dtype=np.float64).reshape(-1, 2)
    before, after = curves[:, 0], curves[:, 1]
    if not (np.isfinite(curves).all() and (before > 0).all()):
        raise SimulationFailed("N/C: a draw has no protein on one side of the envelope, so that no ratio can be told; narrow the ranges.")
    return np.array([before, after, after / before])


def _joined(parts: list[tuple[float, NDArray[np.float64]]]) -> tuple[Range, Range, Range]:
    """Median and central 90 % of each ratio over ensembles with weights: values at which the cumulated weight reaches the shares."""
    weights = np.concatenate([np.full(ratios.shape[1], share / ratios.shape[1]) for share, ratios in parts])
    values = np.concatenate([ratios for _, ratios in parts], axis=1)
    untreated, treated, fold = (np.quantile(row, _SHARES, weights=weights, method="inverted_cdf").tolist() for row in values)
    return Range(*untreated), Range(*treated), Range(*fold)


@cache
def _assumptions() -> Mapping[str, ParameterRow]:
    """What is taken of a protein of which only the sequence is known, by id."""
    from exportin.knowledge.schema import ParameterRow
    from exportin.knowledge.table import read_table

    return {row.id: row for row in read_table(Path(__file__).with_name("from_sequence.tsv"), ParameterRow)}
