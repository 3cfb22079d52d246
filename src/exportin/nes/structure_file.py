"""What a structure file holds, read with biotite: atoms of the first model, whether it is a prediction, and its protein chains."""

from __future__ import annotations

import gzip
import io
import re
import warnings
import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from exportin.errors import ExportinError
from exportin.nes.alphabet import RESIDUES, encode, three_letters

__all__ = ["UNNUMBERED", "BadStructure", "Chain", "NoBiotite", "find_chains", "load_biotite", "read_atoms"]

_KINDS = {".pdb": "pdb", ".ent": "pdb", ".cif": "cif", ".mmcif": "cif", ".bcif": "bcif"}
_PREDICTED = re.compile(r"alphafold|colabfold|\bAF-[A-Z0-9]+-F\d+", re.IGNORECASE)
UNNUMBERED = -(10**6)  # stands for the number of a residue with an insertion code
_TITLES = ("HEADER", "TITLE", "COMPND")


class BadStructure(ExportinError):
    """A structure file that cannot be read, or that does not show the protein."""


class NoBiotite(ExportinError):
    """The package that reads structure files is not installed."""


@dataclass(frozen=True)
class Chain:
    """Residues of one chain: heavy atoms, codes, the file's numbers (`UNNUMBERED` with an insertion code), completeness."""

    name: str
    atoms: Any
    owner: np.ndarray
    codes: np.ndarray
    numbers: np.ndarray
    complete: np.ndarray


def read_atoms(file: Path) -> tuple[Any, bool, list[str]]:
    """Atoms of the first model, whether the B factors are pLDDT, and notes."""
    suffixes = file.name.lower().removesuffix(".gz")
    kind = _KINDS.get(Path(suffixes).suffix)
    if kind is None:
        raise BadStructure(
            f"{file.name!r} given; expected a structure file in .pdb, .ent, .cif, .mmcif or .bcif, or one of them with .gz; convert it, "
            "or download it again in one of these formats."
        )
    try:
        content = file.read_bytes()
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (OSError, EOFError, zlib.error) as error:
        raise BadStructure(f"{file.name} cannot be read ({error}); give the path of a whole structure file.") from error
    if not content.strip():
        raise BadStructure(f"{file.name} is empty; expected a structure; download it again.")
    load_biotite("structure")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            atoms, predicted, models = _parse(content, kind, file.name)
        except Exception as error:  # whatever the parser of another package meets in a broken file
            told = str(error) or type(error).__name__
            raise BadStructure(f"{file.name} cannot be read as {kind.upper()} ({told}); give a whole file, rightly named.") from error
    if not len(atoms) or not np.isfinite(atoms.coord).all():
        raise BadStructure(f"{file.name} holds no atoms, or some without a place; expected a structure in {kind.upper()}; give it whole.")
    notes = [f"the first of {models} models is taken"] if models > 1 else []
    return atoms, predicted, notes + list(dict.fromkeys(f"biotite: {one.message}" for one in heard))


def load_biotite(module: str) -> Any:
    """A part of biotite, untyped: much of it is compiled, and a checker may run where it is not installed."""
    try:
        return import_module(f"biotite.{module}")
    except ImportError as error:
        raise NoBiotite("Structures need biotite, which is not installed; install it with: pip install 'exportin[structure]'") from error


def _parse(content: bytes, kind: str, name: str) -> tuple[Any, bool, int]:
    pdb, pdbx = load_biotite("structure.io.pdb"), load_biotite("structure.io.pdbx")
    wanted: dict[str, Any] = {"model": 1, "altloc": "occupancy", "extra_fields": ["b_factor"]}
    if kind == "pdb":
        text = content.decode("utf-8", "replace")
        read = pdb.PDBFile.read(io.StringIO(text))
        return read.get_structure(**wanted), _pdb_is_predicted(text, name), read.get_model_count()
    if kind == "cif":
        file = pdbx.CIFFile.read(io.StringIO(content.decode("utf-8", "replace")))
    else:
        file = pdbx.BinaryCIFFile.read(io.BytesIO(content))
    block = next(iter(file.values()))
    return pdbx.get_structure(file, **wanted), _cif_is_predicted(block, name), pdbx.get_model_count(file)


