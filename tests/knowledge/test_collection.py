"""Tables held to their sources and to each other; every refusal names file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from exportin.errors import BadTable, UnknownName
from exportin.knowledge.collection import TABLES, Collection, shipped


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the tables that ship."""
    shutil.copytree(shipped().folder / "tables", tmp_path / "tables")
    shutil.copy(shipped().folder / "sources.bib", tmp_path)
    return tmp_path


def change(folder: Path, table: str, line: int, column: str, text: str) -> str:
    """Put a text into a cell; what stood there."""
    path = folder / "tables" / f"{table}.tsv"
    lines = path.read_text(encoding="utf-8").split("\n")
    place, cells = lines[0].split("\t").index(column), lines[line - 1].split("\t")
    old, cells[place] = cells[place], text
    lines[line - 1] = "\t".join(cells)
    path.write_text("\n".join(lines), encoding="utf-8")
    return old


def test_a_copy_reads_like_the_original(copy):
    assert all(Collection(copy).rows(table) == shipped().rows(table) for table in TABLES)


def test_rows_are_read_once():
    assert shipped().rows("cargoes") is shipped().rows("cargoes")


def test_an_unknown_table_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean signals"):
        shipped().rows("signal")


@pytest.mark.parametrize(
    ("table", "column", "text", "message"),
    [
        ("machinery", "source", "Nobody99", r"'Nobody99' given; expected a key of sources\.bib"),
        ("machinery", "source", "Kudo98 Goerlich33", r"'Goerlich33' given; expected a key of sources\.bib \(did you mean Goerlich03\?\)"),
        ("signals", "cargo", "NFKBIAA", r"'NFKBIAA' given; expected the key of a row of cargoes\.tsv \(did you mean NFKBIA\?\)"),
        ("signals", "end", "1000", r"'.*' given; expected \d+ residues"),
        ("contradictions", "claims", "C999", r"'C999' given; expected the key of a row of claims\.tsv"),
        ("later_evidence", "claims", "-", "nothing given; expected numbers of statements between single spaces, such as C160 C161"),
        ("later_evidence", "claims", "C000", r"'C000' given; expected the key of a row of claims\.tsv"),
        ("compounds", "cas", "87081-35-5", r"'87081-35-5' given; expected a CAS number whose check digit is right"),
        ("sensitivities", "unit", "mole people", "'mole people' given; expected a unit that is understood"),
    ],
)
def test_what_does_not_fit_is_named_with_file_and_line(copy, table, column, text, message):
    change(copy, table, 2, column, text)
    column = "sequence" if column == "end" else column
    with pytest.raises(BadTable, match=rf"{table}\.tsv:2, column '{column}': {message}"):
        Collection(copy).rows(table)


def test_a_duplicate_id_is_named_with_both_lines(copy):
    path = copy / "tables" / "claims.tsv"
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(BadTable, match=rf"claims\.tsv:{len(lines) + 1}, column 'id': '{lines[1][:4]}' given; .* \(line 2 has it\)"):
        Collection(copy).rows("claims")


def test_a_missing_column_is_named(copy):
    path = copy / "tables" / "edges.tsv"
    path.write_text(path.read_text(encoding="utf-8").replace("\tpathway\t", "\tpath\t", 1), encoding="utf-8")
    with pytest.raises(BadTable, match=r"edges\.tsv:1, column 'path': not a column of this table \(did you mean pathway\?\)"):
        Collection(copy).rows("edges")
