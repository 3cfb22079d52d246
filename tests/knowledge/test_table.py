"""The strict reader: what it takes, and that each refusal names file, line, column, given and expected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exportin.errors import BadTable
from exportin.knowledge import table as reader
from exportin.knowledge.schema import ContextRow, ParameterRow, SetRow
from exportin.knowledge.table import read_table

COLUMNS = ["id", "value", "unit", "distribution", "grade", "system", "source", "reason"]
GOOD = {
    "id": "alpha",
    "value": "750",
    "unit": "1",
    "distribution": "loguniform 500 1000",
    "grade": "measured",
    "system": "human proteins in vitro",
    "source": "Dong09 Monecke09",
    "reason": "the review gives 500 to 1000-fold",
}


def write(folder: Path, *rows: dict[str, str], columns: list[str] = COLUMNS, end: str = "\n", start: str = "") -> Path:
    path = folder / "parameters.tsv"
    lines = ["\t".join(columns), *("\t".join(row[column] for column in columns) for row in rows)]
    path.write_bytes((start + end.join(lines) + end).encode())
    return path


def refused(folder: Path, column: str, given: str, expected: str, **changes: str) -> None:
    """A row with these changes is refused with all four parts of the message."""
    path = write(folder, GOOD, {**GOOD, "id": "beta", **changes})
    message = rf"parameters\.tsv:3, column '{column}': {re.escape(given)} given; expected .*{re.escape(expected)}"
    with pytest.raises(BadTable, match=message):
        read_table(path, ParameterRow)


def test_a_good_row_is_read(tmp_path):
    (row,) = read_table(write(tmp_path, GOOD), ParameterRow)
    assert (row.id, row.value, row.unit, row.grade) == ("alpha", 750.0, "1", "measured")
    assert row.sources == ("Dong09", "Monecke09")


@pytest.mark.parametrize(("end", "start"), [("\r\n", ""), ("\n", "\ufeff"), ("\r\n", "\ufeff")])
def test_windows_line_ends_and_byte_order_mark_are_taken(tmp_path, end, start):
    assert read_table(write(tmp_path, GOOD, end=end, start=start), ParameterRow) == read_table(
        write(tmp_path, GOOD), ParameterRow
    )


def test_the_last_line_may_lack_its_end(tmp_path):
    path = write(tmp_path, GOOD)
    path.write_text(path.read_text().rstrip("\n"))
    assert len(read_table(path, ParameterRow)) == 1


def test_columns_may_stand_in_any_order(tmp_path):
    assert read_table(write(tmp_path, GOOD, columns=COLUMNS[::-1]), ParameterRow)[0].value == 750.0


def test_a_header_alone_is_an_empty_table(tmp_path):
    assert read_table(write(tmp_path), ParameterRow) == ()


def test_rows_are_frozen(tmp_path):
    (row,) = read_table(write(tmp_path, GOOD), ParameterRow)
    with pytest.raises(ValueError, match="frozen"):
        row.value = 3.0


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_refused_by_name(tmp_path, column):
    path = write(tmp_path, GOOD, columns=[name for name in COLUMNS if name != column])
    with pytest.raises(BadTable, match=rf"parameters\.tsv:1, column '{column}': not in the header"):
        read_table(path, ParameterRow)


def test_an_extra_column_is_refused_by_name(tmp_path):
    with pytest.raises(BadTable, match="column 'colour': not a column of this table; expected id, value"):
        read_table(write(tmp_path, {**GOOD, "colour": "red"}, columns=[*COLUMNS, "colour"]), ParameterRow)


def test_a_misspelt_column_is_refused_with_the_nearest(tmp_path):
    columns = ["sourse" if name == "source" else name for name in COLUMNS]
    with pytest.raises(BadTable, match=r"column 'sourse': .* \(did you mean source\?\)"):
        read_table(write(tmp_path, {**GOOD, "sourse": "Dong09"}, columns=columns), ParameterRow)


def test_a_repeated_column_is_refused(tmp_path):
    with pytest.raises(BadTable, match="column 'id': named twice"):
        read_table(write(tmp_path, GOOD, columns=[*COLUMNS, "id"]), ParameterRow)


@pytest.mark.parametrize("value", ["much", "1_000", "0x10", "1,5"])
def test_a_wrong_type_is_refused(tmp_path, value):
    refused(tmp_path, "value", repr(value), "a finite number", value=value)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999"])
def test_a_number_that_is_not_finite_is_refused(tmp_path, value):
    refused(tmp_path, "value", repr(value), "a finite number", value=value)


@pytest.mark.parametrize("empty", ["", "-", "  "])
@pytest.mark.parametrize(("column", "expected"), [("id", "letters"), ("value", "a finite number"), ("grade", "measured, fitted")])
def test_an_empty_required_cell_is_refused(tmp_path, column, expected, empty):
    refused(tmp_path, column, "nothing", expected, **{column: empty})


def test_a_missing_unit_is_refused(tmp_path):
    refused(tmp_path, "unit", "nothing", "1 for a number without dimension", unit="-")


def test_a_duplicate_key_is_refused_with_its_first_line(tmp_path):
    with pytest.raises(BadTable, match=r":3, column 'id': 'alpha' given; expected a key not used before \(line 2 has it\)"):
        read_table(write(tmp_path, GOOD, GOOD), ParameterRow)


@pytest.mark.parametrize(("model", "column"), [(ContextRow, "cell"), (SetRow, "set")])
def test_the_key_of_a_context_or_set_has_two_columns(tmp_path, model, column):
    columns = [column, *COLUMNS]
    first, second = {**GOOD, column: "HeLa"}, {**GOOD, column: "K562"}
    rows = read_table(write(tmp_path, first, second, columns=columns), model)
    assert [getattr(row, column) for row in rows] == ["HeLa", "K562"]
    with pytest.raises(BadTable, match=rf"column '{column} and id': 'HeLa alpha' given"):
        read_table(write(tmp_path, first, second, first, columns=columns), model)


@pytest.mark.parametrize(
    ("line", "given"), [("alpha\t750", "2 cells"), ("", "a blank line"), ("\t".join("abcdefghi"), "9 cells")]
)
def test_a_ragged_or_blank_line_is_refused(tmp_path, line, given):
    path = write(tmp_path, GOOD)
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(BadTable, match=rf":3, column '\w+': {given} given; expected 8 cells"):
        read_table(path, ParameterRow)


def test_a_file_that_is_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "LARGEST_FILE", 100)
    with pytest.raises(BadTable, match=r"parameters\.tsv has \d+ bytes; expected a table of at most 100"):
        read_table(write(tmp_path, GOOD), ParameterRow)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadTable, match=r"nothing\.tsv cannot be read"):
        read_table(tmp_path / "nothing.tsv", ParameterRow)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "empty.tsv").write_bytes(b"\xef\xbb\xbf\r\n")
    with pytest.raises(BadTable, match=r"empty\.tsv is empty; expected a header"):
        read_table(tmp_path / "empty.tsv", ParameterRow)


@pytest.mark.parametrize(("wrong", "message"), [(b"\xff", "is not UTF-8"), (b"\r", "stray carriage return"), (b"\0", "NUL")])
def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path, wrong, message):
    path = write(tmp_path, GOOD)
    path.write_bytes(path.read_bytes() + b"beta" + wrong + b"\t1\n")
    with pytest.raises(BadTable, match=rf"parameters\.tsv:3 .*{message}"):
        read_table(path, ParameterRow)


def test_a_row_without_source_does_not_load(tmp_path):
    refused(tmp_path, "source", "nothing", "because the number is measured", source="-")
    refused(tmp_path, "source", "nothing", "because the number is fitted", source="", grade="fitted")


def test_malformed_source_keys_are_refused(tmp_path):
    for source in ("Dong09, Monecke09", "Dong09  Monecke09", "doi:10.1/x", "Dong09 Dong09"):
        refused(tmp_path, "source", repr(source), "sources.bib", source=source)


def test_an_assumed_number_needs_a_reason_of_twenty_characters(tmp_path):
    assumed = {"grade": "assumed", "source": "-"}
    refused(tmp_path, "reason", "nothing", "20 characters or more", reason="-", **assumed)
    refused(tmp_path, "reason", "'because it is so..'", "20 characters or more", reason="because it is so..", **assumed)


@pytest.mark.parametrize("narrow", ["fixed", "loguniform 500 900", "uniform 700 800", "lognormal 700 800 @68%"])
def test_an_assumed_number_needs_a_range_of_a_factor_two(tmp_path, narrow):
    refused(tmp_path, "grade", "'assumed'", "a range of at least a factor 2", grade="assumed", distribution=narrow)


def test_an_assumed_zero_may_be_fixed(tmp_path):
    path = write(tmp_path, {**GOOD, "value": "0", "distribution": "fixed", "grade": "assumed", "source": "-"})
    assert read_table(path, ParameterRow)[0].value == 0.0


@pytest.mark.parametrize("spread", ["uniform 800 900", "loguniform 1 2"])
def test_a_value_outside_its_range_is_refused(tmp_path, spread):
    refused(tmp_path, "distribution", repr(spread), "a range that holds the value 750", distribution=spread)


def test_a_negative_value_of_a_lognormal_is_refused(tmp_path):
    refused(tmp_path, "distribution", "'lognormal 1 2 @68%'", "holds the value -1", value="-1", distribution="lognormal 1 2 @68%")


@pytest.mark.parametrize("spread", ["normal 1 2", "uniform 900", "loguniform 900 500", "lognormal 500 900", "uniform 0 inf"])
def test_a_malformed_distribution_is_refused(tmp_path, spread):
    refused(tmp_path, "distribution", repr(spread), "a distribution: ", distribution=spread)


@pytest.mark.parametrize("unit", ["frobs", "uA", "K"])
def test_a_unit_that_is_not_understood_is_refused(tmp_path, unit):
    refused(tmp_path, "unit", repr(unit), "a unit that is understood", unit=unit)


def test_an_unknown_grade_is_refused(tmp_path):
    refused(tmp_path, "grade", "'guessed'", "measured, fitted or assumed", grade="guessed")