def _pdb_is_predicted(text: str, name: str) -> bool:
    """Whether a title says so; an experiment that started from a prediction has its method in EXPDTA."""
    lines = text.splitlines()
    if any(line.startswith("EXPDTA") and "THEORETICAL" not in line.upper() for line in lines):
        return False
    return any(_PREDICTED.search(line) for line in [name, *(line for line in lines if line.startswith(_TITLES))])


def _cif_is_predicted(block: Any, name: str) -> bool:
    """Whether pLDDT is the metric that the file declares, or, where it declares none, a title says so."""

    def words(category: str, *columns: str) -> list[str]:
        table = block.get(category)
        return [str(one) for column in columns if table is not None and column in table for one in table[column].as_array(str)]

    if any("THEORETICAL" not in method.upper() for method in words("exptl", "method") if method not in "?."):
        return False
    if metrics := words("ma_qa_metric", "name", "type"):
        return any("plddt" in metric.lower() for metric in metrics)
    titles = words("struct", "title") + words("entry", "id") + words("software", "name") + words("ma_model_list", "model_name")
    return any(_PREDICTED.search(title) for title in [name, *titles])


def find_chains(atoms: Any, name: str, notes: list[str]) -> dict[str, Chain]:
    """The protein chains of a file; free amino acids (HETATM of the twenty) are ligands."""
    biotite = load_biotite("structure")
    amino, nucleic = biotite.filter_amino_acids(atoms), biotite.filter_nucleotides(atoms)
    ligand = atoms.hetero & np.isin(atoms.res_name, [three_letters(residue).upper() for residue in RESIDUES])
    protein = amino & ~ligand & ~np.isin(atoms.element, ["H", "D"])
    if not protein.any():
        held = "nucleic acid and no protein" if nucleic.any() else "no protein"
        raise BadStructure(f"{name} holds {held}; expected a chain of amino acids; give the structure of the protein.")
    if odd := sorted(set(atoms.res_name[~amino & ~nucleic & ~atoms.hetero & ~biotite.filter_solvent(atoms)].tolist())):
        notes.append(f"residues of unknown names were left out: {', '.join(odd)}")
    kept = atoms[protein]
    return {one: _chain(one, kept[kept.chain_id == one]) for one in dict.fromkeys(kept.chain_id.tolist())}


def _chain(name: str, atoms: Any) -> Chain:
    starts = load_biotite("structure").get_residue_starts(atoms, add_exclusive_stop=True)
    same = (np.diff(atoms.res_id[starts[:-1]]) == 0) & (atoms.ins_code[starts[1:-1]] == atoms.ins_code[starts[:-2]])
    again = np.concatenate([[False], same])  # two residues that share one number are alternates; the first is kept
    if again.any():
        return _chain(name, atoms[~np.repeat(again, np.diff(starts))])
    first = starts[:-1]
    letters = [load_biotite("structure.info").one_letter_code(one) or "X" for one in atoms.res_name[first].tolist()]
    codes = np.frombuffer(encode("".join(letters).encode("ascii", "replace")), dtype=np.uint8)
    numbers = np.where(atoms.ins_code[first] == "", atoms.res_id[first], UNNUMBERED)
    complete = np.array([_heavy_atoms(str(atoms.res_name[a])) <= set(atoms.atom_name[a:b].tolist()) for a, b in pairwise(starts)])
    return Chain(name, atoms, np.repeat(np.arange(len(first)), np.diff(starts)), codes, numbers, complete)


@lru_cache(maxsize=256)
def _heavy_atoms(residue: str) -> frozenset[str]:
    """Names of the atoms that a residue has inside a chain, by the chemical component dictionary."""
    found = load_biotite("structure.info").residue(residue)
    return frozenset(found.atom_name[~np.isin(found.element, ["H", "D"])].tolist()) - {"OXT"}
