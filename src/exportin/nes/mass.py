"""Mass of a protein chain from its residues."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadTable
from exportin.nes.alphabet import NOTHING, RESIDUES
from exportin.text_table import read_number, read_rows

if TYPE_CHECKING:
    from exportin.nes.records import Record

__all__ = ["chain_mass"]

_DALTON = 1e-3  # kDa
_END = "end"  # the water of the two ends of a chain


def chain_mass(record: Record) -> float:
    """Mass of one chain, kDa, without modifications and with its first Met.

    Average masses of the residues (`masses.tsv`, as UniProt computes them) and one water. A letter that says nothing counts as the mean
    residue of the same chain; where no letter says anything, as the mean of the twenty.

    Parameters
    ----------
    record : Record

    Examples
    --------
    >>> from exportin.nes.records import Record
    >>> round(chain_mass(Record("glycylglycine", b"GG")), 4)
    0.1321
    """
    masses, water = _masses()
    codes = np.frombuffer(record.codes, dtype=np.uint8)
    known = codes[codes != NOTHING]
    mean = float(masses[known].mean()) if len(known) else float(masses.mean())
    return _DALTON * (float(masses[known].sum()) + mean * (len(codes) - len(known)) + water)


@lru_cache(maxsize=1)
def _masses() -> tuple[np.ndarray, float]:
    """Masses of the residues by their code, and of the water of the ends, Da."""
    path = Path(__file__).with_name("masses.tsv")
    header, rows = read_rows(path, "residue")
    found = {name: read_number(mass, f"{path.name}, line {line}", "a mass", 0.0) for line, (name, _, mass) in rows}
    if header != ["residue", "formula", "mass"] or set(found) != {*RESIDUES, _END} or len(rows) != len(found):
        raise BadTable(f"{path.name}: expected residue, formula and mass of each of the twenty, and of the water of the ends, once.")
    return np.array([found[residue] for residue in RESIDUES]), found[_END]
