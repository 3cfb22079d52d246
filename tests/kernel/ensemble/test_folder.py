"""Run folders: what stands in them, and that neither a kill, nor a full disk, nor a damaged file spoils a result."""

from __future__ import annotations

import errno
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exportin.errors import BadQuantity, BadTable, OutputExists
from exportin.kernel.ensemble.description import Axis, Description, Variable
from exportin.kernel.ensemble.execute import run_chunks
from exportin.kernel.ensemble.folder import RunFolder, Storing
from exportin.kernel.ensemble.plan import Plan

# Also the beginning of the script that is killed.
TASK = '''
import numpy as np
from exportin.kernel.ensemble.description import Axis, Description, Variable

DESCRIPTION = Description(
    task={"model": "0f3a", "seed": 1, "tolerance": 1e-7},
    members=(Axis("patient", 50), Axis("draw", 4)),
    axes=(Axis("time", 5, "h", (0.0, 0.1, 1.0, 10.0, 72.0)), Axis("observable", 2, "1", ("TP53_nc", "XPO1_n"))),
    variables=(Variable("values", ("time", "observable"), ("1", "uM")), Variable("status", (), ("1",), "|i1")),
    chunk=6,
)

def task(members):
    index = np.asarray(members, dtype=float)[:, None, None]
    share = (index * 0.6180339887498949 + np.arange(10.0).reshape(1, 5, 2) * 0.41421356237309515) % 1.0
    return {"values": 3.0 + share * share, "status": (np.asarray(members) % 17 == 5).astype(np.int8)}
'''
NAMES: dict = {}
exec(TASK, NAMES)
DESCRIPTION: Description = NAMES["DESCRIPTION"]
task = NAMES["task"]
WHOLE = task(range(200))


@pytest.fixture
def folder(tmp_path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", DESCRIPTION)


@pytest.fixture
def full(folder) -> RunFolder:
    run_chunks(Storing(task, folder), folder.plan, workers=2)
    return folder


def is_undisturbed(folder: RunFolder) -> bool:
    return all(folder.read(name).tobytes() == WHOLE[name].tobytes() for name in ("values", "status"))


def test_what_stands_in_a_run_folder(full):
    kinds = ("values-{:06d}.npy", "status-{:06d}.npy", "chunk-{:06d}.json")
    names = {kind.format(number) for number in range(34) for kind in kinds}
    assert {path.name for path in full.path.iterdir()} == {"manifest.json", *names}
    manifest = json.loads((full.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["format"] == "exportin ensemble 1"
    assert manifest["axes"][0] == {"name": "time", "length": 5, "unit": "h", "coordinates": [0.0, 0.1, 1.0, 10.0, 72.0]}
    assert manifest["variables"][0] == {"name": "values", "axes": ["time", "observable"], "units": ["1", "uM"], "dtype": "<f8"}
    record = json.loads((full.path / "chunk-000033.json").read_text(encoding="utf-8"))
    assert (record["start"], record["stop"], record["description"]) == (198, 200, DESCRIPTION.digest)
    assert record["files"]["values"]["bytes"] == (full.path / "values-000033.npy").stat().st_size
    assert np.load(full.path / "values-000033.npy").shape == (2, 5, 2)


def test_what_is_written_is_read_back(full):
    assert is_undisturbed(full)
    assert full.missing() == []
    again = RunFolder.open(full.path)
    assert again.description == DESCRIPTION
    parts = list(again)
    assert [chunk for chunk, _ in parts] == list(Plan(200, 6))
    assert isinstance(parts[0][1]["values"], np.memmap)
    assert np.concatenate([arrays["values"] for _, arrays in parts]).tobytes() == WHOLE["values"].tobytes()
    assert pickle.loads(pickle.dumps(again)).description.digest == DESCRIPTION.digest


def test_the_same_run_goes_on_with_what_is_missing(folder):
    for chunk in (folder.plan[3], folder.plan[20]):
        folder.write(chunk, task(chunk.members))
    again = RunFolder.create(folder.path, DESCRIPTION)
    assert [chunk.number for chunk in again.missing()] == [number for number in range(34) if number not in {3, 20}]
    assert [chunk.number for chunk in again.missing(folder.plan.part(1, 9))] == [0, 1, 2]
    with pytest.raises(BadTable, match=r"values-000000\.npy"):
        again.read("values")


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (replace(DESCRIPTION, task={**DESCRIPTION.task, "seed": 2}), "task.seed is 1 there and 2 here"),
        (replace(DESCRIPTION, chunk=7), "chunk is 6 there and 7 here"),
        (replace(DESCRIPTION, task={"model": "0f3a", "seed": 1}), 'task.tolerance is 1e-07 there and "missing" here'),
        (replace(DESCRIPTION, members=(Axis("patient", 60), Axis("draw", 4))), "members.patient.length is 50 there and 60 here"),
    ],
)
def test_another_run_is_refused_by_what_differs(full, other, told):
    with pytest.raises(OutputExists, match=told):
        RunFolder.create(full.path, other)
    assert is_undisturbed(full)


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputExists, match=r"thesis\.tex"):
        RunFolder.create(tmp_path, DESCRIPTION)
    with pytest.raises(OutputExists, match="nothing can be written"):
        RunFolder.create(tmp_path / "thesis.tex", DESCRIPTION)
    with pytest.raises(BadTable, match="no run folder"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "exportin ensemble 0"}', '{"format": "exportin ensemble 1", "task": {}}'])
