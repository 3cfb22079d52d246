"""Other predictors of export signals, to be run on the same proteins and judged by the same rule as our score.

=====================  ==============================================================================================================
name                   what it is
=====================  ==============================================================================================================
consensus              hydrophobic anchors spaced Phi-x(2,3)-Phi-x(2,3)-Phi-x-Phi, the floor that every predictor is held to
Kosugi patterns        our reconstruction of the classes of Kosugi 2008 as refined in 2012, from what the paper on NESmapper tells of
                       them (doi:10.1371/journal.pcbi.1003841); the refined expressions themselves were not found
ELM TRG_NES_CRM1_1     the regular expression of that ELM class, in its older form
Wregex recommended     a regular expression with a score from a matrix (Prieto 2014, doi:10.1093/bioinformatics/btu016; 2016,
Wregex relaxed         doi:10.1038/srep25869); both are read when asked for, since they are under the GPL and do not belong here
=====================  ==============================================================================================================

A call is told by its core, from the first hydrophobic anchor to the last; acidic residues that an expression asks for on either side
lie outside. All overlapping calls are given: to merge them is the judge's part, one rule for all. The Wregex matrices were made from
ValidNESs, which shares signals with NESdb, so Wregex has seen part of what it is judged on.

Left out: NESmapper and LocNES (their profiles and models are not on PyPI, nor found elsewhere), NetNES and NESsential (web servers),
the network of sparrow (not on PyPI; its weights are binary files of a GitHub repository).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

__all__ = ["Call", "Wregex", "consensus", "elm", "kosugi", "peers", "read_wregex"]

PHI = "[LIVMF]"
ODD_PHI = "[CWAT]"  # Kosugi 2008 lets one anchor be weak; refined in 2012 to the first two, as told in doi:10.1371/journal.pcbi.1003841

# Spacers between the four anchors (Kosugi 2008, doi:10.1111/j.1600-0854.2008.00825.x, as listed in doi:10.1371/journal.pcbi.1003841).
KOSUGI_SPACERS = {"1a": (3, 2, 1), "1b": (2, 2, 1), "1c": (3, 3, 1), "1d": (2, 3, 1), "2": (1, 2, 1), "3": (2, 3, 2)}
CONSENSUS_SPACERS = [(first, second, 1) for first, second in product((2, 3), (2, 3))]

# ([DEQ].{0,1}[LIM].{2,3}[LIVMF][^P]{2,3}[LMVF].[LMIV].{0,3}[DE])|([DE].{0,1}[LIM].{2,3}[LIVMF][^P]{2,3}[LMVF].[LMIV].{0,3}[DEQ])
ELM_ANCHORS = ("[LIM]", "[LIVMF]", "[LMVF]", "[LMIV]")
ELM_SPACERS = (".", "[^P]", ".")
ELM_ENDS = (("[DEQ]", "[DE]"), ("[DE]", "[DEQ]"))

WREGEX_MOTIF = "NES/CRM1"
WREGEX_ANCHOR = re.compile(r"\[[A-Z]+\]")  # a group that is one class of residues and no more; flanks and spacers hold dots or carets


class Call(NamedTuple):
    """One predicted signal, by its core.

    Attributes
    ----------
    start, end : int
        First and last residue of the core, counted from 1, both included.
    score : float
        The higher, the surer; 1 for predictors without a score.
    """

    start: int
    end: int
    score: float


def peers(folder: Path) -> dict[str, Callable[[str], list[Call]]]:
    """Every peer by name: a function from a sequence in capital letters to its calls, in the order of their start.

    Parameters
    ----------
    folder : Path
        ``../shared/data/nes/peers_wregex``, with ``motifs.xml`` and the matrices that it names.

    Raises
    ------
    FileNotFoundError
        If `folder` lacks one of the files.
    ValueError
        If a file is not what Wregex publishes.
    """
    return {
        "consensus": consensus,
        "Kosugi patterns": kosugi,
        "ELM TRG_NES_CRM1_1": elm,
        "Wregex recommended": read_wregex(folder, "Recommended").calls,
        "Wregex relaxed": read_wregex(folder, "Relaxed").calls,
    }


def consensus(sequence: str) -> list[Call]:
    """Calls of the plain consensus.

    Examples
    --------
    >>> consensus("NSNELALKLAGLDINK")
    [Call(start=5, end=14, score=1.0)]
    """
    return _cores(sequence, [_ahead(_spaced((PHI,) * 4, (".",) * 3, lengths)) for lengths in CONSENSUS_SPACERS])


def kosugi(sequence: str) -> list[Call]:
    """Calls of Kosugi's classes in the forward sense: at most one weak anchor, among the first two, and no proline between anchors.

    One rule told of the 2012 form, on runs of hydrophobic residues about the middle anchors, is too vague to write down and is left out.

    Examples
    --------
    >>> kosugi("NSNEASSKLAGLDINK"), kosugi("NSNELSSKLAGLDANK"), kosugi("NSNELSSKLPGLDINK")
    ([Call(start=5, end=14, score=1.0)], [], [])
    """
    anchors = [(PHI, PHI, PHI, PHI), (ODD_PHI, PHI, PHI, PHI), (PHI, ODD_PHI, PHI, PHI)]
    return _cores(sequence, [_ahead(_spaced(one, ("[^P]",) * 3, lengths)) for one, lengths in product(anchors, KOSUGI_SPACERS.values())])


def elm(sequence: str) -> list[Call]:
    """Calls of the ELM class, without its acidic ends: every core that the expression can match, whatever flanks it takes.

    Examples
    --------
    >>> elm("NSNELALKLAGLDINKTD"), elm("NSNELALKLAGLDINKT")
    ([Call(start=5, end=14, score=1.0)], [])
    """
    found = []
    for (before, after), lengths in product(ELM_ENDS, [(*both, 1) for both in product((2, 3), (2, 3))]):
        core = _spaced(ELM_ANCHORS, ELM_SPACERS, lengths)
        found.append(f"(?:(?<={before})|(?<={before}.)){_ahead(core, f'.{{0,3}}{after}')}")
    return _cores(sequence, found)


def _spaced(anchors: Sequence[str], spacers: Sequence[str], lengths: Sequence[int]) -> str:
    """A core of fixed length."""
    between = [f"{spacer}{{{length}}}" for spacer, length in zip(spacers, lengths, strict=True)]
    return "".join(anchor + gap for anchor, gap in zip(anchors, [*between, ""], strict=True))


def _ahead(core: str, after: str = "") -> str:
    """A core to look for at every place without passing it, so that overlapping ones are all found."""
    return f"(?=({core}){after})"


def _cores(sequence: str, expressions: Sequence[str]) -> list[Call]:
    """What the first group of any expression holds, each core once and with score 1."""
    found = {match.span(1) for one in expressions for match in re.finditer(one, sequence)}
    return [Call(start + 1, end, 1.0) for start, end in sorted(found)]


class Wregex:
    """An expression whose groups have a column each in a matrix of log10 frequencies.

    Parameters
    ----------
    expression : str
        A regular expression made of capturing groups side by side.
    matrix : dict
        For each residue its value in each group, dimensionless.

    Raises
    ------
    ValueError
        If the matrix does not fit the expression.

    Notes
    -----
    The score is 100 times the geometric mean, over all residues of a match, of each residue's frequency in the column of its group,
    relative to the commonest residue of that column: 100 where every residue is its group's favourite. A group that may be longer or
    shorter thus weighs as many residues as it took. At each place the expression's own match counts, and then whatever it matches from
    there with an earlier end; of two cores within the same stretch only one is seen, as by Wregex itself. The rule was taken down from
    the authors' public sources and written anew. Their web page shows by default one match of each run of overlapping ones; here all
    are given, since the judge merges.

    Examples
    --------
    >>> toy = Wregex("([LA])(.{1,2})([L])", {"L": (0.0, -2.0, -1.0), "A": (-1.0, -1.0, -6.0)})
    >>> toy.calls("LAL")
    [Call(start=1, end=3, score=100.0)]
    >>> [(one.start, one.end, round(one.score, 1)) for one in toy.calls("AALL")]
    [(1, 3, 46.4), (1, 4, 31.6), (2, 4, 21.5)]
    """

    def __init__(self, expression: str, matrix: dict[str, tuple[float, ...]]) -> None:
        self.expression = re.compile(expression)
        columns = list(zip(*matrix.values(), strict=True))
        if len(columns) != self.expression.groups:
            raise ValueError(f"{expression} has {self.expression.groups} groups and its matrix {len(columns)} columns; give one to each.")
        groups = re.findall(r"\(([^()]*)\)", expression)
        anchors = [number for number, group in enumerate(groups, 1) if WREGEX_ANCHOR.fullmatch(group)]
        if not anchors:
            raise ValueError(f"{expression} has no group that is one class of residues, such as ([LIVMF]); a core needs one.")
        self.first, self.last = anchors[0], anchors[-1]
        best = [max(column) for column in columns]
        self.matrix = {residue: tuple(value - most for value, most in zip(row, best, strict=True)) for residue, row in matrix.items()}
        self.unknown = tuple(min(column) - most for column, most in zip(columns, best, strict=True))  # X and the like: as the rarest

    def calls(self, sequence: str) -> list[Call]:
        """Each core once, with the best score of the matches that share it."""
        best: dict[tuple[int, int], float] = {}
        for match in self._matches(sequence):
            core = (match.start(self.first) + 1, match.end(self.last))
            best[core] = max(best.get(core, 0.0), self._score(match))
        return [Call(*core, best[core]) for core in sorted(best)]

    def _matches(self, sequence: str) -> Iterator[re.Match[str]]:
        found = self.expression.search(sequence)
        while found:
            start, shorter = found.start(), found
            while shorter:
                yield shorter
                shorter = self.expression.match(sequence, start, shorter.end() - 1)
            found = self.expression.search(sequence, start + 1)

    def _score(self, match: re.Match[str]) -> float:
        groups = enumerate(match.groups(default=""))
        values = [self.matrix.get(residue, self.unknown)[number] for number, group in groups for residue in group]
        return 100 * 10 ** (sum(values) / len(values))


def read_wregex(folder: Path, definition: str) -> Wregex:
    """A predictor of Wregex from its published files.

    Parameters
    ----------
    folder : Path
    definition : str
        Name of a definition of the motif NES/CRM1, such as ``Recommended`` or ``Relaxed``.

    Raises
    ------
    ValueError
        If ``motifs.xml`` has no such definition, or a line of its matrix is not a residue and numbers.
    """
    for motif in ET.parse(folder / "motifs.xml").getroot().iter("motif"):
        for one in motif.iter("definition") if motif.findtext("name") == WREGEX_MOTIF else ():
            if one.findtext("name") == definition:
                return Wregex(_text(one, "regex"), _read_matrix(folder / _text(one, "pssm")))
    raise ValueError(f"{folder / 'motifs.xml'} has no definition {definition} of {WREGEX_MOTIF}; give a name that stands there.")


def _text(element: ET.Element, name: str) -> str:
    text = element.findtext(name)
    if not text:
        raise ValueError(f"A definition of {WREGEX_MOTIF} lacks its <{name}>; take motifs.xml as Wregex publishes it.")
    return text.strip()


def _read_matrix(path: Path) -> dict[str, tuple[float, ...]]:
    """Values by residue, in the order of the groups."""
    rows: dict[str, tuple[float, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        residue, *values = line.split()
        try:
            rows[residue] = tuple(map(float, values))
        except ValueError:
            raise ValueError(f"{path.name} has the line {line!r}; a residue and a number for each group were expected.") from None
    return rows
