"""A model in words: its processes, its species and what they are made of, its numbers with their defence."""

from __future__ import annotations

from typing import Any

from exportin.network.model import Model

__all__ = ["describe", "write"]


def describe(model: Model) -> dict[str, Any]:
    """Structure and numbers of a model, ready for JSON."""
    blueprint = model.skeleton.blueprint
    rows = model.numbers.rows
    return {
        "name": blueprint.name,
        "digest": model.digest,
        "processes": [*blueprint.fragments, *(f"{one.name}: {one.process}" for one in blueprint.instances)],
        "species": {name: list(parts) for name, parts in model.parts.items()},
        "conserved": [moiety.name for moiety in model.moieties],
        "parameters": [
            {"id": name, "value": row.value, "unit": row.unit, "grade": row.grade, "source": row.source, "reason": row.reason}
            for name, row in sorted(rows.items())
        ],
        "controls": dict(sorted(model.numbers.fixed.items())),
    }


def write(model: Model) -> str:
    """The same as text.

    Examples
    --------
    >>> from exportin.network.model import model
    >>> write(model("ran_core")).splitlines()[0].split(",")[0]
    'ran_core'
    """
    facts = describe(model)
    lines = [f"{facts['name']}, {len(facts['species'])} species, digest {facts['digest']}", "", "processes"]
    lines += [f"  {process}" for process in facts["processes"]]
    lines += ["", "conserved totals", "  " + ", ".join(facts["conserved"]), "", "parameters"]
    for row in facts["parameters"]:
        lines.append(f"  {row['id']:<28} {row['value']:>12g} {row['unit']:<12} {row['grade']:<9} {row['source']}: {row['reason']}")
    return "\n".join(lines)
