"""A small population, and a cache folder of the tests' own."""

from __future__ import annotations

import pytest


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """Kept results go to a folder of this test; compiled models stay where they are."""
    from exportin.review import kept

    folder = tmp_path / "cache"
    monkeypatch.setattr(kept, "cache_folder", lambda: folder)
    return folder / "review"
