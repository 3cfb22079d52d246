"""The folder of the training as modules, its data and its figures."""

from __future__ import annotations

import importlib
import json
from types import SimpleNamespace

import pytest

MODULES = ("nes_clusters", "nes_data", "nes_measures", "nes_calls")


@pytest.fixture(scope="module")
def training(root):
    """Modules of the folder `training` that need no extra."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "training"))
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})


@pytest.fixture(scope="module")
def fitting(root):
    """Modules that fit; they need the extra `learn`."""
    pytest.importorskip("sklearn")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "training"))
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in ("nes_fit", "nes_export", "nes_train")})


@pytest.fixture(scope="module")
def results(root):
    return json.loads((root / "training" / "results" / "signals.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def proteins(training, shared_data):
    return training.nes_data.read_proteins(shared_data / "nes")
