"""Mathematics of an SBML document as plain trees, free of libSBML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exportin.errors import BadNetwork

__all__ = ["Tree", "TreeReader", "rate_name"]


def rate_name(name: str) -> str:
    """The key under which the rate of change of an id is kept (no SBML id has a prime).

    Examples
    --------
    >>> rate_name("A")
    "A'"
    """
    return f"{name}'"


@dataclass(frozen=True, eq=False)
class Tree:
    """A formula.

    Attributes
    ----------
    kind : str
        ``number``, ``name``, ``rate`` (of what is named), or an operator as libSBML calls it, without ``AST_``.
    name : str
        What is named or called.
    value : float
        Of a number.
    children : tuple of Tree
    needs : frozenset of str
        Ids in it; the rate of change of an id comes as `rate_name` of it.
    """

    kind: str
    name: str
    value: float
    children: tuple[Tree, ...]
    needs: frozenset[str]


class TreeReader:
    """Makes trees from those of libSBML."""

    def __init__(self) -> None:
        import libsbml

        self._kinds = {getattr(libsbml, name): name.removeprefix("AST_") for name in dir(libsbml) if name.startswith("AST_")}

    def read(self, root: Any) -> Tree:
        """A tree of libSBML as a plain one."""
        made: list[Tree] = []
        queue: list[tuple[Any, int]] = [(root, -1)]
        while queue:
            node, count = queue.pop()
            if count < 0:
                kind = self._kinds.get(node.getType(), "UNKNOWN")
                count = 0 if kind == "FUNCTION_RATE_OF" else node.getNumChildren()
                if count:
                    queue.append((node, count))
                    queue += [(node.getChild(index), -1) for index in reversed(range(count))]
                    continue
            children = tuple(made[len(made) - count :])
            del made[len(made) - count :]
            made.append(self._tree(node, children))
        return made[0]

    def _tree(self, node: Any, children: tuple[Tree, ...]) -> Tree:
        kind = self._kinds.get(node.getType(), "UNKNOWN")
        if kind == "REAL_E":
            return Tree("number", "", float(f"{node.getMantissa()!r}e{node.getExponent()}"), (), frozenset())
        if kind in {"INTEGER", "REAL", "RATIONAL"}:
            return Tree("number", "", float(node.getValue()), (), frozenset())
        if kind == "NAME":
            return Tree("name", node.getName(), 0.0, (), frozenset([node.getName()]))
        if kind == "FUNCTION_RATE_OF":
            if node.getNumChildren() != 1 or not (name := node.getChild(0).getName()):
                raise BadNetwork("rateOf takes the id of one quantity; write it so.")
            return Tree("rate", name, 0.0, (), frozenset([rate_name(name)]))
        return Tree(kind, node.getName() or "", 0.0, children, frozenset[str]().union(*(child.needs for child in children)))
