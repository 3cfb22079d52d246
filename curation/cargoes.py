"""Make cargoes.tsv and signals.tsv of the facts from NESdb, Kirli 2015, HGNC and the identities that were decided by hand.

Standard library only; the same files give the same tables, byte for byte:

    python curation/cargoes.py HGNC_TABLE --data FOLDER [--out src/exportin/knowledge/tables]

HGNC_TABLE is the complete set of genenames.org (CC0) as tab-separated text with the columns HGNC ID, Approved symbol, Approved name,
Status, Previous symbols, Alias symbols and UniProt ID(supplied by UniProt). Other releases of it may give other aliases.

What was decided stands in cargo_identities.tsv, one cargo a line: which printed name of Table 1 is which entry of NESdb (`nesdb`) and
which human gene (`symbol`), what it is (`kind`: human, counterpart of a human protein in another vertebrate, other organism, virus, mutant,
or named where no entry was seen), the name to show, slips of the print, and what is added to aliases, sources, evidence and reason. A cell
that begins with = is taken as it stands, with nothing computed beside it.
"""

from __future__ import annotations

import argparse
import ast
import csv
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
CARGOES = [
    "id", "name", "printed", "table1", "slip", "symbol", "aliases", "uniprot",
    "organism", "hgnc", "mass", "nesdb", "doubt", "evidence", "source", "reason",
]  # fmt: skip
SIGNALS = [
    "cargo", "start", "end", "sequence", "numbering", "lmb", "binds", "mutated_export", "mutated_binding", "doubt", "source", "reason",
]  # fmt: skip
ACCESSION = r"[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d([A-Z][A-Z0-9]{2}\d){1,2}"  # https://www.uniprot.org/help/accession_numbers
MOST_ALIASES, LONG, SHORT = 7, 40, 8  # names; residues
# Average masses of amino-acid residues, Da, and of the water at the ends
RESIDUES = dict(
    zip(
        "GASPVTCLINDQKEMHFRYW",
        [57.0519, 71.0788, 87.0782, 97.1167, 99.1326, 101.1051, 103.1388, 113.1594, 113.1594, 114.1038,
         115.0886, 128.1307, 128.1741, 129.1155, 131.1926, 137.1411, 147.1766, 156.1875, 163.1760, 186.2132],
        strict=True,
    )
)  # fmt: skip
WATER = 18.01528
# The one signal that is no span of NESdb
HUANG = {
    "cargo": "NFKBIA", "start": "45", "end": "54", "numbering": "UniProt", "lmb": "yes", "binds": "unknown",
    "mutated_export": "45-54", "mutated_binding": "-", "doubt": "no", "source": "Huang00 Johnson99 UniProt",
    "reason": "not a span of NESdb but of Huang 2000 (Johnson 1999 has 45 to 55), kept from the earlier table; "
    "the doubt of NESdb concerns its entry of residues 1 to 55",
}  # fmt: skip
Row = dict[str, str]


