"""FASTA as it comes: line ends, packing, faults in one record or in the file, odd letters, and memory that does not grow."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportin.errors import BadSequence
from exportin.nes import records as room
from exportin.nes.alphabet import NOTHING, POLICY, RESIDUES, encode
from exportin.nes.records import LONGEST, LeftOut, Record, check_record, in_batches, read_fasta

THREE = [("a", "MLELK"), ("b", "MKLLA"), ("c", "MSSSS")]
PLAIN = b">a first one\nMLEL\nK\n>b\nMKLLA\n>c\nMSSSS\n"


def read(text: bytes) -> list[Record | LeftOut]:
    return list(read_fasta(io.BytesIO(text), "x.fasta"))


def pairs(text: bytes) -> list[tuple[str, str]]:
    """Names and residues; nothing may be left out."""
    found = read(text)
    assert [one for one in found if isinstance(one, LeftOut)] == []
    return [(one.name, one.sequence) for one in found if isinstance(one, Record)]


def left_out(text: bytes) -> list[LeftOut]:
    return [one for one in read(text) if isinstance(one, LeftOut)]


def noise(size: int) -> bytes:
    """Residues that do not pack well, in lines, so that a packed file can be cut in the middle."""
    pick = random.Random(3)
    return b"\n".join(bytes(pick.choices(RESIDUES.encode(), k=60)) for _ in range(size // 60))


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"\n", b"\r"),
        PLAIN.replace(b"\n", b"\n\n"),
        PLAIN.rstrip(),
        PLAIN.replace(b"MLEL", b"mlel"),
        PLAIN.replace(b"MLEL", b"  ML EL\t"),
        PLAIN.replace(b">b", b">  b"),
        b"\n \n" + PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN + b"\n\n",
    ],
    ids=["plain", "CRLF", "CR", "blank lines", "no end", "lower case", "blanks", "in header", "before", "byte order mark", "behind"],
)
def test_every_way_to_write_fasta_gives_the_same_records(text: bytes):
    assert pairs(text) == THREE
    assert pairs(gzip.compress(text)) == THREE


def test_gzip_members_follow_each_other():
    pieces = [PLAIN[:7], PLAIN[7:20], b"", PLAIN[20:]]
    assert pairs(b"".join(gzip.compress(one) for one in pieces)) == THREE
    assert pairs(b"".join(gzip.compress(one) for one in pieces) + b"\0" * 512) == THREE  # as tapes pad them
    assert pairs(gzip.compress(b"\n") + gzip.compress(PLAIN)) == THREE


@pytest.mark.parametrize("block", [1, 2, 3, 5, 7, 16, 41])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_where_a_block_ends_makes_no_difference(end: bytes, block: int, monkeypatch: pytest.MonkeyPatch):
    text = b"\xef\xbb\xbf\n" + PLAIN.replace(b"\n", end) + b">d" + end + b"MX>U" + end + b">" + end + b"MK*" + end + b">a" + end + b"M"
    large = read(text)
    assert [type(one) for one in large] == [Record, Record, Record, LeftOut, Record, LeftOut]
    monkeypatch.setattr(room, "_BLOCK", block)
    assert read(text) == large
    packed = gzip.compress(text)
    if block >= 2:  # two bytes tell gzip
        assert read(packed) == large


NAMES, WRITTEN = st.text("abcXYZ|_.0123", min_size=1), st.text(RESIDUES + RESIDUES.lower() + "XUBZJO", min_size=1)


@given(st.lists(st.tuples(NAMES, WRITTEN), max_size=8), st.data())
def test_what_is_written_is_read(given_pairs: list[tuple[str, str]], data: st.DataObject):
    unique = list({name: (name, residues) for name, residues in given_pairs if not set(residues.upper()) <= set("ACGTUN")}.values())
    if not unique:
        return
    width = data.draw(st.integers(1, 80))
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    lines = []
    for name, residues in unique:
        lines += [f">{name} and more", *(residues[at : at + width] for at in range(0, len(residues), width))]
    text = end.join(lines).encode()
    assert pairs(text) == pairs(gzip.compress(text)) == [(name, residues.upper()) for name, residues in unique]


@pytest.mark.parametrize("cut", [1, 9, 2000])
def test_a_cut_gzip_file_gives_the_records_before_the_cut(cut: int):
    text = b">a\nMLELK\n>b\nMKLLA\n>long\n" + noise(30_000)
    found = read(gzip.compress(text)[:-cut])
    assert [(one.name, one.sequence) for one in found if isinstance(one, Record)] == THREE[:2]
    assert [str(one) for one in found if isinstance(one, LeftOut)] == [
        "x.fasta: cannot be read further (the gzip data end too early) in record 'long'; that record and what follows are left out."
    ]


def test_a_gzip_file_cut_before_its_first_record_says_so():
    (only,) = read(gzip.compress(PLAIN)[:5])
    assert isinstance(only, LeftOut)
    assert "before its first record" in only.reason


@pytest.mark.parametrize("part", ["data", "checksum", "length"])
def test_a_corrupt_gzip_file_gives_what_came_before(part: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "_BLOCK", 64)  # the block with the fault is lost as a whole
    packed = bytearray(gzip.compress(PLAIN) + gzip.compress(b">long\n" + noise(30_000)))
    packed[{"data": -9000, "checksum": -6, "length": -2}[part]] ^= 0xFF
    found = read(bytes(packed))
    assert [(one.name, one.sequence) for one in found if isinstance(one, Record)] == THREE
    (fault,) = (one for one in found if isinstance(one, LeftOut))
    assert fault.name == "x.fasta"
    assert "cannot be read further" in fault.reason
    assert "in record 'long'" in fault.reason


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("x.fasta", PLAIN)
    return held.getvalue()


@pytest.mark.parametrize(("text", "kind"), [(bz2.compress(PLAIN), "bzip2"), (zipped(), "zip"), (lzma.compress(PLAIN), "xz")])
def test_another_packing_is_refused_by_its_name(text: bytes, kind: str):
    with pytest.raises(BadSequence, match=f"'x.fasta' is packed by {kind}; unpack it"):
        read(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "it is empty; expected a record that begins with '>' and a name"),
        (b"\n \r\n", "it is empty"),
        (gzip.compress(b"", mtime=0), "it is empty"),
        (b"MLELK\nMKLLA\n", "it begins with 'MLELK"),
        (b"name,sequence\na,MLELK\n", "it begins with 'name,sequence"),
        (b"\x89PNG\r\n\x1a\n\0\0", r"is no text \(byte 0x1a at position [67]\)"),
        (b"MLEL\0K", r"is no text \(byte 0x00 at position 5\)"),
        ("MLELK".encode("utf-16"), r"is no text \(byte 0x00 at position 4\)"),
    ],
)
def test_what_is_no_fasta_is_refused_in_one_sentence(text: bytes, told: str):
    with pytest.raises(BadSequence, match=told) as refusal:
        read(text)
    assert str(refusal.value).startswith("'x.fasta' is no ")


def test_a_file_that_is_open_as_text_is_refused():
    with pytest.raises(BadSequence, match="open as text; open it with mode 'rb'"):
        list(read_fasta(io.StringIO(PLAIN.decode()), "x.fasta"))  # pyright: ignore[reportArgumentType]


def test_a_bad_record_does_not_stop_the_others():
    found = read(b">a\nMLELK\n>empty\n>b\nMKLLA\n>a\nMSSSS\n>\nMWWLL\n>dna\nATGGAGGAGCCGCAGTCAGATCC\n>c\nMSSSS\n")
    assert [(one.name, one.sequence) for one in found if isinstance(one, Record)] == [*THREE[:2], ("record_5", "MWWLL"), THREE[2]]
    assert [str(one) for one in found if isinstance(one, LeftOut)] == [
        "empty: has no residues; expected at least one.",
        "a: record 4 has the name of an earlier one; give each record a name of its own.",
        "dna: all 23 letters are those of nucleotides; translate it to protein first.",
    ]


def test_a_name_that_is_no_utf8_is_read_as_far_as_it_goes():
    assert pairs(b">a\xff\nMLELK\n") == [("a\ufffd", "MLELK")]
    assert pairs(">α b\nMLELK\n".encode()) == [("α", "MLELK")]


@pytest.mark.parametrize(("length", "fits"), [(LONGEST, True), (LONGEST + 1, False)])
def test_the_longest_record(length: int, fits: bool):
    (only,) = read(b">titin\n" + b"MK" * (length // 2) + b"M" * (length % 2))
    assert isinstance(only, Record) is fits
    if isinstance(only, LeftOut):
        assert only.reason == "has 40,001 residues; expected a protein of at most 40,000."


class Endless:
    """A stream of one record of so many bytes, made as it is read, and a short record behind it."""

    def __init__(self, size: int) -> None:
        self.left, self.begun, self.tail = size, False, b"\n>b\nMKLLA\n"

    def read(self, size: int) -> bytes:
        if not self.begun:
            self.begun = True
            return b">huge\n"
        if self.left:
            given = min(size, self.left)
            self.left -= given
            return b"L" * given
        tail, self.tail = self.tail, b""
        return tail


def peak(size: int) -> int:
    """Most bytes held while a record of so many is passed over."""
    tracemalloc.start()
    try:
        found = list(read_fasta(Endless(size), "x.fasta"))  # pyright: ignore[reportArgumentType]
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    told = "has more than 16,777,216 bytes; expected a protein of at most 40,000 residues."
    assert found == [LeftOut("huge", told), Record("b", b"MKLLA")]
    return held


def test_memory_does_not_grow_with_a_record():
    assert peak(80_000_000) < 1.2 * peak(20_000_000) < 120_000_000


@pytest.mark.parametrize("letter", [letter for letter, policy in POLICY.items() if not policy.refused])
@pytest.mark.parametrize("lower", [False, True])
def test_an_odd_letter_that_can_be_read_is_noted(letter: str, lower: bool):
    written = letter.lower() if lower else letter
    record = check_record("x", f"MLE{written}LL".encode())
    assert isinstance(record, Record)
    assert record.notes == (f"{letter} at position 4: {POLICY[letter].meaning}",)
    assert record.sequence == f"MLE{letter}LL"  # as it was given
    expected = {"J": "L", "U": "C", "O": "K"}.get(letter)  # Leu or Ile; selenocysteine for cysteine; pyrrolysine for lysine
    assert record.codes[3] == (RESIDUES.index(expected) if expected else NOTHING)
    assert expected is None or record.codes == encode(f"MLE{expected}LL".encode())
    several = check_record("x", f"MLE{written}L{letter}L{letter}".encode())
    assert isinstance(several, Record)
    assert several.notes == (f"{letter} at position 4 and 2 more: {POLICY[letter].meaning}",)


@pytest.mark.parametrize("letter", "*-.")
def test_an_odd_letter_that_would_shift_positions_is_refused(letter: str):
    refused = check_record("x", f"MLE{letter}LL".encode())
    assert refused == LeftOut("x", f"{letter!r} at position 4 is {POLICY[letter].meaning}.")


@pytest.mark.parametrize(
    ("letters", "told"),
    [
        (b"ML3ELL", "'3' at position 3 is no amino acid"),
        (b"MLEL>L", "'>' at position 5 is no amino acid"),
        (b"ML\0ELL", "byte 0x00 at position 3"),
        ("MLEäLL".encode(), "byte 0xc3 at position 4"),
        ("MLE–LL".encode(), "byte 0xe2 at position 4"),
        ("MLEéLL".encode("latin-1"), "byte 0xe9 at position 4"),
        ("MLEßLL".encode("latin-1"), "byte 0xdf at position 4"),
        ("MLEµLL".encode("latin-1"), "byte 0xb5 at position 4"),
        ("MLEÿLL".encode("latin-1"), "byte 0xff at position 4"),
        (b"ML EL\n1L", "'1' at position 5"),
    ],
)
def test_a_letter_that_nothing_knows_is_refused_with_its_place(letters: bytes, told: str):
    refused = check_record("x", letters)
    assert isinstance(refused, LeftOut)
    assert refused.reason.startswith(told)
    assert refused.reason.endswith("expected letters of the twenty, or B, J, O, U, X, Z.")


@pytest.mark.parametrize("byte", range(256))
def test_every_byte_is_a_residue_a_blank_noted_or_refused(byte: int):
    found = check_record("x", b"MLE" + bytes([byte]) + b"KL")
    letter = chr(byte).upper() if byte < 128 else ""
    if letter in RESIDUES and letter:
        assert isinstance(found, Record)
        assert (len(found.codes), found.notes) == (6, ())
    elif byte in b" \t\r\n\v\f":
        assert isinstance(found, Record)
        assert (len(found.codes), found.notes) == (5, ())
    elif letter in POLICY:
        assert isinstance(found, LeftOut) is POLICY[letter].refused
    else:
        assert isinstance(found, LeftOut)
        assert " at position 4 is no amino acid" in found.reason


def test_a_stop_at_the_end_is_dropped_and_told():
    record = check_record("x", b"MLELL*\n")
    assert isinstance(record, Record)
    assert (record.sequence, record.notes) == ("MLELL", ("the stop at the end, position 6, is dropped",))
    assert isinstance(check_record("x", b"MLELL**"), LeftOut)
    assert check_record("x", b"*") == LeftOut("x", "has no residues; expected at least one.")


@pytest.mark.parametrize(("letters", "kept"), [(b"ACGTACGTACGTACGTACG", True), (b"ACGTACGTACGTACGTACGU", False), (b"acgun" * 4, False)])
def test_nucleotides_are_refused_where_they_are_too_many_for_a_peptide(letters: bytes, kept: bool):
    assert isinstance(check_record("x", letters), Record) is kept


@given(st.lists(st.integers(1, 50), max_size=20), st.integers(1, 120))
def test_batches_hold_every_record_once_and_in_order(lengths: list[int], residues: int):
    records = [Record(str(number), b"L" * length) for number, length in enumerate(lengths)]
    batches = list(in_batches(iter(records), residues))
    assert [one for batch in batches for one in batch] == records
    assert all(sum(len(one.letters) for one in batch[:-1]) < residues for batch in batches)
    assert all(sum(len(one.letters) for one in batch) >= residues for batch in batches[:-1])
