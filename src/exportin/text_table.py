"""Tables that users hand in as text: a heading and one record a line, with commas or tabs; every refusal names the line."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from pathlib import Path

from exportin.errors import BadTable

__all__ = ["read_columns", "read_number", "read_rows"]


def read_rows(path: str | os.PathLike[str], record: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Heading, and the records below it with their line numbers.

    Parameters
    ----------
    path : path
        A text file in UTF-8; tabs separate its fields if there are any in the heading, else commas. Empty lines are passed over.
    record : str
        What a line is, for the refusal.

    Raises
    ------
    BadTable
        If it cannot be read, holds no record, or a line has more or fewer fields than the heading.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTable(f"{str(file)!r} cannot be read as a table ({error}); give a text file with commas or tabs.") from error
    lines = text.splitlines()
    mark = "\t" if lines and "\t" in lines[0] else ","
    read = [(number, [field.strip() for field in row]) for number, row in enumerate(csv.reader(lines, delimiter=mark), start=1)]
    filled = [(number, row) for number, row in read if any(row)]
    if len(filled) < 2:
        raise BadTable(f"{file.name}: expected a heading and one {record} a line below it; found {len(filled)} lines.")
    header = filled[0][1]
    for number, row in filled[1:]:
        if len(row) != len(header):
            raise BadTable(f"{file.name}, line {number}: expected {len(header)} fields as in the heading, found {len(row)}.")
    return header, filled[1:]


def read_columns(path: str | os.PathLike[str], record: str, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Records of a table that has these columns and no others, with their line numbers.

    Parameters
    ----------
    path : path
    record : str
        What a line is, for the refusal.
    columns : sequence of str
        In their order.

    Raises
    ------
    BadTable
    """
    header, rows = read_rows(path, record)
    if header != list(columns):
        raise BadTable(f"{Path(path).name}, line 1: expected the columns {', '.join(columns)}; found {', '.join(header)}.")
    return rows


def read_number(text: str, where: str, wanted: str = "a number", least: float = -math.inf) -> float:
    """A field as a finite number.

    Parameters
    ----------
    text : str
    where : str
        File, line and column, for the refusal.
    wanted : str
        What the refusal says was expected.
    least : float

    Raises
    ------
    BadTable

    Examples
    --------
    >>> read_number("0.5", "plate.csv, line 3")
    0.5
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < least:
        raise BadTable(f"{where}: expected {wanted}, found {text!r}.")
    return value
