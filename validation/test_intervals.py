"""How often a 95 % interval of `exportin fit` holds the truth: at least 1,000 intervals from simulated nuclear/cytoplasmic courses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from exportin.analysis.data_table import Datum
from exportin.analysis.fit import Objective, find_optimum
from exportin.analysis.problem import read_problem
from exportin.analysis.profile import profile_interval

SETS, NOISE = 260, 0.05
TRUTH = {"kimp": 0.06, "kexp": 0.2, "P_leak": 0.01, "kdrug": 0.4}
TIMES = (0.0, 5.0, 10.0, 15.0, 20.0, 21.0, 22.0, 24.0, 26.0, 28.0, 32.0, 36.0, 42.0, 50.0, 60.0, 75.0, 90.0, 120.0)
PROBLEM = """title: a reporter and leptomycin B
model: shuttle
data: data.tsv
time_unit: min
observables: {nc: {formula: N / C, unit: "1"}}
fixed: {Vn: 0.4, Vc: 0.6, onset: 20.0, left: 0.0}
estimate:
  kimp: {low: 1.0e-3, high: 10.0}
  kexp: {low: 1.0e-3, high: 10.0}
  P_leak: {low: 1.0e-5, high: 1.0}
  kdrug: {low: 1.0e-2, high: 100.0}
"""


def test_95_percent_intervals_hold_the_truth_in_93_to_97_percent(tmp_path, record_property):
    (tmp_path / "data.tsv").write_text("observable\ttime\ttime_unit\tvalue\tsd\tunit\nnc\t0\tmin\t1\t1\t1\n", encoding="utf-8")
    (tmp_path / "problem.yaml").write_text(PROBLEM, encoding="utf-8")
    problem = read_problem(tmp_path / "problem.yaml")
    truth = np.array([one.to_place(TRUTH[one.name]) for one in problem.estimated])
    solver, numbers = Objective(problem).solver, {**problem.fixed, **TRUTH}
    clean = solver.run([0.0, *TIMES[1:]], ["N / C"], numbers).checked().values[0, :, 0]
    held = 0
    for number in range(SETS):
        noise = np.random.default_rng([17, number]).normal(size=len(TIMES))
        values = clean * (1.0 + NOISE * noise)
        data = tuple(Datum("nc", t, float(v), float(NOISE * c), "1") for t, v, c in zip(TIMES, values, clean, strict=True))
        objective = Objective(replace(problem, data=data))
        best = find_optimum(objective, 0, first=truth)  # the search itself is tested elsewhere
        for index, place in enumerate(truth):
            interval = profile_interval(objective, best, index)
            held += interval.low <= problem.estimated[index].to_number(place) <= interval.high
    share = held / (SETS * len(truth))
    record_property("share", share)
    print(f"{SETS * len(truth)} intervals hold the truth in {100 * share:.1f} %")
    assert SETS * len(truth) >= 1000
    assert 0.93 <= share <= 0.97
