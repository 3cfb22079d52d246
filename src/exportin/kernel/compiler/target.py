"""Kinds of processor that the kernel compiles for, and which of them this machine is."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from exportin.errors import CompilationFailed, UnknownName

__all__ = ["Target", "native_target", "suffix", "target_named", "targets"]


@dataclass(frozen=True)
class Target:
    """A kind of processor that a library is compiled for.

    Attributes
    ----------
    name : str
    machine : str
        ``x86_64``, ``aarch64``, or empty for whatever this machine is.
    flags : tuple of str
        What gcc and clang are told.
    cpu : str
        What zig is told (it would otherwise compile for this very processor).
    """

    name: str
    machine: str
    flags: tuple[str, ...]
    cpu: str

    @property
    def foreign(self) -> bool:
        """Whether this machine cannot run what is compiled for the target."""
        return self.machine not in {"", this_machine()}


def this_machine() -> str:
    """Architecture of this machine: ``x86_64``, ``aarch64`` or what the platform calls it.

    Examples
    --------
    >>> this_machine() == this_machine().lower()
    True
    """
    name = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(name, name)


def targets() -> dict[str, Target]:
    """Every target by its name.

    Examples
    --------
    >>> list(targets())
    ['x86-64-v3', 'x86-64', 'aarch64', 'generic']
    """
    known = (
        # Of the level v3 only what the kernel gains from, so that a processor needs no more than these two.
        Target("x86-64-v3", "x86_64", ("-march=x86-64", "-mavx2", "-mfma"), "x86_64+avx2+fma"),
        Target("x86-64", "x86_64", ("-march=x86-64",), "x86_64"),
        Target("aarch64", "aarch64", ("-march=armv8-a",), "generic"),
        Target("generic", "", (), "baseline"),
    )
    return {target.name: target for target in known}


def target_named(name: str) -> Target:
    """The target of this name.

    Raises
    ------
    UnknownName

    Examples
    --------
    >>> target_named("x86-64").flags
    ('-march=x86-64',)
    """
    known = targets()
    if name not in known:
        raise UnknownName("target of compilation (EXPORTIN_TARGET)", name, known)
    return known[name]


def native_target() -> Target:
    """The best target that this machine can run, or the one that the environment variable ``EXPORTIN_TARGET`` names.

    Raises
    ------
    UnknownName
        If ``EXPORTIN_TARGET`` names none.
    CompilationFailed
        If it names one that this machine cannot run.

    Examples
    --------
    >>> native_target().foreign
    False
    """
    wanted = os.environ.get("EXPORTIN_TARGET", "")
    if wanted:
        target = target_named(wanted)
        if target.foreign:
            raise CompilationFailed(
                f"EXPORTIN_TARGET is {wanted!r}, but this machine ({this_machine()}) runs only what is compiled for itself; "
                "unset EXPORTIN_TARGET."
            )
        return target
    machine = this_machine()
    if machine == "x86_64":
        return target_named("x86-64-v3" if has_avx2_and_fma() else "x86-64")
    return target_named("aarch64" if machine == "aarch64" else "generic")


@lru_cache(maxsize=1)
def has_avx2_and_fma() -> bool:
    """Whether processor and operating system run AVX2 and FMA; False where that cannot be found out.

    Examples
    --------
    >>> has_avx2_and_fma() in {True, False}
    True
    """
    try:
        if sys.platform == "win32":
            import ctypes

            # PF_AVX2_INSTRUCTIONS_AVAILABLE. Windows has no flag for FMA; Intel and AMD ship none without it.
            return bool(ctypes.windll.kernel32.IsProcessorFeaturePresent(40))
        if sys.platform == "darwin":
            asked = ["/usr/sbin/sysctl", "-n", "hw.optional.avx2_0", "hw.optional.fma"]
            return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split() == ["1", "1"]
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as lines:
            flags = next((line.split() for line in lines if line.startswith("flags")), [])
        return {"avx2", "fma"} <= set(flags)
    except (OSError, AttributeError):
        return False


def suffix() -> str:
    """Ending of a shared library's name on this platform.

    Examples
    --------
    >>> suffix() in {".so", ".dylib", ".dll"}
    True
    """
    return {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