def read(path: Path, delimiter: str = "\t", quoting: int = csv.QUOTE_NONE) -> list[Row]:
    """Rows of a file with a header."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter, quoting=quoting))


class Hgnc:
    """Approved genes by symbol and by accession."""

    def __init__(self, path: Path) -> None:
        self.genes = {row["Approved symbol"]: row for row in read(path) if row["Status"] == "Approved"}
        self.accessions = {
            symbol: [name for name in row["UniProt ID(supplied by UniProt)"].split(", ") if name] for symbol, row in self.genes.items()
        }

    def other_names(self, symbol: str) -> list[str]:
        """Approved name, previous and alias symbols, without clone numbers."""
        row = self.genes[symbol]
        found = [row["Approved name"], *row["Previous symbols"].split(", "), *row["Alias symbols"].split(", ")]
        clone = re.compile(r"(KIAA|FLJ|MGC|LOC|DKFZ|GLIO)\w*\d|\d{6}\w*Rik|[CD]\d+\w*(orf|S)\d+", re.IGNORECASE)
        return [name.strip() for name in found if len(name.strip()) > 2 and not clone.match(name.strip())]


class Nesdb:
    """Entries with their spans, and how often Table 1 prints a name."""

    def __init__(self, data: Path) -> None:
        self.spans: dict[str, list[Row]] = {}
        for row in read(data / "nes_spans.tsv", quoting=csv.QUOTE_MINIMAL):
            self.spans.setdefault(row["nesdb_id"], []).append(row)
        matches = read(data / "table1_to_nesdb.csv", ",", csv.QUOTE_MINIMAL)
        self.printed = Counter(row["table1_name"] for row in matches)
        self.entries: dict[str, Row] = {}
        for row in matches:
            doubt = "yes" if row["doubt"] == "True" else "no"
            self._add(row["nesdb_id"], row["nesdb_name"], row["uniprot_or_ref"], row["organism"], doubt, row["seq_len"])
        for number, (row, *_) in self.spans.items():
            doubt = "yes" if row["doubt"] == "1" else "no"
            self._add(number, row["name"], row["accession"], row["organism"], doubt, str(len(row["sequence"])))

    def _add(self, number: str, name: str, accession: str, organism: str, doubt: str, length: str) -> None:
        latin = re.sub(r"\s*\(.*\)$", "", organism)
        entry = {"name": name, "accession": accession, "organism": latin, "doubt": doubt, "length": length}
        if number and self.entries.setdefault(number, entry)["doubt"] != doubt:
            raise SystemExit(f"entry {number} of NESdb is in doubt in one file and not in the other")


def plain(name: str) -> str:
    """A name reduced to letters and digits."""
    return re.sub(r"\W|_", "", name.translate(str.maketrans("αβγδζεκλθ", "abgdzeklt"))).lower()


def joined(names: Iterable[str], *taken: str) -> str:
    """Names between semicolons, each once, none of those that are taken."""
    seen, kept = {name.lower() for name in taken}, []
    for name in (name.replace(";", ",").replace('"', "").strip() for name in names):
        if name not in ("", "-") and name.lower() not in seen:
            seen.add(name.lower())
            kept.append(name)
    return "; ".join(kept[:MOST_ALIASES]) or "-"


def parts(cell: str) -> list[str]:
    """What a cell of decisions adds."""
    return [] if cell == "-" else cell.split("; ")


def mass(sequence: str) -> str:
    """Average mass in kDa, '-' where a residue is not one of the twenty."""
    return "-" if set(sequence) - set(RESIDUES) else f"{(sum(RESIDUES[residue] for residue in sequence) + WATER) / 1000:.3f}"


def residues(text: str) -> str:
    """['90-100', '518-518'] as 90-100; 518, each once, in order."""
    found = {tuple(int(end) for end in piece.split("-")) for piece in ast.literal_eval(text)}
    return "; ".join(f"{first}-{last}" if first != last else str(first) for first, last in sorted(found)) or "-"


def shown(spans: list[Row], printed: bool) -> str:
    """One phrase from the flags of an entry's spans."""
    if not spans:
        return f"listed as cargo by NESdb{' and the review' if printed else ''}; no span of a signal was seen"
    phrases = {
        "lmb": "its export is sensitive to leptomycin B",
        "binds_crm1": "it binds CRM1",
        "mut_export": "mutations change its export",
        "mut_binding": "mutations change its binding to CRM1",
    }
    told = [phrase for flag, phrase in phrases.items() if any(row[flag] not in ("0", "[]") for row in spans)]
    text = "; ".join(told) or "NESdb maps a signal but names no leptomycin B, binding or mutation evidence"
    return text + ("; yet NESdb doubts the signal" if spans[0]["doubt"] == "1" else "")