def test_a_damaged_manifest_is_told(full, text):
    (full.path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadTable, match=r"manifest\.json .* cannot be read"):
        RunFolder.open(full.path)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 8)


@pytest.mark.parametrize("damage", [_flip, _truncate, Path.unlink])
@pytest.mark.parametrize("name", ["values-000004.npy", "status-000004.npy", "chunk-000004.json"])
def test_a_damaged_chunk_is_made_again(full, name, damage):
    if name.endswith(".json") and damage is _flip:
        (full.path / name).write_bytes((full.path / "chunk-000005.json").read_bytes())
    else:
        damage(full.path / name)
    assert [chunk.number for chunk in full.missing()] == [4]
    run_chunks(Storing(task, full), full.missing(), workers=1)
    assert full.missing() == []
    assert is_undisturbed(full)


def test_a_chunk_of_another_description_does_not_count(full):
    record = json.loads((full.path / "chunk-000002.json").read_text(encoding="utf-8"))
    (full.path / "chunk-000002.json").write_text(json.dumps({**record, "description": "0" * 64}), encoding="utf-8")
    assert [chunk.number for chunk in full.missing()] == [2]


def test_leftovers_of_the_chunks_to_do_are_removed(folder):
    old = [folder.path / f".values-00000{number}.npy.0123456789ab.tmp" for number in (1, 9)]
    for path in old:
        path.write_bytes(b"half")
    folder.missing(folder.plan.part(1, 9))
    assert [path.exists() for path in old] == [False, True]  # another part may just be writing chunk 9


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_full_disk_is_a_clear_error_and_leaves_no_half_chunk(folder, monkeypatch, at):
    folder.write(folder.plan[0], task(range(6)))
    before = sorted(path.name for path in folder.path.iterdir())
    calls = []

    def fsync(_: int) -> None:
        calls.append(1)
        if len(calls) > at:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    told = r"chunk [12] \(members (6 to 11|12 to 17)\) could not be written .*No space left.*make room"  # two are under way at once
    with pytest.raises(OutputExists, match=told) as caught:
        run_chunks(Storing(task, folder), folder.missing(), workers=1)
    assert "This happened in chunk" in caught.value.__notes__[0]
    assert sorted(path.name for path in folder.path.iterdir()) == before
    monkeypatch.undo()
    run_chunks(Storing(task, folder), folder.missing(), workers=2)
    assert is_undisturbed(folder)


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"values": WHOLE["values"][:6]}, "'status' .* is missing"),
        ({"values": WHOLE["values"][:5], "status": WHOLE["status"][:6]}, "must have shape"),
        ({"values": WHOLE["values"][:6], "status": np.full(6, 300)}, "does not fit"),
        ({"values": WHOLE["values"][:6], "status": WHOLE["status"][:6], "more": np.zeros(6)}, "no variable more"),
    ],
)
def test_what_the_description_does_not_say_is_not_written(folder, arrays, told):
    with pytest.raises(ValueError, match=told):
        folder.write(folder.plan[0], arrays)
    assert len(folder.missing()) == 34


