"""A user's own compound in a file: its binding to XPO1 in five numbers, and more where it is known.

    name: X1
    kon: 1 1/(uM*s)          # encounter
    KD: 10 nM                # or koff, or KI
    kinact: 0.002 1/s        # adduct with Cys528
    krev: 0.05 1/h           # and back
    kdeg: 0.01 1/h           # extra decay of XPO1 that carries it

The mechanism follows from the numbers: without `kinact` the compound is reversible, without `krev` irreversible.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from exportin import units
from exportin.errors import BadQuantity, ExportinError, nearest, squash
from exportin.pharmacology.compound import RATE_UNITS, Compound, compound
from exportin.yaml_file import load_yaml, read_text

__all__ = ["parse_compound", "read_compound"]

_BINDING = ("koff", "KI", "KD")
_KEYS = ("name", "mechanism", "molar_mass", "koff", *RATE_UNITS)


def read_compound(path: str | os.PathLike[str]) -> Compound:
    """The compound that a file describes.

    Raises
    ------
    BadQuantity
        If the file cannot be read, or what it says is no compound; the message names the line.
    """
    file = Path(path)
    text = read_text(file, "compound", BadQuantity)
    return parse_compound(text, file.name)


def parse_compound(text: str, file: str = "compound") -> Compound:
    r"""A compound from the text of its file.

    Parameters
    ----------
    text : str
        A YAML mapping of ``name`` and numbers with units.
    file : str
        Name of the file, for the errors.

    Raises
    ------
    BadQuantity

    Examples
    --------
    >>> made = parse_compound("name: X1\nkon: 1 1/(uM*s)\nkoff: 0.02 1/s\n")
    >>> made.mechanism, made.rates["X1_KI"].value
    ('reversible', 0.02)
    >>> parse_compound("name: X1\nkon: 1 1/(uM*s)\nKD: 10 nM\nkinact: -1 1/s\n", "x1.yaml")
    Traceback (most recent call last):
    ...
    exportin.errors.BadQuantity: x1.yaml, line 4: kinact: '-1 1/s' is not a non-negative finite number.
    """
    tree = load_yaml(text, file, "compound file", BadQuantity, such="name")
    lines = {str(key): tree.lc.key(key)[0] + 1 for key in tree}
    given = {str(key): str(value) for key, value in tree.items() if value is not None}
    for key in tree:
        if str(key) not in _KEYS:
            near = nearest(str(key), _KEYS, 1)
            hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(_KEYS)}."
            raise BadQuantity(f"{file}, line {lines[str(key)]}: {str(key)!r} is not a key of a compound file; {hint}")
        if str(key) not in given or not isinstance(tree[key], (str, int, float)) or isinstance(tree[key], bool):
            raise BadQuantity(
                f"{file}, line {lines[str(key)]}: {str(key)!r} has no value; write for example '{key}: {_example(str(key))}'."
            )
    if "name" not in given:
        raise BadQuantity(f"{file}: the key 'name' is missing; a compound file begins with for example 'name: X1'.")
    _refuse_known(given["name"], file, lines["name"])
    levels = {key: _level(key, text, file, lines[key]) for key, text in given.items() if key not in ("name", "mechanism", "molar_mass")}
    mechanism = given.get("mechanism", _mechanism(levels))
    rates = _rates(given, levels, mechanism, file)
    try:
        return compound(given["name"], mechanism=mechanism, molar_mass=given.get("molar_mass"), **rates)
    except ExportinError as error:
        raise BadQuantity(f"{file}: {error}") from error


def _mechanism(levels: Mapping[str, float]) -> str:
    """What the numbers say: no adduct, an adduct that stays, or one that reverts."""
    if not levels.get("kinact"):
        return "reversible"
    return "slowly_reversible_covalent" if levels.get("krev") else "irreversible_michael"


def _rates(given: Mapping[str, str], levels: Mapping[str, float], mechanism: str, file: str) -> dict[str, str]:
    """What `compound` takes: the strength of binding as the mechanism wants it, and everything else as it is."""
    ways = [key for key in _BINDING if key in given]
    if len(ways) != 1:
        found = f"found {' and '.join(ways)}" if ways else "found none"
        raise BadQuantity(f"{file}: the binding is told by exactly one of koff, KI (of the encounter) and KD (apparent); {found}.")
    way, reverts = ways[0], mechanism in ("slowly_reversible_covalent", "degrader")
    if way == "koff" and "kon" not in levels:
        raise BadQuantity(f"{file}: koff needs kon beside it, for example 'kon: 1 {RATE_UNITS['kon']}'; or give KD.")
    if way == "KD" and mechanism == "irreversible_michael":
        raise BadQuantity(f"{file}: KD: an adduct that stays has no apparent dissociation constant; give koff or KI, of the encounter.")
    kept = {key: text for key, text in given.items() if key not in ("name", "mechanism", "molar_mass", *_BINDING)}
    if mechanism == "reversible":  # a zero says what the mechanism says
        kept = {key: text for key, text in kept.items() if key not in ("kinact", "krev") or levels[key] != 0}
    strength = levels["koff"] / levels["kon"] if way == "koff" else levels[way]
    if reverts and way != "KD" and levels.get("kinact") and levels.get("krev"):
        strength /= 1 + levels["kinact"] / levels["krev"]
    return {**kept, "KD" if reverts else "KI": f"{strength!r} uM"}


def _level(key: str, text: str, file: str, line: int) -> float:
    """A number in internal units."""
    try:
        return units.parse(text, RATE_UNITS.get(key, "1/s"), key, positive=key in ("kon", "koff", "KI", "KD"))
    except BadQuantity as error:
        raise BadQuantity(f"{file}, line {line}: {error}") from error


def _refuse_known(name: str, file: str, line: int) -> None:
    from exportin import knowledge

    for row in knowledge.facts("compounds"):
        if squash(name) in {squash(row.name), squash(row.symbol), *(squash(alias) for alias in row.aliases)}:
            raise BadQuantity(f"{file}, line {line}: {name!r} is {row.name} of the catalogue; give a new name to a compound of your own.")


def _example(key: str) -> str:
    named = {"name": "X1", "mechanism": "reversible", "molar_mass": "400 g/mol", "koff": "0.01 1/s"}
    return named.get(key, f"1 {RATE_UNITS.get(key, '')}".strip())
