"""What every row of a table has: a key, a source, a reason, and the names of what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from exportin.knowledge.columns import NOTHING, Keys

__all__ = ["LEAST_REASON", "FactRow", "TableRow"]

LEAST_REASON = 20  # characters; shorter than that nobody has given a reason


class TableRow(BaseModel):
    """A row of any table: frozen, no columns but its own.

    Attributes
    ----------
    key : tuple of str
        Columns that no two rows share.
    named : tuple of str
        Columns that hold what the row's subject is called, the first first.
    refers : dict of str to str
        Columns whose words are keys of another table, with that table.
    unsearched : tuple of str
        Columns that are kept but not searched for words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    key: ClassVar[tuple[str, ...]] = ()
    named: ClassVar[tuple[str, ...]] = ("symbol", "name", "id", "uniprot", "hgnc", "aliases")
    refers: ClassVar[dict[str, str]] = {}
    unsearched: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:  # declared by each table; fields of a base class would be validated before those they depend on
        source: str
        reason: str

    @classmethod
    def columns(cls) -> list[str]:
        """Names of the columns, the source and the reason last."""
        return sorted(cls.model_fields, key=lambda column: column in {"source", "reason"})

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of sources.bib."""
        return () if self.source == NOTHING else tuple(self.source.split())

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that the row's subject is called."""
        found = [getattr(self, column, "") for column in self.named]
        each = [name for one in found for name in (one if isinstance(one, tuple) else (one,)) if name]
        return tuple(dict.fromkeys(each))


class FactRow(TableRow):
    """A row that states a fact: it has a source and says why it is believed."""

    source: Keys = Field(description="at least one key of sources.bib")
    reason: str = Field(min_length=LEAST_REASON, description=f"why the row is believed, in {LEAST_REASON} characters or more")
