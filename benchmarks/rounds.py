"""Engines taken in turns, so that whatever slows the machine slows them all; medians and spread of what they did."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from engines.remote import Block, Remote


@dataclass(frozen=True)
class Spread:
    """Median, least and largest of some figures."""

    median: float
    least: float
    largest: float

    @staticmethod
    def of(figures: list[float]) -> Spread:
        return Spread(statistics.median(figures), min(figures), max(figures))

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.least:.3g} to {self.largest:.3g})"


@dataclass(frozen=True)
class Rounds:
    """Blocks of every engine, one a round.

    Attributes
    ----------
    blocks : mapping of str to list of Block
    """

    blocks: Mapping[str, list[Block]]

    def rate(self, engine: str) -> Spread:
        """Trajectories per second."""
        return Spread.of([block.rate for block in self.blocks[engine]])

    def ratio(self, engine: str, peer: str) -> Spread:
        """How many times the peer's rate in the same round."""
        pairs = zip(self.blocks[engine], self.blocks[peer], strict=True)
        return Spread.of([one.rate / other.rate for one, other in pairs])

    def cpu_share(self, engine: str) -> float:
        """CPU time over wall time; less than one where somebody else used the core."""
        return statistics.median(block.cpu / block.wall for block in self.blocks[engine])

    def failed(self, engine: str) -> int:
        return sum(block.failed for block in self.blocks[engine])


def block_size(remote: Remote, seconds: float, most: int = 4000) -> int:
    """Number of patients that take about so long; what is run for it also warms the engine."""
    count = 1
    for _ in range(4):
        block = remote.run(0, count)
        wanted = min(most, max(1, round(seconds * block.rate)))
        if wanted <= 2 * count:
            return wanted
        count = min(wanted, 8 * count)
    return count


def take_turns(remotes: Mapping[str, Remote], rounds: int, seconds: float, size: int | None = None) -> Rounds:
    """A block of every engine a round; each round has its own patients. `size` fixes the patients a block."""
    sizes = {engine: size or block_size(remote, seconds) for engine, remote in remotes.items()}
    blocks: dict[str, list[Block]] = {engine: [] for engine in remotes}
    for number in range(rounds):
        for engine, remote in remotes.items():
            blocks[engine].append(remote.run(number * sizes[engine], sizes[engine]))
    return Rounds(blocks)
