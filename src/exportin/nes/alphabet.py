"""Letters of a protein sequence, what each is read as, and the codes that the scanner works on.

Code 0 to 19 are the twenty amino acids in the order of `RESIDUES`; 20 is a place that says nothing (beyond an end, or a letter that
could be anything). The policy for every other letter is in `POLICY`; nothing is changed without a note.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["NOTHING", "POLICY", "RESIDUES", "STANDARD", "Policy", "encode", "is_nucleotide", "odd_letters", "three_letters"]

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
NOTHING = len(RESIDUES)
STANDARD = (RESIDUES + RESIDUES.lower()).encode()
_BLANK = b" \t\r\n\v\f"
_NUCLEOTIDES = b"ACGTUNacgtun"
_LEAST_NUCLEOTIDES = 20  # a shorter peptide may well be made of these letters
_NAMES = (
    "Ala", "Cys", "Asp", "Glu", "Phe", "Gly", "His", "Ile", "Lys", "Leu",
    "Met", "Asn", "Pro", "Gln", "Arg", "Ser", "Thr", "Val", "Trp", "Tyr",
)  # fmt: skip


class Policy(NamedTuple):
    """What is done about a letter outside of the twenty.

    Attributes
    ----------
    read_as : str
        The residue that it is read as; empty where it says nothing, so that it is no anchor and moves no score.
    refused : bool
        Whether a record that holds it is left out.
    meaning : str
    """

    read_as: str
    refused: bool
    meaning: str


POLICY = {
    "B": Policy("", False, "aspartate or asparagine; the place says nothing"),
    "Z": Policy("", False, "glutamate or glutamine; the place says nothing"),
    "J": Policy("L", False, "leucine or isoleucine, which fill a pocket equally well; read as leucine"),
    "X": Policy("", False, "any residue; the place says nothing and is no anchor"),
    "U": Policy("C", False, "selenocysteine; read as cysteine"),
    "O": Policy("K", False, "pyrrolysine; read as lysine"),
    "*": Policy("", True, "a stop; one at the very end is dropped, any other refuses the record"),
    "-": Policy("", True, "a gap of an alignment; positions would shift, so the record is refused"),
    ".": Policy("", True, "a gap of an alignment; positions would shift, so the record is refused"),
}


def _table() -> bytes:
    """Code of every byte; letters that no policy knows have the code of nothing too, and are refused before."""
    codes = [NOTHING] * 256
    read = {letter: letter for letter in RESIDUES} | {letter: policy.read_as for letter, policy in POLICY.items() if policy.read_as}
    for letter, residue in read.items():
        codes[ord(letter)] = codes[ord(letter.lower())] = RESIDUES.index(residue)
    return bytes(codes)


_CODES = _table()


def encode(letters: bytes) -> bytes:
    """Codes of a sequence without blanks; upper and lower case are one.

    Examples
    --------
    >>> list(encode(b"ACy-u"))
    [0, 1, 19, 20, 1]
    """
    return letters.translate(_CODES, _BLANK)


def odd_letters(letters: bytes) -> bytes:
    """The letters outside of the twenty, in their order."""
    return letters.translate(None, STANDARD + _BLANK)


def is_nucleotide(letters: bytes) -> bool:
    """Whether a sequence is made of the letters of nucleotides alone, and long enough for that to be no chance.

    Examples
    --------
    >>> is_nucleotide(b"ATGGAGGAGCCGCAGTCAGATCC"), is_nucleotide(b"GATTACA")
    (True, False)
    """
    return len(letters) >= _LEAST_NUCLEOTIDES and not letters.translate(None, _NUCLEOTIDES)


def three_letters(residue: str) -> str:
    """Name of a residue in three letters.

    Examples
    --------
    >>> three_letters("L")
    'Leu'
    """
    return _NAMES[RESIDUES.index(residue)]