def why(one: Row, entry: Row, spans: list[Row], uniprot: str, hgnc: Hgnc, kirli: dict[str, Row]) -> str:
    """How an entry was identified."""
    printed, numbered = one["printed"] != "-", not re.fullmatch(ACCESSION, entry["accession"])
    if one["kind"] == "virus":
        return f"{'name agrees between Table 1 and NESdb; virus' if printed else 'virus, protein'} and accession as in NESdb"
    if one["kind"] == "counterpart" and numbered:
        given = f"which gives a sequence of {entry['length']} residues by a protein number, so no accession"
        return f"species as in NESdb, {given}; symbol of the human counterpart by HGNC"
    if one["kind"] == "counterpart":
        return "accession and species as in NESdb, symbol of the human counterpart by HGNC"
    if one["kind"] == "other":
        return "accession and species as in NESdb" + ("; human counterpart of the same name" if one["symbol"] != "-" else "")
    if one["kind"] == "mutant":
        return ""
    if numbered:
        given = f"NESdb gives a sequence of {entry['length']} residues without an accession; accession by HGNC from the name"
        if not (spans and uniprot in kirli):
            return f"{given}; whether it is the accession's own isoform was not checked"
        same = kirli[uniprot]["sequence"] == spans[0]["sequence"]
        which = "that of the accession" if same else "another isoform or version than the accession's"
        return f"{given}; the sequence is {which}"
    gene = hgnc.genes[one["id"]]
    names = [one["id"], *gene["Alias symbols"].split(", "), *gene["Previous symbols"].split(", "), gene["Approved name"]]
    known = {plain(name) for name in names}
    both = any(plain(part) in known or plain(part).lstrip("h") in known for part in [entry["name"], *entry["name"].split("/")])
    return f"NESdb and HGNC agree on the accession{' and the name' if both else ', the name was matched by eye'}"


def cargo(one: Row, nesdb: Nesdb, hgnc: Hgnc, kirli: dict[str, Row]) -> Row:
    """A row of cargoes.tsv."""
    entry, spans = nesdb.entries.get(one["nesdb"], {}), nesdb.spans.get(one["nesdb"], [])
    organism = one["organism"] if one["organism"] != "-" or not entry else entry["organism"]
    human, listed = organism == "Homo sapiens" and one["symbol"] != "-", one["printed"] != "-"
    uniprot = entry["accession"] if entry and re.fullmatch(ACCESSION, entry["accession"]) else "-"
    if human:
        own = hgnc.accessions[one["symbol"]]
        if uniprot not in ("-", *own) or (uniprot == "-" and len(own) != 1):
            raise SystemExit(f"{one['id']}: {uniprot} by NESdb, {' '.join(own)} by HGNC")
        uniprot = own[0] if uniprot == "-" else uniprot
    category = f"{kirli[uniprot]['category']} in the proteome of Kirli 2015" if human and uniprot in kirli else ""
    names = parts(one["aliases"]) + ([entry["name"]] if entry and plain(entry["name"]) != plain(one["name"]) else [])
    if one["symbol"] != "-":
        names += hgnc.other_names(one["symbol"]) if human else [hgnc.genes[one["symbol"]]["Approved name"]]
    files = {"UniProt"} if uniprot != "-" else set()
    files |= ({"HGNC"} if one["symbol"] != "-" else set()) | ({"Kirli15"} if category else set())
    if entry:
        order = ["Xu12", *(["Ishizawa15"] if listed else []), "UniProt", "HGNC", "Kirli15", *parts(one["source"])]
    else:
        order = ["Ishizawa15", *parts(one["source"]), "HGNC", "UniProt", "Kirli15"]
    keys = [key for key in order if key in files or key not in ("UniProt", "HGNC", "Kirli15")]
    reasons = ([why(one, entry, spans, uniprot, hgnc, kirli)] if entry else []) + parts(one["reason"])
    if entry and not listed and "Table 1" not in " ".join(reasons):
        reasons.append("a cargo of NESdb that Table 1 does not name")
    row = {
        "table1": str(nesdb.printed[one["printed"]]), "uniprot": uniprot, "organism": organism,
        "hgnc": hgnc.genes[one["symbol"]]["HGNC ID"] if human else "-", "mass": mass(spans[0]["sequence"]) if spans else "-",
        "doubt": entry["doubt"] if entry else "unknown", "aliases": joined(names, one["name"], one["id"], one["symbol"]),
        "evidence": shown(spans, listed), "source": " ".join(dict.fromkeys(keys)), "reason": "; ".join(filter(None, [*reasons, category])),
    }  # fmt: skip
    decided = {column: cell.removeprefix("=") for column, cell in one.items() if cell.startswith("=") or column not in row}
    return {**row, **decided}


