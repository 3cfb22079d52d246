"""SBML as the build product: numbers, units, annotation, and the checks of libSBML turned into refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exportin import units
from exportin.errors import BadNetwork

__all__ = ["annotate", "check_consistency", "needed_numbers", "read_sbml", "set_numbers", "unit_definition", "write_sbml"]

_PARTS_OF_UNIT = (("mole", -18), ("litre", -12), ("second", 0))


def read_sbml(text: str) -> Any:
    """A libSBML document, refused if it cannot be read."""
    import libsbml

    document = libsbml.readSBMLFromString(text)
    if document.getNumErrors(libsbml.LIBSBML_SEV_ERROR):
        raise BadNetwork(f"SBML cannot be read: {document.getError(0).getMessage().strip()}")
    return document


def write_sbml(document: Any) -> str:
    """Text of a libSBML document."""
    import libsbml

    return str(libsbml.writeSBMLToString(document))


def needed_numbers(document: Any) -> tuple[str, ...]:
    """Ids that must be given a number: parameters and compartments that no rule and no initial assignment sets."""
    model = document.getModel()
    computed = {rule.getVariable() for rule in model.getListOfRules()}
    computed |= {assignment.getSymbol() for assignment in model.getListOfInitialAssignments()}
    things = [*model.getListOfParameters(), *model.getListOfCompartments()]
    return tuple(thing.getId() for thing in things if thing.getId() not in computed and not _has_number(thing))


def _has_number(thing: Any) -> bool:
    return bool(thing.isSetValue() if hasattr(thing, "isSetValue") else thing.isSetSize())


def set_numbers(document: Any, values: Mapping[str, float], unit_of: Mapping[str, str], varying: Iterable[str] = ()) -> None:
    """Write numbers (internal units) and unit references into the model; `varying` may be changed by events."""
    model = document.getModel()
    for name, value in values.items():
        parameter, compartment = model.getParameter(name), model.getCompartment(name)
        if parameter is not None:
            parameter.setValue(value)
        elif compartment is not None:
            compartment.setSize(value)
            compartment.setUnits("volume")
    for name, unit in unit_of.items():
        parameter = model.getParameter(name)
        if parameter is not None:
            parameter.setUnits(unit_definition(model, unit))
    for name in varying:
        model.getParameter(name).setConstant(False)


def unit_definition(model: Any, unit: str) -> str:
    """Id of the SBML unit for a unit of the tables, made where it is missing."""
    import libsbml

    substance, volume, time, mass = units.dimension(unit)
    if not any((substance, volume, time, mass)):
        return "dimensionless"
    exponents = {"n": substance, "V": volume, "t": time, "m": mass}
    name = "unit" + "".join(f"_{letter}{exponent:g}" for letter, exponent in exponents.items() if exponent)
    name = name.replace("-", "m")
    if model.getUnitDefinition(name) is None:
        definition = model.createUnitDefinition()
        definition.setId(name)
        definition.setName(f"internal unit of {unit}")
        kinds = [(kind, scale, power) for (kind, scale), power in zip(_PARTS_OF_UNIT, (substance, volume, time), strict=True) if power]
        kinds += [("kilogram", 0, mass), ("mole", 0, -mass)] if mass else []
        for kind, scale, power in kinds:
            part = definition.createUnit()
            part.setKind(libsbml.UnitKind_forName(kind))
            part.setScale(scale)
            part.setExponent(power)
            part.setMultiplier(1.0)
    return name


def check_consistency(document: Any) -> None:
    """Refuse a model in which libSBML finds an inconsistency or a unit that does not check.

    Warnings count. What is let through by name: units that libSBML cannot finish checking because a literal 0, 1 or 2 in a
    formula has no unit (99505, 99506), and the advice to declare what L3 leaves optional (80701: parameter without units is
    NOT let through; 10501 is a real mismatch and refused).

    Raises
    ------
    BadNetwork
        With the first finding in libSBML's words.
    """
    allowed = {99505, 99506, 99508}
    document.checkConsistency()
    found = [document.getError(i) for i in range(document.getNumErrors())]
    refused = [error for error in found if error.getErrorId() not in allowed]
    if refused:
        first = refused[0]
        raise BadNetwork(f"SBML check {first.getErrorId()} ({len(refused)} in all): {' '.join(first.getMessage().split())}")


def annotate(document: Any, accession: Mapping[str, str], parts: Mapping[str, tuple[str, ...]], sources: Mapping[str, str]) -> None:
    """Add SBO terms and identifiers.org annotation.

    Parameters
    ----------
    document : libsbml.SBMLDocument
    accession : mapping of str to str
        Part (gene symbol) to UniProt accession.
    parts : mapping of str to tuple of str
        Species to the parts that it holds.
    sources : mapping of str to str
        Parameter id to a note (grade, sources, reason).
    """
    model = document.getModel()
    for species in model.getListOfSpecies():
        members = parts.get(species.getId(), ())
        known = [accession[part] for part in members if part in accession]
        species.setSBOTerm("SBO:0000247" if not members else "SBO:0000252" if len(members) == 1 else "SBO:0000297")
        if known:
            species.setMetaId(f"meta_{species.getId()}")
            _add_resources(species, [f"https://identifiers.org/uniprot:{code}" for code in known], single=len(members) == 1)
    for reaction in model.getListOfReactions():
        reaction.setSBOTerm(_reaction_term(reaction.getId()))
        reaction.getKineticLaw().setSBOTerm("SBO:0000001")
    for parameter in model.getListOfParameters():
        parameter.setSBOTerm(_parameter_term(parameter.getId()))
        if parameter.getId() in sources:
            note = _escape(sources[parameter.getId()])
            parameter.setNotes(f'<body xmlns="http://www.w3.org/1999/xhtml"><p>{note}</p></body>')


def _add_resources(species: Any, addresses: list[str], *, single: bool) -> None:
    import libsbml

    term = libsbml.CVTerm()
    term.setQualifierType(libsbml.BIOLOGICAL_QUALIFIER)
    term.setBiologicalQualifierType(libsbml.BQB_IS_VERSION_OF if single else libsbml.BQB_HAS_PART)
    for address in addresses:
        term.addResource(address)
    species.addCVTerm(term)


_REACTION_TERMS = (
    ("Decay", "SBO:0000179"),
    ("Translate", "SBO:0000184"),
    ("Hydrolyse", "SBO:0000376"),
    ("Inactivate", "SBO:0000210"),
    ("Release", "SBO:0000180"),
    ("Strip", "SBO:0000176"),
    ("Eliminate", "SBO:0000179"),
    ("Bind", "SBO:0000177"),
    ("Load", "SBO:0000177"),
    ("Close", "SBO:0000177"),
)


def _reaction_term(name: str) -> str:
    """SBO term by the verb in a reaction's name; what only moves something is a transport reaction."""
    return next((term for verb, term in _REACTION_TERMS if verb in name), "SBO:0000655")


_PARAMETER_TERMS = (
    ("kon", "SBO:0000341"),
    ("koff", "SBO:0000338"),
    ("kcat", "SBO:0000025"),
    ("KM", "SBO:0000027"),
    ("KD", "SBO:0000282"),
    ("KI", "SBO:0000261"),
)


def _parameter_term(name: str) -> str:
    words = name.split("_")
    return next((term for word, term in _PARAMETER_TERMS if word in words), "SBO:0000002")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
