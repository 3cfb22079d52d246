"""In which order to eliminate: diagonal pivots by least fill, and the pattern of the factors."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

__all__ = ["Factors", "factorise_pattern"]


@dataclass(frozen=True)
class Factors:
    """Pattern of a sparse LU factorisation without pivoting.

    Attributes
    ----------
    order : tuple of int
        ``order[k]`` is the state that is eliminated as the k-th; below, states are counted in this order.
    rows : tuple of tuple of int
        Columns of each row of L + U, ascending, diagonal included.
    start : tuple of int
        Place of each row's first entry in the list of all entries.
    """

    order: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    start: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of entries of L + U."""
        return self.start[-1]

    @property
    def operations(self) -> int:
        """Multiply-and-subtract operations of a factorisation."""
        ahead = [sum(column > k for column in row) for k, row in enumerate(self.rows)]
        return sum(1 + ahead[k] for i, row in enumerate(self.rows) for k in row if k < i)

    def slot(self, row: int, column: int) -> int:
        """Place of an entry in the list of all entries."""
        return self.start[row] + self.rows[row].index(column)


def factorise_pattern(size: int, entries: Collection[tuple[int, int]]) -> Factors:
    """Order the pivots by Markowitz' count (the least product of others in row and column) and fill in.

    Parameters
    ----------
    size : int
    entries : collection of (row, column)
        Non-zero places of the Jacobian; the diagonal is added.

    Examples
    --------
    >>> factorise_pattern(3, [(0, 1), (0, 2), (1, 0), (2, 0)]).order
    (1, 0, 2)
    """
    rows = [{i} for i in range(size)]
    columns = [{i} for i in range(size)]
    for i, j in entries:
        rows[i].add(j)
        columns[j].add(i)
    left, order, above = set(range(size)), [], {}
    while left:
        pivot = min(left, key=lambda k: ((len(rows[k]) - 1) * (len(columns[k]) - 1), len(rows[k]) + len(columns[k]), k))
        left.discard(pivot)
        order.append(pivot)
        ahead, below = rows[pivot] - {pivot}, columns[pivot] - {pivot}
        above[pivot] = (ahead, below)
        for i in below:
            rows[i] |= ahead
            rows[i].discard(pivot)
        for j in ahead:
            columns[j] |= below
            columns[j].discard(pivot)
    place = {state: k for k, state in enumerate(order)}
    pattern: list[set[int]] = [{k} for k in range(size)]
    for pivot, (ahead, below) in above.items():
        pattern[place[pivot]] |= {place[j] for j in ahead}
        for i in below:
            pattern[place[i]].add(place[pivot])
    filled = tuple(tuple(sorted(row)) for row in pattern)
    start = [0]
    for row in filled:
        start.append(start[-1] + len(row))
    return Factors(tuple(order), filled, tuple(start))
