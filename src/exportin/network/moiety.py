"""Conserved moieties: those that the process files promise against those that the stoichiometry has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exportin.errors import BadNetwork
from exportin.network.blueprint import Blueprint
from exportin.network.process import load_process

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Moiety", "check_moieties", "species_parts", "stoichiometry"]


@dataclass(frozen=True)
class Moiety:
    """A total that no reaction changes: how many of it each species holds."""

    name: str
    members: Mapping[str, int]


def species_parts(blueprint: Blueprint) -> dict[str, tuple[str, ...]]:
    """What each species is made of, with the blueprint's own names.

    Examples
    --------
    >>> from exportin.network.blueprint import Structure, draw_blueprint
    >>> species_parts(draw_blueprint(Structure(cargoes=("RANBP1", "TP53"))))["TP53_XPO1_RANGTP_n"]
    ('XPO1', 'RAN', 'TP53')
    """
    parts: dict[str, tuple[str, ...]] = dict(blueprint.parts)
    for name in blueprint.fragments:
        parts |= load_process(name).contents
    for instance in blueprint.instances:
        process = load_process(instance.process)
        for species, content in process.contents.items():
            name = instance.actual.get(species, f"{instance.name}_{species}")
            parts[name] = tuple(part for word in content for part in _resolve(word, instance.name, instance.actual, parts))
    return parts


def _resolve(word: str, owner: str, actual: Mapping[str, str], parts: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Parts behind a word of a `contains` line: itself, the instance, or whatever was given for a formal's stem."""
    if word == "self":
        return (owner,)
    given = actual.get(f"{word}_n")
    return parts[given] if given is not None and given in parts else (word,)


def promised(blueprint: Blueprint) -> tuple[str, ...]:
    """Names of the totals that the process files promise to keep."""
    names = [part for name in blueprint.fragments for part in load_process(name).conserved]
    for instance in blueprint.instances:
        names += [instance.name if part == "self" else part for part in load_process(instance.process).conserved]
    names += [part for content in blueprint.parts.values() for part in content]
    return tuple(dict.fromkeys(names))


def stoichiometry(document: Any) -> tuple[np.ndarray, tuple[str, ...], tuple[str, ...]]:
    """Net stoichiometry of a model.

    Returns
    -------
    matrix : ndarray, shape (species, reactions)
    species, reactions : tuple of str
        Ids of its rows and columns.
    """
    import numpy as np

    model = document.getModel()
    species = tuple(one.getId() for one in model.getListOfSpecies() if not one.getBoundaryCondition())
    reactions = tuple(one.getId() for one in model.getListOfReactions())
    row = {name: index for index, name in enumerate(species)}
    matrix = np.zeros((len(species), len(reactions)))
    for column, reaction in enumerate(model.getListOfReactions()):
        for sign, side in ((-1, reaction.getListOfReactants()), (1, reaction.getListOfProducts())):
            for reference in side:
                if reference.getSpecies() in row:
                    matrix[row[reference.getSpecies()], column] += sign * reference.getStoichiometry()
    return matrix, species, reactions


def check_moieties(blueprint: Blueprint, document: Any) -> tuple[Moiety, ...]:
    """The promised moieties, after proof that they are conserved and that there are no others.

    Raises
    ------
    BadNetwork
        If a reaction makes or destroys a promised total, or if the stoichiometry keeps a total that nobody promised.
    """
    import numpy as np

    matrix, species, reactions = stoichiometry(document)
    parts = species_parts(blueprint)
    moieties = []
    for name in promised(blueprint):
        members = {one: parts[one].count(name) for one in species if name in parts.get(one, ())}
        weights = np.array([members.get(one, 0) for one in species], dtype=float)
        broken = [reactions[index] for index in np.flatnonzero(np.abs(weights @ matrix) > 1e-12)]
        if broken:
            raise BadNetwork(f"{name} is declared conserved, but {', '.join(broken[:4])} makes or destroys it.")
        moieties.append(Moiety(name, members))
    kept = len(species) - int(np.linalg.matrix_rank(matrix))
    if kept != len(moieties):
        declared = ", ".join(promised(blueprint))
        raise BadNetwork(f"the reactions keep {kept} totals, but the process files declare {len(moieties)}: {declared}.")
    return tuple(moieties)
