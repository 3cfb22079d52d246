"""Process files: one biological process each, in Antimony, with what its species are made of.

A file is either a fragment (its names are the model's own) or one ``module`` (instantiated once a cargo, drug or XPO1 form).
These comments are read:

* ``// contains SPECIES: A + B`` names the parts of a species;
* ``// conserved A`` promises that the total of A never changes;
* ``// unit NAME: unit`` gives the unit of a variable that a rule computes;
* ``// pathway NAME`` puts a fragment into a pathway, which a cell can have or not;
* ``// replaces SYMBOL`` says which cargo of the export cycle a pathway takes over.

In a module, ``self`` is the instance, and a formal's stem (``E`` for ``E_n``) is what the instance was given for it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from exportin.errors import BadNetwork

__all__ = ["Process", "load_process", "process_names"]

_CONTAINS = re.compile(r"^// contains (\w+): (.+)$", re.MULTILINE)
_CONSERVED = re.compile(r"^// conserved (\w+)$", re.MULTILINE)
_UNIT = re.compile(r"^// unit (\w+): (\S+)$", re.MULTILINE)
_PATHWAY = re.compile(r"^// pathway (\w+)$", re.MULTILINE)
_REPLACES = re.compile(r"^// replaces (\w+)$", re.MULTILINE)
_MODULE = re.compile(r"^module (\w+)\(([^)]*)\)", re.MULTILINE)


@dataclass(frozen=True)
class Process:
    """One process file.

    Attributes
    ----------
    name : str
        File name without its ending.
    text : str
        Antimony, one logical line a line.
    formals : tuple of str or None
        Arguments of a module; None for a fragment.
    contents : mapping of str to tuple of str
        Species to the parts that it holds.
    conserved : tuple of str
        Parts whose total this process promises to keep.
    rule_units : mapping of str to str
        Units of the variables that its rules compute.
    pathway : str or None
        The pathway that it belongs to.
    replaces : tuple of str
        Cargoes of the export cycle that it takes over.
    """

    name: str
    text: str
    formals: tuple[str, ...] | None
    contents: Mapping[str, tuple[str, ...]]
    conserved: tuple[str, ...]
    rule_units: Mapping[str, str]
    pathway: str | None = None
    replaces: tuple[str, ...] = ()


def process_names() -> tuple[str, ...]:
    """Names of all process files.

    Examples
    --------
    >>> "ride" in process_names()
    True
    """
    folder = resources.files("exportin.network") / "processes"
    return tuple(sorted(entry.name.removesuffix(".ant") for entry in folder.iterdir() if entry.name.endswith(".ant")))


@functools.cache
def load_process(name: str) -> Process:
    """Read one process file.

    Examples
    --------
    >>> load_process("adduct").formals[-2:]
    ('kinact', 'krev')
    >>> load_process("ride").contents["T_RANGTP_c"]
    ('XPO1', 'RAN', 'C')
    """
    source = (resources.files("exportin.network") / "processes" / f"{name}.ant").read_text(encoding="utf-8")
    return parse_process(name, source)


def parse_process(name: str, source: str) -> Process:
    """A `Process` from the text of its file.

    Raises
    ------
    BadNetwork
        If the file holds more than one module, or a module of another name.
    """
    if re.search(r"^\s*import\b", source, re.MULTILINE):
        raise BadNetwork(f"process {name!r}: 'import' is not allowed; name the process in the blueprint instead.")
    text = re.sub(r",\n\s+", ", ", source)
    modules = _MODULE.findall(text)
    if len(modules) > 1 or (modules and modules[0][0] != name):
        raise BadNetwork(f"process {name!r}: a file holds one module of its own name; found {[module for module, _ in modules]}.")
    contents = {species: tuple(part.strip() for part in parts.split("+")) for species, parts in _CONTAINS.findall(source)}
    formals = tuple(word.strip() for word in modules[0][1].split(",")) if modules else None
    conserved, units, home = tuple(_CONSERVED.findall(source)), dict(_UNIT.findall(source)), _PATHWAY.findall(source)
    if len(home) > 1 or (home and modules):
        raise BadNetwork(f"process {name!r}: a pathway's process is a fragment of one pathway; found {home} and {len(modules)} modules.")
    return Process(name, text, formals, contents, conserved, units, home[0] if home else None, tuple(_REPLACES.findall(source)))
