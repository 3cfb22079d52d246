"""A run folder: a manifest that says what the ensemble is, and for each finished chunk its arrays and a record of their hashes."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from exportin.errors import BadTable, OutputExists
from exportin.kernel.ensemble import chunk_file
from exportin.kernel.ensemble.description import Description, differences
from exportin.kernel.ensemble.execute import Arrays, Task
from exportin.kernel.ensemble.plan import Chunk, Plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RunFolder", "Storing"]

_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class RunFolder:
    """An ensemble on the disk; several processes may write chunks into it at the same time.

    No file is ever changed by two writers: the manifest holds the description alone, and each chunk has its own record,
    written after its arrays. A chunk without a record, or whose files are not those that the record names, is not there.

    Attributes
    ----------
    path : Path
        The folder.
    description : Description
        What it holds.
    """

    path: Path
    description: Description

    @classmethod
    def create(cls, path: str | os.PathLike[str], description: Description) -> RunFolder:
        """Begin a run folder, or go on with one of the same description.

        Raises
        ------
        OutputExists
            If the folder holds something else, or another ensemble (the sentence says what differs), or cannot be written.
        """
        folder = Path(path).resolve()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _begin(folder, description)
        except OSError as error:
            raise OutputExists(f"nothing can be written to {str(path)!r} ({error.strerror}); give another folder.") from error
        there = cls.open(folder)
        if there.description.digest != description.digest:
            told = list(differences(there.description.to_dict(), description.to_dict()))
            more = f" (and {len(told) - 3} more)" if len(told) > 3 else ""
            raise OutputExists(f"the folder {str(path)!r} holds another run: {'; '.join(told[:3])}{more}. Give another folder.")
        return cls(folder, there.description)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> RunFolder:
        """A run folder that is there.

        Raises
        ------
        BadTable
            If it is none, or its manifest is damaged.
        """
        folder = Path(path).resolve()
        try:
            return cls(folder, Description.from_dict(json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))))
        except FileNotFoundError as error:
            raise BadTable(f"{str(path)!r} is no run folder; it holds no {_MANIFEST}.") from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadTable(f"the {_MANIFEST} of {str(path)!r} cannot be read ({error}); give another folder.") from error

    @property
    def plan(self) -> Plan:
        """The members in chunks."""
        return self.description.plan

    def finished(self, chunks: Iterable[Chunk] | None = None) -> list[Chunk]:
        """Chunks, of those given or of all, whose files are whole; every byte is read and its hash compared."""
        record, names = self._record(), [variable.name for variable in self.description.variables]
        wanted = self.plan if chunks is None else chunks
        return [one for one in wanted if chunk_file.is_whole(self.path, one.number, {**record, **_extent(one)}, names)]

    def missing(self, chunks: Iterable[Chunk] | None = None) -> list[Chunk]:
        """Chunks, of those given or of all, that are still to be computed; what a killed run left half written of them is removed."""
        wanted = list(self.plan if chunks is None else chunks)
        done = set(self.finished(wanted))
        missing = [one for one in wanted if one not in done]
        for path in chunk_file.leftovers(self.path, [one.number for one in missing]):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        return missing

    def write(self, chunk: Chunk, arrays: Arrays) -> None:
        """Store a chunk, all of it or nothing.

        Raises
        ------
        OutputExists
            If the disk is full or the folder cannot be written; finished chunks stay.
        """
        packed = {variable.name: self._packed(variable.name, chunk, arrays) for variable in self.description.variables}
        if len(arrays) != len(packed):
            raise ValueError(f"the run folder has no variable {', '.join(sorted(set(arrays) - set(packed)))}")
        try:
            chunk_file.publish(self.path, chunk.number, packed, {**self._record(), **_extent(chunk)})
        except OSError as error:
            if isinstance(error, FileNotFoundError) and self.finished([chunk]):
                return  # another process that was given the same chunk took the staged files for leftovers, and has finished it
            place = str(self.path)
            raise OutputExists(
                f"{chunk} could not be written to {place!r} ({error.strerror}); make room and run again; finished chunks are kept."
            ) from error

    def read(self, variable: str, chunk: Chunk | None = None) -> NDArray[Any]:
        """A chunk's array, mapped from the file and read-only; without a chunk that of all members, in memory.

        Raises
        ------
        BadTable
            If a chunk is not there, or its file has another shape.
        """
        if chunk is None:
            whole = np.empty((self.plan.count, *self.description.shape(variable)), self.description.variable(variable).dtype)
            for one in self.plan:
                whole[one.start : one.stop] = self.read(variable, one)
            return whole
        name = chunk_file.array_name(variable, chunk.number)
        try:
            array = np.load(self.path / name, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise BadTable(f"{name} in {str(self.path)!r} cannot be read ({error}); run the same again to make it.") from error
        if array.shape != (len(chunk), *self.description.shape(variable)):
            raise BadTable(f"{name} in {str(self.path)!r} has shape {array.shape}; run the same again to make it.")
        return array

    def __iter__(self) -> Iterator[tuple[Chunk, dict[str, NDArray[Any]]]]:
        """Each chunk, in order, with its arrays mapped from their files."""
        for chunk in self.plan:
            yield chunk, {variable.name: self.read(variable.name, chunk) for variable in self.description.variables}

    def _packed(self, name: str, chunk: Chunk, arrays: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        """An array as it stands in the file, refused where that would lose anything but digits of a shorter float."""
        expected = (len(chunk), *self.description.shape(name))
        if name not in arrays or arrays[name].shape != expected:
            raise ValueError(f"{name!r} of {chunk} must have shape {expected} and is {arrays[name].shape if name in arrays else 'missing'}")
        packed = arrays[name].astype(self.description.variable(name).dtype, copy=False)
        if packed.dtype.kind != "f" and not np.array_equal(packed, arrays[name]):
            raise ValueError(f"{name!r} of {chunk} does not fit into {packed.dtype.str!r}")
        return packed

    def _record(self) -> dict[str, Any]:
        return {"description": self.description.digest}


@dataclass(frozen=True)
class Storing:
    """A task that stores its chunk where it was computed, so that no result travels and none is lost between two processes.

    Attributes
    ----------
    task : callable
        What computes a chunk.
    folder : RunFolder
        Where it goes; for workers on other machines on a file system that they share.
    hand_back : bool
        Also give the arrays to the sink, for a summary that streams while the run goes on.
    """

    task: Task
    folder: RunFolder
    hand_back: bool = False

    def __call__(self, members: range) -> Arrays:
        """Compute and store the chunk of these members."""
        arrays = self.task(members)
        self.folder.write(self.folder.plan[members.start // self.folder.plan.chunk], arrays)
        return arrays if self.hand_back else {}


def _begin(folder: Path, description: Description) -> None:
    """Write the manifest of a new folder; of several processes that begin at once one wins, and all read what it wrote."""
    staged = f".{_MANIFEST}."
    present = sorted(entry.name for entry in folder.iterdir())
    if not (folder / _MANIFEST).exists():
        others = [name for name in present if not name.startswith(staged)]
        if others:
            raise OutputExists(f"the folder {str(folder)!r} holds other files ({', '.join(others[:3])}); give a new or empty folder.")
        with contextlib.suppress(FileNotFoundError):  # another process was first, and took the staged file for a leftover
            chunk_file.write_json(folder / _MANIFEST, description.to_dict())
    for name in present:
        if name.startswith(staged):
            (folder / name).unlink(missing_ok=True)


def _extent(chunk: Chunk) -> dict[str, int]:
    return {"number": chunk.number, "start": chunk.start, "stop": chunk.stop}
