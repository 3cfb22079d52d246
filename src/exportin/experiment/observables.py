"""What can be observed, and how each is computed from a trajectory.

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
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import NotModelled, UnknownName, squash
from exportin.kernel.solver import Trajectory
from exportin.network.cell import Cell
from exportin.network.model import Model
from exportin.pharmacology.exposure import Exposure
from exportin.units import AVOGADRO_PER_AMOL

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Observable", "default_observables", "find_observables"]

NOT_MODELLED = ("apoptotic_fraction", "viability", "G1_fraction")
NOTHING = 1e-15  # amol or uM; far below one molecule in a cell (1.7e-6 amol), so rounding and no amount
SECONDS_PER_MINUTE = 60.0
_PROTEINS = ("XPO1", "RAN", "NUTF2", "BACKGROUND")


@dataclass(frozen=True)
class View:
    """A trajectory with what is needed to read it."""

    trajectory: Trajectory
    values: Mapping[str, float]
    parts: Mapping[str, tuple[str, ...]]
    alleles: tuple[str, ...]

    def concentration(self, symbol: str, place: str) -> NDArray[np.float64]:
        """Concentration (uM) of everything in one compartment that holds `symbol`, shape (time,)."""
        members = {name: parts.count(symbol) for name, parts in self.parts.items() if symbol in parts and name.endswith(f"_{place}")}
        total = np.zeros(len(self.trajectory.times))
        for name, count in members.items():
            total = total + count * self.trajectory[name]
        return total

    def trimers(self, symbol: str, place: str) -> NDArray[np.float64]:
        """Concentration (uM) of a cargo's export complexes in one compartment, all alleles."""
        return np.sum([self.trajectory[f"{symbol}_{allele}_RANGTP_{place}"] for allele in self.alleles], axis=0)

    def export_rate(self, symbol: str) -> NDArray[np.float64]:
        """Forward export rate constant (1/s) of a cargo: export flux over nuclear amount."""
        through = self.values[f"{symbol}_mobility"] * self.values["N_NPC"] * self.values["P_trimer"]
        return _over(through * self.trimers(symbol, "n"), self.concentration(symbol, "n") * self.values["Vn"])


