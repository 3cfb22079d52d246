"""An index range cut into chunks, and the chunks of one part of a job array."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from exportin.errors import BadQuantity

__all__ = ["Chunk", "Plan", "parse_part", "suggest_chunk"]


@dataclass(frozen=True)
class Chunk:
    """Members `start` to `stop` (left out) of an ensemble, computed and stored together.

    Attributes
    ----------
    number : int
        Position among the chunks, from 0.
    start, stop : int
        First member, and the one after the last.
    """

    number: int
    start: int
    stop: int

    @property
    def members(self) -> range:
        """Indices of the members."""
        return range(self.start, self.stop)

    def __len__(self) -> int:
        return self.stop - self.start

    def __str__(self) -> str:
        return f"chunk {self.number} (members {self.start} to {self.stop - 1})"


@dataclass(frozen=True)
class Plan:
    """Members 0 to `count` - 1 in chunks of `chunk`; the last may be shorter. Nothing here depends on the number of workers.

    Parameters
    ----------
    count : int
        Members of the ensemble.
    chunk : int
        Members of a chunk.

    Raises
    ------
    BadQuantity
        If either is not a whole number of at least 1.

    Examples
    --------
    >>> plan = Plan(10, 4)
    >>> [chunk.members for chunk in plan]
    [range(0, 4), range(4, 8), range(8, 10)]
    >>> [chunk.number for chunk in plan.part(2, 2)]
    [1, 2]
    """

    count: int
    chunk: int

    def __post_init__(self) -> None:
        for name, value in (("count", self.count), ("chunk", self.chunk)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise BadQuantity(f"{name}: {value!r} is not a whole number of at least 1.")

    def __len__(self) -> int:
        return -(-self.count // self.chunk)

    def __getitem__(self, number: int) -> Chunk:
        if not 0 <= number < len(self):
            raise IndexError(f"chunk {number} of {len(self)}")
        return Chunk(number, number * self.chunk, min(self.count, (number + 1) * self.chunk))

    def __iter__(self) -> Iterator[Chunk]:
        return (self[number] for number in range(len(self)))

    def part(self, index: int, parts: int) -> tuple[Chunk, ...]:
        """Neighbouring chunks that make part `index` (from 1) of `parts`; with more parts than chunks some are empty.

        Raises
        ------
        BadQuantity
            If there is no such part.
        """
        if parts < 1 or not 1 <= index <= parts:
            raise BadQuantity(f"part {index} of {parts} does not exist; the parts are counted from 1 to their number, as in 3/16.")
        first, last = (index - 1) * len(self) // parts, index * len(self) // parts
        return tuple(self[number] for number in range(first, last))


def parse_part(text: str) -> tuple[int, int]:
    """Read which part of a job array this is.

    Parameters
    ----------
    text : str
        ``"i/n"``: part i of n, counted from 1.

    Raises
    ------
    BadQuantity
        If it is written in another way, or there is no such part.

    Examples
    --------
    >>> parse_part("3/16")
    (3, 16)
    >>> parse_part("0/16")
    Traceback (most recent call last):
    ...
    exportin.errors.BadQuantity: chunk: '0/16' is no part; parts are counted from 1, so give 1/16 to 16/16.
    """
    found = re.fullmatch(r"\s*([0-9]{1,9})\s*/\s*([0-9]{1,9})\s*", text)
    if found is None:
        raise BadQuantity(f"chunk: {text!r} is not written as i/n; give for example 3/16 for the third of sixteen parts.")
    index, parts = int(found[1]), int(found[2])
    if parts < 1:
        raise BadQuantity(f"chunk: {text!r} asks for no parts at all; give for example 1/1.")
    if not 1 <= index <= parts:
        raise BadQuantity(f"chunk: {text!r} is no part; parts are counted from 1, so give 1/{parts} to {parts}/{parts}.")
    return index, parts


def suggest_chunk(count: int, member_bytes: int, lanes: int = 8) -> int:
    """Members of a chunk: about 8 MB of output, a multiple of the lanes, and at least 32 chunks where there are members enough.

    Parameters
    ----------
    count : int
        Members of the ensemble.
    member_bytes : int
        Output of one member.
    lanes : int
        Trajectories that run side by side in one core.

    Examples
    --------
    >>> suggest_chunk(10_000, 24_000)
    312
    >>> suggest_chunk(3, 24_000)
    3
    """
    wanted = min(8_000_000 // max(member_bytes, 1), count // 32)
    return min(count, max(lanes, wanted // lanes * lanes))
