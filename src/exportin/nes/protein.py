"""What a whole protein is told by, for the question whether it binds XPO1 at all: length, disorder, composition and its best signals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from exportin.nes.alphabet import NOTHING, RESIDUES
from exportin.nes.candidates import lay_out
from exportin.nes.records import Record
from exportin.nes.scales import by_code, scale
from exportin.nes.score import Scored, score_batch, strongest

__all__ = ["BASELINE", "FEATURES", "GROUPS", "features"]

_QUANTILES = (5, 25, 50, 75, 95)
_WIDTHS = (11, 31)
_CHAINS = ("disorder", "hydrophobicity", "charge")
_CHARGE = {"D": -1.0, "E": -1.0, "K": 1.0, "R": 1.0}
_LEAST = -5.0  # log odds that stand for a candidate that is not there, about those of the worst tenth
BASELINE = ("log length", "mean disorder")
_ALONG = tuple(
    f"{chain} {width} {what}" for chain in _CHAINS for width in _WIDTHS for what in (*(f"q{level}" for level in _QUANTILES), "spread")
)
_SIGNALS = ("best signal", "second signal", "expected signals", "log no signal")
FEATURES = (*BASELINE, *_ALONG, *(f"share {residue}" for residue in RESIDUES), *_SIGNALS)
# What a contribution is told as.
GROUPS = {
    name: "length" if name == "log length"
    else "disorder" if "disorder" in name
    else "signals" if name in _SIGNALS
    else name.split()[0] if name.split()[0] in _CHAINS
    else "composition"
    for name in FEATURES
}  # fmt: skip


def features(records: Sequence[Record], found: Scored | None = None) -> np.ndarray:
    """Features of proteins, (records, len(FEATURES)).

    Parameters
    ----------
    records : sequence of Record
    found : Scored, optional
        All candidates of the records, where they were scored already.

    Examples
    --------
    >>> features([Record("PKI", b"MTDVETTYADFIASGRTGRRNAIHDILVSSASGNSNELALKLAGLDINKT")]).shape == (1, len(FEATURES))
    True
    """
    found = score_batch(lay_out([record.codes for record in records])) if found is None else found
    told = np.array([_alone(np.frombuffer(record.codes, dtype=np.uint8)) for record in records])
    return np.hstack([told, _signals(found, len(records))])


def _alone(codes: np.ndarray) -> list[float]:
    """What does not need the candidates."""
    disorder = scale("disorder")[codes]
    row = [float(np.log(len(codes))), float(disorder.mean())]
    for values in (disorder, scale("hydrophobicity")[codes], by_code(_CHARGE)[codes]):
        for width in _WIDTHS:
            smooth = _smoothed(values, width)
            row += [*np.percentile(smooth, _QUANTILES), float(smooth.std())]
    return [*row, *(np.bincount(codes, minlength=NOTHING + 1)[:NOTHING] / len(codes))]


def _smoothed(values: np.ndarray, width: int) -> np.ndarray:
    """Means over windows that lie in the chain; the mean of all where it is shorter."""
    width = min(width, len(values))
    total = np.concatenate([[0.0], np.cumsum(values)])
    return (total[width:] - total[:-width]) / width


def _signals(found: Scored, count: int) -> np.ndarray:
    kept = found.chosen(strongest(found))
    best, second = np.full(count, _LEAST), np.full(count, _LEAST)
    order = np.lexsort((-kept.log_odds, kept.owner))
    owner, value = kept.owner[order], kept.log_odds[order]
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    best[owner[first]] = value[first]
    after = first[first + 1 < len(owner)] + 1
    after = after[owner[after] == owner[after - 1]]
    second[owner[after]] = value[after]
    chance = kept.probability
    expected = np.bincount(kept.owner, chance, minlength=count)
    none = np.bincount(kept.owner, np.log1p(-chance), minlength=count)
    return np.column_stack([best, second, expected, none])
