"""Whether a signal is buried: how open each residue lies in a structure file of the user, experimental or predicted.

The file is read with biotite (the extra `structure`). Area is that of one chain by itself, after Shrake and Rupley with a probe of 1.4 A:
hydrogens, waters, ligands, nucleic acid and all other chains are left out, so that what a partner covers counts as open. A relative area
is over the largest that the residue can have (Tien13, theoretical values, `reference_areas.tsv`); `thresholds.tsv` says what is buried.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from exportin.errors import BadQuantity, UnknownName
from exportin.nes.alphabet import NOTHING, RESIDUES, encode
from exportin.nes.structure_file import UNNUMBERED, BadStructure, Chain, NoBiotite, find_chains, load_biotite, read_atoms
from exportin.text_table import read_columns, read_number

__all__ = ["Accessibility", "BadStructure", "Burial", "NoBiotite", "burial", "read_structure", "threshold"]

_MOST_CELLS = 4e7  # of an alignment; beyond that its tables take more than about a gigabyte


@dataclass(frozen=True)
class Accessibility:
    """How open the residues of a sequence lie in a structure.

    Attributes
    ----------
    relative : float64 array (residues,)
        Solvent-accessible area over the largest of that residue; nan where the structure lacks the residue or some of its atoms.
    confidence : float64 array (residues,)
        pLDDT, 0 to 100; nan where the file is not known to be of AlphaFold or ColabFold.
    chain, source : str
        The chain, and the name of the file.
    notes : tuple of str
        What was chosen, left out or guessed.
    """

    relative: np.ndarray
    confidence: np.ndarray
    chain: str
    source: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Burial:
    """How open a signal lies.

    Attributes
    ----------
    core, anchors : float
        Mean relative area of all residues of the core, and of its anchors; nan where none is known.
    confidence : float
        Mean pLDDT of the core, nan where there is none.
    verdict : str
        ``buried``, ``partly``, ``exposed`` or ``unknown``.
    reason : str
    """

    core: float
    anchors: float
    confidence: float
    verdict: str
    reason: str

    def to_dict(self) -> dict[str, float | str | None]:
        """For JSON, which has no nan: what is not known is None."""
        return {name: None if value != value else value for name, value in vars(self).items()}


@lru_cache(maxsize=2)
def _numbers(table: str, columns: tuple[str, ...]) -> dict[str, float]:
    path = Path(__file__).with_name(table)
    rows = read_columns(path, "number", columns)
    return {row[0]: read_number(row[1], f"{path.name}, line {line}", "a number above 0", least=1e-9) for line, row in rows}


def threshold(name: str) -> float:
    """A number that the verdicts rest on, from `thresholds.tsv`, where each has its reason.

    Examples
    --------
    >>> threshold("buried")
    0.2
    """
    known = _numbers("thresholds.tsv", ("id", "value", "meaning", "source", "reason"))
    if name not in known:
        raise UnknownName("threshold", name, known)
    return known[name]


def read_structure(path: str | os.PathLike[str], sequence: str, chain: str | None = None) -> Accessibility:
    """How open each residue of a sequence lies in a structure file.

    Parameters
    ----------
    path : path
        PDB (``.pdb``, ``.ent``), mmCIF (``.cif``, ``.mmcif``) or BinaryCIF (``.bcif``), or one of them under gzip (``.gz``). Of several
        models the first is taken, of alternate places of a residue the one with the highest occupancy.
    sequence : str
        The protein, in one-letter code; the structure may show a part of it, with point mutations, tags and other numbers.
    chain : str, optional
        Name of the chain, the author's where there are two; without it the one that shows most of the sequence.

    Raises
    ------
    BadStructure
        If the file is missing, empty, broken, of an unknown format, without protein, or shows no chain of this sequence.
    UnknownName
        If it has no such chain.
    NoBiotite

    Examples
    --------
    >>> read_structure("p53.doc", "MEEPQSDPSV")
    Traceback (most recent call last):
    ...
    exportin.nes.structure_file.BadStructure: 'p53.doc' given; expected a structure file in .pdb, .ent, .cif, .mmcif or .bcif, or one of
    them with .gz; convert it, or download it again in one of these formats.
    """
    file = Path(path)
    target = np.frombuffer(encode("".join(sequence.split()).encode("ascii", "replace")), dtype=np.uint8)
    if not len(target):
        raise BadQuantity("An empty sequence was given; expected that of the protein in one-letter code.")
    atoms, predicted, notes = read_atoms(file)
    chains = find_chains(atoms, file.name, notes)
    if chain is not None:
        if chain not in chains:
            raise UnknownName(f"protein chain of {file.name}", chain, chains)
        chains = {chain: chains[chain]}
    best, places = _choose(chains, target, file.name, notes)
    relative, confidence = np.full(len(target), np.nan), np.full(len(target), np.nan)
    placed = places >= 0
    relative[places[placed]] = _relative_areas(best)[placed]
    if predicted:
        confidence[places[placed]] = _plddt(best, notes)[placed]
    if lacking := int((~best.complete & placed).sum()):
        notes.append(f"{lacking} residues lack some of their atoms; their own area is not known, and their neighbours' may be too large")
    return Accessibility(relative, confidence, best.name, file.name, tuple(notes))


def _choose(chains: dict[str, Chain], target: np.ndarray, name: str, notes: list[str]) -> tuple[Chain, np.ndarray]:
    """The chain that shows most of the sequence, and the place of each of its residues there (-1: none)."""
    tried: list[tuple[tuple[bool, int, float], Chain, np.ndarray, str]] = []
    for one in chains.values():
        for how, places in _placements(one, target):
            equal, placed = _agreement(one, places, target)
            enough = placed >= min(threshold("residues"), len(target)) and equal / max(placed, 1) >= threshold("identity")
            tried.append(((enough, equal if enough else 0, equal / max(placed, 1)), one, places, how))
            if enough:
                break
    (enough, _, share), best, places, how = max(tried, key=lambda one: one[0])
    equal, placed = _agreement(best, places, target)
    if not enough:
        raise BadStructure(
            f"{name}: no chain matches the sequence of {len(target)} residues; the nearest is {best.name!r} with {share:.0%} of {placed} "
            f"aligned residues equal, expected {threshold('identity'):.0%} of at least {min(threshold('residues'), len(target)):g}; "
            "give a structure of this protein."
        )
    notes.append(f"chain {best.name!r} shows {placed} of {len(target)} residues, placed by {how}")
    if placed > equal:
        notes.append(f"{placed - equal} of its residues differ from the sequence; their area is over the largest of what the file has")
    return best, places


def _agreement(chain: Chain, places: np.ndarray, target: np.ndarray) -> tuple[int, int]:
    """How many placed residues equal those of the sequence, and how many are placed; a letter that says nothing does not count."""
    told = (places >= 0) & (chain.codes != NOTHING) & (target[places] != NOTHING)
    return int((chain.codes[told] == target[places[told]]).sum()), int(told.sum())


def _placements(chain: Chain, target: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Ways to lay a chain on the sequence: by the numbers in the file, by them with one shift, by alignment."""
    numbered = chain.numbers > UNNUMBERED
    for how, shift in (("the numbers in the file", -1), ("the numbers in the file, shifted", _shift(chain, target))):
        places = np.where(numbered, chain.numbers + shift, -1)
        yield how, np.where((places >= 0) & (places < len(target)), places, -1)
    if float(len(target)) * len(chain.codes) <= _MOST_CELLS:
        yield "alignment", _align(chain.codes, target)


