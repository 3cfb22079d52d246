"""Results kept by hash."""

from __future__ import annotations

import numpy as np

from exportin.review import kept


def test_what_is_kept_is_not_made_again(own_cache):
    made = []
    make = lambda: made.append(1) or {"a": np.arange(3.0)}  # noqa: E731
    for _ in range(2):
        found = kept.arrays("k", make)
        assert found is not None
        assert found["a"].tolist() == [0.0, 1.0, 2.0]
    assert made == [1]
    assert [path.name for path in own_cache.iterdir()] == ["k.npz"]
    kept.arrays("k", make, anew=True)
    assert made == [1, 1]


def test_a_damaged_file_is_made_anew(own_cache):
    make = lambda: {"a": np.ones(2)}  # noqa: E731
    kept.arrays("k", make)
    path = own_cache / "k.npz"
    for content in (b"", b"no archive", path.read_bytes()[:-40]):
        path.write_bytes(content)
        assert kept.arrays("k", None) is None
        found = kept.arrays("k", make)
        assert found is not None
        assert found["a"].tolist() == [1.0, 1.0]


def test_nothing_is_made_where_nothing_is_asked(own_cache):
    assert kept.arrays("absent", None) is None
    assert not own_cache.exists()


def test_a_folder_that_cannot_be_written_to_is_no_mistake(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setattr(kept, "cache_folder", lambda: blocked)
    found = kept.arrays("k", lambda: {"a": np.ones(1)})
    assert found is not None
    assert kept.arrays("k", None) is None


def test_a_user_without_a_home_keeps_nothing(monkeypatch):
    monkeypatch.setattr(kept, "cache_folder", lambda: None)
    assert kept.arrays("k", lambda: {"a": np.ones(1)}) is not None


def test_keys_tell_parts_apart():
    assert kept.key_of("a", 1.0) == kept.key_of("a", 1.0)
    assert len({kept.key_of("a", 1.0), kept.key_of("a", 2.0), kept.key_of("a1.0"), kept.key_of("a")}) == 4
    assert len(kept.fingerprint()) == 64
