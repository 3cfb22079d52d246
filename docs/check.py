"""Check the documentation: links, anchors, code and its output, and that nothing of the program goes unmentioned.

    python docs/check.py            exit 1 and one line a finding
    python docs/check.py --write    put the true output and the true counts into the pages first
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import made_ledger
import made_signals

if TYPE_CHECKING:
    from exportin.knowledge.schema import CellRow

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")
END_OF_BLOCK = "--- end of block ---"
MADE = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- /\2 -->)", re.DOTALL)  # tables that are made from those of the program
GROUPS = {  # of docs/cells.md: what a cell's disease says; the first that fits takes it
    "Acute myeloid leukaemia": r"acute (myeloid|promyelocytic|monocytic)",
    "T-cell acute lymphoblastic leukaemia": r"T-cell",
    "Chronic myeloid leukaemia and B-cell acute lymphoblastic leukaemia": r"chronic myeloid|B-cell acute",
    "Chronic lymphocytic leukaemia": r"chronic lymphocytic",
    "Multiple myeloma": r"myeloma",
    "Mantle cell lymphoma": r"mantle cell",
    "Solid tumours": r".",
    "Normal cells, and HEK293": r"^$",
}
PLACE = re.compile(r"^(.+)(_nc|_nuclear|_n|_c|_kexp)$")


def anchors(text: str) -> set[str]:
    """Anchors of the headings of a page, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken_links(page: Path, text: str) -> tuple[int, list[str]]:
    """Relative links of a page that lead nowhere."""
    wrong, links = [], [link for link in LINK.findall(FENCE.sub("", text)) if not re.match(r"[a-z]+:", link)]
    for link in links:
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            wrong.append(f"{page.name}: the link {link!r} leads nowhere")
    return len(links), wrong


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run something in the checkout, without a screen; the width keeps tables whole."""
    surroundings = {**os.environ, "MPLBACKEND": "Agg", "COLUMNS": "200"}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)


def outputs(blocks: list[str]) -> tuple[list[str], str]:
    """What each Python block of a page prints, run in order in one fresh interpreter; and what went wrong."""
    body = f"spaces = {{'__name__': 'page'}}\nfor code in {blocks!r}:\n    exec(code, spaces)\n    print({END_OF_BLOCK!r})\n"
    done = run(["-W", "error", "-c", body])
    return done.stdout.split(END_OF_BLOCK + "\n")[:-1], done.stderr.strip()


def same(told: str, true: str) -> bool:
    """Whether the output told is the true one; three dots stand for anything."""
    return doctest.OutputChecker().check_output(told.strip(), true.strip(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)


def check_code(page: Path, text: str) -> tuple[str, int, list[str]]:
    """The page with true outputs, how many blocks ran, and what differs: text after Python, and what consoles show."""
    blocks = [found for found in FENCE.finditer(text) if "no-run" not in found[2]]
    code = [found for found in blocks if found[1] == "python"]
    printed, trouble = outputs([found[3] for found in code]) if code else ([], "")
    wrong = [f"{page.name}: a Python block fails: {trouble.splitlines()[-1]}"] if len(printed) < len(code) else []
    truths = []
    for found, true in zip(code, printed, strict=False):
        told = FENCE.match(text, found.end() + 1) or FENCE.match(text, found.end() + 2)
        if told is not None and told[1] == "text":
            truths.append((told.span(3), told[3], true))
    for found in (one for one in blocks if one[1] == "console"):
        command, told = found[3].split("\n", 1)
        done = run(["-m", *shlex.split(command.removeprefix("$ "))])
        truths.append(((found.start(3) + len(command) + 1, found.end(3)), told, done.stdout + done.stderr))
    for (start, end), told, true in sorted(truths, reverse=True):
        if not same(told, true):
            wrong.append(f"{page.name}: the output {told.strip()[:60]!r} should read {true.strip()[:60]!r}")
            text = text[:start] + true.strip() + "\n" + text[end:]
    return text, len(code) + sum(found[1] == "console" for found in blocks), wrong


def made(text: str) -> str:
    """A page with its made tables as they should be."""
    from exportin.knowledge.collection import TABLES

    tables = {"grades": grades, "cells": cell_table, "ledger": made_ledger.verdicts, "words": made_ledger.words} | made_signals.TABLES
    tables |= {f"rows_{table}": partial(row_count, table) for table in TABLES}
    return MADE.sub(lambda found: found[1] + tables[found[2]]() + found[3], text)


def row_count(table: str) -> str:
    """How long a table of facts is."""
    from exportin.knowledge import facts

    rows = facts(table)
    return f"**Rows**: {len(rows)}; sources cited: {len({key for row in rows for key in row.sources})}.\n"


def grades() -> str:
    """Rows of the parameter tables by grade."""
    from exportin import cells
    from exportin.knowledge.schema import ParameterRow
    from exportin.knowledge.table import read_table
    from exportin.network.parameters import concentration_sets, context

    folder = ROOT / "src" / "exportin" / "network"
    files = [folder / "parameters.tsv", *(one for one in sorted(folder.glob("pathways/*.tsv")) if not one.stem.endswith("_inputs"))]
    tables = {one.relative_to(folder).as_posix(): read_table(one, ParameterRow) for one in files}
    tables["concentration_sets.tsv"] = [row for part in concentration_sets().values() for row in part.values()]
    tables["contexts.tsv"] = [row for name in cells() for row in context(name).values()]
    text = "| table | measured | fitted | assumed |\n|---|---|---|---|\n"
    for table, rows in tables.items():
        count = Counter(row.grade for row in rows)
        text += f"| `{table}` | {count['measured']} | {count['fitted']} | {count['assumed']} |\n"
    return text


def cell_table() -> str:
    """The cells of the catalogue in groups: what is known of each, and what its context sets."""
    from exportin.knowledge import facts

    rest, text = list(facts("cells")), ""
    for title, pattern in GROUPS.items():
        chosen = [row for row in rest if re.search(pattern, row.disease)]
        rest = [row for row in rest if row not in chosen]
        head = "| cell | p53 | other genotype | measured | assumed | what the context sets |\n|---|---|---|---|---|---|\n"
        text += f"\n### {title}\n\n{head}" + "".join(cell_line(row) for row in chosen)
    if rest:
        raise SystemExit(f"no group of cells.md takes {', '.join(row.name for row in rest)}: add one to GROUPS in docs/check.py.")
    return text + "\n"


def cell_line(row: CellRow) -> str:
    """A cell's line of the table: a row is `name value`, with its range where it has one; sizes without numbers."""
    from exportin.network.parameters import context

    rows, sizes = context(row.name), ("Vn", "Vc", "N_NPC")
    count = Counter(one.grade for one in rows.values())
    genotype = "; ".join(filter(None, (f"NPM1 {row.NPM1}" if row.NPM1 != "unknown" else "", row.genotype)))
    sets = ["size"] if any(name in rows for name in sizes) else []
    for name, one in rows.items():
        if name not in sizes:
            spread = "" if one.distribution.kind == "fixed" else f" ({one.distribution.low:g} to {one.distribution.high:g})"
            sets.append(f"`{name}` {one.value:g}{spread}{'' if one.unit == '1' else f' {one.unit}'}")
    return f"| {row.name} | {row.TP53} | {genotype} | {count['measured']} | {count['assumed']} | {', '.join(sets)} |\n"


