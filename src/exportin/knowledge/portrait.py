"""All that the tables hold about one cargo, together; and how Table 1 of the review lists the cargoes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exportin.errors import UnknownName, squash
from exportin.knowledge.citation import Source
from exportin.knowledge.database import Database, open_database
from exportin.knowledge.found import Evidence, Fact
from exportin.knowledge.search import cite, near_names, subjects
from exportin.knowledge.words import holding

__all__ = ["Portrait", "Table1", "count_table1", "portray"]

_TIMES = {0: "is not in Table 1 of the review", 1: "is in Table 1 of the review", 2: "is in Table 1 of the review twice"}
_SHOWN = {
    "mutation": "shown by mutations",
    "deletion": "shown by deletions",
    "structure": "seen in a crystal",
    "paper": "as a paper gives it",
    "annotation": "as NESdb gives it",
}
_DOUBT = {"yes": "in doubt", "no": "not in doubt", "unknown": "doubt unknown"}


@dataclass(frozen=True)
class Portrait:
    """A cargo with what belongs to it.

    Attributes
    ----------
    cargo : Evidence
        Its row of ``cargoes``.
    others : tuple of Fact
        Further rows of that name, such as the protein of another species.
    signals, cores, gates, affinities : tuple of Evidence
        Its export signals, the minimal ones, what opens and closes them, how well they bind.
    edges, claims, contradictions, later : tuple of Evidence
        Arrows, statements, contradictions and later evidence that name it or, for the last two, one of its statements.
    """

    cargo: Evidence
    others: tuple[Fact, ...]
    signals: tuple[Evidence, ...]
    cores: tuple[Evidence, ...]
    gates: tuple[Evidence, ...]
    affinities: tuple[Evidence, ...]
    edges: tuple[Evidence, ...]
    claims: tuple[Evidence, ...]
    contradictions: tuple[Evidence, ...]
    later: tuple[Evidence, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Everything that is cited, each once, in the order of first use."""
        own = (self.cargo, *self.signals, *self.cores, *self.gates, *self.affinities)
        parts = (*own, *self.edges, *self.claims, *self.contradictions, *self.later)
        return tuple({source.key: source for part in parts for source in part.sources}.values())

    def __str__(self) -> str:
        return "\n".join([*_identity(self.cargo), *_others(self.others), *_parts(self), "", "sources", *_cited(self.sources)])

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        lists = {"signals": self.signals, "cores": self.cores, "gates": self.gates, "affinities": self.affinities}
        lists |= {"edges": self.edges, "claims": self.claims, "contradictions": self.contradictions, "later_evidence": self.later}
        return {
            "cargo": self.cargo.row.to_dict(),
            "others": [row.to_dict() for row in self.others],
            **{name: [part.row.to_dict() for part in parts] for name, parts in lists.items()},
            "sources": [vars(source) for source in self.sources],
        }


def portray(name: str) -> Portrait:
    """A cargo by its symbol, a name, an alias or a number; of several species the human protein, unless the id is given.

    Raises
    ------
    UnknownName
        If no cargo is called so; with the nearest names.

    Examples
    --------
    >>> found = portray("p53")
    >>> found.cargo.title, [part.row.sequence for part in found.signals]
    ('TP53', ['EMFRELNEALELKD'])
    """
    database = open_database()
    rows = [database.fact(*place) for place in subjects(database, name, "cargoes")]
    if not rows:
        raise _no_cargo(database, name)
    chosen = min(rows, key=lambda row: (squash(row.id) != squash(name), row.id != row.symbol, row.line))
    mentioned: dict[str, list[Evidence]] = {}
    for place in sorted(holding(database, set(chosen.names))):
        mentioned.setdefault(place[0], []).append(cite(database, place, "mention"))
    claims = tuple(mentioned.get("claims", ()))
    numbers = {part.title for part in claims}
    signals, cores, gates, affinities = (_own(database, chosen.id, table) for table in ("signals", "cores", "gates", "affinities"))
    return Portrait(
        cite(database, (chosen.table, chosen.line), "subject"),
        tuple(row for row in rows if row is not chosen),
        signals,
        cores,
        gates,
        affinities,
        tuple(mentioned.get("edges", ())),
        claims,
        tuple(_of_claims(database, "contradictions", numbers, mentioned)),
        tuple(_of_claims(database, "later_evidence", numbers, mentioned)),
    )


