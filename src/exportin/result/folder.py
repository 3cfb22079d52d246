"""Folders of results: written whole or not at all, never over anybody else's files, and read back only if unchanged."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exportin.errors import BadTable, OutputExists
from exportin.kernel.ensemble.folder import RunFolder
from exportin.result.labelled import FORMAT, Result
from exportin.result.stored import stored_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ANALYSIS_FORMAT", "FIT_FORMAT", "load", "refuse_other_content", "writing_folder"]


FIT_FORMAT = "exportin-fit-1"  # of the manifest of a fit, which is no result of runs
ANALYSIS_FORMAT = "exportin-analysis-1"  # of that of another analysis


@contextmanager
def writing_folder(directory: str | os.PathLike[str], ensemble: str | None = None) -> Generator[Path]:
    """A temporary folder beside the target that takes its name only when everything is written.

    Parameters
    ----------
    directory : path
        The target.
    ensemble : str, optional
        Name of a run folder that the target may hold, and that stays where it is: the files then go beside it one by one, the
        manifest first, so that a result that is not whole is known by it. Several calls may do so at once with the same run.

    Raises
    ------
    OutputExists
        If the target holds anything that an earlier result did not write, or if nothing can be written there.
    """
    target = Path(directory).resolve()
    refuse_other_content(target, ensemble)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise OutputExists(f"nothing can be written to {str(directory)!r} ({error.strerror}); give another folder.") from error
    try:
        yield folder
        folder.chmod(0o755)
        if ensemble is None:
            _list_files(folder, _files(folder))
            _replace(folder, target)
        else:
            _list_files(folder, _files(folder) | _files(target))
            _join(folder, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def refuse_other_content(directory: str | os.PathLike[str], ensemble: str | None = None) -> None:
    """Raise `OutputExists` unless the target is missing, empty, or holds what an earlier result wrote, the run folder, and no more."""
    target = Path(directory).resolve()
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputExists(f"{str(target)!r} is a file; give the name of a folder.")
    if target == Path.cwd():
        raise OutputExists("the current folder cannot be replaced; give the name of a folder inside it.")
    others = sorted(name for name in _files(target) - _listed(target) if ensemble is None or not name.startswith(f"{ensemble}/"))
    if others:
        raise OutputExists(f"the folder {str(target)!r} holds other files ({', '.join(others[:3])}); give a new or empty folder.")


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _list_files(folder: Path, files: set[str]) -> None:
    """Write into the manifest which files are ours, so that a later result may replace these and nothing else."""
    manifest = folder / "manifest.json"
    if manifest.exists():
        told = json.loads(manifest.read_text(encoding="utf-8"))
        told["files"] = sorted(files)
        manifest.write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _listed(folder: Path, *formats: str) -> set[str]:
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return set(told["files"]) if told["format"] in (formats or (FORMAT, FIT_FORMAT, ANALYSIS_FORMAT)) else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _replace(folder: Path, target: Path) -> None:
    """Put the finished folder in the target's place; an earlier result goes only when the new one stands."""
    if not target.exists():
        folder.replace(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.replace(old / "result")
    folder.replace(target)
    shutil.rmtree(old, ignore_errors=True)


def _join(folder: Path, target: Path) -> None:
    """Put the finished files into the target, the manifest first."""
    for name in sorted(_files(folder), key=lambda name: (name != "manifest.json", name)):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).replace(target / name)
    shutil.rmtree(folder)


def load(directory: str | os.PathLike[str]) -> Result:
    """Read a saved result.

    Raises
    ------
    BadTable
        If the folder holds no result, or one that is not whole.
    """
    folder = Path(directory)
    if "manifest.json" not in _listed(folder, FORMAT):
        raise BadTable(f"{str(folder)!r} holds no saved result; give a folder that 'exportin run' or Result.save wrote.")
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        arrays = {name: _read_chunk(folder, chunk) for name, chunk in manifest["chunks"].items()}
        units = {name: unit for name, unit in manifest["units"].items() if name != "time"}
        drawn = {name: np.array(values) for name, values in manifest["drawn"].items()}
        time, outcomes = arrays.pop("time"), arrays.pop("outcomes", None)
        values: Mapping[str, NDArray[np.float64]] = arrays
        if (kept := manifest.get("ensemble")) is None:
            extremes: Mapping[str, NDArray[np.float64]] = {name: arrays.pop(f"{name}.extremes") for name in units}
        else:
            values, extremes = stored_values(RunFolder.open(folder / Path(kept).name), tuple(units), tuple(manifest["sizes"]))
        ended = None if outcomes is None else outcomes.astype(np.int32)
        return Result(time, values, units, manifest["provenance"], drawn, extremes, ended)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadTable(f"the result in {str(folder)!r} is not whole ({error}); run it again.") from error


def _read_chunk(folder: Path, chunk: Mapping[str, str]) -> NDArray[np.float64]:
    """One array, refused if its file is not the one that was written."""
    file = folder / Path(chunk["file"]).name
    if hashlib.sha256(file.read_bytes()).hexdigest() != chunk["sha256"]:
        raise ValueError(f"{file.name} was changed")
    return np.load(file, allow_pickle=False)
