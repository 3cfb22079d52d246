"""Results: axes, summary, and folders that are whole or not there."""

from __future__ import annotations

import json

import numpy as np
import pytest

import exportin as xp
from exportin.errors import BadTable, OutputExists, UnknownName
from exportin.result import Result, writing_folder


def made(shape=(1, 3, 1, 5)):
    time = np.linspace(0, 4, shape[3])
    values = {"XPO1_occupancy": np.arange(np.prod(shape), dtype=float).reshape(shape), "XPO1_total": np.ones(shape)}
    drawn = {"alpha": np.array([1.0, 2.0, 3.0])}
    return Result(time, values, {"XPO1_occupancy": "1", "XPO1_total": "uM"}, {"exportin": "0", "seed": 1}, drawn)


def test_axes_of_length_one_are_dropped_except_time():
    result = made()
    assert result["XPO1_occupancy"].shape == (3, 5)
    assert result.axes == ("draw", "time")
    assert made((1, 1, 1, 5))["XPO1_total"].shape == (5,)
    assert made((2, 3, 4, 5))["XPO1_total"].shape == (2, 3, 4, 5)


def test_the_order_of_axes_is_patient_draw_cell_time():
    result = xp.simulate(xp.cell("HeLa"), until="1 h", observe=["TP53_nc"], patients=2, draws=3, cells=4, points=5)
    assert result["TP53_nc"].shape == (2, 3, 4, 5)
    assert np.ptp(result["TP53_nc"][0, :, 0, 0]) > 0
    assert np.ptp(result["TP53_nc"][0, 0, :, 0]) > 0
    assert np.array_equal(result["TP53_nc"][0], result["TP53_nc"][1])  # no drug: patients differ in pharmacokinetics only


def test_draws_depend_on_seed_and_index_and_nothing_else():
    few, many, other = (
        xp.simulate(xp.cell("HeLa"), until="1 h", observe=["TP53_nc"], draws=draws, seed=seed, points=2)["TP53_nc"]
        for draws, seed in ((2, 5), (4, 5), (4, 6))
    )
    assert np.array_equal(few, many[:2])
    assert not np.any(np.isclose(many, other))


def test_an_unknown_observable_is_named_with_its_neighbours():
    with pytest.raises(UnknownName, match="did you mean XPO1_total"):
        made()["XPO1_totl"]


def test_a_summary_has_an_interval_for_every_headline():
    rows = {(row.observable, row.statistic): row for row in made().summary()}
    start = rows["XPO1_occupancy", "start"]
    assert (start.low, start.median, start.high) == pytest.approx((0.5, 5.0, 9.5))
    assert rows["XPO1_occupancy", "time of highest"].unit == "h"
    header, first, *_, note = str(made().summary()).splitlines()
    assert header.split() == ["unit", "start", "lowest", "highest", "end"]
    assert first.split()[:5] == ["XPO1_occupancy", "1", "5", "(0.5", "to"]
    assert note == "median of 3 runs (5 % to 95 %)"


def test_saved_and_loaded_is_the_same(tmp_path):
    result = made()
    back = xp.load(result.save(tmp_path / "out"))
    for name in result.observables:
        assert np.array_equal(back[name], result[name])
    assert back.units == result.units
    assert back.provenance == result.provenance
    assert np.array_equal(back.drawn["alpha"], result.drawn["alpha"])


def test_the_timecourse_has_units_and_bands(tmp_path):
    made().save(tmp_path / "out")
    header, first, *_ = (tmp_path / "out" / "timecourse.csv").read_text(encoding="utf-8").splitlines()
    assert header.split(",")[:4] == ["time_h", "XPO1_occupancy [1]", "XPO1_occupancy_p05 [1]", "XPO1_occupancy_p95 [1]"]
    assert first.split(",")[1] == "5"


def test_to_pandas():
    frame = made().to_pandas()
    assert frame.shape == (15, 2)
    assert frame.index.names == ["patient", "draw", "cell", "hour"]
    assert frame.loc[(0, 2, 0, 4.0), "XPO1_occupancy"] == 14.0


