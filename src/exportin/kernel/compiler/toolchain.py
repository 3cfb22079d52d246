"""From C text to the bytes of a shared library: finds a compiler, compiles and links."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath

from exportin.errors import CompilationFailed, NoCompiler
from exportin.kernel.compiler.target import Target, native_target

__all__ = ["Compiler", "compile_flags", "compile_library", "find_compiler"]


@dataclass(frozen=True)
class Compiler:
    """A C compiler: the words of its command and the first line that it says about its version."""

    command: tuple[str, ...]
    version: str
    zig: bool


def find_compiler(target: Target | None = None) -> Compiler:
    """The C compiler to use: ``EXPORTIN_CC``, else cc, gcc or clang on the path, else zig from the ``compiler`` extra.

    Parameters
    ----------
    target : Target, optional
        For a foreign one only ``EXPORTIN_CC`` (taken to be a cross compiler) and zig are considered.

    Raises
    ------
    NoCompiler
        If there is none, or ``EXPORTIN_CC`` does not run.

    Examples
    --------
    >>> find_compiler().version != ""
    True
    """
    named = os.environ.get("EXPORTIN_CC", "").strip()
    if named:
        command = command_words(named)
        found = identified(command) if command else None
        if found is None:
            raise NoCompiler(f"EXPORTIN_CC is {named!r}, which does not answer to --version; name a C compiler, or unset EXPORTIN_CC.")
        return found
    foreign = target is not None and target.foreign
    for command in [*([] if foreign else system_commands()), *zig_commands()]:
        found = identified(command)
        if found is not None:
            return found
    reason = f"compiling for {target.name} needs zig" if foreign and target else "no C compiler (cc, gcc or clang) is on the path"
    raise NoCompiler(f"{reason}, and the kernel compiles each new model; install one with: pip install 'exportin[compiler]'")


def command_words(text: str) -> tuple[str, ...]:
    """Words of a command line as the shell of this platform would split them.

    Examples
    --------
    >>> command_words("no-such-cache 'my gcc' -pipe")
    ('no-such-cache', 'my gcc', '-pipe')
    """
    import shlex
    import shutil

    try:
        words = shlex.split(text, posix=os.name != "nt")
    except ValueError as wrong:
        raise NoCompiler(f"EXPORTIN_CC is {text!r}, which is no command line ({wrong}); close the quotation.") from wrong
    words = [word.strip('"') for word in words] if os.name == "nt" else words
    # The compiler works in another folder, where a relative path would mean something else.
    program = shutil.which(words[0]) if words else None
    return (str(Path(program).absolute()), *words[1:]) if program else tuple(words)


def system_commands() -> list[tuple[str, ...]]:
    """Commands of the compilers on the path, the system's own choice first.

    Examples
    --------
    >>> all(Path(command[0]).is_file() for command in system_commands())
    True
    """
    import shutil

    return [(path,) for name in ("cc", "gcc", "clang") if (path := shutil.which(name))]


def zig_commands() -> list[tuple[str, ...]]:
    """The command of the ziglang wheel's compiler, if it is installed.

    Examples
    --------
    >>> all(command[1:] == ("cc",) for command in zig_commands())
    True
    """
    from importlib.util import find_spec

    spec = find_spec("ziglang")
    folders = list(spec.submodule_search_locations or []) if spec else []
    files = [Path(folder) / ("zig.exe" if os.name == "nt" else "zig") for folder in folders]
    return [(str(file), "cc") for file in files if file.is_file()]


def file_stamp(program: str) -> tuple[int, int]:
    """Size and time of a program's file, so that a compiler that was replaced is asked again.

    Examples
    --------
    >>> file_stamp("no such program")
    (0, 0)
    """
    import shutil

    try:
        found = Path(shutil.which(program) or program).stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def identified(command: tuple[str, ...]) -> Compiler | None:
    """The compiler behind a command, or None where it does not run."""
    zig = "cc" in command and any(PurePath(word).stem in {"zig", "ziglang"} for word in command)
    # `zig cc --version` names only the clang inside, and needs a cache folder to do so.
    question = (*command[: command.index("cc")], "version") if zig else (*command, "--version")
    try:
        said = first_line(question, file_stamp(command[0]))
    except (OSError, subprocess.SubprocessError):
        return None
    return Compiler(command, f"zig {said}" if zig else said, zig) if said else None


@lru_cache(maxsize=32)
def first_line(command: tuple[str, ...], stamp: tuple[int, int]) -> str:
    """First line that a command prints; asked once a process for each state of its file (`stamp`)."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True, timeout=60)
    return done.stdout.strip().partition("\n")[0].strip()


