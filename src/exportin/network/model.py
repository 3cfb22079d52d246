"""A model with its numbers: built from processes and tables, checked, and written as SBML or Antimony."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exportin.errors import BadNetwork, UnknownName
from exportin.network import sbml
from exportin.network.antimony_text import antimony_to_sbml, write_antimony
from exportin.network.blueprint import Blueprint, DrugSlot, Structure, draw_blueprint, pathways_alone, ran_core
from exportin.network.cell import Cell
from exportin.network.cell import cell as find_cell
from exportin.network.dosed_sbml import Happening, add_events, start_from
from exportin.network.moiety import Moiety, check_moieties, species_parts
from exportin.network.numbers import Numbers, gather
from exportin.network.parameters import Parameter, switches
from exportin.network.reporter import HELPERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Model", "build_model", "model", "pathway_model", "structural_sbml", "structure_of"]

VARYING = ("_medium", "_infusion")


@dataclass(frozen=True)
class Skeleton:
    """A blueprint compiled to SBML, before any number."""

    blueprint: Blueprint
    sbml: str
    needed: tuple[str, ...]
    moieties: tuple[Moiety, ...]


@functools.cache
def skeleton(structure: Structure | tuple[str, ...] | None) -> Skeleton:
    """Compile a structure once; None is the Ran core alone, names are pathways without the export cycle."""
    if isinstance(structure, tuple):
        blueprint = pathways_alone(structure)
    else:
        blueprint = ran_core() if structure is None else draw_blueprint(structure)
    text = antimony_to_sbml(write_antimony(blueprint, {}), blueprint.name)
    document = sbml.read_sbml(text)
    return Skeleton(blueprint, text, sbml.needed_numbers(document), check_moieties(blueprint, document))


@dataclass(frozen=True)
class Model:
    """A checked model with numbers. Build it with `model` or `build_model`.

    Attributes
    ----------
    skeleton : Skeleton
        Its structure.
    numbers : Numbers
        Its numbers with their rows.
    """

    skeleton: Skeleton
    numbers: Numbers

    @property
    def moieties(self) -> tuple[Moiety, ...]:
        """Totals that no reaction changes."""
        return self.skeleton.moieties

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """What each species is made of."""
        return species_parts(self.skeleton.blueprint)

    def to_sbml(
        self,
        values: Mapping[str, float] | None = None,
        start: Mapping[str, float] | None = None,
        changes: Iterable[Happening] = (),
    ) -> str:
        """SBML L3V2 with units, SBO terms and identifiers.org annotation.

        Parameters
        ----------
        values : mapping of str to float, optional
            Numbers in internal units; by default the tables' own.
        start : mapping of str to float, optional
            State to start from, in place of the initial assignments.
        changes : iterable
            Doses and other changes, written as events.
        """
        document = self._document(values)
        if start is not None:
            start_from(document, start)
        add_events(document, changes)
        sbml.annotate(document, _accessions(), self.parts, _notes(self.numbers))
        return sbml.write_sbml(document)

    def to_engine_sbml(self) -> str:
        """The same model without annotation, which an engine would only have to skip."""
        return sbml.write_sbml(self._document(None))

    def to_antimony(self) -> str:
        """Readable Antimony: the process files, their instances, and each number with its unit, grade and source."""
        return write_antimony(self.skeleton.blueprint, self.numbers.at(), _notes(self.numbers))

    def check(self) -> None:
        """Refuse the model if libSBML finds an inconsistency or a unit that does not check."""
        sbml.check_consistency(self._document(None))

    @property
    def digest(self) -> str:
        """Hash of the structure and of every number."""
        numbers = sorted(self.numbers.at().items())
        return hashlib.sha256(f"{self.skeleton.sbml}\n{numbers!r}".encode()).hexdigest()[:16]

    def _document(self, values: Mapping[str, float] | None):
        document = sbml.read_sbml(self.skeleton.sbml)
        blueprint = self.skeleton.blueprint
        units = {name: row.unit for name, row in self.numbers.rows.items()}
        units |= {name: switches()[name].unit if name in switches() else "1" for name in self.numbers.fixed}
        units |= _reporter_units(self.numbers.fixed) | dict(blueprint.inputs)
        units |= {rule.name: rule.unit for rule in blueprint.rules if rule.unit != "initial"}
        for name in blueprint.fragments:
            from exportin.network.process import load_process

            units |= load_process(name).rule_units
        varying = [name for name in blueprint.inputs if name.endswith(VARYING)]
        sbml.set_numbers(document, values or self.numbers.at(), units, varying)
        return document


_REPORTER_UNITS = {"_KD_NES": "uM", "_total": "uM", "_mass": "kDa", "_kimp": "1/s", "_P_passive": "pL/s"}


def _reporter_units(fixed: Mapping[str, float]) -> dict[str, str]:
    return {name: unit for name in fixed for ending, unit in _REPORTER_UNITS.items() if name.endswith(ending)}


def _notes(numbers: Numbers) -> dict[str, str]:
    return {name: f"{row.value:g} {row.unit}, {row.grade}, {row.source}: {row.reason}" for name, row in numbers.rows.items()}


@functools.cache
def _accessions() -> dict[str, str]:
    """Gene symbol to UniProt accession, from the tables of facts."""
    from exportin import knowledge

    return {symbol: row.uniprot for symbol, row in knowledge.human_proteins().items() if row.uniprot}


def structure_of(cell: Cell, drugs: Sequence[DrugSlot] = ()) -> Structure:
    """The structure that a cell and its drugs need."""
    leaky = tuple(reporter.symbol for reporter in cell.reporters if reporter.leak is not None)
    unexported = tuple(reporter.symbol for reporter in cell.reporters if reporter.nes_kd is None)
    return Structure(tuple(cell.alleles), (*cell.cargoes, *HELPERS), tuple(drugs), leaky, cell.pathways, unexported)


def build_model(cell: Cell, drugs: Sequence[DrugSlot] = (), extra: Mapping[str, Parameter | float] | None = None) -> Model:
    """The export cycle of one cell with given drugs.

    Parameters
    ----------
    cell : Cell
        Context and changes.
    drugs : sequence of DrugSlot
        Drugs that the cell or patient meets.
    extra : mapping, optional
        Numbers that the exposures bring along.
    """
    bones = skeleton(structure_of(cell, drugs))
    return Model(bones, gather(bones.needed, cell, structure_of(cell, drugs), extra or {}))


def model(name: str = "cell", *, cell: Cell | None = None) -> Model:
    """A model of the catalogue.

    Parameters
    ----------
    name : str
        ``cell``: the whole export cycle; ``ran_core``: the Ran cycle alone.
    cell : Cell, optional
        Context; HeLa by default.

    Examples
    --------
    >>> [moiety.name for moiety in model("ran_core").moieties]
    ['RAN', 'RCC1', 'RANBP1']
    """
    context = cell or find_cell("HeLa")
    if name == "cell":
        return build_model(context)
    if name == "ran_core":
        bones = skeleton(None)
        return Model(bones, gather(bones.needed, context, Structure(), {}))
    raise UnknownName("model", name, ["cell", "ran_core"])


def pathway_model(names: Sequence[str], cell: Cell, loaded: float | None = None) -> Model:
    """Pathways of one cell without the export cycle.

    Parameters
    ----------
    names : sequence of str
    cell : Cell
    loaded : float, optional
        Nuclear XPO1 that carries RanGTP and no drug, uM; by default that of the reference cell.

    Its draws come from each row's own spread: a pathway by itself is not what was calibrated.
    """
    bones = skeleton(tuple(names))
    extra = {"XPO1_loaded_n": cell.parameter("XPO1_loaded_reference").internal if loaded is None else loaded, "proteasome": 1.0}
    return Model(bones, gather(bones.needed, cell, Structure(pathways=tuple(names)), extra, calibrated=False))


def structural_sbml(structure: Structure | tuple[str, ...]) -> str:
    """SBML of a structure with a one for every number, for an engine that is given the numbers at each run."""
    bones = skeleton(structure)
    document = sbml.read_sbml(bones.sbml)
    varying = [name for name in bones.blueprint.inputs if name.endswith(VARYING)]
    sbml.set_numbers(document, dict.fromkeys(bones.needed, 1.0), {}, varying)
    return sbml.write_sbml(document)


def check_unused_rows(used: set[str], known: frozenset[str]) -> None:
    """Refuse parameter rows that no model uses."""
    unused = sorted(known - used)
    if unused:
        raise BadNetwork(f"rows of parameters.tsv that no model uses: {', '.join(unused)}.")
