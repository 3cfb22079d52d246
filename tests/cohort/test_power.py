"""Power by simulation against Schoenfeld's formula."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from exportin.cohort.survival.power import log_rank_power
from exportin.errors import BadQuantity


def test_two_groups_have_the_power_of_the_formula():
    """z = sqrt(events / 4) * log ratio - 1.96, with everybody followed nearly to the end."""
    found = log_rank_power([10.0, 15.0], [60, 60], follow_up=60.0, studies=250, seed=2)
    z = np.sqrt(found.events / 4.0) * np.log(1.5) - NormalDist().inv_cdf(0.975)
    assert found.share == pytest.approx(NormalDist().cdf(z), abs=0.08)
    assert found.low < found.share < found.high


def test_longer_follow_up_and_more_patients_give_more_power():
    few, many, long = (
        log_rank_power([10.0, 14.0], [n, n], follow_up=t, studies=80).share for n, t in ((30, 10.0), (120, 10.0), (30, 60.0))
    )
    assert few < many
    assert few < long


@pytest.mark.parametrize(("medians", "patients"), [([10.0], [5]), ([10.0, 5.0], [5]), ([10.0, -5.0], [5, 5])])
def test_bad_input_is_refused(medians, patients):
    with pytest.raises(BadQuantity, match="power"):
        log_rank_power(medians, patients, follow_up=10.0)