def test_a_folder_with_other_content_is_refused(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputExists, match="holds other files"):
        made().save(tmp_path / "out")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["thesis.tex"]
    made().save(tmp_path / "mixed")
    (tmp_path / "mixed" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputExists, match=r"other files \(notes.txt\)"):
        made().save(tmp_path / "mixed")
    assert (tmp_path / "mixed" / "notes.txt").exists()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputExists, match="nothing can be written"):
        made().save(tmp_path / "file" / "below")
    with pytest.raises(OutputExists, match="is a file"):
        made().save(tmp_path / "file")


def test_an_earlier_result_is_replaced_whole(tmp_path):
    made().save(tmp_path / "out")
    made((1, 1, 1, 4)).save(tmp_path / "out")
    assert xp.load(tmp_path / "out")["XPO1_total"].shape == (4,)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, ValueError])
def test_an_interrupted_write_leaves_nothing(tmp_path, error):
    def write_half():
        with writing_folder(tmp_path / "out") as folder:
            (folder / "half.txt").write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(error):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_rewrite_keeps_the_earlier_result(tmp_path):
    made().save(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt), writing_folder(tmp_path / "out"):
        raise KeyboardInterrupt
    assert xp.load(tmp_path / "out").runs == 3


def test_what_is_no_result_is_refused(tmp_path):
    with pytest.raises(BadTable, match="holds no saved result"):
        xp.load(tmp_path)
    made().save(tmp_path / "out")
    (tmp_path / "out" / "XPO1_total.npy").unlink()
    with pytest.raises(BadTable, match="is not whole"):
        xp.load(tmp_path / "out")
    made().save(tmp_path / "changed")
    np.save(tmp_path / "changed" / "XPO1_total.npy", np.zeros((1, 3, 1, 5)))
    with pytest.raises(BadTable, match=r"XPO1_total\.npy was changed"):
        xp.load(tmp_path / "changed")


def test_a_peak_is_found_whatever_the_output_grid():
    dosing = xp.regimen("selinexor", "60 mg PO days 1,3 every 7 d for 28 d")
    highest = []
    for points in (29, 300, 301, 2001):
        result = xp.simulate(xp.cell("OCI-AML3"), dosing, until="28 d", observe=["selinexor_plasma"], points=points)
        rows = {row.statistic: row.median for row in result.summary()}
        highest.append((rows["highest"], rows["mean"]))
    assert np.ptp(np.log(highest), axis=0).max() < 0.002


def test_two_threads_give_what_one_gives():
    from concurrent.futures import ThreadPoolExecutor

    def run(total):
        cell = xp.cell("HeLa").with_parameters(XPO1_total=total)
        return xp.simulate(cell, xp.exposure("LMB", "50 nM"), until="1 h", observe=["TP53_nc"], points=5)["TP53_nc"]

    totals = [0.3, 0.6, 0.9, 1.2] * 2
    alone = [run(total) for total in totals]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, totals))
    assert np.array_equal(alone, together)


def test_provenance_tells_two_doses_apart():
    doses = [xp.regimen("selinexor", "60 mg/m2 PO once", body_surface=area) for area in ("1.5 m2", "2.2 m2")]
    told = [xp.simulate(xp.cell("HeLa"), dose, until="1 h", points=2, observe=["XPO1_total"]).provenance for dose in doses]
    first, second = (provenance["exposures"][0] for provenance in told)
    assert first["given"] != second["given"]
    assert first["events_digest"] != second["events_digest"]


def test_a_result_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        made()["XPO1_total"][:] = 0


def test_provenance_says_what_made_it():
    result = xp.simulate(xp.cell("HeLa"), xp.exposure("LMB", "1 nM"), until="1 h", observe=["XPO1_total"], points=2, seed=4)
    needed = {"exportin", "model", "tables", "solver", "relative_tolerance", "command", "cell", "exposures", "population"}
    assert needed <= set(result.provenance)
    assert result.provenance["population"]["seed"] == 4
    assert json.dumps(result.provenance)
