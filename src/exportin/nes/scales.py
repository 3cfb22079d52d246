"""Scales of the amino acids: TOP-IDP, which rises with disorder, and the consensus hydrophobicity of Eisenberg.

Sources: Campen08 for TOP-IDP (the order of the residues is in its abstract, the values are as public programs carry them); for the
consensus hydrophobicity of Eisenberg 1984 Table 1 of Deber01, which prints it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from exportin.errors import BadTable
from exportin.nes.alphabet import RESIDUES
from exportin.text_table import read_number, read_rows

__all__ = ["by_code", "scale"]


@lru_cache(maxsize=4)
def scale(name: str) -> np.ndarray:
    """A scale by code, 0 for a place that says nothing.

    Parameters
    ----------
    name : str
        ``disorder`` or ``hydrophobicity``.

    Returns
    -------
    values : float64 array (21,)

    Examples
    --------
    >>> float(scale("disorder")[RESIDUES.index("P")])
    0.987
    """
    path = Path(__file__).with_name("scales.tsv")
    header, rows = read_rows(path, "residue")
    column = header.index(name)
    found = {fields[0]: read_number(fields[column], f"{path.name}, line {line}") for line, fields in rows}
    if sorted(found) != sorted(RESIDUES):
        raise BadTable(f"{path.name}: expected one line for each of the twenty amino acids, found {''.join(sorted(found))}.")
    return by_code(found)


def by_code(values: dict[str, float]) -> np.ndarray:
    """Values of residues as an array over codes; what is not named has 0."""
    return np.array([values.get(residue, 0.0) for residue in RESIDUES] + [0.0])
