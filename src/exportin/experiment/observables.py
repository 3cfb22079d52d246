"""What can be observed, and how each is computed inside the solver.

| observable | meaning | unit |
|---|---|---|
| ``<SYMBOL>_nc`` | nuclear over cytoplasmic concentration, free plus bound | 1 |
| ``<SYMBOL>_n``, ``<SYMBOL>_c`` | nuclear and cytoplasmic concentration, free plus bound | uM |
| ``<SYMBOL>_nuclear`` | share of the molecules that is in the nucleus | 1 |
| ``<SYMBOL>_kexp`` | forward export rate constant of a cargo: export flux over nuclear amount | 1/min |
| ``XPO1_occupancy`` | share of the present XPO1 protein that carries drug | 1 |
| ``XPO1_active`` | drug-free XPO1 over total XPO1 before treatment | 1 |
| ``XPO1_total`` | XPO1 protein per whole cell | uM |
| ``XPO1_mrna`` | relative to the untreated cell | 1 |
| ``export_capacity`` | forward export rate constant of a trace reference cargo, relative to no drug | 1 |
| ``RANGTP_nc`` | free nuclear over free cytoplasmic RanGTP | 1 |
| ``pore_traffic`` | net trimers leaving through one pore per second | 1/s |
| ``pore_transit`` | trimers on their way through one pore: traffic times the measured transit time | 1 |
| ``<drug>_free``, ``<drug>_plasma`` | free drug outside the cell; total drug in plasma | uM |
| ``apoptotic_fraction``, ``viability``, ``lineage``, ``G1_fraction`` | see `exportin.experiment.fate` | 1 |
| a variable of a pathway of the cell | signals, relative mRNAs and read-outs, as the pathway's page names them | as there |
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import UnknownName, squash
from exportin.experiment.fate import FATE_PARTS, fate_parts, read_fate, refuse_missing
from exportin.experiment.terms import Terms
from exportin.kernel.code.expression import Expr
from exportin.network.cell import Cell
from exportin.network.pathway import find_pathways
from exportin.pharmacology.exposure import Exposure
from exportin.pharmacology.partner import Partner

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Observable", "default_observables", "find_observables"]

NOTHING = 1e-15  # amol or uM; far below one molecule in a cell (1.7e-6 amol), so rounding and no amount
SECONDS_PER_MINUTE = 60.0
_PROTEINS = ("XPO1", "RAN", "NUTF2", "BACKGROUND")


def _divided(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """A ratio; infinite where all is in the first, zero where there is nothing at all."""
    some = part > NOTHING
    return np.divide(part, whole, out=np.where(some, np.inf, 0.0), where=some & (whole > NOTHING))


def _over(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """A share; a share of nothing is zero."""
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > NOTHING)


@dataclass(frozen=True)
class Observable:
    """A named quantity of a trajectory.

    Attributes
    ----------
    name, unit : str
    parts : tuple of Expr
        What the solver computes and stores.
    join : callable, optional
        Makes the quantity of the parts, each of shape (trajectory, time), and of their untreated values, each of shape
        (trajectory, 1), and of the times; by default it is the one part.
    """

    name: str
    unit: str
    parts: tuple[Expr, ...]
    join: Callable[[Sequence[NDArray[np.float64]], Sequence[NDArray[np.float64]], NDArray[np.float64]], NDArray[np.float64]] | None = None

    def read(
        self, parts: Sequence[NDArray[np.float64]], untreated: Sequence[NDArray[np.float64]], seconds: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The quantity at given times (s), shape (trajectory, time)."""
        return parts[0] if self.join is None else self.join(parts, untreated, seconds)


def _places(terms: Terms, symbol: str) -> list[Observable]:
    nucleus, cytoplasm = terms.concentration(symbol, "n"), terms.concentration(symbol, "c")
    inside, outside = terms.amount(symbol, "n"), terms.amount(symbol, "c")
    return [
        Observable(f"{symbol}_nc", "1", (nucleus, cytoplasm), lambda here, _, __: _divided(*here)),
        Observable(f"{symbol}_n", "uM", (nucleus,)),
        Observable(f"{symbol}_c", "uM", (cytoplasm,)),
        Observable(f"{symbol}_nuclear", "1", (inside, terms.algebra.add(inside, outside)), lambda here, _, __: _over(*here)),
    ]


def _export_rate(terms: Terms, symbol: str) -> Observable:
    parts = terms.export_flux(symbol), terms.amount(symbol, "n")
    return Observable(f"{symbol}_kexp", "1/min", parts, lambda here, _, __: _over(*here) * SECONDS_PER_MINUTE)


def _pore(terms: Terms, transit: float) -> list[Observable]:
    traffic = terms.pore_traffic()
    return [
        Observable("pore_traffic", "1/s", (traffic,)),
        Observable("pore_transit", "1", (traffic,), lambda here, _, __: transit * here[0]),
    ]


def _exporter(terms: Terms, drugs: Sequence[str]) -> list[Observable]:
    algebra, find = terms.algebra, terms.find
    amount = find("XPO1_amount")
    bound = algebra.add(*(find(f"{drug}_bound") for drug in drugs))
    whole = algebra.add(find("Vn"), find("Vc"))
    capacity = terms.export_flux("REFERENCE"), terms.amount("REFERENCE", "n")
    return [
        Observable("XPO1_occupancy", "1", (bound, amount), lambda here, _, __: _over(*here)),
        Observable("XPO1_active", "1", (algebra.sub(amount, bound), amount), lambda here, start, _: _over(here[0], start[1])),
        Observable("XPO1_total", "uM", (algebra.div(amount, whole),)),
        Observable("XPO1_mrna", "1", (find("XPO1_mrna"),)),
        Observable("export_capacity", "1", capacity, lambda here, start, _: _over(_over(*here), _over(*start))),
        Observable("RANGTP_nc", "1", (find("RANGTP_n"), find("RANGTP_c")), lambda here, _, __: _divided(*here)),
    ]


