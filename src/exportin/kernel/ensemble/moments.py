"""Count, mean, standard deviation, least and greatest over members, with bits that depend on nothing but the members.

Members are the leaves of a binary tree over their indices: node i of level l covers members i 2^l to (i + 1) 2^l - 1. Two halves are merged
by the pairwise update of Chan, Golub and LeVeque (1983, doi:10.1080/00031305.1983.10483115). The tree is the same whatever the
chunks, their order and the number of workers, and its rounding error grows with the logarithm of the number of members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MomentTree", "Moments"]


@dataclass(frozen=True)
class Moments:
    """Moments of neighbouring groups of members; the first axis runs over the groups, the others are those of the values.

    Attributes
    ----------
    count : ndarray
        Members that have a number; may have length-one axes where all are alike.
    mean : ndarray
        Their mean; 0 where there are none.
    scatter : ndarray
        Sum of squared deviations from the mean.
    least, greatest : ndarray
        Extremes; infinite where there are none.
    """

    count: NDArray[np.float64]
    mean: NDArray[np.float64]
    scatter: NDArray[np.float64]
    least: NDArray[np.float64]
    greatest: NDArray[np.float64]

    @classmethod
    def of_members(cls, values: NDArray[np.float64], fine: NDArray[np.bool_]) -> Moments:
        """Groups of one member each; members that are not fine, and single values that are no numbers, are left out."""
        single = (len(values), *[1] * (values.ndim - 1))
        known = np.isfinite(values) & fine.reshape(single)
        if known.all():
            return cls(np.ones(single), values, np.zeros(single), values, values)
        kept = np.where(known, values, 0.0)
        return cls(known.astype(float), kept, np.zeros(single), np.where(known, values, np.inf), np.where(known, values, -np.inf))

    def merge(self, other: Moments) -> Moments:
        """Each group of this one with the same group of the other."""
        count = self.count + other.count
        share = np.divide(other.count, count, out=np.zeros_like(count), where=count > 0)
        step = other.mean - self.mean
        mean = self.mean + step * share
        step *= step
        step *= self.count * share
        step += self.scatter
        step += other.scatter
        return Moments(count, mean, step, np.minimum(self.least, other.least), np.maximum(self.greatest, other.greatest))

    def groups(self, chosen: slice) -> Moments:
        """Some of the groups, without a copy."""
        return Moments(self.count[chosen], self.mean[chosen], self.scatter[chosen], self.least[chosen], self.greatest[chosen])

    def copy(self) -> Moments:
        """The same numbers in memory of their own."""
        return Moments(self.count.copy(), self.mean.copy(), self.scatter.copy(), self.least.copy(), self.greatest.copy())


class MomentTree:
    """Merges chunks of members in any order; holds a few nodes for each gap, never the members.

    Examples
    --------
    >>> import numpy as np
    >>> tree = MomentTree()
    >>> fine = np.ones(2, dtype=bool)
    >>> tree.add(2, np.array([3.0, 4.0]), fine)
    >>> tree.add(0, np.array([1.0, 2.0]), fine)
    >>> total = tree.total()
    >>> float(total.mean[0]), float(total.scatter[0])
    (2.5, 5.0)
    """

    def __init__(self) -> None:
        self._nodes: dict[tuple[int, int], Moments] = {}

    def add(self, start: int, values: NDArray[np.float64], fine: NDArray[np.bool_]) -> None:
        """Take up members `start`, `start` + 1, ...; shape (member, ...), and which of them count, shape (member,)."""
        level, first, groups = 0, start, Moments.of_members(values, fine)
        while size := len(groups.mean):
            if first % 2:
                self._place(level, first, groups.groups(slice(0, 1)))
                first, size, groups = first + 1, size - 1, groups.groups(slice(1, None))
            if size % 2:
                size -= 1
                self._place(level, first + size, groups.groups(slice(size, None)))
            groups = groups.groups(slice(0, size, 2)).merge(groups.groups(slice(1, size, 2)))
            level, first = level + 1, first // 2

    def _place(self, level: int, index: int, node: Moments) -> None:
        """Put a node into the tree, and merge it upwards as long as its sibling is there."""
        merged = False
        while (sibling := self._nodes.pop((level, index ^ 1), None)) is not None:
            node = sibling.merge(node) if index % 2 else node.merge(sibling)
            level, index, merged = level + 1, index // 2, True
        self._nodes[level, index] = node if merged else node.copy()

    def total(self) -> Moments:
        """All members added so far as one group, from the first to the last."""
        nodes = sorted(self._nodes, key=lambda node: node[1] << node[0])
        if not nodes:
            raise ValueError("no members were added")
        total = self._nodes[nodes[0]]
        for node in nodes[1:]:
            total = total.merge(self._nodes[node])
        return total
