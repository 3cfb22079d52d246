"""The database file: made once, the same from the same tables, made again when damaged, and no matter in how many processes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import exportin.knowledge as knowledge
from exportin.errors import BadTable
from exportin.knowledge import database, fill
from exportin.knowledge.collection import Collection, shipped

SEARCH = "import exportin as xp; print(xp.evidence('crm1')[0].title)"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of each test's own, and nothing opened before."""
    kept = tmp_path / "cache"
    monkeypatch.setenv("EXPORTIN_CACHE", str(kept))
    database._opened.cache_clear()
    yield kept
    database._opened.cache_clear()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one whenever a database is made."""
    count: list[int] = []

    def counted(connection: sqlite3.Connection, collection: Collection) -> None:
        count.append(1)
        fill.fill(connection, collection)

    monkeypatch.setattr(database, "fill", counted)
    return count


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"))


def opened_again() -> database.Database:
    """As a new process would open it."""
    database._opened.cache_clear()
    return database.open_database()


def copied(folder: Path) -> Collection:
    shutil.copytree(shipped().folder / "tables", folder / "tables")
    shutil.copy(shipped().folder / "sources.bib", folder)
    return Collection(folder)


def test_it_is_made_at_first_use_and_kept(folder, made):
    assert not folder.exists()
    knowledge.evidence("TP53")
    (kept,) = files(folder)
    opened_again()
    assert len(made) == 1
    assert files(folder) == [kept]


def test_the_file_is_a_database_for_any_tool(folder):
    knowledge.evidence("TP53")
    connection = sqlite3.connect(files(folder)[0])
    try:
        assert connection.execute("SELECT name FROM cargoes WHERE id = 'TP53'").fetchone() == ("p53",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = connection.execute("SELECT rowid FROM words WHERE words MATCH 'leptomycin'").fetchall()
        assert found
    finally:
        connection.close()


def test_identical_tables_give_an_identical_dump_and_file(folder, tmp_path, monkeypatch):
    first, bytes_first = database.dump(), files(folder)[0].read_bytes()
    monkeypatch.setenv("EXPORTIN_CACHE", str(tmp_path / "second"))
    database._opened.cache_clear()
    assert database.dump(copied(tmp_path / "copy")) == first
    assert files(tmp_path / "second")[0].read_bytes() == bytes_first
    assert first == subprocess.run(
        [sys.executable, "-c", "from exportin.knowledge import dump; print(dump(), end='')"],
        env={**os.environ, "PYTHONHASHSEED": "7", "EXPORTIN_CACHE": str(tmp_path / "third"), "PYTHONIOENCODING": "utf-8"},
        capture_output=True, encoding="utf-8", check=True,
    ).stdout  # fmt: skip


def test_a_dump_is_a_database_too():
    connection = sqlite3.connect(":memory:")
    connection.executescript(database.dump())
    assert connection.execute("SELECT count(*) FROM claims").fetchone() == (len(knowledge.facts("claims")),)
    connection.close()


def test_a_changed_table_gives_another_file(folder, tmp_path):
    knowledge.evidence("TP53")
    other = copied(tmp_path / "copy")
    path = other.path("machinery")
    path.write_text(path.read_text(encoding="utf-8").replace("small GTPase", "little GTPase"), encoding="utf-8")
    assert "little" in database.open_database(other).fact("machinery", 3).role
    assert len(files(folder)) == 2


def test_a_table_that_is_refused_is_named_and_nothing_is_kept(folder, tmp_path):
    other = copied(tmp_path / "copy")
    path = other.path("signals")
    path.write_text(path.read_text(encoding="utf-8").replace("\nTP53\t", "\nTP35\t", 1), encoding="utf-8")
    with pytest.raises(BadTable, match=r"signals\.tsv:\d+, column 'cargo': 'TP35' given"):
        database.open_database(other)
    path.unlink()
    with pytest.raises(BadTable, match=r"signals\.tsv cannot be read"):
        database.open_database(other)
    assert not folder.exists()


@pytest.mark.parametrize("damage", ["cut", "one bit", "empty", "other text", "zeros"])
def test_a_damaged_file_is_made_again(folder, made, damage):
    whole = database.dump()
    (kept,) = files(folder)
    good = kept.read_bytes()
    bad = {
        "cut": good[: len(good) // 2],
        "one bit": good[:9000] + bytes([good[9000] ^ 1]) + good[9001:],
        "empty": b"",
        "other text": b"this is no database",
        "zeros": bytes(len(good)),
    }
    kept.write_bytes(bad[damage])
    opened_again()
    assert len(made) == 2
    assert files(folder) == [kept]
    assert kept.read_bytes() == good
    assert database.dump() == whole


def test_a_whole_file_that_is_no_database_is_made_again(folder, made):
    """Somebody wrote other content under the right name, hash and all."""
    knowledge.evidence("TP53")
    (kept,) = files(folder)
    key = kept.name.split("-")[1]
    kept.unlink()
    content = b"no database" * 1000
    (folder / database._name(key, content)).write_bytes(content)
    assert opened_again().searched
    assert len(made) == 2


def test_a_folder_that_cannot_be_written_costs_only_time(folder, made, monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    assert knowledge.evidence("crm1")[0].title == "XPO1"
    opened_again()
    assert len(made) == 2
    assert not folder.exists()


def test_a_file_in_place_of_the_folder_costs_only_time(folder, made):
    folder.write_text("in the way", encoding="utf-8")
    assert knowledge.evidence("crm1")[0].title == "XPO1"
    assert folder.read_text(encoding="utf-8") == "in the way"


def test_a_full_disk_leaves_no_half_file(folder, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert knowledge.evidence("crm1")[0].title == "XPO1"
    assert files(folder) == []


def test_a_user_without_a_home_searches_in_memory(monkeypatch, made):
    monkeypatch.setattr(database, "cache_folder", lambda: None)
    assert knowledge.evidence("crm1")[0].title == "XPO1"
    assert len(made) == 1


def test_a_sqlite_that_reads_no_file_from_memory_searches_in_memory(folder, made, monkeypatch):
    class Plain(sqlite3.Connection):
        def serialize(self, **_: object) -> bytes:
            raise AttributeError("serialize")

    monkeypatch.setattr(database, "_empty", lambda: sqlite3.connect(":memory:", factory=Plain))
    assert knowledge.evidence("crm1")[0].title == "XPO1"
    assert files(folder) == []


def test_a_sqlite_without_full_text_search_finds_names_and_words(monkeypatch):
    monkeypatch.setattr(database, "has_full_text", lambda: False)
    assert not database.open_database().indexed
    assert knowledge.evidence("crm1")[0].title == "XPO1"
    assert "C161" in {one.title for one in knowledge.evidence("knockdown lines")}
    assert "CREATE VIRTUAL" not in database.dump()


def test_two_processes_at_once_get_one_whole_file(folder):
    command = [sys.executable, "-c", SEARCH]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    told = [process.communicate(timeout=60) for process in running]
    assert told == [("XPO1\n", "")] * 4
    (kept,) = files(folder)
    assert database._name(kept.name.split("-")[1], kept.read_bytes()) == kept.name


def test_a_process_killed_while_it_writes_leaves_nothing_that_is_taken(folder):
    ended = "import os\nos.replace = lambda *names: os._exit(9)\n"
    assert subprocess.run([sys.executable, "-c", ended + SEARCH], check=False).returncode == 9
    assert [path.suffix for path in files(folder)] == [".tmp"]
    assert knowledge.evidence("crm1")[0].title == "XPO1"
    assert sum(path.suffix == ".sqlite" for path in files(folder)) == 1


def test_files_of_other_tables_go_after_a_month(folder):
    folder.mkdir()
    old, young = folder / "facts-old-1.sqlite", folder / "facts-young-1.sqlite"
    for path in (old, young):
        path.write_bytes(b"")
    os.utime(old, (0, 0))
    knowledge.evidence("TP53")
    assert young.exists()
    assert not old.exists()


def test_nobody_writes_to_it():
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.open_database().connection.execute("DELETE FROM cargoes")


def test_columns_have_types():
    told = database.open_database().connection.execute("SELECT name, type FROM pragma_table_info('signals')")
    assert {"line": "INTEGER", "cargo": "TEXT", "start": "INTEGER", "sequence": "TEXT"}.items() <= dict(told).items()
    told = database.open_database().connection.execute("SELECT name, type FROM pragma_table_info('cargoes')")
    assert {"mass": "REAL", "table1": "INTEGER", "aliases": "TEXT"}.items() <= dict(told).items()
