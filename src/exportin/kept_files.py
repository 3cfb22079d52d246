"""Files that are kept between runs: in which folder, and how they are put there so that nobody ever sees half a file."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["cache_folder", "move_into", "replaced", "sweep"]


def cache_folder() -> Path | None:
    """Where things are kept between runs: ``EXPORTIN_CACHE``, else the platform's cache folder; None for a user without a home.

    Examples
    --------
    >>> cache_folder() == cache_folder()
    True
    """
    try:
        if named := os.environ.get("EXPORTIN_CACHE"):
            return Path(named).expanduser().absolute()
        if sys.platform == "win32":
            local = os.environ.get("LOCALAPPDATA")
            return (Path(local) if local else Path.home() / "AppData" / "Local") / "exportin" / "cache"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "exportin"
        # The XDG specification has relative paths ignored.
        general = Path(os.environ.get("XDG_CACHE_HOME", ""))
        return (general if general.is_absolute() else Path.home() / ".cache") / "exportin"
    except RuntimeError:
        return None


def move_into(folder: Path, name: str, content: bytes) -> None:
    """Write a file under a temporary name and move it to its own."""
    import secrets

    temporary = folder / f"{name}.{secrets.token_hex(8)}.tmp"
    try:
        with temporary.open("xb") as file:
            file.write(content)
        replaced(temporary, folder / name)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def replaced(temporary: Path, final: Path, attempts: int = 20) -> None:
    """Move a file over another. Windows refuses while somebody reads the other, which takes milliseconds."""
    for _ in range(attempts - 1):
        try:
            os.replace(temporary, final)  # noqa: PTH105  the name that the tests put a full disk behind
            return
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(0.01)
    os.replace(temporary, final)  # noqa: PTH105


def sweep(folder: Path, seconds: float = 86400, pattern: str = "*.tmp") -> None:
    """Remove what nobody has written to for a day; by default what writers that were killed left behind."""
    for path in folder.glob(pattern):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > seconds:
                path.unlink()
