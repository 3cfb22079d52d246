"""The calibration's arithmetic on cases with a known answer, and its tables against the model that they are for."""

from __future__ import annotations

import importlib

import numpy as np
import pytest


@pytest.fixture
def scripts(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "calibration"))
    return lambda name: importlib.import_module(name)


def test_directions_are_of_the_rows_that_are_calibrated(scripts):
    names, basis = scripts("gradients").read_directions()
    assert names == scripts("conditions").calibrated_names()
    assert np.allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=1e-9)


def test_draws_are_of_the_same_rows(root, scripts):
    names, _ = scripts("gradients").read_directions()
    draws = (root / "src" / "exportin" / "network" / "posterior.tsv").read_text(encoding="utf-8").splitlines()
    assert draws[0].split("\t") == names


def test_weights_undo_what_the_sets_were_drawn_from(scripts):
    """Sets drawn around 1.5 in one direction, of a likelihood that is normal there: the weighed mean is that of the closed form."""
    sample, random = scripts("sample"), np.random.default_rng(1)
    basis = np.eye(6)[:, :2]
    scores = random.standard_normal((8000, 6))
    moved = random.uniform(size=8000) >= sample.FROM_PRIOR
    scores[moved, 0] += 1.5
    sets = sample.Sets(scores, -0.5 * (scores[:, 0] - 2.0) ** 2 / 0.5**2, scores, [8000], [np.array([1.5, 0.0])], [np.eye(2)])
    weights = sample.weigh(sets.log_likelihood, sets.log_ratio(basis), 1.0)
    assert weights @ scores[:, 0] == pytest.approx(2.0 / 1.25, abs=0.03)  # precision 1 of the prior, 4 of the data
    assert np.abs(weights @ scores[:, 1:]).max() < 0.1
    assert sample.worth(weights) > 1000


def test_the_power_leaves_as_many_sets_as_are_needed(scripts):
    sample, random = scripts("sample"), np.random.default_rng(2)
    steep = -2000.0 * random.standard_normal(1000) ** 2
    power = sample.usable_power(steep, np.zeros(1000))
    assert 0.0 < power < 1.0
    assert sample.worth(sample.weigh(steep, np.zeros(1000), power)) == pytest.approx(sample.ENOUGH, rel=1e-3)
    assert sample.usable_power(1e-4 * steep, np.zeros(1000)) == 1.0