def _own(database: Database, cargo: str, table: str) -> tuple[Evidence, ...]:
    """Rows of a table that belong to a cargo and not to its counterpart in another species."""
    return tuple(cite(database, place, "subject") for place in subjects(database, cargo, table) if database.fact(*place).cargo == cargo)


def _of_claims(database: Database, table: str, numbers: set[str], mentioned: dict[str, list[Evidence]]) -> Iterator[Evidence]:
    """Rows of a table that are about one of these statements, or that name the cargo themselves."""
    direct = {part.row.line: part for part in mentioned.get(table, ())}
    for line, claims in database.connection.execute(f'SELECT line, claims FROM "{table}" ORDER BY line').fetchall():
        if line in direct:
            yield direct[line]
        elif numbers & set(claims.split()):
            yield cite(database, (table, line), "mention")


def _no_cargo(database: Database, name: str) -> UnknownName:
    """A refusal with the nearest names, which says where else the name stands."""
    known = {row for (row,) in database.connection.execute("SELECT id FROM cargoes")}
    elsewhere = dict.fromkeys(table for table, _ in subjects(database, name))
    hint = f" ({' and '.join(elsewhere)} has it: exportin evidence {name})" if elsewhere else ""
    return UnknownName(f"cargo{hint}", name, {*known, *near_names(database, name, "cargoes")})


def _identity(cargo: Evidence) -> list[str]:
    row = cargo.row
    numbers = [
        row.organism,
        f"UniProt {row.uniprot}" if row.uniprot else "",
        row.hgnc,
        f"{row.mass:g} kDa" if row.mass else "",
        f"NESdb {row.nesdb}, {_DOUBT[row.doubt]}" if row.nesdb else "",
    ]
    listed = _TIMES[row.table1] + (f", printed {'; '.join(row.printed)}" if row.printed else "") + (f" ({row.slip})" if row.slip else "")
    also = f"  also: {'; '.join(row.aliases)}\n" if row.aliases else ""
    return [
        f"{row.id}: {row.name}",
        f"{also}  {', '.join(filter(None, numbers))}",
        f"  {listed}",
        f"  evidence: {row.evidence} [{' '.join(row.sources)}]",
        f"  reason: {row.reason}",
    ]


def _others(rows: tuple[Fact, ...]) -> list[str]:
    return [f"  see also: {', '.join(f'{row.id} ({row.organism})' for row in rows)}"] if rows else []


def _parts(found: Portrait) -> Iterator[str]:
    yield from _part("signals", found.signals, _signal, "no mapped export signal")
    yield from _part("minimal signals", found.cores, _core)
    yield from _part("gates", found.gates, _gate)
    yield from _part("affinities", found.affinities, _affinity)
    yield from _part("edges", found.edges, lambda row: f"{row.actor} {_arrow(row.effect)} {row.target}: {row.what} ({row.system})")
    yield from _part("claims of the review", found.claims, lambda row: f"{row.id} ({row.section}, {row.role}): {row.says}")
    yield from _part("contradictions", found.contradictions, lambda row: f"{row.id}: {row.says} / {row.problem}")
    yield from _part("later evidence", found.later, lambda row: f"{row.year or 'no year'}, {row.verdict} {row.claims}: {row.says}")


def _part(title: str, parts: tuple[Evidence, ...], tell: Any, none: str = "none in the tables") -> list[str]:
    lines = [f"  {tell(part.row)} [{' '.join(part.row.sources) or 'no source'}]" for part in parts]
    return ["", title, *(lines or [f"  {none}"])]