def _divided(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """A ratio; infinite where all is in the first, zero where there is nothing at all."""
    some = part > NOTHING
    return np.divide(part, whole, out=np.where(some, np.inf, 0.0), where=some & (whole > NOTHING))


def _over(part: NDArray[np.float64], whole: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """A share; a share of nothing is zero."""
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > NOTHING)


Reader = Callable[[View, View], "NDArray[np.float64]"]


@dataclass(frozen=True)
class Observable:
    """A named quantity of a trajectory; `read` takes the trajectory and the untreated state."""

    name: str
    unit: str
    read: Reader


def _ratio(symbol: str) -> Observable:
    return Observable(f"{symbol}_nc", "1", lambda view, _: _divided(view.concentration(symbol, "n"), view.concentration(symbol, "c")))


def _level(symbol: str, place: str) -> Observable:
    return Observable(f"{symbol}_{place}", "uM", lambda view, _: view.concentration(symbol, place))


def _nuclear(symbol: str) -> Observable:
    def read(view: View, _: View) -> NDArray[np.float64]:
        inside = view.concentration(symbol, "n") * view.values["Vn"]
        return _over(inside, inside + view.concentration(symbol, "c") * view.values["Vc"])

    return Observable(f"{symbol}_nuclear", "1", read)


def _export_rate(symbol: str) -> Reader:
    return lambda view, _: view.export_rate(symbol) * SECONDS_PER_MINUTE


def _bound(view: View, drugs: Sequence[str]) -> NDArray[np.float64]:
    return np.sum([view.trajectory[f"{drug}_bound"] for drug in drugs], axis=0) if drugs else np.zeros(len(view.trajectory.times))


def _pore(riders: Sequence[str], transit: float) -> list[Observable]:
    def traffic(view: View, _: View) -> NDArray[np.float64]:
        trimers = [(view.trajectory[f"{name}_RANGTP_n"], view.trajectory[f"{name}_RANGTP_c"]) for name in riders]
        net = sum(inside - outside for inside, outside in trimers)
        return np.asarray(view.values["P_trimer"] * net * AVOGADRO_PER_AMOL)

    def in_transit(view: View, start: View) -> NDArray[np.float64]:
        return transit * traffic(view, start)

    return [Observable("pore_traffic", "1/s", traffic), Observable("pore_transit", "1", in_transit)]


def _exporter(drugs: Sequence[str]) -> list[Observable]:
    def amount(view: View) -> NDArray[np.float64]:
        return view.trajectory["XPO1_amount"]

    def whole(view: View) -> float:
        return view.values["Vn"] + view.values["Vc"]

    return [
        Observable("XPO1_occupancy", "1", lambda view, _: _over(_bound(view, drugs), amount(view))),
        Observable("XPO1_active", "1", lambda view, start: _over(amount(view) - _bound(view, drugs), amount(start)[0])),
        Observable("XPO1_total", "uM", lambda view, _: amount(view) / whole(view)),
        Observable("XPO1_mrna", "1", lambda view, _: view.trajectory["XPO1_mrna"]),
        Observable("export_capacity", "1", lambda view, start: _over(view.export_rate("REFERENCE"), start.export_rate("REFERENCE")[0])),
        Observable("RANGTP_nc", "1", lambda view, _: _divided(view.trajectory["RANGTP_n"], view.trajectory["RANGTP_c"])),
    ]


def _drug(one: Exposure) -> list[Observable]:
    symbol, label = one.compound.symbol, one.compound.name.replace(" ", "_")
    outside = f"{symbol}_plasma" if one.route == "oral" else f"{symbol}_medium"
    free = Observable(f"{label}_free", "uM", lambda view, _: view.values[f"{symbol}_fu"] * view.trajectory[outside])
    plasma = Observable(f"{label}_plasma", "uM", lambda view, _: view.trajectory[outside])
    return [free, plasma] if one.route == "oral" else [free]


def catalogue(cell: Cell, model: Model, exposures: Sequence[Exposure]) -> dict[str, Observable]:
    """Everything that can be observed in one experiment, by name."""
    symbols = (*cell.cargoes, *_PROTEINS)
    riders = [instance.name for instance in model.skeleton.blueprint.instances if instance.process == "ride"]
    found = _exporter([one.compound.symbol for one in exposures]) + _pore(riders, cell.parameter("t_transit").internal)
    for symbol in symbols:
        found += [_ratio(symbol), _level(symbol, "n"), _level(symbol, "c"), _nuclear(symbol)]
    found += [Observable(f"{symbol}_kexp", "1/min", _export_rate(symbol)) for symbol in (*cell.cargoes, "REFERENCE")]
    for one in exposures:
        found += _drug(one)
    return {observable.name: observable for observable in found}


def default_observables(cell: Cell, exposures: Sequence[Exposure]) -> list[str]:
    """What is observed where the user names nothing."""
    drugs = [f"{one.compound.name.replace(' ', '_')}_free" for one in exposures]
    return [*drugs, "XPO1_occupancy", "export_capacity", "XPO1_total", "XPO1_mrna", *(f"{cargo}_nc" for cargo in cell.cargoes)]


def find_observables(names: Sequence[str], cell: Cell, model: Model, exposures: Sequence[Exposure]) -> list[Observable]:
    """Observables by name; a drug's may be named by any of its aliases' spelling.

    Raises
    ------
    UnknownName
        With the nearest names.
    NotModelled
        For observables that exist but that no process computes yet.
    """
    known = catalogue(cell, model, exposures)
    plain = {squash(name): observable for name, observable in known.items()}
    for one in exposures:
        for alias, ending in itertools.product(one.compound.aliases, ("_free", "_plasma")):
            if (label := one.compound.name.replace(" ", "_") + ending) in known:
                plain.setdefault(squash(alias + ending), known[label])
    found: list[Observable] = []
    for name in names:
        if name in NOT_MODELLED:
            raise NotModelled(f"{name!r} is not modelled yet: no process decides cell fate. Observe XPO1_occupancy or a cargo.")
        if name not in known and squash(name) not in plain:
            raise UnknownName("observable", name, known)
        found.append(known.get(name) or plain[squash(name)])
    return found
