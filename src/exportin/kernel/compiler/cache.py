"""Compiled libraries kept between runs, under a hash of all that decides what they are.

A library has the key of its sources. A caller can give it a second name (`alias_key`, `store`), such as the hash of a model's text, and
find it by that (`load`) without making the sources.
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from exportin.errors import CompilationFailed
from exportin.kept_files import cache_folder
from exportin.kernel.compiler.shelf import Entry, Shelf
from exportin.kernel.compiler.target import Target, native_target
from exportin.kernel.compiler.toolchain import compile_flags, compile_library, find_compiler

__all__ = ["Entry", "Loaded", "alias_key", "build_library", "cache_folder", "library", "load", "lookup", "store"]


@dataclass(frozen=True)
class Loaded:
    """A library that this process has loaded, where it lies, and the data beside it."""

    library: ctypes.CDLL
    path: Path
    side: bytes


@lru_cache(maxsize=32)
def shelf_in(folder: Path | None) -> Shelf:
    """The one shelf of this process for a folder (its private folder lives as long as the process)."""
    return Shelf(folder)


def shelf() -> Shelf:
    """The shelf that the environment names now."""
    return shelf_in(cache_folder())


def hash_of(*parts: str | bytes) -> str:
    """SHA-256 over parts, each with its length, so that no two lists of parts give one text.

    Examples
    --------
    >>> hash_of("ab", "c") == hash_of("a", "bc")
    False
    """
    whole = hashlib.sha256(b"exportin library cache 1\n")
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "little"))
        whole.update(data)
    return whole.hexdigest()


def made_with(target: Target | None, optimise: int) -> tuple[str, ...]:
    """What else than the sources decides a library: system, compiler, target and flags."""
    target = target or native_target()
    compiler = find_compiler(target)
    system = (sys.platform, getattr(sys.implementation, "_multiarch", ""))
    return (*system, *compiler.command, compiler.version, target.name, *compile_flags(compiler, target, optimise))


def alias_key(*parts: str | bytes, target: Target | None = None) -> str:
    """A key for a library by other things than its sources: the text of a model, the version of the generator.

    Compiler, flags and target are added. Whatever decides the sources and the degree of optimisation must be among the parts.

    Parameters
    ----------
    *parts : str or bytes
    target : Target, optional
        This machine by default.

    Raises
    ------
    NoCompiler

    Examples
    --------
    >>> alias_key("<sbml/>", "generator 1") == alias_key("<sbml/>", "generator 2")
    False
    """
    return hash_of("alias", *made_with(target, 2), "parts", *parts)


def source_key(sources: Mapping[str, str], salt: str, optimise: int, target: Target | None) -> str:
    """The key of a library by its sources."""
    texts = (text for name in sorted(sources) for text in (name, sources[name]))
    return hash_of("sources", salt, *made_with(target, optimise), "files", *texts)


def lookup(key: str) -> Entry | None:
    """Where the library of a key lies, and the data beside it; None if it is not kept or is damaged.

    Examples
    --------
    >>> lookup("no such key") is None
    True
    """
    return shelf().find(key)


def load(key: str) -> Loaded | None:
    """The library of a key, loaded; None if it is not kept, is damaged or does not load.

    Examples
    --------
    >>> load("no such key") is None
    True
    """
    found = lookup(key)
    return opened(key, found) if found else None


def opened(key: str, entry: Entry) -> Loaded | None:
    """Load an entry; forget its key if the system refuses it."""
    try:
        return Loaded(ctypes.CDLL(str(entry.path)), entry.path, entry.side)
    except OSError as wrong:
        logging.getLogger("exportin").info("A compiled model that was kept does not load and is made again: %s", wrong)
        shelf().drop(key)
        return None


def store(key: str, path: Path, side: bytes = b"") -> Entry:
    """Keep a library that `build_library` made under one more key, with data of the caller's own.

    Parameters
    ----------
    key : str
        From `alias_key`.
    path : Path
        The library; it is not copied where it lies in the cache already.
    side : bytes
        Written and verified together with the key.

    Raises
    ------
    CompilationFailed
        If it can be written nowhere.

    Examples
    --------
    >>> key = alias_key("a doctest")
    >>> store(key, build_library({"one.c": "double one(void) { return 1; }"}), b"side data").side
    b'side data'
    >>> load(key).side
    b'side data'
    """
    return shelf().put_again(key, path, side)


def build_library(
    sources: Mapping[str, str], *, salt: str = "", optimise: int = 2, target: Target | None = None, side: bytes = b""
) -> Path:
    """Where the library made of some C files lies; compiled if it is not kept yet.

    Parameters
    ----------
    sources : mapping of str to str
        Text of each file by its name, headers included.
    salt : str
        Anything else that must give another library, such as the version of what made the sources.
    optimise : int
        0 to 3.
    target : Target, optional
        This machine by default.
    side : bytes
        Data to lie beside the library when it is made; not part of the key.

    Raises
    ------
    NoCompiler
    CompilationFailed

    Examples
    --------
    >>> build_library({"one.c": "double one(void) { return 1; }"}).is_file()
    True
    """
    key = source_key(sources, salt, optimise, target)
    found = lookup(key)
    return (found or compiled_entry(key, sources, optimise, target, side)).path


def compiled_entry(key: str, sources: Mapping[str, str], optimise: int, target: Target | None, side: bytes) -> Entry:
    """Compile and keep."""
    content = compile_library(sources, target=target, optimise=optimise)
    # Another process may have been quicker; then one library serves both.
    return lookup(key) or shelf().put(key, content, side)


def library(
    sources: Mapping[str, str], *, salt: str = "", optimise: int = 2, target: Target | None = None, side: bytes = b""
) -> ctypes.CDLL:
    """The library made of some C files, loaded; compiled if it is not kept yet.

    The parameters are those of `build_library`.

    Raises
    ------
    NoCompiler
    CompilationFailed
        Also if this machine does not load what was compiled.

    Examples
    --------
    >>> import ctypes
    >>> twice = library({"twice.c": "double twice(double x) { return 2 * x; }"}).twice
    >>> twice.restype, twice.argtypes = ctypes.c_double, [ctypes.c_double]
    >>> twice(21)
    42.0
    """
    key = source_key(sources, salt, optimise, target)
    found = load(key) or opened(key, compiled_entry(key, sources, optimise, target, side))
    if found is None:
        # A cache from which the system runs nothing (mounted noexec); a private folder may do.
        entry = shelf().put_apart(key, compile_library(sources, target=target, optimise=optimise), side)
        found = opened(key, entry)
    if found is None:
        raise CompilationFailed(
            "The compiled model does not load on this machine; name a plainer target with EXPORTIN_TARGET "
            "or another compiler with EXPORTIN_CC."
        )
    return found.library
