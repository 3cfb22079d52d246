"""The keys of an experiment and their types. Nothing else is accepted, so that an experiment cannot carry its own answer.

What is not listed below has no place to stand: no parameter, no number of cells, no tolerance, no hypothesis.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["Block", "Pair", "Steps"]

Word = Annotated[str, Field(min_length=1, max_length=120)]
Words = Annotated[list[Word], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Pair(_Strict):
    """What is tested and what it is compared with; each of several."""

    test: Word | Words
    control: Word | Words


class Steps(_Strict):
    """A series that is compared along its order."""

    steps: Annotated[list[Word], Field(min_length=3)]


class Block(_Strict):
    """One experiment. Lists mean each of them; all must hold.

    Attributes
    ----------
    cell : names of cells; ``in mice`` after one makes it a xenograft, ``export cycle`` leaves its pathways, and its fate, out
    genotype : words of `exportin.review.words`, a gene's knockdown or overexpression, or ``none``
    exposure : drugs and conditions with ``+`` between them, or ``none``
    observable : see `exportin.review.observable`
    time : when it is observed
    comparison : see `exportin.review.comparison`; one, or one of each observable
    """

    cell: Word | Words | Pair
    genotype: Word | Words | Pair | Steps = "none"
    exposure: Word | Words | Pair | Steps = "none"
    observable: Word | Words | Pair | None = None
    time: Word
    comparison: Word | dict[str, Word]

    @model_validator(mode="after")
    def _fits(self) -> Block:
        if isinstance(self.comparison, dict):
            if self.observable is not None:
                raise ValueError("observables stand either under observable or, each with its own comparison, under comparison")
        elif self.observable is None:
            raise ValueError("the key observable is missing")
        if isinstance(self.genotype, Steps) and isinstance(self.exposure, Steps):
            raise ValueError("one series of steps at a time")
        return self

    @property
    def compared(self) -> list[tuple[str | Pair, str]]:
        """Observables, each with its comparison."""
        if isinstance(self.comparison, dict):
            return [(name, text) for name, text in self.comparison.items()]
        listed = self.observable if isinstance(self.observable, list) else [self.observable]
        return [(one, self.comparison) for one in listed if one is not None]
