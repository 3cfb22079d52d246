"""Sequences as they are read: records that can be scanned, and records that are left out with the reason.

FASTA is read in blocks, so that memory does not grow with the file. What is wrong with one record never stops the others.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from exportin.errors import BadSequence
from exportin.nes.alphabet import POLICY, encode, is_nucleotide, odd_letters

__all__ = ["LONGEST", "LeftOut", "Record", "check_record", "in_batches", "read_fasta"]

LONGEST = 40_000  # residues; titin, the longest human protein, has 35,991 at most
_BLOCK = 1 << 22
_PIECE = 1 << 16  # of what is unpacked; a fault loses no more
_LARGEST = 1 << 24  # bytes of one record; beyond that it is no protein
_BLANK = b" \t\r\n\v\f"
_MARK = b"\xef\xbb\xbf"  # of UTF-8, which some editors put before a text
_PACKED = {b"BZh": "bzip2", b"PK\x03\x04": "zip", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_GZIP = 31  # of zlib: the largest window, with the head of gzip
_TEXT = bytes({*range(32, 127), *b"\t\r\n\v\f", *range(128, 256)})


@dataclass(frozen=True)
class Record:
    """A sequence that can be scanned.

    Attributes
    ----------
    name : str
        First word of the header.
    letters : bytes
        The residues as they were given, without blanks.
    notes : tuple of str
        What was read otherwise than it stands.
    """

    name: str
    letters: bytes
    notes: tuple[str, ...] = ()

    @cached_property
    def codes(self) -> bytes:
        """The residues as codes."""
        return encode(self.letters)

    @cached_property
    def sequence(self) -> str:
        """The residues in upper case."""
        return self.letters.decode("ascii").upper()


@dataclass(frozen=True)
class LeftOut:
    """A record that cannot be scanned, and one sentence that says why."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


def check_record(name: str, letters: bytes) -> Record | LeftOut:
    """A record from its name and residues, held to the policy for odd letters.

    Examples
    --------
    >>> check_record("GPX1", b"MCAARLUQS").notes
    ('U at position 7: selenocysteine; read as cysteine',)
    >>> print(check_record("x", b"MLE*LL"))
    x: '*' at position 4 is a stop; one at the very end is dropped, any other refuses the record.
    """
    letters = letters.translate(None, _BLANK)
    notes: tuple[str, ...] = ()
    odd = odd_letters(letters)
    if odd and letters.endswith(b"*"):
        letters, odd = letters[:-1], odd[:-1]
        notes = (f"the stop at the end, position {len(letters) + 1}, is dropped",)
    if not letters:
        return LeftOut(name, "has no residues; expected at least one.")
    if len(letters) > LONGEST:
        return LeftOut(name, f"has {len(letters):,} residues; expected a protein of at most {LONGEST:,}.")
    if is_nucleotide(letters):
        return LeftOut(name, f"all {len(letters)} letters are those of nucleotides; translate it to protein first.")
    if odd:
        found = _odd(name, letters, odd)
        return found if isinstance(found, LeftOut) else Record(name, letters, notes + found)
    return Record(name, letters, notes)


def _odd(name: str, letters: bytes, odd: bytes) -> LeftOut | tuple[str, ...]:
    """Notes on letters outside of the twenty, or the refusal."""
    upper = letters.upper()
    notes = []
    for letter in dict.fromkeys(odd.upper().decode("latin-1")):
        place = upper.find(letter.encode("latin-1")) + 1
        policy = POLICY.get(letter)
        if policy is None:
            told = repr(letter) if letter.isprintable() and letter.isascii() else f"byte 0x{ord(letter):02x}"
            return LeftOut(name, f"{told} at position {place} is no amino acid; expected letters of the twenty, or B, J, O, U, X, Z.")
        if policy.refused:
            return LeftOut(name, f"{letter!r} at position {place} is {policy.meaning}.")
        count = upper.count(letter.encode("latin-1"))
        more = f" and {count - 1} more" if count > 1 else ""
        notes.append(f"{letter} at position {place}{more}: {policy.meaning}")
    return tuple(notes)


