"""Places of a sequence that match a pattern, found for many sequences at once.

Sequences lie in one array of codes, with `PAD` places that say nothing around each, so that no pattern and no window reaches from one
into another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadTable
from exportin.nes.alphabet import NOTHING, RESIDUES
from exportin.nes.patterns import Pattern, anchors, patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PAD", "Batch", "Candidates", "find_candidates", "lay_out", "plus_patterns"]

PAD = 48  # more than the widest window around an anchor
_GAP = bytes([NOTHING]) * PAD
_STRONG, _WEAK = 1, 2
_MOST = 8  # patterns
_REACH = PAD // 2  # more than the distance of any anchor


@dataclass(frozen=True)
class Batch:
    """Sequences laid out in one array.

    Attributes
    ----------
    codes : uint8 array (places,)
    starts : int64 array (sequences,)
        Place of the first residue of each.
    lengths : int64 array (sequences,)
    """

    codes: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray


@dataclass(frozen=True)
class Candidates:
    """Places where at least one pattern matches; one entry a residue in pocket P3 and orientation.

    Attributes
    ----------
    places : int64 array (candidates,)
        Place of the residue in P3, in the batch.
    owner : int64 array (candidates,)
        Number of the sequence.
    matches : bool array (candidates, patterns)
        Which patterns match there, in the order of `plus_patterns`.
    main : int64 array (candidates,)
        The pattern that names it: of those with the fewest weak anchors the first.
    weak : int64 array (candidates,)
        How many of its anchors are weak.
    """

    places: np.ndarray
    owner: np.ndarray
    matches: np.ndarray
    main: np.ndarray
    weak: np.ndarray

    def __len__(self) -> int:
        return len(self.places)


def lay_out(encoded: Sequence[bytes]) -> Batch:
    """Encoded sequences as one batch.

    Examples
    --------
    >>> from exportin.nes.alphabet import encode
    >>> batch = lay_out([encode(b"MLL"), encode(b"MK")])
    >>> batch.starts.tolist(), batch.lengths.tolist()
    ([48, 99], [3, 2])
    """
    lengths = np.array([len(one) for one in encoded], dtype=np.int64)
    codes = np.frombuffer(_GAP + b"".join([one + _GAP for one in encoded]), dtype=np.uint8)
    starts = PAD + np.concatenate([[0], np.cumsum(lengths[:-1] + PAD)]).astype(np.int64) if len(lengths) else lengths
    return Batch(codes, starts, lengths)


@lru_cache(maxsize=1)
def plus_patterns() -> tuple[Pattern, ...]:
    """Patterns of plus orientation, by their order; at most `_MOST`, since each has a bit of a byte."""
    found = tuple(pattern for pattern in patterns() if pattern.orientation == "plus")
    if len(found) > _MOST:
        raise BadTable(f"patterns.tsv: {len(found)} plus patterns; the search holds at most {_MOST}.")
    return found


@lru_cache(maxsize=1)
def _reversible() -> tuple[bool, ...]:
    """Which of `plus_patterns` have a mirror image in the table."""
    mirrored = {tuple(None if place is None else -place for place in one.places) for one in patterns() if one.orientation == "minus"}
    return tuple(pattern.places in mirrored for pattern in plus_patterns())


def find_candidates(batch: Batch, *, backwards: bool = False) -> Candidates:
    """All places where a pattern matches.

    Parameters
    ----------
    batch : Batch
    backwards : bool
        Whether the batch is read against the chain; only patterns with a mirror image are then looked for.

    Examples
    --------
    >>> from exportin.nes.alphabet import encode
    >>> found = find_candidates(lay_out([encode(b"NSNELALKLAGLDINKT")]))
    >>> plus_patterns()[found.main[0]].id, int(found.places[0] - PAD)
    ('1a', 11)
    """
    kinds = np.frombuffer(batch.codes.tobytes().translate(_kinds()), dtype=np.uint8)
    strong, fitting = kinds & _STRONG, (kinds & _STRONG) | (kinds >> 1)
    found = np.zeros(max(len(kinds) - 2 * _REACH, 0), dtype=np.uint8)
    for number, pattern in enumerate(plus_patterns()):
        if backwards and not _reversible()[number]:
            continue
        found |= _match(strong, fitting, [slice(_REACH + place, _REACH + place + len(found)) for place in pattern.filled]) << number
    places = np.flatnonzero(found)
    return _describe(batch, places + _REACH, found[places], strong)


def _match(strong: np.ndarray, fitting: np.ndarray, at: list[slice]) -> np.ndarray:
    """Where all anchors fit, all of them strong but for one of the first."""
    free, firm = at[: anchors().weak_places], at[anchors().weak_places :]
    one_weak = (reduce(np.bitwise_and, [(fitting if other is one else strong)[other] for other in free]) for one in free)
    return reduce(np.bitwise_and, [strong[one] for one in firm]) & reduce(np.bitwise_or, one_weak)


def _describe(batch: Batch, places: np.ndarray, found: np.ndarray, strong: np.ndarray) -> Candidates:
    matches = ((found[:, None] >> np.arange(len(plus_patterns()), dtype=np.uint8)) & 1).astype(bool)
    exact = np.column_stack([strong[places[:, None] + np.array(pattern.filled)].all(1) for pattern in plus_patterns()]) & matches
    weak = ~exact.any(1)
    main = np.where(weak, matches.argmax(1), exact.argmax(1))
    owner = np.searchsorted(batch.starts, places, side="right") - 1
    return Candidates(places, np.asarray(owner), matches, main, np.asarray(weak, dtype=np.int64))


@lru_cache(maxsize=1)
def _kinds() -> bytes:
    """What kind of anchor a code is."""
    rule = anchors()
    kind = dict.fromkeys(rule.strong, _STRONG) | dict.fromkeys(rule.weak, _WEAK)
    return bytes(kind.get(RESIDUES[code], 0) if code < NOTHING else 0 for code in range(256))
