"""Compiled libraries are kept, found again, verified, and never written over; a cache that cannot be written costs only time."""

from __future__ import annotations

import ctypes
import errno
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from exportin.errors import CompilationFailed
from exportin.kernel.compiler import cache, toolchain
from exportin.kernel.compiler.cache import alias_key, build_library, cache_folder, library, load, lookup, store
from exportin.kernel.compiler.target import suffix, target_named
from exportin.kernel.compiler.toolchain import find_compiler

TWICE = {"twice.c": "double twice(double x) { return 2 * x; }\n"}
MAKE = (
    "from exportin.kernel.compiler.cache import build_library\n"
    "print(build_library({'twice.c': 'double twice(double x) { return 2 * x; }\\n'}))\n"
)


def twice(made: ctypes.CDLL, value: float = 21) -> float:
    made.twice.restype, made.twice.argtypes = ctypes.c_double, [ctypes.c_double]
    return made.twice(value)


def names(folder: Path, ending: str) -> list[str]:
    return sorted(path.name for path in folder.glob(f"*{ending}"))


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a file")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own, with a blank in its name."""
    folder = tmp_path / "my cache"
    monkeypatch.setenv("EXPORTIN_CACHE", str(folder))
    monkeypatch.delenv("EXPORTIN_TARGET", raising=False)
    return folder


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one with each compilation."""
    done: list[int] = []

    def counted(*arguments: object, **named: object) -> bytes:
        done.append(1)
        return toolchain.compile_library(*arguments, **named)

    monkeypatch.setattr(cache, "compile_library", counted)
    return done


@pytest.fixture
def slow_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compiler that says when it has begun, and waits for up to 20 s until it is released by a file; gives the folder of both signs."""
    monkeypatch.delenv("EXPORTIN_CC", raising=False)
    signs = tmp_path / "signs"
    signs.mkdir()
    script = tmp_path / "slow.py"
    script.write_text(
        "import os, pathlib, subprocess, sys, time\n"
        f"signs = pathlib.Path({str(signs)!r})\n"
        "if '-c' in sys.argv:\n"
        "    (signs / f'began-{os.getpid()}').touch()\n"
        "    end = time.monotonic() + 20\n"
        "    while not (signs / 'go').exists() and time.monotonic() < end:\n"
        "        time.sleep(0.01)\n"
        f"sys.exit(subprocess.run([*{list(find_compiler().command)!r}, *sys.argv[1:]]).returncode)\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("EXPORTIN_CC", f'"{sys.executable}" "{script}"')
    # What a killed process leaves of its temporary files goes with the test's own folder.
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return signs


def wait_until_begun(signs: Path, count: int) -> None:
    end = time.monotonic() + 30
    while len(list(signs.glob("began-*"))) < count:
        assert time.monotonic() < end, "no compilation began"
        time.sleep(0.01)


def started(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_library_is_compiled_once(folder: Path, compilations: list[int]):
    assert twice(library(TWICE)) == 42
    assert twice(library(dict(TWICE))) == 42
    assert build_library(TWICE).parent == folder
    assert len(compilations) == 1
    assert names(folder, ".tmp") == []


def test_whatever_decides_the_library_is_in_its_key(compilations: list[int], monkeypatch: pytest.MonkeyPatch):
    made = [build_library(TWICE), build_library(TWICE, optimise=1), build_library(TWICE, salt="generator 2")]
    made.append(build_library({**TWICE, "more.h": ""}))
    made.append(build_library({"twice.c": TWICE["twice.c"] + "\n"}))
    made.append(build_library(TWICE, target=target_named("generic")))
    monkeypatch.setenv("EXPORTIN_CC", " ".join((*find_compiler().command, "-pipe")))
    made.append(build_library(TWICE))
    assert len(compilations) == len(set(made)) == 7


def test_a_second_key_finds_the_library_and_the_data_beside_it(folder: Path, compilations: list[int]):
    path = build_library(TWICE, side=b"of the sources")
    key, other = alias_key("<sbml/>", "generator 1"), alias_key("<sbml id='b'/>", "generator 1")
    assert lookup(key) is None
    assert load(key) is None
    side = bytes(range(256)) * 1000
    store(key, path, side)
    store(other, path)
    found = load(key)
    assert found is not None
    assert (found.path, found.side, twice(found.library)) == (path, side, 42)
    assert load(other).side == b""
    assert names(folder, suffix()) == [path.name]
    assert build_library(TWICE) == path
    assert len(compilations) == 1


def test_a_foreign_library_gets_a_second_key_too(folder: Path, tmp_path: Path):
    elsewhere = tmp_path / f"other{suffix()}"
    elsewhere.write_bytes(build_library(TWICE).read_bytes())
    entry = store(alias_key("copied"), elsewhere)
    assert entry.path.parent == folder
    assert twice(load(alias_key("copied")).library) == 42
    with pytest.raises(CompilationFailed, match="build it again"):
        store(alias_key("gone"), tmp_path / "missing.so")


def test_the_second_key_depends_on_compiler_and_target(monkeypatch: pytest.MonkeyPatch):
    keys = {alias_key("model", "1"), alias_key("model1"), alias_key("model", "1", target=target_named("generic"))}
    monkeypatch.setenv("EXPORTIN_CC", " ".join((*find_compiler().command, "-pipe")))
    keys.add(alias_key("model", "1"))
    assert len(keys) == 4


@pytest.mark.parametrize("damage", ["truncated", "flipped", "emptied", "missing"])
@pytest.mark.parametrize("ending", [suffix(), ".entry"])
def test_a_damaged_entry_is_made_again_under_a_new_name(folder: Path, compilations: list[int], damage: str, ending: str):
    path = build_library(TWICE, side=b"side data")
    victim = next(folder.glob(f"*{ending}"))
    content = bytearray(victim.read_bytes())
    if damage == "missing":
        victim.unlink()
    else:
        content[-1] ^= 1
        victim.write_bytes({"truncated": content[:-7], "flipped": content, "emptied": b""}[damage])
    assert twice(library(TWICE)) == 42
    assert len(compilations) == 2
    again = build_library(TWICE)
    assert again != path
    assert len(compilations) == 2


@pytest.mark.parametrize("head", [b"[]", b"{}", b'{"key": 1}', b"\xff\xfe", b'{"key": null, "library": 5}', b"null"])
def test_an_odd_entry_is_no_entry(folder: Path, head: bytes):
    folder.mkdir()
    (folder / "abc.entry").write_bytes(head + b"\nside")
    assert lookup("abc") is None


def test_an_entry_names_no_file_outside_the_folder(folder: Path, tmp_path: Path):
    build_library(TWICE)
    entry = next(folder.glob("*.entry"))
    head, _, side = entry.read_bytes().partition(b"\n")
    told = json.loads(head)
    (folder / told["library"]).rename(tmp_path / told["library"])
    entry.write_bytes(json.dumps({**told, "library": f"../{told['library']}"}).encode() + b"\n" + side)
    assert lookup(told["key"]) is None


def test_a_file_that_is_whole_but_no_library_is_made_again(compilations: list[int]):
    key = cache.source_key(TWICE, "", 2, None)
    cache.shelf().put(key, b"not a library", b"")
    assert lookup(key) is not None
    assert twice(library(TWICE)) == 42
    assert len(compilations) == 1


def test_a_loaded_library_is_never_written_again(folder: Path):
    assert twice(library(TWICE)) == 42
    path = build_library(TWICE)
    before = path.stat()
    next(folder.glob("*.entry")).write_bytes(b"damaged")
    made = library(TWICE)
    assert twice(made) == 42
    assert build_library(TWICE) != path
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_size) == (before.st_ino, before.st_mtime_ns, before.st_size)


@pytest.mark.usefixtures("folder")
def test_two_processes_at_once_make_one_whole_library(folder: Path, slow_compiler: Path):
    both = [started(MAKE), started(MAKE)]
    try:
        wait_until_begun(slow_compiler, 2)
    finally:
        (slow_compiler / "go").touch()
        said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert all(Path(out.strip()).is_file() for out, _ in said)
    assert twice(library(TWICE)) == 42
    assert names(folder, ".tmp") == []
    assert len(names(folder, ".entry")) == 1


def test_a_process_killed_while_it_compiles_leaves_nothing(folder: Path, slow_compiler: Path):
    process = started(MAKE)
    try:
        wait_until_begun(slow_compiler, 1)
        process.kill()
        process.communicate(timeout=30)
    finally:
        (slow_compiler / "go").touch()
    assert not folder.exists() or list(folder.iterdir()) == []
    assert twice(library(TWICE)) == 42


@pytest.mark.parametrize("moves", [0, 1])
def test_a_process_killed_while_it_writes_leaves_no_entry(folder: Path, moves: int):
    ended = (
        "import os\n"
        "move, left = os.replace, [None] * " + str(moves) + "\n"
        "os.replace = lambda *names: (left.pop(), move(*names)) if left else os._exit(9)\n"
    )
    process = started(ended + MAKE)
    process.communicate(timeout=60)
    assert process.returncode == 9
    assert names(folder, ".entry") == []
    rest = list(folder.glob("*.tmp"))
    assert len(rest) == 1
    os.utime(rest[0], (0, 0))
    assert twice(library(TWICE)) == 42
    assert names(folder, ".tmp") == []


def test_a_file_in_place_of_the_folder_costs_only_the_cache(folder: Path, compilations: list[int], caplog: pytest.LogCaptureFixture):
    folder.write_text("I am no folder", encoding="utf-8")
    with caplog.at_level(logging.WARNING, logger="exportin"):
        path = build_library(TWICE)
        assert twice(library(TWICE)) == 42
        store(alias_key("model"), path, b"side")
        library({"other.c": "int other;"})
    assert load(alias_key("model")).side == b"side"
    assert [record.message.count("name another folder with EXPORTIN_CACHE") for record in caplog.records] == [1]
    assert len(compilations) == 2
    assert path.parent.name.startswith("exportin-")
    assert folder.read_text(encoding="utf-8") == "I am no folder"


def test_the_private_folder_is_gone_afterwards(folder: Path):
    folder.write_text("I am no folder", encoding="utf-8")
    process = started(MAKE)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert not Path(out.strip()).parent.exists()


def test_a_full_cache_costs_only_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    move = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).parent == folder:
            no_space()
        move(source, target)

    monkeypatch.setattr(os, "replace", full)
    with caplog.at_level(logging.WARNING, logger="exportin"):
        assert twice(library(TWICE)) == 42
    assert "No space left on device" in caplog.text
    assert list(folder.iterdir()) == []


