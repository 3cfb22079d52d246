from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from exportin.network.parameters import context
from exportin.report.cell_drawing import DOTS, draw_cell
from exportin.report.nuclear_share import choose_moment, compare_shares

SVG = "{http://www.w3.org/2000/svg}"


def test_the_moment_is_that_of_the_largest_occupancy(result):
    moment = choose_moment(result)
    assert moment.index == int(np.argmax(result.quantiles("XPO1_occupancy")[1]))
    assert "largest median XPO1 occupancy" in moment.why


def test_the_drawing_has_a_title_a_description_and_all_dots(result):
    root = ET.fromstring(draw_cell(result))
    assert root.find(f"{SVG}title").text == "Where each cargo is, before and during treatment"
    share = result.quantiles("TP53_nuclear", (0.5,))[0]
    told = root.find(f"{SVG}desc").text
    assert f"p53 {100 * share[0]:.0f} % before and {100 * share.max():.0f} % during" in told
    assert len(root.findall(f"{SVG}circle")) == 2 * DOTS + 2  # and two in the legend


def test_a_share_that_was_not_observed_follows_from_the_ratio_and_the_volumes(result):
    """A share is N/C times Vn over N/C times Vn plus Vc; the context has equal volumes, so N/C over N/C plus one."""
    rows = context("OCI-AML3")
    assert rows["Vn"].value == rows["Vc"].value
    values = {name: curve for name, curve in result.values.items() if name != "TP53_nuclear"}
    change = compare_shares(dataclasses.replace(result, values=values), None)[0]
    ratio = result.values["TP53_nc"][0, :, 0, 0]
    assert change.before[1] == pytest.approx(np.median(ratio / (ratio + 1)))


def test_without_a_drug_there_is_one_line_a_cargo(make, result):
    values = {**result.values, "XPO1_occupancy": np.zeros_like(result.values["XPO1_occupancy"])}
    untreated = dataclasses.replace(result, values=values, provenance={**result.provenance, "exposures": []})
    assert choose_moment(untreated) is None
    root = ET.fromstring(draw_cell(untreated))
    assert "during" not in root.find(f"{SVG}desc").text
    assert len(root.findall(f"{SVG}circle")) == DOTS + 1


def test_without_a_cargo_there_is_no_drawing(result):
    assert draw_cell(dataclasses.replace(result, values={"XPO1_occupancy": result.values["XPO1_occupancy"]})) == ""
