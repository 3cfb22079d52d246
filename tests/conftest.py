"""What every test shares: the reference data's folder, repeatable hypothesis runs, a headless matplotlib."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = next((path for path in (ROOT.parent / "shared" / "data", ROOT / "shared" / "data") if path.is_dir()), None)

os.environ["MPLBACKEND"] = "Agg"
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """One folder of compiled models for the whole run, whatever the number of workers, and never the user's own."""
    if "PYTEST_XDIST_WORKER" not in os.environ:  # the workers inherit it
        kept = getattr(config, "cache", None)
        os.environ["EXPORTIN_CACHE"] = str(kept.mkdir("exportin-models") if kept is not None else tempfile.mkdtemp(prefix="exportin-"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `shared_data` are skipped, and counted, where the folder is missing."""
    if SHARED_DATA is None:
        for item in items:
            if item.get_closest_marker("shared_data"):
                item.add_marker(pytest.mark.skip(reason="../shared/data is not on this machine"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Modules near the limit that test_house.py holds are named, before they pass it."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > 300:
            terminalreporter.write_line(f"{path.relative_to(ROOT)} has {lines} lines; split it before it passes 305")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of reference data; use it in tests marked `shared_data`."""
    if SHARED_DATA is None:
        pytest.skip("../shared/data is not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