def test_a_full_cache_that_was_filled_before_still_serves(compilations: list[int], monkeypatch: pytest.MonkeyPatch):
    path = build_library(TWICE)
    monkeypatch.setattr(os, "replace", no_space)
    monkeypatch.setattr(Path, "mkdir", no_space)
    assert build_library(TWICE) == path
    assert twice(library(TWICE)) == 42
    assert len(compilations) == 1


def test_no_room_anywhere_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "replace", no_space)
    with pytest.raises(CompilationFailed, match=r"not written: No space left on device \(a file\); free some space"):
        library(TWICE)
    monkeypatch.setattr(tempfile, "mkdtemp", no_space)
    with pytest.raises(CompilationFailed, match="No space left on device"):
        library(TWICE)


def test_a_folder_from_which_nothing_loads_is_gone_around(folder: Path, monkeypatch: pytest.MonkeyPatch):
    class Refusing(ctypes.CDLL):
        def __init__(self, name: str) -> None:
            if name.startswith(str(folder)):
                raise OSError("failed to map segment from shared object")
            super().__init__(name)

    monkeypatch.setattr(cache.ctypes, "CDLL", Refusing)
    assert twice(library(TWICE)) == 42


def test_what_does_not_load_anywhere_is_told(monkeypatch: pytest.MonkeyPatch):
    def refused(name: str) -> None:
        raise OSError("wrong ELF class")

    monkeypatch.setattr(cache.ctypes, "CDLL", refused)
    with pytest.raises(CompilationFailed, match="EXPORTIN_TARGET"):
        library(TWICE)


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"EXPORTIN_CACHE": "", "XDG_CACHE_HOME": "{home}/x"}, "{home}/x/exportin"),
        ("linux", {"EXPORTIN_CACHE": "", "XDG_CACHE_HOME": "relative"}, "{home}/.cache/exportin"),
        ("linux", {"EXPORTIN_CACHE": "~/mine"}, "{home}/mine"),
        ("darwin", {"EXPORTIN_CACHE": ""}, "{home}/Library/Caches/exportin"),
        ("win32", {"EXPORTIN_CACHE": "", "LOCALAPPDATA": "{home}/local"}, "{home}/local/exportin/cache"),
    ],
)
def test_where_the_cache_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], expected: str
):
    if os.name == "nt":
        pytest.skip("HOME is not what Windows looks at")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(home=tmp_path))
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == Path(expected.format(home=tmp_path))


def test_a_user_without_a_home_runs_without_a_cache(monkeypatch: pytest.MonkeyPatch):
    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.delenv("EXPORTIN_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert cache_folder() is None
    assert twice(library(TWICE)) == 42


def test_a_cached_load_takes_less_than_50_ms():
    table = ",".join(f"{value / 7:.15g}" for value in range(70_000))
    sources = {**TWICE, "table.c": f"const double table[] = {{{table}}};\n"}
    assert len(sources["table.c"]) > 1_000_000
    library(sources)
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        library(sources)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.05
