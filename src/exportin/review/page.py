"""The ledger as one self-contained page: filters by section, verdict and role; each row opens what it rests on."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from exportin.knowledge import sources
from exportin.review.book import ROLES
from exportin.review.control import Control
from exportin.review.measure import needs_of
from exportin.review.shown import told_effect, told_share
from exportin.review.strip import draw_strips
from exportin.review.tables import words
from exportin.review.verdict import CONTRADICTS, INCONCLUSIVE, INCONSISTENT, SUPPORTS, UNMODELLED, VERDICTS

if TYPE_CHECKING:
    from exportin.network.parameters import Parameter
    from exportin.review.book import Entry, Ledger
    from exportin.review.experiments import Planned

__all__ = ["write_page"]

SIGNS = {SUPPORTS: "✓", CONTRADICTS: "✗", INCONCLUSIVE: "≈", INCONSISTENT: "⚠", UNMODELLED: "–"}


def write_page(book: Ledger) -> str:
    """HTML, without outer files; the same ledger gives the same text."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["drawing"] = Markup  # only for SVG that this room wrote, with every text escaped
    here, report = resources.files("exportin.review"), resources.files("exportin.report")
    style = "".join((folder / name).read_text(encoding="utf-8") for folder, name in ((report, "report.css"), (here, "ledger.css")))
    template = environment.from_string((here / "ledger.html.j2").read_text(encoding="utf-8"))
    return template.render(style=Markup(style), **_context(book))


def _context(book: Ledger) -> dict[str, Any]:
    return {
        "entries": [_entry(entry) for entry in book],
        "sections": list(dict.fromkeys(entry.claim.section for entry in book)),
        "verdicts": [(name, SIGNS[name]) for name in VERDICTS],
        "roles": ROLES,
        "counts": book.counts,
        "supported": {role: told_share(*pair) for role, pair in book.supported.items()},
        "population": book.population,
        "control": book.control,
        "changed": [entry.claim.id for entry in book.changed] if book.usual else [],
        "methods": ("experiment", "query", "statistic", "none"),
        "json": _address(book),
    }


def _address(book: Ledger) -> str:
    import json

    text = json.dumps(book.to_dict(), indent=1)
    return "data:application/json;base64," + base64.b64encode(text.encode()).decode("ascii")


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "claim": entry.claim,
        "slug": entry.verdict.replace(" ", "-"),
        "sign": SIGNS[entry.verdict],
        "verdict": entry.verdict,
        "method": entry.method,
        "expected": entry.expected,
        "observed": entry.observed,
        "interval": "{:.2g} to {:.2g}".format(*entry.interval) if entry.method == "statistic" and entry.interval else "",
        "figure": draw_strips(entry.parts) if entry.parts else "",
        "parts": [(str(part.contrast), told_effect(part.effect)) for part in entry.parts],
        "text": entry.planned.text if entry.planned else "",
        "sets": _sets(entry.planned) if entry.planned else [],
        "rates": _rates(entry.planned) if entry.planned else [],
        "rows": [(row.names[0], _told(row), row.sources) for row in entry.rows[:12]],
        "more": max(0, len(entry.rows) - 12),
        "readings": entry.readings,
        "contradictions": entry.contradictions,
        "notes": entry.notes,
        "sources": [(key, str(sources()[key])) for key in entry.claim.sources],
        "words": " ".join([entry.claim.id, entry.claim.says, entry.observed, entry.claim.condition, *entry.claim.sources]).lower(),
    }


def _told(row: Any) -> str:
    held = {column: getattr(row, column) for column in row.columns() if column not in ("id", "source", "reason")}
    return "; ".join(f"{column}: {value}" for column, value in held.items() if value not in ("", "-", None, ()))


def _sets(planned: Planned) -> list[tuple[str, str, str]]:
    """Words of the experiment with what they do and why."""
    texts = [part for one in planned.contrasts for arm in one.arms for part in f"{arm.genotype} + {arm.exposure}".split(" + ")]
    found: list[tuple[str, str, str]] = []
    for word in dict.fromkeys(texts):
        found += [(word, f"{row.what} {row.value}", row.reason) for row in words().get(word, ())]
    return found


def _rates(planned: Planned) -> list[tuple[str, Parameter]]:
    """Rows of the inhibitors and, of each cell, what its context gives beside the defaults."""
    from exportin.network.parameters import context, defaults

    drugs, lines = {}, {}
    for contrast in planned.contrasts:
        for wells in needs_of(contrast, Control()):
            drugs |= {one.compound.symbol: one.compound.name for one in wells[0].exposures if one.slot is not None}
            lines[wells[0].cell.name] = None
    known: Mapping[str, Parameter] = defaults()
    rows = [(name, row) for symbol, name in drugs.items() for key, row in known.items() if key.startswith(f"{symbol}_")]
    return rows + [(line, row) for line in lines for row in context(line).values()]
