"""The compiler is found, told what to compile for, and its failures are said in a sentence."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from exportin.errors import CompilationFailed, NoCompiler, UnknownName
from exportin.kernel.compiler import target as targeting
from exportin.kernel.compiler import toolchain
from exportin.kernel.compiler.target import native_target, suffix, target_named
from exportin.kernel.compiler.toolchain import compile_library, find_compiler

TWICE = {"twice.c": "double twice(double x) { return 2 * x; }\n"}
LANES = {
    "lanes.h": "typedef double lanes __attribute__((vector_size(32)));\nlanes grow(lanes x);\n",
    "grow.c": """
        #include <math.h>
        #include "lanes.h"
        lanes grow(lanes x) { for (int i = 0; i < 4; i++) x[i] = exp(x[i]); return x * x + 1; }
    """,
    "door.c": """
        #include <string.h>
        #include "lanes.h"
        void door(double *x) { lanes y; memcpy(&y, x, 32); y = grow(y); memcpy(x, &y, 32); }
    """,
}
needs_zig = pytest.mark.skipif(find_spec("ziglang") is None, reason="ziglang (the extra `compiler`) is not installed")


def loaded(content: bytes, folder: Path) -> ctypes.CDLL:
    path = folder / f"made{suffix()}"
    path.write_bytes(content)
    return ctypes.CDLL(str(path))


def twice(library: ctypes.CDLL, value: float) -> float:
    library.twice.restype, library.twice.argtypes = ctypes.c_double, [ctypes.c_double]
    return library.twice(value)


def door(library: ctypes.CDLL, *values: float) -> list[float]:
    four = (ctypes.c_double * 4)(*values)
    library.door(four)
    return list(four)


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, with a blank in its name."""
    folder = tmp_path / "for a while"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a compiler of its own."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.delenv("EXPORTIN_CC", raising=False)


def test_a_function_is_compiled_and_nothing_is_left_behind(tmp_path: Path, temporary: Path):
    assert twice(loaded(compile_library(TWICE), tmp_path), 21) == 42
    assert left_behind(temporary) == []


@pytest.mark.parametrize("optimise", [0, 1, 2, 3])
def test_several_files_with_a_header_and_vectors_are_linked(tmp_path: Path, optimise: int):
    # exp(0)**2 + 1, exp(1)**2 + 1, ...
    expected = [2.0, 8.38905609893065, 55.598150033144236, 404.4287934927351]
    library = loaded(compile_library(LANES, optimise=optimise, extra=["-Wall", "-Wextra", "-Werror"]), tmp_path)
    assert door(library, 0, 1, 2, 3) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("name", ["x86-64", "generic"])
def test_plainer_targets_run_too(tmp_path: Path, name: str):
    if target_named(name).foreign:
        pytest.skip(f"this machine does not run {name}")
    assert door(loaded(compile_library(LANES, target=target_named(name)), tmp_path), 0, 0, 0, 0) == [2.0] * 4


def test_the_same_text_gives_the_same_bytes():
    assert compile_library(LANES) == compile_library(dict(reversed(LANES.items())))


def test_the_compilers_words_are_in_the_error(temporary: Path):
    with pytest.raises(CompilationFailed, match=r"stopped with code \d+; it said:\n(?s:.*)no_such_variable"):
        compile_library({"good.c": "int a;", "bad.c": "double f(void) { return no_such_variable; }"})
    assert left_behind(temporary) == []


@pytest.mark.parametrize("name", ["../a.c", "a/b.c", "a\\b.c", "-o.c", ".c", "a.h"])
def test_odd_file_names_are_refused(name: str):
    with pytest.raises(CompilationFailed, match="expected plain file names"):
        compile_library({name: "int a;"})


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a file")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(CompilationFailed, match=r"not compiled: No space left on device \(a file\); free some space"):
        compile_library(TWICE)
    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(CompilationFailed, match="No space left on device"):
        compile_library(TWICE)


