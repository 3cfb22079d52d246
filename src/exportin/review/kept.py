"""Arrays kept between runs, under a hash of all that decides them; a damaged file is made anew."""

from __future__ import annotations

import functools
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.kept_files import cache_folder, move_into

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from numpy.typing import NDArray

__all__ = ["arrays", "fingerprint", "key_of"]

# What numbers come from: code and tables of the rooms that simulate. Facts are not among them: what a model reads of a cell or a
# compound (names, mechanism, mass) is in the cell and the exposures themselves, which are parts of every key.
_ROOMS = (
    "network", "kernel", "pharmacology", "experiment", "cohort", "result", "analysis/curve", "units.py",
    "knowledge/distribution.py", "review/bench.py",
)  # fmt: skip
_ENDINGS = (".py", ".tsv", ".ant", ".h", ".c", ".lark")


@functools.cache
def fingerprint() -> str:
    """Hash of every file that decides a simulated number."""
    root = resources.files("exportin")
    whole = hashlib.sha256()
    for room in _ROOMS:
        for name, data in _files(root / room, room):
            whole.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return whole.hexdigest()


def _files(entry: Traversable, name: str) -> list[tuple[str, bytes]]:
    if entry.is_file():
        return [(name, entry.read_bytes())] if name.endswith(_ENDINGS) else []
    return [found for one in sorted(entry.iterdir(), key=lambda one: one.name) for found in _files(one, f"{name}/{one.name}")]


def key_of(*parts: object) -> str:
    """Hash of what decides some arrays, told by their ``repr``, and of the code."""
    told = "\n".join([fingerprint(), *(repr(part) for part in parts)])
    return hashlib.sha256(told.encode()).hexdigest()


def arrays(key: str, make: Callable[[], Mapping[str, NDArray[Any]]] | None, *, anew: bool = False) -> dict[str, NDArray[Any]] | None:
    """Arrays of a key, from the cache folder or made and put there.

    Parameters
    ----------
    key : str
    make : callable, optional
        Without it None is returned for what is not there.
    anew : bool
        Do not look for kept ones.
    """
    folder = cache_folder()
    path = None if folder is None else folder / "review" / f"{key}.npz"
    found = None if anew or path is None else _read(path)
    if found is None and make is not None:
        found = dict(make())
        if path is not None:
            _write(path, found)
    return found


def _read(path: Path) -> dict[str, NDArray[Any]] | None:
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def _write(path: Path, found: Mapping[str, NDArray[Any]]) -> None:
    """Under the final name only when whole; a folder that cannot be written to is no mistake of the user's."""
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **found)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        move_into(path.parent, path.name, content.getvalue())
