"""What a user may give as sequences, told apart."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from exportin.errors import BadSequence, UnknownName
from exportin.nes.alphabet import POLICY, STANDARD
from exportin.nes.records import LeftOut, Record, check_record, read_fasta

__all__ = ["read_given"]

_LEAST_LETTERS = 8  # the shortest core; fewer letters are a name
_ENDING = re.compile(r"[^.]\.[A-Za-z]{1,6}$")  # of the name of a file; gaps come in runs or between residues
_LONGEST_NAME = 12  # of a symbol or accession; a longer text is meant as a sequence
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
        return _read_pairs(
            one if isinstance(one, tuple) and len(one) == 2 else (f"sequence_{number}", one) for number, one in enumerate(given, start=1)
        )
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
    if len(text) >= _LEAST_LETTERS and set(text) <= set(_LETTERS) and not _ENDING.search(text):
        return iter([check_record("sequence", text.encode())])
    return _refuse(text)


def _exists(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # longer than a name of a file may be
        return False


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
    if "\n" not in text and (os.sep in text or "." in text):
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
