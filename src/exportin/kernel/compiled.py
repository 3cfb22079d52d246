"""A model's compiled library with what is needed to call it."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import CompilationFailed
from exportin.kernel.code import rodas5p
from exportin.kernel.code.expression import Expr
from exportin.kernel.code.frozen import freeze, thaw
from exportin.kernel.code.generate import generate
from exportin.kernel.code.system import System
from exportin.kernel.compiler import cache
from exportin.kernel.native_types import LAYOUT, CEvent, CJob, CTape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exportin.kernel.compiler.target import Target

__all__ = ["Compiled", "compile_sbml", "compile_slopes", "compile_system", "model_sources"]

_RUNTIME = (
    "lanes.h", "tape.h", "job.h", "step.h", "dense.h", "look.h", "columns.h", "slopes.h", "event.h", "run.h", "slopes_run.h",
    "settle.h", "loops.h", "loops_pairs.h", "kernel.c",
)  # fmt: skip


@dataclass(frozen=True)
class Compiled:
    """A loaded library.

    Attributes
    ----------
    system : System
    library : ctypes.CDLL
    order : ndarray of int, shape (state,)
        Which state the compiled code keeps in each place.
    constants, discrete : tuple of Expr
        What is worked out once a trajectory, and what is held over a step.
    facts : dict
        Counts of the generated code: operations of its parts, entries of its factors.
    """

    system: System
    library: ctypes.CDLL
    order: NDArray[np.int64]
    constants: tuple[Expr, ...]
    discrete: tuple[Expr, ...]
    facts: dict[str, Any]

    @property
    def place(self) -> list[int]:
        """Where the compiled code keeps each state."""
        return np.argsort(self.order).tolist()


def compile_sbml(sbml: str, target: Target | None = None) -> Compiled:
    """The library of an SBML model; one that is kept is loaded without reading the model again."""
    key = cache.alias_key(sbml, *_makers(), target=target)
    if (kept := cache.load(key)) is not None:
        return _opened(kept.library, kept.side)
    from exportin.kernel.sbml.reader import read_system

    sources, side = model_sources(read_system(sbml))
    path = cache.build_library(sources, target=target)
    cache.store(key, path, side)
    loaded = cache.load(key)
    return _opened(loaded.library if loaded else cache.library(sources, target=target), side)


def compile_system(system: System, optimise: int = 2, target: Target | None = None) -> Compiled:
    """The library of a system that did not come from SBML, or that is compiled in another way (`optimise` 0 is fastest)."""
    sources, side = model_sources(system)
    return _opened(cache.library(sources, optimise=optimise, target=target), side)


def compile_slopes(system: System) -> Compiled:
    """The library of a system with what forward sensitivities need."""
    system = _with_a_state(system)
    key = cache.alias_key("slopes", freeze(system, {}, {}), *_makers())
    kept = cache.load(key)
    if kept is None:
        sources, side = model_sources(system, slopes=True)
        cache.store(key, cache.build_library(sources), side)
        kept = cache.load(key)
        opened = _opened(kept.library if kept else cache.library(sources), side)
    else:
        opened = _opened(kept.library, kept.side)
    opened.library.exportin_slopes.restype = ctypes.c_int32
    return replace(opened, system=system)


def model_sources(system: System, slopes: bool = False) -> tuple[dict[str, str], bytes]:
    """C files of a model, and its expressions as bytes."""
    system = _with_a_state(system)
    program = generate(system, slopes)
    sources = {**_runtime(), **program.sources}
    facts = {"order": program.factors.order, "operations": program.operations, "factors": program.factors.size}
    return sources, freeze(system, {"constants": program.constants, "discrete": program.discrete}, facts)


def _runtime() -> dict[str, str]:
    """The files that are the same for all models."""
    folder = files("exportin.kernel") / "native"
    return {name: (folder / name).read_text(encoding="utf-8") for name in _RUNTIME} | {"rodas5p.h": rodas5p.header()}


def _makers() -> list[str]:
    """All that decides what is made of a model: the runtime, and the source of what reads models and writes code."""
    rooms = [files("exportin.kernel.sbml"), files("exportin.kernel.code")]
    sources = sorted((one for room in rooms for one in room.iterdir() if one.name.endswith(".py")), key=lambda one: (one.name, str(one)))
    here = (files("exportin.kernel") / "compiled.py").read_text(encoding="utf-8")
    return [version("python-libsbml"), here, *_runtime().values(), *(one.read_text(encoding="utf-8") for one in sources)]


def _with_a_state(system: System) -> System:
    """A model in which nothing changes continuously still has a trajectory: one state that stays zero."""
    if system.states:
        return system
    zero = system.algebra.zero
    return replace(system, states=("",), initial=(zero,), rates=(zero,))


def _opened(library: ctypes.CDLL, side: bytes) -> Compiled:
    system, others, facts = thaw(side)
    for name in ("exportin_run", "exportin_settle", "exportin_rates", "exportin_layout"):
        getattr(library, name).restype = ctypes.c_int32
    numbers = np.zeros(len(LAYOUT), dtype=np.int32)
    library.exportin_layout(numbers.ctypes.data_as(ctypes.c_void_p))
    told: dict[str, int] = dict(zip(LAYOUT, numbers.tolist(), strict=True))
    meant = {"states": len(system.states), "job": ctypes.sizeof(CJob), "event": ctypes.sizeof(CEvent), "tape": ctypes.sizeof(CTape)}
    if wrong := [name for name, size in meant.items() if told[name] != size]:
        raise CompilationFailed(f"a compiled model does not fit this version of exportin ({', '.join(wrong)}); remove the cache folder.")
    return Compiled(system, library, np.array(facts["order"]), others["constants"], others["discrete"], {**facts, "lanes": told["lanes"]})
