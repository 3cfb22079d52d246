from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from exportin.errors import UnknownName
from exportin.report.exposed import read_exposures
from exportin.report.figure import COLOURS, STYLES, draw_curves, spread, write_svg
from exportin.report.panel import group_panels


def axes_of(figure):
    return {axes.get_title(loc="left"): axes for axes in figure.axes}


def test_units_are_those_of_the_size_of_the_numbers(result):
    titles = axes_of(draw_curves(result, result.observables))
    expected = {
        "Free selinexor (nM)",
        "XPO1 occupancy (% of XPO1)",
        "Export capacity (% of untreated)",
        "XPO1 mRNA (relative to untreated)",
        "p53 N/C (nuclear over cytoplasmic)",
        "p53 in the nucleus (% of molecules)",
    }
    assert set(titles) == expected


def test_curves_are_the_medians(result):
    axes = axes_of(draw_curves(result, ["XPO1_occupancy"]))["XPO1 occupancy (% of XPO1)"]
    drawn = max(axes.lines, key=lambda line: line.get_linewidth() if len(line.get_xdata()) == len(result.time) else 0)
    np.testing.assert_allclose(drawn.get_ydata(), 100 * result.quantiles("XPO1_occupancy")[1])
    np.testing.assert_allclose(drawn.get_xdata(), result.time / 24)


def test_hours_up_to_three_days_and_days_beyond(make):
    short = make(time=np.linspace(0.0, 72.0, 49))
    assert draw_curves(short, ["XPO1_occupancy"]).axes[0].get_xlabel() == "time (h)"
    assert draw_curves(make(), ["XPO1_occupancy"]).axes[0].get_xlabel() == "time (d)"


def test_a_drug_over_decades_is_logarithmic_with_a_floor_above_zero(result):
    axes = draw_curves(result, ["selinexor_free"]).axes[0]
    assert axes.get_yscale() == "log"
    assert axes.get_ylim()[0] > 0


def test_one_drug_at_a_constant_level_is_linear(make):
    level = np.full((1, 1, 1, 49), 0.03)
    steady = make(draws=1, values={"LMB_free": level}, units={"LMB_free": "uM"})
    assert draw_curves(steady, ["LMB_free"]).axes[0].get_yscale() == "linear"


def test_curves_on_one_axis_differ_in_colour_and_in_style(make):
    names = [f"CARGO{letter}_nc" for letter in "ABCDEFGHI"]
    many = make(draws=1, values={name: np.full((1, 1, 1, 49), 1.0 + place) for place, name in enumerate(names)}, units={})
    panels = group_panels(many, names)
    assert [len(panel.quantities) for panel in panels] == [7, 2]
    assert len({panel.slug for panel in panels}) == 2
    assert len(set(COLOURS)) == len(set(map(str, STYLES))) == 7


def test_doses_are_marked(result):
    assert read_exposures(result)[0].doses == (0.0, 48.0)
    ticks = [one for one in draw_curves(result, ["XPO1_occupancy"]).axes[0].collections if hasattr(one, "get_segments")]
    assert [segment[0][0] for one in ticks for segment in one.get_segments()] == [0.0, 2.0]


def test_words_that_tell_no_times_mark_nothing(make):
    provenance = {"exposures": [{"drug": "selinexor", "route": "oral", "what": "8 doses of an event table"}]}
    assert read_exposures(make(provenance=provenance))[0].doses == ()


def test_labels_at_the_ends_do_not_meet():
    heights = spread([0.1, 0.11, 0.12, 0.95, 0.99], 0.08)
    assert all(high - low >= 0.08 - 1e-12 for low, high in itertools.pairwise(heights))
    assert max(heights) <= 1.0


def test_tick_labels_do_not_meet(result):
    figure = draw_curves(result, result.observables)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            boxes = [label.get_window_extent(renderer) for label in axis.get_ticklabels() if label.get_text() and label.get_visible()]
            assert not any(one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[place + 1 :])


def test_the_users_settings_stay_and_do_not_matter(result):
    before = write_svg(draw_curves(result, ["TP53_nc"]))
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path"}):
        assert write_svg(draw_curves(result, ["TP53_nc"])) == before
        assert mpl.rcParams["font.size"] == 30


def test_an_unknown_observable_is_refused(result):
    with pytest.raises(UnknownName, match="TP53_nc"):
        draw_curves(result, ["TP53_cn"])


def test_a_result_plots_itself(result):
    assert len(result.plot("TP53_nc", "XPO1_occupancy").axes) == 2
