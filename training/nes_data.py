"""What the export-signal score learns from: proteins with their signals, as NESdb has them and as they were curated; frozen by hash.

The files are those of ../shared/data/nes. A span of 8 to 30 residues is a signal as it stands. Of a longer or shorter one the table
`spans.tsv` says where its signal is (`core`), or that this cannot be told (`region`); the rest of such a span is neither signal nor
background, and nor is a span that NESdb doubts.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["HASHES", "LONGEST", "SHORTEST", "Protein", "Span", "read_binders", "read_proteins"]

HERE = Path(__file__).resolve().parent
HASHES = {
    "nes_spans.tsv": "37072b7fe33db54aa1bf823fcb92db3f4a5386e17d628607010e6275ea188c29",
    "crm1_binding_proteome.tsv": "fdb9b0857ce3f18bc5b49448872be93feda4279628721f93aab45c4dc4d56ace",
}
SHORTEST, LONGEST = 8, 30


@dataclass(frozen=True)
class Span:
    """Residues from `start` up to and without `end`, counted from 0."""

    start: int
    end: int

    def overlap(self, start: int, end: int) -> int:
        """Residues shared with another span."""
        return min(self.end, end) - max(self.start, start)


@dataclass(frozen=True)
class Protein:
    """A cargo with what is known of its signals.

    Attributes
    ----------
    accession, organism, sequence : str
    signals : tuple of Span
    as_recorded : tuple of Span
        Those of them that are spans of NESdb as they stand.
    masked : tuple of Span
        What is neither signal nor background.
    doubtful : tuple of Span
        Spans that NESdb doubts; also masked.
    mutated : tuple of (Span, tuple of int)
        A signal with the positions in it, from 0, whose mutation was recorded to harm export.
    binds : bool
        Whether NESdb says that it was seen to bind CRM1.
    """

    accession: str
    organism: str
    sequence: str
    signals: tuple[Span, ...]
    as_recorded: tuple[Span, ...]
    masked: tuple[Span, ...]
    doubtful: tuple[Span, ...]
    mutated: tuple[tuple[Span, tuple[int, ...]], ...]
    binds: bool

    @property
    def human(self) -> bool:
        """Whether it is a human protein."""
        return self.organism.startswith("Homo sapiens")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def _frozen(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / name
    if not path.is_file():
        raise SystemExit(f"{path} is not there; give the folder of the reference data with --data.")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != HASHES[name]:
        raise SystemExit(f"{path} is not the file that the score was made from: sha256 {found}, expected {HASHES[name]}.")
    return _read(path)


def read_proteins(folder: Path) -> list[Protein]:
    """Proteins of NESdb with their signals, by sequence.

    Parameters
    ----------
    folder : Path
        That of ``nes_spans.tsv``.
    """
    curated: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in _read(HERE / "spans.tsv"):
        curated.setdefault((row["nesdb_id"], row["start"], row["end"]), []).append(row)
    by_sequence: dict[str, list[dict[str, str]]] = {}
    for row in _frozen(folder, "nes_spans.tsv"):
        by_sequence.setdefault(row["sequence"], []).append(row)
    return [_protein(rows, curated) for _, rows in sorted(by_sequence.items())]


def _protein(rows: list[dict[str, str]], curated: dict[tuple[str, str, str], list[dict[str, str]]]) -> Protein:
    signals, recorded, masked, doubtful = [], set(), [], []
    for row in rows:
        span = Span(int(row["start"]) - 1, int(row["end"]))
        cores = curated.get((row["nesdb_id"], row["start"], row["end"]), [])
        if row["doubt"] == "1":
            doubtful.append(span)
        elif SHORTEST <= span.end - span.start <= LONGEST and not cores:
            signals.append(span)
            recorded.add(span)
        else:
            signals += [_curated(core, row["sequence"]) for core in cores if core["use"] == "core"]
            masked += [span, *(_curated(core, row["sequence"]) for core in cores)]
    signals = sorted(set(signals), key=lambda span: (span.start, span.end))
    spoilt = sorted({place - 1 for row in rows for first, last in _ranges(row["mut_export"]) for place in range(first, last + 1)})
    mutated = tuple((span, tuple(place for place in spoilt if span.start <= place < span.end)) for span in signals)
    first = rows[0]
    return Protein(
        first["accession"],
        first["organism"],
        first["sequence"],
        tuple(signals),
        tuple(span for span in signals if span in recorded),
        (*masked, *doubtful),
        tuple(doubtful),
        tuple((span, places) for span, places in mutated if places),
        any(row["binds_crm1"] == "1" for row in rows),
    )


def _curated(row: dict[str, str], sequence: str) -> Span:
    span = Span(int(row["curated_start"]) - 1, int(row["curated_end"]))
    if sequence[span.start : span.end] != row["sequence"]:
        raise SystemExit(f"spans.tsv: {row['nesdb_id']} {row['curated_start']}-{row['curated_end']} is not {row['sequence']}.")
    return span


def _ranges(text: str) -> list[tuple[int, int]]:
    """Ranges such as ``['178-180', '219-221']``."""
    parts = [part.strip(" '\"") for part in text.strip("[]").split(",")]
    return [(int(first), int(last)) for first, last in (part.split("-") for part in parts if part)]


def read_binders(folder: Path) -> list[tuple[str, str, str]]:
    """Accession, category and sequence of the proteins of Kirli 2015."""
    return [(row["accession"], row["category"], row["sequence"]) for row in _frozen(folder, "crm1_binding_proteome.tsv")]