def signal(row: Row, span: Row) -> Row:
    """A row of signals.tsv; the span must be the slice of its sequence."""
    start, end, numbered = int(span["start"]), int(span["end"]), not re.fullmatch(ACCESSION, span["accession"])
    cut = span["sequence"][start - 1 : end]
    if cut != span["nes_seq"] or set(cut) - set(RESIDUES):
        raise SystemExit(f"{row['id']}: residues {start} to {end} are {cut}, not {span['nes_seq']}")
    notes = [f"entry {row['nesdb']} of NESdb; the slice of its {len(span['sequence'])} residues was checked"]
    if len(cut) > LONG:
        notes.append("a region rather than a minimal signal")
    elif len(cut) < SHORT:
        notes.append("shorter than an export signal usually is")
    changed = [[int(place) for place in piece.split("-")] for piece in ast.literal_eval(span["mut_export"])]
    if changed:
        inside = any(first <= end and last >= start for first, last in changed)
        notes.append(f"{'some or all' if inside else 'none'} of the mutated residues {'lie' if inside else 'lies'} in this span")
    notes += [f"numbered as in {span['accession']}"] if numbered else []
    notes += ["NESdb doubts it"] if span["doubt"] == "1" else []
    return {
        "cargo": row["id"], "start": str(start), "end": str(end), "sequence": cut,
        "numbering": "NESdb sequence" if numbered else "UniProt",
        "lmb": "yes" if span["lmb"] == "1" else "unknown", "binds": "yes" if span["binds_crm1"] == "1" else "unknown",
        "mutated_export": residues(span["mut_export"]), "mutated_binding": residues(span["mut_binding"]),
        "doubt": "yes" if span["doubt"] == "1" else "no", "source": "Xu12" if numbered else "Xu12 UniProt", "reason": "; ".join(notes),
    }  # fmt: skip


def make(hgnc_table: Path, data: Path) -> dict[str, str]:
    """Both tables as text, by the names of their files."""
    nesdb, hgnc = Nesdb(data), Hgnc(hgnc_table)
    kirli = {row["accession"]: row for row in read(data / "crm1_binding_proteome.tsv", quoting=csv.QUOTE_MINIMAL)}
    decided = read(HERE / "cargo_identities.tsv")
    if missing := set(nesdb.printed) - {one["printed"] for one in decided} | set(nesdb.spans) - {one["nesdb"] for one in decided}:
        raise SystemExit(f"cargo_identities.tsv decides nothing of {', '.join(sorted(missing))}")
    cargoes = [cargo(one, nesdb, hgnc, kirli) for one in decided]
    signals = []
    for row in cargoes:
        spans = sorted(nesdb.spans.get(row["nesdb"], []), key=lambda span: (int(span["start"]), int(span["end"])))
        signals += [signal(row, span) for span in spans]
        if row["id"] == HUANG["cargo"]:
            signals.append({**HUANG, "sequence": spans[0]["sequence"][int(HUANG["start"]) - 1 : int(HUANG["end"])]})
    tables = {"cargoes.tsv": (CARGOES, cargoes), "signals.tsv": (SIGNALS, signals)}
    return {
        name: "".join("\t".join(line) + "\n" for line in [columns, *([row[column] for column in columns] for row in rows)])
        for name, (columns, rows) in tables.items()
    }


def main() -> None:
    """Write both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("hgnc", type=Path)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data" / "nes")
    parser.add_argument("--out", type=Path, default=HERE.parent / "src" / "exportin" / "knowledge" / "tables")
    given = parser.parse_args()
    for name, text in make(given.hgnc, given.data).items():
        (given.out / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
