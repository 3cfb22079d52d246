"""What a user may give as sequences, told apart."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from exportin.errors import BadSequence, UnknownName
from exportin.nes.alphabet import POLICY, STANDARD
from exportin.nes.records import LeftOut, Record, check_record, read_fasta

__all__ = ["is_no_name", "read_given"]

_LEAST_LETTERS = 8  # the shortest core; fewer letters are a name
_ENDING = re.compile(r"[^.]\.[A-Za-z]{1,6}$")  # of the name of a file; gaps come in runs or between residues
_LONGEST_NAME = 15  # of a symbol or accession; a longer text is meant as a sequence
_LETTERS = STANDARD.decode() + "".join(POLICY) + "".join(POLICY).lower() + " \t\r\n"


def read_given(given: object) -> Iterator[Record | LeftOut]:
    """Records of whatever was given: a sequence, FASTA, a file, a name of the facts, or names with sequences.

    Raises
    ------
    BadSequence, UnknownName

    Examples
    --------
    >>> [record.name for record in read_given({"a": "MLELLK", "b": "MKKLLE"})]
    ['a', 'b']
    >>> next(read_given("TP53")).name
    'TP53'
    """
    if isinstance(given, str):
        return _read_text(given)
    if isinstance(given, os.PathLike):
        return _read_file(Path(cast("os.PathLike[str]", given)))
    if hasattr(given, "read"):
        return read_fasta(cast("BinaryIO", given), str(getattr(given, "name", "the stream")))
    if isinstance(given, Mapping):
        return _read_pairs(given.items())
    if isinstance(given, Iterable) and not isinstance(given, bytes):
        return _read_each(given)
    raise BadSequence(f"{type(given).__name__} holds no sequence; give text, a FASTA file, or names with sequences.")


def _read_text(given: str) -> Iterator[Record | LeftOut]:
    text = given.removeprefix("\ufeff").strip()  # a mark that some editors put before a text
    if text.startswith(">"):
        return read_fasta(io.BytesIO(text.encode()), "the text")
    if not text:
        raise BadSequence("an empty text holds no sequence; give residues, a FASTA file, or a symbol such as TP53.")
    if "\n" not in text and _exists(text):
        return _read_file(Path(text))
    known = _known(text)
    if known:
        return iter([known])
    if _is_residues(text):
        return iter([_with_note(check_record("sequence", text.encode()))])
    return _refuse(text)


def is_no_name(text: str) -> bool:
    """Whether a text is to be read, as a file, FASTA or residues, rather than looked up.

    Examples
    --------
    >>> [is_no_name(text) for text in ("LALKLAGLDI", "LALKL AGLDI*", "my.fasta", "TP53", "NOSUCHGENE")]
    [True, True, True, False, False]
    """
    text = text.strip()
    return text.startswith(">") or _is_path(text) or _is_residues(text)


def _is_residues(text: str) -> bool:
    """Whether a text is long enough for a sequence and of its letters; a short one with a letter outside of the twenty is a name."""
    bare = "".join(text.split()).removesuffix("*")
    letters = _LETTERS if len(bare) > _LONGEST_NAME else STANDARD.decode()
    return len(bare) >= _LEAST_LETTERS and set(bare) <= set(letters) and not _ENDING.search(text)


def _is_path(text: str) -> bool:
    return "\n" not in text and (os.sep in text or bool(_ENDING.search(text)) or _exists(text))


def _read_each(given: Iterable[object]) -> Iterator[Record | LeftOut]:
    """Pairs of names and sequences; or names of the facts and sequences, of which a sequence has its number as name."""
    each = list(given)
    known = [_known(one) if isinstance(one, str) else None for one in each]
    pairs = [one if isinstance(one, tuple) and len(one) == 2 else (f"sequence_{number}", one) for number, one in enumerate(each, start=1)]
    return _read_pairs((found.name, found.sequence) if found else pair for found, pair in zip(known, pairs, strict=True))


def _exists(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # longer than a name of a file may be
        return False


def _with_note(record: Record | LeftOut) -> Record | LeftOut:
    """A short text may have been meant as a name."""
    if isinstance(record, LeftOut) or len(record.letters) > _LONGEST_NAME:
        return record
    return replace(record, notes=(*record.notes, f"no such name in the tables; read as a sequence of {len(record.letters)} residues"))


def _known(text: str) -> Record | None:
    """A protein of the tables of facts by its symbol, name, alias or accession."""
    from exportin.knowledge.protein_sequence import find_sequence

    try:
        found = find_sequence(text)
    except UnknownName:
        return None
    return Record(found.cargo, found.sequence.encode())


def _refuse(text: str) -> Iterator[Record | LeftOut]:
    shown = text if len(text) <= 40 else f"{text[:40]}..."
    if _is_path(text):
        raise BadSequence(f"{shown!r} is no file that is there; give a FASTA file, a sequence, or a symbol such as TP53.")
    odd = next((letter for letter in text if letter not in _LETTERS), None)
    if odd is not None and len(text) > _LONGEST_NAME:
        raise BadSequence(f"{shown!r}: {odd!r} at position {text.index(odd) + 1} is no amino acid; give a protein sequence.")
    from exportin.knowledge.protein_sequence import find_sequence

    find_sequence(text)  # refuses with the nearest names
    raise BadSequence(f"{shown!r} is no sequence.")


def _read_file(path: Path) -> Iterator[Record | LeftOut]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BadSequence(f"{str(path)!r} cannot be read ({error.strerror}); give a FASTA file, plain or gzipped.") from error
    return _read_open(stream, path)


def _read_open(stream: BinaryIO, path: Path) -> Iterator[Record | LeftOut]:
    with stream:
        yield from read_fasta(stream, path.name)


def _read_pairs(pairs: Iterable[tuple[object, object]]) -> Iterator[Record | LeftOut]:
    seen: set[str] = set()
    for name, letters in pairs:
        if not isinstance(letters, str):
            raise BadSequence(f"{name!r}: expected a sequence as text, found {type(letters).__name__}.")
        if str(name) in seen:
            yield LeftOut(str(name), "has the name of an earlier one; give each sequence a name of its own.")
            continue
        seen.add(str(name))
        yield check_record(str(name), letters.encode())
