"""Compounds: those of the catalogue, with rates changed if the user wishes, and new ones that the user describes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from exportin import units
from exportin.errors import BadQuantity, UnknownName, squash
from exportin.network.parameters import Parameter, defaults
from exportin.network.reporter import refuse_taken_name

__all__ = ["PHARMACOKINETIC_RATES", "Compound", "compound"]

MECHANISMS = ("irreversible_michael", "slowly_reversible_covalent", "reversible", "degrader")
PHARMACOKINETIC_RATES = ("KA", "CL", "V2", "Q", "V3")
RATE_UNITS = {
    "kon": "1/(uM*s)", "KI": "uM", "KD": "uM", "kinact": "1/s", "krev": "1/h", "kdeg": "1/h", "induction": "1",
    "offtarget_EC50": "uM", "KA": "1/h", "CL": "L/h", "V2": "L", "Q": "L/h", "V3": "L",
}  # fmt: skip
_POSITIVE = ("KI", "KD", "kon", "kinact", "offtarget_EC50", *PHARMACOKINETIC_RATES)
_NEEDED = {
    "irreversible_michael": ("KI", "kinact"),
    "slowly_reversible_covalent": ("KD", "kinact", "krev"),
    "reversible": ("KI",),
    "degrader": ("KD", "kinact", "krev"),
}


@dataclass(frozen=True)
class Compound:
    """An inhibitor of XPO1. Build one with `compound`.

    Attributes
    ----------
    symbol : str
        Identifier in the model.
    name : str
        Display name.
    mechanism : str
        ``irreversible_michael``, ``slowly_reversible_covalent``, ``reversible`` or ``degrader``.
    molar_mass : float or None
        g/mol.
    rates : mapping of str to Parameter
        Rates that differ from the catalogue's, by model symbol.
    aliases : tuple of str
        Other names, which its observables answer to as well.
    """

    symbol: str
    name: str
    mechanism: str
    molar_mass: float | None
    rates: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])
    aliases: tuple[str, ...] = ()


def compound(name: str | os.PathLike[str], *, mechanism: str | None = None, molar_mass: str | None = None, **rates: str) -> Compound:
    """A compound of the catalogue, or a new one.

    Parameters
    ----------
    name : str or path
        Name or alias; case and punctuation do not matter. Or a file that ends in ``.yaml`` or ``.yml`` and describes a new
        compound (`exportin.pharmacology.compound_file`).
    mechanism : str, optional
        Makes a new compound of this mechanism.
    molar_mass : str, optional
        Such as ``"443.31 g/mol"``; needed for a regimen in mg.
    **rates : str
        ``kon`` (1/(uM*s)), ``KI`` (uM, of the encounter), ``KD`` (uM, apparent, covalent step included), ``kinact`` (1/s),
        ``krev`` (1/h), ``kdeg`` (1/h, extra decay of drug-bound XPO1), ``induction`` (rise of XPO1 mRNA over the
        untreated level at full occupancy; 2 means threefold), ``offtarget_EC50`` (uM, free drug in the cell that does one unit
        of harm without XPO1). For a regimen: ``CL``, ``Q`` (L/h), ``V2``, ``V3`` (L), all apparent, and ``KA`` (1/h), all five.

    Raises
    ------
    UnknownName, BadQuantity

    Examples
    --------
    >>> compound("kpt330").name
    'selinexor'
    >>> compound("X1", mechanism="reversible", KI="20 nM").symbol
    'X1'
    """
    from exportin import knowledge

    if isinstance(name, os.PathLike) or str(name).endswith((".yaml", ".yml")):
        return _from_file(name, mechanism, molar_mass, rates)
    _refuse_half_a_body(rates)
    for row in knowledge.facts("compounds"):
        if squash(name) in {squash(row.name), squash(row.symbol), *(squash(alias) for alias in row.aliases)}:
            if mechanism is not None and mechanism != row.mechanism:
                raise BadQuantity(f"mechanism: {row.name} is {row.mechanism} in the catalogue; give a new name to a new compound.")
            changed = {f"{row.symbol}_{rate}": _rate(rate, given, row.mechanism) for rate, given in rates.items()}
            if molar_mass is not None and row.molar_mass is not None:
                raise BadQuantity(f"molar_mass: {row.name} has its own in the catalogue; give a new name to a new compound.")
            mass = row.molar_mass if molar_mass is None else _mass(molar_mass)
            return Compound(row.symbol, row.name, row.mechanism, mass, _renamed(changed), (row.symbol, *row.aliases))
    if mechanism is None:
        raise UnknownName("compound", name, [row.name for row in knowledge.facts("compounds")])
    return _new(name, mechanism, molar_mass, rates)


def _new(name: str, mechanism: str, molar_mass: str | None, rates: Mapping[str, str]) -> Compound:
    if mechanism not in MECHANISMS:
        raise UnknownName("mechanism", mechanism, MECHANISMS)
    symbol = "".join(letter for letter in name.upper() if letter.isascii() and letter.isalnum())
    if not symbol[:1].isalpha() or not all(letter.isalnum() or letter in " -_" for letter in name):
        raise BadQuantity(f"{name!r} cannot name a compound; start with a letter, and use letters, digits, blanks, - and _.")
    refuse_taken_name(symbol, "compound")
    missing = [rate for rate in _NEEDED[mechanism] if rate not in rates]
    if missing:
        raise BadQuantity(f"a {mechanism} compound needs {', '.join(missing)}; for example {missing[0]}='1 {RATE_UNITS[missing[0]]}'.")
    given = {f"{symbol}_{rate}": _rate(rate, text, mechanism) for rate, text in rates.items()}
    fixed = defaults()["LMB_krev"]
    for rate in ("krev", "kdeg", "induction"):
        row = Parameter(rate, 0.0, RATE_UNITS[rate], fixed.distribution, "assumed", "new compound", "-", "not given, so none")
        given.setdefault(f"{symbol}_{rate}", row)
    return Compound(symbol, name, mechanism, None if molar_mass is None else _mass(molar_mass), _renamed(given))


def _from_file(path: str | os.PathLike[str], mechanism: str | None, molar_mass: str | None, rates: Mapping[str, str]) -> Compound:
    from exportin.pharmacology.compound_file import read_compound

    surplus = [*(["mechanism"] if mechanism else []), *(["molar_mass"] if molar_mass else []), *rates]
    if surplus:
        raise BadQuantity(f"{surplus[0]}: {os.fspath(path)!r} describes its compound by itself; change the file instead.")
    return read_compound(path)


def _mass(given: str) -> float:
    """g/mol."""
    return units.parse(given, "kDa", "molar_mass", positive=True) * 1000


def _refuse_half_a_body(rates: Mapping[str, str]) -> None:
    lacking = [rate for rate in PHARMACOKINETIC_RATES if rate not in rates]
    if lacking and len(lacking) < len(PHARMACOKINETIC_RATES):
        example = f"{lacking[0]}='1 {RATE_UNITS[lacking[0]]}'"
        raise BadQuantity(
            f"pharmacokinetics are {', '.join(PHARMACOKINETIC_RATES)} together; missing {', '.join(lacking)}: give {example}."
        )


def _rate(rate: str, given: str, mechanism: str) -> Parameter:
    """A rate given by the user, as a row."""
    if rate not in RATE_UNITS:
        raise UnknownName("rate", rate, RATE_UNITS)
    if rate in ("KI", "KD", "kinact", "krev") and rate not in (*_NEEDED[mechanism], *(("krev",) if mechanism != "reversible" else ())):
        raise BadQuantity(f"{rate}: a {mechanism} compound is described by {', '.join(_NEEDED[mechanism])}.")
    positive = rate in _POSITIVE or (rate == "krev" and "krev" in _NEEDED[mechanism])
    value = units.to_unit(units.parse(given, RATE_UNITS[rate], rate, positive=positive), RATE_UNITS[rate])
    fixed = defaults()["LMB_krev"].distribution
    return Parameter(rate, value, RATE_UNITS[rate], fixed, "assumed", "set by the user", "-", "given by the user")


def _renamed(rows: Mapping[str, Parameter]) -> dict[str, Parameter]:
    from dataclasses import replace

    return {name: replace(row, id=name) for name, row in rows.items()}