def _shift(chain: Chain, target: np.ndarray) -> int:
    """What most threes of residues in a row add to the file's number to find themselves in the sequence."""
    letters, numbers, found = chain.codes.tobytes(), chain.numbers.tolist(), target.tobytes()
    spots: dict[bytes, list[int]] = {}
    for place in range(len(found) - 2):
        spots.setdefault(found[place : place + 3], []).append(place)
    rows = (row for row in range(len(numbers) - 2) if numbers[row] > UNNUMBERED and numbers[row + 2] - numbers[row] == 2)
    votes = Counter(place - numbers[row] for row in rows for place in spots.get(letters[row : row + 3], ()))
    return votes.most_common(1)[0][0] if votes else -1


def _align(codes: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Places by the best local alignment (BLOSUM62, gaps of 10 and 1)."""
    biotite = load_biotite("sequence.align")
    read = load_biotite("sequence").ProteinSequence
    mine, theirs = (read("".join((RESIDUES + "X")[code] for code in one.tolist())) for one in (codes, target))
    matrix = biotite.SubstitutionMatrix.std_protein_matrix()
    found = biotite.align_optimal(mine, theirs, matrix, gap_penalty=(-10, -1), local=True, max_number=1)
    places = np.full(len(codes), -1)
    for trace in (one.trace for one in found):
        both = (trace >= 0).all(axis=1)
        places[trace[both, 0]] = trace[both, 1]
    return places


def _relative_areas(chain: Chain) -> np.ndarray:
    """Area of each residue over its largest; nan where atoms of it are missing or nobody knows its largest."""
    areas = np.bincount(chain.owner, weights=np.nan_to_num(load_biotite("structure").sasa(chain.atoms, vdw_radii="ProtOr")))
    known = _numbers("reference_areas.tsv", ("residue", "area", "source"))
    largest = np.array([known[residue] for residue in RESIDUES] + [np.nan])[chain.codes]
    return np.where(chain.complete, areas / largest, np.nan)


def _plddt(chain: Chain, notes: list[str]) -> np.ndarray:
    """Mean of the B factors of each residue, if they are on the scale of pLDDT."""
    values = np.bincount(chain.owner, weights=chain.atoms.b_factor) / np.bincount(chain.owner)
    if values.min() < 0 or not 1 < values.max() <= 100:
        notes.append(f"the B factors run from {values.min():g} to {values.max():g}, expected pLDDT of 0 to 100; they are not read")
        return np.full(len(values), np.nan)
    notes.append("the file says that it is a prediction: its B factors are read as pLDDT")
    return values


def burial(access: Accessibility, start: int, end: int, anchors: Sequence[int]) -> Burial:
    """How open a signal lies, and whether it is buried.

    Parameters
    ----------
    access : Accessibility
    start, end : int
        First and last residue of the core, counted from 1.
    anchors : sequence of int
        Its anchors, counted from 1 along the protein.

    Raises
    ------
    BadQuantity
        If the core is not inside of the sequence, or an anchor not inside of the core.

    Examples
    --------
    >>> access = Accessibility(np.full(12, 0.05), np.full(12, 93.0), "A", "model.cif")
    >>> burial(access, 2, 11, [2, 6, 9, 11]).verdict
    'buried'
    """
    length = len(access.relative)
    if not 1 <= start <= end <= length or not anchors or not all(start <= anchor <= end for anchor in anchors):
        raise BadQuantity(
            f"core {start} to {end} with anchors {list(anchors)} given; expected places counted from 1 inside of a sequence of {length} "
            "residues, and at least one anchor, all inside of the core; count both along the whole protein."
        )
    at = np.array(anchors) - 1
    core, confidence = _mean(access.relative[start - 1 : end]), _mean(access.confidence[start - 1 : end])
    known = float(np.isfinite(access.relative[at]).mean())
    verdict, reason = _judge(_mean(access.relative[at]), known, confidence)
    return Burial(core, _mean(access.relative[at]), confidence, verdict, reason)


def _judge(open_anchors: float, known: float, confidence: float) -> tuple[str, str]:
    """The verdict and its reason; a comparison with nan is false, so that an experiment passes both tests of pLDDT."""
    if confidence < threshold("disordered"):
        return "exposed", f"mean pLDDT of {confidence:.0f}: likely without a fixed structure"
    if known < threshold("resolved"):
        return "unknown", f"the structure shows {known:.0%} of the anchors whole"
    told = f"its anchors show {open_anchors:.0%} of their largest area"
    if open_anchors >= threshold("exposed"):
        return "exposed", told
    if confidence < threshold("low"):
        return "unknown", f"{told}, but a mean pLDDT of {confidence:.0f} is too low to believe it"
    return ("buried" if open_anchors < threshold("buried") else "partly"), told


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