def test_the_environment_names_the_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("EXPORTIN_CC", raising=False)
    usual = find_compiler()
    log = tmp_path / "log"
    script = tmp_path / "my compiler.py"
    script.write_text(
        "import subprocess, sys\n"
        f"open({str(log)!r}, 'a').write('called\\n')\n"
        f"sys.exit(subprocess.run([*{list(usual.command)!r}, *sys.argv[1:]]).returncode)\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("EXPORTIN_CC", f'"{sys.executable}" "{script}" -pipe')
    found = find_compiler()
    assert found.command[1:] == (str(script), "-pipe")
    assert found.version == usual.version
    assert twice(loaded(compile_library(TWICE), tmp_path), 2) == 4
    assert log.read_text(encoding="utf-8").count("called") == 3


def test_a_relative_compiler_is_found_from_the_folder_of_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    if os.name == "nt":
        pytest.skip("a script is no program on Windows")
    monkeypatch.delenv("EXPORTIN_CC", raising=False)
    script = tmp_path / "mycc"
    script.write_text(f'#!/bin/sh\nexec {" ".join(find_compiler().command)} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXPORTIN_CC", "./mycc")
    assert twice(loaded(compile_library(TWICE), tmp_path), 2) == 4


@pytest.mark.parametrize(("command", "reason"), [("no-such-compiler -O9", "does not answer"), ("'gcc", "is no command line")])
def test_a_compiler_that_does_not_run_is_told(monkeypatch: pytest.MonkeyPatch, command: str, reason: str):
    monkeypatch.setenv("EXPORTIN_CC", command)
    with pytest.raises(NoCompiler, match=reason):
        find_compiler()


@pytest.mark.usefixtures("hidden")
def test_no_compiler_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(toolchain, "zig_commands", list)
    with pytest.raises(NoCompiler, match=r"pip install 'exportin\[compiler\]'"):
        compile_library(TWICE)


@needs_zig
@pytest.mark.usefixtures("hidden")
@pytest.mark.parametrize("optimise", [0, 1, 2])
def test_zig_compiles_where_there_is_nothing_else(tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, optimise: int):
    monkeypatch.delenv("HOME", raising=False)
    assert find_compiler().zig
    library = loaded(compile_library(LANES, optimise=optimise), tmp_path)
    assert door(library, 0, 0, 0, 0) == [2.0] * 4
    assert left_behind(temporary) == []


@needs_zig
def test_zig_compiles_for_arm(temporary: Path):
    name = "aarch64" if native_target().machine != "aarch64" else "x86-64"
    content = compile_library(LANES, target=target_named(name))
    assert content[:6] == b"\x7fELF\x02\x01"
    # e_machine of the ELF header: EM_AARCH64 is 183, EM_X86_64 is 62.
    assert int.from_bytes(content[18:20], "little") == {"aarch64": 183, "x86-64": 62}[name]
    assert b"libm.so.6\0" in content


@needs_zig
def test_a_named_zig_is_known_as_zig(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EXPORTIN_CC", f"{sys.executable} -m ziglang cc")
    assert find_compiler().zig


def test_the_environment_names_the_target(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EXPORTIN_TARGET", "generic")
    assert native_target().name == "generic"
    monkeypatch.setenv("EXPORTIN_TARGET", "x86-64-v2")
    with pytest.raises(UnknownName, match=r"Known: aarch64, generic, x86-64, x86-64-v3\."):
        native_target()


@pytest.mark.parametrize(
    ("machine", "vectors", "expected"),
    [
        ("x86_64", True, "x86-64-v3"),
        ("AMD64", False, "x86-64"),
        ("arm64", False, "aarch64"),
        ("aarch64", False, "aarch64"),
        ("riscv64", False, "generic"),
    ],
)
def test_the_target_follows_the_machine(monkeypatch: pytest.MonkeyPatch, machine: str, vectors: bool, expected: str):
    monkeypatch.delenv("EXPORTIN_TARGET", raising=False)
    monkeypatch.setattr(targeting.platform, "machine", lambda: machine)
    monkeypatch.setattr(targeting, "has_avx2_and_fma", lambda: vectors)
    assert native_target().name == expected


def test_a_foreign_target_is_not_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(targeting.platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("EXPORTIN_TARGET", "aarch64")
    with pytest.raises(CompilationFailed, match="unset EXPORTIN_TARGET"):
        native_target()
