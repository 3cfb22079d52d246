"""Results: labelled arrays with units on the axes patient, draw, cell and time, with what made them; saved and loaded."""

from __future__ import annotations

from exportin.result.folder import ANALYSIS_FORMAT, FIT_FORMAT, load, refuse_other_content, writing_folder
from exportin.result.labelled import AXES, EXTREMES, Result, measure_extremes
from exportin.result.stored import stored_values
from exportin.result.summary import Headline, Summary

__all__ = [
    "ANALYSIS_FORMAT",
    "AXES",
    "EXTREMES",
    "FIT_FORMAT",
    "Headline",
    "Result",
    "Summary",
    "load",
    "measure_extremes",
    "refuse_other_content",
    "stored_values",
    "writing_folder",
]
