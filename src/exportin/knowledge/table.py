"""Strict reader of tab-separated tables: one schema a table, every refusal with file, line, column, given and expected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from exportin.errors import BadTable, nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from exportin.knowledge.schema import TableRow

    Row = TypeVar("Row", bound=TableRow)
else:
    Row = TypeVar("Row")

__all__ = ["read_table"]

LARGEST_FILE = 8_000_000  # bytes; a table of facts is read by people, so a larger file is a mistake
EMPTY = ("", "-")


def read_table(path: Path | str, row_model: type[Row]) -> tuple[Row, ...]:
    r"""Read a table and hold it to its schema.

    The first line names the columns, in any order. An empty cell and ``-`` both mean "nothing known". Windows line ends and
    a byte-order mark are taken; comments, quotes and blank lines are not.

    Parameters
    ----------
    path : Path or str
        A UTF-8 file of tab-separated values.
    row_model : type
        A row model of `exportin.knowledge.schema`.

    Returns
    -------
    rows : tuple of row_model
        In the order of the file.

    Raises
    ------
    BadTable
        For a missing, repeated or unknown column, a cell that the schema refuses, a row with too many or too few cells,
        a key used twice, or a file that is missing, too long or no UTF-8 text.

    Examples
    --------
    >>> import tempfile
    >>> from exportin.knowledge.schema import MachineryRow
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "machinery.tsv"
    ...     _ = path.write_text("symbol\tname\n", encoding="utf-8")
    ...     read_table(path, MachineryRow)
    Traceback (most recent call last):
    ...
    exportin.errors.BadTable: ...machinery.tsv:1, column 'kind': not in the header; expected symbol, name, kind, ...
    """
    path = Path(path)
    lines = _lines(path)
    header = _header(path, lines[0], row_model.columns())
    rows: list[Row] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines[1:], start=2):
        row = _row(path, number, line, header, row_model)
        key = tuple(str(getattr(row, column)) for column in row_model.key)
        if key in seen:
            expected = f"a key not used before (line {seen[key]} has it)"
            raise _refusal(path, number, " and ".join(row_model.key), repr(" ".join(key)), expected)
        seen[key] = number
        rows.append(row)
    return tuple(rows)


def _refusal(path: Path, line: int, column: str, given: str, expected: str) -> BadTable:
    return BadTable(f"{path}:{line}, column {column!r}: {given} given; expected {expected}.")


def _lines(path: Path) -> list[str]:
    """Lines of the file without their ends."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise BadTable(f"{path} has {size} bytes; expected a table of at most {LARGEST_FILE}.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadTable(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadTable(f"{path}:{line} is not UTF-8 text; save the table as UTF-8.") from error
    text = text.replace("\r\n", "\n").removesuffix("\n")
    if not text:
        raise BadTable(f"{path} is empty; expected a header line with the names of the columns.")
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if "\r" in line or "\0" in line:
            raise BadTable(f"{path}:{number} holds a stray carriage return or NUL; expected plain lines of text.")
    return lines


def _header(path: Path, line: str, columns: list[str]) -> list[str]:
    """Names of the columns, each known and each once."""
    header = [name.strip() for name in line.split("\t")]
    for name in header:
        if name not in columns:
            near = nearest(name, columns, count=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise BadTable(f"{path}:1, column {name!r}: not a column of this table{hint}; expected {', '.join(columns)}.")
        if header.count(name) > 1:
            raise BadTable(f"{path}:1, column {name!r}: named twice; expected each column once.")
    for name in columns:
        if name not in header:
            raise BadTable(f"{path}:1, column {name!r}: not in the header; expected {', '.join(columns)}.")
    return header


def _row(path: Path, number: int, line: str, header: list[str], row_model: type[Row]) -> Row:
    """One line as a row, or a refusal that names the first wrong cell."""
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) != len(header):
        found = f"{len(cells)} cells" if line.strip() else "a blank line"
        column = header[min(len(cells), len(header)) - 1]
        raise _refusal(path, number, column, found, f"{len(header)} cells, one a column")
    given = {name: cell for name, cell in zip(header, cells, strict=True) if cell not in EMPTY}
    try:
        return row_model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        column = str(first["loc"][0]) if first["loc"] else " and ".join(row_model.key)
        raise _refusal(path, number, column, _given(given, column), _expected(first, row_model, column)) from error


def _given(given: dict[str, str], column: str) -> str:
    return repr(given[column]) if column in given else "nothing"


def _expected(error: ErrorDetails, row_model: type[Row], column: str) -> str:
    """What the column should hold: the schema's own sentence and, for a plain type error, pydantic's."""
    field = row_model.model_fields.get(column)
    described = (field.description if field else None) or "another value"
    if error["type"] == "missing":
        return described
    said = error["msg"].removeprefix("Value error, ").rstrip(".")
    return said if error["type"] == "value_error" else f"{described} ({said[:1].lower()}{said[1:]})"
