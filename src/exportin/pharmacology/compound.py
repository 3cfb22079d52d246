"""Compounds: those of the catalogue, with rates changed if the user wishes, and new ones that the user describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exportin import units
from exportin.errors import BadQuantity, UnknownName, squash
from exportin.network.parameters import Parameter, defaults
from exportin.network.reporter import refuse_taken_name

__all__ = ["Compound", "compound"]

MECHANISMS = ("irreversible_michael", "slowly_reversible_covalent", "reversible", "degrader")
_UNITS = {"kon": "1/(uM*s)", "KI": "uM", "KD": "uM", "kinact": "1/s", "krev": "1/h", "kdeg": "1/h", "induction": "1"}
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


def compound(name: str, *, mechanism: str | None = None, molar_mass: str | None = None, **rates: str) -> Compound:
    """A compound of the catalogue, or a new one.

    Parameters
    ----------
    name : str
        Name or alias; case and punctuation do not matter.
    mechanism : str, optional
        Makes a new compound of this mechanism.
    molar_mass : str, optional
        Such as ``"443.31 g/mol"``; needed for a regimen in mg.
    **rates : str
        ``kon`` (1/(uM*s)), ``KI`` (uM, of the encounter), ``KD`` (uM, apparent, covalent step included), ``kinact`` (1/s),
        ``krev`` (1/h), ``kdeg`` (1/h, extra decay of drug-bound XPO1), ``induction`` (rise of XPO1 mRNA over the
        untreated level at full occupancy; 2 means threefold).

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

    for row in knowledge.facts("compounds"):
        if squash(name) in {squash(row.name), squash(row.symbol), *(squash(alias) for alias in row.aliases)}:
            if mechanism is not None and mechanism != row.mechanism:
                raise BadQuantity(f"mechanism: {row.name} is {row.mechanism} in the catalogue; give a new name to a new compound.")
            changed = {f"{row.symbol}_{rate}": _rate(rate, given, row.mechanism) for rate, given in rates.items()}
            if molar_mass is not None:
                raise BadQuantity(f"molar_mass: {row.name} has its own in the catalogue; give a new name to a new compound.")
            return Compound(row.symbol, row.name, row.mechanism, row.molar_mass, _renamed(changed), (row.symbol, *row.aliases))
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
        raise BadQuantity(f"a {mechanism} compound needs {', '.join(missing)}; for example {missing[0]}='1 {_UNITS[missing[0]]}'.")
    given = {f"{symbol}_{rate}": _rate(rate, text, mechanism) for rate, text in rates.items()}
    fixed = defaults()["LMB_krev"]
    for rate in ("krev", "kdeg", "induction"):
        row = Parameter(rate, 0.0, _UNITS[rate], fixed.distribution, "assumed", "new compound", "-", "not given, so none")
        given.setdefault(f"{symbol}_{rate}", row)
    mass = None if molar_mass is None else units.parse(molar_mass, "kDa", "molar_mass", positive=True) * 1000
    return Compound(symbol, name, mechanism, mass, _renamed(given))


def _rate(rate: str, given: str, mechanism: str) -> Parameter:
    """A rate given by the user, as a row."""
    if rate not in _UNITS:
        raise UnknownName("rate", rate, _UNITS)
    if rate in ("KI", "KD", "kinact", "krev") and rate not in (*_NEEDED[mechanism], *(("krev",) if mechanism != "reversible" else ())):
        raise BadQuantity(f"{rate}: a {mechanism} compound is described by {', '.join(_NEEDED[mechanism])}.")
    positive = rate in ("KI", "KD", "kon", "kinact") or (rate == "krev" and "krev" in _NEEDED[mechanism])
    value = units.to_unit(units.parse(given, _UNITS[rate], rate, positive=positive), _UNITS[rate])
    fixed = defaults()["LMB_krev"].distribution
    return Parameter(rate, value, _UNITS[rate], fixed, "assumed", "set by the user", "-", "given by the user")


def _renamed(rows: Mapping[str, Parameter]) -> dict[str, Parameter]:
    from dataclasses import replace

    return {name: replace(row, id=name) for name, row in rows.items()}
