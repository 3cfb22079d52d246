"""The data page: a section a table, with licence, origin, changes and the true number of rows."""

from __future__ import annotations

import re

import pytest

from exportin.knowledge import facts, schema
from exportin.knowledge.collection import TABLES


@pytest.fixture(scope="module")
def sections(root) -> dict[str, str]:
    """Text under each heading of a table."""
    text = (root / "docs" / "facts.md").read_text(encoding="utf-8").partition("\n## Tables\n")[2]
    _, *parts = re.split(r"^### (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_table_has_its_section_and_no_other_is_there(sections):
    assert list(sections) == list(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_a_section_says_licence_origin_changes_and_rows(sections, table):
    rows = facts(table)
    for part in ("Licence", "Origin", "Since the last release"):
        assert re.search(rf"^- \*\*{part}\*\*: \S.+\.$", sections[table], re.MULTILINE), part
    told = re.search(r"^\*\*Rows\*\*: (\d+); sources cited: (\d+)\.$", sections[table], re.MULTILINE)
    assert told, "run docs/check.py --write"
    assert told.groups() == (str(len(rows)), str(len({key for row in rows for key in row.sources})))


@pytest.mark.parametrize("table", TABLES)
def test_a_section_names_every_column(sections, table):
    columns = getattr(schema, TABLES[table]).columns()
    assert [column for column in columns if f"`{column}`" not in sections[table] and column not in {"source", "reason"}] == []