def promised() -> dict[str, list[str]]:
    """What each page must mention."""
    import typer

    import exportin as xp
    from exportin.cli import app
    from exportin.experiment import scenario_schema
    from exportin.experiment.fate import FATE_PARTS
    from exportin.experiment.observables import catalogue
    from exportin.kernel.batch import Outcome
    from exportin.knowledge import schema as rows
    from exportin.knowledge.collection import TABLES
    from exportin.network.pathway import SIGNALS, pathways
    from exportin.network.process import load_process, process_names
    from exportin.result.fate import FATES

    columns = [f"`{column}`" for name in TABLES.values() for column in getattr(rows, name).columns()]
    schema = [getattr(scenario_schema, name) for name in scenario_schema.__all__]
    core = [name for name in process_names() if load_process(name).pathway is None]
    processes = "\n".join(load_process(name).text for name in core)
    reactions = re.findall(r"^ *(\w+):.*[-=]>", processes, re.MULTILINE)
    cell, drug = xp.cell("HeLa"), xp.regimen("selinexor", "80 mg PO once")
    seen = [name.replace("selinexor", "<drug>") for name in catalogue(cell, [drug])]
    seen = [name if name == "RANGTP_nc" else PLACE.sub(r"<SYMBOL>\2", name) for name in seen]
    commands, options = [], []
    for name, command in typer.main.get_command(app).commands.items():
        inside = {f"{name} {key}": value for key, value in getattr(command, "commands", {}).items()} or {name: command}
        commands += [f"exportin {key}" for key in inside]
        options += [word for one in inside.values() for option in one.params for word in option.opts if word.startswith("--")]
    return {
        "scenario.md": [f"`{key}`" for model in schema for key in model.model_fields],
        "export-cycle.md": [f"`{name}`" for name in reactions] + [f"`{name}.ant`" for name in core],
        **{f"pathways/{name}.md": [f"{one}.ant" for one in pathway.processes] for name, pathway in pathways().items()},
        "pathways/index.md": [f"`{name}`" for name in (*pathways(), *SIGNALS)],
        "observables.md": [f"`{name}`" for name in [*seen, *FATE_PARTS, *FATES]],
        "kernel.md": [f"`{outcome.name}`" for outcome in Outcome],
        "facts.md": [f"### {table}" for table in TABLES] + columns,
        "cli.md": commands + [f"`{option}`" for option in options],
    }


def main() -> int:
    """Check everything; 1 if something was found."""
    write, found, links, ran = "--write" in sys.argv, [], 0, 0
    for page in PAGES:
        old = page.read_text(encoding="utf-8")
        new, count, wrong = check_code(page, made(old))
        wrong += [f"{page.name}: a table made from the program's is out of date"] if wrong == [] and new != old else []
        if write and new != old:
            print(f"{page.name}: {page.write_text(new, encoding='utf-8')} characters brought up to date")
            wrong = [one for one in wrong if "fails" in one]
        more, dead = broken_links(page, new)
        links, ran, found = links + more, ran + count, [*found, *wrong, *dead]
    for name, words in promised().items():
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        found += [f"{name} does not mention {word}" for word in dict.fromkeys(words) if word not in text]
        print(f"{name}: {len(set(words))} names looked for")
    print(f"{len(PAGES)} pages, {links} relative links, {ran} blocks of code run, {len(found)} findings")
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
