"""In which order to eliminate: diagonal pivots by least fill, and the pattern of the factors."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

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
    """

    order: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """Number of entries of L + U."""
        return len(self.entries)

    @property
    def upper(self) -> int:
        """Number of entries of U, diagonal included."""
        return sum(j >= i for i, j in self.entries)

    @cached_property
    def entries(self) -> tuple[tuple[int, int], ...]:
        """Row and column of each entry in the order in which a substitution reads them, which is how they lie in memory.

        L row by row, then U from its last row to its first, each row's diagonal behind its other entries.
        """
        lower = [(i, j) for i, row in enumerate(self.rows) for j in row if j < i]
        upper = [(i, j) for i, row in reversed(list(enumerate(self.rows))) for j in (*(j for j in row if j > i), i)]
        return (*lower, *upper)

    @cached_property
    def _slots(self) -> dict[tuple[int, int], int]:
        return {entry: slot for slot, entry in enumerate(self.entries)}

    @property
    def operations(self) -> int:
        """Multiply-and-subtract operations of a factorisation."""
        ahead = [sum(column > k for column in row) for k, row in enumerate(self.rows)]
        return sum(1 + ahead[k] for i, row in enumerate(self.rows) for k in row if k < i)

    def slot(self, row: int, column: int) -> int:
        """Place of an entry in the list of all entries."""
        return self._slots[row, column]


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
    left, order, above = set(range(size)), list[int](), dict[int, tuple[set[int], set[int]]]()
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
    order = _gathered(order, above)
    place = {state: k for k, state in enumerate(order)}
    pattern: list[set[int]] = [{k} for k in range(size)]
    for pivot, (ahead, below) in above.items():
        pattern[place[pivot]] |= {place[j] for j in ahead}
        for i in below:
            pattern[place[i]].add(place[pivot])
    return Factors(tuple(order), tuple(tuple(sorted(row)) for row in pattern))


def _gathered(order: Sequence[int], above: Mapping[int, tuple[set[int], set[int]]]) -> list[int]:
    """The same elimination in an order that keeps together what belongs together.

    A pivot has to come before those whose row or column it changes, and nothing else matters for fill or arithmetic. So each is put
    right before the first that waits for it: states of one pathway lie side by side in memory, and stay in the cache.
    """
    before: dict[int, list[int]] = {state: [] for state in order}
    for state in order:
        for other in set().union(*above[state]):
            before[other].append(state)
    found: dict[int, None] = {}
    for last in order:
        if any(above[last]):
            continue  # reached from those that wait for it
        stack = [(last, iter(before[last]))]
        while stack:
            state, waiting = stack[-1]
            step = next((one for one in waiting if one not in found), None)
            if step is None:
                found[state] = None
                stack.pop()
            else:
                stack.append((step, iter(before[step])))
    return list(found)
