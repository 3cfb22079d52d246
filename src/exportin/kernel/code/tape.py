"""Expressions as a list of operations for the compiled code to read: what may change without compiling anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exportin.kernel.code.expression import ARITY, Expr, postorder

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["OPERATIONS", "Tape", "write_tape"]

# The order is the code's: it becomes an enumeration of the generated source.
OPERATIONS = ("num", "x", "p", "t", *ARITY)


@dataclass(frozen=True)
class Tape:
    """A straight-line program; operation k writes register k.

    Attributes
    ----------
    code : ndarray of int32, shape (operation, 4)
        Operator and up to three arguments: registers, or the index of a number, state or parameter.
    numbers : ndarray of float64
    outputs : ndarray of int32
        Registers of the results.
    reads : ndarray of int32
        Places of the states that it reads.
    """

    code: NDArray[np.int32]
    numbers: NDArray[np.float64]
    outputs: NDArray[np.int32]
    reads: NDArray[np.int32]


def write_tape(roots: Sequence[Expr], place: Sequence[int] | None = None) -> Tape:
    """The program that computes some expressions.

    Parameters
    ----------
    roots : sequence of Expr
    place : sequence of int, optional
        Where the compiled code keeps each state; by default as counted.

    Examples
    --------
    >>> from exportin.kernel.code.expression import Algebra
    >>> algebra = Algebra()
    >>> write_tape([algebra.add(algebra.x(0), algebra.num(2.0))]).code.tolist()
    [[1, 0, 0, 0], [0, 0, 0, 0], [4, 0, 1, 0]]
    """
    number = {name: index for index, name in enumerate(OPERATIONS)}
    code: list[tuple[int, int, int, int]] = []
    numbers: list[float] = []
    where: dict[Expr, int] = {}
    reads: set[int] = set()

    def emit(op: str, *args: int) -> int:
        code.append((number[op], *args, *(0,) * (3 - len(args))))  # type: ignore[arg-type]
        return len(code) - 1

    for node in postorder(roots):
        if node.op == "num":
            numbers.append(node.value)
            where[node] = emit("num", len(numbers) - 1)
        elif node.op == "x":
            index = int(node.value) if place is None else place[int(node.value)]
            reads.add(index)
            where[node] = emit("x", index)
        elif node.op in {"p", "t"}:
            where[node] = emit(node.op, int(node.value))
        elif ARITY[node.op] is None:
            register = where[node.args[0]]
            if len(node.args) == 1:
                where[node] = register
                continue
            for argument in node.args[1:]:
                register = emit(node.op, register, where[argument])
            where[node] = register
        else:
            where[node] = emit(node.op, *(where[argument] for argument in node.args))
    return Tape(
        np.array(code, dtype=np.int32).reshape(-1, 4),
        np.array(numbers or [0.0]),
        np.array([where[root] for root in roots], dtype=np.int32),
        np.array(sorted(reads), dtype=np.int32),
    )
