"""What an ensemble is, in words that fit into a manifest: what was asked, its axes, its variables and their units."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from exportin.errors import BadQuantity
from exportin.kernel.ensemble.plan import Plan

__all__ = ["FORMAT", "Axis", "Description", "Variable", "differences"]

FORMAT = "exportin ensemble 1"


@dataclass(frozen=True)
class Axis:
    """A named axis, such as 301 times in hours or three observables.

    Attributes
    ----------
    name : str
        patient, draw, cell, time, observable ...
    length : int
        Number of positions.
    unit : str
        Unit of the coordinates.
    coordinates : tuple of float or str
        One a position; none where the position itself is all there is.
    """

    name: str
    length: int
    unit: str = "1"
    coordinates: tuple[float | str, ...] = ()

    def __post_init__(self) -> None:
        if self.coordinates and len(self.coordinates) != self.length:
            raise BadQuantity(f"axis {self.name}: {len(self.coordinates)} coordinates for {self.length} positions; give one for each.")


@dataclass(frozen=True)
class Variable:
    """An array that each chunk holds; its first axis is the members of the chunk.

    Attributes
    ----------
    name : str
        Also the first part of the file names. ``status`` holds each member's outcome, 0 for a member that went well.
    axes : tuple of str
        Names of the axes after the members.
    units : tuple of str
        One for all, or one for each position of the last axis.
    dtype : str
        Type in the file, with its byte order.
    """

    name: str
    axes: tuple[str, ...] = ()
    units: tuple[str, ...] = ("1",)
    dtype: str = "<f8"

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name == "chunk":
            raise BadQuantity(f"variable {self.name!r}: it names files; give a word of letters and digits other than chunk.")
        if np.dtype(self.dtype).str != self.dtype or np.dtype(self.dtype).kind not in "biuf":
            raise BadQuantity(f"variable {self.name}: the type {self.dtype!r} is not a number with its byte order; give for example '<f8'.")


@dataclass(frozen=True)
class Description:
    """All that decides an ensemble's numbers, and how they are laid out.

    Attributes
    ----------
    task : mapping
        What was asked: model hash, table hash, solver and version, tolerances, seed, exposures. Anything that JSON can hold.
    members : tuple of Axis
        The axes that cross to make the members, the last one running fastest; such as 200 patients by 20 draws.
    axes : tuple of Axis
        The axes of the variables.
    variables : tuple of Variable
        What each chunk holds.
    chunk : int
        Members of a chunk.
    """

    task: Mapping[str, Any]
    members: tuple[Axis, ...]
    axes: tuple[Axis, ...]
    variables: tuple[Variable, ...]
    chunk: int
    lengths: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lengths", {axis.name: axis.length for axis in self.axes})
        for variable in self.variables:
            for name in variable.axes:
                if name not in self.lengths:
                    raise BadQuantity(f"variable {variable.name}: its axis {name!r} is not among the axes ({', '.join(self.lengths)}).")
            if len(variable.units) not in {1, *self.shape(variable.name)[-1:]}:
                raise BadQuantity(f"variable {variable.name}: {len(variable.units)} units; give one, or one for each of its last axis.")

    @property
    def plan(self) -> Plan:
        """The members in chunks."""
        return Plan(math.prod(axis.length for axis in self.members), self.chunk)

    def variable(self, name: str) -> Variable:
        """The variable of that name."""
        return next(one for one in self.variables if one.name == name)

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a variable for one member."""
        return tuple(self.lengths[axis] for axis in self.variable(name).axes)

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, numbers and words, as they stand in the manifest."""
        told = {"format": FORMAT, "task": dict(self.task), "chunk": self.chunk}
        for name in ("members", "axes", "variables"):
            told[name] = [asdict(one) for one in getattr(self, name)]
        return json.loads(json.dumps(told, allow_nan=False))

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Description:
        """The description that a manifest holds."""
        if told["format"] != FORMAT:
            raise ValueError(f"its format is {told['format']!r} and not {FORMAT!r}")
        members, axes = (tuple(_axis(one) for one in told[name]) for name in ("members", "axes"))
        variables = tuple(Variable(one["name"], tuple(one["axes"]), tuple(one["units"]), one["dtype"]) for one in told["variables"])
        return cls(told["task"], members, axes, variables, told["chunk"])

    @property
    def digest(self) -> str:
        """SHA-256 of the description; two ensembles with the same one have the same numbers in the same files.

        Examples
        --------
        >>> one = Description({"seed": 1}, (Axis("patient", 10),), (Axis("time", 3),), (Variable("values", ("time",)),), 4)
        >>> one.digest == Description.from_dict(one.to_dict()).digest
        True
        """
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _axis(told: Mapping[str, Any]) -> Axis:
    return Axis(told["name"], told["length"], told["unit"], tuple(told["coordinates"]))


def differences(there: Any, given: Any, place: str = "") -> Iterator[str]:
    """Where two descriptions differ, in words.

    Examples
    --------
    >>> list(differences({"task": {"seed": 1}, "chunk": 8}, {"task": {"seed": 2}, "chunk": 8}))
    ['task.seed is 1 there and 2 here']
    """
    if isinstance(there, dict) and isinstance(given, dict):
        for key in dict.fromkeys([*there, *given]):
            inner = f"{place}.{key}" if place else key
            yield from differences(there.get(key, "missing"), given.get(key, "missing"), inner)
    elif isinstance(there, list) and isinstance(given, list) and len(there) == len(given):
        for index, (old, new) in enumerate(zip(there, given, strict=True)):
            yield from differences(old, new, f"{place}.{_label(old, index)}")
    elif there != given:
        yield f"{place} is {_short(there)} there and {_short(given)} here"


def _label(one: Any, index: int) -> str:
    return one["name"] if isinstance(one, dict) and "name" in one else str(index)


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