def compile_flags(compiler: Compiler, target: Target, optimise: int = 2) -> tuple[str, ...]:
    """What the compiler is told for each file.

    Examples
    --------
    >>> from exportin.kernel.compiler.target import target_named
    >>> compile_flags(Compiler(("cc",), "cc 1", zig=False), target_named("x86-64"), 1)[:3]
    ('-O1', '-std=gnu11', '-g0')
    """
    common = ("-std=gnu11", "-g0", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-Wno-psabi")
    relocatable = () if sys.platform == "win32" else ("-fPIC",)
    return (f"-O{optimise}", *common, *relocatable, *processor_flags(compiler, target))


def processor_flags(compiler: Compiler, target: Target) -> tuple[str, ...]:
    """The part of the flags that says what to compile for.

    Examples
    --------
    >>> from exportin.kernel.compiler.target import target_named
    >>> processor_flags(Compiler(("zig", "cc"), "clang 22", zig=True), target_named("generic"))
    ('-mcpu=baseline', '-fno-sanitize=undefined')
    """
    if not compiler.zig:
        return target.flags
    triple = ("-target", f"{target.machine}-linux-gnu") if target.foreign else ()
    return (*triple, f"-mcpu={target.cpu}", "-fno-sanitize=undefined")


def link_flags(compiler: Compiler, target: Target) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the linker is told before and after the names of the objects.

    Examples
    --------
    >>> from exportin.kernel.compiler.target import target_named
    >>> link_flags(Compiler(("cc",), "cc 1", zig=False), target_named("x86-64"))[0]
    ('-shared',)
    """
    maths = () if sys.platform == "win32" else ("-lm",)
    if compiler.zig and (target.foreign or sys.platform.startswith("linux")):
        # Without -nostdlib zig first builds a run-time library that these sources do not use (24 s measured, against 0.6 s).
        return ("-shared", "-nostdlib", *processor_flags(compiler, target)), ("-lm", "-lc")
    return ("-shared", *(processor_flags(compiler, target) if compiler.zig else ())), maths


def compile_library(
    sources: Mapping[str, str],
    *,
    target: Target | None = None,
    optimise: int = 2,
    extra: Sequence[str] = (),
    compiler: Compiler | None = None,
) -> bytes:
    """Compile C files, at most one a processor core at once, and link them.

    Parameters
    ----------
    sources : mapping of str to str
        Text of each file by its name; every ``.c`` file is compiled, the others (headers) lie in the same folder.
    target : Target, optional
        What to compile for; this machine by default. For a foreign one the library is one for Linux.
    optimise : int
        0 to 3.
    extra : sequence of str
        Further flags for each file, such as ``-Wall``.
    compiler : Compiler, optional

    Returns
    -------
    library : bytes
        Content of the shared library. All files that were needed on the way are gone.

    Raises
    ------
    NoCompiler
    CompilationFailed
        With the end of what the compiler said; also where the disk is full.

    Examples
    --------
    >>> len(compile_library({"one.c": "double one(void) { return 1; }"})) > 0
    True
    """
    target = target or native_target()
    compiler = compiler or find_compiler(target)
    named_well(sources)
    try:
        with tempfile.TemporaryDirectory(prefix="exportin-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            for file, text in sources.items():
                (folder / file).write_text(text, encoding="utf-8", newline="\n")
            return compiled(folder, sources, compiler, target, (*compile_flags(compiler, target, optimise), *extra))
    except OSError as wrong:
        place = wrong.filename or tempfile.gettempdir()
        raise CompilationFailed(
            f"The model was not compiled: {wrong.strerror or wrong} ({place}); free some space, "
            "or name another folder for temporary files with TMPDIR."
        ) from wrong


def named_well(sources: Mapping[str, str]) -> None:
    """Refuse names that would leave the folder, that the compiler would read as an option, or no C file at all."""
    wrong = [name for name in sources if PurePath(name).name != name or "\\" in name or name.startswith(("-", "."))]
    if wrong or not any(name.endswith(".c") for name in sources):
        raise CompilationFailed(f"The sources are named {sorted(sources)!r}; expected plain file names, at least one of them ending in .c.")


def compiled(folder: Path, sources: Mapping[str, str], compiler: Compiler, target: Target, flags: tuple[str, ...]) -> bytes:
    """Content of the library made of the files in a folder, which is also where the compiler works."""
    from concurrent.futures import ThreadPoolExecutor

    surroundings = {**os.environ, "LC_ALL": "C"}
    if compiler.zig:
        surroundings["ZIG_LOCAL_CACHE_DIR"] = str(folder / "zig-local")
        if sys.platform.startswith("linux"):
            # zig waits for ever for a cache that it cannot write, and here it gains little from one that stays.
            surroundings["ZIG_GLOBAL_CACHE_DIR"] = str(folder / "zig-global")

    def work(words: Sequence[str]) -> None:
        done = subprocess.run(words, cwd=folder, env=surroundings, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode != 0:
            said = tail(done.stderr or done.stdout)
            name = f"{' '.join(compiler.command)} ({compiler.version})"
            raise CompilationFailed(f"{name} stopped with code {done.returncode}; it said:\n{said}")

    files = sorted(name for name in sources if name.endswith(".c"))
    with ThreadPoolExecutor(max_workers=max(1, min(len(files), os.cpu_count() or 1))) as pool:
        list(pool.map(work, [[*compiler.command, *flags, "-c", file, "-o", f"{file}.o"] for file in files]))
    before, after = link_flags(compiler, target)
    work([*compiler.command, *before, "-o", "linked.library", *(f"{file}.o" for file in files), *after])
    return (folder / "linked.library").read_bytes()


def tail(text: str, lines: int = 20, characters: int = 2000) -> str:
    r"""The end of a text.

    Examples
    --------
    >>> tail("a\nb\nc", lines=2)
    'b\nc'
    """
    return "\n".join(text.strip().splitlines()[-lines:])[-characters:]