def test_parts_of_a_job_array_write_into_one_folder_at_once(tmp_path):
    errors = []

    def part(index: int) -> None:
        try:
            folder = RunFolder.create(tmp_path / "run", DESCRIPTION)
            run_chunks(Storing(task, folder), folder.missing(folder.plan.part(index, 5)), workers=1)
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=part, args=(index,)) for index in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    folder = RunFolder.open(tmp_path / "run")
    assert errors == []
    assert folder.missing() == []
    assert is_undisturbed(folder)


def test_two_processes_given_the_same_chunk_both_succeed(folder, monkeypatch):
    chunk, publish = folder.plan[0], os.fsync

    def other_first(handle: int) -> None:
        monkeypatch.setattr(os, "fsync", publish)
        folder.missing([chunk])  # takes the staged file for a leftover
        folder.write(chunk, task(chunk.members))

    monkeypatch.setattr(os, "fsync", other_first)
    folder.write(chunk, task(chunk.members))
    assert folder.finished([chunk]) == [chunk]


KILLED = TASK + '''
import sys, time
from pathlib import Path
from exportin.kernel.ensemble.execute import run_chunks
from exportin.kernel.ensemble.folder import RunFolder, Storing

def slow(members):
    with Path(sys.argv[2]).open("a", encoding="utf-8") as log:
        log.write(f"{members.start}\\n")
    time.sleep(float(sys.argv[3]))
    return task(members)

folder = RunFolder.create(sys.argv[1], DESCRIPTION)
run_chunks(Storing(slow, folder), folder.missing(), workers=2)
'''


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_kill_9_half_way_then_resume(tmp_path):
    run, log, script = tmp_path / "run", tmp_path / "log", tmp_path / "job.py"
    script.write_text(KILLED, encoding="utf-8")
    child = subprocess.Popen([sys.executable, str(script), str(run), str(log), "0.03"])
    deadline = time.monotonic() + 30
    while len(list(run.glob("chunk-*.json"))) < 17 and time.monotonic() < deadline:
        time.sleep(0.002)
    child.send_signal(signal.SIGKILL)
    child.wait()
    kept = len(RunFolder.open(run).finished())
    assert 17 <= kept < 34
    subprocess.run([sys.executable, str(script), str(run), str(log), "0"], check=True, timeout=60)
    begun = log.read_text(encoding="utf-8").split()
    assert len(set(begun)) == 34
    assert len(begun) <= 34 + 2  # at most the chunk that each of the two workers had in hand
    assert is_undisturbed(RunFolder.open(run))
    assert list(run.glob(".*")) == []


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: Axis("time", 3, "h", (0.0, 1.0)), "2 coordinates for 3 positions"),
        (lambda: Variable("a/b"), "'a/b'.* names files"),
        (lambda: Variable("chunk"), "other than chunk"),
        (lambda: Variable("values", (), ("1",), "float"), "byte order"),
        (lambda: replace(DESCRIPTION, variables=(Variable("values", ("dose",)),)), "'dose' is not among the axes"),
        (lambda: replace(DESCRIPTION, variables=(Variable("values", ("time",), ("1", "uM")),)), "2 units"),
    ],
)
def test_a_wrong_description_is_refused(build, told):
    with pytest.raises(BadQuantity, match=told):
        build()