def _fate(terms: Terms, cell: Cell) -> list[Observable]:
    parts = fate_parts(terms, cell)
    return [Observable(name, "1", parts, functools.partial(read_fate, name)) for name in FATE_PARTS]


def _drug(terms: Terms, one: Exposure) -> list[Observable]:
    symbol, label = one.compound.symbol, one.compound.name.replace(" ", "_")
    if isinstance(one.compound, Partner):
        return [Observable(f"{label}_free", "uM", (terms.find(symbol),))]
    outside = terms.find(f"{symbol}_plasma" if one.route == "oral" else f"{symbol}_medium")
    free = Observable(f"{label}_free", "uM", (terms.algebra.mul(terms.find(f"{symbol}_fu"), outside),))
    return [free, Observable(f"{label}_plasma", "uM", (outside,))] if one.route == "oral" else [free]


def catalogue(cell: Cell, exposures: Sequence[Exposure]) -> dict[str, Callable[[Terms], list[Observable]]]:
    """Everything that can be observed in one experiment, by name: what makes it, and what else comes with it, of the model's terms."""
    found: dict[str, Callable[[Terms], list[Observable]]] = {}
    drugs = [one.compound.symbol for one in exposures if one.slot is not None]

    def offer(names: Sequence[str], make: Callable[[Terms], list[Observable]]) -> None:
        found.update(dict.fromkeys(names, make))

    exporter = ("XPO1_occupancy", "XPO1_active", "XPO1_total", "XPO1_mrna", "export_capacity", "RANGTP_nc")
    offer(exporter, lambda terms: _exporter(terms, drugs))
    offer(("pore_traffic", "pore_transit"), lambda terms: _pore(terms, cell.parameter("t_transit").internal))
    for symbol in (*cell.cargoes, *_PROTEINS):
        names = [f"{symbol}_{ending}" for ending in ("nc", "n", "c", "nuclear")]
        offer(names, lambda terms, symbol=symbol: _places(terms, symbol))
    for symbol in (*cell.cargoes, "REFERENCE"):
        offer([f"{symbol}_kexp"], lambda terms, symbol=symbol: [_export_rate(terms, symbol)])
    for symbol, places in _pathway_proteins(cell).items():
        endings = ("nc", "n", "c", "nuclear") if {"n", "c"} <= set(places) else places
        offer([f"{symbol}_{ending}" for ending in endings], lambda terms, symbol=symbol: _places(terms, symbol))
    if "apoptosis" in cell.pathways:
        offer(FATE_PARTS, lambda terms: _fate(terms, cell))
    for name, unit in _pathway_variables(cell).items():
        offer([name], lambda terms, name=name, unit=unit: [Observable(name, unit, (terms.find(name),))])
    for one in exposures:
        label = one.compound.name.replace(" ", "_")
        offer([f"{label}_free", *([f"{label}_plasma"] if one.route == "oral" else [])], lambda terms, one=one: _drug(terms, one))
    return found


def _pathway_proteins(cell: Cell) -> dict[str, tuple[str, ...]]:
    """Proteins of the cell's pathways with the compartments that hold them."""
    return {symbol: places for pathway in find_pathways(cell.pathways) for symbol, places in pathway.proteins.items()}


def _pathway_variables(cell: Cell) -> dict[str, str]:
    """What the rules of the cell's pathways compute, with units: signals, relative mRNAs, read-outs."""
    return {name: unit for pathway in find_pathways(cell.pathways) for name, unit in pathway.variables.items()}


def default_observables(cell: Cell, exposures: Sequence[Exposure]) -> list[str]:
    """What is observed where the user names nothing."""
    drugs = [f"{one.compound.name.replace(' ', '_')}_free" for one in exposures]
    return [*drugs, "XPO1_occupancy", "export_capacity", "XPO1_total", "XPO1_mrna", *(f"{cargo}_nc" for cargo in cell.cargoes)]


def find_observables(names: Sequence[str], terms: Terms, cell: Cell, exposures: Sequence[Exposure]) -> list[Observable]:
    """Observables by name; a drug's may be named by any of its aliases' spelling.

    Raises
    ------
    UnknownName
        With the nearest names.
    NotModelled
        For an observable of fate whose pathway the cell does not have.
    """
    known = catalogue(cell, exposures)
    plain = {squash(name): name for name in known}
    for one in exposures:
        for alias, ending in itertools.product(one.compound.aliases, ("_free", "_plasma")):
            if (label := one.compound.name.replace(" ", "_") + ending) in known:
                plain.setdefault(squash(alias + ending), label)
    made: dict[str, Observable] = {}
    found: list[Observable] = []
    for name in names:
        refuse_missing(cell, name)
        if name not in known and squash(name) not in plain:
            raise UnknownName("observable", name, known)
        label = name if name in known else plain[squash(name)]
        if label not in made:
            made |= {one.name: one for one in known[label](terms)}
        found.append(made[label])
    return found


def raw_parts(observables: Sequence[Observable], others: Sequence[Expr] = ()) -> Mapping[Expr, int]:
    """Every expression that the observables need, and some others, once, with its column."""
    every = (*(part for one in observables for part in one.parts), *others)
    return {part: column for column, part in enumerate(dict.fromkeys(every))}
