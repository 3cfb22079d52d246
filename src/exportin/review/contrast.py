"""Blocks of an experiment spread into contrasts: which arm is held against which, in what, and how."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from exportin import units
from exportin.errors import BadScenario
from exportin.review.arm import Arm
from exportin.review.comparison import Comparison, read_comparison
from exportin.review.entry import Block, Pair, Steps
from exportin.review.misfit import refuse_misfit
from exportin.review.observable import Observed, read_observable

__all__ = ["Contrast", "spread"]

Field = str | Sequence[str] | Pair | Steps


@dataclass(frozen=True)
class Contrast:
    """Something that is to hold.

    Attributes
    ----------
    arms : tuple of Arm
        The tested one first, then what it is compared with; along steps all of them; of a combination both drugs, then each alone.
    observed : tuple of Observed
        Of the tested arm, and of the others.
    comparison : Comparison
    hours : float
        When.
    """

    arms: tuple[Arm, ...]
    observed: tuple[Observed, Observed]
    comparison: Comparison
    hours: float

    def __str__(self) -> str:
        first = self.observed[0].text
        if self.comparison.beside == "steps":
            told = " < ".join(str(arm) for arm in self.arms)
            return f"{first}: {self.comparison.text}: {told}"
        other = self.observed[1].text
        beside = ""
        if self.comparison.beside == "control":
            beside = f" ({self.arms[1]}{'' if other == first else ', ' + other})"
        return f"{self.arms[0]}: {first} {self.comparison.text}{beside}"


def spread(block: Block) -> tuple[Contrast, ...]:
    """Every contrast of a block; all must hold.

    Raises
    ------
    BadScenario
        If the comparison does not fit the arms.

    Examples
    --------
    >>> block = Block(cell=["HeLa", "MM.1S"], exposure="KPT-185", observable="MYC", time="24 h", comparison="below its start")
    >>> [str(one) for one in spread(block)]
    ['HeLa, KPT-185: MYC below its start', 'MM.1S, KPT-185: MYC below its start']
    """
    hours = units.parse(block.time, "h", "time", positive=True) / units.SECONDS_PER_HOUR
    found: list[Contrast] = []
    for observable, text in block.compared:
        comparison = read_comparison(text)
        tested, others = _observed(observable)
        if isinstance(observable, Pair) and comparison.beside != "control":
            raise BadScenario(f"observable: test and control are compared with each other; write 'above control', not {text!r}.")
        for arms in _arms(block, comparison, paired=isinstance(observable, Pair)):
            contrast = Contrast(arms, (tested, others), comparison, hours)
            refuse_misfit(contrast)
            found.append(contrast)
    return tuple(found)


def _observed(observable: str | Pair) -> tuple[Observed, Observed]:
    if isinstance(observable, str):
        one = read_observable(observable)
        return one, one
    test, control = (_one(side, "an observable") for side in (observable.test, observable.control))
    return read_observable(test), read_observable(control)


def _one(side: str | Sequence[str], what: str) -> str:
    if isinstance(side, str):
        return side
    raise BadScenario(f"{what} under test or control is one name, not {len(side)}.")


def _arms(block: Block, comparison: Comparison, *, paired: bool) -> Iterator[tuple[Arm, ...]]:
    fields = (block.cell, block.genotype, block.exposure)
    if any(isinstance(one, Steps) for one in fields):
        if comparison.beside != "steps" or any(isinstance(one, Pair) for one in fields):
            told = "steps rise along or fall along their order, without test and control"
            raise BadScenario(f"comparison: {told}; {comparison.text!r} given.")
        yield from _series(fields)
        return
    tested = [Arm(*one) for one in itertools.product(*(_side(one, "test") for one in fields))]
    if comparison.beside == "control":
        if not paired and not any(isinstance(one, Pair) for one in fields):
            raise BadScenario(f"comparison: {comparison.text!r} needs test and control under cell, genotype, exposure or observable.")
        shared = [index for index, one in enumerate(fields) if not isinstance(one, Pair)]
        controls = [Arm(*one) for one in itertools.product(*(_side(one, "control") for one in fields))]
        for test, control in itertools.product(tested, controls):
            if all(_parts(test)[index] == _parts(control)[index] for index in shared):
                yield test, control
    elif any(isinstance(one, Pair) for one in fields) or comparison.beside == "steps":
        raise BadScenario(f"comparison: {comparison.text!r} does not go with test and control, or is for steps; write 'above control'.")
    elif comparison.beside == "parts":
        yield from (_combined(arm) for arm in tested)
    else:
        yield from ((arm,) for arm in tested)


def _parts(arm: Arm) -> tuple[str, str, str]:
    return arm.cell, arm.genotype, arm.exposure


def _side(field: Field, name: str) -> list[str]:
    side: Any = getattr(field, name) if isinstance(field, Pair) else field
    return [side] if isinstance(side, str) else list(side)


def _series(fields: Sequence[Field]) -> Iterator[tuple[Arm, ...]]:
    for others in itertools.product(*([""] if isinstance(one, Steps) else _side(one, "test") for one in fields)):
        length = max(len(one.steps) for one in fields if isinstance(one, Steps))
        pairs = list(zip(fields, others, strict=True))
        yield tuple(Arm(*(one.steps[step] if isinstance(one, Steps) else other for one, other in pairs)) for step in range(length))


def _combined(arm: Arm) -> tuple[Arm, ...]:
    if len(arm.drugs) != 2:
        raise BadScenario(f"exposure: {arm.exposure!r} has {len(arm.drugs)} drugs; a combination has two, with + between them.")
    return (arm, *(arm.without(drug) for drug in reversed(arm.drugs)))
