"""Libraries on disk: written to a temporary name and moved, verified when read, never written again.

A folder holds two kinds of file. ``<key>.entry`` has one line of JSON (which library, the hashes of library and side data) and then the
side data. ``<key>-<token>.so`` is a library; its token is new each time, so that one that some process has loaded is never written again.
An entry counts only if all its hashes agree.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path

from exportin.errors import CompilationFailed
from exportin.kept_files import move_into, sweep
from exportin.kernel.compiler.target import suffix

__all__ = ["Entry", "Shelf"]


@dataclass(frozen=True)
class Entry:
    """A library on disk, found whole, and the data that its maker laid beside it."""

    path: Path
    side: bytes


@dataclass(frozen=True)
class Shelf:
    """Libraries in one folder, and in a private folder of this process once that one cannot be written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     shelf = Shelf(Path(folder))
    ...     entry = shelf.put("1234", b"code", b"side")
    ...     shelf.find("1234").side
    b'side'
    """

    folder: Path | None

    @cached_property
    def private(self) -> Path:
        """A folder of this process alone, removed when it ends."""
        import atexit
        import shutil

        folder = Path(tempfile.mkdtemp(prefix="exportin-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return folder

    @property
    def folders(self) -> list[Path]:
        """Where to look."""
        own = [self.private] if "private" in vars(self) else []
        return own if self.folder is None else [self.folder, *own]

    def find(self, key: str) -> Entry | None:
        """The entry of a key, if all of it is there and undamaged."""
        return next((entry for folder in self.folders if (entry := read_entry(folder, key))), None)

    def put(self, key: str, content: bytes, side: bytes = b"") -> Entry:
        """Keep a library and its side data under a key.

        Raises
        ------
        CompilationFailed
            If neither the folder nor the private one can be written.
        """
        return self.written(partial(write_both, key, content, side), self.folder)

    def put_again(self, key: str, path: Path, side: bytes = b"") -> Entry:
        """Keep a library that has been built under one more key, with other side data."""
        try:
            content = path.read_bytes()
        except OSError as wrong:
            raise CompilationFailed(f"The library {path} cannot be read ({wrong.strerror or wrong}); build it again.") from wrong

        def write(folder: Path) -> Entry:
            if folder == path.parent:
                return write_entry(folder, key, path.name, content, side)
            return write_both(key, content, side, folder)

        return self.written(write, self.folder)

    def put_apart(self, key: str, content: bytes, side: bytes = b"") -> Entry:
        """Keep a library in the private folder, for a folder from which the system loads none."""
        return self.written(partial(write_both, key, content, side), None)

    def written(self, write: Callable[[Path], Entry], folder: Path | None) -> Entry:
        """Write into a folder, or into the private one where that fails."""
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                sweep(folder)
                return write(folder)
            except OSError as wrong:
                tell_once(str(folder), wrong.strerror or str(wrong))
        try:
            return write(self.private)
        except OSError as wrong:
            raise CompilationFailed(
                f"The compiled model was not written: {wrong.strerror or wrong} ({wrong.filename or tempfile.gettempdir()}); "
                "free some space, or name other folders with EXPORTIN_CACHE and TMPDIR."
            ) from wrong

    def drop(self, key: str) -> None:
        """Forget a key; the library stays, since a process may have loaded it."""
        for folder in self.folders:
            with suppress(OSError):
                (folder / f"{key}.entry").unlink(missing_ok=True)


@lru_cache(maxsize=32)
def tell_once(folder: str, reason: str) -> None:
    """Say once a process and reason that nothing is kept."""
    logging.getLogger("exportin").warning(
        "Compiled models are not kept in %s (%s), and each process compiles them again; name another folder with EXPORTIN_CACHE.",
        folder,
        reason,
    )


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal.

    Examples
    --------
    >>> digest(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def read_entry(folder: Path, key: str) -> Entry | None:
    """The entry of a key in one folder, or None if it is missing or damaged."""
    try:
        head, _, side = (folder / f"{key}.entry").read_bytes().partition(b"\n")
        told = json.loads(head)
        if told["key"] != key or told["side"] != digest(side):
            return None
        path = folder / Path(told["library"]).name
        return Entry(path, side) if digest(path.read_bytes()) == told["sha256"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_both(key: str, content: bytes, side: bytes, folder: Path) -> Entry:
    """Write a library under a name that no other ever had, and then its entry."""
    name = f"{key[:32]}-{secrets.token_hex(8)}{suffix()}"
    move_into(folder, name, content)
    return write_entry(folder, key, name, content, side)


def write_entry(folder: Path, key: str, library: str, content: bytes, side: bytes) -> Entry:
    """Write what says that a library belongs to a key."""
    head = json.dumps({"key": key, "library": library, "sha256": digest(content), "side": digest(side)})
    move_into(folder, f"{key}.entry", head.encode() + b"\n" + side)
    return Entry(folder / library, side)
