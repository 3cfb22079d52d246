"""Make sequences.tsv of the facts: whole proteins of the cargoes from the files of NESdb and of Kirli 2015.

Standard library only; the same files give the same table, byte for byte, and files that are not those named here are refused:

    python curation/sequences.py [--data FOLDER] [--out src/exportin/knowledge/tables]

A cargo has the sequence of its accession of UniProt where one of the files holds it. Where NESdb counts a signal in a sequence that it
gives by a protein number (another isoform, version or mutant), the cargo has that sequence too, or only that one. `FURTHER` names what is
no row of cargoes.tsv: a human counterpart whose crystal structure counts in it, and a mutant that is built from another by one change.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLES = HERE.parent / "src" / "exportin" / "knowledge" / "tables"
COLUMNS = ["cargo", "numbering", "uniprot", "protein", "length", "sequence", "source", "reason"]
# SHA-256 of the files that the table was made from
FILES = {
    "nes_spans.tsv": "37072b7fe33db54aa1bf823fcb92db3f4a5386e17d628607010e6275ea188c29",
    "crm1_binding_proteome.tsv": "fdb9b0857ce3f18bc5b49448872be93feda4279628721f93aab45c4dc4d56ace",
}
ACCESSION = r"[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d([A-Z][A-Z0-9]{2}\d){1,2}"  # https://www.uniprot.org/help/accession_numbers
# Proteins of Kirli 2015 that are no row of cargoes.tsv
FURTHER = {"DIAPH3": "Q9NSV4"}
# The mutant A of nucleophosmin, from mutant B of NESdb: residue 289 is Met in B (CATG inserted) and Leu in A (TCTG)
BUILT = {"cargo": "NPM1c_mutant_A", "of": "ABC40399.1", "residue": 289, "was": "M", "is": "L"}
Row = dict[str, str]


def checked(path: Path) -> list[Row]:
    """Rows of a file that is the one named here."""
    content = path.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != FILES[path.name]:
        raise SystemExit(f"{path} has the SHA-256 {found}; expected {FILES[path.name]}: look at what changed, then write the new one here.")
    return list(csv.DictReader(content.decode("utf-8").splitlines(), delimiter="\t"))


class Files:
    """Sequences by accession or protein number, and the NESdb entry of each span."""

    def __init__(self, data: Path) -> None:
        csv.field_size_limit(sys.maxsize)
        spans = checked(data / "nes_spans.tsv")
        self.kirli = {row["accession"]: row["sequence"] for row in checked(data / "crm1_binding_proteome.tsv")}
        self.nesdb: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        for row in spans:
            if self.nesdb.setdefault(row["accession"], row["sequence"]) != row["sequence"]:
                raise SystemExit(f"NESdb gives two sequences of {row['accession']}")
            self.numbers[row["nesdb_id"]] = row["accession"]

    def protein(self, cargo: str, accession: str) -> list[Row]:
        """The sequence of an accession of UniProt, if a file holds it."""
        places = {"Xu12": self.nesdb.get(accession), "Kirli15": self.kirli.get(accession)}
        held = {key: sequence for key, sequence in places.items() if sequence}
        if len(set(held.values())) > 1:
            raise SystemExit(f"{cargo}: the files give two sequences of {accession}")
        if not held:
            return []
        where = {"Xu12": "the file of NESdb", "Kirli15": "the proteome of Kirli 2015"}
        reason = f"sequence of {accession} as {' and '.join(where[key] for key in held)} {'have' if len(held) > 1 else 'has'} it"
        return [_row(cargo, "UniProt", accession, next(iter(held.values())), " ".join(["UniProt", *held]), reason)]

    def own(self, cargo: str, entries: str) -> list[Row]:
        """Sequences that NESdb gives by a protein number for entries of a cargo."""
        numbers = [self.numbers[entry] for entry in entries.split() if entry in self.numbers]
        given = [number for number in dict.fromkeys(numbers) if not re.fullmatch(ACCESSION, number)]
        reason = "the sequence that NESdb counts its signals in; another isoform, version or mutant than UniProt's, or not compared with it"
        return [_row(cargo, "NESdb sequence", number, self.nesdb[number], "Xu12", reason) for number in given]

    def built(self) -> Row:
        """The mutant that no file holds."""
        sequence, place = self.nesdb[BUILT["of"]], BUILT["residue"]
        if sequence[place - 1] != BUILT["was"]:
            raise SystemExit(f"residue {place} of {BUILT['of']} is {sequence[place - 1]}, not {BUILT['was']}")
        change = f"{BUILT['was']}{place}{BUILT['is']}"
        reason = f"built from {BUILT['of']} of NESdb, which is mutant B, with {change}: mutant A has TCTG inserted where B has CATG"
        made = sequence[: place - 1] + BUILT["is"] + sequence[place:]
        return _row(BUILT["cargo"], "built", "-", made, "Xu12 NPM1Insertions22", reason)


def _row(cargo: str, numbering: str, number: str, sequence: str, source: str, reason: str) -> Row:
    accession, protein = (number, "-") if numbering == "UniProt" else ("-", number)
    return {
        "cargo": cargo, "numbering": numbering, "uniprot": accession, "protein": protein, "length": str(len(sequence)),
        "sequence": sequence, "source": source, "reason": reason,
    }  # fmt: skip


def make(data: Path, cargoes: Path) -> str:
    """The table as text."""
    files, rows = Files(data), []
    with cargoes.open(encoding="utf-8", newline="") as lines:
        for one in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            rows += [*files.protein(one["id"], one["uniprot"]), *files.own(one["id"], one["nesdb"])]
    for cargo, accession in FURTHER.items():
        rows += files.protein(cargo, accession)
    rows.append(files.built())
    return "".join("\t".join(line) + "\n" for line in [COLUMNS, *([row[column] for column in COLUMNS] for row in rows)])


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data" / "nes")
    parser.add_argument("--out", type=Path, default=TABLES)
    given = parser.parse_args()
    text = make(given.data, TABLES / "cargoes.tsv")
    (given.out / "sequences.tsv").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
