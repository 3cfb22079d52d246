"""Files of one chunk: staged under other names, flushed to the disk, then renamed; the record that makes them count comes last."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["array_name", "is_whole", "leftovers", "publish", "record_name", "write_json"]

_BLOCK = 1 << 20


def array_name(variable: str, number: int) -> str:
    """File of a variable in a chunk, such as values-000012.npy."""
    return f"{variable}-{number:06d}.npy"


def record_name(number: int) -> str:
    """File that says that a chunk is finished, and what its files must be."""
    return f"chunk-{number:06d}.json"


def publish(folder: Path, number: int, arrays: Mapping[str, NDArray[Any]], record: Mapping[str, Any]) -> None:
    """Write the arrays of a chunk and then its record; a reader sees the whole chunk or no record."""
    staged: list[tuple[Path, Path]] = []
    files = {}
    try:
        for name, array in arrays.items():
            target = folder / array_name(name, number)
            files[name] = {"file": target.name, **_stage(target, _npy(array), staged)}
        text = json.dumps({**record, "files": files}, indent=1) + "\n"
        _stage(folder / record_name(number), [text.encode()], staged)
        for temporary, target in staged:
            temporary.replace(target)
    finally:
        for temporary, _ in staged:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def write_json(target: Path, told: Mapping[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    staged: list[tuple[Path, Path]] = []
    try:
        _stage(target, [(json.dumps(told, indent=1, allow_nan=False) + "\n").encode()], staged)
        staged[0][0].replace(target)
    finally:
        for temporary, _ in staged:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _npy(array: NDArray[Any]) -> list[bytes | memoryview]:
    """The bytes of a .npy file, without a copy of the data."""
    packed = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(packed))
    return [header.getvalue(), packed.reshape(-1).view(np.uint8).data]


def _stage(target: Path, pieces: Iterable[bytes | memoryview], staged: list[tuple[Path, Path]]) -> dict[str, Any]:
    """Write a file under a name of its own, down to the disk; its hash and length."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
    staged.append((temporary, target))
    digest, length = hashlib.sha256(), 0
    with temporary.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            length += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return {"sha256": digest.hexdigest(), "bytes": length}


def is_whole(folder: Path, number: int, record: Mapping[str, Any], variables: Iterable[str]) -> bool:
    """Whether a chunk's record says what is expected, and its files are those that were written."""
    try:
        told = json.loads((folder / record_name(number)).read_text(encoding="utf-8"))
        return (
            all(told[name] == value for name, value in record.items())
            and set(told["files"]) == set(variables)
            and all(_unchanged(folder / array_name(name, number), file) for name, file in told["files"].items())
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _unchanged(path: Path, told: Mapping[str, Any]) -> bool:
    if path.stat().st_size != told["bytes"]:
        return False
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest() == told["sha256"]


def leftovers(folder: Path, numbers: Iterable[int]) -> list[Path]:
    """Staged files of these chunks that a killed run left behind."""
    wanted = set(numbers)
    found = []
    for path in folder.iterdir():
        match = re.fullmatch(r"\.\w+-([0-9]{6,})\.(npy|json)\.[0-9a-f]{12}\.tmp", path.name)
        if match is not None and int(match[1]) in wanted:
            found.append(path)
    return found