def _arrow(effect: str) -> str:
    return "does not change" if effect == "none" else effect


def _signal(row: Fact) -> str:
    told = [f"leptomycin B stops export: {row.lmb}", f"binds XPO1: {row.binds}"]
    told += [f"mutated, export lost: {row.mutated_export}"] if row.mutated_export else []
    told += [f"mutated, binding lost: {row.mutated_binding}"] if row.mutated_binding else []
    told += ["numbered in NESdb's own sequence"] if row.numbering != "UniProt" else []
    return f"{row.start}-{row.end} {row.sequence}, {_DOUBT[row.doubt]}; {'; '.join(told)}"


def _core(row: Fact) -> str:
    told = [f"{row.orientation} orientation"] if row.orientation else []
    told += [f"pockets {row.pockets}"] if row.pockets else []
    told += [f"PDB {row.pdb}"] if row.pdb else []
    told += [f"numbered in the {row.numbering}"] if row.numbering != "UniProt" else []
    within = "somewhere within, " if row.use == "region" else ""
    return f"{row.start}-{row.end} {row.sequence}, {within}{'; '.join([_SHOWN[row.evidence], *told])}"


def _gate(row: Fact) -> str:
    span = f"{row.start}-{row.end} " if row.start else ""
    how = ", ".join(filter(None, [row.kind, row.site, f"by {row.agent}" if row.agent else ""]))
    recalled = " (recalled; no source was seen)" if row.grade == "recalled" else ""
    return f"{span}{row.effect} ({how}): {row.says}{recalled}"


def _affinity(row: Fact) -> str:
    between = f"{row.low:g} to {row.high:g}" if row.low else ""
    value = f"KD {row.KD:g} {row.unit} ({between})" if row.KD else f"KD within {between} {row.unit}" if between else "no binding seen"
    return f"{row.name} {row.sequence}".rstrip() + f": {value}; {row.system}"


def _cited(sources: tuple[Source, ...]) -> list[str]:
    return [f"  [{source.key}] {source}" for source in sources]


@dataclass(frozen=True)
class Table1:
    """How Table 1 of the review lists cargoes.

    Attributes
    ----------
    names : int
        Names that are printed.
    distinct : int
        Without those that are printed a second time.
    doubles : tuple of Fact
        Cargoes that are listed twice.
    slips : tuple of Fact
        Cargoes with another slip in their printed name.
    """

    names: int
    distinct: int
    doubles: tuple[Fact, ...]
    slips: tuple[Fact, ...]

    def __str__(self) -> str:
        told = [f"Table 1 of the review: {self.names} names, {self.distinct} distinct"]
        told += [f"  twice: {row.id}, printed {'; '.join(row.printed)}" for row in self.doubles]
        return "\n".join([*told, *(f"  slip: {row.id}, printed {'; '.join(row.printed)} ({row.slip})" for row in self.slips)])

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        told = {"doubles": self.doubles, "slips": self.slips}
        return {"names": self.names, "distinct": self.distinct, **{name: [row.to_dict() for row in rows] for name, rows in told.items()}}


def count_table1() -> Table1:
    """Count the names of Table 1 of the review, as the column ``table1`` of the cargoes has them.

    Examples
    --------
    >>> told = count_table1()
    >>> told.names - told.distinct == len(told.doubles)
    True
    """
    database = open_database()
    lines = database.connection.execute("SELECT line FROM cargoes WHERE table1 > 0 ORDER BY line").fetchall()
    rows = [database.fact("cargoes", line) for (line,) in lines]
    doubles = tuple(row for row in rows if row.table1 == 2)
    slips = tuple(row for row in rows if row.slip and row.table1 == 1)
    return Table1(sum(row.table1 for row in rows), len(rows), doubles, slips)