def read_fasta(stream: BinaryIO, name: str) -> Iterator[Record | LeftOut]:
    r"""Records of a FASTA stream, plain or gzipped, one by one.

    Parameters
    ----------
    stream : binary file
    name : str
        What it is called in a refusal.

    Raises
    ------
    BadSequence
        If it holds no FASTA at all.

    Examples
    --------
    >>> import io
    >>> [record.name for record in read_fasta(io.BytesIO(b">a first\nMLEL\nLL\n>b\nMK\n"), "x.fasta")]
    ['a', 'b']
    """
    seen: set[str] = set()
    for number, piece in enumerate(_pieces(stream, name), start=1):
        if isinstance(piece, LeftOut):
            yield piece
            continue
        head, _, body = piece.partition(b"\n")
        called = _called(head) if head.strip() else f"record_{number}"
        if called in seen:
            yield LeftOut(called, f"record {number} has the name of an earlier one; give each record a name of its own.")
            continue
        seen.add(called)
        yield check_record(called, body)


def _pieces(stream: BinaryIO, name: str) -> Iterator[bytes | LeftOut]:
    """Text of each record without its mark, or what stopped the reading."""
    kept, started, dropping = b"", False, False
    for block in _blocks(stream, name):
        if isinstance(block, LeftOut):
            where = f"in record {_called(kept)!r}" if started else "before its first record"
            yield LeftOut(name, f"{block.reason} {where}; that record and what follows are left out.")
            return
        kept += block
        if not started and not kept.strip(_BLANK + _MARK):
            continue
        if not started:
            kept, started = _start(kept, name), True
        *whole, kept = kept.split(b"\n>")
        yield from whole[dropping:]
        dropping = dropping and not whole
        if len(kept) > _LARGEST:
            if not dropping:
                yield LeftOut(_called(kept), f"has more than {_LARGEST:,} bytes; expected a protein of at most {LONGEST:,} residues.")
            dropping, kept = True, kept[-1:]
    if started and not dropping:
        yield kept
    elif not started:
        _start(kept, name)


def _called(piece: bytes) -> str:
    """Name of a record."""
    words = piece.partition(b"\n")[0].split(None, 1)
    return words[0].decode("utf-8", "replace") if words else "without name"


def _start(text: bytes, name: str) -> bytes:
    """The first block behind its first mark."""
    begun = text.lstrip(_BLANK + _MARK)
    if not begun.startswith(b">"):
        bad = text.translate(None, _TEXT)
        if bad:
            place = text.find(bad[:1]) + 1
            raise BadSequence(f"{name!r} is no text (byte 0x{bad[0]:02x} at position {place}); give sequences as FASTA, plain or gzipped.")
        shown = begun[:20].decode("utf-8", "replace")
        told = f"it begins with {shown!r}" if begun else "it is empty"
        raise BadSequence(f"{name!r} is no FASTA: {told}; expected a record that begins with '>' and a name.")
    return begun[1:]


def _blocks(stream: BinaryIO, name: str) -> Iterator[bytes | LeftOut]:
    """Blocks of the stream, unpacked, with one kind of line end."""
    first = stream.read(_BLOCK)
    if isinstance(first, str):
        raise BadSequence(f"{name!r} is open as text; open it with mode 'rb', or give its path.")
    for mark, kind in _PACKED.items():
        if first.startswith(mark):
            raise BadSequence(f"{name!r} is packed by {kind}; unpack it, or give it plain or gzipped.")
    blocks = _unpacked(first, stream) if first.startswith(b"\x1f\x8b") else _plain(first, stream)
    try:
        for block in blocks:
            yield block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block
    except (EOFError, OSError, zlib.error) as error:
        yield LeftOut(name, f"cannot be read further ({error})")


def _plain(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    while first:
        yield first
        first = stream.read(_BLOCK)


def _unpacked(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """Text of one or more gzip members; what can be read before a fault is handed on."""
    packed, member = first, zlib.decompressobj(_GZIP)
    while packed:
        if text := member.decompress(packed, _PIECE):
            yield text
        if member.eof:
            packed = (member.unused_data or stream.read(_BLOCK)).lstrip(b"\0")
            member = zlib.decompressobj(_GZIP) if packed else member
        else:
            packed = member.unconsumed_tail or stream.read(_BLOCK)
    if not member.eof:
        raise EOFError("the gzip data end too early")


def in_batches(records: Iterable[Record], residues: int = 500_000) -> Iterator[list[Record]]:
    """Records together until they have so many residues."""
    held: list[Record] = []
    size = 0
    for record in records:
        held.append(record)
        size += len(record.letters)
        if size >= residues:
            yield held
            held, size = [], 0
    if held:
        yield held
